//! Cars lie in memory as they drive: every so often they are put in the order of their lanes, and those that arrived are
//! dropped, so that whoever looks at the next car finds it close by.

use super::Simulation;
use super::state::{Car, Log, Mind};
use crate::ids::{CarId, LinkId};

/// Cars are put in order every so many steps.
const EVERY: u64 = 20;

/// Room for the next order.
#[derive(Debug, Default)]
pub(super) struct Spare {
    steps: u64,
    cars: Vec<Car>,
    minds: Vec<Mind>,
    tallies: Vec<Log>,
    /// Where each car goes.
    to: Vec<CarId>,
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
        let mut keep = |car: &mut CarId| {
            let to = CarId::at(spare.cars.len());
            spare.cars.push(self.cars[car.i()].clone());
            spare.minds.push(std::mem::take(&mut self.minds[car.i()]));
            spare.tallies.push(self.tallies[car.i()]);
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
        rename(&spare.to, spare.cars.len());
        std::mem::swap(&mut self.cars, &mut spare.cars);
        std::mem::swap(&mut self.minds, &mut spare.minds);
        std::mem::swap(&mut self.tallies, &mut spare.tallies);
        spare.cars.clear();
        spare.minds.clear();
        spare.tallies.clear();
        self.spare = spare;
    }
}
