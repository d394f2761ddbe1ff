//! What procedures share and choose from by conditions: the tiers of a fee, the terms of a credential. One that applies in none
//! of the procedures that share it is a mistake, whatever may be so in each.

use crate::model::{Condition, Definitions, Id, Procedure};
use crate::reader::Faults;
use std::collections::BTreeMap;

/// Notes each tier and each term that can never apply. Where one of those who share it is `unfinished`, nobody can tell.
pub(super) fn check(
    definitions: &Definitions,
    procedures: &BTreeMap<Id, Procedure>,
    unfinished: &[&Procedure],
    faults: &Faults,
) {
    for fee in definitions.fees.values() {
        let charges = |procedure: &Procedure| procedure.fees.contains(&fee.id);
        let sharing = Sharing::of(procedures, unfinished, &charges, faults);
        let whens = fee.tiers.iter().filter_map(|tier| tier.when.as_ref());
        sharing.check(&format!("this tier of the fee `{}`", fee.id), "charge", whens);
    }
    for credential in definitions.credentials.values() {
        let issues = |procedure: &Procedure| {
            procedure.flow.steps.iter().any(|step| step.issues.as_ref() == Some(&credential.id))
        };
        let sharing = Sharing::of(procedures, unfinished, &issues, faults);
        let whens = credential.terms.iter().map(|(when, _)| when);
        sharing.check(&format!("this term of the credential `{}`", credential.id), "issue", whens);
    }
}

struct Sharing<'a> {
    procedures: Vec<&'a Procedure>,
    faults: &'a Faults,
}

impl<'a> Sharing<'a> {
    fn of(
        procedures: &'a BTreeMap<Id, Procedure>,
        unfinished: &[&Procedure],
        shares: &dyn Fn(&Procedure) -> bool,
        faults: &'a Faults,
    ) -> Self {
        let all = procedures.values().filter(|procedure| shares(procedure));
        let told = !unfinished.iter().any(|procedure| shares(procedure));
        Self { procedures: all.filter(|_| told).collect(), faults }
    }

    /// Of `whens` the first that holds applies.
    fn check<'w>(&self, one: &str, shared: &str, whens: impl Iterator<Item = &'w Condition>) {
        let mut before: Vec<&str> = Vec::new();
        for when in whens {
            let again = before.contains(&when.source.as_str());
            before.push(&when.source);
            let why = match self.procedures.as_slice() {
                [] => continue,
                _ if again => "one before it says the same, and the first that holds applies".to_owned(),
                all if !all.iter().all(|procedure| never(procedure, when)) => continue,
                [only] => format!("what it says can never hold in `{}`", only.id),
                all => {
                    format!("what it says can hold in none of the {} procedures that {shared} it", all.len())
                }
            };
            let mend = "say in `when` what calls for it, or take it out";
            self.faults.borrow_mut().push(when.place.problem(format!("{one} never applies: {why}"), mend));
        }
    }
}

/// Whether no case of `procedure` keeps the condition. What is wrong with the condition itself is told already.
fn never(procedure: &Procedure, when: &Condition) -> bool {
    let checked = procedure.conditions.checked(when);
    checked.is_some_and(|checked| !procedure.conditions.bounds().assume(checked))
}
