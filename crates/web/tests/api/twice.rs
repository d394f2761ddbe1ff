//! What is sent twice is done once: from two windows, after a break of the network, at the same moment.

use super::Story;
use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::world::cases::{OFFICE, PAGE, Stage};
use casework::Command;
use record::{ObjectRef, Version};
use serde_json::{Value as Json, json};
use std::sync::Barrier;

/// How many moves a case has had.
fn moves(world: &World, case: &ObjectRef) -> usize {
    let history = world.city.casework.record().history(case, Version(0), usize::MAX).unwrap();
    history.iter().filter(|entry| entry.event.id.as_str().starts_with(&format!("{case}/"))).count()
}

/// An action of `who` on a case at `stage`, sent twice with the same body, by JSON: the second is answered as the first.
fn check(world: &World, stage: Stage, who: &str, action: &str, body: Json) {
    let case = world.case(stage);
    let mut body = body;
    body["seen"] = world.view(&case).state.events.into();
    let path = format!("/api/cases/{}/{action}", case.id);
    let shown = Shown::Bearer(world.sign_in(who));
    let first = world.call(&shown, "POST", &path, &Sent::Json(body.clone()));
    let after = moves(world, &case);
    let second = world.call(&shown, "POST", &path, &Sent::Json(body));
    assert_eq!(first.status, 200, "{action}: {}", first.text());
    assert_eq!(second.text(), first.text(), "{action}");
    assert_eq!(moves(world, &case), after, "{action} was done twice");
}

#[test]
fn every_action_that_is_sent_twice_is_done_once() {
    let world = World::new();
    let to = world.person("colleague").object().to_string();
    check(&world, Stage::Draft, "party", "submit", json!({}));
    check(&world, Stage::Counter, "clerk", "submit", json!({}));
    check(&world, Stage::Correcting, "party", "answer", json!({}));
    check(&world, Stage::Open, "party", "withdraw", json!({ "reasons": "no need" }));
    check(&world, Stage::Open, "party", "complain", json!({ "words": "slow" }));
    check(&world, Stage::Ended, "party", "rate", json!({ "stars": 5 }));
    check(&world, Stage::Open, "clerk", "take", json!({ "step": "accept" }));
    check(&world, Stage::Open, "clerk", "do", json!({ "step": "accept", "outcome": "accepted" }));
    check(&world, Stage::Open, "clerk", "correct", json!({ "step": "accept", "notes": { "before": "?" } }));
    check(
        &world,
        Stage::Taken,
        "clerk",
        "hand-over",
        json!({ "step": "accept", "to": to, "reasons": "leave" }),
    );
    let right = json!({ "field": "before", "answer": "as it should read", "reasons": "a slip" });
    check(&world, Stage::Entered, "clerk", "amend", right);
    check(&world, Stage::Ended, "supervisor-above", "reply", json!({ "complaint": 0, "words": "sorry" }));
    let case = world.case(Stage::Draft);
    let digest = world.view(&case).state.materials["identity-card"][0].digest.to_string();
    check_again_on(&world, &case, "detach", json!({ "material": "identity-card", "digest": digest }));
    check_again_on(&world, &case, "save", json!({ "answers": { "before": "somewhere else" } }));
}

/// A case that was begun by a key is given again without another look-up: its applicant sees one reading.
#[test]
fn a_case_begun_for_an_applicant_is_looked_up_once() {
    let world = World::new();
    let clerk = Shown::Bearer(world.sign_in("clerk"));
    let body = json!({ "applicant": "party", "purpose": "handle-case", "key": "window-3/17" });
    let begin = || world.call(&clerk, "POST", "/api/services/entry-change/cases", &Sent::Json(body.clone()));
    let readings = || {
        let party = world.person("party").object();
        let history = world.city.casework.record().history(&party, Version(0), usize::MAX).unwrap();
        let read = |entry: &&record::Entry| entry.event.activity.as_str() == access::activity::DATA_READ;
        history.iter().filter(read).count()
    };
    let (first, once) = (begin(), readings());
    let (second, twice) = (begin(), readings());
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200), "{}", second.text());
    assert_eq!(first.json()["case"], second.json()["case"]);
    assert_eq!((once, twice), (1, 1));
}

/// The same for a draft that stands: nothing is done the second time, whatever is said.
fn check_again_on(world: &World, case: &ObjectRef, action: &str, mut body: Json) {
    body["seen"] = world.view(case).state.events.into();
    let shown = Shown::Bearer(world.sign_in("party"));
    let path = format!("/api/cases/{}/{action}", case.id);
    let replies = [(); 2].map(|()| world.call(&shown, "POST", &path, &Sent::Json(body.clone())));
    assert_eq!(replies[0].text(), replies[1].text(), "{action}");
    assert_eq!(replies[0].status, 200, "{action}");
}

#[test]
fn forms_that_are_sent_twice_are_taken_once() {
    let world = World::new();
    let party = Shown::Browser(world.sign_in("party"));
    // Begin: the page's own key stands for one case.
    let page = world.get(&party, "/services/entry-change").text();
    let once = page.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let begin = form(&[("office", OFFICE), ("once", once), ("kind", "change")]);
    let [first, second] =
        [(); 2].map(|()| world.call(&party, "POST", "/services/entry-change/begin", &begin));
    assert_eq!(first.status, 303);
    assert_eq!(first.header("location"), second.header("location"));
    let another = form(&[("office", OFFICE), ("once", "another page"), ("kind", "change")]);
    let third = world.call(&party, "POST", "/services/entry-change/begin", &another);
    assert_ne!(first.header("location"), third.header("location"));
    // The key is the reader's own: to somebody else it stands for another case.
    let other = Shown::Browser(world.sign_in("other"));
    let theirs = world.call(&other, "POST", "/services/entry-change/begin", &begin);
    assert_eq!(theirs.status, 303);
    assert_ne!(first.header("location"), theirs.header("location"));
    // A complaint, and an account.
    let case = world.case(Stage::Open);
    let complaint = form(&[("words", "slow"), ("seen", &world.view(&case).state.events.to_string())]);
    let path = format!("/cases/{}/complain", case.id);
    let [first, second] = [(); 2].map(|()| world.call(&party, "POST", &path, &complaint));
    assert_eq!((first.status, second.status), (303.try_into().unwrap(), 303.try_into().unwrap()));
    assert_eq!(world.view(&case).state.complaints.len(), 1);
    let register = form(&[("login", "newcomer"), ("name", "何新人"), ("password", "ten lotus seeds")]);
    let [first, second] = [(); 2].map(|()| world.call(&Shown::Nothing, "POST", "/register", &register));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
    let wrong = form(&[("login", "newcomer"), ("name", "何新人"), ("password", "eleven lotus seeds")]);
    assert_eq!(world.call(&Shown::Nothing, "POST", "/register", &wrong).status, 422);
    // A file that is sent again after a break.
    let case = world.case(Stage::Draft);
    let path = format!("/cases/{}/materials/change-proof", case.id);
    let file = Sent::File("scan.pdf".into(), [PAGE, b"2"].concat());
    let files = || world.view(&case).state.materials["change-proof"].len();
    let before = files();
    for _ in 0..2 {
        assert_eq!(world.call(&party, "POST", &path, &file).status, 200);
    }
    assert_eq!(files(), before + 1);
}

/// The same request from many at one moment.
fn race<const N: usize>(world: &World, requests: [(Shown, String, Sent); N]) -> Vec<(u16, String)> {
    let barrier = Barrier::new(N);
    std::thread::scope(|scope| {
        let running = requests.map(|(shown, path, sent)| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                let reply = world.call(&shown, "POST", &path, &sent);
                (reply.status.as_u16(), reply.text())
            })
        });
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn at_the_same_moment_one_case_begins_and_one_clerk_wins() {
    let world = World::new();
    for round in 0..8 {
        let party = Shown::Bearer(world.sign_in("party"));
        let body =
            json!({ "office": OFFICE, "key": format!("round {round}"), "answers": { "kind": "change" } });
        let begin = ("/api/services/entry-change/cases".to_owned(), Sent::Json(body));
        let begun = race(&world, [(); 4].map(|()| (party.clone(), begin.0.clone(), begin.1.clone())));
        let cases: std::collections::BTreeSet<String> = begun
            .iter()
            .map(|(_, text)| serde_json::from_str::<Json>(text).unwrap()["case"].to_string())
            .collect();
        assert_eq!(cases.len(), 1, "{begun:?}");
        assert_eq!(begun.iter().filter(|(status, _)| *status == 201).count(), 1, "{begun:?}");
        let case = world.case(Stage::Open);
        let seen = world.view(&case).state.events;
        let accept = json!({ "step": "accept", "outcome": "accepted", "seen": seen });
        let path = format!("/api/cases/{}/do", case.id);
        let clerks = ["clerk", "colleague"].map(|who| Shown::Bearer(world.sign_in(who)));
        let done = race(&world, clerks.map(|shown| (shown, path.clone(), Sent::Json(accept.clone()))));
        let mut statuses: Vec<u16> = done.iter().map(|(status, _)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{done:?}");
        let told = done.iter().find(|(status, _)| *status == 409).map(|(_, text)| text).unwrap();
        let told: Json = serde_json::from_str(told).unwrap();
        assert_eq!(told["code"], "overtaken");
        assert!(told["overtaken"]["by"].is_string() && told["overtaken"]["at"].is_string());
        assert_eq!(moves(&world, &case) as u64, seen + 1);
    }
}

#[test]
fn the_slower_clerk_gets_a_page_that_says_who_when_and_what() {
    let story = Story::new();
    let world = &story.world;
    let case = world.case(Stage::Open);
    let seen = world.view(&case).state.events.to_string();
    let path = format!("/desk/cases/{}/accept/accept", case.id);
    let accept = form(&[("outcome", "accepted"), ("seen", &seen)]);
    let first = world.call(&Shown::Browser(world.sign_in("clerk")), "POST", &path, &accept);
    assert_eq!(first.status, 303);
    let again = world.call(&Shown::Browser(world.sign_in("clerk")), "POST", &path, &accept);
    assert_eq!(again.status, 303, "one's own form, sent twice");
    let declined = form(&[("outcome", "declined"), ("reasons", "it looks complete"), ("seen", &seen)]);
    let slower = world.call(&Shown::Browser(world.sign_in("colleague")), "POST", &path, &declined);
    assert_eq!(slower.status, 409);
    for part in ["钱受理", "2026", "Accept: Accept", "What you had written", "it looks complete"] {
        assert!(slower.text().contains(part), "{part}: {}", slower.text());
    }
}

/// A move that is still possible keeps what was typed for it in its own form, to be sent again once it was looked at.
#[test]
fn what_the_slower_clerk_typed_is_kept_where_it_was_typed() {
    let world = World::new();
    let case = world.case(Stage::Open);
    let seen = world.view(&case).state.events.to_string();
    world.act(&case, "clerk", &Command::Take { step: "accept".into() });
    let typed = [("note.before", "the second line cannot be read"), ("seen", seen.as_str())];
    let colleague = Shown::Browser(world.sign_in("colleague"));
    let path = format!("/desk/cases/{}/correct/accept", case.id);
    let slower = world.call(&colleague, "POST", &path, &form(&typed));
    assert_eq!(slower.status, 409);
    let kept = r#"name="note.before" type="text" value="the second line cannot be read""#;
    assert!(slower.text().contains(kept), "{}", slower.text());
    assert!(slower.text().contains(&format!(r#"name="seen" value="{}""#, world.view(&case).state.events)));
    // Elsewhere than at the desk it stands on the page that says who was faster.
    let words = [("reasons", "I have moved away"), ("seen", seen.as_str())];
    let party = Shown::Browser(world.sign_in("party"));
    let slower = world.call(&party, "POST", &format!("/cases/{}/withdraw", case.id), &form(&words));
    assert_eq!(slower.status, 409);
    assert!(slower.text().contains("I have moved away"), "{}", slower.text());
}
