//! What a case gave, as a document: for its holder, and under a purpose for officials whom policies let see it.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::{face, sees_own, theirs, visible};
use super::{personal, receipt, show};
use crate::page::document;
use crate::path;
use casework::given::{Given, Replaced, Valid};
use casework::{View, answer};
use pack::Id;
use pack::model::{Field, StepKind};
use record::{ObjectRef, StoreError, Time, Value};

/// A document, and the text of what proves it.
pub struct Issued {
    /// Which.
    pub credential: Id,
    /// The case and its definitions.
    pub view: View,
    /// What its page says.
    pub page: document::View,
    /// The answers that it shows, by the names of their fields, where they are open to the reader.
    pub shows: Vec<(Id, String)>,
    /// The proof's text.
    pub proof: String,
}

/// The document in the path, open to its holder and to whoever states a purpose for which policies permit it; that is on the
/// record first.
pub fn issued(asked: &Asked) -> Result<Issued, Oops> {
    let (case, view) = visible(asked)?;
    let given = asked.city.casework.given(&view)?;
    let given = given.into_iter().find(|given| given.credential.as_str() == asked.param("credential"));
    let given = given.ok_or(Oops::Missing)?;
    let own = sees_own(asked, &case, &view);
    let purpose = asked.id("purpose").filter(|_| !theirs(asked, &view));
    // A program that states none is told which would do; people are asked for one.
    let stated = purpose.is_some() || (asked.api && !own);
    if stated {
        let shown = format!("{}{}", show::DOCUMENT, given.credential);
        let sealed =
            shows(&view, &given).into_iter().filter(|shown| is_sealed(shown)).map(|shown| shown.name);
        let fields: Vec<String> = std::iter::once(shown).chain(sealed).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        personal::read(asked, &case, &view, purpose.as_ref(), &fields)?;
    }
    let open = own || stated;
    let number = case.id.as_str();
    let path = path::document(number, &given.credential);
    let (proof, text) = receipt::proof(asked, &given.event, format!("{path}/receipt.tlog-proof"))?;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let office = view.state.steps.get(&given.step).map(|step| step.office.clone()).unwrap_or_default();
    let purposes =
        if open || theirs(asked, &view) { Vec::new() } else { personal::purposes(asked, &case, &view) };
    let page = document::View {
        title: given.title.clone(),
        number: given.object.to_string(),
        case: number.to_owned(),
        service: procedure.title.clone(),
        office: show::office(asked, &office),
        at: given.at,
        delivered: delivered(&view, &given),
        revoked: given.revoked,
        replaced: given.replaced.as_ref().map(|replaced| taken(asked, &given, replaced)),
        told: open.then(|| told(asked, &view, &given, purpose.as_ref())).transpose()?,
        purposes,
        of_party: view.state.party.is_some(),
        bare: view.state.is_bare(),
        path,
        proof,
    };
    let shows = if open { answers(asked, &view, &given)? } else { Vec::new() };
    let shows = shows.into_iter().filter_map(|(field, typed)| Some((field.id.clone(), typed?))).collect();
    Ok(Issued { credential: given.credential, page, shows, proof: text, view })
}

/// What took its place, with its number for whoever may see the case that gave that.
pub fn taken(asked: &Asked, given: &Given, replaced: &Replaced) -> document::Replaced {
    let casework = &asked.city.casework;
    let seen = casework.view(&replaced.case).ok().and_then(|view| {
        let own = theirs(asked, &view);
        let decision = || casework.permit(&replaced.case, &view, "read-case", &asked.ask());
        (own || decision().is_some_and(|decision| decision.allowed())).then(|| {
            let path = path::document(replaced.case.id.as_str(), &given.credential);
            (replaced.by.to_string(), path)
        })
    });
    document::Replaced { at: replaced.at, by: seen }
}

/// An answer that a document shows, by the name under which a reading of it is told.
struct Shows<'a> {
    name: String,
    field: &'a Field,
    value: Option<&'a Value>,
}

fn is_sealed(shown: &Shows<'_>) -> bool {
    matches!(shown.value, Some(Value::Sealed(_)))
}

/// The answers on it, of the step that gave it or of the form.
fn shows<'a>(view: &'a View, given: &Given) -> Vec<Shows<'a>> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    let credential = view.book.definitions.credentials.get(&given.credential);
    let of = |id: &Id| {
        let step = procedure.flow.step(given.step.as_str());
        if let Some(field) = step.and_then(|step| step.form.field(id.as_str())) {
            let value = view.state.steps.get(&given.step).and_then(|state| state.answers.get(id));
            return Some(Shows { name: format!("{}.{id}", given.step), field, value });
        }
        let field = procedure.form.field(id.as_str())?;
        Some(Shows { name: id.to_string(), field, value: view.state.answers.get(id) })
    };
    credential.into_iter().flat_map(|credential| &credential.shows).filter_map(of).collect()
}

/// The same in clear, those that were answered: nothing where it was erased.
fn answers<'a>(
    asked: &Asked,
    view: &'a View,
    given: &Given,
) -> Result<Vec<(&'a Field, Option<String>)>, StoreError> {
    let answered = shows(view, given).into_iter().filter_map(|shown| Some((shown.field, shown.value?)));
    let clear = |(field, value): (&'a Field, &Value)| {
        let clear = asked.city.casework.in_clear(value)?;
        Ok((field, clear.map(|value| answer::write(&field.kind, &value))))
    };
    answered.map(clear).collect()
}

fn told(asked: &Asked, view: &View, given: &Given, purpose: Option<&Id>) -> Result<document::Told, Oops> {
    let shown = |(field, typed): (&Field, Option<String>)| document::Shown {
        title: field.title.clone(),
        kind: field.kind.clone(),
        typed,
    };
    let step = view.state.steps.get(&given.step);
    Ok(document::Told {
        holder: view.state.party.as_ref().and_then(|party| holder(asked, party)),
        valid: given.valid,
        over: over(asked, given.valid),
        shows: answers(asked, view, given)?.into_iter().map(shown).collect(),
        corrected: step.is_some_and(|step| !step.amended.is_empty()),
        purpose: purpose.and_then(|purpose| view.book.definitions.purposes.get(purpose).cloned()),
    })
}

fn holder(asked: &Asked, party: &ObjectRef) -> Option<String> {
    let person = asked.city.person(access::PersonId::of(party)?).ok()?;
    asked.city.name(&person)
}

/// Whether the time for which it is valid has passed.
pub fn over(asked: &Asked, valid: Valid) -> bool {
    match valid {
        Valid::Until(day) => day < asked.today(),
        Valid::To(moment) => moment < asked.now,
        Valid::Always | Valid::Unsaid => false,
    }
}

/// When it was handed over by the step after the one that gave it, where there is such a step.
fn delivered(view: &View, given: &Given) -> Option<Option<Time>> {
    let flow = &view.procedure()?.flow;
    let later = flow.later_than(&given.step);
    let delivers =
        flow.steps.iter().find(|step| step.kind == StepKind::Deliver && later.contains(&&step.id))?;
    Some(view.state.done(&delivers.id).map(|done| done.at))
}

/// What a case gave, each with where it is to be seen; under the purpose that was stated, if any.
pub fn listed(
    asked: &Asked,
    view: &View,
    case: &ObjectRef,
    purpose: Option<&Id>,
) -> Result<Vec<(Given, String)>, StoreError> {
    let all = asked.city.casework.given(view)?;
    let path =
        |given: &Given| path::under_purpose(&path::document(case.id.as_str(), &given.credential), purpose);
    Ok(all.into_iter().map(|given| (path(&given), given)).map(|(path, given)| (given, path)).collect())
}

pub fn page(asked: &Asked) -> Result<Answer, Oops> {
    let issued = issued(asked)?;
    Ok(Answer::page(document::show(&asked.frame(face(asked, &issued.view)), &issued.page)))
}

/// What proves it, as a file: nothing personal stands in that.
pub fn file(asked: &Asked) -> Result<Answer, Oops> {
    let issued = issued(asked)?;
    let name = format!("{}-{}.tlog-proof", issued.page.case, issued.credential);
    Ok(Answer::text(issued.proof).download(&name))
}
