//! A plan that stands, from the JSON in which plans are told.

use super::{Floor, Standing};
use crate::day::Day;
use serde_json::Value as Json;

/// Reads a plan of a line; each fault is told with the place of the value.
pub fn standing(floor: &Floor, plan: &Json) -> Result<Standing, Vec<String>> {
    let mut reading = Reading { floor, faults: Vec::new(), standing: Standing::default() };
    reading.standing.holders = vec![None; floor.operations.len()];
    reading.standing.had = vec![None; floor.operations.len()];
    reading.day(&plan["day"]);
    match plan["stations"].as_array() {
        Some(stations) => stations.iter().enumerate().for_each(|(at, station)| reading.station(at, station)),
        None => reading.faults.push("`stations` is missing; take what `--json` writes".to_owned()),
    }
    for (at, counted) in plan["practice"].as_array().into_iter().flatten().enumerate() {
        reading.practice(at, counted);
    }
    if reading.faults.is_empty() && reading.standing.had.iter().all(Option::is_none) {
        reading.faults.push("no operation of the line is in this plan; take a plan of this line".to_owned());
    }
    let Reading { faults, mut standing, .. } = reading;
    standing.gone.sort();
    standing.gone.dedup();
    if faults.is_empty() { Ok(standing) } else { Err(faults) }
}

/// A day as it is written, `2026-10-12`.
pub fn day(text: &str) -> Option<Day> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let mut two = || parts.next().filter(|part| part.len() == 2)?.parse().ok();
    Day::new(year, two()?, two()?)
}

struct Reading<'f> {
    floor: &'f Floor,
    faults: Vec<String>,
    standing: Standing,
}

impl Reading<'_> {
    fn day(&mut self, value: &Json) {
        self.standing.day = value.as_str().and_then(day);
        if self.standing.day.is_none() && !value.is_null() {
            self.faults.push(format!("`day` is `{value}`; write a date as \"2026-10-12\", or null"));
        }
    }

    fn text<'v>(&mut self, place: &str, value: &'v Json) -> Option<&'v str> {
        let text = value.as_str();
        if text.is_none() {
            self.faults.push(format!("`{place}` is `{value}`; write what it is called"));
        }
        text
    }

    fn operation(&mut self, id: &str) -> Option<usize> {
        let at = self.floor.operations.iter().position(|own| own.id == id);
        if at.is_none() {
            self.standing.gone.push(id.to_owned());
        }
        at
    }

    fn operator(&mut self, id: &str) -> Option<usize> {
        let at = self.floor.operators.iter().position(|own| own.id == id);
        if at.is_none() {
            self.standing.gone.push(id.to_owned());
        }
        at
    }

    fn station(&mut self, at: usize, station: &Json) {
        let place = format!("stations[{at}]");
        let Some(operator) = self.text(&format!("{place}.operator"), &station["operator"]) else { return };
        let holder = self.operator(operator);
        let Some(operations) = station["operations"].as_array() else {
            self.faults.push(format!("`{place}.operations` is missing; write a list"));
            return;
        };
        for (at, operation) in operations.iter().enumerate() {
            let place = format!("{place}.operations[{at}].operation");
            let Some(id) = self.text(&place, &operation["operation"]) else { continue };
            let Some(one) = self.operation(id) else { continue };
            if let Some(other) = &self.standing.had[one] {
                self.faults
                    .push(format!("`{place}` is `{id}`, which `{other}` has too; leave it to one of them"));
                continue;
            }
            self.standing.holders[one] = holder;
            self.standing.had[one] = Some(operator.to_owned());
        }
    }

    fn practice(&mut self, at: usize, counted: &Json) {
        let place = format!("practice[{at}]");
        let operation = self.text(&format!("{place}.operation"), &counted["operation"]);
        let operator = self.text(&format!("{place}.operator"), &counted["operator"]);
        let pieces = counted["pieces"].as_u64().and_then(|pieces| u32::try_from(pieces).ok());
        if pieces.is_none() {
            self.faults
                .push(format!("`{place}.pieces` is `{}`; write a whole number from 0", counted["pieces"]));
        }
        let operation = operation.and_then(|id| self.operation(id));
        let operator = operator.and_then(|id| self.operator(id));
        if let (Some(operation), Some(operator), Some(pieces)) = (operation, operator, pieces) {
            self.standing.practice.push((operation, operator, pieces));
        }
    }
}
