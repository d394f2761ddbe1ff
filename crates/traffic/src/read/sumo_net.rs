//! SUMO's networks.

use super::index::Index;
use super::xml::{Element, Tag, walk};
use super::{Fault, Unsupported, sumo_signals};
use crate::ids::{JunctionId, LaneId, LinkId, SignalId};
use crate::net::{Builder, Classes, MovementPlan, Signal, Turn, Walk};
use std::collections::HashMap;

/// What the files of a scenario call things.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub file: String,
    pub links: Index<LinkId>,
    pub lanes: Index<LaneId>,
    pub junctions: Index<JunctionId>,
    pub signals: Index<SignalId>,
}

/// No signal has so many lights; a number beyond that is a slip, for which no room should be made.
const LIGHTS: u32 = 100_000;

/// A thing that a file names: itself where it stands before, as it does in most files, else its name.
enum Named<T> {
    Known(T),
    Later(String),
}

impl<T: Copy> Named<T> {
    fn of(known: &Index<T>, name: &str) -> Self {
        known.get(name).map_or_else(|| Self::Later(name.to_owned()), Self::Known)
    }

    fn found(&self, known: &Index<T>) -> Result<T, &str> {
        match self {
            Self::Known(id) => Ok(*id),
            Self::Later(name) => known.get(name).ok_or(name),
        }
    }
}

/// A connection until all lanes are known.
struct Connection {
    from: Named<LaneId>,
    to: Named<LaneId>,
    via: Option<Named<LaneId>>,
    turn: Turn,
    signal: Option<(Named<SignalId>, u32)>,
    right: u8,
    keep_clear: bool,
    sight: f64,
    line: usize,
}

impl Connection {
    /// The movement, if all that it names is known; else what is wrong.
    fn plan(&self, names: &Names) -> Result<MovementPlan, String> {
        let lane = |named: &Named<LaneId>| {
            let none = |name| format!("a connection names `{name}`, which is no lane; add it");
            named.found(&names.lanes).map_err(none)
        };
        let via = self.via.as_ref().map_or(Ok(LaneId::NONE), lane)?;
        let (signal, light) = match &self.signal {
            Some((named, light)) => {
                let none = |name| format!("no `<tlLogic>` is called `{name}`; add its programme");
                (named.found(&names.signals).map_err(none)?, *light)
            }
            None => (SignalId::NONE, 0),
        };
        Ok(MovementPlan {
            from: lane(&self.from)?,
            via,
            to: lane(&self.to)?,
            turn: self.turn,
            signal,
            light,
            right: self.right,
            keep_clear: self.keep_clear,
            sight: self.sight,
        })
    }
}

/// A junction until all lanes are known: itself, lanes that lead in, inner lanes, and whether it is a place to wait inside one.
type Around = (JunctionId, Vec<Named<LaneId>>, Vec<Named<LaneId>>, bool, usize);

#[derive(Default)]
struct Reading<'u> {
    build: Builder,
    names: Names,
    connections: Vec<Connection>,
    /// Where people cross, by its lane's edge, and the one whose lane is read.
    crossings: HashMap<String, f64>,
    crossing: Option<String>,
    /// Crossings that a signal rules: its name, the light, the edge.
    walks: Vec<(String, u32, String)>,
    around: Vec<Around>,
    roundabouts: Vec<String>,
    /// The junction whose rows are read.
    within: Option<JunctionId>,
    /// The link whose lanes are read; `None` while one is left out.
    link: Option<LinkId>,
    /// Which programme the network's file brings for a signal, the first counts.
    signal: Option<SignalId>,
    unsupported: Option<&'u mut Unsupported>,
}

/// Reads a network. Demand and additions are still to come, so it is not finished.
pub(super) fn network(
    file: &str,
    text: &str,
    unsupported: &mut Unsupported,
) -> Result<(Builder, Names), Fault> {
    let mut read = Reading { unsupported: Some(unsupported), ..Reading::default() };
    read.names.file = file.to_owned();
    let mut root = None;
    junctions_first(file, text, &mut read)?;
    walk(file, text, &mut |tag| match tag {
        Tag::Open(element) => {
            if root.is_none() {
                root = Some(element.name == "net");
                if root == Some(false) {
                    let what = format!("`<{}>` is no network; name a `.net.xml`", element.name);
                    return Err(element.fault(what));
                }
            }
            read.open(element)
        }
        Tag::Close("edge") => {
            read.link = None;
            Ok(())
        }
        Tag::Close("tlLogic") => {
            read.signal = None;
            Ok(())
        }
        Tag::Close(_) => Ok(()),
    })?;
    read.finish(file)
}

/// Links name junctions that stand behind them in the file.
fn junctions_first(file: &str, text: &str, read: &mut Reading<'_>) -> Result<(), Fault> {
    walk(file, text, &mut |tag| {
        let Tag::Open(element) = tag else { return Ok(()) };
        if element.name == "junction" {
            let name = element.need("id")?;
            let place = [element.needed("x")?, element.needed("y")?];
            let id = read.build.junction(name, element.need("type")?, place);
            read.names.junctions.insert(name, id);
        }
        Ok(())
    })
}

impl Reading<'_> {
    fn leave_out(&mut self, what: &str) {
        if let Some(unsupported) = &mut self.unsupported {
            *unsupported.entry(what.to_owned()).or_default() += 1;
        }
    }

    fn open(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        match element.name {
            "edge" => self.edge(element),
            "lane" => self.lane(element),
            "connection" => self.connection(element),
            "junction" => self.junction(element),
            "request" => self.request(element),
            "tlLogic" => self.logic(element),
            "phase" | "param" | "condition" | "assignment" | "function" => self.part(element),
            "roundabout" => {
                let links = element.need("edges")?.split_whitespace().map(str::to_owned);
                self.roundabouts.extend(links);
                Ok(())
            }
            "prohibition" | "stopOffset" | "neigh" | "conflict" => {
                self.leave_out(&format!("<{}> in the network", element.name));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn edge(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let name = element.need("id")?;
        let function = element.get("function").unwrap_or("normal");
        self.crossing = (function == "crossing").then(|| name.to_owned());
        if matches!(function, "crossing" | "walkingarea") {
            self.leave_out(&format!("edges with function `{function}`"));
            return Ok(());
        }
        let inner = function == "internal";
        let end = |key: &str| match element.get(key) {
            Some(junction) => self.names.junctions.get(junction).ok_or_else(|| {
                element
                    .fault(format!("`{key}` of edge `{name}` is `{junction}`, which is no junction; add it"))
            }),
            None if inner => Ok(self.inside(name)),
            None => Err(element.fault(format!("edge `{name}` has no `{key}`; add it"))),
        };
        let (from, to) = (end("from")?, end("to")?);
        let link = self.build.link(name, from, to, inner);
        if self.names.links.insert(name, link).is_some() {
            return Err(element.fault(format!("a second edge is called `{name}`; leave one of them out")));
        }
        self.link = Some(link);
        Ok(())
    }

    /// The junction that an inner edge lies in: its name is `:junction_number`.
    fn inside(&self, edge: &str) -> JunctionId {
        let name = edge.trim_start_matches(':').rsplit_once('_').map_or("", |(junction, _)| junction);
        self.names.junctions.get(name).unwrap_or(JunctionId::NONE)
    }

    fn lane(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        if self.link.is_none() {
            if let Some(crossing) = self.crossing.take() {
                self.crossings.insert(crossing, element.needed("length")?.max(0.0));
            }
            return Ok(());
        }
        let name = element.need("id")?;
        let (length, speed) = (element.needed("length")?, element.needed("speed")?);
        if length <= 0.0 || speed <= 0.0 {
            let what =
                format!("lane `{name}` has the length {length} and speed {speed}; both must be positive");
            return Err(element.fault(what));
        }
        let allow = self.allowed(element);
        let mut shape = Vec::new();
        let points = element.need("shape")?.split_whitespace();
        shape.reserve_exact(points.clone().count());
        for point in points {
            let mut parts = point.split(',').map(str::parse::<f64>);
            let (Some(Ok(x)), Some(Ok(y))) = (parts.next(), parts.next()) else {
                let what = format!("the shape of lane `{name}` has `{point}`; write points as x,y");
                return Err(element.fault(what));
            };
            if !(x.is_finite() && y.is_finite()) {
                let what = format!("the shape of lane `{name}` has `{point}`, which is nowhere; mend it");
                return Err(element.fault(what));
            }
            shape.push([x, y]);
        }
        let width = element.number("width")?.unwrap_or(3.2);
        if width <= 0.0 {
            return Err(element.fault(format!("lane `{name}` is {width} m wide; write a positive width")));
        }
        let lane = self.build.lane(length, speed, width, allow, shape);
        self.names.lanes.insert(name, lane);
        Ok(())
    }

    fn allowed(&mut self, element: &Element<'_>) -> Classes {
        let (set, unknown) = match (element.get("allow"), element.get("disallow")) {
            (Some(allow), _) => Classes::listed(allow),
            (None, Some(disallow)) => {
                let (set, unknown) = Classes::listed(disallow);
                (set.others(), unknown)
            }
            (None, None) => (Classes::ALL, Vec::new()),
        };
        for name in unknown {
            self.leave_out(&format!("vehicle class `{name}`"));
        }
        set
    }

    fn connection(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let (from, to) = (element.need("from")?, element.need("to")?);
        let known = |edge: &str| self.names.links.contains(edge);
        if !known(from) || !known(to) {
            // Over a pedestrian crossing, which was left out.
            if from.starts_with(':') || to.starts_with(':') {
                for key in ["linkIndex", "linkIndex2"] {
                    if let Some(signal) = element.get("tl").filter(|_| element.get(key).is_some()) {
                        self.walks.push((signal.to_owned(), element.count(key)?, to.to_owned()));
                    }
                }
                return Ok(());
            }
            let missing = if known(from) { to } else { from };
            return Err(element.fault(format!("a connection names `{missing}`, which is no edge; add it")));
        }
        let turn = match element.get("dir").unwrap_or("s") {
            "l" | "L" => Turn::Left,
            "r" | "R" => Turn::Right,
            "t" | "T" => Turn::Around,
            _ => Turn::Straight,
        };
        let signal = match element.get("tl") {
            Some(signal) => {
                let light = element.count("linkIndex")?;
                if light >= LIGHTS {
                    let what = format!("`linkIndex` is {light}; no signal has {LIGHTS} lights, mend it");
                    return Err(element.fault(what));
                }
                Some((Named::of(&self.names.signals, signal), light))
            }
            None => None,
        };
        let right = element.get("state").and_then(|state| state.bytes().next()).unwrap_or(b'M');
        if right == b'Z' {
            self.leave_out("zipper merges, which go as minor ones");
        }
        let lanes = &self.names.lanes;
        let lane = |edge: &str, key: &str| Ok(Named::of(lanes, &format!("{edge}_{}", element.count(key)?)));
        let connection = Connection {
            from: lane(from, "fromLane")?,
            to: lane(to, "toLane")?,
            via: element.get("via").map(|via| Named::of(lanes, via)),
            turn,
            signal,
            right: if right == b'Z' { b'm' } else { right },
            keep_clear: element.yes("keepClear").unwrap_or(true),
            sight: element.number("visibility")?.unwrap_or(4.5),
            line: element.line,
        };
        // Movements keep the file's order.
        match connection.plan(&self.names) {
            Ok(plan) if self.connections.is_empty() => self.build.movement(plan),
            _ => self.connections.push(connection),
        }
        Ok(())
    }

    fn junction(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let name = element.need("id")?;
        let Some(id) = self.names.junctions.get(name) else { return Ok(()) };
        let kind = element.need("type")?;
        if matches!(kind, "rail_signal" | "rail_crossing") {
            self.leave_out(&format!("junctions of type `{kind}`"));
        }
        let lanes = &self.names.lanes;
        let list = |key: &str| {
            let names = element.get(key).unwrap_or_default().split_whitespace();
            names.map(|name| Named::of(lanes, name)).collect::<Vec<_>>()
        };
        let around: Around = (id, list("incLanes"), list("intLanes"), kind == "internal", element.line);
        let known = |named: &Vec<Named<LaneId>>| named.iter().all(|named| matches!(named, Named::Known(_)));
        if self.around.is_empty() && known(&around.1) && known(&around.2) {
            self.surround(around)?;
        } else {
            self.around.push(around);
        }
        self.within = Some(id);
        Ok(())
    }

    fn request(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let Some(junction) = self.within else { return Ok(()) };
        let bits = |key: &str| -> Result<Vec<u32>, Fault> {
            let text = element.need(key)?;
            if let Some(odd) = text.chars().find(|bit| !matches!(bit, '0' | '1')) {
                return Err(element.fault(format!("`{key}` holds `{odd}`; write it in 0 and 1")));
            }
            let ones = text.bytes().rev().enumerate().filter(|(_, bit)| *bit == b'1');
            Ok(ones.map(|(place, _)| place as u32).collect())
        };
        let (yields, meets) = (bits("response")?, bits("foes")?);
        self.build.row(junction, yields, meets, element.yes("cont").unwrap_or(false));
        Ok(())
    }

    fn logic(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let name = element.need("id")?;
        if self.names.signals.contains(name) {
            self.leave_out("further programmes of a signal");
            return Ok(());
        }
        let program = sumo_signals::program(element, &mut |what| self.leave_out(&what))?;
        let signal = self.build.signal(Signal { name: name.to_owned(), program, ..Signal::default() });
        self.names.signals.insert(name, signal);
        self.signal = Some(signal);
        Ok(())
    }

    fn part(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let Some(signal) = self.signal else { return Ok(()) };
        let mut left_out = Vec::new();
        let program = &mut self.build.signal_mut(signal).program;
        sumo_signals::part(element, program, &mut |what| left_out.push(what))?;
        left_out.iter().for_each(|what| self.leave_out(what));
        Ok(())
    }

    /// Tells a junction which lanes are around it. Inner lanes that were left out, such as people's, are passed over.
    fn surround(&mut self, (junction, coming, inner, waits, line): Around) -> Result<(), Fault> {
        let known = |named: &[Named<LaneId>]| {
            let found = named.iter().map(|named| named.found(&self.names.lanes));
            let wanted = found.filter(|found| !found.is_err_and(|name| name.starts_with(':')));
            let fault = |name| Fault {
                file: self.names.file.clone(),
                line,
                text: format!("a junction names `{name}`, which is no lane; add it"),
            };
            wanted.map(|found| found.map_err(fault)).collect::<Result<Vec<_>, _>>()
        };
        let (coming, inner) = (known(&coming)?, known(&inner)?);
        match waits {
            true => self.build.waiting_place(coming, inner),
            false => self.build.lanes_at(junction, coming, inner),
        }
        Ok(())
    }

    fn finish(mut self, file: &str) -> Result<(Builder, Names), Fault> {
        if self.names.lanes.is_empty() {
            let text = "the network has no lane; name another file".to_owned();
            return Err(Fault { file: file.to_owned(), line: 1, text });
        }
        for (signal, light, edge) in std::mem::take(&mut self.walks) {
            let known = self.names.signals.get(&signal).zip(self.crossings.get(&edge));
            if let Some((signal, length)) = known {
                self.build.signal_mut(signal).walks.push(Walk { light, length: *length });
            }
        }
        for connection in std::mem::take(&mut self.connections) {
            let plan = connection.plan(&self.names).map_err(|text| {
                let line = connection.line;
                Fault { file: file.to_owned(), line, text }
            })?;
            self.build.movement(plan);
        }
        for around in std::mem::take(&mut self.around) {
            self.surround(around)?;
        }
        if let Some(lane) = self.build.round() {
            let name = self.names.lanes.name(lane).unwrap_or_default();
            let text = format!(
                "by `via` lane `{name}` leads back to itself inside its junction; mend its connections"
            );
            return Err(Fault { file: file.to_owned(), line: 1, text });
        }
        for link in self.roundabouts.iter().filter_map(|name| self.names.links.get(name)) {
            self.build.roundabout(link);
        }
        Ok((self.build, self.names))
    }
}
