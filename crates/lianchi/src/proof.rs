use crate::Data;
use crate::say::{Failure, Say, Wrong};
use record::{VerifierKey, proof};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// Check this receipt alone: nothing else is read, and no record is needed.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The key of the record that one trusts, as its office publishes it (`/record/key`).
    #[arg(long, value_name = "KEY", requires = "receipt")]
    key: Option<String>,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    match &options.receipt {
        Some(file) => receipt(file, options.key.as_deref(), say),
        None => whole(options, say),
    }
}

fn whole(options: &Options, say: Say) -> Result<(), Failure> {
    let record = options.data.read()?;
    let found = record.verify(&mut |done, all| say.progress("verifying", done, all))?;
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    let mut words = format!(
        "{} entries, {} relations, {} objects, {} tiles, {} sealed values, {} files checked",
        found.entries, found.touches, found.objects, found.tiles, found.sealed, found.files
    );
    for fault in &faults {
        words.push_str(&format!("\n    {fault}"));
    }
    if found.more > 0 {
        words.push_str(&format!("\n    and {} more", found.more));
    }
    words.push_str(if faults.is_empty() { "\nthe record is sound" } else { "\nTHE RECORD IS DAMAGED" });
    say.answer(
        &words,
        &json!({
            "sound": faults.is_empty(), "entries": found.entries, "relations": found.touches, "objects": found.objects,
            "tiles": found.tiles, "sealed": found.sealed, "files": found.files, "faults": faults, "more": found.more,
        }),
    );
    if faults.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}

fn receipt(file: &std::path::Path, key: Option<&str>, say: Say) -> Result<(), Failure> {
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be read: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(told)?;
    let key = key.map(VerifierKey::parse).transpose()?;
    match proof::verify_receipt(&text, None, key.as_ref()) {
        Ok(receipt) => {
            let event = &receipt.event;
            let mut words = format!(
                "entry {} of {} on {}\n{} at {}\n",
                receipt.index, receipt.head.size, receipt.head.origin, event.activity, event.time
            );
            words.push_str(match receipt.signed {
                true => "the record's signature and the proof are right",
                false => {
                    "the proof is right; whether the record signed it was not checked: \
                     add `--key` with the key that the office publishes"
                }
            });
            say.answer(
                &words,
                &json!({
                    "valid": true, "signed": receipt.signed, "index": receipt.index, "size": receipt.head.size,
                    "origin": receipt.head.origin, "activity": event.activity, "time": event.time, "event": event.id,
                }),
            );
            Ok(())
        }
        Err(error) => {
            say.answer(
                &format!("the receipt does not hold: {error}"),
                &json!({ "valid": false, "why": error.to_string() }),
            );
            Err(Failure::Finding)
        }
    }
}
