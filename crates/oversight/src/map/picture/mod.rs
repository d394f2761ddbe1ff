//! A graph as a drawing: dark on light, everything said in more than colour, each activity and each line a link.

mod layout;
mod words;

pub use words::Words;

use super::{Conformance, Follows, Lapses, Shown, Times};
use layout::{LABEL, Laid, Plan};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use words::{LETTERS, broken, escaped, width};

/// What stands beside the lines of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    /// How often.
    #[default]
    Count,
    /// In how many cases.
    Cases,
    /// How long on average.
    Mean,
    /// How long a half took at most.
    Median,
    /// How long nine in ten took at most.
    P90,
    /// How long at most.
    Longest,
}

impl Beside {
    /// Each with the word by which addresses and commands name it.
    pub const ALL: [(&'static str, Self); 6] = [
        ("count", Self::Count),
        ("cases", Self::Cases),
        ("mean", Self::Mean),
        ("median", Self::Median),
        ("p90", Self::P90),
        ("longest", Self::Longest),
    ];

    /// The one that is named so.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == word).map(|(_, beside)| *beside)
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|(_, other)| *other == self).unwrap_or(0)
    }

    /// The time that it speaks of; none for counts.
    pub fn time(self, times: &Times) -> Option<f64> {
        match self {
            Self::Count | Self::Cases => None,
            Self::Mean => Some(times.mean),
            Self::Median => Some(times.median),
            Self::P90 => Some(times.p90),
            Self::Longest => Some(times.longest),
        }
    }
}

/// What the colour of lines says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Nothing.
    #[default]
    Plain,
    /// How long.
    Time,
}

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Look<'l> {
    /// The graph.
    pub graph: &'l Follows,
    /// Its times.
    pub lapses: &'l Lapses,
    /// What of it.
    pub shown: &'l Shown,
    /// How it agrees with a procedure, and what could have followed what and never did; that decides the colours then.
    pub fit: Option<(&'l Conformance, &'l [(u32, u32)])>,
    /// What stands beside the lines.
    pub beside: Beside,
    /// What their colour says.
    pub colour: Colour,
    /// The words.
    pub words: &'l Words,
    /// What an activity is called.
    pub name: &'l dyn Fn(u32) -> String,
    /// Where an activity leads to, or, with two, a line.
    pub link: &'l dyn Fn(u32, Option<u32>) -> Option<String>,
}

const LINE: f64 = 17.0;
/// The room of the legend.
const ABOVE: f64 = 28.0;
const TEAL: &str = "#3d6b60";
const RED: &str = "#a3160d";
const AMBER: &str = "#8a5300";
const GREY: &str = "#6b7a74";
const INK: &str = "#0c2a23";
/// From short to long: each dark enough on white for a line.
const LONGER: [&str; 5] = ["#3d6b60", "#5f6a2e", "#8a5300", "#a33a0b", "#a3160d"];

/// The drawing as an SVG document of its own, which may stand within a page as well. The same gives the same bytes.
pub fn svg(look: &Look<'_>) -> String {
    Picture::new(look).drawn()
}

/// A line of the picture.
struct Line {
    from: usize,
    to: usize,
    /// Its place among the graph's edges; none where cases begin or end, or where nothing ever happened.
    edge: Option<usize>,
    never: Option<(u32, u32)>,
    count: u64,
    label: String,
}

struct Picture<'l> {
    look: &'l Look<'l>,
    /// Activities by their codes, with their names in lines and what else stands in their boxes.
    nodes: Vec<(u32, Vec<String>, String)>,
    begin: Option<usize>,
    end: Option<usize>,
    lines: Vec<Line>,
    most: u64,
    longest: f64,
    laid: Laid,
}

impl<'l> Picture<'l> {
    fn new(look: &'l Look<'l>) -> Self {
        let graph = look.graph;
        let node = |code: &u32| (*code, broken(&(look.name)(*code)), figure(look, *code));
        let nodes: Vec<(u32, Vec<String>, String)> = look.shown.activities.iter().map(node).collect();
        let place: BTreeMap<u32, usize> = nodes.iter().zip(0..).map(|((code, ..), at)| (*code, at)).collect();
        let any = |counts: &[u64]| {
            place.keys().any(|code| counts.get(*code as usize).is_some_and(|count| *count > 0))
        };
        let begin = any(&graph.first).then_some(nodes.len());
        let end = any(&graph.last).then_some(nodes.len() + usize::from(begin.is_some()));
        let mut lines: Vec<Line> = Vec::new();
        let bare = |from, to, count| Line { from, to, edge: None, never: None, count, label: String::new() };
        for (code, at) in &place {
            let of = |counts: &[u64]| counts.get(*code as usize).copied().filter(|count| *count > 0);
            lines.extend(begin.zip(of(&graph.first)).map(|(begin, count)| bare(begin, *at, count)));
            lines.extend(end.zip(of(&graph.last)).map(|(end, count)| bare(*at, end, count)));
        }
        for at in &look.shown.edges {
            let Some(edge) = graph.edges.get(*at) else { continue };
            let (Some(from), Some(to)) = (place.get(&edge.from), place.get(&edge.to)) else { continue };
            let label = beside(look, *at);
            lines.push(Line { from: *from, to: *to, edge: Some(*at), never: None, count: edge.count, label });
        }
        for pair in look.fit.map(|(_, never)| never).unwrap_or_default() {
            let (Some(from), Some(to)) = (place.get(&pair.0), place.get(&pair.1)) else { continue };
            if graph.place(pair.0, pair.1).is_none() {
                lines.push(Line { never: Some(*pair), ..bare(*from, *to, 0) });
            }
        }
        let most = graph.count.iter().copied().max().unwrap_or(1).max(1);
        let time = |at: &usize| look.lapses.edges.get(*at).map_or(0.0, |times| time_of(look, times));
        let longest = look.shown.edges.iter().map(time).fold(1.0, f64::max);
        let laid = plan(&nodes, begin, end, &lines, most).lay();
        Self { look, nodes, begin, end, lines, most, longest, laid }
    }

    fn drawn(&self) -> String {
        let legend = self.legend();
        let (width, height) = (self.laid.width.max(legend.0), self.laid.height + ABOVE);
        let mut svg = String::new();
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" font-family=\"system-ui, 'Noto Sans CJK SC', sans-serif\" font-size=\"{LETTERS}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<defs>"
        );
        for colour in [TEAL, AMBER, RED, GREY]
            .iter()
            .chain(LONGER.iter().filter(|one| ![TEAL, AMBER, RED].contains(*one)))
        {
            let _ = write!(
                svg,
                "<marker id=\"a{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
                 markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"{colour}\"/></marker>",
                colour.trim_start_matches('#')
            );
        }
        let _ = write!(
            svg,
            "</defs>\n<g aria-hidden=\"true\" font-size=\"12\" fill=\"{INK}\" transform=\"translate(14 10)\">{}</g>\n\
             <g transform=\"translate(0 {ABOVE:.0})\">\n<g fill=\"none\" aria-hidden=\"true\">\n",
            legend.1
        );
        self.paths(&mut svg);
        svg.push_str("</g>\n");
        self.ends(&mut svg);
        svg.push_str("<g text-anchor=\"middle\">\n");
        self.boxes(&mut svg);
        self.labels(&mut svg);
        svg.push_str("</g>\n</g>\n</svg>\n");
        svg
    }

    /// The colour of a line, and how it is broken.
    fn stroke(&self, line: &Line) -> (&'static str, &'static str) {
        if line.never.is_some() {
            return (GREY, "2 5");
        }
        let Some(at) = line.edge else { return (GREY, "5 4") };
        if let Some((fit, _)) = self.look.fit {
            return match fit.edges.get(at).copied().unwrap_or_default() {
                [_, 0] => (TEAL, ""),
                [0, _] => (RED, "9 3"),
                _ => (AMBER, "14 3 3 3"),
            };
        }
        if self.look.colour == Colour::Plain {
            return (TEAL, "");
        }
        let seconds = self.look.lapses.edges.get(at).map_or(0.0, |times| time_of(self.look, times));
        let share = (1.0 + seconds).ln() / (1.0 + self.longest).ln();
        (step(share), "")
    }

    fn paths(&self, svg: &mut String) {
        for (line, laid) in self.lines.iter().zip(&self.laid.lines) {
            let share = line.count as f64 / self.most as f64;
            let wide = if line.never.is_some() { 1.0 } else { 1.0 + 5.0 * share.sqrt() };
            let (colour, dash) = self.stroke(line);
            let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
            let _ = writeln!(
                svg,
                "<path d=\"{}\" stroke=\"{colour}\" stroke-width=\"{wide:.1}\"{dash} marker-end=\"url(#a{})\"/>",
                laid.path,
                colour.trim_start_matches('#')
            );
        }
    }

    /// What stands beside the lines, over all of them, so that none is crossed out; each a link as large as a finger needs.
    fn labels(&self, svg: &mut String) {
        for (line, laid) in self.lines.iter().zip(&self.laid.lines) {
            let (Some((x, y)), Some(edge)) =
                (laid.label, line.edge.and_then(|at| self.look.graph.edges.get(at)))
            else {
                continue;
            };
            let (colour, _) = self.stroke(line);
            let wide = label_width(&line.label);
            let label = escaped(&line.label);
            let link = (self.look.link)(edge.from, Some(edge.to));
            let name = |code| (self.look.name)(code);
            let told =
                format!("{} → {}{}{}", name(edge.from), name(edge.to), self.look.words.colon, line.label);
            open(svg, link.as_deref(), Some(&told));
            let _ = write!(
                svg,
                "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"{wide:.0}\" height=\"{LABEL}\" rx=\"3\" fill=\"#fff\"/>\
                 <text x=\"{x:.0}\" y=\"{:.0}\" font-size=\"12\" fill=\"{}\">{label}</text>",
                x - wide / 2.0,
                y - LABEL / 2.0,
                y + 4.0,
                if colour == TEAL { "#23463d" } else { colour }
            );
            close(svg, link.as_deref());
        }
    }

    fn ends(&self, svg: &mut String) {
        for (place, inner) in [(self.begin, false), (self.end, true)] {
            let Some((x, y, ..)) = place.and_then(|place| self.laid.boxes.get(place)) else { continue };
            let _ = match inner {
                false => writeln!(svg, "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"9\" fill=\"{INK}\"/>"),
                true => writeln!(
                    svg,
                    "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"9\" fill=\"#fff\" stroke=\"{INK}\" stroke-width=\"2\"/>\
                     <circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"5\" fill=\"{INK}\"/>"
                ),
            };
        }
    }

    fn boxes(&self, svg: &mut String) {
        for ((code, name, figure), (x, y, wide, high)) in self.nodes.iter().zip(&self.laid.boxes) {
            let count = self.look.graph.count.get(*code as usize).copied().unwrap_or(0);
            let (fill, ink) = shade(count as f64 / self.most as f64);
            let link = (self.look.link)(*code, None);
            let told = format!("{}{}{figure}", name.concat(), self.look.words.colon);
            open(svg, link.as_deref(), Some(told.as_str()).filter(|_| link.is_none()));
            let (left, top) = (x - wide / 2.0, y - high / 2.0);
            let _ = write!(
                svg,
                "<rect x=\"{left:.0}\" y=\"{top:.0}\" width=\"{wide:.0}\" height=\"{high:.0}\" rx=\"7\" fill=\"{fill}\" \
                 stroke=\"#0b4a3c\"/>"
            );
            for (at, text) in name.iter().chain([figure]).enumerate() {
                let line = top + 5.0 + LINE * (at as f64 + 0.78);
                let weight = if at < name.len() { " font-weight=\"600\"" } else { "" };
                let text = escaped(text.trim_end());
                let _ =
                    write!(svg, "<text x=\"{x:.0}\" y=\"{line:.0}\" fill=\"{ink}\"{weight}>{text}</text> ");
            }
            close(svg, link.as_deref());
        }
    }

    /// What the lines say, and how wide that is.
    fn legend(&self) -> (f64, String) {
        let (words, mut x, mut out) = (self.look.words, 0.0, String::new());
        let mut put = |stroke: &str, dash: &str, wide: f64, text: &str| {
            let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
            if !stroke.is_empty() {
                let _ = write!(
                    out,
                    "<path d=\"M{x:.0} 8h26\" stroke=\"{stroke}\" stroke-width=\"{wide}\"{dash}/>"
                );
                x += 32.0;
            }
            let _ = write!(out, "<text x=\"{x:.0}\" y=\"12\">{}</text>", escaped(text));
            x += width(text) * 0.95 + 18.0;
        };
        let beside = words.beside.get(self.look.beside.place()).copied().unwrap_or_default();
        put("", "", 0.0, beside);
        put(TEAL, "", 4.0, words.often);
        if self.look.fit.is_some() {
            let [right, wrong, both, never] = words.fits;
            put(TEAL, "", 2.0, right);
            put(RED, "9 3", 2.0, wrong);
            put(AMBER, "14 3 3 3", 2.0, both);
            put(GREY, "2 5", 1.0, never);
        } else if self.look.colour == Colour::Time {
            let (last, first) = (LONGER.len() - 1, &LONGER[..LONGER.len() - 1]);
            first.iter().for_each(|colour| put(colour, "", 3.0, ""));
            put(LONGER[last], "", 3.0, words.longer);
        }
        (x + 28.0, out)
    }
}

/// The time by which lines are coloured.
fn time_of(look: &Look<'_>, times: &Times) -> f64 {
    look.beside.time(times).unwrap_or(times.median)
}

fn step(share: f64) -> &'static str {
    let bounds = [0.45, 0.65, 0.8, 0.92];
    let at = bounds.iter().filter(|bound| share > **bound).count();
    LONGER.get(at).copied().unwrap_or(TEAL)
}

/// What stands beside an edge.
fn beside(look: &Look<'_>, at: usize) -> String {
    let (Some(edge), Some(times)) = (look.graph.edges.get(at), look.lapses.edges.get(at)) else {
        return String::new();
    };
    match look.beside {
        Beside::Count => edge.count.to_string(),
        Beside::Cases => edge.cases.to_string(),
        timed => timed.time(times).map(|seconds| look.words.span(seconds)).unwrap_or_default(),
    }
}

/// What stands in an activity's box below its name: how often, and with times how long was waited for it.
fn figure(look: &Look<'_>, code: u32) -> String {
    let of = |counts: &[u64]| counts.get(code as usize).copied().unwrap_or(0);
    let waits = look.lapses.waits.get(code as usize).copied().flatten();
    match look.beside {
        Beside::Count => of(&look.graph.count).to_string(),
        Beside::Cases => of(&look.graph.cases).to_string(),
        timed => {
            let waited = waits.and_then(|times| timed.time(&times)).map(|seconds| look.words.span(seconds));
            let count = of(&look.graph.count);
            waited.map_or_else(|| count.to_string(), |waited| format!("{count} · {waited}"))
        }
    }
}

fn box_size(name: &[String], figure: &str) -> (f64, f64) {
    let widest = name.iter().map(|line| width(line)).fold(width(figure).max(56.0), f64::max);
    (widest + 24.0, LINE * (name.len() as f64 + 1.0) + 10.0)
}

fn label_width(label: &str) -> f64 {
    if label.is_empty() { 0.0 } else { (width(label) * 0.92 + 8.0).max(24.0) }
}

fn plan(
    nodes: &[(u32, Vec<String>, String)],
    begin: Option<usize>,
    end: Option<usize>,
    lines: &[Line],
    most: u64,
) -> Plan {
    // Wide enough for its lines to come in and go out side by side.
    let ports = |at: usize| {
        let others = || lines.iter().filter(|line| line.from != line.to);
        let (out, into) = (others().filter(|line| line.from == at), others().filter(|line| line.to == at));
        28.0 + 9.0 * out.count().max(into.count()) as f64
    };
    let sized = |(at, (_, name, figure)): (usize, &(u32, Vec<String>, String))| {
        let (wide, high) = box_size(name, figure);
        (wide.max(ports(at)), high)
    };
    let mut boxes: Vec<(f64, f64)> = nodes.iter().enumerate().map(sized).collect();
    boxes.extend([begin, end].iter().flatten().map(|_| (18.0, 18.0)));
    let weigh = |line: &Line| i32::try_from(1 + 8 * line.count / most).unwrap_or(1);
    let lines = lines.iter().map(|line| (line.from, line.to, weigh(line), label_width(&line.label)));
    Plan { boxes, lines: lines.collect() }
}

/// Begins a link, or a group that says what it is where there is none. What a link `told`s has what stands in it; without, it
/// is known by that alone.
fn open(svg: &mut String, link: Option<&str>, told: Option<&str>) {
    let _ = match (link, told) {
        (Some(link), Some(told)) => {
            write!(svg, "<a href=\"{}\" aria-label=\"{}\">", escaped(link), escaped(told))
        }
        (Some(link), None) => write!(svg, "<a href=\"{}\">", escaped(link)),
        (None, told) => write!(svg, "<g><title>{}</title>", escaped(told.unwrap_or_default())),
    };
}

fn close(svg: &mut String, link: Option<&str>) {
    svg.push_str(if link.is_some() { "</a>\n" } else { "</g>\n" });
}

/// The colour of an activity and of the letters on it: light to dark, readable throughout.
fn shade(share: f64) -> (String, &'static str) {
    let strength = share.clamp(0.0, 1.0).sqrt();
    // The letters turn white where the ground is dark enough for them; what lies between is passed over.
    let strength = if strength > 0.5 { 0.72 + (strength - 0.5) * 0.56 } else { strength * 0.6 };
    let between = |light: f64, dark: f64| (light + (dark - light) * strength).round();
    let fill = format!("rgb({},{},{})", between(238.0, 14.0), between(246.0, 93.0), between(243.0, 77.0));
    (fill, if strength > 0.55 { "#fff" } else { INK })
}
