use crate::person::{Person, PersonId, Post};
use pack::Id;
use std::collections::{BTreeMap, BTreeSet};

/// What must be known of one person among many: how they stand in the city's service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The posts that they hold.
    pub posts: BTreeSet<Post>,
    /// The post that they held last, where they hold none any more.
    pub last: Option<Post>,
    /// Whether they are kept from signing in, and so from acting in any post.
    pub locked: bool,
    /// Whether they wish to be erased.
    pub wish: bool,
}

impl Member {
    fn of(person: &Person) -> Self {
        let now = &person.now;
        let last = now.last.clone().filter(|_| now.posts.is_empty());
        Self { posts: now.posts.clone(), last, locked: now.locked.is_some(), wish: now.wish.is_some() }
    }

    /// Whether they work here, or did.
    pub fn is_staff(&self) -> bool {
        !self.posts.is_empty() || self.last.is_some()
    }

    /// The offices whose people they are: where they hold posts, or else where they held the last.
    pub fn offices(&self) -> BTreeSet<&Id> {
        let held = self.posts.iter().chain(self.last.iter().filter(|_| self.posts.is_empty()));
        held.map(|post| &post.office).collect()
    }
}

/// Who holds which post: a projection of the record, for finding colleagues and for seeing who may act where.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    holders: BTreeMap<Post, BTreeSet<PersonId>>,
    members: BTreeMap<PersonId, Member>,
}

impl Roster {
    /// Takes in how `person` stands now.
    pub fn update(&mut self, person: &Person) {
        self.set(person.id, Member::of(person));
    }

    pub(crate) fn set(&mut self, person: PersonId, member: Member) {
        for post in self.members.remove(&person).unwrap_or_default().posts {
            let Some(holders) = self.holders.get_mut(&post) else { continue };
            holders.remove(&person);
            if holders.is_empty() {
                self.holders.remove(&post);
            }
        }
        if member == Member::default() {
            return;
        }
        // Whoever is locked acts in no post.
        for post in member.posts.iter().filter(|_| !member.locked) {
            self.holders.entry(post.clone()).or_default().insert(person);
        }
        self.members.insert(person, member);
    }

    /// Everyone who may act in a post, with all of theirs.
    pub fn iter(&self) -> impl Iterator<Item = (PersonId, &BTreeSet<Post>)> {
        let acting = self.members.iter().filter(|(_, member)| !member.locked && !member.posts.is_empty());
        acting.map(|(person, member)| (*person, &member.posts))
    }

    /// Everyone of whom there is something to know, those who are locked or hold no post any more among them.
    pub fn members(&self) -> impl Iterator<Item = (PersonId, &Member)> {
        self.members.iter().map(|(person, member)| (*person, member))
    }

    /// How `person` stands in the city's service.
    pub fn member(&self, person: PersonId) -> Option<&Member> {
        self.members.get(&person)
    }

    /// Who acts in `post`, in the order of ids.
    pub fn holders(&self, post: &Post) -> impl Iterator<Item = PersonId> {
        self.holders.get(post).into_iter().flatten().copied()
    }

    /// Every post that somebody acts in, with those who do.
    pub fn posts(&self) -> impl Iterator<Item = (&Post, &BTreeSet<PersonId>)> {
        self.holders.iter()
    }
}
