use crate::person::Post;
use pack::{Id, Title};
use record::ObjectRef;

/// What was decided, about whom and what, and why. It can only be had from [`super::Policies::decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub(super) allowed: bool,
    pub(super) actor: ObjectRef,
    pub(super) post: Option<Post>,
    pub(super) action: Id,
    pub(super) purpose: Option<Id>,
    pub(super) case: Option<ObjectRef>,
    pub(super) because: Vec<Because>,
    pub(super) ways: Vec<Way>,
}

/// A policy that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// Which.
    pub policy: Id,
    /// Why it stands, in the pack's words.
    pub title: Title,
    /// How surely its condition holds.
    pub certainty: Certainty,
}

/// How surely a condition holds that does not surely fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It holds.
    Sure,
    /// Facts that would tell are missing: their paths, such as `case.party`.
    Unknown(Vec<String>),
    /// It cannot be computed, and why.
    Failed(String),
}

/// A way in which the person could do what they were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The post to act in; none: for themselves.
    pub post: Option<Post>,
    /// The purpose to state, if any.
    pub purpose: Option<Id>,
    /// What to do differently, in words.
    pub title: Title,
}

impl Decision {
    /// Whether it may be done.
    pub fn allowed(&self) -> bool {
        self.allowed
    }

    /// Who asked.
    pub fn actor(&self) -> &ObjectRef {
        &self.actor
    }

    /// In which post.
    pub fn post(&self) -> Option<&Post> {
        self.post.as_ref()
    }

    /// What they asked to do.
    pub fn action(&self) -> &str {
        self.action.as_str()
    }

    /// The purpose that they stated.
    pub fn purpose(&self) -> Option<&Id> {
        self.purpose.as_ref()
    }

    /// The case that it is about.
    pub fn case(&self) -> Option<&ObjectRef> {
        self.case.as_ref()
    }

    /// The same, about no case: it was asked before there was one.
    #[must_use]
    pub fn without_case(self) -> Self {
        Self { case: None, ..self }
    }

    /// The policies that decided, by name: those that permit it, or those that forbid it. Empty when it is denied
    /// only because nothing permits it.
    pub fn because(&self) -> &[Because] {
        &self.because
    }

    /// When denied: how the same person could do it.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// What a refused person reads: why, then what they can do about it. Empty when allowed.
    pub fn reasons(&self) -> Vec<Title> {
        if self.allowed {
            return Vec::new();
        }
        let mut reasons: Vec<Title> = self.because.iter().map(Because::reason).collect();
        if reasons.is_empty() {
            reasons.push(Title::new("没有规定允许这样做", "No policy permits this"));
        }
        let advice =
            |way: &Way| Title::new(format!("您可以{}", way.title.zh), format!("You can {}", way.title.en));
        reasons.extend(self.ways.iter().map(advice));
        reasons
    }
}

impl Because {
    fn reason(&self) -> Title {
        let Title { zh, en } = &self.title;
        match &self.certainty {
            Certainty::Sure => self.title.clone(),
            Certainty::Unknown(facts) => {
                let facts = facts.join("`, `");
                Title::new(
                    format!("不能排除：{zh}（缺少 `{facts}`）"),
                    format!("It cannot be ruled out: {en} (`{facts}` is not known)"),
                )
            }
            Certainty::Failed(fault) => Title::new(
                format!("不能排除：{zh}（其条件无法计算）"),
                format!("It cannot be ruled out: {en} (its condition fails: {fault})"),
            ),
        }
    }
}
