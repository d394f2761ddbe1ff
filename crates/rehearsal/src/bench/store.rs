//! The record at size: a real log imported, a city's own cases on top of it up to a million entries, all verified, then
//! served.

use super::pages::{self, Sample};
use super::report::{Amount, Bar, Report};
use super::server::program;
use super::usage::{Meter, children_cpu_seconds, peak_megabytes};
use super::{Amounts, Failed};
use crate::load::event;
use crate::town::{Dice, Town};
use record::{Event, Record};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the log of the figure holds.
const RTFM_EVENTS: f64 = 561_470.0;

/// A program that was run to its end.
struct Ran {
    wall: f64,
    cpu: f64,
    peak: f64,
    said: String,
}

/// Runs `lianchi` to its end.
fn lianchi(args: &[&std::ffi::OsStr]) -> Result<Ran, Failed> {
    let (start, cpu) = (Instant::now(), children_cpu_seconds());
    let mut child =
        Command::new(program("lianchi")?).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let process = child.id().to_string();
    let mut peak: f64 = 0.0;
    while child.try_wait()?.is_none() {
        peak = peak.max(peak_megabytes(&process));
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(Failed::new(format!("lianchi ended with {}: {said}", output.status)));
    }
    Ok(Ran { wall: start.elapsed().as_secs_f64(), cpu: children_cpu_seconds() - cpu, peak, said })
}

/// Measures import, verification, start and pages, on one data folder.
pub fn run(dir: &Path, amounts: &Amounts, log: Option<&Path>, report: &mut Report) -> Result<(), Failed> {
    let data = dir.join("million");
    report.area(
        "store",
        "a log imported by `lianchi import`, then cases up to the stated size, verified by `lianchi verify`",
    );
    import(&data, log, amounts, report)?;
    let sample = settle(&data, amounts, report)?;
    verify(&data, amounts, report)?;
    report.area("pages", "mixed load on that city, from an open loop in a process of its own, server and load on the same cores");
    pages::run(dir, &data, &sample, amounts, report)
}

fn import(data: &Path, log: Option<&Path>, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    let what = "RTFM.xes.gz imported, durable and hashed";
    match log {
        _ if amounts.quick => report.left_out(what, "not in a quick run"),
        None => report.left_out(what, "name it with `--log FILE` or LIANCHI_RTFM"),
        Some(log) => {
            let ran = lianchi(&["import".as_ref(), log.as_os_str(), "--data".as_ref(), data.as_os_str()])?;
            let note = format!(
                "{:.1} s CPU, {:.0} MB at most, {:.0} events/s; {}",
                ran.cpu,
                ran.peak,
                RTFM_EVENTS / ran.wall,
                ran.said.lines().next().unwrap_or_default()
            );
            report.figure(what, Amount(ran.wall, "s"), Bar::AtMost(15.0), &note);
            return Ok(());
        }
    }
    let record = Record::create_in(data)?;
    let meter = Meter::own();
    bulk(&record, amounts.entries / 2)?;
    let note = format!("{:.2} s CPU; in place of the log, events made from a seed", meter.cpu());
    let rate = amounts.entries as f64 / 2.0 / meter.wall();
    report.figure("events appended in bulk", Amount(rate, "/s"), Bar::None, &note);
    Ok(())
}

/// Appends as an import does: the next batch is prepared while one is written.
fn bulk(record: &Record, count: u64) -> Result<(), Failed> {
    let mut waiting = VecDeque::new();
    for from in (0..count).step_by(1_000) {
        let batch: Vec<Event> = (from..(from + 1_000).min(count)).map(event).collect();
        waiting.push_back(record.submit(batch)?);
        if waiting.len() > 8
            && let Some(pending) = waiting.pop_front()
        {
            pending.wait()?;
        }
    }
    waiting.into_iter().try_for_each(|pending| pending.wait().map(drop))?;
    Ok(())
}

/// Has people live in the city until the record is as long as it should be.
fn settle(data: &Path, amounts: &Amounts, report: &mut Report) -> Result<Sample, Failed> {
    let town = Town::found(data, amounts.residents)?;
    let record = town.casework().record();
    let before = record.len()?;
    let meter = Meter::own();
    town.live(amounts.entries, 3)?;
    let made = (record.len()? - before) as f64;
    // Everybody who is going to sign in has a draft to go on with.
    for (number, resident) in town.residents.iter().take(pages::RESIDENTS).enumerate() {
        let course = town.courses.get(number * 7 % town.courses.len().max(1));
        let course = course.ok_or_else(|| Failed::new("nothing can be asked for"))?;
        town.case(course, resident, town.city.now(), 0, &mut Dice(number as u64), &mut |_, _| {})?;
    }
    town.city.save();
    let (running, over) = town
        .casework()
        .board(|board| (board.running().count(), board.over().map(|(_, over)| over).sum::<u64>()))?;
    let note = format!(
        "{made:.0} of them, {:.0} µs CPU each, by 64 hands; {running} cases run, {over} are over",
        meter.cpu() / made * 1e6
    );
    report.figure("events of cases, made by commands", Amount(made / meter.wall(), "/s"), Bar::None, &note);
    Sample::of(&town)
}

fn verify(data: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    let ran = lianchi(&["verify".as_ref(), "--data".as_ref(), data.as_os_str()])?;
    let bar = 30.0 * amounts.entries as f64 / 1_000_000.0;
    let note = format!(
        "{:.1} s CPU, {:.0} MB at most; {}",
        ran.cpu,
        ran.peak,
        ran.said.lines().next().unwrap_or("")
    );
    report.figure("a record of that size verified", Amount(ran.wall, "s"), Bar::AtMost(bar), &note);
    Ok(())
}

/// Where the log of the figure is, if anybody said.
pub fn log(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| std::env::var_os("LIANCHI_RTFM").map(PathBuf::from)).filter(|path| path.is_file())
}
