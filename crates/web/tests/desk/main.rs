//! What steps record, sent from the desk's own page as a browser sends it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod checks;
mod chinese;
mod corrected;
#[path = "../../../casework/tests/walk/dice.rs"]
mod dice;
mod given;
mod kept;
mod named;
mod once;
mod refused;
mod sealed;
mod seen;
mod shipped;
mod square;
mod words;
#[path = "../world/mod.rs"]
mod world;

use access::Post;
use casework::{Ask, Command};
use dice::Dice;
use jiff::civil::Date;
use pack::Id;
use pack::model::{Channel, Field, FieldKind, Form, Office, Procedure, Start, Step};
use record::{ObjectRef, Value};
use std::collections::BTreeMap;
use world::World;
use world::call::{Reply, Sent, Shown};
use world::cases::PAGE;

const TODAY: Date = Date::constant(2026, 11, 23);

/// How the program itself asks, which no policy keeps from anything.
fn nobody(world: &World) -> Ask<'static> {
    Ask { now: world.city.now(), actor: None, purpose: None, seen: None }
}

fn run(world: &World, case: &ObjectRef, command: &Command) -> bool {
    world.city.casework.run(case, command, &nobody(world)).is_ok()
}

/// A case of the procedure, handed in with answers that its form takes.
fn open(world: &World, procedure: &Procedure, dice: &mut Dice) -> ObjectRef {
    begun(world, procedure, dice, &[])
}

/// Begins what the steps of the procedure may come to name, at the office where those who do them see it.
fn name_able(world: &World, procedure: &Procedure, office: &Id) {
    let casework = &world.city.casework;
    let start = Command::Start { office: office.clone(), party: None, channel: Channel::Window };
    for field in procedure.flow.steps.iter().flat_map(|step| &step.form.fields) {
        let FieldKind::Object(kind) = &field.kind else { continue };
        let all = &casework.book().definitions.procedures;
        let made = all.values().find(|one| one.object == *kind).unwrap();
        for number in 0..dice::OBJECTS {
            // What is there already is there.
            let _ = casework.start(&made.id, &number.to_string(), &start, &nobody(world));
        }
    }
}

/// The same, some of whose answers are `fixed`.
fn begun(world: &World, procedure: &Procedure, dice: &mut Dice, fixed: &[(&str, &str)]) -> ObjectRef {
    let offices = &world.city.casework.book().definitions.offices;
    let handles =
        |office: &&Office| office.handles.contains(&procedure.category) && office.level <= procedure.level;
    let office = offices.values().filter(handles).max_by_key(|office| office.level).unwrap().id.clone();
    name_able(world, procedure, &office);
    let party = (procedure.start == Start::Party).then(|| world.person("party").object());
    let start = Command::Start { office, party, channel: procedure.channels[0] };
    let number = world.city.case_number(world.city.now()).unwrap();
    let case = world.city.casework.start(&procedure.id, &number, &start, &nobody(world)).unwrap();
    let answers = answers(world, procedure, dice, fixed);
    if !answers.is_empty() {
        assert!(run(world, &case, &Command::Save { answers }), "{}", procedure.id);
    }
    let missing = world.city.casework.missing(&world.view(&case), world.city.now()).unwrap();
    for (material, _) in missing {
        let file = world.city.casework.record().attach("page.pdf", PAGE, None).unwrap();
        assert!(run(world, &case, &Command::Attach { material, file }), "{}", procedure.id);
    }
    assert!(run(world, &case, &Command::Submit), "{}", procedure.id);
    case
}

/// Answers with which nothing is wrong.
fn answers(
    world: &World,
    procedure: &Procedure,
    dice: &mut Dice,
    fixed: &[(&str, &str)],
) -> Vec<(Id, Option<Value>)> {
    use casework::decide::{Situation, missing};
    let book = world.city.casework.book();
    let case = ObjectRef::new("case", "1");
    let fixed = fixed.iter().map(|(field, text)| {
        let kind = &procedure.form.field(field).unwrap().kind;
        (Id::from(*field), casework::answer::read(kind, text).unwrap())
    });
    let fixed: BTreeMap<Id, Value> = fixed.collect();
    let mut answers: BTreeMap<Id, Value> = dice.answers(&procedure.form).into_iter().collect();
    answers.extend(fixed.clone());
    for _ in 0..20_000 {
        let state =
            casework::State { answers: answers.clone(), channel: "window".into(), ..Default::default() };
        let judge = casework::service::judge(procedure, &state, world.city.now());
        let situation = Situation {
            now: world.city.now(),
            actor: None,
            procedure,
            definitions: &book.definitions,
            edition: book.digest,
            case: &case,
            answers: &answers,
            recorded: None,
            unseen: &casework::decide::ALL_SEEN,
            judge: &judge,
        };
        let faults = missing(&state, &situation);
        if faults.is_empty() {
            return answers.into_iter().map(|(id, value)| (id, Some(value))).collect();
        }
        let fields = &procedure.form.fields;
        let other = fields[dice.below(fields.len())].id.clone();
        for id in faults.into_iter().map(|(id, _)| id).chain([other]) {
            if let Some(field) =
                procedure.form.field(id.as_str()).filter(|field| !fixed.contains_key(&field.id))
            {
                answers.insert(id, dice.value(field));
            }
        }
    }
    panic!("{}: nobody can fill this form in", procedure.id);
}

/// The session of somebody in the post of an open step.
fn at_work(world: &World, case: &ObjectRef, step: &Step) -> Shown {
    let office = world.view(case).state.steps[&step.id].office.clone();
    let login = format!("{}-{office}", step.role);
    let posts = [Post::new(step.role.clone(), office)];
    // Whoever is there already is there.
    let _ = world.city.register(&login, "工作人员", world::PASSWORD, &posts, world.city.now());
    Shown::Browser(world.sign_in(&login))
}

/// What somebody types into a step's form, and the papers that go with it.
fn typed(step: &Step, outcome: &Id, dice: &mut Dice) -> Sent {
    let name = |field: &Field| format!("{}.{}", step.id, field.id);
    let is_file = |field: &&Field| field.kind == FieldKind::File;
    let fields = step.form.fields.iter().filter(|field| !is_file(field));
    let mut pairs: Vec<_> = fields.map(|field| (name(field), dice.text(field))).collect();
    pairs.push(("outcome".to_owned(), outcome.to_string()));
    pairs.push(("reasons".to_owned(), "because".to_owned()));
    let files = step.form.fields.iter().filter(is_file);
    Sent::Parts(pairs, files.map(|field| (name(field), "page.pdf".to_owned(), PAGE.to_vec())).collect())
}

/// The same from a program: a document, with the papers in parts beside it.
fn told(step: &Step, outcome: &Id, dice: &mut Dice) -> Sent {
    let Sent::Parts(pairs, files) = typed(step, outcome, dice) else { panic!("a form has parts") };
    let own = format!("{}.", step.id);
    let answers = pairs.iter().filter_map(|(name, text)| Some((name.strip_prefix(&own)?, text)));
    let document = serde_json::json!({
        "step": step.id.as_str(),
        "outcome": outcome.as_str(),
        "reasons": "because",
        "answers": answers.collect::<BTreeMap<_, _>>(),
    });
    Sent::Parts(vec![("document".to_owned(), document.to_string())], files)
}

/// Posts a step's form.
fn post(world: &World, shown: &Shown, case: &ObjectRef, step: &Step, sent: &Sent) -> Reply {
    let action = pack::model::StepKind::ALL.iter().find(|(_, kind)| *kind == step.kind).unwrap().0;
    world.call(shown, "POST", &format!("/desk/cases/{}/{action}/{}", case.id, step.id), sent)
}

/// That the page asks for each field of the form by its own control.
fn asks(page: &str, step: &Step, form: &Form) {
    for field in &form.fields {
        let control = format!(r#"name="{}.{}""#, step.id, field.id);
        let at = page.find(&control).unwrap_or_else(|| panic!("{control} is not on the page"));
        let file = page[at..].split('>').next().unwrap().contains(r#"type="file""#);
        assert_eq!(file, field.kind == FieldKind::File, "{control}");
    }
}
