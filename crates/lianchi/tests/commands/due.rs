//! When statutory deadlines end.

use super::check;

#[test]
fn a_deadline_is_found_by_every_name_that_it_has() {
    let lines = [
        "due DL-012 --from 2026-01-05",
        "due dl-012 --from 2026-01-05",
        "due public-order-case-closed --from 2026-01-05",
        "due 治安管理处罚法第一百一十八条 --from 2026-01-05",
        "due 《中华人民共和国治安管理处罚法》第一百一十八条 --from 2026-01-05",
        "due \"治安管理处罚法 118\" --from 2026-01-05",
        "due \"Public Security Administration Penalties Law, art. 118\" --from 2026-01-05",
        "due DL-012 --from 2026-01-05 --zh",
        "due 行政许可法 --from 2026-01-05",
        "due 行政许可法 --from 2026-01-05 --json",
        "due DL-999 --from 2026-01-05",
        "due \"\" --from 2026-01-05",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}

#[test]
fn days_are_counted_as_each_law_counts_them() {
    let lines = [
        // Working days over a long holiday; hours; hours without an hour; custody; keeping; a year without a calendar.
        "due licence-decided --from 2026-02-13",
        "due fast-track-case-decided --from \"2026-02-13 16:30\"",
        "due fast-track-case-decided --from 2026-02-13",
        "due public-order-case-closed --from 2026-01-01",
        "due public-order-case-closed --from 2026-01-01 --custody",
        "due footage-kept --from 2026-01-05",
        "due licence-decided --from 2006-12-20",
        "due licence-decided --from 2026-12-20",
        "due licence-decided --from 2031-05-01 --zh",
        // What no text that was read sets, and no text says how to count.
        "due DL-115 --from 2026-01-05",
        "due DL-115 --from 2026-01-05 --json",
        "due DL-117 --from 2026-01-05T08:30 --json",
        "due DL-119 --from 2026-01-05T08:30 --zh",
        "due DL-018 --from 2026-01-05T08:30",
        // A time told from elsewhere is the one that clocks in Beijing show then.
        "due DL-015 --from 2026-01-05T17:30",
        "due DL-015 --from 2026-01-05T09:30+00:00",
        "due DL-015 --from 2026-01-05T09:30Z",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}

#[test]
fn pauses_and_extensions_move_the_end() {
    let lines = [
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-10..2026-03-20",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-10..",
        "due public-order-case-closed --from 2026-03-02 --pause 2026-03-10..2026-03-20",
        "due public-order-case-closed --from 2026-03-02 --pause nonsense:2026-03-10..2026-03-20",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-20..2026-03-10",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-20",
        // What changes nothing is said to: too early, too late, over on its day, within another, over rest days alone.
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-02-20..2026-03-02",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-04-02..2026-04-09 --zh",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-10..2026-03-10",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-10..2026-03-20 --pause hearing:2026-03-12..2026-03-14",
        "due licence-decided --from 2026-03-02 --pause hearing:2026-03-06..2026-03-08 --json",
        "due public-order-case-closed --from 2026-03-02 --extend complex",
        "due public-order-case-closed --from 2026-03-02 --extend nonsense",
        "due public-order-case-closed --from 2026-03-02 --extend complex=many",
        "due DL-012 --from yesterday",
        "due DL-012 --from 2026-02-30",
        "due DL-012 --from 9999-12-31",
        "due public-order-case-closed --from 2026-03-02 --pause hearing:2026-03-10..2026-03-20 --json",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}
