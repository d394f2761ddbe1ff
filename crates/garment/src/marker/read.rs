//! Pieces and layouts in the JSON of jagua-rs: before 1.1, which says `allowed_orientations`, and since, which says
//! `orientation`.
//! Beside them stand members of ours, which jagua-rs passes over: of the marker `direction`, of a piece `tilt`, `paired` and
//! what is drawn on it (`name`, `size`, `grain`, `notches`, `drills`, `lines`), `per_garment` and `match`, of a placed piece
//! `garment`; and of the cloth `rolls` and `repeat` (module `cloth`).

pub mod cloth;

use super::exact::{Region, Ring};
use super::{Direction, Layout, Marks, Piece, Pieces, Placed, Turns};
use serde_json::{Value as Json, json};

/// Lengths beyond this are no cloth's.
const FAR: f64 = 1e6;

/// A fault, with the path to it in the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {what}")]
pub struct Wrong {
    /// `items[3].shape`.
    pub path: String,
    /// What is wrong, and the mend.
    pub what: String,
}

/// Reads pieces. All that is wrong is told at once, piece by piece.
pub fn pieces(document: &Json) -> Result<Pieces, Vec<Wrong>> {
    let mut reader = Reader::default();
    let width = reader.number(document, "", "strip_height");
    let spacing = match document.get("min_item_separation") {
        Some(_) => reader.number(document, "", "min_item_separation"),
        None => Some(0.0),
    };
    for (name, value) in [("strip_height", width), ("min_item_separation", spacing)] {
        if value.is_some_and(|value| value < 0.0 || (value == 0.0 && name == "strip_height")) {
            reader.tell(name, "is below what it can be; write a length");
        }
        if value.is_some_and(|value| value > FAR) {
            reader.tell(name, "is more than a million; write a length that cloth has");
        }
    }
    let direction = match document.get("direction").map(Json::as_str) {
        None => Direction::Any,
        Some(Some("any")) => Direction::Any,
        Some(Some("garment")) => Direction::Garment,
        Some(Some("marker")) => Direction::Marker,
        Some(_) => {
            reader.tell("direction", "is unknown; write `any`, `garment` or `marker`");
            Direction::Any
        }
    };
    let cloth = reader.cloth(document);
    let items = document.get("items").and_then(Json::as_array);
    if items.is_none_or(Vec::is_empty) {
        reader.tell("items", "holds no pieces; write a list of them");
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, item) in items.into_iter().flatten().enumerate() {
        let Some(piece) = reader.piece(item, &format!("items[{at}]")) else { continue };
        if pieces.iter().any(|other| other.id == piece.id) {
            reader.tell(
                &format!("items[{at}].id"),
                format!("`{}` stands twice; number each piece on its own", piece.id),
            );
        }
        if piece.matching.is_some() && cloth.repeat.is_none() && document.get("repeat").is_none() {
            let what = "has no `repeat` to match; tell of the cloth's, or leave this out";
            reader.tell(&format!("items[{at}].match"), what);
        }
        pieces.push(piece);
    }
    let name = document.get("name").and_then(Json::as_str).unwrap_or("marker").to_owned();
    match (width, spacing) {
        (Some(width), Some(spacing)) if reader.wrong.is_empty() => {
            Ok(Pieces { name, width, spacing, direction, cloth, pieces })
        }
        _ => Err(reader.wrong),
    }
}

/// Reads the layout beside the pieces, as sparrow writes it: `solution` with `strip_width` and `layout.placed_items`.
pub fn layout(document: &Json) -> Result<Layout, Vec<Wrong>> {
    let mut reader = Reader::default();
    let Some(solution) = document.get("solution") else {
        reader.tell("solution", "is missing; a layout has its pieces and beside them its `solution`");
        return Err(reader.wrong);
    };
    let length = reader.number(solution, "solution.", "strip_width");
    let listed =
        solution.get("layout").and_then(|layout| layout.get("placed_items")).and_then(Json::as_array);
    if listed.is_none() {
        reader.tell("solution.layout.placed_items", "is missing; write a list of placed pieces");
    }
    let mut placed = Vec::new();
    for (at, item) in listed.into_iter().flatten().enumerate() {
        let path = format!("solution.layout.placed_items[{at}].");
        placed.extend(reader.placed(item, &path));
    }
    match length {
        Some(length) if reader.wrong.is_empty() => Ok(Layout { length, placed }),
        _ => Err(reader.wrong),
    }
}

#[derive(Default)]
struct Reader {
    wrong: Vec<Wrong>,
}

impl Reader {
    fn tell(&mut self, path: &str, what: impl Into<String>) {
        self.wrong.push(Wrong { path: path.to_owned(), what: what.into() });
    }

    fn number(&mut self, of: &Json, path: &str, name: &str) -> Option<f64> {
        let value = of.get(name).and_then(Json::as_f64);
        if value.is_none() {
            self.tell(&format!("{path}{name}"), "is no number; write one");
        }
        value
    }

    /// Whether something is so; it is not where nothing is said.
    fn flag(&mut self, of: &Json, path: &str, name: &str) -> bool {
        let value = of.get(name).map(Json::as_bool);
        if value == Some(None) {
            self.tell(&format!("{path}{name}"), "is neither true nor false; write one of them");
        }
        value.flatten().unwrap_or(false)
    }

    fn whole(&mut self, of: &Json, path: &str, name: &str) -> Option<u64> {
        let value = of.get(name).and_then(Json::as_u64);
        if value.is_none() {
            self.tell(&format!("{path}{name}"), "is no whole number; write one from 0");
        }
        value
    }

    fn piece(&mut self, item: &Json, path: &str) -> Option<Piece> {
        let dotted = format!("{path}.");
        let (id, demand) = (self.whole(item, &dotted, "id"), self.whole(item, &dotted, "demand"));
        let shape = self.shape(item.get("shape").unwrap_or(&Json::Null), &format!("{path}.shape"));
        let tilt = if item.get("tilt").is_some() { self.number(item, &dotted, "tilt")? } else { 0.0 };
        if !(0.0..=45.0).contains(&tilt) {
            self.tell(&format!("{path}.tilt"), format!("`{tilt}` is no tilt; write degrees from 0 to 45"));
        }
        let (turns, mirror) = self.turns(item, path, tilt)?;
        let paired = self.flag(item, &dotted, "paired");
        if paired && demand.is_some_and(|demand| demand % 2 == 1) {
            self.tell(&format!("{path}.paired"), "pairs need an even `demand`; write both of each pair");
        }
        let (marks, matching) = (self.marks(item, path), self.matching(item, path));
        let per_garment = match item.get("per_garment") {
            None => Some(if paired { 2 } else { 1 }),
            Some(_) => self.whole(item, &dotted, "per_garment"),
        };
        let told = item.get("per_garment").and(demand.zip(per_garment));
        if told.is_some_and(|(demand, each)| each == 0 || demand % each > 0) {
            let what = "does not divide `demand`; write how many a garment takes";
            self.tell(&format!("{path}.per_garment"), what);
        } else if paired && told.is_some_and(|(_, each)| each % 2 == 1) {
            self.tell(&format!("{path}.per_garment"), "pairs need an even number; write both of each pair");
        }
        Some(Piece {
            id: id?,
            demand: demand?,
            shape: shape?,
            turns,
            mirror: mirror || paired,
            paired,
            per_garment: per_garment?,
            matching: matching?,
            marks: marks?,
        })
    }

    fn marks(&mut self, item: &Json, path: &str) -> Option<Marks> {
        let mut text = |name: &str| {
            let value = item.get(name).map(Json::as_str);
            if value == Some(None) {
                self.tell(&format!("{path}.{name}"), "is no text; write it in quotes");
            }
            value.flatten().unwrap_or_default().to_owned()
        };
        let (name, size) = (text("name"), text("size"));
        let place = |place: &Json| Some((place.get(0)?.as_f64()?, place.get(1)?.as_f64()?));
        let places = |list: &Json| list.as_array()?.iter().map(place).collect::<Option<Vec<_>>>();
        let mut read = |name: &str| match item.get(name) {
            None => Some(Vec::new()),
            Some(list) => places(list).or_else(|| {
                self.tell(&format!("{path}.{name}"), "is no list of places; write `[[0, 0], [2, 0]]`");
                None
            }),
        };
        let (grain, notches, drills) = (read("grain")?, read("notches")?, read("drills")?);
        let lines = match item.get("lines") {
            None => Some(Vec::new()),
            Some(all) => all.as_array().and_then(|all| all.iter().map(places).collect::<Option<Vec<_>>>()),
        };
        if lines.is_none() {
            self.tell(&format!("{path}.lines"), "is no list of lines; write `[[[0, 0], [2, 0]]]`");
        }
        let ends = grain.len();
        let grain = <[(f64, f64); 2]>::try_from(grain).ok();
        if grain.is_none() && ends > 0 {
            self.tell(&format!("{path}.grain"), "is no line; write its two ends, `[[0, 0], [2, 0]]`");
        }
        Some(Marks { name, size, grain, notches, drills, lines: lines? })
    }

    /// How a piece may be turned, and whether mirrored.
    fn turns(&mut self, item: &Json, path: &str, tilt: f64) -> Option<(Turns, bool)> {
        let Some(orientation) = item.get("orientation") else {
            let Some(listed) = item.get("allowed_orientations").filter(|listed| !listed.is_null()) else {
                return Some((Turns::Any, false));
            };
            let angles = self.angles(listed, &format!("{path}.allowed_orientations"))?;
            return Some((Turns::Some { angles, tilt }, false));
        };
        let rotation = orientation.get("rotation").unwrap_or(&Json::Null);
        let place = format!("{path}.orientation.rotation");
        let turns = match rotation.get("mode").and_then(Json::as_str) {
            Some("continuous") => Turns::Any,
            Some("discrete") => {
                let listed = rotation.get("angles").unwrap_or(&Json::Null);
                Turns::Some { angles: self.angles(listed, &format!("{place}.angles"))?, tilt }
            }
            Some("stepped") => {
                let step = self.number(rotation, &format!("{place}."), "step")?;
                let count = (360.0 / step).round();
                if !(1.0..=65_536.0).contains(&count) || (count * step - 360.0).abs() > 1e-4 {
                    self.tell(
                        &format!("{place}.step"),
                        format!("`{step}` does not divide a turn; write one that does"),
                    );
                    return None;
                }
                Turns::Some {
                    angles: (0..count as u32).map(|at| f64::from(at) * 360.0 / count).collect(),
                    tilt,
                }
            }
            _ => {
                self.tell(&place, "says no known mode; write `discrete`, `stepped` or `continuous`");
                return None;
            }
        };
        let axes = orientation.get("reflection_axes").filter(|axes| !axes.is_null());
        let listed = axes.and_then(Json::as_array);
        if axes.is_some() && listed.is_none() {
            let what = "is no list of axes; write `[0]` where it may lie with its other side up";
            self.tell(&format!("{path}.orientation.reflection_axes"), what);
        }
        Some((turns, listed.is_some_and(|axes| !axes.is_empty())))
    }

    fn angles(&mut self, listed: &Json, path: &str) -> Option<Vec<f64>> {
        let angles =
            listed.as_array().and_then(|all| all.iter().map(Json::as_f64).collect::<Option<Vec<f64>>>());
        // An empty list is none either: a piece lies somehow.
        let angles = angles.filter(|angles| !angles.is_empty());
        if angles.is_none() {
            self.tell(path, "is no list of angles; write degrees, `[0, 180]`");
        }
        angles
    }

    fn shape(&mut self, shape: &Json, path: &str) -> Option<Region> {
        let data = shape.get("data").unwrap_or(&Json::Null);
        let place = format!("{path}.data");
        let (outer, holes) = match shape.get("type").and_then(Json::as_str) {
            Some("simple_polygon") => (self.ring(data, &place)?, Vec::new()),
            Some("polygon") => {
                let outer = self.ring(data.get("outer").unwrap_or(&Json::Null), &format!("{place}.outer"))?;
                let inner = data.get("inner").and_then(Json::as_array);
                let mut holes = Vec::new();
                for (at, hole) in inner.into_iter().flatten().enumerate() {
                    holes.push(self.ring(hole, &format!("{place}.inner[{at}]"))?);
                }
                (outer, holes)
            }
            Some("rectangle") => {
                let names = ["x_min", "y_min", "width", "height"];
                let [x, y, w, h] = names.map(|name| self.number(data, &format!("{place}."), name));
                let (x, y, w, h) = (x?, y?, w?, h?);
                for (name, side) in [("width", w), ("height", h)].into_iter().filter(|(_, side)| *side <= 0.0)
                {
                    self.tell(
                        &format!("{place}.{name}"),
                        format!("`{side}` is no length; write one above 0"),
                    );
                }
                if w <= 0.0 || h <= 0.0 {
                    return None;
                }
                (self.made(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], &place)?, Vec::new())
            }
            Some("multi_polygon") => {
                self.tell(path, "is of several parts; make each a piece of its own");
                return None;
            }
            _ => {
                self.tell(path, "has no known type; write `simple_polygon`, `polygon` or `rectangle`");
                return None;
            }
        };
        match Region::new(outer, holes) {
            Ok(region) => Some(region),
            Err(error) => {
                self.tell(path, format!("{error}; mend the outline"));
                None
            }
        }
    }

    fn ring(&mut self, data: &Json, path: &str) -> Option<Ring> {
        let corner = |corner: &Json| Some((corner.get(0)?.as_f64()?, corner.get(1)?.as_f64()?));
        let corners = data.as_array().and_then(|all| all.iter().map(corner).collect::<Option<Vec<_>>>());
        if corners.is_none() {
            self.tell(path, "is no list of corners; write `[[0, 0], [2, 0], [0, 1]]`");
        }
        self.made(&corners?, path)
    }

    fn made(&mut self, corners: &[(f64, f64)], path: &str) -> Option<Ring> {
        let ring = Ring::new(corners);
        if let Err(error) = &ring {
            self.tell(path, format!("{error}; mend the outline"));
        }
        ring.ok()
    }

    fn placed(&mut self, item: &Json, path: &str) -> Option<Placed> {
        let piece = self.whole(item, path, "item_id");
        let transformation = item.get("transformation").unwrap_or(&Json::Null);
        let place = format!("{path}transformation.");
        let turn = self.number(transformation, &place, "rotation");
        let to = transformation.get("translation");
        let to = to.and_then(|to| Some((to.get(0)?.as_f64()?, to.get(1)?.as_f64()?)));
        if to.is_none() {
            self.tell(&format!("{place}translation"), "is no place; write `[x, y]`");
        }
        let mirrored = self.flag(transformation, &place, "reflected");
        let garment = item.get("garment").filter(|garment| !garment.is_null()).map(Json::as_str);
        if garment == Some(None) {
            self.tell(&format!("{path}garment"), "is no text; write it in quotes");
        }
        let garment = garment.flatten().map(str::to_owned);
        Some(Placed { piece: piece?, mirrored, turn: turn?, to: to?, garment })
    }
}

/// Writes pieces in the dialect since 1.1.
pub fn written(pieces: &Pieces) -> Json {
    let piece = |piece: &Piece| {
        let rotation = match &piece.turns {
            Turns::Any => json!({"mode": "continuous"}),
            Turns::Some { angles, .. } => json!({"mode": "discrete", "angles": angles}),
        };
        let tilt = match &piece.turns {
            Turns::Some { tilt, .. } => *tilt,
            Turns::Any => 0.0,
        };
        let axes: &[f64] = if piece.mirror { &[0.0] } else { &[] };
        let mut item = json!({
            "id": piece.id, "demand": piece.demand, "shape": shape(&piece.shape), "tilt": tilt, "paired": piece.paired,
            "orientation": {"rotation": rotation, "reflection_axes": axes}, "per_garment": piece.per_garment,
        });
        if let Some(own) = &piece.matching {
            item["match"] = cloth::matching(own);
        }
        let Marks { name, size, grain, notches, drills, lines } = &piece.marks;
        for (member, value) in [
            ("name", json!(name)),
            ("size", json!(size)),
            ("grain", json!(grain.map_or(Vec::new(), Vec::from))),
            ("notches", json!(notches)),
            ("drills", json!(drills)),
            ("lines", json!(lines)),
        ] {
            if value.as_str() != Some("") && value.as_array().is_none_or(|all| !all.is_empty()) {
                item[member] = value;
            }
        }
        item
    };
    let direction = match pieces.direction {
        Direction::Any => "any",
        Direction::Garment => "garment",
        Direction::Marker => "marker",
    };
    let mut document = json!({
        "name": pieces.name, "strip_height": pieces.width, "min_item_separation": pieces.spacing, "direction": direction,
        "items": pieces.pieces.iter().map(piece).collect::<Vec<_>>(),
    });
    cloth::written(&pieces.cloth, &mut document);
    document
}

/// A shape, as jagua-rs writes it.
fn shape(region: &Region) -> Json {
    let mut rings: Vec<_> = region
        .outlines()
        .map(|corners| corners.into_iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>())
        .collect();
    let outer = rings.remove(0);
    match rings.as_slice() {
        [] => json!({"type": "simple_polygon", "data": outer}),
        holes => json!({"type": "polygon", "data": {"outer": outer, "inner": holes}}),
    }
}

/// Writes a layout with its pieces, as [`layout`] and [`pieces`] read it.
pub fn written_layout(pieces: &Pieces, layout: &Layout, density: f64) -> Json {
    let placed = layout.placed.iter().map(|placed| {
        let mut item = json!({
            "item_id": placed.piece,
            "transformation": {"rotation": placed.turn, "translation": [placed.to.0, placed.to.1]},
        });
        if let Some(transformation) = item.get_mut("transformation").filter(|_| placed.mirrored) {
            transformation["reflected"] = true.into();
        }
        if let Some(garment) = &placed.garment {
            item["garment"] = garment.as_str().into();
        }
        item
    });
    let placed: Vec<Json> = placed.collect();
    let mut document = written(pieces);
    document["solution"] =
        json!({"strip_width": layout.length, "density": density, "layout": {"placed_items": placed}});
    document
}
