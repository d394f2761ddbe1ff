//! People are what their events make of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::activity::{attribute, part};
use access::entropy::Seeded;
use access::registry::{self, Details, Stamp};
use access::session::{Kind, Rules, Sessions};
use access::{Directory, Person, PersonId, Post, SignInName};
use access::{directory::DirectoryKey, password::Hash, roster::Roster};
use proptest::prelude::*;
use record::{Change, Digest, Event, Fold, SealedRef, Time, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

fn person(seed: u64) -> PersonId {
    PersonId::random(&mut Seeded::new(seed)).unwrap()
}

fn stamp(number: i64) -> Stamp {
    let time = Time::new(1_780_000_000 + 60 * number, 0, Some(480)).unwrap();
    Stamp { id: format!("e{number}").as_str().into(), time, actor: None }
}

/// Seals by digest alone, keeping what was sealed.
fn sealed(draft: registry::Draft, kept: &mut BTreeMap<Digest, Value>) -> Event {
    let seal = |subject: &record::ObjectRef, value: &Value| {
        let digest = Digest::of(format!("{subject} {value:?}").as_bytes());
        kept.insert(digest, value.clone());
        Ok::<_, Infallible>(Value::Sealed(SealedRef { subject: subject.clone(), digest }))
    };
    draft.seal(seal).unwrap_or_else(|never| match never {})
}

fn stamp_until(number: i64) -> Time {
    stamp(number + 60).time
}

/// One event for each line: `activity argument`, with `<eN` where it corrects the N-th line.
fn script(lines: &str) -> Vec<Event> {
    let who = person(1);
    let mut kept = BTreeMap::new();
    let event = |(number, line): (usize, &str)| {
        let (line, corrects) = line.split_once(" <").map_or((line, None), |(line, id)| (line, Some(id)));
        let (verb, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let stamp = stamp(number as i64);
        let mut event = match verb {
            "register" => {
                let details = Details { name: Some(rest.into()), ..Details::default() };
                sealed(registry::registered(stamp, who, details), &mut kept)
            }
            "phone" => {
                let details = Details { phone: Some(rest.into()), ..Details::default() };
                sealed(registry::details_changed(stamp, who, details), &mut kept)
            }
            "name" => sealed(registry::name_set(stamp, who, &SignInName::parse(rest).unwrap()), &mut kept),
            "password" => sealed(registry::password_set(stamp, who, &Hash::kept(rest)), &mut kept),
            "grant" => registry::role_granted(stamp, who, &Post::parse(rest).unwrap()),
            "withdraw" => registry::role_withdrawn(stamp, who, &Post::parse(rest).unwrap()),
            "code" => {
                let until = stamp_until(number as i64);
                sealed(registry::code_issued(stamp, who, &Hash::kept(rest), until, "forgotten"), &mut kept)
            }
            "leave" => registry::signed_out(stamp, who),
            "ask" => registry::erasure_asked(stamp, who),
            "lock" => registry::locked(stamp, who, rest),
            "unlock" => registry::unlocked(stamp, who, rest),
            "erase" => Event::new(stamp.id, "data erased", stamp.time).about(record::ERASED, who.object()),
            "clear-name" => {
                let mut event =
                    Event::new(stamp.id, "person registered", stamp.time).about(part::PERSON, who.object());
                let change =
                    Change { object: who.object(), name: attribute::NAME.into(), value: rest.into() };
                event.changes.push(change);
                event
            }
            "other" => registry::role_granted(stamp, person(2), &Post::parse(rest).unwrap()),
            "case" => Event::new(stamp.id, "application submitted", stamp.time).about("person", who.object()),
            other => panic!("no verb `{other}`"),
        };
        event.corrects = corrects.map(Into::into);
        event
    };
    lines.trim().lines().enumerate().map(event).collect()
}

fn check(lines: &str) -> String {
    let events = script(lines);
    let person = Person::fold(person(1), &events);
    let again = <Person as Fold>::from_bytes(&person.to_bytes()).unwrap();
    assert_eq!(again, person, "a snapshot is the same person");
    let at = |time: Option<Time>| time.map_or("-".into(), |time| time.to_string()[11..16].to_owned());
    let now = &person.now;
    let has = |sealed: &Option<SealedRef>| {
        sealed.as_ref().map_or("-".into(), |s| s.digest.to_string()[..6].to_owned())
    };
    format!(
        "registered {} locked {} erased {} password {} since {}\nname {} phone {} sign-in {}\nposts {:?}{}\n\
         code {} until {} sessions after {} wish {}\n",
        at(now.registered),
        at(now.locked),
        at(now.erased),
        has(&now.password),
        at(now.password_since),
        has(&now.name),
        has(&now.phone),
        has(&now.sign_in_name),
        now.posts,
        now.last.as_ref().map_or(String::new(), |last| format!(" last {last}")),
        has(&now.code.as_ref().map(|code| code.hash.clone())),
        at(now.code.as_ref().map(|code| code.until)),
        now.sessions_after.map_or("-".into(), |entry| format!("e{entry}")),
        at(now.wish),
    )
}

#[test]
fn events_make_a_person() {
    let scripts = [
        (
            "registered, given a post, moved",
            "register 张三\ngrant clerk@lake\nwithdraw clerk@lake\ngrant clerk@bridge",
        ),
        ("two posts", "register 张三\ngrant clerk@lake\ngrant supervisor@east\ngrant clerk@lake"),
        ("locked twice is locked since the first time", "register 张三\nlock left\nlock left\n"),
        ("locked and unlocked", "register 张三\nlock left\nunlock back"),
        (
            "the post held last is remembered",
            "grant clerk@lake\ngrant clerk@bridge\nwithdraw clerk@lake\nwithdraw clerk@bridge",
        ),
        ("a code serves until it is used", "name zhang\npassword a\ncode b"),
        ("a used code is gone", "name zhang\ncode b\npassword c"),
        ("so is that of somebody locked", "name zhang\ncode b\nlock left\nunlock back"),
        ("signed out elsewhere", "name zhang\npassword a\nleave"),
        ("a wish to be erased outlives the erasure", "name zhang\nask\nask\nerase"),
        ("a later password stands", "register 张三\nname zhang\npassword a\npassword b"),
        (
            "a correction stands in the stead of what it corrects",
            "register 张三\ngrant approver@lake\ngrant clerk@lake <e1",
        ),
        ("a correction corrected", "register 张三\ngrant a@x\ngrant b@x <e1\ngrant c@x <e2"),
        (
            "erased: nothing is left",
            "register 张三\nname zhang\npassword a\nphone 138\ngrant clerk@lake\nlock left\nerase",
        ),
        ("erased and known anew", "register 张三\nname zhang\nerase\nname li"),
        ("others and other things leave no trace", "register 张三\nother clerk@lake\ncase"),
        ("what is not sealed is not taken", "clear-name 张三"),
    ];
    let all: String = scripts.map(|(title, lines)| format!("{title}\n{}\n", check(lines))).concat();
    insta::assert_snapshot!(all);
}

#[test]
fn nothing_personal_is_on_the_record_in_clear() {
    let mut kept = BTreeMap::new();
    let details = Details {
        name: Some("张三".into()),
        phone: Some("13812345678".into()),
        identity_number: Some("11010519491231002X".into()),
    };
    let name = SignInName::parse("ZhangSan").unwrap();
    let events = [
        sealed(registry::registered(stamp(0), person(1), details), &mut kept),
        sealed(registry::name_set(stamp(1), person(1), &name), &mut kept),
        sealed(registry::password_set(stamp(2), person(1), &Hash::kept("$argon2id$secret")), &mut kept),
    ];
    let lines = events.map(|event| record::encoding::encode(&event)).concat();
    for secret in ["张三", "13812345678", "11010519491231002", "zhangsan", "argon2id"] {
        assert!(!lines.to_lowercase().contains(secret), "{secret} in {lines}");
    }
    assert_eq!(kept.len(), 5);
    insta::assert_snapshot!(lines.replace("}{", "}\n{"));
}

#[test]
fn sign_in_names_are_found_however_they_are_typed() {
    let mut directory = Directory::new(DirectoryKey::new([7; 32]));
    let name = SignInName::parse(" Zhang.San１３８ ").unwrap();
    let mut kept = BTreeMap::new();
    let set = [sealed(registry::name_set(stamp(0), person(1), &name), &mut kept)];
    assert_eq!(directory.claim(person(1), &name), Ok(()));
    assert!(directory.claim(person(2), &name).is_err(), "claimed");
    directory.release(person(1));
    assert_eq!(directory.claim(person(2), &name), Ok(()));
    directory.release(person(2));
    let unseal = |sealed: &SealedRef| Ok::<_, Infallible>(kept.get(&sealed.digest).cloned());
    directory.update(&Person::fold(person(1), &set), unseal).unwrap_or_else(|never| match never {});
    assert!(directory.claim(person(2), &name).is_err(), "held");
    assert_eq!(directory.claim(person(1), &name), Ok(()));
    for typed in ["zhang.san138", "ZHANG.SAN138", "ｚｈａｎｇ．ｓａｎ１３８", " zhang.san138\u{3000}"]
    {
        assert_eq!(directory.find(directory.key(typed)), Some(person(1)), "{typed}");
    }
    assert_eq!(directory.find(directory.key("zhang.san139")), None);
    let other = Directory::new(DirectoryKey::new([8; 32]));
    assert_ne!(directory.key("a"), other.key("a"), "the hash depends on the key");
    let told = |name: &str| SignInName::parse(name).unwrap_err().to_string();
    let bad = [
        "a",
        "a b",
        "a\u{7}b",
        &"长".repeat(65),
        "11010519491231002X",
        "１１０１０５１９４９１２３１００２ｘ",
    ];
    insta::assert_snapshot!(bad.map(|name| format!("{name:?}: {}\n", told(name))).concat());
    assert!(SignInName::parse("110105194912310021").is_ok(), "18 digits with a wrong check digit are a name");
}

#[test]
fn the_directory_follows_the_record() {
    let mut kept = BTreeMap::new();
    let mut directory = Directory::new(DirectoryKey::new([7; 32]));
    let mut follow = |events: &[Event], who: PersonId, kept: &BTreeMap<Digest, Value>| {
        let unseal = |sealed: &SealedRef| Ok::<_, Infallible>(kept.get(&sealed.digest).cloned());
        directory.update(&Person::fold(who, events), unseal).unwrap_or_else(|never| match never {});
        ["zhang", "li"].map(|name| directory.find(directory.key(name)))
    };
    let [zhang, li] = ["zhang", "li"].map(|name| SignInName::parse(name).unwrap());
    let mut first = vec![sealed(registry::name_set(stamp(0), person(1), &zhang), &mut kept)];
    assert_eq!(follow(&first, person(1), &kept), [Some(person(1)), None]);
    let known = registry::role_granted(stamp(1), person(2), &Post::new("clerk", "lake"));
    let second = [known, sealed(registry::name_set(stamp(1), person(2), &zhang), &mut kept)];
    assert_eq!(follow(&second, person(2), &kept), [Some(person(1)), None], "the first has it");
    first.push(sealed(registry::name_set(stamp(2), person(1), &li), &mut kept));
    assert_eq!(
        follow(&first, person(1), &kept),
        [Some(person(2)), Some(person(1))],
        "the next has the old name"
    );
    assert_eq!(follow(&second, person(2), &kept), [Some(person(2)), Some(person(1))]);
    assert_eq!(follow(&first, person(1), &BTreeMap::new()), [Some(person(2)), None], "erased");
}

/// Things that come close together have the same time, and a clock may be set back between them: what ended a session is
/// told by the record's order alone.
#[test]
fn the_record_ends_sessions_and_no_clock_does() {
    let known = "register 张三\npassword a\n";
    let check = |more: &str, second: fn(i64) -> i64| {
        let mut events = script(&format!("{known}{more}"));
        for (number, event) in (0..).zip(&mut events) {
            event.time = Time::new(1_780_000_000 + second(number), 0, Some(480)).unwrap();
        }
        let mut sessions = Sessions::new(Rules::default());
        let mut opened = |person: &Person| {
            let (now, mut entropy) = (1_780_000_000, Seeded::new(7));
            let holder = (person.id, person.now.sessions_after);
            let (token, _) = sessions.open(holder, Kind::Own, None, &mut entropy, now).unwrap();
            sessions.peek(&token, now).unwrap().clone()
        };
        let (before, after) = (Person::fold(person(1), &events[..2]), Person::fold(person(1), &events));
        let session = opened(&before);
        assert!(before.now.lets(&session) && after.now.lets(&opened(&after)), "{more}");
        after.now.lets(&session)
    };
    for at in [|_| 0, |number: i64| number, |number: i64| -number] {
        for ends in ["password b", "leave", "lock left\nunlock back", "erase"] {
            assert!(!check(ends, at), "{ends}");
        }
        for goes_on in ["phone 13800000000", "grant clerk@lake", "code c", "ask", "unlock never-locked"] {
            assert!(check(goes_on, at), "{goes_on}");
        }
    }
}

fn grants() -> impl Strategy<Value = Vec<(bool, usize, usize)>> {
    prop::collection::vec((any::<bool>(), 0..3usize, 0..3usize), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn posts_are_what_was_granted_and_not_withdrawn(moves in grants()) {
        let [roles, offices] = [["clerk", "examiner", "approver"], ["lake", "bridge", "east"]];
        let mut oracle = BTreeSet::new();
        let mut events = Vec::new();
        let mut roster = Roster::default();
        for (number, (grant, role, office)) in moves.into_iter().enumerate() {
            let post = Post::new(roles[role], offices[office]);
            let stamp = stamp(number as i64);
            if grant {
                events.push(registry::role_granted(stamp, person(1), &post));
                oracle.insert(post);
            } else {
                events.push(registry::role_withdrawn(stamp, person(1), &post));
                oracle.retain(|other| *other != post);
            }
            let folded = Person::fold(person(1), &events);
            prop_assert_eq!(&folded.now.posts, &oracle);
            roster.update(&folded);
            for role in roles {
                for office in offices {
                    let post = Post::new(role, office);
                    let holders: Vec<PersonId> = roster.holders(&post).collect();
                    let wanted: &[PersonId] = if oracle.contains(&post) { &[person(1)] } else { &[] };
                    prop_assert_eq!(holders, wanted);
                }
            }
        }
    }

    #[test]
    fn ids_read_back_and_nothing_else_reads(bytes in any::<u64>(), text in "[0-9a-fA-F+ ]{30,34}") {
        let id = person(bytes >> 33);
        prop_assert_eq!(PersonId::parse(&id.to_string()), Some(id));
        prop_assert_eq!(PersonId::of(&id.object()), Some(id));
        if let Some(read) = PersonId::parse(&text) {
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
