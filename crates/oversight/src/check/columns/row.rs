//! Sets of positions, a bit each, 64 to a word: what comes before and after in a trace is found for 64 positions at once.

use crate::Bits;
use crate::bits::ones;
use crate::log::Traces;
use std::ops::Range;

/// Some traces, one after the other: their positions as words of a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretch {
    pub(super) traces: Range<usize>,
    words: Range<usize>,
    /// Which positions of the first and of the last word are theirs.
    ends: [u64; 2],
}

/// Where traces begin and end, in the words of a stretch.
#[derive(Clone, Copy)]
pub(super) struct Edges<'a> {
    pub(super) firsts: &'a [u64],
    pub(super) lasts: &'a [u64],
}

impl Stretch {
    pub(super) fn of(all: &Traces, traces: Range<usize>) -> Self {
        let at = |trace: usize| all.starts().get(trace).map_or(0, |start| *start as usize);
        let (from, to) = (at(traces.start), at(traces.end));
        let words = from / 64..to.div_ceil(64).max(from / 64);
        Self { traces, words, ends: [u64::MAX << (from % 64), u64::MAX >> (to.wrapping_neg() % 64)] }
    }

    /// The position of the first bit of its words.
    pub(super) fn base(&self) -> u32 {
        (self.words.start * 64) as u32
    }

    /// The positions of its words.
    pub(super) fn positions(&self) -> Range<usize> {
        self.words.start * 64..self.words.end * 64
    }

    /// Its words of a row, with positions of other traces at both ends.
    pub(super) fn words<'r>(&self, row: &'r Bits) -> &'r [u64] {
        row.words().get(self.words.clone()).unwrap_or_default()
    }

    /// The positions of its traces in a row.
    pub(super) fn cut(&self, row: &Bits, out: &mut Vec<u64>) {
        out.clear();
        out.extend_from_slice(self.words(row));
        let [first, last] = self.ends;
        out.first_mut().into_iter().for_each(|word| *word &= first);
        out.last_mut().into_iter().for_each(|word| *word &= last);
    }
}

/// One word of [`before`]: what a mark begins goes on, bit by bit upwards, to the end of its trace, or to a stop and no farther.
/// That is how an adder hands on its carry.
#[inline]
fn hand_on(marks: u64, ends: u64, stops: u64, carry: &mut bool) -> u64 {
    let begins = marks & !ends;
    let goes = !ends & !stops | begins;
    let (sum, one) = goes.overflowing_add(begins);
    let (sum, other) = sum.overflowing_add(u64::from(*carry));
    *carry = one | other;
    sum ^ goes ^ begins
}

/// Puts into `out` the positions before which a mark comes in their trace, with no stop between the two.
pub(super) fn before(edges: Edges<'_>, marks: &[u64], stops: Option<&[u64]>, out: &mut Vec<u64>) {
    let mut carry = false;
    out.clear();
    let words = marks.iter().zip(edges.lasts);
    match stops {
        None => out.extend(words.map(|(marks, lasts)| hand_on(*marks, *lasts, 0, &mut carry))),
        Some(stops) => out.extend(
            words.zip(stops).map(|((marks, lasts), stops)| hand_on(*marks, *lasts, *stops, &mut carry)),
        ),
    }
}

/// Puts into `out` the positions after which a mark comes in their trace, with no stop between the two.
pub(super) fn after(edges: Edges<'_>, marks: &[u64], stops: Option<&[u64]>, out: &mut Vec<u64>) {
    let mut carry = false;
    out.clear();
    out.resize(marks.len(), 0);
    let turned = u64::reverse_bits;
    let words = out.iter_mut().zip(marks).zip(edges.firsts);
    match stops {
        None => words.rev().for_each(|((out, marks), firsts)| {
            *out = turned(hand_on(turned(*marks), turned(*firsts), 0, &mut carry));
        }),
        Some(stops) => words.zip(stops).rev().for_each(|(((out, marks), firsts), stops)| {
            *out = turned(hand_on(turned(*marks), turned(*firsts), turned(*stops), &mut carry));
        }),
    }
}

/// Puts into `out` the positions right after a mark of their trace.
pub(super) fn right_before(edges: Edges<'_>, marks: &[u64], out: &mut Vec<u64>) {
    let mut carry = 0;
    out.clear();
    out.extend(marks.iter().zip(edges.lasts).map(|(marks, lasts)| {
        let moving = marks & !lasts;
        let moved = moving << 1 | carry;
        carry = moving >> 63;
        moved
    }));
}

/// Puts into `out` the positions right before a mark of their trace.
pub(super) fn right_after(edges: Edges<'_>, marks: &[u64], out: &mut Vec<u64>) {
    out.clear();
    let next = marks.iter().skip(1).chain([&0]);
    out.extend(
        marks
            .iter()
            .zip(next)
            .zip(edges.lasts)
            .map(|((marks, next), lasts)| (marks >> 1 | next << 63) & !lasts),
    );
}

/// How many traces hold one of the marks.
pub(super) fn traces(edges: Edges<'_>, marks: &[u64]) -> u64 {
    let mut carry = false;
    let at_end = marks.iter().zip(edges.lasts).map(|(marks, lasts)| {
        u64::from(((hand_on(*marks, *lasts, 0, &mut carry) | marks) & lasts).count_ones())
    });
    at_end.sum()
}

/// Puts into `out`, beside what is there, the last position of each trace that holds one of the marks.
pub(super) fn at_end(edges: Edges<'_>, marks: &[u64], out: &mut [u64]) {
    let mut carry = false;
    for ((marks, lasts), out) in marks.iter().zip(edges.lasts).zip(out) {
        *out |= (hand_on(*marks, *lasts, 0, &mut carry) | marks) & lasts;
    }
}

pub(super) fn count(row: &[u64]) -> u64 {
    row.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The mark nearest to each of several positions that are asked for in ascending order, the last before it or the first after
/// it: no word is gone through twice, however far marks are apart.
pub(super) struct Nearest<'r, const BACK: bool> {
    words: &'r [u64],
    /// Backwards the words gone through, which are all before it; forwards the word of the mark.
    word: usize,
    mark: Option<u32>,
}

impl<'r, const BACK: bool> Nearest<'r, BACK> {
    pub(super) fn of(words: &'r [u64]) -> Self {
        Self { words, word: 0, mark: None }
    }

    /// The nearest to a position.
    pub(super) fn to(&mut self, position: u32) -> Option<u32> {
        let (word, below) = (position as usize / 64, (1_u64 << (position % 64)) - 1);
        let side = if BACK { below } else { !below & !(below + 1) };
        match self.words.get(word)? & side {
            0 => self.beyond(word),
            own => {
                Some((word * 64) as u32 + if BACK { 63 - own.leading_zeros() } else { own.trailing_zeros() })
            }
        }
    }

    /// The nearest that is not in the word itself.
    #[inline]
    pub(super) fn beyond(&mut self, word: usize) -> Option<u32> {
        if BACK && self.word < word {
            let fresh = self.words.get(self.word..word).unwrap_or_default();
            if let Some((at, bits)) = fresh.iter().enumerate().rev().find(|(_, bits)| **bits != 0) {
                self.mark = Some(((self.word + at) * 64) as u32 + 63 - bits.leading_zeros());
            }
            self.word = word;
        }
        if !BACK && self.word <= word {
            let ahead = self.words.get(word + 1..).unwrap_or_default();
            let next = ahead.iter().zip(word + 1..).find(|(bits, _)| **bits != 0);
            self.mark = next.map(|(bits, at)| (at * 64) as u32 + bits.trailing_zeros());
            self.word = next.map_or(self.words.len(), |(_, at)| at);
        }
        self.mark
    }
}

/// The first mark after a position.
pub(super) fn next(words: &[u64], position: u32) -> Option<u32> {
    let from = position as usize + 1;
    let first = words.get(from / 64)? & (u64::MAX << (from % 64));
    if first != 0 {
        return Some((from / 64 * 64) as u32 + first.trailing_zeros());
    }
    let rest = words.get(from / 64 + 1..)?;
    ones(rest).next().map(|at| ((from / 64 + 1) * 64 + at) as u32)
}

/// The last mark before a position.
pub(super) fn previous(words: &[u64], position: u32) -> Option<u32> {
    let at = position as usize;
    let own = words.get(at / 64)? & !(u64::MAX << (at % 64));
    let (word, bits) = match own {
        0 => words.get(..at / 64)?.iter().enumerate().rev().find(|(_, word)| **word != 0)?,
        _ => (at / 64, &own),
    };
    Some((word * 64) as u32 + (63 - bits.leading_zeros()))
}

#[cfg(test)]
mod tests {
    use super::{Edges, Nearest, after, at_end, before, next, previous, right_after, right_before, traces};
    use crate::Bits;
    use proptest::prelude::*;

    /// Some 300 positions in traces, some of them marks and some of them stops; few marks where traces are long, so that there
    /// are whole words without any.
    fn drawn() -> impl Strategy<Value = (Vec<usize>, Vec<bool>, Vec<bool>)> {
        let lengths = prop::collection::vec(1_usize..90, 1..12);
        let long = prop::collection::vec(200_usize..500, 1..3);
        prop_oneof![lengths, long].prop_flat_map(|lengths| {
            let len: usize = lengths.iter().sum();
            let some = |share: f64| prop::collection::vec(prop::bool::weighted(share), len);
            let marks = prop_oneof![some(0.004), some(0.02), some(0.3)];
            (Just(lengths), marks, prop_oneof![some(0.004), some(0.02), some(0.3)])
        })
    }

    proptest! {
        #[test]
        fn agrees_with_looking_at_each_position((lengths, marks, stops) in drawn()) {
            let trace_of: Vec<usize> = lengths.iter().enumerate().flat_map(|(at, len)| vec![at; *len]).collect();
            let len = trace_of.len();
            let is_last = |at: usize| at + 1 == len || trace_of[at + 1] != trace_of[at];
            let is_first = |at: usize| at == 0 || trace_of[at - 1] != trace_of[at];
            let (firsts, lasts) = (Bits::of(len, is_first), Bits::of(len, is_last));
            let edges = Edges { firsts: firsts.words(), lasts: lasts.words() };
            let (set, stopping) = (Bits::of(len, |at| marks[at]), Bits::of(len, |at| stops[at]));
            let all = |of: &dyn Fn(usize) -> bool| Bits::of(len, of).words().to_vec();
            let clear = |from: usize, to: usize| (from + 1..to).all(|at| !stops[at]);
            let mut out = Vec::new();
            before(edges, set.words(), None, &mut out);
            prop_assert_eq!(&out, &all(&|at| (0..at).any(|one| marks[one] && trace_of[one] == trace_of[at])));
            before(edges, set.words(), Some(stopping.words()), &mut out);
            let near = |one: usize, at: usize| marks[one] && trace_of[one] == trace_of[at];
            prop_assert_eq!(&out, &all(&|at| (0..at).any(|one| near(one, at) && clear(one, at))));
            after(edges, set.words(), None, &mut out);
            prop_assert_eq!(&out, &all(&|at| (at + 1..len).any(|one| near(one, at))));
            after(edges, set.words(), Some(stopping.words()), &mut out);
            prop_assert_eq!(&out, &all(&|at| (at + 1..len).any(|one| near(one, at) && clear(at, one))));
            right_before(edges, set.words(), &mut out);
            prop_assert_eq!(&out, &all(&|at| at > 0 && near(at - 1, at)));
            right_after(edges, set.words(), &mut out);
            prop_assert_eq!(&out, &all(&|at| at + 1 < len && near(at + 1, at)));
            let holds = |trace: usize| (0..len).any(|at| marks[at] && trace_of[at] == trace);
            let mut ends = vec![0; lasts.words().len()];
            at_end(edges, set.words(), &mut ends);
            prop_assert_eq!(&ends, &all(&|at| is_last(at) && holds(trace_of[at])));
            prop_assert_eq!(traces(edges, set.words()), (0..lengths.len()).filter(|one| holds(*one)).count() as u64);
            let (mut ahead, mut back) = (Nearest::<false>::of(set.words()), Nearest::<true>::of(set.words()));
            for (at, is_asked) in stops.iter().enumerate() {
                let later = (at + 1..len).find(|one| marks[*one]).map(|one| one as u32);
                prop_assert_eq!(next(set.words(), at as u32), later);
                let earlier = (0..at).rev().find(|one| marks[*one]).map(|one| one as u32);
                prop_assert_eq!(previous(set.words(), at as u32), earlier);
                if *is_asked {
                    prop_assert_eq!(ahead.to(at as u32), later);
                    prop_assert_eq!(back.to(at as u32), earlier);
                }
            }
        }
    }
}
