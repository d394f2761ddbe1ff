//! Cars lie in memory as they drive: every so often they are put in the order of their lanes, and those that arrived are
//! dropped, so that whoever looks at the next car finds it close by.

use super::Simulation;
use crate::ids::{CarId, LinkId};

/// Cars are put in order every so many steps.
const EVERY: u64 = 20;

/// When cars were put in order, and what for.
#[derive(Debug, Default)]
pub(super) struct Spare {
    steps: u64,
    /// Where each car goes.
    to: Vec<CarId>,
}

/// Puts things where they go, in the memory where they are; those that go nowhere come last.
fn arrange<T>(things: &mut [T], to: &[CarId], kept: usize) {
    let mut to = to.to_vec();
    let mut free = kept;
    for place in to.iter_mut().filter(|place| !place.is_some()) {
        *place = CarId::at(free);
        free += 1;
    }
    for place in 0..things.len() {
        while to[place].i() != place {
            let there = to[place].i();
            things.swap(place, there);
            to.swap(place, there);
        }
    }
}

impl Simulation<'_> {
    /// Puts cars in order, if it is time; `rename` is told where each goes, and how many there are.
    pub(super) fn order_with(&mut self, rename: impl FnOnce(&[CarId], usize)) {
        self.spare.steps += 1;
        if !self.spare.steps.is_multiple_of(EVERY) {
            return;
        }
        let mut spare = std::mem::take(&mut self.spare);
        spare.to.clear();
        spare.to.resize(self.cars.len(), CarId::NONE);
        let mut kept = 0;
        let mut keep = |car: &mut CarId| {
            let to = CarId::at(kept);
            kept += 1;
            spare.to[car.i()] = to;
            *car = to;
        };
        for lane in &self.active {
            self.on.row_mut(lane.i()).iter_mut().for_each(&mut keep);
        }
        for link in &self.waiting_at {
            self.outside[LinkId::i(*link)].iter_mut().for_each(&mut keep);
        }
        self.closing.held.iter_mut().for_each(&mut keep);
        for lane in &self.reached {
            self.over.row_mut(lane.i()).iter_mut().for_each(|car| *car = spare.to[car.i()]);
        }
        for item in &mut self.approach.items {
            item.vehicle = spare.to[item.vehicle.i()];
            item.passed |= !item.vehicle.is_some();
        }
        self.shift.renamed(&spare.to);
        rename(&spare.to, kept);
        arrange(&mut self.cars, &spare.to, kept);
        arrange(&mut self.minds, &spare.to, kept);
        arrange(&mut self.tallies, &spare.to, kept);
        self.cars.truncate(kept);
        self.minds.truncate(kept);
        self.tallies.truncate(kept);
        self.spare = spare;
    }
}
