//! From when a procedure is in force, and until when: its pack's first day, and that of what takes its place.

use crate::model::{Definitions, Id};
use crate::reader::{Faults, is_id};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Tells each procedure what takes its place, and from which day; notes what cannot be.
pub(super) fn settle(definitions: &mut Definitions, faults: &Faults) {
    let mut replaced: BTreeMap<Id, (Date, Id)> = BTreeMap::new();
    // Of what stands twice only the first counts.
    for procedure in definitions.procedures.values().filter(|procedure| is_id(procedure.id.as_str())) {
        let Some(old) = procedure.replaces.as_ref().and_then(|id| definitions.procedures.get(id)) else {
            continue;
        };
        let report = |what: String, mend: &str| {
            faults.borrow_mut().push(procedure.place.problem(what, mend));
        };
        let known = old.effective > Date::MIN && procedure.effective > Date::MIN;
        if known && old.effective >= procedure.effective {
            let (from, day) = (old.effective, procedure.effective);
            let what = format!(
                "`{}` is to take the place of `{}` on {day}, which begins on {from}",
                procedure.id, old.id
            );
            report(what, "put it into a pack whose `effective` is a later day");
        }
        if let Some((_, other)) = replaced.insert(old.id.clone(), (procedure.effective, procedure.id.clone()))
        {
            let what = format!("both `{other}` and `{}` take the place of `{}`", procedure.id, old.id);
            report(what, "let the later one take the place of the earlier one");
        }
    }
    for (id, by) in replaced {
        if let Some(procedure) = definitions.procedures.get_mut(&id) {
            procedure.replaced = Some(by);
        }
    }
}
