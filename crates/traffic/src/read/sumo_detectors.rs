//! SUMO's detectors: loops, areas along lanes, and zones between entries and exits.

use super::xml::{Element, Tag, walk};
use super::{Fault, Unsupported};
use crate::detector::{Detector, Section, Sight, Standing};
use crate::ids::LaneId;
use crate::net::Network;
use std::collections::HashSet;

const LOOPS: [&str; 2] = ["inductionLoop", "e1Detector"];
const AREAS: [&str; 2] = ["laneAreaDetector", "e2Detector"];
const ZONES: [&str; 2] = ["entryExitDetector", "e3Detector"];
/// Attributes that are read, or that change nothing here.
const KNOWN: [&str; 17] = [
    "id",
    "lane",
    "lanes",
    "pos",
    "endPos",
    "length",
    "period",
    "freq",
    "friendlyPos",
    "timeThreshold",
    "speedThreshold",
    "jamThreshold",
    "file",
    "name",
    "color",
    "cont",
    "openEntry",
];

/// The detectors of a file, after those of others.
pub(super) fn detectors(
    file: &str,
    text: &str,
    net: &Network,
    all: &mut Vec<Detector>,
    unsupported: &mut Unsupported,
) -> Result<(), Fault> {
    let known = LOOPS.iter().chain(&AREAS).chain(&ZONES);
    if !known.into_iter().any(|name| text.contains(&format!("<{name}"))) {
        return Ok(());
    }
    let mut names: HashSet<String> = all.iter().map(|known| known.name.clone()).collect();
    // The zone whose entries and exits are read, and its line.
    let mut zone: Option<(Detector, usize)> = None;
    walk(file, text, &mut |tag| {
        let element = match tag {
            Tag::Open(element) => element,
            Tag::Close(name) if ZONES.contains(&name) => {
                if let Some((detector, line)) = zone.take() {
                    all.push(whole(file, line, detector)?);
                }
                return Ok(());
            }
            Tag::Close(_) => return Ok(()),
        };
        match element.name {
            name if LOOPS.contains(&name) => {
                let section = section(element, net)?;
                all.push(named(element, Sight::Loop(section), &mut names, unsupported)?);
            }
            name if AREAS.contains(&name) => {
                let area = area(element, net)?;
                all.push(named(element, area, &mut names, unsupported)?);
            }
            name if ZONES.contains(&name) => {
                let sight = Sight::Zone { entries: vec![], exits: vec![], standing: standing(element)? };
                zone = Some((named(element, sight, &mut names, unsupported)?, element.line));
            }
            "detEntry" | "detExit" => {
                if let Some((Detector { sight: Sight::Zone { entries, exits, .. }, .. }, _)) = &mut zone {
                    let to = if element.name == "detEntry" { entries } else { exits };
                    to.push(section(element, net)?);
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// A detector with its name and period.
fn named(
    element: &Element<'_>,
    sight: Sight,
    names: &mut HashSet<String>,
    unsupported: &mut Unsupported,
) -> Result<Detector, Fault> {
    let name = element.need("id")?.to_owned();
    if !names.insert(name.clone()) {
        return Err(element.fault(format!("a second detector is called `{name}`; rename one")));
    }
    for key in element.names().filter(|key| !KNOWN.contains(key)) {
        *unsupported.entry(format!("attribute `{key}` of <{}>", element.name)).or_default() += 1;
    }
    let key = if element.get("period").is_some() { "period" } else { "freq" };
    let period = if element.get(key).is_some() { element.seconds(key)? } else { f64::INFINITY };
    // Traffic is seen once in a second.
    if period <= 0.0 || (period.is_finite() && period.fract() != 0.0) {
        let what = "write whole seconds, above 0";
        return Err(element.fault(format!("`{key}` of `{name}` is {period}; {what}")));
    }
    Ok(Detector { name, period, sight })
}

/// A zone must have both ends.
fn whole(file: &str, line: usize, zone: Detector) -> Result<Detector, Fault> {
    if let Sight::Zone { entries, exits, .. } = &zone.sight
        && (entries.is_empty() || exits.is_empty())
    {
        let text = format!("`{}` needs a `<detEntry>` and a `<detExit>`; add what is missing", zone.name);
        return Err(Fault { file: file.to_owned(), line, text });
    }
    Ok(zone)
}

fn standing(element: &Element<'_>) -> Result<Standing, Fault> {
    let speed = element.number("speedThreshold")?.unwrap_or(1.39);
    let seconds = element.get("timeThreshold").map_or(Ok(1.0), |_| element.seconds("timeThreshold"))?;
    Ok(Standing { speed, seconds })
}

fn lane(element: &Element<'_>, net: &Network, name: &str) -> Result<LaneId, Fault> {
    net.lane_named(name)
        .ok_or_else(|| element.fault(format!("`{name}` is no lane of the network; name the detector's lane")))
}

/// A place on a lane of a length; from the end if negative.
fn place(element: &Element<'_>, key: &str, pos: f64, long: f64) -> Result<f64, Fault> {
    let from_start = if pos < 0.0 { pos + long } else { pos };
    on_lane(element, from_start, long)
        .ok_or_else(|| element.fault(format!("`{key}` is {pos}, off its {long} m of lane; mend it")))
}

/// So many metres from a lane's start, if that is on the lane or shall be brought onto it.
fn on_lane(element: &Element<'_>, pos: f64, long: f64) -> Option<f64> {
    let friendly = element.yes("friendlyPos") == Some(true);
    (friendly || (0.0..=long + 1e-6).contains(&pos)).then(|| pos.clamp(0.0, long))
}

fn section(element: &Element<'_>, net: &Network) -> Result<Section, Fault> {
    let lane = lane(element, net, element.need("lane")?)?;
    let pos = place(element, "pos", element.needed("pos")?, net.lanes[lane.i()].length)?;
    Ok(Section { lane, pos })
}

fn area(element: &Element<'_>, net: &Network) -> Result<Sight, Fault> {
    let names = match element.get("lanes") {
        Some(names) => names,
        None => element.need("lane")?,
    };
    let lanes: Vec<LaneId> =
        names.split_whitespace().map(|name| lane(element, net, name)).collect::<Result<_, _>>()?;
    for pair in lanes.windows(2) {
        let leads = |movement: usize| net.movements[movement].next() == pair[1];
        if !net.leaving(pair[0]).any(leads) {
            let [one, other] = [pair[0], pair[1]].map(|lane| net.lane_name(lane));
            let what = "name all lanes in turn, those inside junctions too";
            return Err(element.fault(format!("lane `{one}` does not lead to `{other}` at once; {what}")));
        }
    }
    let long = |lane: &LaneId| net.lanes[lane.i()].length;
    let (Some(first), Some(last)) = (lanes.first().map(long), lanes.last().map(long)) else {
        return Err(element.fault("`lanes` names none; name the detector's lanes"));
    };
    let before: f64 = lanes.iter().map(long).sum::<f64>() - last;
    let (pos, end, length) = (element.number("pos")?, element.number("endPos")?, element.number("length")?);
    let fits = |key: &str, pos: f64, long: f64| place(element, key, pos, long);
    // What follows from the length is never meant from a lane's end.
    let led = |what: &str, pos: f64, long: f64| {
        let off =
            || format!("by its `length` an area {what} at {pos:.2} m, off its {long} m of lane; mend it");
        on_lane(element, pos, long).ok_or_else(|| element.fault(off()))
    };
    let [start, end] = match (pos, end, length) {
        (Some(pos), Some(end), _) => [fits("pos", pos, first)?, before + fits("endPos", end, last)?],
        (Some(pos), None, Some(length)) => {
            let pos = fits("pos", pos, first)?;
            [pos, led("ends", pos + length - before, last)? + before]
        }
        (None, Some(end), Some(length)) => {
            let end = before + fits("endPos", end, last)?;
            [led("begins", end - length, first)?, end]
        }
        (pos, end, _) => {
            let end = end.map_or(Ok(last), |end| fits("endPos", end, last))?;
            [pos.map_or(Ok(0.0), |pos| fits("pos", pos, first))?, before + end]
        }
    };
    if start >= end {
        return Err(element.fault(format!("an area from {start} m to {end} m is none; mend its places")));
    }
    let jam = element.number("jamThreshold")?.unwrap_or(10.0);
    Ok(Sight::Area { lanes, span: [start, end], standing: standing(element)?, jam })
}
