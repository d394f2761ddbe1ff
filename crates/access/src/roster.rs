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
        for post in self.posts.remove(&person.id).unwrap_or_default() {
            let Some(holders) = self.holders.get_mut(&post) else { continue };
            holders.remove(&person.id);
            if holders.is_empty() {
                self.holders.remove(&post);
            }
        }
        if person.now.locked.is_some() || person.now.posts.is_empty() {
            return;
        }
        for post in &person.now.posts {
            self.holders.entry(post.clone()).or_default().insert(person.id);
        }
        self.posts.insert(person.id, person.now.posts.clone());
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
