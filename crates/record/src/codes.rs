use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Names by the order in which they were first seen: each has a number, from 0 on.
///
/// Each is kept once. The table beside them holds no more than numbers and a part of each name's hash, so that it stays
/// small and grows without hashing anything again. It cannot be made slow by names that somebody chose for it.
#[derive(Clone)]
pub struct Codes<T> {
    all: Vec<T>,
    /// By hash, from where it falls on: the hash, and the number plus one; 0 where nothing is.
    table: Vec<(u32, u32)>,
    /// The last number by what a name looks like at a glance: in logs the same few come again and again.
    recent: Vec<u32>,
    hash: RandomState,
}

const RECENT: usize = 64;

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self { all: Vec::new(), table: Vec::new(), recent: Vec::new(), hash: RandomState::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Codes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.all).finish()
    }
}

impl<T: PartialEq> PartialEq for Codes<T> {
    /// The same names in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl<T: Borrow<str> + for<'t> From<&'t str>> Codes<T> {
    /// The number of a name, which it gets now if it is new.
    #[inline]
    pub fn put(&mut self, name: &str) -> u32 {
        let glance = glance(name);
        if let Some(code) = self.recent.get(glance).copied()
            && self.is(code, name)
        {
            return code;
        }
        let code = self.look_up(name, self.hash_of(name));
        if self.recent.is_empty() {
            self.recent.resize(RECENT, u32::MAX);
        }
        self.recent.get_mut(glance).into_iter().for_each(|recent| *recent = code);
        code
    }

    /// The numbers of many names, none of them likely to be one of the last: what stands in memory far apart is fetched for all
    /// of them at once, and not waited for name by name.
    pub fn put_all(&mut self, names: &[impl AsRef<str>]) -> Vec<u32> {
        const AT_ONCE: usize = 64;
        let mut codes = Vec::with_capacity(names.len());
        for names in names.chunks(AT_ONCE) {
            let mut hashes = [0; AT_ONCE];
            for (hash, name) in hashes.iter_mut().zip(names) {
                *hash = self.hash_of(name.as_ref());
            }
            let mask = self.table.len().wrapping_sub(1);
            let likely = hashes.map(|hash| self.table.get(hash as usize & mask).map_or(0, |(_, next)| *next));
            let known = likely.iter().filter_map(|next| self.all.get(next.checked_sub(1)? as usize));
            std::hint::black_box(known.filter(|name| (*name).borrow().len() == 1).count());
            codes.extend(names.iter().zip(hashes).map(|(name, hash)| self.look_up(name.as_ref(), hash)));
        }
        codes
    }

    /// The number of a name; none if it was never put.
    pub fn code(&self, name: &str) -> Option<u32> {
        self.find(name, self.hash_of(name)).ok()
    }

    /// The name of a number.
    pub fn get(&self, code: u32) -> Option<&T> {
        self.all.get(code as usize)
    }

    /// The names in the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Bytes of memory beside itself, about; of long names without their text.
    pub fn size(&self) -> usize {
        self.all.capacity() * size_of::<T>() + self.table.capacity() * 8 + self.recent.capacity() * 4
    }

    fn is(&self, code: u32, name: &str) -> bool {
        self.all.get(code as usize).is_some_and(|one| one.borrow() == name)
    }

    fn hash_of(&self, name: &str) -> u32 {
        self.hash.hash_one(name) as u32
    }

    fn look_up(&mut self, name: &str, hash: u32) -> u32 {
        if self.table.len() < 2 * (self.all.len() + 1) {
            self.grow();
        }
        match self.find(name, hash) {
            Ok(code) => code,
            Err(place) => {
                let code = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
                self.all.push(T::from(name));
                self.table.get_mut(place).into_iter().for_each(|at| *at = (hash, code.saturating_add(1)));
                code
            }
        }
    }

    /// The number of a name, or the place in the table where it would stand.
    fn find(&self, name: &str, hash: u32) -> Result<u32, usize> {
        let mask = self.table.len().wrapping_sub(1);
        let mut place = hash as usize & mask;
        loop {
            match self.table.get(place) {
                Some((_, 0)) | None => return Err(place),
                Some((other, next)) if *other == hash && self.is(next - 1, name) => return Ok(next - 1),
                Some(_) => place = (place + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (2 * self.table.len()).max(8);
        let old = std::mem::replace(&mut self.table, vec![(0, 0); size]);
        for (hash, next) in old.into_iter().filter(|(_, next)| *next > 0) {
            let mut place = hash as usize & (size - 1);
            while self.table.get(place).is_some_and(|(_, next)| *next > 0) {
                place = (place + 1) & (size - 1);
            }
            self.table.get_mut(place).into_iter().for_each(|at| *at = (hash, next));
        }
    }
}

/// What a name looks like: its length, and its first, middle and last byte.
#[inline]
fn glance(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |place: usize| bytes.get(place).copied().map_or(0, usize::from);
    let len = bytes.len();
    (len.wrapping_mul(7) ^ at(0).wrapping_mul(5) ^ at(len / 2).wrapping_mul(3) ^ at(len.wrapping_sub(1)))
        % RECENT
}

#[cfg(test)]
mod tests {
    use super::Codes;
    use proptest::prelude::*;
    use smol_str::SmolStr;

    proptest! {
        #[test]
        fn each_name_has_the_number_of_its_first_coming(
            names in prop::collection::vec("[ab]{0,3}|.{0,9}|[0-9]{1,3}", 0..300),
        ) {
            let mut codes: Codes<SmolStr> = Codes::default();
            let mut plain: Vec<String> = Vec::new();
            for name in &names {
                prop_assert_eq!(codes.code(name), plain.iter().position(|one| one == name).map(|at| at as u32));
                if !plain.contains(name) {
                    plain.push(name.clone());
                }
                let code = codes.put(name);
                prop_assert_eq!(plain.get(code as usize), Some(name));
                prop_assert_eq!(codes.get(code).map(|one| one.as_str()), Some(name.as_str()));
            }
            prop_assert!(codes.all().iter().eq(plain.iter()));
            let mut at_once: Codes<SmolStr> = Codes::default();
            let numbers = at_once.put_all(&names);
            prop_assert_eq!(at_once.all(), codes.all());
            prop_assert_eq!(numbers, names.iter().map(|name| codes.code(name).unwrap()).collect::<Vec<_>>());
        }
    }
}
