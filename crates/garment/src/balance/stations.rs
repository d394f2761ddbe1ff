//! The fewest stations for a cycle time (SALBP-1).

use super::bits::{Bits, Order};
use super::bounds::{by_pairs, by_tails, tails, weighings};
use super::search::{Search, Step};
use super::{Answer, Clock, Line, NoPlan, Plan};

/// The fewest stations that was found until the clock said stop.
pub fn fewest(line: &Line, cycle: u32, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    let (best, bound) = within(line, cycle, 0, &mut |_| true, clock)?;
    Ok(Answer { plan: plan(line, best), bound })
}

fn plan(line: &Line, stations: Vec<Vec<usize>>) -> Plan {
    let time = |at: &usize| line.times.get(*at).copied().unwrap_or_default();
    let cycle = stations.iter().map(|station| station.iter().map(time).sum()).max().unwrap_or(0);
    Plan { stations, workers: None, cycle }
}

/// The best plan and the bound; it is enough to come to `enough` stations, or to know that there is no way to. `more` is told how
/// many nodes were expanded and says whether to go on.
pub(super) fn within(
    line: &Line,
    cycle: u32,
    enough: u32,
    more: &mut dyn FnMut(usize) -> bool,
    clock: &mut Clock<'_>,
) -> Result<(Vec<Vec<usize>>, u32), NoPlan> {
    // The longest, so that a cycle which is as long has a plan.
    if let Some((operation, time)) =
        (1..).zip(&line.times).max_by_key(|(at, time)| (**time, std::cmp::Reverse(*at)))
        && *time > cycle
    {
        return Err(NoPlan::TooLong { operation, time: *time, cycle });
    }
    match line.times.len() {
        0..=64 => solve::<1>(line, cycle, enough, more, clock),
        65..=128 => solve::<2>(line, cycle, enough, more, clock),
        129..=320 => solve::<5>(line, cycle, enough, more, clock),
        _ => solve::<16>(line, cycle, enough, more, clock),
    }
}

/// Both directions of a line are searched by turns; where one has looked at everything the other need not.
fn solve<const W: usize>(
    line: &Line,
    cycle: u32,
    enough: u32,
    more: &mut dyn FnMut(usize) -> bool,
    clock: &mut Clock<'_>,
) -> Result<(Vec<Vec<usize>>, u32), NoPlan> {
    const TURN: usize = 64;
    let told = |(a, b): (usize, usize)| NoPlan::Circle(a + 1, b + 1);
    let n = line.times.len();
    let order = Order::<W>::new(n, &line.order).map_err(told)?;
    let turned: Vec<(usize, usize)> = line.order.iter().map(|(a, b)| (*b, *a)).collect();
    let back = Order::<W>::new(n, &turned).map_err(told)?;
    let weights = weighings(&line.times, cycle, 10);
    let ends = [tails(&line.times, cycle, &order), tails(&line.times, cycle, &back)];
    let all = (0..n).fold(Bits::<W>::NONE, |mut all, at| {
        all.put(at);
        all
    });
    let by_weights =
        weighings(&line.times, cycle, usize::MAX).iter().map(|weights| weights.stations(0..n)).max();
    let by_ends = ends.iter().map(|tails| by_tails(&line.times, cycle, tails, all)).max();
    let mut bound = by_weights.max(by_ends).unwrap_or(0).max(by_pairs(&line.times, cycle, &order));
    let mut best = greedy(line, cycle, &order);
    let [forward, backward] = ends;
    let mut searches = [
        Some(Search::new(&line.times, cycle, order, &weights, forward)),
        Some(Search::new(&line.times, cycle, back, &weights, backward)),
    ];
    let mut expanded = 0;
    let open = |best: &[Vec<usize>], bound: u32| {
        let needed = if enough > 0 { enough } else { (best.len() as u32).saturating_sub(1) };
        (best.len() as u32 > bound.max(enough) && bound <= needed).then_some(needed)
    };
    while searches.iter().any(Option::is_some) && clock() && more(expanded) {
        expanded += TURN;
        for (direction, search) in searches.iter_mut().enumerate() {
            let Some(target) = open(&best, bound) else { return Ok((best, bound)) };
            match search.as_mut().map(|search| search.go(target, TURN, clock)) {
                Some(Step::Found(mut plan)) => {
                    if direction == 1 {
                        plan.reverse();
                    }
                    best = plan;
                }
                Some(Step::Done) => bound = target + 1,
                Some(Step::Full) => *search = None,
                Some(Step::On) | None => {}
            }
        }
        leave_the_harder(&mut searches, expanded);
    }
    Ok((best, bound))
}

/// Once both directions are known, only that with less to look at goes on.
fn leave_the_harder<const W: usize>(searches: &mut [Option<Search<'_, W>>; 2], expanded: usize) {
    const KNOWN: usize = 20_000;
    if let [Some(forward), Some(backward)] = searches
        && expanded >= KNOWN
    {
        let harder = usize::from(forward.waiting() < backward.waiting());
        if let Some(search) = searches.get_mut(harder) {
            *search = None;
        }
    }
}

/// A first plan: each station takes the longest operation that fits, of equals that with more behind it.
fn greedy<const W: usize>(line: &Line, cycle: u32, order: &Order<W>) -> Vec<Vec<usize>> {
    let n = line.times.len();
    let mut done = Bits::<W>::NONE;
    let mut stations: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    while (done.count() as usize) < n {
        let time = |at: usize| line.times.get(at).copied().unwrap_or_default();
        let free = |at: &usize| {
            !done.has(*at)
                && time(*at) <= room
                && order.before.get(*at).is_some_and(|before| before.within(&done))
        };
        let behind = |at: usize| order.after.get(at).map_or(0, Bits::count);
        let next = (0..n).filter(free).max_by_key(|at| (time(*at), behind(*at)));
        match (next, stations.last_mut()) {
            (Some(at), Some(station)) => {
                station.push(at);
                done.put(at);
                room -= time(at);
            }
            _ => {
                stations.push(Vec::new());
                room = cycle;
            }
        }
    }
    stations
}
