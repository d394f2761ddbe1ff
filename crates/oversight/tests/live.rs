//! However a record's entries come, in whatever batches, with whatever looks at the clock between and wherever the engine is
//! ended and another takes its place: what the live engine says is broken is what the models say of each case by itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

use oversight::catalogue::{Catalogue, Links, Recall, Unready, try_all};
use oversight::check::Until;
use oversight::condition::Language;
use oversight::derive;
use oversight::live::{Breach, Change, Live, Of};
use oversight::log::Log;
use pack::models::{Model, Subject, Template};
use pack::{Definitions, Id};
use record::{Digest, Entry, Event, Link, Name, ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn at(seconds: i64) -> Time {
    Time::new(1_767_225_600 + seconds, 0, Some(480)).unwrap()
}

fn definitions() -> Definitions {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    pack::load(&pack::folder::read(&root).unwrap()).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

/// What the models here are asked of.
const PROCEDURE: &str = "entry-change";

/// A record of some cases side by side: what happens in each is left to chance, and need not be what the engine of cases
/// would let happen.
fn record(chance: &mut Chance) -> Vec<Entry> {
    let cases = 1 + chance.below(4);
    let mut counts = vec![0_u64; cases as usize];
    let mut over = vec![false; cases as usize];
    let mut told: Vec<Event> = Vec::new();
    let mut now = 0;
    for _ in 0..12 + chance.below(40) {
        now += chance.below(6) as i64 * 86_400 * chance.below(3) as i64 + chance.below(5_000) as i64;
        let nth = chance.below(cases) as usize;
        let case = ObjectRef::new("application", format!("c{nth}"));
        counts[nth] += 1;
        let activity = match (counts[nth], over[nth], chance.below(10)) {
            (1, ..) => "case started",
            (_, true, 0..=4) => "complaint made",
            (_, true, _) => "complaint answered",
            (_, _, 0 | 1) => "application submitted",
            (_, _, 2 | 3) => "correction requested",
            (_, _, 4) => "correction answered",
            (_, _, 5) => "step handed over",
            (_, _, 6) => "complaint made",
            (_, _, 7) => "complaint answered",
            (_, _, 8) => "application withdrawn",
            _ => "personal data read",
        };
        let id = format!("{case}/{}", counts[nth]);
        let mut event = Event::new(id, activity, at(now)).about("case", case.clone());
        event.actor = Some(ObjectRef::new("person", format!("p{}", chance.below(3))));
        match activity {
            "case started" => event = event.with("procedure", PROCEDURE).with("channel", "web"),
            "application withdrawn" => {
                event = event.with("ended", "withdrawn");
                over[nth] = true;
            }
            _ => {}
        }
        // Now and then what was told before is corrected: it was another thing.
        let open = |other: &&Event| {
            other.object("case") == Some(&case)
                && other.activity.as_str() == "correction requested"
                && !told.iter().any(|later| later.corrects.as_ref() == Some(&other.id))
        };
        let wrong = told.iter().rev().find(open).filter(|_| chance.below(4) == 0);
        if let Some(wrong) = wrong.cloned() {
            let id = format!("{case}/{}-corrected", counts[nth]);
            let mut mend = Event::new(id, "step taken", wrong.time).about("case", case.clone());
            mend.corrects = Some(wrong.id);
            told.push(mend);
        }
        told.push(event);
    }
    (0..).zip(told).map(|(index, event)| Entry { index, event }).collect()
}

/// An object's entries as they count.
fn past(entries: &[Entry], object: &ObjectRef) -> Vec<Entry> {
    let own = |entry: &&Entry| entry.event.touched().contains(&object);
    let mut counted: Vec<Entry> = Vec::new();
    for entry in entries.iter().filter(own) {
        match &entry.event.corrects {
            None => counted.push(entry.clone()),
            Some(wrong) => {
                let place = counted.iter_mut().find(|other| other.event.id == *wrong).unwrap();
                place.event = entry.event.clone();
            }
        }
    }
    counted
}

type Said = BTreeSet<(String, String, String)>;

/// What each case by itself breaks, by the evaluator of whole logs.
fn by_itself(all: &Definitions, (models, names): (&[&Model], &[Name]), entries: &[Entry], now: Time) -> Said {
    let cases: BTreeSet<ObjectRef> =
        entries.iter().filter_map(|entry| entry.event.object("case").cloned()).collect();
    let mut said = Said::new();
    for case in cases {
        let own = past(entries, &case);
        let (mut log, mut recall) = (Log::new(), Recall::of(names.iter().cloned()));
        own.iter().for_each(|entry| log.push(&recall.seen(&entry.event)).unwrap());
        let language = Language::new(&log, names);
        let mut unready = Unready::new(all, &language);
        let ready: Vec<_> = models.iter().filter_map(|model| unready.ready(model).ok()).collect();
        assert_eq!(ready.len(), models.len());
        let until = if is_over(&own) { Until::Closed } else { Until::Open(now) };
        try_all(&log, &Links::new(), &ready, until, &mut |model, found| {
            if found.finding.verdict.is_violated() {
                let id = |event: u32| log.id(event).unwrap().to_string();
                let cited =
                    found.finding.activation.into_iter().chain(found.finding.evidence.iter().copied());
                let cited: Vec<String> = cited.map(id).collect();
                said.insert((models[model].id.to_string(), case.to_string(), cited.join(" ")));
            }
        });
    }
    said
}

/// What was put down of the changes that an engine told, as whoever keeps findings puts it down.
#[derive(Default)]
struct Kept {
    findings: BTreeMap<Digest, (ObjectRef, Id, String)>,
    put: usize,
    closed: usize,
}

impl Kept {
    fn put(&mut self, breach: &Breach) {
        let cited: Vec<String> =
            breach.activation.iter().chain(&breach.evidence).map(ToString::to_string).collect();
        let finding = (breach.objects[0].clone(), breach.model.clone(), cited.join(" "));
        self.put += usize::from(self.findings.insert(breach.digest(), finding).is_none());
    }

    /// What of it is told as gone.
    fn take(&mut self, live: &Live, changes: Vec<Change>) -> Vec<(ObjectRef, Id, String)> {
        let mut gone = Vec::new();
        for change in changes {
            match change {
                Change::Broken(breach) => self.put(&breach),
                Change::All { object, of, breaches } => {
                    let stands: BTreeSet<Digest> = breaches.iter().map(Breach::digest).collect();
                    let of_it = self.findings.extract_if(.., |digest, (other, model, _)| {
                        let meant = match &of {
                            Of::Own => !live.apart(model),
                            Of::Model(of) => of == model,
                        };
                        *other == object && meant && !stands.contains(digest)
                    });
                    gone.extend(of_it.map(|(_, finding)| finding));
                    breaches.iter().for_each(|breach| self.put(breach));
                }
            }
        }
        self.closed += gone.len();
        gone
    }

    fn said(&self) -> Said {
        let one = |(object, model, cited): &(ObjectRef, Id, String)| {
            (model.to_string(), object.to_string(), cited.clone())
        };
        self.findings.values().map(one).collect()
    }
}

/// An engine that reads a record and is ended now and then, without a word: what it left is what stood at a moment before.
struct Rehearsed<'a> {
    all: &'a Definitions,
    models: &'a [&'a Model],
    live: Live,
    read: usize,
    mark: (usize, BTreeSet<ObjectRef>),
    kept: Kept,
}

impl<'a> Rehearsed<'a> {
    /// Other models run from now on.
    fn change(&mut self, entries: &[Entry], models: &'a [&'a Model]) {
        self.models = models;
        let (kinds, problems) = self.live.change(self.all, models);
        assert!(problems.is_empty(), "{problems:?}");
        let runs = self.live.models();
        self.kept.findings.retain(|_, (_, model, _)| runs.contains_key(model));
        let all: BTreeSet<&ObjectRef> = entries.iter().flat_map(|entry| entry.event.touched()).collect();
        let meant = all.into_iter().filter(|object| kinds.contains(object.kind.as_str()));
        meant.for_each(|object| self.live.look_over(object));
        self.mark = (self.read, self.live.unsettled());
    }

    fn new(all: &'a Definitions, models: &'a [&'a Model]) -> Self {
        let (live, problems) = Live::new(all, models);
        assert!(problems.is_empty(), "{problems:?}");
        Self { all, models, live, read: 0, mark: Default::default(), kept: Kept::default() }
    }

    /// Another takes its place, which is told which cases run and goes on from the mark.
    fn restart(&mut self, entries: &[Entry]) {
        self.live = Live::new(self.all, self.models).0;
        let (read, unsettled) = std::mem::take(&mut self.mark);
        self.read = read;
        // Who tells of them may name one twice.
        self.live.load(running(entries).into_iter().chain(running(entries)));
        unsettled.iter().for_each(|object| self.live.again(object));
        self.mark = (read, unsettled);
    }

    /// Reads up to `next`, and settles so many at a time.
    fn read(&mut self, entries: &[Entry], next: usize, now: Time, most: usize) {
        entries[self.read..next].iter().for_each(|entry| self.live.hear(entry));
        self.read = next;
        loop {
            let changes = self.live.settle(now, most, &mut |object| Ok::<_, ()>(past(entries, object)));
            let gone = self.kept.take(&self.live, changes.unwrap());
            self.are_gone(entries, now, &gone);
            if self.live.waiting() == 0 {
                break;
            }
        }
    }

    /// Nothing of what is told as gone stands, by what is known of its case.
    fn are_gone(&self, entries: &[Entry], now: Time, gone: &[(ObjectRef, Id, String)]) {
        let own: Vec<&Model> = self.models.iter().copied().filter(|one| !self.live.apart(&one.id)).collect();
        let names = Catalogue { all: self.all, models: self.models.to_vec() }.attributes();
        for (case, model, cited) in gone.iter().filter(|(_, model, _)| !self.live.apart(model)) {
            let told = entries.iter().filter(|entry| entry.event.touched().contains(&case));
            let said = by_itself(self.all, (&own, &names), &told.cloned().collect::<Vec<_>>(), now);
            let gone = (model.to_string(), case.to_string(), cited.clone());
            assert!(!said.contains(&gone), "{gone:?} was told as gone and stands at {now}");
        }
    }

    /// Runs through a record by chance, now and then with other models, and says what stands at the end.
    fn run(&mut self, entries: &[Entry], end: Time, chance: &mut Chance, others: &[&'a [&'a Model]]) -> Said {
        let mut known = 0;
        while self.read < entries.len() {
            let next = (self.read + 1 + chance.below(9) as usize).min(entries.len());
            known = known.max(next);
            // Histories tell also of what came after the entries that are being read.
            let told = &entries[..(known + chance.below(4) as usize).min(entries.len())];
            known = told.len();
            let now = told[..next].iter().map(|entry| entry.event.time).max().unwrap();
            let now = if next == entries.len() { end } else { now };
            self.read(told, next, now, 1 + chance.below(5) as usize);
            match chance.below(8) {
                0 => self.restart(&entries[..known]),
                1..=3 => self.mark = (self.read, self.live.unsettled()),
                4 if !others.is_empty() => {
                    self.change(&entries[..known], others[chance.below(others.len() as u64) as usize]);
                }
                _ => {}
            }
        }
        self.read(entries, entries.len(), end, 3);
        self.kept.said()
    }
}

/// Whether nothing more is to be expected of a case.
fn is_over(history: &[Entry]) -> bool {
    let mut complaints = 0_u32;
    for Entry { event, .. } in history {
        match event.activity.as_str() {
            "complaint made" => complaints += 1,
            "complaint answered" => complaints = complaints.saturating_sub(1),
            _ => {}
        }
    }
    complaints == 0 && history.iter().any(|entry| entry.event.attribute("ended").is_some())
}

/// The cases that have begun and are not over.
fn running(entries: &[Entry]) -> Vec<ObjectRef> {
    let cases: BTreeSet<ObjectRef> =
        entries.iter().filter_map(|entry| entry.event.object("case").cloned()).collect();
    cases.into_iter().filter(|case| !is_over(&past(entries, case))).collect()
}

/// In how many streams these cases have a life: one for the models of their procedure, one for those on any record.
fn lives(cases: &[ObjectRef], models: &[&Model]) -> usize {
    cases.len() * models.iter().map(|model| &model.on).collect::<BTreeSet<_>>().len()
}

fn end(entries: &[Entry], chance: &mut Chance) -> Time {
    let last = entries.iter().map(|entry| entry.event.time).max().unwrap();
    Time::new(last.seconds() + chance.below(90 * 86_400) as i64, 0, Some(480)).unwrap()
}

#[test]
fn live_says_what_each_case_says_by_itself() {
    let all = definitions();
    let derived = derive::of(&all.procedures[PROCEDURE], &all);
    let on_record = all.models.values().filter(|model| model.on == Subject::Record);
    let of_cases =
        on_record.filter(|model| model.scope.over.is_none() && model.scope.each.as_str() == "application");
    let models: Vec<&Model> = of_cases.chain(&derived).collect();
    let names = Catalogue { all: &all, models: models.clone() }.attributes();
    let (mut put, mut closed) = (0, 0);
    for seed in 0..100 {
        let mut chance = Chance(seed);
        let entries = record(&mut chance);
        let end = end(&entries, &mut chance);
        let mut rehearsed = Rehearsed::new(&all, &models);
        let said = rehearsed.run(&entries, end, &mut chance, &[]);
        assert_eq!(said, by_itself(&all, (&models, &names), &entries, end), "seed {seed}");
        put += rehearsed.kept.put;
        closed += rehearsed.kept.closed;
        // What is over leaves nothing.
        let runs = running(&entries);
        assert!(runs.iter().all(|case| rehearsed.live.holds(case)), "seed {seed}");
        assert_eq!(rehearsed.live.size().lives, lives(&runs, &models), "seed {seed}");
    }
    assert!(put > 400 && closed > 20, "{put} put, {closed} closed: too few to tell anything");
}

/// Models are added, changed and withdrawn while the record grows: what stands at the end is what those say that run then, of
/// what happened before them too.
#[test]
fn models_that_come_and_go_say_what_they_would_have_said_from_the_beginning() {
    let all = definitions();
    let derived = derive::of(&all.procedures[PROCEDURE], &all);
    let on_record = all.models.values().filter(|model| model.on == Subject::Record);
    let of_cases: Vec<&Model> = on_record
        .filter(|model| model.scope.over.is_none() && model.scope.each.as_str() == "application")
        .collect();
    let milder = |model: &&Model| match model.template {
        Template::Absence(times) => Model { template: Template::Absence(times + 1), ..(*model).clone() },
        _ => (*model).clone(),
    };
    let milder: Vec<Model> = of_cases.iter().map(milder).collect();
    let whole: Vec<&Model> = of_cases.iter().copied().chain(&derived).collect();
    let few: Vec<&Model> = of_cases.iter().copied().take(1).chain(derived.iter().step_by(2)).collect();
    let other: Vec<&Model> = milder.iter().chain(derived.iter().skip(1)).collect();
    let sets: [&[&Model]; 3] = [&whole, &few, &other];
    let (mut put, mut changed) = (0, 0);
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let entries = record(&mut chance);
        let end = end(&entries, &mut chance);
        let mut rehearsed = Rehearsed::new(&all, sets[seed as usize % 3]);
        let said = rehearsed.run(&entries, end, &mut chance, &sets);
        let names = Catalogue { all: &all, models: rehearsed.models.to_vec() }.attributes();
        assert_eq!(said, by_itself(&all, (rehearsed.models, &names), &entries, end), "seed {seed}");
        put += rehearsed.kept.put;
        changed += usize::from(!std::ptr::eq(rehearsed.models, sets[seed as usize % 3]));
    }
    assert!(put > 200 && changed > 10, "{put} put, {changed} changed: too few to tell anything");
}

/// Calls and the responses to them: each response is sent once, and arrives, is called off or reports, or not.
fn calls(chance: &mut Chance) -> Vec<Entry> {
    let (incidents, responses) = (1 + chance.below(2), 1 + chance.below(4));
    let mut now = 0;
    let mut told = Vec::new();
    for number in 0..8 + chance.below(30) {
        now += chance.below(1_500) as i64;
        let response = chance.below(responses);
        let of = response % incidents;
        let incident = ObjectRef::new("incident", format!("i{of}"));
        let response = ObjectRef::new("response", format!("r{response}"));
        let activity = match chance.below(7) {
            0 | 1 => "unit dispatched",
            2 => "unit arrived",
            3 => "response called off",
            4 => "result of the response reported",
            _ => "caller told of the result",
        };
        let mut event = Event::new(format!("e{number}"), activity, at(now));
        if activity == "caller told of the result" {
            event = event.about("call", incident.clone());
        } else {
            event = event.about("response", response.clone());
        }
        if activity == "unit dispatched" {
            event = event.about("call", incident.clone());
            event.links.push(Link { from: incident, qualifier: "incident".into(), to: response });
        }
        told.push(event);
    }
    (0..).zip(told).map(|(index, event)| Entry { index, event }).collect()
}

#[test]
fn models_over_several_objects_say_live_what_they_say_of_the_whole_log() {
    let all = definitions();
    let models: Vec<&Model> = all.models.values().filter(|model| model.scope.over.is_some()).collect();
    assert!(models.len() >= 2);
    let names = Catalogue { all: &all, models: models.clone() }.attributes();
    let mut put = 0;
    for seed in 0..100 {
        let mut chance = Chance(seed);
        let entries = calls(&mut chance);
        let end = end(&entries, &mut chance);
        let mut rehearsed = Rehearsed::new(&all, &models);
        let said = rehearsed.run(&entries, end, &mut chance, &[]);
        let (mut log, mut links, mut recall) = (Log::new(), Links::new(), Recall::of(names.iter().cloned()));
        for Entry { event, .. } in &entries {
            links.push(event);
            log.push(&recall.seen(event)).unwrap();
        }
        let language = Language::new(&log, &names);
        let mut unready = Unready::new(&all, &language);
        let ready: Vec<_> = models.iter().filter_map(|model| unready.ready(model).ok()).collect();
        let mut whole = Said::new();
        try_all(&log, &links, &ready, Until::Open(end), &mut |model, found| {
            if found.finding.verdict.is_violated() {
                let id = |event: u32| log.id(event).unwrap().to_string();
                let cited =
                    found.finding.activation.into_iter().chain(found.finding.evidence.iter().copied());
                let cited: Vec<String> = cited.map(id).collect();
                whole.insert((models[model].id.to_string(), found.scope[0].to_string(), cited.join(" ")));
            }
        });
        assert_eq!(said, whole, "seed {seed}");
        put += rehearsed.kept.put;
    }
    assert!(put > 100, "{put} put: too few to tell anything");
}
