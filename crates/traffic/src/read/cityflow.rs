//! CityFlow's road networks and flows. Vehicles drive on them by CityFlow's rules, unless told otherwise.

use super::Fault;
use crate::demand::{Demand, DepartLane, DepartPlace, DepartSpeed, Kind, Rules, Vehicle, Way};
use crate::ids::{JunctionId, LaneId, LinkId, RouteId, SignalId};
use crate::net::shape::{Point, crossings, length};
use crate::net::{Builder, Classes, MovementPlan, Network, Phase, Program, Signal, Turn};
use serde_json::Value as Json;
use std::collections::HashMap;

type Links = HashMap<String, LinkId>;

/// What a fault is told of: files in JSON name the thing, for want of its line.
struct Place<'f> {
    file: &'f str,
}

impl Place<'_> {
    fn fault(&self, text: impl Into<String>) -> Fault {
        Fault { file: self.file.to_owned(), line: 1, text: text.into() }
    }

    fn json(&self, text: &str) -> Result<Json, Fault> {
        serde_json::from_str(text).map_err(|error| Fault {
            file: self.file.to_owned(),
            line: error.line().max(1),
            text: format!("broken JSON: {error}; mend it here"),
        })
    }

    fn text<'j>(&self, json: &'j Json, key: &str) -> Result<&'j str, Fault> {
        json[key].as_str().ok_or_else(|| self.fault(format!("`{key}` is missing in {}; add it", short(json))))
    }

    fn number(&self, json: &Json, key: &str) -> Result<f64, Fault> {
        json[key]
            .as_f64()
            .ok_or_else(|| self.fault(format!("`{key}` is no number in {}; mend it", short(json))))
    }

    fn list<'j>(&self, json: &'j Json, key: &str) -> Result<&'j Vec<Json>, Fault> {
        json[key]
            .as_array()
            .ok_or_else(|| self.fault(format!("`{key}` is no list in {}; mend it", short(json))))
    }

    fn points(&self, json: &Json) -> Result<Vec<Point>, Fault> {
        let point = |json: &Json| Ok([self.number(json, "x")?, self.number(json, "y")?]);
        self.list(json, "points")?.iter().map(point).collect()
    }
}

/// The beginning of what is wrong, so that it can be found.
fn short(json: &Json) -> String {
    let text = json.to_string();
    let end = text.char_indices().nth(60).map_or(text.len(), |(end, _)| end);
    format!("`{}`", &text[..end])
}

/// Most vehicles that one flow may make.
const MOST: f64 = 10_000_000.0;

/// Reads a network.
pub(super) fn network(file: &str, text: &str) -> Result<(Network, Links), Fault> {
    let place = Place { file };
    let json = place.json(text)?;
    let mut build = Builder::default();
    let mut junctions: HashMap<&str, (JunctionId, f64)> = HashMap::new();
    let crossings = place.list(&json, "intersections")?;
    for one in crossings {
        let (name, at) = (place.text(one, "id")?, &one["point"]);
        let at = [place.number(at, "x")?, place.number(at, "y")?];
        let virtual_ = one["virtual"].as_bool().unwrap_or(false);
        let id = build.junction(name, if virtual_ { "dead_end" } else { "traffic_light" }, at);
        junctions.insert(name, (id, if virtual_ { 0.0 } else { one["width"].as_f64().unwrap_or(0.0) }));
    }
    let mut links = Links::new();
    let mut lanes: HashMap<LinkId, Vec<LaneId>> = HashMap::new();
    for road in place.list(&json, "roads")? {
        let (name, own) = road_of(&place, road, &junctions, &mut build)?;
        let link = LinkId::at(links.len());
        if let Some(name) = links.contains_key(&name).then_some(&name) {
            return Err(place.fault(format!("a second road is called `{name}`; leave one of them out")));
        }
        links.insert(name, link);
        lanes.insert(link, own);
    }
    if links.is_empty() {
        return Err(place.fault("the network has no road; name another file"));
    }
    for one in crossings.iter().filter(|one| !one["virtual"].as_bool().unwrap_or(false)) {
        let (junction, _) = junctions[place.text(one, "id")?];
        crossing_of(&place, one, junction, &links, &lanes, &mut build)?;
    }
    Ok((build.finish(), links))
}

/// Adds a road: its lanes begin and end where the crossings do. CityFlow counts lanes from the left.
fn road_of(
    place: &Place<'_>,
    road: &Json,
    junctions: &HashMap<&str, (JunctionId, f64)>,
    build: &mut Builder,
) -> Result<(String, Vec<LaneId>), Fault> {
    let name = place.text(road, "id")?;
    let end = |key: &str| {
        let junction = place.text(road, key)?;
        junctions.get(junction).copied().ok_or_else(|| {
            place.fault(format!("`{key}` of road `{name}` is `{junction}`, which is no intersection; add it"))
        })
    };
    let ((from, before), (to, after)) = (end("startIntersection")?, end("endIntersection")?);
    let middle = place.points(road)?;
    let long = length(&middle) - before - after;
    let ([Some(first), Some(last)], true) = ([middle.first(), middle.last()], long > 0.0) else {
        return Err(
            place.fault(format!("road `{name}` is shorter than its crossings are wide; mend its points"))
        );
    };
    let whole = length(&[*first, *last]).max(1e-9);
    let along = [(last[0] - first[0]) / whole, (last[1] - first[1]) / whole];
    build.link(name, from, to, false);
    let specs = place.list(road, "lanes")?;
    let mut aside = specs.iter().map(|lane| lane["width"].as_f64().unwrap_or(4.0)).sum::<f64>();
    let mut own = Vec::new();
    for lane in specs.iter().rev() {
        let (width, speed) = (place.number(lane, "width")?, place.number(lane, "maxSpeed")?);
        if speed <= 0.0 || width <= 0.0 {
            return Err(place
                .fault(format!("road `{name}` has a lane without width or speed; both must be positive")));
        }
        let right = aside - width / 2.0;
        aside -= width;
        let at = |from: &Point, by: f64| {
            [from[0] + along[0] * by + along[1] * right, from[1] + along[1] * by - along[0] * right]
        };
        let shape = vec![at(first, before), at(last, -after)];
        own.push(build.lane(long, speed, width, Classes::ALL, shape));
    }
    Ok((name.to_owned(), own))
}

/// One way across a crossing.
struct Path {
    link: usize,
    from: LaneId,
    to: LaneId,
    start: LinkId,
    shape: Vec<Point>,
    turn: Turn,
    inner: LaneId,
}

/// Adds what lies inside a crossing.
fn crossing_of(
    place: &Place<'_>,
    one: &Json,
    junction: JunctionId,
    links: &Links,
    lanes: &HashMap<LinkId, Vec<LaneId>>,
    build: &mut Builder,
) -> Result<(), Fault> {
    let name = place.text(one, "id")?;
    let mut paths = Vec::new();
    for (link, road_link) in place.list(one, "roadLinks")?.iter().enumerate() {
        paths_of(place, road_link, (name, link), links, lanes, &mut paths)?;
    }
    // In the order of the lanes that they leave, as rights of way are told.
    paths.sort_by_key(|path| path.from);
    for (number, path) in paths.iter_mut().enumerate() {
        build.link(&format!(":{name}_{number}"), junction, junction, true);
        let long = length(&path.shape).max(0.1);
        path.inner = build.lane(long, 11.111, 4.0, Classes::ALL, path.shape.clone());
    }
    let signal = signal_of(place, one, &paths, build)?;
    for path in &paths {
        let plan = MovementPlan {
            from: path.from,
            via: path.inner,
            to: path.to,
            turn: path.turn,
            signal,
            light: path.link as u32,
            right: b'M',
            keep_clear: true,
            sight: 4.5,
        };
        build.movement(MovementPlan {
            from: path.inner,
            via: LaneId::NONE,
            signal: SignalId::NONE,
            ..plan.clone()
        });
        build.movement(plan);
    }
    let mut coming: Vec<LaneId> = paths.iter().map(|path| path.from).collect();
    coming.dedup();
    build.lanes_at(junction, coming, paths.iter().map(|path| path.inner).collect());
    for (place, path) in paths.iter().enumerate() {
        let met = |other: &(usize, &Path)| meets(path, other.1);
        let all = || paths.iter().enumerate().filter(|(other, _)| *other != place).filter(met);
        let yields =
            all().filter(|(_, other)| rank(path.turn) < rank(other.turn)).map(|(other, _)| other as u32);
        build.row(junction, yields.collect(), all().map(|(other, _)| other as u32).collect(), false);
    }
    Ok(())
}

fn paths_of(
    place: &Place<'_>,
    road_link: &Json,
    (name, link): (&str, usize),
    links: &Links,
    lanes: &HashMap<LinkId, Vec<LaneId>>,
    paths: &mut Vec<Path>,
) -> Result<(), Fault> {
    let road = |key: &str| {
        let road = place.text(road_link, key)?;
        links
            .get(road)
            .copied()
            .ok_or_else(|| place.fault(format!("`{key}` at `{name}` is `{road}`, which is no road; add it")))
    };
    let (start, end) = (road("startRoad")?, road("endRoad")?);
    let turn = match place.text(road_link, "type")? {
        "turn_left" => Turn::Left,
        "turn_right" => Turn::Right,
        _ => Turn::Straight,
    };
    for lane_link in place.list(road_link, "laneLinks")? {
        let lane = |link: LinkId, key: &str| {
            let index = place.number(lane_link, key)? as usize;
            let own = &lanes[&link];
            own.len().checked_sub(index + 1).and_then(|right| own.get(right)).copied().ok_or_else(|| {
                place.fault(format!(
                    "`{key}` at `{name}` is {index}, but the road has {} lanes; mend it",
                    own.len()
                ))
            })
        };
        let (from, to) = (lane(start, "startLaneIndex")?, lane(end, "endLaneIndex")?);
        let shape = place.points(lane_link)?;
        paths.push(Path { link, from, to, start, shape, turn, inner: LaneId::NONE });
    }
    Ok(())
}

/// The signal of a crossing: protected green where nobody with the right of way is let go at the same time.
fn signal_of(place: &Place<'_>, one: &Json, paths: &[Path], build: &mut Builder) -> Result<SignalId, Fault> {
    let count = place.list(one, "roadLinks")?.len();
    let mut phases = Vec::new();
    for phase in one["trafficLight"]["lightphases"].as_array().into_iter().flatten() {
        let known = |link: &Json| link.as_u64().map(|link| link as usize).filter(|link| *link < count);
        let free = place.list(phase, "availableRoadLinks")?.iter().map(|link| {
            known(link).ok_or_else(|| {
                let name = one["id"].as_str().unwrap_or_default();
                place.fault(format!("a phase of `{name}` lets {link} go of its {count} road links; mend it"))
            })
        });
        let free: Vec<usize> = free.collect::<Result<_, _>>()?;
        let light = |link: usize| {
            let own = || paths.iter().filter(move |path| path.link == link);
            let first = |other: &Path, path: &Path| {
                free.contains(&other.link) && rank(path.turn) < rank(other.turn) && meets(path, other)
            };
            match free.contains(&link) {
                true if own().any(|path| paths.iter().any(|other| first(other, path))) => b'g',
                true => b'G',
                false => b'r',
            }
        };
        let time = place.number(phase, "time")?;
        if time < 0.0 {
            let name = one["id"].as_str().unwrap_or_default();
            return Err(place.fault(format!("a phase of `{name}` lasts {time} s; write a positive time")));
        }
        let duration = time.max(1.0);
        let lights = (0..count).map(light).collect();
        phases.push(Phase { duration, min: None, max: None, lights });
    }
    if phases.is_empty() {
        return Ok(SignalId::NONE);
    }
    let name = place.text(one, "id")?.to_owned();
    Ok(build.signal(Signal {
        name,
        program: Program { offset: 0.0, phases, gaps: None },
        ..Signal::default()
    }))
}

/// Who goes first: straight on, then left, then right, as CityFlow has it.
fn rank(turn: Turn) -> u8 {
    match turn {
        Turn::Straight => 3,
        Turn::Left => 2,
        Turn::Right | Turn::Around => 1,
    }
}

fn meets(one: &Path, other: &Path) -> bool {
    one.start != other.start && (one.to == other.to || !crossings(&one.shape, &other.shape).is_empty())
}

/// Reads flows, in the order in which their vehicles depart.
pub(super) fn flows(
    file: &str,
    text: &str,
    links: &Links,
    net: &Network,
    all: &mut Demand,
) -> Result<(), Fault> {
    let place = Place { file };
    let json = place.json(text)?;
    let Some(list) = json.as_array() else {
        return Err(place.fault("no list of flows; name CityFlow's flow file after its network"));
    };
    let mut shared: HashMap<Vec<LinkId>, RouteId> = HashMap::new();
    for (number, flow) in list.iter().enumerate() {
        let kind = kind(&place, &flow["vehicle"])?;
        let known = all.kinds.iter().position(|known| *known == kind);
        let kind = known.unwrap_or_else(|| {
            all.kinds.push(kind);
            all.kinds.len() - 1
        });
        let road = |json: &Json| {
            let name = json.as_str().unwrap_or_default();
            links.get(name).copied().ok_or_else(|| {
                place.fault(format!("flow {number} goes over `{name}`, which is no road; mend it"))
            })
        };
        let over = place.list(flow, "route")?.iter().map(road).collect::<Result<Vec<_>, _>>()?;
        let whole = over.windows(2).all(|pair| net.leads(pair[0], pair[1]));
        let way = match (over.is_empty(), whole) {
            (true, _) => return Err(place.fault(format!("flow {number} has no road in `route`; add them"))),
            (false, false) => Way::Trip(over),
            (false, true) => Way::Route(*shared.entry(over).or_insert_with_key(|over| {
                all.routes.push(over.clone());
                RouteId::at(all.routes.len() - 1)
            })),
        };
        let (begin, end) = (place.number(flow, "startTime")?, place.number(flow, "endTime")?);
        let every = place.number(flow, "interval")?;
        if end < begin || every <= 0.0 {
            let text = format!("flow {number} goes from {begin} to {end} every {every} s; mend its times");
            return Err(place.fault(text));
        }
        let count = (end - begin) / every;
        if count > MOST {
            let text =
                format!("flow {number} makes {count:.0} vehicles, one every {every} s; mend its times");
            return Err(place.fault(text));
        }
        for turn in 0..=count as u64 {
            all.vehicles.push(Vehicle {
                name: format!("flow_{number}_{turn}"),
                kind: kind as u32,
                depart: begin + turn as f64 * every,
                way: way.clone(),
                lane: DepartLane::Likely,
                place: DepartPlace::Base,
                speed: DepartSpeed::At(0.0),
                stops: [0, 0],
            });
        }
    }
    all.rules = Rules::CityFlow;
    all.vehicles.sort_by(|one, other| one.depart.total_cmp(&other.depart));
    Ok(())
}

/// A flow's kind of vehicle. CityFlow's drivers are all alike and do not dawdle.
fn kind(place: &Place<'_>, json: &Json) -> Result<Kind, Fault> {
    let number = |key: &str| match place.number(json, key)? {
        number if number > 0.0 => Ok(number),
        number => Err(place.fault(format!("`{key}` of a vehicle is {number}; it must be positive"))),
    };
    let decel = number("usualNegAcc")?;
    Ok(Kind {
        length: number("length")?,
        min_gap: place.number(json, "minGap")?.max(0.0),
        accel: number("usualPosAcc")?,
        accel_most: number("maxPosAcc")?,
        decel,
        emergency: number("maxNegAcc")?.max(decel),
        max_speed: number("maxSpeed")?,
        tau: number("headwayTime")?,
        sigma: 0.0,
        speed_factor: [1.0, 0.0, 1.0, 1.0],
        ..Kind::of("car", "passenger")
    })
}
