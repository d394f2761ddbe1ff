use super::Request;
use pack::cel::{self, Bindings, Choice, Env, Field, Schema, Type, Value};
use pack::model::{Definitions, Level, StepKind};
use pack::{Id, Title};
use record::ObjectRef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What policies may know of a case, as `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// `case.id`, written `type:id`.
    pub id: ObjectRef,
    /// `case.procedure`.
    pub procedure: Id,
    /// `case.category`: the procedure's.
    pub category: Id,
    /// `case.party`, written `type:id`; absent in an office's own duty.
    pub party: Option<ObjectRef>,
    /// `case.office`: where the case is.
    pub office: Id,
    /// `case.offices`: every office that has or had a part in it, its own included. `case.above` follows from them:
    /// these offices and all above them.
    pub offices: BTreeSet<Id>,
    /// `case.ended`.
    pub ended: bool,
}

/// What policies may know of a step, as `step`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFacts {
    /// `step.id`.
    pub id: Id,
    /// `step.kind`.
    pub kind: StepKind,
    /// `step.role`: whose it is.
    pub role: Id,
    /// `step.office`: where it is done.
    pub office: Id,
    /// `step.holder`: who took it, written `type:id`.
    pub holder: Option<ObjectRef>,
}

/// An office with those above it.
#[derive(Clone, Debug)]
pub(super) struct OfficeFacts {
    pub(super) title: Title,
    level: Level,
    above: Vec<Id>,
}

pub(super) fn offices(definitions: &Definitions) -> BTreeMap<Id, OfficeFacts> {
    let facts = |id: &Id| definitions.chain(id).map(|office| office.id.clone()).collect();
    let all = definitions.offices.values().map(|office| {
        let Title { zh, en } = &office.title;
        let title = Title::new(zh, en);
        (office.id.clone(), OfficeFacts { title, level: office.level, above: facts(&office.id) })
    });
    all.collect()
}

/// What the conditions of policies may speak of. Names of roles, offices, procedures and categories are checked
/// against the packs, so that a misspelt one is found when the packs are loaded.
pub(super) fn env(definitions: &Definitions) -> Env {
    let offices = choices(definitions.offices.values().map(|office| (&office.id, &office.title)));
    let roles = choices(definitions.roles.values().map(|role| (&role.id, &role.title)));
    let procedures = choices(definitions.procedures.values().map(|one| (&one.id, &one.title)));
    let categories = choices(definitions.categories.iter());
    let words = |all: &[&str]| {
        Type::choice(all.iter().map(|word| Choice { value: (*word).into(), title: cel::Title::same(word) }))
    };
    let kinds = words(&StepKind::ALL.map(|(word, _)| word));
    let levels = words(&Level::ALL.map(|(word, _)| word));
    let actor = [
        field("id", Type::String, "本人", "the person"),
        field("roles", Type::list(roles.clone()), "岗位", "role"),
        field("office", offices.clone(), "单位", "office").optional(),
    ];
    let case = [
        field("id", Type::String, "编号", "number"),
        field("procedure", procedures, "事项", "procedure"),
        field("category", categories, "类别", "category"),
        field("party", Type::String, "当事人", "party").optional(),
        field("office", offices.clone(), "承办单位", "office"),
        field("offices", Type::list(offices.clone()), "经手单位", "offices with a part in it"),
        field(
            "above",
            Type::list(offices.clone()),
            "经手单位及其上级",
            "offices with a part in it and those above",
        ),
        field("ended", Type::Bool, "已办结", "ended"),
    ];
    let step = [
        field("id", Type::String, "名称", "name"),
        field("kind", kinds, "性质", "kind"),
        field("role", roles, "岗位", "role"),
        field("office", offices.clone(), "单位", "office"),
        field("holder", Type::String, "经办人", "holder").optional(),
    ];
    let office = [
        field("id", offices.clone(), "名称", "name"),
        field("level", levels, "层级", "level"),
        field("above", Type::list(offices), "本级及上级", "it and those above"),
    ];
    Env::new()
        .variable("actor", object("actor", actor), cel::Title::new("经办人", "the person who acts"))
        .optional("case", object("case", case), cel::Title::new("案件", "the case"))
        .optional("step", object("step", step), cel::Title::new("环节", "the step"))
        .optional("office", object("office", office), cel::Title::new("单位", "the office"))
        .variable("today", Type::Date, cel::Title::new("今天", "today"))
}

fn choices<'a>(all: impl Iterator<Item = (&'a Id, &'a Title)>) -> Type {
    let one = |(id, title): (&Id, &Title)| Choice {
        value: id.as_str().into(),
        title: cel::Title::new(&title.zh, &title.en),
    };
    Type::choice(all.map(one))
}

fn field(id: &str, ty: Type, zh: &str, en: &str) -> Field {
    Field::new(id, ty).titled(zh, en)
}

fn object(name: &str, fields: impl IntoIterator<Item = Field>) -> Type {
    Type::Object(Arc::new(Schema::new(name, fields)))
}

/// The facts of a request by place. A name that the packs no longer know (an office that was closed, say) is left out,
/// and so is unknown.
pub(super) fn bind(env: &Env, offices: &BTreeMap<Id, OfficeFacts>, request: &Request<'_>) -> Bindings {
    let mut bound = Bound { bindings: Bindings::new(env), offices };
    let post = request.actor.post();
    bound.text("actor", "id", request.actor.id());
    bound.list("actor", "roles", post.iter().map(|post| &post.role));
    if let Some(post) = post {
        bound.text("actor", "office", &post.office);
    }
    if let Some(case) = request.case {
        bound.text("case", "id", &case.id);
        bound.text("case", "procedure", &case.procedure);
        bound.text("case", "category", &case.category);
        if let Some(party) = &case.party {
            bound.text("case", "party", party);
        }
        bound.text("case", "office", &case.office);
        bound.list("case", "offices", &case.offices);
        bound.above("case", case.offices.iter());
        bound.set("case", "ended", case.ended);
    }
    if let Some(step) = request.step {
        bound.text("step", "id", &step.id);
        bound.text("step", "kind", word(&StepKind::ALL, step.kind));
        bound.text("step", "role", &step.role);
        bound.text("step", "office", &step.office);
        if let Some(holder) = &step.holder {
            bound.text("step", "holder", holder);
        }
    }
    if let Some((id, office)) = request.office.and_then(|id| offices.get_key_value(id)) {
        bound.text("office", "id", id);
        bound.text("office", "level", word(&Level::ALL, office.level));
        bound.above("office", std::iter::once(id));
    }
    let mut bindings = bound.bindings;
    let _ = bindings.set(&["today"], Value::Date(request.today));
    bindings
}

struct Bound<'a> {
    bindings: Bindings,
    offices: &'a BTreeMap<Id, OfficeFacts>,
}

impl Bound<'_> {
    fn set(&mut self, of: &str, name: &str, value: impl Into<Value>) {
        // What does not fit its place is unknown, as the caller's doc says.
        let _ = self.bindings.set(&[of, name], value);
    }

    fn text(&mut self, of: &str, name: &str, value: impl ToString) {
        self.set(of, name, value.to_string().as_str());
    }

    fn list<'a>(&mut self, of: &str, name: &str, ids: impl IntoIterator<Item = &'a Id>) {
        let values: Vec<Value> = ids.into_iter().map(|id| id.as_str().into()).collect();
        self.set(of, name, Value::list(values));
    }

    fn above<'a>(&mut self, of: &str, mut below: impl Iterator<Item = &'a Id>) {
        let chains: Option<Vec<&OfficeFacts>> = below.try_fold(Vec::new(), |mut all, id| {
            all.push(self.offices.get(id)?);
            Some(all)
        });
        let Some(chains) = chains else { return };
        let above: BTreeSet<&Id> = chains.iter().flat_map(|office| &office.above).collect();
        self.list(of, "above", above);
    }
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, other)| *other == one).map_or("", |(word, _)| word)
}
