//! What administrators may do with whom: the shipped policies on real offices, and what holds whatever is done.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::Actor;
use access::registry::Stamp;
use access::roster::Roster;
use access::session::{Kind, Rules, Sessions};
use access::staff::{Act, By, Refused, Staff};
use access::{Person, PersonId, Policies, Post};
use jiff::civil::date;
use pack::File;
use pack::model::Definitions;
use proptest::prelude::*;
use record::{Entry, Fold, Time};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

static CITY: LazyLock<(Definitions, Policies)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let packs = std::fs::read_dir(&root).unwrap().map(|pack| pack.unwrap().path());
    let files = packs.flat_map(|pack| std::fs::read_dir(pack).unwrap()).map(|file| file.unwrap().path());
    let read = |path: std::path::PathBuf| File {
        path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
        text: std::fs::read_to_string(path).unwrap(),
    };
    let definitions =
        pack::load(&files.map(read).collect::<Vec<_>>()).unwrap_or_else(|found| panic!("{}", found[0]));
    let policies = Policies::check(&definitions).unwrap();
    (definitions, policies)
});

fn at(second: i64) -> Time {
    Time::new(1_780_000_000 + second, 0, Some(480)).unwrap()
}

/// A few people by name, who act upon each other.
struct Town {
    people: BTreeMap<&'static str, Person>,
    roster: Roster,
    clock: i64,
}

impl Town {
    fn new(people: &[(&'static str, &[&str])]) -> Self {
        let mut town = Self { people: BTreeMap::new(), roster: Roster::default(), clock: 0 };
        for (number, (name, posts)) in (1..).zip(people) {
            let id = PersonId::random(&mut Seeded::new(number)).unwrap();
            town.people.insert(name, Person::new(id));
            for post in *posts {
                town.carry_out(name, &Act::Grant(Post::parse(post).unwrap()));
            }
        }
        town
    }

    fn stamp(&mut self) -> Stamp {
        self.clock += 1;
        Stamp { id: format!("e{}", self.clock).as_str().into(), time: at(self.clock), actor: None }
    }

    fn carry_out(&mut self, name: &'static str, act: &Act) {
        let stamp = self.stamp();
        let person = self.people.get_mut(name).unwrap();
        if let Some(event) = Staff::event(stamp, person.id, act, "test") {
            person.apply(&Entry { index: self.clock.unsigned_abs(), event });
        }
        self.roster.update(person);
    }

    fn staff(&self) -> Staff<'_> {
        let (definitions, policies) = &*CITY;
        Staff { definitions, policies, roster: &self.roster, today: date(2026, 6, 1) }
    }

    /// Asks, and carries it out when it is let pass. `by` is `name role@office`, or `operator`.
    fn ask(&mut self, by: &str, name: &'static str, act: &Act) -> Result<(), Refused> {
        let acting = by.split_once(' ').map(|(who, post)| (&self.people[who], Post::parse(post).unwrap()));
        let actor = acting.map(|(person, post)| Actor::of(person, Some(&post)));
        let actor = match actor {
            Some(Ok(actor)) => Some(actor),
            Some(Err(_)) => return Err(Refused::Unfit(pack::Title::new("不能", "cannot act"))),
            None => None,
        };
        let by = actor.as_ref().map_or(By::Operator, By::Person);
        self.staff().judge(by, &self.people[name], act, "because")?;
        self.carry_out(name, act);
        Ok(())
    }
}

fn act(words: &str) -> Act {
    match words.split_once(' ') {
        Some(("grant", post)) => Act::Grant(Post::parse(post).unwrap()),
        Some((_, post)) => Act::Revoke(Post::parse(post).unwrap()),
        None => match words {
            "lock" => Act::Lock,
            "unlock" => Act::Unlock,
            "reset" => Act::Reset,
            _ => Act::HandOver,
        },
    }
}

/// A script of `by > whom: act`, with what came of each line.
fn check(people: &[(&'static str, &[&str])], script: &[(&str, &'static str, &str)]) -> String {
    let mut town = Town::new(people);
    let mut told = String::new();
    for (by, whom, words) in script {
        let came = match town.ask(by, whom, &act(words)) {
            Ok(()) => "done".to_owned(),
            Err(refused) => {
                let title = refused.title();
                format!("{}\n    {}", title.zh, title.en)
            }
        };
        told += &format!("{by} > {whom}: {words}\n    {came}\n");
    }
    told
}

#[test]
fn administrators_look_after_their_office_and_those_below() {
    let people: &[(&str, &[&str])] = &[
        ("chief", &["administrator@bureau"]),
        ("second", &["administrator@bureau"]),
        ("branch", &["administrator@east-branch"]),
        ("clerk", &["clerk@lake-station"]),
        ("high", &["supervisor@bureau", "clerk@lake-station"]),
        ("new", &[]),
    ];
    let script = [
        ("chief administrator@bureau", "new", "grant clerk@lake-station"),
        ("chief administrator@bureau", "new", "grant clerk@lake-station"),
        ("branch administrator@east-branch", "new", "grant examiner@lake-station"),
        ("branch administrator@east-branch", "new", "grant clerk@valley-station"),
        ("branch administrator@east-branch", "new", "grant clerk@bureau"),
        ("chief administrator@bureau", "chief", "grant supervisor@bureau"),
        ("chief administrator@bureau", "chief", "revoke administrator@bureau"),
        ("chief administrator@bureau", "chief", "lock"),
        ("chief administrator@bureau", "clerk", "grant administrator@lake-station"),
        ("chief administrator@bureau", "branch", "grant clerk@lake-station"),
        ("clerk clerk@lake-station", "new", "grant clerk@lake-station"),
        ("high clerk@lake-station", "clerk", "lock"),
        ("branch administrator@east-branch", "high", "lock"),
        ("branch administrator@east-branch", "high", "reset"),
        ("branch administrator@east-branch", "high", "revoke clerk@lake-station"),
        ("branch administrator@east-branch", "chief", "lock"),
        ("chief administrator@bureau", "clerk", "grant clark@lake-station"),
        ("chief administrator@bureau", "clerk", "grant oversight-engine@bureau"),
        ("chief administrator@bureau", "clerk", "grant clerk@nowhere"),
        ("chief administrator@bureau", "clerk", "revoke examiner@lake-station"),
        ("chief administrator@bureau", "clerk", "lock"),
        ("chief administrator@bureau", "clerk", "lock"),
        ("chief administrator@bureau", "clerk", "reset"),
        ("chief administrator@bureau", "clerk", "grant examiner@lake-station"),
        ("clerk clerk@lake-station", "new", "lock"),
        ("chief administrator@bureau", "clerk", "unlock"),
        ("chief administrator@bureau", "clerk", "unlock"),
        ("branch administrator@east-branch", "clerk", "hand-over"),
    ];
    insta::assert_snapshot!(check(people, &script));
}

#[test]
fn the_last_administrator_stays() {
    let people: &[(&str, &[&str])] =
        &[("chief", &["administrator@bureau"]), ("second", &[]), ("tax", &["administrator@tax-office"])];
    let script = [
        ("operator", "chief", "lock"),
        ("operator", "chief", "revoke administrator@bureau"),
        ("operator", "tax", "lock"),
        ("operator", "second", "grant administrator@bureau"),
        ("second administrator@bureau", "chief", "lock"),
        ("operator", "second", "revoke administrator@bureau"),
        ("operator", "chief", "unlock"),
        ("chief administrator@bureau", "second", "revoke administrator@bureau"),
        ("chief administrator@bureau", "tax", "lock"),
    ];
    insta::assert_snapshot!(check(people, &script));
}

#[test]
fn what_is_done_ends_or_keeps_sessions() {
    let mut town = Town::new(&[("clerk", &["clerk@lake-station"])]);
    let after = town.people["clerk"].now.sessions_after;
    assert_eq!(after, None);
    let mut sessions = Sessions::new(Rules::default());
    let id = town.people["clerk"].id;
    let opened = at(town.clock).seconds();
    let (token, _) = sessions.open((id, after), Kind::Desk, None, &mut Seeded::new(9), opened).unwrap();
    let stands = |town: &Town, sessions: &mut Sessions| {
        let now = at(town.clock + 10).seconds();
        let session = sessions.resume(&token, now).unwrap();
        town.people["clerk"].now.lets(session)
    };
    assert!(stands(&town, &mut sessions));
    town.carry_out("clerk", &Act::Revoke(Post::parse("clerk@lake-station").unwrap()));
    assert!(stands(&town, &mut sessions), "they may still act for themselves");
    let post = Post::parse("clerk@lake-station").unwrap();
    assert!(Actor::of(&town.people["clerk"], Some(&post)).is_err(), "but no longer in the post");
    town.carry_out("clerk", &Act::Lock);
    assert!(!stands(&town, &mut sessions));
    town.carry_out("clerk", &Act::Unlock);
    assert!(!stands(&town, &mut sessions), "a session that a lock ended stays so");
}

const NAMES: [&str; 4] = ["ann", "bob", "cao", "dai"];
const POSTS: [&str; 6] = [
    "administrator@bureau",
    "administrator@east-branch",
    "administrator@lake-station",
    "clerk@lake-station",
    "clerk@bureau",
    "supervisor@east-branch",
];

/// Who, in which of their posts (7: the operator), does what to whom.
type Drawn = (usize, usize, usize, usize, usize);

fn drawn() -> impl Strategy<Value = Drawn> {
    (0..NAMES.len(), 0..POSTS.len() + 1, 0..NAMES.len(), 0..5usize, 0..POSTS.len())
}

fn covered(town: &Town) -> Vec<bool> {
    let offices = CITY.0.offices.keys();
    let over = |office| town.roster.posts().any(|(post, _)| town.staff().post_looks_after(post, office));
    offices.map(over).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever people try, nobody's own posts change by their own hand, nobody acts above their office, and no office
    /// that was looked after is left alone.
    #[test]
    fn nobody_helps_themselves_and_no_office_is_left_alone(tries in prop::collection::vec(drawn(), 1..24)) {
        let mut town = Town::new(&[
            ("ann", &["administrator@bureau"]),
            ("bob", &["administrator@east-branch"]),
            ("cao", &["clerk@lake-station"]),
            ("dai", &[]),
        ]);
        for (who, post, whom, what, about) in tries {
            let (who, whom) = (NAMES[who], NAMES[whom]);
            let by = POSTS.get(post).map_or("operator".to_owned(), |post| format!("{who} {post}"));
            let about = Post::parse(POSTS[about]).unwrap();
            let act = [Act::Grant(about.clone()), Act::Revoke(about.clone()), Act::Lock, Act::Unlock, Act::HandOver];
            let before = (town.people[whom].now.clone(), covered(&town));
            let done = town.ask(&by, whom, &act[what]).is_ok();
            let after = (town.people[whom].now.clone(), covered(&town));
            prop_assert!(done || before == after, "a refusal changes nothing");
            prop_assert!(before.1.iter().zip(&after.1).all(|(was, is)| *is || !*was), "{by} > {whom}: left alone");
            if done && by != "operator" {
                prop_assert_ne!(who, whom, "nobody acts upon themselves");
                let office = Post::parse(POSTS[post]).unwrap().office;
                let below = |post: &Post| CITY.0.lies_in(&post.office, &office);
                prop_assert!(before.0.posts.iter().all(below) || what < 2, "nobody acts upon a colleague above");
                prop_assert!(what >= 2 || below(&about), "no post above is given or taken");
            }
        }
    }
}

#[test]
fn a_post_is_given_where_there_is_work_for_its_role() {
    let mut town = Town::new(&[("ada", &["administrator@bureau"]), ("new", &[])]);
    let mut check = |post: &str, given: bool| {
        let asked = town.ask("ada administrator@bureau", "new", &Act::Grant(Post::parse(post).unwrap()));
        let unfit = matches!(&asked, Err(Refused::Unfit(why)) if why.en.contains("has no work for"));
        assert_eq!((asked.is_ok(), unfit), (given, !given), "{post}: {asked:?}");
    };
    check("education-officer@lake-station", false);
    check("driving-examiner@exit-entry-office", false);
    check("footage-keeper@lake-station", true);
    check("driving-examiner@vehicle-office", true);
    check("dispatcher@west-branch", true);
    check("supervisor@valley-station", true);
}
