use super::{Follows, Shown};
use crate::log::Log;
use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};
use std::fmt::Write as _;

/// What stands beside the edges of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// How often.
    Count,
    /// How long on average.
    Time,
}

/// The height of a line of text, and the size of its letters.
const LINE: f64 = 17.0;
const LETTERS: f64 = 13.0;
/// Longer lines of a name are broken, where it has a blank or is in Chinese.
const WIDEST: f64 = 170.0;
const START: &str = "start";
const END: &str = "end";

/// A directly-follows graph as an SVG document of its own: activities darker the more often they happened, edges
/// wider. The same graph gives the same bytes.
pub fn svg(log: &Log, graph: &Follows, shown: &Shown, beside: Beside) -> String {
    let laid = Laid::out(log, graph, shown, beside);
    let (width, height) = laid.size();
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"system-ui, 'Noto Sans CJK SC', sans-serif\" font-size=\"{LETTERS}\">\n\
         <style>.e{{fill:none;stroke:#5b7a72}}.l{{fill:#33524a;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px}}\
         .n rect{{stroke:#0b4a3c}}.n text{{text-anchor:middle}}.p{{fill:#0b4a3c}}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"#5b7a72\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    laid.edges(&mut svg);
    laid.activities(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

struct Laid<'a> {
    follows: &'a Follows,
    graph: Graph<NodeLabel, EdgeLabel>,
    nodes: Vec<Node>,
    lines: Vec<Line>,
    most: u64,
}

/// An activity in the picture.
struct Node {
    key: String,
    code: u32,
    text: Vec<String>,
}

/// An edge in the picture: between two keys, with what stands beside it.
struct Line {
    from: String,
    to: String,
    count: u64,
    label: String,
}

impl<'a> Laid<'a> {
    fn out(log: &Log, follows: &'a Follows, shown: &Shown, beside: Beside) -> Self {
        let key = |code: u32| format!("a{code}");
        let named = |code: &u32| log.activities().get(*code as usize).map_or("", |name| name.as_str());
        let node = |code: &u32| Node { key: key(*code), code: *code, text: broken(named(code)) };
        let nodes: Vec<Node> = shown.activities.iter().map(node).collect();
        let mut lines: Vec<Line> = Vec::new();
        for (code, counts) in [(START, &follows.first), (END, &follows.last)] {
            for activity in &shown.activities {
                let count = counts.get(*activity as usize).copied().unwrap_or(0);
                if count > 0 {
                    let (from, to) = if code == START {
                        (START.into(), key(*activity))
                    } else {
                        (key(*activity), END.into())
                    };
                    lines.push(Line { from, to, count, label: String::new() });
                }
            }
        }
        for edge in shown.edges.iter().filter_map(|at| follows.edges.get(*at)) {
            let label = match beside {
                Beside::Count => edge.count.to_string(),
                Beside::Time => span(edge.seconds / edge.count.max(1) as f64),
            };
            lines.push(Line { from: key(edge.from), to: key(edge.to), count: edge.count, label });
        }
        let most = follows.count.iter().copied().max().unwrap_or(1).max(1);
        let graph = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
        let mut laid = Self { follows, graph, nodes, lines, most };
        laid.lay();
        laid
    }

    fn lay(&mut self) {
        for node in &self.nodes {
            let widest = node.text.iter().map(|line| width(line)).fold(60.0, f64::max);
            let height = LINE * (node.text.len() as f64 + 1.0) + 10.0;
            self.graph.set_node(
                node.key.as_str(),
                Some(NodeLabel { width: widest + 24.0, height, ..NodeLabel::default() }),
            );
        }
        for end in [START, END] {
            if self.lines.iter().any(|line| line.from == end || line.to == end) {
                self.graph
                    .set_node(end, Some(NodeLabel { width: 18.0, height: 18.0, ..NodeLabel::default() }));
            }
        }
        for line in &self.lines {
            let weight = i32::try_from(1 + 8 * line.count / self.most).unwrap_or(1);
            let (width, height) =
                if line.label.is_empty() { (0.0, 0.0) } else { (width(&line.label) * 0.85 + 8.0, 14.0) };
            let label =
                EdgeLabel { width, height, weight, labelpos: LabelPos::Center, ..EdgeLabel::default() };
            self.graph.set_edge(line.from.as_str(), line.to.as_str(), Some(label), None);
        }
        let options = LayoutOptions {
            nodesep: 28.0,
            edgesep: 14.0,
            ranksep: 34.0,
            marginx: 16.0,
            marginy: 16.0,
            ..LayoutOptions::default()
        };
        dagre::layout(&mut self.graph, Some(options));
    }

    /// How large the drawing is, with what edges reach beyond the activities.
    fn size(&self) -> (f64, f64) {
        let of_nodes = self.graph.nodes().into_iter().filter_map(|key| {
            let node = self.graph.node(&key)?;
            Some((node.x? + node.width / 2.0, node.y? + node.height / 2.0))
        });
        let of_edges = self.lines.iter().filter_map(|line| self.graph.edge(&line.from, &line.to, None));
        let of_edges = of_edges.flat_map(|edge| {
            let beside = edge.x.map(|x| x + edge.width / 2.0).unwrap_or(0.0);
            edge.points.iter().map(move |point| (point.x.max(beside), point.y))
        });
        let far =
            of_nodes.chain(of_edges).fold((40.0_f64, 40.0_f64), |far, at| (far.0.max(at.0), far.1.max(at.1)));
        (far.0 + 16.0, far.1 + 16.0)
    }

    fn edges(&self, svg: &mut String) {
        for line in &self.lines {
            let Some(edge) = self.graph.edge(&line.from, &line.to, None) else { continue };
            let share = line.count as f64 / self.most as f64;
            let wide = 0.9 + 4.5 * share.sqrt();
            let dash = if line.from == START || line.to == END { " stroke-dasharray=\"4 3\"" } else { "" };
            let points: Vec<(f64, f64)> = edge.points.iter().map(|point| (point.x, point.y)).collect();
            let _ = writeln!(
                svg,
                "<path class=\"e\" d=\"{}\" stroke-width=\"{wide:.1}\"{dash} marker-end=\"url(#a)\"/>",
                curve(&points)
            );
        }
        // Labels after all lines, so that none is crossed out.
        for line in self.lines.iter().filter(|line| !line.label.is_empty()) {
            let Some(edge) = self.graph.edge(&line.from, &line.to, None) else { continue };
            if let (Some(x), Some(y)) = (edge.x, edge.y) {
                let label = escaped(&line.label);
                let _ = writeln!(
                    svg,
                    "<text class=\"l\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                    y + 4.0
                );
            }
        }
    }

    fn activities(&self, svg: &mut String) {
        for end in [START, END] {
            if let Some((x, y)) = self.graph.node(end).and_then(|node| Some((node.x?, node.y?))) {
                let inner = if end == END { "<circle class=\"p\" r=\"5\"/>" } else { "" };
                let fill = if end == END {
                    "fill=\"none\" stroke=\"#0b4a3c\" stroke-width=\"2\""
                } else {
                    "class=\"p\""
                };
                let _ = writeln!(
                    svg,
                    "<g transform=\"translate({x:.1} {y:.1})\"><circle r=\"9\" {fill}/>{inner}</g>"
                );
            }
        }
        for node in &self.nodes {
            let Some(label) = self.graph.node(&node.key) else { continue };
            let (Some(x), Some(y)) = (label.x, label.y) else { continue };
            let count = self.follows.count.get(node.code as usize).copied().unwrap_or(0);
            let (fill, ink) = shade(count as f64 / self.most as f64);
            let (left, top) = (x - label.width / 2.0, y - label.height / 2.0);
            let _ = write!(
                svg,
                "<g class=\"n\" data-activity=\"{}\">\
                 <rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\" fill=\"{fill}\"/>",
                escaped(&node.text.concat()),
                label.width,
                label.height
            );
            let texts = node.text.iter().map(String::as_str);
            let number = count.to_string();
            for (at, text) in texts.chain([number.as_str()]).enumerate() {
                let line = top + 5.0 + LINE * (at as f64 + 0.78);
                let weight = if at < node.text.len() { " font-weight=\"600\"" } else { "" };
                let _ = write!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{line:.1}\" fill=\"{ink}\"{weight}>{}</text>",
                    escaped(text)
                );
            }
            svg.push_str("</g>\n");
        }
    }
}

/// Straight from the first point, round the corners between, straight to the last.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let Some(((x, y), rest)) = points.split_first() else { return path };
    let _ = write!(path, "M{x:.1} {y:.1}");
    for pair in rest.windows(2) {
        let [(x, y), (next_x, next_y)] = pair else { continue };
        let _ = write!(path, "Q{x:.1} {y:.1} {:.1} {:.1}", (x + next_x) / 2.0, (y + next_y) / 2.0);
    }
    if let Some((x, y)) = rest.last() {
        let _ = write!(path, "L{x:.1} {y:.1}");
    }
    path
}

/// The colour of an activity and of the letters on it: light to dark, readable throughout.
fn shade(share: f64) -> (String, &'static str) {
    let strength = share.clamp(0.0, 1.0).sqrt();
    let between = |light: f64, dark: f64| (light + (dark - light) * strength).round();
    let fill = format!("rgb({},{},{})", between(238.0, 14.0), between(246.0, 93.0), between(243.0, 77.0));
    (fill, if strength > 0.55 { "#fff" } else { "#0c2a23" })
}

/// How wide a text is, about: letters of Latin scripts by half their size, others by the whole.
fn width(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { 0.58 } else { 1.0 } * LETTERS).sum()
}

/// A name in lines of about the widest width.
fn broken(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split_inclusive(|letter: char| letter == ' ' || !letter.is_ascii()) {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && width(line) + width(word.trim_end()) > WIDEST);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines
}

/// A length of time in its largest fitting unit.
fn span(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1.0, "s"));
    let amount = seconds / size;
    if amount < 10.0 { format!("{amount:.1} {unit}") } else { format!("{amount:.0} {unit}") }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // What XML has no place for.
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
