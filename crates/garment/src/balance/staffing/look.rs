//! Whether a cycle is long enough for a crew at its machines: station by station, as many partial plans at a time as wanted.
//!
//! A state is the set of done operations and of used workers, which machines are taken and how much changed hands; it falls
//! only to one that took no more. Each is expanded by every free worker with loads that the bound lets through. A load that
//! takes no further machine and moves nothing further may be the better one, so a load is left out only if something can be
//! added to it for nothing. The most promising states are kept. A beam that never had to leave anything out has looked at
//! everything, so that finding nothing is a proof; otherwise a wider one may follow (complete anytime beam search, Zhang 1998).

use super::dual::{Duals, WHOLE, bound};
use super::task::Task;
use crate::balance::Clock;
use crate::balance::bits::{Bits, Order, Table};
use crate::balance::deal::Verdict;

/// How much is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Width {
    /// States of a station.
    pub states: usize,
    /// Loads of a state and a worker.
    pub loads: usize,
}

/// Machines taken of each kind that can be too few.
type Taken = [u8; 32];

#[derive(Clone, Copy)]
struct State<const W: usize> {
    done: Bits<W>,
    workers: u64,
    taken: Taken,
    moves: u32,
    parent: u32,
    worker: u32,
    /// How much of the cycle, or of a kind's machines, the rest takes at least; the less, the more promising.
    score: f64,
}

impl<const W: usize> State<W> {
    /// Whether whatever follows the other can follow this.
    fn as_good(&self, other: &Self) -> bool {
        self.moves <= other.moves && self.taken.iter().zip(&other.taken).all(|(own, other)| own <= other)
    }
}

pub struct Look<'t, const W: usize> {
    task: &'t Task,
    order: &'t Order<W>,
    duals: Duals<'t>,
    all: Bits<W>,
    everybody: u64,
    /// Of each kind whether it can be too few.
    scarce: u32,
    /// By group, of each operation the shortest time of anybody in it.
    quickest: Table<u64, Vec<u32>>,
}

/// The loads of one state and worker, as they are filled.
struct Filling<const W: usize> {
    from: State<W>,
    worker: usize,
    eligible: Vec<usize>,
    load: Bits<W>,
    /// Kinds of machine that the load takes.
    kinds: u32,
    moves: u32,
    /// What each operation takes off the rest, and the operations by that for a unit of this worker's time: what, time, gain.
    gains: Vec<u64>,
    dense: Vec<(usize, u32, u64)>,
    /// What a load must take off the rest at least.
    need: u64,
    gain: u64,
    left: usize,
    cut: bool,
    found: Vec<State<W>>,
}

/// Stands for what nobody else can do; more than all others together, and sums of it stay below the largest number.
const MINE: u64 = u64::MAX / 4096;

impl<'t, const W: usize> Look<'t, W> {
    pub fn new(task: &'t Task, order: &'t Order<W>) -> Self {
        let mut all = Bits::NONE;
        (0..task.crew.times.len()).for_each(|at| all.put(at));
        let everybody = (1u64 << task.workers().min(63)) - 1;
        let scarce = task.scarce().iter().fold(0, |mask, kind| mask | 1 << kind);
        Self {
            task,
            order,
            duals: Duals::new(&task.crew),
            all,
            everybody,
            scarce,
            quickest: Table::default(),
        }
    }

    /// No cycle is shorter than this.
    pub fn bound(&mut self) -> u32 {
        let all = self.all;
        let sum = bound(self.duals.of(self.everybody, &all), &all).unwrap_or(0).div_ceil(WHOLE);
        let quickest = self.quickest(self.everybody);
        let longest = quickest.iter().copied().max().unwrap_or(0);
        let at_machines = (0..32).filter(|kind| self.scarce >> kind & 1 == 1).map(|kind| {
            let own = quickest.iter().zip(&self.task.kinds).filter(|(_, own)| **own == Some(kind));
            own.map(|(time, _)| u64::from(*time))
                .sum::<u64>()
                .div_ceil(u64::from(self.task.machines[kind].max(1)))
        });
        let sum = at_machines.fold(sum, u64::max);
        let least = u32::try_from(sum).unwrap_or(u32::MAX).max(longest);
        // Within few moves whoever has too much can be rid of little.
        let (mut low, mut high) = (least, u32::MAX);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.within_moves(&all, self.everybody, 0, middle) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        low
    }

    fn quickest(&mut self, group: u64) -> Vec<u32> {
        let times = &self.task.crew.times;
        let of = |row: &Vec<Option<u32>>| {
            let able = row.iter().enumerate().filter(|(who, _)| group >> who & 1 == 1);
            able.filter_map(|(_, time)| *time).min().unwrap_or(0)
        };
        self.quickest.entry(group).or_insert_with(|| times.iter().map(of).collect()).clone()
    }

    /// Looks for a plan within a cycle.
    pub fn look(&mut self, cycle: u32, width: Width, clock: &mut Clock<'_>) -> Verdict {
        let first = State {
            done: Bits::NONE,
            workers: self.everybody,
            taken: [0; 32],
            moves: 0,
            parent: 0,
            worker: 0,
            score: 0.0,
        };
        let mut layers = vec![vec![first]];
        let mut complete = true;
        for _ in 0..self.task.workers() {
            let mut next: Vec<State<W>> = Vec::new();
            let mut places: Table<(Bits<W>, u64), Vec<u32>> = Table::default();
            for (parent, state) in layers.last().map_or(&[][..], Vec::as_slice).iter().enumerate() {
                for worker in (0..64).filter(|worker| state.workers >> worker & 1 == 1) {
                    if !clock() {
                        return Verdict::Unknown;
                    }
                    let (found, cut) = self.loads(state, worker, cycle, width.loads, clock);
                    complete &= !cut;
                    for mut one in found {
                        one.parent = parent as u32;
                        if one.done == self.all {
                            layers.push(vec![one]);
                            return Verdict::Plan(plan(&layers));
                        }
                        keep(one, &mut next, places.entry((one.done, one.workers)).or_default());
                    }
                }
            }
            next.retain(|state| state.score < f64::INFINITY);
            if next.len() > width.states {
                complete = false;
                next.select_nth_unstable_by(width.states, |a, b| a.score.total_cmp(&b.score));
                next.truncate(width.states);
            }
            if next.is_empty() {
                break;
            }
            layers.push(next);
        }
        if complete { Verdict::Impossible } else { Verdict::Unknown }
    }

    fn time(&self, operation: usize, worker: usize) -> Option<u32> {
        *self.task.crew.times.get(operation)?.get(worker)?
    }

    /// Loads of a worker after a state, and whether some were left out.
    fn loads(
        &mut self,
        state: &State<W>,
        worker: usize,
        cycle: u32,
        most: usize,
        clock: &mut Clock<'_>,
    ) -> (Vec<State<W>>, bool) {
        let undone = self.all.without(&state.done);
        let others = state.workers & !(1 << worker);
        let gains: Vec<u64> = self.duals.of(others, &undone).iter().map(|gain| (*gain).min(MINE)).collect();
        let sum: u64 = undone.iter().map(|at| gains[at]).sum();
        let need = sum.saturating_sub(u64::from(cycle) * WHOLE);
        let takes = |at: usize| Some((at, self.time(at, worker).filter(|time| *time <= cycle)?, gains[at]));
        let mut dense: Vec<(usize, u32, u64)> = undone.iter().filter_map(takes).collect();
        let by_density = |(_, time, gain): &(usize, u32, u64)| *gain as f64 / f64::from((*time).max(1));
        dense.sort_by(|a, b| by_density(b).total_cmp(&by_density(a)));
        let ready = |at: &usize| self.order.before.get(*at).is_some_and(|before| before.within(&state.done));
        let mut eligible: Vec<usize> = dense.iter().map(|(at, _, _)| *at).filter(ready).collect();
        if self.task.moves.is_some() {
            // What somebody has already is looked at first, so that few loads are enough.
            eligible.sort_by_key(|at| self.task.holders[*at] != Some(worker));
        }
        let mut filling = Filling {
            from: *state,
            worker,
            eligible,
            load: Bits::NONE,
            kinds: 0,
            moves: state.moves,
            gains,
            dense,
            need,
            gain: 0,
            left: most,
            cut: false,
            found: Vec::new(),
        };
        let quickest = self.quickest(others);
        self.fill(&mut filling, 0, cycle, (cycle, &quickest), clock);
        (filling.found, filling.cut)
    }

    fn fill(
        &self,
        filling: &mut Filling<W>,
        start: usize,
        room: u32,
        rest: (u32, &[u32]),
        clock: &mut Clock<'_>,
    ) {
        if filling.gain.saturating_add(best_gain(&filling.dense, &filling.load, room)) < filling.need {
            return;
        }
        if !clock() {
            filling.cut = true;
            return;
        }
        let mut at = start;
        while let Some(one) = filling.eligible.get(at).copied() {
            at += 1;
            let Some(time) = self.time(one, filling.worker).filter(|time| *time <= room) else { continue };
            let Some(kinds) = self.with_machine(filling, one) else { continue };
            let moved = u32::from(self.task.holders[one] != Some(filling.worker));
            if self.task.moves.is_some_and(|most| filling.moves + moved > most) {
                continue;
            }
            let before = (filling.eligible.len(), filling.kinds);
            filling.load.put(one);
            filling.gain += filling.gains[one];
            filling.kinds = kinds;
            filling.moves += moved;
            let done = filling.from.done.or(&filling.load);
            for next in self.order.next.get(one).into_iter().flatten() {
                if self.order.before.get(*next).is_some_and(|before| before.within(&done)) {
                    filling.eligible.push(*next);
                }
            }
            self.fill(filling, at, room - time, rest, clock);
            filling.eligible.truncate(before.0);
            filling.kinds = before.1;
            filling.moves -= moved;
            filling.gain -= filling.gains[one];
            filling.load.take(one);
            if filling.left == 0 || filling.cut {
                filling.cut = true;
                return;
            }
        }
        if filling.load != Bits::NONE && filling.gain >= filling.need && !self.more_for_nothing(filling, room)
        {
            self.close(filling, rest);
        }
    }

    /// The kinds of a load with an operation added; none if its machine is not to be had.
    fn with_machine(&self, filling: &Filling<W>, one: usize) -> Option<u32> {
        let Some(kind) = self.task.kinds[one] else { return Some(filling.kinds) };
        let kinds = filling.kinds | 1 << kind;
        if kinds == filling.kinds {
            return Some(kinds);
        }
        let scarce = self.scarce >> kind & 1 == 1;
        let gone = scarce && u32::from(filling.from.taken[kind]) >= self.task.machines[kind];
        let crowded = self.task.most.is_some_and(|most| kinds.count_ones() > most);
        (!gone && !crowded).then_some(kinds)
    }

    /// Whether an operation can be added that takes no machine which others might want and moves nothing that could stay. The
    /// plan in which it is done here and not later is as good, so this load can be left out.
    fn more_for_nothing(&self, filling: &Filling<W>, room: u32) -> bool {
        filling.eligible.iter().any(|one| {
            let fits = || self.time(*one, filling.worker).is_some_and(|time| time <= room);
            let machine = || {
                let kinds = self.with_machine(filling, *one);
                kinds.is_some_and(|kinds| (kinds & !filling.kinds) & self.scarce == 0)
            };
            let moves = || match self.task.holders[*one] {
                _ if self.task.moves.is_none() => true,
                Some(holder) => holder == filling.worker || filling.from.workers >> holder & 1 == 0,
                None => true,
            };
            !filling.load.has(*one) && fits() && machine() && moves()
        })
    }

    /// Takes a load, unless what it leaves is too much for the others, their machines or the moves.
    fn close(&self, filling: &mut Filling<W>, (cycle, quickest): (u32, &[u32])) {
        let mut state = filling.from;
        state.done = state.done.or(&filling.load);
        state.workers &= !(1 << filling.worker);
        state.worker = filling.worker as u32;
        state.moves = filling.moves;
        for kind in (0..32).filter(|kind| (filling.kinds & self.scarce) >> kind & 1 == 1) {
            state.taken[kind] += 1;
        }
        let undone = self.all.without(&state.done);
        let rest: u64 = undone.iter().map(|at| filling.gains[at]).sum();
        let mut full = rest as f64 / (WHOLE as f64 * f64::from(cycle.max(1)));
        let mut wanted = [0u64; 32];
        for at in undone.iter() {
            if let Some(kind) = self.task.kinds[at].filter(|kind| self.scarce >> kind & 1 == 1) {
                wanted[kind] += u64::from(quickest[at]).max(1);
            }
        }
        for (kind, wanted) in wanted.into_iter().enumerate().filter(|(_, wanted)| *wanted > 0) {
            let left = u64::from(self.task.machines[kind]) - u64::from(state.taken[kind]);
            let room = left * u64::from(cycle);
            if wanted > room {
                return;
            }
            full = full.max(wanted as f64 / room as f64);
        }
        if !self.within_moves(&undone, state.workers, state.moves, cycle) {
            return;
        }
        state.score = full + 0.02 * f64::from(state.moves);
        filling.left = filling.left.saturating_sub(1);
        filling.found.push(state);
    }

    /// Whether so many moves can be enough: one for each operation that nobody of the group holds, and those by which each of the
    /// group gets within the cycle, largest first.
    fn within_moves(&self, undone: &Bits<W>, group: u64, moves: u32, cycle: u32) -> bool {
        let Some(most) = self.task.moves else { return true };
        let mut held: Vec<Vec<u32>> = vec![Vec::new(); self.task.workers()];
        let mut moves = moves;
        for at in undone.iter() {
            match self.task.holders[at].filter(|holder| group >> holder & 1 == 1) {
                Some(holder) => held[holder].extend(self.time(at, holder)),
                None => moves += 1,
            }
        }
        for mut own in held {
            own.sort_unstable_by(|a, b| b.cmp(a));
            let mut sum: u64 = own.iter().map(|time| u64::from(*time)).sum();
            for time in own {
                if sum <= u64::from(cycle) {
                    break;
                }
                sum -= u64::from(time);
                moves += 1;
            }
        }
        moves <= most
    }
}

/// Keeps a state among those with the same operations and workers, if none is as good; those that are no better fall.
fn keep<const W: usize>(one: State<W>, next: &mut Vec<State<W>>, same: &mut Vec<u32>) {
    if same.iter().any(|at| next[*at as usize].as_good(&one)) {
        return;
    }
    same.retain(|at| {
        let other = &mut next[*at as usize];
        let falls = one.as_good(other);
        if falls {
            other.score = f64::INFINITY;
        }
        !falls
    });
    same.push(next.len() as u32);
    next.push(one);
}

/// Each station's operations, and its worker.
fn plan<const W: usize>(layers: &[Vec<State<W>>]) -> Vec<(Vec<usize>, usize)> {
    let mut stations = Vec::new();
    let mut here = 0usize;
    for pair in layers.windows(2).rev() {
        let [before, after] = pair else { continue };
        let Some(state) = after.get(here) else { break };
        here = state.parent as usize;
        let done = before.get(here).map_or(Bits::NONE, |before| before.done);
        stations.push((state.done.without(&done).iter().collect(), state.worker as usize));
    }
    stations.reverse();
    stations
}

/// At most so much can the room that is left still take off the rest: the densest operations that the load has not, the last one
/// in part. `dense`: what, time, gain.
fn best_gain<const W: usize>(dense: &[(usize, u32, u64)], load: &Bits<W>, mut room: u32) -> u64 {
    let mut sum = 0u64;
    for (at, time, gain) in dense {
        if load.has(*at) {
            continue;
        }
        if *time > room {
            let part = u128::from(*gain) * u128::from(room) / u128::from((*time).max(1));
            return sum.saturating_add(part as u64 + 1);
        }
        room -= time;
        sum = sum.saturating_add(*gain);
    }
    sum
}
