use super::Cases;
use super::cases::millis;
use std::collections::HashMap;

/// What was done more than once in a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rework {
    /// In how many cases anything was.
    pub cases: u64,
    /// The activities, those that took the most time first.
    pub repeats: Vec<Repeat>,
    /// The ways round, those that took the most time first.
    pub loops: Vec<Loop>,
}

/// An activity that happened again in a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repeat {
    /// Its code.
    pub activity: u32,
    /// In how many cases it happened more than once.
    pub cases: u64,
    /// How often it happened again, the first time in each case not counted.
    pub again: u64,
    /// From the first time to the last, all cases together, in seconds.
    pub seconds: f64,
}

/// A way round: activities after which a case stood at the first of them again.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// The codes of the activities as they came, the first of them that which was come back to. A case that came in at
    /// another of them went another way round: it came back to that one.
    pub activities: Vec<u32>,
    /// How many cases went round.
    pub cases: u64,
    /// How often.
    pub rounds: u64,
    /// What that took, all together, in seconds; a way round within another counts for both.
    pub seconds: f64,
}

/// Sums of one thing: cases, times, milliseconds.
#[derive(Default)]
struct Sum {
    cases: u64,
    case: Option<usize>,
    count: u64,
    millis: i64,
}

impl Sum {
    fn add(&mut self, case: usize, millis: i64) {
        self.cases += u64::from(self.case.replace(case) != Some(case));
        self.count += 1;
        self.millis = self.millis.saturating_add(millis);
    }

    fn seconds(&self) -> f64 {
        self.millis as f64 / 1e3
    }
}

/// What was done again. A case is followed along its steps: whenever it stands at an activity again, the steps since then
/// are one way round, and are put aside, so that each step belongs to one way round at most.
pub fn rework(cases: &Cases<'_>) -> Rework {
    let mut repeats: Vec<Sum> = (0..cases.names.len()).map(|_| Sum::default()).collect();
    let mut loops: HashMap<Vec<u32>, Sum> = HashMap::new();
    let mut any = 0;
    // When each activity was last met, and in which case.
    let mut seen = vec![(usize::MAX, 0_usize); cases.names.len()];
    for case in 0..cases.len() {
        let mut walk: Vec<usize> = Vec::new();
        let mut again = false;
        for at in cases.range(case) {
            let code = cases.activity(at);
            let met = seen.get_mut(code as usize).map(|met| std::mem::replace(met, (case, at)));
            if let Some((_, before)) = met.filter(|(of, _)| *of == case) {
                again = true;
                if let Some(sum) = repeats.get_mut(code as usize) {
                    sum.add(case, millis(cases.at(before), cases.at(at)));
                }
            }
            let round = met.is_some_and(|(of, _)| of == case);
            if let Some(place) =
                walk.iter().rposition(|other| cases.activity(*other) == code).filter(|_| round)
            {
                let round: Vec<u32> = walk.iter().skip(place).map(|at| cases.activity(*at)).collect();
                let since = walk.get(place).copied().unwrap_or(at);
                loops.entry(round).or_default().add(case, millis(cases.at(since), cases.at(at)));
                walk.truncate(place);
            }
            walk.push(at);
        }
        any += u64::from(again);
    }
    let repeat = |(activity, sum): (u32, Sum)| {
        let (cases, again) = (sum.cases, sum.count);
        (again > 0).then(|| Repeat { activity, cases, again, seconds: sum.seconds() })
    };
    let mut repeats: Vec<Repeat> = (0..).zip(repeats).filter_map(repeat).collect();
    repeats
        .sort_by(|one, other| other.seconds.total_cmp(&one.seconds).then(one.activity.cmp(&other.activity)));
    let round = |(activities, sum): (Vec<u32>, Sum)| {
        let seconds = sum.seconds();
        Loop { activities, cases: sum.cases, rounds: sum.count, seconds }
    };
    let mut loops: Vec<Loop> = loops.into_iter().map(round).collect();
    loops.sort_by(|one, other| {
        other.seconds.total_cmp(&one.seconds).then_with(|| one.activities.cmp(&other.activities))
    });
    Rework { cases: any, repeats, loops }
}
