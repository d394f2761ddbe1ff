//! Made-up networks and demand, in SUMO's form: a town of crossing streets with signals, for trying things out and for tests.

use crate::chance;
use crate::net::shape::{Point, crossings};
use std::fmt::Write as _;

/// A made-up town.
#[derive(Debug, Clone, Copy)]
pub struct Town {
    /// Streets from west to east, and from south to north.
    pub size: [usize; 2],
    /// Metres between crossings.
    pub block: f64,
    /// Vehicles in an hour.
    pub vehicles: usize,
    /// What chance starts from.
    pub seed: u64,
    /// Whether crossings have signals; without, the streets from west to east go first.
    pub signals: bool,
}

/// Half the width of a crossing.
const HALF: f64 = 10.0;
/// The middle of a lane is so far from that of its street.
const ASIDE: f64 = 1.6;
/// The four arms of a crossing, in the order of their lanes: from the north, the east, the south and the west.
const ARMS: [[f64; 2]; 4] = [[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]];

impl Town {
    fn node(&self, x: i64, y: i64) -> String {
        format!("n{x}_{y}")
    }

    fn inside(&self, x: i64, y: i64) -> bool {
        (0..self.size[0] as i64).contains(&x) && (0..self.size[1] as i64).contains(&y)
    }

    fn crossings(&self) -> impl Iterator<Item = (i64, i64)> + use<> {
        let [wide, high] = self.size;
        (0..wide as i64).flat_map(move |x| (0..high as i64).map(move |y| (x, y)))
    }

    /// The node at the end of an arm.
    fn neighbour(&self, x: i64, y: i64, arm: usize) -> (i64, i64) {
        (x + ARMS[arm][0] as i64, y + ARMS[arm][1] as i64)
    }

    fn link(&self, from: (i64, i64), to: (i64, i64)) -> String {
        format!("{}to{}", self.node(from.0, from.1), self.node(to.0, to.1))
    }

    fn at(&self, (x, y): (i64, i64)) -> Point {
        [x as f64 * self.block, y as f64 * self.block]
    }

    /// Where the lane to or from an arm meets the crossing.
    fn mouth(&self, at: (i64, i64), arm: usize, coming: bool) -> Point {
        let ([x, y], [dx, dy]) = (self.at(at), ARMS[arm]);
        // Right-hand traffic: who comes from the north drives west of the middle.
        let side = if coming { ASIDE } else { -ASIDE };
        [x + dx * HALF - dy * side, y + dy * HALF + dx * side]
    }

    /// The path across a crossing from one arm to another.
    fn path(&self, at: (i64, i64), from: usize, to: usize) -> Vec<Point> {
        let (a, b) = (self.mouth(at, from, true), self.mouth(at, to, false));
        if (from + 2) % 4 == to {
            return vec![a, b];
        }
        let corner = match from % 2 {
            0 => [a[0], b[1]],
            _ => [b[0], a[1]],
        };
        let on = |part: f64| {
            let (one, two, three) = ((1.0 - part).powi(2), 2.0 * part * (1.0 - part), part * part);
            [0, 1].map(|axis| one * a[axis] + two * corner[axis] + three * b[axis])
        };
        (0..=6).map(|step| on(f64::from(step) / 6.0)).collect()
    }

    /// The movements of a crossing, in the order of its right of way: from each arm to the right, straight on, to the left.
    fn movements() -> impl Iterator<Item = (usize, usize, char)> {
        (0..4).flat_map(|from| {
            [(from, (from + 3) % 4, 'r'), (from, (from + 2) % 4, 's'), (from, (from + 1) % 4, 'l')]
        })
    }

    /// The network, as a `.net.xml`.
    pub fn network(&self) -> String {
        let mut text = String::from("<net version=\"1.20\">\n");
        for at in self.crossings() {
            self.inner(&mut text, at);
        }
        for at in self.crossings() {
            for arm in 0..4 {
                let beside = self.neighbour(at.0, at.1, arm);
                self.street(&mut text, at, beside, arm);
                if !self.inside(beside.0, beside.1) {
                    self.street(&mut text, beside, at, (arm + 2) % 4);
                }
            }
        }
        for at in self.crossings() {
            self.junction(&mut text, at);
        }
        for at in self.crossings() {
            self.connections(&mut text, at);
        }
        text.push_str("</net>\n");
        text
    }

    fn inner(&self, text: &mut String, at: (i64, i64)) {
        for (place, (from, to, _)) in Self::movements().enumerate() {
            let path = self.path(at, from, to);
            let name = format!(":{}_{place}", self.node(at.0, at.1));
            let speed = if (from + 2) % 4 == to { 13.89 } else { 6.5 };
            let _ = writeln!(text, " <edge id=\"{name}\" function=\"internal\">");
            lane(text, &name, speed, &path);
            text.push_str(" </edge>\n");
        }
    }

    /// The link from one node to the next, which lies on the arm.
    fn street(&self, text: &mut String, from: (i64, i64), to: (i64, i64), arm: usize) {
        let end = |at: (i64, i64), arm: usize, coming: bool| match self.inside(at.0, at.1) {
            true => self.mouth(at, arm, coming),
            false => {
                let [x, y] = self.mouth(at, arm, coming);
                [x - ARMS[arm][0] * HALF, y - ARMS[arm][1] * HALF]
            }
        };
        let shape = [end(from, arm, false), end(to, (arm + 2) % 4, true)];
        let name = self.link(from, to);
        let (from, to) = (self.node(from.0, from.1), self.node(to.0, to.1));
        let _ = writeln!(text, " <edge id=\"{name}\" from=\"{from}\" to=\"{to}\" priority=\"1\">");
        lane(text, &name, 13.89, &shape);
        text.push_str(" </edge>\n");
    }

    fn junction(&self, text: &mut String, at: (i64, i64)) {
        let [x, y] = self.at(at);
        let node = self.node(at.0, at.1);
        let coming = |arm| format!("{}_0", self.link(self.neighbour(at.0, at.1, arm), at));
        let coming: Vec<String> = (0..4).map(coming).collect();
        let inner: Vec<String> = (0..12).map(|place| format!(":{node}_{place}_0")).collect();
        let kind = if self.signals { "traffic_light" } else { "priority" };
        if self.signals {
            let _ = writeln!(text, " <tlLogic id=\"{node}\" type=\"static\" programID=\"0\" offset=\"0\">");
            for (duration, lights) in
                [(30, "GGgrrrGGgrrr"), (3, "yyyrrryyyrrr"), (30, "rrrGGgrrrGGg"), (3, "rrryyyrrryyy")]
            {
                let _ = writeln!(text, "  <phase duration=\"{duration}\" state=\"{lights}\"/>");
            }
            text.push_str(" </tlLogic>\n");
        }
        let _ = writeln!(
            text,
            " <junction id=\"{node}\" type=\"{kind}\" x=\"{x}\" y=\"{y}\" incLanes=\"{}\" intLanes=\"{}\">",
            coming.join(" "),
            inner.join(" ")
        );
        self.rows(text, at);
        text.push_str(" </junction>\n");
        for arm in 0..4 {
            let beside = self.neighbour(at.0, at.1, arm);
            if !self.inside(beside.0, beside.1) {
                let ([x, y], node) = (self.at(beside), self.node(beside.0, beside.1));
                let _ = writeln!(text, " <junction id=\"{node}\" type=\"dead_end\" x=\"{x}\" y=\"{y}\"/>");
            }
        }
    }

    /// Who gives way to whom: those whose paths meet. Left turns give way to who comes straight or turns right from ahead, the
    /// streets from south to north to those from west to east.
    fn rows(&self, text: &mut String, at: (i64, i64)) {
        let all: Vec<(usize, usize, char)> = Self::movements().collect();
        let meets = |one: &(usize, usize, char), other: &(usize, usize, char)| {
            let paths =
                || !crossings(&self.path(at, one.0, one.1), &self.path(at, other.0, other.1)).is_empty();
            one.0 != other.0 && (one.1 == other.1 || paths())
        };
        let yields =
            |one: &(usize, usize, char), other: &(usize, usize, char)| match (one.0 + 2) % 4 == other.0 {
                true => one.2 == 'l' && other.2 != 'l',
                false => one.0.is_multiple_of(2) && !other.0.is_multiple_of(2),
            };
        for (place, one) in all.iter().enumerate() {
            let bits = |holds: &dyn Fn(&(usize, usize, char)) -> bool| -> String {
                all.iter().rev().map(|other| if holds(other) { '1' } else { '0' }).collect()
            };
            let foes = bits(&|other| meets(one, other));
            let response = bits(&|other| meets(one, other) && yields(one, other));
            let _ = writeln!(
                text,
                "  <request index=\"{place}\" response=\"{response}\" foes=\"{foes}\" cont=\"0\"/>"
            );
        }
    }

    fn connections(&self, text: &mut String, at: (i64, i64)) {
        let node = self.node(at.0, at.1);
        for (place, (from, to, turn)) in Self::movements().enumerate() {
            let coming = self.link(self.neighbour(at.0, at.1, from), at);
            let leaving = self.link(at, self.neighbour(at.0, at.1, to));
            let minor = turn == 'l' || (!self.signals && from % 2 == 0);
            let state = if minor { 'm' } else { 'M' };
            let light = match self.signals {
                true => format!(" tl=\"{node}\" linkIndex=\"{place}\""),
                false => String::new(),
            };
            let _ = writeln!(
                text,
                " <connection from=\"{coming}\" to=\"{leaving}\" fromLane=\"0\" toLane=\"0\" \
                 via=\":{node}_{place}_0\" dir=\"{turn}\" state=\"{state}\"{light}/>\n \
                 <connection from=\":{node}_{place}\" to=\"{leaving}\" fromLane=\"0\" toLane=\"0\" dir=\"{turn}\" state=\"M\"/>"
            );
        }
    }

    /// An hour of trips from one end of the town to another, as a `.rou.xml`.
    pub fn demand(&self) -> String {
        let mut ends: Vec<((i64, i64), (i64, i64))> = Vec::new();
        for at in self.crossings() {
            for arm in 0..4 {
                let beside = self.neighbour(at.0, at.1, arm);
                if !self.inside(beside.0, beside.1) {
                    ends.push((beside, at));
                }
            }
        }
        let mut text = String::from(
            "<routes>\n <vType id=\"car\" speedDev=\"0.1\"/>\n <vType id=\"bus\" vClass=\"bus\"/>\n",
        );
        for trip in 0..self.vehicles {
            let draw = |what| chance::unit(self.seed, trip as u64, what);
            let from = (draw(0) * ends.len() as f64) as usize;
            let to = (from + 1 + (draw(1) * (ends.len() - 1) as f64) as usize) % ends.len();
            let depart = trip as f64 * 3600.0 / self.vehicles as f64;
            let kind = if draw(2) < 0.05 { "bus" } else { "car" };
            let (from, to) = (self.link(ends[from].0, ends[from].1), self.link(ends[to].1, ends[to].0));
            let _ = writeln!(
                text,
                " <trip id=\"{trip}\" type=\"{kind}\" depart=\"{depart:.2}\" from=\"{from}\" to=\"{to}\"/>"
            );
        }
        text.push_str("</routes>\n");
        text
    }
}

fn lane(text: &mut String, link: &str, speed: f64, shape: &[Point]) {
    let points: Vec<String> = shape.iter().map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
    let length = crate::net::shape::length(shape);
    let _ = writeln!(
        text,
        "  <lane id=\"{link}_0\" index=\"0\" speed=\"{speed}\" length=\"{length:.2}\" shape=\"{}\"/>",
        points.join(" ")
    );
}
