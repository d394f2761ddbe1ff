//! What policies may know of a case and of a step.

use crate::service::View;
use crate::state::{Complaint, Entered, State, Status};
use access::policy::{CaseFacts, StepFacts};
use pack::model::{Channel, Procedure, Step, StepKind};
use pack::{Definitions, Id};
use record::ObjectRef;
use std::collections::BTreeSet;

/// The action of doing a step of this kind, as policies name it.
pub(crate) fn action(kind: StepKind) -> &'static str {
    StepKind::ALL.iter().find(|(_, other)| *other == kind).map_or("act", |(word, _)| word)
}

pub(crate) fn of_case(case: &ObjectRef, view: &View, procedure: &Procedure) -> CaseFacts {
    let state = &view.state;
    let steps = state.steps.values().filter(|step| step.status != Status::Skipped);
    let mut offices: BTreeSet<Id> =
        steps.map(|step| step.office.clone()).filter(|id| *id != Id::default()).collect();
    offices.insert(state.office.clone());
    // Whoever is to decide may have to give more time before it is their turn.
    offices.extend(deciding_step(&view.book.definitions, procedure, state).map(|step| step.office));
    let had = |step: &&Step| state.steps.get(&step.id).is_some_and(|state| state.status != Status::Skipped);
    let roles = procedure.flow.steps.iter().filter(had).map(|step| step.role.clone()).collect();
    CaseFacts {
        id: case.clone(),
        procedure: procedure.id.clone(),
        category: procedure.category.clone(),
        party: state.party.clone(),
        office: state.office.clone(),
        offices,
        roles,
        handlers: state.handlers(),
        channel: Channel::ALL.iter().find(|(name, _)| *name == state.channel).map(|(_, channel)| *channel),
        handed_in: state.submitted.is_some(),
        ended: state.ended(),
        complained: state.complaints.iter().any(Complaint::is_open),
    }
}

/// Of a case that is to be begun.
pub(crate) fn of_start(
    case: &ObjectRef,
    procedure: &Procedure,
    office: &Id,
    party: Option<&ObjectRef>,
    channel: Channel,
) -> CaseFacts {
    CaseFacts {
        id: case.clone(),
        procedure: procedure.id.clone(),
        category: procedure.category.clone(),
        party: party.cloned(),
        office: office.clone(),
        offices: BTreeSet::from([office.clone()]),
        roles: BTreeSet::new(),
        handlers: BTreeSet::new(),
        channel: Some(channel),
        handed_in: false,
        ended: false,
        complained: false,
    }
}

pub(crate) fn of_step(state: &State, step: &Step) -> StepFacts {
    let held = state.steps.get(&step.id);
    StepFacts {
        id: step.id.clone(),
        kind: step.kind,
        role: step.role.clone(),
        office: held.map(|held| held.office.clone()).unwrap_or_default(),
        holder: held.and_then(|held| held.holder.clone()),
    }
}

/// Of what a step recorded, or of the application's form: held by whoever wrote it down. Of the form, where several did and
/// no one `field` is asked about, by whoever asks if they are one of them.
pub(crate) fn of_told(
    state: &State,
    procedure: &Procedure,
    (of, field): (&Id, Option<&Id>),
    actor: Option<&ObjectRef>,
) -> Option<StepFacts> {
    if of.as_str() != State::FORM {
        let step = procedure.flow.step(of.as_str())?;
        let done = state.steps.get(of).and_then(|step| step.last_done());
        return Some(StepFacts { holder: done.and_then(|done| done.by.clone()), ..of_step(state, step) });
    }
    let who = |entered: &Entered| entered.by.clone();
    let one = field.map(|field| state.entered.get(field).map(who));
    let own = || state.entered.values().find(|entered| Some(&entered.by) == actor);
    let any = || own().or_else(|| state.entered.values().next()).map(who);
    let (id, role, office) = (of.clone(), Id::default(), state.office.clone());
    Some(StepFacts { id, kind: StepKind::Accept, role, office, holder: one.unwrap_or_else(any) })
}

/// Deadlines are extended, and complaints answered, by whoever decides the case; where nothing is decided, by whoever does
/// the last step.
pub(crate) fn deciding_step(
    definitions: &Definitions,
    procedure: &Procedure,
    state: &State,
) -> Option<StepFacts> {
    let steps = &procedure.flow.steps;
    let decides = steps.iter().find(|step| step.kind == StepKind::Decide).or_else(|| steps.last())?;
    let mut facts = of_step(state, decides);
    if facts.office == Id::default() {
        facts.office = definitions.office_of(&state.office, decides);
    }
    Some(facts)
}
