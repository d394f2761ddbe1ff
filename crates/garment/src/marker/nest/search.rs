//! Shorter and shorter strips: first by steps, out of what nearly fitted; then by small ones, from the best.

use super::kit::Kit;
use super::strip::{Spot, Strip, share};
use crate::chance::Chance;
use std::sync::Mutex;

/// The shortest layout that all threads know.
pub struct Best<'b> {
    pub found: Mutex<Option<(f64, Vec<Spot>)>>,
    /// Looks at a layout exactly, and keeps it; says whether it held.
    pub keep: &'b (dyn Fn(&[Spot]) -> bool + Sync),
}

impl Best<'_> {
    pub fn offer(&self, length: f64, spots: &[Spot]) {
        let Ok(mut found) = self.found.lock() else { return };
        // Shorter by as much as is written.
        if found.as_ref().is_none_or(|(best, _)| length + 1e-6 < *best) && (self.keep)(spots) {
            *found = Some((length, spots.to_vec()));
        }
    }

    fn get(&self) -> Option<(f64, Vec<Spot>)> {
        self.found.lock().ok()?.clone()
    }
}

/// Which share of the time goes into looking around; the rest goes into pressing together.
const LOOKING: f64 = 0.8;

/// How long pieces are moved in vain, and how often from the best again, before a strip is taken to be too short.
#[derive(Clone, Copy)]
struct Patience {
    sweeps: u32,
    tries: u32,
}

pub struct Search<'k, 'c> {
    strip: Strip<'k>,
    chance: Chance,
    /// The share of the time that is spent.
    spent: &'c (dyn Fn() -> f64 + Sync),
    best: &'c Best<'c>,
}

impl<'k, 'c> Search<'k, 'c> {
    pub fn new(kit: &'k Kit, seed: u64, spent: &'c (dyn Fn() -> f64 + Sync), best: &'c Best<'c>) -> Self {
        let mut chance = Chance::new(seed);
        let longest = kit.items.iter().filter(|item| item.piece.is_some()).filter_map(|item| {
            let widths = item
                .forms
                .clone()
                .filter_map(|form| kit.forms.get(form))
                .map(|form| form.high.0 - form.low.0);
            widths.min_by(f64::total_cmp)
        });
        let least = longest.fold(0.0, f64::max);
        let strip = Strip::new(kit, ((kit.area / 0.75 + kit.lost) / kit.width).max(least), &mut chance);
        Self { strip, chance, spent, best }
    }

    /// Until the time is over.
    pub fn run(&mut self) {
        /// So many pieces that lie anywhere do not come apart soon.
        const MANY: usize = 250;
        if let Some((length, spots)) = self.best.get().filter(|_| self.strip.kit.items.len() > MANY) {
            self.strip.length = length;
            self.strip.restore(&spots);
        }
        self.look();
        self.press();
    }

    fn offer(&self) {
        self.best.offer(self.strip.reach(), self.strip.spots());
    }

    /// Shortens the strip by steps. Where pieces do not come apart, one of the states that nearly did is disturbed and tried
    /// again, at the same length.
    fn look(&mut self) {
        const STEP: f64 = 0.001;
        const PATIENCE: Patience = Patience { sweeps: 200, tries: 3 };
        // Something that fits is wanted soon, however long it be.
        const AT_FIRST: Patience = Patience { sweeps: 50, tries: 1 };
        let mut step = 0.02;
        let mut near: Vec<(f64, Vec<Spot>)> = Vec::new();
        let mut first = true;
        while (self.spent)() < LOOKING || (first && (self.spent)() < 1.0) {
            let began = self.strip.loss();
            if let Some(sweeps) = self.separate(if first { AT_FIRST } else { PATIENCE }) {
                self.offer();
                first = false;
                near.clear();
                step = if sweeps > 30 || began == 0.0 { STEP } else { (step * 1.3).min(0.02) };
                let next = self.strip.reach() * (1.0 - step);
                self.strip.forget_weights();
                self.strip.shorten(next, &mut self.chance);
                continue;
            }
            if first {
                let longer = self.strip.length * 1.05;
                self.strip.length = longer;
                continue;
            }
            if step > STEP
                && let Some((length, spots)) = self.best.get()
            {
                // It was too much at once.
                step = STEP;
                self.strip.length = length;
                self.strip.restore(&spots);
                self.strip.forget_weights();
                self.strip.shorten(length * (1.0 - step), &mut self.chance);
                continue;
            }
            let loss = self.strip.loss();
            let at = near.partition_point(|(other, _)| *other <= loss);
            near.insert(at, (loss, self.strip.spots().to_vec()));
            // The better half more often than not: the least of some tries.
            let pick = (share(&mut self.chance) * share(&mut self.chance) * near.len() as f64) as usize;
            if let Some((_, spots)) = near.get(pick) {
                self.strip.restore(spots);
            }
            self.disturb();
            self.strip.forget_weights();
        }
    }

    /// Exchanges two large pieces of different shapes; or lets pieces that match each other do so at another place of the repeat.
    fn disturb(&mut self) {
        if self.strip.kit.groups > 0 && self.chance.below(2) == 0 {
            return self.strip.rephase(&mut self.chance);
        }
        if self.chance_to_turn() {
            return;
        }
        let kit = self.strip.kit;
        let laid = |item: &usize| kit.items.get(*item).is_some_and(|item| item.piece.is_some());
        let mut by_area: Vec<usize> = (0..kit.items.len()).filter(laid).collect();
        let area = |item: &usize| kit.items.get(*item).map_or(0.0, |item| item.area);
        by_area.sort_by(|a, b| area(b).total_cmp(&area(a)));
        let mut sum = 0.0;
        let large = by_area.iter().take_while(|item| {
            let before = sum;
            sum += area(item);
            before < kit.area * 0.75
        });
        let large: Vec<usize> = large.copied().collect();
        let piece = |item: usize| kit.items.get(item).and_then(|item| item.piece);
        for _ in 0..50 {
            let mut any = || large.get(self.chance.below(large.len() as u64) as usize).copied().unwrap_or(0);
            let (one, other) = (any(), any());
            if piece(one) != piece(other) {
                return self.strip.exchange(one, other);
            }
        }
        let mut any = || large.get(self.chance.below(large.len() as u64) as usize).copied().unwrap_or(0);
        let (one, other) = (any(), any());
        self.strip.exchange(one, other);
    }

    /// Turns a garment every second time, where there are such.
    fn chance_to_turn(&mut self) -> bool {
        !self.strip.kit.garments.is_empty()
            && self.chance.below(2) == 0
            && self.strip.turn_garment(&mut self.chance)
    }

    /// Shortens the best strip by less and less.
    fn press(&mut self) {
        const PATIENCE: Patience = Patience { sweeps: 100, tries: 5 };
        const STEPS: (f64, f64) = (0.0005, 0.00001);
        loop {
            let spent = (self.spent)();
            let Some((length, spots)) = self.best.get().filter(|_| spent < 1.0) else { return };
            let gone = ((spent - LOOKING) / (1.0 - LOOKING)).clamp(0.0, 1.0);
            let step = STEPS.0 * (STEPS.1 / STEPS.0).powf(gone);
            self.strip.length = length;
            self.strip.restore(&spots);
            self.strip.forget_weights();
            self.strip.shorten(length * (1.0 - step), &mut self.chance);
            if self.separate(PATIENCE).is_some() {
                self.offer();
            }
        }
    }

    /// Moves pieces until none overlaps, and tells after how many sweeps; if they do not come apart, the nearest to it is
    /// restored.
    fn separate(&mut self, patience: Patience) -> Option<u32> {
        /// What counts as better.
        const BETTER: f64 = 0.98;
        /// After how many sweeps in vain a garment is turned.
        const TURNED: u32 = 25;
        let mut best = (self.strip.loss(), self.strip.spots().to_vec());
        let (mut tries, mut sweeps) = (0, 0);
        while tries < patience.tries {
            let before = best.0;
            let mut vain = 0;
            while vain < patience.sweeps {
                if self.strip.sweep(&mut self.chance) == 0 {
                    return Some(sweeps);
                }
                sweeps += 1;
                if self.strip.holds() {
                    return Some(sweeps);
                }
                self.strip.learn();
                let loss = self.strip.loss();
                vain = if loss < best.0 * BETTER { 0 } else { vain + 1 };
                if loss < best.0 {
                    best = (loss, self.strip.spots().to_vec());
                }
                if (self.spent)() >= 1.0 {
                    return None;
                }
                // What is stuck may come apart where a garment looks the other way.
                if vain % TURNED == TURNED - 1 {
                    self.strip.turn_garment(&mut self.chance);
                }
            }
            tries = if best.0 < before * BETTER { 0 } else { tries + 1 };
            self.strip.restore(&best.1);
        }
        None
    }
}
