//! `lianchi traffic`: simulate a road network, and compare who decides about its signals.

mod compare;
mod replay;
mod run;
mod show;
mod told;
mod tune;

use crate::say::{Failure, Say, Wrong};
use ::traffic::control::{Controller, Times, gap_out, webster};
use ::traffic::demand::{Closure, Rules};
use ::traffic::ids::LaneId;
use ::traffic::net::{Classes, Network, Program};
use ::traffic::read::{self, File, Scenario};
use ::traffic::sim::{Broken, Settings, Simulation};
use std::path::{Path, PathBuf};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Simulate traffic on a road network, vehicle by vehicle, and measure it.
    Run(run::Run),
    /// Run the same traffic under several controllers, and say which serves it better and by how much.
    Compare(compare::Compare),
    /// Search for a fixed plan: splits, cycles and offsets, with the simulator as the judge.
    Tune(tune::Tune),
    /// Draw a network, and what happened on it, as a page in motion or a picture.
    Show(show::Show),
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Run(options) => run::run(options, say),
        Command::Compare(options) => compare::compare(options, say),
        Command::Tune(options) => tune::tune(options, say),
        Command::Show(options) => show::show(options, say),
    }
}

/// What is simulated, and how.
#[derive(clap::Args)]
struct Inputs {
    /// The network: SUMO's `.net.xml`, packed or not, CityFlow's JSON, or a `.sumocfg` that names all files.
    net: PathBuf,
    /// Demand and additions: SUMO's `.rou.xml`, `.add.xml`, CityFlow's flows.
    demand: Vec<PathBuf>,
    /// How many seconds to simulate; until everyone has arrived if none are named.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// When to begin, in seconds; when the configuration says, or the first vehicle departs.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    begin: Option<f64>,
    /// How many threads to use; the answer is the same for any number.
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// Seconds of yellow for controllers other than `program`.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    yellow: Option<f64>,
    /// How often a controller decides, in seconds.
    #[arg(long, value_name = "S", default_value_t = 5.0, allow_negative_numbers = true)]
    decide: f64,
    /// The fixed plan that the controller `plan` runs, as `lianchi traffic tune` wrote it, or any other
    /// `.add.xml` with `<tlLogic>`.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// By which rules vehicles drive: as in SUMO, or, on CityFlow's files, as in CityFlow, which they mean if nothing is named.
    #[arg(long, value_name = "RULES", value_parser = ["sumo", "cityflow"])]
    rules: Option<String>,
    /// Drive in queues from lane to lane instead of vehicle by vehicle: coarser, and several times as fast, for whole cities.
    #[arg(long, conflicts_with = "rules")]
    meso: bool,
    /// Every vehicle so many times: 0.8 leaves out a fifth of them, 1.2 adds as many, by chance.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    scale: f64,
    /// A lane whose detector is `dead` (it sees nobody) or `stuck` (it always sees somebody), for controllers to cope with;
    /// once for each.
    #[arg(long, value_name = "LANE=HOW")]
    broken: Vec<String>,
    /// A lane or edge that is closed: `LANE@FROM-TO` in seconds, `LANE@FROM-` until the end, `LANE` all the time; once for each.
    #[arg(long, value_name = "LANE@FROM-TO", allow_hyphen_values = true)]
    close: Vec<String>,
}

const NAMES: [&str; 9] = [
    "program",
    "fixed",
    "plan",
    "gap-out",
    "actuated",
    "max-pressure",
    "efficient-pressure",
    "advanced-pressure",
    "foresight",
];
/// Without `--seconds`, nobody is waited for longer than this after the last departure.
const PATIENCE: f64 = 4.0 * 3600.0;
/// What draws who is left out or added depends on, beside the vehicle.
const SCALE: u64 = 0x5CA1E;

/// A scenario with when it begins and ends.
struct Work {
    scenario: Scenario,
    begin: f64,
    end: Option<f64>,
    last: f64,
    times: Times,
    threads: usize,
    broken: Vec<(LaneId, Broken)>,
    /// The programmes that `plan` runs.
    plan: Option<Vec<Program>>,
}

/// Farther off than this in seconds, a step of one would be lost in rounding.
const FAR: f64 = 1e9;

impl Inputs {
    /// Whether the times that are named are times.
    fn check(&self) -> Result<(), Wrong> {
        let within = |name: &str, value: Option<f64>, [least, most]: [f64; 2], mend: &str| match value {
            Some(value) if !(least..=most).contains(&value) => {
                let value = if value.abs() > FAR { format!("{value:e}") } else { value.to_string() };
                Err(Wrong(format!("`--{name} {value}` is not {least} to {most} s; {mend}")))
            }
            _ => Ok(()),
        };
        within("seconds", self.seconds, [1.0, FAR], "name some seconds, such as 3600")?;
        within("begin", self.begin, [-FAR, FAR], "name a second, such as 25200")?;
        within("yellow", self.yellow, [0.0, 60.0], "name some seconds, such as 3")?;
        within("decide", Some(self.decide), [1.0, 3600.0], "name some seconds, such as 5")?;
        if self.decide.fract() != 0.0 {
            let what =
                format!("`--decide {}` is between two steps of a second; name whole seconds", self.decide);
            return Err(Wrong(what));
        }
        Ok(())
    }

    fn work(&self) -> Result<Work, Failure> {
        self.check()?;
        let mut scenario = scenario(self)?;
        if !(self.scale > 0.0 && self.scale <= 100.0) {
            let what = format!("`--scale {}` is no factor; name one above 0, such as 1.2", self.scale);
            return Err(Wrong(what).into());
        }
        let rules = match self.rules.as_deref() {
            Some("cityflow") if scenario.demand.rules != Rules::CityFlow => {
                let what = "`--rules cityflow` goes with CityFlow's files; leave it out, or name those";
                return Err(Wrong(what.to_owned()).into());
            }
            Some("sumo") => Rules::Sumo,
            _ if self.meso => Rules::Meso,
            _ => scenario.demand.rules,
        };
        scenario.demand.rules = rules;
        for told in &self.close {
            scenario.demand.closures.extend(closures(&scenario.net, told)?);
        }
        if rules == Rules::CityFlow && !scenario.demand.closures.is_empty() {
            let what = "CityFlow's rules know no closed lanes; name `--rules sumo`, or close none";
            return Err(Wrong(what.to_owned()).into());
        }
        scenario.demand.scale(self.scale, SCALE);
        let departures = scenario.demand.vehicles.iter().map(|vehicle| vehicle.depart);
        let Some(last) = departures.clone().reduce(f64::max) else {
            let what = "the demand has no vehicle; name a file with `<vehicle>`, `<trip>` or `<flow>`";
            return Err(Wrong(what.to_owned()).into());
        };
        let first = departures.fold(f64::INFINITY, f64::min);
        let begin = self.begin.or(scenario.begin).unwrap_or(first.floor());
        let end = self.seconds.map(|seconds| begin + seconds).or(scenario.end);
        let times = Times { yellow: self.yellow, decide: self.decide, ..Times::default() };
        let broken = self.broken.iter().map(|told| broken(&scenario.net, told)).collect::<Result<_, _>>()?;
        let plan = match &self.plan {
            None => None,
            Some(path) => {
                let held = bytes(path, "name a plan, as `lianchi traffic tune` writes one")?;
                Some(read::plan(&scenario.net, File { name: &path.display().to_string(), bytes: &held })?)
            }
        };
        Ok(Work { scenario, begin, end, last, times, threads: self.threads.into(), broken, plan })
    }
}

impl Work {
    /// Whether controllers have what they need, and use what is named for them.
    fn can_run(&self, controllers: &[&str]) -> Result<(), Wrong> {
        let what = match (controllers.contains(&"plan"), &self.plan) {
            (true, None) => {
                "the controller `plan` needs a plan; name it with `--plan FILE`, as `lianchi traffic tune` writes one"
            }
            (false, Some(_)) => {
                "nobody runs what `--plan` names; name `plan` as a controller too, or leave it out"
            }
            _ => return Ok(()),
        };
        Err(Wrong(what.to_owned()))
    }

    fn settings(&self, controller: &str, seed: u64, explain: bool) -> Settings {
        let net = &self.scenario.net;
        let own = || net.signals.iter().map(|signal| signal.program.clone()).collect();
        let (controller, programs) = match controller {
            "actuated" => (Controller::Actuated, own()),
            "max-pressure" => (Controller::MaxPressure, own()),
            "efficient-pressure" => (Controller::EfficientPressure, own()),
            "advanced-pressure" => (Controller::AdvancedPressure, own()),
            "foresight" => (Controller::Foresight, own()),
            "fixed" => {
                let span = [self.begin, self.end.unwrap_or(f64::INFINITY)];
                (Controller::Program, webster(net, &self.scenario.demand, span, self.times))
            }
            "gap-out" => (Controller::Program, gap_out(net, self.times)),
            "plan" => (Controller::Program, self.plan.clone().unwrap_or_else(own)),
            _ => (Controller::Program, own()),
        };
        let (times, threads, broken) = (self.times, self.threads, self.broken.clone());
        Settings { begin: self.begin, seed, programs, controller, times, threads, broken, explain }
    }

    /// Simulates to the end, and shows how things stand after each second.
    fn simulate(&self, settings: Settings, each: impl FnMut(&Simulation<'_>)) -> Simulation<'_> {
        self.finish(Simulation::new(&self.scenario.net, &self.scenario.demand, settings), each)
    }

    /// Simulates to the end what has begun.
    fn finish<'s>(
        &'s self,
        mut traffic: Simulation<'s>,
        mut each: impl FnMut(&Simulation<'_>),
    ) -> Simulation<'s> {
        let stop = self.end.unwrap_or(self.last + PATIENCE);
        while traffic.now() < stop && !(self.end.is_none() && traffic.over()) {
            traffic.step();
            each(&traffic);
        }
        traffic
    }
}

/// A broken detector, as `--broken` names it.
fn broken(net: &Network, told: &str) -> Result<(LaneId, Broken), Wrong> {
    let wrong = |what: &str| Wrong(format!("`--broken {told}`: {what}"));
    let (name, how) = told.split_once('=').ok_or_else(|| wrong("write it like `LANE=dead`"))?;
    let how = match how {
        "dead" => Broken::Dead,
        "stuck" => Broken::Stuck,
        _ => return Err(wrong("a detector is `dead` or `stuck`")),
    };
    let lane = net
        .lane_named(name)
        .ok_or_else(|| wrong("the network has no such lane; name it as the file does, such as `road_0`"))?;
    Ok((lane, how))
}

/// What `--close` names: a lane, or all lanes of an edge, and from when to when.
fn closures(net: &Network, told: &str) -> Result<Vec<Closure>, Wrong> {
    let wrong = |what: String| Wrong(format!("`--close {told}`: {what}"));
    let (name, [from, to]) = match told.rsplit_once('@') {
        None => (told, [f64::NEG_INFINITY, f64::INFINITY]),
        Some((name, span)) => {
            let second = |text: &str, usual: f64| {
                let second = if text.is_empty() { Some(usual) } else { text.parse::<f64>().ok() };
                second.filter(|second| !second.is_nan())
            };
            let span = span.split_once('-').and_then(|(from, to)| {
                Some([second(from, f64::NEG_INFINITY)?, second(to, f64::INFINITY)?])
                    .filter(|[from, to]| from < to)
            });
            let like = || wrong("write the seconds from when to when, such as `road_0@600-1800`".to_owned());
            (name, span.ok_or_else(like)?)
        }
    };
    let link = || net.link_named(name).map(|link| net.lanes_of(link).map(LaneId::at).collect());
    let lanes: Option<Vec<LaneId>> = net.lane_named(name).map(|lane| vec![lane]).or_else(link);
    let road = |lane: &LaneId| net.roads().any(|link| net.lanes[lane.i()].link == link);
    let lanes = lanes.filter(|lanes| lanes.iter().all(road)).ok_or_else(|| {
        let like = "name one as the file does, such as `road_0`, or all lanes of an edge by `road`";
        wrong(format!("the network has no lane or edge `{name}` between junctions; {like}"))
    })?;
    Ok(lanes.into_iter().map(|lane| Closure { lane, from, to, shut: Classes::ALL }).collect())
}

/// A file's bytes; `mend` says what to name if it cannot be read.
fn bytes(path: &Path, mend: &str) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path)
        .map_err(|error| Wrong(format!("`{}` cannot be read: {error}; {mend}", path.display())))
}

/// What to name if a file of the scenario cannot be read.
const SCENARIO: &str = "name a network and its demand";

/// A network with the files that a configuration names beside it.
struct Folder {
    net: PathBuf,
    demand: Vec<PathBuf>,
    begin: Option<f64>,
    end: Option<f64>,
}

impl Folder {
    /// What `path` names: a network by itself, or a configuration.
    fn of(path: &Path) -> Result<Self, Failure> {
        if path.extension().is_none_or(|end| end != "sumocfg") {
            return Ok(Self { net: path.to_owned(), demand: Vec::new(), begin: None, end: None });
        }
        let held = bytes(path, SCENARIO)?;
        let config = read::configuration(File { name: &path.display().to_string(), bytes: &held })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let demand = config.routes.iter().chain(&config.additions).map(|name| folder.join(name)).collect();
        let net = folder.join(config.net.unwrap_or_default());
        Ok(Self { net, demand, begin: config.begin, end: config.end })
    }

    /// The network with a demand.
    fn read(&self, demand: &[PathBuf]) -> Result<Scenario, Failure> {
        let held = bytes(&self.net, SCENARIO)?;
        let named = demand.iter().map(|path| Ok((path.display().to_string(), bytes(path, SCENARIO)?)));
        let files: Vec<(String, Vec<u8>)> = named.collect::<Result<_, Wrong>>()?;
        let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
        Ok(read::scenario(File { name: &self.net.display().to_string(), bytes: &held }, &files)?)
    }

    fn network(&self) -> Result<Network, Failure> {
        self.read(&[]).map(|read| read.net)
    }
}

/// The scenario of a network and demand, or of what a configuration names.
fn scenario(inputs: &Inputs) -> Result<Scenario, Failure> {
    let folder = Folder::of(&inputs.net)?;
    let demand = [folder.demand.as_slice(), &inputs.demand].concat();
    if demand.is_empty() {
        let mend = "name a `.rou.xml` or CityFlow's flows after the network, or a `.sumocfg` in its place";
        return Err(Wrong(format!("no demand is named; {mend}")).into());
    }
    let mut read = folder.read(&demand)?;
    read.begin = folder.begin.or(read.begin);
    read.end = folder.end.or(read.end);
    Ok(read)
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
