use crate::person::{Person, PersonId, Post};
use pack::Id;
use std::collections::{BTreeMap, BTreeSet};

/// Who holds which post: a projection of the record, for finding colleagues and for seeing who may act where.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    holders: BTreeMap<Post, BTreeSet<PersonId>>,
    posts: BTreeMap<PersonId, BTreeSet<Post>>,
}

impl Roster {
    /// Takes in how `person` stands now. Whoever is locked holds nothing here.
    pub fn update(&mut self, person: &Person) {
        let locked = person.now.locked.is_some();
        self.set(person.id, if locked { BTreeSet::new() } else { person.now.posts.clone() });
    }

    pub(crate) fn set(&mut self, person: PersonId, posts: BTreeSet<Post>) {
        for post in self.posts.remove(&person).unwrap_or_default() {
            let Some(holders) = self.holders.get_mut(&post) else { continue };
            holders.remove(&person);
            if holders.is_empty() {
                self.holders.remove(&post);
            }
        }
        if posts.is_empty() {
            return;
        }
        for post in &posts {
            self.holders.entry(post.clone()).or_default().insert(person);
        }
        self.posts.insert(person, posts);
    }

    /// Everyone who holds a post, with all of theirs.
    pub fn iter(&self) -> impl Iterator<Item = (PersonId, &BTreeSet<Post>)> {
        self.posts.iter().map(|(person, posts)| (*person, posts))
    }

    /// Who holds `post`, in the order of ids.
    pub fn holders(&self, post: &Post) -> impl Iterator<Item = PersonId> {
        self.holders.get(post).into_iter().flatten().copied()
    }

    /// Every post in `office` that somebody holds, with its holders.
    pub fn of_office(&self, office: &Id) -> impl Iterator<Item = (&Post, &BTreeSet<PersonId>)> {
        self.holders.iter().filter(move |(post, _)| post.office == *office)
    }
}
