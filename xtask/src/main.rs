//! Tools of the house: `cargo xtask tidy`.

mod tidy;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {
            let faults = tidy::faults(&root);
            faults.iter().for_each(|fault| println!("{fault}"));
            println!("tidy: {} faults", faults.len());
            ExitCode::from(u8::from(!faults.is_empty()))
        }
        _ => {
            eprintln!("usage: cargo xtask tidy");
            ExitCode::from(2)
        }
    }
}
