//! A layout as a drawing, in its own measures.

use super::exact::Region;
use super::{Layout, Pieces};
use std::fmt::Write as _;

/// Draws a layout as SVG: the strip, its pieces with names, sizes and grain lines, and what it comes to.
pub fn layout(pieces: &Pieces, layout: &Layout, density: f64) -> String {
    let (length, width) = (layout.length, pieces.width);
    let head = width * 0.05;
    let title = format!("{}: {length:.3} × {width:.3}, {:.3} %", pieces.name, density * 100.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {length:.3} {:.3}\" font-family=\"sans-serif\">\n\
         <title>{}</title>\n<text x=\"0\" y=\"{:.3}\" font-size=\"{:.3}\">{}</text>\n\
         <g transform=\"matrix(1 0 0 -1 0 {:.3})\" stroke=\"#2c4f6e\" stroke-width=\"{:.4}\">\n\
         <rect width=\"{length:.6}\" height=\"{width:.6}\" fill=\"#f4f1ea\"/>\n",
        width + head,
        escaped(&pieces.name),
        head * 0.75,
        (head * 0.7).min(length / ems(&title)),
        escaped(&title),
        width + head,
        width / 800.0,
    );
    cloth(pieces, length, &mut out);
    let mut numbers = String::new();
    for placed in &layout.placed {
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == placed.piece) else { continue };
        let Ok(region) = piece.shape.placed(placed.mirrored, placed.turn, placed.to) else { continue };
        let fill = if placed.mirrored { "#c9d9c3" } else { "#d7e0ea" };
        let _ = writeln!(out, "<path fill=\"{fill}\" fill-rule=\"evenodd\" d=\"{}\"/>", traced(&region));
        if let Some(own) = piece.matching.as_ref().filter(|_| pieces.cloth.repeat.is_some()) {
            let (x, y) = placed.at(own.at);
            let arm = width * 0.008;
            let _ = writeln!(
                out,
                "<path fill=\"none\" stroke=\"#b3372f\" d=\"M{:.6} {y:.6}h{:.6}M{x:.6} {:.6}v{:.6}\"/>",
                x - arm,
                arm * 2.0,
                y - arm,
                arm * 2.0
            );
        }
        let (low, high) = region.bounds();
        let ((x, y), (to_x, to_y)) = (low.units(), high.units());
        let label = placed.label(piece);
        let size = ((to_y - y) * 0.4).min(width * 0.03).min((to_x - x) * 0.8 / ems(&label));
        if let Some(ends) = piece.marks.grain {
            out.push_str(&grain(ends.map(|end| placed.at(end)), width));
        }
        let _ = writeln!(
            numbers,
            "<text x=\"{:.3}\" y=\"{:.3}\" font-size=\"{size:.3}\" text-anchor=\"middle\">{}</text>",
            (x + to_x) / 2.0,
            width + head - (y + to_y) / 2.0 + size * 0.35,
            escaped(&label)
        );
    }
    let _ = write!(out, "</g>\n{numbers}</svg>\n");
    out
}

/// How wide a text is, measured by its height: Chinese letters are as wide as they are high.
fn ems(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { 0.6 } else { 1.0 }).sum::<f64>().max(1.0)
}

/// The line along the grain, with its head where it leads to.
fn grain([from, to]: [(f64, f64); 2], width: f64) -> String {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let arm = (width * 0.008) / x.hypot(y).max(1e-9);
    let (x, y) = (x * arm, y * arm);
    format!(
        "<path fill=\"none\" stroke=\"#7a8794\" d=\"M{:.6} {:.6}L{:.6} {:.6}M{:.6} {:.6}L{:.6} {:.6}L{:.6} {:.6}\"/>\n",
        from.0,
        from.1,
        to.0,
        to.1,
        to.0 - x - y * 0.5,
        to.1 - y + x * 0.5,
        to.0,
        to.1,
        to.0 - x + y * 0.5,
        to.1 - y - x * 0.5,
    )
}

/// The repeat's lines, the edges of narrower rolls, and flaws.
fn cloth(pieces: &Pieces, length: f64, out: &mut String) {
    let width = pieces.width;
    if let Some(repeat) = &pieces.cloth.repeat {
        // So fine a repeat is no more than a grey.
        let lines = |period: Option<f64>, origin: f64, end: f64| {
            let period = period.filter(|period| *period > width / 400.0);
            let first = period.map_or(0.0, |period| origin.rem_euclid(period));
            let count = period.map_or(0, |period| ((end - first) / period).floor().max(-1.0) as i64 + 1);
            (0..count).map(move |at| first + at as f64 * period.unwrap_or(0.0))
        };
        let mut path = String::new();
        for x in lines(repeat.along, repeat.origin.0, length) {
            let _ = write!(path, "M{x:.6} 0V{width:.6}");
        }
        for y in lines(repeat.across, repeat.origin.1, width) {
            let _ = write!(path, "M0 {y:.6}H{length:.6}");
        }
        let _ = writeln!(out, "<path fill=\"none\" stroke=\"#d9c9a3\" d=\"{path}\"/>");
    }
    for roll in &pieces.cloth.rolls {
        if roll.width < width {
            let _ = writeln!(
                out,
                "<path fill=\"none\" stroke=\"#b3372f\" stroke-dasharray=\"{0:.6} {0:.6}\" d=\"M0 {1:.6}H{length:.6}\"/>",
                width / 100.0,
                roll.width
            );
        }
        for (at, flaw) in (1..).zip(&roll.flaws) {
            let _ = writeln!(
                out,
                "<path fill=\"#e3a79f\" stroke=\"#b3372f\" fill-rule=\"evenodd\" d=\"{}\"><title>{}</title></path>",
                traced(flaw),
                escaped(&format!("flaw {at} of roll {}", roll.id))
            );
        }
    }
}

fn traced(region: &Region) -> String {
    let mut path = String::new();
    for outline in region.outlines() {
        for (at, (x, y)) in outline.iter().enumerate() {
            let _ = write!(path, "{}{x:.6} {y:.6}", if at == 0 { "M" } else { "L" });
        }
        path.push('Z');
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
