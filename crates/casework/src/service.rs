use crate::activity;
use crate::board::Board;
use crate::book::Book;
use crate::command::Command;
use crate::decide::{self, Decided, Judge, Refusal, Situation};
use crate::editions::{self, Editions};
use crate::permit;
use crate::state::{self, State};
use access::policy::{Actor, Decision};
use pack::model::Procedure;
use pack::{File, Id, Problem};
use record::{AppendError, Batch, Digest, Entry, Event, ObjectRef, Record, StoreError, Time, Value, Version};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

mod questions;
mod timetable;

pub use questions::{Point, judge};
pub use timetable::binds_office;

/// Moves looked at when somebody was faster.
const CHUNK: usize = 1_000;

/// All cases on a record: what may be asked of them, and what is known of them. Shared between threads.
pub struct Casework {
    record: Record,
    editions: Editions,
    board: RwLock<Board>,
    read_to: Mutex<u64>,
}

/// Why casework cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The packs have faults.
    #[error("the packs have {} problems; run `lianchi pack check` to see them", .0.len())]
    Packs(Vec<Problem>),
    /// The record fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The edition could not be put on the record.
    #[error("the edition could not be put on the record")]
    Append(#[from] AppendError),
    /// The edition could not be kept as a file.
    #[error("the edition could not be kept")]
    Attach(#[from] record::AttachError),
}

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Refused {
    /// No case has this number, or no procedure this name.
    Unknown,
    /// Policies do not permit it.
    Denied(Box<Decision>),
    /// The case does not allow it now.
    Case(Box<Refusal>),
    /// Somebody else moved the case first: the event that did.
    Overtaken(Box<Event>),
    /// The edition that the case runs under is not to be had any more: it has to be migrated before anything else.
    Stranded(Digest),
    /// The record does not take it.
    Record(Box<AppendError>),
    /// The record fails.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A case as it stands, with the definitions that it runs under.
pub struct View {
    /// Its state.
    pub state: Arc<State>,
    /// The edition; the current one where the case is [stranded](Self::stranded).
    pub book: Arc<Book>,
    /// Whether what was said in it stands here [in clear](Casework::spoken), as far as it can be read.
    pub spoken: bool,
    version: Version,
}

impl View {
    /// A case before its first event.
    pub(crate) fn none(book: &Arc<Book>) -> Self {
        Self { state: Arc::default(), book: Arc::clone(book), spoken: false, version: Version(0) }
    }

    /// What it is a case of.
    pub fn procedure(&self) -> Option<&Procedure> {
        self.book.procedure(&self.state.procedure)
    }

    /// What is wrong with which field or material, of the correction that waits for the party: in the order in which the form
    /// asks for them.
    pub fn noted(&self) -> Vec<(Id, String)> {
        let mut noted = self.state.asked().map(|correction| correction.noted()).unwrap_or_default();
        let place = |id: &Id| {
            let procedure = self.procedure()?;
            let materials = procedure.materials.iter().map(|asked| &asked.material);
            procedure.form.fields.iter().map(|field| &field.id).chain(materials).position(|other| other == id)
        };
        noted.sort_by_key(|(id, _)| place(id).unwrap_or(usize::MAX));
        noted
    }

    /// The edition that the case runs under, where it is not to be had any more.
    pub fn stranded(&self) -> Option<Digest> {
        self.state.edition.filter(|edition| *edition != self.book.digest)
    }
}

/// Who asks, when, and what for.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The moment.
    pub now: Time,
    /// Who; none: the program itself.
    pub actor: Option<&'a Actor>,
    /// What for, where personal data is to be read.
    pub purpose: Option<&'a Id>,
    /// How many events the case had when the person decided, where they decided from a page.
    pub seen: Option<u64>,
}

impl<'a> Ask<'a> {
    pub(crate) fn situation(
        &self,
        (case, procedure, book): (&'a ObjectRef, &'a Procedure, &'a Book),
        answers: &'a BTreeMap<Id, Value>,
        judge: &'a Judge<'a>,
    ) -> Situation<'a> {
        Situation {
            now: self.now,
            actor: self.actor.map(Actor::id),
            procedure,
            definitions: &book.definitions,
            edition: book.digest,
            case,
            answers,
            recorded: None,
            unseen: &decide::ALL_SEEN,
            judge,
        }
    }
}

impl Casework {
    /// Casework on `record` under the packs in `files`. An edition that the record does not hold yet is put on it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(record: Record, files: &[File], now: Time) -> Result<Self, OpenError> {
        let current = Book::read(files).map_err(OpenError::Packs)?;
        editions::adopt(&record, &current, now)?;
        Self::with(record, current)
    }

    /// As [`Casework::open`], but leaves the record as it is: to see what an edition that it does not hold would change.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn try_edition(record: Record, files: &[File]) -> Result<Self, OpenError> {
        Self::with(record, Book::read(files).map_err(OpenError::Packs)?)
    }

    fn with(record: Record, current: Book) -> Result<Self, OpenError> {
        let editions = Editions::new(current);
        let casework = Self { record, editions, board: RwLock::default(), read_to: Mutex::new(0) };
        casework.resume()?;
        casework.catch_up()?;
        Ok(casework)
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The edition that new cases begin in.
    pub fn book(&self) -> &Arc<Book> {
        self.editions.current.last()
    }

    /// Has new cases begin in the edition of these packs from now on; those that run stay in theirs. Whether it is another
    /// than before. An edition that the record does not hold yet is put on it.
    ///
    /// # Errors
    /// [`OpenError`]; all is as it was then.
    pub fn adopt(&self, files: &[File], now: Time) -> Result<bool, OpenError> {
        let next = Book::read(files).map_err(OpenError::Packs)?;
        if next.digest == self.book().digest {
            return Ok(false);
        }
        editions::adopt(&self.record, &next, now)?;
        self.editions.succeed(next);
        Ok(true)
    }

    /// The edition with this digest; none where the record does not hold it, or where this program finds faults in it.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn edition(&self, digest: Digest) -> Result<Option<Arc<Book>>, StoreError> {
        self.editions.load(&self.record, digest)
    }

    /// The case, as of the last commit.
    ///
    /// # Errors
    /// [`Refused::Unknown`] where there is none.
    pub fn view(&self, case: &ObjectRef) -> Result<View, Refused> {
        let (state, version) = self.record.fold::<State>(case)?;
        if state.case.as_ref() != Some(case) {
            return Err(Refused::Unknown);
        }
        let edition = state.edition.map(|edition| self.edition(edition)).transpose()?;
        let book = edition.flatten().unwrap_or_else(|| Arc::clone(self.book()));
        Ok(View { state, book, spoken: false, version })
    }

    /// The entries that are the case's own, in order: its moves, and readings of its answers. Events of other cases that
    /// name it are not among them.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn story(&self, case: &ObjectRef) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.record.history(case, Version(0), usize::MAX)?;
        entries.retain(|entry| entry.event.object(activity::part::CASE) == Some(case));
        Ok(entries)
    }

    /// Begins a case of `procedure` and gives back its reference; `number` is the number that it gets.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn start(
        &self,
        procedure: &Id,
        number: &str,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<ObjectRef, Refused> {
        let book = Arc::clone(self.book());
        let defined = book.procedure(procedure).ok_or(Refused::Unknown)?;
        let case = ObjectRef::new(defined.object.as_str(), number);
        let mut view = View::none(&book);
        // Another case may have named this one before it begins.
        let (state, version) = self.record.fold::<State>(&case)?;
        if state.case.is_none() {
            view.version = version;
        }
        self.carry_out(&case, &view, defined, command, ask)?;
        Ok(case)
    }

    /// Carries out a command on a case and gives back the events that it made.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn run(&self, case: &ObjectRef, command: &Command, ask: &Ask<'_>) -> Result<Vec<Event>, Refused> {
        loop {
            let mut view = self.view(case)?;
            if matches!(command, Command::Migrate { .. }) {
                view.book = Arc::clone(self.book());
            } else if let Some(edition) = view.stranded() {
                return Err(Refused::Stranded(edition));
            }
            let book = Arc::clone(&view.book);
            let procedure = book.procedure(&view.state.procedure).ok_or(Refused::Unknown)?;
            match self.carry_out(case, &view, procedure, command, ask) {
                Err(Refused::Record(error)) if first_was_another(&error, case) => {
                    // What came between may be no move of the case: somebody read its answers, say. Then ask again.
                    let since = self.record.history(case, view.version, CHUNK)?;
                    if since.is_empty() {
                        return Err(Refused::Record(error));
                    }
                    if since.iter().any(|entry| activity::moved(&entry.event) == Some(case)) {
                        let anyway = command.stands_alone() || (command.adds() && ask.seen.is_none());
                        match self.late(case, view.state.events, command, ask) {
                            Err(Refused::Overtaken(_)) if anyway => {}
                            other => return other,
                        }
                    }
                }
                other => return other,
            }
        }
    }

    fn carry_out(
        &self,
        case: &ObjectRef,
        view: &View,
        procedure: &Procedure,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<Vec<Event>, Refused> {
        if let Some(seen) = ask.seen.filter(|seen| *seen != view.state.events) {
            match self.late(case, seen, command, ask) {
                Err(Refused::Overtaken(_)) if command.stands_alone() => {}
                other => return other,
            }
        }
        let decided = self.decided(case, view, procedure, command, ask)?;
        let events = self.keep(case, view.version, decided)?;
        self.catch_up()?;
        Ok(events)
    }

    /// What follows from a command that the policies permit. Nothing is kept.
    pub(crate) fn decided(
        &self,
        case: &ObjectRef,
        view: &View,
        procedure: &Procedure,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<Decided, Refused> {
        let answers = self.judged(&view.state, procedure, Some(command))?;
        let state = self.opened(&view.state, procedure)?;
        let judge = judge(procedure, &state, ask.now);
        let recorded = self.recorded(&view.state, command)?;
        let unseen = self.unseen(&view.book, procedure, command, ask)?;
        let situation = ask.situation((case, procedure, &view.book), &answers, &judge);
        let situation = Situation { recorded: recorded.as_ref(), unseen: &unseen, ..situation };
        let decide = || {
            decide::decide(&state, command, &situation).map_err(|mut refusal| {
                refusal.possible = permit::permitted(case, view, procedure, ask, refusal.possible);
                Refused::Case(Box::new(refusal))
            })
        };
        let Some(decision) = permit::of_command(case, view, procedure, command, ask) else { return decide() };
        // That there is no such step is no secret, and nothing to be permitted.
        let known = command.step().is_none_or(|step| procedure.flow.step(step.as_str()).is_some());
        if decision.allowed() || !known {
            return decide();
        }
        // Whoever does such steps is told that it is not this one's turn, rather than that it is not theirs.
        let closed = permit::out_of_turn(view, procedure, command, ask);
        closed.then(decide).and_then(Result::err).map_or(Err(Refused::Denied(Box::new(decision))), Err)
    }

    /// Seals what is personal and appends.
    fn keep(&self, case: &ObjectRef, version: Version, decided: Decided) -> Result<Vec<Event>, Refused> {
        let mut events = decided.events;
        if events.is_empty() {
            return Ok(events);
        }
        let mut secrets = Vec::new();
        for (event, place) in decided.personal {
            if let Some((_, value)) = events.get_mut(event).and_then(|event| place.of(event)) {
                let (sealed, secret) = self.record.seal(&state::sealed_under(case), value)?;
                *value = sealed;
                secrets.push(secret);
            }
        }
        let batch = Batch { events: events.clone(), expect: vec![(case.clone(), version)], secrets };
        self.record.append(batch).map_err(|error| Refused::Record(Box::new(error)))?;
        Ok(events)
    }
}

/// Whether an append was refused because something else happened to the case first.
fn first_was_another(error: &AppendError, case: &ObjectRef) -> bool {
    match error {
        AppendError::Conflict { .. } => true,
        AppendError::IdTaken { id } => id.as_str().starts_with(&format!("{case}/")),
        _ => false,
    }
}
