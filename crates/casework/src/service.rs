use crate::activity::{self, part};
use crate::board::{Board, Kept, Outlook, Stopped};
use crate::book::Book;
use crate::command::Command;
use crate::decide::{self, Decided, Refusal, Situation, Truth};
use crate::moves::{self, Move};
use crate::state::{self, Stage, State, Status, StepState};
use crate::{answer, clocks, due, editions, permit};
use access::policy::{Actor, Decision};
use jiff::civil::Date;
use pack::model::{Charge, Condition, Fee, Known, Procedure, Watcher};
use pack::{File, Id, Problem, Title};
use record::{
    AppendError, Batch, Digest, Entry, Event, Fold, ObjectRef, Record, StoreError, Time, Value, Version,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, RwLock};

/// The name under which the board holds the time for answering a correction.
const CORRECTION: &str = "correction";
/// The name under which the board is kept; another version of the program counts for itself.
const BOARD: &str = concat!("casework board 1 ", env!("CARGO_PKG_VERSION"));
/// Entries read at once when the board catches up.
const CHUNK: usize = 1_000;

/// All cases on a record: what may be asked of them, and what is known of them. Shared between threads.
pub struct Casework {
    record: Record,
    pub(crate) current: Arc<Book>,
    pub(crate) older: RwLock<HashMap<Digest, Arc<Book>>>,
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
    /// The edition.
    pub book: Arc<Book>,
    version: Version,
}

impl View {
    /// A case before its first event.
    pub(crate) fn none(book: &Arc<Book>) -> Self {
        Self { state: Arc::default(), book: Arc::clone(book), version: Version(0) }
    }

    /// What it is a case of.
    pub fn procedure(&self) -> Option<&Procedure> {
        self.book.procedure(&self.state.procedure)
    }
}

impl Fold for State {
    const NAME: &'static str = "case";
    const VERSION: u32 = 2;

    fn apply(&mut self, entry: &Entry) {
        self.apply(&entry.event);
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Casework {
    /// Casework on `record` under the packs in `files`. An edition that the record does not hold yet is put on it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(record: Record, files: &[File], now: Time) -> Result<Self, OpenError> {
        let current = Arc::new(Book::read(files).map_err(OpenError::Packs)?);
        editions::adopt(&record, &current, now)?;
        Self::with(record, current)
    }

    /// As [`Casework::open`], but leaves the record as it is: to see what an edition that it does not hold would change.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn try_edition(record: Record, files: &[File]) -> Result<Self, OpenError> {
        Self::with(record, Arc::new(Book::read(files).map_err(OpenError::Packs)?))
    }

    fn with(record: Record, current: Arc<Book>) -> Result<Self, OpenError> {
        let casework = Self {
            record,
            current,
            older: RwLock::default(),
            board: RwLock::default(),
            read_to: Mutex::new(0),
        };
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
        &self.current
    }

    /// The case, as of the last commit.
    ///
    /// # Errors
    /// [`Refused::Unknown`] where there is none.
    pub fn view(&self, case: &ObjectRef) -> Result<View, Refused> {
        let (state, version) = self.record.fold::<State>(case)?;
        if state.case.is_none() {
            return Err(Refused::Unknown);
        }
        let book = self.edition(state.edition);
        Ok(View { state, book, version })
    }

    /// The answers to the form in clear, as far as their subject was not erased. For deciding, not for showing: showing
    /// them is reading personal data.
    pub fn answers(&self, state: &State) -> Result<BTreeMap<Id, Value>, StoreError> {
        self.clear(&state.answers)
    }

    /// Values in clear, as far as they can be read.
    pub fn clear(&self, answers: &BTreeMap<Id, Value>) -> Result<BTreeMap<Id, Value>, StoreError> {
        self.clear_some(answers, |_| true)
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
        let book = Arc::clone(&self.current);
        let defined = book.procedure(procedure).ok_or(Refused::Unknown)?;
        let case = ObjectRef::new(defined.object.as_str(), number);
        self.carry_out(&case, &View::none(&book), defined, command, ask)?;
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
                view.book = Arc::clone(&self.current);
            }
            let book = Arc::clone(&view.book);
            let procedure = book.procedure(&view.state.procedure).ok_or(Refused::Unknown)?;
            match self.carry_out(case, &view, procedure, command, ask) {
                Err(Refused::Record(error)) if first_was_another(&error, case) => {
                    // What came between may be no move of the case: somebody read its answers, say. Then ask again.
                    let since = self.record.history(case, view.version, CHUNK)?;
                    let moved = |entry: &Entry| entry.event.id.as_str().starts_with(&format!("{case}/"));
                    if since.is_empty() {
                        return Err(Refused::Record(error));
                    }
                    if since.iter().any(moved) {
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
        let judge = judge(procedure, &view.state, ask.now);
        let situation = Situation {
            now: ask.now,
            actor: ask.actor.map(Actor::id),
            procedure,
            definitions: &view.book.definitions,
            edition: view.book.digest,
            case,
            answers: &answers,
            judge: &judge,
        };
        let decide = || {
            decide::decide(&view.state, command, &situation).map_err(|mut refusal| {
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
        for (event, change) in decided.personal {
            let change = events.get_mut(event).and_then(|event| event.changes.get_mut(change));
            if let Some(change) = change {
                let (sealed, secret) = self.record.seal(&state::sealed_under(case), &change.value)?;
                change.value = sealed;
                secrets.push(secret);
            }
        }
        let batch = Batch { events: events.clone(), expect: vec![(case.clone(), version)], secrets };
        self.record.append(batch).map_err(|error| Refused::Record(Box::new(error)))?;
        Ok(events)
    }

    /// What the person may do in the case now.
    pub fn moves(&self, case: &ObjectRef, view: &View, ask: &Ask<'_>) -> Result<Vec<Move>, StoreError> {
        let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
        let answers = self.judged(&view.state, procedure, None)?;
        let judge = judge(procedure, &view.state, ask.now);
        let situation = Situation {
            now: ask.now,
            actor: ask.actor.map(Actor::id),
            procedure,
            definitions: &view.book.definitions,
            edition: view.book.digest,
            case,
            answers: &answers,
            judge: &judge,
        };
        let possible = moves::possible(&view.state, &situation);
        Ok(permit::permitted(case, view, procedure, ask, possible))
    }

    /// The fields that are asked for, given `answers` in clear.
    pub fn shown(&self, view: &View, answers: &BTreeMap<Id, Value>, now: Time) -> BTreeSet<Id> {
        self.given(view, answers, now, |situation| {
            let shown = decide::shown_fields(&situation.procedure.form, situation);
            shown.into_iter().map(|field| field.id.clone()).collect()
        })
        .unwrap_or_default()
    }

    /// The materials that are asked for, given `answers` in clear.
    pub fn needed(&self, view: &View, answers: &BTreeMap<Id, Value>, now: Time) -> BTreeSet<Id> {
        self.given(view, answers, now, |situation| {
            let needed = decide::needed_materials(situation);
            needed.into_iter().map(|asked| asked.material.clone()).collect()
        })
        .unwrap_or_default()
    }

    /// What is missing or wrong before the case can be handed in, by field and material.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn missing(&self, view: &View, now: Time) -> Result<Vec<(Id, Title)>, StoreError> {
        let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
        let answers = self.judged(&view.state, procedure, None)?;
        Ok(self
            .given(view, &answers, now, |situation| decide::missing(&view.state, situation))
            .unwrap_or_default())
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
            self.given(view, &answers, now, |situation| {
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
    fn given<T>(
        &self,
        view: &View,
        answers: &BTreeMap<Id, Value>,
        now: Time,
        ask: impl FnOnce(&Situation<'_>) -> T,
    ) -> Option<T> {
        let procedure = view.procedure()?;
        let judge = judge(procedure, &view.state, now);
        let nobody = ObjectRef::new("case", "");
        Some(ask(&Situation {
            now,
            actor: None,
            procedure,
            definitions: &view.book.definitions,
            edition: view.book.digest,
            case: view.state.case.as_ref().unwrap_or(&nobody),
            answers,
            judge: &judge,
        }))
    }

    /// Lets everybody look at the board, as of the last commit that this process knows of.
    pub fn board<T>(&self, look: impl FnOnce(&Board) -> T) -> Result<T, StoreError> {
        self.catch_up()?;
        let board = self.board.read().map_err(|_| StoreError::Failed("the board broke off".into()))?;
        Ok(look(&board))
    }

    /// Goes on from the board that was kept last, where it is one of this record.
    fn resume(&self) -> Result<(), StoreError> {
        let Some(kept) = self.record.cache().get(BOARD) else { return Ok(()) };
        let Ok((next, last, kept)) = serde_json::from_slice::<(u64, Digest, Kept)>(&kept) else {
            return Ok(());
        };
        if self.record.digest_before(next)? != Some(last) {
            return Ok(());
        }
        let board = Board::restore(kept, |state, known| self.outlook(state, known));
        let broke = |_| StoreError::Failed("the board broke off".into());
        *self.board.write().map_err(broke)? = board;
        *self.read_to.lock().map_err(|_| StoreError::Failed("the board broke off".into()))? = next;
        Ok(())
    }

    /// Keeps the board, so that the next start need not read the whole record. What is kept may be lost.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn save(&self) -> Result<(), StoreError> {
        let (next, kept) = {
            let broke = || StoreError::Failed("the board broke off".into());
            let read_to = self.read_to.lock().map_err(|_| broke())?;
            (*read_to, self.board.read().map_err(|_| broke())?.keep())
        };
        if let Some(last) = self.record.digest_before(next)?
            && let Ok(bytes) = serde_json::to_vec(&(next, last, kept))
        {
            self.record.cache().put(BOARD, &bytes);
        }
        Ok(())
    }

    /// Has the board read what came since.
    fn catch_up(&self) -> Result<(), StoreError> {
        let broke = || StoreError::Failed("the board broke off".into());
        let mut read_to = self.read_to.lock().map_err(|_| broke())?;
        while *read_to < self.record.len()? {
            let mut board = self.board.write().map_err(|_| broke())?;
            let next = self.record.follow(*read_to, CHUNK, &mut |entry| {
                board.apply(&entry.event, |state, known| self.outlook(state, known));
            })?;
            if next == *read_to {
                break;
            }
            *read_to = next;
        }
        Ok(())
    }

    fn outlook(&self, state: &State, known: &BTreeSet<(Id, Time)>) -> Outlook {
        let book = self.edition(state.edition);
        let Some(procedure) = book.procedure(&state.procedure) else { return Outlook::default() };
        let roles = procedure.flow.steps.iter().map(|step| (step.id.clone(), step.role.clone())).collect();
        let (mut running, mut stopped) = (Vec::new(), Vec::new());
        if let Some(law) = &book.definitions.law {
            for reading in &clocks::read(state, procedure) {
                let office = binds_office(reading, procedure);
                let run = (reading.clock.id.clone(), reading.started);
                if let Some(at) = reading.stopped {
                    if office && !known.contains(&run) {
                        stopped.extend(kept(reading, at, state, law).map(|kept| Stopped { run, at, kept }));
                    }
                    continue;
                }
                let at = due::count(reading, law).and_then(|counted| counted.at());
                running.extend(at.map(|at| (reading.clock.id.clone(), at, office, reading.expired)));
            }
            let answer_by = procedure.flow.correction.as_ref().zip(state.asked());
            if let Some((correction, asked)) = answer_by.filter(|_| state.stage == Stage::Correcting) {
                let at = due::own(asked.asked, correction.answer, law)
                    .and_then(|due| pack::days::moment(due.at.end()?));
                running.extend(at.map(|at| (CORRECTION.into(), at, false, false)));
            }
        }
        Outlook { roles, clocks: running, stopped }
    }

    /// Puts down what time has brought: clocks that ran out, corrections never answered. Says how many.
    ///
    /// Asking twice, from two places or after a crash makes nothing twice, since the events' ids name the clock.
    pub fn tick(&self, now: Time) -> Result<usize, StoreError> {
        let mut fired = 0;
        for running in self.board(|board| board.run_out(now))? {
            let command = match running.clock.as_str() {
                CORRECTION => Command::Lapse,
                _ => Command::Expire { clock: running.clock },
            };
            // What happened at the deadline is dated so, however late the timer came to tell it.
            let ask = Ask { now: running.due, actor: None, purpose: None, seen: None };
            match self.run(&running.case, &command, &ask) {
                Ok(_) => fired += 1,
                Err(Refused::Store(error)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(fired)
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

/// Whether the office has to be done before the clock runs out. A time that must have passed before a step is nobody's
/// deadline.
pub fn binds_office(reading: &clocks::Reading<'_>, procedure: &Procedure) -> bool {
    let waits = |step: &pack::model::Step| step.not_before.as_ref() == Some(&reading.clock.id);
    reading.clock.binds == Watcher::Office && !procedure.flow.steps.iter().any(waits)
}

/// Whether a clock that stopped `at` was kept; none where it has no limit, or where the party gave up before it ran out,
/// so that nobody kept or missed it.
fn kept(reading: &clocks::Reading<'_>, at: Time, state: &State, law: &pack::days::Law) -> Option<bool> {
    let counted = due::count(reading, law)?;
    if reading.expired || counted.at().is_some_and(|due| at > due) {
        return Some(false);
    }
    let given_up = matches!(&state.stage, Stage::Ended { at: end, how }
        if *end == at && ["withdrawn", "lapsed"].contains(&how.as_str()));
    (!given_up).then_some(true)
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

/// The day in China.
pub fn today(now: Time) -> Date {
    answer::china().to_datetime(now.timestamp()).date()
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

/// Whether an event is a move of some case.
pub fn is_move(event: &Event) -> bool {
    event.object(part::CASE).is_some_and(|case| event.id.as_str().starts_with(&format!("{case}/")))
        || event.activity.as_str() == activity::STARTED
}
