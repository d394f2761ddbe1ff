use super::course::{Entry, Ground};
use super::plan::{Lane, Plan};
use super::rows::bits;
use super::tally::Tally;
use super::verdict::{Activations, Cases, Finding, Summary, Verdict};
use crate::log::EventNumber;
use crate::model::{Clause, Lapse};
use record::Time;

/// What becomes of lanes as events come.
pub(super) trait Sink {
    /// Lanes, from a word on, were activated.
    fn activated(&mut self, start: usize, row: &[u64]);
    /// Lanes were broken, or are not decided. A lane that was activated and of which nothing is told was kept.
    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>);
}

/// Lanes of which the same is to be told.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// The row's first word.
    pub(super) start: usize,
    pub(super) row: &'a [u64],
    pub(super) entries: &'a [Entry],
    /// The entry that asked; none for lanes on the whole life.
    pub(super) activation: Option<usize>,
    /// The entry that broke it.
    pub(super) by: Option<usize>,
    pub(super) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// What must not come came.
    Forbidden,
    /// Something came in the way of what was to come.
    InTheWay,
    /// What had to come before did not, or something stood in its way.
    Missed,
    /// The whole life broke it, whatever comes.
    Broken,
    /// The window is over.
    Late,
    /// The life is over, and the window with it.
    Ended,
    /// Something is still to come.
    Owed,
    /// Something must not come yet.
    Held,
}

impl How {
    fn is_broken(self) -> bool {
        !matches!(self, Self::Owed | Self::Held)
    }
}

impl Told<'_> {
    /// Each lane's finding, with the lane.
    pub(super) fn each(&self, ground: &Ground<'_>, trace: usize, mut tell: impl FnMut(&Lane, Finding)) {
        for bit in bits(self.row) {
            let number = self.start * 64 + bit;
            if let Some(lane) = ground.plan.lanes.get(number) {
                let finding = match self.activation {
                    Some(activation) => self.of_activation(lane, trace, activation),
                    None => self.of_life(ground, lane, bit, trace),
                };
                tell(lane, finding);
            }
        }
    }

    fn time(&self, at: usize) -> Option<Time> {
        self.entries.get(at).map(|entry| entry.time)
    }

    fn event(&self, at: usize) -> Option<EventNumber> {
        self.entries.get(at).map(|entry| entry.event)
    }

    fn of_activation(&self, lane: &Lane, trace: usize, activation: usize) -> Finding {
        let asked = self.time(activation);
        let ends = || asked.and_then(|asked| lane.window.ends(asked));
        let by = self.by.and_then(|by| self.time(by));
        let (deadline, at) = match self.how {
            How::Forbidden => (None, by.max(asked)),
            How::InTheWay => (ends(), by),
            How::Late | How::Ended => (ends(), ends()),
            How::Owed | How::Held => (ends(), None),
            How::Missed | How::Broken => (None, asked),
        };
        let evidence = self.by.and_then(|by| self.event(by)).into_iter().collect();
        self.finding(trace, self.event(activation), evidence, deadline, at)
    }

    fn of_life(&self, ground: &Ground<'_>, lane: &Lane, bit: usize, trace: usize) -> Finding {
        let start = self.time(0);
        let deadline = start.and_then(|start| lane.window.ends(start));
        let last = self.entries.len().saturating_sub(1);
        let of = |row: fn(&super::sign::Sort) -> Option<usize>, at: usize| {
            let sort = self.entries.get(at).map(|entry| ground.sorts.get(entry.sort));
            let place = sort.and_then(row).map(|place| ground.sorts.row(place, ground.plan.whole.words));
            let marked = place.and_then(|row| row.get(bit / 64)).is_some_and(|word| word >> (bit % 64) & 1 == 1);
            let lapse = start.zip(self.time(at)).map(|(start, time)| Lapse::between(start, time));
            marked && lapse.is_some_and(|lapse| lane.window.holds(lapse))
        };
        let all = 0..self.entries.len();
        let (by, deadline): (Vec<usize>, _) = match lane.kind {
            Clause::Count { most, .. } => {
                let enough = most.filter(|_| self.how == How::Broken).map_or(usize::MAX, |most| most as usize + 1);
                (all.filter(|at| of(|sort| sort.first, *at)).take(enough).collect(), deadline)
            }
            Clause::Choice { .. } => {
                let first = all.clone().find(|at| of(|sort| sort.first, *at));
                let second = all.clone().find(|at| of(|sort| sort.second, *at));
                let mut chosen: Vec<usize> = first.into_iter().chain(second).collect();
                chosen.sort_unstable();
                chosen.dedup();
                (chosen, deadline)
            }
            Clause::First => (vec![0], None),
            Clause::Last | Clause::Relation(_) => (vec![last], None),
        };
        let at = match self.how {
            How::Broken => by.last().and_then(|at| self.time(*at)),
            How::Owed | How::Held => None,
            _ => deadline,
        };
        let evidence = by.iter().filter_map(|at| self.event(*at)).collect();
        self.finding(trace, None, evidence, deadline, at)
    }

    fn finding(
        &self,
        trace: usize,
        activation: Option<EventNumber>,
        evidence: Vec<EventNumber>,
        deadline: Option<Time>,
        at: Option<Time>,
    ) -> Finding {
        let verdict = match self.how {
            How::Late => Verdict::ViolatedAtDeadline,
            How::Ended if deadline.is_some() => Verdict::ViolatedAtDeadline,
            How::Owed => Verdict::PossiblyViolated,
            How::Held => Verdict::PossiblySatisfied,
            _ => Verdict::Violated,
        };
        let ended = || self.entries.last().map(|entry| entry.time);
        let at = if self.how == How::Ended { at.or_else(ended) } else { at };
        Finding { trace, verdict, activation, evidence, deadline, at }
    }
}

/// How many lives and activations stand how, and, where they are wanted, the findings of the life at hand.
pub(super) struct Account {
    activated: Tally,
    violated: Tally,
    pending: Tally,
    satisfied_cases: Tally,
    violated_cases: Tally,
    pending_cases: Tally,
    lives: u64,
    /// Of the life at hand: the lanes activated, broken, and not decided.
    of_life: [Vec<u64>; 3],
    /// The lanes that stand for a model beside its main one, by word.
    others: Vec<u64>,
    trace: usize,
    /// With the model, the clause, and the entry that asked.
    findings: Option<Vec<((u32, u8, usize), Finding)>>,
}

impl Account {
    pub(super) fn new(plan: &Plan, findings: bool) -> Self {
        let tally = || Tally::new(plan.words);
        let row = || vec![0; plan.words];
        let mut others = row();
        for (number, lane) in plan.lanes.iter().enumerate() {
            if lane.model.is_some() && lane.main as usize != number {
                others[number / 64] |= 1 << (number % 64);
            }
        }
        Self {
            activated: tally(),
            violated: tally(),
            pending: tally(),
            satisfied_cases: tally(),
            violated_cases: tally(),
            pending_cases: tally(),
            lives: 0,
            of_life: [row(), row(), row()],
            others,
            trace: 0,
            findings: findings.then(Vec::new),
        }
    }

    pub(super) fn begin(&mut self, trace: usize) {
        self.trace = trace;
    }

    /// A life has been gone through. Its findings, model by model, within a model clause by clause and in order.
    pub(super) fn end(&mut self, plan: &Plan) -> impl Iterator<Item = (usize, Finding)> + '_ {
        self.lives += 1;
        for row in &mut self.of_life {
            for (word, others) in self.others.iter().enumerate() {
                let mut left = row[word] & others;
                while left != 0 {
                    let number = word * 64 + left.trailing_zeros() as usize;
                    left &= left - 1;
                    let main = plan.lanes.get(number).map_or(0, |lane| lane.main as usize);
                    row[main / 64] |= 1 << (main % 64);
                }
            }
        }
        let [activated, violated, pending] = &mut self.of_life;
        for ((activated, violated), pending) in activated.iter_mut().zip(violated.iter()).zip(pending.iter_mut()) {
            *pending &= !violated;
            *activated &= !violated & !*pending;
        }
        self.satisfied_cases.add(0, activated);
        self.violated_cases.add(0, violated);
        self.pending_cases.add(0, pending);
        self.of_life.iter_mut().for_each(|row| row.fill(0));
        let found = self.findings.as_mut().map(|found| {
            found.sort_by_key(|(place, _)| *place);
            found.drain(..)
        });
        found.into_iter().flatten().map(|((model, ..), finding)| (model as usize, finding))
    }

    pub(super) fn join(&mut self, other: Self) {
        self.lives += other.lives;
        self.activated.join(other.activated);
        self.violated.join(other.violated);
        self.pending.join(other.pending);
        self.satisfied_cases.join(other.satisfied_cases);
        self.violated_cases.join(other.violated_cases);
        self.pending_cases.join(other.pending_cases);
    }

    /// By model.
    pub(super) fn summaries(self, plan: &Plan) -> Vec<Summary> {
        let mut all = vec![Summary::default(); plan.models];
        let [activated, violated, pending] = [self.activated, self.violated, self.pending].map(Tally::totals);
        let cases = [self.satisfied_cases, self.violated_cases, self.pending_cases].map(Tally::totals);
        let [satisfied_cases, violated_cases, pending_cases] = cases;
        for (number, lane) in plan.lanes.iter().enumerate() {
            let Some(summary) = lane.model.and_then(|model| all.get_mut(model as usize)) else { continue };
            let Activations { fulfilled, violated: broken, pending: waiting } = &mut summary.activations;
            *fulfilled += activated[number] - violated[number] - pending[number];
            *broken += violated[number];
            *waiting += pending[number];
            if lane.main as usize == number {
                let [satisfied, violated, pending] =
                    [satisfied_cases[number], violated_cases[number], pending_cases[number]];
                let vacuous = self.lives - satisfied - violated - pending;
                summary.cases = Cases { vacuous, satisfied, violated, pending };
            }
        }
        all
    }
}

impl Sink for Account {
    fn activated(&mut self, start: usize, row: &[u64]) {
        self.activated.add(start, row);
        super::rows::join(self.of_life[0].get_mut(start..).unwrap_or_default(), row);
    }

    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>) {
        let (tally, of_life) = match told.how.is_broken() {
            true => (&mut self.violated, &mut self.of_life[1]),
            false => (&mut self.pending, &mut self.of_life[2]),
        };
        tally.add(told.start, told.row);
        super::rows::join(of_life.get_mut(told.start..).unwrap_or_default(), told.row);
        if let Some(found) = &mut self.findings {
            told.each(ground, self.trace, |lane, finding| {
                if let Some(model) = lane.model {
                    found.push(((model, lane.clause, told.activation.unwrap_or_default()), finding));
                }
            });
        }
    }
}
