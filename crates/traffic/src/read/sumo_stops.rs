//! SUMO's stops: platforms beside lanes, and where vehicles stand on their way.

use super::Fault;
use super::sumo_net::Names;
use super::xml::{Element, Tag, walk};
use crate::demand::{Demand, DepartPlace, Stop, Vehicle, Way};
use crate::ids::{LaneId, LinkId};
use crate::net::Network;
use std::collections::HashMap;

/// Elements that are platforms, each with the attribute by which a stop names it.
const PLATFORMS: [&str; 4] = ["busStop", "trainStop", "containerStop", "chargingStation"];
/// Attributes of stops that are read, or that change nothing here.
const STOP: [&str; 13] = [
    "busStop",
    "trainStop",
    "containerStop",
    "chargingStation",
    "lane",
    "startPos",
    "endPos",
    "duration",
    "until",
    "friendlyPos",
    "actType",
    "arrival",
    "line",
];
/// How long a stop is whose beginning is not said.
const SHORT: f64 = 0.2;

/// Where a stop stands in the files, and what it says there of its place.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    lane: LaneId,
    /// From and to, in metres; from the end if negative; NaN if nothing is said.
    place: [f64; 2],
    friendly: bool,
    duration: f64,
    /// Not before this moment, and whether it counts from the vehicle's departure.
    until: f64,
    pub relative: bool,
    platform: bool,
    file: String,
    line: usize,
}

/// Platforms by their names.
#[derive(Default)]
pub(super) struct Platforms(HashMap<String, (LaneId, [f64; 2], bool)>);

impl Platforms {
    /// Reads the platforms of a file. They may stand behind who stops at them.
    pub fn read(&mut self, file: &str, text: &str, names: &Names) -> Result<(), Fault> {
        if !PLATFORMS.iter().any(|name| text.contains(&format!("<{name}"))) {
            return Ok(());
        }
        walk(file, text, &mut |tag| {
            let Tag::Open(element) = tag else { return Ok(()) };
            if !PLATFORMS.contains(&element.name) {
                return Ok(());
            }
            let name = element.need("id")?.to_owned();
            let lane = lane(element, names)?;
            let place = [number(element, "startPos")?, number(element, "endPos")?];
            let friendly = element.yes("friendlyPos").unwrap_or(false);
            let start = if place[0].is_nan() { 0.0 } else { place[0] };
            if self.0.insert(name.clone(), (lane, [start, place[1]], friendly)).is_some() {
                let what = format!("a second platform is called `{name}`; rename one");
                return Err(element.fault(what));
            }
            Ok(())
        })
    }

    /// A stop; none if it is of a kind that is left out.
    pub fn stop(
        &self,
        file: &str,
        element: &Element<'_>,
        names: &Names,
        leave_out: &mut dyn FnMut(String),
    ) -> Result<Option<Plan>, Fault> {
        for key in element.names().filter(|key| !STOP.contains(key)) {
            leave_out(format!("attribute `{key}` of <stop>"));
        }
        let at = PLATFORMS.iter().find_map(|key| element.get(key).map(|name| (*key, name)));
        let (lane, place, friendly) = match at {
            Some((key, name)) => *self.0.get(name).ok_or_else(|| {
                element.fault(format!("`{key}` is `{name}`, which no file has; add its `<{key}>`"))
            })?,
            None if element.get("lane").is_some() => {
                let place = [number(element, "startPos")?, number(element, "endPos")?];
                (lane(element, names)?, place, element.yes("friendlyPos").unwrap_or(false))
            }
            None => {
                leave_out("<stop> without lane or platform".to_owned());
                return Ok(None);
            }
        };
        let seconds = |key: &str| element.get(key).map(|_| element.seconds(key)).transpose();
        let (duration, until) = (seconds("duration")?, seconds("until")?);
        if duration.is_none() && until.is_none() {
            return Err(element.fault("a stop does not say how long; add `duration` or `until`"));
        }
        let duration = duration.unwrap_or(0.0);
        if duration < 0.0 {
            return Err(element.fault(format!("a stop lasts {duration} s; write seconds, 0 or more")));
        }
        let until = until.unwrap_or(f64::NEG_INFINITY);
        let (platform, file, line) = (at.is_some(), file.to_owned(), element.line);
        let relative = false;
        Ok(Some(Plan { lane, place, friendly, duration, until, relative, platform, file, line }))
    }
}

fn lane(element: &Element<'_>, names: &Names) -> Result<LaneId, Fault> {
    let name = element.need("lane")?;
    names
        .lanes
        .get(name)
        .ok_or_else(|| element.fault(format!("`lane` is `{name}`, which is no lane of the network; mend it")))
}

fn number(element: &Element<'_>, key: &str) -> Result<f64, Fault> {
    Ok(element.number(key)?.unwrap_or(f64::NAN))
}

/// Stops of vehicles until the network is whole, in the order of the vehicles' stops.
#[derive(Default)]
pub(super) struct Plans(Vec<Plan>);

impl Plans {
    /// Notes the stops of a vehicle that departs at `depart`, `late` seconds after the first of its flow. Says their places.
    pub fn add(&mut self, plans: &[Plan], depart: f64, late: f64) -> [u32; 2] {
        let first = self.0.len() as u32;
        for plan in plans {
            let until = plan.until + if plan.relative { depart } else { late };
            self.0.push(Plan { until, ..plan.clone() });
        }
        [first, self.0.len() as u32]
    }

    /// Works out where all stops are, and checks that vehicles come by them.
    pub fn finish(self, net: &Network, all: &mut Demand) -> Result<(), Fault> {
        for plan in &self.0 {
            all.stops.push(plan.stop(net)?);
        }
        for at in 0..all.vehicles.len() {
            let [first, end] = all.vehicles[at].stops;
            if first < end {
                let plans = &self.0[first as usize..end as usize];
                lead_by(net, all, at, plans)?;
            }
        }
        Ok(())
    }
}

impl Plan {
    fn fault(&self, text: String) -> Fault {
        Fault { file: self.file.clone(), line: self.line, text }
    }

    fn stop(&self, net: &Network) -> Result<Stop, Fault> {
        let long = net.lanes[self.lane.i()].length;
        let on = |pos: f64| if pos < 0.0 { pos + long } else { pos };
        let [start, end] = self.place;
        let mut end = if end.is_nan() { long } else { on(end) };
        let mut start = if start.is_nan() { (end - SHORT).max(0.0) } else { on(start) };
        if self.friendly {
            end = end.clamp(SHORT.min(long), long);
            start = start.clamp(0.0, (end - SHORT).max(0.0));
        }
        if !(0.0 <= start && start < end && end <= long + 1e-6) {
            return Err(self.fault(format!(
                "a stop from {start} m to {end} m does not fit lane `{}` of {long} m; mend `startPos` and `endPos`",
                net.lane_name(self.lane)
            )));
        }
        let (lane, duration, until, platform) = (self.lane, self.duration, self.until, self.platform);
        Ok(Stop { lane, place: [start, end.min(long)], duration, until, platform })
    }
}

/// Checks that a vehicle comes by its stops in turn; a trip goes over them.
fn lead_by(net: &Network, all: &mut Demand, at: usize, plans: &[Plan]) -> Result<(), Fault> {
    let Demand { kinds, routes, vehicles, stops, .. } = all;
    let Vehicle { name, kind, way, stops: [first, end], place, .. } = &mut vehicles[at];
    let stops = &stops[*first as usize..*end as usize];
    for (stop, plan) in stops.iter().zip(plans) {
        if !net.lanes[stop.lane.i()].allow.has(kinds[*kind as usize].class) {
            return Err(plan.fault(format!(
                "`{name}` may not drive on lane `{}`, where it stops; name another lane",
                net.lane_name(stop.lane)
            )));
        }
    }
    let link = |stop: &Stop| net.lanes[stop.lane.i()].link;
    if let Way::Trip(over) = way {
        let missed: Vec<LinkId> = stops.iter().map(link).filter(|link| !over.contains(link)).collect();
        let goal = over.len().saturating_sub(1);
        drop(over.splice(goal..goal, missed));
    }
    let links: &[LinkId] = match way {
        Way::Route(route) => &routes[route.i()],
        Way::Trip(over) => over,
        Way::None => &[],
    };
    let begin = match place {
        DepartPlace::At(pos) if *pos >= 0.0 => *pos,
        _ => 0.0,
    };
    let (mut stage, mut behind) = (0, begin);
    for (stop, plan) in stops.iter().zip(plans) {
        let Some(found) = stop.stage(net, links, stage, behind) else {
            return Err(plan.fault(format!(
                "`{name}` does not come by lane `{}` where it stops, or not in this order; mend its route or the stop",
                net.lane_name(stop.lane)
            )));
        };
        (stage, behind) = (found, stop.place[1]);
    }
    Ok(())
}
