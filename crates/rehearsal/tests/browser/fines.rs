//! A log of traffic fines, made up: the activities and the course of the public one, with every case drawn from its number,
//! so that the same comes out each time. Some are sent late, some appealed against and never answered, some paid twice.

use std::fmt::Write as _;

/// A log that breaks off in its fourth line.
pub const BROKEN: &str =
    "<?xml version=\"1.0\"?>\n<log>\n<trace><event>\n<string key=\"concept:name\" value=\"a\"/></trace>\n";

/// Models in the text of Declare.
pub const OWN: &str = "activity Create Fine\nactivity Payment\nResponse[Create Fine, Payment] | | |\n";

/// The same with a second line that says nothing.
pub const WRONG: &str = "activity Create Fine\nRespond[Create Fine, Payment] | | |\n";

/// A log of so many cases, in XES.
pub fn log(cases: u32) -> String {
    let mut log = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\">\n");
    for case in 0..cases {
        let _ = writeln!(log, "<trace><string key=\"concept:name\" value=\"N{case}\"/>");
        let mut day = case % 28;
        for (step, days) in course(case) {
            day += days;
            let (year, month, of_month) = (2024 + day / 336, 1 + day % 336 / 28, 1 + day % 28);
            let _ = writeln!(
                log,
                "<event><string key=\"concept:name\" value=\"{step}\"/><string key=\"lifecycle:transition\" \
                 value=\"complete\"/><date key=\"time:timestamp\" \
                 value=\"{year}-{month:02}-{of_month:02}T08:00:00+08:00\"/><float key=\"amount\" value=\"{}.5\"/></event>",
                30 + case % 90
            );
        }
        log.push_str("</trace>\n");
    }
    log.push_str("</log>\n");
    log
}

/// What happened in a case, each step so many days after the one before.
fn course(case: u32) -> Vec<(&'static str, u32)> {
    let sent = if case.is_multiple_of(7) { 110 } else { 20 + case % 50 };
    let notified = [("Create Fine", 0), ("Send Fine", sent), ("Insert Fine Notification", 12)];
    let more: &[(&str, u32)] = match case % 10 {
        0 | 1 => &[("Add penalty", 60), ("Send for Credit Collection", 400)],
        2 | 3 => &[("Payment", 15)],
        4 => &[("Add penalty", 60), ("Payment", 20), ("Payment", 30)],
        5 => {
            &[("Insert Date Appeal to Prefecture", 20), ("Add penalty", 40), ("Send Appeal to Prefecture", 5)]
        }
        6 => &[
            ("Insert Date Appeal to Prefecture", 20),
            ("Send Appeal to Prefecture", 5),
            ("Add penalty", 40),
            ("Receive Result Appeal from Prefecture", 60),
            ("Notify Result Appeal to Offender", 10),
            ("Payment", 20),
        ],
        7 => &[("Add penalty", 60), ("Appeal to Judge", 10), ("Send for Credit Collection", 300)],
        _ => return vec![("Create Fine", 0), ("Payment", 3 + case % 5)],
    };
    notified.into_iter().chain(more.iter().copied()).collect()
}
