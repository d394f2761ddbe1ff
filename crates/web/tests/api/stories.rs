use super::Story;
use super::world::call::{Sent, Shown, form};
use super::world::cases::{NUMBER, OFFICE, PAGE, SECRET, Stage};
use super::world::{self, PASSWORD, cases};
use access::activity;
use access::session::Token;
use record::ObjectRef;
use serde_json::{Value as Json, json};

fn file() -> Sent {
    Sent::File("page.pdf".to_owned(), PAGE.to_vec())
}

/// Fills in what the case says is missing, as the service describes it.
fn fill(story: &mut Story, who: &'static str, case: &str, service: &str) {
    let path = format!("/api/cases/{case}");
    for _ in 0..8 {
        let read = |story: &mut Story, path: &str| story.quietly(who, "GET", path, &Sent::Nothing).json();
        let missing = read(story, &path)["missing"].as_object().unwrap().clone();
        if missing.is_empty() {
            return;
        }
        let form = read(story, &format!("/api/services/{service}"))["form"].clone();
        let mut answers = serde_json::Map::new();
        for id in missing.keys() {
            match form.as_array().unwrap().iter().find(|field| field["id"] == id.as_str()) {
                Some(field) => drop(answers.insert(id.clone(), answer(field, answers.len()))),
                None => drop(story.quietly(who, "POST", &format!("{path}/materials/{id}"), &file())),
            }
        }
        story.quietly(who, "POST", &format!("{path}/save"), &Sent::Json(json!({ "answers": answers })));
    }
}

/// What a program answers to a question that it knows by its kind alone.
fn answer(field: &Json, count: usize) -> Json {
    match field["kind"].as_str().unwrap() {
        "choice" => field["choices"][0]["id"].clone(),
        "choices" => json!([field["choices"][0]["id"]]),
        "truth" => json!(false),
        "integer" => json!(1),
        "date" => json!("2020-02-02"),
        "moment" => json!("2026-11-20 08:30"),
        "identity-number" => json!(NUMBER),
        "phone" => json!("13900139000"),
        _ => json!(format!("{SECRET}{count}")),
    }
}

#[test]
fn a_resident_finds_applies_follows_and_verifies() {
    let mut story = Story::new();
    story.post("nobody", "/api/sign-in", json!({ "login": "party", "password": PASSWORD }));
    story.get("nobody", "/api/services?q=change%20of%20entry&category=household");
    story.get("nobody", "/api/services/entry-change");
    story.get("party", "/api/me");
    let begin = json!({ "office": OFFICE, "key": "my first", "answers": { "kind": "change" } });
    let begun = story.post("party", "/api/services/entry-change/cases", begin.clone());
    let case = story.name(&begun["case"], "CASE");
    story.post("party", "/api/services/entry-change/cases", begin);
    let path = format!("/api/cases/{case}");
    story.get("party", &path);
    story.post("party", &format!("{path}/submit"), json!({}));
    story.ask("party", "POST", &format!("{path}/materials/dog-licence"), &file());
    story.ask("party", "POST", &format!("{path}/materials/identity-card"), &file());
    story.ask("party", "POST", &format!("{path}/materials/identity-card"), &file());
    fill(&mut story, "party", &case, "entry-change");
    let seen = story.quietly("party", "GET", &path, &Sent::Nothing).json()["seen"].clone();
    story.post("party", &format!("{path}/submit"), json!({ "seen": seen }));
    story.post("party", &format!("{path}/submit"), json!({ "seen": seen }));
    story.get("party", &path);
    story.get("party", &format!("{path}/history?per=3"));
    story.get("party", "/api/cases");
    let receipt = story.get("party", &format!("{path}/receipt"));
    let proven =
        story.quietly("nobody", "POST", "/api/verify", &Sent::Json(json!({ "receipt": receipt["receipt"] })));
    assert_eq!(proven.status, 200);
    assert_eq!(proven.json()["leaf"], receipt["leaf"]);
    story.end("resident");
}

#[test]
fn staff_take_correct_decide_and_read_under_a_purpose() {
    let mut story = Story::new();
    let case = story.world.case(Stage::Open);
    let number = story.name(&json!(case.id.as_str()), "CASE");
    let path = format!("/api/cases/{number}");
    let seen =
        |story: &mut Story| story.quietly("clerk", "GET", &path, &Sent::Nothing).json()["seen"].clone();
    story.get("clerk", "/api/queue?due=soon&per=1");
    story.get("clerk", "/api/queue?before=2026-11-20");
    story.get("clerk", &path);
    story.post("clerk", &format!("{path}/personal"), json!({ "purpose": "inspect" }));
    story.post("clerk", &format!("{path}/personal"), json!({ "purpose": "handle-case" }));
    story.get("party", "/api/readings");
    story.post("clerk", &format!("{path}/take"), json!({ "step": "accept" }));
    story.post("colleague", &format!("{path}/do"), json!({ "step": "accept", "outcome": "accepted" }));
    let to = story.world.person("colleague").object().to_string();
    let over = json!({ "step": "accept", "to": to, "reasons": "on leave", "seen": seen(&mut story) });
    story.post("clerk", &format!("{path}/hand-over"), over);
    let notes =
        json!({ "step": "accept", "notes": { "before": "it cannot be read", "identity-card": "blurred" } });
    story.post("colleague", &format!("{path}/correct"), notes);
    story.post("party", &format!("{path}/save"), json!({ "answers": { "before": format!("{SECRET}!") } }));
    story.post("party", &format!("{path}/answer"), json!({}));
    story.get("colleague", &format!("{path}/history?per=3"));
    story.post("colleague", &format!("{path}/do"), json!({ "step": "accept", "outcome": "accepted" }));
    story.post("approver", &format!("{path}/do"), json!({ "step": "enter", "outcome": "entered" }));
    let extend =
        json!({ "clock": "decision", "reasons": "the files are elsewhere", "seen": seen(&mut story) });
    story.post("approver", &format!("{path}/extend"), extend);
    story.post("examiner", &format!("{path}/do"), json!({ "step": "check", "outcome": "passed" }));
    story.post("approver", &format!("{path}/do"), json!({ "step": "enter", "outcome": "refused" }));
    story.post("approver", &format!("{path}/do"), json!({ "step": "enter", "outcome": "entered" }));
    story.post("clerk", &format!("{path}/do"), json!({ "step": "deliver", "outcome": "delivered" }));
    let complaint = json!({ "words": "It took long", "seen": seen(&mut story) });
    story.post("party", &format!("{path}/complain"), complaint);
    story.post(
        "supervisor-above",
        &format!("{path}/reply"),
        json!({ "complaint": 0, "words": "We are sorry" }),
    );
    story.post("party", &format!("{path}/rate"), json!({ "stars": 6 }));
    story.post("party", &format!("{path}/rate"), json!({ "stars": 4, "words": "Polite" }));
    story.get("party", &path);
    story.end("staff");
}

#[test]
fn a_clerk_enters_an_application_and_an_officer_a_duty() {
    let mut story = Story::new();
    let start = "/api/services/entry-change/cases";
    // A sign-in name is looked up like a number: for a purpose, and on the record.
    story.post("clerk", start, json!({ "applicant": "party" }));
    story.post("clerk", start, json!({ "applicant": "no-such-name", "purpose": "handle-case" }));
    let known = json!({ "applicant": "party", "key": "at window 3", "purpose": "handle-case" });
    let begun = story.post("clerk", start, known);
    let looked = [activity::DATA_READ, activity::NOT_FOUND].map(|activity| story.happened(activity));
    assert_eq!(looked, [1, 1], "found once, and once not");
    let case = story.name(&begun["case"], "CASE");
    fill(&mut story, "clerk", &case, "entry-change");
    story.post("clerk", &format!("/api/cases/{case}/submit"), json!({}));
    story.get("party", "/api/cases");
    let path = format!("/api/cases/{case}");
    let wrong = json!({ "field": "before", "answer": format!("{SECRET}!"), "reasons": "", "seen": 0 });
    story.post("clerk", &format!("{path}/amend"), wrong);
    let right = |story: &mut Story, field: &str, answer: &str| {
        let seen = story.quietly("clerk", "GET", &path, &Sent::Nothing).json()["seen"].clone();
        json!({ "field": field, "answer": answer, "reasons": "a slip of the keyboard", "seen": seen })
    };
    for (who, field, answer) in [
        ("clerk", "no-such-field", "x"),
        ("examiner", "before", SECRET),
        ("party", "before", SECRET),
        ("clerk", "before", "as it should read"),
        ("approver", "before", "as it does read"),
    ] {
        let right = right(&mut story, field, answer);
        story.post(who, &format!("{path}/amend"), right);
    }
    story.get("clerk", &format!("{path}/history?per=3"));
    story.get("party", &format!("{path}/history?per=3"));
    let begun = story.post("officer", "/api/services/response/cases", json!({ "key": "call 7" }));
    let case = story.name(&begun["case"], "DUTY");
    story.get("officer", &format!("/api/cases/{case}"));
    story.end("counter");
}

#[test]
fn a_clerk_serves_somebody_who_walks_in_without_an_account() {
    let mut story = Story::new();
    let at = |what: &str| format!("/api/services/entry-change/{what}");
    let look_up = json!({ "applicant": NUMBER, "purpose": "handle-case" });
    story.post("clerk", &at("look-up"), json!({ "applicant": NUMBER, "purpose": "no-such-purpose" }));
    story.post("clerk", &at("look-up"), look_up.clone());
    story.post(
        "clerk",
        &at("accounts"),
        json!({ "name": " ", "number": "110105194912310021", "login": "a b" }),
    );
    let open =
        json!({ "name": "何来客", "number": NUMBER, "key": "window 3, 09:15", "purpose": "handle-case" });
    let opened = story.post("clerk", &at("accounts"), open.clone());
    let person = story.name(&opened["person"], "PERSON");
    let login = story.name(&opened["login"], "LOGIN");
    story.name(&opened["code"], "FIRST-CODE");
    story.post("clerk", &at("accounts"), open);
    story.post(
        "clerk",
        &at("accounts"),
        json!({ "name": "何他人", "number": NUMBER, "key": "window 3, 09:15", "purpose": "handle-case" }),
    );
    // Whether somebody has a number is told to nobody who does not say what for.
    story.post("colleague", &at("accounts"), json!({ "name": "何来客", "number": NUMBER, "login": "party" }));
    story.post("colleague", &at("codes"), json!({ "person": person, "purpose": "inspect" }));
    let known = json!({ "name": "何来客", "number": NUMBER, "purpose": "handle-case" });
    story.post("colleague", &at("accounts"), known);
    story.post("colleague", &at("look-up"), look_up);
    let again = story.post("colleague", &at("codes"), json!({ "person": person, "purpose": "handle-case" }));
    let code = story.name(&again["code"], "SECOND-CODE");
    let begun = story.post("clerk", &at("cases"), json!({ "person": person }));
    story.name(&begun["case"], "CASE");
    // They go home with their slip, and sign in.
    let shown = Shown::Nothing;
    let chosen = [("login", login.as_str()), ("password", code.as_str()), ("new", PASSWORD)];
    let reply = story.world.call(&shown, "POST", "/sign-in/password", &form(&chosen));
    assert_eq!(reply.status, 303, "{}", reply.text());
    let entered = story.post("nobody", "/api/sign-in", json!({ "login": login, "password": PASSWORD }));
    let token = Shown::Bearer(Token::parse(entered["token"].as_str().unwrap()).unwrap());
    let read = story.world.call(&token, "GET", "/api/readings", &Sent::Nothing).json();
    let fields: Vec<&Json> = read["readings"].as_array().unwrap().iter().map(|one| &one["fields"]).collect();
    let wanted = ["identity-number", "name", "sign-in-name"];
    let [code, look_up, taken] = [&wanted[1..], &wanted[..2], &wanted[..1]].map(|all| json!(all));
    assert_eq!(fields, [&code, &look_up, &taken, &taken, &taken], "who looked them up is told to them");
    let own = story.world.call(&token, "GET", "/api/cases", &Sent::Nothing).json();
    assert_eq!(own["cases"].as_array().map(Vec::len), Some(1), "{own}");
    story.post("clerk", &at("codes"), json!({ "person": person, "purpose": "handle-case" }));
    // Whoever opened their account themselves is given the number when they come with their card.
    story.post(
        "clerk",
        &at("cases"),
        json!({ "applicant": "other", "number": NUMBER, "purpose": "handle-case" }),
    );
    story.post(
        "clerk",
        &at("cases"),
        json!({ "applicant": "other", "number": "11010519491231003X", "purpose": "handle-case" }),
    );
    story.post(
        "clerk",
        &at("cases"),
        json!({ "applicant": "other", "number": "130602199003070019", "purpose": "handle-case" }),
    );
    // A number on the wrong account is taken off, and put right.
    let other = story.world.person("other").object().to_string();
    let why = "It was the number of the man next to her";
    let off = json!({ "person": other, "reasons": why, "purpose": "handle-case" });
    let mut wrong = off.clone();
    (wrong["number"], wrong["reasons"]) = (json!("12"), json!(" "));
    story.post("clerk", &at("numbers"), wrong);
    story.post("party", &at("numbers"), off.clone());
    story.post("clerk", &at("numbers"), json!({ "person": off["person"], "reasons": off["reasons"] }));
    story.post("clerk", &at("numbers"), off.clone());
    story.post("clerk", &at("numbers"), off);
    // Whoever tries number after number is made to wait; that somebody who was given an account was missed first is no try.
    for _ in 0..10 {
        let miss = json!({ "applicant": "130602199003070019", "purpose": "handle-case" });
        let reply = story.quietly("clerk", "POST", &at("look-up"), &Sent::Json(miss));
        assert_eq!(reply.status, 200);
    }
    let miss = json!({ "applicant": "130602199003070019", "purpose": "handle-case" });
    let told = story.post("clerk", &at("look-up"), miss.clone());
    assert_eq!(told["code"], "wait");
    let reply = story.quietly("clerk", "POST", &at("look-up"), &Sent::Json(miss));
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "2"));
    story.end("walk-in");
}

#[test]
fn a_deadline_is_moved_as_far_as_its_law_allows() {
    let mut story = Story::new();
    let begin = json!({ "office": OFFICE });
    let begun =
        story.quietly("party", "POST", "/api/services/residence-permit/cases", &Sent::Json(begin)).json();
    let case = story.name(&begun["case"], "CASE");
    fill(&mut story, "party", &case, "residence-permit");
    let path = format!("/api/cases/{case}");
    story.quietly("party", "POST", &format!("{path}/submit"), &Sent::Json(json!({})));
    let due = |story: &mut Story| {
        let told = story.quietly("approver", "GET", &path, &Sent::Nothing).json();
        let clocks = told["clocks"].as_array().unwrap().iter();
        let issued = clocks.filter(|clock| clock["id"] == "issued").map(|clock| clock["due"].clone());
        (issued.collect::<Vec<_>>(), told["seen"].clone())
    };
    let extend = |seen: &Json| json!({ "clock": "issued", "reasons": "the road is out", "seen": seen });
    let (none, seen) = due(&mut story);
    assert_eq!(none, Vec::<Json>::new());
    story.post("approver-above", &format!("{path}/extend"), extend(&seen));
    let accept = json!({ "step": "accept", "outcome": "accepted" });
    world::pass(60);
    story.quietly("clerk", "POST", &format!("{path}/do"), &Sent::Json(accept));
    world::pass(60);
    let (before, seen) = due(&mut story);
    // The branch decides, so it is the branch that gives more time.
    for who in ["clerk", "approver", "approver-above", "approver-above"] {
        story.post(who, &format!("{path}/extend"), extend(&seen));
    }
    let (after, seen) = due(&mut story);
    assert_eq!(
        (before, after),
        (vec![json!("2026-12-08T23:59:59+08:00")], vec![json!("2026-12-23T23:59:59+08:00")])
    );
    story.post("approver-above", &format!("{path}/extend"), extend(&seen));
    story.get("party", &format!("{path}/history?per=1"));
    // A map draws it, and does not tell of it as of a step for which cases wait.
    let map = story.quietly("supervisor-city", "GET", "/api/maps/residence-permit", &Sent::Nothing).json();
    let told = |list: &str, name: &str| {
        let all = map[list].as_array().unwrap().iter();
        all.map(|one| one[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(told("edges", "to").contains(&"Deadline extended".to_owned()), "{map}");
    let waits = told("steps", "step");
    assert!(!waits.is_empty() && !waits.contains(&"Deadline extended".to_owned()), "{map}");
    story.end("extension");
}

#[test]
fn a_supervisor_looks_from_the_office_to_the_single_entry() {
    let mut story = Story::new();
    let (open, ended) = (story.world.case(Stage::Open), story.world.case(Stage::Ended));
    story.name(&json!(open.id.as_str()), "OPEN");
    let number = story.name(&json!(ended.id.as_str()), "ENDED");
    story.get("supervisor-above", "/api/board");
    story.get("supervisor-above", "/api/board/lake-station");
    story.get("supervisor-above", "/api/board/lake-station/entry-change");
    story.get("supervisor-above", "/api/queue?office=lake-station");
    let history = story.get("supervisor-above", &format!("/api/cases/{number}/history?per=2"));
    let entry = history["events"][0]["entry"].as_u64().unwrap();
    let told = story
        .quietly("supervisor-above", "GET", &format!("/api/record/entries/{entry}"), &Sent::Nothing)
        .json();
    let proven = json!({ "receipt": told["proof"] });
    assert_eq!(
        story.quietly("nobody", "POST", "/api/verify", &Sent::Json(proven)).json()["leaf"],
        told["leaf"]
    );
    story.get("supervisor-above", &format!("/api/record/entries/{}", entry_of(&story, &ended)));
    story.get("supervisor-above", "/api/record");
    story.post("supervisor-above", "/api/record/verify", json!({}));
    let verified = |story: &mut Story| {
        let told = story.quietly("supervisor-above", "GET", "/api/record", &Sent::Nothing).json();
        !told["verified"].is_null() && told["verifying"] == false
    };
    while !verified(&mut story) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    story.get("supervisor-above", "/api/record");
    story.get("nobody", "/api/record/checkpoint");
    story.end("supervisor");
}

/// The first entry of a case.
fn entry_of(story: &Story, case: &ObjectRef) -> u64 {
    story.world.city.casework.record().history(case, record::Version(0), 1).unwrap()[0].index
}

#[test]
fn files_are_read_under_a_purpose_that_is_told() {
    let mut story = Story::new();
    let case = story.world.case(Stage::Open);
    let digest = story.world.view(&case).state.materials["identity-card"][0].digest;
    story.name(&json!(case.id.as_str()), "CASE");
    let path = format!("/api/cases/{}/materials/identity-card/{digest}", case.id);
    story.get("party", &path);
    story.get("clerk", &path);
    story.get("clerk", &format!("{path}?purpose=handle-case"));
    story.get("supervisor-above", &format!("{path}?purpose=inspect"));
    story.get("other", &format!("{path}?purpose=handle-case"));
    story.get("party", "/api/readings");
    assert_eq!(story.quietly("party", "GET", &path, &Sent::Nothing).body, cases::PAGE);
    story.end("files");
}
