//! A layout as a drawing, in its own measures.

use super::{Layout, Pieces};
use std::fmt::Write as _;

/// Draws a layout as SVG: the strip, its pieces with their numbers, and what it comes to.
pub fn layout(pieces: &Pieces, layout: &Layout, density: f64) -> String {
    let (length, width) = (layout.length, pieces.width);
    let head = width * 0.05;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {length:.3} {:.3}\" font-family=\"sans-serif\">\n\
         <title>{}</title>\n<text x=\"0\" y=\"{:.3}\" font-size=\"{:.3}\">{}: {:.3} × {:.3}, {:.3} %</text>\n\
         <g transform=\"matrix(1 0 0 -1 0 {:.3})\" stroke=\"#2c4f6e\" stroke-width=\"{:.4}\">\n\
         <rect width=\"{length:.6}\" height=\"{width:.6}\" fill=\"#f4f1ea\"/>\n",
        width + head,
        escaped(&pieces.name),
        head * 0.75,
        head * 0.7,
        escaped(&pieces.name),
        length,
        width,
        density * 100.0,
        width + head,
        width / 800.0,
    );
    let mut numbers = String::new();
    for placed in &layout.placed {
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == placed.piece) else { continue };
        let Ok(region) = piece.shape.placed(placed.mirrored, placed.turn, placed.to) else { continue };
        let mut path = String::new();
        for outline in region.outlines() {
            for (at, (x, y)) in outline.iter().enumerate() {
                let _ = write!(path, "{}{x:.6} {y:.6}", if at == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        let fill = if placed.mirrored { "#c9d9c3" } else { "#d7e0ea" };
        let _ = writeln!(out, "<path fill=\"{fill}\" fill-rule=\"evenodd\" d=\"{path}\"/>");
        let (low, high) = region.bounds();
        let ((x, y), (to_x, to_y)) = (low.units(), high.units());
        let size = ((to_x - x).min(to_y - y) * 0.4).min(width * 0.03);
        let _ = writeln!(
            numbers,
            "<text x=\"{:.3}\" y=\"{:.3}\" font-size=\"{size:.3}\" text-anchor=\"middle\">{}</text>",
            (x + to_x) / 2.0,
            width + head - (y + to_y) / 2.0 + size * 0.35,
            placed.piece
        );
    }
    let _ = write!(out, "</g>\n{numbers}</svg>\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
