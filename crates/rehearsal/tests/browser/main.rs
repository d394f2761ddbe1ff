//! The city in a real browser: whole cases, one scenario per role, and every page as it should be.
//!
//! Chromium and chromedriver are driven where Debian puts them; without them each test says so in a line. A scenario that
//! fails leaves a picture of the page where it stopped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod city;
mod driver;
mod steps;

use std::io::Write as _;

fn check(name: &str, scenario: &str) {
    if let Some(tool) = driver::missing() {
        let _ = writeln!(std::io::stderr(), "left out: {name} needs `{tool}`, which is not there");
        return;
    }
    let city = city::City::shared().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Err(error) = runtime.block_on(steps::play(name, scenario, city)) {
        panic!("{error}");
    }
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), include_str!(concat!(stringify!($name), ".steps")));
            }
        )*
    };
}

scenarios!(resident);
