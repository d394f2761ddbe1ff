use crate::activity::part;
use crate::answer::LONGEST;
use crate::command::Command;
use crate::moves::{self, Move};
use crate::state::State;
use pack::model::{Condition, Definitions, Field, FieldKind, Procedure};
use pack::{Id, Title};
use record::{Change, Digest, Event, Link, Name, ObjectRef, Relation, Time, Value};
use std::collections::{BTreeMap, BTreeSet};

mod allowed;
mod amend;
mod course;
mod form;
mod migrate;
mod party;
mod staff;

pub(crate) use allowed::Allowed;
pub use form::{missing, needed_materials, shown_fields, unchanged};
pub use migrate::opened_and_passed;

/// Everything besides the case's state that a decision depends on.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The moment of the command.
    pub now: Time,
    /// Who asks; none: the timer.
    pub actor: Option<&'a ObjectRef>,
    /// What the case is a case of, in the edition that it runs under.
    pub procedure: &'a Procedure,
    /// All definitions of that edition.
    pub definitions: &'a Definitions,
    /// Its digest.
    pub edition: Digest,
    /// The case; a new one's number is chosen by the caller.
    pub case: &'a ObjectRef,
    /// The answers to the form in clear, as far as they are known.
    pub answers: &'a BTreeMap<Id, Value>,
    /// The event that an [`Amend`](Command::Amend) corrects, with the answer in clear; none for every other command.
    pub recorded: Option<&'a Event>,
    /// What the command's answers name and the person cannot see, whether or not there is such a thing.
    pub unseen: &'a BTreeSet<ObjectRef>,
    /// Says whether a condition holds for these answers: in the case as it stands, or in the state handed in, which a
    /// command is leading it to.
    pub judge: &'a Judge<'a>,
}

/// A condition, the state that a command leads to, and the answers, judged.
pub type Judge<'a> = dyn Fn(&Condition, Option<&State>, &BTreeMap<Id, Value>) -> Truth + 'a;

/// What a condition comes to where answers may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// An answer that it needs is missing, or it cannot be computed.
    Unknown,
}

/// What [`Situation::unseen`] is where an answer may name anything.
pub static ALL_SEEN: BTreeSet<ObjectRef> = BTreeSet::new();

impl Situation<'_> {
    /// Whether an answer to `field` names what the person cannot see: then it is none.
    fn names_unseen(&self, field: &Field, value: &Value) -> bool {
        named_object(field, value).is_some_and(|object| self.unseen.contains(&object))
    }

    /// Whether `condition` surely holds. Without a condition: yes.
    pub fn holds(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| (self.judge)(condition, None, self.answers) == Truth::True)
    }

    /// Whether a rule over the answers is broken. One that cannot be told yet, since what it asks of is among those `unsaid` of
    /// which that is said already, is not.
    fn breaks(
        &self,
        must: &Condition,
        after: Option<&State>,
        step: Option<&Id>,
        unsaid: &BTreeSet<&Id>,
    ) -> bool {
        match (self.judge)(must, after, self.answers) {
            Truth::True => false,
            Truth::False => true,
            Truth::Unknown => !self.procedure.conditions.asks(must, step).any(|field| unsaid.contains(field)),
        }
    }

    /// Whether `condition` may hold in `after`: a step is skipped only when it surely is not needed.
    pub fn may_hold(&self, condition: Option<&Condition>, after: &State) -> bool {
        condition.is_none_or(|condition| (self.judge)(condition, Some(after), self.answers) != Truth::False)
    }
}

/// The events that follow from a command, and which of their values are to be sealed first.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// In order; none where nothing changes.
    pub events: Vec<Event>,
    /// Values in clear that must be sealed under the subject's key before anything is kept: in which event, and where.
    pub personal: Vec<(usize, Place)>,
}

/// Where a value stands in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among its changes.
    Change(usize),
    /// Among its attributes.
    Attribute(usize),
}

impl Place {
    /// The name by which it stands there, and the value.
    pub fn of(self, event: &mut Event) -> Option<(&Name, &mut Value)> {
        match self {
            Self::Change(at) => event.changes.get_mut(at).map(|change| (&change.name, &mut change.value)),
            Self::Attribute(at) => event.attributes.get_mut(at).map(|(name, value)| (&*name, value)),
        }
    }
}

/// Why a command was not carried out, and what is possible instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Why, in words for the person who asked.
    pub why: Title,
    /// Fields, materials and steps that something is wrong with, each with what.
    pub faults: Vec<(Id, Title)>,
    /// What is possible now.
    pub possible: Vec<Move>,
}

/// What follows from `command` in `state`.
///
/// # Errors
/// Why nothing follows, and what is possible instead.
pub fn decide(state: &State, command: &Command, situation: &Situation<'_>) -> Result<Decided, Refusal> {
    let mut draft = Draft::new(state, *situation);
    not_too_long(command).and_then(|()| draft.carry_out(command)).map_err(|fault| Refusal {
        why: fault.why,
        faults: fault.faults,
        possible: possible(state, situation),
    })?;
    Ok(Decided { events: draft.events, personal: draft.personal })
}

/// That what was written freely is no longer than a long answer may be. What is no answer yet is kept as it was typed.
fn not_too_long(command: &Command) -> Carried {
    if matches!(command, Command::Jot { .. }) {
        return Ok(());
    }
    let long = |(_, words): &(&str, &str)| words.chars().count() > LONGEST;
    match command.words().into_iter().find(long) {
        None => Ok(()),
        Some((part, _)) => {
            Err(Fault::at(part, "最多五千字，请写短一些", "At most 5,000 characters; write less"))
        }
    }
}

/// What is possible in `state` and nothing keeps whoever asks from.
fn possible(state: &State, situation: &Situation<'_>) -> Vec<Move> {
    let all = moves::possible(state, situation).into_iter();
    all.filter(|possible| possible.hindered.is_none()).collect()
}

/// Why not, before it is known what else is possible.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) why: Title,
    faults: Vec<(Id, Title)>,
}

impl Fault {
    fn new(zh: &str, en: &str) -> Self {
        Self { why: Title::new(zh, en), faults: Vec::new() }
    }

    /// What is wrong with one part of what was asked, by the name that the part has in every form of it.
    fn at(part: &str, zh: &str, en: &str) -> Self {
        Self { why: Title::new(zh, en), faults: vec![(part.into(), Title::new(zh, en))] }
    }
}

pub(crate) type Carried = Result<(), Fault>;

/// Events being written, and the state as it is after each.
struct Draft<'a> {
    state: State,
    events: Vec<Event>,
    personal: Vec<(usize, Place)>,
    situation: Situation<'a>,
}

impl<'a> Draft<'a> {
    fn new(state: &State, situation: Situation<'a>) -> Self {
        Self { state: state.clone(), events: Vec::new(), personal: Vec::new(), situation }
    }

    fn carry_out(&mut self, command: &Command) -> Carried {
        let started = self.state.case.is_some();
        if started == matches!(command, Command::Start { .. }) {
            return Err(if started {
                Fault::new("该事项已经开始", "This case has begun already")
            } else {
                Fault::new("没有这个事项", "There is no such case")
            });
        }
        match command {
            Command::Start { office, party, channel } => self.start(office, party.as_ref(), *channel),
            Command::Save { answers } => self.save(answers),
            Command::Jot { typed } => self.jot(typed),
            Command::Attach { material, file } => self.attach(material, file),
            Command::Detach { material, digest } => self.detach(material, *digest),
            Command::Submit => self.submit(),
            Command::Answer => self.answer_correction(),
            Command::Withdraw { reasons } => self.withdraw(reasons.as_deref()),
            Command::Rate { stars, words } => self.rate(*stars, words.as_deref()),
            Command::Complain { words } => self.complain(words),
            Command::Do { step, outcome, reasons, answers } => {
                self.do_step(step, outcome, reasons.as_deref(), answers)
            }
            Command::Correct { step, notes } => self.correct(step, notes),
            Command::Take { step } => self.take(step),
            Command::HandOver { step, to, reasons } => self.hand_over(step, to, reasons),
            Command::Extend { clock, reasons } => self.extend(clock, reasons),
            Command::Reply { complaint, words } => self.reply(*complaint, words),
            Command::Release { step, reasons } => self.release(step, reasons),
            Command::Amend { of, field, answer, reasons } => self.amend(of, field, answer, reasons),
            Command::Migrate { reasons } => self.migrate(reasons),
            Command::Expire { clock } => self.expire(clock),
            Command::Lapse => self.lapse(),
        }
    }

    fn allowed(&self) -> Allowed<'_, 'a> {
        Allowed { state: &self.state, situation: self.situation }
    }

    /// An event about the case, to be completed and then [put down](Self::put).
    fn event(&self, activity: &str) -> Event {
        let number = self.state.events + 1;
        let id = format!("{}/{number}", self.situation.case);
        let mut event = Event::new(id, activity, self.situation.now);
        event.actor = self.situation.actor.cloned();
        event.cause = self.events.last().map(|event| event.id.clone());
        event.about(part::CASE, self.situation.case.clone())
    }

    fn put(&mut self, event: Event) {
        self.state.apply(&event);
        self.events.push(event);
    }

    /// Puts down an event that may open further steps or end the case.
    fn put_and_move(&mut self, mut event: Event) {
        self.move_course(&mut event);
        self.put(event);
    }

    /// Words that somebody wrote, or the name that they gave a file: there is no telling what they hold.
    fn say(&mut self, event: &mut Event, name: &str, words: impl Into<Value>) {
        self.personal.push((self.events.len(), Place::Attribute(event.attributes.len())));
        event.attributes.push((name.into(), words.into()));
    }

    /// An answer as an attribute of the case's object.
    fn change(&mut self, event: &mut Event, of: &str, field: &Id, value: Value, personal: bool) {
        if personal {
            self.personal.push((self.events.len(), Place::Change(event.changes.len())));
        }
        let name = format!("{of}.{field}").into();
        event.changes.push(Change { object: self.situation.case.clone(), name, value });
    }

    /// What an answer names belongs to the case from now on.
    fn link(&self, event: &mut Event, field: &Field, value: &Value) {
        if let Some(to) = named_object(field, value) {
            let from = self.situation.case.clone();
            event.links.push(Link { from, qualifier: field.id.as_str().into(), to });
        }
    }

    fn link_answers(&self, event: &mut Event) {
        for field in &self.situation.procedure.form.fields {
            if let Some(value) = self.state.answers.get(&field.id) {
                self.link(event, field, value);
            }
        }
    }

    fn at_office(event: &mut Event, office: &Id) {
        let object = ObjectRef::new("office", office.as_str());
        let known = event.objects.iter().any(|relation| relation.object == object);
        if !known {
            event.objects.push(Relation { qualifier: part::OFFICE.into(), object });
        }
    }
}

/// The object that an answer names. Whom a personal answer names is nobody's business.
fn named_object(field: &Field, value: &Value) -> Option<ObjectRef> {
    let names = matches!(field.kind, FieldKind::Object(_)) && !field.personal;
    value.as_text().filter(|_| names).and_then(ObjectRef::parse)
}

/// What is said of a number that there is none of, and of one that is not the person's to see: the same, so that nobody
/// finds out by trying.
fn unseen() -> Title {
    Title::new("没有您可以查看的这一编号", "There is none with this number that you may see")
}

fn not_seen(field: &Id) -> Fault {
    Fault { why: unseen(), faults: vec![(field.clone(), unseen())] }
}

fn unfit(field: &Id) -> Fault {
    let faults = vec![(field.clone(), Title::new("不能识别", "This cannot be read"))];
    Fault { why: Title::new("有的内容不能识别", "Something cannot be read"), faults }
}
