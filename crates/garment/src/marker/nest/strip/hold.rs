//! Where a piece may lie: on the strip, and where it matches the repeat of the cloth.

use super::super::kit::{Kit, fits};
use super::{Spot, Strip, share};
use crate::chance::Chance;

/// What rounding to millionths leaves of a place on the repeat.
const NEAR: f64 = 1.5e-6;

/// The pieces of each group of each garment.
pub fn members(kit: &Kit) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); kit.groups];
    for (at, item) in kit.items.iter().enumerate() {
        let group = item.hold.as_ref().and_then(|hold| hold.group);
        group.and_then(|group| members.get_mut(group)).into_iter().for_each(|group| group.push(at));
    }
    members
}

/// The place of a row that is nearest to one that is wished for, of those between two.
fn nearest((base, period): (f64, f64), wished: f64, low: f64, high: f64) -> f64 {
    let clamped = wished.min(high).max(low);
    if !fits(base, period, low, high) {
        return clamped;
    }
    let on = base + ((clamped - base) / period).round() * period;
    match on {
        on if on < low - 1e-7 => on + period,
        on if on > high + 1e-7 => on - period,
        on => on,
    }
}

impl Strip<'_> {
    /// It is a flaw of the cloth.
    pub(super) fn fixed(&self, item: usize) -> bool {
        self.kit.items.get(item).is_some_and(|item| item.piece.is_none())
    }

    /// The spot, moved onto the strip and, as far as there is a place on it, onto the repeat.
    pub(super) fn held(&self, item: usize, spot: Spot) -> Spot {
        let its = self.kit.items.get(item).zip(self.kit.forms.get(spot.form));
        let Some((its, form)) = its.filter(|(its, _)| its.piece.is_some()) else { return spot };
        let (low, high) =
            ((-form.low.0, -form.low.1), (self.length - form.high.0, self.kit.width - form.high.1));
        let (along, across) = match its.hold {
            Some(_) => self.kit.grid(its, form, self.phase(item)),
            None => (None, None),
        };
        let onto = |row: Option<(f64, f64)>, wished: f64, low: f64, high: f64| match row {
            Some(row) => nearest(row, wished, low, high),
            None => wished.min(high).max(low),
        };
        Spot { x: onto(along, spot.x, low.0, high.0), y: onto(across, spot.y, low.1, high.1), ..spot }
    }

    fn phase(&self, item: usize) -> (f64, f64) {
        let hold = self.kit.items.get(item).and_then(|item| item.hold.as_ref());
        hold.and_then(|hold| self.phases.get(hold.group?).copied()).unwrap_or_default()
    }

    /// Whether a spot is no place of the repeat, where it should be.
    pub(super) fn off(&self, item: usize, spot: Spot) -> bool {
        let its = self.kit.items.get(item).zip(self.kit.forms.get(spot.form));
        let Some((its, form)) = its.filter(|(its, _)| its.hold.is_some()) else { return false };
        let (along, across) = self.kit.grid(its, form, self.phase(item));
        let off = |row: Option<(f64, f64)>, at: f64| {
            row.is_some_and(|(base, period)| {
                let rest = (at - base).rem_euclid(period);
                rest.min(period - rest) > NEAR
            })
        };
        off(along, spot.x) || off(across, spot.y)
    }

    /// How far it is from a place of the repeat to the next, along and across; 0 where any place will do.
    pub(super) fn steps(&self, item: usize, spot: Spot) -> (f64, f64) {
        let its = self.kit.items.get(item).zip(self.kit.forms.get(spot.form));
        let Some((its, form)) = its.filter(|(its, _)| its.hold.is_some()) else { return (0.0, 0.0) };
        let (along, across) = self.kit.grid(its, form, (0.0, 0.0));
        (along.map_or(0.0, |row| row.1), across.map_or(0.0, |row| row.1))
    }

    /// Takes the phase of each group from where one of its pieces lies, which is chosen among so many.
    pub(super) fn phases_of(&mut self, spots: &[Spot], chosen: &mut dyn FnMut(usize) -> usize) {
        for (group, members) in self.members.iter().enumerate() {
            let first = chosen(members.len());
            let mut found: (Option<f64>, Option<f64>) = (None, None);
            // Not each matters along and across.
            for at in members.iter().cycle().skip(first).take(members.len()) {
                let item = self.kit.items.get(*at);
                let Some((item, spot)) = item.zip(spots.get(*at)) else { continue };
                let Some(form) = self.kit.forms.get(spot.form) else { continue };
                let (x, y) = self.kit.phase_at(item, form, (spot.x, spot.y));
                found = (found.0.or(x), found.1.or(y));
            }
            if let Some(phase) = self.phases.get_mut(group) {
                *phase = (found.0.unwrap_or(phase.0), found.1.unwrap_or(phase.1));
            }
        }
    }

    /// Another phase for one of the groups; its pieces follow.
    pub fn rephase(&mut self, chance: &mut Chance) {
        self.choose_phase(chance.below(self.phases.len() as u64) as usize, chance);
        let spots = self.spots.clone();
        self.lay(&spots);
    }

    /// A phase for a group by chance, with which all of its pieces have places across the strip, if such a one is met.
    pub(super) fn choose_phase(&mut self, group: usize, chance: &mut Chance) {
        const TRIES: usize = 24;
        let Some(members) = self.members.get(group).filter(|members| !members.is_empty()) else { return };
        let mut best = (usize::MAX, (0.0, 0.0));
        for turn in 0..TRIES {
            let (along, across) = self.kit.periods();
            let mut phase = (share(chance) * along, share(chance) * across);
            if turn % 2 == 1 {
                // Where pieces are nearly as wide as the strip, only such a phase may do by which one lies flush with its edge.
                let item = members
                    .get(chance.below(members.len() as u64) as usize)
                    .and_then(|at| self.kit.items.get(*at));
                let form = item.map(|item| item.forms.start + chance.below(item.forms.len() as u64) as usize);
                let both = item.zip(form.and_then(|form| self.kit.forms.get(form)));
                let flush = both.and_then(|(item, form)| {
                    let y = if chance.below(2) == 0 { self.kit.width - form.high.1 } else { -form.low.1 };
                    self.kit.phase_at(item, form, (0.0, y)).1
                });
                phase.1 = flush.unwrap_or(phase.1);
            }
            let without = members.iter().filter_map(|at| self.kit.items.get(*at));
            let without = without.filter(|item| !self.kit.has_place(item, phase)).count();
            if without < best.0 {
                best = (without, phase);
            }
            if without == 0 {
                break;
            }
        }
        self.phases.get_mut(group).into_iter().for_each(|own| *own = best.1);
    }
}
