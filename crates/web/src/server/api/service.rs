//! Services: what there is, and how a case of one is begun.

use super::body::{Body, unreadable};
use super::title;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::counter;
use crate::server::once::{self, Begun};
use axum::http::StatusCode;
use casework::state::Stage;
use casework::{Ask, Command, Refusal};
use pack::Title;
use pack::model::{Basis, Channel, Charge, Fee, Field, FieldKind, Procedure, Start, Tier};
use serde_json::{Value as Json, json};

/// How many services a search gives.
const MOST_FOUND: usize = 50;

/// The services that people can ask for.
pub fn services(asked: &Asked) -> Result<Answer, Oops> {
    let book = asked.city.casework.book();
    let here = |procedure: &&Procedure| procedure.start == Start::Party && procedure.in_force(asked.today());
    let offered = || book.definitions.procedures.values().filter(here);
    let found: Vec<&Procedure> = match asked.words("q") {
        Some(query) => {
            let hits = asked.city.finder.last().find(query, MOST_FOUND);
            hits.iter().filter_map(|hit| offered().find(|procedure| procedure.id == hit.id)).collect()
        }
        None => offered().collect(),
    };
    let category = asked.id("category");
    let of_category = found
        .into_iter()
        .filter(|procedure| category.as_ref().is_none_or(|category| procedure.category == *category));
    let told = of_category.map(|procedure| {
        json!({
            "id": procedure.id,
            "title": title(&procedure.title),
            "about": procedure.about.as_ref().map(title),
            "category": procedure.category,
            "item": procedure.item,
        })
    });
    let used = book.definitions.categories.iter();
    let used = used.filter(|(id, _)| offered().any(|procedure| procedure.category == **id));
    Ok(Answer::json(&json!({
        "services": told.collect::<Vec<_>>(),
        "categories": used.map(|(id, name)| json!({ "id": id, "title": title(name) })).collect::<Vec<_>>(),
    })))
}

pub fn named(asked: &Asked) -> Result<&Procedure, Oops> {
    asked.city.casework.book().procedure(&asked.param("service").into()).ok_or(Oops::Missing)
}

/// One service.
pub fn service(asked: &Asked) -> Result<Answer, Oops> {
    let procedure = named(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let offices = definitions.offices.values().filter(|office| procedure.handled_by(office));
    let channels = procedure.channels.iter().map(|channel| word(&Channel::ALL, *channel));
    let started_by = match &procedure.start {
        Start::Role(role) => Some(role),
        Start::Party => None,
    };
    let material = |asked: &pack::model::MaterialUse| {
        let called = definitions.materials.get(&asked.material).map(|material| material.title.clone());
        json!({
            "id": asked.material,
            "title": title(&called.unwrap_or_default()),
            "optional": asked.optional,
            "when": asked.when.as_ref().map(|when| when.source.as_str()),
        })
    };
    Ok(Answer::json(&json!({
        "id": procedure.id,
        "title": title(&procedure.title),
        "about": procedure.about.as_ref().map(title),
        "category": procedure.category,
        "item": procedure.item,
        "channels": channels.collect::<Vec<_>>(),
        "started_by": started_by,
        "offices": offices.map(|one| json!({ "id": one.id, "title": title(&one.title) })).collect::<Vec<_>>(),
        "law": procedure.law.iter().map(law).collect::<Vec<_>>(),
        "limit": procedure.limit,
        "form": procedure.form.fields.iter().map(field).collect::<Vec<_>>(),
        "materials": procedure.materials.iter().map(material).collect::<Vec<_>>(),
        "fees": procedure.fees.iter().filter_map(|id| definitions.fees.get(id)).map(fee).collect::<Vec<_>>(),
        "effective": procedure.effective.to_string(),
        "replaced": procedure.replaced.as_ref().map(|(from, by)| json!({ "from": from.to_string(), "by": by })),
        "steps": procedure.flow.steps.iter().map(step).collect::<Vec<_>>(),
    })))
}

fn law(basis: &Basis) -> Json {
    json!({ "instrument": basis.instrument, "article": basis.article, "quote": basis.quote })
}

/// A fee, case by case.
fn fee(fee: &Fee) -> Json {
    let tier = |tier: &Tier| {
        let mut told = charge(Some(&tier.charge));
        told["when"] = json!(tier.when.as_ref().map(|when| when.source.as_str()));
        told["law"] = json!(tier.law.as_ref().or(fee.law.as_ref()).map(law));
        told
    };
    json!({
        "id": fee.id,
        "title": title(&fee.title),
        "basis": fee.basis.as_ref().map(title),
        "tiers": fee.tiers.iter().map(tier).collect::<Vec<_>>(),
    })
}

/// What is to be paid: nothing, so many fen, or what somebody else sets; null while that is not decided.
pub fn charge(charge: Option<&Charge>) -> Json {
    match charge {
        None => json!({ "charge": null }),
        Some(Charge::Free) => json!({ "charge": "free" }),
        Some(Charge::Fen(fen)) => json!({ "charge": "amount", "fen": fen }),
        Some(Charge::SetBy(by)) => json!({ "charge": "set-by", "set_by": title(by) }),
    }
}

fn step(step: &pack::model::Step) -> Json {
    let outcome = |outcome: &pack::model::Outcome| {
        let name = title(&outcome.title);
        json!({ "id": outcome.id, "title": name, "reasons": outcome.reasons })
    };
    json!({
        "id": step.id,
        "title": title(&step.title),
        "role": step.role,
        "form": step.form.fields.iter().map(field).collect::<Vec<_>>(),
        "outcomes": step.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    })
}

fn field(field: &Field) -> Json {
    let choices: Vec<Json> = match &field.kind {
        FieldKind::Choice(choices) | FieldKind::Choices(choices) => {
            choices.iter().map(|choice| json!({ "id": choice.id, "title": title(&choice.title) })).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "id": field.id,
        "title": title(&field.title),
        "kind": field.kind.word(),
        "required": field.required,
        "when": field.when.as_ref().map(|when| when.source.as_str()),
        "choices": choices,
        "personal": field.personal,
    })
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, other)| *other == one).map_or("", |(word, _)| word)
}

/// Begins a case, with the answers that are given at once. Nothing is begun where an answer is wrong.
pub fn begin(asked: &Asked) -> Result<Answer, Oops> {
    let procedure = named(asked)?;
    let body = Body::of(asked)?;
    let answers = body.answers(&procedure.form)?;
    // What was begun before is not looked up again, which would be another reading of its applicant's data.
    let known = body.text("key").map(|key| once::begun(asked, &procedure.id, key)).transpose()?.flatten();
    let begun = match known {
        Some(case) => Begun::Known(case),
        None => {
            let command = start(asked, procedure, &body)?;
            once::begin(asked, &procedure.id, &command, body.text("key"))?
        }
    };
    let case = begun.case();
    let view = asked.city.casework.view(case)?;
    if !answers.is_empty() && view.state.stage == Stage::Draft {
        let ask = Ask { seen: None, ..asked.ask() };
        asked.city.casework.run(case, &Command::Save { answers }, &ask)?;
    }
    let seen = asked.city.casework.view(case)?.state.events;
    let told = Answer::json(&json!({ "case": case.id.as_str(), "seen": seen }));
    Ok(match begun {
        Begun::New(_) => told.status(StatusCode::CREATED),
        Begun::Known(_) => told,
    })
}

fn start(asked: &Asked, procedure: &Procedure, body: &Body) -> Result<Command, Oops> {
    let here = || Ok::<_, Oops>(asked.post()?.office.clone());
    if procedure.start != Start::Party {
        return Ok(counter::start(procedure, &body.id("office").map_or_else(here, Ok)?, None));
    }
    let (applicant, person) = (body.text("applicant"), body.text("person"));
    if applicant.is_some() || person.is_some() {
        let office = body.id("office").map_or_else(here, Ok)?;
        // Whether there is such a person is told to those alone who may begin a case for them.
        let decision = counter::permit(asked, procedure, &office, Some(&counter::somebody()), "start", None)?;
        if !decision.allowed() {
            return Err(Oops::denied(&decision));
        }
        let purpose = body.id("purpose");
        let (person, turn) = match (person, applicant.unwrap_or_default()) {
            (Some(person), _) => (counter::known(asked, person)?, None),
            (None, typed) => {
                let (found, turn) = counter::look_up(asked, procedure, &office, typed, purpose.as_ref())?;
                let nobody = || {
                    let en = format!(
                        "nobody has the number or sign-in name `{typed}`: open an account for them first"
                    );
                    unreadable(format!("没有登记 `{typed}` 这个号码或登录名的账号，请先为申请人开设账号"), en)
                };
                (found.ok_or_else(nobody)?.0, Some(turn))
            }
        };
        if let Some(number) = body.text("number")
            && let Err(fault) =
                counter::note(asked, procedure, &office, (person, number), (purpose.as_ref(), turn.as_ref()))?
        {
            let why = Title::new("不能这样开始办理", "It cannot be begun so");
            let faults = vec![("number".into(), fault)];
            return Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })));
        }
        return Ok(counter::start(procedure, &office, Some(person.object())));
    }
    let offices = asked.city.casework.book().definitions.offices.values();
    let handling: Vec<&str> =
        offices.filter(|office| procedure.handled_by(office)).map(|office| office.id.as_str()).collect();
    let channels: Vec<&str> = procedure.channels.iter().map(|one| word(&Channel::ALL, *one)).collect();
    let office = one_of(body, "office", None, &handling)?;
    let channel = one_of(body, "channel", Some("web"), &channels)?;
    let channel = Channel::ALL.iter().find(|(word, _)| *word == channel).map(|(_, channel)| *channel);
    let party = Some(asked.signed_in()?.id().clone());
    Ok(Command::Start { office: office.into(), party, channel: channel.unwrap_or(Channel::Web) })
}

/// What the body says, where that is one of `all`; otherwise which they are.
fn one_of<'a>(
    body: &'a Body,
    member: &'static str,
    unsaid: Option<&'static str>,
    all: &[&str],
) -> Result<&'a str, Oops> {
    let said = body.text(member).or(unsaid);
    match said {
        Some(said) if all.contains(&said) => Ok(said),
        _ => {
            let all = all.join("`, `");
            let what = Title::new(format!("请选择：`{all}`"), format!("Choose one of `{all}`"));
            let why = Title::new("不能这样开始办理", "It cannot be begun so");
            let faults = vec![(member.into(), what)];
            Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
    }
}
