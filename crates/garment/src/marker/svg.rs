//! Patterns in SVG: each closed shape is a piece, in millimetres by the drawing's own size.
//!
//! A path of several lines is a piece with what is cut out of it. What SVG cannot say stands in attributes of ours: `data-size`,
//! `data-quantity` (`2`, or `1,1`), `data-fabric`; a piece is called by `data-name`, by Inkscape's label, or by its `id`.

use super::Marks;
use super::outline::{Place, clean};
use super::pattern::{Cut, Pattern, counts};
use kurbo::{Affine, BezPath, Circle, Ellipse, PathEl, Point, RoundedRect, Shape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

/// How far a curve's sides may lie off it, in millimetres.
const NEAR: f64 = 0.05;
/// Millimetres of a unit where the drawing says no size: pixels at 96 for an inch, as CSS counts.
const PIXEL: f64 = 25.4 / 96.0;
/// Farther off, in millimetres, lies no piece: its numbers, or the drawing's size, are not what was meant.
const FAR: f64 = 1e6;
/// Numbers of more digits before the point than this are no measures in any unit.
const DIGITS: usize = 9;

/// Reads a pattern. All that cannot be read is told at once, with its line.
pub fn pattern(text: &str, name: &str) -> Result<Pattern, Vec<String>> {
    let mut drawing =
        Drawing { pattern: Pattern { name: name.to_owned(), ..Pattern::default() }, ..Drawing::default() };
    if let Err(error) = drawing.walk(text) {
        return Err(vec![error]);
    }
    let Drawing { mut pattern, mut wrong, passed, .. } = drawing;
    wrong.extend(pattern.cuts.iter().filter_map(Cut::fault));
    if pattern.cuts.is_empty() && wrong.is_empty() {
        wrong.push(
            "there are no closed shapes in it; draw each piece as a path, polygon, rectangle or circle"
                .to_owned(),
        );
    }
    if !passed.is_empty() {
        let all: Vec<String> = passed.iter().map(|(kind, count)| format!("{count} `{kind}`")).collect();
        pattern.told.push(format!("left out, since they are no pieces: {}", all.join(", ")));
    }
    pattern.told.push("an SVG has no grain line; it is taken as lying along x".to_owned());
    if wrong.is_empty() { Ok(pattern) } else { Err(wrong) }
}

#[derive(Default)]
struct Drawing {
    pattern: Pattern,
    wrong: Vec<String>,
    /// Kinds of elements that were left out, and how many.
    passed: BTreeMap<String, u32>,
}

/// What holds for all within an element.
#[derive(Clone, Copy)]
struct Within {
    moved: Affine,
    /// Its shapes are drawn.
    shown: bool,
}

type Attributes = BTreeMap<String, String>;

impl Drawing {
    fn walk(&mut self, text: &str) -> Result<(), String> {
        let mut reader = Reader::from_str(text);
        let mut around: Vec<Within> = Vec::new();
        let line = |at: u64| {
            text.bytes().take(usize::try_from(at).unwrap_or(0)).filter(|byte| *byte == b'\n').count() + 1
        };
        let broken =
            |at: u64, what: &dyn std::fmt::Display| format!("line {}: this is not SVG: {what}", line(at));
        loop {
            let at = reader.buffer_position();
            let event = reader.read_event().map_err(|error| broken(reader.error_position(), &error))?;
            match &event {
                Event::Start(start) | Event::Empty(start) => {
                    let attributes = attributes(start).map_err(|error| broken(at, &error))?;
                    let kind = start.name().0.rsplit(':').next().unwrap_or_default().to_owned();
                    let outer = match around.last() {
                        Some(outer) => *outer,
                        None if kind == "svg" => Within { moved: self.sized(&attributes), shown: true },
                        None => return Err(broken(at, &format!("its root is `{kind}`"))),
                    };
                    let within = self.element(&kind, &attributes, outer, line(at));
                    if matches!(event, Event::Start(_)) {
                        around.push(within);
                    }
                }
                Event::End(_) => drop(around.pop()),
                Event::Eof if around.is_empty() => return Ok(()),
                Event::Eof => return Err(broken(at, &"it ends within an element; the file was cut")),
                _ => {}
            }
        }
    }

    /// From the drawing's units to millimetres, its y axis turned upwards.
    fn sized(&mut self, attributes: &Attributes) -> Affine {
        let view = attributes.get("viewBox").and_then(|view| {
            let read = numbers(view).filter(|all| all.len() == 4);
            if read.is_none() {
                self.wrong.push(format!("`viewBox` is `{view}`; write four numbers, `0 0 300 200`"));
            }
            read
        });
        let wide = attributes.get("width").and_then(|width| length(width));
        let scale = match (view.as_deref(), wide) {
            (Some([_, _, width, _]), Some(wide)) if *width > 0.0 && wide > 0.0 => wide / width,
            (None, Some(_)) => PIXEL,
            _ => {
                let told =
                    "it says no size (`width=\"300mm\"` beside a `viewBox`); read as pixels, 96 for an inch";
                self.pattern.told.push(told.to_owned());
                PIXEL
            }
        };
        Affine::new([scale, 0.0, 0.0, -scale, 0.0, 0.0])
    }

    fn element(&mut self, kind: &str, attributes: &Attributes, outer: Within, line: usize) -> Within {
        let styled = |name: &str| {
            let style = attributes.get("style").map_or("", String::as_str);
            let declared = style.split(';').filter_map(|part| part.split_once(':'));
            let own = declared
                .filter(|(own, _)| own.trim() == name)
                .map(|(_, value)| value.trim().to_owned())
                .next_back();
            own.or_else(|| attributes.get(name).cloned())
        };
        let hidden = styled("display").as_deref() == Some("none")
            || matches!(
                kind,
                "defs"
                    | "clipPath"
                    | "mask"
                    | "symbol"
                    | "pattern"
                    | "marker"
                    | "title"
                    | "desc"
                    | "metadata"
            );
        let moved = match attributes.get("transform").map(|text| transform(text)) {
            None => Affine::IDENTITY,
            Some(Ok(moved)) => moved,
            Some(Err(what)) => {
                self.wrong.push(format!("`{kind}` (line {line}): {what}"));
                Affine::IDENTITY
            }
        };
        let within = Within { moved: outer.moved * moved, shown: outer.shown && !hidden };
        if !within.shown {
            return within;
        }
        match kind {
            "path" | "polygon" | "rect" | "circle" | "ellipse" => {
                if let Err(what) = self.shape(kind, attributes, within.moved, line) {
                    let name = called(attributes).unwrap_or_else(|| kind.to_owned());
                    self.wrong.push(format!("`{name}` (line {line}): {what}"));
                }
            }
            "use" => self.wrong.push(format!("`use` (line {line}): is not read; make it a path of its own")),
            "line" | "polyline" | "text" | "image" => *self.passed.entry(kind.to_owned()).or_default() += 1,
            _ => {}
        }
        within
    }

    fn shape(
        &mut self,
        kind: &str,
        attributes: &Attributes,
        moved: Affine,
        line: usize,
    ) -> Result<(), String> {
        let path = moved * path(kind, attributes)?;
        let around = path.control_box();
        let reach =
            [around.x0, around.y0, around.x1, around.y1].into_iter().map(f64::abs).fold(0.0, f64::max);
        if !path.is_finite() || reach > FAR {
            return Err("it reaches over a kilometre; mend its numbers, or the drawing's size".to_owned());
        }
        let mut rings = rings(&path)?;
        rings.sort_by(|a, b| area(b).total_cmp(&area(a)));
        if rings.is_empty() {
            return Err("has no extent; draw it or take it out".to_owned());
        }
        let outline = rings.remove(0);
        let (drawn, mirrored) = match attributes.get("data-quantity") {
            None => (1, 0),
            Some(text) => counts(text).ok_or_else(|| {
                format!("its quantity is `{text}`; write `2`, or `1,1` for one of each side")
            })?,
        };
        let text = |name: &str| attributes.get(name).cloned().unwrap_or_default();
        let name = called(attributes).unwrap_or_else(|| (self.pattern.cuts.len() + 1).to_string());
        let marks = Marks { name, size: text("data-size"), ..Marks::default() };
        let fabric = text("data-fabric");
        self.pattern.cuts.push(Cut {
            marks,
            outline,
            holes: rings,
            drawn,
            mirrored,
            fabric,
            line,
            ..Cut::default()
        });
        Ok(())
    }
}

/// What a shape draws.
fn path(kind: &str, attributes: &Attributes) -> Result<BezPath, String> {
    let number = |name: &str| {
        attributes.get(name).map_or(Ok(0.0), |text| {
            let number = text.trim().trim_end_matches("px").parse::<f64>().ok();
            let number = number.filter(|number| number.abs() < 10f64.powi(DIGITS as i32));
            number.ok_or_else(|| format!("`{name}` is `{text}`; write a number of at most {DIGITS} digits"))
        })
    };
    Ok(match kind {
        "path" => {
            let data = attributes.get("d").map_or("", String::as_str);
            if let Some(number) = astray(data) {
                return Err(format!("its path says `{number}`; write numbers of at most {DIGITS} digits"));
            }
            BezPath::from_svg(data).map_err(|error| format!("its path cannot be read: {error}"))?
        }
        "polygon" => {
            let points = attributes.get("points").map_or("", String::as_str);
            let all = numbers(points).filter(|all| all.len().is_multiple_of(2));
            let all = all.ok_or("its `points` are no pairs of numbers; write `0,0 10,0 10,20`")?;
            let mut path = BezPath::new();
            for (at, pair) in all.chunks_exact(2).enumerate() {
                let to = Point::new(pair[0], pair[1]);
                if at == 0 {
                    path.move_to(to)
                } else {
                    path.line_to(to)
                };
            }
            path.close_path();
            path
        }
        "rect" => {
            let (x, y) = (number("x")?, number("y")?);
            let round = number("rx")?.max(number("ry")?);
            RoundedRect::new(x, y, x + number("width")?, y + number("height")?, round).to_path(1e-3)
        }
        "circle" => Circle::new((number("cx")?, number("cy")?), number("r")?).to_path(1e-3),
        _ => Ellipse::new((number("cx")?, number("cy")?), (number("rx")?, number("ry")?), 0.0).to_path(1e-3),
    })
}

/// The first number of a path's data that is no measure. It is looked for before the path is read, since a curve so long has
/// parts without end.
fn astray(data: &str) -> Option<String> {
    // Of `1e+9` the sign says nothing; what follows `1e-` is a number by itself here, and no large one.
    let data = data.to_lowercase().replace("e+", "e");
    let apart = |letter: char| !(letter.is_ascii_digit() || matches!(letter, '.' | 'e'));
    let far = |number: &&str| {
        let (digits, power) = number.split_once('e').unwrap_or((number, ""));
        let whole = digits.split('.').next().unwrap_or_default().trim_start_matches('0');
        whole.len() > DIGITS || power.trim_start_matches('0').len() > 1
    };
    data.split(apart).find(far).map(str::to_owned)
}

fn called(attributes: &Attributes) -> Option<String> {
    ["data-name", "inkscape:label", "id"].iter().find_map(|name| attributes.get(*name)).cloned()
}

fn attributes(start: &BytesStart<'_>) -> Result<Attributes, String> {
    let mut found = Attributes::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        found.insert(attribute.key.0.to_owned(), value.into_owned());
    }
    Ok(found)
}

/// Numbers with spaces or commas between; `None` where something else stands among them.
fn numbers(text: &str) -> Option<Vec<f64>> {
    let parts = text.split([' ', ',', '\n', '\t', '\r']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

/// A length in millimetres; `None` for percent and what is none.
fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
    let millimetres = match text.get(digits.len()..)? {
        "" | "px" => PIXEL,
        "mm" => 1.0,
        "cm" => 10.0,
        "in" => 25.4,
        "pt" => 25.4 / 72.0,
        "pc" => 25.4 / 6.0,
        _ => return None,
    };
    Some(digits.parse::<f64>().ok()? * millimetres)
}

/// `translate(10 20) rotate(90)` and the others, the last one first on what is drawn.
fn transform(text: &str) -> Result<Affine, String> {
    let mut moved = Affine::IDENTITY;
    for part in text
        .split(')')
        .map(|part| part.trim_matches([' ', ',', '\n', '\t', '\r']))
        .filter(|part| !part.is_empty())
    {
        let (name, inner) = part.split_once('(').unwrap_or((part, ""));
        let one = match (name.trim(), numbers(inner).unwrap_or_default().as_slice()) {
            ("matrix", [a, b, c, d, e, f]) => Affine::new([*a, *b, *c, *d, *e, *f]),
            ("translate", [x]) => Affine::translate((*x, 0.0)),
            ("translate", [x, y]) => Affine::translate((*x, *y)),
            ("scale", [by]) => Affine::scale(*by),
            ("scale", [x, y]) => Affine::scale_non_uniform(*x, *y),
            ("rotate", [degrees]) => Affine::rotate(degrees.to_radians()),
            ("rotate", [degrees, x, y]) => Affine::rotate_about(degrees.to_radians(), Point::new(*x, *y)),
            ("skewX", [degrees]) => Affine::skew(degrees.to_radians().tan(), 0.0),
            ("skewY", [degrees]) => Affine::skew(0.0, degrees.to_radians().tan()),
            _ => {
                return Err(format!(
                    "its transform `{part})` is not known; write `translate`, `rotate`, `scale`, `matrix` or `skewX`"
                ));
            }
        };
        moved *= one;
    }
    Ok(moved)
}

/// The closed lines of a path.
fn rings(path: &BezPath) -> Result<Vec<Vec<Place>>, String> {
    let (mut all, mut line, mut open): (Vec<Vec<Place>>, Vec<Place>, bool) = (Vec::new(), Vec::new(), false);
    let mut done = |line: &mut Vec<Place>, closed: bool| {
        let meets = line.first().zip(line.last()).is_some_and(|(a, b)| super::outline::apart(*a, *b) <= 0.1);
        open |= line.len() > 1 && !closed && !meets;
        let ring = clean(std::mem::take(line));
        if ring.len() > 2 {
            all.push(ring);
        }
    };
    kurbo::flatten(path, NEAR, |part| match part {
        PathEl::MoveTo(to) => {
            done(&mut line, false);
            line.push((to.x, to.y));
        }
        PathEl::LineTo(to) => line.push((to.x, to.y)),
        PathEl::ClosePath => {
            let first = line.first().copied();
            done(&mut line, true);
            line.extend(first);
        }
        _ => {}
    });
    done(&mut line, false);
    if open {
        Err("its line is not closed; close it, or draw it as a `polyline` if it is no piece".to_owned())
    } else {
        Ok(all)
    }
}

fn area(ring: &[Place]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    (ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0).abs()
}
