use record::Time;
use std::fmt;

/// A length of time, never negative, to the nanosecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lapse {
    seconds: i64,
    nanos: u32,
}

impl Lapse {
    /// Whole seconds; none below zero.
    pub fn seconds(seconds: u32) -> Self {
        Self { seconds: i64::from(seconds), nanos: 0 }
    }

    /// From the earlier to the later of two moments.
    pub fn between(one: Time, other: Time) -> Self {
        let (from, to) = if one <= other { (one, other) } else { (other, one) };
        let seconds = to.seconds() - from.seconds();
        match to.subsecond_nanos().checked_sub(from.subsecond_nanos()) {
            Some(nanos) => Self { seconds, nanos },
            None => Self {
                seconds: seconds - 1,
                nanos: to.subsecond_nanos() + 1_000_000_000 - from.subsecond_nanos(),
            },
        }
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

/// How long may lie between two events: from `least` to `most`, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// At least; without, from the same moment on.
    pub least: Option<Lapse>,
    /// At most; without, any time.
    pub most: Option<Lapse>,
}

impl Window {
    /// Whether `lapse` lies in it.
    pub fn holds(&self, lapse: Lapse) -> bool {
        self.least.is_none_or(|least| lapse >= least) && self.most.is_none_or(|most| lapse <= most)
    }

    /// Whether it holds every lapse.
    pub fn is_open(&self) -> bool {
        self.least.is_none_or(|least| least == Lapse::default()) && self.most.is_none()
    }

    /// The last moment after `time` that it holds.
    pub fn ends(&self, time: Time) -> Option<Time> {
        self.most?.after(time)
    }
}
