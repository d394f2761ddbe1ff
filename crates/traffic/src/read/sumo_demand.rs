//! SUMO's demand: kinds of vehicles, routes, vehicles, trips and flows.

use super::index::Index;
use super::sumo_flows::departures;
use super::sumo_mixed::{Mixed, drawn, weight};
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
    /// Kinds and routes of which each vehicle draws one, with their weights.
    mixed: Mixed,
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
    begins: Vec<Begin>,
}

/// A vehicle, or what a flow's vehicles share.
struct Waiting {
    vehicle: Vehicle,
    departs: Option<Vec<f64>>,
    stops: Vec<Plan>,
    line: usize,
    /// Of which it draws one, if that is not said.
    kinds: Vec<(u32, f64)>,
    ways: Vec<(RouteId, f64)>,
}

/// Where vehicles begin that say so: the file and line, the link, and the lane and the place on it as far as they are named.
type Begin = (usize, usize, LinkId, DepartLane, DepartPlace);

/// Attributes of vehicles, trips and flows that are read, or that change nothing here.
const VEHICLE: [&str; 18] = [
    "id",
    "type",
    "route",
    "from",
    "via",
    "to",
    "depart",
    "departLane",
    "departPos",
    "departSpeed",
    "begin",
    "end",
    "period",
    "vehsPerHour",
    "perHour",
    "number",
    "probability",
    "color",
];

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
            Tag::Close("vTypeDistribution" | "routeDistribution") => self.mixed.close(file),
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
                let place = all.kinds.len() as u32;
                let usual = kind.name.starts_with("DEFAULT_");
                if self.kinds.insert(kind.name.clone(), place).is_some() && !usual {
                    return Err(element.fault(format!("a second kind is called `{}`; rename one", kind.name)));
                }
                self.mixed.kind(element, place)?;
                all.kinds.push(kind);
            }
            "route" => {
                let shared = element.get("refId").and_then(|known| self.routes.get(known)).copied();
                let route = match shared {
                    Some(route) => route,
                    None => self.route(links(element, "edges", names)?, element, all)?,
                };
                let mixed = self.mixed.route(element, route)?;
                if let Some(waiting) = &mut self.waiting {
                    waiting.vehicle.way = Way::Route(route);
                    if mixed {
                        waiting.ways.push((route, weight(element)?));
                    }
                } else if !(mixed && element.get("id").is_none()) {
                    let name = element.need("id")?.to_owned();
                    self.within = Some(name.clone());
                    if self.routes.insert(name.clone(), route).is_some() {
                        return Err(element.fault(format!("a second route is called `{name}`; rename one")));
                    }
                }
            }
            "vTypeDistribution" | "routeDistribution" => {
                self.mixed.open(element, self.waiting.is_some(), &self.kinds, &self.routes)?;
            }
            "vehicle" | "trip" | "flow" => {
                for key in element.names().filter(|key| !VEHICLE.contains(key)) {
                    leave_out(format!("attribute `{key}` of <{}>", element.name));
                }
                self.begin(element, names, all)?;
            }
            "stop" => self.stop(file, element, names, &mut leave_out)?,
            "person"
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
        let (kind, kinds) = self.kinds_of(element, all)?;
        let ways = element.get("route").and_then(|route| self.mixed.routes.get(route)).cloned();
        let ways = ways.unwrap_or_default();
        let way = match element.get("route") {
            Some(_) if !ways.is_empty() => Way::Route(ways[0].0),
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
        self.waiting = Some(Waiting { vehicle, departs, stops, line: element.line, kinds, ways });
        Ok(())
    }

    /// The kind of a vehicle, and those of which it draws one.
    fn kinds_of(&mut self, element: &Element<'_>, all: &mut Demand) -> Result<(u32, Vec<(u32, f64)>), Fault> {
        let Some(name) = element.get("type") else { return Ok((self.usual(all), Vec::new())) };
        if let Some(kind) = self.kinds.get(name) {
            return Ok((*kind, Vec::new()));
        }
        let mixed = self.mixed.kinds.get(name).cloned().ok_or_else(|| {
            element.fault(format!("no `<vType>` before this line is called `{name}`; add it above"))
        })?;
        Ok((mixed[0].0, mixed))
    }

    /// The kind of vehicles that name none.
    fn usual(&mut self, all: &mut Demand) -> u32 {
        *self.kinds.entry("DEFAULT_VEHTYPE".to_owned()).or_insert_with(|| {
            all.kinds.push(Kind::of("DEFAULT_VEHTYPE", "passenger"));
            all.kinds.len() as u32 - 1
        })
    }

    fn close(&mut self, file: &str, all: &mut Demand) -> Result<(), Fault> {
        let Some(waiting) = self.waiting.take() else { return Ok(()) };
        let Waiting { mut vehicle, departs, stops, line, kinds, ways } = waiting;
        if vehicle.way == Way::None {
            let text = format!("`{}` has neither a route nor `from` and `to`; add one", vehicle.name);
            return Err(Fault { file: file.to_owned(), line, text });
        }
        self.note_begin(&vehicle, &ways, line, all);
        let draw = |vehicle: &mut Vehicle| {
            let who = chance::of_text(&vehicle.name);
            vehicle.kind = drawn(&kinds, chance::unit(who, 1, 0)).unwrap_or(vehicle.kind);
            if let Some(route) = drawn(&ways, chance::unit(who, 2, 0)) {
                vehicle.way = Way::Route(route);
            }
        };
        match departs {
            None => {
                vehicle.stops = self.plans.add(&stops, vehicle.depart, 0.0);
                draw(&mut vehicle);
                all.vehicles.push(vehicle);
            }
            Some(departs) => {
                let first = departs.first().copied().unwrap_or_default();
                for (number, depart) in departs.into_iter().enumerate() {
                    let name = format!("{}.{number}", vehicle.name);
                    let stops = self.plans.add(&stops, depart, depart - first);
                    let mut vehicle = Vehicle { name, depart, stops, ..vehicle.clone() };
                    draw(&mut vehicle);
                    all.vehicles.push(vehicle);
                }
            }
        }
        Ok(())
    }

    /// Notes where a vehicle begins, to look whether there is such a place once the network is whole.
    fn note_begin(&mut self, vehicle: &Vehicle, ways: &[(RouteId, f64)], line: usize, all: &Demand) {
        let named =
            matches!(vehicle.lane, DepartLane::Index(_)) || matches!(vehicle.place, DepartPlace::At(_));
        if !named {
            return;
        }
        let first = |route: RouteId| all.routes[route.i()].first().copied();
        let own = match &vehicle.way {
            Way::Route(route) => first(*route),
            Way::Trip(over) => over.first().copied(),
            Way::None => None,
        };
        for link in own.into_iter().chain(ways.iter().filter_map(|(route, _)| first(*route))) {
            self.begins.push((self.files.len() - 1, line, link, vehicle.lane, vehicle.place));
        }
    }

    /// Whether there are the lanes and places on which vehicles are said to begin.
    fn check_begins(&self, net: &Network) -> Result<(), Fault> {
        for (file, line, link, lane, place) in &self.begins {
            let of = &net.links[link.i()];
            let fault = |text: String| Err(Fault { file: self.files[*file].clone(), line: *line, text });
            if let DepartLane::Index(index) = lane
                && *index >= of.lanes
            {
                let (name, last) = (&of.name, of.lanes.saturating_sub(1));
                return fault(format!(
                    "`departLane` is {index}; the lanes of edge `{name}` are 0 to {last}, mend it"
                ));
            }
            let length = net.lanes[of.first.i()].length;
            if let DepartPlace::At(pos) = place
                && pos.abs() > length
            {
                let name = &of.name;
                return fault(format!("`departPos` is {pos}, off the {length} m of edge `{name}`; mend it"));
            }
        }
        Ok(())
    }

    /// Checks that routes hang together, and brings the vehicles in the order in which they depart; those of the same moment
    /// stay as they were written.
    pub fn finish(self, net: &Network, all: &mut Demand) -> Result<(), Fault> {
        self.check_begins(net)?;
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

/// How drivers differ in the speed they choose, and whether any could.
fn speed_factor(element: &Element<'_>, kind: &mut Kind) -> Result<(), Fault> {
    read_speed_factor(element, kind)?;
    let [mean, deviation, least, most] = kind.speed_factor;
    let sound = mean > 0.0 && mean.is_finite() && deviation.is_finite() && least <= most && most > 0.0;
    if !sound {
        let what = "the mean of `speedFactor` must be positive and finite, its least not above its most";
        return Err(element.fault(format!("kind `{}`: {what}", kind.name)));
    }
    Ok(())
}

/// A number, or `normc(mean,deviation,least,most)`.
fn read_speed_factor(element: &Element<'_>, kind: &mut Kind) -> Result<(), Fault> {
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
            DepartPlace::At(finite(text).ok_or_else(|| odd("departPos", text, known))?)
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
            let speed = finite(text).filter(|speed| *speed >= 0.0);
            DepartSpeed::At(speed.ok_or_else(|| odd("departSpeed", text, known))?)
        }
    };
    Ok((lane, place, speed))
}

pub(super) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
