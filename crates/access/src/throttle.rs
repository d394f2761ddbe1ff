use crate::directory::NameKey;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

/// How failures slow down what follows. All times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many failures cost nothing.
    pub free: u32,
    /// The wait after the first failure beyond; each further one doubles it.
    pub first: i64,
    /// The longest wait.
    pub longest: i64,
    /// After how long without a failure all is forgotten.
    pub forget: i64,
}

impl Pace {
    /// For one sign-in name: five free tries, then 2 s, 4 s … up to a quarter of an hour; forgotten after a day.
    /// At the longest wait that leaves fewer than a hundred guesses a day.
    pub const NAME: Self = Self { free: 5, first: 2, longest: 900, forget: 86_400 };
    /// For one address, behind which a whole service hall may sit: fifty free tries, then up to five minutes.
    pub const ADDRESS: Self = Self { free: 50, first: 2, longest: 300, forget: 3_600 };

    fn wait(self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            None => 0,
            Some(beyond) => self.first.saturating_mul(1 << beyond.min(32)).min(self.longest),
        }
    }
}

/// Where a try comes from: an IPv4 address, or the /64 network of an IPv6 address, within which one household or
/// one attacker has all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(IpAddr);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        })
    }
}

/// Too many failures: how many seconds to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub i64);

/// Counts failures by name and by origin, and says when the next try may be made. Kept in memory alone: it is
/// bounded, and a restart forgives.
#[derive(Clone, Debug)]
pub struct Throttle {
    names: Counts<NameKey>,
    origins: Counts<Origin>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new(Pace::NAME, Pace::ADDRESS, 65_536)
    }
}

impl Throttle {
    /// One that keeps at most `room` names and `room` origins.
    pub fn new(name: Pace, origin: Pace, room: usize) -> Self {
        Self { names: Counts::new(name, room), origins: Counts::new(origin, room) }
    }

    /// Lets a try pass, counting it as a failure until [`Throttle::succeeded`] says otherwise: tries made at one
    /// time cannot slip through together. `now` is in seconds since any fixed moment.
    ///
    /// # Errors
    /// [`Wait`]; the try is then not counted.
    pub fn admit(&mut self, name: NameKey, origin: Origin, now: i64) -> Result<(), Wait> {
        let wait = self.names.wait(&name, now).max(self.origins.wait(&origin, now));
        if wait > 0 {
            return Err(Wait(wait));
        }
        self.names.fail(name, now);
        self.origins.fail(origin, now);
        Ok(())
    }

    /// The try was right: the name starts afresh, and the origin is given back the one try. Its other failures
    /// stand, so that a person with one right password cannot use it to guess others'.
    pub fn succeeded(&mut self, name: NameKey, origin: Origin) {
        self.names.all.remove(&name);
        self.origins.give_back(&origin);
    }
}

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    last: i64,
    /// When the one before the last was.
    before: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Counts<K> {
    pace: Pace,
    room: usize,
    all: HashMap<K, Count>,
}

impl<K: Copy + Eq + Hash + Ord> Counts<K> {
    pub(crate) fn new(pace: Pace, room: usize) -> Self {
        Self { pace, room: room.max(1), all: HashMap::new() }
    }

    fn stands(&self, count: &Count, now: i64) -> bool {
        now.saturating_sub(count.last) < self.pace.forget
    }

    fn until(&self, count: &Count) -> i64 {
        count.last.saturating_add(self.pace.wait(count.failures))
    }

    pub(crate) fn wait(&self, key: &K, now: i64) -> i64 {
        let count = self.all.get(key).filter(|count| self.stands(count, now));
        // A clock that was set back must not lengthen a wait beyond what one failure may cost.
        count.map_or(0, |count| (self.until(count) - now).clamp(0, self.pace.longest))
    }

    pub(crate) fn fail(&mut self, key: K, now: i64) {
        if !self.all.contains_key(&key) && self.all.len() >= self.room {
            self.make_room(now);
        }
        let standing = self.all.get(&key).filter(|count| self.stands(count, now));
        let (failures, before) = standing.map_or((0, now), |count| (count.failures, count.last));
        self.all.insert(key, Count { failures: failures.saturating_add(1), last: now, before });
    }

    pub(crate) fn give_back(&mut self, key: &K) {
        if let Some(count) = self.all.get_mut(key) {
            count.failures = count.failures.saturating_sub(1);
            if count.failures == 0 {
                self.all.remove(key);
            }
        }
    }

    /// Takes the last failure back as if it had not been: the waiting goes by the one before.
    pub(crate) fn take_back(&mut self, key: &K) {
        if let Some(count) = self.all.get_mut(key) {
            count.last = count.before;
        }
        self.give_back(key);
    }

    /// Drops what is forgotten; if that is not a quarter, then also those who have the least to wait, so that
    /// nobody is let off by filling the room with others.
    fn make_room(&mut self, now: i64) {
        let mut by_wait: Vec<(bool, i64, K)> =
            self.all.iter().map(|(key, count)| (self.stands(count, now), self.until(count), *key)).collect();
        by_wait.sort_unstable();
        let forgotten = by_wait.iter().filter(|(stands, ..)| !stands).count();
        for (.., key) in by_wait.iter().take(forgotten.max(self.room.div_ceil(4))) {
            self.all.remove(key);
        }
    }
}
