//! Who is there on a day, and how quick they are by then.
//!
//! De Jong's curve ("The effects of increasing skill on cycle time and its consequences for time standards", Ergonomics 1(1),
//! 1957): the *n*-th piece takes *T* (*M* + (1 − *M*) *n*^−*k*), of which *M* cannot be learned away; with *M* = 0 it is
//! Wright's ("Factors affecting the cost of airplanes", Journal of the Aeronautical Sciences 3(4), 1936). *k* is told by the
//! rate: twice as many pieces take 2^−*k* of what can be learned. From a number of pieces on nobody gets quicker (a plateau:
//! Baloff, Operational Research Quarterly 22(4), 1971), and there they work at the percentage that the line says.

use super::{Floor, Learning, MINUTE, Standing};
use crate::day::Day;

/// No time counts for more, so that those of all operations together stay within what the search reckons with.
const LONGEST: i64 = 10_000 * MINUTE;

impl Learning {
    /// How many times as long the next piece takes as once practised.
    pub fn factor(&self, done: u32) -> f64 {
        let fixed = self.fixed as f64 / 1e4;
        let power = (self.rate as f64 / 1e4).log2();
        let at = |pieces: u32| fixed + (1.0 - fixed) * f64::from(pieces.clamp(1, self.practised)).powf(power);
        at(done.saturating_add(1)) / at(self.practised)
    }
}

/// Of each operation the pieces that each operator has done; none where they are practised.
pub type Practice = Vec<Vec<Option<u32>>>;

impl Floor {
    /// How long an operator who has done so many pieces takes for an operation; none where they cannot do it.
    pub fn time(&self, operation: usize, operator: usize, done: Option<u32>) -> Option<u32> {
        let percent = i64::from(self.operators.get(operator)?.percent.get(operation).copied().flatten()?);
        let standard = self.operations.get(operation)?.minutes * 100;
        let practised = (standard + percent - 1) / percent;
        let own = match (&self.learning, done) {
            (Some(learning), Some(done)) if done.saturating_add(1) < learning.practised => {
                // A rounding of the last digit is no thousandth more.
                (standard as f64 / percent as f64 * learning.factor(done) - 1e-9).ceil() as i64
            }
            _ => practised,
        };
        Some(own.clamp(1, LONGEST) as u32)
    }

    /// Who is there: on the line that day, and not one of `without`. Without a day, everybody who has not left.
    pub fn there(&self, day: Option<Day>, without: &[usize]) -> Vec<usize> {
        let works = |operator: usize| {
            let own = &self.operators[operator];
            let on = |day: Day| {
                let hired =
                    own.from.is_none_or(|from| from <= day) && own.until.is_none_or(|until| day <= until);
                hired && !own.absent.contains(&day)
            };
            day.is_none_or(on) && !without.contains(&operator)
        };
        (0..self.operators.len()).filter(|operator| works(*operator)).collect()
    }

    /// What everybody has done by a day: what the line counts, and what a plan that is sewn until then adds. On each workday
    /// those who are there do what the plan gives them, at the cycle of the slowest of them.
    pub fn practice(&self, standing: Option<&Standing>, day: Option<Day>) -> Practice {
        let all = 0..self.operations.len();
        let mut done: Practice = all
            .map(|at| self.operators.iter().map(|own| own.done.get(at).copied().flatten()).collect())
            .collect();
        let Some(standing) = standing.filter(|_| self.learning.is_some()) else { return done };
        // Counts of the line that are newer than the plan stand.
        let newer = self.from.max(standing.day);
        if newer == standing.day {
            for (operation, operator, pieces) in &standing.practice {
                if let Some(own) = done.get_mut(*operation).and_then(|row| row.get_mut(*operator)) {
                    *own = own.map(|_| *pieces);
                }
            }
        }
        let (Some(first), Some(day)) = (newer, day) else { return done };
        // Nobody learns for longer; who plans for a day far away is not to wait for it.
        const DAYS: usize = 3_660;
        for today in (first.0..day.0).take(DAYS).map(Day).filter(|today| self.days.is_workday(*today)) {
            self.work(standing, &self.there(Some(today), &[]), &mut done);
        }
        done
    }

    /// A day's work by a plan, added to what was done.
    fn work(&self, standing: &Standing, there: &[usize], done: &mut Practice) {
        let mut loads = vec![0i64; self.operators.len()];
        let held: Vec<(usize, usize)> = standing
            .holders
            .iter()
            .enumerate()
            .filter_map(|(operation, holder)| {
                Some((operation, (*holder).filter(|holder| there.contains(holder))?))
            })
            .collect();
        for (operation, holder) in &held {
            let time = self.time(*operation, *holder, done[*operation][*holder]).unwrap_or(0);
            loads[*holder] += i64::from(time);
        }
        let Some(cycle) = loads.into_iter().max().filter(|cycle| *cycle > 0) else { return };
        let pieces = u32::try_from(self.minutes / cycle).unwrap_or(u32::MAX);
        for (operation, holder) in held {
            let own = &mut done[operation][holder];
            *own = own.map(|before| before.saturating_add(pieces));
        }
    }

    /// How many pieces a cycle makes on a day.
    pub fn pieces(&self, cycle: u32) -> i64 {
        self.minutes / i64::from(cycle.max(1))
    }
}

/// Minutes, as people write them.
pub fn minutes(thousandths: i64) -> String {
    format!("{}.{:03}", thousandths / MINUTE, thousandths % MINUTE)
}
