//! Why an order is promised when it is: what its last share waits for, step by step, and when other lines would have it.

use super::times::Times;
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
    /// The line that has its last share, and how many pieces that is.
    pub line: usize,
    /// The pieces of that.
    pub pieces: u32,
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

fn reason(times: &Times<'_>, plan: &Plan, order: usize) -> Option<Reason> {
    let shop = times.shop;
    let mut last = None;
    for (line, shares) in plan.lines.iter().enumerate() {
        let spans = times.spans(line, shares)?;
        for (at, (share, span)) in
            shares.iter().zip(&spans).enumerate().filter(|(_, (share, _))| share.order == order)
        {
            if last.as_ref().is_none_or(|(_, _, _, other): &(usize, usize, u32, super::times::Span)| {
                other.back < span.back
            }) {
                last = Some((line, at, share.pieces, *span));
            }
        }
    }
    let (line, at, pieces, span) = last?;
    let own = &shop.lines[line];
    let day = |index: usize| times.days.get(index).copied();
    let begins = day(*times.own[line].get((span.begins / own.minutes) as usize)?)?;
    let before = plan.lines[line].get(at.wrapping_sub(1)).map(|share| share.order);
    let free = match at.checked_sub(1) {
        Some(before) => times.spans(line, &plan.lines[line])?.get(before)?.ends,
        None => 0,
    };
    let waits = match before {
        _ if times.earliest(line, order) > free => Waits::Pieces(begins),
        Some(before) => Waits::Order(before),
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
        pieces,
        waits,
        setup: span.setup,
        sewn: (begins, day(span.done)?),
        back: day(span.back)?,
        promised: promise(span.back)?,
        workday: span.back + shop.spare as usize + 1,
        elsewhere: elsewhere.collect(),
    })
}
