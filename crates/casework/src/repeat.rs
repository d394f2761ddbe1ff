//! A command that is sent twice is done once: the second time it is answered with what the first time made.

use crate::activity;
use crate::command::Command;
use crate::decide::{Situation, decide};
use crate::service::{Ask, Casework, Refused, judge};
use crate::state::State;
use pack::Id;
use record::{Event, ObjectRef, StoreError, Version};
use std::collections::BTreeSet;

/// How many moves back a repetition is looked for.
const FAR: usize = 32;

impl Casework {
    /// Answers a command that was decided when the case had `seen` events, while it has others by now: with the events
    /// that it made, where it was carried out then, and otherwise with who was faster.
    pub(crate) fn late(
        &self,
        case: &ObjectRef,
        seen: u64,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<Vec<Event>, Refused> {
        let moves = self.moves_of(case)?;
        let seen = usize::try_from(seen).unwrap_or(usize::MAX).min(moves.len());
        // A request is sent again within minutes: not after many moves.
        let from = seen.max(moves.len().saturating_sub(FAR));
        let mut state = State::of(moves.iter().take(from));
        for (at, event) in moves.iter().enumerate().skip(from) {
            let since = moves.get(at..).unwrap_or_default();
            if let Some(events) = self.made(case, &state, since, command, ask)? {
                return Ok(events);
            }
            match event.corrects {
                // What it corrects was taken in already.
                Some(_) => state = State::of(moves.iter().take(at + 1)),
                None => state.apply(event),
            }
        }
        Err(moves
            .into_iter()
            .next_back()
            .map_or(Refused::Unknown, |event| Refused::Overtaken(Box::new(event))))
    }

    /// The fields of a case's form that were filled in or emptied since it had `seen` events.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn filled_since(&self, case: &ObjectRef, seen: u64) -> Result<BTreeSet<Id>, StoreError> {
        let moves = self.moves_of(case)?;
        let seen = usize::try_from(seen).unwrap_or(usize::MAX);
        Ok(moves.iter().skip(seen).flat_map(State::filled).collect())
    }

    /// What happened to a case, but for what is no move of it: somebody read its answers, say.
    fn moves_of(&self, case: &ObjectRef) -> Result<Vec<Event>, StoreError> {
        let history = self.record().history(case, Version(0), usize::MAX)?;
        let events = history.into_iter().map(|entry| entry.event);
        Ok(events.filter(|event| activity::moved(event) == Some(case)).collect())
    }

    /// The first events of `since`, where `command` by the same person would have made just these in `state`. Deciding is a
    /// pure function, so that it can be asked once more.
    fn made(
        &self,
        case: &ObjectRef,
        state: &State,
        since: &[Event],
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<Option<Vec<Event>>, StoreError> {
        let (Some(first), Some(actor)) = (since.first(), ask.actor) else { return Ok(None) };
        if state.case.is_none() || first.actor.as_ref() != Some(actor.id()) {
            return Ok(None);
        }
        let edition = state.edition.map(|edition| self.edition(edition)).transpose()?;
        let Some(book) = edition.flatten() else { return Ok(None) };
        let Some(procedure) = book.procedure(&state.procedure) else { return Ok(None) };
        let answers = self.judged(state, procedure, Some(command))?;
        let opened = self.opened(state, procedure)?;
        let judge = judge(procedure, &opened, first.time);
        let then = Ask { now: first.time, ..*ask };
        let recorded = self.recorded(state, command)?;
        let unseen = self.unseen(&book, procedure, command, ask)?;
        let situation = then.situation((case, procedure, &book), &answers, &judge);
        let situation = Situation { recorded: recorded.as_ref(), unseen: &unseen, ..situation };
        let Ok(decided) = decide(&opened, command, &situation) else { return Ok(None) };
        let Some(kept) = since.get(..decided.events.len()).filter(|kept| !kept.is_empty()) else {
            return Ok(None);
        };
        for (event, kept) in decided.events.iter().zip(kept) {
            // What a correction leaves as it was is sealed in both.
            if self.all_in_clear(event)? != self.all_in_clear(kept)? {
                return Ok(None);
            }
        }
        Ok(Some(kept.to_vec()))
    }

    /// The event with its sealed values in clear: the same value is sealed differently each time.
    fn all_in_clear(&self, event: &Event) -> Result<Event, StoreError> {
        let mut event = event.clone();
        let changes = event.changes.iter_mut().map(|change| &mut change.value);
        for value in changes.chain(event.attributes.iter_mut().map(|(_, value)| value)) {
            if let Some(clear) = self.in_clear(value)? {
                *value = clear;
            }
        }
        Ok(event)
    }
}
