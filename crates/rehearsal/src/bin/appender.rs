//! A process to be killed or failed: appends to the record in a directory and prints, line by line, what it was told.
//!
//! `appender DIR load SEED` appends with eight threads until it is killed; `appender DIR script` runs a short list of all
//! that writes; `appender DIR fill FLAG` appends until the disk is full, removes the file FLAG and goes on; `appender DIR
//! run N` appends N events one after the other, or until it is told that the writer has stopped; `appender DIR serve` serves a city and prints its address.

use rehearsal::appender::{fill, load, run, script, serve};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done =
        match words.as_slice() {
            [_, dir, "load", seed] => load(Path::new(dir), seed.parse().unwrap_or(0)),
            [_, dir, "script"] => script(Path::new(dir)),
            [_, dir, "fill", flag] => fill(Path::new(dir), Path::new(flag)),
            [_, dir, "run", events] => run(Path::new(dir), events.parse().unwrap_or(0)),
            [_, dir, "serve"] => serve(Path::new(dir)),
            _ => Err("usage: appender DIR load SEED | DIR script | DIR fill FLAG | DIR run N | DIR serve"
                .to_owned()),
        };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
