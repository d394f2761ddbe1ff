//! Charts as SVG, one file that any browser shows and any printer prints.

use super::chart::{Chart, Kind};
use super::pareto::Share;
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 40.0;
const STYLE: &str = "text{font:13px 'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;fill:#222}\
    .title{font-size:16px;font-weight:600}.limit{stroke:#b3261e;stroke-dasharray:6 4;fill:none}\
    .centre{stroke:#2e6b3f;fill:none}.line{stroke:#30506e;stroke-width:1.5;fill:none}.axis{stroke:#888;fill:none}\
    .point{fill:#30506e}.out{fill:#b3261e}.few{fill:#b3261e}.many{fill:#8aa4bd}.right{text-anchor:end}\
    .middle{text-anchor:middle}";

/// Control charts, one below the other.
pub fn charts(charts: &[Chart], labels: &[String]) -> String {
    let mut out = head(HEIGHT * charts.len() as f64);
    for (at, chart) in charts.iter().enumerate() {
        let _ = write!(out, "<g transform=\"translate(0 {})\">", HEIGHT * at as f64);
        panel(&mut out, chart, labels);
        out.push_str("</g>\n");
    }
    out + "</svg>\n"
}

/// A Pareto diagram: columns from the highest, and the line of what they sum to, both by their shares of all.
pub fn pareto(shares: &[Share]) -> String {
    let mut out = head(HEIGHT + 120.0);
    title(&mut out, "排列图 Pareto");
    let all = shares.iter().map(|share| share.count as f64).sum::<f64>().max(1.0);
    let step = (WIDTH - LEFT - RIGHT) / shares.len().max(1) as f64;
    let (mut line, floor) = (String::new(), HEIGHT - BOTTOM);
    let inner = floor - TOP;
    for (at, share) in shares.iter().enumerate() {
        let (x, height) = (LEFT + step * at as f64, inner * share.count as f64 / all);
        let class = if share.vital { "few" } else { "many" };
        let (y, width, name) = (floor - height, step * 0.8, escaped(&share.name));
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\">\
             <title>{name}: {}</title></rect>",
            share.count
        );
        let (middle, below) = (x + width / 2.0, floor + 16.0);
        let _ = writeln!(
            out,
            "<text x=\"{middle:.1}\" y=\"{below:.1}\" transform=\"rotate(35 {middle:.1} {below:.1})\">{name} {}</text>",
            share.count
        );
        let _ = write!(
            line,
            "{}{middle:.1} {:.1}",
            if at == 0 { "M" } else { " L" },
            floor - inner * share.cumulated
        );
    }
    let _ = writeln!(out, "<path class=\"line\" d=\"{line}\"/>");
    for tenth in [0u8, 5, 8, 10] {
        let y = floor - inner * f64::from(tenth) / 10.0;
        let _ = writeln!(
            out,
            "<text class=\"right\" x=\"{}\" y=\"{:.1}\">{} %</text>",
            LEFT - 8.0,
            y + 4.0,
            tenth * 10
        );
        let _ = writeln!(out, "<path class=\"axis\" d=\"M{} {y:.1} H{}\"/>", LEFT - 4.0, LEFT);
    }
    out + "</svg>\n"
}

fn head(height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
         <style>{STYLE}</style>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    )
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "<text class=\"title\" x=\"{LEFT}\" y=\"26\">{}</text>", escaped(text));
}

fn panel(out: &mut String, chart: &Chart, labels: &[String]) {
    let name = match chart.kind {
        Kind::P => "p 图：不合格品率 fraction defective",
        Kind::U => "u 图：单位缺陷数 defects a piece",
        Kind::Mean => "X\u{304} 图：均值 means",
        Kind::Range => "R 图：极差 ranges",
    };
    title(out, name);
    let all = || chart.points.iter().flat_map(|point| [point.value, point.lower, point.upper]);
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let room = if most > least { (most - least) * 0.06 } else { 1.0 };
    let (least, most) = (least - room, most + room);
    let step = (WIDTH - LEFT - RIGHT) / chart.points.len().max(1) as f64;
    let x = |at: usize| LEFT + step * (at as f64 + 0.5);
    let y = |value: f64| HEIGHT - BOTTOM - (value - least) / (most - least) * (HEIGHT - TOP - BOTTOM);
    let (mut upper, mut lower, mut line) = (String::new(), String::new(), String::new());
    for (at, point) in chart.points.iter().enumerate() {
        let (from, to) = (x(at) - step / 2.0, x(at) + step / 2.0);
        let start = if at == 0 { "M" } else { "L" };
        let _ = write!(upper, "{start}{from:.1} {0:.1} H{to:.1} ", y(point.upper));
        let _ = write!(lower, "{start}{from:.1} {0:.1} H{to:.1} ", y(point.lower));
        let _ = write!(line, "{start}{:.1} {:.1} ", x(at), y(point.value));
    }
    let _ = writeln!(out, "<path class=\"limit\" d=\"{upper}\"/><path class=\"limit\" d=\"{lower}\"/>");
    let _ = writeln!(out, "<path class=\"centre\" d=\"M{LEFT} {:.1} H{}\"/>", y(chart.centre), WIDTH - RIGHT);
    let _ = writeln!(out, "<path class=\"line\" d=\"{line}\"/>");
    let out_of = |at: usize| chart.breaks.iter().filter(move |found| found.at == at);
    let every = chart.points.len().div_ceil(24);
    for (at, point) in chart.points.iter().enumerate() {
        let label = labels.get(at).map_or_else(String::new, |label| escaped(label));
        let said: Vec<String> =
            out_of(at).map(|found| format!("{} {}", found.rule.words().1, found.rule.words().0)).collect();
        let (class, radius) = if said.is_empty() { ("point", 3.0) } else { ("out", 5.0) };
        let _ = writeln!(
            out,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"><title>{label}: {:.4} {}</title></circle>",
            x(at),
            y(point.value),
            point.value,
            said.join("; ")
        );
        if at % every == 0 {
            let _ = writeln!(
                out,
                "<text class=\"middle\" x=\"{:.1}\" y=\"{}\">{label}</text>",
                x(at),
                HEIGHT - BOTTOM + 20.0
            );
        }
    }
    let ends = chart.points.last().map_or([0.0; 2], |point| [point.lower, point.upper]);
    for (value, name) in [(ends[0], "LCL"), (chart.centre, "CL"), (ends[1], "UCL")] {
        let _ = writeln!(
            out,
            "<text class=\"right\" x=\"{}\" y=\"{:.1}\">{name} {}</text>",
            LEFT - 6.0,
            y(value) + 4.0,
            figure(value)
        );
    }
}

/// A number with four digits that count.
fn figure(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (3.0 - value.abs().log10().floor()).clamp(0.0, 6.0) as usize };
    format!("{value:.digits$}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
