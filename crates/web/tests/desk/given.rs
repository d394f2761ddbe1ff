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

/// Takes cases of a service to their end until one gives something, with these answers.
fn gives(world: &World, procedure: &str, fixed: &[(&str, &str)], dice: &mut Dice) -> ObjectRef {
    let book = std::sync::Arc::clone(world.city.casework.book());
    let procedure = &book.definitions.procedures[procedure];
    for _ in 0..20 {
        let case = begun(world, procedure, dice, fixed);
        through(world, procedure, &case, None, dice);
        if !world.city.casework.given(&world.view(&case)).unwrap().is_empty() {
            return case;
        }
    }
    panic!("{} gives nothing", procedure.id);
}

/// The second document of its kind about the same person takes the place of the first, whichever service gave it; one about somebody
/// else, whom the same party applied for, does not.
#[test]
fn a_later_document_takes_the_place_of_the_earlier() {
    let world = World::new();
    let mut dice = Dice(11);
    let mine: &[(&str, &str)] = &[("identity-number", "11010519491231002X"), ("born", "1949-12-31")];
    let child: &[(&str, &str)] = &[("identity-number", "130102202002030012"), ("born", "2020-02-03")];
    let first = gives(&world, "passport-first", mine, &mut dice);
    let other = gives(&world, "passport-first", child, &mut dice);
    let replaced =
        |case: &ObjectRef| world.city.casework.given(&world.view(case)).unwrap().remove(0).replaced;
    assert_eq!((replaced(&first), replaced(&other)), (None, None));
    let second = gives(&world, "passport-replacement", mine, &mut dice);
    let by = replaced(&first).unwrap();
    assert_eq!((&by.case, by.by.to_string()), (&second, format!("credential.passport:{}", second.id)));
    assert_eq!((replaced(&other), replaced(&second)), (None, None));
    let third = gives(&world, "passport-renewal", mine, &mut dice);
    assert_eq!(replaced(&first).unwrap().case, second, "the first was replaced by the second");
    assert_eq!(replaced(&second).unwrap().case, third);
    let path = |case: &ObjectRef| format!("/cases/{}/documents/passport", case.id);
    let party = as_(&world, "party");
    let page = world.get(&party, &path(&first)).text();
    assert!(page.contains("Replaced") && page.contains(&format!("href=\"{}\"", path(&second))), "{page}");
    assert!(world.get(&party, &format!("/cases/{}", first.id)).text().contains("Replaced"));
    assert!(!world.get(&party, &path(&third)).text().contains("Replaced"));
    let program = Shown::Bearer(world.sign_in("party"));
    let told = world.get(&program, &format!("/api{}", path(&first))).json();
    assert_eq!(told["replaced"]["by"], format!("credential.passport:{}", second.id));
    // Whoever checks the proof learns that it stands no more, and nothing of the later case.
    let checked = |case: &ObjectRef| {
        let proof = world.get(&party, &format!("{}/receipt.tlog-proof", path(case))).text();
        let page = world
            .call(&Shown::Nothing, "POST", "/verify", &super::world::call::form(&[("text", &proof)]))
            .text();
        let sent = Sent::Json(serde_json::json!({ "receipt": proof }));
        (page, world.call(&Shown::Nothing, "POST", "/api/verify", &sent).json())
    };
    let (page, told) = checked(&first);
    let told_of = |text: &str| text.matches(second.id.as_str()).count();
    assert!(page.contains("Replaced") && told_of(&page) == 0 && told_of(&told.to_string()) == 0, "{page}");
    assert_eq!(told["standing"]["is"], "replaced");
    let (page, told) = checked(&third);
    assert!(
        page.contains("it stands") && told["standing"] == serde_json::json!({ "is": "stands" }),
        "{page}"
    );
    // What the later one says whose it is may be erased: then nobody knows it.
    let request = casework::erase::Request {
        subject: &casework::state::sealed_under(&second),
        reasons: "asked",
        actor: None,
        now: world.city.now(),
        running: true,
    };
    casework::erase::erase(world.city.casework.record(), &request).unwrap();
    assert_eq!(replaced(&first).unwrap().case, third);
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
