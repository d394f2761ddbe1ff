//! Made-up school uniforms, graded over sizes: pieces to lay out where no pattern of one's own is at hand.
//!
//! Lengths are in millimetres and follow from a child's height by the proportions that children's clothing is drafted with;
//! the seed
//! varies the cut. The grain runs along x.

use super::cloth::Cloth;
use super::exact::{NoShape, Region, Ring};
use super::{Direction, Marks, Piece, Pieces, Turns};
use crate::chance::Chance;

/// What is sewn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A shirt with long sleeves.
    Shirt,
    /// Trousers.
    Trousers,
    /// A skirt of panels.
    Skirt,
    /// A jacket and trousers for sport.
    Tracksuit,
}

impl Style {
    /// Every style with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Shirt, "shirt"),
        (Self::Trousers, "trousers"),
        (Self::Skirt, "skirt"),
        (Self::Tracksuit, "tracksuit"),
    ];
}

/// The smallest and the largest height that is drafted, in millimetres.
pub const HEIGHTS: (u32, u32) = (1000, 1900);

/// A cut: its name, an outline, how many of it, and whether half of them are mirrored.
type Cut = (&'static str, Vec<(f64, f64)>, u64, bool);

/// The pieces of `sets` uniforms of each height, on cloth of a width in millimetres.
pub fn uniform(style: Style, heights: &[u32], sets: u64, width: f64, seed: u64) -> Result<Pieces, NoShape> {
    let mut chance = Chance::new(seed);
    let mut vary = || 0.97 + chance.below(61) as f64 / 1000.0;
    let (girth, length) = (vary(), vary());
    let mut pieces = Vec::new();
    for height in heights {
        let body = Body { h: f64::from(*height) * length, chest: (f64::from(*height) * 0.46 + 40.0) * girth };
        let cuts = match style {
            Style::Shirt => body.shirt(),
            Style::Trousers => body.trousers(0.62, 0.0),
            Style::Skirt => body.skirt(),
            Style::Tracksuit => [body.jacket(), body.trousers(0.64, 30.0)].concat(),
        };
        for (name, outline, count, paired) in cuts {
            pieces.push(Piece {
                id: pieces.len() as u64,
                demand: count * sets,
                shape: Region::new(Ring::new(&outline)?, Vec::new())?,
                turns: Turns::Some { angles: vec![0.0, 180.0], tilt: 0.0 },
                mirror: paired,
                paired,
                per_garment: count,
                matching: None,
                marks: Marks { name: name.to_owned(), size: (height / 10).to_string(), ..Marks::default() },
            });
        }
    }
    let name = Style::ALL.iter().find(|(own, _)| *own == style).map_or("", |(_, name)| name);
    Ok(Pieces {
        name: name.to_owned(),
        width,
        spacing: 0.0,
        direction: Direction::Any,
        cloth: Cloth::default(),
        pieces,
    })
}

struct Body {
    h: f64,
    chest: f64,
}

/// An outline as it is drawn.
struct Pen(Vec<(f64, f64)>);

impl Pen {
    fn at(x: f64, y: f64) -> Self {
        Self(vec![(x, y)])
    }

    fn to(mut self, x: f64, y: f64) -> Self {
        self.0.push((x, y));
        self
    }

    /// A bow that leaves towards a point and comes from it (a parabola, as of Bézier).
    fn bow(mut self, (cx, cy): (f64, f64), (x, y): (f64, f64)) -> Self {
        const PARTS: u32 = 7;
        let (fx, fy) = self.0.last().copied().unwrap_or((0.0, 0.0));
        for part in 1..=PARTS {
            let t = f64::from(part) / f64::from(PARTS);
            let mix = |from: f64, by: f64, to: f64| {
                (1.0 - t) * (1.0 - t) * from + 2.0 * t * (1.0 - t) * by + t * t * to
            };
            self.0.push((mix(fx, cx, x), mix(fy, cy, y)));
        }
        self
    }

    /// The outline with its mirror image at the x axis, from a half that begins and ends on it.
    fn unfolded(self) -> Vec<(f64, f64)> {
        let mut all = self.0.clone();
        all.extend(self.0.iter().rev().filter(|(_, y)| *y > 0.0).map(|(x, y)| (*x, -y)));
        rounded(&all)
    }

    /// The same without the fold, from a half that begins with it.
    fn off_the_fold(mut self) -> Vec<(f64, f64)> {
        self.0.remove(0);
        self.unfolded()
    }

    fn done(self) -> Vec<(f64, f64)> {
        rounded(&self.0)
    }
}

fn rounded(all: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    all.iter().map(|(x, y)| (tenth(*x), tenth(*y))).collect()
}

fn band(length: f64, height: f64) -> Vec<(f64, f64)> {
    Pen::at(0.0, 0.0).to(length, 0.0).to(length, height).to(0.0, height).done()
}

impl Body {
    /// Half of the upper body: hem, neck, shoulder, armhole and side; `extra` lies beyond the middle.
    fn half(&self, ease: f64, extra: f64, neck: f64) -> Pen {
        let (length, wide) = (self.h * 0.42, self.chest / 4.0 + ease);
        let (throat, shoulder) = (self.chest * 0.085, self.chest * 0.24);
        let armhole = self.chest * 0.2 + 60.0;
        Pen::at(0.0, -extra)
            .to(length - neck, -extra)
            .bow((length - neck, throat * 0.8), (length, throat))
            .to(length - self.h * 0.02, shoulder)
            .bow((length - armhole * 0.75, shoulder * 0.88), (length - armhole, wide))
            .bow((length * 0.4, wide - 14.0), (20.0, wide + 6.0))
            .to(0.0, wide - 8.0)
    }

    fn sleeve(&self, length: f64, top: f64) -> Vec<(f64, f64)> {
        let (crown, cuff) = (self.chest * 0.13, top * 0.62);
        let tip = length + crown;
        Pen::at(0.0, 0.0)
            .to(0.0, cuff)
            .to(length, top)
            .bow((length + crown * 0.35, top * 0.72), (length + crown * 0.75, top * 0.4))
            .bow((tip, top * 0.2), (tip, 0.0))
            .unfolded()
    }

    fn shirt(&self) -> Vec<Cut> {
        let neck = self.chest * 0.42;
        let back = self.half(34.0, 0.0, 18.0);
        let collar = Pen::at(0.0, 0.0)
            .bow((neck * 0.25, 14.0), (neck * 0.5, 14.0))
            .to(neck * 0.5 + 24.0, 74.0)
            .bow((neck * 0.3, 62.0), (0.0, 58.0));
        vec![
            ("前片", self.half(32.0, 34.0, self.chest * 0.1).done(), 2, true),
            ("后片", back.off_the_fold(), 1, false),
            ("袖片", self.sleeve(self.h * 0.3, self.chest * 0.2 + 24.0), 2, false),
            ("领面", collar.done(), 4, true),
            ("袖口", band(self.chest * 0.25 + 50.0, 62.0), 4, false),
            ("领座", band(neck + 46.0, 36.0), 2, false),
            (
                "胸袋",
                Pen::at(0.0, 0.0).to(96.0, 0.0).to(116.0, 46.0).to(96.0, 92.0).to(0.0, 92.0).done(),
                1,
                false,
            ),
        ]
    }

    fn trousers(&self, share: f64, ease: f64) -> Vec<Cut> {
        let (length, hip) = (self.h * share, self.chest * 1.06 + ease);
        let rise = self.h * 0.17;
        let leg = |wide: f64, fork: f64, lift: f64| {
            Pen::at(0.0, -wide * 0.32)
                .bow((length * 0.45, -wide * 0.34), (length - rise, -wide * 0.5 - fork))
                .bow((length - rise * 0.92, -wide * 0.5), (length - rise * 0.55, -wide * 0.5 + 4.0))
                .to(length + lift, -wide * 0.5 + 20.0)
                .to(length, wide * 0.46)
                .bow((length - rise * 0.6, wide * 0.56), (length - rise, wide * 0.5))
                .bow((length * 0.45, wide * 0.38), (0.0, wide * 0.32))
                .done()
        };
        vec![
            ("前裤片", leg(hip / 4.0 + 12.0, hip * 0.05, 0.0), 2, true),
            ("后裤片", leg(hip / 4.0 + 34.0, hip * 0.09, 22.0), 2, true),
            ("腰头", band(hip * 0.82 + 60.0, 76.0), 1, false),
            (
                "袋布",
                Pen::at(0.0, 0.0)
                    .to(260.0, 0.0)
                    .bow((290.0, 80.0), (220.0, 150.0))
                    .to(30.0, 150.0)
                    .to(0.0, 120.0)
                    .done(),
                4,
                true,
            ),
        ]
    }

    fn skirt(&self) -> Vec<Cut> {
        let (length, hip) = (self.h * 0.3, self.chest * 1.02);
        let panel = |top: f64, hem: f64| {
            Pen::at(0.0, 0.0)
                .bow((-6.0, hem * 0.25), (6.0, hem / 2.0))
                .to(length + 4.0, top / 2.0)
                .bow((length, top * 0.25), (length, 0.0))
        };
        vec![
            ("裙片", panel(hip / 4.0, hip / 2.4).unfolded(), 2, false),
            ("侧裙片", panel(hip / 8.0, hip / 4.0).unfolded(), 4, false),
            ("裙腰", band(hip * 0.78 + 60.0, 72.0), 1, false),
            ("褶裥", band(length * 0.8, 110.0), 2, false),
        ]
    }

    fn jacket(&self) -> Vec<Cut> {
        let hood = Pen::at(0.0, 0.0)
            .to(self.h * 0.2, 0.0)
            .bow((self.h * 0.24, 150.0), (self.h * 0.15, 220.0))
            .bow((self.h * 0.03, 240.0), (0.0, 130.0));
        vec![
            ("衣前片", self.half(56.0, 8.0, self.chest * 0.11).done(), 2, true),
            ("衣后片", self.half(58.0, 0.0, 20.0).off_the_fold(), 1, false),
            ("袖片", self.sleeve(self.h * 0.31, self.chest * 0.21 + 36.0), 2, false),
            ("帽片", hood.done(), 2, true),
            ("拼条", band(self.h * 0.5, 58.0), 4, false),
            ("下摆", band(self.chest * 0.9, 120.0), 1, false),
        ]
    }
}
