use super::Request;
use pack::cel::{Bindings, Choice, Env, Field, Schema, Type, Value};
use pack::model::{Channel, Definitions, Level, Procedure, Start, StepKind};
use pack::{Id, Title};
use record::ObjectRef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What policies may know of a case, as `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// `case.id`, written `type:id`.
    pub id: ObjectRef,
    /// `case.procedure`. From it follows `case.started_by`, the role whose duty it is to start one; absent where
    /// the party applies.
    pub procedure: Id,
    /// `case.category`: the procedure's.
    pub category: Id,
    /// `case.party`, written `type:id`; absent in an office's own duty.
    pub party: Option<ObjectRef>,
    /// `case.office`: where the case is.
    pub office: Id,
    /// `case.offices`: every office that has or had a part in it, its own included. `case.above` follows from
    /// them: these offices and all above them.
    pub offices: BTreeSet<Id>,
    /// `case.roles`: the roles whose steps it has or had.
    pub roles: BTreeSet<Id>,
    /// `case.handlers`: who did a step of it, corrected what one recorded, asked for a correction or for more time, or has
    /// taken a step; each written `type:id`.
    pub handlers: BTreeSet<ObjectRef>,
    /// `case.channel`: where it was asked for; absent where that is not known.
    pub channel: Option<Channel>,
    /// `case.handed_in`: whether it was ever handed in, and is more than somebody's draft.
    pub handed_in: bool,
    /// `case.ended`.
    pub ended: bool,
    /// `case.complained`: whether a complaint about it waits for its answer.
    pub complained: bool,
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
    /// `step.office`: where it is done; `step.above` follows from it: this office and all above it.
    pub office: Id,
    /// `step.holder`: who took it, written `type:id`.
    pub holder: Option<ObjectRef>,
}

/// What policies may know of somebody who works here, or is to, as `person`, and of the post that they are given or
/// that is taken back, as `post`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFacts {
    /// `person.id`, written `type:id`.
    pub person: ObjectRef,
    /// `person.roles`: the roles of the posts that they hold.
    pub roles: BTreeSet<Id>,
    /// `person.offices`: the offices of those posts.
    pub offices: BTreeSet<Id>,
    /// `post.role`; none where it is not about a post. Its office is `office`.
    pub role: Option<Id>,
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
        let title = office.title.clone();
        (office.id.clone(), OfficeFacts { title, level: office.level, above: facts(&office.id) })
    });
    all.collect()
}

/// The role that starts each procedure that is an office's own duty.
pub(super) fn starters(definitions: &Definitions) -> BTreeMap<Id, Id> {
    let role = |procedure: &Procedure| match &procedure.start {
        Start::Role(role) => Some((procedure.id.clone(), role.clone())),
        Start::Party => None,
    };
    definitions.procedures.values().filter_map(role).collect()
}

/// What the conditions of policies may speak of. Names of roles, offices, procedures and categories are checked
/// against the packs, so that a misspelt one is found when the packs are loaded.
pub(super) fn env(definitions: &Definitions) -> Env {
    let offices = choices(definitions.offices.values().map(|office| (&office.id, &office.title)));
    let roles = choices(definitions.roles.values().map(|role| (&role.id, &role.title)));
    let procedures = choices(definitions.procedures.values().map(|one| (&one.id, &one.title)));
    let categories = choices(definitions.categories.iter());
    let words = |all: &[&str]| {
        Type::choice(all.iter().map(|word| Choice { value: (*word).into(), title: Title::same(word) }))
    };
    let kinds = words(&StepKind::ALL.map(|(word, _)| word));
    let levels = words(&Level::ALL.map(|(word, _)| word));
    let channels = words(&Channel::ALL.map(|(word, _)| word));
    let actor = [
        field("id", Type::String, "本人", "the person"),
        field("roles", Type::list(roles.clone()), "岗位", "role"),
        field("office", offices.clone(), "单位", "office").optional(),
        field("above", Type::list(offices.clone()), "本单位及上级", "their office and those above")
            .optional(),
    ];
    let person = [
        field("id", Type::String, "本人", "the person"),
        field("roles", Type::list(roles.clone()), "岗位", "roles"),
        field("offices", Type::list(offices.clone()), "单位", "offices"),
    ];
    let post = [field("role", roles.clone(), "岗位", "role")];
    let case = [
        field("id", Type::String, "编号", "number"),
        field("procedure", procedures, "事项", "procedure"),
        field("category", categories, "类别", "category"),
        field("started_by", roles.clone(), "依职责启动的岗位", "role that starts it").optional(),
        field("party", Type::String, "当事人", "party").optional(),
        field("office", offices.clone(), "承办单位", "office"),
        field("offices", Type::list(offices.clone()), "经手单位", "offices with a part in it"),
        field(
            "above",
            Type::list(offices.clone()),
            "经手单位及其上级",
            "offices with a part in it and those above",
        ),
        field("roles", Type::list(roles.clone()), "经手岗位", "roles with a step in it"),
        field("handlers", Type::list(Type::String), "经手人", "those who had a hand in it"),
        field("channel", channels, "办理渠道", "channel").optional(),
        field("handed_in", Type::Bool, "已提交", "handed in"),
        field("ended", Type::Bool, "已办结", "ended"),
        field("complained", Type::Bool, "有待答复的投诉", "a complaint waits for its answer"),
    ];
    let step = [
        field("id", Type::String, "名称", "name"),
        field("kind", kinds, "性质", "kind"),
        field("role", roles, "岗位", "role"),
        field("office", offices.clone(), "单位", "office"),
        field("above", Type::list(offices.clone()), "本级及上级", "its office and those above"),
        field("holder", Type::String, "经办人", "holder").optional(),
    ];
    let office = [
        field("id", offices.clone(), "名称", "name"),
        field("level", levels, "层级", "level"),
        field("above", Type::list(offices), "本级及上级", "it and those above"),
    ];
    Env::new()
        .variable("actor", object("actor", actor), Title::new("经办人", "the person who acts"))
        .optional("case", object("case", case), Title::new("案件", "the case"))
        .optional("step", object("step", step), Title::new("环节", "the step"))
        .optional("office", object("office", office), Title::new("单位", "the office"))
        .optional("person", object("person", person), Title::new("人员", "the person concerned"))
        .optional("post", object("post", post), Title::new("岗位", "the post concerned"))
        .variable("today", Type::Date, Title::new("今天", "today"))
}

fn choices<'a>(all: impl Iterator<Item = (&'a Id, &'a Title)>) -> Type {
    let one = |(id, title): (&Id, &Title)| Choice { value: id.as_str().into(), title: title.clone() };
    Type::choice(all.map(one))
}

fn field(id: &str, ty: Type, zh: &str, en: &str) -> Field {
    Field::new(id, ty).titled(zh, en)
}

fn object(name: &str, fields: impl IntoIterator<Item = Field>) -> Type {
    Type::Object(Arc::new(Schema::new(name, fields)))
}

/// The facts of a request by place. A name that the packs no longer know (an office that was closed, say) is
/// left out, and so is unknown.
pub(super) fn bind(
    env: &Env,
    offices: &BTreeMap<Id, OfficeFacts>,
    starters: &BTreeMap<Id, Id>,
    request: &Request<'_>,
) -> Bindings {
    let mut bindings = Bindings::new(env);
    let mut object = |name: &str, fields: Vec<(&str, Option<Value>)>| {
        let fits = |field: &str, value: &Value| {
            let place = env.at(&[name, field]).and_then(|slot| env.place(slot));
            place.is_some_and(|place| place.ty.admits(value.view()))
        };
        let known = fields.into_iter().filter_map(|(field, value)| Some((field, value?)));
        // Every field was seen to fit, so the object fits.
        let _ = bindings.set(&[name], Value::object(known.filter(|(field, value)| fits(field, value))));
    };
    let post = request.actor.post();
    object(
        "actor",
        vec![
            ("id", text(request.actor.id())),
            ("roles", list(post.iter().map(|post| &post.role))),
            ("office", post.and_then(|post| text(&post.office))),
            ("above", post.and_then(|post| above(offices, [&post.office]))),
        ],
    );
    if let Some(case) = request.case {
        object("case", of_case(case, offices, starters));
    }
    if let Some(step) = request.step {
        let fields = vec![
            ("id", text(&step.id)),
            ("kind", text(word(&StepKind::ALL, step.kind))),
            ("role", text(&step.role)),
            ("office", text(&step.office)),
            ("above", above(offices, [&step.office])),
            ("holder", step.holder.as_ref().and_then(text)),
        ];
        object("step", fields);
    }
    if let Some((id, office)) = request.office.and_then(|id| offices.get_key_value(id)) {
        let fields = vec![
            ("id", text(id)),
            ("level", text(word(&Level::ALL, office.level))),
            ("above", above(offices, [id])),
        ];
        object("office", fields);
    }
    if let Some(staff) = request.staff {
        let fields = vec![
            ("id", text(&staff.person)),
            ("roles", list(&staff.roles)),
            ("offices", list(&staff.offices)),
        ];
        object("person", fields);
        if let Some(role) = &staff.role {
            object("post", vec![("role", text(role))]);
        }
    }
    let _ = bindings.set(&["today"], Value::Date(request.today));
    bindings
}

fn of_case(
    case: &CaseFacts,
    offices: &BTreeMap<Id, OfficeFacts>,
    starters: &BTreeMap<Id, Id>,
) -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("id", text(&case.id)),
        ("procedure", text(&case.procedure)),
        ("category", text(&case.category)),
        ("started_by", starters.get(&case.procedure).and_then(text)),
        ("party", case.party.as_ref().and_then(text)),
        ("office", text(&case.office)),
        ("offices", list(&case.offices)),
        ("above", above(offices, &case.offices)),
        ("roles", list(&case.roles)),
        ("handlers", Some(Value::list(case.handlers.iter().filter_map(text).collect::<Vec<_>>()))),
        ("channel", case.channel.and_then(|channel| text(word(&Channel::ALL, channel)))),
        ("handed_in", Some(Value::Bool(case.handed_in))),
        ("ended", Some(Value::Bool(case.ended))),
        ("complained", Some(Value::Bool(case.complained))),
    ]
}

fn text(value: impl ToString) -> Option<Value> {
    Some(value.to_string().as_str().into())
}

fn list<'a>(ids: impl IntoIterator<Item = &'a Id>) -> Option<Value> {
    Some(Value::list(ids.into_iter().map(|id| Value::from(id.as_str())).collect::<Vec<_>>()))
}

/// The offices `below` and all above them; none when one of them is not known.
fn above<'a>(
    offices: &'a BTreeMap<Id, OfficeFacts>,
    below: impl IntoIterator<Item = &'a Id>,
) -> Option<Value> {
    let mut all = BTreeSet::new();
    for id in below {
        all.extend(&offices.get(id)?.above);
    }
    list(all)
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, other)| *other == one).map_or("", |(word, _)| word)
}
