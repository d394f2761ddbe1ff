//! The same engine over events as they come: a life's state is kept between its events, windows run out as time passes,
//! and what a late or corrected event shows to be otherwise is taken back.

mod wheel;

use super::Until;
use super::course::{Course, Desk, Entry, Ground};
use super::plan::Plan;
use super::sign::{SortNumber, Sorts};
use super::told::{Sink, Told};
use super::verdict::Finding;
use crate::condition::Bound;
use crate::log::{EventNumber, Log};
use crate::model::Model;
use record::{EventId, Name, ObjectType, Time};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use wheel::{Bucket, Wheel, bucket};

/// Models over the lives of the objects of one type, as events come.
///
/// Events come in batches, in any order: what comes late is put where it belongs. What is found is told at once; what
/// only the passing of time shows is told by [`Stream::advance`], and what only the end of a life shows by
/// [`Stream::close`]. At any moment what was told and not taken back is what [`check`](super::check) says of the events
/// so far, open until the moment.
pub struct Stream {
    kind: ObjectType,
    plan: Plan,
    sorts: Sorts,
    /// What findings cite, and what correlations read.
    kept: Log,
    read: HashSet<Name>,
    /// Events in `kept` whose lives are over.
    dead: usize,
    places: HashMap<SmolStr, u32>,
    lives: Vec<Option<Life>>,
    /// When each life is looked at again; apart from them, since most are looked at for nothing but this.
    due: Vec<Bucket>,
    free: Vec<u32>,
    closed: HashSet<SmolStr>,
    wheel: Wheel,
    now: Option<Time>,
    desk: Desk,
}

struct Life {
    object: SmolStr,
    course: Course,
}

/// Who is told.
pub trait Hearer {
    /// Models were broken.
    fn broken(&mut self, broken: &Broken<'_>);
    /// What was told of a model does not hold: a late or corrected event shows it.
    fn mended(&mut self, broken: &Broken<'_>);
    /// An event came about an object whose life was closed. It is not looked at until the object is
    /// [reopened](Stream::reopen) with all its events.
    fn returned(&mut self, object: &str, event: &EventId);
}

/// Models that one thing broke.
pub struct Broken<'a> {
    object: &'a str,
    log: &'a Log,
    what: What<'a>,
}

enum What<'a> {
    /// Many at once: all have the same activation and evidence.
    Row(&'a Ground<'a>, Told<'a>),
    One(usize, &'a Finding),
}

impl Broken<'_> {
    /// The object whose life it is.
    pub fn object(&self) -> &str {
        self.object
    }

    /// How many findings these are.
    pub fn count(&self) -> usize {
        match &self.what {
            What::Row(_, told) => told.row.iter().map(|word| word.count_ones() as usize).sum(),
            What::One(..) => 1,
        }
    }

    /// Each finding with its model's place. The trace in it has no meaning; its events are those of [`Self::id`].
    pub fn each(&self, mut tell: impl FnMut(usize, &Finding)) {
        match &self.what {
            What::Row(ground, told) => told.each(ground, 0, |lane, finding| {
                if let Some(model) = lane.model {
                    tell(model as usize, &finding);
                }
            }),
            What::One(model, finding) => tell(*model, finding),
        }
    }

    /// The id of an event that a finding cites.
    pub fn id(&self, event: EventNumber) -> Option<&EventId> {
        self.log.id(event)
    }
}

impl Stream {
    /// With no events yet.
    pub fn new(kind: impl Into<ObjectType>, models: &[Model]) -> Self {
        let plan = Plan::new(models);
        let read = plan.correlations.iter().flat_map(|correlation| correlation.attributes()).collect();
        Self {
            kind: kind.into(),
            sorts: Sorts::new(&plan),
            plan,
            kept: Log::new(),
            read,
            dead: 0,
            places: HashMap::new(),
            lives: Vec::new(),
            due: Vec::new(),
            free: Vec::new(),
            closed: HashSet::new(),
            wheel: Wheel::default(),
            now: None,
            desk: Desk::default(),
        }
    }

    /// Takes in events, told in the order of their arrival; that order decides between events of one time.
    pub fn take(&mut self, batch: &Log, hearer: &mut dyn Hearer) {
        self.bury();
        let sorted = self.sorts.sort(&self.plan, batch);
        let first = self.kept.append(batch, |name| self.read.contains(name));
        let Self { plan, sorts, kept, places, lives, due, free, closed, wheel, now, desk, .. } = self;
        let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one| one.bind(kept)).collect();
        let ground = Ground { plan, sorts, correlations: &correlations };
        for (event, object) in batch.about(self.kind.as_str()) {
            let (Some(time), Some(sort)) = (batch.times().get(event as usize), sorted.get(event as usize))
            else {
                continue;
            };
            let number = first + event;
            let known = places.get(object).copied();
            if known.is_none() && closed.contains(object) {
                batch.id(event).into_iter().for_each(|id| hearer.returned(object, id));
                continue;
            }
            let mut hearing = Hearing { hearer: &mut *hearer, log: kept, object };
            let place = known.unwrap_or_else(|| {
                let life = Life { object: object.clone(), course: Course::default() };
                let place = put(lives, free, life);
                places.insert(object.clone(), place);
                place
            });
            let Some(life) = lives.get_mut(place as usize).and_then(Option::as_mut) else { continue };
            let before = life.course.entries.last();
            if before.is_some_and(|before| before.time > *time) || now.is_some_and(|now| *time < now) {
                let entry = Entry::new(*time, number, *sort);
                let at = life.course.entries.partition_point(|one| one.time <= *time);
                again(&ground, desk, life, *now, &mut hearing, |entries| entries.insert(at, entry));
                schedule(wheel, due, place, &life.course);
            } else {
                life.course.take(&ground, desk, Entry::new(*time, number, *sort), &mut hearing);
                schedule(wheel, due, place, &life.course);
            }
        }
    }

    /// Time has passed: nothing that happened before the moment is still to come, unless late.
    pub fn advance(&mut self, moment: Time, hearer: &mut dyn Hearer) {
        if self.now.is_some_and(|now| now >= moment) {
            return;
        }
        self.now = Some(moment);
        let Self { plan, sorts, kept, lives, due, wheel, desk, .. } = self;
        let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one| one.bind(kept)).collect();
        let ground = Ground { plan, sorts, correlations: &correlations };
        for (bucket, places) in wheel.begun(moment) {
            for place in places {
                let awaited = due.get_mut(place as usize).filter(|due| **due == bucket);
                let Some(awaited) = awaited else { continue };
                *awaited = Bucket::MAX;
                let Some(life) = lives.get_mut(place as usize).and_then(Option::as_mut) else { continue };
                let mut hearing = Hearing { hearer: &mut *hearer, log: kept, object: &life.object };
                life.course.expire(&ground, desk, moment, &mut hearing);
                schedule(wheel, due, place, &life.course);
            }
        }
    }

    /// An object's life is over: what is not decided is decided, and its state given up.
    pub fn close(&mut self, object: &str, hearer: &mut dyn Hearer) {
        let Some((object, place)) = self.places.remove_entry(object) else { return };
        let Some(mut life) = self.lives.get_mut(place as usize).and_then(Option::take) else { return };
        self.free.push(place);
        self.due.get_mut(place as usize).into_iter().for_each(|due| *due = Bucket::MAX);
        self.dead += life.course.entries.len();
        self.closed.insert(object);
        let Self { plan, sorts, kept, desk, now, .. } = self;
        let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one| one.bind(kept)).collect();
        let ground = Ground { plan, sorts, correlations: &correlations };
        let mut hearing = Hearing { hearer, log: kept, object: &life.object };
        if let Some(now) = now {
            life.course.expire(&ground, desk, *now, &mut hearing);
        }
        life.course.stand(&ground, desk, Until::Closed, &mut hearing);
    }

    /// Every life is over.
    pub fn close_all(&mut self, hearer: &mut dyn Hearer) {
        let mut open: Vec<(u32, SmolStr)> =
            self.places.iter().map(|(object, place)| (*place, object.clone())).collect();
        open.sort_unstable();
        open.iter().for_each(|(_, object)| self.close(object, hearer));
    }

    /// Goes through a closed life anew, with all its events. Everything found in it is told, also what was told before.
    pub fn reopen(&mut self, object: &str, events: &Log, hearer: &mut dyn Hearer) {
        self.closed.remove(object);
        self.take(events, hearer);
    }

    /// An event was corrected, or, without a correction, is void. The event is known by its id among those of the object;
    /// its correction is the one event of a log. Whether the event was known.
    pub fn correct(
        &mut self,
        object: &str,
        event: &EventId,
        correction: Option<&Log>,
        hearer: &mut dyn Hearer,
    ) -> bool {
        let Some(place) = self.places.get(object).copied() else { return false };
        let correction = correction.and_then(|log| {
            let sort = *self.sorts.sort(&self.plan, log).first()?;
            let time = *log.times().first()?;
            Some(Entry::new(time, self.kept.append(log, |name| self.read.contains(name)), sort))
        });
        let Self { plan, sorts, kept, lives, due, wheel, now, desk, .. } = self;
        let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one| one.bind(kept)).collect();
        let ground = Ground { plan, sorts, correlations: &correlations };
        let Some(life) = lives.get_mut(place as usize).and_then(Option::as_mut) else { return false };
        let known = life.course.entries.iter().position(|entry| kept.id(entry.event) == Some(event));
        let Some(at) = known else { return false };
        let mut hearing = Hearing { hearer, log: kept, object: "" };
        again(&ground, desk, life, *now, &mut hearing, |entries| {
            let old = entries.remove(at);
            if let Some(new) = correction {
                // Of one time with others it keeps its place among them.
                let place = match new.time == old.time {
                    true => at,
                    false => entries.partition_point(|one| one.time <= new.time),
                };
                entries.insert(place, new);
            }
        });
        self.dead += 1;
        schedule(wheel, due, place, &life.course);
        true
    }

    /// How many lives are open.
    pub fn open(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory that the state takes, about.
    pub fn size(&self) -> usize {
        let lives = self.lives.iter().flatten().map(|life| size_of::<Life>() + life.course.size());
        let names = (self.places.capacity() + self.closed.capacity()) * (size_of::<SmolStr>() + 9);
        lives.sum::<usize>() + names + self.kept.size() + self.sorts.size() + self.wheel.size()
    }

    /// Gives up the events of closed lives once they are the most.
    fn bury(&mut self) {
        if self.dead < 4096 || self.dead * 2 < self.kept.len() {
            return;
        }
        let living = || self.lives.iter().flatten().flat_map(|life| &life.course.entries);
        let mut kept: Vec<EventNumber> = living().map(|entry| entry.event).collect();
        kept.sort_unstable();
        kept.dedup();
        let numbers: HashMap<EventNumber, EventNumber> = kept.iter().copied().zip(0..).collect();
        self.kept = self.kept.only(&kept);
        for entry in self.lives.iter_mut().flatten().flat_map(|life| &mut life.course.entries) {
            entry.event = numbers.get(&entry.event).copied().unwrap_or_default();
        }
        self.dead = 0;
    }
}

/// Puts a life where one was given up, or at the end.
fn put(lives: &mut Vec<Option<Life>>, free: &mut Vec<u32>, life: Life) -> u32 {
    if let Some(place) = free.pop() {
        lives[place as usize] = Some(life);
        return place;
    }
    lives.push(Some(life));
    u32::try_from(lives.len() - 1).unwrap_or(u32::MAX)
}

/// Notes when a life is looked at again.
fn schedule(wheel: &mut Wheel, due: &mut Vec<Bucket>, place: u32, course: &Course) {
    let next = match course.due() {
        i64::MAX => Bucket::MAX,
        second => bucket(second),
    };
    if due.len() <= place as usize {
        due.resize(place as usize + 1, Bucket::MAX);
    }
    if let Some(due) = due.get_mut(place as usize).filter(|due| **due != next) {
        *due = next;
        if next != Bucket::MAX {
            wheel.put(next, place);
        }
    }
}

/// A hearer, in the life of an object.
struct Hearing<'a> {
    hearer: &'a mut dyn Hearer,
    log: &'a Log,
    object: &'a str,
}

impl Sink for Hearing<'_> {
    fn came(&mut self, _: &Ground<'_>, _: SortNumber) {}

    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>) {
        if told.how.is_broken() {
            let broken = Broken { object: self.object, log: self.log, what: What::Row(ground, told) };
            self.hearer.broken(&broken);
        }
    }
}

/// Goes through a life anew with its entries changed, and tells what is otherwise than it was.
fn again(
    ground: &Ground<'_>,
    desk: &mut Desk,
    life: &mut Life,
    now: Option<Time>,
    hearing: &mut Hearing<'_>,
    change: impl FnOnce(&mut Vec<Entry>),
) {
    let mut entries = std::mem::take(&mut life.course.entries);
    let mut through = |entries: &[Entry]| {
        let mut gathered = Gathered::default();
        let mut course = Course::default();
        entries.iter().for_each(|entry| course.take(ground, desk, *entry, &mut gathered));
        if let Some(now) = now {
            course.expire(ground, desk, now, &mut gathered);
        }
        (course, gathered.0)
    };
    let (_, before) = through(&entries);
    change(&mut entries);
    let (course, after) = through(&entries);
    life.course = course;
    let tell = |one: &[Said], other: &[Said], say: &mut dyn FnMut(&Broken<'_>)| {
        let mut left: HashMap<&Said, usize> = HashMap::new();
        other.iter().for_each(|told| *left.entry(told).or_default() += 1);
        for told in one {
            match left.get_mut(told).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => say(&Broken {
                    object: &life.object,
                    log: hearing.log,
                    what: What::One(told.0 as usize, &told.2),
                }),
            }
        }
    };
    tell(&before, &after, &mut |broken| hearing.hearer.mended(broken));
    tell(&after, &before, &mut |broken| hearing.hearer.broken(broken));
}

/// A finding, with its model and clause.
type Said = (u32, u8, Finding);

#[derive(Default)]
struct Gathered(Vec<Said>);

impl Sink for Gathered {
    fn came(&mut self, _: &Ground<'_>, _: SortNumber) {}

    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>) {
        if told.how.is_broken() {
            told.each(ground, 0, |lane, finding| {
                self.0.extend(lane.model.map(|model| (model, lane.clause, finding)));
            });
        }
    }
}
