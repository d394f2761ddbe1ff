use crate::activity;
use crate::person::PersonId;
use crate::throttle::{Counts, Pace, Wait};
use jiff::civil::Date;
use pack::days::today;
use record::{Entry, Fold, ObjectRef};
use std::collections::BTreeMap;

/// How fast applicants may be looked up. A counter serves one after the other, so hardly anybody who works at one meets this;
/// whoever tries number after number does. In memory alone, as for signing in: what was done stands on the record.
#[derive(Clone, Debug)]
pub struct LookUps {
    all: Counts<PersonId>,
    misses: Counts<PersonId>,
}

/// Sixty at once, then one every twenty seconds; forgotten after ten minutes without.
const ALL: Pace = Pace { free: 60, first: 2, longest: 20, forget: 600 };
/// Ten numbers or names that nobody has, then 2 s, 4 s … up to two minutes; forgotten after half an hour without.
const MISSES: Pace = Pace { free: 10, first: 2, longest: 120, forget: 1800 };
/// Colleagues who are counted at one time.
const ROOM: usize = 65_536;

impl Default for LookUps {
    fn default() -> Self {
        Self { all: Counts::new(ALL, ROOM), misses: Counts::new(MISSES, ROOM) }
    }
}

impl LookUps {
    /// Lets `clerk` look somebody up, and counts it as one that finds nobody until [`Self::found`] says otherwise.
    ///
    /// # Errors
    /// [`Wait`]; it is not counted then.
    pub fn admit(&mut self, clerk: PersonId, now: i64) -> Result<(), Wait> {
        let wait = self.all.wait(&clerk, now).max(self.misses.wait(&clerk, now));
        if wait > 0 {
            return Err(Wait(wait));
        }
        self.all.fail(clerk, now);
        self.misses.fail(clerk, now);
        Ok(())
    }

    /// The number or name was somebody's, or is now: nobody guessed.
    pub fn found(&mut self, clerk: PersonId) {
        self.misses.take_back(&clerk);
    }
}

/// What was looked up at a counter over the last days, by colleague.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counter(BTreeMap<Date, BTreeMap<String, Looked>>);

/// How often somebody looked applicants up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Readings of somebody who was found.
    pub readings: u64,
    /// That found nobody.
    pub missed: u64,
}

/// Days that are kept.
const DAYS: i64 = 31;

impl Counter {
    /// What each colleague looked up from `first` on.
    pub fn since(&self, first: Date) -> BTreeMap<ObjectRef, Looked> {
        let mut all: BTreeMap<ObjectRef, Looked> = BTreeMap::new();
        for (who, looked) in self.0.range(first..).flat_map(|(_, day)| day) {
            let Some(who) = ObjectRef::parse(who) else { continue };
            let sum = all.entry(who).or_default();
            sum.readings += looked.readings;
            sum.missed += looked.missed;
        }
        all
    }
}

impl Fold for Counter {
    const NAME: &'static str = "counter";
    const VERSION: u32 = 1;

    fn apply(&mut self, Entry { event, .. }: &Entry) {
        let Some(actor) = &event.actor else { return };
        let counted: fn(&mut Looked) = match event.activity.as_str() {
            activity::DATA_READ => |looked| looked.readings += 1,
            activity::NOT_FOUND => |looked| looked.missed += 1,
            _ => return,
        };
        let day = today(event.time);
        counted(self.0.entry(day).or_default().entry(actor.to_string()).or_default());
        let last = self.0.last_key_value().map_or(day, |(last, _)| *last);
        self.0 = self.0.split_off(&last.saturating_sub(jiff::Span::new().days(DAYS - 1)));
    }

    fn to_bytes(&self) -> Vec<u8> {
        let lines = self.0.iter().flat_map(|(day, all)| {
            all.iter()
                .map(move |(who, looked)| format!("{day} {} {} {who}\n", looked.readings, looked.missed))
        });
        lines.collect::<String>().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut counter = Self::default();
        for line in std::str::from_utf8(bytes).ok()?.lines() {
            let mut parts = line.splitn(4, ' ');
            let day: Date = parts.next()?.parse().ok()?;
            let (readings, missed) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            counter.0.entry(day).or_default().insert(parts.next()?.to_owned(), Looked { readings, missed });
        }
        Some(counter)
    }
}
