//! What an answer may name: cases that there are, of the right type, that whoever answers may see. Of all others nobody is told
//! whether there are any.

use super::World;
use casework::{Command, answer};
use pack::Id;
use pack::model::{Channel, FieldKind};
use record::{ObjectRef, Value};

const LAKE: &str = "lake-station";

fn begin(world: &World, procedure: &str, office: &str, number: &str) -> ObjectRef {
    let start = Command::Start { office: office.into(), party: None, channel: Channel::Window };
    world.city.casework.start(&procedure.into(), number, &start, &super::nobody(world)).unwrap()
}

/// What the case is told of its answer `field`, `login` having saved it as it was typed: the answer, or what is wrong.
fn check(world: &World, case: &ObjectRef, login: &str, field: &str, typed: &str) -> Result<String, String> {
    let form = world.view(case).procedure().unwrap().form.clone();
    let value = answer::read(&form.field(field).unwrap().kind, typed).unwrap();
    world.act(case, login, &Command::Save { answers: vec![(field.into(), Some(value))] });
    let view = world.view(case);
    let missing = world.city.casework.missing(&view, world.city.now()).unwrap();
    match missing.into_iter().find(|(id, _)| id.as_str() == field) {
        Some((_, fault)) => Err(fault.en.to_string()),
        None => Ok(view.state.answers[&Id::from(field)].as_text().unwrap().to_owned()),
    }
}

#[test]
fn an_answer_names_what_there_is_and_what_one_may_see() {
    let world = World::new();
    begin(&world, "response", LAKE, "R1");
    begin(&world, "response", "bridge-station", "R2");
    begin(&world, "public-order-case", LAKE, "C1");
    let footage = begin(&world, "footage", LAKE, "F1");
    let told = "There is none with this number that you may see";
    for typed in ["abc", "../x", "测试", "C1", "R2", "response:R2", "response:R3"] {
        assert_eq!(check(&world, &footage, "officer", "response", typed), Err(told.into()), "{typed}");
    }
    assert_eq!(check(&world, &footage, "officer", "response", "R1"), Ok("response:R1".into()));
    // What is no answer takes back the one that stood there.
    assert_eq!(check(&world, &footage, "officer", "response", "R2"), Err(told.into()));
    assert!(!world.view(&footage).state.answers.contains_key(&Id::from("response")));
    // A call is taken above and answered below; each side names the other's number.
    begin(&world, "call", "east-branch", "I1");
    begin(&world, "call", "west-branch", "I2");
    let response = begin(&world, "response", LAKE, "R4");
    let source = vec![("source".into(), Some(Value::from("call")))];
    world.act(&response, "officer", &Command::Save { answers: source });
    assert_eq!(check(&world, &response, "officer", "incident", "I1"), Ok("incident:I1".into()));
    assert_eq!(check(&world, &response, "officer", "incident", "I2"), Err(told.into()));
}

#[test]
fn a_step_names_what_there_is_and_what_one_may_see() {
    let world = World::new();
    let nobody = super::nobody(&world);
    begin(&world, "response", LAKE, "R1");
    begin(&world, "response", "bridge-station", "R2");
    let call = begin(&world, "call", LAKE, "I1");
    let form = world.view(&call).procedure().unwrap().form.clone();
    let mut dice = super::dice::Dice(7);
    let procedure = world.view(&call).procedure().unwrap().clone();
    let answers = super::answers(&world, &procedure, &mut dice, &[]);
    assert!(form.fields.iter().all(|field| !matches!(field.kind, FieldKind::Object(_))));
    for command in [Command::Save { answers }, Command::Submit] {
        world.city.casework.run(&call, &command, &nobody).unwrap();
    }
    let act = |step: &str, outcome: &str, answers: &[(&str, &str)]| {
        let answers = answers.iter().map(|(field, text)| (Id::from(*field), Value::from(*text))).collect();
        let command = Command::Do { step: step.into(), outcome: outcome.into(), reasons: None, answers };
        let actor = world.actor("dispatcher");
        world.city.casework.run(&call, &command, &world.ask(&actor)).map(drop)
    };
    act("triage", "dispatched", &[("priority", "one")]).unwrap();
    let outcome = procedure.flow.step("feedback").unwrap().outcomes[0].id.to_string();
    for typed in ["response:none", "response:R2", "response:I1"] {
        let refused = act("feedback", &outcome, &[("response", typed), ("result", "好")]);
        let Err(casework::service::Refused::Case(refused)) = refused else { panic!("{typed}: {refused:?}") };
        assert_eq!(refused.faults, [("response".into(), refused.why.clone())], "{typed}");
        assert_eq!(refused.why.zh, "没有您可以查看的这一编号", "{typed}");
    }
    act("feedback", &outcome, &[("response", "response:R1"), ("result", "好")]).unwrap();
}
