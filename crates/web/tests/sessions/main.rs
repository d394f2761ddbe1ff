//! Sessions: how they begin, how long they last, whose they are, and how slowly they can be guessed.
//!
//! These tests let time pass, which passes for all of them: one runs at a time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod carried;
#[path = "../world/mod.rs"]
mod world;

use access::session::Token;
use axum::http::header;
use record::{Aside, Record};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use world::call::{Sent, Shown, form, request};
use world::cases::Stage;
use world::{PASSWORD, World, alone, packs};

/// Signs in by the form in a browser that holds `before`, if any, and other cookies.
fn sign_in(world: &World, login: &str, before: Option<&Token>, cookies: &str) -> (Token, String) {
    let token = before.map(Token::form_token).unwrap_or_default();
    let sent = form(&[("login", login), ("password", PASSWORD), ("token", &token)]);
    let mut request = request(&Shown::Nothing, "POST", "/sign-in", &sent);
    let session = before.map(|token| format!("; __Host-lianchi={}", token.text())).unwrap_or_default();
    request.headers_mut().insert(header::COOKIE, format!("{cookies}{session}").parse().unwrap());
    let reply = world.send(request);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let cookie = reply.header("set-cookie").to_owned();
    let token = cookie.strip_prefix("__Host-lianchi=").unwrap().split(';').next().unwrap().to_owned();
    (Token::parse(&token).unwrap(), cookie)
}

fn stands(world: &World, token: &Token) -> bool {
    world.get(&Shown::CookieAlone(token.clone()), "/cases").status == 200
}

#[test]
fn a_planted_session_is_never_the_next_persons() {
    let _alone = alone();
    let world = World::new();
    let planted = world.sign_in("other");
    let (token, cookie) = sign_in(&world, "party", Some(&planted), "lang=en");
    assert_eq!(cookie, format!("__Host-lianchi={}; Path=/; Secure; HttpOnly; SameSite=Lax", token.text()));
    assert_ne!(token.text(), planted.text());
    assert!(stands(&world, &token) && !stands(&world, &planted));
    let made_up = Token::parse(&"5".repeat(64)).unwrap();
    let (token, _) = sign_in(&world, "party", Some(&made_up), "lang=en");
    assert_ne!(token.text(), made_up.text());
    assert!(!stands(&world, &made_up));
}

/// A password is held against its hash for a while, in which another may be set, and a crash may bring back the row of a
/// session that had just ended: all within a second.
#[test]
fn a_new_password_ends_what_the_old_one_opened() {
    let _alone = alone();
    let world = World::new();
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let new = "another-pond-in-winter";
    let (city, own) = (Arc::clone(&world.city), world.sign_in("party"));
    let renewed = Rc::new(RefCell::new(None));
    let changed = Rc::clone(&renewed);
    let token = own.clone();
    world::meanwhile(2, move || {
        let renewed = city.change_password(&token, (PASSWORD, new), here).unwrap();
        changed.borrow_mut().replace(renewed);
    });
    let late = world.sign_in("party");
    let renewed =
        renewed.borrow_mut().take().expect("the password is changed while the old one is looked at");
    assert!(stands(&world, &renewed), "who changed it goes on");
    assert!(!stands(&world, &late), "who signed in with the old one meanwhile does not");
    assert!(!stands(&world, &own));

    let rows = |dir: &Path| Aside::open_in(dir, "sessions.sqlite").unwrap();
    let kept = rows(world.dir.path()).rows().unwrap();
    let last = world.city.change_password(&renewed, (new, PASSWORD), here).unwrap();
    assert!(stands(&world, &last) && !stands(&world, &renewed));
    let World { city, runtime, router, dir, .. } = world;
    drop((city, runtime, router));
    let back: Vec<_> = kept.into_iter().map(|(name, row)| (name, Some(row))).collect();
    rows(dir.path()).write(&back).unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    let world = World::empty(dir, record, &packs(), |_| {});
    assert!(world.city.stands(Some(&renewed)), "its row is back");
    assert!(!stands(&world, &renewed), "and opens nothing");
}

#[test]
fn a_kiosk_forgets_whoever_stood_before_it() {
    let _alone = alone();
    let world = World::new();
    let (party, _) = sign_in(&world, "party", None, "face=kiosk");
    world::pass(100);
    assert!(stands(&world, &party), "used within its time");
    world::pass(149);
    assert!(stands(&world, &party), "used again");
    world::pass(151);
    assert!(!stands(&world, &party), "the next person at the screen is another");
    let (party, _) = sign_in(&world, "party", None, "face=kiosk");
    let (other, _) = sign_in(&world, "other", Some(&party), "face=kiosk");
    assert!(!stands(&world, &party) && stands(&world, &other), "one at a screen at a time");
    let mut out = request(&Shown::Browser(other.clone()), "POST", "/sign-out", &Sent::Nothing);
    let cookies = format!("face=kiosk; __Host-lianchi={}", other.text());
    out.headers_mut().insert(header::COOKIE, cookies.parse().unwrap());
    let reply = world.send(out);
    assert_eq!(reply.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    assert!(!stands(&world, &other));
}

#[test]
fn what_a_page_asks_by_itself_keeps_no_session_alive() {
    let _alone = alone();
    let world = World::new();
    let clerk = world.sign_in("clerk");
    let refresh = |token: &Token| {
        let mut request = request(&Shown::CookieAlone(token.clone()), "GET", "/desk", &Sent::Nothing);
        request.headers_mut().insert("lianchi-refresh", "1".parse().unwrap());
        world.send(request).status.as_u16()
    };
    for _ in 0..29 {
        world::pass(60);
        assert_eq!(refresh(&clerk), 200);
    }
    world::pass(60);
    assert_eq!(refresh(&clerk), 303, "half an hour without anybody");
    let clerk = world.sign_in("clerk");
    world::pass(1_700);
    assert!(stands(&world, &clerk), "used by a person");
    world::pass(1_700);
    assert_eq!(refresh(&clerk), 200);
}

#[test]
fn a_post_that_was_withdrawn_opens_nothing_more() {
    let _alone = alone();
    let world = World::new();
    let case = world.case(Stage::Open);
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let path = format!("/desk/cases/{}", case.id);
    assert_eq!(world.get(&clerk, &path).status, 200);
    let id = world.person("clerk");
    let stamp = access::registry::Stamp { id: "withdrawn/1".into(), time: world.city.now(), actor: None };
    let post = access::Post::new("clerk", "lake-station");
    let withdrawn = access::registry::role_withdrawn(stamp, id, &post);
    world.city.casework.record().append(withdrawn).unwrap();
    assert_eq!(world.get(&clerk, &path).status, 403, "signed in, and nobody's clerk");
    assert_eq!(world.get(&clerk, "/cases").status, 200, "still themselves");
}

/// Wrong passwords slow down the name that they are for, whoever tries, and say nothing of whether there is one.
#[test]
fn guessing_is_slow_and_learns_nothing() {
    let _alone = alone();
    let world = World::new();
    let guess = |login: &str| {
        let sent = form(&[("login", login), ("password", "not the password")]);
        let reply = world.call(&Shown::Nothing, "POST", "/sign-in", &sent);
        (reply.status.as_u16(), reply.header("retry-after").to_owned())
    };
    for login in ["party", "nobody-at-all"] {
        let tries: Vec<u16> = (0..6).map(|_| guess(login).0).collect();
        assert_eq!(tries, [403, 403, 403, 403, 403, 429], "{login}");
        assert!(!guess(login).1.is_empty(), "{login}: how long to wait");
    }
    let texts = ["other", "nobody-else"].map(|login| {
        let sent = form(&[("login", login), ("password", "not the password")]);
        let text = world.call(&Shown::Nothing, "POST", "/sign-in", &sent).text();
        text.replace(login, "LOGIN")
    });
    assert_eq!(texts[0], texts[1], "a name that exists is answered like one that does not");
}

#[test]
fn accounts_are_not_opened_by_the_hundred() {
    let _alone = alone();
    let world = World::new();
    let open = |number: usize| {
        let login = format!("newcomer-{number}");
        let sent = form(&[("login", &login), ("name", "何新人"), ("password", PASSWORD)]);
        world.call(&Shown::Nothing, "POST", "/register", &sent).status.as_u16()
    };
    let statuses: Vec<u16> = (0..40).map(open).collect();
    assert!(statuses[..30].iter().all(|status| *status == 303), "{statuses:?}");
    assert!(statuses[31..].iter().all(|status| *status == 429), "{statuses:?}");
}
