//! A process that appends is killed at random moments. Whatever it was told is on the record, once, and verifies.

use crate::appender::{Told, personal, subject};
use crate::load::mix;
use record::{Record, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Kills before the next record is begun: verifying one that grows for ever would take most of the time.
const KILLS_PER_RECORD: u64 = 20;

/// What many kills came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Survived {
    /// Processes killed.
    pub kills: u64,
    /// Events that they were told are on the record, and that are there, once.
    pub appended: u64,
    /// Subjects that they were told are erased, and that are.
    pub erased: u64,
}

/// Kills processes of the program `appender` at `kills` moments, over several records in `dir`, by `hands` at once.
///
/// # Errors
/// The first promise that was broken.
pub fn survive(appender: &Path, dir: &Path, kills: u64, hands: u64) -> Result<Survived, String> {
    let next = AtomicU64::new(0);
    let all = Mutex::new(Ok(Survived::default()));
    let hand = || {
        loop {
            let first = next.fetch_add(KILLS_PER_RECORD, Ordering::Relaxed);
            if first >= kills || all.lock().is_ok_and(|all| all.is_err()) {
                return;
            }
            let last = (first + KILLS_PER_RECORD).min(kills);
            let survived = one_record(appender, &dir.join(format!("killed-{first}")), first..last);
            if let Ok(mut all) = all.lock() {
                *all = all.clone().and_then(|sum| {
                    let more = survived?;
                    Ok(Survived {
                        kills: sum.kills + more.kills,
                        appended: sum.appended + more.appended,
                        erased: sum.erased + more.erased,
                    })
                });
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(hand);
        }
    });
    all.into_inner().map_err(|_| "a thread that kills broke off".to_owned())?
}

fn one_record(appender: &Path, dir: &Path, kills: std::ops::Range<u64>) -> Result<Survived, String> {
    std::fs::create_dir_all(dir).map_err(|error| error.to_string())?;
    let mut ledger = Ledger::default();
    let count = kills.end - kills.start;
    for kill in kills {
        let told = told_before_kill(appender, dir, kill).map_err(|why| format!("kill {kill}: {why}"))?;
        ledger.take(told).and_then(|()| ledger.check(dir)).map_err(|why| format!("kill {kill}: {why}"))?;
    }
    std::fs::remove_dir_all(dir).map_err(|error| error.to_string())?;
    Ok(Survived { kills: count, appended: ledger.appended.len() as u64, erased: ledger.erased.len() as u64 })
}

/// Lets a process append for a while that depends on `kill`, kills it, and returns what it was told.
fn told_before_kill(appender: &Path, dir: &Path, kill: u64) -> Result<Vec<Told>, String> {
    let why = |error: std::io::Error| error.to_string();
    let mut child = Command::new(appender)
        .args([dir.as_os_str(), "load".as_ref(), kill.to_string().as_ref()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(why)?;
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut printed = String::new();
        stdout.map(|mut out| out.read_to_string(&mut printed)).transpose().map(|_| printed)
    });
    std::thread::sleep(Duration::from_millis(mix(kill) % 400));
    child.kill().map_err(why)?;
    let status = child.wait().map_err(why)?;
    if let Some(code) = status.code() {
        return Err(format!("the process ended by itself, with {code}"));
    }
    let printed = reader.join().map_err(|_| "the reading thread broke off".to_owned())?.map_err(why)?;
    Ok(Told::read(&printed))
}

/// What all processes so far were told.
#[derive(Default)]
struct Ledger {
    appended: BTreeMap<u64, String>,
    erasing: BTreeSet<String>,
    erased: BTreeSet<String>,
}

impl Ledger {
    fn take(&mut self, told: Vec<Told>) -> Result<(), String> {
        for fact in told {
            match fact {
                Told::Appended(index, id) => {
                    if let Some(other) = self.appended.insert(index, id.clone()) {
                        return Err(format!("index {index} was given to `{other}` and to `{id}`"));
                    }
                }
                Told::Erasing(subject) => drop(self.erasing.insert(subject)),
                Told::Erased(subject) => drop(self.erased.insert(subject)),
                other => return Err(format!("it was told {other:?}")),
            }
        }
        Ok(())
    }

    fn check(&self, dir: &Path) -> Result<(), String> {
        let why = |error: record::StoreError| error.to_string();
        let record = Record::create_in(dir).map_err(why)?;
        let ids: BTreeSet<&String> = self.appended.values().collect();
        if ids.len() != self.appended.len() {
            return Err("an event was given two places".to_owned());
        }
        for (index, id) in &self.appended {
            let entry = record.entry(*index).map_err(why)?.ok_or_else(|| format!("`{id}` is lost"))?;
            let found = record.find(&entry.event.id).map_err(why)?.map(|found| found.index);
            if entry.event.id.as_str() != id || found != Some(*index) {
                return Err(format!("`{id}` is not the one event at {index}"));
            }
            self.held(&record, id, &entry.event)?;
        }
        let found = record.verify(&mut |_, _| {}).map_err(why)?;
        found.faults.first().map_or(Ok(()), |fault| Err(format!("the record is damaged: {fault}")))
    }

    /// Sealed values and files are there, or, once erased, nowhere.
    fn held(&self, record: &Record, id: &str, event: &record::Event) -> Result<(), String> {
        let why = |error: record::StoreError| error.to_string();
        let Some(Value::Sealed(name)) = event.attribute("name") else { return Ok(()) };
        let Some(Value::File(face)) = event.attribute("face") else {
            return Err(format!("no file in `{id}`"));
        };
        let whose = subject(id).id.to_string();
        let held = (record.unseal(name).map_err(why)?, record.file(face).map_err(why)?);
        if self.erased.contains(&whose) && held != (None, None) {
            return Err(format!("`{id}` was erased, and can still be read"));
        }
        let whole = held == (Some(personal(id)), Some(id.as_bytes().to_vec()));
        if !self.erased.contains(&whose) && !self.erasing.contains(&whose) && !whole {
            return Err(format!("what `{id}` seals is lost"));
        }
        Ok(())
    }
}
