//! Words that are said in a case, and the names of its files, are nowhere in clear on the record or beside it. They go when
//! the case is erased, and every proof stays.

use super::dice::Dice;
use super::sealed::onwards;
use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::world::cases::{PAGE, Stage};
use super::{open, run};
use access::entropy::Seeded;
use access::policy::Actor;
use access::registry::{self, Stamp};
use access::{Person, PersonId, Post};
use casework::erase::{Done, NotErased, Request, WISHED, erase};
use casework::state::sealed_under;
use casework::{Command, Refused};
use pack::Id;
use pack::model::Start;
use record::{ObjectRef, Time, Value, Version, encoding};
use std::collections::BTreeSet;

/// What is said, each at its place; no two alike.
const WORDS: [&str; 11] = [
    "荷叶一号看不清",
    "荷叶二号轮休",
    "荷叶三号材料齐",
    "荷叶四号属实",
    "荷叶五号可办",
    "荷叶六号等太久",
    "荷叶七号致歉",
    "荷叶八号挺好",
    "荷叶九号录错",
    "荷叶十号的身份证",
    "荷叶十一号不办了",
];

struct Said {
    world: World,
    /// One that came to its end, one that the office entered, one that was withdrawn.
    cases: [ObjectRef; 3],
}

impl Said {
    fn new() -> Self {
        let world = World::new();
        let [note, leave, accepted, passed, entered, slow, sorry, fine, slip, name, withdrawn] = WORDS;
        let draft = world.case(Stage::Draft);
        let party = Shown::Browser(world.sign_in("party"));
        let file = Sent::File(format!("{name}.pdf"), [PAGE, b" of another"].concat());
        let path = format!("/cases/{}/materials/identity-card", draft.id);
        assert_eq!(world.call(&party, "POST", &path, &file).status, 200);
        world.act(&draft, "party", &Command::Submit);
        let notes = vec![("before".into(), note.to_owned())];
        world.act(&draft, "clerk", &Command::Correct { step: "accept".into(), notes });
        let told = world.get(&party, &format!("/cases/{}", draft.id)).text();
        assert!(told.contains(note), "what is to be corrected is told to its party");
        let right = vec![("before".into(), Some(Value::from("看得清了")))];
        world.act(&draft, "party", &Command::Save { answers: right });
        world.act(&draft, "party", &Command::Answer);
        world.act(&draft, "clerk", &Command::Take { step: "accept".into() });
        let to = world.person("colleague").object();
        world.act(
            &draft,
            "clerk",
            &Command::HandOver { step: "accept".into(), to, reasons: leave.to_owned() },
        );
        for (who, step, outcome, reasons) in [
            ("colleague", "accept", "accepted", Some(accepted)),
            ("examiner", "check", "passed", Some(passed)),
            ("approver", "enter", "entered", Some(entered)),
            ("clerk", "deliver", "delivered", None),
        ] {
            let reasons = reasons.map(str::to_owned);
            let (step, outcome) = (step.into(), outcome.into());
            world.act(&draft, who, &Command::Do { step, outcome, reasons, answers: Vec::new() });
        }
        world.act(&draft, "party", &Command::Complain { words: slow.to_owned() });
        world.act(&draft, "supervisor-above", &Command::Reply { complaint: 0, words: sorry.to_owned() });
        world.act(&draft, "party", &Command::Rate { stars: 4, words: Some(fine.to_owned()) });
        let counter = world.case(Stage::Entered);
        let (of, field, answer) = ("form".into(), "before".into(), Value::from("写对了"));
        world.act(&counter, "clerk", &Command::Amend { of, field, answer, reasons: slip.to_owned() });
        let other = world.case(Stage::Open);
        world.act(&other, "party", &Command::Withdraw { reasons: Some(withdrawn.to_owned()) });
        Self { world, cases: [draft, counter, other] }
    }

    /// What the party sees of its cases, in all ways.
    fn seen(&self) -> String {
        let party = Shown::Browser(self.world.sign_in("party"));
        let program = Shown::Bearer(self.world.sign_in("party"));
        let mut seen = String::new();
        for case in &self.cases {
            seen += &self.world.get(&party, &format!("/cases/{}", case.id)).text();
            seen += &self.world.get(&program, &format!("/api/cases/{}", case.id)).text();
            seen += &self.world.get(&program, &format!("/api/cases/{}/history", case.id)).text();
        }
        seen
    }

    /// The words that stand in clear in anything that is written down.
    fn in_clear(&self) -> Vec<&'static str> {
        self.world.city.casework.save().unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        let mut folders = vec![self.world.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match entry.is_dir() {
                    true => folders.push(entry),
                    false => bytes.extend(std::fs::read(entry).unwrap()),
                }
            }
        }
        let stands = |word: &&&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        WORDS.iter().filter(stands).copied().collect()
    }

    /// Erases what the case holds of its party, and leaves them their account.
    fn erase(&self, case: &ObjectRef) -> Result<Done, NotErased> {
        let (subject, now) = (sealed_under(case), self.world.city.now());
        let request = Request { subject: &subject, reasons: "asked", actor: None, now, running: true };
        erase(self.world.city.casework.record(), &request)
    }

    fn receipts(&self) -> Vec<(String, String)> {
        let record = self.world.city.casework.record();
        let all = self.cases.iter().flat_map(|case| record.history(case, Version(0), usize::MAX).unwrap());
        all.map(|entry| (record.receipt(&entry.event.id).unwrap().unwrap(), encoding::encode(&entry.event)))
            .collect()
    }
}

/// The words among [`WORDS`] that stand in a text.
fn among(text: &str) -> Vec<&'static str> {
    WORDS.iter().filter(|word| text.contains(**word)).copied().collect()
}

/// What the last readings on the record name.
fn readings(world: &World) -> Vec<Vec<String>> {
    let party = world.person("party").object();
    let history = world.city.casework.record().history(&party, Version(0), usize::MAX).unwrap();
    let read = history.iter().filter(|entry| entry.event.activity.as_str() == access::activity::DATA_READ);
    let named = read.map(|entry| match entry.event.attribute(access::activity::attribute::FIELDS) {
        Some(Value::List(fields)) => fields.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        other => panic!("{other:?}"),
    });
    named.collect()
}

const SAID: [&str; 4] = ["said.complaints", "said.corrections", "said.rating", "said.reasons"];

/// Whoever may see a case does not read what was written in it for that: they state what for, where a policy lets them, and whom
/// it concerns sees that they did.
#[test]
fn words_are_read_under_a_purpose() {
    let said = Said::new();
    let world = &said.world;
    let number = &said.cases[0].id;
    let (desk, board, api) =
        (format!("/desk/cases/{number}"), format!("/board/cases/{number}"), format!("/api/cases/{number}"));
    let history = format!("{api}/history");
    for login in ["clerk", "examiner", "approver", "supervisor-above", "supervisor-city"] {
        let (browser, program) = (Shown::Browser(world.sign_in(login)), Shown::Bearer(world.sign_in(login)));
        for (shown, path) in [(&browser, &desk), (&browser, &board), (&program, &api), (&program, &history)] {
            let reply = world.get(shown, path);
            let supervises = login.starts_with("supervisor");
            assert!(
                reply.status == 200 || (*path == board && !supervises),
                "{login} {path}: {}",
                reply.status
            );
            assert_eq!(among(&reply.text()), Vec::<&str>::new(), "{login} {path}");
        }
        let told = world.get(&program, &api).json();
        let sealed: Vec<&str> =
            told["sealed"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
        assert!(SAID.iter().all(|said| sealed.contains(said)), "{login}: {sealed:?}");
        assert!(told["complaints"][0]["words"].is_null() && told["complaints"][0]["replied"].is_string());
    }
    assert_eq!(readings(world), Vec::<Vec<String>>::new(), "nothing was read");
    // What is over is no clerk's to read any more.
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let page = world.get(&clerk, &desk).text();
    assert!(page.contains("You may not read what is personal here"), "{page}");
    let stated = form(&[("purpose", "handle-case")]);
    assert_eq!(world.call(&clerk, "POST", &format!("{desk}/personal"), &stated).status, 403);
    let program = Shown::Bearer(world.sign_in("clerk"));
    for path in [&api, &history] {
        assert_eq!(world.get(&program, &format!("{path}?purpose=handle-case")).status, 403, "{path}");
    }
    assert_eq!(readings(world), Vec::<Vec<String>>::new(), "nothing was read");
    let above = Shown::Browser(world.sign_in("supervisor-city"));
    let opened =
        world.call(&above, "POST", &format!("{desk}/personal"), &form(&[("purpose", "inspect")])).text();
    let of_case: Vec<&str> =
        WORDS.iter().filter(|word| !["荷叶九号录错", "荷叶十一号不办了"].contains(word)).copied().collect();
    assert_eq!(among(&opened), of_case, "{opened}");
    assert!(
        !opened.contains("data-refresh=\"events\"") && !opened.contains("data-refresh=\"steps\""),
        "it stays open"
    );
    let last = readings(world).pop().unwrap();
    assert!(SAID.iter().all(|said| last.contains(&(*said).to_owned())), "{last:?}");
    let program = Shown::Bearer(world.sign_in("supervisor-city"));
    let told = world.get(&program, &format!("{api}?purpose=inspect"));
    assert!(
        ["荷叶三号材料齐", "荷叶六号等太久", "荷叶七号致歉", "荷叶八号挺好"]
            .iter()
            .all(|said| told.text().contains(said))
    );
    assert_eq!(readings(world).pop().unwrap(), SAID, "words alone were read");
    let told = world.get(&program, &format!("{history}?purpose=inspect")).text();
    let files = "荷叶十号的身份证";
    assert_eq!(
        among(&told),
        of_case.iter().filter(|word| **word != files).copied().collect::<Vec<_>>(),
        "{told}"
    );
    assert_eq!(readings(world).len(), 3);
    let party = Shown::Browser(world.sign_in("party"));
    let page = world.get(&party, &format!("/cases/{number}")).text();
    for what in
        ["reasons that were given", "what is to be corrected", "complaints and their answers", "the rating"]
    {
        assert!(page.contains(what), "{what}: {page}");
    }
}

/// Whoever enters a correction at the counter sees what it is about once they have stated what for, and it stays before them.
#[test]
fn what_is_to_be_corrected_is_opened_at_the_counter() {
    let world = World::new();
    let case = world.case(Stage::Entered);
    let note = "荷叶十四号不清";
    let notes = vec![("before".into(), note.to_owned())];
    world.act(&case, "clerk", &Command::Correct { step: "accept".into(), notes });
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let path = format!("/cases/{}/form", case.id);
    let part = format!("{path}/part");
    let typed = form(&[("before", "看得清了"), ("purpose", "handle-case")]);
    assert!(!world.get(&clerk, &path).text().contains(note));
    assert!(!world.call(&clerk, "POST", &part, &typed).text().contains(note), "nobody has opened it yet");
    let opened = world.get(&clerk, &format!("{path}?purpose=handle-case")).text();
    assert!(opened.contains(note), "{opened}");
    let count = readings(&world).len();
    assert!(world.call(&clerk, "POST", &part, &typed).text().contains(note), "it stays before them");
    assert_eq!(readings(&world).len(), count, "and is read once");
    let colleague = Shown::Browser(world.sign_in("colleague"));
    assert!(
        !world.call(&colleague, "POST", &part, &typed).text().contains(note),
        "a colleague has not opened it"
    );
    assert!(!world.call(&clerk, "POST", &part, &form(&[("before", "看得清了")])).text().contains(note));
}

/// Of every service, whoever may answer a complaint about a case that is over can read what it is about, and all that the answer
/// needs; and there is somebody.
#[test]
fn whoever_may_answer_may_read() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let casework = &world.city.casework;
    let services = book.definitions.procedures.values().filter(|one| one.start == Start::Party);
    for (count, procedure) in services.enumerate() {
        let mut dice = Dice(count as u64);
        let case = open(&world, procedure, &mut dice);
        run(&world, &case, &Command::Withdraw { reasons: None });
        onwards(&world, procedure, &case, &mut dice);
        if !world.view(&case).state.ended() {
            continue;
        }
        assert!(
            run(&world, &case, &Command::Complain { words: "荷叶十五号".to_owned() }),
            "{}",
            procedure.id
        );
        let view = world.view(&case);
        let chain =
            |office: &Id| book.definitions.chain(office).map(|one| one.id.clone()).collect::<Vec<_>>();
        let done =
            procedure.flow.steps.iter().map(|step| book.definitions.office_of(&view.state.office, step));
        let offices: BTreeSet<Id> = done.flat_map(|office| chain(&office)).collect();
        let mut answer = 0;
        for (role, office) in
            book.definitions.roles.keys().flat_map(|role| offices.iter().map(move |at| (role, at)))
        {
            let post = Post::new(role.clone(), office.clone());
            let stamp = Stamp { id: "granted".into(), time: Time::ZERO, actor: None };
            let id = PersonId::random(&mut Seeded::new(9)).unwrap();
            let person = Person::fold(id, &[registry::role_granted(stamp, id, &post)]);
            let actor = Actor::of(&person, Some(&post)).unwrap();
            let moves = casework.moves(&case, &view, &world.ask(&actor)).unwrap();
            if !moves.iter().any(|one| one.action == "reply") {
                continue;
            }
            answer += 1;
            let purpose = Id::from("answer-complaint");
            let ask = casework::Ask { purpose: Some(&purpose), ..world.ask(&actor) };
            for action in ["read-case", "read-personal"] {
                let decision = casework.permit(&case, &view, action, &ask).unwrap();
                assert!(decision.allowed(), "{}: {role} at {office}: {action}", procedure.id);
            }
        }
        assert!(answer > 0, "{}: nobody may answer", procedure.id);
    }
}

#[test]
fn words_go_with_the_case_and_its_proofs_stay() {
    let said = Said::new();
    let seen = said.seen();
    // What was to be corrected is not told any more once it was.
    let unseen: Vec<_> = WORDS.iter().skip(1).filter(|word| !seen.contains(**word)).collect();
    assert_eq!(unseen, Vec::<&&str>::new(), "what was said is told to whom it concerns");
    assert_eq!(said.in_clear(), Vec::<&str>::new(), "and written down sealed");
    let receipts = said.receipts();
    assert!(receipts.len() > 20);
    let record = said.world.city.casework.record();
    for case in &said.cases {
        said.erase(case).unwrap();
    }
    let seen = said.seen();
    let left: Vec<_> = WORDS.iter().filter(|word| seen.contains(**word)).collect();
    assert_eq!(left, Vec::<&&str>::new(), "nothing of it is left");
    assert!(seen.contains("(erased)"), "and it is said that there was something");
    for (receipt, line) in receipts {
        let proven = record::proof::verify_receipt(&receipt, Some(&line), Some(record.verifier()));
        assert!(proven.is_ok(), "{line}: {proven:?}");
    }
    assert!(record.verify(&mut |_, _| {}).unwrap().faults.is_empty());
}

/// Nobody can answer words that are gone: the complaint waits for nobody any more, and its page says why.
#[test]
fn a_complaint_whose_words_are_erased_is_closed() {
    let world = World::new();
    let (case, other) = (world.case(Stage::Open), world.case(Stage::Open));
    for case in [&case, &other] {
        world.act(case, "party", &Command::Complain { words: "荷叶十三号还在等".to_owned() });
    }
    let waiting = || -> Vec<ObjectRef> {
        let all =
            world.city.casework.board(|board| board.complained().map(|(case, _)| case.clone()).collect());
        all.unwrap()
    };
    assert!(waiting().contains(&case));
    let (subject, now) = (sealed_under(&case), world.city.now());
    let request = Request { subject: &subject, reasons: WISHED, actor: None, now, running: true };
    erase(world.city.casework.record(), &request).unwrap();
    assert_eq!(waiting(), [other], "the other's still waits");
    let reply = Command::Reply { complaint: 0, words: "sorry".to_owned() };
    let actor = world.actor("supervisor-above");
    let refused = world.city.casework.run(&case, &reply, &world.ask(&actor));
    assert!(matches!(refused, Err(Refused::Case(_))), "{refused:?}");
    let party = Shown::Browser(world.sign_in("party"));
    let page = world.get(&party, &format!("/cases/{}", case.id)).text();
    assert!(
        page.contains("Closed without an answer") && page.contains("At the request of the person"),
        "{page}"
    );
    assert_eq!(world.view(&case).state.complained(), None, "and so it folds");
    world.act(&case, "party", &Command::Complain { words: "又等了一天".to_owned() });
    assert!(waiting().contains(&case), "what is said afterwards waits for an answer");
}

/// Whoever complains about a case whose data is gone is heard, and what they say then can go as well.
#[test]
fn what_is_said_after_an_erasure_goes_by_the_next() {
    let said = Said::new();
    let record = said.world.city.casework.record();
    for case in &said.cases {
        said.erase(case).unwrap();
    }
    let [case, ..] = &said.cases;
    let words = "荷叶十二号又等";
    said.world.act(case, "party", &Command::Complain { words: words.to_owned() });
    let actor = said.world.actor("clerk");
    let (of, field, answer) = ("form".into(), "before".into(), Value::from("写对了"));
    let amend = Command::Amend { of, field, answer, reasons: "late".to_owned() };
    let refused = said.world.city.casework.run(&said.cases[1], &amend, &said.world.ask(&actor));
    assert!(matches!(refused, Err(Refused::Case(_))), "what is erased is not corrected: {refused:?}");
    assert!(said.seen().contains(words));
    said.erase(case).unwrap();
    assert!(!said.seen().contains(words));
    let again = said.erase(case);
    assert!(again.is_err(), "nothing was left: {again:?}");
    assert!(record.verify(&mut |_, _| {}).unwrap().faults.is_empty());
    // A page of a case that was erased is still one.
    let party = Shown::Browser(said.world.sign_in("party"));
    let rated = said.world.call(
        &party,
        "POST",
        &format!("/cases/{}/rate", said.cases[2].id),
        &form(&[("stars", "1")]),
    );
    assert!(rated.status.is_redirection() || rated.status == 409, "{}", rated.status);
}
