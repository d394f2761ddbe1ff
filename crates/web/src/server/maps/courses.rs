//! How the cases of each procedure went, step by step: a fold over the record that goes on from where it stopped, so that a
//! map costs what it shows and not what the record holds.

use super::super::asked::Asked;
use super::super::city::City;
use super::super::show;
use casework::activity::{self, part};
use casework::{Book, amendment};
use oversight::map::{Cases, NONE, Step};
use pack::{Id, Title};
use record::{Entry, Event, ObjectRef, Record, StoreError, Time, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the record is waited for.
const TICK: Duration = Duration::from_secs(1);
/// Entries read at once.
const CHUNK: usize = 4_096;
/// Steps that are held, of all procedures together: about 50 bytes each, and as much again while a map of them is at hand.
/// Of more, the oldest closed cases of the largest procedure are let go, and its map says so.
const MOST_STEPS: usize = 3_000_000;
/// A map of many steps is not arranged anew for each entry that comes.
const MANY: usize = 50_000;
const STALE: i64 = 10;
/// Moves that are no part of how a case went, since they say only who had it in hand.
const ASIDE: [&str; 5] =
    [activity::SAVED, activity::ATTACHED, activity::DETACHED, activity::TAKEN, activity::RELEASED];
/// What the office or the party has to do beside the steps of a procedure. For all else nobody waits: deadlines pass and are
/// moved, work changes hands, people withdraw, rate and complain of themselves.
const AWAITED: [&str; 4] =
    [activity::SUBMITTED, activity::CORRECTION_REQUESTED, activity::CORRECTION_ANSWERED, activity::REPLIED];
/// The outcome of cases that have none yet.
pub const RUNNING: &str = "running";
/// Seconds that nothing tells.
const UNTOLD: u32 = u32::MAX;

/// The cases of every procedure.
#[derive(Default)]
pub struct Courses(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    read_to: u64,
    steps: usize,
    kinds: BTreeMap<Id, Kind>,
    /// Of each case its procedure and its number there.
    of: HashMap<ObjectRef, (Id, u32)>,
    /// What was arranged last, by procedure.
    arranged: HashMap<Id, (i64, usize, Arc<Course>)>,
}

/// The cases of one procedure, arranged.
pub struct Course {
    /// The cases; activities by `step.outcome` or the fact itself, offices by their ids.
    pub cases: Cases<'static>,
    /// What the activities are called, by code.
    pub names: Vec<Title>,
    /// What the outcomes are called, by code.
    pub outcomes: Vec<Title>,
    /// The number of each case on the record, by its number here.
    pub ids: Vec<SmolStr>,
    /// Where each case is handled, by its number here.
    pub offices: Vec<Id>,
    /// The entry of each event.
    pub entries: Vec<u64>,
    /// Closed cases that are not held any more.
    pub left_out: u64,
}

#[derive(Default)]
struct Kind {
    names: Names,
    offices: Names,
    outcomes: Names,
    cases: Vec<Case>,
    rows: Vec<Row>,
    left_out: u64,
}

/// Words by code, with what people read.
#[derive(Default)]
struct Names {
    of: HashMap<SmolStr, u32>,
    all: Vec<(SmolStr, Title)>,
}

impl Names {
    fn code(&mut self, key: &str, title: impl FnOnce() -> Title) -> u32 {
        if let Some(code) = self.of.get(key) {
            return *code;
        }
        let code = u32::try_from(self.all.len()).unwrap_or(NONE);
        self.of.insert(key.into(), code);
        self.all.push((key.into(), title()));
        code
    }

    fn keys(&self) -> Vec<SmolStr> {
        self.all.iter().map(|(key, _)| key.clone()).collect()
    }

    fn titles(&self) -> Vec<Title> {
        self.all.iter().map(|(_, title)| title.clone()).collect()
    }
}

struct Case {
    id: SmolStr,
    office: u32,
    outcome: u32,
    /// Steps that are open: since when, and since when somebody has them in hand.
    open: Vec<(SmolStr, Time, Option<Time>)>,
}

/// A step of a case, in the order of the record.
struct Row {
    at: Time,
    entry: u64,
    case: u32,
    activity: u32,
    office: u32,
    /// Seconds before it was done: when it could be, and when somebody began with it.
    ready: u32,
    begun: u32,
    awaited: bool,
}

/// Has a thread of its own read the record along, for as long as the city stands, so that nobody who asks for a map waits
/// for what happened before.
pub fn watch(city: &Arc<City>) {
    let Ok(mut subscription) = city.casework.record().subscribe() else { return };
    let (city, stopping) = (Arc::downgrade(city), city.stopping.subscribe());
    let follow = move || {
        while let Some(city) = city.upgrade().filter(|_| !subscription.ended() && !*stopping.borrow()) {
            if let Err(error) = city.courses.keep_up(&city) {
                eprintln!("lianchi: maps cannot be kept: {error}");
            }
            drop(city);
            subscription.wait(TICK);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("maps".to_owned()).spawn(follow) {
        eprintln!("lianchi: maps cannot be kept: {error}");
    }
}

impl Courses {
    /// Takes in what is new, a little at a time, so that whoever asks meanwhile is let in.
    fn keep_up(&self, city: &City) -> Result<(), StoreError> {
        let casework = &city.casework;
        let mut more = true;
        while more && !*city.stopping.borrow() {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            more = kept.take_some(casework.record(), casework.book())?;
        }
        Ok(())
    }

    /// The cases of a procedure, as of the last entries; none where it never had any.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn of(&self, asked: &Asked, procedure: &Id) -> Result<Option<Arc<Course>>, StoreError> {
        let casework = &asked.city.casework;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.catch_up(casework.record(), casework.book())?;
        let now = asked.now.seconds();
        Ok(kept.arranged(procedure, now))
    }
}

impl Kept {
    fn catch_up(&mut self, record: &Record, book: &Book) -> Result<(), StoreError> {
        while self.take_some(record, book)? {}
        Ok(())
    }

    /// Takes in the next entries; whether there were any.
    fn take_some(&mut self, record: &Record, book: &Book) -> Result<bool, StoreError> {
        let at = self.read_to;
        if at >= record.len()? {
            return Ok(false);
        }
        self.read_to = record.follow(at, CHUNK, &mut |entry| self.take(entry, book))?;
        if self.steps > MOST_STEPS {
            self.let_go();
        }
        Ok(self.read_to > at)
    }

    fn take(&mut self, entry: &Entry, book: &Book) {
        let event = &entry.event;
        let Some(case) = activity::moved(event) else { return };
        if event.activity.as_str() == activity::STARTED {
            self.begin(case, event);
        }
        let Some((procedure, number)) = self.of.get(case) else { return };
        let Some(kind) = self.kinds.get_mut(procedure) else { return };
        self.steps += usize::from(kind.take(*number, entry, procedure, book));
    }

    fn begin(&mut self, case: &ObjectRef, event: &Event) {
        let Some(procedure) = event.attribute("procedure").and_then(Value::as_text) else { return };
        let procedure = Id::from(procedure);
        let kind = self.kinds.entry(procedure.clone()).or_default();
        let office = event.object(part::OFFICE).map(|office| office.id.as_str()).unwrap_or_default();
        let office = kind.offices.code(office, Title::default);
        let outcome = kind.outcomes.code(RUNNING, || Title::new("办理中", "still running"));
        let number = u32::try_from(kind.cases.len()).unwrap_or(NONE);
        kind.cases.push(Case { id: case.id.as_str().into(), office, outcome, open: Vec::new() });
        self.of.insert(case.clone(), (procedure, number));
    }

    /// Lets go the oldest closed cases of the largest procedure, half of its steps.
    fn let_go(&mut self) {
        let largest = self.kinds.iter_mut().max_by_key(|(_, kind)| kind.rows.len());
        let Some((id, kind)) = largest else { return };
        let before = kind.rows.len();
        let Some(gone) = kind.let_go() else { return };
        self.steps -= before - kind.rows.len();
        self.of.retain(|_, (of, number)| {
            if of != id {
                return true;
            }
            let left = gone.get(*number as usize).copied().flatten();
            *number = left.unwrap_or(NONE);
            left.is_some()
        });
        self.arranged.remove(id);
    }

    fn arranged(&mut self, procedure: &Id, now: i64) -> Option<Arc<Course>> {
        let kind = self.kinds.get(procedure)?;
        let rows = kind.rows.len();
        if let Some((at, of, course)) = self.arranged.get(procedure)
            && (*of == rows || (rows > MANY && now < at + STALE))
        {
            return Some(Arc::clone(course));
        }
        let course = Arc::new(kind.arranged());
        // One at a time: whoever looks at maps looks at the same one again.
        self.arranged.clear();
        self.arranged.insert(procedure.clone(), (now, rows, Arc::clone(&course)));
        Some(course)
    }
}

impl Kind {
    /// Takes in a move of a case; whether it is a step of its course.
    fn take(&mut self, number: u32, entry: &Entry, procedure: &Id, book: &Book) -> bool {
        let event = &entry.event;
        let Some(case) = self.cases.get_mut(number as usize) else { return false };
        let text = |name: &str| event.attribute(name).and_then(Value::as_text);
        let (step, outcome) = (text("step"), text("outcome"));
        let held = |case: &mut Case, since: Option<Time>| {
            if let Some(open) = case.open.iter_mut().find(|open| Some(open.0.as_str()) == step) {
                open.2 = since;
            }
        };
        match event.activity.as_str() {
            activity::TAKEN => held(case, Some(event.time)),
            activity::RELEASED => held(case, None),
            _ => {}
        }
        let mut since = (None, None);
        if outcome.is_some()
            && let Some(place) = case.open.iter().position(|open| Some(open.0.as_str()) == step)
        {
            let (_, ready, begun) = case.open.swap_remove(place);
            since = (Some(ready), begun);
        }
        for closed in list(event, "closed") {
            case.open.retain(|open| open.0 != closed);
        }
        for opened in list(event, "opened") {
            let step = opened.split_once('@').map_or(opened, |(step, _)| step);
            case.open.push((step.into(), event.time, None));
        }
        if let Some(how) = text("ended") {
            let of = book.procedure(procedure);
            case.outcome = self.outcomes.code(how, || show::ending(how, of));
            case.open = Vec::new();
        }
        if ASIDE.contains(&event.activity.as_str()) || amendment::of(event).is_some() {
            return false;
        }
        let office =
            event.object(part::OFFICE).map(|office| self.offices.code(office.id.as_str(), Title::default));
        let ago = |since: Option<Time>| {
            since.map_or(UNTOLD, |since| {
                u32::try_from((event.time.seconds() - since.seconds()).max(0)).unwrap_or(UNTOLD)
            })
        };
        let key = match (step, outcome) {
            (Some(step), Some(outcome)) => format!("{step}.{outcome}"),
            _ => event.activity.to_string(),
        };
        let awaited = outcome.is_some() || AWAITED.contains(&event.activity.as_str());
        let activity = self.names.code(&key, || called(event, book, procedure));
        let (ready, begun) = (ago(since.0), ago(since.1));
        let office = office.unwrap_or(case.office);
        self.rows.push(Row {
            at: event.time,
            entry: entry.index,
            case: number,
            activity,
            office,
            ready,
            begun,
            awaited,
        });
        true
    }

    /// Of each case the number that it has now.
    fn let_go(&mut self) -> Option<Vec<Option<u32>>> {
        let running = self.outcomes.of.get(RUNNING).copied();
        let mut goes: HashSet<u32> = HashSet::new();
        let mut of_case: HashMap<u32, usize> = HashMap::new();
        self.rows.iter().for_each(|row| *of_case.entry(row.case).or_default() += 1);
        let mut steps = 0;
        for (number, case) in (0..).zip(&self.cases) {
            if steps * 2 >= self.rows.len() {
                break;
            }
            if Some(case.outcome) != running {
                steps += of_case.get(&number).copied().unwrap_or(0);
                goes.insert(number);
            }
        }
        if goes.is_empty() {
            return None;
        }
        let mut next = 0;
        let mut numbers = Vec::with_capacity(self.cases.len());
        for number in (0..).take(self.cases.len()) {
            numbers.push((!goes.contains(&number)).then_some(next));
            next += u32::from(!goes.contains(&number));
        }
        let mut number = 0;
        self.cases.retain(|_| {
            number += 1;
            !goes.contains(&(number - 1))
        });
        self.rows.retain_mut(|row| {
            let left = numbers.get(row.case as usize).copied().flatten();
            row.case = left.unwrap_or(NONE);
            left.is_some()
        });
        self.left_out += goes.len() as u64;
        Some(numbers)
    }

    fn arranged(&self) -> Course {
        let mut starts = vec![0_usize; self.cases.len() + 1];
        for row in &self.rows {
            if let Some(start) = starts.get_mut(row.case as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; self.rows.len()];
        for (row, number) in self.rows.iter().zip(0..) {
            if let Some(next) = next.get_mut(row.case as usize)
                && let Some(place) = order.get_mut(*next)
            {
                *place = number;
                *next += 1;
            }
        }
        let back = |at: Time, seconds: u32| {
            (seconds != UNTOLD)
                .then(|| Time::new(at.seconds() - i64::from(seconds), at.subsecond_nanos(), at.offset()))?
        };
        let step = |number: &u32| {
            let row = self.rows.get(*number as usize)?;
            Some(Step {
                activity: row.activity,
                at: row.at,
                event: *number,
                office: row.office,
                ready: back(row.at, row.ready),
                begun: back(row.at, row.begun),
                awaited: row.awaited,
            })
        };
        let all = self.cases.iter().zip(0..).zip(starts.windows(2)).map(|((case, number), range)| {
            let [start, end] = range else { return (number, case.outcome, Vec::new()) };
            let mut steps: Vec<Step> =
                order.get(*start..*end).unwrap_or_default().iter().filter_map(step).collect();
            steps.sort_by_key(|step| step.at);
            (number, case.outcome, steps)
        });
        let words = [self.names.keys(), self.offices.keys(), self.outcomes.keys()];
        let office =
            |case: &Case| self.offices.all.get(case.office as usize).map(|(id, _)| Id::from(id.as_str()));
        Course {
            cases: Cases::told(words, all),
            names: self.names.titles(),
            outcomes: self.outcomes.titles(),
            ids: self.cases.iter().map(|case| case.id.clone()).collect(),
            offices: self.cases.iter().map(|case| office(case).unwrap_or_default()).collect(),
            entries: self.rows.iter().map(|row| row.entry).collect(),
            left_out: self.left_out,
        }
    }
}

fn list<'e>(event: &'e Event, name: &str) -> impl Iterator<Item = &'e str> {
    let items = match event.attribute(name) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(Value::as_text)
}

/// What an activity is called, whoever's silence it was.
fn called(event: &Event, book: &Book, procedure: &Id) -> Title {
    let text = |name: &str| event.attribute(name).and_then(Value::as_text);
    let procedure = book.procedure(procedure);
    let step = text("step").and_then(|step| procedure?.flow.step(step));
    let outcome = step.and_then(|step| step.outcome(text("outcome")?));
    match (step, outcome) {
        (Some(step), Some(outcome)) => Title::new(
            format!("{}：{}", step.title.zh, outcome.title.zh),
            format!("{}: {}", step.title.en, outcome.title.en),
        ),
        _ => show::happening(event, procedure),
    }
}
