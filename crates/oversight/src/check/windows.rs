use super::rows::join;
use crate::model::{Lapse, Length, Window};
use pack::days::Term;
use record::Time;
use std::ops::Range;
use std::sync::Arc;

/// The windows of lanes: which of them hold the time between two moments.
///
/// Some lengths of time are *steps*, at which the window of a lane begins or ends. Between two steps nothing changes, so that
/// what holds is looked up by how many of them have passed.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    words: usize,
    /// Ascending.
    steps: Vec<Lapse>,
    /// The whole seconds of each, which are compared faster.
    seconds: Vec<u64>,
    near: Near,
    /// Lanes whose window has begun before the first step, at it, at the second, and so on.
    reached: Vec<u64>,
    /// Lanes whose window is over up to the first step, after it, after the second, and so on.
    over: Vec<u64>,
    counted: Vec<Counted>,
}

/// Where to look for a time among ascending ones: for each stretch, each as long as the other, how many end before it begins.
#[derive(Clone, Debug, Default)]
struct Near {
    /// A stretch's seconds, as a power of two.
    width: u32,
    before: Vec<u32>,
    all: usize,
}

impl Near {
    const STRETCHES: u64 = 512;

    fn new(seconds: &[u64]) -> Self {
        let last = seconds.last().copied().unwrap_or_default();
        let width = (0..u64::BITS).find(|width| last >> width < Self::STRETCHES).unwrap_or_default();
        let before = |stretch: u64| seconds.partition_point(|step| step >> width < stretch) as u32;
        let some = if seconds.is_empty() { 0 } else { (last >> width) + 1 };
        Self { width, before: (0..some).map(before).collect(), all: seconds.len() }
    }

    /// Between how many and how many are shorter than so many seconds: a few where lengths are of one order, and all that share
    /// a stretch where one is far longer than the others.
    #[inline]
    fn around(&self, seconds: u64) -> Range<usize> {
        let stretch = usize::try_from(seconds >> self.width).unwrap_or(usize::MAX);
        let before = |stretch| self.before.get(stretch).map_or(self.all, |before| *before as usize);
        before(stretch)..before(stretch.saturating_add(1))
    }
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

/// After how long a window may be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ends(Lapse);

impl Ends {
    pub(super) const NEVER: Self = Self(Lapse::LONGEST);

    /// The first second after which it may be, from one moment on.
    #[inline]
    pub(super) fn from(self, moment: Time) -> i64 {
        self.0.after(moment).map_or(i64::MAX, Time::seconds)
    }
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
        let mut steps: Vec<Lapse> = begins.iter().chain(&ends).map(|(step, _)| *step).collect();
        steps.sort_unstable();
        steps.dedup();
        let seconds: Vec<u64> = steps.iter().map(|step| step.whole_seconds()).collect();
        let near = Near::new(&seconds);
        let (reached, over) = (grown(&steps, always, begins), grown(&steps, vec![0; words], ends));
        Self { words, steps, seconds, near, reached, over, counted }
    }

    /// Whether every lane's window holds whatever lies between.
    pub(super) fn are_open(&self) -> bool {
        self.steps.is_empty() && self.counted.is_empty()
    }

    /// What they say of the time from one moment to a later one.
    #[inline]
    pub(super) fn between<'a>(&'a self, from: Time, to: Time, room: &'a mut Joined) -> Between<'a> {
        let (passed, begun) = self.passed(Lapse::from_to(from, to));
        let known = Between { reached: self.nth(&self.reached, begun), over: self.nth(&self.over, passed) };
        if self.counted.is_empty() { known } else { self.with_counted(known, from, to, room) }
    }

    #[cold]
    fn with_counted<'a>(
        &'a self,
        Between { reached, over }: Between<'a>,
        from: Time,
        to: Time,
        room: &'a mut Joined,
    ) -> Between<'a> {
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

    /// How many steps are shorter than a time, and how many are no longer.
    #[inline]
    fn passed(&self, lapse: Lapse) -> (usize, usize) {
        let whole = lapse.whole_seconds();
        let around = self.near.around(whole);
        let near = self.seconds.get(around.clone()).unwrap_or_default();
        let before = around.start + near.partition_point(|step| *step < whole);
        match self.seconds.get(before) {
            Some(step) if *step == whole => self.passed_near(before, lapse),
            _ => (before, before),
        }
    }

    /// [`Self::passed`], from the steps on that differ by less than a second.
    fn passed_near(&self, before: usize, lapse: Lapse) -> (usize, usize) {
        let near = self.steps.get(before..).unwrap_or_default();
        let passed = before + near.iter().take_while(|step| **step < lapse).count();
        (passed, passed + usize::from(self.steps.get(passed) == Some(&lapse)))
    }

    #[inline]
    fn nth<'a>(&self, rows: &'a [u64], nth: usize) -> &'a [u64] {
        rows.get(nth * self.words..(nth + 1) * self.words).unwrap_or_default()
    }

    /// Lanes whose windows from one moment on were over before another.
    pub(super) fn over<'a>(&'a self, from: Time, now: Time, room: &'a mut Joined) -> &'a [u64] {
        if now > from { self.between(from, now, room).over } else { &[] }
    }

    /// After how long the window of one of these lanes is over first, of which none was over before `lapse`.
    fn first_over(&self, lapse: Lapse, lanes: &[u64]) -> Option<Lapse> {
        let some_over =
            |nth: usize| self.nth(&self.over, nth).iter().zip(lanes).any(|(over, lanes)| over & lanes != 0);
        let (mut none, mut some) = (self.passed(lapse).0, self.steps.len());
        if none == some || !some_over(some) {
            return None;
        }
        while some - none > 1 {
            let half = none.midpoint(some);
            if some_over(half) { some = half } else { none = half }
        }
        self.steps.get(some - 1).copied()
    }

    /// After how long the first window of some lanes may be over; none where that is a matter of the calendar.
    pub(super) fn ends(&self, lanes: &[u64]) -> Option<Ends> {
        let first = self.first_over(Lapse::default(), lanes);
        self.counted.is_empty().then(|| first.map_or(Ends::NEVER, Ends))
    }

    /// When the next window may be over, from one moment on, of some lanes of which none was over before `now`: the first
    /// second after which it is, or never.
    pub(super) fn next(&self, from: Time, now: Time, lanes: &[u64]) -> i64 {
        let lapse = if now > from { Lapse::from_to(from, now) } else { Lapse::default() };
        let next = self.first_over(lapse, lanes).and_then(|after| after.after(from));
        let mut due = next.map_or(i64::MAX, Time::seconds);
        for counted in &self.counted {
            let last = counted.term.last(from).filter(|last| now <= *last && last.seconds() < due);
            let Some(last) = last else { continue };
            if counted.most.iter().zip(lanes).any(|(most, lanes)| most & lanes != 0) {
                due = last.seconds();
            }
        }
        due
    }
}

/// The time between two events of a life, as the windows of lanes have it: looked up once somebody asks.
pub(super) struct Gap<'a> {
    windows: &'a Windows,
    from: Time,
    to: Time,
    room: Option<&'a mut Joined>,
    known: Between<'a>,
}

impl<'a> Gap<'a> {
    /// From one event to a later one.
    #[inline]
    pub(super) fn new(windows: &'a Windows, [from, to]: [Time; 2], room: &'a mut Joined) -> Self {
        Self { windows, from, to, room: Some(room), known: Between { reached: &[], over: &[] } }
    }

    /// Of a word, the lanes whose windows have begun, and those whose windows are over.
    #[inline]
    fn of(&mut self, word: usize) -> (u64, u64) {
        if let Some(room) = self.room.take() {
            self.known = self.windows.between(self.from, self.to, room);
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

/// A row that grows with the time that has passed: what it is before the first step, from it on, from the second on, and so on.
/// Those of `row` are in it from the start, the others each from a step on.
fn grown(steps: &[Lapse], mut row: Vec<u64>, mut lanes: Vec<(Lapse, usize)>) -> Vec<u64> {
    lanes.sort_unstable();
    let (mut rows, mut lanes) = (row.clone(), lanes.into_iter().peekable());
    for step in steps {
        while let Some((_, lane)) = lanes.next_if(|(from, _)| from == step) {
            row[lane / 64] |= 1 << (lane % 64);
        }
        rows.extend_from_slice(&row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Joined, Windows};
    use crate::model::{Lapse, Length, Window};
    use proptest::prelude::*;
    use record::Time;

    /// Of half seconds, so that some steps lie between whole ones.
    fn length(halves: u32) -> Length {
        Length::Elapsed(Lapse::of(f64::from(halves) / 2.0, 1).unwrap())
    }

    fn time(quarters: u32) -> Time {
        Time::new(i64::from(quarters / 4), quarters % 4 * 250_000_000, None).unwrap()
    }

    proptest! {
        #[test]
        fn lanes_are_where_their_own_windows_say(
            lengths in prop::collection::vec(
                (prop::option::of(0_u32..3_000), prop::option::of(0_u32..3_000)),
                1..150,
            ),
            from in 0_u32..40,
            apart in 0_u32..13_000,
        ) {
            let window = |(least, most): &(Option<u32>, Option<u32>)| Window {
                least: least.map(length),
                most: most.map(length),
            };
            let all: Vec<Window> = lengths.iter().map(window).collect();
            let windows = Windows::new(all.len().div_ceil(64), all.iter());
            let (from, to) = (time(from), time(from + apart));
            let mut room = Joined::default();
            let known = windows.between(from, to, &mut room);
            let is = |row: &[u64], lane: usize| row[lane / 64] >> (lane % 64) & 1 == 1;
            for (lane, window) in all.iter().enumerate() {
                prop_assert_eq!(is(known.reached, lane), window.is_reached(from, to), "{:?}", window);
                prop_assert_eq!(is(known.over, lane), window.is_passed(from, to), "{:?}", window);
            }
            let first = all.iter().filter_map(|window| window.ends(from)).min().map_or(i64::MAX, Time::seconds);
            let ends = windows.ends(&vec![u64::MAX; all.len().div_ceil(64)]);
            prop_assert_eq!(ends.map(|ends| ends.from(from)), Some(first));
        }
    }
}
