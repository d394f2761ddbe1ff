//! Where everything of a picture stands: layers from top to bottom, lines that run straight through each layer and bend
//! between them, so that none crosses an activity or what stands beside another line.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The height of what stands beside a line, and half of it with some air.
pub(super) const LABEL: f64 = 18.0;
const HALF_LABEL: f64 = LABEL / 2.0 + 1.0;
/// How far the ends of lines stay from an activity's corners.
const CORNER: f64 = 14.0;
const MARGIN: f64 = 14.0;

/// What is to be laid out: boxes and lines between them, by their places.
#[derive(Default)]
pub(super) struct Plan {
    /// Width and height of each box.
    pub boxes: Vec<(f64, f64)>,
    /// From where, to where, how heavy, and how wide what stands beside it is; 0 for nothing.
    pub lines: Vec<(usize, usize, i32, f64)>,
}

/// Where it all came to stand.
pub(super) struct Laid {
    pub width: f64,
    pub height: f64,
    /// The middle of each box, with its width and height.
    pub boxes: Vec<(f64, f64, f64, f64)>,
    /// Each line, and the middle of what stands beside it.
    pub lines: Vec<Line>,
}

#[derive(Default, Clone)]
pub(super) struct Line {
    pub path: String,
    pub label: Option<(f64, f64)>,
}

type Point = (f64, f64);
/// An end of a line at a box: where the line comes from, which line, and whether it begins there.
type End = (f64, usize, bool);

impl Plan {
    pub(super) fn lay(&self) -> Laid {
        let mut graph: Graph<NodeLabel, EdgeLabel> =
            Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
        let key = |place: usize| format!("n{place}");
        for (place, (width, height)) in self.boxes.iter().enumerate() {
            let label = NodeLabel { width: *width, height: *height, ..NodeLabel::default() };
            graph.set_node(key(place), Some(label));
        }
        for (from, to, weight, wide) in &self.lines {
            let height = if *wide > 0.0 { LABEL } else { 0.0 };
            let (width, weight, labelpos) = (*wide, *weight, LabelPos::Center);
            let label = EdgeLabel { width, height, weight, labelpos, ..EdgeLabel::default() };
            graph.set_edge(key(*from), key(*to), Some(label), None);
        }
        let options = LayoutOptions {
            nodesep: 26.0,
            edgesep: 12.0,
            ranksep: 56.0,
            marginx: MARGIN,
            marginy: MARGIN,
            ..LayoutOptions::default()
        };
        dagre::layout(&mut graph, Some(options));
        let middle = |place: usize| {
            let node = graph.node(&key(place));
            node.and_then(|node| Some((node.x?, node.y?))).unwrap_or_default()
        };
        let boxes: Vec<Point> = (0..self.boxes.len()).map(middle).collect();
        let routes: Vec<Route> = self
            .lines
            .iter()
            .map(|(from, to, ..)| {
                let edge = graph.edge(&key(*from), &key(*to), None);
                let points = edge.map(|edge| edge.points.iter().map(|point| (point.x, point.y)).collect());
                let label = edge.filter(|edge| edge.width > 0.0).and_then(|edge| Some((edge.x?, edge.y?)));
                Route { from: *from, to: *to, points: points.unwrap_or_default(), label }
            })
            .collect();
        Drawing { plan: self, boxes, routes }.drawn()
    }
}

struct Route {
    from: usize,
    to: usize,
    points: Vec<Point>,
    label: Option<Point>,
}

struct Drawing<'a> {
    plan: &'a Plan,
    boxes: Vec<Point>,
    routes: Vec<Route>,
}

impl Drawing<'_> {
    fn drawn(self) -> Laid {
        let ports = self.ports();
        let rows = self.rows();
        let mut lines: Vec<Line> = Vec::new();
        let mut far = (f64::MAX, 0.0_f64, 0.0_f64);
        let mut reach = |x: f64, y: f64| far = (far.0.min(x), far.1.max(x), far.2.max(y));
        for ((x, y), (width, height)) in self.boxes.iter().zip(&self.plan.boxes) {
            reach(x - width / 2.0, y + height / 2.0);
            reach(x + width / 2.0, y + height / 2.0);
        }
        for (route, ends) in self.routes.iter().zip(&ports) {
            let (path, label) = match route.from == route.to {
                true => self.round(route),
                false => (through(route, *ends, &rows), route.label),
            };
            for (x, y) in &route.points {
                reach(*x, *y);
            }
            let wide = label.map_or(0.0, |_| self.wide(route));
            if let Some((x, y)) = label {
                reach(x - wide / 2.0, y);
                reach(x + wide / 2.0, y + HALF_LABEL);
            }
            lines.push(Line { path, label });
        }
        let (left, right, bottom) = far;
        let shift = MARGIN - left.min(MARGIN);
        if shift > 0.5 {
            return self.again(shift);
        }
        Laid {
            width: right + MARGIN,
            height: bottom + MARGIN,
            boxes: self.boxes.iter().zip(&self.plan.boxes).map(|((x, y), (w, h))| (*x, *y, *w, *h)).collect(),
            lines,
        }
    }

    /// The same, further to the right: lines reached out beyond the margin.
    fn again(self, shift: f64) -> Laid {
        let moved = |(x, y): Point| (x + shift, y);
        let boxes = self.boxes.into_iter().map(moved).collect();
        let routes = self.routes.into_iter().map(|route| Route {
            points: route.points.into_iter().map(moved).collect(),
            label: route.label.map(moved),
            ..route
        });
        Drawing { plan: self.plan, boxes, routes: routes.collect() }.drawn()
    }

    fn wide(&self, route: &Route) -> f64 {
        let same = |line: &&(usize, usize, i32, f64)| (line.0, line.1) == (route.from, route.to);
        self.plan.lines.iter().find(same).map_or(0.0, |line| line.3)
    }

    /// Where each line leaves and enters: side by side along the edges of the boxes, in the order in which the lines come.
    fn ports(&self) -> Vec<(Point, Point)> {
        // By box and side: the lines with the place that they come from.
        let mut sides: BTreeMap<(usize, bool), Vec<End>> = BTreeMap::new();
        for (line, route) in self.routes.iter().enumerate().filter(|(_, route)| route.from != route.to) {
            for (of, at_begin) in [(route.from, true), (route.to, false)] {
                let beside = match (at_begin, route.points.len()) {
                    (true, count) if count > 2 => route.points.get(1),
                    (false, count) if count > 2 => route.points.get(count - 2),
                    (true, _) => self.boxes.get(route.to),
                    (false, _) => self.boxes.get(route.from),
                };
                let (Some((x, y)), Some((_, middle))) = (beside, self.boxes.get(of)) else { continue };
                sides.entry((of, y > middle)).or_default().push((*x, line, at_begin));
            }
        }
        let mut ports = vec![(Point::default(), Point::default()); self.routes.len()];
        for ((of, below), mut ends) in sides {
            ends.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let (Some((x, y)), Some((width, height))) = (self.boxes.get(of), self.plan.boxes.get(of)) else {
                continue;
            };
            let room = (width - 2.0 * CORNER).max(0.0);
            let count = ends.len();
            for (place, (_, line, at_begin)) in ends.into_iter().enumerate() {
                let share = (place as f64 + 0.5) / count as f64;
                let port =
                    (x - room / 2.0 + room * share, y + if below { height / 2.0 } else { -height / 2.0 });
                if let Some(ports) = ports.get_mut(line) {
                    if at_begin { ports.0 = port } else { ports.1 = port }
                }
            }
        }
        ports
    }

    /// Half the height of each layer, by where its middle is.
    fn rows(&self) -> BTreeMap<i64, f64> {
        let mut rows: BTreeMap<i64, f64> = BTreeMap::new();
        let mut put = |y: f64, half: f64| {
            let row = rows.entry(key_of(y)).or_default();
            *row = row.max(half);
        };
        for ((_, y), (_, height)) in self.boxes.iter().zip(&self.plan.boxes) {
            put(*y, height / 2.0 + 2.0);
        }
        for route in self.routes.iter().filter(|route| route.from != route.to) {
            if let Some((_, y)) = route.label {
                put(y, HALF_LABEL);
            }
        }
        rows
    }

    /// From the side of a box round to the same side.
    fn round(&self, route: &Route) -> (String, Option<Point>) {
        let (Some((x, y)), Some((width, height))) =
            (self.boxes.get(route.from), self.plan.boxes.get(route.from))
        else {
            return (String::new(), None);
        };
        let (side, up) = (x + width / 2.0, height / 4.0);
        let far = side + 30.0;
        let path = format!(
            "M{side:.0} {:.0}C{far:.0} {:.0} {far:.0} {:.0} {side:.0} {:.0}",
            y - up,
            y - up - 6.0,
            y + up + 6.0,
            y + up
        );
        (path, route.label.map(|_| (side + 25.0 + self.wide(route) / 2.0, *y)))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a place in a picture")]
fn key_of(y: f64) -> i64 {
    (y * 4.0).round() as i64
}

/// A line from box to box: straight within each layer, bending between two.
fn through(route: &Route, (start, end): (Point, Point), rows: &BTreeMap<i64, f64>) -> String {
    let mut path = String::new();
    let _ = write!(path, "M{:.0} {:.0}", start.0, start.1);
    let inner = route.points.get(1..route.points.len().saturating_sub(1)).unwrap_or_default();
    let down = end.1 >= start.1;
    let sign = if down { 1.0 } else { -1.0 };
    let mut last = start;
    let bend = |path: &mut String, last: Point, to: Point| {
        let middle = (last.1 + to.1) / 2.0;
        if (last.0 - to.0).abs() < 0.5 {
            let _ = write!(path, "L{:.0} {:.0}", to.0, to.1);
        } else {
            let _ =
                write!(path, "C{:.0} {middle:.0} {:.0} {middle:.0} {:.0} {:.0}", last.0, to.0, to.0, to.1);
        }
    };
    for (x, y) in inner {
        let half = rows.get(&key_of(*y)).copied().unwrap_or(0.0) * sign;
        let (enter, leave) = ((*x, y - half), (*x, y + half));
        // A layer that lies beside the box itself is none to be gone through.
        if (enter.1 - last.1) * sign <= 0.0 || (end.1 - leave.1) * sign < 0.0 {
            continue;
        }
        bend(&mut path, last, enter);
        if half != 0.0 {
            let _ = write!(path, "L{:.0} {:.0}", leave.0, leave.1);
        }
        last = leave;
    }
    bend(&mut path, last, end);
    path
}
