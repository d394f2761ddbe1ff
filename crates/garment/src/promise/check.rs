//! Whether a plan holds, and what it comes to: goes through the calendar day by day and counts minutes down. It shares
//! nothing with how plans are found.

use super::{Plan, Shop, Split};
use crate::day::Day;

/// What a plan comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What breaks a rule.
    pub faults: Vec<String>,
    /// Of each order the day that can be promised.
    pub promised: Vec<Option<Day>>,
    /// Of each order the workdays that it is late.
    pub late: Vec<i64>,
    /// What sewing and ways cost, in fen.
    pub cost: i64,
    /// That, and what late days cost.
    pub total: i64,
    /// Of each line and share the days on which it is begun, done and back.
    pub shares: Vec<Vec<(Day, Day, Day)>>,
}

/// Looks at a plan.
pub fn check(shop: &Shop, plan: &Plan, split: Split) -> Found {
    let mut found = Found {
        promised: vec![None; shop.orders.len()],
        late: vec![0; shop.orders.len()],
        ..Found::default()
    };
    if plan.lines.len() != shop.lines.len() {
        found.faults.push("it does not tell of each line".into());
    }
    for (at, _) in shop.lines.iter().enumerate().take(plan.lines.len()) {
        let days = sewn(shop, plan, at, &mut found);
        found.shares.push(days);
    }
    counted(shop, plan, split, &mut found);
    for (at, order) in shop.orders.iter().enumerate() {
        let Some(day) = found.promised[at] else { continue };
        // One that was wanted before anything could be sewn is late from the first day on.
        let late = (order.due.0 + 1).max(shop.from.0)..=day.0;
        let late = late.filter(|day| shop.days.is_workday(Day(*day))).count() as i64;
        found.late[at] = late;
        found.total += late * i64::from(order.weight) * shop.late;
    }
    found.total += found.cost;
    found
}

fn next_workday(shop: &Shop, day: Day, count: u32) -> Day {
    let mut day = day;
    while !shop.days.is_workday(day) {
        day = Day(day.0 + 1);
    }
    for _ in 0..count {
        day = Day(day.0 + 1);
        while !shop.days.is_workday(day) {
            day = Day(day.0 + 1);
        }
    }
    day
}

/// Follows a line from its first day.
fn sewn(shop: &Shop, plan: &Plan, at: usize, found: &mut Found) -> Vec<(Day, Day, Day)> {
    let line = &shop.lines[at];
    let workshop = &shop.workshops[line.workshop];
    let works = |day: Day| shop.days.is_workday(day) && day >= line.from && !line.closed.contains(&day);
    let (mut day, mut left) = (shop.from, line.minutes);
    let mut set_up = line.set_up;
    let mut all = Vec::new();
    // The day at hand is worked, and so much of it is left.
    while !works(day) {
        day = Day(day.0 + 1);
    }
    for share in &plan.lines[at] {
        let Some(order) = shop.orders.get(share.order) else {
            found.faults.push(format!("line `{}`: there is no order {}", line.id, share.order + 1));
            continue;
        };
        let style = &shop.styles[order.style];
        let Some(skill) = line.skills.get(order.style).copied().flatten() else {
            found.faults.push(format!("line `{}`: cannot sew style `{}`", line.id, style.id));
            continue;
        };
        let there = next_workday(shop, order.ready.max(shop.from), workshop.way);
        if day < there {
            day = there;
            while !works(day) {
                day = Day(day.0 + 1);
            }
            left = line.minutes;
        }
        let standard = i64::from(share.pieces) * style.minutes;
        let mut needed = (standard * 10_000 + skill - 1) / skill;
        needed += if set_up == Some(order.style) { 0 } else { style.setup };
        set_up = Some(order.style);
        let mut begun = None;
        let mut done = day;
        while needed > 0 {
            if left == 0 {
                day = Day(day.0 + 1);
                while !works(day) {
                    day = Day(day.0 + 1);
                }
                left = line.minutes;
            }
            let part = left.min(needed);
            (needed, left) = (needed - part, left - part);
            begun = begun.or(Some(day));
            done = day;
        }
        let back = next_workday(shop, done, workshop.way);
        let promise = next_workday(shop, back, shop.spare);
        let own = &mut found.promised[share.order];
        *own = Some(own.map_or(promise, |other| other.max(promise)));
        found.cost += (standard * line.price + 9_999) / 10_000 + workshop.trip;
        all.push((begun.unwrap_or(done), done, back));
    }
    all
}

/// Whether every piece is sewn once, and shares are whole bundles.
fn counted(shop: &Shop, plan: &Plan, split: Split, found: &mut Found) {
    for (at, order) in shop.orders.iter().enumerate() {
        let own: Vec<u32> =
            plan.lines.iter().flatten().filter(|share| share.order == at).map(|share| share.pieces).collect();
        let sum: u64 = own.iter().map(|pieces| u64::from(*pieces)).sum();
        let id = &order.id;
        if sum != u64::from(order.pieces) {
            found.faults.push(format!("order `{id}`: {sum} are sewn, where {} are wanted", order.pieces));
        }
        let most = if split == Split::Whole { 1 } else { order.shares };
        if own.len() > most as usize {
            found.faults.push(format!("order `{id}`: has {} shares, where {most} are allowed", own.len()));
        }
        for (line, shares) in shop.lines.iter().zip(&plan.lines) {
            if shares.iter().filter(|share| share.order == at).count() > 1 {
                found.faults.push(format!("order `{id}`: line `{}` sews it in more than one run", line.id));
            }
        }
        if own.iter().filter(|pieces| *pieces % order.bundle != 0).count() > 1 || own.contains(&0) {
            found.faults.push(format!("order `{id}`: its shares are no whole bundles of {}", order.bundle));
        }
    }
}
