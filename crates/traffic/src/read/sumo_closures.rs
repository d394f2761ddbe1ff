//! SUMO's closures: lanes and edges that a `<rerouter>` closes for a time. Everyone knows of them, wherever they are.

use super::xml::{Element, Tag, walk};
use super::{Fault, Unsupported};
use crate::demand::Closure;
use crate::ids::LaneId;
use crate::net::{CLASS_NAMES, Classes, Network};

/// Attributes of rerouters that are read, or that change nothing here.
const REROUTER: [&str; 5] = ["id", "edges", "pos", "name", "color"];
/// Always.
const EVER: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

/// What a file closes.
pub(super) fn closures(
    file: &str,
    text: &str,
    net: &Network,
    unsupported: &mut Unsupported,
) -> Result<Vec<Closure>, Fault> {
    let mut read = Vec::new();
    if !text.contains("<rerouter") {
        return Ok(read);
    }
    let mut leave_out = |what: String| *unsupported.entry(what).or_default() += 1;
    let (mut within, mut span) = (false, EVER);
    walk(file, text, &mut |tag| {
        match tag {
            Tag::Open(element) if element.name == "rerouter" => {
                within = true;
                for key in element.names().filter(|key| !REROUTER.contains(key)) {
                    leave_out(format!("attribute `{key}` of <rerouter>"));
                }
            }
            Tag::Close("rerouter") => (within, span) = (false, EVER),
            Tag::Close("interval") => span = EVER,
            Tag::Open(element) if within => match element.name {
                "interval" => span = interval(element)?,
                "closingLaneReroute" | "closingReroute" => {
                    let (shut, [from, to]) = (shut(element)?, span);
                    let lanes = lanes(element, net)?;
                    read.extend(lanes.into_iter().map(|lane| Closure { lane, from, to, shut }));
                }
                other => leave_out(format!("<{other}> of <rerouter>")),
            },
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn interval(element: &Element<'_>) -> Result<[f64; 2], Fault> {
    let or = |key: &str, usual: f64| element.get(key).map_or(Ok(usual), |_| element.seconds(key));
    let [begin, end] = [or("begin", EVER[0])?, or("end", EVER[1])?];
    if begin >= end {
        return Err(element.fault(format!("an interval goes from {begin} to {end}; mend its times")));
    }
    Ok([begin, end])
}

/// Who may not pass. If nothing is said, an edge is closed for everyone, and a lane for everyone but authorities.
fn shut(element: &Element<'_>) -> Result<Classes, Fault> {
    let usual = if element.name == "closingReroute" { "" } else { "authority" };
    let (text, allows) = match (element.get("allow"), element.get("disallow")) {
        (Some(text), _) => (text, true),
        (None, Some(text)) => (text, false),
        (None, None) => (usual, true),
    };
    let (classes, unknown) = Classes::listed(text);
    if let Some(name) = unknown.first() {
        let known = CLASS_NAMES.join(", ");
        return Err(element.fault(format!("`{name}` is no class of vehicles; the classes are {known}")));
    }
    Ok(if allows { classes.others() } else { classes })
}

fn lanes(element: &Element<'_>, net: &Network) -> Result<Vec<LaneId>, Fault> {
    let name = element.need("id")?;
    let found = match element.name {
        "closingLaneReroute" => net.lane_named(name).map(|lane| vec![lane]),
        _ => net.link_named(name).map(|link| net.lanes_of(link).map(LaneId::at).collect()),
    };
    let found = found.filter(|lanes: &Vec<LaneId>| lanes.iter().all(|lane| !net.lanes[lane.i()].inner));
    found.ok_or_else(|| {
        let what = if element.name == "closingLaneReroute" { "lane" } else { "edge" };
        element.fault(format!("`{name}` is no {what} between junctions; name the {what} that is closed"))
    })
}
