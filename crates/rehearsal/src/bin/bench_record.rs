//! Prints the record's figures: `bench_record [DIRECTORY]`. The directory should be on the disk that is meant.

use rehearsal::bench::{Amounts, record};
use std::process::ExitCode;

fn main() -> ExitCode {
    let place = std::env::args_os().nth(1);
    let kept = tempfile::tempdir_in(place.unwrap_or_else(|| ".".into()));
    let done = kept.map_err(Into::into).and_then(|dir| record(dir.path(), Amounts::FULL));
    match done {
        Ok(_) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{}", failed.reason());
            ExitCode::FAILURE
        }
    }
}
