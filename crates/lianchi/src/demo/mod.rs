//! A small demonstration city: its people, and six weeks of their affairs, at every stage, made by the same commands as
//! real ones. The same city each time, but for its keys and the people's identities.
//!
//! Every case is first [rehearsed](rehearsal) until it stands where its scene should have it; then all that was rehearsed
//! happens on the record, in the order of time.

mod duty;
mod fill;
mod hours;
mod people;
mod play;
mod rehearsal;
mod scenes;
#[cfg(test)]
mod tests;
mod words;

use crate::say::{Failure, Wrong};
use access::policy::Actor;
use casework::{Ask, Command, Refused};
use people::People;
use play::Player;
use record::{Event, ObjectRef, Record, Time, Value};
use rehearsal::{Move, Rehearsal, Stage, Who};
use web::server::City;

pub use people::sign_ins;

/// The events that say that a demonstration was begun on this record, and that it is whole.
const BEGUN: &str = "demonstration/begun";
const MADE: &str = "demonstration/made";
/// How long before its making the demonstration begins, in seconds: seven weeks.
const SPAN: i64 = 49 * 86_400;
const SEED: u64 = 20_260_101;

/// Whether the record is a demonstration's.
///
/// # Errors
/// When the record fails, or the demonstration was broken off while it was made.
pub fn stands(record: &Record) -> Result<bool, Failure> {
    let begun = record.find(&BEGUN.into())?.is_some();
    if begun && record.find(&MADE.into())?.is_none() {
        let error =
            "the demonstration was broken off while it was made; remove its data folder and start again";
        return Err(Wrong(error.into()).into());
    }
    Ok(begun)
}

/// When a demonstration made at `now` begins.
pub fn beginning(now: Time) -> Time {
    Time::new(now.seconds() - SPAN, 0, Some(480)).unwrap_or(now)
}

/// Makes the people and the cases of the demonstration, on an empty city.
///
/// # Errors
/// When a case does not come as far as its scene says, or the record fails.
pub fn make(city: &City, now: Time) -> Result<(), Failure> {
    let record = city.casework.record();
    record.append(Event::new(BEGUN, "demonstration begun", beginning(now)))?;
    let mut people = People::open(city, beginning(now))?;
    let book = std::sync::Arc::clone(city.casework.book());
    if let Some(law) = &book.definitions.law {
        let stage = Stage { all: &book.definitions, law, edition: book.digest, now };
        let cases = rehearse(&Player { stage }).map_err(|mut failures| failures.swap_remove(0))?;
        perform(city, &mut people, &cases, now)?;
    }
    record.append(Event::new(MADE, "demonstration made", now))?;
    Ok(())
}

/// A case that was rehearsed, and whose it is.
struct Rehearsed<'a> {
    case: Rehearsal<'a>,
    party: Option<usize>,
}

/// Plays every scene through, without the record.
///
/// # Errors
/// Every scene that does not come as far as it should.
fn rehearse<'a>(player: &Player<'a>) -> Result<Vec<Rehearsed<'a>>, Vec<Failure>> {
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    let services = [&scenes::HOUSEHOLD[..], &scenes::CARDS, &scenes::TRAVEL, &scenes::ROADS];
    for (number, scene) in (0..).zip(services.into_iter().flatten()) {
        match player.service(scene, SEED + 7_919 * number) {
            Ok(case) => all.extend(case.map(|case| Rehearsed { case, party: scene.party })),
            Err(failure) => failures.push(failure),
        }
    }
    for (number, story) in (0..).zip(&duty::STORIES) {
        match player.story(story, SEED + 104_729 * (number + 1)) {
            Ok(cases) => all.extend(cases.into_iter().map(|case| Rehearsed { case, party: None })),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() { Ok(all) } else { Err(failures) }
}

/// Has everything happen on the record.
fn perform(city: &City, people: &mut People, cases: &[Rehearsed<'_>], now: Time) -> Result<(), Failure> {
    let mut moves: Vec<(&Rehearsed<'_>, &Move)> =
        cases.iter().flat_map(|one| one.case.moves.iter().map(move |own| (one, own))).collect();
    moves.sort_by_key(|(_, own)| own.at);
    for (_, own) in &moves {
        if let Who::Post(post, nth) = &own.who {
            people.take_on(city, post, *nth, beginning(now))?;
        }
    }
    for (one, own) in moves {
        city.casework.tick(own.at)?;
        one.perform(city, people, own)?;
    }
    city.casework.tick(now)?;
    cases.iter().try_for_each(|one| one.stands(city))
}

impl Rehearsed<'_> {
    fn perform(&self, city: &City, people: &People, own: &Move) -> Result<(), Failure> {
        let gone = || Wrong("somebody in the demonstration is not there; report this".into());
        let party = self.party.and_then(|party| people.residents.get(party)).copied();
        let (id, post) = match &own.who {
            Who::Party => (party.ok_or_else(gone)?, None),
            Who::Post(post, nth) => (people.holder(post, *nth).ok_or_else(gone)?, Some(post)),
        };
        let actor = Actor::of(&city.person(id)?, post)?;
        let ask = Ask { now: own.at, actor: Some(&actor), purpose: None, seen: None };
        let subject = match party {
            Some(party) => party.object(),
            None => ObjectRef::new(casework::State::SUBJECT, self.case.case.id.clone()),
        };
        let command = self.real(city, people, &own.command, party.map(access::PersonId::object), &subject)?;
        let done = match &command {
            Command::Start { .. } => {
                let number = self.case.case.id.as_str();
                city.casework.start(&self.case.procedure.id, number, &command, &ask).map(drop)
            }
            _ => city.casework.run(&self.case.case, &command, &ask).map(drop),
        };
        done.map_err(|refused| self.refused(&command, refused))
    }

    /// The command with real people and files in place of those that stood in for them.
    fn real(
        &self,
        city: &City,
        people: &People,
        command: &Command,
        party: Option<ObjectRef>,
        subject: &ObjectRef,
    ) -> Result<Command, Failure> {
        let keep = |name: &str| city.casework.record().attach(name, PAGE, Some(subject));
        let mut command = command.clone();
        match &mut command {
            Command::Start { party: whose, .. } => *whose = party,
            Command::Attach { file, .. } => *file = keep(&file.name)?,
            Command::Do { answers, .. } => {
                for (_, answer) in answers {
                    if let Value::File(file) = answer {
                        *file = keep(&file.name)?;
                    }
                }
            }
            Command::HandOver { to, .. } => {
                let post = self.case.moves.iter().find_map(|own| match &own.who {
                    Who::Post(post, _) if Who::Post(post.clone(), 0).stand_in() == *to => Some(post),
                    _ => None,
                });
                if let Some(holder) = post.and_then(|post| people.holder(post, 0)) {
                    *to = holder.object();
                }
            }
            _ => {}
        }
        Ok(command)
    }

    fn refused(&self, command: &Command, refused: Refused) -> Failure {
        let case = &self.case.case;
        Wrong(format!("the demonstration's `{case}` was not moved by {command:?}: {refused:?}; report this"))
            .into()
    }

    /// Checks that the case stands on the record as it did when it was rehearsed.
    fn stands(&self, city: &City) -> Result<(), Failure> {
        let case = &self.case.case;
        let state = match city.casework.view(case) {
            Ok(view) => view.state,
            Err(refused) => return Err(self.refused(&Command::Submit, refused)),
        };
        let open = |state: &casework::State| state.open_steps().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let rehearsed = &self.case.state;
        let same = state.stage == rehearsed.stage
            && open(&state) == open(rehearsed)
            && state.expired == rehearsed.expired;
        match same {
            true => Ok(()),
            false => {
                let stands = format!("{:?} {:?}", state.stage, open(&state));
                let error = format!(
                    "the demonstration's `{case}` stands at {stands}, not where it should; report this"
                );
                Err(Wrong(error).into())
            }
        }
    }
}

/// A page with nothing on it, to stand for every paper.
const PAGE: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
                      trailer<</Root 1 0 R>>\n%%EOF\n";
