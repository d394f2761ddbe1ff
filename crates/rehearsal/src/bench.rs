use crate::load::event;
use record::{Batch, Entry, Event, Fold, ObjectRef, Record, StoreError, Time, Version};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How much of each load is run.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    /// How long the rates are measured.
    pub rate: Duration,
    /// Events appended in bulk.
    pub bulk: u64,
    /// Entries verified.
    pub verify: u64,
}

impl Amounts {
    /// What the project's figures are stated for.
    pub const FULL: Self = Self { rate: Duration::from_secs(5), bulk: 561_470, verify: 1_000_000 };
}

/// Why a bench could not be run.
#[derive(Debug)]
pub struct Failed(String);

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Failed {
    /// The reason.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

/// Runs the record's figures in `dir` and prints each line as it is known; the same text is returned.
pub fn record(dir: &Path, amounts: Amounts) -> Result<String, Failed> {
    let mut report = Report(String::new());
    let floor = disk_floor(dir, amounts.rate)?;
    report.line("disk floor, write and fdatasync of 4 KiB", &format!("{floor:.0} /s"), "")?;
    let fresh = |name: &str| {
        let place = dir.join(name);
        let _ = std::fs::remove_dir_all(&place);
        Record::create_in(&place)
    };

    let record = fresh("sequential")?;
    let (rate, cpu) = clients(&record, 1, amounts.rate)?;
    report.rate("appends by 1 client", rate, cpu, floor)?;
    drop(record);
    let record = fresh("clients")?;
    let (rate, cpu) = clients(&record, 64, amounts.rate)?;
    report.rate("appends by 64 clients", rate, cpu, floor)?;
    drop(record);

    let record = fresh("bulk")?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    bulk(&record, 0, amounts.bulk)?;
    report.span(&format!("bulk append of {} events", amounts.bulk), start, cpu)?;
    let bytes = record.health()?.store_bytes;
    report.line(
        "store",
        &format!("{} MB", bytes >> 20),
        &format!("{} B/event", bytes / amounts.bulk.max(1)),
    )?;
    bulk(&record, amounts.bulk, amounts.verify.saturating_sub(amounts.bulk))?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let found = record.verify(&mut |_, _| {})?;
    report.span(&format!("verify {} entries, {} faults", found.entries, found.faults.len()), start, cpu)?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    drop(record);
    let record = Record::open_in(&dir.join("bulk"))?;
    report.span("close and open", start, cpu)?;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    for n in 0..2000 {
        let id = event(crate::load::mix(n) % amounts.bulk.max(1)).id;
        record.receipt(&id)?.ok_or_else(|| Failed(format!("no receipt of {id}")))?;
    }
    report.span("2,000 receipts", start, cpu)?;
    drop(record);

    let record = fresh("steps")?;
    let (few, many) = (steps(&record, 10)?, steps(&record, 10_000)?);
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    report.line("step on an object of 10 events", &format!("{few:.0?}"), "")?;
    report.line("step on an object of 10,000 events", &format!("{many:.0?}"), &format!("{ratio:.2} x"))?;
    report.line("peak memory", &format!("{} MB", peak_memory() >> 10), "")?;
    Ok(report.0)
}

struct Report(String);

impl Report {
    fn line(&mut self, what: &str, figure: &str, note: &str) -> Result<(), Failed> {
        let from = self.0.len();
        writeln!(self.0, "{what:<52} {figure:>14}  {note}")?;
        io::stdout().write_all(self.0.get(from..).unwrap_or("").as_bytes())?;
        Ok(())
    }

    fn rate(&mut self, what: &str, rate: f64, cpu: f64, floor: f64) -> Result<(), Failed> {
        let note = format!("{:.2} x floor, {:.0} µs CPU each", rate / floor, cpu * 1e6);
        self.line(what, &format!("{rate:.0} /s"), &note)
    }

    fn span(&mut self, what: &str, start: Instant, cpu: f64) -> Result<(), Failed> {
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        self.line(what, &format!("{wall:.2} s"), &format!("{cpu:.2} s CPU"))
    }
}

/// Commits per second that the disk itself allows: 4 KiB written at the end of a file and synced, again and again.
fn disk_floor(dir: &Path, time: Duration) -> Result<f64, Failed> {
    std::fs::create_dir_all(dir)?;
    let path = dir.join("floor");
    let mut file = File::create(&path)?;
    let block = [7; 4096];
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < time {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// Appends by `count` threads, each waiting for its own before the next: events per second, CPU seconds per event.
fn clients(record: &Record, count: u64, time: Duration) -> Result<(f64, f64), Failed> {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let run = |client: u64| -> Result<u64, Failed> {
        let mut done = 0;
        while start.elapsed() < time {
            record.append(event(client * 100_000_000 + done))?;
            done += 1;
        }
        Ok(done)
    };
    let done: Result<Vec<u64>, Failed> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|client| scope.spawn(move || run(client))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Failed("a client broke off".into()))))
            .collect()
    });
    let done = done?.iter().sum::<u64>() as f64;
    Ok((done / start.elapsed().as_secs_f64(), (cpu_seconds() - cpu) / done))
}

/// Appends events `from..from + count` as an import does: the next batch is prepared while one is written.
fn bulk(record: &Record, from: u64, count: u64) -> Result<(), Failed> {
    let mut waiting = std::collections::VecDeque::new();
    let mut next = from;
    while next < from + count {
        let end = (next + 1000).min(from + count);
        waiting.push_back(record.submit((next..end).map(event).collect::<Vec<Event>>())?);
        next = end;
        if waiting.len() > 8
            && let Some(pending) = waiting.pop_front()
        {
            pending.wait()?;
        }
    }
    waiting.into_iter().try_for_each(|pending| pending.wait().map(drop))?;
    Ok(())
}

#[derive(Default)]
struct Payments(i64);

impl Fold for Payments {
    const NAME: &'static str = "bench payments";
    const VERSION: u32 = 1;
    fn apply(&mut self, entry: &Entry) {
        self.0 += entry.event.attribute("amount").and_then(record::Value::as_integer).unwrap_or(0);
    }
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(i64::from_le_bytes(bytes)))
    }
}

/// The median time of a step (fold, then append what expects that version) on objects of `length` events.
fn steps(record: &Record, length: u64) -> Result<Duration, Failed> {
    let step = |object: &ObjectRef, n: u64| -> Result<Duration, Failed> {
        let start = Instant::now();
        let (_, version) = record.fold::<Payments>(object)?;
        let mut batch = Batch::from(about(object, n));
        batch.expect = vec![(object.clone(), version)];
        record.append(batch)?;
        Ok(start.elapsed())
    };
    let mut times = Vec::new();
    let objects = if length > 1000 { 3 } else { 200 };
    for object in 0..objects {
        let object = ObjectRef::new("case", format!("{length}/{object}"));
        record.append((0..length).map(|n| about(&object, n)).collect::<Vec<_>>())?;
        if record.version(&object)? == Version(0) {
            return Err(StoreError::Failed("an append was lost".to_owned()).into());
        }
        record.fold::<Payments>(&object)?;
        for n in 0..600 / objects {
            times.push(step(&object, length + n)?);
        }
    }
    times.sort();
    times.get(times.len() / 2).copied().ok_or_else(|| Failed("no step was measured".to_owned()))
}

fn about(object: &ObjectRef, n: u64) -> Event {
    Event::new(format!("{object}#{n}"), "step", Time::ZERO).about("case", object.clone()).with("amount", 5)
}

/// User and system time of this process so far, from /proc; 0 elsewhere.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or("");
    let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory that this process has held, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
