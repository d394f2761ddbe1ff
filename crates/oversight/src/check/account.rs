use super::course::Ground;
use super::plan::Plan;
use super::rows::turn;
use super::sign::SortNumber;
use super::tally::Tally;
use super::told::{Sink, Told};
use super::verdict::{Activations, Cases, Finding, Summary};
use crate::bits::ones;

/// How many lives and activations stand how, and, where they are wanted, the findings of the life at hand.
pub(super) struct Account {
    /// How many events came of each sort.
    came: Vec<u64>,
    violated: Tally,
    pending: Tally,
    lives: Lives,
    trace: usize,
    findings: Option<Vec<(Asker, Finding)>>,
}

/// The model, the clause, and the entry that asked: in this order findings are told.
type Asker = (u32, u8, usize);

/// How lives stand with each model. Lives are gathered 64 at a time and turned, so that each lane has a word of them.
struct Lives {
    /// The lanes activated, broken, and not decided: for each word of lanes 64 lives.
    gathered: [Vec<[u64; 64]>; 3],
    /// Of each, the words that one of these lives has touched.
    touched: [Vec<u64>; 3],
    number: usize,
    all: u64,
    /// By lane.
    cases: Vec<Cases>,
}

impl Account {
    pub(super) fn new(ground: &Ground<'_>, findings: bool) -> Self {
        let plan = ground.plan;
        let tally = || Tally::new(plan.words);
        Self {
            came: vec![0; ground.sorts.len()],
            violated: tally(),
            pending: tally(),
            lives: Lives::new(plan),
            trace: 0,
            findings: findings.then(Vec::new),
        }
    }

    pub(super) fn begin(&mut self, trace: usize) {
        self.trace = trace;
    }

    /// A life has been gone through. Its findings, model by model, within a model clause by clause and in order.
    pub(super) fn end(&mut self, plan: &Plan) -> impl Iterator<Item = (usize, Finding)> + '_ {
        self.lives.end(plan);
        let found = self.findings.as_mut().map(|found| {
            found.sort_by_key(|(place, _)| *place);
            found.drain(..)
        });
        found.into_iter().flatten().map(|((model, ..), finding)| (model as usize, finding))
    }

    pub(super) fn join(&mut self, plan: &Plan, mut other: Self) {
        other.lives.settle(plan);
        self.lives.join(&other.lives);
        self.came.iter_mut().zip(other.came).for_each(|(mine, theirs)| *mine += theirs);
        self.violated.join(other.violated);
        self.pending.join(other.pending);
    }

    /// By model.
    pub(super) fn summaries(mut self, ground: &Ground<'_>) -> Vec<Summary> {
        let plan = ground.plan;
        self.lives.settle(plan);
        let activated = self.activated(ground);
        let mut all = vec![Summary::default(); plan.models];
        let [violated, pending] = [self.violated, self.pending].map(Tally::totals);
        for (number, lane) in plan.lanes.iter().enumerate() {
            let Some(summary) = lane.model.and_then(|model| all.get_mut(model as usize)) else { continue };
            let Activations { fulfilled, violated: broken, pending: waiting } = &mut summary.activations;
            *fulfilled += activated[number] - violated[number] - pending[number];
            *broken += violated[number];
            *waiting += pending[number];
            if lane.main {
                let Cases { satisfied, violated, pending, .. } = self.lives.cases[number];
                let vacuous = self.lives.all - satisfied - violated - pending;
                summary.cases = Cases { vacuous, satisfied, violated, pending };
            }
        }
        all
    }

    /// By lane: an event activates each lane that its sort asks, a life those that ask something of it as a whole.
    fn activated(&self, ground: &Ground<'_>) -> Vec<u64> {
        let mut activated = vec![0; ground.plan.lanes.len()];
        for (came, sort) in self.came.iter().zip(ground.sorts.iter()) {
            for (number, row) in &sort.asks {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                for lane in ones(ground.sorts.row(*row, block.kinds.len())) {
                    activated[block.start * 64 + lane] += came;
                }
            }
        }
        let whole = &ground.plan.whole;
        ones(&whole.all).for_each(|lane| activated[whole.start * 64 + lane] = self.lives.all);
        activated
    }
}

impl Sink for Account {
    fn came(&mut self, ground: &Ground<'_>, sort: SortNumber) {
        self.came.get_mut(sort as usize).into_iter().for_each(|came| *came += 1);
        for (number, row) in &ground.sorts.get(sort).asks {
            let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
            self.lives.put(0, block.start, ground.sorts.row(*row, block.kinds.len()));
        }
    }

    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>) {
        let (tally, at) = match told.how.is_broken() {
            true => (&mut self.violated, 1),
            false => (&mut self.pending, 2),
        };
        tally.add(told.start, told.row);
        self.lives.put(at, told.start, told.row);
        if let Some(found) = &mut self.findings {
            told.each(ground, self.trace, |lane, finding| {
                if let Some(model) = lane.model {
                    found.push(((model, lane.clause, told.activation.unwrap_or_default()), finding));
                }
            });
        }
    }
}

impl Lives {
    fn new(plan: &Plan) -> Self {
        Self {
            gathered: std::array::from_fn(|_| vec![[0; 64]; plan.words]),
            touched: std::array::from_fn(|_| vec![0; plan.words.div_ceil(64)]),
            number: 0,
            all: 0,
            cases: vec![Cases::default(); plan.lanes.len()],
        }
    }

    fn put(&mut self, what: usize, start: usize, row: &[u64]) {
        let words = self.gathered[what].get_mut(start..).unwrap_or_default();
        for (at, (lives, word)) in words.iter_mut().zip(row).enumerate().filter(|(_, (_, word))| **word != 0)
        {
            lives[self.number] |= word;
            self.touched[what][(start + at) / 64] |= 1 << ((start + at) % 64);
        }
    }

    fn end(&mut self, plan: &Plan) {
        self.put(0, plan.whole.start, &plan.whole.all);
        self.all += 1;
        self.number += 1;
        if self.number == 64 {
            self.settle(plan);
        }
    }

    /// Counts the gathered lives. Most words are only ever activated: what was not touched is none.
    fn settle(&mut self, plan: &Plan) {
        self.number = 0;
        for what in 0..self.gathered.len() {
            let (gathered, touched) = (&mut self.gathered[what], &mut self.touched[what]);
            let mut others = Vec::new();
            for word in ones(touched) {
                turn(&mut gathered[word]);
                others.extend_from_slice(plan.others_in(word));
            }
            for (lane, main) in others {
                let lives = gathered[lane / 64][lane % 64];
                gathered[main / 64][main % 64] |= lives;
                touched[main / 64 / 64] |= 1 << (main / 64 % 64);
            }
        }
        let [activated, violated, pending] = &self.touched;
        let touched: Vec<u64> = activated
            .iter()
            .zip(violated)
            .zip(pending)
            .map(|((activated, violated), pending)| activated | violated | pending)
            .collect();
        for word in ones(&touched) {
            let is_touched = |what: usize| self.touched[what][word / 64] >> (word % 64) & 1 == 1;
            let doubtful = is_touched(1) || is_touched(2);
            let [activated, violated, pending] = self.gathered.each_mut().map(|gathered| &mut gathered[word]);
            let cases = self.cases[word * 64..].iter_mut();
            if doubtful {
                let lanes = activated.iter().zip(violated.iter()).zip(pending.iter());
                for (cases, ((activated, violated), pending)) in cases.zip(lanes) {
                    let pending = pending & !violated;
                    cases.violated += u64::from(violated.count_ones());
                    cases.pending += u64::from(pending.count_ones());
                    cases.satisfied += u64::from((activated & !violated & !pending).count_ones());
                }
                [violated, pending].into_iter().for_each(|lives| lives.fill(0));
            } else {
                let lanes = cases.zip(activated.iter());
                lanes.for_each(|(cases, lives)| cases.satisfied += u64::from(lives.count_ones()));
            }
            activated.fill(0);
        }
        self.touched.iter_mut().for_each(|touched| touched.fill(0));
    }

    /// Both settled.
    fn join(&mut self, other: &Self) {
        self.all += other.all;
        for (mine, theirs) in self.cases.iter_mut().zip(&other.cases) {
            mine.satisfied += theirs.satisfied;
            mine.violated += theirs.violated;
            mine.pending += theirs.pending;
        }
    }
}
