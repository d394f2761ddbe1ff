//! Findings put on the record, and closed where they turn out to be none.
//!
//! A finding's number follows from what was found. So one that is told twice, before a crash and after it, is kept once.

use super::super::city::City;
use super::{FINDING, PERSON};
use casework::activity::part;
use casework::state::Stage;
use casework::{Ask, Command, Refused, State};
use oversight::live::Breach;
use pack::model::Channel;
use pack::models::Severity;
use pack::{Definitions, Id};
use record::{Entry, EventId, ObjectRef, StoreError, Value};
use std::collections::BTreeSet;

/// The step that is open for as long as a finding is, and by which it closes by itself.
pub(super) const MENDED: &str = "when-mended";
/// How it ends when its model says something else, or is gone.
pub(super) const MODEL_CHANGED: &str = "model-changed";
/// How often one and the same thing may turn out to be none and then to be one after all.
const MOST_TIMES: usize = 9;
/// The longest answer to a question that takes a long one.
const LONGEST: usize = 5_000;

fn ask(city: &City) -> Ask<'static> {
    Ask { now: city.now(), actor: None, purpose: None, seen: None }
}

/// Puts a breach on the record as a finding, where it is not there yet; the finding, unless it is over.
pub(super) fn put_down(city: &City, breach: &Breach) -> Result<Option<ObjectRef>, Refused> {
    let number = breach.number();
    let mut case = ObjectRef::new(FINDING, number.as_str());
    for time in 2..=MOST_TIMES {
        match city.casework.view(&case) {
            Ok(view) if closed_itself(&view.state) => {
                case = ObjectRef::new(FINDING, format!("{number}-{time}"))
            }
            Ok(view) if view.state.stage != Stage::Draft => return Ok((!view.state.ended()).then_some(case)),
            Ok(_) => {
                fill_in(city, &case, breach)?;
                return Ok(Some(case));
            }
            Err(Refused::Unknown) => break,
            Err(other) => return Err(other),
        }
    }
    let start = Command::Start { office: office(city, breach)?, party: None, channel: Channel::Window };
    city.casework.start(&Id::from(FINDING), case.id.as_str(), &start, &ask(city))?;
    fill_in(city, &case, breach)?;
    Ok(Some(case))
}

/// Whether a finding is the one of a breach, or of its breaking once more.
pub(super) fn is_of(finding: &ObjectRef, numbers: &BTreeSet<String>) -> bool {
    let number: String = finding.id.as_str().chars().take(Breach::NUMBER).collect();
    numbers.contains(&number)
}

fn closed_itself(state: &State) -> bool {
    matches!(&state.stage, Stage::Ended { how, .. } if how.starts_with(MENDED) || how == "withdrawn")
}

fn fill_in(city: &City, case: &ObjectRef, breach: &Breach) -> Result<(), Refused> {
    let answers = answers(city, breach)?;
    city.casework.run(case, &Command::Save { answers }, &ask(city))?;
    city.casework.run(case, &Command::Submit, &ask(city)).map(drop)
}

/// What a finding says of itself: model, cases and events, never who lives behind them.
fn answers(city: &City, breach: &Breach) -> Result<Vec<(Id, Option<Value>)>, Refused> {
    let book = city.casework.book();
    let models = city.findings.models(&book.definitions);
    let model = models.all().get(&breach.model);
    let severity = model.map_or(Severity::Serious, |model| model.severity);
    let objects = breach.objects.iter().filter(|object| object.kind.as_str() != PERSON);
    let entries = entries(city, breach)?;
    let joined = |all: Vec<String>| {
        let mut text = String::new();
        for one in all {
            if text.chars().count() + one.chars().count() + 1 > LONGEST {
                break;
            }
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&one);
        }
        (!text.is_empty()).then(|| Value::from(text))
    };
    let ids = breach.evidence.iter().map(EventId::to_string).collect();
    let numbers = entries.iter().map(|entry| entry.index.to_string()).collect();
    let all = [
        ("model", Some(breach.model.to_string().into())),
        ("edition", Some(book.digest.to_string().into())),
        ("says", models.says(&breach.model).map(Value::from)),
        ("severity", Some(severity.word().into())),
        ("objects", joined(objects.map(ToString::to_string).collect())),
        ("activation", breach.activation.as_ref().map(|id| id.to_string().into())),
        ("evidence", joined(ids)),
        ("entries", joined(numbers)),
        ("at", breach.at.map(|at| at.to_string().into())),
        ("deadline", breach.deadline.map(|deadline| deadline.to_string().into())),
    ];
    // What is not known is not asked for, and need not be taken back.
    Ok(all
        .into_iter()
        .filter(|(_, value)| value.is_some())
        .map(|(id, value)| (Id::from(id), value))
        .collect())
}

/// The entries of the events that a breach rests on, in the order of the record.
fn entries(city: &City, breach: &Breach) -> Result<Vec<Entry>, StoreError> {
    let record = city.casework.record();
    let mut all = Vec::new();
    for id in breach.activation.iter().chain(&breach.evidence) {
        all.extend(record.find(id)?);
    }
    all.sort_by_key(|entry| entry.index);
    all.dedup_by_key(|entry| entry.index);
    Ok(all)
}

/// Whose work it is: the office of the last event that the breach rests on, or else the one that handles the case.
fn office(city: &City, breach: &Breach) -> Result<Id, Refused> {
    let definitions = &city.casework.book().definitions;
    let known = |id: &Id| definitions.offices.contains_key(id);
    let of_event = |entry: &Entry| {
        let office = entry.event.object(part::OFFICE)?;
        Some(Id::from(office.id.as_str())).filter(known)
    };
    if let Some(office) = entries(city, breach)?.iter().rev().find_map(of_event) {
        return Ok(office);
    }
    for object in &breach.objects {
        match city.casework.view(object) {
            Ok(view) if known(&view.state.office) => return Ok(view.state.office.clone()),
            Ok(_) | Err(Refused::Unknown) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(highest(definitions))
}

/// The office above all others.
fn highest(definitions: &Definitions) -> Id {
    let handling = definitions.offices.values().filter(|office| office.parent.is_none());
    let mut handling: Vec<_> = handling.collect();
    handling.sort_by_key(|office| std::cmp::Reverse(office.handles.len()));
    handling.first().map(|office| office.id.clone()).unwrap_or_default()
}

/// Closes a finding that is none, or none any more, unless it is over already.
pub(super) fn close(city: &City, case: &ObjectRef) -> Result<(), Refused> {
    let view = city.casework.view(case)?;
    match view.state.stage {
        Stage::Ended { .. } => return Ok(()),
        // Broken off while it was begun.
        Stage::Draft => {
            return city.casework.run(case, &Command::Withdraw { reasons: None }, &ask(city)).map(drop);
        }
        Stage::Open | Stage::Correcting => {}
    }
    let models = city.findings.models(&city.casework.book().definitions);
    let said = super::filed::answer(&view.state, "says").map(str::to_owned);
    let same = models.says(&super::filed::model(&view.state)) == said;
    let outcome = if same { "mended" } else { MODEL_CHANGED };
    let (step, outcome) = (Id::from(MENDED), Id::from(outcome));
    let close = Command::Do { step, outcome, reasons: None, answers: Vec::new() };
    city.casework.run(case, &close, &ask(city)).map(drop)
}
