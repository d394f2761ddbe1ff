//! What is typed while the disk is full, or the database away, is there again with why it was not done.

use super::health::{AWAY, FULL, SOUND, brittle};
use super::world::World;
use super::world::call::{Shown, form};
use super::world::cases::{NUMBER, Stage};
use record::ObjectRef;
use std::sync::atomic::Ordering;

const TYPED: &str = "荷叶七号";

/// What `login` sends to `path` in a case at `stage` is not done; it stands on the page, and is done once it is sent again.
fn check(how: u8, login: &str, stage: Stage, path: &str, words: &[(&str, &str)]) {
    let (world, store) = brittle();
    let case = world.case(stage);
    let path = path.replace("{case}", case.id.as_str());
    let events = |case: &ObjectRef| world.view(case).state.events;
    let (before, shown) = (events(&case), Shown::Browser(world.sign_in(login)));
    // Whoever is at work has pages before them.
    world.get(&shown, "/account");
    store.store(how, Ordering::SeqCst);
    let reply = put(&world, &shown, &path, words);
    store.store(SOUND, Ordering::SeqCst);
    let (status, page) = reply;
    assert_eq!(status, 503, "{path}: {page}");
    let why = if how == FULL { "disk is full" } else { "the database does not answer" };
    assert!(page.contains(why) && page.contains(TYPED), "{path}: {page}");
    assert!(page.contains(&format!("action=\"{path}\"")), "it can be sent again: {page}");
    assert_eq!(events(&case), before, "{path}");
    let (status, page) = put(&world, &shown, &path, words);
    assert!(status == 303 && events(&case) > before, "{path}: {page}");
}

fn put(world: &World, shown: &Shown, path: &str, words: &[(&str, &str)]) -> (u16, String) {
    let reply = world.call(shown, "POST", path, &form(words));
    (reply.status.as_u16(), reply.text())
}

#[test]
fn what_was_typed_outlives_a_full_disk() {
    let reasons = [("outcome", "accepted"), ("reasons", TYPED)];
    check(FULL, "clerk", Stage::Taken, "/desk/cases/{case}/accept/accept", &reasons);
    check(FULL, "clerk", Stage::Taken, "/desk/cases/{case}/correct/accept", &[("note.before", TYPED)]);
    let back = [("to", "queue"), ("reasons", TYPED)];
    check(FULL, "clerk", Stage::Taken, "/desk/cases/{case}/hand-over/accept", &back);
    check(FULL, "party", Stage::Open, "/cases/{case}/complain", &[("words", TYPED)]);
    check(FULL, "party", Stage::Draft, "/cases/{case}/form", &[("before", TYPED), ("then", "save")]);
}

#[test]
fn what_was_typed_outlives_a_database_that_is_away() {
    let reasons = [("outcome", "accepted"), ("reasons", TYPED)];
    check(AWAY, "clerk", Stage::Taken, "/desk/cases/{case}/accept/accept", &reasons);
    check(AWAY, "party", Stage::Open, "/cases/{case}/complain", &[("words", TYPED)]);
}

/// A number that is put right at a counter, with why.
#[test]
fn a_number_that_was_typed_outlives_a_full_disk() {
    for how in [FULL, AWAY] {
        let (world, store) = brittle();
        let clerk = world.person("clerk").object();
        world.city.note_number(&clerk, world.person("party"), NUMBER).unwrap();
        let person = world.person("party").object().to_string();
        let typed = [
            ("service", "entry-change"),
            ("purpose", "handle-case"),
            ("person", person.as_str()),
            ("number", "110105194912310021"),
            ("reasons", TYPED),
        ];
        let shown = Shown::Browser(world.sign_in("clerk"));
        world.get(&shown, "/account");
        store.store(how, Ordering::SeqCst);
        let (status, page) = put(&world, &shown, "/desk/start/number", &typed);
        store.store(SOUND, Ordering::SeqCst);
        assert_eq!(status, 503, "{page}");
        for there in [TYPED, "110105194912310021", person.as_str(), "action=\"/desk/start/number\""] {
            assert!(page.contains(there), "{there}: {page}");
        }
    }
}
