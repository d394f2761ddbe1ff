//! A log in memory, with what was found in it.

use super::checking::Check;
use oversight::catalogue::{Links, Recall};
use oversight::log::{Log, Traces};
use record::Name;
use record::interop::{self, Counts, ImportError, Options, Source, Strays, vocabulary};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Events of the largest log that is held.
pub const MOST_EVENTS: u64 = 3_000_000;
/// How often progress is told.
const TOLD: u64 = 20_000;

/// A log in memory.
pub struct Held {
    /// Its events, each with what it knew of its objects.
    pub log: Log,
    /// The links between its objects.
    pub links: Links,
    /// Where the first of the events stands that belong to nothing, or have no name.
    pub strays: Strays,
    /// Its types of objects with how many there are of each, the most first.
    pub kinds: Vec<(String, usize)>,
    traces: Mutex<HashMap<String, Arc<Traces>>>,
    /// What was checked in it, and is being, by the models.
    pub checks: Mutex<HashMap<String, Arc<Check>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the log has more than {MOST_EVENTS} events; divide it, by years for example, and bring the parts")]
struct TooMany;

impl Held {
    /// Reads a log; `tell` is called with how many events there are so far.
    pub fn read(
        source: &Source<'_>,
        options: &Options,
        wanted: &[Name],
        tell: &mut dyn FnMut(u64),
    ) -> Result<(Self, Counts), ImportError> {
        let (mut log, mut links, mut recall) = (Log::new(), Links::new(), Recall::of(wanted.iter().cloned()));
        let mut count = 0_u64;
        let report = interop::read(source, options, &mut |event| {
            // What a log keeps beside its events counts for nobody.
            count += u64::from(!vocabulary::is_carrier(&event.activity));
            if count.is_multiple_of(TOLD) {
                tell(count);
            }
            if count > MOST_EVENTS {
                return Err(TooMany.into());
            }
            links.push(&event);
            Ok(log.push(&recall.seen(&event))?)
        })?;
        let mut kinds: Vec<(String, usize)> =
            log.kinds().map(|(kind, count)| (kind.to_string(), count)).collect();
        kinds.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        let held = Self {
            log,
            links,
            strays: report.strays,
            kinds,
            traces: Mutex::default(),
            checks: Mutex::default(),
        };
        Ok((held, report.counts))
    }

    /// The offset from UTC at which its first event was written, in minutes: where its days begin.
    pub fn offset(&self) -> i16 {
        self.log.times().first().and_then(|first| first.offset()).unwrap_or(0)
    }

    /// The events by the objects of a type.
    pub fn traces(&self, kind: &str) -> Option<Arc<Traces>> {
        let mut all = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(traces) = all.get(kind) {
            return Some(Arc::clone(traces));
        }
        let traces = Arc::new(self.log.traces(kind)?);
        all.insert(kind.to_owned(), Arc::clone(&traces));
        Some(traces)
    }

    /// Forgets what models found, since they are others now.
    pub fn forget(&self, name: &str) {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Forgets what the models of packs found that count no more: of the checks that begin alike, all but this one.
    pub fn forget_others(&self, alike: &str, name: &str) {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|own, _| own == name || !own.starts_with(alike));
    }
}
