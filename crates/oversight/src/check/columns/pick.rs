use super::super::Asked;
use super::row::Stretch;
use crate::Bits;
use crate::condition::{Condition, Sameness, Sheet};
use crate::log::{Log, Places};
use crate::model::{Model, Pattern};
use record::Time;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The codes of a pattern's activities of which there are events, ascending, and what it asks of them.
type Key = (Vec<u32>, Option<Sameness>);

/// The positions that a pattern speaks of.
pub(super) struct Picked<'a> {
    pub(super) row: Cow<'a, Bits>,
    /// Whether it speaks of none.
    empty: bool,
    /// The same one by one, for those who must look at each by itself.
    places: OnceLock<Vec<Place>>,
}

/// An event of a trace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) trace: u32,
    pub(super) position: u32,
    /// When it happened.
    pub(super) time: Time,
}

/// Picks the positions that patterns speak of, each pattern's once.
pub(super) struct Picker<'a> {
    asked: Asked<'a>,
    places: &'a Places,
    known: HashMap<Key, usize>,
    picked: Vec<Picked<'a>>,
}

impl<'a> Picker<'a> {
    pub(super) fn new(asked: Asked<'a>, places: &'a Places) -> Self {
        Self { asked, places, known: HashMap::new(), picked: Vec::new() }
    }

    /// What was picked, by what [`Self::pick`] returned.
    pub(super) fn picked(self) -> Vec<Picked<'a>> {
        self.picked
    }

    /// Whether nothing was picked there.
    pub(super) fn is_empty(&self, picked: usize) -> bool {
        self.picked.get(picked).is_none_or(|picked| picked.empty)
    }

    pub(super) fn pick(&mut self, pattern: &Pattern) -> usize {
        let (key, condition) = key(self.asked.log, pattern);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let row = match (key.0.as_slice(), condition) {
            ([code], None) => self.places.row(*code).map(Cow::Borrowed),
            _ => None,
        };
        let row = row.unwrap_or_else(|| {
            let mut all = Bits::none(self.asked.traces.events().len());
            key.0.iter().for_each(|code| self.gather(*code, condition, &mut all));
            Cow::Owned(all)
        });
        let empty = row.words().iter().all(|word| *word == 0);
        self.picked.push(Picked { row, empty, places: OnceLock::new() });
        self.known.insert(key, self.picked.len() - 1);
        self.picked.len() - 1
    }

    /// The positions of an activity for whose events the condition holds.
    fn gather(&self, code: u32, condition: Option<&Condition>, out: &mut Bits) {
        let Asked { log, traces, .. } = self.asked;
        let positions = self.places.of_activity(code);
        let Some(condition) = condition else {
            return match self.places.row(code) {
                Some(row) => out.join(row),
                None => positions.iter().for_each(|position| out.insert(*position as usize)),
            };
        };
        if let Some(spread) = self.places.spread(code, log, traces) {
            out.put_each(positions, &condition.yes(&Sheet::of(log, spread)));
        }
    }
}

/// What makes two patterns pick the same, and the condition that they have.
fn key<'p>(log: &Log, pattern: &'p Pattern) -> (Key, Option<&'p Condition>) {
    let code = |activity: &record::Activity| log.activity_code(activity.as_str());
    let mut codes: Vec<u32> = pattern.activities.iter().filter_map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    // What never happens is the same, whatever is asked of it.
    let condition = pattern.condition.as_ref().filter(|_| !codes.is_empty());
    ((codes, condition.map(Condition::sameness)), condition)
}

/// Whether there are events of one of a pattern's activities.
pub(super) fn happens(log: &Log, pattern: &Pattern) -> bool {
    pattern.activities.iter().any(|activity| log.activity_code(activity.as_str()).is_some())
}

/// How many rows the models' patterns take, at most.
pub(in super::super) fn rows(log: &Log, models: &[Model]) -> usize {
    let patterns = models.iter().flat_map(|model| [&model.first, &model.second]);
    let some = patterns.filter(|pattern| happens(log, pattern));
    // What never happens has one for all.
    some.map(|pattern| key(log, pattern).0).collect::<HashSet<Key>>().len() + 1
}

impl Picked<'_> {
    /// The places of some traces.
    pub(super) fn places(&self, asked: Asked<'_>, stretch: &Stretch) -> &[Place] {
        let all = self
            .places
            .get_or_init(|| self.row.iter().map(|position| place(asked, position as u32)).collect());
        let before = |trace: usize| all.partition_point(|place| (place.trace as usize) < trace);
        all.get(before(stretch.traces.start)..before(stretch.traces.end)).unwrap_or_default()
    }

    /// The places of one trace.
    pub(super) fn of_trace(&self, asked: Asked<'_>, trace: usize) -> Vec<Place> {
        let positions = asked.traces.range(trace).filter(|position| self.row.contains(*position));
        positions.map(|position| place(asked, position as u32)).collect()
    }
}

fn place(asked: Asked<'_>, position: u32) -> Place {
    let Asked { log, traces, .. } = asked;
    let event = traces.events().get(position as usize).copied().unwrap_or_default();
    let time = log.times().get(event as usize).copied().unwrap_or(Time::ZERO);
    Place { trace: traces.places(log).trace(position), position, time }
}
