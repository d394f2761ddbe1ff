//! Cases by their number or a part of it: none but those that whoever asks may see.

use super::answer::Oops;
use super::asked::Asked;
use super::{case, show};
use crate::page::numbered::Numbered;
use crate::path;
use casework::State;
use casework::number::{Part, read_case_number};
use record::ObjectRef;
use std::collections::BTreeSet;

/// How many are shown. Who finds more has typed too little.
const MOST: usize = 20;

/// Running cases near whoever asks, by a part of their number, and any case by its whole number, as far as policies permit
/// `action` on them: the newest first.
///
/// # Errors
/// When the record cannot be read.
pub fn cases(
    asked: &Asked,
    text: &str,
    action: &str,
    near: impl Fn(&State) -> bool,
) -> Result<Vec<Numbered>, Oops> {
    let Some(part) = Part::read(text) else { return Ok(Vec::new()) };
    let running =
        |state: &&State| state.case.as_ref().is_some_and(|case| part.is_of(case.id.as_str())) && near(state);
    let mut found: BTreeSet<ObjectRef> = asked
        .city
        .casework
        .board(|board| board.running().filter(running).filter_map(|state| state.case.clone()).collect())?;
    if let Some(number) = read_case_number(text) {
        found.extend(asked.city.casework.named(&number)?);
    }
    permitted(asked, found.into_iter().rev(), action)
}

/// One's own cases by a part of their number, those that are over too, and any other that one may see by its whole number.
///
/// # Errors
/// When the record cannot be read.
pub fn own(asked: &Asked, text: &str) -> Result<Vec<Numbered>, Oops> {
    let (Some(part), Some(actor)) = (Part::read(text), &asked.actor) else { return Ok(Vec::new()) };
    let own = casework::cases::of_party(asked.city.casework.record(), actor.id())?;
    let mut found: BTreeSet<ObjectRef> =
        own.into_iter().filter(|case| part.is_of(case.id.as_str())).collect();
    if let Some(number) = read_case_number(text) {
        found.extend(asked.city.casework.named(&number)?);
    }
    permitted(asked, found.into_iter().rev(), "read-case")
}

fn permitted(
    asked: &Asked,
    found: impl Iterator<Item = ObjectRef>,
    action: &str,
) -> Result<Vec<Numbered>, Oops> {
    let mut shown = Vec::new();
    for one in found {
        if shown.len() == MOST {
            break;
        }
        let view = asked.city.casework.view(&one)?;
        let decision = asked.city.casework.permit(&one, &view, action, &asked.ask());
        if !decision.is_some_and(|decision| decision.allowed()) {
            continue;
        }
        let number = one.id.to_string();
        shown.push(Numbered {
            path: match action {
                "supervise" => path::board_case(&number),
                _ if case::theirs(asked, &view) => path::case(&number),
                _ => path::desk_case(&number),
            },
            number,
            title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
            office: show::office(asked, &view.state.office),
            stage: show::stage(&view),
        });
    }
    Ok(shown)
}
