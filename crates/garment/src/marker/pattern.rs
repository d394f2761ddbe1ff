//! Patterns as pattern makers give them: pieces by name and size, with how many a garment needs. From these and what is to
//! be sewn come the pieces of a marker.

use super::cloth::{Cloth, Match};
use super::exact::{Region, Ring};
use super::outline::clean;
use super::{Direction, Marks, Piece, Pieces, Turns};
use std::collections::{BTreeMap, BTreeSet};

/// A style's pieces in all its sizes, in millimetres.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// The style.
    pub name: String,
    /// The pieces.
    pub cuts: Vec<Cut>,
    /// What was taken for granted, and what was left out, for people to look at.
    pub told: Vec<String>,
}

/// A piece of one size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// What is drawn on it, its name and size too.
    pub marks: Marks,
    /// Its outline.
    pub outline: Vec<(f64, f64)>,
    /// What is cut out of it.
    pub holes: Vec<Vec<(f64, f64)>>,
    /// How many of it a garment needs as it is drawn.
    pub drawn: u64,
    /// How many with the other side up.
    pub mirrored: u64,
    /// The cloth that it is cut from, if that is told.
    pub fabric: String,
    /// A place on the line that falls on a stripe along the cloth.
    pub stripe: Option<(f64, f64)>,
    /// A place on the line that falls on one across it.
    pub plaid: Option<(f64, f64)>,
    /// The line of the file where it begins.
    pub line: usize,
    /// Which of several that are alike, where it was laid out already.
    pub copy: String,
}

/// What is to be laid out of a pattern, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The width of the cloth.
    pub width: f64,
    /// How far pieces must lie apart.
    pub spacing: f64,
    /// All pieces of which direction.
    pub direction: Direction,
    /// How far the grain may lie off.
    pub tilt: f64,
    /// Garments of each size; one of each if none is named.
    pub sizes: Vec<(String, u64)>,
    /// The cloth, where a pattern has pieces of several.
    pub fabric: Option<String>,
    /// Its rolls and its repeat.
    pub cloth: Cloth,
}

impl Pattern {
    /// The pieces to lay out, with their grain along the cloth. All that keeps them from it is told at once.
    pub fn pieces(&self, wanted: &Wanted) -> Result<Pieces, Vec<String>> {
        let mut wrong = self.unknown(wanted);
        let mut pieces: Vec<Piece> = Vec::new();
        for cut in &self.cuts {
            let garments = wanted.garments(cut);
            if garments == 0 {
                continue;
            }
            let Laid { shape, marks, matching } = match cut.along_the_grain() {
                Ok(found) => found,
                Err(error) => {
                    wrong.push(format!("{}: {error}; mend the outline", cut.place()));
                    continue;
                }
            };
            let piece = |id: usize, count: u64, paired: bool| Piece {
                id: id as u64,
                demand: count * garments,
                shape: shape.clone(),
                turns: Turns::Some { angles: vec![0.0, 180.0], tilt: wanted.tilt },
                mirror: paired,
                paired,
                per_garment: count,
                matching: matching.clone().filter(|_| wanted.cloth.repeat.is_some()),
                marks: marks.clone(),
            };
            if cut.drawn == cut.mirrored {
                pieces.push(piece(pieces.len(), cut.drawn * 2, true));
                continue;
            }
            if cut.drawn > 0 {
                pieces.push(piece(pieces.len(), cut.drawn, false));
            }
            if cut.mirrored > 0 {
                let other = |(x, y): (f64, f64)| (x, -y);
                let mut turned = piece(pieces.len(), cut.mirrored, false);
                turned.shape = turned.shape.placed(true, 0.0, (0.0, 0.0)).unwrap_or(turned.shape);
                turned.marks = turned.marks.moved(&other);
                turned.matching.iter_mut().for_each(|own| own.at = other(own.at));
                pieces.push(turned);
            }
        }
        if pieces.is_empty() && wrong.is_empty() {
            wrong.push("there is no piece to lay out".to_owned());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let Wanted { width, spacing, direction, .. } = wanted;
        Ok(Pieces {
            name: self.name.clone(),
            width: *width,
            spacing: *spacing,
            direction: *direction,
            cloth: wanted.cloth.clone(),
            pieces,
        })
    }

    /// Sizes and cloths that it does not have, pieces that leave one of them open, and those that stand twice.
    fn unknown(&self, wanted: &Wanted) -> Vec<String> {
        let mut wrong = Vec::new();
        let laid = || self.cuts.iter().filter(|cut| cut.is_laid());
        let named = |of: fn(&Cut) -> &str| laid().map(of).filter(|name| !name.is_empty()).collect();
        let sizes: BTreeSet<&str> = named(|cut| &cut.marks.size);
        let fabrics: BTreeSet<&str> = named(|cut| &cut.fabric);
        let one_of = |all: &BTreeSet<&str>, option: &str| match all.is_empty() {
            true => format!("no piece says one, so leave `{option}` out"),
            false => format!("write one of {}", listed(all)),
        };
        for (size, _) in wanted.sizes.iter().filter(|(size, _)| !sizes.contains(size.as_str())) {
            wrong.push(format!("the pattern has no size `{size}`; {}", one_of(&sizes, "--sizes")));
        }
        match &wanted.fabric {
            Some(fabric) if !fabrics.contains(fabric.as_str()) => {
                wrong.push(format!(
                    "nothing is cut from the cloth `{fabric}`; {}",
                    one_of(&fabrics, "--fabric")
                ));
            }
            None if fabrics.len() > 1 => wrong.push(format!(
                "the pieces are of several cloths, and a marker is of one; give `--fabric` one of {}",
                listed(&fabrics)
            )),
            _ => {}
        }
        let mut first: BTreeMap<[&str; 4], usize> = BTreeMap::new();
        for cut in laid().filter(|cut| wanted.is_of_cloth(cut)) {
            let (place, Marks { name, size, .. }) = (cut.place(), &cut.marks);
            if size.is_empty() && !sizes.is_empty() {
                let mend = "write its `Size` (`data-size` in an SVG)";
                wrong.push(format!("{place}: says no size, and others do; {mend}"));
            }
            if cut.fabric.is_empty() && !fabrics.is_empty() {
                let mend = "write its `Fabric` (`data-fabric` in an SVG)";
                wrong.push(format!("{place}: says no cloth, and others do; {mend}"));
            }
            if let Some(other) = first.insert([name, size, &cut.fabric, &cut.copy], cut.line) {
                wrong.push(format!(
                    "{place}: stands at line {other} already; take one out, or give it a name of its own"
                ));
            }
        }
        wrong
    }

    /// Pieces that are drawn in one size and not in another that is asked for.
    pub fn gaps(&self, wanted: &Wanted) -> Vec<String> {
        let sized = |cut: &&Cut| wanted.is_of_cloth(cut) && !cut.marks.size.is_empty();
        let cuts = || self.cuts.iter().filter(sized);
        let sizes: BTreeSet<&str> = match wanted.sizes.as_slice() {
            [] => cuts().map(|cut| cut.marks.size.as_str()).collect(),
            sizes => sizes.iter().map(|(size, _)| size.as_str()).collect(),
        };
        // What says that none of it is needed in a size has been thought of there.
        let mut drawn: BTreeMap<&str, (bool, BTreeSet<&str>)> = BTreeMap::new();
        for cut in cuts() {
            let (laid, own) = drawn.entry(&cut.marks.name).or_default();
            *laid |= cut.is_laid();
            own.insert(&cut.marks.size);
        }
        let told = |(name, (_, own)): (&str, (bool, BTreeSet<&str>))| {
            let without: BTreeSet<&str> = sizes.difference(&own).copied().collect();
            (!without.is_empty()).then(|| {
                let (own, without) = (listed(&own), listed(&without));
                format!(
                    "`{name}` is drawn in {own} and not in {without}; garments of {without} are laid out without it"
                )
            })
        };
        drawn.into_iter().filter(|(_, (laid, _))| *laid).filter_map(told).collect()
    }
}

fn listed(all: &BTreeSet<&str>) -> String {
    format!("`{}`", all.iter().copied().collect::<Vec<_>>().join("`, `"))
}

impl Wanted {
    fn is_of_cloth(&self, cut: &Cut) -> bool {
        self.fabric.as_ref().is_none_or(|fabric| cut.fabric.is_empty() || *fabric == cut.fabric)
    }

    /// For how many garments a piece is laid out.
    fn garments(&self, cut: &Cut) -> u64 {
        match self.sizes.as_slice() {
            _ if !cut.is_laid() || !self.is_of_cloth(cut) => 0,
            [] => 1,
            sizes => sizes.iter().filter(|(size, _)| *size == cut.marks.size).map(|(_, count)| count).sum(),
        }
    }
}

/// A piece with its grain along the cloth.
struct Laid {
    shape: Region,
    marks: Marks,
    matching: Option<Match>,
}

impl Cut {
    /// What it is called, and where it stands.
    pub(super) fn place(&self) -> String {
        format!("piece `{}` (line {})", self.marks.label(), self.line)
    }

    fn is_laid(&self) -> bool {
        self.drawn + self.mirrored > 0
    }

    /// Says why it cannot be laid out, if it cannot.
    pub(super) fn fault(&self) -> Option<String> {
        self.along_the_grain().err().map(|error| format!("{}: {error}; mend the outline", self.place()))
    }

    /// Its shape and marks, turned until the grain runs along x, the lowest corner at the origin.
    fn along_the_grain(&self) -> Result<Laid, super::exact::NoShape> {
        let (sin, cos) = match self.marks.grain {
            Some([a, b]) if (a.0 - b.0).hypot(a.1 - b.1) > 1e-6 => {
                let length = (a.0 - b.0).hypot(a.1 - b.1);
                ((b.1 - a.1) / length, (b.0 - a.0) / length)
            }
            _ => (0.0, 1.0),
        };
        // A grain line that is level but for the digits of a file turns nothing.
        let (sin, cos) = if sin.abs() < 1e-5 { (0.0, cos.signum()) } else { (sin, cos) };
        let turned = |(x, y): (f64, f64)| (x * cos + y * sin, y * cos - x * sin);
        let low = self.outline.iter().map(|place| turned(*place));
        let low = low.fold((f64::MAX, f64::MAX), |low, place| (low.0.min(place.0), low.1.min(place.1)));
        let rule = |place: (f64, f64)| {
            let (x, y) = turned(place);
            (x - low.0, y - low.1)
        };
        let ring = |line: &[(f64, f64)]| Ring::new(&clean(line.iter().map(|place| rule(*place)).collect()));
        let holes = self.holes.iter().map(|hole| ring(hole)).collect::<Result<Vec<_>, _>>()?;
        let matching = (self.stripe.is_some() || self.plaid.is_some()).then(|| Match {
            at: (
                self.plaid.map_or(0.0, |place| rule(place).0),
                self.stripe.map_or(0.0, |place| rule(place).1),
            ),
            group: None,
            phase: (0.0, 0.0),
            along: self.plaid.is_some(),
            across: self.stripe.is_some(),
        });
        let shape = Region::new(ring(&self.outline)?, holes)?;
        Ok(Laid { shape, marks: self.marks.moved(&rule), matching })
    }
}

/// How many as drawn and how many mirrored: `2` is two as drawn, `1,1` or `1/1` one of each.
pub(super) fn counts(text: &str) -> Option<(u64, u64)> {
    let mut parts = text
        .split([',', '/', '+'])
        .map(|part| part.trim().parse::<u64>().ok().filter(|count| *count <= 1_000));
    match (parts.next().flatten(), parts.next().unwrap_or(Some(0)), parts.next()) {
        (Some(drawn), Some(mirrored), None) => Some((drawn, mirrored)),
        _ => None,
    }
}
