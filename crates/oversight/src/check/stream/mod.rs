//! The same engine over events as they come: a life's state is kept between its events, windows run out as time passes,
//! and what a late or corrected event shows to be otherwise is taken back.

mod shelf;
mod wheel;

use super::Until;
use super::course::{Course, Desk, Entry, Ground, packed};
use super::plan::Plan;
use super::sign::{SortNumber, Sorts};
use super::told::{Sink, Told};
use super::verdict::Finding;
use crate::condition::BoundAll;
use crate::log::{EventNumber, Log};
use crate::model::Model;
use record::{Codes, EventId, Name, ObjectType, Time};
use shelf::{Run, Shelf};
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
    /// The objects that were ever seen, and where the life of each is: its place, [`NOWHERE`] or [`CLOSED`].
    objects: Codes<SmolStr>,
    places: Vec<u32>,
    lives: Lives,
    /// When each life is looked at again; apart from them, since most are looked at for nothing but this.
    due: Vec<Bucket>,
    wheel: Wheel,
    now: Option<Time>,
    desk: Desk,
}

/// How many lives are fetched at once: as many as a core's cache holds beside what it works on.
const AHEAD: usize = 64;
const NOWHERE: u32 = u32::MAX;
const CLOSED: u32 = u32::MAX - 1;

/// The lives that are open, each at its place.
#[derive(Default)]
struct Lives {
    all: Vec<Life>,
    free: Vec<u32>,
    shelf: Shelf,
    /// How many words of a life stand for what is asked of it as a whole.
    cells: usize,
    /// The one at hand.
    course: Course,
}

/// A life, where nobody looks at it: most are short, and lie as words on the shelf.
#[derive(Default)]
struct Life {
    object: u32,
    run: Option<Run>,
    long: Option<Box<Course>>,
}

impl Lives {
    /// Begins a life where one was given up, or at the end.
    fn begin(&mut self, object: u32) -> u32 {
        let life = Life { object, run: None, long: None };
        match self.free.pop().and_then(|place| self.all.get_mut(place as usize).map(|at| (place, at))) {
            Some((place, at)) => {
                *at = life;
                place
            }
            None => {
                self.all.push(life);
                u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
            }
        }
    }

    /// Takes a life into hand.
    fn open(&mut self, place: u32) {
        let Some(life) = self.all.get_mut(place as usize) else { return };
        match (&mut life.long, life.run) {
            (Some(long), _) => std::mem::swap(&mut **long, &mut self.course),
            (None, Some(run)) => self.course.unpack(self.shelf.words(run), self.cells),
            (None, None) => self.course.clear(),
        }
    }

    /// Puts the life at hand back.
    fn shut(&mut self, place: u32) {
        let Some(life) = self.all.get_mut(place as usize) else { return };
        if let Some(long) = &mut life.long {
            std::mem::swap(&mut **long, &mut self.course);
        } else if let Some(words) = self.course.packed_len().filter(|words| Shelf::fits(*words)) {
            let run = self.shelf.room(life.run, words);
            self.course.pack(self.shelf.words_mut(run));
            life.run = Some(run);
        } else {
            life.run.take().into_iter().for_each(|run| self.shelf.give_up(run));
            life.long = Some(Box::new(std::mem::take(&mut self.course)));
        }
    }

    /// Has lives fetched from memory, all at once: one after the other each would be waited for.
    fn fetch(&self, places: impl Iterator<Item = u32>) {
        let runs: [Option<Run>; AHEAD] = {
            let mut places = places;
            std::array::from_fn(|_| self.all.get(places.next()? as usize)?.run)
        };
        let touched = runs.iter().flatten().fold(0, |sum, run| sum ^ self.shelf.touch(*run));
        std::hint::black_box(touched);
    }

    /// Gives a life up.
    fn end(&mut self, place: u32) {
        let Some(life) = self.all.get_mut(place as usize) else { return };
        life.run.take().into_iter().for_each(|run| self.shelf.give_up(run));
        life.long = None;
        life.object = NOWHERE;
        self.free.push(place);
        if self.free.len() == self.all.len() {
            self.shelf = Shelf::default();
        }
    }

    /// The places of the lives that are open.
    fn places(&self) -> impl Iterator<Item = u32> + Clone + use<> {
        let open: Vec<u32> =
            (0..).zip(&self.all).filter(|(_, life)| life.object != NOWHERE).map(|(place, _)| place).collect();
        open.into_iter()
    }

    fn size(&self) -> usize {
        let long = self.all.iter().filter_map(|life| life.long.as_deref());
        let long: usize = long.map(|course| size_of::<Course>() + course.size()).sum();
        self.all.capacity() * size_of::<Life>() + self.free.capacity() * 4 + self.shelf.size() + long
    }
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
        let read = plan.correlations.attributes().collect();
        let lives = Lives { cells: plan.whole.cells, ..Lives::default() };
        Self {
            kind: kind.into(),
            sorts: Sorts::new(&plan),
            desk: Desk::new(&plan),
            plan,
            kept: Log::new(),
            read,
            dead: 0,
            objects: Codes::default(),
            places: Vec::new(),
            lives,
            due: Vec::new(),
            wheel: Wheel::default(),
            now: None,
        }
    }

    /// Takes in events, told in the order of their arrival; that order decides between events of one time.
    pub fn take(&mut self, batch: &Log, hearer: &mut dyn Hearer) {
        self.bury();
        let sorted = self.sorts.sort(&self.plan, batch, 1);
        let first = self.kept.append(batch, |name| self.read.contains(name));
        let about: Vec<(EventNumber, u32)> = batch.about_codes(self.kind.as_str()).collect();
        let objects = batch.objects_of(self.kind.as_str());
        let objects = self.objects.put_all(objects);
        self.places.resize(self.objects.len(), NOWHERE);
        let Self { plan, sorts, kept, objects: names, places, lives, due, wheel, now, desk, .. } = self;
        let correlations = plan.correlations.bind(kept);
        let ground = Ground { plan, sorts, correlations: &correlations };
        for some in about.chunks(AHEAD) {
            let some: Vec<(EventNumber, u32)> = some
                .iter()
                .filter_map(|(event, code)| Some((*event, *objects.get(*code as usize)?)))
                .collect();
            let at: [u32; AHEAD] = std::array::from_fn(|nth| {
                let place = some.get(nth).and_then(|(_, object)| places.get(*object as usize));
                place.copied().unwrap_or(NOWHERE)
            });
            lives.fetch(at.into_iter());
            for (event, object) in some {
                let at = event as usize;
                let (Some(time), Some(sort), Some(place), Some(name)) = (
                    batch.times().get(at),
                    sorted.get(at),
                    places.get_mut(object as usize),
                    names.get(object),
                ) else {
                    continue;
                };
                if *place == CLOSED {
                    batch.id(event).into_iter().for_each(|id| hearer.returned(name, id));
                    continue;
                }
                if *place == NOWHERE {
                    *place = lives.begin(object);
                }
                let mut hearing = Hearing { hearer: &mut *hearer, log: kept, object: name };
                let entry = Entry::new(*time, first + event, *sort);
                lives.open(*place);
                let course = &mut lives.course;
                let before = course.entries.last();
                if before.is_some_and(|before| before.time > *time) || now.is_some_and(|now| *time < now) {
                    let at = course.entries.partition_point(|one| one.time <= *time);
                    again(&ground, desk, course, *now, &mut hearing, |entries| entries.insert(at, entry));
                } else {
                    course.take(&ground, desk, entry, &mut hearing);
                }
                schedule(wheel, due, *place, course.due(&ground, desk));
                lives.shut(*place);
            }
        }
    }

    /// Time has passed: nothing that happened before the moment is still to come, unless late.
    pub fn advance(&mut self, moment: Time, hearer: &mut dyn Hearer) {
        if self.now.is_some_and(|now| now >= moment) {
            return;
        }
        self.now = Some(moment);
        let Self { plan, sorts, kept, objects: names, lives, due, wheel, desk, .. } = self;
        // What time decides asks nothing of two events.
        let ground = Ground { plan, sorts, correlations: &BoundAll::default() };
        // What is put into the bucket of the moment itself is looked at again only once more time has passed.
        let begun: Vec<(Bucket, Vec<u32>)> = std::iter::from_fn(|| wheel.begun(moment)).collect();
        for (bucket, mut places) in begun {
            places.retain(|place| {
                let awaited = due.get_mut(*place as usize).filter(|due| **due == bucket);
                awaited.map(|due| *due = Bucket::MAX).is_some()
            });
            for some in places.chunks(AHEAD) {
                lives.fetch(some.iter().copied());
                for place in some {
                    let Some(life) = lives.all.get_mut(*place as usize) else { continue };
                    let object = names.get(life.object).map_or("", SmolStr::as_str);
                    let mut hearing = Hearing { hearer: &mut *hearer, log: kept, object };
                    let next = match (&mut life.long, life.run) {
                        (Some(course), _) => {
                            course.expire(&ground, desk, moment, &mut hearing);
                            course.due(&ground, desk)
                        }
                        (None, Some(run)) => {
                            let words = lives.shelf.words_mut(run);
                            packed::expire(words, &ground, desk, moment, &mut hearing)
                        }
                        (None, None) => continue,
                    };
                    schedule(wheel, due, *place, next);
                }
            }
        }
    }

    /// An object's life is over: what is not decided is decided, and its state given up.
    pub fn close(&mut self, object: &str, hearer: &mut dyn Hearer) {
        let Some(state) = self.objects.code(object).and_then(|code| self.places.get_mut(code as usize))
        else {
            return;
        };
        if *state == NOWHERE || *state == CLOSED {
            return;
        }
        let place = std::mem::replace(state, CLOSED);
        self.due.get_mut(place as usize).into_iter().for_each(|due| *due = Bucket::MAX);
        let Self { plan, sorts, kept, desk, now, lives, .. } = self;
        lives.open(place);
        lives.end(place);
        self.dead += lives.course.entries.len();
        let ground = Ground { plan, sorts, correlations: &BoundAll::default() };
        let mut hearing = Hearing { hearer, log: kept, object };
        if let Some(now) = now {
            lives.course.expire(&ground, desk, *now, &mut hearing);
        }
        lives.course.stand(&ground, desk, Until::Closed, &mut hearing);
    }

    /// Every life is over.
    pub fn close_all(&mut self, hearer: &mut dyn Hearer) {
        for place in self.lives.places() {
            let life = self.lives.all.get(place as usize);
            if let Some(object) = life.and_then(|life| self.objects.get(life.object)).cloned() {
                self.close(&object, hearer);
            }
        }
    }

    /// Goes through a closed life anew, with all its events. Everything found in it is told, also what was told before.
    pub fn reopen(&mut self, object: &str, events: &Log, hearer: &mut dyn Hearer) {
        let state = self.objects.code(object).and_then(|code| self.places.get_mut(code as usize));
        state.filter(|state| **state == CLOSED).into_iter().for_each(|state| *state = NOWHERE);
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
        let place = self.objects.code(object).and_then(|code| self.places.get(code as usize).copied());
        let Some(place) = place.filter(|place| !matches!(*place, NOWHERE | CLOSED)) else { return false };
        let correction = correction.and_then(|log| {
            let sort = *self.sorts.sort(&self.plan, log, 1).first()?;
            let time = *log.times().first()?;
            Some(Entry::new(time, self.kept.append(log, |name| self.read.contains(name)), sort))
        });
        let Self { plan, sorts, kept, lives, due, wheel, now, desk, .. } = self;
        let correlations = plan.correlations.bind(kept);
        let ground = Ground { plan, sorts, correlations: &correlations };
        lives.open(place);
        let course = &mut lives.course;
        let known = course.entries.iter().position(|entry| kept.id(entry.event) == Some(event));
        if let Some(at) = known {
            let mut hearing = Hearing { hearer, log: kept, object };
            again(&ground, desk, course, *now, &mut hearing, |entries| {
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
            schedule(wheel, due, place, course.due(&ground, desk));
        }
        lives.shut(place);
        known.is_some()
    }

    /// How many lives are open.
    pub fn open(&self) -> usize {
        self.lives.all.len() - self.lives.free.len()
    }

    /// Bytes of memory that the state takes, about.
    pub fn size(&self) -> usize {
        let names =
            self.objects.size() + self.places.capacity() * 4 + self.due.capacity() * size_of::<Bucket>();
        self.lives.size() + names + self.kept.size() + self.sorts.size() + self.wheel.size()
    }

    /// Gives up the events of closed lives once they are the most.
    fn bury(&mut self) {
        if self.dead < 4096 || self.dead * 2 < self.kept.len() {
            return;
        }
        let places = self.lives.places();
        let mut kept: Vec<EventNumber> = Vec::new();
        for place in places.clone() {
            self.lives.open(place);
            kept.extend(self.lives.course.entries.iter().map(|entry| entry.event));
            self.lives.shut(place);
        }
        kept.sort_unstable();
        kept.dedup();
        let numbers: HashMap<EventNumber, EventNumber> = kept.iter().copied().zip(0..).collect();
        self.kept = self.kept.only(&kept);
        for place in places {
            self.lives.open(place);
            for entry in &mut self.lives.course.entries {
                entry.event = numbers.get(&entry.event).copied().unwrap_or_default();
            }
            self.lives.shut(place);
        }
        self.dead = 0;
    }
}

/// Notes when a life is looked at again.
fn schedule(wheel: &mut Wheel, due: &mut Vec<Bucket>, place: u32, next: i64) {
    let next = match next {
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
    own: &mut Course,
    now: Option<Time>,
    hearing: &mut Hearing<'_>,
    change: impl FnOnce(&mut Vec<Entry>),
) {
    let mut entries = std::mem::take(&mut own.entries);
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
    *own = course;
    let tell = |one: &[Said], other: &[Said], say: &mut dyn FnMut(&Broken<'_>)| {
        let mut left: HashMap<&Said, usize> = HashMap::new();
        other.iter().for_each(|told| *left.entry(told).or_default() += 1);
        for told in one {
            match left.get_mut(told).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => say(&Broken {
                    object: hearing.object,
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
