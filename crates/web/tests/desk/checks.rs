//! What a step's form may hold is decided by the server, whatever a browser lets through.

use super::dice::Dice;
use super::world::call::{Sent, Shown};
use super::world::cases::PAGE;
use super::world::{World, packs};
use super::{at_work, open, post, run};
use casework::Command;
use pack::File;
use record::{ObjectRef, Record, Value};

/// The shipped packs, in which a test of kinship has rules for what it records: by itself, and beside what another step
/// recorded, which is sealed.
fn strict() -> Vec<File> {
    let check = |must: &str| {
        format!(r#"check = '{must}', check-title = {{ zh = "与规定不符", en = "It breaks the rule" }}"#)
    };
    let number = r#"title = { zh = "鉴定意见书编号", en = "Number of the report" }, kind = "text""#;
    let laboratory = r#"{ id = "laboratory", title = { zh = "鉴定机构", en = "Laboratory" }, kind = "text""#;
    let findings = r#"en = "What was found" }, kind = "long-text", personal = true"#;
    let mut files = packs();
    let flows = files.iter_mut().find(|file| file.path == "household/flows.toml").unwrap();
    let mut with = |line: &str, must: &str| {
        assert!(flows.text.contains(line), "{line}");
        flows.text = flows.text.replace(line, &format!("{line}, {}", check(must)));
    };
    with(number, r#"steps.kinship_test.report_number.startsWith("K")"#);
    with(laboratory, "steps.kinship_test.laboratory != steps.investigate.findings");
    // Only where the two steps are those of this flow.
    let at = flows.text.rfind(findings).unwrap();
    let must = check("steps.investigate.findings != steps.investigate.people_asked");
    flows.text.insert_str(at + findings.len(), &format!(", {must}"));
    files
}

struct Desk {
    world: World,
    case: ObjectRef,
}

impl Desk {
    /// A case at the steps of which both have rules.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::create_in(dir.path()).unwrap();
        let world = World::peopled(dir, record, &strict(), |_| {});
        let book = std::sync::Arc::clone(world.city.casework.book());
        let kinship = |procedure: &&pack::model::Procedure| procedure.flow.id.as_str() == "kinship";
        let procedure = book.definitions.procedures.values().find(kinship).unwrap();
        let mut dice = Dice(3);
        loop {
            let case = open(&world, procedure, &mut dice);
            let (step, outcome) = ("accept".into(), "accepted".into());
            let accept = Command::Do { step, outcome, reasons: None, answers: Vec::new() };
            assert!(run(&world, &case, &accept));
            if world.view(&case).state.open_steps().any(|(id, _)| id.as_str() == "kinship-test") {
                return Self { world, case };
            }
        }
    }

    fn shown(&self, step: &str) -> Shown {
        at_work(&self.world, &self.case, self.step(step))
    }

    fn step(&self, step: &str) -> &pack::model::Step {
        let procedure = &self.world.view(&self.case).state.procedure;
        self.world.city.casework.book().procedure(procedure).unwrap().flow.step(step).unwrap()
    }

    /// What comes of answers to a step: its status and page.
    fn tried(&self, step: &str, answers: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (u16, String) {
        let pairs = answers.iter().map(|(name, value)| match *name {
            "outcome" | "reasons" | "seen" => ((*name).to_owned(), (*value).to_owned()),
            field => (format!("{step}.{field}"), (*value).to_owned()),
        });
        let files = file.map(|(name, bytes)| (format!("{step}.report"), name.to_owned(), bytes.to_vec()));
        let sent = Sent::Parts(pairs.collect(), files.into_iter().collect());
        let reply = post(&self.world, &self.shown(step), &self.case, self.step(step), &sent);
        (reply.status.as_u16(), reply.text())
    }
}

const BROKEN: &str = "It breaks the rule";

#[test]
fn the_checks_of_a_steps_form_are_held_on_the_server() {
    let desk = Desk::new();
    let ask = |asked, found| {
        let answers = [("people-asked", asked), ("findings", found), ("outcome", "passed")];
        desk.tried("investigate", &answers, None)
    };
    let (status, page) = ask("王大夫", "王大夫");
    assert_eq!((status, page.contains(BROKEN)), (422, true), "{page}");
    assert_eq!(ask("王大夫", "属实").0, 303);
    let test = |laboratory, number, file| {
        let answers = [("laboratory", laboratory), ("report-number", number), ("outcome", "supported")];
        desk.tried("kinship-test", &answers, file)
    };
    let paper = Some(("report.pdf", PAGE));
    for (laboratory, number, file, said) in [
        ("省鉴定中心", "K1", None, "This is needed"),
        ("省鉴定中心", "17", paper, BROKEN),
        // What the other step recorded is sealed, and is held against all the same.
        ("属实", "K1", paper, BROKEN),
        (
            "省鉴定中心",
            "K1",
            Some(("page.html", &b"<script>1</script>"[..])),
            "of a kind that cannot be attached",
        ),
        ("省鉴定中心", "K1", Some(("empty.pdf", &b""[..])), "is empty"),
    ] {
        let (status, page) = test(laboratory, number, file);
        assert_eq!((status, page.contains(said)), (422, true), "{laboratory} {number}: {page}");
        let kept = format!(r#"value="{laboratory}""#);
        assert!(page.contains(&kept), "what was typed is kept: {page}");
        let again = page.contains("choose the file again");
        assert!(said != BROKEN || again, "a file that came is asked for again: {page}");
    }
    assert_eq!(test("省鉴定中心", "K1", paper).0, 303);
}

#[test]
fn a_step_with_a_file_is_recorded_once_and_shown_under_a_purpose() {
    let desk = Desk::new();
    let found = [("people-asked", "王大夫"), ("findings", "属实"), ("outcome", "passed")];
    assert_eq!(desk.tried("investigate", &found, None).0, 303);
    let seen = desk.world.view(&desk.case).state.events.to_string();
    let answers = [
        ("laboratory", "省鉴定中心"),
        ("report-number", "K1"),
        ("outcome", "supported"),
        ("seen", seen.as_str()),
    ];
    for _ in 0..2 {
        let (status, page) = desk.tried("kinship-test", &answers, Some(("report.pdf", PAGE)));
        assert_eq!(status, 303, "{page}");
    }
    let state = &desk.world.view(&desk.case).state;
    assert_eq!(state.events, seen.parse::<u64>().unwrap() + 1, "it was done twice");
    let casework = &desk.world.city.casework;
    let value = &state.steps["kinship-test"].answers["report"];
    let Some(Value::File(file)) = casework.in_clear(value).unwrap() else { panic!("no file was recorded") };
    let path = format!("/cases/{}/materials/kinship-test.report/{}", desk.case.id, file.digest);
    let shown = desk.shown("kinship-test");
    let page = desk.world.get(&shown, &format!("/desk/cases/{}", desk.case.id)).text();
    assert!(page.contains("省鉴定中心") && !page.contains("report.pdf"), "personal files are closed: {page}");
    assert_eq!(desk.world.get(&shown, &path).status, 403);
    let stated = super::world::call::form(&[("purpose", "give-opinion")]);
    let opened =
        desk.world.call(&shown, "POST", &format!("/desk/cases/{}/personal", desk.case.id), &stated).text();
    assert!(opened.contains(&format!("{path}?purpose=give-opinion")), "{opened}");
    let read = desk.world.get(&shown, &format!("{path}?purpose=give-opinion"));
    assert_eq!((read.status.as_u16(), read.body.as_slice()), (200, PAGE));
    // What a step recorded is no paper of the applicant's.
    let party = Shown::Browser(desk.world.sign_in("party"));
    assert_eq!(desk.world.get(&party, &path).status, 404);
}
