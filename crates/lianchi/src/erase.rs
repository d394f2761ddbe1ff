use crate::clock::now;
use crate::say::{Failure, Say, Wrong, counted};
use crate::{Data, control};
use casework::erase::{Done, NotErased, Request, WISHED, erase};
use record::{Erased, ObjectRef};
use serde_json::{Value as Json, json};

#[derive(clap::Args)]
pub struct Options {
    /// Whose data: `person:…`, with all their cases, or `subject:…` with the number of one case.
    subject: String,
    #[command(flatten)]
    data: Data,
    /// Why, for the record.
    #[arg(long, default_value = WISHED)]
    reasons: String,
    /// Erase even where a case of theirs still runs; it goes on without their answers.
    #[arg(long)]
    running: bool,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let subject = ObjectRef::parse(&options.subject).ok_or_else(|| {
        Wrong(format!("`{}` is not a subject; write it like `person:7f3a…`", options.subject))
    })?;
    let asked = json!({ "erase": subject, "reasons": options.reasons, "running": options.running });
    let answer = match control::ask(&options.data.dir, &asked)? {
        Some(answer) => answer,
        None => {
            let record = options.data.open()?;
            let request = Request {
                subject: &subject,
                reasons: &options.reasons,
                actor: Some(&access::staff::operator()),
                now: now(),
                running: options.running,
            };
            told(&subject, erase(&record, &request)).map_err(mended)?
        }
    };
    let number = |name: &str| answer.get(name).and_then(Json::as_u64).unwrap_or_default();
    let entry = number("entry");
    let of_cases = match number("cases") {
        0 => String::new(),
        some => format!(" and of {}", counted(some, "case")),
    };
    let words = match answer.get("already").and_then(Json::as_bool) {
        Some(true) => format!("`{subject}` was erased by entry {entry}; nothing of theirs was left"),
        _ => format!(
            "{} and {} of {subject}{of_cases} destroyed; entry {entry} says so, and every proof stays \
             valid{}",
            counted(number("values"), "sealed value"),
            counted(number("files"), "file"),
            match answer.get("scrubbed").and_then(Json::as_bool) {
                Some(false) =>
                    "\na reader was in the way of overwriting what they took; the city tries again until it is done",
                _ => "",
            }
        ),
    };
    say.answer(&words, &answer)
}

/// What came of an erasure, for programs. Erasing twice is erasing once.
pub fn told(subject: &ObjectRef, done: Result<Done, NotErased>) -> Result<Json, NotErased> {
    match done {
        Ok(Done { erased: Erased { index, values, files, scrubbed }, cases }) => Ok(json!({
            "subject": subject, "values": values, "files": files, "cases": cases, "entry": index, "already": false,
            "scrubbed": scrubbed,
        })),
        Err(NotErased::Already { entry, .. }) => Ok(json!({
            "subject": subject, "values": 0, "files": 0, "cases": 0, "entry": entry, "already": true, "scrubbed": true,
        })),
        Err(error) => Err(error),
    }
}

/// The error with the option that goes on all the same.
pub fn mended(error: NotErased) -> Failure {
    match error {
        NotErased::Running { .. } => {
            Wrong(format!("{error}, or add `--running` to take their answers out all the same")).into()
        }
        other => other.into(),
    }
}
