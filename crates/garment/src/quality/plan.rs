//! Single sampling plans of MIL-STD-105E (1989, public; the same tables as ISO 2859-1:1989): Tables I, II-A, II-B and II-C.
//!
//! The master tables hold no numbers that a rule does not give. Sample sizes and AQLs both grow by about the fifth root of ten,
//! so along a diagonal of the table the expected number of bad pieces in a sample stays the same, and with it the
//! acceptance number.
//! Where a diagonal holds no plan, an arrow points to the nearest letter that has one. The three rows of reduced inspection whose
//! samples can shrink no further are written out.

use std::fmt;

/// The AQLs of the tables, in hundredths of thousandths: percent defective up to 10, defects per hundred units beyond.
const AQLS: [u32; 26] = [
    10, 15, 25, 40, 65, 100, 150, 250, 400, 650, 1_000, 1_500, 2_500, 4_000, 6_500, 10_000, 15_000, 25_000,
    40_000, 65_000, 100_000, 150_000, 250_000, 400_000, 650_000, 1_000_000,
];
/// The code letters; S stands below the tables for tightened inspection alone.
const LETTERS: &[u8; 17] = b"ABCDEFGHJKLMNPQRS";
const SIZES: [u32; 17] = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150];
const SIZES_REDUCED: [u32; 16] = [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800];
/// The largest lot of each row of Table I; what is larger is in the last.
const LOTS: [u64; 14] = [8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000];
/// Table I: for each level the letter of each row.
const CODES: [(Level, &[u8; 15]); 7] = [
    (Level::S1, b"AAAABBBBCCCCDDD"),
    (Level::S2, b"AAABBBCCCDDDEEE"),
    (Level::S3, b"AABBCCDDEEFFGGH"),
    (Level::S4, b"AABCCDEEFGGHJJK"),
    (Level::I, b"AABCCDEFGHJKLMN"),
    (Level::II, b"ABCDEFGHJKLMNPQ"),
    (Level::III, b"BCDEFGHJKLMNPQR"),
];

/// How much is inspected for a lot's size: general levels I to III, special levels S-1 to S-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The least of the special levels.
    S1,
    /// The second special level.
    S2,
    /// The third special level.
    S3,
    /// The most of the special levels.
    S4,
    /// About two fifths of level II.
    I,
    /// What is used unless something else was agreed.
    II,
    /// About one and a half times level II.
    III,
}

impl Level {
    /// Every level, with its name in the standard.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::S1, "S-1"),
        (Self::S2, "S-2"),
        (Self::S3, "S-3"),
        (Self::S4, "S-4"),
        (Self::I, "I"),
        (Self::II, "II"),
        (Self::III, "III"),
    ];
}

/// How strict the inspection is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Where inspection begins.
    Normal,
    /// After lots were rejected.
    Tightened,
    /// After a long run of good lots.
    Reduced,
}

impl Severity {
    /// Every severity, with its name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Normal, "normal"), (Self::Tightened, "tightened"), (Self::Reduced, "reduced")];

    /// Its name.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(own, _)| *own == self).map_or("", |(_, word)| word)
    }
}

/// An acceptable quality level that the tables know, as its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aql(u8);

impl Aql {
    /// Every AQL from the strictest.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..26).map(Self)
    }

    /// The AQL in thousandths of a percent.
    pub fn milli(self) -> u32 {
        AQLS.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The AQL in percent defective, or in defects per hundred units.
    pub fn percent(self) -> f64 {
        f64::from(self.milli()) / 1000.0
    }

    /// Whether it counts defects, of which a piece may have several, and not defective pieces.
    pub fn counts_defects(self) -> bool {
        self.milli() > 10_000
    }

    /// Reads `2.5`. An AQL that is none gives the nearest two.
    pub fn read(text: &str) -> Result<Self, NotAnAql> {
        let wrong = |near| NotAnAql { text: text.to_owned(), near };
        let value: f64 =
            text.trim().trim_end_matches('%').trim().parse().map_err(|_| wrong(String::new()))?;
        let milli = value * 1000.0;
        if let Some(found) = Self::all().find(|aql| (f64::from(aql.milli()) - milli).abs() < 1e-6) {
            return Ok(found);
        }
        let above = AQLS.iter().position(|aql| f64::from(*aql) > milli).unwrap_or(AQLS.len());
        let near = [above.checked_sub(1), Some(above)];
        let near = near.into_iter().flatten().filter_map(|at| AQLS.get(at));
        let near: Vec<String> = near.map(|aql| format!("`{}`", f64::from(*aql) / 1000.0)).collect();
        Err(wrong(near.join(" or ")))
    }
}

impl fmt::Display for Aql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.percent())
    }
}

/// A text that is no AQL of the tables.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is no AQL of the tables; write {}", if near.is_empty() { "a percentage such as `2.5`" } else { near })]
pub struct NotAnAql {
    text: String,
    near: String,
}

/// How a lot is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The letter that Table I gives for the lot.
    pub asked: char,
    /// The letter whose plan is used, after the arrows.
    pub letter: char,
    /// How many pieces are drawn.
    pub sample: u32,
    /// Up to so many bad ones the lot is accepted.
    pub accept: u32,
    /// From so many bad ones it is rejected. In reduced inspection there may be a gap between the two: such a lot is accepted,
    /// but the next is inspected normally.
    pub reject: u32,
}

/// The code letter of a lot (Table I). A lot has two pieces at least.
pub fn letter(lot: u64, level: Level) -> char {
    let row = LOTS.iter().position(|most| lot <= *most).unwrap_or(LOTS.len());
    let codes = CODES.iter().find(|(own, _)| *own == level).and_then(|(_, codes)| codes.get(row));
    char::from(codes.copied().unwrap_or(b'A'))
}

/// The plan for a lot.
pub fn plan(lot: u64, level: Level, aql: Aql, severity: Severity) -> Plan {
    by_letter(letter(lot, level), aql, severity)
}

/// The plan for a code letter (Tables II-A to II-C), arrows followed.
pub fn by_letter(asked: char, aql: Aql, severity: Severity) -> Plan {
    let row = LETTERS.iter().position(|letter| char::from(*letter) == asked).unwrap_or(0);
    let column = usize::from(aql.0);
    let last = SIZES.len() - if severity == Severity::Tightened { 1 } else { 2 };
    let here = numbers(row, column, severity).map(|found| (row, found));
    let up = || (0..row).rev().find_map(|row| Some((row, numbers(row, column, severity)?)));
    let down = || (row + 1..=last).find_map(|row| Some((row, numbers(row, column, severity)?)));
    let found = match here {
        Some(found) => Some(found),
        None if points_up(row, column, severity) => up().or_else(down),
        None => down().or_else(up),
    };
    // Every column has a plan, so the arrows always end somewhere.
    let (row, (accept, reject)) = found.unwrap_or((row, (0, 1)));
    let sizes: &[u32] = if severity == Severity::Reduced { &SIZES_REDUCED } else { &SIZES };
    let sample = sizes.get(row).copied().unwrap_or_default();
    let letter = LETTERS.get(row).map_or('A', |letter| char::from(*letter));
    Plan { asked, letter, sample, accept, reject }
}

/// The diagonal of acceptance zero, for letter A and the AQL of 6.5.
const ZERO: usize = 14;

/// Whether a cell without a plan points to a smaller sample: right beyond acceptance zero, and where the samples are too large.
fn points_up(row: usize, column: usize, severity: Severity) -> bool {
    let diagonal = row + column;
    let beyond_zero = severity != Severity::Tightened && diagonal == ZERO + 1;
    beyond_zero || diagonal > ZERO + 3
}

/// Acceptance and rejection number of a cell of the master table, if it holds a plan and no arrow.
fn numbers(row: usize, column: usize, severity: Severity) -> Option<(u32, u32)> {
    let from_one = (row + column).checked_sub(ZERO + 3);
    let one_more = |accept: u32| (accept, accept + 1);
    // Beyond this a sample would be larger than any that finds more than 21 bad pieces; the smallest letters have none other.
    let most = if row <= 4 { 9 } else { 7 };
    match severity {
        Severity::Normal => match from_one {
            None if row + column == ZERO => Some((0, 1)),
            Some(step) if step <= most && row <= 15 => {
                [1, 2, 3, 5, 7, 10, 14, 21, 30, 44].get(step).copied().map(one_more)
            }
            _ => None,
        },
        Severity::Tightened => match from_one {
            // No table accepts on zero beyond the AQL of 6.5.
            None if row + column == ZERO + 1 && (1..=15).contains(&row) => Some((0, 1)),
            Some(step) if (1..=most).contains(&step) => {
                [1, 2, 3, 5, 8, 12, 18, 27, 41].get(step - 1).copied().map(one_more)
            }
            _ => None,
        },
        Severity::Reduced => reduced(row, column, from_one),
    }
}

/// Table II-C. The gap between the two numbers narrows again for letters A and B, whose samples are those of C.
fn reduced(row: usize, column: usize, from_one: Option<usize>) -> Option<(u32, u32)> {
    const SLOPE: [(u32, u32); 10] =
        [(0, 2), (1, 3), (1, 4), (2, 5), (3, 6), (5, 8), (7, 10), (10, 13), (14, 17), (21, 24)];
    const A: [(u32, u32); 9] =
        [(1, 2), (2, 3), (3, 4), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31)];
    const B: [(u32, u32); 10] =
        [(0, 2), (1, 3), (2, 4), (3, 5), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31)];
    if row + column == ZERO {
        return Some((0, 1));
    }
    let step = from_one?;
    match row {
        0 => A.get(step).copied(),
        1 => B.get(step).copied(),
        2 if step == 10 => Some((30, 31)),
        2..=4 => SLOPE.get(step).copied(),
        5..=15 => SLOPE.get(step).copied().filter(|_| step <= 7),
        _ => None,
    }
}
