//! Clauses that relate activations to targets whose pairs must be tried one by one: by a correlation, or by time that is not a
//! span from the activation on.

use super::super::told::How;
use super::pick::Place;
use super::row::Stretch;
use super::{Both, Columns, Lane, NOBODY, Note};
use crate::model::{Reach, Relation, Side, Window};

/// How an event lies to an activation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It may be its target.
    Holds,
    /// It may not.
    Apart,
    /// It is too far away, and so is what is still farther.
    Passed,
}

/// The activations of a clause in some traces, and what may be their targets.
struct Line<'p> {
    relation: Relation,
    asks: &'p [Place],
    meets: &'p [Place],
}

impl Columns<'_> {
    /// Notes what is to be told of a clause that relates activations to targets, as it is found from one to the other.
    pub(super) fn relate_apart(
        &self,
        lane: &Lane<'_>,
        relation: Relation,
        stretch: &Stretch,
        notes: &mut Vec<Note>,
    ) {
        let of = |picked: usize| {
            self.picked.get(picked).map_or(&[][..], |picked| picked.places(self.asked, stretch))
        };
        let (asks, meets) = (of(lane.asks), of(lane.meets));
        let line = Line { relation, asks, meets };
        let window = lane.window;
        let tell = |ask: &Place, by: u32, how: How| notes.push(Note { at: ask.position, by, how });
        // Either may look at every target for every activation, so that it may have to be given up.
        match &lane.both {
            None => {
                let fit = |ask: &Place, meet: &Place| match within(window, ask, meet) {
                    Fit::Apart if self.asked.is_given_up() => Fit::Passed,
                    fit => fit,
                };
                self.along(&line, window, fit, tell);
            }
            Some(both) => {
                let fit = |ask: &Place, meet: &Place| match within(window, ask, meet) {
                    _ if self.asked.is_given_up() => Fit::Passed,
                    Fit::Holds if !self.holds(both, ask, meet) => Fit::Apart,
                    fit => fit,
                };
                self.along(&line, window, fit, tell);
            }
        }
    }

    fn holds(&self, both: &Both<'_>, ask: &Place, meet: &Place) -> bool {
        let (activation, target) = (self.event(ask.position), self.event(meet.position));
        let (first, second) = if both.exchanged { (target, activation) } else { (activation, target) };
        both.bound.holds(first, second)
    }

    fn along(
        &self,
        line: &Line<'_>,
        window: &Window,
        fit: impl Fn(&Place, &Place) -> Fit,
        tell: impl FnMut(&Place, u32, How),
    ) {
        match (line.relation.reach, line.relation.side) {
            (Reach::Trace, Side::After) => self.anywhere::<false, true>(line, window, fit, tell),
            (Reach::Trace, Side::Before) => self.anywhere::<true, false>(line, window, fit, tell),
            (Reach::Trace, Side::Either) => self.anywhere::<true, true>(line, window, fit, tell),
            (Reach::Alternate, Side::Before) => line.alternate_before(fit, tell),
            (Reach::Alternate, _) => self.alternate_after(line, window, fit, tell),
            (Reach::Chain, Side::Before) => self.chain_before(line, fit, tell),
            (Reach::Chain, _) => self.chain_after(line, window, fit, tell),
        }
    }

    /// What is to be told of an activation that looks ahead: by the target that was `found`, by what stood in its `way`, or by
    /// what is left of its window.
    #[inline]
    fn outcome(
        &self,
        window: &Window,
        ask: &Place,
        forbids: bool,
        found: Option<u32>,
        way: Option<u32>,
    ) -> Option<(u32, How)> {
        match (found, way) {
            (Some(by), _) => forbids.then_some((by, How::Forbidden)),
            (None, Some(next)) => (!forbids).then_some((next, How::InTheWay)),
            (None, None) => self.left(window, ask.time, forbids).map(|how| (NOBODY, how)),
        }
    }

    #[inline]
    fn anywhere<const BEFORE: bool, const AFTER: bool>(
        &self,
        line: &Line<'_>,
        window: &Window,
        fit: impl Fn(&Place, &Place) -> Fit,
        mut tell: impl FnMut(&Place, u32, How),
    ) {
        let Line { relation, asks, meets } = line;
        let mut at = 0;
        for ask in *asks {
            at = reach(meets, at, ask);
            let (before, after) = meets.split_at(at);
            let found = if BEFORE { nearest(ask, before.iter().rev(), &fit) } else { None };
            let found = match found {
                None if AFTER => nearest(ask, after.iter(), &fit),
                found => found,
            };
            let said = match found {
                None if !AFTER => (!relation.forbids).then_some((NOBODY, How::Missed)),
                found => self.outcome(window, ask, relation.forbids, found.map(|meet| meet.position), None),
            };
            said.into_iter().for_each(|(by, how)| tell(ask, by, how));
        }
    }

    fn alternate_after(
        &self,
        line: &Line<'_>,
        window: &Window,
        fit: impl Fn(&Place, &Place) -> Fit,
        mut tell: impl FnMut(&Place, u32, How),
    ) {
        let Line { relation: Relation { forbids, .. }, asks, meets } = *line;
        let mut at = 0;
        for (ask, next) in asks.iter().zip(asks.iter().skip(1).map(Some).chain([None])) {
            at = reach(meets, at, ask);
            let next = next.filter(|next| next.trace == ask.trace);
            let near = |meet: &&Place| next.is_none_or(|next| meet.position <= next.position);
            let found = nearest(ask, meets.iter().skip(at).take_while(near), &fit);
            let way = next.filter(|next| !window.is_passed(ask.time, next.time));
            let (found, way) = (found.map(|meet| meet.position), way.map(|next| next.position));
            let said = self.outcome(window, ask, forbids, found, way);
            said.into_iter().for_each(|(by, how)| tell(ask, by, how));
        }
    }

    fn chain_after(
        &self,
        line: &Line<'_>,
        window: &Window,
        fit: impl Fn(&Place, &Place) -> Fit,
        mut tell: impl FnMut(&Place, u32, How),
    ) {
        let Line { relation: Relation { forbids, .. }, asks, meets } = *line;
        let mut at = 0;
        for ask in asks {
            at = reach(meets, at, ask);
            let end = self.asked.traces.range(ask.trace as usize).end;
            let next = Some(ask.position + 1).filter(|next| (*next as usize) < end);
            let meet = meets.iter().skip(at).find(|meet| meet.position > ask.position);
            let meet = meet.filter(|meet| Some(meet.position) == next);
            let hit = meet.is_some_and(|meet| fit(ask, meet) == Fit::Holds);
            let near = |next: &u32| window.is_open() || !window.is_passed(ask.time, self.time(*next));
            let found = hit.then_some(ask.position + 1);
            let said = self.outcome(window, ask, forbids, found, next.filter(near));
            said.into_iter().for_each(|(by, how)| tell(ask, by, how));
        }
    }

    fn chain_before(
        &self,
        line: &Line<'_>,
        fit: impl Fn(&Place, &Place) -> Fit,
        mut tell: impl FnMut(&Place, u32, How),
    ) {
        let Line { relation: Relation { forbids, .. }, asks, meets } = *line;
        let mut at = 0;
        for ask in asks {
            at = reach(meets, at, ask);
            let start = self.asked.traces.range(ask.trace as usize).start;
            let last = ask.position.checked_sub(1).filter(|last| *last as usize >= start);
            let meet = at.checked_sub(1).and_then(|at| meets.get(at));
            let meet = meet.filter(|meet| Some(meet.position) == last);
            match (meet.is_some_and(|meet| fit(ask, meet) == Fit::Holds), forbids) {
                (true, true) => tell(ask, last.unwrap_or(NOBODY), How::Forbidden),
                (false, false) => tell(ask, last.unwrap_or(NOBODY), How::Missed),
                _ => {}
            }
        }
    }
}

impl Line<'_> {
    fn alternate_before(&self, fit: impl Fn(&Place, &Place) -> Fit, mut tell: impl FnMut(&Place, u32, How)) {
        let Line { relation: Relation { forbids, .. }, asks, meets } = *self;
        let mut at = 0;
        let mut last: Option<&Place> = None;
        for ask in asks {
            at = reach(meets, at, ask);
            let before = last.filter(|last| last.trace == ask.trace);
            let near = |meet: &&Place| before.is_none_or(|before| meet.position >= before.position);
            let found = nearest(ask, meets.iter().take(at).rev().take_while(near), &fit);
            match (found, forbids) {
                (Some(meet), true) => tell(ask, meet.position, How::Forbidden),
                (None, false) => tell(ask, before.map_or(NOBODY, |before| before.position), How::Missed),
                _ => {}
            }
            last = Some(ask);
        }
    }
}

/// From a place among the targets on, the first that does not lie before the activation.
#[inline]
fn reach(meets: &[Place], mut at: usize, ask: &Place) -> usize {
    while meets.get(at).is_some_and(|meet| meet.position < ask.position) {
        at += 1;
    }
    at
}

/// The nearest target, of events that lie ever farther away.
#[inline]
fn nearest<'p>(
    ask: &Place,
    meets: impl Iterator<Item = &'p Place>,
    fit: impl Fn(&Place, &Place) -> Fit,
) -> Option<&'p Place> {
    for meet in meets.take_while(|meet| meet.trace == ask.trace) {
        if meet.position == ask.position {
            continue;
        }
        match fit(ask, meet) {
            Fit::Holds => return Some(meet),
            Fit::Apart => {}
            Fit::Passed => return None,
        }
    }
    None
}

#[inline]
fn within(window: &Window, ask: &Place, meet: &Place) -> Fit {
    if window.is_passed(ask.time, meet.time) {
        return Fit::Passed;
    }
    if window.is_reached(ask.time, meet.time) { Fit::Holds } else { Fit::Apart }
}
