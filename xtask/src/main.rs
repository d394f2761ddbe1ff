//! Tools of the house: `cargo xtask tidy`, `cargo xtask bench`.

mod house;
mod tidy;

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {
            let faults = tidy::faults(&root);
            faults.iter().for_each(|fault| println!("{fault}"));
            println!("tidy: {} faults", faults.len());
            ExitCode::from(u8::from(!faults.is_empty()))
        }
        Some("bench") => bench(&root),
        _ => {
            eprintln!("usage: cargo xtask tidy | bench [AREA…] [--quick] [--log RTFM.xes.gz] [--dir DIR]");
            ExitCode::from(2)
        }
    }
}

/// Builds the city and its bench as they are shipped, and measures.
fn bench(root: &Path) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--quiet", "-p", "lianchi", "-p", "rehearsal", "--bins"])
        .current_dir(root)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return ExitCode::from(2);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let ran = Command::new(target.join("release/bench")).args(std::env::args_os().skip(2)).status();
    match ran.map(|status| status.code()) {
        Ok(Some(code)) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
        Ok(None) | Err(_) => ExitCode::from(2),
    }
}
