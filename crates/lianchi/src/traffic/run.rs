use super::replay::Recorder;
use super::told::Told;
use super::{Inputs, NAMES, cpu_seconds};
use crate::say::{Failure, Say, Wrong};
use ::traffic::congestion::{self, BANDS};
use ::traffic::demand::Rules;
use ::traffic::detector::Detector;
use ::traffic::ledger::{Ledger, Of, Row};
use ::traffic::net::Network;
use ::traffic::read::Scenario;
use ::traffic::sim::Simulation;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    inputs: Inputs,
    /// Who decides about the signals: the network's `program`, a `fixed` plan after Webster, the `plan` of `--plan`,
    /// `actuated`, three kinds of pressure, or `foresight`, which looks a minute ahead.
    #[arg(long, value_name = "C", default_value = "program", value_parser = NAMES)]
    controller: String,
    /// What chance starts from: the same seed gives the same traffic to the bit.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write each vehicle's trip to a file, as CSV.
    #[arg(long, value_name = "FILE")]
    trips: Option<PathBuf>,
    /// Write each decision of `foresight` to a file, as CSV: what it showed, what it chose, and the waiting that it reckoned
    /// with for each stage.
    #[arg(long, value_name = "FILE")]
    why: Option<PathBuf>,
    /// Write what happened to a file, second by second, for `lianchi traffic show`.
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Write what the detectors of the additions count to a file, interval by interval, as XML with SUMO's names.
    #[arg(long, value_name = "FILE")]
    detectors: Option<PathBuf>,
    /// Write what happened to a file, as CSV: the whole network, each junction and each link, interval by interval, with queues
    /// and how congested it was.
    #[arg(long, value_name = "FILE")]
    measures: Option<PathBuf>,
    /// How long the intervals of `--measures` are, in seconds.
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    interval: u32,
}

pub fn run(options: &Run, say: Say) -> Result<(), Failure> {
    let started = Instant::now();
    if options.why.is_some() && options.controller != "foresight" {
        let what = format!(
            "`{}` does not look ahead; `--why` goes with `--controller foresight`",
            options.controller
        );
        return Err(Wrong(what).into());
    }
    let work = options.inputs.work()?;
    work.can_run(&[&options.controller])?;
    if options.detectors.is_some() {
        can_count(&work.scenario)?;
    }
    let foresees = options.controller == "foresight";
    let explain = options.why.is_some() || (options.replay.is_some() && foresees);
    let settings = work.settings(&options.controller, options.seed, explain);
    let loading = started.elapsed().as_secs_f64();
    let (before, begun) = (cpu_seconds(), Instant::now());
    let mut progress = say.progress("seconds simulated");
    let mut recorder = options.replay.is_some().then(Recorder::default);
    let all = work.end.map(|end| (end - work.begin) as u64);
    let net = &work.scenario.net;
    let mut ledger =
        options.measures.as_ref().map(|_| Ledger::new(net, work.begin, f64::from(options.interval)));
    let mut traffic = Simulation::new(&work.scenario.net, &work.scenario.demand, settings);
    let counts = options.detectors.is_some() || options.replay.is_some();
    if counts && can_count(&work.scenario).is_ok() {
        traffic.count_by(&work.scenario.detectors);
    }
    let traffic = work.finish(traffic, |traffic| {
        if let Some(recorder) = &mut recorder {
            recorder.take(&work.scenario.net, traffic);
        }
        if let Some(ledger) = &mut ledger {
            ledger.take(traffic);
        }
        progress.at((traffic.now() - work.begin) as u64, all);
    });
    drop(progress);
    let (cpu, wall) = (cpu_seconds() - before, begun.elapsed().as_secs_f64());
    if let Some((recorder, path)) = recorder.zip(options.replay.as_ref()) {
        write(path, &recorder.bytes(&work.scenario, work.begin, &traffic))?;
    }
    if let Some(path) = &options.trips {
        write(path, trips(&work.scenario, &traffic).as_bytes())?;
    }
    if let Some(path) = &options.why {
        write(path, why(&work.scenario, &traffic).as_bytes())?;
    }
    if let Some(path) = &options.detectors {
        write(path, counted(&work.scenario.detectors, &traffic).as_bytes())?;
    }
    if let Some((ledger, path)) = ledger.zip(options.measures.as_ref()) {
        write(path, measured(net, &ledger.rows(&traffic)).as_bytes())?;
    }
    let all = traffic.measures();
    let (controller, seed) = (options.controller.as_str(), options.seed);
    let told =
        Told { all: &all, traffic: &traffic, scenario: &work.scenario, controller, seed, cpu, wall, loading };
    say.answer(&told.words(work.begin), &told.json(work.begin))
}

/// Whether there is something to count, and somebody whom detectors see.
fn can_count(scenario: &Scenario) -> Result<(), Wrong> {
    let what = match scenario.demand.rules {
        Rules::Sumo if scenario.detectors.is_empty() => {
            "`--detectors` has none to ask; add a `.add.xml` with an `<inductionLoop>`, or another detector"
        }
        Rules::Sumo => return Ok(()),
        Rules::Meso => "detectors see vehicles one by one; leave out `--meso` or `--detectors`",
        Rules::CityFlow => "detectors count by SUMO's rules; name `--rules sumo`, or leave out `--detectors`",
    };
    Err(Wrong(what.to_owned()))
}

/// What detectors counted, as SUMO writes it.
fn counted(detectors: &[Detector], traffic: &Simulation<'_>) -> String {
    let mut text = "<detector>\n".to_owned();
    for counted in traffic.counted() {
        let name = &detectors[counted.detector].name;
        let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let (begin, end) = (counted.begin, counted.end);
        let _ = write!(text, " <interval begin=\"{begin:.2}\" end=\"{end:.2}\" id=\"{name}\"");
        for (what, value) in &counted.values {
            let _ = write!(text, " {what}=\"{}\"", (value * 100.0).round() / 100.0);
        }
        text.push_str("/>\n");
    }
    text.push_str("</detector>\n");
    text
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Wrong> {
    std::fs::write(path, bytes)
        .map_err(|error| Wrong(format!("`{}` cannot be written: {error}; name another file", path.display())))
}

/// Each decision, a line each. The waiting of a stage that did not come into question is left empty.
fn why(scenario: &Scenario, traffic: &Simulation<'_>) -> String {
    let decisions = traffic.decisions();
    let most = decisions.iter().map(|decision| decision.choice.waiting.len()).max().unwrap_or(0);
    let mut text = "second,signal,shown,chosen".to_owned();
    for stage in 0..most {
        let _ = write!(text, ",waiting_{stage}");
    }
    text.push('\n');
    for decision in decisions {
        let name = quoted(&scenario.net.signals[decision.signal.i()].name);
        let _ = write!(text, "{},{name},{},{}", decision.at, decision.shown, decision.choice.chosen);
        for stage in 0..most {
            text.push(',');
            if let Some(waiting) = decision.choice.waiting.get(stage).copied().flatten() {
                let _ = write!(text, "{waiting:.1}");
            }
        }
        text.push('\n');
    }
    text
}

/// What happened by place and interval, a line each.
fn measured(net: &Network, rows: &[Row]) -> String {
    let mut text =
        "what,name,begin,end,left,vehicle_seconds,metres,speed,time_loss,waiting,halts,queue,longest_queue,\
                    delay_index,band,tpi,tomtom_percent,trip_duration,trip_time_loss\n"
            .to_owned();
    for row in rows {
        let (what, name) = match row.of {
            Of::Network => ("network", String::new()),
            Of::Junction(junction) => ("junction", quoted(&net.junctions[junction.i()].name)),
            Of::Link(link) => ("link", quoted(&net.links[link.i()].name)),
        };
        let [begin, end] = row.span;
        let speed = row.driven / row.seconds.max(1.0);
        let lost = (row.seconds - row.free).max(0.0);
        let _ = write!(text, "{what},{name},{begin},{end},{},{},{:.0},", row.left, row.seconds, row.driven);
        let [queue, longest] = row.queue;
        let _ = write!(text, "{speed:.2},{lost:.1},{},{},{queue:.2},{longest}", row.waited, row.halts);
        // Where all stood, there is no index.
        let index = row.delay_index();
        let band = BANDS[congestion::band(index)].1;
        let finite = |value: f64, digits: usize| {
            if value.is_finite() { format!("{value:.digits$}") } else { String::new() }
        };
        let (told, more) = (finite(index, 3), finite(congestion::more(index), 0));
        let _ = write!(text, ",{told},{band},{:.1},{more},", congestion::performance(index));
        if let Some([duration, lost]) = row.trips {
            let _ = write!(text, "{duration:.1},{lost:.1}");
        } else {
            text.push(',');
        }
        text.push('\n');
    }
    text
}

/// A name as a cell of CSV.
fn quoted(name: &str) -> String {
    if name.contains(['"', ',']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

/// Each vehicle's trip, a line each.
fn trips(scenario: &Scenario, traffic: &Simulation<'_>) -> String {
    let mut text = "vehicle,wanted,departed,arrived,time_loss,waiting,at_stops,halts,length\n".to_owned();
    for trip in traffic.trips() {
        let name = &scenario.demand.vehicles[trip.vehicle.i()].name;
        let name = quoted(name);
        let arrived = trip.arrived.map_or(String::new(), |at| at.to_string());
        let _ = writeln!(
            text,
            "{name},{},{},{arrived},{:.2},{},{},{},{:.2}",
            trip.wanted, trip.departed, trip.lost, trip.waited, trip.at_stops, trip.halts, trip.driven
        );
    }
    text
}
