//! What the party sends twice from one page is done once, and long lists come page by page.

use super::world::World;
use super::world::call::{Shown, form};
use super::world::cases::Stage;
use casework::State;

/// A form of the case's page, sent twice and then from a page of its own.
fn check(action: &str, typed: &[(&str, &str)], count: impl Fn(&State) -> usize) {
    let world = World::new();
    let case = world.case(Stage::Ended);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}", case.id);
    let page = world.get(&party, &path).text();
    let own =
        page.split(&format!("action=\"{path}/{action}\"")).nth(1).unwrap().split("</form>").next().unwrap();
    let seen =
        own.split("name=\"seen\" value=\"").nth(1).expect("what the page saw").split('"').next().unwrap();
    let pairs: Vec<_> = typed.iter().copied().chain([("seen", seen)]).collect();
    let post = || world.call(&party, "POST", &format!("{path}/{action}"), &form(&pairs)).status.as_u16();
    let before = count(&world.view(&case).state);
    assert_eq!((post(), post()), (303, 303), "{action}");
    assert_eq!(count(&world.view(&case).state), before + 1, "{action}: once");
}

#[test]
fn a_complaint_is_made_once() {
    check("complain", &[("words", "等了太久")], |state| state.complaints.len());
}

#[test]
fn a_rating_is_given_once() {
    check("rate", &[("stars", "4"), ("words", "好")], |state| usize::from(state.rating.is_some()));
}

#[test]
fn ones_cases_come_page_by_page() {
    let world = World::new();
    for _ in 0..60 {
        world.case(Stage::Draft);
    }
    let party = Shown::Browser(world.sign_in("party"));
    for (path, each) in [("/cases", "<li><h3>"), ("/account/erasure", "<a class=\"code\" href=\"/cases/")] {
        let count =
            |page: &str| world.get(&party, &format!("{path}?page={page}")).text().matches(each).count();
        assert_eq!((count("1"), count("2")), (50, 10), "{path}");
        assert_eq!((count("99"), count("0"), count("x")), (10, 50, 50), "{path}: no page is beyond the last");
        assert!(world.get(&party, path).text().contains(&format!("href=\"{path}?page=2\"")), "{path}");
    }
}

#[test]
fn ones_own_move_in_another_window_is_no_colleagues() {
    let world = World::new();
    let case = world.case(Stage::Open);
    let path = format!("/desk/cases/{}", case.id);
    let (clerk, seen) = (Shown::Browser(world.sign_in("clerk")), world.view(&case).state.events.to_string());
    assert_eq!(
        world.call(&clerk, "POST", &format!("{path}/take/accept"), &form(&[("seen", &seen)])).status,
        303
    );
    let late = |login: &str| {
        let decided = [("seen", seen.as_str()), ("outcome", "accepted"), ("reasons", "好")];
        let shown = Shown::Browser(world.sign_in(login));
        world.call(&shown, "POST", &format!("{path}/accept/accept"), &form(&decided)).text()
    };
    let (own, colleagues) = (late("clerk"), late("colleague"));
    assert!(own.contains("You did something here yourself meanwhile"), "{own}");
    assert!(!own.contains("A colleague was faster"));
    assert!(colleagues.contains("A colleague was faster"), "{colleagues}");
}

#[test]
fn names_are_read_as_they_stand() {
    let world = World::new();
    let case = world.case(Stage::Draft);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}/form", case.id);
    let pdf = super::world::cases::PAGE.to_vec();
    let file = vec![("material.identity-card".to_owned(), "x\u{202e}fdp.exe\u{2066}.pdf".to_owned(), pdf)];
    let pairs = [("before", "荷塘\u{202e}村\u{200f}七号"), ("then", "save")];
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(world.call(&party, "POST", &path, &super::world::call::Sent::Parts(pairs, file)).status, 303);
    let page = world.get(&party, &path).text();
    assert!(page.contains("xfdp.exe.pdf") && page.contains("荷塘村七号"), "{page}");
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{200f}']));
}

#[test]
fn what_is_too_long_is_kept_as_it_was_typed() {
    let world = World::new();
    let case = world.case(Stage::Draft);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}/form", case.id);
    let long = format!("荷{}尾", "塘".repeat(6_000));
    assert_eq!(
        world.call(&party, "POST", &path, &form(&[("before", "先前的地址"), ("then", "save")])).status,
        303
    );
    let told = world.call(&party, "POST", &path, &form(&[("before", &long), ("then", "save")]));
    assert_eq!(told.status, 422);
    let opened = world.get(&party, &path).text();
    for page in [told.text(), opened] {
        assert!(page.contains(&long) && !page.contains("先前的地址"), "it stands as it was typed");
        assert!(page.contains("At most 5000 characters"));
        assert!(!page.contains("maxlength"), "no browser cuts it in silence");
    }
}
