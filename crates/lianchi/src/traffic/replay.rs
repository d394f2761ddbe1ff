//! What happened on a network, second by second, in few bytes: which lights each signal showed, and where every vehicle was.
//!
//! A line that names the form, a line of JSON with what does not move (what is closed and when, where detectors lie and what they
//! counted, why a signal shows what it shows), then frames. A frame is the signals whose lights changed (how many; for each its
//! place, how many lights, their letters) and the vehicles (how many; for each its number, how many lanes it lies after the one
//! before it, how far along its lane in parts of 255, its speed in quarters of a metre a second). Numbers are LEB128.

use crate::say::Wrong;
use ::traffic::detector::{Detector, Section, Sight};
use ::traffic::net::Network;
use ::traffic::read::Scenario;
use ::traffic::sim::Simulation;
use serde_json::{Value as Json, json};

const FORM: &[u8] = b"lianchi replay 1\n";

/// A replay as it is taken.
#[derive(Default)]
pub struct Recorder {
    frames: Vec<u8>,
    seconds: u64,
    shown: Vec<Vec<u8>>,
}

/// A replay that was read.
pub struct Replay {
    pub head: Json,
    pub frames: Vec<u8>,
}

/// A vehicle in a frame: number, lane, part of the lane of 255, quarters of a metre a second.
pub type At = (u64, usize, u8, u8);

/// The lights of a signal in a frame.
pub type Shown = (usize, Vec<u8>);

impl Recorder {
    /// Takes down how things stand.
    pub fn take(&mut self, net: &Network, traffic: &Simulation<'_>) {
        self.shown.resize(net.signals.len(), Vec::new());
        let mut changed = Vec::new();
        for (place, signal) in net.signals.iter().enumerate() {
            let light =
                |movements: &Vec<_>| movements.first().map_or(b'-', |first| traffic.light(*first) as u8);
            let lights: Vec<u8> = signal.lights.iter().map(light).collect();
            if self.shown[place] != lights {
                changed.push(place);
                self.shown[place] = lights;
            }
        }
        number(&mut self.frames, changed.len() as u64);
        for place in changed {
            number(&mut self.frames, place as u64);
            number(&mut self.frames, self.shown[place].len() as u64);
            self.frames.extend_from_slice(&self.shown[place]);
        }
        number(&mut self.frames, traffic.cars().count() as u64);
        let mut before = 0;
        for car in traffic.cars() {
            let length = net.lanes[car.lane.i()].length.max(0.1);
            number(&mut self.frames, u64::from(car.vehicle.0));
            number(&mut self.frames, (car.lane.i() - before) as u64);
            before = car.lane.i();
            self.frames.push((car.pos / length * 255.0).clamp(0.0, 255.0) as u8);
            self.frames.push((car.speed * 4.0).clamp(0.0, 255.0) as u8);
        }
        self.seconds += 1;
    }

    /// The whole of it.
    pub fn bytes(&self, scenario: &Scenario, begin: f64, traffic: &Simulation<'_>) -> Vec<u8> {
        let net = &scenario.net;
        let told = traffic
            .decisions()
            .iter()
            .map(|one| json!([one.at, one.signal.0, one.shown, one.choice.chosen, one.choice.waiting]));
        // Times without end are null.
        let closed = scenario.demand.closures.iter().map(|one| json!([one.lane.0, one.from, one.to]));
        let detectors = scenario.detectors.iter().map(|one| {
            let (kind, parts) = lies(net, one);
            json!([one.name, kind, parts])
        });
        let counted = traffic.counted().into_iter().map(|one| {
            let hundredth = |value: f64| (value * 100.0).round() / 100.0;
            let values = one.values.iter().map(|(name, value)| json!([name, hundredth(*value)]));
            json!([one.detector, one.begin, one.end, values.collect::<Vec<_>>()])
        });
        let head = json!({
            "begin": begin, "seconds": self.seconds, "lanes": net.lanes.len(), "signals": net.signals.len(),
            "decisions": told.collect::<Vec<_>>(), "closed": closed.collect::<Vec<_>>(),
            "detectors": detectors.collect::<Vec<_>>(), "counted": counted.collect::<Vec<_>>(),
        });
        [FORM, head.to_string().as_bytes(), b"\n", &self.frames].concat()
    }
}

/// What a detector is, and where: lanes with the parts of 255 between which it lies on them.
fn lies(net: &Network, detector: &Detector) -> (&'static str, Vec<Json>) {
    let part = |lane: usize, pos: f64| {
        let length = net.lanes[lane].length.max(0.1);
        (pos / length).clamp(0.0, 1.0) * 255.0
    };
    let line = |at: &Section| json!([at.lane.0, part(at.lane.i(), at.pos), part(at.lane.i(), at.pos)]);
    match &detector.sight {
        Sight::Loop(at) => ("loop", vec![line(at)]),
        Sight::Zone { entries, exits, .. } => ("zone", entries.iter().chain(exits).map(line).collect()),
        Sight::Area { lanes, span, .. } => {
            let (mut before, mut parts) = (0.0, Vec::new());
            for lane in lanes {
                let ends = span.map(|at| part(lane.i(), at - before));
                parts.push(json!([lane.0, ends[0], ends[1]]));
                before += net.lanes[lane.i()].length;
            }
            ("area", parts)
        }
    }
}

/// Whether all lanes that a head names are the network's.
fn holds(head: &Json, lanes: usize) -> bool {
    let known = |lane: Option<&Json>| lane.and_then(Json::as_u64).is_some_and(|lane| (lane as usize) < lanes);
    let all = |name: &str| head.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let parts = |detector: &Json| {
        let parts = detector.get(2).and_then(Json::as_array);
        parts.is_some_and(|parts| parts.iter().all(|part| known(part.get(0))))
    };
    all("closed").iter().all(|one| known(one.get(0))) && all("detectors").iter().all(parts)
}

impl Replay {
    /// Reads a replay of `net`, all of it.
    pub fn read(net: &Network, bytes: &[u8]) -> Result<Self, Wrong> {
        let wrong = |what: &str| Wrong(what.to_owned());
        let rest = bytes
            .strip_prefix(FORM)
            .ok_or_else(|| wrong("this is no replay; make one with `lianchi traffic run … --replay FILE`"))?;
        let end =
            rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| wrong("the replay was cut short"))?;
        let (head, frames) = rest.split_at(end);
        let head: Json =
            serde_json::from_slice(head).map_err(|_| wrong("the replay is damaged in its second line"))?;
        let count = |name: &str| head.get(name).and_then(Json::as_u64);
        if (count("lanes"), count("signals"))
            != (Some(net.lanes.len() as u64), Some(net.signals.len() as u64))
        {
            return Err(wrong("the replay is of another network; name the one that was simulated"));
        }
        if !holds(&head, net.lanes.len()) {
            return Err(wrong("the replay is damaged in its second line"));
        }
        let replay = Self { frames: frames[1..].to_vec(), head };
        let mut seconds = 0;
        replay
            .each(net, &mut |_, _| seconds += 1)
            .ok_or_else(|| wrong("the replay is damaged or was cut short"))?;
        if Some(seconds) != replay.head.get("seconds").and_then(Json::as_u64) {
            return Err(wrong("the replay was cut short; run the simulation again"));
        }
        Ok(replay)
    }

    /// Goes through all frames. None where they are damaged.
    pub fn each(&self, net: &Network, tell: &mut dyn FnMut(&[Shown], &[At])) -> Option<()> {
        let mut bytes = self.frames.as_slice();
        while !bytes.is_empty() {
            let mut shown = Vec::new();
            for _ in 0..read(&mut bytes)? {
                let place =
                    usize::try_from(read(&mut bytes)?).ok().filter(|place| *place < net.signals.len())?;
                let length = usize::try_from(read(&mut bytes)?).ok()?;
                let (lights, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                shown.push((place, lights.to_vec()));
            }
            let (mut cars, mut lane) = (Vec::new(), 0usize);
            for _ in 0..read(&mut bytes)? {
                let vehicle = read(&mut bytes)?;
                lane = lane.checked_add(usize::try_from(read(&mut bytes)?).ok()?)?;
                let ([part, speed], rest) = bytes.split_first_chunk()?;
                bytes = rest;
                cars.push((vehicle, Some(lane).filter(|lane| *lane < net.lanes.len())?, *part, *speed));
            }
            tell(&shown, &cars);
        }
        Some(())
    }
}

fn number(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0u64, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if *byte < 0x80 {
            return Some(value);
        }
        shift += 7;
    }
}
