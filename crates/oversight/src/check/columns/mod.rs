//! Models gone through one by one, each by where the events of its activities stand among all positions. Where models are few,
//! that is less work than to go through every life for all of them at once.
//!
//! A pattern's positions are a row of bits, and what comes before or after in a trace is found for 64 of them at once
//! ([`row`]). Only where time or values of two events decide are events looked at one by one.

mod apart;
mod counts;
mod pick;
mod relation;
mod row;
mod whole;

pub(super) use counts::Counts;
pub(super) use pick::rows;

use super::told::{self, How};
use super::verdict::{Finding, Summary};
use super::{Asked, Until};
use crate::Bits;
use crate::condition::Bound;
use crate::log::{EventNumber, Places};
use crate::model::{Clause, Model, Window};
use counts::Tried;
use pick::{Picked, Picker};
use record::Time;
use row::{Edges, Stretch};
use std::ops::Range;

/// The models that are gone through so.
pub(super) struct Columns<'a> {
    asked: Asked<'a>,
    ground: &'a Places,
    /// The positions that patterns speak of, each pattern's once.
    picked: Vec<Picked<'a>>,
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
    /// The positions of its activations and its targets, or of its first and its second pattern.
    asks: usize,
    meets: usize,
    window: &'a Window,
    both: Option<Both<'a>>,
    /// Whether it is tried for 64 positions at once.
    by_rows: bool,
}

/// What must hold of activation and target together.
struct Both<'a> {
    bound: Bound<'a>,
    /// Whether it was written with the target as its activation.
    exchanged: bool,
}

/// A finding as it is kept: all else of it stands in the log and in its lane.
#[derive(Clone, Copy)]
struct Note {
    /// The position of the event that asked; of a whole trace its last one.
    at: u32,
    /// That of the one that broke it, or [`NOBODY`].
    by: u32,
    how: How,
}

const NOBODY: u32 = u32::MAX;

/// What was found in some traces; a finding is written out once somebody reads it.
#[derive(Default)]
pub(super) struct Found {
    traces: Range<usize>,
    /// Lane by lane, of each in the order of the positions.
    notes: Vec<Note>,
    /// Where each lane's notes end.
    ends: Vec<usize>,
}

/// One thread's room to work in.
#[derive(Default)]
pub(super) struct Room {
    /// Of the lane at hand, in the stretch at hand: the activations, or the last positions of the traces.
    asks: Vec<u64>,
    /// Which of them have a target, and which of these have it before them.
    found: Vec<u64>,
    early: Vec<u64>,
    /// How they stand.
    broken: Vec<u64>,
    pending: Vec<u64>,
    /// Notes with their lanes, trace by trace.
    ordered: Vec<(u32, Note)>,
    starts: Vec<u32>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(asked: Asked<'a>) -> Self {
        let ground = asked.traces.places(asked.log);
        let mut picker = Picker::new(asked, ground);
        let (mut lanes, mut idle) = (Vec::new(), Vec::new());
        for (number, model) in (0..).zip(asked.models) {
            if is_idle(model, [&model.first, &model.second].map(|pattern| pick::happens(asked.log, pattern)))
            {
                idle.push(number);
                continue;
            }
            let clauses = model.clauses();
            let picked: Vec<[usize; 2]> = clauses
                .iter()
                .map(|kind| match is_exchanged(kind) {
                    true => [picker.pick(&model.second), picker.pick(&model.first)],
                    false => [picker.pick(&model.first), picker.pick(&model.second)],
                })
                .collect();
            let mut clauses = clauses.into_iter().zip(picked);
            // Of its activities there are events, but none for which its condition holds.
            let never = |(kind, [asks, _]): &(Clause, [usize; 2])| {
                matches!(kind, Clause::Relation(_)) && picker.is_empty(*asks)
            };
            if clauses.clone().all(|clause| never(&clause)) {
                idle.push(number);
                continue;
            }
            let alone = clauses.len() == 1;
            let window = &model.window;
            lanes.extend(clauses.by_ref().map(|(kind, [asks, meets])| {
                let both = model.correlation.as_ref().filter(|_| matches!(kind, Clause::Relation(_)));
                let exchanged = is_exchanged(&kind) && !model.template.is_activated_by_second();
                let both = both.map(|one| Both { bound: one.bind(asked.log), exchanged });
                let by_rows = match kind {
                    Clause::Relation(_) => both.is_none() && (window.is_open() || window.span().is_some()),
                    _ => window.is_open() && asked.until == Until::Closed && whole::is_by_rows(&kind),
                };
                Lane { model: number, alone, kind, asks, meets, window, both, by_rows }
            }));
        }
        Self { asked, ground, picked: picker.picked(), lanes, idle }
    }

    /// How many clauses are gone through.
    pub(super) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// The figures of all models, from those of the models that something activates.
    pub(super) fn summaries(&self, counts: Counts) -> Vec<Summary> {
        counts.summaries(&self.idle, self.asked.traces.len() as u64)
    }

    /// Goes through some traces. What is found in them is then there to be told, if it is `wanted`.
    pub(super) fn find(
        &self,
        traces: Range<usize>,
        wanted: bool,
        (room, found, counts): (&mut Room, &mut Found, &mut Counts),
    ) {
        // What may still come must be noted to be counted.
        let noted = wanted || self.asked.until != Until::Closed;
        let stretch = Stretch::of(self.asked.traces, traces.clone());
        let edges = self.edges(&stretch);
        let mut lives = Vec::new();
        stretch.cut(self.ground.lasts(), &mut lives);
        let empty = traces.len() as u64 - row::count(&lives);
        found.begin(traces.clone());
        for (lane, number) in self.lanes.iter().zip(0..) {
            if self.asked.is_given_up() {
                return;
            }
            self.asked.pace.into_iter().for_each(|pace| pace.step(1));
            let first = found.notes.len();
            room.pending.clear();
            match lane.kind {
                Clause::Relation(relation) => {
                    self.row(lane.asks).into_iter().for_each(|row| stretch.cut(row, &mut room.asks));
                    match lane.by_rows {
                        true => {
                            self.relate(lane, relation, &stretch, room, noted.then_some(&mut found.notes))
                        }
                        false => self.relate_apart(lane, relation, &stretch, &mut found.notes),
                    }
                }
                _ => {
                    room.asks.clone_from(&lives);
                    self.look_whole(lane, &stretch, room, noted, &mut found.notes);
                }
            }
            found.ends.push(found.notes.len());
            let last = self.lanes.get(number + 1).is_none_or(|next| next.model != lane.model);
            let (traces, base) = (traces.len() as u64, stretch.base());
            let notes = found.notes.get(first..).unwrap_or_default();
            counts
                .add(&Tried { lane, last, until: self.asked.until, traces, empty, edges, notes, base }, room);
        }
    }

    /// A pattern's positions.
    fn row(&self, picked: usize) -> Option<&Bits> {
        self.picked.get(picked).map(|picked| &*picked.row)
    }

    fn edges(&self, stretch: &Stretch) -> Edges<'_> {
        Edges { firsts: stretch.words(self.ground.firsts()), lasts: stretch.words(self.ground.lasts()) }
    }

    fn event(&self, position: u32) -> EventNumber {
        self.asked.traces.events().get(position as usize).copied().unwrap_or_default()
    }

    fn time(&self, position: u32) -> Time {
        self.asked.log.times().get(self.event(position) as usize).copied().unwrap_or(Time::ZERO)
    }

    /// When a trace ended.
    fn ended(&self, trace: usize) -> Option<Time> {
        let last = self.asked.traces.range(trace).next_back()?;
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
    pub(super) fn tell(&self, found: &Found, room: &mut Room, tell: &mut dyn FnMut(usize, Finding)) {
        self.order(found, room);
        for (number, note) in &room.ordered {
            let Some(lane) = self.lanes.get(*number as usize) else { continue };
            self.finding(lane, note).into_iter().for_each(|one| tell(lane.model as usize, one));
        }
    }

    /// Lays the notes trace by trace, in each lane by lane: counted first, then put where they belong.
    fn order(&self, found: &Found, room: &mut Room) {
        let Room { ordered, starts, .. } = room;
        ordered.clear();
        let Some(some) = found.notes.first() else { return };
        starts.clear();
        starts.resize(found.traces.len() + 1, 0);
        let of = |note: &Note| (self.ground.trace(note.at) as usize).saturating_sub(found.traces.start);
        for note in &found.notes {
            starts.get_mut(of(note) + 1).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        ordered.resize(found.notes.len(), (0, *some));
        let mut from = 0;
        for (lane, end) in (0..).zip(&found.ends) {
            for note in found.notes.get(from..*end).unwrap_or_default() {
                let Some(next) = starts.get_mut(of(note)) else { continue };
                ordered.get_mut(*next as usize).into_iter().for_each(|place| *place = (lane, *note));
                *next += 1;
            }
            from = *end;
        }
    }

    /// Writes out what was noted.
    #[inline]
    fn finding(&self, lane: &Lane<'_>, note: &Note) -> Option<Finding> {
        let trace = self.ground.trace(note.at) as usize;
        if !matches!(lane.kind, Clause::Relation(_)) {
            return self.of_life(lane, trace, note.how);
        }
        let moment = |position| (self.time(position), self.event(position));
        let by = (note.by != NOBODY).then(|| moment(note.by));
        let ended = if note.how == How::Ended { self.ended(trace) } else { None };
        Some(told::of_activation(note.how, lane.window, trace, moment(note.at), by, ended))
    }
}

/// Whether nothing activates a model, if it is so that there are events of its first and of its second pattern's activities.
pub(super) fn is_idle(model: &Model, [first, second]: [bool; 2]) -> bool {
    if first && second {
        return false;
    }
    let never = |kind: &Clause| {
        matches!(kind, Clause::Relation(_)) && !if is_exchanged(kind) { second } else { first }
    };
    model.clauses().iter().all(never)
}

fn is_exchanged(kind: &Clause) -> bool {
    matches!(kind, Clause::Relation(relation) if relation.exchanged)
}

impl Found {
    fn begin(&mut self, traces: Range<usize>) {
        self.traces = traces;
        self.notes.clear();
        self.ends.clear();
    }

    /// How many findings there are.
    pub(super) fn len(&self) -> usize {
        self.notes.len()
    }
}
