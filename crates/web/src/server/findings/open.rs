use super::super::city::City;
use super::FINDING;
use super::filed::{answer, model};
use casework::{Refused, State};
use oversight::live::Of;
use pack::Id;
use record::{Event, ObjectRef, StoreError};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The findings that are open, by the object in which something was broken: those that may still close by themselves.
#[derive(Default)]
pub(super) struct Open {
    of: HashMap<ObjectRef, BTreeMap<ObjectRef, Id>>,
    about: HashMap<ObjectRef, ObjectRef>,
    /// Begun and not filled in, when whoever began them was ended.
    drafts: BTreeSet<ObjectRef>,
}

impl Open {
    /// As the record has them.
    pub(super) fn read(city: &City) -> Result<Self, StoreError> {
        let finding = |state: &&State| state.procedure.as_str() == FINDING;
        let all: Vec<ObjectRef> = city.casework.board(|board| {
            board.running().filter(finding).filter_map(|state| state.case.clone()).collect()
        })?;
        let mut open = Self::default();
        for case in all {
            let state = match city.casework.view(&case) {
                Ok(view) => view.state,
                Err(Refused::Store(error)) => return Err(error),
                Err(_) => continue,
            };
            let object = answer(&state, "objects").and_then(|all| ObjectRef::parse(all.lines().next()?));
            match object.filter(|_| state.submitted.is_some()) {
                Some(object) => open.put(case, object, model(&state)),
                None => drop(open.drafts.insert(case)),
            }
        }
        Ok(open)
    }

    pub(super) fn put(&mut self, finding: ObjectRef, object: ObjectRef, model: Id) {
        self.drafts.remove(&finding);
        self.of.entry(object.clone()).or_default().insert(finding.clone(), model);
        self.about.insert(finding, object);
    }

    pub(super) fn remove(&mut self, finding: &ObjectRef) {
        self.drafts.remove(finding);
        if let Some(object) = self.about.remove(finding)
            && let Some(all) = self.of.get_mut(&object)
        {
            all.remove(finding);
            if all.is_empty() {
                self.of.remove(&object);
            }
        }
    }

    /// Hears an event of a finding.
    pub(super) fn hear(&mut self, finding: &ObjectRef, event: &Event) {
        if event.attribute("ended").is_some() {
            self.remove(finding);
        }
    }

    /// Those of an object that are of the models in question. `apart` says which models are gone through by themselves.
    pub(super) fn of(&self, object: &ObjectRef, of: &Of, apart: impl Fn(&Id) -> bool) -> Vec<ObjectRef> {
        let meant = |model: &Id| match of {
            Of::Own => !apart(model),
            Of::Model(one) => one == model,
        };
        let all = self.of.get(object).into_iter().flatten();
        all.filter(|(_, model)| meant(model)).map(|(finding, _)| finding.clone()).collect()
    }

    /// The object in which something was broken.
    pub(super) fn about(&self, finding: &ObjectRef) -> Option<&ObjectRef> {
        self.about.get(finding)
    }

    /// Those of models that do not run any more.
    pub(super) fn withdrawn(&self, runs: impl Fn(&Id) -> bool) -> Vec<ObjectRef> {
        let all = self.of.values().flatten().filter(|(_, model)| !runs(model));
        all.map(|(finding, _)| finding.clone()).collect()
    }

    /// Those that were begun and never filled in, each once.
    pub(super) fn take_drafts(&mut self) -> BTreeSet<ObjectRef> {
        std::mem::take(&mut self.drafts)
    }
}
