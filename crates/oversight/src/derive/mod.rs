//! Models that follow from procedures: what a pack says of its services is supervised the day it is loaded.
//!
//! Each procedure's clocks, steps, materials and fees say what must hold of its cases. Each such clause becomes a model that
//! names it as its origin, with the articles that the clause, or else the procedure, rests on. What the engine refuses to do
//! is asked for all the same: a supervisor looks at the record, not at the program that wrote it.

mod clocks;
mod conditions;
mod events;
mod papers;
mod steps;

use crate::catalogue::canonical;
use events::Events;
use pack::model::{Basis, Condition, Procedure, Start};
use pack::models::{Duty, Model, Origin, Pattern, Scope, Severity, Subject, Template, Window};
use pack::{Definitions, Id, Title};
use record::Activity;
use std::collections::BTreeSet;

/// The models that follow from all procedures, in the order of their names. No two say the same.
pub fn all(definitions: &Definitions) -> Vec<Model> {
    let mut models: Vec<Model> =
        definitions.procedures.values().flat_map(|procedure| of(procedure, definitions)).collect();
    models.sort_by(|one, other| one.id.cmp(&other.id));
    models
}

/// The models that follow from one procedure, clause by clause. Of two clauses that say the same the first counts.
pub fn of(procedure: &Procedure, definitions: &Definitions) -> Vec<Model> {
    let mut deriving = Deriving { procedure, all: definitions, models: Vec::new(), known: BTreeSet::new() };
    deriving.clocks();
    deriving.waits();
    deriving.order();
    deriving.completion();
    deriving.separation();
    deriving.approvals();
    deriving.reasons();
    deriving.materials();
    deriving.fees();
    deriving.models
}

struct Deriving<'a> {
    procedure: &'a Procedure,
    all: &'a Definitions,
    models: Vec<Model>,
    /// What the models so far say.
    known: BTreeSet<String>,
}

/// A model to be, without what all models of a procedure share.
struct Clause {
    duty: Duty,
    /// The clause's name within its duty, which also names the model.
    name: String,
    title: Title,
    about: Option<Title>,
    template: Template,
    first: Events,
    second: Option<Events>,
    correlation: Option<String>,
    window: Window,
    severity: Severity,
    /// The clause's own article.
    law: Option<Basis>,
}

impl Clause {
    fn new(duty: Duty, name: impl Into<String>, title: Title, template: Template, first: Events) -> Self {
        let severity = match duty {
            Duty::Separation | Duty::Approval | Duty::Fee => Severity::Grave,
            Duty::Deadline | Duty::Order | Duty::Reasons => Severity::Serious,
            Duty::Completion | Duty::Material => Severity::Minor,
        };
        let (window, name) = (Window::default(), name.into());
        let (about, second, correlation, law) = (None, None, None, None);
        Self { duty, name, title, about, template, first, second, correlation, window, severity, law }
    }

    fn and(mut self, second: Events) -> Self {
        self.second = Some(second);
        self
    }
}

impl Deriving<'_> {
    fn put(&mut self, clause: Clause) {
        let Clause { duty, name, title, about, template, first, second, correlation, window, severity, law } =
            clause;
        let id = format!("{}-{}-{name}", self.procedure.id, duty.word());
        let condition = |source: String| Condition::new(source, self.procedure.place.clone());
        let pattern = |events: Events| Pattern {
            activities: events.activities().into_iter().map(Activity::from).collect(),
            condition: events.condition().map(condition),
        };
        // The articles of a procedure say that it is done and how, but not by when, with which papers, at which price.
        let is_own = matches!(duty, Duty::Deadline | Duty::Material | Duty::Fee);
        let model = Model {
            id: Id::from(id.as_str()),
            pack: self.procedure.pack.clone(),
            title: Title::new(
                format!("{}：{}", self.procedure.title.zh, title.zh),
                format!("{}: {}", self.procedure.title.en, title.en),
            ),
            about,
            on: Subject::Procedure(self.procedure.id.clone()),
            scope: Scope { each: self.procedure.object.clone(), over: None },
            template,
            first: pattern(first),
            second: second.map(pattern),
            correlation: correlation.map(condition),
            window,
            severity,
            basis: (law.is_none() && is_own).then(|| match duty {
                Duty::Fee => Title::new("收费目录", "the list of fees"),
                _ => Title::new("本单位自定", "the office's own rule"),
            }),
            law: match law {
                Some(law) => vec![law],
                None if is_own => Vec::new(),
                None => self.procedure.law.clone(),
            },
            remedy: Some(remedy(duty)),
            owner: self.all.roles.contains_key("supervisor").then(|| Id::from("supervisor")),
            origin: Some(Origin { procedure: self.procedure.id.clone(), duty, clause: name }),
            place: self.procedure.place.clone(),
        };
        if self.known.insert(canonical(&model)) {
            self.models.push(model);
        }
    }

    /// The event by which the case is in the office's hands.
    fn begun(&self) -> Events {
        match self.procedure.start {
            Start::Party => Events::of("application submitted"),
            Start::Role(_) => Events::of("case started"),
        }
    }
}

/// What is to be done where a duty was not kept.
fn remedy(duty: Duty) -> Title {
    match duty {
        Duty::Deadline => Title::new(
            "立即办理，书面说明超期原因，并告知当事人",
            "Do it now, say in writing why it is late, and tell the party",
        ),
        Duty::Order => Title::new(
            "补办前置环节；影响结果的，撤销后重新办理",
            "Make up for what was left out; where it bears on the result, undo it and begin again",
        ),
        Duty::Completion => Title::new("确定承办人并限期办结", "Name who does it, and by when"),
        Duty::Material => {
            Title::new("补收材料，或者说明免交的依据", "Ask for the paper, or say why it is not needed")
        }
        Duty::Separation => {
            Title::new("由其他人员复核并重新作出", "Have somebody else review it and do it again")
        }
        Duty::Approval => Title::new(
            "报有权单位审批，此前的决定停止执行",
            "Lay it before the office that may decide; until then the decision rests",
        ),
        Duty::Reasons => Title::new("书面补充理由并送达当事人", "Give the reasons in writing to the party"),
        Duty::Fee => Title::new("退还多收的费用", "Give back what was taken"),
    }
}
