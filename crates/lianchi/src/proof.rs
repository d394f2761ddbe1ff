use crate::Data;
use crate::say::{Failure, Say, Wrong, counted};
use casework::activity::part::ISSUES;
use record::proof::{self, Trust, VerifiedReceipt};
use record::{Fault, StoreError, Time, Verification, VerifierKey};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// Check this receipt alone: nothing else is read, and no record is needed.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The key of the record that one trusts, as its office publishes it (`/record/key`), or a file that holds it.
    #[arg(long, value_name = "KEY", requires = "receipt")]
    key: Option<String>,
    /// The key of a witness who must have signed the record's checkpoint too, or a file that holds it; once for each.
    #[arg(long, value_name = "KEY", requires = "key")]
    witness: Vec<String>,
    /// How many of these witnesses must have signed; all of them if not said.
    #[arg(long, value_name = "NUMBER", requires = "witness")]
    quorum: Option<usize>,
    /// The event's line, where the receipt does not carry it.
    #[arg(long, value_name = "FILE", requires = "receipt")]
    event: Option<PathBuf>,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    match &options.receipt {
        Some(file) => receipt(file, options, say),
        None => whole(&options.data, say),
    }
}

/// Checks a whole record and tells what was found.
pub fn whole(data: &Data, say: Say) -> Result<(), Failure> {
    let mut progress = say.progress("verifying");
    let checked = data.read().and_then(|record| record.verify(&mut |done, all| progress.at(done, Some(all))));
    drop(progress);
    let found = match checked {
        // Damage so deep that nothing behind it can be read is a finding too.
        Err(StoreError::Damaged { what }) => {
            let faults = vec![Fault { place: data.place(), what }];
            Verification { faults, ..Verification::default() }
        }
        other => other?,
    };
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    let gone_through = [
        (found.entries, "entry"),
        (found.touches, "relation"),
        (found.objects, "object"),
        (found.tiles, "tile"),
        (found.sealed, "sealed value"),
        (found.files, "file"),
    ];
    let gone_through = gone_through.map(|(count, of)| counted(count, of)).join(", ");
    let mut words = format!("{gone_through} checked");
    if found.erased > 0 {
        words.push_str(&format!("; erased, and gone: {}", found.erased));
    }
    for fault in &faults {
        words.push_str(&format!("\n    {fault}"));
    }
    if found.more > 0 {
        words.push_str(&format!("\n    and {} more", found.more));
    }
    words.push_str(if faults.is_empty() { "\nthe record is sound" } else { "\nTHE RECORD IS DAMAGED" });
    let places = found.faults.iter().map(|fault| json!({ "place": fault.place, "what": fault.what }));
    say.answer(
        &words,
        &json!({
            "sound": faults.is_empty(), "entries": found.entries, "relations": found.touches, "objects": found.objects,
            "tiles": found.tiles, "sealed": found.sealed, "files": found.files, "erased": found.erased,
            "faults": places.collect::<Vec<_>>(), "more": found.more,
        }),
    )?;
    if faults.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}

/// The text of a file that somebody handed over; what is not text in it will not read as a receipt either.
pub fn text(file: &Path) -> Result<String, Failure> {
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be read: {error}", file.display()));
    let size = std::fs::metadata(file).map_err(told)?.len();
    if size > LONGEST {
        let place = file.display();
        return Err(
            Wrong(format!("`{place}` is {size} bytes long, which no receipt is; name the receipt")).into()
        );
    }
    // Some programs end lines in their own way when they keep a file.
    Ok(String::from_utf8_lossy(&std::fs::read(file).map_err(told)?).replace("\r\n", "\n"))
}

/// A receipt holds one event, of at most 4 MiB, in Base64, and little more.
const LONGEST: u64 = 8 << 20;

/// The key itself, or what a file of that name holds.
pub fn key(given: &str) -> Result<VerifierKey, Failure> {
    let read = match VerifierKey::parse(given.trim()) {
        Err(_) if Path::new(given).is_file() => VerifierKey::parse(text(Path::new(given))?.trim()),
        other => other,
    };
    Ok(read?)
}

/// Whom the receipt is checked against.
fn trust(log: &str, options: &Options) -> Result<Trust, Failure> {
    let witnesses: Vec<VerifierKey> = options.witness.iter().map(|own| key(own)).collect::<Result<_, _>>()?;
    let needed = options.quorum.unwrap_or(witnesses.len());
    if needed > witnesses.len() {
        let what =
            format!("`--quorum {needed}` asks for more witnesses than are named; name more with `--witness`");
        return Err(Wrong(what).into());
    }
    Ok(Trust { log: key(log)?, witnesses, needed })
}

fn receipt(file: &Path, options: &Options, say: Say) -> Result<(), Failure> {
    let receipt = text(file)?;
    let trust = options.key.as_deref().map(|log| trust(log, options)).transpose()?;
    let event = options.event.as_deref().map(text).transpose()?;
    match proof::verify_receipt_with(&receipt, event.as_deref(), trust.as_ref()) {
        Ok(VerifiedReceipt { event, index, head, signed, witnesses }) => {
            let mut words = format!(
                "entry {index} of {} on {}\n{} at {}\n",
                head.size, head.origin, event.activity, event.time
            );
            words.push_str(match signed {
                true => "the record's signature and the proof are right",
                false => {
                    "the proof is right; whether the record signed it was not checked: \
                     add `--key` with the key that the office publishes"
                }
            });
            if event.object(ISSUES).is_some() {
                words.push_str(
                    "\nit proves what was given then; whether that still stands, or a later one took its place, the city's \
                     page for checking receipts (`/verify`) says",
                );
            }
            let mut signers = Vec::new();
            for (name, seconds) in &witnesses {
                let time = i64::try_from(*seconds).ok().and_then(|seconds| Time::new(seconds, 0, Some(0)));
                let time = time.map(|time| time.to_string());
                words.push_str(&format!(
                    "\n{name} signed too, at {}",
                    time.as_deref().unwrap_or("no known time")
                ));
                signers.push(json!({ "name": name, "time": time }));
            }
            let answer = json!({
                // Without a key anybody may have made it.
                "valid": signed.then_some(true), "witnesses": signers, "signed": signed,
                "index": index, "size": head.size, "origin": head.origin,
                "activity": event.activity, "time": event.time, "event": event.id,
            });
            say.answer(&words, &answer)
        }
        Err(error) => {
            let why = error.to_string();
            say.answer(&format!("the receipt does not hold: {why}"), &json!({ "valid": false, "why": why }))?;
            Err(Failure::Finding)
        }
    }
}
