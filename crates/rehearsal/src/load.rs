use record::{Event, ObjectRef, Time};

/// Event `n` of a log like that of a police's fines: about four events to a case, written by one of 150 officers, some
/// 300 bytes long. Equal numbers give equal events.
pub fn event(n: u64) -> Event {
    let case = n / 4;
    let time =
        Time::new(1_700_000_000 + i64::try_from(n).unwrap_or(0) * 7, 0, Some(480)).unwrap_or(Time::ZERO);
    let activity = ["fine created", "fine sent", "penalty added", "payment received"];
    Event::new(format!("fines/{n:09}"), activity.get((n % 4) as usize).copied().unwrap_or(""), time)
        .about("case", ObjectRef::new("case", format!("A{case:08}")))
        .about("officer", ObjectRef::new("officer", (mix(case) % 150).to_string()))
        .with("amount", i64::try_from(mix(n) % 5000).unwrap_or(0))
        .with("article", 157)
        .with("vehicle class", "A")
        .with("total payment", 0.0)
        .with("notification type", "P")
}

/// SplitMix64: a number that looks random and depends on `n` alone.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
