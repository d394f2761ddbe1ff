//! Running cases, real records: what another edition would change, who may be handed what, how long data stays.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::Actor;
use access::registry::{self, Stamp};
use access::{Person, PersonId, Post};
use casework::difference::{Difference, How};
use casework::migration::Plan;
use casework::retention::Stays;
use casework::state::{Stage, sealed_under};
use casework::{Ask, Casework, Command, Refused, answer, editions};
use pack::File;
use pack::model::Channel;
use record::{ObjectRef, Record, Time};
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

const TOWN: &str = include_str!("town.toml");
/// Whoever may do anything: policies are not what is tried here.
const POLICIES: &str = r#"
[policy.all]
title = { zh = "都可以", en = "Everything" }
effect = "permit"

[policy.not-their-own]
title = { zh = "不得办理自己的申请", en = "Nobody handles their own application" }
effect = "forbid"
actions = ["accept", "examine", "decide", "deliver"]
when = "has(case.party) && case.party == actor.id"
"#;

fn edition(changes: &[(&str, &str)]) -> Vec<File> {
    let mut text = format!("{TOWN}{POLICIES}");
    for (old, new) in changes {
        assert!(text.contains(old), "`{old}` is not in the town");
        text = text.replacen(old, new, 1);
    }
    let mut files = vec![File { path: "town/town.toml".into(), text }];
    let law = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/law");
    for path in std::fs::read_dir(law).unwrap().map(|file| file.unwrap().path()) {
        let name = format!("law/{}", path.file_name().unwrap().to_string_lossy());
        files.push(File { path: name, text: std::fs::read_to_string(path).unwrap() });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn at(hour: i64) -> Time {
    Time::new(1_767_229_200 + hour * 3600, 0, Some(480)).unwrap()
}

fn person(name: &str, posts: &[&str]) -> Person {
    let seed = name.bytes().map(u64::from).sum();
    let id = PersonId::random(&mut Seeded::new(seed)).unwrap();
    let stamp = |number: usize| Stamp { id: format!("{name}{number}").into(), time: at(0), actor: None };
    let granted = posts.iter().enumerate();
    let granted = granted.map(|(n, post)| registry::role_granted(stamp(n), id, &Post::parse(post).unwrap()));
    Person::fold(id, &granted.collect::<Vec<_>>())
}

/// A record with one case of `card`, brought so far.
struct Town {
    dir: TempDir,
    case: ObjectRef,
    hour: i64,
}

impl Town {
    fn new(script: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let case = ObjectRef::new("application", "1");
        let mut town = Self { dir, case, hour: 0 };
        let casework = town.open(&edition(&[]));
        let ann = person("ann", &[]);
        let party = Some(ann.id.object());
        let start = Command::Start { office: "counter".into(), party, channel: Channel::Web };
        town.carry_out(&casework, &ann, None, &start, true);
        let answers = [("name", "安娜"), ("difficult", "no")];
        let procedure = casework.book().procedure(&"card".into()).unwrap();
        let read = |(id, text): (&str, &str)| {
            (id.into(), Some(answer::read(&procedure.form.field(id).unwrap().kind, text).unwrap()))
        };
        town.carry_out(&casework, &ann, None, &Command::Save { answers: answers.map(read).to_vec() }, false);
        for line in script {
            town.line(&casework, line);
        }
        town
    }

    fn open(&self, files: &[File]) -> Casework {
        let record = Record::create_in(self.dir.path()).unwrap();
        Casework::open(record, files, at(self.hour)).unwrap()
    }

    fn carry_out(
        &mut self,
        casework: &Casework,
        who: &Person,
        post: Option<&str>,
        command: &Command,
        start: bool,
    ) {
        self.hour += 1;
        let post = post.map(|post| Post::parse(post).unwrap());
        let actor = Actor::of(who, post.as_ref()).unwrap();
        let ask = Ask { now: at(self.hour), actor: Some(&actor), purpose: None, seen: None };
        if start {
            casework.start(&"card".into(), "1", command, &ask).unwrap();
        } else {
            casework.run(&self.case, command, &ask).unwrap();
        }
    }

    fn line(&mut self, casework: &Casework, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let clerk = "clerk@counter";
        match words[..] {
            ["attach"] => {
                let subject = sealed_under(&self.case);
                let page = b"\x89PNG\r\n\x1a\nphoto";
                let file = casework.record().attach("photo.png", page, Some(&subject)).unwrap();
                let command = Command::Attach { material: "photo".into(), file };
                self.carry_out(casework, &person("ann", &[]), None, &command, false);
            }
            ["submit"] => self.carry_out(casework, &person("ann", &[]), None, &Command::Submit, false),
            ["withdraw"] => {
                self.carry_out(
                    casework,
                    &person("ann", &[]),
                    None,
                    &Command::Withdraw { reasons: None },
                    false,
                );
            }
            [who, "take", step] => {
                let command = Command::Take { step: step.into() };
                self.carry_out(casework, &person(who, &[clerk]), Some(clerk), &command, false);
            }
            [who, step, outcome] => {
                let (reasons, answers) = (Some("because".into()), Vec::new());
                let command = Command::Do { step: step.into(), outcome: outcome.into(), reasons, answers };
                self.carry_out(casework, &person(who, &[clerk]), Some(clerk), &command, false);
            }
            _ => panic!("`{line}` is nothing that can be done here"),
        }
    }
}

fn told(plan: &Plan) -> String {
    let mut out = String::new();
    let parts = [
        ("step", &plan.differences.steps),
        ("clock", &plan.differences.clocks),
        ("field", &plan.differences.fields),
        ("paper", &plan.differences.materials),
    ];
    for (part, all) in parts {
        for Difference { title, how } in all {
            let _ = match how {
                How::Added => writeln!(out, "+ {part} {}", title.en),
                How::Gone => writeln!(out, "- {part} {}", title.en),
                How::Changed(what) => writeln!(
                    out,
                    "~ {part} {}: {}",
                    title.en,
                    what.iter()
                        .map(|(what, was, is)| format!("{}: {} → {}", what.en, was.en, is.en))
                        .collect::<Vec<_>>()
                        .join("; ")
                ),
            };
        }
    }
    for due in &plan.dues {
        let _ = writeln!(
            out,
            "  due {}: {:?} → {:?}",
            due.clock.en,
            due.before.map(|at| at.to_string()),
            due.after.map(|at| at.to_string())
        );
    }
    for (words, titles) in
        [("opens", &plan.opens), ("passes by", &plan.passes), ("never asked", &plan.unasked)]
    {
        for title in titles {
            let _ = writeln!(out, "  {words} {}", title.en);
        }
    }
    for (about, why) in &plan.obstacles {
        let _ = writeln!(out, "  REFUSED {about}: {} / {}", why.en, why.zh);
    }
    out
}

/// What the plan says of a case brought so far, and whether carrying it out does as it says.
fn check(script: &[&str], changes: &[(&str, &str)]) -> String {
    let mut town = Town::new(script);
    let files = edition(changes);
    let trial = Casework::try_edition(Record::read_in(town.dir.path()).unwrap(), &files).unwrap();
    let before = trial.record().len().unwrap();
    let view = trial.view(&town.case).unwrap();
    let plan = trial.plan(&town.case, &view, at(town.hour)).unwrap();
    assert_eq!(trial.record().len().unwrap(), before, "a trial leaves the record as it is");
    drop(trial);
    let casework = town.open(&files);
    assert_eq!(plan, casework.plan(&town.case, &casework.view(&town.case).unwrap(), at(town.hour)).unwrap());
    let waiting: usize = casework.outdated().unwrap().iter().map(|group| group.cases.len()).sum();
    assert_eq!(waiting, usize::from(!view.state.ended() && view.state.edition != Some(plan.to)));
    town.hour += 1;
    let ask = Ask { now: at(town.hour), actor: None, purpose: None, seen: None };
    let came = match casework.migrate(&town.case, "new rules", &ask) {
        Ok(events) => {
            let state = casework.view(&town.case).unwrap().state;
            assert_eq!(state.edition, Some(plan.to));
            assert!(casework.outdated().unwrap().is_empty() && plan.obstacles.is_empty());
            let open: Vec<String> = state.open_steps().map(|(id, _)| id.to_string()).collect();
            format!("{} events, open: {}", events.len(), open.join(", "))
        }
        Err(Refused::Case(refusal)) => {
            assert!(!plan.obstacles.is_empty(), "what is refused was foreseen");
            format!("refused: {}", refusal.why.en)
        }
        Err(other) => panic!("{other:?}"),
    };
    format!("{script:?}\n{}= {came}\n\n", told(&plan))
}

const OPEN: [&str; 2] = ["attach", "submit"];
const LOOKED: [&str; 4] = ["attach", "submit", "bob accept accepted", "bob look passed"];
const REVIEW: (&str, &str) = (
    "[flow.full.step.decide]",
    "[flow.full.step.review]\nkind = \"examine\"\nrole = \"clerk\"\nafter = [\"look.passed\"]\n\n[flow.full.step.decide]",
);

#[test]
fn a_migration_says_what_it_changes_and_does_it() {
    let mut all = String::new();
    all += &check(&OPEN, &[]);
    all += &check(
        &OPEN,
        &[
            ("own = \"5 workdays\"", "own = \"2 workdays\""),
            ("title = { zh = \"受理\", en = \"Accept\" }", "title = { zh = \"收件\", en = \"Take in\" }"),
        ],
    );
    all +=
        &check(&OPEN, &[REVIEW, ("after = [\"look.passed\", \"test\"]", "after = [\"review\", \"test\"]")]);
    all += &check(&LOOKED, &[REVIEW]);
    all +=
        &check(&LOOKED, &[REVIEW, ("after = [\"look.passed\", \"test\"]", "after = [\"review\", \"test\"]")]);
    all += &check(
        &LOOKED,
        &[
            (
                "[flow.full.step.look]",
                "[flow.full.step.weigh]\nkind = \"act\"\nactivity = \"papers weighed\"\nrole = \"clerk\"\nafter = [\"accept\"]\n\n[flow.full.step.look]",
            ),
            ("after = [\"accept.accepted\"]\noutcome", "after = [\"weigh\"]\noutcome"),
        ],
    );
    all += &check(
        &OPEN,
        &[
            ("[flow.full.step.accept]", "[flow.full.step.take-in]"),
            ("after = [\"accept.accepted\"]\noutcome", "after = [\"take-in.accepted\"]\noutcome"),
            ("after = [\"accept.accepted\"]\nwhen", "after = [\"take-in.accepted\"]\nwhen"),
            ("reopens = [\"accept\"]", "reopens = [\"take-in\"]"),
            ("at = [\"accept\", \"look\"]", "at = [\"look\"]"),
            ("to = \"accept\"\n", "to = \"take-in\"\n"),
            ("deems = \"accept.accepted\"", "deems = \"take-in.accepted\""),
            ("from = \"accept.accepted\"", "from = \"take-in.accepted\""),
        ],
    );
    all += &check(
        &OPEN,
        &[
            ("kind = \"text\", personal = true }", "kind = \"integer\", personal = true }"),
            ("{ use = \"photo\" }, ", "{ use = \"photo\", optional = true }, "),
        ],
    );
    let asks_more = [
        (
            "    { id = \"story\"",
            "    { id = \"age\", title = { zh = \"年龄\", en = \"Age\" }, kind = \"integer\" },\n    { id = \"story\"",
        ),
        ("{ use = \"proof\", when = \"form.difficult\" }", "{ use = \"proof\" }"),
    ];
    all += &check(&OPEN, &asks_more);
    all += &check(&[], &asks_more);
    all += &check(
        &[],
        &[
            ("kind = \"text\", personal = true }", "kind = \"integer\", personal = true }"),
            (
                "    { id = \"story\"",
                "    { id = \"age\", title = { zh = \"年龄\", en = \"Age\" }, kind = \"integer\" },\n    { id = \"story\"",
            ),
        ],
    );
    all += &check(&["attach", "submit", "withdraw"], &[REVIEW]);
    insta::assert_snapshot!(all);
}

#[test]
fn the_last_adopted_edition_is_found_again() {
    let town = Town::new(&[]);
    let second = edition(&[REVIEW]);
    drop(town.open(&second));
    let record = Record::read_in(town.dir.path()).unwrap();
    let found = editions::last(&record).unwrap().unwrap();
    assert_eq!(
        found.iter().map(|file| &file.text).collect::<Vec<_>>(),
        second.iter().map(|file| &file.text).collect::<Vec<_>>()
    );
}

#[test]
fn work_is_handed_on_to_whoever_may_do_it() {
    let mut town = Town::new(&LOOKED);
    let casework = town.open(&edition(&[]));
    town.line(&casework, "cleo take decide");
    let cleo = person("cleo", &["clerk@counter"]);
    let ask = Ask { now: at(town.hour), actor: None, purpose: None, seen: None };
    let mut told = String::new();
    let held = |casework: &Casework| casework.held_by(&cleo.id.object()).unwrap().len();
    for (who, posts) in [
        ("ann", &["clerk@counter"][..]),
        ("bob", &["clerk@counter"]),
        ("dora", &["clerk@hall"]),
        ("emil", &["clerk@counter"]),
    ] {
        let colleague = person(who, posts);
        let handed = casework.hand_on(&cleo.id.object(), Some(&colleague), None, "ill", &ask).unwrap();
        let left: Vec<&str> = handed.left.iter().map(|(_, why)| why.en.as_str()).collect();
        let _ = writeln!(
            told,
            "{who}: {} handed, left {left:?}, {} with cleo",
            handed.moved.len(),
            held(&casework)
        );
    }
    let emil = person("emil", &[]).id.object();
    let other = Post::new("clerk", "hall");
    let none = casework.hand_on(&emil, None, Some(&other), "left", &ask).unwrap();
    assert!(none.moved.is_empty() && none.left.is_empty(), "of another post they hold nothing");
    let post = Post::new("clerk", "counter");
    let back = casework.hand_on(&emil, None, Some(&post), "left", &ask).unwrap();
    let holder = casework.view(&town.case).unwrap().state.steps["decide"].holder.clone();
    let _ = writeln!(told, "nobody: {} back in the queue, held by {holder:?}", back.moved.len());
    insta::assert_snapshot!(told);
}

/// A case brought so far, so many days later under a pack that keeps data so long: what is said, and what is left of it.
fn kept(script: &[&str], retention: Option<&str>, days: i64) -> String {
    let town = Town::new(script);
    let line = retention.map(|length| format!("effective = 2026-01-01\nretention = \"{length}\""));
    let changes: Vec<(&str, &str)> =
        line.iter().map(|line| ("effective = 2026-01-01", line.as_str())).collect();
    let casework = town.open(&edition(&changes));
    let ann = person("ann", &[]);
    let (now, party) = (at(town.hour + 24 * days), ann.id.object());
    let held = casework.held(&party, now).unwrap();
    let actor = Actor::of(&ann, None).unwrap();
    let ask = Ask { now, actor: Some(&actor), purpose: None, seen: None };
    let erased = casework.erase_case(&held[0], &party, &ask, "asked").unwrap();
    let state = casework.view(&town.case).unwrap().state;
    let left = casework.answers(&state).unwrap();
    let file = state.materials.get("photo").and_then(|files| files.first());
    let file = file.map(|file| casework.record().file(file).unwrap().is_some());
    for field in ["name", "difficult"] {
        let there = left.contains_key(field);
        assert_eq!(there, erased.is_none(), "an erasure destroys `{field}` and nothing else does");
    }
    assert!(file.is_none_or(|there| there == erased.is_none()), "files go with it");
    let named: Vec<&str> = state.answers.keys().map(pack::Id::as_str).collect();
    assert_eq!(named, ["difficult", "name"], "that they were given stays");
    let again = casework.held(&party, now).unwrap()[0].stays;
    assert_eq!(again == Stays::Erased, erased.is_some());
    assert!(casework.record().verify(&mut |_, _| {}).unwrap().faults.is_empty());
    let stage = match &state.stage {
        Stage::Ended { how, .. } => how.clone(),
        other => format!("{other:?}"),
    };
    format!("{:?}, {retention:?}, {days} days: {:?}, then {again:?}, {stage}\n", script.last(), held[0].stays)
}

#[test]
fn data_stays_as_long_as_its_pack_says() {
    let ended = ["attach", "submit", "bob accept accepted", "bob look passed", "cleo decide refused"];
    let withdrawn = ["attach", "submit", "withdraw"];
    let mut all = String::new();
    for (script, retention, days) in [
        (&[][..], Some("10 years"), 0),
        (&["withdraw"], Some("10 years"), 0),
        (&["attach", "submit"], Some("10 days"), 100),
        (&ended, None, 10_000),
        (&ended, Some("30 days"), 30),
        (&ended, Some("30 days"), 31),
        (&withdrawn, Some("1 month"), 31),
        (&withdrawn, Some("1 month"), 32),
        (&withdrawn, Some("10 years"), 3652),
    ] {
        all += &kept(script, retention, days);
    }
    insta::assert_snapshot!(all);
}
