use crate::Data;
use crate::clock::now;
use crate::say::{Failure, Say, Wrong};
use record::{Event, ObjectRef};
use serde_json::json;

#[derive(clap::Args)]
pub struct Options {
    /// Whose data: `person:…` or `subject:…`.
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
    let event = Event::new(format!("{subject}/erased/{now}"), "personal data erased", now)
        .with("reasons", options.reasons.as_str());
    let erased = record.erase(&subject, event)?;
    say.answer(
        &format!(
            "{} sealed values and {} files of {subject} destroyed; entry {} says so, and every proof stays valid",
            erased.values, erased.files, erased.index
        ),
        &json!({ "subject": subject, "values": erased.values, "files": erased.files, "entry": erased.index }),
    );
    Ok(())
}
