//! People on a real record: registered, found, signed in, erased.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::directory::DirectoryKey;
use access::entropy::Seeded;
use access::password::{Argon2id, Hash, Hasher as _};
use access::registry::{self, Details, Draft, Stamp};
use access::sign_in::{Account, Door, Refused};
use access::{People, Person, PersonId, Post, SignInName};
use record::{Batch, Event, Fold as _, Record, Time};

const RIGHT: &str = "南湖边的第三棵柳树下";

struct Town {
    record: Record,
    entropy: Seeded,
    next: u32,
}

impl Town {
    fn stamp(&mut self) -> Stamp {
        self.next += 1;
        let time = Time::new(1_780_000_000 + i64::from(self.next), 0, Some(480)).unwrap();
        Stamp { id: format!("e{}", self.next).as_str().into(), time, actor: None }
    }

    fn add(&mut self, drafts: Vec<Draft>, events: Vec<Event>) {
        let mut batch = Batch::from(events);
        for draft in drafts {
            draft.add_to(&mut batch, &self.record).unwrap();
        }
        self.record.append(batch).unwrap();
    }

    fn settle(&mut self, name: &str) -> PersonId {
        let person = PersonId::random(&mut self.entropy).unwrap();
        let hash = Argon2id::CHEAPEST.hash(RIGHT, &mut self.entropy).unwrap();
        let name = SignInName::parse(name).unwrap();
        let details = Details { name: Some("张三".into()), ..Details::default() };
        let drafts = vec![
            registry::registered(self.stamp(), person, details),
            registry::name_set(self.stamp(), person, &name),
            registry::password_set(self.stamp(), person, &hash),
        ];
        let granted = registry::role_granted(self.stamp(), person, &Post::new("clerk", "lake-station"));
        self.add(drafts, vec![granted]);
        person
    }

    fn sign_in(&self, people: &People, name: &str, password: &str) -> Result<PersonId, Refused> {
        let door = Door::new(Argon2id::CHEAPEST, &mut Seeded::new(7)).unwrap();
        let account = people.directory.find(people.directory.key(name)).map(|id| {
            let (person, _) = self.record.fold::<Person>(&id.object()).unwrap();
            let sealed = person.now.password.as_ref();
            let hash = sealed.and_then(|sealed| self.record.unseal(sealed).unwrap());
            let hash = hash.and_then(|value| value.as_text().map(Hash::kept));
            let (locked, after) = (person.now.locked.is_some(), person.now.sessions_after);
            Account { person: id, locked, hash, code: None, after }
        });
        door.verify(account.as_ref(), password).map(|welcome| welcome.person)
    }
}

fn key() -> DirectoryKey {
    DirectoryKey::new([3; 32])
}

/// What a newly built projection and `people` say alike.
fn check(town: &Town, people: &People, names: &[&str]) -> Vec<Option<PersonId>> {
    town.record.cache().clear();
    let anew = People::open(&town.record, key()).unwrap();
    let found = |people: &People| -> Vec<_> {
        names.iter().map(|name| people.directory.find(people.directory.key(name))).collect()
    };
    assert_eq!(found(&anew), found(people), "followed and rebuilt alike");
    assert_eq!(anew.roster.iter().collect::<Vec<_>>(), people.roster.iter().collect::<Vec<_>>());
    people.save(&town.record);
    let cached = People::open(&town.record, key()).unwrap();
    let members = |people: &People| -> Vec<_> {
        people.roster.members().map(|(id, member)| (id, member.clone())).collect()
    };
    assert_eq!(members(&anew), members(people));
    assert_eq!(members(&cached), members(people), "and so from the cache");
    found(people)
}

#[test]
fn people_live_on_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let mut town = Town { record, entropy: Seeded::new(1), next: 0 };
    let mut people = People::open(&town.record, key()).unwrap();
    let zhang = town.settle("zhang");
    let li = town.settle("li");
    people.follow(&town.record).unwrap();
    let names = ["zhang", "li", "wang"];
    assert_eq!(check(&town, &people, &names), [Some(zhang), Some(li), None]);
    assert_eq!(town.sign_in(&people, "ZHANG", RIGHT), Ok(zhang));
    assert_eq!(town.sign_in(&people, "zhang", "not the password"), Err(Refused::Wrong));

    // Between two looks, one lets go of a name and the other takes it.
    let [wang, old] = ["wang", "zhang"].map(|name| SignInName::parse(name).unwrap());
    let drafts =
        vec![registry::name_set(town.stamp(), zhang, &wang), registry::name_set(town.stamp(), li, &old)];
    town.add(drafts, Vec::new());
    people.follow(&town.record).unwrap();
    assert_eq!(check(&town, &people, &names), [Some(li), None, Some(zhang)]);

    let lock = registry::locked(town.stamp(), li, "left the service");
    town.add(Vec::new(), vec![lock]);
    people.follow(&town.record).unwrap();
    assert_eq!(town.sign_in(&people, "zhang", RIGHT), Err(Refused::Locked));
    let clerks = Post::new("clerk", "lake-station");
    assert_eq!(people.roster.holders(&clerks).collect::<Vec<_>>(), [zhang], "the locked hold nothing");

    let taken = registry::role_withdrawn(town.stamp(), zhang, &clerks);
    let asked = registry::erasure_asked(town.stamp(), zhang);
    town.add(Vec::new(), vec![taken, asked]);
    people.follow(&town.record).unwrap();
    check(&town, &people, &names);
    let member = people.roster.member(zhang).unwrap();
    assert!(
        member.is_staff() && member.wish && member.offices().contains(&clerks.office),
        "no longer, but once"
    );

    let stamp = town.stamp();
    town.record.erase(&zhang.object(), Event::new(stamp.id, "person erased", stamp.time)).unwrap();
    people.follow(&town.record).unwrap();
    assert_eq!(check(&town, &people, &names), [Some(li), None, None]);
    assert_eq!(town.sign_in(&people, "wang", RIGHT), Err(Refused::Wrong));
    let (person, _) = town.record.fold::<Person>(&zhang.object()).unwrap();
    assert!(person.now.erased.is_some() && person.now.posts.is_empty());
    assert_eq!(Person::from_bytes(&person.to_bytes()).as_ref(), Some(&*person));
}

/// A code that has run out signs nobody in, whatever else is known of them.
#[test]
fn who_can_sign_in_is_told_by_what_still_holds() {
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let mut town = Town { record, entropy: Seeded::new(1), next: 0 };
    let person = PersonId::random(&mut town.entropy).unwrap();
    let hash = Argon2id::CHEAPEST.hash(RIGHT, &mut town.entropy).unwrap();
    let at = |seconds: i64| Time::new(1_780_000_000 + seconds, 0, Some(480)).unwrap();
    let signs_in = |town: &Town, seconds| {
        let (person, _) = town.record.fold::<Person>(&person.object()).unwrap();
        access::people::signs_in(&town.record, &person, at(seconds)).unwrap()
    };
    let details = Details { name: Some("张三".into()), ..Details::default() };
    let name = SignInName::parse("zhang").unwrap();
    let known = vec![
        registry::registered(town.stamp(), person, details),
        registry::name_set(town.stamp(), person, &name),
    ];
    town.add(known, Vec::new());
    assert!(!signs_in(&town, 10), "there is nothing to sign in by");
    let code = registry::code_issued(town.stamp(), person, &hash, at(1_000), "forgotten");
    town.add(vec![code], Vec::new());
    assert_eq!([10, 999, 1_000, 9_999].map(|time| signs_in(&town, time)), [true, true, false, false]);
    let chosen = registry::password_set(town.stamp(), person, &hash);
    town.add(vec![chosen], Vec::new());
    assert!(signs_in(&town, 9_999), "a password does not run out");
}

#[test]
fn the_cache_serves_its_own_record_and_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let mut town = Town { record, entropy: Seeded::new(1), next: 0 };
    let zhang = town.settle("zhang");
    let people = People::open(&town.record, key()).unwrap();
    people.save(&town.record);
    let bytes = town.record.cache().get("access people 4").unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("zhang"), "no name in it");
    let found = |record: &Record, key: DirectoryKey| {
        let people = People::open(record, key).unwrap();
        (people.directory.find(people.directory.key("zhang")), people.roster.iter().count())
    };
    assert_eq!(found(&town.record, key()), (Some(zhang), 1));
    assert_eq!(found(&town.record, DirectoryKey::new([4; 32])), (Some(zhang), 1), "another key: built anew");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = Record::create_in(elsewhere.path()).unwrap();
    other.cache().put("access people 4", &bytes);
    assert_eq!(found(&other, key()), (None, 0), "another record: built anew");
    for cut in [0, 15, 40, bytes.len() - 1] {
        town.record.cache().put("access people 4", &bytes[..cut]);
        assert_eq!(found(&town.record, key()), (Some(zhang), 1), "cut at {cut}");
    }
}

/// Whose each number is, followed, rebuilt and from the cache alike.
fn of_numbers(town: &Town, people: &mut People, numbers: &[&str]) -> Vec<Option<PersonId>> {
    people.follow(&town.record).unwrap();
    let found = |people: &People| -> Vec<_> {
        numbers.iter().map(|number| people.directory.by_number(number)).collect()
    };
    people.save(&town.record);
    assert_eq!(found(&People::open(&town.record, key()).unwrap()), found(people), "from the cache");
    town.record.cache().clear();
    assert_eq!(found(&People::open(&town.record, key()).unwrap()), found(people), "built anew");
    found(people)
}

#[test]
fn whoever_shows_a_number_is_found_by_it_until_they_are_erased() {
    const NUMBER: &str = "11010519491231002X";
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let mut town = Town { record, entropy: Seeded::new(1), next: 0 };
    let mut people = People::open(&town.record, key()).unwrap();
    let [zhang, li] = ["zhang", "li"].map(|name| town.settle(name));
    assert_eq!(of_numbers(&town, &mut people, &[NUMBER]), [None]);

    let shown = |number: &str| Details { identity_number: Some(number.into()), ..Details::default() };
    assert!(people.directory.claim_number(zhang, NUMBER).is_ok());
    assert!(people.directory.claim_number(li, NUMBER).is_err(), "of two at one time one gets it");
    let noted = registry::details_changed(town.stamp(), zhang, shown(NUMBER));
    town.add(vec![noted], Vec::new());
    let typed = [
        NUMBER,
        "11010519491231002x",
        " １１０１０５１９４９１２３１００２Ｘ ",
        "110105194912310038",
        "zhang",
    ];
    let all = [Some(zhang), Some(zhang), Some(zhang), None, None];
    assert_eq!(of_numbers(&town, &mut people, &typed), all);
    assert_eq!(people.directory.find(people.directory.key(NUMBER)), None, "a number is no sign-in name");
    assert!(people.directory.claim_number(li, NUMBER).is_err(), "and is one person's");
    let again = registry::details_changed(town.stamp(), li, shown(NUMBER));
    town.add(vec![again], Vec::new());
    assert_eq!(of_numbers(&town, &mut people, &[NUMBER]), [Some(zhang)], "whoever has it keeps it");

    people.save(&town.record);
    let cached = town.record.cache().get("access people 4").unwrap();
    assert!(!String::from_utf8_lossy(&cached).contains(NUMBER), "no number in it");
    let stamp = town.stamp();
    town.record.erase(&zhang.object(), Event::new(stamp.id, "person erased", stamp.time)).unwrap();
    assert!(town.record.cache().get("access people 4").is_none(), "its keyed hash goes with the key");
    assert_eq!(of_numbers(&town, &mut people, &[NUMBER]), [Some(li)], "it goes to whoever showed it next");
    let stamp = town.stamp();
    town.record.erase(&li.object(), Event::new(stamp.id, "person erased", stamp.time)).unwrap();
    assert_eq!(of_numbers(&town, &mut people, &[NUMBER]), [None]);
}
