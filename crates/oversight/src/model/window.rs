use pack::days::Term;
use record::Time;
use std::fmt;
use std::sync::Arc;

/// A length of time, never negative, to the nanosecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lapse {
    seconds: i64,
    nanos: u32,
}

impl Lapse {
    /// Longer than all of the record's time.
    pub(crate) const LONGEST: Self = Self { seconds: i64::MAX / 2, nanos: 0 };

    /// Whole seconds; none below zero.
    pub fn seconds(seconds: u32) -> Self {
        Self { seconds: i64::from(seconds), nanos: 0 }
    }

    /// From the earlier to the later of two moments.
    #[inline]
    pub fn between(one: Time, other: Time) -> Self {
        if one <= other { Self::from_to(one, other) } else { Self::from_to(other, one) }
    }

    /// From a moment to one that is not before it.
    #[inline]
    pub(crate) fn from_to(from: Time, to: Time) -> Self {
        let seconds = to.seconds() - from.seconds();
        match to.subsecond_nanos().checked_sub(from.subsecond_nanos()) {
            Some(nanos) => Self { seconds, nanos },
            None => Self {
                seconds: seconds - 1,
                nanos: to.subsecond_nanos() + 1_000_000_000 - from.subsecond_nanos(),
            },
        }
    }

    /// Its whole seconds.
    #[inline]
    pub(crate) fn whole_seconds(self) -> u64 {
        self.seconds.unsigned_abs()
    }

    /// `count` times a number of seconds, a count with a fraction too; none for what is no length of time or longer than
    /// all of record's time.
    pub fn of(count: f64, seconds: u32) -> Option<Self> {
        let nanos = count * f64::from(seconds) * 1e9;
        // Twenty thousand years hold 6.4e11 seconds.
        let known = nanos.is_finite() && (0.0..=6.4e20).contains(&nanos);
        let nanos = known.then_some(nanos.round() as u128)?;
        let (seconds, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        Some(Self { seconds: i64::try_from(seconds).ok()?, nanos: u32::try_from(nanos).ok()? })
    }

    /// The moment this long after `time`; none beyond the times that the record knows.
    pub fn after(self, time: Time) -> Option<Time> {
        let nanos = time.subsecond_nanos() + self.nanos;
        let carry = i64::from(nanos / 1_000_000_000);
        Time::new(time.seconds() + self.seconds + carry, nanos % 1_000_000_000, time.offset())
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)?;
        if self.nanos > 0 {
            write!(f, ".{:09}", self.nanos)?;
        }
        f.write_str(" s")
    }
}

/// How long something may, or must, take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// So much time, as a stopwatch has it.
    Elapsed(Lapse),
    /// Counted as law counts: from the earlier of two events to the end of the last day, or of the last hour.
    Counted(Arc<Term>),
}

impl Length {
    /// The last moment that is no farther than this from `time`; none beyond the times that the record knows.
    pub fn after(&self, time: Time) -> Option<Time> {
        match self {
            Self::Elapsed(lapse) => lapse.after(time),
            Self::Counted(term) => term.last(time),
        }
    }

    /// Whether two moments are as far apart as this, or less.
    fn reaches(&self, one: Time, other: Time) -> bool {
        match self {
            Self::Elapsed(lapse) => Lapse::between(one, other) <= *lapse,
            Self::Counted(term) => term.last(one.min(other)).is_none_or(|last| one.max(other) <= last),
        }
    }

    /// Whether all of it lies between two moments. Of counted time: whether the last day, or hour, is over.
    fn is_over(&self, one: Time, other: Time) -> bool {
        match self {
            Self::Elapsed(lapse) => Lapse::between(one, other) >= *lapse,
            Self::Counted(term) => term.last(one.min(other)).is_some_and(|last| one.max(other) > last),
        }
    }
}

impl From<Lapse> for Length {
    fn from(lapse: Lapse) -> Self {
        Self::Elapsed(lapse)
    }
}

/// How long may lie between two events: from `least` to `most`, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// At least; without, from the same moment on.
    pub least: Option<Length>,
    /// At most; without, any time.
    pub most: Option<Length>,
}

impl Window {
    /// Whether two moments, in either order, are as far apart as it says.
    pub fn holds(&self, one: Time, other: Time) -> bool {
        self.is_reached(one, other) && !self.is_passed(one, other)
    }

    /// Whether two moments are as far apart as it asks at least.
    pub(crate) fn is_reached(&self, one: Time, other: Time) -> bool {
        self.least.as_ref().is_none_or(|least| least.is_over(one, other))
    }

    /// Whether two moments are farther apart than it allows, so that what is still farther is so, too.
    pub fn is_passed(&self, one: Time, other: Time) -> bool {
        self.most.as_ref().is_some_and(|most| !most.reaches(one, other))
    }

    /// How long it is, where it begins at once and is measured in elapsed time.
    pub(crate) fn span(&self) -> Option<Lapse> {
        let at_once = self.least.as_ref().is_none_or(|least| *least == Length::Elapsed(Lapse::default()));
        match &self.most {
            Some(Length::Elapsed(most)) if at_once => Some(*most),
            _ => None,
        }
    }

    /// Whether it holds whatever lies between.
    pub fn is_open(&self) -> bool {
        self.least.as_ref().is_none_or(|least| *least == Length::Elapsed(Lapse::default()))
            && self.most.is_none()
    }

    /// The last moment after `time` that it holds.
    pub fn ends(&self, time: Time) -> Option<Time> {
        self.most.as_ref()?.after(time)
    }
}
