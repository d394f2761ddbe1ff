use super::Story;
use super::world::call::{Sent, Shown, request};
use super::world::cases::{OFFICE, Stage};
use super::world::{PASSWORD, World};
use access::Post;
use axum::body::Body;
use axum::http::header;
use casework::Command;
use pack::model::Channel;
use record::Value;
use serde_json::json;

#[test]
fn bad_input_is_told_with_its_place_and_what_should_be_there() {
    let mut story = Story::new();
    let case = story.world.case(Stage::Draft);
    let number = story.name(&json!(case.id.as_str()), "CASE");
    let path = format!("/api/cases/{number}");
    story.post("party", &format!("{path}/save"), json!({ "answer": {} }));
    story.post("party", &format!("{path}/save"), json!({ "answers": { "kind": {} } }));
    story.post("party", &format!("{path}/save"), json!({ "answers": [] }));
    story.post("party", &format!("{path}/save"), json!([]));
    let wrong = json!({ "answers": { "kind": "neither", "entries": ["marriage", "x"], "colour": "red" } });
    story.post("party", &format!("{path}/save"), wrong);
    story.post("party", &format!("{path}/submit"), json!({ "seen": -1 }));
    story.post("party", &format!("{path}/submit"), json!({ "seen": 99 }));
    story.post("party", &format!("{path}/detach"), json!({ "material": "identity-card", "digest": "abc" }));
    story.post("party", &format!("{path}/dance"), json!({}));
    story.post("party", &format!("{path}/personal"), json!({ "purpose": "curiosity" }));
    story.post("party", "/api/services/entry-change/cases", json!({}));
    story.post("party", "/api/services/entry-change/cases", json!({ "office": "moon" }));
    let channel = json!({ "office": OFFICE, "channel": "telepathy" });
    story.post("party", "/api/services/entry-change/cases", channel);
    story.post("party", "/api/services/moon-landing/cases", json!({ "office": OFFICE }));
    story.get("clerk", "/api/queue?due=tomorrow");
    story.get("clerk", "/api/queue?colour=red");
    story.get("clerk", "/api/queue?page=first");
    story.get("clerk", "/api/queue?before=soon");
    story.get("clerk", "/api/queue?office=valley-station");
    story.get("party", "/api/cases/2611-00000000-0");
    story.get("party", "/api/cases/%ff");
    story.get("supervisor-city", "/api/board/moon");
    story.get("supervisor-city", "/api/record/entries/99999999");
    story.ask("party", "POST", &format!("{path}/materials/identity-card"), &Sent::Json(json!({})));
    let empty = Sent::File("empty.pdf".into(), Vec::new());
    story.ask("party", "POST", &format!("{path}/materials/identity-card"), &empty);
    let page = Sent::File("page.html".into(), b"<html><script>alert(1)</script></html>".to_vec());
    story.ask("party", "POST", &format!("{path}/materials/identity-card"), &page);
    story.post("nobody", "/api/register", json!({ "login": "a", "name": "何", "password": "long enough 7" }));
    story.post(
        "nobody",
        "/api/register",
        json!({ "login": "party", "name": "何", "password": "long enough 7" }),
    );
    story.post("nobody", "/api/register", json!({ "login": "lotus", "name": "何", "password": "password" }));
    story.post("nobody", "/api/verify", json!({ "receipt": "c2sp.org/tlog-proof@v1\nnonsense" }));
    story.end("bad_input");
}

#[test]
fn two_at_once_are_told_who_when_and_what() {
    let mut story = Story::new();
    let case = story.world.case(Stage::Open);
    let number = story.name(&json!(case.id.as_str()), "CASE");
    let path = format!("/api/cases/{number}");
    let seen = story.quietly("clerk", "GET", &path, &Sent::Nothing).json()["seen"].clone();
    let accept = json!({ "step": "accept", "outcome": "accepted", "seen": seen });
    let refuse = json!({ "step": "accept", "outcome": "refused", "reasons": "not ours", "seen": seen });
    story.post("clerk", &format!("{path}/do"), accept.clone());
    story.post("colleague", &format!("{path}/do"), refuse);
    story.post("colleague", &format!("{path}/do"), accept);
    story.end("overtaken");
}

/// Bodies that are no JSON, and other methods.
#[test]
fn what_is_no_json_is_refused() {
    let story = Story::new();
    let session = story.world.sign_in("party");
    let send = |kind: &str, body: &'static str| {
        let path = "/api/services/entry-change/cases";
        let mut request = request(&Shown::Bearer(session.clone()), "POST", path, &Sent::Nothing);
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        *request.body_mut() = Body::from(body);
        let reply = story.world.send(request);
        story.held("POST", path, &reply);
        (reply.status.as_u16(), reply.json()["error"].as_str().unwrap().to_owned())
    };
    let json = send("application/json", "{\"office\": }");
    assert_eq!(json.0, 400);
    assert!(json.1.contains("line 1 column 12"), "{}", json.1);
    assert_eq!(send("text/plain", "{}").0, 415);
    assert_eq!(send("application/x-www-form-urlencoded", "office=lake-station").0, 415);
    let deep: &'static str = "[".repeat(100_000).leak();
    assert_eq!(send("application/json", deep).0, 400);
    let large: &'static str = format!("{{\"office\": \"{}\"}}", "a".repeat(2 << 20)).leak();
    assert_eq!(send("application/json", large).0, 413);
    let head = story.world.call(&Shown::Bearer(session.clone()), "HEAD", "/api/cases", &Sent::Nothing);
    assert_eq!(head.status.as_u16(), 200);
    for method in ["PUT", "DELETE", "PATCH"] {
        let reply = story.world.call(&Shown::Bearer(session.clone()), method, "/api/cases", &Sent::Nothing);
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET,HEAD"), "{method}");
        assert_eq!(reply.json()["code"], "other-method");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}

/// No file stands in a JSON body, and the refusal says where it does.
#[test]
fn a_step_that_takes_a_file_says_how_to_send_it() {
    let world = World::new();
    let laboratory = [Post::new("expert", "east-branch")];
    world.city.register("laboratory", "卫鉴定", PASSWORD, &laboratory, world.city.now()).unwrap();
    let party = world.actor("party");
    let start =
        Command::Start { office: OFFICE.into(), party: Some(party.id().clone()), channel: Channel::Window };
    let number = world.city.case_number(world.city.now()).unwrap();
    let procedure = "late-birth-registration".into();
    let case = world.city.casework.start(&procedure, &number, &start, &world.ask(&party)).unwrap();
    let claimed = [("claims-parent", true), ("has-certificate", false), ("test-consent", true)];
    let answers = claimed.map(|(field, answer)| (field.into(), Some(Value::Boolean(answer)))).to_vec();
    world.act(&case, "party", &Command::Save { answers });
    world.fill(&case, "party");
    world.act(&case, "party", &Command::Submit);
    let (step, outcome) = ("accept".into(), "accepted".into());
    world.act(&case, "clerk", &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
    let expert = Shown::Bearer(world.sign_in("laboratory"));
    let check = |answers: serde_json::Value| {
        let body = json!({ "step": "kinship-test", "outcome": "supported", "answers": answers });
        let path = format!("/api/cases/{}/do", case.id);
        let told = world.call(&expert, "POST", &path, &Sent::Json(body)).json();
        let fault = told["faults"]["report"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
        for said in ["multipart/form-data", "`kinship-test.report`", "`document`"] {
            assert!(fault.contains(said), "{said}: {fault}");
        }
    };
    check(json!({ "laboratory": "the county's", "report-number": "7" }));
    check(json!({ "laboratory": "the county's", "report-number": "7", "report": "report.pdf" }));
}
