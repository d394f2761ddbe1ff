/// Runs of words of any length, each in whole cache lines one after the other, so that to read one is to wait for memory
/// but once.
#[derive(Default)]
pub(super) struct Shelf {
    pages: Vec<Vec<Line>>,
    /// How many lines of the last page are given out.
    used: usize,
    /// Runs that were given up, by their length in lines.
    free: Vec<Vec<Run>>,
}

type Line = [u64; 8];

/// Lines to a page.
const PAGE: usize = 4096;

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    page: u32,
    start: u16,
    lines: u16,
}

impl Shelf {
    /// Whether a run may be so many words long.
    pub(super) fn fits(words: usize) -> bool {
        words.div_ceil(8) <= PAGE
    }

    /// Room for so many words, where they were if they still fit there, or else somewhere else.
    #[inline]
    pub(super) fn room(&mut self, run: Option<Run>, words: usize) -> Run {
        let lines = words.div_ceil(8).max(1);
        match run {
            Some(run) if usize::from(run.lines) == lines => run,
            run => {
                run.into_iter().for_each(|old| self.give_up(old));
                self.find(lines)
            }
        }
    }

    pub(super) fn give_up(&mut self, run: Run) {
        let lines = usize::from(run.lines);
        if self.free.len() <= lines {
            self.free.resize_with(lines + 1, Vec::new);
        }
        self.free.get_mut(lines).into_iter().for_each(|free| free.push(run));
    }

    fn find(&mut self, lines: usize) -> Run {
        if let Some(run) = self.free.get_mut(lines).and_then(Vec::pop) {
            return run;
        }
        let left = PAGE - self.used;
        if self.pages.is_empty() || left < lines {
            if !self.pages.is_empty() && left > 0 {
                let rest = self.run(self.used, left);
                self.give_up(rest);
            }
            self.pages.push(vec![[0; 8]; PAGE]);
            self.used = 0;
        }
        let run = self.run(self.used, lines);
        self.used += lines;
        run
    }

    /// So many lines of the last page.
    fn run(&self, start: usize, lines: usize) -> Run {
        Run { page: self.pages.len() as u32 - 1, start: start as u16, lines: lines as u16 }
    }

    fn lines_mut(&mut self, run: Run) -> &mut [Line] {
        let range = usize::from(run.start)..usize::from(run.start) + usize::from(run.lines);
        self.pages.get_mut(run.page as usize).and_then(|page| page.get_mut(range)).unwrap_or_default()
    }

    fn lines(&self, run: Run) -> &[Line] {
        let range = usize::from(run.start)..usize::from(run.start) + usize::from(run.lines);
        self.pages.get(run.page as usize).and_then(|page| page.get(range)).unwrap_or_default()
    }

    /// [`Self::words`], to change.
    pub(super) fn words_mut(&mut self, run: Run) -> &mut [u64] {
        self.lines_mut(run).as_flattened_mut()
    }

    /// The words of a run, and what fills its last line.
    pub(super) fn words(&self, run: Run) -> &[u64] {
        self.lines(run).as_flattened()
    }

    /// Has a run fetched from memory: what is returned depends on each of its lines, and on nothing that would have to be
    /// there before.
    pub(super) fn touch(&self, run: Run) -> u64 {
        self.lines(run).iter().fold(0, |sum, line| sum ^ line[0])
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        let free: usize = self.free.iter().map(|free| free.capacity() * size_of::<Run>()).sum();
        self.pages.len() * PAGE * size_of::<Line>() + free
    }
}

#[cfg(test)]
mod tests {
    use super::{Run, Shelf};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_put_is_there(steps in prop::collection::vec((0_usize..40, 0_usize..90, any::<u64>()), 0..400)) {
            let mut shelf = Shelf::default();
            let mut held: Vec<Option<(Run, Vec<u64>)>> = vec![None; 40];
            for (which, length, word) in steps {
                let old = held[which].take().map(|(run, _)| run);
                if word % 5 == 0 {
                    old.into_iter().for_each(|run| shelf.give_up(run));
                } else {
                    let words: Vec<u64> = (0..length as u64).map(|at| word ^ at).collect();
                    let run = shelf.room(old, words.len());
                    shelf.words_mut(run)[..words.len()].copy_from_slice(&words);
                    held[which] = Some((run, words));
                }
                for (run, words) in held.iter().flatten() {
                    prop_assert_eq!(&shelf.words(*run)[..words.len()], words.as_slice());
                }
            }
        }
    }
}
