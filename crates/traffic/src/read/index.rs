//! Things by their names. All names lie in one text: a city has hundreds of thousands, which would else leave holes all over the
//! memory when they are forgotten.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

#[derive(Debug, Clone)]
pub(super) struct Index<T> {
    names: String,
    /// By a digest of the name: where that begins and ends, and the thing. Of names with one digest, the later have the next that
    /// is free.
    known: HashMap<u64, (u32, u32, T)>,
    digests: RandomState,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { names: String::new(), known: HashMap::new(), digests: RandomState::new() }
    }
}

impl<T: Copy> Index<T> {
    /// The digest under which a name is or would be, and the thing if it is there.
    fn find(&self, name: &str) -> (u64, Option<T>) {
        let mut digest = self.digests.hash_one(name);
        while let Some((from, to, thing)) = self.known.get(&digest) {
            if self.names.get(*from as usize..*to as usize) == Some(name) {
                return (digest, Some(*thing));
            }
            digest = digest.wrapping_add(1);
        }
        (digest, None)
    }

    /// The thing of a name.
    pub fn get(&self, name: &str) -> Option<T> {
        self.find(name).1
    }

    /// The name of a thing; looked for one by one.
    pub fn name(&self, thing: T) -> Option<&str>
    where
        T: PartialEq,
    {
        let (from, to, _) = self.known.values().find(|(.., known)| *known == thing)?;
        self.names.get(*from as usize..*to as usize)
    }

    /// Whether there is a thing of a name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds a thing, and says which one had the name before.
    pub fn insert(&mut self, name: &str, thing: T) -> Option<T> {
        let (digest, before) = self.find(name);
        let from = self.names.len() as u32;
        self.names.push_str(name);
        self.known.insert(digest, (from, self.names.len() as u32, thing));
        before
    }
}

impl<'n, T: Copy> FromIterator<(&'n str, T)> for Index<T> {
    fn from_iter<I: IntoIterator<Item = (&'n str, T)>>(all: I) -> Self {
        let mut index = Self::default();
        all.into_iter().for_each(|(name, thing)| {
            index.insert(name, thing);
        });
        index
    }
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn things_are_found_by_their_names_alone() {
        let mut index: Index<usize> = ["a", "ab", ""].into_iter().zip(0..).collect();
        assert_eq!((index.get("ab"), index.get(""), index.get("b")), (Some(1), Some(2), None));
        assert_eq!((index.insert("ab", 7), index.insert("b", 8)), (Some(1), None));
        assert_eq!((index.get("a"), index.get("ab"), index.contains("b")), (Some(0), Some(7), true));
    }
}
