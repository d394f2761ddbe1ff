//! What services cost, as people and programs read it: free by law, an amount, an amount that somebody else sets, or nothing
//! listed at all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod world;

use axum::http::{HeaderValue, header};
use std::fmt::Write as _;
use world::World;
use world::call::{Sent, Shown, request};

/// The text of the fact `name` on a page, without its tags.
fn fact(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("<dt>{name}</dt><dd>")).unwrap_or_else(|| panic!("no {name}"));
    let (fact, _) = rest.split_once("</dd>").unwrap();
    let lines = fact.replace("</p>", "\n");
    let mut text = String::new();
    let mut inside = false;
    for c in lines.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn check(world: &World, service: &str) -> String {
    let mut told = String::new();
    for (lang, name) in [("zh", "费用"), ("en", "Fee")] {
        let mut asked = request(&Shown::Nothing, "GET", &format!("/services/{service}"), &Sent::Nothing);
        asked.headers_mut().insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(lang));
        let page = world.send(asked).text();
        let _ = writeln!(told, "{}\n", fact(&page, name));
    }
    let service = world.get(&Shown::Nothing, &format!("/api/services/{service}")).json();
    told + &serde_json::to_string_pretty(&service["fees"]).unwrap()
}

#[test]
fn a_fee_is_free_by_law_an_amount_or_set_elsewhere() {
    let world = World::new();
    for service in [
        "move-for-home-or-work",
        "identity-card-lost",
        "identity-card-elsewhere",
        "visa-extension",
        "licence-regain",
        "death-registration",
    ] {
        insta::assert_snapshot!(service, check(&world, service));
    }
}
