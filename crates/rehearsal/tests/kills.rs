//! 40 kills; `cargo xtask bench kills` does a thousand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rehearsal::kills::survive;
use std::path::Path;

#[test]
fn nothing_acknowledged_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let survived = survive(Path::new(env!("CARGO_BIN_EXE_appender")), dir.path(), 40, 2).unwrap();
    println!("{survived:?}: none lost, none twice");
    assert!(survived.kills == 40 && survived.appended > 0 && survived.erased > 0, "{survived:?}");
}
