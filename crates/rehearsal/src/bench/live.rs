//! Models over a record as it grows: the events of the log of fines are appended at a steady rate, and followed by the live
//! engine as a city follows its record. How long from the commit of an event until everything that follows from it is said.

use super::disk::Watch;
use super::oversight::{KIND, SEED, events, kept};
use super::report::{Amount, Bar, Report};
use super::usage::{Meter, megabytes, thread_cpu_seconds};
use super::{Amounts, Failed};
use oversight::catalogue::Ready;
use oversight::condition::Language;
use oversight::live::{Change, Live};
use oversight::log::Log;
use oversight::model::Model;
use oversight::sample::draw;
use pack::models::Scope;
use record::{Event, Name, ObjectRef, Pending, Record, Version};
use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// Events a second.
const RATE: f64 = 50_000.0;
const PROCEDURE: &str = "procedure";
/// Events of one append: as many hands as a busy city has commit together.
const TOGETHER: usize = 50;
/// Entries heard at once, and objects gone through at once.
const CHUNK: usize = 1_024;
/// How long more is waited for before what came is gone through.
const BREATH: Duration = Duration::from_millis(2);

/// Measures latency and memory on the log.
pub fn run(dir: &Path, log: Option<&Path>, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area("live", "models over a record as it grows, followed in the process that writes it");
    let Some(path) = log else {
        report.left_out("live", "name the log with `--log RTFM.xes.gz`");
        return Ok(());
    };
    // Before the events are there: they are let go of as they are appended.
    let before = megabytes("self");
    let events = cases(events(path)?, amounts);
    let (models, attributes) = models(&events, amounts)?;
    let number = models.len();
    let record = Record::create_in(&dir.join("live"))?;
    let watch = Watch::begin(dir)?;
    let ran = follow(&record, events, Live::of_ready(models, attributes))?;
    let disk = watch.end()?;
    let note = format!(
        "{TOGETHER} events an append, each in a commit with others; {:.2} cores in all, {:.1} µs CPU an event, of which {:.1} \
         to follow; {} findings",
        ran.cpu / ran.wall,
        ran.cpu * 1e6 / ran.latencies.len() as f64,
        ran.following * 1e6 / ran.latencies.len() as f64,
        ran.findings
    );
    let rate = ran.latencies.len() as f64 / ran.wall;
    report.figure("events appended and gone through", Amount(rate, "/s"), Bar::AtLeast(RATE * 0.95), &note);
    let at = |share: f64| {
        let place = (ran.latencies.len() as f64 * share).ceil() as usize;
        ran.latencies.get(place.saturating_sub(1)).map_or(f64::NAN, |nanos| *nanos as f64 / 1e6)
    };
    let note = format!("{number} models; half within {:.1} ms, the longest {:.0} ms", at(0.5), at(1.0));
    report.figure("p99 from commit to finding", Amount(at(0.99), "ms"), Bar::AtMost(20.0), &note);
    let note = format!(
        "half within {:.1} ms, the longest {:.0} ms; each 20 ms, in this run; the record committed nothing for {:.0} ms at \
         most, and then all that waited",
        disk.p50, disk.most, ran.longest_wait
    );
    report.figure("beside it: p99 of a bare block made durable", Amount(disk.p99, "ms"), Bar::None, &note);
    let size = ran.live.size();
    let note =
        format!("{} cases open; the process holds {:.0} MB more", size.lives, megabytes("self") - before);
    report.figure("memory of that state", Amount(size.bytes as f64 / 1e6, "MB"), Bar::AtMost(400.0), &note);
    Ok(())
}

/// Models that the cases keep, ready for a record, and what they speak of.
fn models(events: &[Event], amounts: &Amounts) -> Result<(Vec<Ready>, Vec<Name>), Failed> {
    let mut log = Log::new();
    events.iter().try_for_each(|event| log.push(event)).map_err(|why| Failed::new(why.to_string()))?;
    let traces = log.traces(KIND).ok_or_else(|| Failed::new("the log has no cases"))?;
    let language = Language::new(&log, &[]);
    let models = kept(&log, &traces, draw(&language, SEED, 8 * amounts.models), amounts.models);
    // No model speaks of the procedure, which is the same for all.
    let spoken_of = log.columns().map(|(name, _)| name).filter(|name| name.as_str() != PROCEDURE);
    let attributes = spoken_of.cloned().collect();
    let scope = Scope { each: KIND.into(), over: None };
    let ready = |model: Model| Ready { model, scope: scope.clone(), procedure: None };
    Ok((models.into_iter().map(ready).collect(), attributes))
}

/// The log's events in the order of time, as cases of a record: each begins, and none ends.
fn cases(mut events: Vec<Event>, amounts: &Amounts) -> Vec<Event> {
    events.sort_by_key(|event| event.time);
    let mut begun: HashSet<ObjectRef> = HashSet::new();
    let mut all = Vec::with_capacity(events.len());
    for mut event in events {
        let about = event.objects.iter().find(|relation| relation.object.kind.as_str() == KIND);
        let Some(case) = about.map(|relation| relation.object.clone()) else { continue };
        event.objects = Vec::new();
        if begun.insert(case.clone()) {
            let start = Event::new(format!("{case}/begun"), "case started", event.time);
            all.push(start.about("case", case.clone()).with(PROCEDURE, "fine"));
        }
        all.push(event.about("case", case));
    }
    if amounts.quick {
        all.truncate(50_000);
    }
    all
}

struct Ran {
    live: Live,
    /// From commit until all was said, of each event, ascending, in nanoseconds.
    latencies: Vec<u64>,
    findings: u64,
    /// The longest time in which nothing was committed, in milliseconds.
    longest_wait: f64,
    wall: f64,
    cpu: f64,
    /// CPU of the thread that follows.
    following: f64,
}

/// Appends the events at the rate, and follows them.
fn follow(record: &Record, events: Vec<Event>, mut live: Live) -> Result<Ran, Failed> {
    let count = events.len();
    let start = Instant::now();
    let (meter, thread) = (Meter::own(), thread_cpu_seconds());
    let committed: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(0)).collect();
    let failed = AtomicBool::new(false);
    let mut said: Vec<u64> = Vec::with_capacity(count);
    let mut findings = 0;
    let longest_wait = AtomicU64::new(0);
    std::thread::scope(|scope| -> Result<(), Failed> {
        let (send, waiting) = std::sync::mpsc::sync_channel(1 << 16);
        let (committed, failed, longest_wait) = (&committed, &failed, &longest_wait);
        scope.spawn(move || {
            if !append(record, events, start, &send) {
                failed.store(true, Ordering::Relaxed);
            }
        });
        scope.spawn(move || {
            let mut last = None;
            for pending in waiting {
                let Ok(indices) = pending.wait() else { return failed.store(true, Ordering::Relaxed) };
                let now = start.elapsed().as_nanos() as u64;
                longest_wait.fetch_max(now - last.replace(now).unwrap_or(now), Ordering::Relaxed);
                let places =
                    indices.into_iter().filter_map(|index| committed.get(usize::try_from(index).ok()?));
                places.for_each(|place| place.store(now, Ordering::Relaxed));
            }
        });
        let mut subscription = record.subscribe()?;
        let (mut read, mut now) = (0, record::Time::ZERO);
        while said.len() < count && !failed.load(Ordering::Relaxed) {
            subscription.wait(Duration::from_millis(100));
            std::thread::sleep(BREATH);
            while read < record.len()? {
                read = record.follow(read, CHUNK, &mut |entry| {
                    now = entry.event.time.max(now);
                    live.hear(entry);
                })?;
                loop {
                    let past = &mut |object: &ObjectRef| record.history(object, Version(0), usize::MAX);
                    let changes = live.settle(now, CHUNK, past)?;
                    findings += changes.iter().map(told).sum::<u64>();
                    if live.waiting() == 0 {
                        break;
                    }
                }
                said.resize(
                    usize::try_from(read).unwrap_or(usize::MAX).min(count),
                    start.elapsed().as_nanos() as u64,
                );
            }
        }
        Ok(())
    })?;
    if said.len() < count {
        return Err(Failed::new("the record took no more"));
    }
    let (wall, cpu, following) = (meter.wall(), meter.cpu(), thread_cpu_seconds() - thread);
    let latency =
        |(said, committed): (u64, &AtomicU64)| said.saturating_sub(committed.load(Ordering::Relaxed));
    let mut latencies: Vec<u64> = said.into_iter().zip(&committed).map(latency).collect();
    latencies.sort_unstable();
    let longest_wait = longest_wait.into_inner() as f64 / 1e6;
    Ok(Ran { live, latencies, findings, longest_wait, wall, cpu, following })
}

/// Hands in the events at the rate, whether or not those before were committed. Whether the record took them.
fn append(record: &Record, events: Vec<Event>, start: Instant, sent: &SyncSender<Pending>) -> bool {
    let mut events = VecDeque::from(events);
    let mut batch = 0_usize;
    while !events.is_empty() {
        let due = Duration::from_secs_f64((batch * TOGETHER) as f64 / RATE);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        let together: Vec<Event> = events.drain(..TOGETHER.min(events.len())).collect();
        if !record.submit(together).is_ok_and(|pending| sent.send(pending).is_ok()) {
            return false;
        }
        batch += 1;
    }
    true
}

/// How many findings a change tells of.
fn told(change: &Change) -> u64 {
    match change {
        Change::Broken(_) => 1,
        Change::All { breaches, .. } => breaches.len() as u64,
    }
}
