//! What is due, kept as the record grows, and what time brings about by itself.

use super::{Ask, Casework, Refused};
use crate::activity::{self, part};
use crate::board::{Alarm, Board, Kept, Outlook, Still, Stopped, Ticking};
use crate::command::Command;
use crate::state::{Stage, State};
use crate::{clocks, due};
use pack::Id;
use pack::model::{ClockLimit, Procedure, Watcher};
use record::{AppendError, Digest, Entry, Event, StoreError, Time, Version};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The name under which the board is kept; another version of the program counts for itself.
const BOARD: &str = concat!("casework board 7 ", env!("CARGO_PKG_VERSION"));
/// Entries read at once when the board catches up.
const CHUNK: usize = 1_000;

impl Casework {
    /// Lets everybody look at the board, as of the last commit that this process knows of.
    pub fn board<T>(&self, look: impl FnOnce(&Board) -> T) -> Result<T, StoreError> {
        self.catch_up()?;
        let board = self.board.read().map_err(|_| StoreError::Failed("the board broke off".into()))?;
        Ok(look(&board))
    }

    /// Goes on from the board that was kept last, where it is one of this record.
    pub(super) fn resume(&self) -> Result<(), StoreError> {
        let Some(kept) = self.record.cache().get(BOARD) else { return Ok(()) };
        let Ok((next, last, kept)) = serde_json::from_slice::<(u64, Digest, Kept)>(&kept) else {
            return Ok(());
        };
        if self.record.digest_before(next)? != Some(last) {
            return Ok(());
        }
        for edition in kept.editions() {
            self.edition(edition)?;
        }
        let broke = || StoreError::Failed("the board broke off".into());
        let board = Board::restore(kept, |state, known| self.outlook(state, known));
        *self.board.write().map_err(|_| broke())? = board;
        *self.read_to.lock().map_err(|_| broke())? = next;
        Ok(())
    }

    /// Keeps the board, so that the next start need not read the whole record. What is kept may be lost.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn save(&self) -> Result<(), StoreError> {
        let (next, kept) = {
            let broke = || StoreError::Failed("the board broke off".into());
            let read_to = self.read_to.lock().map_err(|_| broke())?;
            (*read_to, self.board.read().map_err(|_| broke())?.keep())
        };
        if let Some(last) = self.record.digest_before(next)?
            && let Ok(bytes) = serde_json::to_vec(&(next, last, kept))
        {
            self.record.cache().put(BOARD, &bytes);
        }
        Ok(())
    }

    /// Has the board read what came since.
    pub(super) fn catch_up(&self) -> Result<(), StoreError> {
        let broke = || StoreError::Failed("the board broke off".into());
        let mut read_to = self.read_to.lock().map_err(|_| broke())?;
        while *read_to < self.record.len()? {
            let mut news: Vec<Entry> = Vec::new();
            let next = self.record.follow(*read_to, CHUNK, &mut |entry| {
                if entry.event.object(part::CASE).is_some() {
                    news.push(entry.clone());
                }
            })?;
            if next == *read_to {
                break;
            }
            // What has to be read for them is read here, so that nobody waits for it at the board.
            let amended = news.iter().map(|entry| self.amended(entry)).collect::<Result<Vec<_>, _>>()?;
            let mut board = self.board.write().map_err(|_| broke())?;
            for (entry, amended) in news.iter().zip(amended) {
                board.apply(&entry.event, amended, |state, known| self.outlook(state, known));
            }
            *read_to = next;
        }
        Ok(())
    }

    /// Has the edition at hand that a case begins under or goes over to. The state of the case where the entry corrects an
    /// earlier one: that cannot be had from the state before.
    fn amended(&self, entry: &Entry) -> Result<Option<State>, StoreError> {
        if let Some(edition) = edition_of(&entry.event) {
            self.edition(edition)?;
        }
        let corrected = entry.event.corrects.as_ref().and(entry.event.object(part::CASE));
        let Some(case) = corrected else { return Ok(None) };
        let mut story = self.record.history(case, Version(0), usize::MAX)?;
        story.retain(|earlier| earlier.index <= entry.index);
        Ok(Some(State::as_told(&story)))
    }

    fn outlook(&self, state: &State, known: &BTreeSet<(Id, Time)>) -> Outlook {
        let book = state.edition.and_then(|edition| self.editions.known(edition)).flatten();
        // A case whose edition is gone still has to be found by whoever is to migrate it.
        let book = book.unwrap_or_else(|| Arc::clone(self.book()));
        let Some(procedure) = book.procedure(&state.procedure) else { return Outlook::default() };
        let roles = procedure.flow.steps.iter().map(|step| (step.id.clone(), step.role.clone())).collect();
        let mut outlook = Outlook { roles, ..Outlook::default() };
        let Some(law) = &book.definitions.law else { return outlook };
        for reading in &clocks::read(state, procedure, &book.definitions) {
            let office = binds_office(reading, procedure);
            let run = (reading.clock.id.clone(), reading.started);
            if let Some(at) = reading.stopped {
                if office && !known.contains(&run) {
                    let kept = kept(reading, at, state, law);
                    outlook.stopped.extend(kept.map(|kept| Stopped { run, at, kept }));
                }
                continue;
            }
            let Some(counted) = due::count(reading, law) else { continue };
            let (alarm, told) = (Alarm::Clock(reading.clock.id.clone()), reading.expired);
            // What no text of law was read to say is the office's own.
            let lawful = match &reading.clock.limit {
                ClockLimit::Law(id) => law.deadlines.get(id.as_str()).is_some_and(|one| one.verified),
                _ => false,
            };
            let promised = counted.promised();
            if office && counted.at().is_none() {
                let lefts = std::iter::once(&counted.limit).chain(&counted.promise).map(due::left);
                let stands = outlook.still.into_iter().chain(lefts.map(|left| Still { left }));
                outlook.still = stands.min_by_key(|still| still.minutes());
            }
            let ticking = counted.at().map(|due| Ticking { alarm, due, promised, lawful, office, told });
            outlook.ticking.extend(ticking);
        }
        let answer_by = procedure.flow.correction.as_ref().zip(state.asked());
        if let Some((correction, asked)) = answer_by.filter(|_| state.stage == Stage::Correcting) {
            let due = due::answer(asked.asked, correction.answer, law);
            let ticking = |due| Ticking {
                alarm: Alarm::Correction,
                due,
                promised: None,
                lawful: false,
                office: false,
                told: false,
            };
            outlook.ticking.extend(due.map(ticking));
        }
        outlook
    }

    /// Puts down what time has brought: clocks that ran out, corrections never answered. Says how many.
    ///
    /// Asking twice, from two places or after a crash makes nothing twice, since the events' ids name the clock. A case
    /// that has moved on meanwhile is passed over.
    ///
    /// # Errors
    /// The first failure of the record; what else ran out is put down nevertheless.
    pub fn tick(&self, now: Time) -> Result<usize, StoreError> {
        let (mut fired, mut failed) = (0, None);
        for running in self.board(|board| board.run_out(now))? {
            let command = match running.alarm {
                Alarm::Correction => Command::Lapse,
                Alarm::Clock(clock) => Command::Expire { clock },
            };
            // What happened at the deadline is dated so, however late the timer came to tell it.
            let ask = Ask { now: running.due, actor: None, purpose: None, seen: None };
            match self.run(&running.case, &command, &ask) {
                Ok(_) => fired += 1,
                Err(Refused::Store(error)) => drop(failed.get_or_insert(error)),
                Err(Refused::Record(error)) => {
                    if let AppendError::Store(error) = *error {
                        failed.get_or_insert(error);
                    }
                }
                Err(_) => {}
            }
        }
        failed.map_or(Ok(fired), Err)
    }
}

/// The edition that a case begins under, or goes over to.
fn edition_of(event: &Event) -> Option<Digest> {
    let begins = [activity::STARTED, activity::MIGRATED].contains(&event.activity.as_str());
    Digest::parse(event.attribute("edition").filter(|_| begins)?.as_text()?)
}

/// Whether the office has to be done before the clock runs out. A time that must have passed before a step is nobody's
/// deadline.
pub fn binds_office(reading: &clocks::Reading<'_>, procedure: &Procedure) -> bool {
    reading.clock.binds == Watcher::Office && !procedure.flow.waits_for(reading.clock.id.as_str())
}

/// Whether a clock that stopped `at` was kept; none where it has no limit, or where the case was over before it ran out and
/// before what it waits for was done, so that nobody kept or missed it.
fn kept(reading: &clocks::Reading<'_>, at: Time, state: &State, law: &pack::days::Law) -> Option<bool> {
    let counted = due::count(reading, law)?;
    if reading.expired || counted.at().is_some_and(|due| at > due) {
        return Some(false);
    }
    // What runs to the end of the case is not kept by a party that gives up.
    let given_up = matches!(&state.stage, Stage::Ended { at: end, how }
        if *end == at && ["withdrawn", "lapsed"].contains(&how.as_str()));
    (!given_up && !reading.cut_off).then_some(true)
}
