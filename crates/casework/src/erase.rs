//! Erasing somebody's personal data: the one way there is, whoever asks for it.

use crate::activity::{self, part};
use crate::cases;
use crate::state::{State, sealed_under};
use pack::Title;
use record::{AppendError, Erased, Event, ObjectRef, Record, StoreError, Time, Value, Version};

/// Why, where the person wished it. It stands on the record in these words, and is told in those of whoever reads it.
pub const WISHED: &str = "at the request of the person";

/// Reasons that the program gave, in both languages; none for those that somebody wrote.
pub fn given(reasons: &str) -> Option<Title> {
    (reasons == WISHED).then(|| Title::new("应其本人请求", "At the request of the person"))
}

/// Entries read at once.
const CHUNK: usize = 1_000;

/// An erasure that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Whose data: a person, with all their cases, or what one case is sealed under.
    pub subject: &'a ObjectRef,
    /// Why, for the record.
    pub reasons: &'a str,
    /// Who asks; none: the operator.
    pub actor: Option<&'a ObjectRef>,
    /// The moment.
    pub now: Time,
    /// Whether cases of theirs that still run may lose their answers.
    pub running: bool,
}

/// What came of an erasure.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// What was destroyed, and the entry that says so: the last, that of the person.
    pub erased: Erased,
    /// Of how many cases of theirs.
    pub cases: u64,
}

impl Done {
    /// What came of all that was done before, and of this.
    fn with(before: Option<Self>, erased: Erased, cases: u64) -> Self {
        let Some(before) = before else { return Self { erased, cases } };
        let (values, files) = (before.erased.values + erased.values, before.erased.files + erased.files);
        Self { erased: Erased { values, files, ..erased }, cases: before.cases + cases }
    }
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum NotErased {
    /// The record knows no such subject.
    #[error("`{0}` is not on this record; nothing was erased")]
    Unknown(ObjectRef),
    /// The subject is known, and nothing of theirs is sealed.
    #[error(
        "nothing is sealed under `{0}`; data is sealed under a `person:…`, or a `subject:…` where nobody applied"
    )]
    Nothing(ObjectRef),
    /// It was done before.
    #[error("`{subject}` was erased by entry {entry}; nothing of theirs was left")]
    Already {
        /// Whose data.
        subject: ObjectRef,
        /// The entry that says so.
        entry: u64,
    },
    /// Cases still need it.
    #[error("`{subject}` has cases that still run: {}; end them first", listed(cases))]
    Running {
        /// Whose data.
        subject: ObjectRef,
        /// The cases.
        cases: Vec<ObjectRef>,
    },
    /// The record does not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The record fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn listed(cases: &[ObjectRef]) -> String {
    cases.iter().map(|case| format!("`{case}`")).collect::<Vec<_>>().join(", ")
}

/// Destroys the subject's key with all that is sealed under it, and puts down that it was done.
///
/// # Errors
/// [`NotErased`]; then nothing was destroyed.
pub fn erase(record: &Record, request: &Request<'_>) -> Result<Done, NotErased> {
    let Request { subject, now, .. } = *request;
    let kept = record.kept(subject)?;
    let own = cases(record, subject)?;
    let mut any = kept.sealed;
    for case in &own {
        any = any || record.kept(&sealed_under(case))?.sealed;
    }
    if !any {
        return Err(match kept.erased {
            Some(entry) => NotErased::Already { subject: subject.clone(), entry },
            None if record.version(subject)? == Version(0) => NotErased::Unknown(subject.clone()),
            None => NotErased::Nothing(subject.clone()),
        });
    }
    if !request.running {
        let cases = running(record, subject)?;
        if !cases.is_empty() {
            return Err(NotErased::Running { subject: subject.clone(), cases });
        }
    }
    let event = |id: String| {
        let event = Event::new(id, activity::ERASED, now).with("reasons", request.reasons);
        Event { actor: request.actor.cloned(), ..event }
    };
    let mut done: Option<Done> = None;
    // Cases first: what breaks off between is taken up again when it is asked anew.
    for case in own {
        let first = event(format!("{case}/erased"));
        let id = match record.find(&first.id)? {
            None => first.id,
            // What was said since goes as well.
            Some(_) if record.kept(&sealed_under(&case))?.sealed => format!("{case}/erased/{now}").into(),
            Some(_) => continue,
        };
        let event = Event { id, ..first }.about(part::CASE, case.clone());
        done = Some(Done::with(done, record.erase(&sealed_under(&case), event)?, 1));
    }
    match done {
        Some(done) if subject.kind == sealed_under(subject).kind || !kept.sealed => Ok(done),
        _ => {
            let whole = record.erase(subject, event(format!("{subject}/erased/{now}")))?;
            Ok(Done::with(done, whole, 0))
        }
    }
}

/// The cases that hold data of `subject` and are not over.
///
/// # Errors
/// When the record cannot be read.
pub fn running(record: &Record, subject: &ObjectRef) -> Result<Vec<ObjectRef>, StoreError> {
    let own = cases(record, subject)?;
    let mut running = Vec::new();
    for case in own {
        if !record.fold::<State>(&case)?.0.ended() {
            running.push(case);
        }
    }
    Ok(running)
}

/// The cases of a party; or the case that is sealed under the subject, which only its sealed answers lead to.
fn cases(record: &Record, subject: &ObjectRef) -> Result<Vec<ObjectRef>, StoreError> {
    let mut found = cases::of_party(record, subject)?;
    let mut next = 0;
    while subject.kind == sealed_under(subject).kind && found.is_empty() {
        let entries = record.entries(next, CHUNK)?;
        let Some(last) = entries.last() else { break };
        next = last.index + 1;
        let sealed = |value: &Value| matches!(value, Value::Sealed(sealed) if sealed.subject == *subject);
        let cites = |event: &Event| {
            let attributes = event.attributes.iter().map(|(_, value)| value);
            event.changes.iter().map(|change| &change.value).chain(attributes).any(sealed)
        };
        let cited = entries.iter().find(|entry| cites(&entry.event));
        found.extend(cited.and_then(|entry| entry.event.object(part::CASE).cloned()));
    }
    Ok(found)
}
