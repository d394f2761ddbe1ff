use super::rows::join;
use crate::model::{Lapse, Length, Window};
use pack::days::Term;
use record::Time;
use std::sync::Arc;

/// The windows of lanes: which of them hold the time between two moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// Lanes whose window has begun.
    reached: Growing,
    /// Lanes whose window is over.
    over: Growing,
    counted: Vec<Counted>,
}

/// Lanes whose window is bounded by time that is counted as law counts it.
#[derive(Clone, Debug)]
struct Counted {
    term: Arc<Term>,
    /// Those for which it must have passed, and those for which it must not.
    least: Vec<u64>,
    most: Vec<u64>,
}

/// What windows say of the time between two moments.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    /// Lanes whose window has begun.
    pub(super) reached: &'a [u64],
    /// Lanes whose window is over.
    pub(super) over: &'a [u64],
}

/// Room for what must be put together.
#[derive(Debug, Default)]
pub(super) struct Joined {
    reached: Vec<u64>,
    over: Vec<u64>,
}

impl Windows {
    /// Of lanes in so many words; what is in none of them is always reached and never over.
    pub(super) fn new<'w>(words: usize, windows: impl Iterator<Item = &'w Window>) -> Self {
        let mut always = vec![u64::MAX; words];
        let (mut begins, mut ends) = (Vec::new(), Vec::new());
        let mut counted: Vec<Counted> = Vec::new();
        let set = |row: &mut [u64], lane: usize| row[lane / 64] |= 1 << (lane % 64);
        for (lane, window) in windows.enumerate() {
            match &window.least {
                Some(Length::Elapsed(least)) if *least > Lapse::default() => begins.push((*least, lane)),
                Some(Length::Counted(term)) => {
                    let at = of_term(&mut counted, words, term);
                    set(&mut counted[at].least, lane);
                }
                _ => {}
            }
            match &window.most {
                Some(Length::Elapsed(most)) => ends.push((*most, lane)),
                Some(Length::Counted(term)) => {
                    let at = of_term(&mut counted, words, term);
                    set(&mut counted[at].most, lane);
                }
                None => {}
            }
        }
        for (_, lane) in &begins {
            always[lane / 64] &= !(1 << (lane % 64));
        }
        for one in &counted {
            always.iter_mut().zip(&one.least).for_each(|(always, least)| *always &= !least);
        }
        Self { reached: Growing::new(always, begins), over: Growing::new(vec![0; words], ends), counted }
    }

    /// Whether every lane's window holds whatever lies between.
    pub(super) fn are_open(&self) -> bool {
        self.reached.is_still() && self.over.is_still() && self.counted.is_empty()
    }

    /// What they say of the time between two moments, in either order.
    pub(super) fn between<'a>(&'a self, one: Time, other: Time, room: &'a mut Joined) -> Between<'a> {
        let (from, to) = if one <= other { (one, other) } else { (other, one) };
        let lapse = Lapse::between(from, to);
        let (reached, over) = (self.reached.at(lapse), self.over.before(lapse));
        if self.counted.is_empty() {
            return Between { reached, over };
        }
        room.reached.clear();
        room.over.clear();
        room.reached.extend_from_slice(reached);
        room.over.extend_from_slice(over);
        for counted in &self.counted {
            if counted.term.last(from).is_some_and(|last| to > last) {
                join(&mut room.reached, &counted.least);
                join(&mut room.over, &counted.most);
            }
        }
        Between { reached: &room.reached, over: &room.over }
    }

    /// Lanes whose windows from one moment on were over before another.
    pub(super) fn over<'a>(&'a self, from: Time, now: Time, room: &'a mut Joined) -> &'a [u64] {
        if now > from { self.between(from, now, room).over } else { &[] }
    }

    /// When the next window may be over, from one moment on, of lanes that wait by word, of which none was over before
    /// `now`: the first second after which it is, or never.
    pub(super) fn next(&self, from: Time, now: Time, waits: impl Fn(usize) -> u64) -> i64 {
        let lapse = if now > from { Lapse::between(from, now) } else { Lapse::default() };
        let next = self.over.next(lapse, &waits).and_then(|after| after.after(from));
        let mut due = next.map_or(i64::MAX, Time::seconds);
        for counted in &self.counted {
            let last = counted.term.last(from).filter(|last| now <= *last && last.seconds() < due);
            let Some(last) = last else { continue };
            if counted.most.iter().enumerate().any(|(word, lanes)| lanes & waits(word) != 0) {
                due = last.seconds();
            }
        }
        due
    }
}

/// The time between two events of a life, as the windows of lanes have it: looked up once somebody asks.
pub(super) struct Gap<'a> {
    windows: &'a Windows,
    moments: [Time; 2],
    room: Option<&'a mut Joined>,
    known: Between<'a>,
}

impl<'a> Gap<'a> {
    pub(super) fn new(windows: &'a Windows, moments: [Time; 2], room: &'a mut Joined) -> Self {
        Self { windows, moments, room: Some(room), known: Between { reached: &[], over: &[] } }
    }

    /// Of a word, the lanes whose windows have begun, and those whose windows are over.
    #[inline]
    fn of(&mut self, word: usize) -> (u64, u64) {
        if let Some(room) = self.room.take() {
            let [one, other] = self.moments;
            self.known = self.windows.between(one, other, room);
        }
        let at = |row: &[u64]| row.get(word).copied().unwrap_or_default();
        (at(self.known.reached), at(self.known.over))
    }

    /// Of some lanes of a word, those whose windows hold it; only those that are `bounded` have one.
    #[inline]
    pub(super) fn held(&mut self, word: usize, lanes: u64, bounded: u64) -> u64 {
        if lanes & bounded == 0 {
            return lanes;
        }
        let (reached, over) = self.of(word);
        lanes & reached & !over
    }

    /// Of some lanes of a word, those whose windows are not over.
    #[inline]
    pub(super) fn not_over(&mut self, word: usize, lanes: u64, bounded: u64) -> u64 {
        if lanes & bounded == 0 { lanes } else { lanes & !self.of(word).1 }
    }
}

/// The place of a term, each once.
fn of_term(counted: &mut Vec<Counted>, words: usize, term: &Arc<Term>) -> usize {
    let known = counted.iter().position(|other| Arc::ptr_eq(&other.term, term) || other.term == *term);
    known.unwrap_or_else(|| {
        let none = vec![0; words];
        counted.push(Counted { term: Arc::clone(term), least: none.clone(), most: none });
        counted.len() - 1
    })
}

/// A row that grows with the time that has passed.
#[derive(Clone, Debug, Default)]
struct Growing {
    words: usize,
    /// After how long it grows, ascending.
    after: Vec<Lapse>,
    /// The whole seconds of each, which are compared faster.
    seconds: Vec<u64>,
    /// What it is before the first of them, after the first, and so on.
    rows: Vec<u64>,
}

impl Growing {
    /// From the lanes that each get in after a time; those of `row` are in from the start.
    fn new(mut row: Vec<u64>, mut lanes: Vec<(Lapse, usize)>) -> Self {
        lanes.sort_unstable();
        let (words, mut after, mut rows) = (row.len(), Vec::new(), row.clone());
        for (at, (lapse, lane)) in lanes.iter().enumerate() {
            row[lane / 64] |= 1 << (lane % 64);
            if lanes.get(at + 1).is_none_or(|(next, _)| next != lapse) {
                after.push(*lapse);
                rows.extend_from_slice(&row);
            }
        }
        let seconds = after.iter().map(|after| after.whole_seconds()).collect();
        Self { words, after, seconds, rows }
    }

    fn is_still(&self) -> bool {
        self.after.is_empty()
    }

    /// What it is when the times up to `lapse` itself have passed.
    fn at(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.passed(lapse, |after| *after <= lapse))
    }

    /// What it is when the times before `lapse` have passed.
    fn before(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.passed(lapse, |after| *after < lapse))
    }

    /// How many times have passed; what has, is told of those that differ from `lapse` by less than a second.
    #[inline]
    fn passed(&self, lapse: Lapse, has: impl Fn(&Lapse) -> bool) -> usize {
        let whole = lapse.whole_seconds();
        let before = self.seconds.partition_point(|after| *after < whole);
        let near = self.after.get(before..).unwrap_or_default();
        before + near.iter().take_while(|after| has(after)).count()
    }

    /// After how long the first of some lanes gets in, of which none is in before `lapse`.
    fn next(&self, lapse: Lapse, lanes: impl Fn(usize) -> u64) -> Option<Lapse> {
        let some_in = |nth: usize| self.nth(nth).iter().enumerate().any(|(at, row)| row & lanes(at) != 0);
        let (mut out, mut some) = (self.passed(lapse, |after| *after < lapse), self.after.len());
        if out == some || !some_in(some) {
            return None;
        }
        while some - out > 1 {
            let half = out.midpoint(some);
            if some_in(half) { some = half } else { out = half }
        }
        self.after.get(some - 1).copied()
    }

    fn nth(&self, nth: usize) -> &[u64] {
        self.rows.get(nth * self.words..(nth + 1) * self.words).unwrap_or_default()
    }
}
