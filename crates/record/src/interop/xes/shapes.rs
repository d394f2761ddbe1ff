//! How the writer of a log writes attributes: one that came before is known by its bytes, and not taken apart again.

use super::attribute::{Kind, Raw};
use crate::interop::vocabulary;
use crate::interop::xml::Scanner;
use std::io::Read;

/// Ways in which attributes were written, each with those that came next after it.
///
/// A program writes every attribute of one key in the same bytes but for its value, and mostly in the same order. So what
/// comes next is first held against what came next the last times.
pub(super) struct Shapes {
    all: Vec<Shape>,
    /// By shape, and before the first for the beginning of an event and of a trace: which came next, the latest first.
    next: Vec<[u32; NEXT]>,
    at: usize,
}

/// An attribute that contains nothing, but for its value.
#[derive(Clone)]
pub(super) struct Shape {
    /// `<string key="concept:name" value="`.
    before: Box<[u8]>,
    /// `"/>`.
    after: Box<[u8]>,
    pub(super) kind: Kind,
    /// The number of its name.
    pub(super) name: u32,
}

/// Where a row of attributes begins.
#[derive(Clone, Copy)]
pub(super) enum Within {
    Event,
    Trace,
}

const BEGINS: usize = 2;
const NEXT: usize = 4;
const NONE: u32 = u32::MAX;
/// How many are kept: a log with more keys than this is read as it comes.
const MOST: usize = 1024;

impl Shapes {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), next: vec![[NONE; NEXT]; BEGINS], at: 0 }
    }

    pub(super) fn begin(&mut self, within: Within) {
        self.at = within as usize;
    }

    /// The next attribute, if it is written as one before it: how, its value, and where it ends.
    #[inline]
    pub(super) fn meet<'s, R: Read>(
        &self,
        scanner: &'s Scanner<R>,
    ) -> Option<(usize, &Shape, &'s str, usize)> {
        let next = self.next.get(self.at)?;
        next.iter().take_while(|number| **number != NONE).find_map(|number| {
            let shape = self.all.get(*number as usize)?;
            let (value, end) = scanner.leaf(&shape.before, &shape.after)?;
            Some((*number as usize, shape, value, end))
        })
    }

    /// The attribute that [`Self::meet`] found was taken.
    #[inline]
    pub(super) fn met(&mut self, number: usize) {
        let Some(next) = self.next.get_mut(self.at) else { return };
        let place = next.iter().position(|one| *one as usize == number).unwrap_or(NEXT - 1);
        if place > 0 {
            next.get_mut(..=place).into_iter().for_each(|these| these.rotate_right(1));
            next[0] = number as u32;
        }
        self.at = BEGINS + number;
    }

    /// An attribute was read that contains nothing and whose tag is `written`; its name has that number. Those of reserved
    /// names, which are few, are always taken apart.
    pub(super) fn learn(&mut self, written: &[u8], raw: &Raw<'_>, name: u32) {
        if matches!(raw.kind, Kind::List | Kind::Container) || vocabulary::is_reserved(&raw.key) {
            return;
        }
        // With its value first it would be known too late.
        let begin = memchr::memmem::rfind(written, b" value=\"").map(|at| at + 8);
        let Some((before, rest)) = begin.and_then(|begin| written.split_at_checked(begin)) else { return };
        let Some(after) = rest.strip_prefix(raw.value.as_bytes()).filter(|after| is_end(after)) else {
            return;
        };
        let shape = Shape { before: before.into(), after: after.into(), kind: raw.kind, name };
        let same = |other: &Shape| other.before == shape.before && other.after == shape.after;
        let known = self.all.iter().position(same).or_else(|| {
            (self.all.len() < MOST).then(|| {
                self.next.push([NONE; NEXT]);
                self.all.push(shape.clone());
                self.all.len() - 1
            })
        });
        if let Some(known) = known {
            self.met(known);
        }
    }
}

/// Whether nothing follows the value but the end of the tag.
fn is_end(after: &[u8]) -> bool {
    after.strip_prefix(b"\"").and_then(|rest| rest.trim_ascii_start().strip_prefix(b"/>")) == Some(b"")
}
