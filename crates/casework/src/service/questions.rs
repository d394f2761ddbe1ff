//! What may be known of a case and done with it: nothing here changes it.

use super::{Ask, Casework, Refused, View};
use crate::activity;
use crate::book::Book;
use crate::command::Command;
use crate::decide::{self, Situation, Truth};
use crate::moves::{self, Move};
use crate::permit;
use crate::state::{Correction, Stage, State, Status, StepState};
use pack::days::today;
use pack::model::{Charge, Condition, Fee, FieldKind, Form, Known, Procedure};
use pack::{Id, Title};
use record::{Entry, Event, FileRef, ObjectRef, StoreError, Time, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A field or a material that one correction was about, or that was changed when others were.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Which.
    pub id: Id,
    /// Which correction of the case it was, from 1.
    pub correction: usize,
    /// When that was handed in; none: it waits for the party.
    pub answered: Option<Time>,
    /// Whether the office asked for it.
    pub asked: bool,
    /// Whether it became another than it was.
    pub changed: bool,
    /// The answer that stood before, in clear where that can be had; none where nothing did.
    pub before: Option<Value>,
    /// The answer that stood after, likewise: a later correction may have changed it again.
    pub after: Option<Value>,
    /// The files that it took the place of, or that were taken back, and that stand no more.
    pub files: Vec<FileRef>,
}

/// What stood when a correction had been handed in: as the case has it now, but for what a later one changed.
struct After<'s> {
    state: &'s State,
    answers: BTreeMap<&'s Id, &'s Option<Value>>,
    files: BTreeMap<&'s Id, &'s [FileRef]>,
}

impl<'s> After<'s> {
    fn answer(&self, id: &Id) -> Option<&'s Value> {
        match self.answers.get(id) {
            Some(later) => later.as_ref(),
            None => self.state.answers.get(id),
        }
    }

    fn files(&self, id: &Id) -> &'s [FileRef] {
        self.files.get(id).copied().unwrap_or_else(|| self.state.files(id))
    }

    /// What became of `id` in a correction after which this stood.
    fn point(&self, correction: &'s Correction, (nth, id): (usize, &Id), asked: bool) -> Point {
        let holds = |files: &[FileRef], file: &FileRef| files.iter().any(|other| other.digest == file.digest);
        let (files, now) = (self.files(id), self.state.files(id));
        let before = correction.before.get(id);
        let stood = correction.files.get(id).map(Vec::as_slice);
        let gone = |file: &&FileRef| !holds(files, file) && !holds(now, file);
        Point {
            id: id.clone(),
            correction: nth,
            answered: correction.answered,
            asked,
            changed: correction.changed(id, self.answer(id), files),
            before: before.cloned().flatten(),
            after: self.answer(id).cloned(),
            files: stood.unwrap_or_default().iter().filter(gone).cloned().collect(),
        }
    }

    /// Steps back before a correction.
    fn step_back(&mut self, correction: &'s Correction) {
        self.answers.extend(&correction.before);
        self.files.extend(correction.files.iter().map(|(id, files)| (id, files.as_slice())));
    }
}

impl Casework {
    /// The answers to the form in clear, as far as their subject was not erased. For deciding, not for showing: showing
    /// them is reading personal data.
    pub fn answers(&self, state: &State) -> Result<BTreeMap<Id, Value>, StoreError> {
        self.clear(&state.answers)
    }

    /// Values in clear, as far as they can be read.
    pub fn clear(&self, answers: &BTreeMap<Id, Value>) -> Result<BTreeMap<Id, Value>, StoreError> {
        self.clear_some(answers, |_| true)
    }

    /// One value in clear; none where it can be read no more.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn in_clear(&self, value: &Value) -> Result<Option<Value>, StoreError> {
        match value {
            Value::Sealed(sealed) => self.record.unseal(sealed),
            clear => Ok(Some(clear.clone())),
        }
    }

    /// The answers by which the conditions of `procedure` are judged: in clear where one speaks of them or `command` changes
    /// them, and otherwise as they are kept, since that they are there is all that counts.
    pub(crate) fn judged(
        &self,
        state: &State,
        procedure: &Procedure,
        command: Option<&Command>,
    ) -> Result<BTreeMap<Id, Value>, StoreError> {
        let saved = |field: &Id| match command {
            Some(Command::Save { answers }) => answers.iter().any(|(id, _)| id == field),
            // Each is held against the form of the other edition.
            Some(Command::Migrate { .. }) => true,
            _ => false,
        };
        self.clear_some(&state.answers, |field| procedure.conditions.speak_of(field) || saved(field))
    }

    /// The case with the words that were said in it, and the names of its files, in clear: for its own party, and for whoever
    /// stated a purpose, once that is on the record.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn spoken(&self, view: View) -> Result<View, StoreError> {
        let mut state = State::clone(&view.state);
        let mut sealed: Vec<&mut Value> =
            state.words().filter(|value| matches!(value, Value::Sealed(_))).collect();
        let references: Vec<_> = sealed.iter().filter_map(|value| value.as_sealed().cloned()).collect();
        for (value, clear) in sealed.iter_mut().zip(self.record.unseal_all(&references)?) {
            if let Some(clear) = clear {
                **value = clear;
            }
        }
        let names = std::mem::take(&mut state.file_names);
        let superseded = state.corrections.iter_mut().flat_map(|asked| asked.files.values_mut());
        for file in state.materials.values_mut().chain(superseded).flatten() {
            if let Some(name) = names.get(&file.digest).and_then(Value::as_text) {
                file.name = name.into();
            }
        }
        state.file_names = names;
        Ok(View { state: Arc::new(state), spoken: true, ..view })
    }

    /// What of it was said in words and is sealed, by its kinds: under these names readings of it are told.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn said(&self, case: &ObjectRef) -> Result<BTreeSet<&'static str>, StoreError> {
        Ok(self.story(case)?.iter().filter_map(|entry| activity::kind_of_words(&entry.event)).collect())
    }

    /// The state with what steps recorded in clear, as far as conditions of `procedure` speak of it; with what was typed and is
    /// no answer; and with what a correction that waits is about.
    pub(crate) fn opened<'s>(
        &self,
        state: &'s State,
        procedure: &Procedure,
    ) -> Result<Cow<'s, State>, StoreError> {
        let mut opened = Cow::Borrowed(state);
        if !state.unread.is_empty() {
            opened.to_mut().unread = self.clear(&state.unread)?;
        }
        if state.stage == Stage::Correcting {
            let last = state.corrections.len().saturating_sub(1);
            self.open_corrections(opened.to_mut(), last)?;
        }
        for (id, step) in &state.steps {
            for (field, value) in &step.answers {
                let sealed = matches!(value, Value::Sealed(_));
                if !sealed || !procedure.conditions.speak_of_recorded(id, field) {
                    continue;
                }
                let step = opened.to_mut().steps.entry(id.clone()).or_default();
                match self.in_clear(value)? {
                    Some(clear) => drop(step.answers.insert(field.clone(), clear)),
                    None => drop(step.answers.remove(field)),
                }
            }
        }
        Ok(opened)
    }

    /// The corrections from `first` on with what was asked for in clear, and all that was changed since as it was and as it
    /// is.
    fn open_corrections(&self, state: &mut State, first: usize) -> Result<(), StoreError> {
        let clear = |value: &mut Value| -> Result<(), StoreError> {
            if let Some(opened) = self.in_clear(value)? {
                *value = opened;
            }
            Ok(())
        };
        for correction in state.corrections.iter_mut().skip(first) {
            clear(&mut correction.notes)?;
            for (field, before) in &mut correction.before {
                before.iter_mut().chain(state.answers.get_mut(field)).try_for_each(clear)?;
            }
        }
        Ok(())
    }

    /// What each correction was about, and all that its party changed with it, in the order of the corrections. For deciding,
    /// and for showing to whoever may see the answers themselves. Of one whose notes are erased nothing is told: nobody knows any
    /// more what it asked for.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn corrected(&self, view: &View) -> Result<Vec<Point>, StoreError> {
        let mut state = State::clone(&view.state);
        self.open_corrections(&mut state, 0)?;
        let mut after = After { state: &state, answers: BTreeMap::new(), files: BTreeMap::new() };
        let mut points = Vec::new();
        for (at, correction) in state.corrections.iter().enumerate().rev() {
            if matches!(correction.notes, Value::Sealed(_)) {
                after.step_back(correction);
                continue;
            }
            let noted: BTreeSet<Id> = correction.noted().into_iter().map(|(id, _)| id).collect();
            let all: BTreeSet<&Id> =
                noted.iter().chain(correction.before.keys()).chain(correction.files.keys()).collect();
            let point = |id: &&Id| after.point(correction, (at + 1, id), noted.contains(*id));
            let told = all.iter().rev().map(point).filter(|point| point.asked || point.changed);
            points.extend(told);
            after.step_back(correction);
        }
        points.reverse();
        Ok(points)
    }

    fn clear_some(
        &self,
        answers: &BTreeMap<Id, Value>,
        wanted: impl Fn(&Id) -> bool,
    ) -> Result<BTreeMap<Id, Value>, StoreError> {
        let mut clear = BTreeMap::new();
        let mut sealed = Vec::new();
        for (id, value) in answers {
            match value {
                Value::Sealed(reference) if wanted(id) => sealed.push((id, reference)),
                kept => drop(clear.insert(id.clone(), kept.clone())),
            }
        }
        let opened = self.record.unseal_all(sealed.iter().map(|(_, reference)| *reference))?;
        let opened = sealed.into_iter().zip(opened);
        clear.extend(opened.filter_map(|((id, _), value)| Some((id.clone(), value?))));
        Ok(clear)
    }

    /// The event that `command` corrects, with the answer in clear; none where it corrects nothing.
    pub(crate) fn recorded(&self, state: &State, command: &Command) -> Result<Option<Event>, StoreError> {
        let Command::Amend { of, field, .. } = command else { return Ok(None) };
        let Some((told, _)) = state.told(of, field) else { return Ok(None) };
        let Some(Entry { mut event, .. }) = self.record.find(told)? else { return Ok(None) };
        let place = format!("{of}.{field}");
        for change in event.changes.iter_mut().filter(|change| change.name.as_str() == place) {
            if let Some(clear) = self.in_clear(&change.value)? {
                change.value = clear;
            }
        }
        Ok(Some(event))
    }

    /// What the answers of `command` name and the person who gives them cannot see: there is no such case, or it is not theirs
    /// to look at. The program itself may name anything, and so may anybody what no procedure makes cases of.
    pub(crate) fn unseen(
        &self,
        book: &Book,
        procedure: &Procedure,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<BTreeSet<ObjectRef>, StoreError> {
        let of_step = |step: &Id| procedure.flow.step(step.as_str()).map(|step| &step.form);
        let given: (Option<&Form>, Vec<(&Id, &Value)>) = match command {
            Command::Save { answers } => {
                let given = answers.iter().filter_map(|(id, value)| Some((id, value.as_ref()?)));
                (Some(&procedure.form), given.collect())
            }
            Command::Do { step, answers, .. } => {
                (of_step(step), answers.iter().map(|(id, value)| (id, value)).collect())
            }
            Command::Amend { of, field, answer, .. } => {
                let form = if of.as_str() == State::FORM { Some(&procedure.form) } else { of_step(of) };
                (form, vec![(field, answer)])
            }
            _ => (None, Vec::new()),
        };
        let (Some(form), given) = given else { return Ok(BTreeSet::new()) };
        if ask.actor.is_none() {
            return Ok(BTreeSet::new());
        }
        let cases = |kind: &Id| book.definitions.procedures.values().any(|one| one.object == *kind);
        let mut unseen = BTreeSet::new();
        for (id, value) in given {
            let kind = form.field(id.as_str()).map(|field| &field.kind);
            let Some(FieldKind::Object(kind)) =
                kind.filter(|kind| matches!(kind, FieldKind::Object(of) if cases(of)))
            else {
                continue;
            };
            let object = value.as_text().and_then(ObjectRef::parse);
            let Some(object) = object.filter(|object| object.kind.as_str() == kind.as_str()) else {
                continue;
            };
            if !self.sees(&object, ask)? {
                unseen.insert(object);
            }
        }
        Ok(unseen)
    }

    fn sees(&self, case: &ObjectRef, ask: &Ask<'_>) -> Result<bool, StoreError> {
        match self.view(case) {
            Ok(view) => Ok(self.permit(case, &view, "read-case", ask).is_some_and(|seen| seen.allowed())),
            Err(Refused::Store(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// What the person may do in the case now.
    pub fn moves(&self, case: &ObjectRef, view: &View, ask: &Ask<'_>) -> Result<Vec<Move>, StoreError> {
        let Some(procedure) = view.procedure().filter(|_| view.stranded().is_none()) else {
            return Ok(Vec::new());
        };
        let answers = self.judged(&view.state, procedure, None)?;
        let state = self.opened(&view.state, procedure)?;
        let judge = judge(procedure, &state, ask.now);
        let situation = ask.situation((case, procedure, &view.book), &answers, &judge);
        let possible = moves::possible(&state, &situation);
        Ok(permit::permitted(case, view, procedure, ask, possible))
    }

    /// The fields that are asked for, given `answers` in clear.
    pub fn shown(&self, view: &View, answers: &BTreeMap<Id, Value>, now: Time) -> BTreeSet<Id> {
        self.situated(view, answers, now, |situation| {
            let shown = decide::shown_fields(&situation.procedure.form, situation);
            shown.into_iter().map(|field| field.id.clone()).collect()
        })
        .unwrap_or_default()
    }

    /// The materials that are asked for, given `answers` in clear.
    pub fn needed(&self, view: &View, answers: &BTreeMap<Id, Value>, now: Time) -> BTreeSet<Id> {
        self.situated(view, answers, now, |situation| {
            let needed = decide::needed_materials(situation);
            needed.into_iter().map(|asked| asked.material.clone()).collect()
        })
        .unwrap_or_default()
    }

    /// What is missing or wrong before the case, or its correction, can be handed in, by field and material.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn missing(&self, view: &View, now: Time) -> Result<Vec<(Id, Title)>, StoreError> {
        let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
        let answers = self.judged(&view.state, procedure, None)?;
        let state = self.opened(&view.state, procedure)?;
        let wanting = self.situated(view, &answers, now, |situation| {
            let mut faults = decide::missing(&state, situation);
            let unchanged = decide::unchanged(&state, situation).into_iter();
            let known: BTreeSet<Id> = faults.iter().map(|(id, _)| id.clone()).collect();
            faults.extend(unchanged.filter(|(id, _)| !known.contains(id)));
            faults
        });
        Ok(wanting.unwrap_or_default())
    }

    /// What it costs: each fee with what is to be paid, or nothing where an answer that decides it is missing.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn fees(&self, view: &View, now: Time) -> Result<Vec<(Title, Option<Charge>)>, StoreError> {
        let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
        let answers = self.judged(&view.state, procedure, None)?;
        let fees = procedure.fees.iter().filter_map(|fee| view.book.definitions.fees.get(fee));
        let charge = |fee: &Fee| {
            self.situated(view, &answers, now, |situation| {
                fee.tiers.iter().find_map(|tier| match tier.when.as_ref() {
                    None => Some(Some(tier.charge.clone())),
                    Some(when) => match (situation.judge)(when, None, situation.answers) {
                        Truth::True => Some(Some(tier.charge.clone())),
                        Truth::False => None,
                        Truth::Unknown => Some(None),
                    },
                })
            })
        };
        Ok(fees.map(|fee| (fee.title.clone(), charge(fee).flatten().flatten())).collect())
    }

    /// Asks something of the situation that `answers` make.
    fn situated<T>(
        &self,
        view: &View,
        answers: &BTreeMap<Id, Value>,
        now: Time,
        ask: impl FnOnce(&Situation<'_>) -> T,
    ) -> Option<T> {
        let procedure = view.procedure()?;
        let judge = judge(procedure, &view.state, now);
        let case = view.state.case.as_ref()?;
        let nobody = Ask { now, actor: None, purpose: None, seen: None };
        Some(ask(&nobody.situation((case, procedure, &view.book), answers, &judge)))
    }
}

/// Judges the conditions of a procedure for a case in `state`, and for states that a command leads it to.
pub fn judge<'a>(
    procedure: &'a Procedure,
    state: &'a State,
    now: Time,
) -> impl Fn(&Condition, Option<&State>, &BTreeMap<Id, Value>) -> Truth + 'a {
    move |condition, after, answers| {
        let state = after.unwrap_or(state);
        let known = Known {
            form: Some(answers),
            steps: state.steps.iter().filter_map(done).collect(),
            today: today(now),
        };
        match procedure.conditions.holds(condition, &known) {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        }
    }
}

/// How a step last ended and what it recorded, where it is done.
fn done<'a>((id, step): (&'a Id, &'a StepState)) -> Option<(&'a Id, &'a Id, &'a BTreeMap<Id, Value>)> {
    let done = step.runs.last()?.done.as_ref().filter(|_| step.status == Status::Done)?;
    Some((id, &done.outcome, &step.answers))
}
