//! The models of packs over a record as it grows: what is broken now, and what is no more.
//!
//! [`Live`] is given entries in the order of the record, and the time. It keeps the lives of the cases that run, in a
//! [`Stream`](crate::check::Stream) for each type of object and each procedure whose models speak of it, and nothing of those
//! that are over. Whatever it does not hold is gone through from the history of the object when it [settles](Live::settle): a
//! case that begins or comes back, a correction, a model over several objects. So it may begin anywhere in the record, be
//! ended anywhere, and have its models changed while it runs.

mod apart;
mod breach;
mod case;
mod heard;
mod histories;
mod lane;
mod model;

pub use breach::{Breach, Change, Of};
pub use histories::Past;

use crate::catalogue::{Ready, Recall};
use crate::log::Log;
use apart::Apart;
use case::Case;
use heard::Heard;
use histories::Histories;
use lane::Lane;
use model::Running;
use pack::models::Model;
use pack::{Definitions, Id, Problem};
use record::interop::vocabulary;
use record::{Digest, Entry, Name, ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The part that a case plays in its events.
const CASE: &str = "case";

/// Models over a record, and the lives that run in them.
#[derive(Default)]
pub struct Live {
    attributes: Vec<Name>,
    recall: Recall,
    lanes: Vec<Lane>,
    /// By type: the lanes of it.
    of_kind: HashMap<String, Vec<usize>>,
    apart: Apart,
    /// Cases that run, as far as they were gone through.
    cases: HashMap<ObjectRef, Case>,
    /// Objects whose lives are to be gone through from their histories.
    again: BTreeSet<ObjectRef>,
    /// Cases that run and are still to be taken up: no time passes before they are.
    to_load: VecDeque<ObjectRef>,
    /// How far time has passed, in seconds.
    passed: Option<i64>,
    /// What was heard and is still to be gone through, by lane.
    batches: BTreeMap<usize, Log>,
    /// Cases that may be over with it.
    over: BTreeSet<ObjectRef>,
    /// What is broken in objects that were gone through, as far as events alone tell; it is told once time has passed for it.
    gone_through: BTreeMap<ObjectRef, Vec<Breach>>,
    changes: Vec<Change>,
    heard: Heard,
    gone: u64,
    evicted: u64,
}

/// How much a [`Live`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Lives that run.
    pub lives: usize,
    /// Bytes that their state takes, about.
    pub bytes: usize,
    /// Objects still to be gone through from their histories.
    pub waiting: usize,
    /// Objects that are to be looked at again when a deadline of theirs passes.
    pub due: usize,
    /// Objects that were gone through from their histories since it began.
    pub gone: u64,
    /// Lives that were over, and of which nothing is kept.
    pub evicted: u64,
}

impl Live {
    /// With no entries yet. What models cannot be made ready is told beside.
    pub fn new(all: &Definitions, models: &[&Model]) -> (Self, Vec<Problem>) {
        let mut live = Self::default();
        let (_, problems) = live.change(all, models);
        (live, problems)
    }

    /// Models made ready for an empty log, over cases of the record.
    pub fn of_ready(models: Vec<Ready>, attributes: Vec<Name>) -> Self {
        let running = |ready: Ready| {
            let name = Id::from(ready.model.name.as_str());
            Running { says: Digest::of(ready.model.name.as_bytes()), name, ready }
        };
        let mut live = Self::default();
        live.put(models.into_iter().map(running).collect(), attributes, &|_| true);
        live
    }

    /// Has these models run from now on and no others. The lives that run are gone through with those that are new. Objects of
    /// which types are to be gone through, since a model that was not there before speaks of them; and what cannot run.
    pub fn change(&mut self, all: &Definitions, models: &[&Model]) -> (BTreeSet<String>, Vec<Problem>) {
        let (running, attributes, problems) = model::ready(all, models);
        let of_cases = |kind: &str| all.procedures.values().any(|one| one.object.as_str() == kind);
        (self.put(running, attributes, &of_cases), problems)
    }

    fn put(
        &mut self,
        models: Vec<Running>,
        attributes: Vec<Name>,
        of_cases: &dyn Fn(&str) -> bool,
    ) -> BTreeSet<String> {
        self.take_heard();
        let known = self.models();
        let own = |one: &Running| one.ready.scope.over.is_none() && of_cases(one.ready.scope.each.as_str());
        let (own, apart): (Vec<Running>, Vec<Running>) = models.into_iter().partition(own);
        let mut groups: BTreeMap<(String, Option<Id>), Vec<&Running>> = BTreeMap::new();
        for one in &own {
            let key = (one.ready.scope.each.to_string(), one.ready.procedure.clone());
            groups.entry(key).or_default().push(one);
        }
        // What a case knew is remembered as far as models speak of it.
        let all_anew = self.attributes != attributes;
        let mut before = std::mem::take(&mut self.lanes);
        let mut anew: BTreeSet<(String, Option<Id>)> =
            before.iter().map(|lane| (lane.kind.clone(), lane.procedure.clone())).collect();
        self.of_kind.clear();
        for (key, group) in groups {
            let says: BTreeMap<Id, Digest> = group.iter().map(|one| (one.name.clone(), one.says)).collect();
            let same = |lane: &Lane| (&lane.kind, &lane.procedure) == (&key.0, &key.1) && lane.says == says;
            let lane = match before.iter().position(same).filter(|_| !all_anew) {
                Some(at) => {
                    anew.remove(&key);
                    before.swap_remove(at)
                }
                None => {
                    anew.insert(key.clone());
                    Lane::new(key.0.clone(), key.1, &group)
                }
            };
            self.of_kind.entry(key.0).or_default().push(self.lanes.len());
            self.lanes.push(lane);
        }
        let touches = |(object, case): &(&ObjectRef, &Case)| {
            anew.iter().any(|(kind, procedure)| {
                kind == object.kind.as_str() && procedure.as_ref().is_none_or(|of| *of == case.procedure)
            })
        };
        self.again.extend(self.cases.iter().filter(touches).map(|(object, _)| object.clone()));
        // In a new lane no time has passed.
        self.passed = None;
        if all_anew {
            self.recall = Recall::of(attributes.iter().cloned());
            self.attributes = attributes;
        }
        let unsettled: Vec<ObjectRef> = self.apart.unsettled().cloned().collect();
        self.apart = Apart::new(apart);
        self.cases.retain(|object, _| self.of_kind.contains_key(object.kind.as_str()));
        unsettled.iter().for_each(|object| self.apart.touch(object));
        self.kinds_beyond(&known)
    }

    /// The models that run, each with what tells it from one of the same name that says something else.
    pub fn models(&self) -> BTreeMap<Id, Digest> {
        let own = self.lanes.iter().flat_map(|lane| &lane.says).map(|(name, says)| (name.clone(), *says));
        own.chain(self.apart.models().iter().map(|one| (one.name.clone(), one.says))).collect()
    }

    /// The types of the objects of which models speak that are not among these.
    pub fn kinds_beyond(&self, known: &BTreeMap<Id, Digest>) -> BTreeSet<String> {
        let is_new = |name: &Id, says: &Digest| known.get(name) != Some(says);
        let own = self.lanes.iter().filter(|lane| lane.says.iter().any(|(name, says)| is_new(name, says)));
        let apart = self.apart.models().iter().filter(|one| is_new(&one.name, &one.says));
        let apart = apart.map(|one| one.ready.scope.each.to_string());
        own.map(|lane| lane.kind.clone()).chain(apart).collect()
    }

    /// Whether a model is gone through apart from the others: it speaks of several objects, or of some that are no cases.
    pub fn apart(&self, model: &Id) -> bool {
        self.apart.models().iter().any(|one| one.name == *model)
    }

    /// How much it holds. It looks at each life.
    pub fn size(&self) -> Size {
        Size {
            lives: self.lanes.iter().map(Lane::open).sum(),
            bytes: self.lanes.iter().map(Lane::size).sum(),
            waiting: self.waiting(),
            due: self.apart.due(),
            gone: self.gone,
            evicted: self.evicted,
        }
    }

    /// How many objects are still to be gone through from their histories.
    pub fn waiting(&self) -> usize {
        self.again.len() + self.to_load.len() + self.apart.waiting()
    }

    /// The objects of which something is still to be said, cases that run apart: what has to be gone through
    /// [again](Self::again) where another takes this one's place.
    pub fn unsettled(&self) -> BTreeSet<ObjectRef> {
        let own = self.again.iter().chain(&self.over).chain(self.gone_through.keys());
        own.chain(self.apart.unsettled()).cloned().collect()
    }

    /// The cases that it keeps up with.
    pub fn running(&self) -> impl Iterator<Item = &ObjectRef> {
        self.cases.keys().chain(&self.to_load)
    }

    /// Has cases that run taken up from their histories, before any time passes.
    pub fn load(&mut self, running: impl IntoIterator<Item = ObjectRef>) {
        let watched = running.into_iter().filter(|object| self.of_kind.contains_key(object.kind.as_str()));
        self.to_load.extend(watched);
    }

    /// Has an object gone through from its history.
    pub fn again(&mut self, object: &ObjectRef) {
        self.apart.touch(object);
        if self.of_kind.contains_key(object.kind.as_str()) {
            self.again.insert(object.clone());
        }
    }

    /// Whether a case is kept up with.
    pub fn holds(&self, object: &ObjectRef) -> bool {
        self.cases.contains_key(object)
    }

    /// Has an object gone through from its history, unless it is a case that is kept up with.
    pub fn look_over(&mut self, object: &ObjectRef) {
        match self.holds(object) {
            true => self.apart.touch(object),
            false => self.again(object),
        }
    }

    /// Goes through what was heard. Nothing of it stands any longer for which a history is to be asked.
    fn take_heard(&mut self) {
        let mut heard = std::mem::take(&mut self.heard);
        for (lane, batch) in std::mem::take(&mut self.batches) {
            if let Some(lane) = self.lanes.get_mut(lane) {
                lane.take(&batch, &mut heard);
            }
        }
        let mut over = std::mem::take(&mut self.over);
        // A complaint may have come after the end.
        over.retain(|case| !self.again.contains(case) && self.cases.get(case).is_some_and(Case::is_over));
        for case in over {
            let procedure = self.cases.remove(&case).map(|case| case.procedure).unwrap_or_default();
            self.lanes_of(&case, &procedure).for_each(|lane| lane.close(case.id.as_str(), &mut heard));
            self.recall.forget(&case);
            self.evicted += 1;
        }
        self.again.append(&mut heard.doubtful);
        self.tell(heard);
    }

    fn lanes_of(&mut self, object: &ObjectRef, procedure: &Id) -> impl Iterator<Item = &mut Lane> {
        let lanes = self.lanes.iter_mut().filter(|lane| lane.kind == object.kind.as_str());
        lanes.filter(|lane| lane.speaks_of(procedure))
    }

    /// Hears the next entry; what follows from it is told when all that was heard [settles](Self::settle).
    pub fn hear(&mut self, entry: &Entry) {
        self.apart.hear(&entry.event);
        self.hear_about(entry, None);
    }

    /// Hears the next entry that is about an object, as far as it is about that one. Where objects are divided among several,
    /// each hears of its own, one after the other.
    pub fn hear_of(&mut self, entry: &Entry, object: &ObjectRef) {
        self.apart.touch(object);
        self.hear_about(entry, Some(object));
    }

    /// Hears that something happened to an object that others keep up with, but near which something may lie.
    pub fn hear_apart(&mut self, object: &ObjectRef) {
        self.apart.touch(object);
    }

    fn hear_about(&mut self, entry: &Entry, only: Option<&ObjectRef>) {
        let Entry { index, event } = entry;
        let watched = |object: &&ObjectRef| {
            self.of_kind.contains_key(object.kind.as_str()) && only.is_none_or(|only| only == *object)
        };
        if event.corrects.is_some() || vocabulary::is_carrier(&event.activity) {
            // What a log keeps beside its events matters to cases that run; others are no more than told of.
            let carrier = event.corrects.is_none();
            let known = |object: &&ObjectRef| !carrier || self.cases.contains_key(*object);
            let all: Vec<ObjectRef> =
                event.touched().into_iter().filter(watched).filter(known).cloned().collect();
            self.again.extend(all);
            return;
        }
        let mut about: Vec<&ObjectRef> =
            event.objects.iter().map(|relation| &relation.object).filter(watched).collect();
        about.sort_unstable();
        about.dedup();
        let case = event.object(CASE);
        let known = |case: &ObjectRef| {
            !self.again.contains(case) && self.cases.get(case).is_some_and(|held| held.next <= *index)
        };
        // What its case knew is not known where the case is not kept up with, or was gone through beyond this entry.
        let heard = |case: &ObjectRef| only.is_none_or(|only| only == case);
        let knows = case.is_none_or(|case| heard(case) && known(case));
        if about.is_empty() {
            return;
        }
        let seen = knows.then(|| self.recall.seen(event));
        let mut shares: Vec<(usize, &ObjectRef)> = Vec::new();
        for object in about {
            let Some(held) = self.cases.get_mut(object).filter(|_| !self.again.contains(object)) else {
                self.again.insert(object.clone());
                continue;
            };
            if *index < held.next {
                continue;
            }
            if seen.is_none() {
                self.again.insert(object.clone());
                continue;
            }
            held.next = index + 1;
            if case == Some(object) {
                held.hear(event);
                if held.is_over() {
                    self.over.insert(object.clone());
                }
            }
            for lane in self.of_kind.get(object.kind.as_str()).into_iter().flatten() {
                if self.lanes.get(*lane).is_some_and(|lane| lane.speaks_of(&held.procedure)) {
                    shares.push((*lane, object));
                }
            }
        }
        let Some(seen) = seen else { return };
        shares.sort_unstable();
        for share in shares.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((lane, _)) = share.first() else { continue };
            let objects = share.iter().map(|(_, object)| *object);
            // A batch is far from as many events as a log cannot hold.
            let _ = self.batches.entry(*lane).or_default().push_about(&seen, objects);
        }
    }

    /// What was heard is gone through; time has passed; and up to `most` of the objects that wait for it are gone through anew.
    /// `past` gives their histories. What follows is given back.
    ///
    /// # Errors
    /// What `past` fails with; all is then as if this had not been called, but for what was gone through already.
    pub fn settle<E>(&mut self, now: Time, most: usize, past: &mut Past<'_, E>) -> Result<Vec<Change>, E> {
        self.take_heard();
        let mut histories = Histories::new(past);
        let mut objects: Vec<ObjectRef> = self.again.iter().take(most).cloned().collect();
        let room = most - objects.len();
        let loaded = room.min(self.to_load.len());
        let known = |object: &&ObjectRef| self.again.contains(*object) || self.cases.contains_key(*object);
        objects.extend(self.to_load.iter().take(loaded).filter(|object| !known(object)).cloned());
        // A case that was named twice is gone through once: what it is told a second time in the same life says nothing.
        let mut known = BTreeSet::new();
        objects.retain(|object| known.insert(object.clone()));
        self.go_through(&objects, &mut histories)?;
        self.to_load.drain(..loaded);
        if self.to_load.is_empty() {
            self.let_time_pass(now);
        }
        self.apart.settle(now, most, &mut histories, (&self.recall, &mut self.changes))?;
        if self.waiting() == 0 {
            self.lanes.iter_mut().for_each(Lane::rest);
        }
        Ok(std::mem::take(&mut self.changes))
    }

    /// Time passes for all lives, and all that stands of those that were gone through is told: what time alone breaks, too.
    fn let_time_pass(&mut self, now: Time) {
        let mut heard = std::mem::take(&mut self.heard);
        if self.passed.is_none_or(|passed| passed < now.seconds()) {
            self.passed = Some(now.seconds());
            self.lanes.iter_mut().for_each(|lane| lane.advance(now, &mut heard));
            self.again.append(&mut heard.doubtful);
        }
        self.tell(heard);
        let whole = std::mem::take(&mut self.gone_through).into_iter();
        self.changes.extend(whole.map(|(object, breaches)| Change::All { object, of: Of::Own, breaches }));
    }

    /// Tells what was heard; of an object that was gone through, with the rest that is broken in it.
    fn tell(&mut self, mut heard: Heard) {
        self.changes.reserve(heard.len());
        for breach in heard.standing() {
            match breach.objects.first().and_then(|object| self.gone_through.get_mut(object)) {
                Some(breaches) => breaches.push(breach),
                None => self.changes.push(Change::Broken(breach)),
            }
        }
        self.heard = heard;
    }

    /// Goes through objects' lives anew.
    fn go_through<E>(
        &mut self,
        objects: &[ObjectRef],
        histories: &mut Histories<'_, '_, E>,
    ) -> Result<(), E> {
        let mut cases = Vec::new();
        // By lane, with the objects of which they tell.
        let mut running: BTreeMap<usize, (Log, Vec<&str>)> = BTreeMap::new();
        let mut over: BTreeMap<usize, (Log, Vec<&str>)> = BTreeMap::new();
        for object in objects {
            let case = Case::of(object, &histories.of(object)?);
            if let Some(case) = &case {
                let lanes = self.of_kind.get(object.kind.as_str()).into_iter().flatten();
                let speaks = |lane: &&usize| {
                    self.lanes.get(**lane).is_some_and(|lane| lane.speaks_of(&case.procedure))
                };
                let lanes: Vec<usize> = lanes.filter(speaks).copied().collect();
                let logs = if case.is_over() { &mut over } else { &mut running };
                lanes.iter().for_each(|lane| logs.entry(*lane).or_default().1.push(object.id.as_str()));
                histories.recalled(&self.recall, &BTreeSet::from([object.clone()]), &mut |event| {
                    let own = event.objects.iter().map(|relation| &relation.object);
                    let own = own.filter(|one| *one == object);
                    for lane in &lanes {
                        // An object's history is far from as many events as a log cannot hold.
                        let _ = logs.get_mut(lane).map(|(log, _)| log.push_about(event, own.clone()));
                    }
                })?;
            }
            cases.push((object, case));
        }
        for (object, case) in cases {
            self.again.remove(object);
            if let Some(before) = self.cases.remove(object) {
                self.lanes_of(object, &before.procedure).for_each(|lane| lane.drop_life(object.id.as_str()));
                self.recall.forget(object);
            }
            let Some(case) = case else { continue };
            if case.is_over() {
                self.evicted += 1;
                continue;
            }
            let own = |entry: &&Entry| entry.event.object(CASE) == Some(object);
            for entry in histories.of(object)?.iter().filter(own) {
                let _ = self.recall.seen(&entry.event);
            }
            self.cases.insert(object.clone(), case);
        }
        self.gone += objects.len() as u64;
        let mut heard = std::mem::take(&mut self.heard);
        for (lane, (log, _)) in &running {
            self.lanes.get_mut(*lane).into_iter().for_each(|lane| lane.take(log, &mut heard));
        }
        for (lane, (log, ended)) in &over {
            self.lanes.get_mut(*lane).into_iter().for_each(|lane| lane.go_through(log, ended, &mut heard));
        }
        let mut found = heard.by_object();
        self.heard = heard;
        self.gone_through.extend(objects.iter().map(|object| {
            let breaches = found.remove(object).unwrap_or_default();
            (object.clone(), breaches)
        }));
        Ok(())
    }
}
