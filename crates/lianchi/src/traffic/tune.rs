use super::{Inputs, Work};
use crate::say::{Failure, Say, Wrong};
use ::traffic::control::{Controller, webster};
use ::traffic::net::{Network, Program};
use ::traffic::read;
use ::traffic::sim::Settings;
use ::traffic::tune::{Task, Tuner};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Tune {
    #[command(flatten)]
    inputs: Inputs,
    /// Write the plan to this file, for `--plan` and for SUMO's `--additional-files`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many seconds to search; the longer, the better the plan.
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    search: f64,
    /// End after so many tries, with the same plan each time, however long they take.
    #[arg(long, value_name = "N")]
    tries: Option<u64>,
    /// On how many seeds each try is driven.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// What chance starts from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// The plan is held against others on seeds that the search did not see.
const UNSEEN: u64 = 5;

pub fn tune(options: &Tune, say: Say) -> Result<(), Failure> {
    let work = options.inputs.work()?;
    if options.search.is_nan() || options.search <= 0.0 {
        let what = format!("`--search {}` is no time; name some seconds, such as 60", options.search);
        return Err(Wrong(what).into());
    }
    if work.plan.is_some() {
        let what = "the search begins at the network's own programmes and at Webster's, not at a `--plan`; leave it out";
        return Err(Wrong(what.to_owned()).into());
    }
    let (net, demand) = (&work.scenario.net, &work.scenario.demand);
    let span = [work.begin, work.end.unwrap_or(work.last + super::PATIENCE)];
    let (times, threads) = (work.times, work.threads);
    let task = Task { net, demand, span, times, seed: options.seed, seeds: options.seeds, threads };
    let began = Instant::now();
    let mut tuner = Tuner::new(task);
    if tuner.idle() {
        let what = "no signal has two stages to choose between; name a network with signals";
        return Err(Wrong(what.to_owned()).into());
    }
    // Before the search, so that it is not made in vain.
    keep(&options.out, net, &tuner)?;
    let mut progress = say.progress("tries");
    let begun = tuner.cost();
    let goes_on = |tuner: &Tuner<'_>| match options.tries {
        Some(tries) => tuner.tries() < tries,
        None => began.elapsed().as_secs_f64() < options.search,
    };
    while goes_on(&tuner) {
        tuner.step();
        progress.at(tuner.tries(), options.tries);
    }
    drop(progress);
    keep(&options.out, net, &tuner)?;
    let own = net.signals.iter().map(|signal| signal.program.clone()).collect();
    let reckoned = webster(net, demand, span, times);
    let first = options.seed + options.seeds;
    let all = [("tuned", tuner.best().to_vec()), ("program", own), ("fixed", reckoned)];
    let held: Vec<(&str, f64, f64)> = all
        .into_iter()
        .map(|(name, programs)| {
            let [travel, delay] = drive(&work, programs, first);
            (name, travel, delay)
        })
        .collect();
    let (out, tries) = (options.out.display(), tuner.tries());
    let mut words = format!(
        "{tries} tries: {:.1} s of travel where the search began, {:.1} s now; the plan is in `{out}`\n\n\
         on {UNSEEN} seeds that the search did not see\n{:<10}{:>18}{:>18}\n",
        begun,
        tuner.cost(),
        "",
        "travel time, s",
        "delay, s"
    );
    for (name, travel, delay) in &held {
        let _ = writeln!(words, "{name:<10}{travel:>18.1}{delay:>18.1}");
    }
    let rows = held
        .iter()
        .map(|(name, travel, delay)| json!({ "plan": name, "travel_time": travel, "delay": delay }));
    say.answer(
        &words,
        &json!({
            "tries": tries, "began_at": begun, "travel_time": tuner.cost(), "file": out.to_string(),
            "unseen_seeds": rows.collect::<Vec<_>>(),
        }),
    )
}

/// Writes the best plan so far.
fn keep(out: &Path, net: &Network, tuner: &Tuner<'_>) -> Result<(), Wrong> {
    std::fs::write(out, read::written(net, tuner.best()))
        .map_err(|error| Wrong(format!("`{}` cannot be written: {error}; name another file", out.display())))
}

/// Mean travel time of everyone and mean delay of those who arrived, over seeds from `first` on.
fn drive(work: &Work, programs: Vec<Program>, first: u64) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for seed in first..first + UNSEEN {
        let settings = Settings {
            programs: programs.clone(),
            controller: Controller::Program,
            ..work.settings("program", seed, false)
        };
        let all = work.simulate(settings, |_| {}).measures();
        sums[0] += all.travel_time / UNSEEN as f64;
        sums[1] += all.delay / UNSEEN as f64;
    }
    sums
}
