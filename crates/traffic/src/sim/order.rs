//! Cars lie in memory as they drive: every so often they are put in the order of their lanes, and those that arrived are
//! dropped, so that whoever looks at the next car finds it close by. Lanes are divided among threads then, too, so that each has
//! the cars of its lanes in its own part of the memory.

use super::{Simulation, parts};
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
    for (place, free) in to.iter_mut().filter(|place| !place.is_some()).zip(kept..) {
        *place = CarId::at(free);
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
        self.shift.renamed(&spare.to);
        rename(&spare.to, kept);
        arrange(&mut self.cars, &spare.to, kept);
        arrange(&mut self.minds, &spare.to, kept);
        arrange(&mut self.tallies, &spare.to, kept);
        self.cars.truncate(kept);
        self.minds.truncate(kept);
        self.tallies.truncate(kept);
        self.spare = spare;
        self.cuts = parts::cut(&self.view(), &self.active, self.parts.len());
    }
}

#[cfg(test)]
mod tests {
    use super::arrange;
    use crate::ids::CarId;
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, proptest};

    fn orders() -> impl Strategy<Value = (Vec<usize>, Vec<bool>)> {
        (1..40usize).prop_flat_map(|count| {
            let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
            (order, proptest::collection::vec(any::<bool>(), count))
        })
    }

    proptest! {
        /// Those that are kept stand in their order, whatever it is, and nothing is lost.
        #[test]
        fn things_come_to_where_they_go((order, keeps) in orders()) {
            let mut to = vec![CarId::NONE; order.len()];
            let kept: Vec<usize> = order.into_iter().filter(|thing| keeps[*thing]).collect();
            for (place, thing) in kept.iter().enumerate() {
                to[*thing] = CarId::at(place);
            }
            let mut things: Vec<usize> = (0..to.len()).collect();
            arrange(&mut things, &to, kept.len());
            prop_assert_eq!(&things[..kept.len()], &kept[..]);
            things.sort_unstable();
            prop_assert_eq!(things, (0..to.len()).collect::<Vec<_>>());
        }
    }
}
