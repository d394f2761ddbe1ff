//! When inspection becomes stricter, lighter, or ends: MIL-STD-105E 4.7 and 4.8, with Table VIII.

use super::plan::{Aql, Plan, Severity};
use std::collections::VecDeque;

/// What is decided of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Accepted,
    /// It is taken, but it had more bad pieces than reduced inspection lets pass: the next one is inspected normally.
    AcceptedWithDoubt,
    /// It is sent back.
    Rejected,
}

/// What was found in a lot's sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bad pieces, or defects where the AQL counts them.
    pub bad: u32,
    /// Production runs steadily; without that there is no reduced inspection (4.7.3 c).
    pub steady: bool,
}

/// The state between two lots. Only lots inspected for the first time count; one that was sent back and came again does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switching {
    severity: Severity,
    stopped: bool,
    /// The authority wishes reduced inspection where it is earned (4.7.3 d).
    may_reduce: bool,
    /// Of the last lots on normal inspection, whether each was accepted: five at most.
    recent: VecDeque<bool>,
    /// Sample and bad pieces of each lot of the unbroken run of accepted ones on normal inspection, the last first.
    run: VecDeque<(u32, u32)>,
    /// Lots accepted one after the other on tightened inspection.
    accepted: u32,
    /// Lots rejected since tightened inspection began.
    rejected: u32,
}

impl Switching {
    /// Inspection begins normally (4.7.1).
    pub fn new(may_reduce: bool) -> Self {
        Self::at(Severity::Normal, may_reduce)
    }

    fn at(severity: Severity, may_reduce: bool) -> Self {
        let (recent, run) = (VecDeque::new(), VecDeque::new());
        Self { severity, stopped: false, may_reduce, recent, run, accepted: 0, rejected: 0 }
    }

    /// How strictly the next lot is inspected.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether inspection has ended until the cause is mended (4.8).
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The cause was mended: inspection goes on, tightened.
    pub fn resume(&mut self) {
        *self = Self::at(Severity::Tightened, self.may_reduce);
    }

    /// Judges a lot by its plan, and moves on.
    pub fn judge(&mut self, plan: &Plan, aql: Aql, found: Found) -> Verdict {
        let verdict = match found.bad {
            bad if bad <= plan.accept => Verdict::Accepted,
            bad if bad >= plan.reject => Verdict::Rejected,
            _ => Verdict::AcceptedWithDoubt,
        };
        match self.severity {
            Severity::Normal => self.after_normal(verdict, plan, aql, found),
            Severity::Tightened => self.after_tightened(verdict),
            Severity::Reduced if verdict != Verdict::Accepted || !found.steady => self.turn(Severity::Normal),
            Severity::Reduced => {}
        }
        verdict
    }

    fn turn(&mut self, severity: Severity) {
        *self = Self::at(severity, self.may_reduce);
    }

    fn after_normal(&mut self, verdict: Verdict, plan: &Plan, aql: Aql, found: Found) {
        let accepted = verdict == Verdict::Accepted;
        self.recent.push_front(accepted);
        self.recent.truncate(5);
        if !accepted {
            self.run.clear();
            if self.recent.iter().filter(|accepted| !**accepted).count() >= 2 {
                self.turn(Severity::Tightened);
            }
            return;
        }
        self.run.push_front((plan.sample, found.bad));
        if self.may_reduce && found.steady && earned(&self.run, aql) {
            self.turn(Severity::Reduced);
        }
    }

    fn after_tightened(&mut self, verdict: Verdict) {
        if verdict == Verdict::Accepted {
            self.accepted += 1;
            if self.accepted == 5 {
                self.turn(Severity::Normal);
            }
        } else {
            self.accepted = 0;
            self.rejected += 1;
            self.stopped = self.rejected == 5;
        }
    }
}

/// Whether ten accepted lots, or more where ten hold too few pieces (Table VIII, note), have few enough bad pieces.
fn earned(run: &VecDeque<(u32, u32)>, aql: Aql) -> bool {
    let (mut units, mut bad) = (0u64, 0u64);
    for (lots, (sample, found)) in (1..).zip(run) {
        units += u64::from(*sample);
        bad += u64::from(*found);
        if lots >= 10
            && let Some(limit) = limit(units, aql)
        {
            return bad <= limit;
        }
    }
    false
}

/// Table VIII: how many bad pieces the samples of the last lots may hold, by how many pieces they hold; `None` where these are
/// too few to tell.
///
/// The table's rows are the preferred sizes from 20. Each of its cells is the whole part of *m* − 1.282 √*m*, the lower tenth of
/// a normal variable of the mean *m* = row × AQL, and is left out where that is negative.
pub fn limit(units: u64, aql: Aql) -> Option<u64> {
    const ROWS: [u64; 17] =
        [20, 30, 50, 80, 130, 200, 320, 500, 800, 1_250, 2_000, 3_150, 5_000, 8_000, 12_500, 20_000, 31_500];
    let row = *ROWS.iter().rev().find(|row| **row <= units)?;
    let mean = row as f64 * aql.percent() / 100.0;
    let limit = mean - 1.282 * mean.sqrt();
    (limit >= 0.0).then_some(limit as u64)
}
