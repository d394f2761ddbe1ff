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
    /// After how long which lanes' windows are over, ascending.
    steps: Vec<(Lapse, Sparse)>,
    counted: Vec<Counted>,
}

/// Lanes by word.
type Sparse = Vec<(usize, u64)>;

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
        let none = vec![0; words];
        let mut steps: Vec<(Lapse, Sparse)> = Vec::new();
        ends.sort_unstable();
        for (after, lane) in &ends {
            if steps.last().is_none_or(|(last, _)| last != after) {
                steps.push((*after, Vec::new()));
            }
            let Some((_, lanes)) = steps.last_mut() else { continue };
            match lanes.last_mut().filter(|(word, _)| *word == lane / 64) {
                Some((_, bits)) => *bits |= 1 << (lane % 64),
                None => lanes.push((lane / 64, 1 << (lane % 64))),
            }
        }
        Self { reached: Growing::new(always, begins), over: Growing::new(none, ends), steps, counted }
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

    /// Tells, word by word, the lanes whose windows from one moment on were over before another: those from a step on,
    /// which moves on. When the next one may be over: the first second after which it is, or never.
    pub(super) fn run_out(
        &self,
        step: &mut usize,
        from: Time,
        now: Time,
        mut waits: impl FnMut(usize) -> u64,
        mut over: impl FnMut(usize, u64),
    ) -> i64 {
        let lapse = if now > from { Lapse::between(from, now) } else { Lapse::default() };
        let mut due = i64::MAX;
        while let Some((after, lanes)) = self.steps.get(*step) {
            if *after < lapse {
                lanes.iter().for_each(|(word, lanes)| over(*word, *lanes));
            } else if lanes.iter().any(|(word, lanes)| waits(*word) & lanes != 0) {
                due = after.after(from).map_or(i64::MAX, Time::seconds);
                break;
            }
            *step += 1;
        }
        for counted in &self.counted {
            let Some(last) = counted.term.last(from) else { continue };
            let lanes = || counted.most.iter().enumerate().filter(|(_, lanes)| **lanes != 0);
            if now > last {
                lanes().for_each(|(word, lanes)| over(word, *lanes));
            } else if lanes().any(|(word, lanes)| waits(word) & lanes != 0) {
                due = due.min(last.seconds());
            }
        }
        due
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
        Self { words, after, rows }
    }

    fn is_still(&self) -> bool {
        self.after.is_empty()
    }

    /// What it is when the times up to `lapse` itself have passed.
    fn at(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.after.partition_point(|after| *after <= lapse))
    }

    /// What it is when the times before `lapse` have passed.
    fn before(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.after.partition_point(|after| *after < lapse))
    }

    fn nth(&self, nth: usize) -> &[u64] {
        self.rows.get(nth * self.words..(nth + 1) * self.words).unwrap_or_default()
    }
}
