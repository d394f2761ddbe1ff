//! The shortest cycle of a crew at its machines, and how short it gets with few changes.
//!
//! Whether a cycle is long enough is asked again and again, forward and backward, with more patience each time. For changes
//! that is done for each number of moves by turns: a plan of few moves is one of more moves as well, and no fewer moves come
//! below what more of them cannot.

use super::check;
use super::look::{Look, Width};
use super::task::Task;
use crate::balance::bits::Order;
use crate::balance::cycle::{of_crew, staffed};
use crate::balance::deal::Verdict;
use crate::balance::{Answer, Clock, Plan};

/// What came of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The best plan that was found, and what no plan falls below.
    Best(Answer),
    /// There is no plan.
    Impossible,
    /// None was found in the time.
    Unknown,
}

impl Outcome {
    /// The plan with its bound.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Best(answer) => Some(answer),
            Self::Impossible | Self::Unknown => None,
        }
    }
}

/// As `Clock` does, and is told whether there is a plan: who has none may want time left to find out why.
pub type Patience<'c> = dyn FnMut(bool) -> bool + 'c;

/// The shortest cycle that is found until the clock says stop.
pub fn shortest(task: &Task, clock: &mut Patience<'_>) -> Outcome {
    // Where nothing is asked beyond times and order the plain search is enough. What it does not find is looked for below.
    if task.plain()
        && let Ok(answer) = of_crew(&task.crew, &mut || clock(true))
    {
        return Outcome::Best(answer);
    }
    hunt(std::slice::from_ref(task), false, clock).pop().unwrap_or(Outcome::Unknown)
}

/// The shortest cycles with so many moves, each of them, and at the end with any number of moves.
pub fn by_moves(task: &Task, moves: &[u32], clock: &mut Patience<'_>) -> Vec<Outcome> {
    let limits = moves.iter().copied().map(Some).chain([None]);
    let tasks: Vec<Task> = limits.map(|moves| Task { moves, ..task.clone() }).collect();
    hunt(&tasks, false, clock)
}

/// Whether there is a plan at all; none if that was not found out in the time.
pub fn possible(task: &Task, clock: &mut Clock<'_>) -> Option<bool> {
    match hunt(std::slice::from_ref(task), true, &mut |_| clock()).pop() {
        Some(Outcome::Best(_)) => Some(true),
        Some(Outcome::Impossible) => Some(false),
        Some(Outcome::Unknown) | None => None,
    }
}

fn hunt(tasks: &[Task], any: bool, clock: &mut Patience<'_>) -> Vec<Outcome> {
    match tasks.first().map_or(0, |task| task.crew.times.len()) {
        0..=64 => hunt_of::<1>(tasks, any, clock),
        65..=128 => hunt_of::<2>(tasks, any, clock),
        _ => hunt_of::<5>(tasks, any, clock),
    }
}

/// Tasks that differ in their moves, fewest first. For some `any` plan is enough.
fn hunt_of<const W: usize>(tasks: &[Task], any: bool, clock: &mut Patience<'_>) -> Vec<Outcome> {
    let Some(first) = tasks.first() else { return Vec::new() };
    let n = first.crew.times.len();
    let turned: Vec<(usize, usize)> = first.crew.order.iter().map(|(a, b)| (*b, *a)).collect();
    // A line without an order that can be kept is not read.
    let (Ok(order), Ok(back)) = (Order::<W>::new(n, &first.crew.order), Order::<W>::new(n, &turned)) else {
        return vec![Outcome::Impossible; tasks.len()];
    };
    let mut rows: Vec<Row<'_, W>> = tasks.iter().map(|task| Row::new(task, &order, &back)).collect();
    share(&mut rows);
    let open = |row: &Row<'_, W>| row.open() && !(any && row.best.is_some());
    // The last row is for any number of moves: what it finds out holds for all, and it takes every plan of the others.
    let planned = |rows: &[Row<'_, W>]| rows.last().is_some_and(|row| row.best.is_some());
    while rows.iter().any(open) && clock(planned(&rows)) {
        for at in (0..rows.len()).rev() {
            let planned = planned(&rows);
            if open(&rows[at]) && clock(planned) {
                rows[at].step(&mut || clock(planned));
                share(&mut rows);
            }
        }
    }
    rows.into_iter().map(Row::outcome).collect()
}

/// Tells rows what others found out.
fn share<const W: usize>(rows: &mut [Row<'_, W>]) {
    for at in 1..rows.len() {
        let (fewer, more) = rows.split_at_mut(at);
        if let (Some(fewer), Some(more)) = (fewer.last(), more.first_mut())
            && let Some(plan) = &fewer.best
        {
            more.take(plan.clone());
        }
    }
    // A plan may make fewer moves than it was allowed.
    for at in 1..rows.len() {
        let (fewer, row) = rows.split_at_mut(at);
        let Some((task, plan)) = row.first().and_then(|row| Some((row.task, row.best.as_ref()?))) else {
            continue;
        };
        let made = check::moves(task, plan).len() as u32;
        for row in fewer.iter_mut().filter(|row| row.task.moves.is_none_or(|moves| made <= moves)) {
            row.take(plan.clone());
        }
    }
    for at in (1..rows.len()).rev() {
        let (fewer, more) = rows.split_at_mut(at);
        if let (Some(fewer), Some(more)) = (fewer.last_mut(), more.first()) {
            fewer.least = fewer.least.max(more.least);
            fewer.hopeless = fewer.hopeless.max(fewer.least);
            fewer.impossible |= more.impossible;
        }
    }
}

/// A task on its way.
struct Row<'t, const W: usize> {
    task: &'t Task,
    looks: [Look<'t, W>; 2],
    least: u32,
    /// The best plan's cycle.
    most: u32,
    /// Cycles below this were not shown to be long enough with this patience.
    hopeless: u32,
    width: Width,
    best: Option<Plan>,
    impossible: bool,
}

impl<'t, const W: usize> Row<'t, W> {
    fn new(task: &'t Task, order: &'t Order<W>, back: &'t Order<W>) -> Self {
        let mut looks = [Look::new(task, order), Look::new(task, back)];
        let longest = task.crew.times.iter().filter_map(|times| times.iter().flatten().max());
        let longest: u64 = longest.map(|time| u64::from(*time)).sum();
        let able = task.crew.times.iter().all(|times| times.iter().any(Option::is_some));
        // What takes one of no machines, or more moves than there may be.
        let hopeless = task.kinds.iter().flatten().any(|kind| task.machines[*kind] == 0)
            || task.moves.is_some_and(|moves| task.orphans() > moves);
        let impossible = !able || hopeless;
        let least = if impossible { 0 } else { looks[0].bound() };
        let most = u32::try_from(longest).unwrap_or(u32::MAX).max(least);
        let width = Width { states: 8, loads: 4 };
        Self { task, looks, least, most, hopeless: least, width, best: None, impossible }
    }

    fn open(&self) -> bool {
        !self.impossible && (self.best.is_none() || self.least < self.most)
    }

    /// A plan, which is kept if it is the shortest so far.
    fn take(&mut self, plan: Plan) {
        if self.best.is_some() && plan.cycle >= self.most {
            return;
        }
        self.most = plan.cycle;
        self.best = Some(plan);
        if self.hopeless >= self.most {
            self.widen();
        }
    }

    /// Asks once. Until there is a plan, whether there is one at all.
    fn step(&mut self, clock: &mut Clock<'_>) {
        let cycle = match self.best {
            None => self.most,
            Some(_) => self.hopeless + (self.most - self.hopeless) / 2,
        };
        let mut verdict = Verdict::Unknown;
        for (direction, look) in self.looks.iter_mut().enumerate() {
            verdict = look.look(cycle, self.width, clock);
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
            Verdict::Plan(stations) => self.take(staffed(&self.task.crew, stations)),
            Verdict::Impossible if self.best.is_none() => self.impossible = true,
            Verdict::Impossible => {
                self.least = self.least.max(cycle + 1);
                self.hopeless = self.hopeless.max(self.least);
            }
            Verdict::Unknown if self.best.is_none() => self.widen(),
            Verdict::Unknown => self.hopeless = cycle + 1,
        }
        if self.best.is_some() && self.open() && self.hopeless >= self.most {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.hopeless = self.least;
        self.width = Width { states: self.width.states * 2, loads: (self.width.loads * 3).div_ceil(2) };
    }

    fn outcome(self) -> Outcome {
        match (self.best, self.impossible) {
            (Some(plan), _) => Outcome::Best(Answer { bound: self.least.min(plan.cycle), plan }),
            (None, true) => Outcome::Impossible,
            (None, false) => Outcome::Unknown,
        }
    }
}
