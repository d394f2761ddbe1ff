use crate::activity::{self, part};
use crate::command::Command;
use crate::service::{Ask, Casework, Refused};
use crate::state::{Stage, sealed_under};
use access::registry::Stamp;
use jiff::ToSpan;
use jiff::civil::Date;
use pack::Id;
use pack::days::today;
use pack::model::{Own, Unit};
use record::{AppendError, Erased, Event, ObjectRef, StoreError, Time};

/// A case of somebody's, and how long what it holds of them stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The case.
    pub case: ObjectRef,
    /// What it is a case of.
    pub procedure: Id,
    /// Where it is handled.
    pub office: Id,
    /// How long.
    pub stays: Stays,
}

/// How long the personal values and files of a case stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stays {
    /// It was never handed in: nobody needs it.
    Draft,
    /// Its time is over.
    Over,
    /// Until the end of this day.
    Until(Date),
    /// As long as it runs, and then for its time.
    Running,
    /// For good: neither its procedure nor its pack sets a time.
    ForGood,
    /// They were destroyed.
    Erased,
}

impl Stays {
    /// Whether they may be destroyed when their person asks for it.
    pub fn may_go(self) -> bool {
        matches!(self, Self::Draft | Self::Over)
    }
}

impl Casework {
    /// What is held of a person, case by case, the newest first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn held(&self, person: &ObjectRef, now: Time) -> Result<Vec<Held>, StoreError> {
        let lines = self.of_party(person)?;
        let held = |line: crate::board::Line| Held {
            stays: if line.erased {
                Stays::Erased
            } else {
                self.stays(&line.procedure, &line.stage, line.submitted, now)
            },
            case: line.case,
            procedure: line.procedure,
            office: line.office,
        };
        Ok(lines.into_iter().map(held).collect())
    }

    /// By the current edition's word: how long something is kept is for today's rules to say, not for those of the day on
    /// which the case began.
    fn stays(&self, procedure: &Id, stage: &Stage, submitted: Option<Time>, now: Time) -> Stays {
        let Stage::Ended { at, .. } = stage else {
            return if *stage == Stage::Draft { Stays::Draft } else { Stays::Running };
        };
        if submitted.is_none() {
            return Stays::Over;
        }
        let definitions = &self.book().definitions;
        let retention = definitions.procedures.get(procedure).and_then(|own| own.retention.as_ref());
        match retention.and_then(|retention| retention.keep) {
            None => Stays::ForGood,
            Some(retention) => match last_day(today(*at), retention) {
                Some(last) if last < today(now) => Stays::Over,
                Some(last) => Stays::Until(last),
                None => Stays::ForGood,
            },
        }
    }

    /// Destroys the personal values and files of a case whose time is over, or that was never handed in. What stays is the
    /// course: which steps were taken, when, in which office.
    ///
    /// # Errors
    /// [`Refused::Record`] and [`Refused::Store`].
    pub fn erase_case(
        &self,
        held: &Held,
        by: &ObjectRef,
        ask: &Ask<'_>,
        reasons: &str,
    ) -> Result<Option<Erased>, Refused> {
        if !held.stays.may_go() {
            return Ok(None);
        }
        if held.stays == Stays::Draft {
            // A draft that cannot be withdrawn stays one, without its answers.
            match self.run(&held.case, &Command::Withdraw { reasons: None }, ask) {
                Ok(_) | Err(Refused::Case(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let first = format!("{}/erased", held.case).into();
        let again = || format!("{}/erased/{}", held.case, ask.now).into();
        let id = if self.record().find(&first)?.is_some() { again() } else { first };
        let stamp = Stamp { id, time: ask.now, actor: Some(by.clone()) };
        let mut event = Event::new(stamp.id, activity::ERASED, stamp.time)
            .about(part::CASE, held.case.clone())
            .with("reasons", reasons);
        event.actor = stamp.actor;
        let erased = self.record().erase(&sealed_under(&held.case), event);
        let erased = erased.map_err(|error: AppendError| Refused::Record(Box::new(error)))?;
        self.board(|_| ())?;
        Ok(Some(erased))
    }
}

fn last_day(ended: Date, retention: Own) -> Option<Date> {
    let amount = i64::from(retention.amount);
    let span = match retention.unit {
        Unit::Years => amount.years(),
        Unit::Months => amount.months(),
        _ => amount.days(),
    };
    ended.checked_add(span).ok()
}
