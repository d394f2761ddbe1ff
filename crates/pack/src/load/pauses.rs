//! What stops a clock of the law, held against what its law knows of.

use crate::days::{Deadline, Law};
use crate::model::{Clock, ClockLimit, Flow, Pause, Step};
use crate::reader::Node;

/// Notes steps that would stop a clock of the law for what its law does not know, and those of which a law has to know why
/// they pause.
pub(super) fn check(flow: &Flow, law: Option<&Law>, node: &Node<'_>) {
    let Some(law) = law else { return };
    for clock in &flow.clocks {
        let ClockLimit::Law(id) = &clock.limit else { continue };
        let Some(deadline) = law.deadlines.get(id.as_str()).filter(|deadline| deadline.moves()) else {
            continue;
        };
        for step in flow.steps.iter().filter(|step| clock.pauses_at(step)) {
            let known = deadline.suspension_at(step).is_some();
            match (known, &clock.pauses) {
                (true, _) => {}
                (false, Some(_)) => named_in_vain(node, clock, step, deadline),
                (false, None) if step.pauses == Some(Pause::Own) && !deadline.suspensions.is_empty() => {
                    kind_wanted(node, clock, step, deadline);
                }
                (false, None) => {}
            }
        }
    }
}

fn named_in_vain(node: &Node<'_>, clock: &Clock, step: &Step, deadline: &Deadline) {
    let what = format!(
        "the clock `{}` is to stand still at `{}`, but its law `{}` does not: {}",
        clock.id,
        step.id,
        deadline.id,
        match (step.pause_kind(), deadline.suspensions.as_slice()) {
            (_, []) => "nothing stops it".to_owned(),
            (Some(kind), _) => format!("it stops for `{}`, and the step is `{kind}`", kinds(deadline)),
            (None, _) => format!("it stops for `{}`, and the step does not say what it is", kinds(deadline)),
        }
    );
    let mend =
        format!("leave `{}` out of the clock's `pauses`; `pauses = []` says that no step stops it", step.id);
    node.report_at(&clock.place, what, mend);
}

fn kind_wanted(node: &Node<'_>, clock: &Clock, step: &Step, deadline: &Deadline) {
    let (step_id, known) = (&step.id, kinds(deadline));
    let what = format!(
        "the step `{step_id}` pauses, and the law of the clock `{}` has to know what for: it stops for `{known}`",
        clock.id
    );
    let first = deadline.suspensions.first().map_or("", |one| one.kind.as_str());
    let mend = format!(
        "name the kind, `pauses = \"{first}\"`; or, where it is none of these, give the clock `pauses = []`"
    );
    node.report_at(&step.place, what, mend);
}

fn kinds(deadline: &Deadline) -> String {
    let kinds: Vec<&str> = deadline.suspensions.iter().map(|one| one.kind.as_str()).collect();
    kinds.join("`, `")
}
