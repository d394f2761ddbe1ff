use super::Spent;
use crate::say::{Failure, Say, Wrong, counted};
use garment::balance::read::{Problem, read};
use garment::balance::{Answer, check, cycle, stations};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The line: `.toml` with its people and machines, or `.alb`, `.IN2` or ALWABP.
    pub file: PathBuf,
    /// So many stations: the shortest cycle is looked for.
    #[arg(long, value_name = "N", conflicts_with = "cycle")]
    stations: Option<u32>,
    /// A cycle time: the fewest stations are looked for. Without it, that of the file.
    #[arg(long, value_name = "C")]
    cycle: Option<u32>,
    /// Seconds of computing at most; the best that was found until then is told.
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    pub seconds: f64,
    /// The day that is planned, as 2026-10-12: who is there, and how practised they are by then.
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// The plan that stands, as `--json` wrote it: few operations change hands.
    #[arg(long, value_name = "PLAN.json")]
    pub from: Option<PathBuf>,
    /// So many operations may change hands. Without it, as many as the wanted cycle takes, or the shortest.
    #[arg(long, value_name = "N", requires = "from")]
    pub moves: Option<u32>,
    /// Somebody who is not there after all; may be given more than once.
    #[arg(long, value_name = "OPERATOR")]
    pub without: Vec<String>,
}

impl Options {
    /// Whether the line is told with its people and machines.
    fn staffed(&self) -> bool {
        self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
    }
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    if options.staffed() {
        if options.cycle.is_some() || options.stations.is_some() {
            let error = "this line has a station for each who is there, and the shortest cycle is looked for; \
                         leave `--stations` and `--cycle` out, and write `cycle` or `pieces` into the line";
            return Err(Wrong(error.into()).into());
        }
        return super::staffing::run(options, say);
    }
    if options.day.is_some() || options.from.is_some() || !options.without.is_empty() {
        let error =
            "this line names nobody; write it as `.toml`, or leave `--day`, `--from` and `--without` out";
        return Err(Wrong(error.into()).into());
    }
    let text = super::plain(&options.file)?;
    let problem = read(&text).map_err(|wrong| super::faults(&options.file, [(wrong.line, wrong.what)]))?;
    let budget = super::budget(options.seconds)?;
    let mut spent = Spent::new();
    let mut clock = || spent.less_than(budget);
    let (answer, faults, seeks) = match problem {
        Problem::Crew(crew) => {
            if options.cycle.is_some() || options.stations.is_some() {
                let error = "this line has a station for each worker, and the shortest cycle is looked for; \
                             leave `--stations` and `--cycle` out";
                return Err(Wrong(error.into()).into());
            }
            let answer = cycle::of_crew(&crew, &mut clock)?;
            let faults = check::crew_faults(&crew, &answer.plan);
            (answer, faults, Seeks::Cycle)
        }
        Problem::Line(line, of_file) => match (options.stations, options.cycle.or(of_file)) {
            (Some(n), _) => {
                let answer = cycle::shortest(&line, n, &mut clock)?;
                let faults = check::faults(&line, &answer.plan);
                (answer, faults, Seeks::Cycle)
            }
            (None, Some(cycle)) => {
                let answer = stations::fewest(&line, cycle, &mut clock)?;
                let faults = check::faults(&line, &answer.plan);
                (answer, faults, Seeks::Stations)
            }
            (None, None) => {
                let error = "this file names no cycle time; give `--cycle`, or `--stations`";
                return Err(Wrong(error.into()).into());
            }
        },
    };
    if !faults.is_empty() {
        let error = format!("the plan that was found does not hold: {}", faults.join("; "));
        return Err(Wrong(error).into());
    }
    tell(&answer, seeks, say)
}

/// What is made small.
#[derive(Clone, Copy, PartialEq)]
enum Seeks {
    Stations,
    Cycle,
}

fn tell(answer: &Answer, seeks: Seeks, say: Say) -> Result<(), Failure> {
    let plan = &answer.plan;
    let value = match seeks {
        Seeks::Stations => plan.stations.len() as u32,
        Seeks::Cycle => plan.cycle,
    };
    let proved = value == answer.bound;
    let proof =
        if proved { "proved the best".to_owned() } else { format!("no plan is below {}", answer.bound) };
    let mut words = match seeks {
        Seeks::Stations => {
            format!("{}, the longest takes {}; {proof}", counted(value.into(), "station"), plan.cycle)
        }
        Seeks::Cycle => {
            format!("cycle time {value} with {}; {proof}", counted(plan.stations.len() as u64, "station"))
        }
    };
    let mut rows = Vec::new();
    for (at, station) in plan.stations.iter().enumerate() {
        let operations: Vec<usize> = station.iter().map(|one| one + 1).collect();
        let worker = plan.workers.as_ref().and_then(|workers| workers.get(at)).map(|worker| worker + 1);
        let listed: Vec<String> = operations.iter().map(ToString::to_string).collect();
        let by = worker.map_or(String::new(), |worker| format!(" (worker {worker})"));
        words.push_str(&format!("\n  {}{by}: {}", at + 1, listed.join(" ")));
        rows.push(json!({"operations": operations, "worker": worker}));
    }
    say.answer(&words, &json!({
        "stations": rows, "count": plan.stations.len(), "cycle": plan.cycle, "bound": answer.bound, "proved": proved,
    }))
}
