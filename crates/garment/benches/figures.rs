//! Figures of the garment engine, beside those of docs/BENCHMARKS.md: `cargo bench -p garment -- pay`,
//! `… -- balance SECONDS FILE…`, or `… -- nest SECONDS SEEDS FILE…`, `… -- cut SECONDS FILE…`, or
//! `… -- bound SECONDS FILE…`, a line for each. `… -- crews DIR FILE…` writes crews for lines of operations.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench reads the clock, and stops at its first surprise"
)]

use garment::balance::read::{Problem, read};
use garment::balance::{check, cycle, stations};
use garment::chance::Chance;
use garment::cut::{bound, check as cutting, plan, read as orders};
use garment::marker::nest::{Effort, nest};
use garment::marker::{check as layout, read as markers};
use garment::pay::contract::Contract;
use garment::pay::reckon::reckon;
use garment::pay::sample::{self, Wanted};
use garment::pay::scans::Scans;
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("pay") => pay(),
        Some("balance") => {
            let seconds = args[1].parse().unwrap();
            args[2..].iter().for_each(|file| balance(file, seconds));
        }
        Some("nest") => {
            let (seconds, seeds): (f64, u64) = (args[1].parse().unwrap(), args[2].parse().unwrap());
            args[3..].iter().for_each(|file| (1..=seeds).for_each(|seed| marker(file, seconds, seed)));
        }
        Some("cut") => {
            let seconds = args[1].parse().unwrap();
            args[2..].iter().for_each(|file| cut(file, seconds));
        }
        Some("bound") => {
            let seconds: f64 = args[1].parse().unwrap();
            for file in &args[2..] {
                let order = orders::order(&std::fs::read_to_string(file).unwrap()).unwrap();
                let before = computed();
                let found = bound::raised(&order, &mut || (computed() - before).as_secs_f64() < seconds);
                let spent = (computed() - before).as_secs_f64();
                println!("{file} {} {} lays, {spent:.2} s", found.total(&order), found.lays);
            }
        }
        Some("orders") => {
            for seed in 1..=args[2].parse().unwrap() {
                let path = std::path::Path::new(&args[1]).join(format!("{seed:03}.toml"));
                std::fs::write(path, garment::cut::sample::order(seed)).unwrap();
            }
        }
        Some("crews") => args[2..].iter().for_each(|file| crews(file, &args[1])),
        Some("nest-one") => marker(&args[3], args[1].parse().unwrap(), args[2].parse().unwrap()),
        _ => println!(
            "name what to measure: pay, balance SECONDS FILE…, nest SECONDS SEEDS FILE…, cut or bound SECONDS FILE…"
        ),
    }
}

/// What this thread has computed, as Linux tells it.
fn computed() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn pay() {
    let wanted = Wanted { people: 500, scans: 1_000_000, collectives: 45, seed: 1 };
    let text = sample::contract(wanted);
    let mut rows = Vec::new();
    sample::scans(wanted, &mut rows).unwrap();
    for _ in 0..5 {
        let (wall, before) = (Instant::now(), computed());
        let contract = Contract::read(&text).unwrap();
        let scans = Scans::read(rows.as_slice(), &contract, &[]).unwrap();
        let read = computed() - before;
        let month = reckon(&contract, &scans);
        println!(
            "{} scans, {} paid, {} told, residual {}: {:.2} s CPU ({:.2} s of it reading), {:.2} s on the wall",
            scans.rows,
            scans.paid.len(),
            scans.told.len(),
            month.ledger.residual(),
            (computed() - before).as_secs_f64(),
            read.as_secs_f64(),
            wall.elapsed().as_secs_f64(),
        );
    }
}

fn balance(file: &str, seconds: f64) {
    let problem = read(&std::fs::read_to_string(file).unwrap()).unwrap();
    let (before, budget) = (computed(), Duration::from_secs_f64(seconds));
    let (mut asked, mut over) = (0u32, false);
    let mut clock = || {
        asked += 1;
        over |= asked % 16 == 0 && computed() - before >= budget;
        !over
    };
    let (answer, faults, value) = match problem {
        Problem::Crew(crew) => {
            let answer = cycle::of_crew(&crew, &mut clock).unwrap();
            let value = answer.plan.cycle;
            (answer.bound, check::crew_faults(&crew, &answer.plan), value)
        }
        Problem::Line(line, cycle) => {
            let answer = stations::fewest(&line, cycle.unwrap(), &mut clock).unwrap();
            let value = answer.plan.stations.len() as u32;
            (answer.bound, check::faults(&line, &answer.plan), value)
        }
    };
    assert!(faults.is_empty(), "{file}: {faults:?}");
    println!("{file} {value} {answer} {} {:.2}", value == answer, (computed() - before).as_secs_f64());
}

/// Writes crews for a line, as Chaves, Lorena and Miralles drew theirs: few or many workers, times up to the operation's or twice
/// that, and a tenth or a fifth of what cannot be done.
fn crews(file: &str, folder: &str) {
    let Problem::Line(line, _) = read(&std::fs::read_to_string(file).unwrap()).unwrap() else {
        panic!("{file} is no line")
    };
    let name = std::path::Path::new(file).file_stem().unwrap().to_string_lossy().to_lowercase();
    let n = line.times.len();
    for (workers, many) in [(n / 7, "few"), (n / 4, "many")] {
        for (times, spread) in [(1, "once"), (2, "twice")] {
            for percent in [10, 20] {
                let mut chance = Chance::new((n * workers + times) as u64 * 100 + percent);
                let mut text = format!("{n}\n");
                for time in &line.times {
                    let able = chance.below(workers as u64);
                    let mut one = |worker: u64| match chance.percent(percent) && worker != able {
                        true => "Inf".to_owned(),
                        false => (1 + chance.below(u64::from(*time) * times as u64)).to_string(),
                    };
                    let row: Vec<String> = (0..workers as u64).map(&mut one).collect();
                    text += &(row.join(" ") + "\n");
                }
                line.order.iter().for_each(|(a, b)| text += &format!("{} {}\n", a + 1, b + 1));
                let path = std::path::Path::new(folder).join(format!("{name}-{many}-{spread}-{percent}"));
                std::fs::write(path, text + "-1 -1\n").unwrap();
            }
        }
    }
}

/// The search has a thread of its own, so that what this thread has computed is the whole of it.
fn marker(file: &str, seconds: f64, seed: u64) {
    let document = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let pieces = markers::pieces(&document).unwrap();
    let begun = Instant::now();
    let spent = || computed().as_secs_f64() / seconds;
    let found = nest(&pieces, Effort { seed, threads: 1 }, &spent, &|_| {}).unwrap();
    let judged = layout::check(&pieces, &found);
    assert!(judged.faults.is_empty(), "{file}: {:?}", judged.faults);
    println!(
        "{file} {seed} {:.3} % on {:.3}; {:.2} s on the wall",
        judged.density * 100.0,
        judged.length,
        begun.elapsed().as_secs_f64(),
    );
}

/// A plan for an order: the file, what the plan comes to, what is proved, lays and fewest lays, the seconds computed.
fn cut(file: &str, seconds: f64) {
    let order = orders::order(&std::fs::read_to_string(file).unwrap()).unwrap();
    let before = computed();
    let mut clock = || (computed() - before).as_secs_f64() < seconds;
    let answer = plan::plan(&order, 1, &mut clock).unwrap();
    let spent = (computed() - before).as_secs_f64();
    let found = cutting::check(&order, &answer.plan);
    assert_eq!(found.faults, Vec::<String>::new(), "{file}");
    assert!(found.uncovered.is_empty(), "{file}: not enough on the rolls");
    let (total, least) = (found.total(&order, &answer.plan), answer.bound.total(&order));
    let gap = (total - least) as f64 / least as f64 * 100.0;
    let (lays, fewest) = (answer.plan.lays.len(), answer.bound.lays);
    println!(
        "{file} {total} {least} {gap:.3} % {lays} {fewest} {spent:.2} s, {} lost, {} cloth, {} proved",
        found.lost, found.cloth, answer.bound.cloth
    );
}
