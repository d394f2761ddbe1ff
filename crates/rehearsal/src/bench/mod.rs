//! The project's figures, each beside its bar and, where the disk sets one, beside the floor measured in the same run.

mod appends;
mod disk;
mod engine;
mod faults;
mod growth;
mod live;
/// Load in an open loop, from a process of its own.
pub mod open_loop;
mod oversight;
mod pages;
mod report;
mod server;
mod steps;
mod store;
mod usage;

use report::Report;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a bench could not be run.
#[derive(Debug)]
pub struct Failed(String);

impl Failed {
    /// For this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// How much of each load is run.
#[derive(Clone, Debug)]
pub struct Amounts {
    quick: bool,
    /// Turns of half a second that each side of the appends takes.
    turns: u64,
    /// Five-step procedures in memory.
    procedures: u64,
    /// Steps on short and long histories, and how long a case's history is.
    steps: u64,
    long: u64,
    /// Seconds of load over HTTP before anything is counted, and counted.
    warm: Duration,
    load: Duration,
    /// Entries of the large record, and people with cases on it.
    entries: u64,
    residents: usize,
    /// Processes killed.
    kills: u64,
    /// Models over a log.
    models: usize,
    /// A bit is flipped in every so many-th byte.
    stride: usize,
}

impl Amounts {
    /// What the figures are stated for.
    pub fn full() -> Self {
        Self {
            quick: false,
            turns: 12,
            procedures: 20_000,
            steps: 4_000,
            long: 10_000,
            warm: Duration::from_secs(10),
            load: Duration::from_secs(30),
            entries: 1_000_000,
            residents: 5_000,
            kills: 1_000,
            models: 3_700,
            stride: 7,
        }
    }

    /// A look at each, in a fraction of the time.
    pub fn quick() -> Self {
        Self {
            quick: true,
            turns: 2,
            procedures: 1_000,
            steps: 1_000,
            long: 2_000,
            warm: Duration::from_secs(3),
            load: Duration::from_secs(6),
            entries: 40_000,
            residents: 200,
            kills: 40,
            models: 370,
            stride: 101,
        }
    }
}

/// What can be measured, by name.
pub const AREAS: [&str; 9] =
    ["appends", "engine", "growth", "http", "store", "kills", "flips", "oversight", "live"];

/// What to measure.
pub struct Options {
    /// Which areas; all if none is named.
    pub areas: Vec<String>,
    /// How much.
    pub amounts: Amounts,
    /// The log of the import's figure.
    pub log: Option<PathBuf>,
}

/// Measures in `dir`, which should be on the disk that is meant. Whether every bar was met.
///
/// # Errors
/// When something could not be measured.
pub fn run(dir: &Path, options: &Options) -> Result<bool, Failed> {
    let amounts = &options.amounts;
    let wanted = |area: &str| options.areas.is_empty() || options.areas.iter().any(|wanted| wanted == area);
    let mut report = Report::default();
    for area in AREAS.into_iter().filter(|area| wanted(area)) {
        let place = dir.join(area);
        std::fs::create_dir_all(&place)?;
        match area {
            "appends" => appends::run(&place, amounts, &mut report)?,
            "engine" => engine::run(&place, amounts, &mut report)?,
            "growth" => growth::run(&place, amounts, &mut report)?,
            "http" => steps::run(&place, amounts, &mut report)?,
            "store" => store::run(&place, amounts, store::log(options.log.clone()).as_deref(), &mut report)?,
            "oversight" => oversight::run(store::log(options.log.clone()).as_deref(), amounts, &mut report)?,
            "live" => live::run(&place, store::log(options.log.clone()).as_deref(), amounts, &mut report)?,
            "kills" => faults::kills(&place, amounts, &mut report)?,
            _ => faults::flips(&place, amounts, &mut report)?,
        }
        std::fs::remove_dir_all(&place)?;
    }
    Ok(report.end())
}
