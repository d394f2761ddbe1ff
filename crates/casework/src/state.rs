use crate::activity::{self, part};
use crate::amendment;
use pack::Id;
use record::{Digest, Entry, Event, EventId, FileRef, Fold, ObjectRef, Time, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

mod complaint;

pub use complaint::{Complained, Complaint};

/// A case as its events tell it. Needs no definitions: each event says which steps it opened, skipped and closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// How many events it has had: a case's events are numbered.
    pub events: u64,
    /// The case; none before its first event.
    pub case: Option<ObjectRef>,
    /// What it is a case of.
    pub procedure: Id,
    /// The edition of the packs that it runs under.
    pub edition: Option<Digest>,
    /// The office that handles it.
    pub office: Id,
    /// Whose case it is.
    pub party: Option<ObjectRef>,
    /// Where it was asked for.
    pub channel: String,
    /// When it was begun.
    pub started: Option<Time>,
    /// When it was handed in.
    pub submitted: Option<Time>,
    /// How far it is.
    pub stage: Stage,
    /// The answers to the form; personal ones sealed.
    pub answers: BTreeMap<Id, Value>,
    /// What was typed for fields and cannot be read as an answer, sealed: none of it is one.
    pub unread: BTreeMap<Id, Value>,
    /// Of the answers, what somebody of the office entered.
    pub entered: BTreeMap<Id, Entered>,
    /// The files of each material.
    pub materials: BTreeMap<Id, Vec<FileRef>>,
    /// The names of those that are personal, sealed.
    pub file_names: BTreeMap<Digest, Value>,
    /// The steps that were ever opened or skipped.
    pub steps: BTreeMap<Id, StepState>,
    /// Corrections, the last perhaps unanswered.
    pub corrections: Vec<Correction>,
    /// Deadlines that were moved.
    pub extensions: Vec<Extension>,
    /// Clocks that ran out, with the moment at which the clock had started.
    pub expired: BTreeSet<(Id, Time)>,
    /// The last rating.
    pub rating: Option<Rating>,
    /// Complaints in order.
    pub complaints: Vec<Complaint>,
    /// When its personal values and files were destroyed.
    pub erased: Option<Time>,
    /// Whether anything was sealed since.
    pub sealed_since: bool,
    /// When what the office wrote down was last corrected after the case was over.
    pub put_right: Option<Time>,
}

/// Who of the office entered an answer, and the event that tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// Who.
    pub by: ObjectRef,
    /// The event.
    pub event: EventId,
}

/// How far a case is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Begun, not handed in.
    #[default]
    Draft,
    /// Handed in; steps are open.
    Open,
    /// Waiting for the party's correction.
    Correcting,
    /// Over.
    Ended {
        /// When.
        at: Time,
        /// How: `step.outcome`, or `withdrawn`, `lapsed`, `completed`.
        how: String,
    },
}

/// One step of a case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepState {
    /// Where it is done.
    pub office: Id,
    /// Who took it upon themselves.
    pub holder: Option<ObjectRef>,
    /// Whether it is open, done or skipped now.
    pub status: Status,
    /// Each time it was opened, in order.
    pub runs: Vec<Run>,
    /// What its own form recorded, last time.
    pub answers: BTreeMap<Id, Value>,
    /// Who corrected what it recorded last time: they answer for it like whoever did it.
    pub amended: BTreeSet<ObjectRef>,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Not yet possible, or to be done again later.
    #[default]
    Waiting,
    /// To be done.
    Open,
    /// Done.
    Done,
    /// Not needed in this case.
    Skipped,
}

/// One time that a step was open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it opened.
    pub opened: Time,
    /// How it ended, if it did.
    pub done: Option<Done>,
    /// When it stopped being open without being done: a correction, a withdrawal, an earlier step done again.
    pub closed: Option<Time>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub at: Time,
    /// With which outcome.
    pub outcome: Id,
    /// By whom; none where silence counted as an answer.
    pub by: Option<ObjectRef>,
    /// Why; as all words, sealed.
    pub reasons: Option<Value>,
    /// The event.
    pub event: EventId,
}

/// A correction that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The step at which it was found.
    pub step: Id,
    /// When it was asked for.
    pub asked: Time,
    /// By whom.
    pub by: Option<ObjectRef>,
    /// Fields and materials with what is wrong about each, sealed.
    pub notes: Value,
    /// When it was answered.
    pub answered: Option<Time>,
    /// What stood when it was asked for, of each answer that was given anew since; nothing where none stood.
    pub before: BTreeMap<Id, Option<Value>>,
    /// Likewise the files of each material to which one was added, or from which one was taken.
    pub files: BTreeMap<Id, Vec<FileRef>>,
}

/// A deadline that was moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// Which clock.
    pub clock: Id,
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Option<ObjectRef>,
    /// Why.
    pub reasons: Value,
}

/// How well the party was served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// One to five.
    pub stars: u8,
    /// In words.
    pub words: Option<Value>,
}

impl State {
    /// The type of the subjects under whom the personal data of offices' own duties is sealed.
    pub const SUBJECT: &str = "subject";

    /// By this name the application's own form stands where a step could.
    pub const FORM: &str = "form";

    /// What is typed and is no answer stands in an event under the field's name after this.
    pub const TYPED: &str = "typed.";

    /// The fields of the application's form into which an event puts something, or from which it takes what was there.
    pub fn filled(event: &Event) -> impl Iterator<Item = Id> {
        let answered = event.changes.iter().filter_map(|change| change.name.as_str().split_once('.'));
        let answered = answered.filter(|(of, _)| *of == Self::FORM).map(|(_, field)| Id::from(field));
        let typed = event.attributes.iter().filter_map(|(name, _)| name.as_str().strip_prefix(Self::TYPED));
        answered.chain(typed.map(Id::from))
    }

    /// The state after `events`, in order.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let entries = (0..).zip(events).map(|(index, event)| Entry { index, event: event.clone() });
        Self::as_told(&entries.collect::<Vec<_>>())
    }

    /// The state that entries tell, in order, each as it was corrected.
    pub fn as_told(entries: &[Entry]) -> Self {
        let mut state = Self::default();
        record::fold::apply_all(&mut state, entries);
        state
    }

    /// Its complaints that wait for an answer; none where there are none.
    pub fn complained(&self) -> Option<Complained> {
        let mut open = self.complaints.iter().filter(|complaint| complaint.is_open());
        let first = open.next()?;
        Some(Complained { open: 1 + open.count(), since: first.at, office: first.office.clone() })
    }

    /// How a case ended of which all was done that its path asked for.
    pub(crate) const COMPLETED: &'static str = "completed";

    /// Whether nothing more can happen to it but rating and complaint.
    pub fn ended(&self) -> bool {
        matches!(self.stage, Stage::Ended { .. })
    }

    /// Whether it came to the end of its path: what was not done by then was not needed.
    pub fn completed(&self) -> bool {
        matches!(&self.stage, Stage::Ended { how, .. } if how == Self::COMPLETED)
    }

    /// Who had a hand in it: did a step, corrected what one recorded, asked for a correction or for more time, or has taken
    /// a step upon themselves. The party's part is no hand in it.
    pub fn handlers(&self) -> BTreeSet<ObjectRef> {
        let runs = self.steps.values().flat_map(|step| &step.runs);
        let done = runs.filter_map(|run| run.done.as_ref()?.by.as_ref());
        let held = self.steps.values().flat_map(|step| step.holder.iter().chain(&step.amended));
        let asked = self.corrections.iter().filter_map(|correction| correction.by.as_ref());
        let extended = self.extensions.iter().filter_map(|extension| extension.by.as_ref());
        done.chain(held).chain(asked).chain(extended).cloned().collect()
    }

    /// The steps that are open now.
    pub fn open_steps(&self) -> impl Iterator<Item = (&Id, &StepState)> {
        self.steps.iter().filter(|(_, step)| step.status == Status::Open)
    }

    /// How the step ended last, if it stands done.
    pub fn done(&self, step: &Id) -> Option<&Done> {
        let step = self.steps.get(step).filter(|step| step.status == Status::Done)?;
        step.runs.last()?.done.as_ref()
    }

    /// The event that tells an answer which the office wrote down, and who did: of [the form](Self::FORM) or of a step.
    pub fn told(&self, of: &Id, field: &Id) -> Option<(&EventId, Option<&ObjectRef>)> {
        if of.as_str() == Self::FORM {
            return self.entered.get(field).map(|entered| (&entered.event, Some(&entered.by)));
        }
        let step = self.steps.get(of).filter(|step| step.answers.contains_key(field))?;
        step.last_done().map(|done| (&done.event, done.by.as_ref()))
    }

    /// Whose personal data the case holds: the party's, or, in an office's own duty, the case's.
    pub fn subject(&self) -> Option<ObjectRef> {
        self.party.clone().or_else(|| self.case.as_ref().map(sealed_under))
    }

    /// The words that were said in the case, and the names of its files: each where it stands.
    pub(crate) fn words(&mut self) -> impl Iterator<Item = &mut Value> {
        let runs = self.steps.values_mut().flat_map(|step| &mut step.runs);
        let reasons = runs.filter_map(|run| run.done.as_mut()?.reasons.as_mut());
        let complaints = self.complaints.iter_mut().flat_map(|complaint| {
            std::iter::once(&mut complaint.words).chain(complaint.reply.as_mut().map(|(_, words)| words))
        });
        reasons
            .chain(self.corrections.iter_mut().map(|correction| &mut correction.notes))
            .chain(self.extensions.iter_mut().map(|extension| &mut extension.reasons))
            .chain(self.rating.as_mut().and_then(|rating| rating.words.as_mut()))
            .chain(complaints)
            .chain(self.file_names.values_mut())
    }

    /// The files that are attached for a material.
    pub fn files(&self, material: &Id) -> &[FileRef] {
        self.materials.get(material).map(Vec::as_slice).unwrap_or_default()
    }

    /// The correction that waits for the party.
    pub fn asked(&self) -> Option<&Correction> {
        let waits =
            |correction: &&Correction| correction.answered.is_none() && self.stage == Stage::Correcting;
        self.corrections.last().filter(waits)
    }

    /// Takes in the next event of the case; a correction, as what it stands in place of. An event of no known kind changes
    /// nothing: another crate's reading of a personal answer, say. Nor does an event of another case that only names this
    /// one.
    pub fn apply(&mut self, event: &Event) {
        let event = &*amendment::restated(event);
        let begins = event.activity.as_str() == activity::STARTED;
        let case = event.object(part::CASE);
        if case.is_none() || if begins { self.case.is_some() } else { self.case.as_ref() != case } {
            return;
        }
        if activity::moved(event).is_some() {
            self.events += 1;
        }
        let text = |name: &str| event.attribute(name).and_then(Value::as_text);
        let words = |name: &str| event.attribute(name).cloned();
        match event.activity.as_str() {
            activity::STARTED => self.start(event),
            activity::SUBMITTED => {
                self.unread.clear();
                self.submitted = Some(event.time);
            }
            activity::ATTACHED | activity::DETACHED => self.change_material(event),
            activity::CORRECTION_REQUESTED => self.corrections.push(Correction {
                step: text("step").unwrap_or_default().into(),
                asked: event.time,
                by: event.actor.clone(),
                notes: words("notes").unwrap_or(Value::Map(Vec::new())),
                answered: None,
                before: BTreeMap::new(),
                files: BTreeMap::new(),
            }),
            activity::CORRECTION_ANSWERED => {
                self.unread.clear();
                if let Some(correction) = self.corrections.last_mut() {
                    correction.answered = Some(event.time);
                }
            }
            activity::TAKEN | activity::HANDED_OVER | activity::RELEASED => {
                if let Some(step) = text("step").and_then(|id| self.steps.get_mut(id)) {
                    step.holder = event.object(part::HOLDER).cloned();
                }
            }
            activity::EXTENDED => self.extensions.push(Extension {
                clock: text("clock").unwrap_or_default().into(),
                at: event.time,
                by: event.actor.clone(),
                reasons: words("reasons").unwrap_or("".into()),
            }),
            activity::EXPIRED => {
                let started = event.attribute("started");
                if let (Some(clock), Some(Value::Time(started))) = (text("clock"), started) {
                    self.expired.insert((clock.into(), *started));
                }
            }
            activity::RATED | activity::COMPLAINED | activity::REPLIED => self.hear(event),
            activity::ERASED => self.erase(event.time),
            activity::MIGRATED => self.edition = text("edition").and_then(Digest::parse),
            _ => {}
        }
        if event.activity.as_str() != activity::CORRECTION_REQUESTED {
            self.finish_step(event);
        }
        self.answer(event);
        if event.activity.as_str() == activity::SAVED {
            self.jot(event);
        }
        self.move_on(event);
        let values = event.attributes.iter().map(|(_, value)| value);
        let mut values = values.chain(event.changes.iter().map(|change| &change.value));
        self.sealed_since |= self.erased.is_some() && values.any(|value| matches!(value, Value::Sealed(_)));
    }

    /// Whether its personal values and files were destroyed, and none came after.
    pub fn is_bare(&self) -> bool {
        self.erased.is_some() && !self.sealed_since
    }

    /// What was sealed is gone, and with it the words of complaints that somebody had yet to answer.
    fn erase(&mut self, at: Time) {
        (self.erased, self.sealed_since) = (Some(at), false);
        for complaint in self.complaints.iter_mut().filter(|complaint| complaint.is_open()) {
            complaint.closed = Some(at);
        }
    }

    /// What the party says of how it was served, and what is answered.
    fn hear(&mut self, event: &Event) {
        let words = || event.attribute("words").cloned();
        let number = |name: &str| event.attribute(name).and_then(Value::as_integer).unwrap_or_default();
        match event.activity.as_str() {
            activity::RATED => {
                let stars = u8::try_from(number("stars")).unwrap_or_default();
                self.rating = Some(Rating { stars, words: words() });
            }
            activity::COMPLAINED => self.complaints.push(Complaint {
                words: words().unwrap_or("".into()),
                at: event.time,
                office: event.attribute("answering").and_then(Value::as_text).unwrap_or_default().into(),
                reply: None,
                closed: None,
            }),
            _ => {
                let which = usize::try_from(number("complaint")).unwrap_or_default();
                if let Some(complaint) = self.complaints.get_mut(which) {
                    complaint.reply = Some((event.time, words().unwrap_or("".into())));
                }
            }
        }
    }

    fn start(&mut self, event: &Event) {
        let text = |name: &str| event.attribute(name).and_then(Value::as_text).unwrap_or_default();
        self.case = event.object(part::CASE).cloned();
        self.party = event.object(part::PARTY).cloned();
        self.procedure = text("procedure").into();
        self.edition = Digest::parse(text("edition"));
        self.office = event.object(part::OFFICE).map(|office| office.id.as_str().into()).unwrap_or_default();
        self.channel = text("channel").into();
        self.started = Some(event.time);
    }

    fn change_material(&mut self, event: &Event) {
        let material = event.attribute("material").and_then(Value::as_text);
        let (Some(material), Some(Value::File(file))) = (material, event.attribute("file")) else { return };
        if let Some(name) = event.attribute(activity::FILE_NAME) {
            self.file_names.insert(file.digest, name.clone());
        }
        let files = self.materials.entry(material.into()).or_default();
        if let Some(asked) = self.corrections.last_mut().filter(|asked| asked.answered.is_none()) {
            asked.files.entry(material.into()).or_insert_with(|| files.clone());
        }
        files.retain(|other| other.digest != file.digest);
        if event.activity.as_str() == activity::ATTACHED {
            files.push(file.clone());
        }
    }

    /// An event with an outcome is the end of a step.
    fn finish_step(&mut self, event: &Event) {
        let text = |name: &str| event.attribute(name).and_then(Value::as_text);
        let (Some(id), Some(outcome)) = (text("step"), text("outcome")) else { return };
        let step = self.steps.entry(id.into()).or_default();
        step.answers.clear();
        step.amended.clear();
        let done = Done {
            at: event.time,
            outcome: outcome.into(),
            by: event.actor.clone(),
            reasons: event.attribute("reasons").cloned(),
            event: event.id.clone(),
        };
        if step.runs.last().is_none_or(|run| run.done.is_some() || run.closed.is_some()) {
            step.runs.push(Run { opened: event.time, done: None, closed: None });
        }
        if let Some(run) = step.runs.last_mut() {
            run.done = Some(done);
        }
        step.status = Status::Done;
    }

    /// `form.<field>` and `<step>.<field>`: a case's answers are attributes of its object. A missing value in the map
    /// takes an answer back.
    fn answer(&mut self, event: &Event) {
        for change in event.changes.iter().filter(|change| Some(&change.object) == self.case.as_ref()) {
            let Some((of, field)) = change.name.as_str().split_once('.') else { continue };
            if of == Self::FORM {
                self.unread.remove(field);
                if let Some(asked) = self.corrections.last_mut().filter(|asked| asked.answered.is_none()) {
                    asked.before.entry(field.into()).or_insert_with(|| self.answers.get(field).cloned());
                }
            }
            let answers = match of {
                Self::FORM => &mut self.answers,
                step => &mut self.steps.entry(step.into()).or_default().answers,
            };
            if change.value == Value::List(Vec::new()) {
                answers.remove(field);
            } else {
                answers.insert(field.into(), change.value.clone());
            }
            if of == Self::FORM {
                let of_office = event.actor.clone().filter(|actor| Some(actor) != self.party.as_ref());
                match of_office.filter(|_| self.answers.contains_key(field)) {
                    Some(by) => {
                        drop(self.entered.insert(field.into(), Entered { by, event: event.id.clone() }))
                    }
                    None => drop(self.entered.remove(field)),
                }
            }
        }
    }

    /// What was typed and is no answer. That an answer is taken back by it was said before.
    fn jot(&mut self, event: &Event) {
        for (name, value) in &event.attributes {
            if let Some(field) = name.as_str().strip_prefix(Self::TYPED) {
                self.unread.insert(field.into(), value.clone());
            }
        }
    }

    /// What every event may say: which steps it opened, skipped, closed, and whether it ended the case or stopped it.
    fn move_on(&mut self, event: &Event) {
        let list = |name: &str| match event.attribute(name) {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        for id in list("closed") {
            let step = self.steps.entry(id.into()).or_default();
            step.status = Status::Waiting;
            if let Some(run) = step.runs.last_mut().filter(|run| run.done.is_none()) {
                run.closed.get_or_insert(event.time);
            }
        }
        for opened in list("opened") {
            let (id, office) = opened.split_once('@').unwrap_or((opened, ""));
            let step = self.steps.entry(id.into()).or_default();
            step.status = Status::Open;
            step.office = office.into();
            step.runs.push(Run { opened: event.time, done: None, closed: None });
        }
        for id in list("skipped") {
            self.steps.entry(id.into()).or_default().status = Status::Skipped;
        }
        match event.attribute("stage").and_then(Value::as_text) {
            Some("open") => self.stage = Stage::Open,
            Some("correcting") => self.stage = Stage::Correcting,
            _ => {}
        }
        if let Some(how) = event.attribute("ended").and_then(Value::as_text) {
            self.stage = Stage::Ended { at: event.time, how: how.to_owned() };
        }
    }
}

/// Under whose key a case's personal values and files are sealed: its own, so that one case can be erased when its time
/// has come and the party's others stay.
pub fn sealed_under(case: &ObjectRef) -> ObjectRef {
    ObjectRef::new("subject", case.id.clone())
}

impl Correction {
    /// Fields and materials with what is wrong about each, where they can be read.
    pub fn noted(&self) -> Vec<(Id, String)> {
        let Value::Map(notes) = &self.notes else { return Vec::new() };
        let read =
            |(name, note): &(record::Name, Value)| Some((name.as_str().into(), note.as_text()?.to_owned()));
        notes.iter().filter_map(read).collect()
    }

    /// Whether a field or a material is another, with this answer or these files, than it was when this was asked for. Of sealed
    /// values only those can be told to be alike that were opened.
    pub fn changed(&self, id: &Id, answer: Option<&Value>, files: &[FileRef]) -> bool {
        let field = self.before.get(id).is_some_and(|before| before.as_ref() != answer);
        let digests = |files: &[FileRef]| files.iter().map(|file| file.digest).collect::<BTreeSet<_>>();
        field || self.files.get(id).is_some_and(|before| digests(before) != digests(files))
    }
}

impl StepState {
    /// How it ended last, also where it is open again.
    pub fn last_done(&self) -> Option<&Done> {
        self.runs.iter().rev().find_map(|run| run.done.as_ref())
    }
}

impl Fold for State {
    const NAME: &'static str = "case";
    const VERSION: u32 = 9;

    fn apply(&mut self, entry: &Entry) {
        self.apply(&entry.event);
    }

    /// Its number is taken, though its content stands elsewhere.
    fn corrected(&mut self, by: &Entry) {
        let ours = activity::moved(&by.event).is_some_and(|case| self.case.as_ref() == Some(case));
        self.events += u64::from(ours);
        if ours && self.ended() {
            self.put_right = Some(by.event.time);
        }
        let step = amendment::of(&by.event).and_then(|amendment| self.steps.get_mut(amendment.of));
        if let (Some(step), Some(actor)) = (step, &by.event.actor) {
            step.amended.insert(actor.clone());
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
