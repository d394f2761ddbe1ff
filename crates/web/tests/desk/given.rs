//! What a case gave, and how long that is valid: by the answer that says so, by the pack's terms, counted as days are.

use super::dice::Dice;
use super::world::{World, packs};
use super::{begun, run};
use casework::Command;
use casework::given::Valid;
use jiff::ToSpan;
use jiff::civil::Date;
use pack::days::{Calendar, today};
use pack::model::Procedure;
use record::{ObjectRef, Record, Value};

/// The shipped packs, with a credential that is valid for workdays alone.
fn world() -> World {
    let mut files = packs();
    let plates = files.iter_mut().find(|file| file.path == "vehicle/plates.toml").unwrap();
    let oversize = r#"{ when = 'form.ground == "oversize"', valid = "90 days" }"#;
    assert!(plates.text.contains(oversize));
    plates.text = plates.text.replace(oversize, &oversize.replace("90 days", "90 workdays"));
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    World::peopled(dir, record, &files, |_| {})
}

/// Takes a case to its end by the first outcome of each step; `said` stands in the field of that name.
fn through(
    world: &World,
    procedure: &Procedure,
    case: &ObjectRef,
    said: Option<(&str, &str)>,
    dice: &mut Dice,
) {
    for _ in 0..200 {
        let view = world.view(case);
        let open = view.state.open_steps().find_map(|(id, _)| procedure.flow.step(id.as_str()));
        let Some(step) = open.filter(|_| !view.state.ended()) else { return };
        let mut answers = dice.answers(&step.form);
        answers.retain(|(_, value)| !matches!(value, Value::File(_)));
        if let Some((field, text)) = said
            && let Some(known) = step.form.field(field)
        {
            let value = casework::answer::read(&known.kind, text).unwrap();
            answers.retain(|(id, _)| id.as_str() != field);
            answers.push((field.into(), value));
        }
        let (step, outcome) = (step.id.clone(), step.outcomes[0].id.clone());
        run(world, case, &Command::Do { step, outcome, reasons: Some("so".into()), answers });
    }
    panic!("{}: it does not end", procedure.id);
}

/// What a case of the procedure gives, with these answers, and on which day.
fn check(world: &World, procedure: &str, fixed: &[(&str, &str)], wanted: impl Fn(Date) -> Valid) {
    let book = std::sync::Arc::clone(world.city.casework.book());
    let procedure = &book.definitions.procedures[procedure];
    let mut dice = Dice(11);
    let said = fixed.iter().copied().find(|(field, _)| procedure.form.field(field).is_none());
    let of_form: Vec<_> =
        fixed.iter().copied().filter(|(field, _)| procedure.form.field(field).is_some()).collect();
    for _ in 0..20 {
        let case = begun(world, procedure, &mut dice, &of_form);
        through(world, procedure, &case, said, &mut dice);
        let given = world.city.casework.given(&world.view(&case)).unwrap();
        let Some(given) = given.first() else { continue };
        assert_eq!(given.valid, wanted(today(given.at)), "{} {fixed:?}: {given:?}", procedure.id);
        return;
    }
    panic!("{} gives nothing", procedure.id);
}

/// So many workdays after `day`, counted one by one.
fn workdays(calendar: &Calendar, mut day: Date, amount: u32) -> Date {
    for _ in 0..amount {
        day = day.tomorrow().unwrap();
        while !calendar.works(day) {
            day = day.tomorrow().unwrap();
        }
    }
    day
}

#[test]
fn what_a_case_gave_is_valid_as_its_pack_says() {
    let world = world();
    let until = |day: Date| Valid::Until(day);
    check(&world, "passport-first", &[("born", "1980-02-03")], |day| until(day + 10.years()));
    check(&world, "passport-first", &[("born", "2020-02-03")], |day| until(day + 5.years()));
    check(&world, "temporary-plate", &[("ground", "unsold")], |day| until(day + 30.days()));
    check(&world, "temporary-plate", &[("ground", "trial")], |day| until(day + 6.months()));
    let calendar = &world.city.casework.book().definitions.law.as_ref().unwrap().calendar;
    check(&world, "temporary-plate", &[("ground", "oversize")], |day| until(workdays(calendar, day, 90)));
    check(&world, "test-vehicle-plate", &[("valid-until", "2027-05-01")], |_| {
        until(jiff::civil::date(2027, 5, 1))
    });
}

/// A validity that hangs on what was erased is not guessed.
#[test]
fn what_said_how_long_it_is_valid_may_be_erased() {
    let world = world();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let procedure = &book.definitions.procedures["passport-first"];
    let mut dice = Dice(5);
    let case = begun(&world, procedure, &mut dice, &[("born", "2020-02-03")]);
    through(&world, procedure, &case, None, &mut dice);
    let subject = world.person("party").object();
    let now = world.city.now();
    let request =
        casework::erase::Request { subject: &subject, reasons: "asked", actor: None, now, running: true };
    casework::erase::erase(world.city.casework.record(), &request).unwrap();
    let given = world.city.casework.given(&world.view(&case)).unwrap();
    assert_eq!(given.iter().map(|given| given.valid).collect::<Vec<_>>(), [Valid::Unsaid]);
}
