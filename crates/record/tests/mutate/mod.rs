//! Damaged input, made from sound samples with a seed, and what must hold of whoever reads it: no panic, no hang, no
//! more memory than the bound, and whatever else the reader's own check demands.
//!
//! Each sample is tried with `LIANCHI_MUTATIONS` mutants (150 if it does not say), drawn from `LIANCHI_SEED` (0).

#![allow(unsafe_code, reason = "only an allocator of one's own can tell how much memory a reader uses")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

thread_local! {
    /// What this thread holds now, and held at most.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that ends may still free what it held.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

struct Counting;

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller warrants.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller warrants.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as the caller warrants.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `act` gives, and the most memory that it held beyond what was held before.
pub fn weighed<T>(act: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.with(|held| {
        let (now, _) = held.get();
        held.set((now, now));
        now
    });
    let done = act();
    let most = HELD.with(|held| held.get().1);
    (done, usize::try_from(most - before).unwrap_or(0))
}

/// A sequence of numbers from a seed (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count.max(1) as u64).unwrap_or(0)
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A sound input, and words of its language that a mutation may put anywhere.
pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
    pub words: &'static [&'static str],
    /// What opens an element that may stand within itself, and what closes it.
    pub nest: (&'static str, &'static str),
}

const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "-0",
    "007",
    "1e999",
    "-1e999",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999999999999999",
    "NaN",
    "1.0000000000000000001",
];
const TEXTS: [&str; 14] = [
    "",
    " ",
    "null",
    "true",
    "0",
    "log:object",
    "log:json:[",
    "log:json:{\"float\":\"x\"}",
    "\u{202E}\u{FEFF}\u{301}",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59.9999999999-23:59",
    "-9999-01-01",
    "../../../etc/passwd",
    "池\u{10FFFF}",
];
const RAW: [&[u8]; 9] = [
    b"\0",
    b"\xFF",
    b"\xC0\x80",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\x1B",
    b"\r",
    b"\xEF\xBB\xBF",
    b"\x7F",
];
/// What separates one element from the next.
const MARKS: &[u8] = b"\n<>{}[],;:=\"'/ ";

/// One mutation of a sample, or a few.
pub fn mutant(sample: &Sample, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = sample.bytes.clone();
    for _ in 0..*dice.one_of(&[1, 1, 1, 2, 3]) {
        mutate(&mut bytes, sample, dice);
    }
    bytes
}

fn mutate(bytes: &mut Vec<u8>, sample: &Sample, dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let insert = |bytes: &mut Vec<u8>, what: &[u8]| drop(bytes.splice(at..at, what.iter().copied()));
    match dice.below(18) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.next() as u8),
        2 => bytes.truncate(at),
        3 => drop(element(bytes, dice).map(|range| bytes.drain(range).count())),
        4 => {
            if let Some(range) = element(bytes, dice) {
                let copy = bytes[range.clone()].repeat(*dice.one_of(&[1, 1, 2, 40]));
                bytes.splice(range.end..range.end, copy);
            }
        }
        5 => {
            if let Some(range) = element(bytes, dice) {
                let moved: Vec<u8> = bytes.drain(range).collect();
                let to = mark(bytes, dice).unwrap_or(0);
                bytes.splice(to..to, moved);
            }
        }
        6 => replace_run(bytes, dice, |byte| byte.is_ascii_digit(), &NUMBERS),
        7 => replace_run(bytes, dice, |byte| !MARKS.contains(&byte), &TEXTS),
        8 => replace_run(bytes, dice, |byte| !MARKS.contains(&byte), sample.words),
        9 | 10 => insert(bytes, dice.one_of(sample.words).as_bytes()),
        11 => insert(bytes, dice.one_of::<&[u8]>(&RAW)),
        12 => *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into_bytes(),
        13 => drop(bytes.splice(0..0, *b"\xEF\xBB\xBF")),
        14 => {
            let depth = *dice.one_of(&[1, 17, 130, 3_000]);
            insert(bytes, sample.nest.1.repeat(if dice.below(2) == 0 { depth } else { 0 }).as_bytes());
            insert(bytes, sample.nest.0.repeat(depth).as_bytes());
        }
        15 => insert(bytes, &vec![*dice.one_of(b"a1 (\"\n"); *dice.one_of(&[70, 5_000, 200_000])]),
        16 => drop(bytes.splice(at..at, (0..8).map(|_| dice.next() as u8).collect::<Vec<_>>())),
        _ => {
            let tail = bytes.split_off(at);
            bytes.splice(0..0, tail);
        }
    }
}

/// A place right after a mark; half of the time after a line, so that what is moved is often whole.
fn mark(bytes: &[u8], dice: &mut Dice) -> Option<usize> {
    let from = dice.below(bytes.len() + 1);
    let marks = if dice.below(2) == 0 { MARKS } else { b"\n" };
    bytes.iter().skip(from).position(|byte| marks.contains(byte)).map(|found| from + found + 1)
}

/// What stands between two marks of a kind: a line, a tag, a member, a cell.
fn element(bytes: &[u8], dice: &mut Dice) -> Option<std::ops::Range<usize>> {
    let begin = mark(bytes, dice)?;
    let kind = bytes[begin - 1];
    let mut ends = bytes.iter().enumerate().skip(begin).filter(|(_, byte)| **byte == kind);
    let (end, _) = ends.nth(dice.below(3))?;
    Some(begin..end + 1)
}

/// Puts one of `others` in place of a run of bytes of a kind.
fn replace_run(bytes: &mut Vec<u8>, dice: &mut Dice, kind: impl Fn(u8) -> bool, others: &[&str]) {
    let from = dice.below(bytes.len() + 1);
    let Some(begin) = bytes.iter().skip(from).position(|byte| kind(*byte)).map(|found| from + found) else {
        return;
    };
    let length = bytes[begin..].iter().take_while(|byte| kind(**byte)).count();
    bytes.splice(begin..begin + length, dice.one_of(others).bytes());
}

/// What a campaign found out.
#[derive(Debug, Default)]
pub struct Tried {
    pub mutants: u64,
    /// Mutants that were still read.
    pub sound: u64,
    pub most_memory: usize,
    pub longest: Duration,
}

/// A reader may use so much memory, and as many times its input besides.
const MEMORY: usize = 48 << 20;
const TIMES: usize = 64;
/// A reader may take so long on a busy machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands mutants of all samples to `check`, which tells whether one was read, or what it broke.
pub fn campaign(
    samples: &[Sample],
    check: &mut dyn FnMut(&[u8]) -> Result<bool, String>,
) -> Result<Tried, String> {
    let told = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (mutants, seed) = (told("LIANCHI_MUTATIONS").unwrap_or(150), told("LIANCHI_SEED").unwrap_or(0));
    let watch = Watchdog::new();
    let mut tried = Tried::default();
    for sample in samples {
        if !survived(&sample.bytes, &sample.name, &mut tried, check)? {
            return Err(format!("{}: the sample itself is not read", sample.name));
        }
        let own = sample.name.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        for number in 0..mutants {
            let bytes = mutant(sample, &mut Dice::new(own ^ (number << 20)));
            watch.begin(number);
            let name = format!("{} {number}", sample.name);
            tried.sound += u64::from(survived(&bytes, &name, &mut tried, check)?);
            tried.mutants += 1;
        }
    }
    Ok(tried)
}

fn survived(
    bytes: &[u8],
    name: &str,
    tried: &mut Tried,
    check: &mut dyn FnMut(&[u8]) -> Result<bool, String>,
) -> Result<bool, String> {
    let begun = Instant::now();
    let (done, memory) = weighed(|| catch_unwind(AssertUnwindSafe(|| check(bytes))));
    let took = begun.elapsed();
    tried.most_memory = tried.most_memory.max(memory);
    tried.longest = tried.longest.max(took);
    let broken = |what: &str| {
        let text: String = String::from_utf8_lossy(bytes).chars().take(3_000).collect();
        Err(format!("{name}: {what}\n{text}\n"))
    };
    match done {
        Err(_) => broken("it panicked"),
        Ok(Err(what)) => broken(&what),
        Ok(Ok(_)) if memory > MEMORY + TIMES * bytes.len() => {
            broken(&format!("it held {memory} bytes for an input of {}", bytes.len()))
        }
        Ok(Ok(_)) if took > PATIENCE => broken(&format!("it took {took:?}")),
        Ok(Ok(read)) => Ok(read),
    }
}

/// Ends the process, and says at which mutant, when a reader does not come back.
struct Watchdog {
    /// Which mutant is tried, counted from 1; 0 when none is any more.
    now: Arc<AtomicU64>,
}

impl Watchdog {
    fn new() -> Self {
        let now = Arc::new(AtomicU64::new(1));
        let seen = Arc::clone(&now);
        std::thread::spawn(move || {
            let mut last = (1, Instant::now());
            while last.0 != 0 {
                std::thread::sleep(Duration::from_millis(200));
                let current = seen.load(Ordering::Relaxed);
                if current != last.0 {
                    last = (current, Instant::now());
                } else if last.1.elapsed() > 6 * PATIENCE {
                    eprintln!("mutant {} of a sample was not done with after {:?}", last.0 - 1, 6 * PATIENCE);
                    std::process::abort();
                }
            }
        });
        Self { now }
    }

    fn begin(&self, number: u64) {
        self.now.store(number + 1, Ordering::Relaxed);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.now.store(0, Ordering::Relaxed);
    }
}
