use super::super::told::{How, Sink, Told};
use super::super::whole;
use super::standing::over;
use super::{Course, Desk, Entry, Ground, LONG};
use record::Time;

/// Words before the entries: how many entries there are, which of them wait, and how many words of rows follow them; and when
/// windows on the whole life are to be looked at.
const HEAD: usize = 2;
/// Words of an entry.
const ENTRY: usize = 4;
const NO_OFFSET: i16 = i16::MIN;

impl Course {
    /// How many words it takes to write the course down; none of a long one, which is few and better kept as it is.
    pub(in super::super) fn packed_len(&self) -> Option<usize> {
        let short = self.entries.len() < LONG && self.rows.len() <= usize::from(u16::MAX);
        short.then_some(HEAD + self.entries.len() * ENTRY + self.rows.len() + self.whole.cells.len())
    }

    /// Writes the course as words, one after the other.
    pub(in super::super) fn pack(&self, out: &mut [u64]) {
        let Some((head, rest)) = out.split_first_chunk_mut::<HEAD>() else { return };
        let open = self.open.iter().fold(0_u64, |open, at| open | 1 << at);
        *head =
            [self.entries.len() as u64 | open << 8 | (self.rows.len() as u64) << 32, self.whole.due as u64];
        let Some((entries, rest)) = rest.split_at_mut_checked(self.entries.len() * ENTRY) else { return };
        let (entries, _) = entries.as_chunks_mut::<ENTRY>();
        entries.iter_mut().zip(&self.entries).for_each(|(words, entry)| *words = entry.pack());
        let Some((rows, cells)) = rest.split_at_mut_checked(self.rows.len()) else { return };
        rows.copy_from_slice(&self.rows);
        let cells = cells.get_mut(..self.whole.cells.len()).unwrap_or_default();
        cells.copy_from_slice(&self.whole.cells);
    }

    /// Becomes what was written; `cells` words of it stand for what is asked of the whole life.
    pub(in super::super) fn unpack(&mut self, words: &[u64], cells: usize) {
        self.clear();
        let Some(([head, due], rest)) = words.split_first_chunk::<HEAD>() else { return };
        let (count, open, rows) = parts(*head);
        let Some((entries, rest)) = rest.split_at_checked(count * ENTRY) else { return };
        self.entries.extend(entries.as_chunks::<ENTRY>().0.iter().map(Entry::unpack));
        self.open.extend((0..count as u32).filter(|at| open >> at & 1 == 1));
        let Some((rows, rest)) = rest.split_at_checked(rows) else { return };
        self.rows.extend_from_slice(rows);
        self.whole.cells.extend_from_slice(rest.get(..cells).unwrap_or_default());
        self.whole.due = *due as i64;
    }
}

/// [`Course::expire`] on what was written, where it is: mostly time passes and nothing of it is late. When something of it
/// may be late the next time.
pub(in super::super) fn expire<S: Sink>(
    words: &mut [u64],
    ground: &Ground<'_>,
    desk: &mut Desk,
    moment: Time,
    sink: &mut S,
) -> i64 {
    let Some(([head, due_of_whole], rest)) = words.split_first_chunk_mut::<HEAD>() else {
        return i64::MAX;
    };
    let (count, open, rows) = parts(*head);
    let Some((entries, rest)) = rest.split_at_mut_checked(count * ENTRY) else { return i64::MAX };
    let Some((rows, cells)) = rest.split_at_mut_checked(rows) else { return i64::MAX };
    let (entries, _) = entries.as_chunks_mut::<ENTRY>();
    let mut all = std::mem::take(&mut desk.entries);
    all.clear();
    let mut due = i64::MAX;
    for at in (0..count).filter(|at| open >> at & 1 == 1) {
        let Some(mut entry) = entries.get(at).map(Entry::unpack) else { continue };
        if entry.due <= moment.seconds() {
            let place = entry.rows as usize;
            let waits = ground.sorts.get(entry.sort).waits;
            let own = rows.get_mut(place..place + waits).unwrap_or_default();
            entry.due = over(ground, desk, &entry, own, moment, |start, row| {
                let (entries, activation) = (gathered(&mut all, entries), Some(at));
                sink.tell(ground, Told { start, row, entries, activation, by: None, how: How::Late });
            });
            entries.get_mut(at).into_iter().for_each(|written| *written = entry.pack());
        }
        due = due.min(entry.due);
    }
    if *due_of_whole as i64 <= moment.seconds()
        && let Some(start) = entries.first().map(Entry::unpack)
    {
        let block = &ground.plan.whole;
        let cells = cells.get_mut(..block.cells).unwrap_or_default();
        *due_of_whole = whole::over(block, desk, cells, start.time, moment) as u64;
        if desk.broken.iter().any(|word| *word != 0) {
            whole::tell(ground, &mut desk.broken, gathered(&mut all, entries), How::Late, sink);
        }
    }
    desk.entries = all;
    due.min(*due_of_whole as i64)
}

/// The entries as a course has them, once something is to be told of them.
fn gathered<'a>(all: &'a mut Vec<Entry>, written: &[[u64; ENTRY]]) -> &'a [Entry] {
    if all.is_empty() {
        all.extend(written.iter().map(Entry::unpack));
    }
    all
}

/// How many entries there are, which of them wait, and how many words of rows they have.
fn parts(head: u64) -> (usize, u64, usize) {
    ((head & 0xff) as usize, head >> 8 & 0xff_ffff, (head >> 32) as usize)
}

impl Entry {
    fn pack(&self) -> [u64; ENTRY] {
        let offset = self.time.offset().unwrap_or(NO_OFFSET) as u16;
        let nanos = u64::from(self.time.subsecond_nanos());
        [
            self.time.seconds() as u64,
            nanos | u64::from(offset) << 32 | u64::from(self.rows) << 48,
            u64::from(self.event) | u64::from(self.sort) << 32,
            self.due as u64,
        ]
    }

    fn unpack([seconds, parts, known, due]: &[u64; ENTRY]) -> Self {
        let offset = Some((parts >> 32) as u16 as i16).filter(|offset| *offset != NO_OFFSET);
        let time = Time::new(*seconds as i64, *parts as u32, offset).unwrap_or(Time::ZERO);
        let rows = (parts >> 48) as u32;
        Self { time, event: *known as u32, sort: (known >> 32) as u32, due: *due as i64, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::{Course, Entry};
    use proptest::prelude::*;
    use record::Time;

    proptest! {
        #[test]
        fn a_course_comes_back_as_it_was(
            entries in prop::collection::vec(
                (
                    -9_999_999_999_i64..9_999_999_999,
                    0_u32..1_000_000_000,
                    prop::option::of(-1439_i16..1440),
                    any::<[u32; 2]>(),
                    any::<i64>(),
                ),
                1..24,
            ),
            open in any::<u32>(),
            rows in prop::collection::vec(any::<u64>(), 0..40),
            cells in prop::collection::vec(any::<u64>(), 3),
        ) {
            let mut course = Course::default();
            for (seconds, nanos, offset, [event, sort], due) in entries {
                let time = Time::new(seconds, nanos, offset).unwrap();
                let rows = course.entries.len() as u32;
                course.entries.push(Entry { time, event, sort, due, rows });
            }
            course.open = (0..course.entries.len() as u32).filter(|at| open >> at & 1 == 1).collect();
            course.rows = rows;
            course.whole.cells = cells;
            course.whole.due = i64::MAX;
            let (mut words, mut again, mut other) = (Vec::new(), Vec::new(), Course::default());
            words.resize(course.packed_len().unwrap(), 0);
            course.pack(&mut words);
            other.unpack(&words, 3);
            again.resize(other.packed_len().unwrap(), 0);
            other.pack(&mut again);
            prop_assert_eq!(words, again);
            prop_assert_eq!(format!("{:?}{:?}", course.entries, course.open), format!("{:?}{:?}", other.entries, other.open));
            prop_assert_eq!((course.rows, course.whole.cells), (other.rows, other.whole.cells));
        }
    }
}
