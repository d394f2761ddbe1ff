//! However a record's entries come, in whatever batches and with whatever looks at the clock between: what the live engine
//! says is broken is what the models say of each case by itself.

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
use oversight::live::{Change, Live};
use oversight::log::Log;
use pack::Definitions;
use pack::models::{Model, Subject};
use record::{Entry, Event, Name, ObjectRef, Time};
use std::collections::BTreeSet;
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
            _ => "data read",
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
    let own = |entry: &&Entry| entry.event.object("case") == Some(object);
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
        let (mut ended, mut complaints) = (false, 0_u32);
        for Entry { event, .. } in &own {
            log.push(&recall.seen(event)).unwrap();
            ended |= event.attribute("ended").is_some();
            match event.activity.as_str() {
                "complaint made" => complaints += 1,
                "complaint answered" => complaints = complaints.saturating_sub(1),
                _ => {}
            }
        }
        let language = Language::new(&log, names);
        let mut unready = Unready::new(all, &language);
        let ready: Vec<_> = models.iter().filter_map(|model| unready.ready(model).ok()).collect();
        assert_eq!(ready.len(), models.len());
        let until = if ended && complaints == 0 { Until::Closed } else { Until::Open(now) };
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

fn said(live: &Live) -> Said {
    let one = |breach: &oversight::live::Breach| {
        let cited: Vec<String> =
            breach.activation.iter().chain(&breach.evidence).map(ToString::to_string).collect();
        (breach.model.to_string(), breach.objects[0].to_string(), cited.join(" "))
    };
    live.broken().map(one).collect()
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
    let (mut broken, mut mended) = (0, 0);
    for seed in 0..120 {
        let mut chance = Chance(seed);
        let entries = record(&mut chance);
        let last = entries.iter().map(|entry| entry.event.time).max().unwrap();
        let end = Time::new(last.seconds() + chance.below(90 * 86_400) as i64, 0, Some(480)).unwrap();
        let (mut live, problems) = Live::new(&all, &models);
        assert!(problems.is_empty(), "{problems:?}");
        let mut told: BTreeSet<record::Digest> = BTreeSet::new();
        let mut read = 0;
        while read < entries.len() {
            let next = (read + 1 + chance.below(9) as usize).min(entries.len());
            live.take(&entries[read..next]);
            read = next;
            let now = entries[..read].iter().map(|entry| entry.event.time).max().unwrap();
            let now = if read == entries.len() { end } else { now };
            let changes =
                live.settle(now, &mut |object| Ok::<_, ()>(past(&entries[..read], object))).unwrap();
            for change in changes {
                match change {
                    Change::Broken(breach) => {
                        broken += 1;
                        assert!(told.insert(breach.digest()), "told twice");
                    }
                    Change::Mended(breach) => {
                        mended += 1;
                        assert!(told.remove(&breach.digest()), "taken back, and never told");
                    }
                }
            }
        }
        let standing: BTreeSet<record::Digest> = live.broken().map(oversight::live::Breach::digest).collect();
        assert_eq!(told, standing, "seed {seed}: what was told and not taken back is what stands");
        assert_eq!(said(&live), by_itself(&all, (&models, &names), &entries, end), "seed {seed}");
    }
    assert!(broken > 500 && mended > 20, "{broken} broken, {mended} mended: too few to tell anything");
}
