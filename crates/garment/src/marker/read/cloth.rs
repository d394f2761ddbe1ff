//! Rolls, repeats and what matches them, in the same JSON: `rolls` with `id`, `width` and `flaws` (shapes on the strip), `repeat`
//! with `along`, `across`, `origin` and `tolerance`, and of a piece `match` with `at`, `group`, `phase`, `along`, `across`.

use super::super::cloth::{Cloth, Match, Repeat, Roll};
use super::{Reader, Wrong, shape};
use serde_json::{Value as Json, json};

/// Reads the cloth alone, as a file of its own tells of it.
pub fn cloth(document: &Json) -> Result<Cloth, Vec<Wrong>> {
    let mut reader = Reader::default();
    let cloth = reader.cloth(document);
    if document.get("rolls").is_none() && document.get("repeat").is_none() {
        reader.tell("rolls", "is missing, and `repeat`, too; write one of them at least");
    }
    if reader.wrong.is_empty() { Ok(cloth) } else { Err(reader.wrong) }
}

impl Reader {
    pub(super) fn cloth(&mut self, document: &Json) -> Cloth {
        let mut cloth = Cloth { rolls: Vec::new(), repeat: self.repeat(document) };
        let listed = document.get("rolls");
        if listed.is_some_and(|listed| !listed.is_array()) {
            self.tell("rolls", "is no list; write `[{\"id\": \"n1\", \"width\": 1500, \"flaws\": []}]`");
        }
        for (at, item) in listed.and_then(Json::as_array).into_iter().flatten().enumerate() {
            let Some(roll) = self.roll(item, &format!("rolls[{at}]")) else { continue };
            if cloth.rolls.iter().any(|other| other.id == roll.id) {
                self.tell(
                    &format!("rolls[{at}].id"),
                    format!("`{}` stands twice; give each roll its own", roll.id),
                );
            }
            cloth.rolls.push(roll);
        }
        cloth
    }

    fn roll(&mut self, item: &Json, path: &str) -> Option<Roll> {
        let id = item.get("id").and_then(Json::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
        if id.is_none() {
            self.tell(&format!("{path}.id"), "is missing; write what the roll is called");
        }
        let width = self.number(item, &format!("{path}."), "width");
        if width.is_some_and(|width| width <= 0.0) {
            self.tell(&format!("{path}.width"), "is no width; write a length above 0");
        }
        let mut flaws = Vec::new();
        if item.get("flaws").is_some_and(|flaws| !flaws.is_array()) {
            self.tell(&format!("{path}.flaws"), "is no list; write shapes, as of pieces");
        }
        for (at, flaw) in item.get("flaws").and_then(Json::as_array).into_iter().flatten().enumerate() {
            flaws.extend(self.shape(flaw, &format!("{path}.flaws[{at}]")));
        }
        Some(Roll { id: id?, width: width?, flaws })
    }

    fn repeat(&mut self, document: &Json) -> Option<Repeat> {
        let item = document.get("repeat")?;
        let mut period = |name: &str| {
            item.get(name)?;
            let value = self.number(item, "repeat.", name)?;
            if value < 0.001 {
                self.tell(&format!("repeat.{name}"), "is no repeat; write a length, or leave it out");
            }
            Some(value)
        };
        let (along, across) = (period("along"), period("across"));
        if item.get("along").is_none() && item.get("across").is_none() {
            self.tell("repeat", "tells neither `along` nor `across`; write after how much the cloth repeats");
        }
        let origin = self.place(item, "repeat", "origin");
        let tolerance = if item.get("tolerance").is_some() {
            self.number(item, "repeat.", "tolerance")
        } else {
            Some(0.0)
        };
        if tolerance.is_some_and(|tolerance| tolerance < 0.0) {
            self.tell("repeat.tolerance", "is below 0; write how far off a match may be");
        }
        Some(Repeat { along, across, origin: origin?, tolerance: tolerance? })
    }

    /// A place; the origin where none is told.
    fn place(&mut self, of: &Json, path: &str, name: &str) -> Option<(f64, f64)> {
        let Some(told) = of.get(name) else { return Some((0.0, 0.0)) };
        let place = told.get(0).and_then(Json::as_f64).zip(told.get(1).and_then(Json::as_f64));
        if place.is_none() {
            self.tell(&format!("{path}.{name}"), "is no place; write `[x, y]`");
        }
        place
    }

    /// How a piece lies to the repeat; `None` where that cannot be read.
    pub(super) fn matching(&mut self, item: &Json, path: &str) -> Option<Option<Match>> {
        let Some(own) = item.get("match") else { return Some(None) };
        let path = format!("{path}.match");
        if own.get("at").is_none() {
            self.tell(&format!("{path}.at"), "is missing; write the place that matches, `[x, y]`");
        }
        let (at, phase) = (self.place(own, &path, "at"), self.place(own, &path, "phase"));
        let mut group = None;
        if let Some(told) = own.get("group") {
            group = told.as_str().map(str::to_owned);
            if group.is_none() {
                self.tell(
                    &format!("{path}.group"),
                    "is no text; write what pieces that match each other share",
                );
            }
        }
        let mut matters = |name: &str| match own.get(name) {
            None => true,
            Some(told) => told.as_bool().unwrap_or_else(|| {
                self.tell(&format!("{path}.{name}"), "is neither true nor false; write one of them");
                true
            }),
        };
        let (along, across) = (matters("along"), matters("across"));
        Some(Some(Match { at: at?, group, phase: phase?, along, across }))
    }
}

pub(super) fn matching(own: &Match) -> Json {
    let Match { at, group, phase, along, across } = own;
    let mut told = json!({"at": [at.0, at.1], "phase": [phase.0, phase.1], "along": along, "across": across});
    if let Some(group) = group {
        told["group"] = group.as_str().into();
    }
    told
}

/// Writes the cloth beside pieces.
pub fn written(cloth: &Cloth, document: &mut Json) {
    if let Some(Repeat { along, across, origin, tolerance }) = &cloth.repeat {
        let mut told = json!({"origin": [origin.0, origin.1], "tolerance": tolerance});
        for (name, period) in [("along", along), ("across", across)] {
            if let Some(period) = period {
                told[name] = (*period).into();
            }
        }
        document["repeat"] = told;
    }
    if !cloth.rolls.is_empty() {
        let roll = |roll: &Roll| {
            let flaws: Vec<Json> = roll.flaws.iter().map(shape).collect();
            json!({"id": roll.id, "width": roll.width, "flaws": flaws})
        };
        document["rolls"] = cloth.rolls.iter().map(roll).collect::<Vec<_>>().into();
    }
}
