//! The shortest cycle: for so many stations (SALBP-2), or for workers with their own times, one at each station (ALWABP-2).
//!
//! Both ask again and again whether a cycle is long enough, with more patience each time: cycles below a bound are known to
//! be too
//! short, that of the best plan is long enough, and what is asked lies between.

use super::beam::{Beam, Verdict, Width};
use super::bits::Order;
use super::stations::within;
use super::{Answer, Clock, Crew, Line, NoPlan, Plan};

/// The shortest cycle for `stations` that was found until the clock said stop.
pub fn shortest(line: &Line, stations: u32, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    if stations == 0 {
        return Err(NoPlan::NoStations);
    }
    let sum: u64 = line.times.iter().map(|time| u64::from(*time)).sum();
    let longest = line.times.iter().copied().max().unwrap_or(0);
    let mut least = (sum.div_ceil(u64::from(stations)) as u32).max(longest).max(1);
    let mut best = first(line, stations, least, u32::try_from(sum).unwrap_or(u32::MAX).max(least))?;
    let mut patience = 256;
    let mut hopeless = least;
    while least < best.cycle && clock() {
        let cycle = hopeless + (best.cycle - hopeless) / 2;
        let mut more = |expanded: usize| expanded < patience;
        let (plan, bound) = within(line, cycle, stations, &mut more, clock)?;
        if plan.len() as u32 <= stations {
            best = made(line, plan);
        } else if bound > stations {
            // Too short, and so is every shorter one.
            least = cycle + 1;
            hopeless = hopeless.max(least);
        } else {
            hopeless = cycle + 1;
        }
        if hopeless >= best.cycle {
            (hopeless, patience) = (least, patience * 4);
        }
    }
    Ok(Answer { plan: best, bound: least })
}

fn made(line: &Line, stations: Vec<Vec<usize>>) -> Plan {
    let time = |at: &usize| line.times.get(*at).copied().unwrap_or_default();
    let cycle = stations.iter().map(|station| station.iter().map(time).sum()).max().unwrap_or(0);
    Plan { stations, workers: None, cycle }
}

/// A first plan: the shortest cycle at which filling stations one by one needs no more of them.
fn first(line: &Line, stations: u32, least: u32, most: u32) -> Result<Plan, NoPlan> {
    let (mut low, mut high) = (least, most);
    let greedy =
        |cycle: u32| within(line, cycle, stations, &mut |_| false, &mut || true).map(|(plan, _)| plan);
    let mut best = greedy(most)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let plan = greedy(middle)?;
        if plan.len() as u32 <= stations {
            (best, high) = (plan, middle);
        } else {
            low = middle + 1;
        }
    }
    Ok(made(line, best))
}

/// The shortest cycle for a crew, each of whom has a station, that was found until the clock said stop.
pub fn of_crew(crew: &Crew, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    if let Some(at) = crew.times.iter().position(|times| times.iter().all(Option::is_none)) {
        return Err(NoPlan::Nobody(at + 1));
    }
    match crew.times.len() {
        0..=64 => crew_of::<1>(crew, clock),
        65..=128 => crew_of::<2>(crew, clock),
        129..=320 => crew_of::<5>(crew, clock),
        _ => crew_of::<16>(crew, clock),
    }
}

fn crew_of<const W: usize>(crew: &Crew, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    let n = crew.times.len();
    let told = |(a, b): (usize, usize)| NoPlan::Circle(a + 1, b + 1);
    let order = Order::<W>::new(n, &crew.order).map_err(told)?;
    let turned: Vec<(usize, usize)> = crew.order.iter().map(|(a, b)| (*b, *a)).collect();
    let back = Order::<W>::new(n, &turned).map_err(told)?;
    let mut beams = [Beam::new(crew, &order), Beam::new(crew, &back)];
    let mut least = beams.first_mut().map_or(0, Beam::bound);
    let longest: u64 =
        crew.times.iter().filter_map(|times| times.iter().flatten().max()).map(|time| u64::from(*time)).sum();
    let mut most = u32::try_from(longest).unwrap_or(u32::MAX).max(least);
    let mut best: Option<Plan> = None;
    let mut hopeless = least;
    let mut width = Width { states: 8, loads: 4 };
    while least < most || best.is_none() {
        let cycle = hopeless + (most - hopeless) / 2;
        let mut verdict = Verdict::Unknown;
        for (direction, beam) in beams.iter_mut().enumerate() {
            verdict = beam.look(cycle, width, clock);
            if let Verdict::Plan(stations) = &mut verdict
                && direction == 1
            {
                stations.reverse();
            }
            if !matches!(verdict, Verdict::Unknown) {
                break;
            }
        }
        match verdict {
            Verdict::Plan(stations) => {
                let plan = staffed(crew, stations);
                most = plan.cycle;
                best = Some(plan);
            }
            Verdict::Impossible => {
                least = cycle + 1;
                hopeless = hopeless.max(least);
            }
            Verdict::Unknown => hopeless = cycle + 1,
        }
        if !clock() {
            break;
        }
        if hopeless >= most {
            hopeless = least;
            width = Width { states: width.states * 2, loads: (width.loads * 3).div_ceil(2) };
        }
        if best.is_none() && least > most {
            break;
        }
    }
    let plan = best.ok_or(NoPlan::NotFound)?;
    Ok(Answer { plan, bound: least })
}

/// A plan of the stations that do something; whoever has nothing to do is left out.
pub(super) fn staffed(crew: &Crew, stations: Vec<(Vec<usize>, usize)>) -> Plan {
    let time = |at: usize, worker: usize| {
        crew.times.get(at).and_then(|times| *times.get(worker)?).unwrap_or_default()
    };
    let cycle =
        stations.iter().map(|(station, worker)| station.iter().map(|at| time(*at, *worker)).sum()).max();
    let (stations, workers) = stations.into_iter().filter(|(station, _)| !station.is_empty()).unzip();
    Plan { stations, workers: Some(workers), cycle: cycle.unwrap_or(0) }
}
