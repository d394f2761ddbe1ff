use crate::Data;
use crate::clock::now;
use crate::say::{Failure, Say, Wrong};
use casework::activity::{self, part};
use casework::state::sealed_under;
use record::{Event, ObjectRef, Record, StoreError, Version};
use serde_json::json;

#[derive(clap::Args)]
pub struct Options {
    /// Whose data: `person:…`, with all their cases, or `subject:…`, one case's.
    subject: String,
    #[command(flatten)]
    data: Data,
    /// Why, for the record.
    #[arg(long, default_value = "at the request of the person")]
    reasons: String,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let subject = ObjectRef::parse(&options.subject).ok_or_else(|| {
        Wrong(format!("`{}` is not a subject; write it like `person:7f3a…`", options.subject))
    })?;
    let record = options.data.open()?;
    if record.version(&subject)?.0 == 0 {
        let error = format!("`{subject}` is not on this record; nothing was erased");
        return Err(Wrong(error).into());
    }
    let now = now();
    let (mut values, mut files, mut cases) = (0, 0, 0);
    for case in cases_of(&record, &subject)? {
        let event = Event::new(format!("{case}/erased"), activity::ERASED, now)
            .about(part::CASE, case.clone())
            .with("reasons", options.reasons.as_str());
        if record.find(&event.id)?.is_none() {
            let erased = record.erase(&sealed_under(&case), event)?;
            values += erased.values;
            files += erased.files;
            cases += 1;
        }
    }
    let event = Event::new(format!("{subject}/erased/{now}"), activity::ERASED, now)
        .with("reasons", options.reasons.as_str());
    let erased = record.erase(&subject, event)?;
    values += erased.values;
    files += erased.files;
    let of_cases = match cases {
        0 => String::new(),
        1 => " and of 1 case".to_owned(),
        many => format!(" and of {many} cases"),
    };
    say.answer(
        &format!(
            "{values} sealed values and {files} files of {subject}{of_cases} destroyed; entry {} says so, and every \
             proof stays valid",
            erased.index
        ),
        &json!({ "subject": subject, "values": values, "files": files, "cases": cases, "entry": erased.index }),
    );
    Ok(())
}

/// The cases whose party the subject is: what they hold is sealed under a key of each case's own.
fn cases_of(record: &Record, subject: &ObjectRef) -> Result<Vec<ObjectRef>, StoreError> {
    let history = record.history(subject, Version(0), usize::MAX)?;
    let started = history.iter().map(|entry| &entry.event).filter(|event| {
        event.activity.as_str() == activity::STARTED && event.object(part::PARTY) == Some(subject)
    });
    Ok(started.filter_map(|event| event.object(part::CASE).cloned()).collect())
}
