//! What whom a case concerns sees of it: what was put right, who got the work, and the case itself by its number.

use super::dice::Dice;
use super::world::World;
use super::world::call::{Shown, form};
use super::world::cases::Stage;
use super::{open, run};
use casework::Command;
use pack::model::{Field, FieldKind, Procedure, Start};
use record::{ObjectRef, Value};

/// Takes the case through its first outcomes until a step has recorded an answer to a personal question in words.
fn recorded<'a>(
    world: &World,
    procedure: &'a Procedure,
    case: &ObjectRef,
    dice: &mut Dice,
) -> Option<(&'a pack::Id, &'a Field)> {
    let told = |field: &&Field| field.personal && matches!(field.kind, FieldKind::Text | FieldKind::LongText);
    for _ in 0..20 {
        let view = world.view(case);
        let step = view.state.open_steps().find_map(|(id, _)| procedure.flow.step(id.as_str()))?;
        let mut answers = dice.answers(&step.form);
        answers.retain(|(_, value)| !matches!(value, Value::File(_)));
        let field = step.form.fields.iter().find(told);
        if let Some(field) = field {
            answers.retain(|(id, _)| *id != field.id);
            answers.push((field.id.clone(), Value::from("荷塘旧话")));
        }
        let (id, outcome) = (step.id.clone(), step.outcomes[0].id.clone());
        if !run(world, case, &Command::Do { step: id, outcome, reasons: Some("so".into()), answers }) {
            return None;
        }
        if let Some(field) = field {
            return Some((&step.id, field));
        }
    }
    None
}

#[test]
fn what_the_office_put_right_is_shown_to_whom_it_concerns() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let party = Shown::Browser(world.sign_in("party"));
    let mut seen = 0;
    for procedure in book.definitions.procedures.values().filter(|one| one.start == Start::Party) {
        let mut dice = Dice(3);
        let asks =
            |field: &Field| field.personal && matches!(field.kind, FieldKind::Text | FieldKind::LongText);
        if seen == 3 || !procedure.flow.steps.iter().any(|step| step.form.fields.iter().any(asks)) {
            continue;
        }
        let case = open(&world, procedure, &mut dice);
        let Some((step, field)) = recorded(&world, procedure, &case, &mut dice) else { continue };
        let answer = Value::from("荷塘新话");
        let amend =
            Command::Amend { of: step.clone(), field: field.id.clone(), answer, reasons: "slip".to_owned() };
        if !run(&world, &case, &amend) {
            continue;
        }
        seen += 1;
        let page = world.get(&party, &format!("/cases/{}", case.id)).text();
        let line = page.split("class=\"put-right\"").nth(1).unwrap().split("</p>").next().unwrap();
        assert!(line.contains("荷塘旧话") && line.contains("荷塘新话"), "{}: {line}", procedure.id);
        // A supervisor, who stated no purpose, sees that it was put right, and not what it says.
        let above = Shown::Browser(world.sign_in("supervisor-city"));
        let page = world.get(&above, &format!("/board/cases/{}", case.id)).text();
        assert!(page.contains("class=\"put-right\"") && !page.contains("荷塘"), "{}", procedure.id);
        // At the desk it is shown under a purpose alone.
        let path = format!("/desk/cases/{}", case.id);
        assert!(!world.get(&above, &path).text().contains("荷塘"), "{}", procedure.id);
        let purpose = form(&[("purpose", "inspect")]);
        let opened = world.call(&above, "POST", &format!("{path}/personal"), &purpose).text();
        assert!(opened.contains("荷塘旧话") && opened.contains("荷塘新话"), "{}", procedure.id);
    }
    assert!(seen > 0, "no step of the packs records a personal answer in words");
}

/// While a case runs whoever wrote something down corrects it; what is over, a superior who did not, and whom it concerns is told
/// where they look.
#[test]
fn what_is_over_is_corrected_by_a_superior_and_told() {
    let world = World::new();
    let case = world.case(Stage::Entered);
    let amend = |answer: &str| {
        let (of, field, answer) = ("form".into(), "before".into(), Value::from(answer));
        Command::Amend { of, field, answer, reasons: "荷叶录错".to_owned() }
    };
    world.act(&case, "clerk", &amend("办结前更正"));
    for (who, step, outcome) in [
        ("colleague", "accept", "accepted"),
        ("examiner", "check", "passed"),
        ("approver", "enter", "entered"),
        ("clerk", "deliver", "delivered"),
    ] {
        let (step, outcome) = (step.into(), outcome.into());
        world.act(&case, who, &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
    }
    let party = Shown::Browser(world.sign_in("party"));
    let told = |path: &str| world.get(&party, path).text().contains("Corrected after it was over");
    let page = format!("/cases/{}", case.id);
    assert!(!told(&page) && !told("/cases"), "what was corrected in time is no news");
    for login in ["clerk", "colleague", "approver", "approver-above"] {
        let actor = world.actor(login);
        let refused = world.city.casework.run(&case, &amend("办结后更正"), &world.ask(&actor));
        assert!(matches!(refused, Err(casework::Refused::Denied(_))), "{login}: {refused:?}");
    }
    world.act(&case, "supervisor-above", &amend("办结后更正"));
    assert!(told(&page) && told("/cases"));
    let text = world.get(&party, &page).text();
    let callout =
        text.split("data-refresh=\"put-right\"").nth(1).unwrap().split("data-refresh").next().unwrap();
    assert!(
        callout.contains("办结前更正") && callout.contains("办结后更正") && callout.contains("荷叶录错"),
        "{callout}"
    );
    let program = Shown::Bearer(world.sign_in("party"));
    assert!(world.get(&program, &format!("/api/cases/{}", case.id)).json()["put_right"].is_string());
}

#[test]
fn whoever_gets_the_work_is_named() {
    let world = World::new();
    let case = world.case(Stage::Taken);
    let to = world.person("colleague").object();
    let hand = Command::HandOver { step: "accept".into(), to, reasons: "轮休".to_owned() };
    world.act(&case, "clerk", &hand);
    for (login, path) in
        [("party", "/cases"), ("examiner", "/desk/cases"), ("supervisor-above", "/board/cases")]
    {
        let reader = Shown::Browser(world.sign_in(login));
        let page = world.get(&reader, &format!("{path}/{}", case.id)).text();
        assert!(page.contains("Handed over to 孙窗口"), "{login}: {page}");
    }
}

#[test]
fn a_case_is_found_by_a_part_of_its_number_by_whoever_may_see_it() {
    let world = World::new();
    let (case, over) = (world.case(Stage::Open), world.case(Stage::Ended));
    let part = case.id.as_str()[5..10].to_lowercase();
    let ended = over.id.as_str();
    let few = &part[..3];
    let check = |login: &str, path: &str, number: &str, wanted: bool| {
        let reader = match login {
            "nobody" => Shown::Nothing,
            login => Shown::Browser(world.sign_in(login)),
        };
        let reply = world.get(&reader, path);
        assert_eq!(reply.status, 200, "{login} {path}");
        assert_eq!(reply.text().contains(&format!(">{number}<")), wanted, "{login} {path}");
    };
    let number = case.id.as_str();
    for (login, wanted) in [("party", true), ("other", false), ("nobody", false), ("clerk", false)] {
        check(login, &format!("/find?q={part}"), number, wanted);
        check(login, &format!("/find?q={few}"), number, false);
    }
    for (login, wanted) in [("party", true), ("other", false), ("clerk", true), ("clerk-elsewhere", false)] {
        check(login, &format!("/find?q={ended}"), ended, wanted);
    }
    for (login, wanted) in [("clerk", true), ("approver", true), ("clerk-elsewhere", false)] {
        check(login, &format!("/desk?q={part}"), number, wanted);
        check(login, &format!("/desk?q={ended}"), ended, wanted);
    }
    for (login, office, wanted) in [
        ("supervisor-above", "east-branch", true),
        ("supervisor-city", "bureau", true),
        ("supervisor-city", "west-branch", false),
        ("supervisor-elsewhere", "west-branch", false),
    ] {
        check(login, &format!("/board/offices/{office}?q={part}"), number, wanted);
        check(login, &format!("/board/offices/{office}?q={few}"), number, false);
    }
    // A draft is nobody's but its party's.
    let draft = world.case(Stage::Draft);
    check("supervisor-city", &format!("/board?q={}", draft.id), draft.id.as_str(), false);
    check("party", &format!("/find?q={}", draft.id), draft.id.as_str(), true);
    let blank = world.get(&Shown::Nothing, "/find?q=%20").text();
    assert!(blank.contains("Say what you want done") && blank.contains("/categories/household"), "{blank}");
}
