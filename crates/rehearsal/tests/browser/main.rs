//! The city in a real browser: whole cases, one scenario per role, and every page as it should be.
//!
//! Chromium and chromedriver are driven where Debian puts them; without them each test says so in a line. A scenario that
//! fails leaves a picture of the page where it stopped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod city;
mod driver;
mod fines;
mod look;
mod steps;

use std::io::Write as _;

/// Plays a scenario; what it looked at, where there is a browser.
fn check(name: &str, scenario: &str, scripts: bool) -> Option<look::Looked> {
    if let Some(tool) = driver::missing() {
        let _ = writeln!(std::io::stderr(), "left out: {name} needs `{tool}`, which is not there");
        return None;
    }
    let city = city::City::shared().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let played = runtime.block_on(steps::play(name, scenario, scripts, city));
    Some(played.unwrap_or_else(|error| panic!("{error}")))
}

/// Plays a scenario in which nothing may go wrong.
fn plays(name: &str, scenario: &str, scripts: bool) {
    let faults = check(name, scenario, scripts).map(|looked| looked.faults).unwrap_or_default();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_resident_from_search_to_receipt() {
    plays("resident", include_str!("resident.steps"), true);
}

#[test]
fn the_same_without_scripts() {
    plays("resident-without-scripts", include_str!("resident.steps"), false);
}

#[test]
fn clerk_examiner_and_approver_at_one_case() {
    plays("staff", include_str!("staff.steps"), true);
}

#[test]
fn a_supervisor_from_the_city_to_the_event() {
    plays("supervisor", include_str!("supervisor.steps"), true);
}

#[test]
fn a_supervisor_from_a_finding_to_its_end() {
    plays("findings", include_str!("findings.steps"), true);
}

#[test]
fn a_finding_is_read_without_scripts() {
    plays("findings-without-scripts", include_str!("findings-without-scripts.steps"), false);
}

#[test]
fn a_supervisor_brings_a_log() {
    plays("logs", include_str!("logs.steps"), true);
}

#[test]
fn a_log_is_brought_without_scripts() {
    plays("logs-without-scripts", include_str!("logs.steps"), false);
}

#[test]
fn a_screen_wipes_itself() {
    plays("screen", include_str!("screen.steps"), true);
}

#[test]
fn a_phone_without_a_network() {
    plays("offline", include_str!("offline.steps"), true);
}

#[test]
fn what_was_typed_outlives_a_session() {
    plays("signed-out", include_str!("signed-out.steps"), true);
}

#[test]
fn what_was_typed_outlives_a_session_without_scripts() {
    plays("signed-out-without-scripts", include_str!("signed-out.steps"), false);
}

/// Answers that are no pages to be looked at, and why; `…` stands for anything.
const NO_PAGES: [(&str, &str); 17] = [
    ("/language/{lang}", "leads on to the page that it was chosen on; each look goes through it"),
    ("/face/{face}", "leads on to the front page; the scenario of the self-service screen goes through it"),
    ("/cases/{case}/materials/{material}/{digest}", "a file as it was attached"),
    ("/cases/{case}/receipt.tlog-proof", "a file, checked offline by the resident's scenario"),
    ("/cases/{case}/documents/{credential}/receipt.tlog-proof", "a file, as that of the receipt"),
    ("/account/data", "a file: what the record holds of its reader"),
    ("/board/maps/{procedure}/map.svg", "a drawing, which the page of the map shows"),
    ("/board/logs/{log}/map/map.svg", "a drawing, which the page of the map shows"),
    ("…/events", "streams, by which pages refresh in the scenarios"),
    ("/api/…", PROGRAMS),
    ("/checkpoint", PROGRAMS),
    ("/record/key", PROGRAMS),
    ("/tile/{*path}", PROGRAMS),
    ("/healthz", PROGRAMS),
    ("/metrics", PROGRAMS),
    ("/assets/{*path}", "what pages refer to"),
    ("/sw.js", "what pages refer to"),
];
const PROGRAMS: &str = "for programs, which the tests of the server ask";

#[test]
fn every_page_is_as_pages_should_be() {
    if look::axe().is_none() {
        let _ = writeln!(std::io::stderr(), "left out: axe-core; name its axe.min.js in LIANCHI_AXE");
    }
    let Some(looked) = check("pages", include_str!("pages.steps"), true) else { return };
    looked.complete(&NO_PAGES).unwrap_or_else(|faults| panic!("{faults}"));
}
