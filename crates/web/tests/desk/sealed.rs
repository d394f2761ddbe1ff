//! What a party answers, and what offices write down of it, stands on the record sealed: it is read under a purpose, and goes
//! when the case is erased. What the packs say of nobody's life stays.

use super::dice::Dice;
use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::{at_work, begun, open, run};
use casework::Command;
use casework::erase::{Request, erase};
use casework::state::sealed_under;
use pack::model::{Field, Procedure, Start};
use record::{ObjectRef, Value};
use serde_json::json;
use std::sync::Arc;

fn forget(world: &World, case: &ObjectRef) {
    let (subject, now) = (sealed_under(case), world.city.now());
    let request = Request { subject: &subject, reasons: "asked", actor: None, now, running: true };
    erase(world.city.casework.record(), &request).unwrap();
}

#[test]
fn a_reason_that_was_chosen_is_read_under_a_purpose_until_it_is_erased() {
    let world = World::new();
    let book = Arc::clone(world.city.casework.book());
    let procedure = &book.definitions.procedures["adult-name-change"];
    let case = begun(&world, procedure, &mut Dice(7), &[("reason", "religion")]);
    let (desk, api) = (format!("/desk/cases/{}", case.id), format!("/api/cases/{}", case.id));
    let step = procedure.flow.step("accept").unwrap();
    let [clerk, program] = [at_work(&world, &case, step), at_work(&world, &case, step)];
    let (Shown::Browser(token) | Shown::Bearer(token)) = program else { panic!("nobody is at work") };
    let (program, party) = (Shown::Bearer(token), Shown::Bearer(world.sign_in("party")));
    // The word by which people choose it, in the language of the page.
    let pack::model::FieldKind::Choice(choices) = &procedure.form.field("reason").unwrap().kind else {
        panic!("the reason is chosen")
    };
    let word = choices.iter().find(|one| one.id.as_str() == "religion").unwrap().title.en.as_str();
    let page = || world.get(&clerk, &desk).text();
    assert!(page().contains("class=\"sealed\"") && !page().contains(word), "no purpose was stated");
    let told = world.get(&program, &api).json();
    assert!(told["answers"].get("reason").is_none(), "{}", told["answers"]);
    assert!(told["sealed"].as_array().unwrap().contains(&"reason".into()), "{}", told["sealed"]);
    let purpose = form(&[("purpose", "handle-case")]);
    let opened = world.call(&clerk, "POST", &format!("{desk}/personal"), &purpose).text();
    assert!(opened.contains(word), "a purpose was stated");
    let stated = Sent::Json(json!({ "purpose": "handle-case" }));
    let read = world.call(&program, "POST", &format!("{api}/personal"), &stated).json();
    assert_eq!(read["answers"]["reason"], "religion");
    let own = world.get(&party, &api).json();
    assert_eq!((&own["answers"]["reason"], &own["sealed"]), (&"religion".into(), &json!([])));
    forget(&world, &case);
    let left = world.call(&clerk, "POST", &format!("{desk}/personal"), &purpose).text();
    let of_party = world.get(&party, &api).text();
    assert!(!left.contains(word) && !of_party.contains("religion"), "it was erased");
    assert_eq!(world.view(&case).state.stage, casework::state::Stage::Open, "the case folds without it");
}

/// Takes the case as far as first outcomes lead.
pub fn onwards(world: &World, procedure: &Procedure, case: &ObjectRef, dice: &mut Dice) {
    for _ in 0..40 {
        let view = world.view(case);
        let steps = view.state.open_steps().filter_map(|(id, _)| procedure.flow.step(id.as_str()));
        let done = steps.into_iter().any(|step| {
            let mut answers = dice.answers(&step.form);
            answers.retain(|(_, value)| !matches!(value, Value::File(_)));
            let (step, outcome) = (step.id.clone(), step.outcomes[0].id.clone());
            run(world, case, &Command::Do { step, outcome, reasons: Some("so".into()), answers })
        });
        if !done && view.state.open_steps().next().is_none() {
            return;
        }
    }
}

/// The field that a change of the record is about.
fn asked<'p>(procedure: &'p Procedure, name: &str) -> Option<&'p Field> {
    let (of, id) = name.split_once('.')?;
    if of == "form" {
        return procedure.form.field(id);
    }
    procedure.flow.step(of)?.form.field(id)
}

#[test]
fn of_no_service_an_answer_stands_in_clear_or_outlives_its_erasure() {
    let world = World::new();
    let book = Arc::clone(world.city.casework.book());
    let (mut of_forms, mut of_steps) = (0, 0);
    for procedure in book.definitions.procedures.values().filter(|one| one.start == Start::Party) {
        let mut dice = Dice(9);
        let case = open(&world, procedure, &mut dice);
        onwards(&world, procedure, &case, &mut dice);
        for entry in world.city.casework.story(&case).unwrap() {
            for change in &entry.event.changes {
                let Some(field) = asked(procedure, change.name.as_str()) else { continue };
                // An answer that is taken back is written down as an empty list.
                let empty = matches!(&change.value, Value::List(none) if none.is_empty());
                let sealed = matches!(change.value, Value::Sealed(_));
                assert_eq!(sealed, field.personal && !empty, "{}: {}", procedure.id, change.name);
            }
        }
        forget(&world, &case);
        let view = world.view(&case);
        let steps = view.state.steps.iter().map(|(id, step)| (id.as_str(), &step.answers));
        for (of, kept) in std::iter::once(("form", &view.state.answers)).chain(steps) {
            for id in world.city.casework.clear(kept).unwrap().keys() {
                let field = asked(procedure, &format!("{of}.{id}")).unwrap();
                assert!(!field.personal, "{}: {of}.{id} can be read", procedure.id);
            }
            let count = if of == "form" { &mut of_forms } else { &mut of_steps };
            *count += kept.len();
        }
    }
    assert!(of_forms > 1_000 && of_steps > 100, "{of_forms}, {of_steps}");
}
