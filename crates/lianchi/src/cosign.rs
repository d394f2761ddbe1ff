use crate::proof::{key, text};
use crate::say::{Failure, Say, Wrong};
use crate::{Data, control};
use record::note::{KeyKind, Note};
use record::{Record, VerifierKey};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The checkpoint with the signatures of witnesses under it, as they sent it back.
    file: PathBuf,
    /// The key of a witness whose signature is to be kept, or a file that holds it; once for each.
    #[arg(long, value_name = "KEY", required = true)]
    witness: Vec<String>,
    #[command(flatten)]
    data: Data,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let note = text(&options.file)?;
    let witnesses: Vec<VerifierKey> = options.witness.iter().map(|own| key(own)).collect::<Result<_, _>>()?;
    let keys: Vec<String> = witnesses.iter().map(ToString::to_string).collect();
    let answer = match control::ask(&options.data.dir, &json!({ "cosign": note, "witnesses": keys }))? {
        Some(answer) => answer,
        None => keep(&options.data.open()?, &note, &witnesses)?,
    };
    let names = |name: &str| -> Vec<String> {
        let all = answer.get(name).and_then(Json::as_array).into_iter().flatten();
        all.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let size = answer.get("entries").and_then(Json::as_u64).unwrap_or_default();
    let words = format!(
        "the checkpoint of {size} entries is kept with the signatures of {}; receipts of these entries carry them from now on",
        names("witnesses").join(", ")
    );
    say.answer(&words, &answer)
}

/// Keeps what the witnesses signed, and tells who has signed by now.
pub fn keep(record: &Record, note: &str, witnesses: &[VerifierKey]) -> Result<Json, Failure> {
    if let Some(log) = witnesses.iter().find(|own| own.kind() != KeyKind::Witness) {
        let what =
            format!("`{}` is the key of a record, not of a witness; name the witness's own", log.name());
        return Err(Wrong(what).into());
    }
    let signed = |note: &Note, own: &VerifierKey| note.verify(own).is_ok();
    let theirs = Note::parse(note)?;
    if let Some(missing) = witnesses.iter().find(|own| !signed(&theirs, own)) {
        let name = missing.name();
        let what =
            format!("`{name}` did not sign this checkpoint with this key; ask the witness for both again");
        return Err(Wrong(what).into());
    }
    let kept = record.cosign(note, witnesses)?;
    let head = record::note::TreeHead::parse(Note::parse(&kept)?.text())?;
    let names: Vec<&str> = witnesses.iter().map(VerifierKey::name).collect();
    Ok(json!({ "entries": head.size, "witnesses": names, "checkpoint": kept }))
}
