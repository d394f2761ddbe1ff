//! When the vehicles of SUMO's flows depart.

use super::Fault;
use super::sumo_demand::finite;
use super::xml::Element;
use crate::chance;

/// Most vehicles that one flow may make.
const MOST: f64 = 10_000_000.0;

/// When the vehicles of a flow depart.
pub(super) fn departures(element: &Element<'_>, name: &str) -> Result<Vec<f64>, Fault> {
    let begin = if element.get("begin").is_some() { element.seconds("begin")? } else { 0.0 };
    let end = if element.get("end").is_some() { Some(element.seconds("end")?) } else { None };
    let number = element.number("number")?;
    if let Some(chance) = element.number("probability")? {
        if !(0.0..=1.0).contains(&chance) {
            let what = format!("`probability` of `{name}` is {chance}; write a part of 1, a second's chance");
            return Err(element.fault(what));
        }
        let end = end.ok_or_else(|| element.fault(format!("flow `{name}` has no `end`; add it")))?;
        let draw = |second: u64| chance::unit(chance::of_text(name), second, 0) < chance;
        let seconds = 0..(end - begin).clamp(0.0, MOST) as u64;
        return Ok(seconds.filter(|second| draw(*second)).map(|second| begin + second as f64).collect());
    }
    let hourly = if element.get("perHour").is_some() { "perHour" } else { "vehsPerHour" };
    let period = match (element.get("period"), element.number(hourly)?) {
        (Some(text), _) if text.starts_with("exp") => {
            return by_chance(element, name, text, begin, end, number);
        }
        (Some(_), _) => element.number("period")?,
        (None, Some(rate)) if rate > 0.0 => Some(3600.0 / rate),
        _ => None,
    };
    let (period, count) = match (period, number, end) {
        (Some(period), Some(number), _) => (period, number),
        (Some(period), None, Some(end)) if period > 0.0 => (period, ((end - begin) / period).ceil()),
        (None, Some(number), Some(end)) if number > 0.0 => ((end - begin) / number, number),
        _ => {
            let what = format!(
                "flow `{name}` does not say how many; give `end` with `period`, `vehsPerHour` or `number`"
            );
            return Err(element.fault(what));
        }
    };
    if !(period > 0.0 && (0.0..=MOST).contains(&count)) {
        let what = format!("flow `{name}` makes {count} vehicles, one every {period} s; mend its times");
        return Err(element.fault(what));
    }
    Ok((0..count as u64).map(|place| begin + place as f64 * period).collect())
}

/// When the vehicles of a flow depart whose gaps are drawn from the exponential distribution: `exp(rate)`, so many a second.
fn by_chance(
    element: &Element<'_>,
    name: &str,
    text: &str,
    begin: f64,
    end: Option<f64>,
    number: Option<f64>,
) -> Result<Vec<f64>, Fault> {
    let rate = text.strip_prefix("exp(").and_then(|rest| finite(rest.strip_suffix(')')?.trim()));
    let rate = rate.filter(|rate| *rate > 0.0).ok_or_else(|| {
        element
            .fault(format!("`period` of `{name}` is `{text}`; write seconds, or exp(0.1) for 0.1 a second"))
    })?;
    let (until, most) = (end.unwrap_or(f64::INFINITY), number.unwrap_or(f64::INFINITY));
    if most.min((until - begin) * rate) > MOST {
        let what =
            format!("flow `{name}` makes more than {MOST} vehicles, or never ends; give `end` or `number`");
        return Err(element.fault(what));
    }
    let (mut departs, mut at) = (Vec::new(), begin);
    loop {
        let draw = 1.0 - chance::unit(chance::of_text(name), departs.len() as u64, 0);
        at -= libm::log(draw) / rate;
        if at >= until || departs.len() as f64 >= most {
            return Ok(departs);
        }
        departs.push(at);
    }
}
