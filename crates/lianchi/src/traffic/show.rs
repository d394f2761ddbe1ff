use super::replay::Replay;
use super::{Folder, bytes};
use crate::say::{Failure, Say, Wrong};
use ::traffic::net::Network;
use ::traffic::net::shape::Point;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The page: how it looks and moves. What it shows is put in its place.
const PAGE: &str = include_str!("show.html");

#[derive(clap::Args)]
pub struct Show {
    /// The network: SUMO's `.net.xml`, CityFlow's JSON, or a `.sumocfg` that names one.
    net: PathBuf,
    /// What happened on it, as `lianchi traffic run … --replay FILE` wrote it.
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Draw to this page, which opens in a browser by itself: vehicles in motion, the time to be moved by hand, and at each
    /// signal what it shows, who waits and why.
    #[arg(long, value_name = "FILE", required_unless_present = "svg")]
    html: Option<PathBuf>,
    /// Draw to this picture: every lane, by how fast it was driven on where there is a replay.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub fn show(options: &Show, say: Say) -> Result<(), Failure> {
    let net = Folder::of(&options.net)?.network()?;
    let replay = match &options.replay {
        None => None,
        Some(path) => {
            let read = Replay::read(
                &net,
                &bytes(path, "name a replay, as `lianchi traffic run --replay` writes one")?,
            );
            Some(read.map_err(|Wrong(what)| Wrong(format!("`{}`: {what}", path.display())))?)
        }
    };
    let seconds = replay.as_ref().and_then(|replay| replay.head.get("seconds")).and_then(Json::as_u64);
    let mut written = Vec::new();
    if let Some(path) = &options.html {
        written.push(write(path, &page(&net, replay.as_ref()))?);
    }
    if let Some(path) = &options.svg {
        written.push(write(path, &picture(&net, replay.as_ref()))?);
    }
    let what = format!("{} lanes, {} signals", net.lanes.len(), net.signals.len());
    let when = seconds.map_or(String::new(), |seconds| format!(", {seconds} s of traffic"));
    say.answer(
        &format!("{what}{when}, drawn to {}", written.join(" and ")),
        &json!({ "lanes": net.lanes.len(), "signals": net.signals.len(), "seconds": seconds, "files": written }),
    )
}

fn write(path: &Path, text: &str) -> Result<String, Wrong> {
    let told = |error| Wrong(format!("`{}` cannot be written: {error}; name another file", path.display()));
    std::fs::write(path, text).map_err(told)?;
    Ok(path.display().to_string())
}

/// The least and the most of all places, in metres.
fn bounds(net: &Network) -> [Point; 2] {
    let mut all = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    for point in net.shapes.iter().flatten() {
        for axis in 0..2 {
            all[0][axis] = all[0][axis].min(point[axis]);
            all[1][axis] = all[1][axis].max(point[axis]);
        }
    }
    if net.shapes.iter().flatten().next().is_none() { [[0.0; 2]; 2] } else { all }
}

/// A page with the network and the replay in it. Lengths are in decimetres from the upper left.
fn page(net: &Network, replay: Option<&Replay>) -> String {
    let [least, most] = bounds(net);
    let place = |point: &Point| {
        [(10.0 * (point[0] - least[0])).round() as i64, (10.0 * (most[1] - point[1])).round() as i64]
    };
    let lane = |(lane, shape): (&::traffic::net::Lane, &Vec<Point>)| {
        let inner = u8::from(net.links[lane.link.i()].inner);
        json!([
            inner,
            (lane.width * 10.0).round(),
            (lane.speed * 4.0).round(),
            shape.iter().flat_map(place).collect::<Vec<_>>()
        ])
    };
    let signal = |signal: &::traffic::net::Signal| {
        let lanes = signal.lights.iter().enumerate().flat_map(|(light, movements)| {
            movements.iter().map(move |movement| json!([net.movements[movement.i()].from.0, light]))
        });
        json!({ "name": signal.name, "lanes": lanes.collect::<Vec<_>>() })
    };
    let held = json!({
        "lanes": net.lanes.iter().zip(&net.shapes).map(lane).collect::<Vec<_>>(),
        "names": (0..net.lanes.len()).map(|lane| net.lane_name(::traffic::ids::LaneId::at(lane))).collect::<Vec<_>>(),
        "signals": net.signals.iter().map(signal).collect::<Vec<_>>(),
        "size": [10.0 * (most[0] - least[0]), 10.0 * (most[1] - least[1])],
        "replay": replay.map(|replay| &replay.head),
    });
    // What stands in a script must not end it.
    let held = held.to_string().replace('<', "\\u003c");
    let frames = replay.map(|replay| STANDARD.encode(&replay.frames)).unwrap_or_default();
    PAGE.replace("{{HELD}}", &held).replace("{{FRAMES}}", &frames)
}

/// A picture of all lanes. Of a replay, the mean speed on each as a part of its limit gives the colour.
fn picture(net: &Network, replay: Option<&Replay>) -> String {
    let [least, most] = bounds(net);
    let (wide, high) = (most[0] - least[0] + 20.0, most[1] - least[1] + 20.0);
    let mut pace: Vec<(f64, f64)> = vec![(0.0, 0.0); net.lanes.len()];
    if let Some(replay) = replay {
        let add = &mut |_: &[super::replay::Shown], cars: &[super::replay::At]| {
            for (_, lane, _, speed) in cars {
                pace[*lane].0 += f64::from(*speed) / 4.0;
                pace[*lane].1 += 1.0;
            }
        };
        replay.each(net, add);
    }
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.0} {high:.0}\" fill=\"none\" \
         stroke-linejoin=\"round\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for ((lane, shape), (sum, count)) in net.lanes.iter().zip(&net.shapes).zip(pace) {
        let part = sum / count.max(1.0) / lane.speed.max(0.1);
        let colour = match () {
            () if replay.is_none() || count == 0.0 => "#b8bcc2",
            () if part > 0.75 => "#2f9e5b",
            () if part > 0.5 => "#e3b341",
            () if part > 0.25 => "#d9601a",
            () => "#a31d2b",
        };
        let points = shape
            .iter()
            .map(|point| format!("{:.1},{:.1}", point[0] - least[0] + 10.0, most[1] - point[1] + 10.0));
        let points = points.collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "<polyline points=\"{points}\" stroke=\"{colour}\" stroke-width=\"{:.1}\"/>",
            0.8 * lane.width
        );
    }
    text.push_str("</svg>\n");
    text
}
