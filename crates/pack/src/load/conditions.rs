//! Checks every condition of a procedure against the procedure's own form and steps.

use super::{alternatives, answers};
use crate::model::{Condition, Conditions, Definitions, Procedure};
use crate::reader::Faults;

/// Gives each procedure its checked conditions; notes what is wrong with any, also in those that are `unfinished` for want of
/// a flow, where a condition may say of steps what it likes.
pub(super) fn check(definitions: &mut Definitions, unfinished: &[Procedure], faults: &Faults) {
    let mut procedures = std::mem::take(&mut definitions.procedures);
    let shared = answers::shared(definitions);
    let check = |procedure: &Procedure, mut conditions: Conditions| {
        let fees = procedure.fees.iter().filter_map(|fee| definitions.fees.get(fee));
        let tiers = fees.flat_map(|fee| &fee.tiers).filter_map(|tier| tier.when.as_ref());
        let issued = procedure.flow.steps.iter().filter_map(|step| step.issues.as_ref());
        let issued = issued.filter_map(|credential| definitions.credentials.get(credential));
        let terms = issued.flat_map(|credential| &credential.terms).map(|(when, _)| when);
        for condition in of_procedure(procedure).chain(tiers).chain(terms) {
            if let Err(found) = conditions.add(condition) {
                faults.borrow_mut().extend(found);
            }
        }
        answers::check(procedure, &conditions, &shared, faults);
        conditions
    };
    for procedure in procedures.values_mut() {
        let conditions = Conditions::new(&procedure.form, &procedure.flow.steps);
        procedure.conditions = check(procedure, conditions);
    }
    alternatives::check(definitions, &procedures, unfinished, faults);
    for procedure in unfinished {
        check(procedure, Conditions::of_form(&procedure.form));
    }
    definitions.procedures = procedures;
}

fn of_procedure(procedure: &Procedure) -> impl Iterator<Item = &Condition> {
    let steps = &procedure.flow.steps;
    let forms = std::iter::once(&procedure.form).chain(steps.iter().map(|step| &step.form));
    let fields = forms.flat_map(|form| &form.fields);
    let of_fields = fields.flat_map(|field| {
        let checks = field.checks.iter().map(|check| &check.must);
        field.when.as_ref().into_iter().chain(checks)
    });
    let of_materials = procedure.materials.iter().filter_map(|asked| asked.when.as_ref());
    let of_steps = steps.iter().flat_map(|step| {
        let guards = step.guards.iter().map(|guard| &guard.condition);
        step.when.as_ref().into_iter().chain(guards)
    });
    of_fields.chain(of_materials).chain(of_steps)
}
