//! Models gone through one by one, each down the places of its own activities: it touches no other event, and no life as a
//! whole. Where models are few, that is less work than to go through every life for all of them at once.

mod counts;
mod pick;
mod relation;
mod whole;

pub(super) use counts::Counts;

use super::told::{self, How};
use super::verdict::Finding;
use super::{Asked, Until};
use crate::condition::Bound;
use crate::log::{EventNumber, Place};
use crate::model::{Clause, Window};
use pick::Picker;
use record::Time;
use std::borrow::Cow;
use std::ops::Range;

/// The models that are gone through so.
pub(super) struct Columns<'a> {
    asked: Asked<'a>,
    /// The places that patterns speak of, each pattern's once.
    picked: Vec<Cow<'a, [Place]>>,
    /// In the order of the models and of their clauses.
    lanes: Vec<Lane<'a>>,
}

/// A clause of a model.
struct Lane<'a> {
    model: u32,
    /// Whether it is all that its model asks.
    alone: bool,
    kind: Clause,
    /// The places of its activations and its targets, or of its first and its second pattern.
    asks: usize,
    meets: usize,
    window: &'a Window,
    both: Option<Both<'a>>,
}

/// What must hold of activation and target together.
struct Both<'a> {
    bound: Bound<'a>,
    /// Whether it was written with the target as its activation.
    exchanged: bool,
}

/// What is to be told of a lane in one trace.
#[derive(Clone, Copy)]
struct Note {
    trace: u32,
    lane: u32,
    /// The position of the event that asked, and of the one that broke it or [`NOBODY`]; of a whole life nothing, and the
    /// finding's place.
    activation: u32,
    by: u32,
    how: How,
}

const NOBODY: u32 = u32::MAX;

/// Room to work in, and what was found in the traces at hand.
#[derive(Default)]
pub(super) struct Found {
    notes: Vec<Note>,
    /// The same, trace by trace.
    ordered: Vec<Note>,
    starts: Vec<u32>,
    lives: Vec<Option<Finding>>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(asked: Asked<'a>) -> Self {
        let mut picker = Picker::new(asked);
        let mut lanes = Vec::new();
        for (number, model) in (0..).zip(asked.models) {
            let clauses = model.template.clauses();
            let alone = clauses.len() == 1;
            for kind in clauses {
                let exchanged = matches!(kind, Clause::Relation(relation) if relation.exchanged);
                let (asks, meets) =
                    if exchanged { (&model.second, &model.first) } else { (&model.first, &model.second) };
                let both = model.correlation.as_ref().filter(|_| matches!(kind, Clause::Relation(_)));
                let exchanged = exchanged && !model.template.is_activated_by_second();
                lanes.push(Lane {
                    model: number,
                    alone,
                    kind,
                    asks: picker.pick(asks),
                    meets: picker.pick(meets),
                    window: &model.window,
                    both: both.map(|one| Both { bound: one.bind(asked.log), exchanged }),
                });
            }
        }
        Self { asked, picked: picker.picked(), lanes }
    }

    /// Goes through some traces. What is found in them is then there to be told; the findings only if they are `wanted`.
    pub(super) fn find(&self, traces: Range<usize>, wanted: bool, found: &mut Found, counts: &mut Counts) {
        found.clear();
        counts.begin(traces.clone());
        for (lane, number) in self.lanes.iter().zip(0..) {
            let asks = self.places(lane.asks, &traces);
            let first = found.notes.len();
            match lane.kind {
                Clause::Relation(relation) => {
                    let meets = self.places(lane.meets, &traces);
                    self.relate(lane, number, relation, (asks, meets), &mut found.notes);
                }
                _ => self.look_whole(lane, number, traces.clone(), wanted, found),
            }
            let last = self.lanes.get(number as usize + 1).is_none_or(|next| next.model != lane.model);
            let notes = found.notes.get(first..).unwrap_or_default();
            counts.add(lane, last, self.asked.until, asks, notes);
        }
        if wanted {
            found.order(traces);
        }
    }

    /// A pattern's places in some traces.
    fn places(&self, picked: usize, traces: &Range<usize>) -> &[Place] {
        let all = self.picked.get(picked).map_or(&[][..], |picked| picked);
        let from = all.partition_point(|place| (place.trace as usize) < traces.start);
        let all = all.get(from..).unwrap_or_default();
        let rest = all.last().is_some_and(|last| last.trace as usize >= traces.end);
        let to =
            if rest { all.partition_point(|place| (place.trace as usize) < traces.end) } else { all.len() };
        all.get(..to).unwrap_or_default()
    }

    fn event(&self, position: u32) -> EventNumber {
        self.asked.traces.events().get(position as usize).copied().unwrap_or_default()
    }

    fn time(&self, position: u32) -> Time {
        self.asked.log.times().get(self.event(position) as usize).copied().unwrap_or(Time::ZERO)
    }

    /// When a trace ended.
    fn ended(&self, trace: u32) -> Option<Time> {
        let last = self.asked.traces.range(trace as usize).next_back()?;
        Some(self.time(u32::try_from(last).ok()?))
    }

    /// How it stands where nothing came of what may still come.
    fn left(&self, window: &Window, since: Time, forbids: bool) -> Option<How> {
        let Until::Open(now) = self.asked.until else { return (!forbids).then_some(How::Ended) };
        match (now > since && window.is_passed(since, now), forbids) {
            (true, true) => None,
            (true, false) => Some(How::Late),
            (false, true) => Some(How::Held),
            (false, false) => Some(How::Owed),
        }
    }

    /// Tells what was found, trace by trace, with its model.
    pub(super) fn tell(&self, found: &mut Found, tell: &mut dyn FnMut(usize, Finding)) {
        let Found { ordered, lives, .. } = found;
        for note in ordered {
            let Some(lane) = self.lanes.get(note.lane as usize) else { continue };
            if let Clause::Relation(_) = lane.kind {
                tell(lane.model as usize, self.finding(lane, note));
            } else if let Some(finding) = lives.get_mut(note.by as usize).and_then(Option::take) {
                tell(lane.model as usize, finding);
            }
        }
    }

    #[inline]
    fn finding(&self, lane: &Lane<'_>, note: &Note) -> Finding {
        let moment = |position| (self.time(position), self.event(position));
        let by = (note.by != NOBODY).then(|| moment(note.by));
        let ended = if note.how == How::Ended { self.ended(note.trace) } else { None };
        told::of_activation(note.how, lane.window, note.trace as usize, moment(note.activation), by, ended)
    }
}

impl Found {
    fn clear(&mut self) {
        self.notes.clear();
        self.ordered.clear();
        self.lives.clear();
    }

    /// Puts the notes trace by trace, in each as they were made: counted first, then put where they belong.
    fn order(&mut self, traces: Range<usize>) {
        let Self { notes, ordered, starts, .. } = self;
        let Some(some) = notes.first().copied() else { return };
        starts.clear();
        starts.resize(traces.len() + 1, 0);
        let of = |note: &Note| note.trace as usize - traces.start;
        for note in notes.iter() {
            starts.get_mut(of(note) + 1).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        ordered.resize(notes.len(), some);
        for note in notes.iter() {
            let Some(next) = starts.get_mut(of(note)) else { continue };
            ordered.get_mut(*next as usize).into_iter().for_each(|place| *place = *note);
            *next += 1;
        }
    }
}
