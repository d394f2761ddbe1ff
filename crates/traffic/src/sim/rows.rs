//! Cars by lane: one row for each, all rows in one array, so that lanes that lie together are found together.

use crate::ids::CarId;
use std::ops::Index;

/// A row of cars for each lane.
#[derive(Debug)]
pub(super) struct Rows {
    rows: Vec<Row>,
    cars: Vec<CarId>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    first: u32,
    count: u16,
    room: u16,
}

impl Rows {
    /// Empty rows with room for so many cars each.
    pub fn new(room: impl Iterator<Item = usize>) -> Self {
        let mut rows = Self { rows: Vec::new(), cars: Vec::new() };
        for room in room {
            let room = room.clamp(1, usize::from(u16::MAX) / 2);
            rows.rows.push(Row { first: rows.cars.len() as u32, count: 0, room: room as u16 });
            rows.cars.resize(rows.cars.len() + room, CarId::NONE);
        }
        rows
    }

    /// Puts a car into a row.
    pub fn insert(&mut self, row: usize, at: usize, car: CarId) {
        if self.rows[row].count == self.rows[row].room {
            self.grow(row);
        }
        let of = &mut self.rows[row];
        of.count += 1;
        let end = of.first as usize + of.count as usize;
        let own = &mut self.cars[of.first as usize..end];
        own[at..].rotate_right(1);
        own[at] = car;
    }

    /// Puts a car at the end of a row.
    pub fn push(&mut self, row: usize, car: CarId) {
        self.insert(row, self[row].len(), car);
    }

    /// Keeps some cars of a row, in their order. Says how many are gone.
    pub fn retain(&mut self, row: usize, keep: impl Fn(CarId) -> bool) -> u32 {
        let Row { first, count, .. } = self.rows[row];
        let own = &mut self.cars[first as usize..first as usize + count as usize];
        let mut kept = 0;
        for place in 0..own.len() {
            if keep(own[place]) {
                own[kept] = own[place];
                kept += 1;
            }
        }
        self.rows[row].count = kept as u16;
        u32::from(count) - kept as u32
    }

    /// Empties a row. Says how many cars are gone.
    pub fn clear(&mut self, row: usize) -> u32 {
        u32::from(std::mem::take(&mut self.rows[row].count))
    }

    /// The cars of a row, to be called otherwise.
    pub fn row_mut(&mut self, row: usize) -> &mut [CarId] {
        let Row { first, count, .. } = self.rows[row];
        &mut self.cars[first as usize..first as usize + count as usize]
    }

    /// Gives a row twice the room, at the end of all. Lanes hold few cars, so that happens at most a few times.
    fn grow(&mut self, row: usize) {
        let Row { first, count, room } = self.rows[row];
        let from = self.cars.len();
        let room = room.saturating_mul(2);
        self.cars.extend_from_within(first as usize..first as usize + count as usize);
        self.cars.resize(from + room as usize, CarId::NONE);
        self.rows[row] = Row { first: from as u32, count, room };
    }
}

impl Index<usize> for Rows {
    type Output = [CarId];

    #[inline]
    fn index(&self, row: usize) -> &[CarId] {
        let Row { first, count, .. } = self.rows[row];
        &self.cars[first as usize..first as usize + count as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;
    use crate::ids::CarId;

    #[test]
    fn rows_keep_their_order_and_grow() {
        let mut rows = Rows::new([2, 1].into_iter());
        for car in [3, 1, 2] {
            let at = rows[0].partition_point(|other| other.0 < car);
            rows.insert(0, at, CarId(car));
            rows.push(1, CarId(car));
        }
        assert_eq!(
            (&rows[0], &rows[1]),
            (&[CarId(1), CarId(2), CarId(3)][..], &[CarId(3), CarId(1), CarId(2)][..])
        );
        assert_eq!((rows.retain(1, |car| car.0 > 1), rows.clear(0)), (1, 3));
        assert_eq!((&rows[0], &rows[1]), (&[][..], &[CarId(3), CarId(2)][..]));
    }
}
