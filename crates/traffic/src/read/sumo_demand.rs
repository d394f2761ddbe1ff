//! SUMO's demand: kinds of vehicles, routes, vehicles, trips and flows.

use super::index::Index;
use super::sumo_net::Names;
use super::sumo_stops::{Plan, Plans, Platforms};
use super::xml::{Element, Tag, walk};
use super::{Fault, Unsupported};
use crate::chance;
use crate::demand::{Demand, DepartLane, DepartPlace, DepartSpeed, Following, Kind, Vehicle, Way};
use crate::ids::{LinkId, RouteId};
use crate::net::Network;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// What is known from the files read so far.
#[derive(Default)]
pub(super) struct Reading {
    kinds: HashMap<String, u32>,
    routes: HashMap<String, RouteId>,
    /// Routes by a digest of their links; of those with the same one, the later have the next that is free.
    shared: HashMap<u64, RouteId>,
    /// Where each route stands.
    lines: Vec<(usize, usize)>,
    files: Vec<String>,
    /// The vehicle or flow whose route is still to come, with how often it departs.
    waiting: Option<Waiting>,
    /// Where vehicles stop, from all files.
    pub platforms: Platforms,
    /// The route by itself whose stops are read, and the stops of such routes.
    within: Option<String>,
    stops: HashMap<String, Vec<Plan>>,
    plans: Plans,
    seen: Index<usize>,
}

/// A vehicle, or what a flow's vehicles share.
struct Waiting {
    vehicle: Vehicle,
    departs: Option<Vec<f64>>,
    stops: Vec<Plan>,
    line: usize,
}

/// Attributes of kinds that are read.
const KIND: [&str; 23] = [
    "id",
    "vClass",
    "length",
    "minGap",
    "accel",
    "decel",
    "emergencyDecel",
    "maxSpeed",
    "sigma",
    "tau",
    "speedFactor",
    "speedDev",
    "impatience",
    "color",
    "guiShape",
    "width",
    "height",
    "imgFile",
    "carFollowModel",
    "laneChangeModel",
    "probability",
    "emissionClass",
    "personCapacity",
];

/// Most vehicles that one flow may make.
const MOST: f64 = 10_000_000.0;

impl Reading {
    /// Reads a file.
    pub fn read(
        &mut self,
        file: &str,
        text: &str,
        names: &Names,
        all: &mut Demand,
        unsupported: &mut Unsupported,
    ) -> Result<(), Fault> {
        self.files.push(file.to_owned());
        walk(file, text, &mut |tag| match tag {
            Tag::Open(element) => self.open(file, element, names, all, unsupported),
            Tag::Close("vehicle" | "trip" | "flow") => self.close(file, all),
            Tag::Close("route") => {
                self.within = None;
                Ok(())
            }
            Tag::Close(_) => Ok(()),
        })
    }

    fn open(
        &mut self,
        file: &str,
        element: &Element<'_>,
        names: &Names,
        all: &mut Demand,
        unsupported: &mut Unsupported,
    ) -> Result<(), Fault> {
        let mut leave_out = |what: String| *unsupported.entry(what).or_default() += 1;
        match element.name {
            "vType" => {
                let kind = kind(element, &mut leave_out)?;
                self.kinds.insert(kind.name.clone(), all.kinds.len() as u32);
                all.kinds.push(kind);
            }
            "route" => {
                let route = self.route(links(element, "edges", names)?, element, all)?;
                if let Some(waiting) = &mut self.waiting {
                    waiting.vehicle.way = Way::Route(route);
                } else {
                    let name = element.need("id")?.to_owned();
                    self.within = Some(name.clone());
                    self.routes.insert(name, route);
                }
            }
            "vehicle" | "trip" | "flow" => self.begin(element, names, all)?,
            "stop" => self.stop(file, element, names, &mut leave_out)?,
            "vTypeDistribution"
            | "routeDistribution"
            | "person"
            | "personFlow"
            | "container"
            | "containerFlow"
            | "tazRelation"
            | "parkingArea"
            | "variableSpeedSign"
            | "taz"
            | "instantInductionLoop"
            | "calibrator"
            | "WAUT" => {
                leave_out(format!("<{}>", element.name));
            }
            _ => {}
        }
        Ok(())
    }

    /// A stop of the vehicle or route that it stands in.
    fn stop(
        &mut self,
        file: &str,
        element: &Element<'_>,
        names: &Names,
        leave_out: &mut dyn FnMut(String),
    ) -> Result<(), Fault> {
        let Some(mut plan) = self.platforms.stop(file, element, names, leave_out)? else { return Ok(()) };
        match (&mut self.waiting, &self.within) {
            (Some(waiting), _) => waiting.stops.push(plan),
            (None, Some(route)) => {
                plan.relative = true;
                self.stops.entry(route.clone()).or_default().push(plan);
            }
            (None, None) => leave_out("<stop> outside of vehicles and routes".to_owned()),
        }
        Ok(())
    }

    /// The route over some links, shared by all who take it.
    fn route(
        &mut self,
        links: Vec<LinkId>,
        element: &Element<'_>,
        all: &mut Demand,
    ) -> Result<RouteId, Fault> {
        if links.is_empty() {
            return Err(element.fault("a route has no edge; name at least one in `edges`"));
        }
        let mut digest = self.shared.hasher().hash_one(&links);
        while let Some(route) = self.shared.get(&digest) {
            if all.routes[route.i()] == links {
                return Ok(*route);
            }
            digest = digest.wrapping_add(1);
        }
        let route = RouteId::at(all.routes.len());
        self.shared.insert(digest, route);
        all.routes.push(links);
        self.lines.push((self.files.len() - 1, element.line));
        Ok(route)
    }

    fn begin(&mut self, element: &Element<'_>, names: &Names, all: &mut Demand) -> Result<(), Fault> {
        let name = element.need("id")?.to_owned();
        if let Some(line) = self.seen.insert(&name, element.line) {
            let what = format!("a second vehicle is called `{name}`, after that of line {line}; rename one");
            return Err(element.fault(what));
        }
        let kind = match element.get("type") {
            Some(kind) => *self.kinds.get(kind).ok_or_else(|| {
                element.fault(format!("no `<vType>` before this line is called `{kind}`; add it above"))
            })?,
            None => self.usual(all),
        };
        let way = match element.get("route") {
            Some(route) => Way::Route(*self.routes.get(route).ok_or_else(|| {
                element.fault(format!("no `<route>` before this line is called `{route}`; add it above"))
            })?),
            None if element.get("from").is_some() => {
                let mut over = links(element, "from", names)?;
                over.extend(links(element, "via", names)?);
                over.extend(links(element, "to", names)?);
                if element.get("to").is_none() {
                    return Err(element.fault(format!("`{name}` has no `to`; name the edge where it ends")));
                }
                Way::Trip(over)
            }
            None => Way::None,
        };
        let flow = element.name == "flow";
        let departs = if flow { Some(departures(element, &name)?) } else { None };
        let depart = match element.get("depart") {
            _ if flow => 0.0,
            Some("triggered" | "containerTriggered" | "split" | "begin") => {
                return Err(
                    element.fault(format!("`{name}` departs when triggered; write a time in `depart`"))
                );
            }
            _ => element.seconds("depart")?,
        };
        let (lane, place, speed) = begins(element, &name)?;
        let vehicle = Vehicle { name, kind, depart, way, lane, place, speed, stops: [0, 0] };
        // Stops of a route by itself count their `until` from the departure.
        let stops = element.get("route").and_then(|route| self.stops.get(route)).cloned();
        let stops = stops.unwrap_or_default();
        self.waiting = Some(Waiting { vehicle, departs, stops, line: element.line });
        Ok(())
    }

    /// The kind of vehicles that name none.
    fn usual(&mut self, all: &mut Demand) -> u32 {
        *self.kinds.entry("DEFAULT_VEHTYPE".to_owned()).or_insert_with(|| {
            all.kinds.push(Kind::of("DEFAULT_VEHTYPE", "passenger"));
            all.kinds.len() as u32 - 1
        })
    }

    fn close(&mut self, file: &str, all: &mut Demand) -> Result<(), Fault> {
        let Some(Waiting { mut vehicle, departs, stops, line }) = self.waiting.take() else { return Ok(()) };
        if vehicle.way == Way::None {
            let text = format!("`{}` has neither a route nor `from` and `to`; add one", vehicle.name);
            return Err(Fault { file: file.to_owned(), line, text });
        }
        match departs {
            None => {
                vehicle.stops = self.plans.add(&stops, vehicle.depart, 0.0);
                all.vehicles.push(vehicle);
            }
            Some(departs) => {
                let first = departs.first().copied().unwrap_or_default();
                for (number, depart) in departs.into_iter().enumerate() {
                    let name = format!("{}.{number}", vehicle.name);
                    let stops = self.plans.add(&stops, depart, depart - first);
                    all.vehicles.push(Vehicle { name, depart, stops, ..vehicle.clone() });
                }
            }
        }
        Ok(())
    }

    /// Checks that routes hang together, and brings the vehicles in the order in which they depart; those of the same moment
    /// stay as they were written.
    pub fn finish(self, net: &Network, all: &mut Demand) -> Result<(), Fault> {
        for (route, (place, line)) in all.routes.iter().zip(self.lines) {
            let apart = route.windows(2).find(|pair| !net.leads(pair[0], pair[1]));
            if let Some([from, to]) = apart {
                let (from, to) = (&net.links[from.i()].name, &net.links[to.i()].name);
                let text = format!("no connection leads from edge `{from}` to `{to}`; mend the route");
                return Err(Fault { file: self.files[place].clone(), line, text });
            }
        }
        all.vehicles.sort_by(|one, other| one.depart.total_cmp(&other.depart));
        self.plans.finish(net, all)
    }
}

/// The links that an attribute lists; none if it is not there.
fn links(element: &Element<'_>, key: &str, names: &Names) -> Result<Vec<LinkId>, Fault> {
    let listed = element.get(key).unwrap_or_default().split_whitespace();
    listed
        .map(|name| {
            names.links.get(name).ok_or_else(|| {
                element.fault(format!("`{key}` names `{name}`, which is no edge of the network; mend it"))
            })
        })
        .collect()
}

/// A kind of vehicle.
fn kind(element: &Element<'_>, leave_out: &mut dyn FnMut(String)) -> Result<Kind, Fault> {
    let class = element.get("vClass").unwrap_or("passenger");
    let mut kind = Kind::of(element.need("id")?, class);
    if crate::net::Classes::named(class).is_none() {
        let what = format!("`vClass` is `{class}`; the classes are {}", crate::net::CLASS_NAMES.join(", "));
        return Err(element.fault(what));
    }
    for (key, value) in [
        ("length", &mut kind.length),
        ("minGap", &mut kind.min_gap),
        ("accel", &mut kind.accel),
        ("decel", &mut kind.decel),
        ("maxSpeed", &mut kind.max_speed),
        ("sigma", &mut kind.sigma),
        ("tau", &mut kind.tau),
        ("impatience", &mut kind.impatience),
    ] {
        if let Some(number) = element.number(key)? {
            *value = number;
        }
    }
    kind.emergency = element.number("emergencyDecel")?.unwrap_or(kind.emergency).max(kind.decel);
    let positive = [kind.length, kind.accel, kind.decel, kind.max_speed, kind.tau];
    if positive.iter().any(|value| *value <= 0.0) || kind.min_gap < 0.0 || !(0.0..=1.0).contains(&kind.sigma)
    {
        let what =
            "length, accel, decel, maxSpeed and tau must be positive, minGap not negative, sigma 0 to 1";
        return Err(element.fault(format!("kind `{}`: {what}", kind.name)));
    }
    speed_factor(element, &mut kind)?;
    kind.accel_most = kind.accel;
    let idm = element.get("carFollowModel") == Some("IDM");
    if idm {
        let exponent = element.number("delta")?.unwrap_or(4.0);
        if exponent <= 0.0 {
            return Err(element.fault(format!("`delta` is {exponent}; write a positive exponent, such as 4")));
        }
        (kind.following, kind.sigma) = (Following::Idm(exponent), 0.0);
    }
    for (key, known) in [("carFollowModel", "Krauss"), ("laneChangeModel", "LC2013")] {
        let other = |model: &&str| *model != known && *model != "default" && !(idm && *model == "IDM");
        if let Some(model) = element.get(key).filter(other) {
            leave_out(format!("{key} `{model}`, for which {known} stands in"));
        }
    }
    for key in element.names().filter(|key| !(KIND.contains(key) || (idm && *key == "delta"))) {
        leave_out(format!("attribute `{key}` of <vType>"));
    }
    Ok(kind)
}

/// How drivers differ in the speed they choose: a number, or `normc(mean,deviation,least,most)`.
fn speed_factor(element: &Element<'_>, kind: &mut Kind) -> Result<(), Fault> {
    if let Some(text) = element.get("speedFactor") {
        let fault =
            || element.fault(format!("`speedFactor` is `{text}`; write a number or normc(1,0.1,0.2,2)"));
        let inner = text.trim().strip_suffix(')').and_then(|text| text.split_once('('));
        let numbers = |list: &str| -> Result<Vec<f64>, Fault> {
            list.split(',').map(|part| part.trim().parse::<f64>().map_err(|_| fault())).collect()
        };
        match inner {
            None => {
                let mean = text.trim().parse::<f64>().map_err(|_| fault())?;
                kind.speed_factor = [mean, 0.0, mean, mean];
            }
            Some((_, list)) => match numbers(list)?.as_slice() {
                [mean, deviation] => kind.speed_factor = [*mean, *deviation, 0.2, 2.0],
                [mean, deviation, least, most] => kind.speed_factor = [*mean, *deviation, *least, *most],
                _ => return Err(fault()),
            },
        }
    }
    if let Some(deviation) = element.number("speedDev")? {
        let mean = kind.speed_factor[0];
        kind.speed_factor =
            if deviation > 0.0 { [mean, deviation, 0.2, 2.0] } else { [mean, 0.0, mean, mean] };
    }
    Ok(())
}

/// Where on the link a vehicle begins, and how fast; what newer versions do where nothing is said.
fn begins(element: &Element<'_>, name: &str) -> Result<(DepartLane, DepartPlace, DepartSpeed), Fault> {
    let odd = |key: &str, text: &str, known: &str| {
        element.fault(format!("`{key}` of `{name}` is `{text}`; write {known}"))
    };
    let lane = match element.get("departLane") {
        None | Some("best_prob") => DepartLane::Likely,
        Some("first") => DepartLane::First,
        Some("free" | "allowed") => DepartLane::Free,
        Some("random") => DepartLane::Random,
        Some("best") => DepartLane::Best,
        Some(text) => {
            let known = "a lane's number, or first, free, random, best, best_prob";
            DepartLane::Index(text.parse().map_err(|_| odd("departLane", text, known))?)
        }
    };
    let place = match element.get("departPos") {
        None | Some("base" | "free") => DepartPlace::Base,
        Some("random_free") => DepartPlace::RandomFree,
        Some("random") => DepartPlace::Random,
        Some("last") => DepartPlace::Last,
        Some(text) => {
            let known = "metres, or base, free, last, random, random_free";
            DepartPlace::At(text.parse().map_err(|_| odd("departPos", text, known))?)
        }
    };
    let speed = match element.get("departSpeed") {
        None | Some("avg") => DepartSpeed::Average,
        Some("max") => DepartSpeed::Max,
        Some("desired") => DepartSpeed::Desired,
        Some("speedLimit") => DepartSpeed::Limit,
        Some("last") => DepartSpeed::Last,
        Some("random") => DepartSpeed::Random,
        Some(text) => {
            let known = "m/s, or avg, max, desired, speedLimit, last, random";
            DepartSpeed::At(text.parse().map_err(|_| odd("departSpeed", text, known))?)
        }
    };
    Ok((lane, place, speed))
}

/// When the vehicles of a flow depart.
fn departures(element: &Element<'_>, name: &str) -> Result<Vec<f64>, Fault> {
    let begin = if element.get("begin").is_some() { element.seconds("begin")? } else { 0.0 };
    let end = if element.get("end").is_some() { Some(element.seconds("end")?) } else { None };
    let number = element.number("number")?;
    if let Some(chance) = element.number("probability")? {
        let end = end.ok_or_else(|| element.fault(format!("flow `{name}` has no `end`; add it")))?;
        let draw = |second: u64| chance::unit(chance::of_text(name), second, 0) < chance;
        let seconds = 0..(end - begin).clamp(0.0, MOST) as u64;
        return Ok(seconds.filter(|second| draw(*second)).map(|second| begin + second as f64).collect());
    }
    let period = match (element.get("period"), element.number("vehsPerHour")?) {
        (Some(text), _) if text.starts_with("exp") => {
            return Err(
                element.fault(format!("`period` of `{name}` is `{text}`; write seconds or `probability`"))
            );
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
