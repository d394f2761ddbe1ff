//! What administrators do with people and posts. Policies say who may; what is here holds whatever they say: no post that
//! the packs do not know, and nobody is the last to look after an office and then is not.

use crate::activity::attribute::REASONS;
use crate::person::{Person, PersonId, Post};
use crate::policy::{Actor, Decision, Policies, Request, StaffFacts};
use crate::registry::{self, Stamp};
use crate::roster::Roster;
use jiff::civil::Date;
use pack::model::Definitions;
use pack::problem::nearest;
use pack::{Id, Title};
use record::{Event, ObjectRef};
use std::collections::BTreeSet;

/// What is done with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are given a post.
    Grant(Post),
    /// A post is taken back.
    Revoke(Post),
    /// They are kept from signing in.
    Lock,
    /// They may sign in again.
    Unlock,
    /// They are given a code by which they may once choose a password.
    Reset,
    /// The steps that they hold go to somebody else.
    HandOver,
}

impl Act {
    /// The action, as policies name it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Grant(_) => "grant",
            Self::Revoke(_) => "revoke",
            Self::Lock | Self::Unlock | Self::Reset | Self::HandOver => ADMINISTER,
        }
    }
}

/// The action of looking after those who work in an office, and of seeing who they are.
pub const ADMINISTER: &str = "administer";

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A person, as policies allow.
    Person(&'a Actor),
    /// Whoever runs the program on the machine that keeps the record, and could do anything with it.
    Operator,
}

/// Stands for the operator in events.
pub fn operator() -> ObjectRef {
    ObjectRef::new("operator", "command-line")
}

impl By<'_> {
    /// Who, for an event.
    pub fn object(&self) -> ObjectRef {
        match self {
            Self::Person(actor) => actor.id().clone(),
            Self::Operator => operator(),
        }
    }
}

/// Why it is not done.
#[derive(Debug)]
pub enum Refused {
    /// Policies do not permit it.
    Denied(Box<Decision>),
    /// What was asked does not fit how things are, and what to do instead.
    Unfit(Title),
}

impl Refused {
    /// Why, in words for whoever asked.
    pub fn title(&self) -> Title {
        match self {
            Self::Unfit(why) => why.clone(),
            Self::Denied(decision) => {
                let reasons = decision.reasons();
                let join = |part: fn(&Title) -> &str, with: &str| {
                    reasons.iter().map(part).collect::<Vec<_>>().join(with)
                };
                Title::new(join(|title| &title.zh, "；"), join(|title| &title.en, ". "))
            }
        }
    }
}

fn unfit<T>(zh: String, en: String) -> Result<T, Refused> {
    Err(Refused::Unfit(Title::new(zh, en)))
}

/// Everything that decides what may be done with whom.
#[derive(Clone, Copy, Debug)]
pub struct Staff<'a> {
    /// Offices and roles.
    pub definitions: &'a Definitions,
    /// Who may do what.
    pub policies: &'a Policies,
    /// Who holds which post, now.
    pub roster: &'a Roster,
    /// The day.
    pub today: Date,
}

impl Staff<'_> {
    /// Whether `by` may do this with `person`, for these reasons.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn judge(&self, by: By<'_>, person: &Person, act: &Act, reasons: &str) -> Result<(), Refused> {
        if let Act::Grant(post) = act {
            self.known(post)?;
        }
        if let By::Person(actor) = by {
            self.permitted(actor, person, act)?;
        }
        if let Act::Grant(post) = act {
            self.has_work(post)?;
        }
        if reasons.trim().is_empty() {
            return unfit("请写明理由".into(), "Say why: it stands on the record".into());
        }
        fits(person, act)?;
        self.still_looked_after(person, act)
    }

    /// The event of an act that needs nothing more than itself, once [`Staff::judge`] has let it pass; none for the others.
    pub fn event(stamp: Stamp, person: PersonId, act: &Act, reasons: &str) -> Option<Event> {
        let reasons = reasons.trim();
        Some(match act {
            Act::Grant(post) => registry::role_granted(stamp, person, post).with(REASONS, reasons),
            Act::Revoke(post) => registry::role_withdrawn(stamp, person, post).with(REASONS, reasons),
            Act::Lock => registry::locked(stamp, person, reasons),
            Act::Unlock => registry::unlocked(stamp, person, reasons),
            Act::Reset | Act::HandOver => return None,
        })
    }

    /// That packs define the post: a misspelt one would be held by somebody and mean nothing.
    pub fn known(&self, post: &Post) -> Result<(), Refused> {
        let Definitions { roles, offices, .. } = self.definitions;
        let Some(role) = roles.get(&post.role) else {
            return unknown(
                "岗位",
                "role",
                &post.role,
                roles.values().filter(|role| !role.program).map(|role| &role.id),
            );
        };
        if role.program {
            let zh = format!("“{}”由程序担任，不授予任何人", role.title.zh);
            return unfit(zh, format!("the program itself is “{}”; nobody else can be", role.title.en));
        }
        if !offices.contains_key(&post.office) {
            return unknown("单位", "office", &post.office, offices.keys());
        }
        Ok(())
    }

    /// That there is work for the role at the office: a post at an office to which nothing of its role comes means nothing.
    fn has_work(&self, post: &Post) -> Result<(), Refused> {
        let Definitions { roles, offices, .. } = self.definitions;
        let Some(at) = self.definitions.work_of(&post.role).filter(|at| !at.contains(&post.office)) else {
            return Ok(());
        };
        let role = roles.get(&post.role).map(|role| role.title.clone()).unwrap_or_default();
        let office = offices.get(&post.office).map(|office| office.title.clone()).unwrap_or_default();
        let titles = || at.iter().filter_map(|id| offices.get(id)).map(|office| &office.title);
        let zh: Vec<&str> = titles().map(|title| title.zh.as_str()).collect();
        let en: Vec<&str> = titles().map(|title| title.en.as_str()).collect();
        unfit(
            format!("“{}”没有“{}”的工作；有这项工作的单位：{}", office.zh, role.zh, zh.join("、")),
            format!("{} has no work for “{}”; those that have: {}", office.en, role.en, en.join(", ")),
        )
    }

    /// What policies say. An act on a person is one on each office whose person they are, so that nobody gets at a
    /// colleague higher up through a post that both have lower down.
    fn permitted(&self, actor: &Actor, person: &Person, act: &Act) -> Result<(), Refused> {
        let (role, offices) = match act {
            Act::Grant(post) | Act::Revoke(post) => (Some(post.role.clone()), BTreeSet::from([&post.office])),
            _ => {
                let last = person.now.last.iter().filter(|_| person.now.posts.is_empty());
                let posts = person.now.posts.iter().chain(last);
                (None, posts.map(|post| &post.office).collect())
            }
        };
        let facts = StaffFacts {
            person: person.id.object(),
            roles: person.now.posts.iter().map(|post| post.role.clone()).collect(),
            offices: person.now.posts.iter().map(|post| post.office.clone()).collect(),
            role,
        };
        // Of somebody who is nobody's, it is asked without an office.
        let asked: Vec<Option<&Id>> =
            if offices.is_empty() { vec![None] } else { offices.into_iter().map(Some).collect() };
        for office in asked {
            let decision = self.policies.decide(&self.request(actor, act.action(), office, &facts));
            if !decision.allowed() {
                return Err(Refused::Denied(Box::new(decision)));
            }
        }
        Ok(())
    }

    fn request<'a>(
        &self,
        actor: &'a Actor,
        action: &'a str,
        office: Option<&'a Id>,
        staff: &'a StaffFacts,
    ) -> Request<'a> {
        let (purpose, case, step, staff) = (None, None, None, Some(staff));
        Request { actor, action, purpose, case, step, office, staff, today: self.today }
    }

    /// Whether `actor` looks after those who work in `office`.
    pub fn looks_after(&self, actor: &Actor, office: &Id) -> bool {
        // Policies speak of the person too: somebody of whom nothing is known.
        let anybody = StaffFacts {
            person: ObjectRef::new(PersonId::KIND, "anybody"),
            roles: BTreeSet::new(),
            offices: BTreeSet::new(),
            role: None,
        };
        self.policies.allows(&self.request(actor, ADMINISTER, Some(office), &anybody))
    }

    /// Whether whoever holds `post` looks after those who work in `office`.
    pub fn post_looks_after(&self, post: &Post, office: &Id) -> bool {
        let mut holder = Person::new(PersonId::default());
        holder.now.posts.insert(post.clone());
        Actor::of(&holder, Some(post)).is_ok_and(|actor| self.looks_after(&actor, office))
    }

    /// The posts that look after those who work in `office`, whether or not anybody holds them; of that office first.
    pub fn posts_over(&self, office: &Id) -> Vec<Post> {
        let chain = self.definitions.chain(office);
        let posts = chain
            .flat_map(|up| self.definitions.roles.keys().map(|role| Post::new(role.clone(), up.id.clone())));
        posts.filter(|post| self.post_looks_after(post, office)).collect()
    }

    /// Who looks after those who work in `office` in a post other than those of `person` that are `lost`.
    fn anyone_over(&self, office: &Id, person: PersonId, lost: &dyn Fn(&Post) -> bool) -> bool {
        self.roster.posts().any(|(post, holders)| {
            let remain = holders.iter().any(|holder| *holder != person || !lost(post));
            remain && self.post_looks_after(post, office)
        })
    }

    /// That no office which somebody looks after is left without anybody who does.
    fn still_looked_after(&self, person: &Person, act: &Act) -> Result<(), Refused> {
        let lost = |post: &Post| match act {
            Act::Revoke(revoked) => post == revoked,
            Act::Lock => true,
            _ => false,
        };
        let held = person.now.posts.iter().filter(|post| lost(post) && person.now.locked.is_none());
        for office in held.map(|post| &post.office) {
            let before = self.anyone_over(office, person.id, &|_| false);
            if before && !self.anyone_over(office, person.id, &lost) {
                let title = self.definitions.offices.get(office).map(|office| office.title.clone());
                let Title { zh, en } = title.unwrap_or_default();
                return unfit(
                    format!("这是{zh}最后一位管理员，请先任命另一位"),
                    format!("This is the last administrator of {en}; appoint another first"),
                );
            }
        }
        Ok(())
    }
}

/// That the act changes something.
fn fits(person: &Person, act: &Act) -> Result<(), Refused> {
    let now = &person.now;
    let why = match act {
        _ if now.erased.is_some() => ("此人的数据已被删除", "This person was erased"),
        Act::Grant(post) if now.posts.contains(post) => ("此人已有这个岗位", "They hold this post already"),
        Act::Grant(_) if now.locked.is_some() => {
            ("此人已停用，请先恢复", "They are locked; unlock them first")
        }
        Act::Revoke(post) if !now.posts.contains(post) => ("此人没有这个岗位", "They do not hold this post"),
        Act::Lock if now.locked.is_some() => ("此人已停用", "They are locked already"),
        Act::Unlock if now.locked.is_none() => ("此人没有停用", "They are not locked"),
        Act::Reset if now.locked.is_some() => ("此人已停用，请先恢复", "They are locked; unlock them first"),
        Act::Reset if now.sign_in_name.is_none() => ("此人没有登录名", "They have no name to sign in by"),
        _ => return Ok(()),
    };
    unfit(why.0.into(), why.1.into())
}

fn unknown<'a>(
    zh: &str,
    en: &str,
    id: &Id,
    known: impl Iterator<Item = &'a Id> + Clone,
) -> Result<(), Refused> {
    let all = known.map(Id::as_str);
    let (mend_zh, mend_en) = match nearest(id.as_str(), all.clone()) {
        Some(meant) => (format!("是否指 `{meant}`？"), format!("did you mean `{meant}`?")),
        None => {
            let all = all.collect::<Vec<_>>().join("`, `");
            (format!("可选 `{all}`"), format!("use one of `{all}`"))
        }
    };
    unfit(format!("没有{zh} `{id}`；{mend_zh}"), format!("no {en} is called `{id}`; {mend_en}"))
}
