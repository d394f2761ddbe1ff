use super::{Inputs, NAMES, Work};
use crate::say::{Failure, Say, Wrong};
use ::traffic::sim::Measures;
use serde_json::{Value as Json, json};
use std::fmt::{self, Write as _};

#[derive(clap::Args)]
pub struct Compare {
    #[command(flatten)]
    inputs: Inputs,
    /// Who decides about the signals, one after the other; the others are held against the first.
    #[arg(long, value_name = "C,…", value_delimiter = ',', default_value = "program,actuated,max-pressure,foresight",
          value_parser = NAMES)]
    controllers: Vec<String>,
    /// With how many seeds, from 1 on.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
}

/// What is compared of each run: what it is called, in JSON, and how it is told.
type Measure = (&'static str, &'static str, fn(&Measures) -> f64);

const MEASURES: [Measure; 7] = [
    ("delay", "delay, s", |all| all.delay),
    ("duration", "duration, s", |all| all.duration),
    ("approach_travel_time", "approach, s", |all| all.approach_time),
    ("waiting", "waiting, s", |all| all.waiting_time),
    ("halts", "halts", |all| all.halts),
    ("finished", "finished", |all| all.finished as f64),
    ("stuck", "stuck", |all| all.stuck as f64),
];

/// A mean over seeds, with half the width of its interval of 95 %.
#[derive(Clone, Copy)]
struct Mean {
    mean: f64,
    half: f64,
}

impl fmt::Display for Mean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, half } = self;
        if half.is_finite() { write!(f, "{mean:.1} ± {half:.1}") } else { write!(f, "{mean:.1}") }
    }
}

pub fn compare(options: &Compare, say: Say) -> Result<(), Failure> {
    let mut names: Vec<&str> = Vec::new();
    for name in &options.controllers {
        if names.contains(&name.as_str()) {
            return Err(Wrong(format!("`{name}` is named twice; name each controller once")).into());
        }
        names.push(name);
    }
    let work = options.inputs.work()?;
    work.can_run(&names)?;
    let mut progress = say.progress("runs");
    let all = options.seeds * names.len() as u64;
    let mut runs: Vec<Vec<Measures>> = Vec::new();
    for name in &names {
        let mut own = Vec::new();
        for seed in 1..=options.seeds {
            own.push(work.simulate(work.settings(name, seed, false), |_| {}).measures());
            progress.at((runs.len() as u64) * options.seeds + seed, Some(all));
        }
        runs.push(own);
    }
    drop(progress);
    say.answer(&words(&work, &names, &runs), &told(&work, &names, &runs))
}

fn column(runs: &[Measures], of: fn(&Measures) -> f64) -> Vec<f64> {
    runs.iter().map(of).collect()
}

fn words(work: &Work, names: &[&str], runs: &[Vec<Measures>]) -> String {
    let seeds = runs.first().map_or(0, Vec::len);
    let vehicles = work.scenario.demand.vehicles.len();
    let of = match seeds {
        1 => "1 seed".to_owned(),
        many => format!("{many} seeds; means with their intervals of 95 %"),
    };
    let mut text = format!("{vehicles} vehicles, {of}\n\n{:<20}", "");
    for (_, title, _) in MEASURES {
        let _ = write!(text, "{title:>16}");
    }
    text.push('\n');
    for (name, own) in names.iter().zip(runs) {
        let _ = write!(text, "{name:<20}");
        for (.., of) in MEASURES {
            let _ = write!(text, "{:>16}", mean(&column(own, of)).to_string());
        }
        text.push('\n');
    }
    let Some((first, others)) = names.split_first() else { return text };
    for (name, own) in others.iter().zip(runs.iter().skip(1)) {
        let (before, after) = (column(&runs[0], |all| all.delay), column(own, |all| all.delay));
        let more = difference(&before, &after);
        let part = 100.0 * more.mean / mean(&before).mean.max(1e-9);
        let sure = if more.mean.abs() > more.half { "" } else { ", which may be chance" };
        let _ = write!(text, "\n{name}: {more} s of delay beside {first} ({part:+.0} %){sure}");
    }
    text
}

fn told(work: &Work, names: &[&str], runs: &[Vec<Measures>]) -> Json {
    let of_run = |(name, own): (&&str, &Vec<Measures>)| {
        let mut told = serde_json::Map::from_iter([("controller".to_owned(), json!(name))]);
        for (key, _, of) in MEASURES {
            let values = column(own, of);
            let Mean { mean, half } = mean(&values);
            told.insert(key.to_owned(), json!({ "mean": mean, "interval": half, "seeds": values }));
        }
        let of = |all: &Measures| all.delay;
        let Mean { mean, half } = difference(&column(&runs[0], of), &column(own, of));
        told.insert("delay_beside_first".to_owned(), json!({ "mean": mean, "interval": half }));
        Json::Object(told)
    };
    json!({
        "vehicles": work.scenario.demand.vehicles.len(),
        "controllers": names.iter().zip(runs).map(of_run).collect::<Vec<_>>(),
    })
}

/// How much more `after` is than `before`, seed by seed.
fn difference(before: &[f64], after: &[f64]) -> Mean {
    mean(&before.iter().zip(after).map(|(before, after)| after - before).collect::<Vec<_>>())
}

/// By Student's distribution (1908); of one seed alone nothing is known of the width.
fn mean(values: &[f64]) -> Mean {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let half = match values.len() {
        0 | 1 => f64::INFINITY,
        many => quantile(many - 1) * (squares / (count - 1.0) / count).sqrt(),
    };
    Mean { mean, half }
}

/// The quantile of 97.5 % by degrees of freedom. From 30 on, by the first terms of its expansion around the normal one.
fn quantile(freedom: usize) -> f64 {
    const FIRST: [f64; 29] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
        2.045,
    ];
    let z: f64 = 1.959_964;
    let far = || z + (z.powi(3) + z) / (4.0 * freedom as f64);
    freedom.checked_sub(1).and_then(|place| FIRST.get(place)).copied().unwrap_or_else(far)
}
