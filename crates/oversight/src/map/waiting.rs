use super::cases::NONE;
use super::{Cases, Times};

/// By what waiting is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Each step.
    Step,
    /// Each office.
    Office,
    /// Each step in each office.
    Both,
}

/// What was waited for a step, or for an office.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// The code of the activity; none for all of an office.
    pub activity: Option<u32>,
    /// The code of the office; none for all offices, and where none is known.
    pub office: Option<u32>,
    /// In how many cases.
    pub cases: u64,
    /// How long.
    pub waited: Times,
    /// How long it took once it was begun; none where nothing tells.
    pub served: Option<Times>,
}

#[derive(Default)]
struct Group {
    cases: u64,
    case: Option<usize>,
    waited: Vec<i64>,
    served: Vec<i64>,
}

/// Where cases wait, the longest in all first. From when a step could have been done (or else from the step before) to
/// when it was begun, or else done; what it took from its beginning is told apart.
pub fn bottlenecks(cases: &Cases<'_>, by: By) -> Vec<Wait> {
    // Offices side by side, the last row for where none is known; activities likewise where all are summed.
    let (activities, offices) = (cases.names.len(), cases.offices.len() + 1);
    let wide = if by == By::Step { 1 } else { offices };
    let mut places = vec![usize::MAX; if by == By::Office { wide } else { activities * wide }];
    let mut groups: Vec<((u32, u32), Group)> = Vec::new();
    for case in 0..cases.len() {
        let range = cases.range(case);
        for at in range.clone() {
            let Some(waited) = cases.waited(at, at == range.start) else { continue };
            let (activity, office) = match by {
                By::Step => (cases.activity(at), NONE),
                By::Office => (NONE, cases.office(at)),
                By::Both => (cases.activity(at), cases.office(at)),
            };
            let row = if activity == NONE { 0 } else { activity as usize };
            let column = if by == By::Step { 0 } else { (office as usize).min(offices - 1) };
            let Some(place) = places.get_mut(row * wide + column) else { continue };
            if *place == usize::MAX {
                *place = groups.len();
                groups.push(((activity, office), Group::default()));
            }
            let Some((_, group)) = groups.get_mut(*place) else { continue };
            group.cases += u64::from(group.case.replace(case) != Some(case));
            group.waited.push(waited);
            group.served.extend(cases.served(at));
        }
    }
    let known = |code: u32| (code != NONE).then_some(code);
    let wait = |((activity, office), group): ((u32, u32), Group)| {
        Some(Wait {
            activity: known(activity),
            office: known(office),
            cases: group.cases,
            waited: Times::of(group.waited)?,
            served: Times::of(group.served),
        })
    };
    let mut all: Vec<Wait> = groups.into_iter().filter_map(wait).collect();
    all.sort_by(|one, other| {
        let total = other.waited.total.total_cmp(&one.waited.total);
        total.then((one.activity, one.office).cmp(&(other.activity, other.office)))
    });
    all
}
