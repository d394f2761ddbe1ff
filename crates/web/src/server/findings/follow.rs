//! The record, followed by the models: over its history first, then as it grows, with the wall clock as the watermark.

use super::super::city::City;
use super::filed::of_finding;
use super::{FINDING, Status, keep};
use casework::amendment;
use casework::{Refused, State};
use oversight::live::{Change, Live};
use pack::Id;
use record::fold::apply_all;
use record::{AppendError, Digest, Entry, Fold, ObjectRef, Record, StoreError, Version};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long the record is waited for before time is told to have passed.
const TICK: Duration = Duration::from_secs(1);
/// Entries read at once.
const CHUNK: usize = 1_000;

/// Has a thread of its own watch the record, for as long as the city stands.
pub fn watch(city: &Arc<City>) {
    if city.casework.book().procedure(&Id::from(FINDING)).is_none() {
        return;
    }
    let Ok(mut subscription) = city.casework.record().subscribe() else { return };
    let (city, stopping) = (Arc::downgrade(city), city.stopping.subscribe());
    let follow = move || {
        let mut overseer: Option<Overseer> = None;
        while let Some(city) = city.upgrade().filter(|_| !subscription.ended() && !*stopping.borrow()) {
            let overseer = overseer.get_or_insert_with(|| Overseer::new(&city));
            if let Err(error) = overseer.go_on(&city) {
                eprintln!("lianchi: oversight cannot go on: {error}");
            }
            drop(city);
            subscription.wait(TICK);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("oversight".to_owned()).spawn(follow) {
        eprintln!("lianchi: oversight cannot begin: {error}");
    }
}

struct Overseer {
    live: Live,
    unready: Vec<String>,
    read_to: u64,
    /// Whether what the record holds from before was looked through.
    begun: bool,
    /// The findings of what is broken.
    findings: HashMap<Digest, ObjectRef>,
    /// What is still to be put on the record.
    left: VecDeque<Change>,
}

impl Overseer {
    fn new(city: &City) -> Self {
        let definitions = &city.casework.book().definitions;
        let models = city.findings.models(definitions).running();
        let (live, problems) = Live::new(definitions, &models);
        let unready = problems.iter().map(ToString::to_string).collect();
        Self { live, unready, read_to: 0, begun: false, findings: HashMap::new(), left: VecDeque::new() }
    }

    /// Takes in what came, tells what time has brought, and puts on the record what follows.
    fn go_on(&mut self, city: &City) -> Result<(), StoreError> {
        let record = city.casework.record();
        while self.read_to < record.len()? {
            let mut entries = Vec::new();
            let next = record.follow(self.read_to, CHUNK, &mut |entry| {
                if of_finding(&entry.event).is_none() {
                    entries.push(entry.clone());
                }
            })?;
            if next == self.read_to {
                break;
            }
            self.live.take(&entries);
            self.read_to = next;
        }
        let changes = self.live.settle(city.now(), &mut |object| past(record, object))?;
        self.left.extend(changes);
        while let Some(change) = self.left.front() {
            let kept = match change {
                Change::Broken(breach) => keep::put_down(city, breach).map(|case| {
                    self.findings.insert(breach.digest(), case);
                }),
                Change::Mended(breach) => {
                    let case = self.findings.remove(&breach.digest());
                    case.map_or(Ok(()), |case| keep::close(city, &case))
                }
            };
            or_told(kept)?;
            self.left.pop_front();
        }
        if !self.begun {
            self.close_others(city)?;
            self.begun = true;
        }
        self.stand(city);
        Ok(())
    }

    /// Closes findings from before of which nothing is broken any more: what mended them came while nobody watched.
    fn close_others(&self, city: &City) -> Result<(), StoreError> {
        let open = |state: &&State| state.procedure.as_str() == FINDING;
        let open: Vec<ObjectRef> = city
            .casework
            .board(|board| board.running().filter(open).filter_map(|state| state.case.clone()).collect())?;
        let standing: HashSet<&ObjectRef> = self.findings.values().collect();
        open.iter()
            .filter(|case| !standing.contains(case))
            .try_for_each(|case| or_told(keep::close(city, case)))
    }

    fn stand(&self, city: &City) {
        let (lives, bytes) = self.live.size();
        city.findings.stand(Status {
            models: self.live.models().len(),
            unready: self.unready.clone(),
            read: self.read_to,
            lives,
            bytes,
            broken: self.live.broken().count(),
        });
    }
}

/// A failure of the record is tried again; what casework refuses is told, and would be refused again.
fn or_told(kept: Result<(), Refused>) -> Result<(), StoreError> {
    match kept {
        Ok(()) => Ok(()),
        Err(Refused::Store(error)) => Err(error),
        Err(Refused::Record(error)) => match *error {
            AppendError::Store(error) => Err(error),
            other => Err(StoreError::Failed(other.to_string())),
        },
        Err(Refused::Case(refusal)) => {
            eprintln!("lianchi: a finding cannot be kept: {}", refusal.why.en);
            Ok(())
        }
        Err(other) => {
            eprintln!("lianchi: a finding cannot be kept: {other:?}");
            Ok(())
        }
    }
}

/// An object's history as it counts: what was corrected stands as the last correction tells it, in its own place.
#[derive(Clone, Default)]
struct Told(Vec<Entry>);

impl Fold for Told {
    const NAME: &'static str = "entries as they count";
    const VERSION: u32 = 1;

    fn apply(&mut self, entry: &Entry) {
        self.0.push(Entry { index: entry.index, event: amendment::restated(&entry.event).into_owned() });
    }

    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_bytes(_: &[u8]) -> Option<Self> {
        None
    }
}

fn past(record: &Record, object: &ObjectRef) -> Result<Vec<Entry>, StoreError> {
    let mut told = Told::default();
    apply_all(&mut told, &record.history(object, Version(0), usize::MAX)?);
    told.0.retain(|entry| of_finding(&entry.event).is_none());
    Ok(told.0)
}
