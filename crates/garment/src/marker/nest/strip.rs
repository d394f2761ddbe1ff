//! Pieces on the strip, and moving one of them where it is in nobody's way.
//!
//! Pieces may overlap; each pair that does has a weight, which grows until it gives way (guided local search; the moves follow
//! Gardeyn, Vanden Berghe and Wauters, "An open-source heuristic to reboot 2D nesting research", 2025). A piece that matches the
//! repeat of the cloth moves from one of its places to the next ([`hold`]); flaws of the cloth never move.

mod hold;

use super::kit::{Item, Kit};
use crate::chance::Chance;

/// Where a piece lies, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    pub form: usize,
    pub x: f64,
    pub y: f64,
}

/// The box of a piece.
#[derive(Clone, Copy, Default)]
struct Frame {
    left: f64,
    right: f64,
    bottom: f64,
    top: f64,
}

impl Frame {
    fn meets(&self, other: &Self) -> bool {
        // Without branches: this is asked more often than anything else.
        (other.right > self.left)
            & (other.left < self.right)
            & (other.top > self.bottom)
            & (other.bottom < self.top)
    }
}

/// A strip with all its pieces.
pub struct Strip<'k> {
    pub kit: &'k Kit,
    pub length: f64,
    spots: Vec<Spot>,
    frames: Vec<Frame>,
    /// For each pair how much its overlap counts now, and how deep it is.
    weights: Vec<f64>,
    depths: Vec<f64>,
    /// Of each piece the sum of its overlaps, unweighted.
    losses: Vec<f64>,
    /// Of each garment whose pieces look the same way, whether it is the grain's own.
    ahead: Vec<bool>,
    /// Where each group of a garment matches, and its pieces.
    phases: Vec<(f64, f64)>,
    members: Vec<Vec<usize>>,
}

/// Places tried at first, anywhere and near where the piece lies; the best of them are followed downhill.
const ANYWHERE: usize = 40;
const NEAR: usize = 20;
const FOLLOWED: usize = 3;
/// What a place off the repeat weighs: more than overlaps do.
const OFF: f64 = 1e12;

impl<'k> Strip<'k> {
    /// All pieces anywhere.
    pub fn new(kit: &'k Kit, length: f64, chance: &mut Chance) -> Self {
        let n = kit.items.len();
        let mut strip = Self {
            kit,
            length,
            spots: vec![Spot::default(); n],
            frames: vec![Frame::default(); n],
            weights: vec![1.0; n * n],
            depths: vec![0.0; n * n],
            losses: vec![0.0; n],
            ahead: kit.garments.iter().map(|turned| !turned || chance.below(2) == 0).collect(),
            phases: vec![(0.0, 0.0); kit.groups],
            members: hold::members(kit),
        };
        (0..kit.groups).for_each(|group| strip.choose_phase(group, chance));
        let spots = (0..n).map(|item| strip.anywhere(item, chance)).collect::<Vec<_>>();
        strip.restore(&spots);
        strip
    }

    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Puts all pieces where they were once.
    pub fn restore(&mut self, spots: &[Spot]) {
        self.phases_of(spots, &mut |_| 0);
        self.lay(spots);
    }

    fn lay(&mut self, spots: &[Spot]) {
        for (item, spot) in self.kit.items.iter().zip(spots) {
            let own = item.garment.and_then(|garment| self.ahead.get_mut(garment));
            let ahead = self.kit.forms.get(spot.form).is_none_or(|form| form.ahead);
            own.into_iter().for_each(|own| *own = ahead);
        }
        for (item, spot) in spots.iter().enumerate() {
            self.put(item, self.held(item, *spot));
        }
        (0..spots.len()).for_each(|item| self.weigh(item));
    }

    pub fn forget_weights(&mut self) {
        self.weights.fill(1.0);
    }

    /// The sum of all overlaps.
    pub fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / 2.0
    }

    /// How far the pieces reach.
    pub fn reach(&self) -> f64 {
        let frames = self.frames.iter().zip(&self.kit.items).filter(|(_, item)| item.piece.is_some());
        frames.map(|(frame, _)| frame.right).fold(0.0, f64::max)
    }

    /// A shorter strip: what lies beyond a cut moves with the end.
    pub fn shorten(&mut self, length: f64, chance: &mut Chance) {
        let by = self.length - length;
        let cut = share(chance) * length;
        self.length = length;
        let spots: Vec<Spot> = self
            .spots
            .iter()
            .zip(&self.frames)
            .map(|(spot, frame)| {
                let moves = (frame.left + frame.right) / 2.0 > cut;
                Spot { x: if moves { spot.x - by } else { spot.x }, ..*spot }
            })
            .collect();
        // Any of a garment's pieces that match may take the others along.
        self.phases_of(&spots, &mut |count| chance.below(count as u64) as usize);
        self.lay(&spots);
    }

    /// Exchanges two pieces.
    pub fn exchange(&mut self, one: usize, other: usize) {
        let middle = |item: usize| {
            self.frames.get(item).map_or((0.0, 0.0), |f| ((f.left + f.right) / 2.0, (f.bottom + f.top) / 2.0))
        };
        let (a, b) = (middle(one), middle(other));
        for (item, from, to) in [(one, a, b), (other, b, a)] {
            if let Some(spot) = self.spots.get(item).copied() {
                self.put(
                    item,
                    self.held(item, Spot { x: spot.x + to.0 - from.0, y: spot.y + to.1 - from.1, ..spot }),
                );
            }
        }
        self.weigh(one);
        self.weigh(other);
    }

    /// Turns one of the garments by half, each of its pieces where it lies; says whether there was one.
    pub fn turn_garment(&mut self, chance: &mut Chance) -> bool {
        if self.ahead.is_empty() {
            return false;
        }
        let turned: Vec<usize> =
            (0..self.ahead.len()).filter(|at| self.kit.garments.get(*at) == Some(&true)).collect();
        let Some(garment) = turned.get(chance.below(turned.len().max(1) as u64) as usize).copied() else {
            return false;
        };
        let turn = |(item, spot): (&Item, &Spot)| {
            let form = self.kit.forms.get(spot.form).filter(|_| item.garment == Some(garment))?;
            let at = form.opposite?;
            let other = self.kit.forms.get(at)?;
            let x = spot.x + (form.low.0 + form.high.0 - other.low.0 - other.high.0) / 2.0;
            let y = spot.y + (form.low.1 + form.high.1 - other.low.1 - other.high.1) / 2.0;
            Some(Spot { form: at, x, y })
        };
        let both = self.kit.items.iter().zip(&self.spots);
        let spots: Vec<Spot> = both.map(|both| turn(both).unwrap_or(*both.1)).collect();
        self.lay(&spots);
        true
    }

    fn put(&mut self, item: usize, spot: Spot) {
        let spot = written(spot);
        let frame = self.frame(spot);
        self.spots.get_mut(item).into_iter().for_each(|own| *own = spot);
        self.frames.get_mut(item).into_iter().for_each(|own| *own = frame);
    }

    fn frame(&self, spot: Spot) -> Frame {
        let Some(form) = self.kit.forms.get(spot.form) else { return Frame::default() };
        Frame {
            left: spot.x + form.low.0,
            right: spot.x + form.high.0,
            bottom: spot.y + form.low.1,
            top: spot.y + form.high.1,
        }
    }

    /// Looks up anew how deep a piece lies in each other one.
    fn weigh(&mut self, item: usize) {
        let n = self.spots.len();
        let Some(spot) = self.spots.get(item).copied() else { return };
        let frame = self.wide(spot);
        let weight = |at: usize| self.kit.items.get(at).map_or(0.0, |item| item.weight);
        let own = weight(item);
        let mut sum = 0.0;
        for other in 0..n {
            let apart = other == item || (self.fixed(item) && self.fixed(other));
            let depth = if apart { 0.0 } else { self.between(spot, frame, other) * own * weight(other) };
            let before = self.depths.get(item * n + other).copied().unwrap_or(0.0);
            sum += depth;
            if depth != before {
                for at in [item * n + other, other * n + item] {
                    self.depths.get_mut(at).into_iter().for_each(|own| *own = depth);
                }
                self.losses
                    .get_mut(other)
                    .into_iter()
                    .for_each(|loss| *loss = (*loss + depth - before).max(0.0));
            }
        }
        self.losses.get_mut(item).into_iter().for_each(|loss| *loss = sum);
    }

    fn between(&self, spot: Spot, frame: Frame, other: usize) -> f64 {
        match (self.spots.get(other), self.frames.get(other)) {
            (Some(at), Some(its)) if frame.meets(its) => {
                self.kit.depth(spot.form, at.form, spot.x - at.x, spot.y - at.y)
            }
            _ => 0.0,
        }
    }

    /// The box of a piece with the space around it in which none may lie.
    fn wide(&self, spot: Spot) -> Frame {
        let (frame, by) = (self.frame(spot), self.kit.apart);
        Frame {
            left: frame.left - by,
            right: frame.right + by,
            bottom: frame.bottom - by,
            top: frame.top + by,
        }
    }

    /// What a piece would weigh at a spot; something beyond `limit` if it is beyond that.
    fn load(&self, item: usize, spot: Spot, limit: f64) -> f64 {
        let n = self.spots.len();
        let frame = self.wide(spot);
        let weights = self.weights.get(item * n..(item + 1) * n).unwrap_or_default();
        let own = self.kit.items.get(item).map_or(0.0, |item| item.weight);
        // Off the repeat it cannot stay, whatever else is in the way.
        let mut load = if self.off(item, spot) { OFF } else { 0.0 };
        let others = self.frames.iter().zip(&self.spots).zip(weights.iter().zip(&self.kit.items));
        for (at, ((other, place), (weight, its))) in others.enumerate() {
            if !frame.meets(other) || at == item {
                continue;
            }
            let depth = self.kit.depth(spot.form, place.form, spot.x - place.x, spot.y - place.y);
            load += depth * own * its.weight * weight;
            if load >= limit {
                return load;
            }
        }
        load
    }

    fn anywhere(&self, item: usize, chance: &mut Chance) -> Spot {
        let forms = self.kit.items.get(item).map_or(0..0, |item| item.forms.clone());
        let form = self.facing(item, forms.start + chance.below(forms.len() as u64) as usize);
        let Some(its) = self.kit.forms.get(form) else { return Spot::default() };
        if self.fixed(item) {
            return Spot { form, x: 0.0, y: 0.0 };
        }
        let between = |low: f64, high: f64, share: f64| low + (high - low).max(0.0) * share;
        let x = between(-its.low.0, self.length - its.high.0, share(chance));
        let y = between(-its.low.1, self.kit.width - its.high.1, share(chance));
        self.held(item, Spot { form, x, y })
    }

    /// A form as it looks the way that all of the garment do.
    fn facing(&self, item: usize, form: usize) -> usize {
        let garment = self.kit.items.get(item).and_then(|item| self.ahead.get(item.garment?));
        let its = self.kit.forms.get(form);
        match garment.zip(its) {
            Some((ahead, its)) if *ahead != its.ahead => its.opposite.unwrap_or(form),
            _ => form,
        }
    }

    fn near(&self, item: usize, chance: &mut Chance) -> Spot {
        let away = self.anywhere(item, chance);
        let (Some(frame), Some(form)) = (self.frames.get(item), self.kit.forms.get(away.form)) else {
            return away;
        };
        let around = |low: f64, high: f64, chance: &mut Chance| low + (high - low) * share(chance);
        let (x, y) = (around(frame.left, frame.right, chance), around(frame.bottom, frame.top, chance));
        let middle = ((form.low.0 + form.high.0) / 2.0, (form.low.1 + form.high.1) / 2.0);
        self.held(item, Spot { x: x - middle.0, y: y - middle.1, ..away })
    }

    /// Moves each piece that overlaps once, in any order; says how many were.
    pub fn sweep(&mut self, chance: &mut Chance) -> usize {
        let mut items: Vec<usize> = (0..self.losses.len()).filter(|item| self.overlaps(*item)).collect();
        for k in (1..items.len()).rev() {
            items.swap(k, chance.below(k as u64 + 1) as usize);
        }
        let mut moved = 0;
        for item in items {
            if self.overlaps(item) {
                self.relocate(item, chance);
                moved += 1;
            }
        }
        moved
    }

    fn overlaps(&self, item: usize) -> bool {
        let n = self.spots.len();
        let deep =
            self.depths.get(item * n..(item + 1) * n).unwrap_or_default().iter().any(|depth| *depth > 0.0);
        let off = || self.spots.get(item).is_some_and(|spot| self.off(item, *spot));
        !self.fixed(item) && (deep || off())
    }

    /// Whether nothing overlaps, and all lies to the repeat as it must.
    pub fn holds(&self) -> bool {
        let on = |(item, spot): (usize, &Spot)| !self.off(item, *spot);
        self.depths.iter().all(|depth| *depth == 0.0) && self.spots.iter().enumerate().all(on)
    }

    fn relocate(&mut self, item: usize, chance: &mut Chance) {
        let Some(now) = self.spots.get(item).copied() else { return };
        let mut best: Vec<(f64, Spot)> = vec![(self.load(item, now, f64::MAX), now)];
        for k in 0..ANYWHERE + NEAR {
            let spot = if k < NEAR { self.near(item, chance) } else { self.anywhere(item, chance) };
            let limit =
                if best.len() > FOLLOWED { best.last().map_or(f64::MAX, |last| last.0) } else { f64::MAX };
            let load = self.load(item, spot, limit);
            if load < limit {
                let at = best.partition_point(|other| other.0 <= load);
                best.insert(at, (load, spot));
                best.truncate(FOLLOWED + 1);
            }
            if load == 0.0 {
                break;
            }
        }
        let frame = self.frame(now);
        let size = (frame.right - frame.left).min(frame.top - frame.bottom);
        let mut found = (f64::MAX, now);
        for start in best {
            let end = self.follow(item, start, size * 0.25, size * 0.02, chance);
            if end.0 < found.0 {
                found = end;
            }
            if found.0 == 0.0 {
                break;
            }
        }
        let (load, spot) = self.follow(item, found, size * 0.02, size * 0.0005, chance);
        let spot = self.flush(item, load, spot);
        if spot != now {
            self.put(item, spot);
            self.weigh(item);
        }
    }

    /// Moves a piece that overlaps a little to where it touches: steps alone never come to where sides lie flush.
    fn flush(&self, item: usize, mut load: f64, mut spot: Spot) -> Spot {
        let frame = self.wide(spot);
        for (other, (at, its)) in self.spots.iter().zip(&self.frames).enumerate() {
            if load == 0.0 {
                break;
            }
            if other == item || !frame.meets(its) {
                continue;
            }
            let way = self.kit.way_out(spot.form, at.form, spot.x - at.x, spot.y - at.y);
            let Some((dx, dy)) = way else { continue };
            let next = written(self.held(item, Spot { x: spot.x + dx, y: spot.y + dy, ..spot }));
            let its = self.load(item, next, load);
            if its < load {
                (load, spot) = (its, next);
            }
        }
        spot
    }

    /// Goes downhill along the axes and between them, by shorter steps where none leads down.
    fn follow(
        &self,
        item: usize,
        from: (f64, Spot),
        step: f64,
        least: f64,
        chance: &mut Chance,
    ) -> (f64, Spot) {
        let (mut load, mut spot) = from;
        let (mut along, mut across) = (step, step);
        // From one place of the repeat to the next.
        let least_step = self.steps(item, spot);
        while load > 0.0 && along.max(across) > least {
            let way = chance.below(4);
            let (wide, high) = (along.max(least_step.0), across.max(least_step.1));
            let (dx, dy) = match way {
                0 => (wide, 0.0),
                1 => (0.0, high),
                2 => (wide, high),
                _ => (wide, -high),
            };
            let mut better = false;
            for sign in [1.0, -1.0] {
                let next = self.held(item, Spot { x: spot.x + sign * dx, y: spot.y + sign * dy, ..spot });
                let its = self.load(item, next, load);
                if its < load {
                    (load, spot, better) = (its, next, true);
                    break;
                }
            }
            let by = if better { 1.1 } else { 0.5 };
            along *= if way == 1 { 1.0 } else { by };
            across *= if way == 0 { 1.0 } else { by };
        }
        (load, spot)
    }

    /// Overlaps that stay count more from now on, the deepest most; those that are gone slowly less.
    pub fn learn(&mut self) {
        const LEAST: f64 = 1.2;
        const MOST: f64 = 2.0;
        const FADES: f64 = 0.95;
        let deepest = self.depths.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        for (weight, depth) in self.weights.iter_mut().zip(&self.depths) {
            if *depth > 0.0 {
                *weight *= LEAST + (MOST - LEAST) * depth / deepest;
            } else if *weight > 1.0 {
                *weight = (*weight * FADES).max(1.0);
            }
        }
    }
}

/// The spot as it will be written, in millionths: so that what is decided of it holds of what is written.
fn written(spot: Spot) -> Spot {
    let whole = |value: f64| (value * 1e6).round() / 1e6;
    Spot { x: whole(spot.x), y: whole(spot.y), ..spot }
}

/// A number from 0 to 1.
pub fn share(chance: &mut Chance) -> f64 {
    (chance.bits() >> 11) as f64 / (1u64 << 53) as f64
}
