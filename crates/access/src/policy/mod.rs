use crate::person::Post;
use jiff::civil::Date;
use pack::cel::{Bindings, Bounds, Checked, Env, NoFunctions, Outcome, Source as _, Value};
use pack::model::{ACTIONS, Definitions, Effect, Policy, Reach};
use pack::{Id, Problem, Title};
use std::collections::{BTreeMap, BTreeSet};

mod actor;
mod decision;
mod facts;

pub use actor::{Actor, NotActing};
pub use decision::{Because, Certainty, Decision, Way};
pub use facts::{CaseFacts, StaffFacts, StepFacts};

/// What somebody asks to do.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who, and in which post.
    pub actor: &'a Actor,
    /// What: one of [`ACTIONS`].
    pub action: &'a str,
    /// What for, as they state it.
    pub purpose: Option<&'a Id>,
    /// The case that it is about.
    pub case: Option<&'a CaseFacts>,
    /// The step that it is about.
    pub step: Option<&'a StepFacts>,
    /// The office that it is about, where it is not about a case.
    pub office: Option<&'a Id>,
    /// The person who works here, or is to, that it is about.
    pub staff: Option<&'a StaffFacts>,
    /// The day on which it is asked.
    pub today: Date,
}

/// The policies of all packs, each condition checked.
#[derive(Clone, Debug)]
pub struct Policies {
    env: Env,
    all: Vec<(Policy, Option<Checked>)>,
    closed: BTreeSet<Id>,
    offices: BTreeMap<Id, facts::OfficeFacts>,
    starters: BTreeMap<Id, Id>,
    roles: BTreeMap<Id, Title>,
    purposes: BTreeMap<Id, Title>,
}

impl Policies {
    /// Checks every policy's condition against what policies may speak of.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, each at its place in its file.
    pub fn check(definitions: &Definitions) -> Result<Self, Vec<Problem>> {
        let env = facts::env(definitions);
        let mut problems = Vec::new();
        let mut all = Vec::new();
        for policy in definitions.policies.values() {
            match policy.when.as_ref().map(|when| when.check(&env)).transpose() {
                Ok(condition) => {
                    problems.extend(never(policy, condition.as_ref()));
                    all.push((policy.clone(), condition));
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            problems.sort();
            return Err(problems);
        }
        let roles = definitions.roles.values().map(|role| (role.id.clone(), role.title.clone())).collect();
        let purposes = definitions.purposes.clone();
        Ok(Self {
            env,
            all,
            closed: definitions.closed.clone(),
            offices: facts::offices(definitions),
            starters: facts::starters(definitions),
            roles,
            purposes,
        })
    }

    /// Decides: allowed when a permitting policy applies and no forbidding one does.
    ///
    /// A permitting policy applies when its roles, actions and purpose are those of the request, it reaches the category
    /// of the case, and its condition surely holds. A forbidding one already applies when its condition may hold, since a
    /// fact that is missing must not be a way round it; it reaches closed categories without naming them; and one that is
    /// bound to a purpose applies as long as no other purpose is stated. In every post and with every purpose that would do
    /// instead, the refused person is told so.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let (allowed, because) = self.judge(request, &self.bind(request));
        let ways = if allowed { Vec::new() } else { self.ways(request) };
        Decision {
            allowed,
            actor: request.actor.id().clone(),
            post: request.actor.post().cloned(),
            action: request.action.into(),
            purpose: request.purpose.cloned(),
            case: request.case.map(|case| case.id.clone()),
            because,
            ways,
        }
    }

    /// How the person could do it: in each post that they hold, or acting for themselves, with the purpose stated,
    /// without any, or else with each that would do. Empty when there is no way.
    pub fn ways(&self, request: &Request<'_>) -> Vec<Way> {
        let mut ways = Vec::new();
        for actor in request.actor.guises() {
            let asked = |purpose| Request { actor: &actor, purpose, ..*request };
            let bindings = self.bind(&asked(None));
            let would = |asked: &Request<'_>| self.judge(asked, &bindings).0;
            let mut simple = [request.purpose, None].into_iter().map(asked);
            if let Some(asked) = simple.find(would) {
                ways.push(self.way(&asked, request));
                continue;
            }
            let stated = self.purposes.keys().map(|purpose| asked(Some(purpose)));
            ways.extend(stated.filter(would).map(|asked| self.way(&asked, request)));
        }
        ways
    }

    /// Whether it may be done: what [`Policies::decide`] says, without the reasons. For long lists of what somebody may
    /// see or do.
    pub fn allows(&self, request: &Request<'_>) -> bool {
        self.judge(request, &self.bind(request)).0
    }

    fn bind(&self, request: &Request<'_>) -> Bindings {
        facts::bind(&self.env, &self.offices, &self.starters, request)
    }

    fn judge(&self, request: &Request<'_>, bindings: &Bindings) -> (bool, Vec<Because>) {
        // An action or a purpose that no pack defines would slip past whatever forbids it by name.
        let unheard = |purpose: &Id| !self.purposes.contains_key(purpose);
        if !ACTIONS.contains(&request.action) || request.purpose.is_some_and(unheard) {
            return (false, Vec::new());
        }
        let (mut permits, mut forbids) = (Vec::new(), Vec::new());
        for (policy, condition) in
            self.all.iter().filter(|(policy, _)| self.reaches(policy, request) && speaks_of(policy, request))
        {
            let certainty = condition.as_ref().map_or(Some(Certainty::Sure), |when| ask(when, bindings));
            let Some(certainty) = certainty else { continue };
            let sure = certainty == Certainty::Sure;
            let because = Because { policy: policy.id.clone(), title: policy.title.clone(), certainty };
            match policy.effect {
                Effect::Forbid => forbids.push(because),
                Effect::Permit if sure => permits.push(because),
                Effect::Permit => {}
            }
        }
        if forbids.is_empty() { (!permits.is_empty(), permits) } else { (false, forbids) }
    }

    /// Whether `policy` speaks of cases such as the one that is asked about. What is about no case is in no category, so a
    /// policy of some categories permits nothing there, and forbids it: what is missing must not be a way round it.
    fn reaches(&self, policy: &Policy, request: &Request<'_>) -> bool {
        let category = request.case.map(|case| &case.category);
        match (&policy.reach, policy.effect) {
            (Reach::Everywhere, _) | (Reach::Open, Effect::Forbid) => true,
            (Reach::Open, Effect::Permit) => category.is_none_or(|category| !self.closed.contains(category)),
            (Reach::Of(all), Effect::Permit) => category.is_some_and(|category| all.contains(category)),
            (Reach::Of(all), Effect::Forbid) => category.is_none_or(|category| all.contains(category)),
        }
    }

    fn way(&self, asked: &Request<'_>, refused: &Request<'_>) -> Way {
        let post = asked.actor.post();
        let title = |titles: &BTreeMap<Id, Title>, id: &Id| {
            titles.get(id).cloned().unwrap_or_else(|| Title::new(id.as_str(), id.as_str()))
        };
        let acting = (post != refused.actor.post()).then(|| match post {
            None => Title::new("以本人身份办理", "act for yourself"),
            Some(Post { role, office }) => {
                let role = title(&self.roles, role);
                let office = self.offices.get(office).map(|office| office.title.clone()).unwrap_or_default();
                Title::new(
                    format!("以{}“{}”身份办理", office.zh, role.zh),
                    format!("act as {} of {}", role.en, office.en),
                )
            }
        });
        let stating = (asked.purpose != refused.purpose).then(|| match asked.purpose {
            None => Title::new("不说明目的", "ask without stating a purpose"),
            Some(purpose) => {
                let Title { zh, en } = title(&self.purposes, purpose);
                Title::new(format!("说明目的“{zh}”"), format!("state the purpose `{purpose}` ({en})"))
            }
        });
        let title = match (acting, stating) {
            (Some(a), Some(b)) => {
                Title::new(format!("{}，并{}", a.zh, b.zh), format!("{}, and {}", a.en, b.en))
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Title::default(),
        };
        Way { post: post.cloned(), purpose: asked.purpose.cloned(), title }
    }
}

/// That the policy's condition can never hold, whatever is known.
fn never(policy: &Policy, condition: Option<&Checked>) -> Option<Problem> {
    let (when, condition) = policy.when.as_ref().zip(condition)?;
    let possible = Bounds::of(&condition.env).assume(condition);
    let what = || format!("the policy `{}` never applies: this can never hold", policy.id);
    let mend = "say in `when` what it is for, or take the policy out";
    (!possible).then(|| when.place.problem(what(), mend))
}

/// Whether `policy` is about such a request at all, whatever its condition.
fn speaks_of(policy: &Policy, request: &Request<'_>) -> bool {
    let role = request.actor.post().map(|post| &post.role);
    let roles = policy.roles.is_empty() || role.is_some_and(|role| policy.roles.contains(role));
    let actions =
        policy.actions.is_empty() || policy.actions.iter().any(|one| one.as_str() == request.action);
    let purpose = match (&policy.purpose, request.purpose) {
        (None, _) => true,
        (Some(_), None) => policy.effect == Effect::Forbid,
        (Some(bound), Some(stated)) => bound == stated,
    };
    roles && actions && purpose
}

/// How surely the condition holds; none when it surely does not.
fn ask(condition: &Checked, bindings: &Bindings) -> Option<Certainty> {
    match condition.eval(bindings, &NoFunctions) {
        Outcome::Value(Value::Bool(true)) => Some(Certainty::Sure),
        Outcome::Value(_) => None,
        Outcome::Error(fault) => Some(Certainty::Failed(fault.to_string())),
        Outcome::Unknown => {
            let absent = condition.slots().into_iter().filter(|slot| bindings.get(*slot).is_none());
            let paths = absent.filter_map(|slot| condition.env.place(slot));
            Some(Certainty::Unknown(paths.map(|place| place.path.join(".")).collect()))
        }
    }
}
