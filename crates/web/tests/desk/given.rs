//! What a case gave, and how long that is valid: by the answer that says so, by the pack's terms, counted as days are.

use super::dice::Dice;
use super::world::call::{Sent, Shown};
use super::world::cases::{GIVES, SECRET, Stage};
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

fn as_(world: &World, login: &str) -> Shown {
    Shown::Browser(world.sign_in(login))
}

/// How many readings of the party's data are on the record.
fn readings(world: &World) -> usize {
    let party = world.person("party").object();
    let history = world.city.casework.record().history(&party, record::Version(0), usize::MAX).unwrap();
    let read = |entry: &&record::Entry| entry.event.activity.as_str() == access::activity::DATA_READ;
    history.iter().filter(read).count()
}

/// Its holder opens what a case gave, prints it and takes its proof; to anybody else it is not there, and to an official it
/// opens under a purpose, which its holder sees.
#[test]
fn what_a_case_gave_is_a_document() {
    let world = World::new();
    let case = world.case(Stage::Issued);
    let path = format!("/cases/{}/documents/{GIVES}", case.id);
    let page = |login: &str, path: &str| {
        let reply = world.get(&as_(&world, login), path);
        (reply.status.as_u16(), reply.text())
    };
    let (_, own) = page("party", &format!("/cases/{}", case.id));
    assert!(own.contains(&format!(r#"href="{path}""#)), "{own}");
    let (status, own) = page("party", &path);
    let number = format!("credential.{GIVES}:{}", case.id);
    for said in ["王莲生", SECRET, "valid until revoked", "not yet", "data-print", "<svg", &number] {
        assert!(status == 200 && own.contains(said), "{said}: {own}");
    }
    let proof = world.get(&as_(&world, "party"), &format!("{path}/receipt.tlog-proof")).text();
    let proven = record::proof::verify_receipt(&proof, None, Some(world.city.casework.record().verifier()));
    let proven = proven.unwrap();
    assert_eq!(proven.event.object("issues").map(ToString::to_string), Some(number));
    assert!(!proof.contains(SECRET) && !proof.contains("王莲生"), "{proof}");
    for login in ["other", "clerk-elsewhere", "supervisor-elsewhere"] {
        assert_eq!(page(login, &path).0, 404, "{login}");
    }
    let (_, desk) = page("clerk", &format!("/desk/cases/{}", case.id));
    assert!(desk.contains(&format!(r#"href="{path}""#)), "{desk}");
    let before = readings(&world);
    let (status, closed) = page("clerk", &path);
    assert!(status == 200 && closed.contains("State a purpose"), "{closed}");
    assert!(!closed.contains("王莲生") && !closed.contains(SECRET), "{closed}");
    assert_eq!(readings(&world), before);
    let (status, opened) = page("clerk", &format!("{path}?purpose=handle-case"));
    assert!(status == 200 && opened.contains("王莲生") && opened.contains(SECRET), "{opened}");
    assert_eq!(readings(&world), before + 1);
    assert_eq!(page("clerk", &format!("{path}?purpose=inspect")).0, 403);
    let (_, reads) = page("party", &format!("/cases/{}", case.id));
    assert!(reads.contains("Certificate of registration"), "{reads}");
    let (_, api) = page("party", &format!("/api{path}"));
    assert!(api.contains("王莲生") && api.contains("always"), "{api}");
    assert_eq!(page("clerk", &format!("/api{path}")).0, 403);
}

/// A flow whose last step may send the case back to the one that gives something.
const AGAIN: &str = r#"
[flow.certificate.step.deliver]
kind = "deliver"
role = "clerk"
outcome = [
    { id = "handed-over", title = { zh = "送达", en = "Hand over" }, activity = "certificate handed over" },
    { id = "wrong", title = { zh = "有误，重新办理", en = "Wrong: once more" }, activity = "certificate found wrong", reopens = ["certify"] },
]
"#;

/// What was taken back says so, as does what stands again; what it says of its validity goes by the day.
#[test]
fn a_document_says_whether_it_stands() {
    let mut files = packs();
    let flows = files.iter_mut().find(|file| file.path == "household/flows.toml").unwrap();
    let deliver = flows.text.find("[flow.certificate.step.deliver]").unwrap();
    let end = deliver + flows.text[deliver + 1..].find("\n[").unwrap() + 1;
    flows.text.replace_range(deliver..end, AGAIN);
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let world = World::peopled(dir, record, &files, |_| {});
    let case = world.case(Stage::Issued);
    let path = format!("/cases/{}/documents/{GIVES}", case.id);
    let says = |stands: bool| {
        for path in [path.clone(), format!("/cases/{}", case.id)] {
            let page = world.call(&as_(&world, "party"), "GET", &path, &Sent::Nothing).text();
            assert_eq!(page.contains("No longer stands"), !stands, "{path}: {page}");
        }
        let given = world.city.casework.given(&world.view(&case)).unwrap();
        assert_eq!(given.iter().map(|given| given.revoked.is_none()).collect::<Vec<_>>(), [stands]);
    };
    let act = |step: &str, outcome: &str| {
        let (step, outcome) = (step.into(), outcome.into());
        world.act(&case, "clerk", &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
    };
    says(true);
    act("deliver", "wrong");
    says(false);
    act("certify", "certified");
    says(true);
    act("deliver", "handed-over");
    says(true);
}
