//! What a process took, as Linux counts it.

use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

/// Wall time and CPU time of this process since a moment.
pub struct Meter {
    start: Instant,
    cpu: f64,
}

impl Meter {
    /// Begins to measure.
    pub fn own() -> Self {
        Self { start: Instant::now(), cpu: own_cpu_seconds() }
    }

    /// Seconds on the wall.
    pub fn wall(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Seconds of CPU, user and system, of all its threads.
    pub fn cpu(&self) -> f64 {
        own_cpu_seconds() - self.cpu
    }
}

/// User and system time of this process so far, to the nanosecond: a turn of fifty steps takes less than the hundredth of a
/// second in which Linux counts that of others.
fn own_cpu_seconds() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// The same of the thread that asks.
pub fn thread_cpu_seconds() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// User and system time of a process so far; Linux counts it in hundredths of a second.
pub fn cpu_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or("");
    let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory that a process has held, in MB (of a million bytes).
pub fn peak_megabytes(process: &str) -> f64 {
    memory(process, "VmHWM:")
}

/// The memory that a process holds now, in MB.
pub fn megabytes(process: &str) -> f64 {
    memory(process, "VmRSS:")
}

fn memory(process: &str, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1.024 / 1000.0
}

/// CPU of all processes that this one has started and seen end.
pub fn children_cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or("");
    let ticks: f64 = fields.split(' ').skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}
