//! What no case of a flow can ever come to: a step whose turn never comes, a path that breaks off, a case without an end, a
//! clock that cannot start or cannot stop.

use super::ways::{To, Way, Ways, is_waiting};
use crate::model::{After, Clock, Flow, Id, Mark, Outcome, Step};
use crate::reader::Node;
use std::collections::BTreeSet;

/// Notes everything in the flow that cannot be. A flow that has too many ways to walk them all is held to what can be told
/// without: which steps can have their turn at all.
pub(super) fn check(flow: &Flow, node: &Node<'_>) {
    let unknown = |after: &After| flow.step(after.step.as_str()).is_none();
    let unread = |step: &Step| step.outcomes.is_empty() || step.after.iter().any(unknown);
    if flow.steps.is_empty() || flow.steps.iter().any(unread) {
        return;
    }
    let walked = Ways::walk(flow);
    let opens: Vec<bool> = match &walked {
        Some(ways) => (0..flow.steps.len()).map(|at| ways.opens(at)).collect(),
        None => could_open(flow),
    };
    for (step, _) in flow.steps.iter().zip(&opens).filter(|(_, opens)| !**opens) {
        let dead =
            |id: &str| flow.steps.iter().zip(&opens).any(|(step, opens)| step.id.as_str() == id && !opens);
        let (why, mend) = never(flow, step, &dead);
        node.report_at(&step.place, format!("the step `{}` can never be done: {why}", step.id), mend);
    }
    // What follows from a step without a turn is told with it.
    let Some(ways) = walked.filter(|_| opens.iter().all(|opens| *opens)) else { return };
    if !check_waits(flow, &ways, node) {
        return;
    }
    check_ends(flow, &ways, node);
    check_joins(flow, &ways, node);
    for clock in &flow.clocks {
        check_clock(flow, clock, &ways, node);
    }
}

/// The steps whose turn could come if all that they wait for could be at once.
fn could_open(flow: &Flow) -> Vec<bool> {
    let mut opens = vec![false; flow.steps.len()];
    loop {
        let met = |after: &After| {
            let step = flow.steps.iter().zip(&opens).find(|(step, _)| step.id == after.step);
            step.is_some_and(|(step, opens)| *opens && counts_as_done(step, after))
        };
        let now: Vec<bool> =
            flow.steps.iter().map(|step| step.has_turn(met) || reopened(flow, step)).collect();
        if now == opens {
            return opens;
        }
        opens = now;
    }
}

fn reopened(flow: &Flow, step: &Step) -> bool {
    let all = flow.steps.iter().flat_map(|other| &other.outcomes);
    all.flat_map(|outcome| &outcome.reopens).any(|id| *id == step.id)
}

/// Whether a case goes on once the step is done as `after` wants it, and remembers that.
fn counts_as_done(step: &Step, after: &After) -> bool {
    let wanted = |outcome: &&Outcome| after.outcome.as_ref().is_none_or(|id| outcome.id == *id);
    let goes_on = step.outcomes.iter().filter(wanted).any(|outcome| !outcome.ends);
    (goes_on && !step.repeats) || (step.when.is_some() && after.outcome.is_none())
}

/// Why a step's turn never comes, and the mend.
fn never(flow: &Flow, step: &Step, dead: &dyn Fn(&str) -> bool) -> (String, String) {
    let usual = || {
        let earlier = flow
            .steps
            .iter()
            .take_while(|other| other.id != step.id)
            .filter(|other| !dead(other.id.as_str()));
        let earlier = earlier.last().map_or("accept", |other| other.id.as_str());
        format!("say in `after` what is done before it, as `after = [\"{earlier}\"]`")
    };
    for after in &step.after {
        let Some(other) = flow.step(after.step.as_str()) else { continue };
        let waits_for = told(after);
        if other.id == step.id {
            return ("it waits for itself".into(), usual());
        }
        if !counts_as_done(other, after) && other.repeats {
            let why =
                format!("it waits for `{waits_for}`, which may be done again and again and so is never over");
            return (why, format!("take `repeats` from `{}`, or wait for another step", other.id));
        }
        if !counts_as_done(other, after) {
            let goes_on = other.outcomes.iter().find(|outcome| !outcome.ends);
            let mend =
                goes_on.map_or_else(usual, |outcome| format!("did you mean `{}.{}`?", other.id, outcome.id));
            return (format!("it waits for `{waits_for}`, which ends the case"), mend);
        }
        if let Some(circle) = circle(flow, step, other) {
            return (format!("it waits for `{waits_for}`, and {circle}"), usual());
        }
        if dead(other.id.as_str()) && !step.any {
            return (
                format!("it waits for `{waits_for}`, which can never be done"),
                format!("mend `{}` first", other.id),
            );
        }
    }
    if step.after.is_empty() || step.optional {
        let why = "the case is over by then, since nothing else is left that it could not end without";
        return (why.into(), "let it be needed (without `optional`), or open while another step is".into());
    }
    let all: Vec<String> = step.after.iter().map(|after| format!("`{}`", told(after))).collect();
    match step.any {
        true => (format!("no case comes to {}", all.join(" or to ")), "mend what it waits for first".into()),
        false => (
            format!("no case that is not over comes to {}", all.join(" and ")),
            "put `any = true` where one of them is enough, or wait for what can be together".into(),
        ),
    }
}

/// How `other` waits for `step`, near or far, in words; none where it does not.
fn circle(flow: &Flow, step: &Step, other: &Step) -> Option<String> {
    let mut paths = vec![vec![other]];
    let mut seen = BTreeSet::from([&other.id]);
    while let Some(path) = paths.pop() {
        for after in &path.last()?.after {
            if after.step == step.id {
                let waits = path.iter().map(|one| format!("`{}`", one.id)).collect::<Vec<_>>().join(" for ");
                return Some(format!("{waits} for `{}`", step.id));
            }
            if let Some(next) = flow.step(after.step.as_str()).filter(|next| seen.insert(&next.id)) {
                paths.push(path.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}

fn told(after: &After) -> String {
    match &after.outcome {
        Some(outcome) => format!("{}.{outcome}", after.step),
        None => after.step.to_string(),
    }
}

/// A step that is open needs a clock to have started before it can be done. Whether all that wait so can be done.
fn check_waits(flow: &Flow, ways: &Ways<'_>, node: &Node<'_>) -> bool {
    let mut sound = true;
    for (at, step) in flow.steps.iter().enumerate() {
        let Some(clock) =
            step.not_before.as_ref().filter(|id| flow.clocks.iter().any(|clock| clock.id == **id))
        else {
            continue;
        };
        if ways.standings.iter().any(|standing| ways.can_do(standing, at)) {
            continue;
        }
        let what = format!(
            "the step `{}` can never be done: the clock `{clock}` cannot have started by then",
            step.id
        );
        node.report_at(
            &step.place,
            what,
            "let the clock start with a step before it, or take `not-before` out",
        );
        sound = false;
    }
    sound
}

/// From wherever a case may be, some way leads to its end.
fn check_ends(flow: &Flow, ways: &Ways<'_>, node: &Node<'_>) {
    let mut ends = vec![false; ways.standings.len()];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); ways.standings.len()];
    let mut reached = Vec::new();
    for way in &ways.ways {
        match way.to {
            To::On(to) => before.get_mut(to).into_iter().for_each(|from| from.push(way.from)),
            To::Ended | To::Completed => reached.push(way.from),
        }
    }
    while let Some(at) = reached.pop() {
        let Some(end) = ends.get_mut(at).filter(|end| !**end) else { continue };
        *end = true;
        reached.extend(before.get(at).into_iter().flatten());
    }
    let ended = |at: usize| ends.get(at).copied().unwrap_or(false);
    let trap = ways.ways.iter().find(|way| ended(way.from) && matches!(way.to, To::On(to) if !ended(to)));
    let stuck = (0..ends.len()).find(|at| !ended(*at));
    let mend = "let an outcome end the case (`ends = true`), or make `optional` what it can end without";
    if let Some((step, outcome)) = trap.and_then(|way| done(flow, way.step, way.outcome)) {
        let what = format!("once `{}.{}` is done, the case can never end", step.id, outcome.id);
        node.report_at(&step.place, what, mend);
    } else if let (Some(_), Some(first)) = (stuck, flow.steps.first()) {
        // At a step, as all that procedures take from a shared flow is told once.
        node.report_at(&first.place, format!("a case of `{}` can never end", flow.id), mend);
    }
}

fn done(flow: &Flow, step: usize, outcome: usize) -> Option<(&Step, &Outcome)> {
    let step = flow.steps.get(step)?;
    Some((step, step.outcomes.get(outcome)?))
}

/// A path that was begun is not left undone: no case ends, for want of anything left to do, while a step has some of what it
/// waits for and never gets the rest; nor by an outcome of which nothing was said, where the step's others lead on.
fn check_joins(flow: &Flow, ways: &Ways<'_>, node: &Node<'_>) {
    let mut told_of = BTreeSet::new();
    for (standing, last) in &ways.completed {
        let over = match last.and_then(|(step, outcome)| done(flow, step, outcome)) {
            Some((step, outcome)) => format!("after `{}.{}`", step.id, outcome.id),
            None => "as it is handed in".to_owned(),
        };
        let wanted = |(at, step): &(usize, &Step)| is_waiting(standing, *at) && !step.any && !step.optional;
        for (_, step) in flow.steps.iter().enumerate().filter(wanted) {
            let (met, unmet): (Vec<_>, Vec<_>) =
                step.after.iter().partition(|after| ways.is_met(standing, after));
            let Some((met, unmet)) = met.first().zip(unmet.first()) else { continue };
            if !told_of.insert((&step.id, &unmet.step)) {
                continue;
            }
            let what = format!(
                "the step `{}` is left undone: a case with `{}`, but without `{}`, is over {over}",
                step.id,
                told(met),
                told(unmet)
            );
            let mend =
                format!("say what else `{}` leads to, or let it end the case with `ends = true`", unmet.step);
            node.report_at(&step.place, what, mend);
        }
    }
    for (at, step) in flow.steps.iter().enumerate() {
        let named = |outcome: usize| {
            flow.steps.iter().flat_map(|other| &other.after).any(|after| ways.names(after, at, outcome))
        };
        if !(0..step.outcomes.len()).any(named) {
            continue;
        }
        for (number, outcome) in step.outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.ends) {
            let of = || ways.ways.iter().filter(|way| way.step == at && way.outcome == number);
            if of().next().is_none() || of().any(|way| way.to != To::Completed) {
                continue;
            }
            let what = format!(
                "nothing follows `{}.{}`: the case is then over as if all were done",
                step.id, outcome.id
            );
            let mend = "say which step comes after it, or end the case with `ends = true`";
            node.report_at(&step.place, what, mend);
        }
    }
}

/// A clock that no case starts, or that nothing can stop once it has started.
fn check_clock(flow: &Flow, clock: &Clock, ways: &Ways<'_>, node: &Node<'_>) {
    let marks = |mark: &Mark, way: &Way| match mark {
        Mark::Done(after) => ways.names(after, way.step, way.outcome),
        Mark::Ended => !matches!(way.to, To::On(_)),
        Mark::Submitted | Mark::HandedIn | Mark::Correction | Mark::Answer(_) => false,
    };
    // A correction is asked for without any step being done.
    let corrects = |at: usize| {
        let asked = flow.correction.iter().flat_map(|correction| &correction.at);
        let place = |id: &Id| flow.steps.iter().position(|step| step.id == *id);
        let awaited = clock.awaited().map(|after| &after.step);
        let mut open = asked.filter(|id| awaited.is_none_or(|step| step == *id)).filter_map(place);
        open.any(|step| ways.standings.get(at).is_some_and(|standing| ways.can_do(standing, step)))
    };
    let all = 0..ways.standings.len();
    let begun: Vec<usize> = match &clock.from {
        Mark::Submitted | Mark::HandedIn | Mark::Answer(_) => all.collect(),
        Mark::Correction => all.filter(|at| corrects(*at)).collect(),
        Mark::Ended => Vec::new(),
        Mark::Done(_) => {
            let starts = ways.ways.iter().filter(|way| marks(&clock.from, way));
            starts.filter_map(|way| if let To::On(to) = way.to { Some(to) } else { None }).collect()
        }
    };
    if begun.is_empty() {
        let what = format!("the clock `{}` can never run: no case goes on after what starts it", clock.id);
        return node.report_at(
            &clock.place,
            what,
            "let `from` name what a case goes on from, as `from = \"accept.accepted\"`",
        );
    }
    let mut runs = vec![false; ways.standings.len()];
    let mut next = begun;
    while let Some(at) = next.pop() {
        let Some(known) = runs.get_mut(at).filter(|known| !**known) else { continue };
        *known = true;
        next.extend(ways.next(at));
    }
    let running = |at: usize| runs.get(at).copied().unwrap_or(false);
    let stops = clock.to.iter().any(|mark| match mark {
        Mark::Answer(_) => true,
        Mark::Correction | Mark::HandedIn => (0..runs.len()).any(|at| running(at) && corrects(at)),
        // What the form tells of may lie before the case.
        Mark::Submitted => matches!(clock.from, Mark::Answer(_)),
        mark => ways.ways.iter().any(|way| running(way.from) && marks(mark, way)),
    });
    if !stops {
        let what = format!(
            "the clock `{}` can never be kept: what stops it cannot come after what starts it",
            clock.id
        );
        node.report_at(&clock.place, what, "let `to` name what is done after `from`");
    }
}
