//! The models of packs over a record as it grows: what is broken now, and what is no more.
//!
//! [`Live`] is given entries in the order of the record, and the time. It keeps a [`Stream`] for each type of object and each
//! procedure whose models speak of it. What a stream cannot know (a case that is told of after it was closed, a correction, a
//! model over several objects) is gone through anew, from the history of the objects, when it [settles](Live::settle).

mod breach;
mod wide;

pub use breach::{Breach, Change};

use crate::catalogue::{Catalogue, Ready, Recall, Unready};
use crate::check::{Broken, Hearer, Stream};
use crate::condition::Language;
use crate::log::Log;
use breach::Standing;
use pack::models::{Model, Subject};
use pack::{Definitions, Id, Problem};
use record::{Entry, Event, EventId, Name, ObjectRef, Time, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use wide::Wide;

/// The part that a case plays in its events, and those of them that say where it stands.
const CASE: &str = "case";
const STARTED: &str = "case started";
const COMPLAINED: &str = "complaint made";
const REPLIED: &str = "complaint answered";

/// Models over a record, and all that they say is broken.
pub struct Live {
    names: Vec<Id>,
    attributes: Vec<Name>,
    recall: Recall,
    lanes: Vec<Lane>,
    /// By type: the lanes of it.
    of_kind: HashMap<String, Vec<usize>>,
    wide: Wide,
    cases: HashMap<ObjectRef, Case>,
    /// Objects that were told of before they were begun as cases.
    strangers: HashSet<ObjectRef>,
    /// Objects whose lives are to be gone through anew.
    again: BTreeSet<ObjectRef>,
    standing: Standing,
}

/// The models over the objects of one type, or over those that are cases of one procedure.
struct Lane {
    kind: String,
    procedure: Option<Id>,
    /// By place in the stream: the place in [`Live::names`].
    models: Vec<usize>,
    stream: Stream,
}

impl Lane {
    /// Its stream, and who hears what it tells.
    fn heard<'a>(
        &'a mut self,
        lane: usize,
        names: &'a [Id],
        standing: &'a mut Standing,
    ) -> (&'a mut Stream, Ear<'a>) {
        let ear = Ear { lane, kind: &self.kind, models: &self.models, names, standing };
        (&mut self.stream, ear)
    }
}

/// A case as far as it must be known here.
#[derive(Default)]
struct Case {
    procedure: Id,
    ended: bool,
    complaints: u32,
    /// Whether its life was closed in the streams.
    closed: bool,
}

impl Case {
    fn hear(&mut self, event: &Event) {
        match event.activity.as_str() {
            STARTED => {
                let procedure = event.attribute("procedure").and_then(Value::as_text);
                self.procedure = procedure.map(Id::from).unwrap_or_default();
            }
            COMPLAINED => self.complaints += 1,
            REPLIED => self.complaints = self.complaints.saturating_sub(1),
            _ => {}
        }
        self.ended |= event.attribute("ended").is_some();
    }

    /// Whether nothing more is to be expected of it.
    fn is_over(&self) -> bool {
        self.ended && self.complaints == 0
    }
}

impl Live {
    /// With no entries yet. What models cannot be made ready is told beside.
    pub fn new(all: &Definitions, models: &[&Model]) -> (Self, Vec<Problem>) {
        let of_record = |model: &&&Model| !matches!(model.on, Subject::Log(_));
        let catalogue = Catalogue { all, models: models.iter().filter(of_record).copied().collect() };
        let attributes = catalogue.attributes();
        let empty = Log::new();
        let language = Language::new(&empty, &attributes);
        let mut unready = Unready::new(all, &language);
        let (mut ready, mut problems): (Vec<Ready>, Vec<Problem>) = (Vec::new(), Vec::new());
        for model in &catalogue.models {
            match unready.ready(model) {
                Ok(model) => ready.push(model),
                Err(found) => problems.extend(found),
            }
        }
        let names: Vec<Id> = ready.iter().map(|ready| Id::from(ready.model.name.as_str())).collect();
        let mut groups: BTreeMap<(String, Option<Id>), Vec<usize>> = BTreeMap::new();
        for (at, ready) in ready.iter().enumerate().filter(|(_, ready)| ready.scope.over.is_none()) {
            groups.entry((ready.scope.each.to_string(), ready.procedure.clone())).or_default().push(at);
        }
        let (mut lanes, mut of_kind): (Vec<Lane>, HashMap<String, Vec<usize>>) = Default::default();
        for ((kind, procedure), models) in groups {
            let own: Vec<_> =
                models.iter().filter_map(|at| ready.get(*at)).map(|ready| ready.model.clone()).collect();
            let stream = Stream::new(kind.as_str(), &own);
            of_kind.entry(kind.clone()).or_default().push(lanes.len());
            lanes.push(Lane { kind, procedure, models, stream });
        }
        let wide = Wide::new((0..).zip(ready).filter(|(_, ready)| ready.scope.over.is_some()));
        let live = Self {
            names,
            recall: Recall::of(attributes.iter().cloned()),
            attributes,
            lanes,
            of_kind,
            wide,
            cases: HashMap::new(),
            strangers: HashSet::new(),
            again: BTreeSet::new(),
            standing: Standing::default(),
        };
        (live, problems)
    }

    /// The models that run.
    pub fn models(&self) -> &[Id] {
        &self.names
    }

    /// How many lives are open, and about how many bytes their state takes.
    pub fn size(&self) -> (usize, usize) {
        let lives = self.lanes.iter().map(|lane| lane.stream.open()).sum();
        (lives, self.lanes.iter().map(|lane| lane.stream.size()).sum())
    }

    /// Takes in the next entries.
    pub fn take(&mut self, entries: &[Entry]) {
        let mut batches: BTreeMap<usize, Log> = BTreeMap::new();
        let mut over: BTreeSet<ObjectRef> = BTreeSet::new();
        for Entry { event, .. } in entries {
            self.wide.hear(event);
            let case = event.object(CASE).cloned();
            if event.corrects.is_some() {
                self.recall.seen(event);
                self.again.extend(event.objects.iter().map(|relation| relation.object.clone()));
                continue;
            }
            let seen = self.recall.seen(event).into_owned();
            if let Some(case) = &case {
                let held = self.cases.entry(case.clone()).or_default();
                held.hear(event);
                if held.is_over() {
                    over.insert(case.clone());
                }
                if event.activity.as_str() == STARTED && self.strangers.remove(case) {
                    self.again.insert(case.clone());
                }
            }
            self.share_out(&seen, &mut batches);
        }
        for (lane, batch) in batches {
            let Some(lane_of) = self.lanes.get_mut(lane) else { continue };
            let (stream, mut ear) = lane_of.heard(lane, &self.names, &mut self.standing);
            stream.take(&batch, &mut ear);
        }
        // A complaint may have come after the end.
        let is_over = |case: &&ObjectRef| self.cases.get(*case).is_some_and(Case::is_over);
        for case in over.difference(&self.again).filter(is_over).cloned().collect::<Vec<_>>() {
            self.close(&case);
        }
    }

    /// Puts an event into the batches of those lanes that it is about.
    fn share_out(&mut self, seen: &Event, batches: &mut BTreeMap<usize, Log>) {
        let mut shares: BTreeMap<usize, Event> = BTreeMap::new();
        for relation in &seen.objects {
            let Some(lanes) = self.of_kind.get(relation.object.kind.as_str()) else { continue };
            let case = self.cases.get(&relation.object);
            if case.is_some_and(|case| case.closed) {
                self.again.insert(relation.object.clone());
            }
            if self.again.contains(&relation.object) {
                continue;
            }
            if case.is_none() {
                self.strangers.insert(relation.object.clone());
            }
            for lane in lanes {
                let Some(of) = self.lanes.get(*lane).map(|lane| &lane.procedure) else { continue };
                let fits = of.as_ref().is_none_or(|of| case.is_some_and(|case| case.procedure == *of));
                if fits {
                    let bare = || Event { objects: Vec::new(), ..seen.clone() };
                    shares.entry(*lane).or_insert_with(bare).objects.push(relation.clone());
                }
            }
        }
        for (lane, share) in shares {
            // A batch is far from as many events as a log cannot hold.
            let _ = batches.entry(lane).or_default().push(&share);
        }
    }

    fn close(&mut self, case: &ObjectRef) {
        for lane in self.of_kind.get(case.kind.as_str()).cloned().unwrap_or_default() {
            let Some(lane_of) = self.lanes.get_mut(lane) else { continue };
            let (stream, mut ear) = lane_of.heard(lane, &self.names, &mut self.standing);
            stream.close(case.id.as_str(), &mut ear);
        }
        self.recall.forget(case);
        if let Some(held) = self.cases.get_mut(case) {
            held.closed = true;
        }
    }

    /// Time has passed, and what must be gone through anew is. `past` gives the entries of an object's history as they count:
    /// a correction in place of what it corrects. What has changed since this was called last is given back.
    ///
    /// # Errors
    /// What `past` fails with; all is then as if this had not been called, but for what was told already.
    pub fn settle<E>(
        &mut self,
        now: Time,
        past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
    ) -> Result<Vec<Change>, E> {
        for (lane, lane_of) in self.lanes.iter_mut().enumerate() {
            let (stream, mut ear) = lane_of.heard(lane, &self.names, &mut self.standing);
            stream.advance(now, &mut ear);
        }
        while let Some(object) = self.again.first().cloned() {
            self.retell(&object, past)?;
            self.again.remove(&object);
        }
        let first = self.lanes.len();
        let standing = &mut self.standing;
        self.wide.settle(now, past, &self.attributes, &mut |model, object, found| {
            standing.replace((first + model, object.clone()), found);
        })?;
        Ok(self.standing.changes())
    }

    /// Goes through an object's life anew.
    fn retell<E>(
        &mut self,
        object: &ObjectRef,
        past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
    ) -> Result<(), E> {
        let lanes = self.of_kind.get(object.kind.as_str()).cloned().unwrap_or_default();
        let own = past(object)?;
        let mut case = Case::default();
        let moves = own.iter().filter(|entry| entry.event.object(CASE) == Some(object));
        moves.for_each(|entry| case.hear(&entry.event));
        let log = remembered(&self.attributes, &BTreeSet::from([object.clone()]), past)?;
        let known = self.cases.contains_key(object);
        for lane in lanes {
            let Some(lane_of) = self.lanes.get_mut(lane) else { continue };
            self.standing.forget(&(lane, object.clone()));
            lane_of.stream.close(object.id.as_str(), &mut Deaf);
            if lane_of.procedure.as_ref().is_some_and(|of| *of != case.procedure) {
                continue;
            }
            let (stream, mut ear) = lane_of.heard(lane, &self.names, &mut self.standing);
            stream.reopen(object.id.as_str(), &log, &mut ear);
            if case.is_over() {
                stream.close(object.id.as_str(), &mut ear);
            }
        }
        if known {
            case.closed = case.is_over();
            self.cases.insert(object.clone(), case);
        }
        Ok(())
    }

    /// All that is broken now.
    pub fn broken(&self) -> impl Iterator<Item = &Breach> {
        self.standing.all()
    }
}

/// The events about some objects, each as its own case knew it, and about these objects alone.
fn remembered<E>(
    attributes: &[Name],
    objects: &BTreeSet<ObjectRef>,
    past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
) -> Result<Log, E> {
    let mut log = Log::new();
    for event in wide::recalled(attributes, objects, past)? {
        let about = |relation: &record::Relation| objects.contains(&relation.object);
        let own = event.objects.iter().filter(|relation| about(relation)).cloned().collect();
        // An object's history is far from as many events as a log cannot hold.
        let _ = log.push(&Event { objects: own, ..event });
    }
    Ok(log)
}

/// Hears what a lane's stream tells.
struct Ear<'a> {
    lane: usize,
    kind: &'a str,
    models: &'a [usize],
    names: &'a [Id],
    standing: &'a mut Standing,
}

impl Ear<'_> {
    fn each(&mut self, broken: &Broken<'_>, mut tell: impl FnMut(&mut Standing, usize, Breach)) {
        let object = ObjectRef::new(self.kind, broken.object());
        broken.each(|model, finding| {
            let name = self.models.get(model).and_then(|at| self.names.get(*at));
            let Some(name) = name else { return };
            let ids = |events: &[u32]| -> Vec<EventId> {
                events.iter().filter_map(|event| broken.id(*event)).cloned().collect()
            };
            let breach = Breach {
                model: name.clone(),
                objects: vec![object.clone()],
                activation: finding.activation.and_then(|event| broken.id(event)).cloned(),
                evidence: ids(&finding.evidence),
                verdict: finding.verdict,
                deadline: finding.deadline,
                at: finding.at,
            };
            tell(self.standing, self.lane, breach);
        });
    }
}

impl Hearer for Ear<'_> {
    fn broken(&mut self, broken: &Broken<'_>) {
        self.each(broken, |standing, lane, breach| standing.put(lane, breach));
    }

    fn mended(&mut self, broken: &Broken<'_>) {
        self.each(broken, |standing, lane, breach| standing.take(lane, &breach));
    }

    fn returned(&mut self, _: &str, _: &EventId) {}
}

/// Hears nothing.
struct Deaf;

impl Hearer for Deaf {
    fn broken(&mut self, _: &Broken<'_>) {}
    fn mended(&mut self, _: &Broken<'_>) {}
    fn returned(&mut self, _: &str, _: &EventId) {}
}
