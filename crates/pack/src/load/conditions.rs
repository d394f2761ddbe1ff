//! Checks every condition of a procedure against the procedure's own form and steps, and what procedures share against all that
//! is known of it where none of them uses it.

use super::{Kind, Loader, alternatives, answers};
use crate::model::{Condition, Conditions, Definitions, Flow, Form, Gaps, Procedure, Step};
use crate::problem::Place;
use crate::reader::Faults;
use std::collections::HashSet;

/// Gives each procedure its checked conditions; notes what is wrong with any, also in those that are `unfinished` for want of
/// a flow, where a condition may say of steps what it likes.
pub(super) fn check(
    loader: &Loader,
    definitions: &mut Definitions,
    unfinished: &[Procedure],
    faults: &Faults,
) {
    let mut procedures = std::mem::take(&mut definitions.procedures);
    let shared = answers::shared(definitions);
    let mut seen: HashSet<Place> = HashSet::new();
    let mut check = |procedure: &Procedure, gaps: &Gaps| {
        let mut conditions = Conditions::within(&procedure.form, &procedure.flow.steps, gaps);
        let fees = procedure.fees.iter().filter_map(|fee| definitions.fees.get(fee));
        let tiers = fees.flat_map(|fee| &fee.tiers).filter_map(|tier| tier.when.as_ref());
        let issued = procedure.flow.steps.iter().filter_map(|step| step.issues.as_ref());
        let issued = issued.filter_map(|credential| definitions.credentials.get(credential));
        let terms = issued.flat_map(|credential| &credential.terms).map(|(when, _)| when);
        for condition in of_procedure(procedure).chain(tiers).chain(terms) {
            seen.insert(condition.place.clone());
            if let Err(found) = conditions.add(condition) {
                faults.borrow_mut().extend(found);
            }
        }
        if gaps.is_none() {
            answers::check(procedure, &conditions, &shared, faults);
        }
        conditions
    };
    let gaps_of = |procedure: &Procedure| loader.gaps(Kind::Procedure, &procedure.id);
    for procedure in procedures.values_mut() {
        procedure.conditions = check(procedure, &gaps_of(procedure));
    }
    for procedure in unfinished {
        check(procedure, &gaps_of(procedure));
    }
    let broken = procedures.values().filter(|procedure| !gaps_of(procedure).is_none());
    let unsure: Vec<&Procedure> = unfinished.iter().chain(broken).collect();
    alternatives::check(definitions, &procedures, &unsure, faults);
    check_unused(loader, definitions, &seen, faults);
    definitions.procedures = procedures;
}

/// What procedures share may stand in a pack of which others make use: it is held against what is known of it by itself. Of the
/// form of whoever will use it, and of steps that they add, it may say what it likes.
fn check_unused(loader: &Loader, definitions: &Definitions, seen: &HashSet<Place>, faults: &Faults) {
    let alone = Alone { seen, faults };
    let form = Form::default();
    for (id, group) in &definitions.fields {
        let mut gaps = loader.gaps(Kind::Fields, id);
        gaps.join(&Gaps::all());
        alone.check(group, &[], &gaps, of_form(group));
    }
    for (id, flow) in &definitions.flows {
        let mut gaps = loader.gaps(Kind::Flow, id);
        gaps.join(&Gaps { form: true, steps: true, ..Gaps::default() });
        alone.check(&form, &flow.steps, &gaps, of_flow(flow));
    }
    for fee in definitions.fees.values() {
        alone.check(&form, &[], &Gaps::all(), fee.tiers.iter().filter_map(|tier| tier.when.as_ref()));
    }
    for credential in definitions.credentials.values() {
        alone.check(&form, &[], &Gaps::all(), credential.terms.iter().map(|(when, _)| when));
    }
}

/// Checks what no procedure has come to.
struct Alone<'a> {
    seen: &'a HashSet<Place>,
    faults: &'a Faults,
}

impl Alone<'_> {
    fn check<'c>(&self, form: &Form, steps: &[Step], gaps: &Gaps, all: impl Iterator<Item = &'c Condition>) {
        let mut unused = all.filter(|condition| !self.seen.contains(&condition.place)).peekable();
        if unused.peek().is_none() {
            return;
        }
        let mut conditions = Conditions::within(form, steps, gaps);
        for condition in unused {
            if let Err(found) = conditions.add(condition) {
                self.faults.borrow_mut().extend(found);
            }
        }
    }
}

fn of_procedure(procedure: &Procedure) -> impl Iterator<Item = &Condition> {
    let of_materials = procedure.materials.iter().filter_map(|asked| asked.when.as_ref());
    of_fields(&procedure.form).chain(of_materials).chain(of_flow(&procedure.flow))
}

fn of_flow(flow: &Flow) -> impl Iterator<Item = &Condition> {
    flow.steps.iter().flat_map(|step| {
        let guards = step.guards.iter().map(|guard| &guard.condition);
        of_fields(&step.form).chain(&step.when).chain(guards)
    })
}

/// The conditions of a group of fields, with those of the papers that it calls for.
fn of_form(form: &Form) -> impl Iterator<Item = &Condition> {
    of_fields(form).chain(form.materials.iter().filter_map(|asked| asked.when.as_ref()))
}

fn of_fields(form: &Form) -> impl Iterator<Item = &Condition> {
    form.fields.iter().flat_map(|field| field.when.iter().chain(field.checks.iter().map(|check| &check.must)))
}
