use crate::say::{Failure, Say, Wrong};
use ::traffic::control::{Controller, Times, webster};
use ::traffic::read::{self, File, Scenario};
use ::traffic::sim::{Measures, Settings, Simulation};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Simulate traffic on a road network, vehicle by vehicle, and measure it.
    Run(Run),
}

#[derive(clap::Args)]
pub struct Run {
    /// The network: SUMO's `.net.xml`, packed or not, or a `.sumocfg` that names all files.
    net: PathBuf,
    /// Demand and additions: SUMO's `.rou.xml`, `.add.xml`.
    demand: Vec<PathBuf>,
    /// Who decides about the signals: the network's `program`, a `fixed` plan after Webster, `actuated`, or `max-pressure`.
    #[arg(long, value_name = "C", default_value = "program", value_parser = NAMES)]
    controller: String,
    /// How many seconds to simulate; until everyone has arrived if none are named.
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// When to begin, in seconds; when the configuration says, or the first vehicle departs.
    #[arg(long, value_name = "S")]
    begin: Option<f64>,
    /// What chance starts from: the same seed gives the same traffic to the bit.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many threads to use; the answer is the same for any number.
    #[arg(long, value_name = "T", default_value_t = 1)]
    threads: usize,
    /// Seconds of yellow for controllers other than `program`.
    #[arg(long, value_name = "S")]
    yellow: Option<f64>,
    /// How often a controller decides, in seconds.
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    decide: f64,
    /// Write each vehicle's trip to a file, as CSV.
    #[arg(long, value_name = "FILE")]
    trips: Option<PathBuf>,
}

const NAMES: [&str; 4] = ["program", "fixed", "actuated", "max-pressure"];
/// Without `--seconds`, nobody is waited for longer than this after the last departure.
const PATIENCE: f64 = 4.0 * 3600.0;

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Run(options) => simulate(options, say),
    }
}

/// A file's bytes.
fn bytes(path: &Path) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path).map_err(|error| {
        Wrong(format!("`{}` cannot be read: {error}; name a network and its demand", path.display()))
    })
}

/// The scenario of a network and demand, or of what a configuration names.
fn scenario(options: &Run) -> Result<Scenario, Failure> {
    let (mut net, mut demand) = (options.net.clone(), options.demand.clone());
    let (mut begin, mut end) = (None, None);
    if net.extension().is_some_and(|end| end == "sumocfg") {
        let held = bytes(&net)?;
        let config = read::configuration(File { name: &net.display().to_string(), bytes: &held })?;
        let folder = net.parent().unwrap_or(Path::new("")).to_owned();
        let named = config.routes.iter().chain(&config.additions).map(|name| folder.join(name));
        demand = named.chain(demand).collect();
        net = folder.join(config.net.unwrap_or_default());
        (begin, end) = (config.begin, config.end);
    }
    if demand.is_empty() {
        let mend = "name a `.rou.xml` after the network, or a `.sumocfg` in its place";
        return Err(Wrong(format!("no demand is named; {mend}")).into());
    }
    let held = bytes(&net)?;
    let files: Vec<(String, Vec<u8>)> = demand
        .iter()
        .map(|path| Ok((path.display().to_string(), bytes(path)?)))
        .collect::<Result<_, Wrong>>()?;
    let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
    let mut read = read::scenario(File { name: &net.display().to_string(), bytes: &held }, &files)?;
    read.begin = begin.or(read.begin);
    read.end = end.or(read.end);
    Ok(read)
}

fn simulate(options: &Run, say: Say) -> Result<(), Failure> {
    let started = Instant::now();
    let scenario = scenario(options)?;
    let departures = scenario.demand.vehicles.iter().map(|vehicle| vehicle.depart);
    let Some(last) = departures.clone().reduce(f64::max) else {
        let what = "the demand has no vehicle; name a file with `<vehicle>`, `<trip>` or `<flow>`";
        return Err(Wrong(what.to_owned()).into());
    };
    let first = departures.fold(f64::INFINITY, f64::min);
    let begin = options.begin.or(scenario.begin).unwrap_or(first.floor());
    let end = options.seconds.map(|seconds| begin + seconds).or(scenario.end);
    let times = Times { yellow: options.yellow, decide: options.decide.max(1.0), ..Times::default() };
    let own = || scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
    let (controller, programs) = match options.controller.as_str() {
        "actuated" => (Controller::Actuated, own()),
        "max-pressure" => (Controller::MaxPressure, own()),
        "fixed" => {
            let span = [begin, end.unwrap_or(f64::INFINITY)];
            (Controller::Program, webster(&scenario.net, &scenario.demand, span, times))
        }
        _ => (Controller::Program, own()),
    };
    let loading = started.elapsed().as_secs_f64();
    let settings =
        Settings { begin, seed: options.seed, programs, controller, times, threads: options.threads };
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    let before = cpu_seconds();
    let mut progress = say.progress("seconds simulated");
    let stop = end.unwrap_or(last + PATIENCE);
    while traffic.now() < stop && !(end.is_none() && traffic.over()) {
        traffic.step();
        progress.at((traffic.now() - begin) as u64, end.map(|end| (end - begin) as u64));
    }
    drop(progress);
    let cpu = cpu_seconds() - before;
    if let Some(path) = &options.trips {
        std::fs::write(path, trips(&scenario, &traffic)).map_err(|error| {
            Wrong(format!("`{}` cannot be written: {error}; name another file", path.display()))
        })?;
    }
    let all = traffic.measures();
    let run = Told { all: &all, traffic: &traffic, scenario: &scenario, options, cpu, loading };
    say.answer(&run.words(begin), &run.json(begin))
}

/// What is told of a run.
struct Told<'t> {
    all: &'t Measures,
    traffic: &'t Simulation<'t>,
    scenario: &'t Scenario,
    options: &'t Run,
    cpu: f64,
    loading: f64,
}

impl Told<'_> {
    fn words(&self, begin: f64) -> String {
        let all = self.all;
        let mut text = String::new();
        let mut line = |what: &str, value: String| {
            let _ = writeln!(text, "{what:<28}{value}");
        };
        line(
            "network",
            format!(
                "{} links, {} signals",
                self.scenario.net.roads().count(),
                self.scenario.net.signals.len()
            ),
        );
        line("controller", self.options.controller.clone());
        line("simulated", format!("{:.0} s from {begin:.0}", self.traffic.now() - begin));
        line(
            "vehicles",
            format!(
                "{} loaded, {} entered, {} finished, {} on the road",
                all.loaded, all.entered, all.finished, all.running
            ),
        );
        line(
            "not served",
            format!(
                "{} waiting outside, {} stuck, {} without a way, {} before the beginning",
                all.waiting, all.stuck, all.unreachable, all.too_early
            ),
        );
        line("mean duration", format!("{:.1} s over {:.0} m", all.duration, all.length));
        line("mean time loss", format!("{:.1} s", all.time_loss));
        line("mean waiting", format!("{:.1} s, {:.2} stops", all.waiting_time, all.stops));
        line("mean delay of departure", format!("{:.1} s", all.depart_delay));
        line("mean delay (RESCO)", format!("{:.1} s", all.delay));
        line("approach travel time", format!("{:.1} s", all.approach_time));
        line("travel time (CityFlow)", format!("{:.1} s", all.travel_time));
        line("speed", format!("{} vehicle-steps in {:.2} CPU s", all.vehicle_steps, self.cpu));
        for (vehicle, lane, pos, seconds) in self.traffic.stuck().take(10) {
            let name = &self.scenario.demand.vehicles[vehicle.i()].name;
            let lane = self.scenario.net.lane_name(lane);
            line("stuck", format!("`{name}` on `{lane}` at {pos:.0} m for {seconds:.0} s"));
        }
        for (what, count) in &self.scenario.unsupported {
            line("left out", format!("{what}, {count} times"));
        }
        text
    }

    fn json(&self, begin: f64) -> Json {
        let all = self.all;
        let stuck: Vec<Json> = self
            .traffic
            .stuck()
            .map(|(vehicle, lane, pos, seconds)| {
                let name = &self.scenario.demand.vehicles[vehicle.i()].name;
                json!({ "vehicle": name, "lane": self.scenario.net.lane_name(lane), "at": pos, "seconds": seconds })
            })
            .collect();
        json!({
            "controller": self.options.controller, "seed": self.options.seed,
            "begin": begin, "end": self.traffic.now(),
            "loaded": all.loaded, "entered": all.entered, "finished": all.finished, "running": all.running,
            "waiting_outside": all.waiting, "stuck": all.stuck, "unreachable": all.unreachable,
            "before_begin": all.too_early,
            "duration": all.duration, "time_loss": all.time_loss, "waiting": all.waiting_time, "stops": all.stops,
            "depart_delay": all.depart_delay, "length": all.length, "approach_travel_time": all.approach_time,
            "travel_time": all.travel_time, "delay": all.delay,
            "throughput": all.finished as f64 / ((self.traffic.now() - begin) / 3600.0).max(1e-9),
            "emergency_stops": all.emergencies, "vehicle_steps": all.vehicle_steps, "cpu_seconds": self.cpu,
            "load_seconds": self.loading, "peak_memory_mb": peak_memory(),
            "stuck_vehicles": stuck, "left_out": self.scenario.unsupported,
        })
    }
}

/// Each vehicle's trip, a line each.
fn trips(scenario: &Scenario, traffic: &Simulation<'_>) -> String {
    let mut text = "vehicle,wanted,departed,arrived,time_loss,waiting,stops,length\n".to_owned();
    for trip in traffic.trips() {
        let name = &scenario.demand.vehicles[trip.vehicle.i()].name;
        let name = if name.contains(['"', ',']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.clone()
        };
        let arrived = trip.arrived.map_or(String::new(), |at| at.to_string());
        let _ = writeln!(
            text,
            "{name},{},{},{arrived},{:.2},{},{},{:.2}",
            trip.wanted, trip.departed, trip.lost, trip.waited, trip.stops, trip.driven
        );
    }
    text
}

/// CPU seconds of this process so far, as far as the system tells.
fn cpu_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

/// The most memory that this process took so far, in MB, as far as the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}
