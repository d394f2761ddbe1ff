//! What its party typed, answers and what is none, and what they see of it once it is handed in.

use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::world::cases::{SECRET, Stage};
use record::{Value, Version, encoding};
use serde_json::json;

/// What is typed into `field` is no answer: it is there again as it was typed, with what is wrong beside it.
fn check(field: &str, typed: &str, fault: &str, right: &str) {
    let world = World::new();
    let case = world.case(Stage::Draft);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}", case.id);
    assert!(world.view(&case).state.answers.contains_key(field), "{field} was answered before");
    let part = world.call(&party, "POST", &format!("{path}/form/part"), &form(&[(field, typed)])).text();
    let opened = world.get(&party, &format!("{path}/form")).text();
    for (page, which) in [(&part, "as it is typed"), (&opened, "opened again")] {
        assert!(page.contains(&format!("value=\"{typed}\"")), "{field} {which}: {page}");
        assert!(page.contains(fault), "{field} {which}: {page}");
    }
    assert!(!opened.contains("summary-title"), "nobody asked yet what is wrong");
    let state = world.view(&case).state;
    assert!(!state.answers.contains_key(field), "an older answer does not stand in for it");
    assert!(matches!(state.unread[field], Value::Sealed(_)), "it is sealed");
    let story = world.city.casework.record().history(&case, Version(0), usize::MAX).unwrap();
    let words = format!("\"{typed}\"");
    assert!(story.iter().all(|entry| !encoding::encode(&entry.event).contains(&words)), "{field}");
    // Nothing is handed in over it.
    world.call(&party, "POST", &format!("{path}/submit"), &Sent::Nothing);
    assert_eq!(world.view(&case).state.submitted, None, "{field}");
    let program = Shown::Bearer(world.sign_in("party"));
    let told = world.get(&program, &format!("/api{path}")).json();
    assert_eq!((&told["typed"][field], &told["answers"][field]), (&json!(typed), &json!(null)));
    assert!(told["missing"][field].as_str().unwrap().contains(fault), "{told}");
    // It is put right, or taken back.
    for (text, answered) in [(right, true), ("!", false), ("", false)] {
        world.call(&party, "POST", &format!("{path}/form/part"), &form(&[(field, text)]));
        let state = world.view(&case).state;
        assert_eq!(state.answers.contains_key(field), answered, "{field} {text}");
        assert_eq!(state.unread.contains_key(field), text == "!", "{field} {text}");
    }
}

#[test]
fn what_is_no_answer_is_kept_as_it_was_typed() {
    check("phone", "12", "Enter a telephone number", "13900139000");
    check("identity-number", "110105194912310021", "An identity number has 18", "11010519491231002X");
}

#[test]
fn what_was_handed_in_is_seen_by_its_party_and_changed_by_nobody() {
    let world = World::new();
    let (open, ended) = (world.case(Stage::Open), world.case(Stage::Ended));
    let [party, other] = ["party", "other"].map(|login| Shown::Browser(world.sign_in(login)));
    for case in [&open, &ended] {
        let path = format!("/cases/{}/check", case.id);
        assert!(world.get(&party, &format!("/cases/{}", case.id)).text().contains(&path));
        let page = world.get(&party, &path).text();
        for there in ["What you handed in", SECRET, "page.pdf", "data-print", case.id.as_str()] {
            assert!(page.contains(there), "{there}: {page}");
        }
        for gone in ["Check your answers", "class=\"change\"", "class=\"declare\""] {
            assert!(!page.contains(gone), "{gone}: {page}");
        }
        assert_eq!(world.get(&other, &path).status, 404);
    }
}

/// What was put right on one device is not undone by a form that was opened on another before.
#[test]
fn a_form_that_was_opened_before_undoes_nothing() {
    let world = World::new();
    let case = world.case(Stage::Draft);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}/form", case.id);
    let seen = world.view(&case).state.events.to_string();
    let answer = |field: &str| {
        let state = world.view(&case).state;
        let answers = world.city.casework.answers(&state).unwrap();
        answers.get(field).and_then(Value::as_text).map(str::to_owned)
    };
    let (old, new) = (answer("phone").unwrap(), "13700137000");
    let put = |what: &str, fields: &[(&str, &str)]| {
        world.call(&party, "POST", &format!("{path}{what}"), &form(fields))
    };
    put("/part", &[("seen", &seen), ("phone", new)]);
    assert_eq!(answer("phone").as_deref(), Some(new));
    // By a script the whole form is refused, which then lays what was typed over the newer one.
    let name = answer("name");
    let stale = [("seen", seen.as_str()), ("phone", old.as_str()), ("name", "Another")];
    assert_eq!(put("/part", &stale).status, 409);
    assert_eq!((answer("phone").as_deref(), answer("name")), (Some(new), name));
    // Without one what is newer stays, with a word at the field, and the rest is kept.
    let shown = put("", &stale);
    assert_eq!(shown.status, 422);
    let page = shown.text();
    assert!(
        page.contains("changed in another window") && page.contains(new) && !page.contains(&old),
        "{page}"
    );
    assert_eq!((answer("phone").as_deref(), answer("name").as_deref()), (Some(new), Some("Another")));
    // What says the same, and what knows of the newer, is kept.
    let seen = world.view(&case).state.events.to_string();
    assert_eq!(put("/part", &[("seen", &seen), ("phone", old.as_str())]).status, 200);
    assert_eq!(answer("phone").as_deref(), Some(old.as_str()));
}
