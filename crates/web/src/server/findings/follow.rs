//! The record, followed by the models as it grows, with the wall clock as the watermark.
//!
//! What is open is kept up with; what is over is let go, for its findings are on the record. Beside the record a mark is kept of
//! how far it was followed, by which models: at a start only the cases that run are taken up, the entries since the mark are
//! followed, and objects of which a new model speaks are gone through one by one, at leisure.

use super::super::city::City;
use super::filed::of_finding;
use super::mark::{Mark, Round};
use super::open::Open;
use super::{FINDING, Status, keep};
use casework::{Refused, State, amendment};
use oversight::live::{Breach, Change, Live};
use pack::Id;
use record::{AppendError, Entry, ObjectRef, ObjectType, Record, StoreError, Subscription, Time, Version};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the record is waited for before time is told to have passed.
const TICK: Duration = Duration::from_secs(1);
/// The least time from one look at what came to the next: so many entries share the work of one.
const BREATH: Duration = Duration::from_millis(10);
/// Of so many parts of a processor one is taken for what is past, while the city serves.
const SHARE: u32 = 4;
/// No pause is longer.
const LONGEST: Duration = Duration::from_millis(500);
/// Entries read at once.
const CHUNK: usize = 256;
/// Objects gone through at once.
const GROUP: usize = 32;
/// Findings put on the record at once.
const FEW: usize = 8;
/// Nobody who tells an event is further behind the clock. What comes later is late, and costs its whole life to be gone through.
const GRACE: i64 = 2;
/// How often it is noted how far the record was followed, and how large the state is.
const NOTED: Duration = Duration::from_secs(30);

/// Has a thread of its own watch the record, for as long as the city stands.
pub fn watch(city: &Arc<City>) {
    let Ok(mut subscription) = city.casework.record().subscribe() else { return };
    let (city, stopping) = (Arc::downgrade(city), city.stopping.subscribe());
    let follow = move || {
        let mut overseer: Option<Overseer> = None;
        while let Some(city) = city.upgrade().filter(|_| !subscription.ended()) {
            if *stopping.borrow() {
                if let Some(Err(error)) = overseer.map(|overseer| overseer.mark(&city)) {
                    eprintln!("lianchi: how far oversight came cannot be kept: {error}");
                }
                return;
            }
            let begun = Instant::now();
            let work = piece(&city, &mut overseer).unwrap_or_else(|error| {
                eprintln!("lianchi: oversight cannot go on: {error}");
                Work::Done
            });
            drop(city);
            work.pause(begun.elapsed(), &mut subscription);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("oversight".to_owned()).spawn(follow) {
        eprintln!("lianchi: oversight cannot begin: {error}");
    }
}

/// One piece of work, as small as it is useful.
fn piece(city: &City, overseer: &mut Option<Overseer>) -> Result<Work, StoreError> {
    if city.casework.book().procedure(&Id::from(FINDING)).is_none() {
        return Ok(Work::Done);
    }
    match overseer {
        Some(overseer) => overseer.piece(city),
        None => {
            *overseer = Some(Overseer::new(city)?);
            Ok(Work::Past)
        }
    }
}

/// What a piece of work was.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// Everything is done.
    Done,
    /// What came just now.
    News,
    /// What has waited anyway, and of which there is more.
    Past,
}

impl Work {
    /// Leaves the processor to the city.
    fn pause(self, took: Duration, subscription: &mut Subscription) {
        match self {
            Self::Done => drop(subscription.wait(TICK)),
            Self::News => sleep(BREATH.saturating_sub(took)),
            Self::Past => sleep((took * (SHARE - 1)).min(LONGEST)),
        }
    }
}

struct Overseer {
    /// Tells the packs whose models run from those before and after.
    generation: usize,
    live: Live,
    unready: Vec<String>,
    read_to: u64,
    /// When the last event happened of those that were followed.
    told: Time,
    open: Open,
    /// What is still to be put on the record.
    left: VecDeque<Left>,
    rounds: VecDeque<Round>,
    noted: Option<Instant>,
}

/// What is to be put on the record.
enum Left {
    Change(Change),
    Close(ObjectRef),
}

impl Overseer {
    /// Goes on from the mark, where there is one.
    fn new(city: &City) -> Result<Self, StoreError> {
        let record = city.casework.record();
        let generation = city.findings.generation();
        let book = city.casework.book();
        let models = city.findings.models(&book.definitions).running();
        let (mut live, problems) = Live::new(&book.definitions, &models);
        let mark = Mark::read(record)?;
        let mark = match mark {
            Some(mark) => mark,
            // What stands on the record now is met object by object.
            None => Mark { next: record.len()?, ..Mark::default() },
        };
        let running = |state: &&State| state.procedure.as_str() != FINDING;
        let running: Vec<ObjectRef> = city.casework.board(|board| {
            let running = board.running().filter(running).filter_map(|state| state.case.clone());
            running.chain(board.complained().map(|(case, _)| case.clone())).collect()
        })?;
        live.load(running);
        mark.unsettled.iter().for_each(|object| live.again(object));
        let beyond = live.kinds_beyond(&mark.models);
        let mut overseer = Self {
            generation,
            live,
            unready: problems.iter().map(ToString::to_string).collect(),
            read_to: mark.next,
            told: Time::ZERO,
            open: Open::read(city)?,
            left: VecDeque::new(),
            rounds: mark.rounds,
            noted: None,
        };
        overseer.go_round(beyond);
        overseer.stand(city);
        Ok(overseer)
    }

    /// Has the objects of these types gone through; and what models have found that run no more is closed.
    fn go_round(&mut self, kinds: BTreeSet<String>) {
        self.rounds.retain(|round| !kinds.contains(&round.kind));
        self.rounds.extend(kinds.into_iter().map(|kind| Round { kind, after: None }));
        let models = self.live.models();
        let withdrawn = self.open.withdrawn(|model| models.contains_key(model));
        self.left.extend(withdrawn.into_iter().map(Left::Close));
    }

    /// Has the models of another edition run, where it was adopted meanwhile.
    fn take_up_models(&mut self, city: &City) {
        let generation = city.findings.generation();
        if generation == self.generation {
            return;
        }
        let book = city.casework.book();
        let models = city.findings.models(&book.definitions).running();
        let (kinds, problems) = self.live.change(&book.definitions, &models);
        self.unready = problems.iter().map(ToString::to_string).collect();
        self.generation = generation;
        self.noted = None;
        self.go_round(kinds);
    }

    /// Takes in what came and tells what time has brought; then what has waited longer.
    fn piece(&mut self, city: &City) -> Result<Work, StoreError> {
        self.take_up_models(city);
        let (came, behind) = self.follow(city)?;
        let record = city.casework.record();
        // What is caught up with is no more late than it was when it happened.
        let latest = Time::new(city.now().seconds() - GRACE, 0, None).unwrap_or(Time::ZERO);
        let now = if behind { self.told.min(latest) } else { latest };
        let changes = self.live.settle(now, GROUP, &mut |object| past(record, object))?;
        self.left.extend(changes.into_iter().map(Left::Change));
        let news = came > 0 || !self.left.is_empty();
        self.put_down(city)?;
        let waits = behind || self.live.waiting() > 0 || !self.left.is_empty();
        let more = waits || self.look_further(city)?;
        if self.noted.is_none_or(|noted| noted.elapsed() > NOTED) {
            self.mark(city)?;
            self.stand(city);
            self.noted = Some(Instant::now());
        }
        city.findings.came(self.read_to, self.waiting());
        Ok(match (more, news) {
            (true, _) => Work::Past,
            (false, true) => Work::News,
            (false, false) => Work::Done,
        })
    }

    /// Reads on in the record: how many entries, and whether there is more.
    fn follow(&mut self, city: &City) -> Result<(u64, bool), StoreError> {
        let record = city.casework.record();
        let (live, open, told) = (&mut self.live, &mut self.open, &mut self.told);
        let from = self.read_to;
        self.read_to = record.follow(self.read_to, CHUNK, &mut |entry| match of_finding(&entry.event) {
            Some(finding) => open.hear(finding, &entry.event),
            None => {
                *told = entry.event.time.max(*told);
                live.hear(entry);
            }
        })?;
        let came = self.read_to - from;
        Ok((came, came >= CHUNK as u64 && self.read_to < record.len()?))
    }

    /// Puts a few of the findings on the record that are to be there, and closes those that are none.
    fn put_down(&mut self, city: &City) -> Result<(), StoreError> {
        for _ in 0..FEW {
            match self.left.front() {
                None => return Ok(()),
                Some(Left::Change(Change::Broken(breach))) => {
                    if let Some(Some(finding)) = or_told(keep::put_down(city, breach))? {
                        let object = breach.objects.first().cloned();
                        object
                            .into_iter()
                            .for_each(|object| self.open.put(finding.clone(), object, breach.model.clone()));
                    }
                }
                Some(Left::Close(finding)) => {
                    or_told(keep::close(city, finding))?;
                    self.open.remove(finding);
                }
                Some(Left::Change(Change::All { .. })) => {
                    self.open_up();
                    continue;
                }
            }
            self.left.pop_front();
        }
        Ok(())
    }

    /// What is told of all that is broken in an object, as single findings to be put down and to be closed.
    fn open_up(&mut self) {
        let Some(Left::Change(Change::All { object, of, breaches })) = self.left.pop_front() else { return };
        let numbers: BTreeSet<String> = breaches.iter().map(Breach::number).collect();
        let open = self.open.of(&object, &of, |model| self.live.apart(model));
        let gone = open.into_iter().filter(|finding| !keep::is_of(finding, &numbers)).map(Left::Close);
        let stand = |breach: Breach| Left::Change(Change::Broken(breach));
        for left in gone.chain(breaches.into_iter().map(stand)) {
            self.left.push_front(left);
        }
    }

    /// Has some more objects gone through of which a new model speaks; where there are none, ends what was only begun when the
    /// program was ended. Whether there is more.
    fn look_further(&mut self, city: &City) -> Result<bool, StoreError> {
        let Some(round) = self.rounds.front_mut() else {
            let drafts = self.open.take_drafts();
            let any = !drafts.is_empty();
            self.left.extend(drafts.into_iter().map(Left::Close));
            return Ok(any);
        };
        let kind = ObjectType::from(round.kind.as_str());
        let ids = city.casework.record().objects(&kind, round.after.as_ref(), GROUP)?;
        match ids.last() {
            Some(last) => round.after = Some(last.clone()),
            None => drop(self.rounds.pop_front()),
        }
        for id in ids {
            self.live.look_over(&ObjectRef { kind: kind.clone(), id });
        }
        Ok(true)
    }

    /// Notes how far it has come, so that the next start goes on from there.
    fn mark(&self, city: &City) -> Result<(), StoreError> {
        let left = self.left.iter().filter_map(|left| match left {
            Left::Change(change) => change.object().cloned(),
            Left::Close(finding) => self.open.about(finding).cloned(),
        });
        let mark = Mark {
            next: self.read_to,
            models: self.live.models(),
            rounds: self.rounds.clone(),
            unsettled: self.live.unsettled().into_iter().chain(left).collect(),
        };
        mark.keep(city.casework.record())
    }

    fn stand(&self, city: &City) {
        city.findings.stand(Status {
            models: self.live.models().len(),
            unready: self.unready.clone(),
            read: self.read_to,
            size: self.live.size(),
            rounds: self.rounds.iter().map(|round| round.kind.clone()).collect(),
            waiting: self.waiting(),
        });
    }

    fn waiting(&self) -> usize {
        self.live.waiting() + self.left.len() + self.rounds.len()
    }
}

/// A failure of the record is tried again; what casework refuses is told, and would be refused again.
fn or_told<T>(kept: Result<T, Refused>) -> Result<Option<T>, StoreError> {
    match kept {
        Ok(kept) => Ok(Some(kept)),
        Err(Refused::Store(error)) => Err(error),
        Err(Refused::Record(error)) => match *error {
            AppendError::Store(error) => Err(error),
            other => Err(StoreError::Failed(other.to_string())),
        },
        Err(Refused::Case(refusal)) => {
            eprintln!("lianchi: a finding cannot be kept: {}", refusal.why.en);
            Ok(None)
        }
        Err(other) => {
            eprintln!("lianchi: a finding cannot be kept: {other:?}");
            Ok(None)
        }
    }
}

fn past(record: &Record, object: &ObjectRef) -> Result<Vec<Entry>, StoreError> {
    let mut told = amendment::as_they_count(&record.history(object, Version(0), usize::MAX)?);
    told.retain(|entry| of_finding(&entry.event).is_none());
    Ok(told)
}
