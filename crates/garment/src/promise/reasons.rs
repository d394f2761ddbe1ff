//! Why an order is promised when it is: what its last share waits for, step by step, and when other lines would have it.

use super::times::{Span, Times};
use super::{NoPlan, Plan, Share, Shop};
use crate::day::Day;

/// What keeps a share from being begun earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Its cut pieces are there on that day.
    Pieces(Day),
    /// The line sews another order before it, by its place.
    Order(usize),
    /// The line has been free since its first day.
    Line(Day),
}

/// Why an order is promised when it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The line that has its last share.
    pub line: usize,
    /// What it waits for.
    pub waits: Waits,
    /// For how long the line is set up for it, in hundredths of a minute.
    pub setup: i64,
    /// The day on which the line begins with it, and on which it is done.
    pub sewn: (Day, Day),
    /// The day on which it is back.
    pub back: Day,
    /// The day that is promised: the workdays in hand are added.
    pub promised: Day,
    /// Which workday that is, the first one that is planned counted as 1.
    pub workday: usize,
    /// When each other line would have all of the order, after what it sews already; none where it cannot sew it.
    pub elsewhere: Vec<(usize, Option<Day>)>,
}

/// The reasons of each order of a plan.
pub fn reasons(shop: &Shop, plan: &Plan) -> Result<Vec<Option<Reason>>, NoPlan> {
    let times = Times::new(shop)?;
    Ok((0..shop.orders.len()).map(|order| reason(&times, plan, order)).collect())
}

/// What the line sews before, by its order, and when; none where it begins with the share.
type Before = Option<(usize, Span)>;

fn reason(times: &Times<'_>, plan: &Plan, order: usize) -> Option<Reason> {
    let shop = times.shop;
    // The share that is back last, with what the line sews before it.
    let mut last: Option<(usize, Span, Before)> = None;
    for (line, shares) in plan.lines.iter().enumerate() {
        let mut before = None;
        for (share, span) in shares.iter().zip(times.spans(line, shares)?) {
            let later = last.as_ref().is_none_or(|(_, other, _)| other.back < span.back);
            if share.order == order && later {
                last = Some((line, span, before));
            }
            before = Some((share.order, span));
        }
    }
    let (line, span, before) = last?;
    let own = &shop.lines[line];
    let day = |index: usize| times.days.get(index).copied();
    let begins = day(*times.own[line].get((span.begins / own.minutes) as usize)?)?;
    let free = before.map_or(0, |(_, span)| span.ends);
    let waits = match before {
        _ if times.earliest(line, order) > free => {
            Waits::Pieces(day(times.there(line, &shop.orders[order]))?)
        }
        Some((before, _)) => Waits::Order(before),
        None => Waits::Line(begins),
    };
    let promise = |back: usize| day(back + shop.spare as usize);
    let elsewhere = (0..shop.lines.len()).filter(|other| *other != line).map(|other| {
        let mut shares: Vec<Share> =
            plan.lines[other].iter().filter(|share| share.order != order).copied().collect();
        shares.push(Share { order, pieces: shop.orders[order].pieces });
        let back = times.spans(other, &shares).and_then(|spans| spans.last().map(|span| span.back));
        (other, back.and_then(promise))
    });
    Some(Reason {
        line,
        waits,
        setup: span.setup,
        sewn: (begins, day(span.done)?),
        back: day(span.back)?,
        promised: promise(span.back)?,
        workday: span.back + shop.spare as usize + 1,
        elsewhere: elsewhere.collect(),
    })
}
