//! What steps wait for, and the answers that say when a step is to be.

use crate::model::{Flow, Form};
use crate::problem::{meant, nearest};
use crate::reader::Node;

/// What a step waits for must be a clock of its flow, and what a step plans another that waits.
pub(super) fn check(flow: &Flow, node: &Node<'_>) {
    for step in &flow.steps {
        let Some(clock) = step.not_before.as_ref() else { continue };
        if flow.clocks.iter().any(|other| other.id == *clock) {
            continue;
        }
        let what =
            format!("the step `{}` waits for a clock `{clock}`, which the flow does not have", step.id);
        let mend = match nearest(clock.as_str(), flow.clocks.iter().map(|other| other.id.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add the clock `{clock}`, or remove `not-before`"),
        };
        node.report_at(&step.place, what, mend);
    }
    for plan in flow.steps.iter().flat_map(|step| &step.form.fields).filter_map(|field| field.plans.as_ref())
    {
        match flow.step(plan.step.as_str()) {
            Some(step) if step.not_before.is_some() => {}
            Some(step) => {
                let what = format!("the step `{}` waits for no time, so that any date will do", step.id);
                let mend =
                    format!("leave `plans` out, or say what `{}` waits for with `not-before`", step.id);
                node.report_at(&plan.place, what, mend);
            }
            None => {
                let steps = flow.steps.iter().map(|step| step.id.as_str());
                let mend = meant(plan.step.as_str(), steps, "use one of");
                node.report_at(&plan.place, format!("no step is called `{}`", plan.step), mend);
            }
        }
    }
}

/// An application is filled in before there is a step that could be planned.
pub(super) fn check_form(form: &Form, node: &Node<'_>) {
    for plan in form.fields.iter().filter_map(|field| field.plans.as_ref()) {
        let what = format!("an application cannot say when the step `{}` is to be", plan.step);
        node.report_at(&plan.place, what, "put the field into the form of the step that gives notice of it");
    }
}
