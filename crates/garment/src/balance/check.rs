//! Whether a plan is one: looks at the line and the plan alone.

use super::{Crew, Line, Plan};

/// Everything that is wrong with a plan for a line, of at most `stations` with the cycle that it says.
pub fn faults(line: &Line, plan: &Plan) -> Vec<String> {
    let times = |at: usize, _: usize| line.times.get(at).copied();
    seen(line.times.len(), &line.order, plan, &times)
}

/// Everything that is wrong with a plan for a crew.
pub fn crew_faults(crew: &Crew, plan: &Plan) -> Vec<String> {
    let workers = plan.workers.clone().unwrap_or_default();
    let time = |at: usize, station: usize| *crew.times.get(at)?.get(*workers.get(station)?)?;
    let mut faults = seen(crew.times.len(), &crew.order, plan, &time);
    let mut sorted = workers.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != plan.stations.len() {
        faults.push("the stations do not each have a worker of their own".into());
    }
    faults
}

fn seen(
    n: usize,
    order: &[(usize, usize)],
    plan: &Plan,
    time: &dyn Fn(usize, usize) -> Option<u32>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut at = vec![None; n];
    let mut longest = 0;
    for (number, station) in plan.stations.iter().enumerate() {
        let mut sum = 0u64;
        for one in station {
            match at.get_mut(*one) {
                None => faults.push(format!("there is no operation {}", one + 1)),
                Some(Some(_)) => faults.push(format!("operation {} is done twice", one + 1)),
                Some(place) => *place = Some(number),
            }
            match time(*one, number) {
                Some(time) => sum += u64::from(time),
                None => faults.push(format!("station {} cannot do operation {}", number + 1, one + 1)),
            }
        }
        longest = longest.max(sum);
    }
    if longest != u64::from(plan.cycle) {
        faults.push(format!("the longest station takes {longest}, not {}", plan.cycle));
    }
    let missing = at.iter().enumerate().filter(|(_, place)| place.is_none());
    faults.extend(missing.map(|(one, _)| format!("operation {} is never done", one + 1)));
    for (before, after) in order {
        let place = |one: usize| at.get(one).copied().flatten();
        if place(*before) > place(*after) {
            faults.push(format!(
                "operation {} comes before operation {}, but is done later",
                before + 1,
                after + 1
            ));
        }
    }
    faults
}
