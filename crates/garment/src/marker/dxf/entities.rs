//! A DXF file as what is drawn in it: pairs of a group code and a value, gathered to entities and blocks.

/// Something drawn.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// `LINE`, `POLYLINE`, …
    pub kind: String,
    /// The number of its layer.
    pub layer: Option<u32>,
    /// Group codes with their values.
    pub values: Vec<(i32, String)>,
    /// The corners of a polyline, each with its bulge.
    pub corners: Vec<(f64, f64, f64)>,
    /// The line where it begins.
    pub line: usize,
    /// Why its corners cannot be read, with the mend.
    pub wrong: Option<String>,
}

/// What is drawn together under a name.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub name: String,
    pub line: usize,
    pub entities: Vec<Entity>,
}

/// All of a file.
#[derive(Debug, Default)]
pub struct File {
    header: Vec<(String, String)>,
    pub blocks: Vec<Block>,
    /// What is drawn outside of blocks.
    pub loose: Vec<Entity>,
}

impl Entity {
    pub fn text(&self, code: i32) -> Option<&str> {
        self.values.iter().find(|(own, _)| *own == code).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, code: i32) -> Option<f64> {
        self.text(code)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// All numbers of a group code, in turn.
    pub fn all(&self, code: i32) -> Vec<f64> {
        let own = self.values.iter().filter(|(own, _)| *own == code);
        own.filter_map(|(_, value)| value.parse().ok()).filter(|number: &f64| number.is_finite()).collect()
    }

    pub fn is_text(&self) -> bool {
        matches!(self.kind.as_str(), "TEXT" | "MTEXT" | "ATTDEF" | "ATTRIB")
    }

    /// It is of lines, and not a text, a place or a reference.
    pub fn is_line(&self) -> bool {
        !self.is_text() && !matches!(self.kind.as_str(), "POINT" | "INSERT" | "SEQEND")
    }

    /// Its corners and ends.
    fn places(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ends =
            [10, 11].into_iter().filter_map(|code| Some((self.number(code)?, self.number(code + 10)?)));
        let ends = ends.filter(|_| matches!(self.kind.as_str(), "LINE" | "ARC" | "CIRCLE"));
        // A spline stays among its control points.
        let spline = (self.kind == "SPLINE").then(|| self.all(10).into_iter().zip(self.all(20)));
        let ellipse = (self.kind == "ELLIPSE").then(|| self.ends_of_axis()).flatten();
        let curved = spline.into_iter().flatten().chain(ellipse.into_iter().flatten());
        self.corners.iter().map(|(x, y, _)| (*x, *y)).chain(ends).chain(curved)
    }

    /// Where an ellipse is widest.
    fn ends_of_axis(&self) -> Option<[(f64, f64); 2]> {
        let [x, y, along, across] = [10, 20, 11, 21]
            .map(|code| self.number(code))
            .into_iter()
            .collect::<Option<Vec<_>>>()?
            .try_into()
            .ok()?;
        Some([(x - along, y - across), (x + along, y + across)])
    }

    /// What stands after a key, as in `SIZE: 42`.
    fn said(&self, key: &str) -> Option<&str> {
        let (own, value) = self.text(1).filter(|_| self.is_text())?.split_once([':', '：'])?;
        (own.trim().eq_ignore_ascii_case(key) && !value.trim().is_empty()).then(|| value.trim())
    }
}

impl Block {
    /// How long or wide its outline is, whichever is more, in the file's unit.
    pub fn extent(&self) -> f64 {
        // What has no line to cut along is as long as its sewing line.
        let on = |layer: u32| move |entity: &&Entity| entity.layer == Some(layer) && entity.is_line();
        let layer = if self.entities.iter().any(|entity| on(1)(&entity)) { 1 } else { 14 };
        let all = || self.entities.iter().filter(on(layer)).flat_map(Entity::places);
        let wide = |axis: fn((f64, f64)) -> f64| {
            let (low, high) =
                all().map(axis).fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(at), high.max(at)));
            (high - low).max(0.0)
        };
        wide(|place| place.0).max(wide(|place| place.1))
    }

    pub fn said(&self, key: &str) -> Option<&str> {
        self.entities.iter().find_map(|entity| entity.said(key))
    }
}

impl File {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// What the texts outside of blocks say, or else those within.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.loose
            .iter()
            .find_map(|entity| entity.said(key))
            .or_else(|| self.blocks.iter().find_map(|block| block.said(key)))
    }
}

/// Reads a file's entities; what is no DXF is told with its line.
pub fn entities(text: &str) -> Result<File, String> {
    if text.starts_with("AutoCAD Binary DXF") {
        return Err("it is a binary DXF; save it as ASCII DXF".to_owned());
    }
    let mut lines = text.lines().enumerate();
    let mut all: Vec<Entity> = Vec::new();
    while let Some((at, code)) = lines.next() {
        if code.trim().is_empty() && lines.clone().all(|(_, line)| line.trim().is_empty()) {
            break;
        }
        let number = code.trim().parse::<i32>();
        let Ok(number) = number else {
            return Err(format!(
                "line {}: `{}` is no group code; it is no DXF, or was cut",
                at + 1,
                shown(code)
            ));
        };
        let Some((_, value)) = lines.next() else {
            return Err(format!("line {}: the file ends within a pair; get it whole", at + 1));
        };
        let value = unescaped(value.trim());
        match (number, all.last_mut()) {
            (999, _) => {}
            (0, _) => all.push(Entity { kind: value, line: at + 1, ..Entity::default() }),
            (_, None) => {
                return Err(format!("line {}: it does not begin with a section; it is no DXF", at + 1));
            }
            (number, Some(entity)) => {
                if number == 8 {
                    entity.layer = value.parse().ok();
                }
                entity.values.push((number, value));
            }
        }
    }
    gathered(all)
}

fn shown(text: &str) -> String {
    text.trim().chars().take(20).collect()
}

/// `\U+8863` as the letter that it stands for.
fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut parts = value.split("\\U+");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let letter =
            part.get(..4).and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match letter {
            Some(letter) => {
                out.push(letter);
                out.push_str(part.get(4..).unwrap_or_default());
            }
            None => {
                out.push_str("\\U+");
                out.push_str(part);
            }
        }
    }
    out
}

/// Corners to their polylines, entities to their blocks.
fn gathered(all: Vec<Entity>) -> Result<File, String> {
    let mut file = File::default();
    let (mut block, mut ended): (Option<Block>, bool) = (None, false);
    for entity in all {
        match entity.kind.as_str() {
            "SECTION" if entity.text(2) == Some("HEADER") => {
                let names =
                    entity.values.iter().zip(entity.values.iter().skip(1)).filter(|(name, _)| name.0 == 9);
                file.header = names.map(|(name, value)| (name.1.clone(), value.1.clone())).collect();
            }
            "SECTION" | "ENDSEC" | "SEQEND" => {}
            "BLOCK" => {
                let name = entity.text(2).unwrap_or_default().to_owned();
                file.blocks.extend(block.replace(Block { name, line: entity.line, entities: Vec::new() }));
            }
            "ENDBLK" => file.blocks.extend(block.take()),
            "EOF" => ended = true,
            _ => {
                let into = block.as_mut().map_or(&mut file.loose, |block| &mut block.entities);
                match (entity.kind.as_str(), into.last_mut()) {
                    ("VERTEX", Some(polyline)) if polyline.kind == "POLYLINE" => {
                        // A corner of the frame that a curve was drawn from is not on it.
                        if entity.number(70).unwrap_or(0.0) as u32 & 16 == 0 {
                            match corner(&entity) {
                                Ok(corner) => polyline.corners.push(corner),
                                Err(what) => polyline.wrong = polyline.wrong.take().or(Some(what)),
                            }
                        }
                    }
                    ("LWPOLYLINE", _) => into.push(light(entity)),
                    _ => into.push(entity),
                }
            }
        }
    }
    match (ended, block) {
        (_, Some(block)) => {
            Err(format!("block `{}` (line {}): does not end; the file was cut", block.name, block.line))
        }
        (false, None) => Err("it does not end with `EOF`; the file was cut".to_owned()),
        (true, None) => Ok(file),
    }
}

fn corner(entity: &Entity) -> Result<(f64, f64, f64), String> {
    let place = entity.number(10).zip(entity.number(20));
    let mend = "write its x and y (groups 10 and 20) as numbers";
    let (x, y) = place.ok_or_else(|| format!("line {}: a corner has no place; {mend}", entity.line))?;
    Ok((x, y, entity.number(42).unwrap_or(0.0)))
}

/// A light polyline has its corners in itself.
fn light(mut entity: Entity) -> Entity {
    for (code, value) in &entity.values {
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() && matches!(code, 10 | 20 | 42) {
            let what = format!("line {}: `{value}` is no number; write one", entity.line);
            entity.wrong = entity.wrong.or(Some(what));
        }
        let number = number.unwrap_or(0.0);
        match (code, entity.corners.last_mut()) {
            (10, _) => entity.corners.push((number, 0.0, 0.0)),
            (20, Some(corner)) => corner.1 = number,
            (42, Some(corner)) => corner.2 = number,
            _ => {}
        }
    }
    entity
}
