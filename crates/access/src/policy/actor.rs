use crate::person::{Person, Post};
use record::ObjectRef;
use std::collections::BTreeSet;

/// A person in the post in which they act, or acting for themselves. A person with several posts acts in one at a
/// time, so that what they may do as a clerk in one office does not add to what they may do as a supervisor in
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    id: ObjectRef,
    post: Option<Post>,
    held: BTreeSet<Post>,
}

/// Why a person cannot act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotActing {
    /// They are kept from it.
    #[error("`{0}` is locked; unlock them first")]
    Locked(ObjectRef),
    /// They were erased.
    #[error("`{0}` was erased; whoever they were must open a new account")]
    Erased(ObjectRef),
    /// The post is not, or no longer, theirs.
    #[error("`{person}` does not hold the post `{post}`; act in one that they hold, or for themselves")]
    NotHeld {
        /// Who.
        person: ObjectRef,
        /// Which post.
        post: Post,
    },
}

impl Actor {
    /// The person as they stand now, acting in `post`, or for themselves. To be made anew for each request, since
    /// posts are withdrawn while people are signed in.
    ///
    /// # Errors
    /// [`NotActing`].
    pub fn of(person: &Person, post: Option<&Post>) -> Result<Self, NotActing> {
        let id = person.id.object();
        if person.now.locked.is_some() {
            return Err(NotActing::Locked(id));
        }
        if person.now.erased.is_some() {
            return Err(NotActing::Erased(id));
        }
        if let Some(post) = post.filter(|post| !person.now.posts.contains(*post)) {
            return Err(NotActing::NotHeld { person: id, post: post.clone() });
        }
        Ok(Self { id, post: post.cloned(), held: person.now.posts.clone() })
    }

    /// Who.
    pub fn id(&self) -> &ObjectRef {
        &self.id
    }

    /// In which post.
    pub fn post(&self) -> Option<&Post> {
        self.post.as_ref()
    }

    /// The same person in every way in which they can act, as they act now first.
    pub(super) fn guises(&self) -> impl Iterator<Item = Self> {
        let all = std::iter::once(None).chain(self.held.iter().map(Some));
        let others = all.filter(|post| *post != self.post.as_ref()).map(|post| post.cloned());
        std::iter::once(self.post.clone()).chain(others).map(|post| Self { post, ..self.clone() })
    }
}
