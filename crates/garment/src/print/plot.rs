//! Markers for a plotter: a page as long and as wide as the cloth, 1:1, letters as their outlines so that no plotter lacks a
//! font.

use super::paper::{Font, NotPrinted};
use crate::marker::{Layout, Marks, Pieces};
use pdf_writer::{Content, Finish, Pdf, Rect, Ref};
use ttf_parser::OutlineBuilder;

/// Points of a millimetre.
const POINTS: f64 = 72.0 / 25.4;
/// The longest side of a page in its own units; a longer page counts in larger units.
const LONGEST: f64 = 14_400.0;
/// What is added to the length for the marker's title, in millimetres.
const END: f64 = 25.0;

/// A laid marker; its measures are taken as millimetres.
pub fn marker(
    pieces: &Pieces,
    layout: &Layout,
    density: f64,
    font: &Font<'_>,
) -> Result<Vec<u8>, NotPrinted> {
    let (length, width) = (layout.length + END, pieces.width);
    let unit = (length.max(width) * POINTS / LONGEST).ceil().max(1.0);
    let mut plot = Plot { content: Content::new(), scale: POINTS / unit, font };
    plot.content.set_line_width(plot.to(0.3));
    plot.line(&[(0.0, 0.0), (layout.length, 0.0), (layout.length, width), (0.0, width)], true);
    for placed in &layout.placed {
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == placed.piece) else { continue };
        let Ok(region) = piece.shape.placed(placed.mirrored, placed.turn, placed.to) else { continue };
        let rings: Vec<Vec<(f64, f64)>> = region.outlines().collect();
        rings.iter().for_each(|ring| plot.line(ring, true));
        let marks = piece.marks.moved(&|place| placed.at(place));
        plot.marks(&marks, rings.first().map_or(&[], Vec::as_slice));
        let (low, high) = region.bounds();
        let ((x, y), (to_x, to_y)) = (low.units(), high.units());
        let label = placed.label(piece);
        let room = (to_x - x) * 0.8 / f64::from(font.width(&label)).max(0.1);
        let size = room.min((to_y - y) * 0.25).clamp(2.0, 18.0);
        let wide = f64::from(font.width(&label)) * size;
        // Beside the grain line, which runs through the middle of many pieces.
        let from = ((x + to_x - wide) / 2.0, (y + to_y) / 2.0 + size * 0.3);
        plot.text(from, size, false, &label)?;
    }
    let title = format!("{}  {:.1} × {:.1} mm  {:.2} %", pieces.name, layout.length, width, density * 100.0);
    plot.text((layout.length + END * 0.7, 5.0), 10.0, true, &title)?;
    let mut pdf = Pdf::new();
    let [catalog, tree, page, content] = [1, 2, 3, 4].map(Ref::new);
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page]).count(1);
    let mut writer = pdf.page(page);
    writer.parent(tree).media_box(Rect::new(0.0, 0.0, plot.to(length), plot.to(width))).contents(content);
    if unit > 1.0 {
        writer.user_unit(unit as f32);
    }
    writer.resources();
    writer.finish();
    pdf.stream(content, &plot.content.finish()).finish();
    // Units of a page's own came with this version.
    pdf.set_version(1, 7);
    Ok(pdf.finish())
}

struct Plot<'f> {
    content: Content,
    scale: f64,
    font: &'f Font<'f>,
}

impl Plot<'_> {
    fn to(&self, millimetres: f64) -> f32 {
        (millimetres * self.scale) as f32
    }

    fn line(&mut self, line: &[(f64, f64)], closed: bool) {
        for (at, (x, y)) in line.iter().enumerate() {
            let (x, y) = (self.to(*x), self.to(*y));
            if at == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
        if closed {
            self.content.close_path();
        }
        self.content.stroke();
    }

    fn marks(&mut self, marks: &Marks, outline: &[(f64, f64)]) {
        const TICK: f64 = 6.0;
        if let Some([a, b]) = marks.grain {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy).max(1e-9);
            let (ux, uy) = (dx / length * TICK, dy / length * TICK);
            self.line(&[a, b], false);
            for (end, way) in [(a, 1.0), (b, -1.0)] {
                let side = |off: f64| (end.0 + way * ux - off * uy * 0.4, end.1 + way * uy + off * ux * 0.4);
                self.line(&[side(1.0), end, side(-1.0)], false);
            }
        }
        for place in &marks.notches {
            let (nx, ny) = across(outline, *place);
            let half = TICK / 2.0;
            self.line(
                &[(place.0 - nx * half, place.1 - ny * half), (place.0 + nx * half, place.1 + ny * half)],
                false,
            );
        }
        for (x, y) in &marks.drills {
            let half = TICK / 2.0;
            self.line(&[(x - half, *y), (x + half, *y)], false);
            self.line(&[(*x, y - half), (*x, y + half)], false);
        }
        self.content.set_dash_pattern([self.to(4.0), self.to(3.0)], 0.0);
        marks.lines.iter().for_each(|line| self.line(line, false));
        self.content.set_dash_pattern([], 0.0);
    }

    /// Writes letters as their outlines, upwards or along.
    fn text(
        &mut self,
        (mut x, mut y): (f64, f64),
        size: f64,
        upwards: bool,
        text: &str,
    ) -> Result<(), NotPrinted> {
        let em = f64::from(self.font.face.units_per_em());
        for letter in text.chars() {
            let Some(glyph) = self.font.face.glyph_index(letter) else {
                return Err(NotPrinted::Letters(letter.to_string()));
            };
            let mut pen = Pen {
                content: &mut self.content,
                scale: self.scale,
                from: (x, y),
                size: size / em,
                upwards,
                at: (0.0, 0.0),
            };
            if self.font.face.outline_glyph(glyph, &mut pen).is_some() {
                self.content.fill_nonzero();
            }
            let wide = f64::from(self.font.advance(glyph)) * size;
            if upwards { y += wide } else { x += wide }
        }
        Ok(())
    }
}

/// The direction across the side that a place lies nearest to, of length one.
fn across(outline: &[(f64, f64)], place: (f64, f64)) -> (f64, f64) {
    let next = outline.iter().cycle().skip(1);
    let sides = outline.iter().zip(next).map(|(a, b)| {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-9);
        let along = (((place.0 - a.0) * dx + (place.1 - a.1) * dy) / length).clamp(0.0, length);
        let off = (place.0 - a.0 - dx / length * along).hypot(place.1 - a.1 - dy / length * along);
        (off, (-dy / length, dx / length))
    });
    sides.min_by(|a, b| a.0.total_cmp(&b.0)).map_or((0.0, 1.0), |(_, normal)| normal)
}

struct Pen<'c> {
    content: &'c mut Content,
    scale: f64,
    from: (f64, f64),
    size: f64,
    upwards: bool,
    at: (f32, f32),
}

impl Pen<'_> {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (f64::from(x) * self.size, f64::from(y) * self.size);
        let (x, y) = if self.upwards { (-y, x) } else { (x, y) };
        (((self.from.0 + x) * self.scale) as f32, ((self.from.1 + y) * self.scale) as f32)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (px, py) = self.place(x, y);
        self.content.move_to(px, py);
        self.at = (x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (px, py) = self.place(x, y);
        self.content.line_to(px, py);
        self.at = (x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        // PDF has curves of the third degree alone.
        let (fx, fy) = self.at;
        let third = |from: f32, by: f32| from + (by - from) * 2.0 / 3.0;
        self.curve_to(third(fx, x1), third(fy, y1), third(x, x1), third(y, y1), x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (cx, cy)) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.content.cubic_to(ax, ay, bx, by, cx, cy);
        self.at = (x, y);
    }

    fn close(&mut self) {
        self.content.close_path();
    }
}
