//! A clothing shop's plans. The engine is the crate `garment`; here files are read and answers written.

mod aql;
mod balance;
mod bundles;
mod check;
mod cut;
mod given;
mod nest;
mod pay;
mod pieces;
mod promise;
mod spc;
mod staffing;
mod stop;

use crate::say::{Failure, Say, Wrong};
use garment::promise::Split;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(clap::Subcommand)]
pub enum Command {
    /// How many pieces of a lot to inspect, and how many may be bad (MIL-STD-105E).
    Aql(aql::Options),
    /// Draw control charts of a process, or a Pareto diagram of its faults.
    Spc(spc::Options),
    /// Reckon a month's wages, rents and dividends from what was scanned.
    Pay(pay::Pay),
    /// Balance a line: the fewest stations for a cycle time, the shortest cycle for stations or workers, or who does what at
    /// which machine on a day, also with few operations changing hands.
    Balance(balance::Options),
    /// Plan which markers are spread in how many plies of which colours and rolls, so that an order takes the least cloth.
    Cut(cut::Options),
    /// Make a made-up order to plan the cutting of.
    Order(cut::Sample),
    /// Lay pieces out on as little cloth as is found in the time.
    Nest(nest::Options),
    /// Say exactly whether a marker's layout holds: nothing overlaps, all lies on the strip, every rule is kept.
    Check(check::Options),
    /// Make the pieces of made-up school uniforms, graded over sizes.
    Pieces(pieces::Options),
    /// Put orders on lines, each on one, so that they are in time at the least cost; says when each can be promised, and why.
    Schedule(promise::Options),
    /// Share orders out over workshops and partners by skill, capacity and distance; says when each can be promised, and why.
    Split(promise::Options),
    /// Print bundle tickets with QR codes.
    Tickets(pay::Tickets),
    /// Make a month of a made-up workshop: a contract and scans.
    Sample(pay::Sample),
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Aql(options) => aql::run(options, say),
        Command::Spc(options) => spc::run(options, say),
        Command::Pay(options) => pay::pay(options, say),
        Command::Balance(options) => balance::run(options, say),
        Command::Cut(options) => cut::run(options, say),
        Command::Order(options) => cut::sample(options, say),
        Command::Nest(options) => nest::run(options, say),
        Command::Check(options) => check::run(options, say),
        Command::Pieces(options) => pieces::run(options, say),
        Command::Schedule(options) => promise::run(options, Split::Whole, say),
        Command::Split(options) => promise::run(options, Split::Shares, say),
        Command::Tickets(options) => pay::tickets(options, say),
        Command::Sample(options) => pay::sample(options, say),
    }
}

/// A file's text.
fn read(path: &Path) -> Result<String, Failure> {
    let told = |why: &dyn std::fmt::Display| Wrong(format!("`{}` cannot be read: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| told(&error))?;
    Ok(String::from_utf8(bytes).map_err(|_| told(&"it is not UTF-8; save it as UTF-8"))?)
}

/// A file's text where only digits and signs matter: published lines have notes in letters of old code pages beside them.
fn plain(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Wrong(format!("`{}` cannot be read: {error}", path.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a file that was asked for.
fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let told = |error| Wrong(format!("`{}` cannot be written: {error}", path.display()));
    Ok(std::fs::write(path, content).map_err(told)?)
}

/// Writes a file of made-up work, over nothing that is there: that may be somebody's own.
fn make(path: &Path, content: &[u8]) -> Result<(), Failure> {
    nothing_at(path)?;
    write(path, content)
}

fn nothing_at(path: &Path) -> Result<(), Failure> {
    // An empty file is nobody's work, and what is no file keeps nothing.
    if std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() > 0) {
        let path = path.display();
        let error = format!("`{path}` is there and is not written over; name another, or remove it");
        return Err(Wrong(error).into());
    }
    Ok(())
}

/// Says before a long computation that an answer would have no place, or take that of what is read or of another answer.
fn outputs<'p>(
    read: impl IntoIterator<Item = Option<&'p PathBuf>>,
    written: impl IntoIterator<Item = &'p Option<PathBuf>>,
) -> Result<(), Failure> {
    // A file that is there by its own place, so that links and dots do not hide it.
    let own = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let placed = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(placed).unwrap_or_else(|| path.to_owned())
    };
    let read: Vec<PathBuf> = read.into_iter().flatten().map(|path| own(path)).collect();
    let mut taken: Vec<PathBuf> = Vec::new();
    for path in written.into_iter().flatten() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let fault = if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
            "cannot be written: there is no such folder, or it is one"
        } else if read.contains(&own(path)) {
            "is read by this command and would be written over; give another file"
        } else if taken.contains(&own(path)) {
            "would be written twice; give each answer a file of its own"
        } else {
            taken.push(own(path));
            continue;
        };
        return Err(Wrong(format!("`{}` {fault}", path.display())).into());
    }
    Ok(())
}

/// Puts a file in place of what was there, so that whoever reads or stops finds the one or the other whole.
fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    write(&part, content)?;
    let told = |error| Wrong(format!("`{}` cannot be written: {error}", path.display()));
    Ok(std::fs::rename(&part, path).map_err(told)?)
}

/// A file of JSON.
fn document(path: &Path) -> Result<serde_json::Value, Failure> {
    let told = |error: serde_json::Error| {
        // The place stands before the error as for every file, and not after it once more.
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        Wrong(format!("{}:{}:{}: this is not JSON: {what}", path.display(), error.line(), error.column()))
    };
    Ok(serde_json::from_str(&read(path)?).map_err(told)?)
}

/// What Linux says that this thread has computed.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// All faults of a file, each on a line with its place.
fn faults(path: &Path, lines: impl IntoIterator<Item = (u64, String)>) -> Failure {
    let told = |(line, what): (u64, String)| format!("{}:{line}: {what}", path.display());
    let lines: Vec<String> = lines.into_iter().map(told).collect();
    Wrong(lines.join("\n")).into()
}

/// What was given for computing.
fn budget(seconds: f64) -> Result<Duration, Failure> {
    if seconds > 0.0 && seconds <= 1e6 {
        return Ok(Duration::from_secs_f64(seconds));
    }
    if seconds > 0.0 {
        return Err(Wrong("`--seconds` is over eleven days; write at most 1000000".into()).into());
    }
    Err(Wrong(format!("`--seconds {seconds}` leaves no time; write a number over 0")).into())
}

/// How long this thread has computed: where the system tells it, time that others took from it does not count. Ctrl-C ends it.
struct Spent {
    since: Instant,
    before: Option<Duration>,
    asked: Option<Instant>,
    /// Budgets up to this are spent.
    over: Duration,
}

impl Spent {
    fn new() -> Self {
        stop::heed();
        Self { since: Instant::now(), before: computed(), asked: None, over: Duration::ZERO }
    }

    /// Whole seconds on the wall, to be shown.
    fn seconds(&self) -> u64 {
        self.since.elapsed().as_secs()
    }

    fn less_than(&mut self, budget: Duration) -> bool {
        /// How often the system is asked.
        const PACE: Duration = Duration::from_millis(1);
        if stop::asked() {
            return false;
        }
        // Nobody computes longer than it takes, so the clock on the wall is asked first.
        if self.over >= budget || self.since.elapsed() < budget {
            return self.over < budget;
        }
        if self.asked.is_none_or(|asked| asked.elapsed() >= PACE) {
            self.asked = Some(Instant::now());
            let spent = self.before.and_then(|before| computed()?.checked_sub(before));
            if spent.is_none_or(|spent| spent >= budget) {
                self.over = budget;
            }
        }
        self.over < budget
    }
}

#[cfg(test)]
mod tests {
    use super::Spent;
    use std::time::Duration;

    #[test]
    fn when_a_part_of_a_budget_is_spent_the_rest_is_left() {
        let mut spent = Spent::new();
        for part in [3, 9].map(Duration::from_millis) {
            while spent.less_than(part) {}
            assert!(!spent.less_than(part / 2), "{part:?}");
            assert!(spent.less_than(Duration::from_secs(3_600)), "{part:?}");
        }
    }
}
