//! Models gone through one by one, each down the places of its own activities: it touches no other event, and no life as a
//! whole. Where models are few, that is less work than to go through every life for all of them at once.

mod counts;
mod pick;
mod relation;
mod whole;

pub(super) use counts::Counts;

use super::told::{self, How};
use super::verdict::{Finding, Summary};
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
    /// In the order of the models and of their clauses, those of models left out that nothing activates.
    lanes: Vec<Lane<'a>>,
    idle: Vec<u32>,
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

/// What was found in some traces, by entry numbers; a finding is written out once somebody asks for it.
#[derive(Default)]
pub(super) struct Found {
    traces: Range<usize>,
    /// Lane by lane, of each in the order of the traces.
    notes: Vec<Note>,
    /// The same, trace by trace, once they are told so.
    ordered: Vec<Note>,
    starts: Vec<u32>,
    lives: Vec<Finding>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(asked: Asked<'a>) -> Self {
        let mut picker = Picker::new(asked);
        let (mut lanes, mut idle) = (Vec::new(), Vec::new());
        for (number, model) in (0..).zip(asked.models) {
            let clauses = model.template.clauses();
            let picked: Vec<[usize; 2]> = clauses
                .iter()
                .map(|kind| match is_exchanged(kind) {
                    true => [picker.pick(&model.second), picker.pick(&model.first)],
                    false => [picker.pick(&model.first), picker.pick(&model.second)],
                })
                .collect();
            let mut clauses = clauses.into_iter().zip(picked);
            let never = |(kind, [asks, _]): &(Clause, [usize; 2])| {
                matches!(kind, Clause::Relation(_)) && picker.is_empty(*asks)
            };
            if clauses.clone().all(|clause| never(&clause)) {
                idle.push(number);
                continue;
            }
            let alone = clauses.len() == 1;
            lanes.extend(clauses.by_ref().map(|(kind, [asks, meets])| {
                let both = model.correlation.as_ref().filter(|_| matches!(kind, Clause::Relation(_)));
                let exchanged = is_exchanged(&kind) && !model.template.is_activated_by_second();
                let both = both.map(|one| Both { bound: one.bind(asked.log), exchanged });
                Lane { model: number, alone, kind, asks, meets, window: &model.window, both }
            }));
        }
        Self { asked, picked: picker.picked(), lanes, idle }
    }

    /// How many clauses are gone through.
    pub(super) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// The figures of all models, from those of the models that something activates.
    pub(super) fn summaries(&self, counts: Counts) -> Vec<Summary> {
        counts.summaries(&self.idle, self.asked.traces.len() as u64)
    }

    /// Goes through some traces. What is found in them is then there to be told; what proves it only if it is `wanted`.
    pub(super) fn find(&self, traces: Range<usize>, wanted: bool, found: &mut Found, counts: &mut Counts) {
        found.begin(traces.clone());
        counts.begin(traces.clone());
        for (lane, number) in self.lanes.iter().zip(0..) {
            if self.asked.is_given_up() {
                return;
            }
            self.asked.pace.into_iter().for_each(|pace| pace.step(1));
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
        found.order();
        for note in &found.ordered {
            let Some(lane) = self.lanes.get(note.lane as usize) else { continue };
            self.finding(lane, note, &found.lives).into_iter().for_each(|one| tell(lane.model as usize, one));
        }
    }

    /// Writes out what was noted.
    #[inline]
    fn finding(&self, lane: &Lane<'_>, note: &Note, lives: &[Finding]) -> Option<Finding> {
        if !matches!(lane.kind, Clause::Relation(_)) {
            return lives.get(note.by as usize).cloned();
        }
        let moment = |position| (self.time(position), self.event(position));
        let by = (note.by != NOBODY).then(|| moment(note.by));
        let ended = if note.how == How::Ended { self.ended(note.trace) } else { None };
        let asked = moment(note.activation);
        Some(told::of_activation(note.how, lane.window, note.trace as usize, asked, by, ended))
    }
}

fn is_exchanged(kind: &Clause) -> bool {
    matches!(kind, Clause::Relation(relation) if relation.exchanged)
}

impl Found {
    fn begin(&mut self, traces: Range<usize>) {
        self.traces = traces;
        self.notes.clear();
        self.ordered.clear();
        self.lives.clear();
    }

    /// Puts the notes trace by trace, in each as they were made: counted first, then put where they belong.
    fn order(&mut self) {
        let Self { traces, notes, ordered, starts, .. } = self;
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
