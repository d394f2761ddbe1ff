//! `bench [AREA…] [--quick] [--log FILE] [--dir DIR]`: prints the project's figures. `cargo xtask bench` builds and runs it.

use rehearsal::bench::{AREAS, Amounts, Failed, Options, open_loop, run};
use std::path::PathBuf;
use std::process::ExitCode;

/// As the program that is shipped, which hands back at once what this keeps for ten milliseconds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut options = Options { areas: Vec::new(), amounts: Amounts::full(), log: None };
    let mut dir = PathBuf::from(".");
    let mut args = std::env::args();
    args.next();
    while let Some(arg) = args.next() {
        let mut path = || args.next().map(PathBuf::from).unwrap_or_default();
        match arg.as_str() {
            // What this program starts for itself, to have its load in another process.
            "--load" => return end(open_loop::main(&path()).map(|()| true)),
            "--quick" => options.amounts = Amounts::quick(),
            "--log" => options.log = Some(path()),
            "--dir" => dir = path(),
            area if AREAS.contains(&area) => options.areas.push(arg),
            _ => {
                let areas = AREAS.join(", ");
                eprintln!(
                    "`{arg}` is nothing to measure; use --quick, --log FILE, --dir DIR, or one of {areas}"
                );
                return ExitCode::from(2);
            }
        }
    }
    let kept = tempfile::tempdir_in(dir);
    end(kept.map_err(Failed::from).and_then(|dir| run(dir.path(), &options)))
}

fn end(done: Result<bool, Failed>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failed) => {
            eprintln!("bench: {}", failed.reason());
            ExitCode::from(2)
        }
    }
}
