//! Beginning a case once, however often the same form is sent.

use super::answer::Oops;
use super::asked::Asked;
use access::entropy::{Entropy as _, NoEntropy, SystemEntropy};
use casework::{Command, Refused, number};
use jiff::ToSpan as _;
use pack::Id;
use pack::days::today;
use record::{AppendError, Digest, ObjectRef};

/// Numbers that are tried before giving up: that two cases draw the same one is rare, that three do is a fault.
const TRIES: u32 = 4;

/// A key of its own for each page that offers to begin something.
pub fn key() -> Result<String, NoEntropy> {
    let mut random = [0; 16];
    SystemEntropy.fill(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a request to begin came to.
pub enum Begun {
    /// The case is new.
    New(ObjectRef),
    /// The same request had begun this case before.
    Known(ObjectRef),
}

impl Begun {
    /// The case.
    pub fn case(&self) -> &ObjectRef {
        match self {
            Self::New(case) | Self::Known(case) => case,
        }
    }
}

/// Begins a case of `procedure`. A `key` stands for one case of whoever asks: sent again, it begins no second one. The
/// case's number follows from the key, so that nothing has to be kept for it, through a restart too.
pub fn begin(asked: &Asked, procedure: &Id, command: &Command, key: Option<&str>) -> Result<Begun, Oops> {
    let casework = &asked.city.casework;
    for tried in 0..TRIES {
        let number = match key {
            None => asked.city.case_number(asked.now).map_err(|error| Oops::Broken(error.to_string()))?,
            Some(key) => match known(asked, procedure, key, tried)? {
                Found::Same(case) => return Ok(Begun::Known(case)),
                Found::Another => continue,
                Found::Free(number) => number,
            },
        };
        match casework.start(procedure, &number, command, &asked.ask()) {
            Ok(case) => return Ok(Begun::New(case)),
            Err(Refused::Record(error)) if taken(&error) => {
                // The same request came twice at one time, or the number is another's.
                if let Some(key) = key
                    && let Found::Same(case) = known(asked, procedure, key, tried)?
                {
                    return Ok(Begun::Known(case));
                }
            }
            Err(other) => return Err(other.into()),
        }
    }
    Err(Oops::Broken("no case number is free".to_owned()))
}

/// The case of `procedure` for which a `key` of whoever asks stands; none where it stands for none yet.
pub fn begun(asked: &Asked, procedure: &Id, key: &str) -> Result<Option<ObjectRef>, Oops> {
    for tried in 0..TRIES {
        match known(asked, procedure, key, tried)? {
            Found::Same(case) => return Ok(Some(case)),
            Found::Another => {}
            Found::Free(_) => break,
        }
    }
    Ok(None)
}

fn taken(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { .. } | AppendError::IdTaken { .. })
}

enum Found {
    /// The case that the key stands for.
    Same(ObjectRef),
    /// A case of somebody else's has the number.
    Another,
    /// A number that no case has.
    Free(String),
}

/// What stands under the number that follows from the key; a request that is sent again after midnight on the last of a
/// month means the number of the month before.
fn known(asked: &Asked, procedure: &Id, key: &str, tried: u32) -> Result<Found, Oops> {
    let me = asked.signed_in()?.id();
    let drawn = Digest::of(format!("lianchi begin\n{me}\n{procedure}\n{tried}\n{key}").as_bytes()).0;
    let [a, b, c, d, e, ..] = drawn;
    let day = today(asked.now);
    let numbers = [day, day.saturating_sub(1.month())].map(|day| number::case_number(day, [a, b, c, d, e]));
    for number in &numbers {
        let Some(case) = asked.city.casework.named(number)? else { continue };
        let story = asked.city.casework.story(&case)?;
        let first = story.first().map(|entry| &entry.event);
        let mine = first.is_some_and(|event| {
            let of = event.attribute("procedure").and_then(record::Value::as_text);
            event.actor.as_ref() == Some(me) && of == Some(procedure.as_str())
        });
        return Ok(if mine { Found::Same(case) } else { Found::Another });
    }
    let [number, _] = numbers;
    Ok(Found::Free(number))
}
