//! Style that a machine can check: the direction of dependencies, the length of lines and files, names of rooms that
//! say nothing, links that lead nowhere. What ARCHITECTURE.md promises besides is checked in [`crate::house`].

use crate::house;
use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may use besides crates from outside: the floors of the house, as ARCHITECTURE.md draws them.
pub const FLOORS: [(&str, &[&str]); 12] = [
    ("record", &[]),
    ("pack", &["record"]),
    ("access", &["pack", "record"]),
    ("casework", &["access", "pack", "record"]),
    ("oversight", &["pack", "record"]),
    ("web", &["access", "casework", "oversight", "pack", "record"]),
    ("lianchi", &["access", "casework", "garment", "oversight", "pack", "record", "traffic", "web"]),
    ("rehearsal", &["access", "casework", "lianchi", "oversight", "pack", "record", "web"]),
    ("xtask", &[]),
    ("oracle-logs", &["record"]),
    ("traffic", &[]),
    ("garment", &[]),
];

const LONGEST_LINE: usize = 130;
const LONGEST_FILE: usize = 600;
/// Rooms in which anything could be put.
const NAMELESS: [&str; 7] = ["util", "utils", "common", "helpers", "types", "prelude", "misc"];
/// Words of unfinished work. In two halves, so that this file does not hold them.
const UNFINISHED: [(&str, &str); 3] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X")];

/// Every fault in the repository at `root`, with its place.
pub fn faults(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    gather(root, &mut files);
    files.sort();
    let mut faults = Vec::new();
    for file in &files {
        let Ok(text) = fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(root).unwrap_or(file).display().to_string();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => {
                rust(&name, &text, &mut faults);
                house::engine(&name, &text, &mut faults);
                house::functions(&name, &text, &mut faults);
            }
            Some("md") => {
                links(file, &name, &text, &mut faults);
                if name == "ARCHITECTURE.md" {
                    house::drawn(&text, &mut faults);
                }
            }
            _ if house::is_pack(&name) => house::pack(&name, &text, &mut faults),
            Some("toml") if name.ends_with("Cargo.toml") => floors(&name, &text, &mut faults),
            _ => {}
        }
    }
    faults
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "data" {
                gather(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}

fn rust(name: &str, text: &str, faults: &mut Vec<String>) {
    let count = text.lines().count();
    if count > LONGEST_FILE {
        faults
            .push(format!("{name}: {count} lines; divide it, a file of over {LONGEST_FILE} fits in no head"));
    }
    let room = Path::new(name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if NAMELESS.contains(&room) {
        faults.push(format!("{name}: `{room}` names no room; call it by what it does"));
    }
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        let width = line.chars().count();
        // A table's row and a test's own text cannot be broken.
        let whole =
            line.contains("http") || line.trim_start().starts_with("//! |") || name.contains("/tests/");
        if width > LONGEST_LINE && !whole {
            faults.push(format!("{place}: {width} characters; at most {LONGEST_LINE}"));
        }
        for (head, tail) in UNFINISHED {
            if line.contains(&format!("{head}{tail}")) {
                faults.push(format!(
                    "{place}: `{head}{tail}` marks unfinished work; finish it, or write an issue"
                ));
            }
        }
        if line.trim_end() != line {
            faults.push(format!("{place}: ends in blanks"));
        }
    }
}

fn floors(name: &str, text: &str, faults: &mut Vec<String>) {
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return faults.push(format!("{name}: not TOML"));
    };
    let package =
        manifest.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str());
    let Some(package) = package else { return };
    let Some((_, allowed)) = FLOORS.iter().find(|(floor, _)| *floor == package) else {
        return faults.push(format!("{name}: `{package}` stands on no floor; enter it in xtask/src/tidy.rs"));
    };
    house::kept(name, package, &manifest, faults);
    let dependencies = manifest.get("dependencies").and_then(|table| table.as_table());
    for used in dependencies.into_iter().flat_map(|table| table.keys()) {
        let ours = FLOORS.iter().any(|(floor, _)| floor == used);
        if ours && !allowed.contains(&used.as_str()) {
            faults.push(format!("{name}: `{package}` may not use `{used}`, which is not below it"));
        }
    }
}

/// Links to files beside the document, and to headings' files, must lead somewhere.
fn links(file: &Path, name: &str, text: &str, faults: &mut Vec<String>) {
    for (number, line) in text.lines().enumerate() {
        for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            let there = || file.parent().is_some_and(|folder| folder.join(path).exists());
            if !elsewhere && !there() {
                faults.push(format!("{name}:{}: the link `{target}` leads nowhere", number + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{faults, floors, rust};
    use std::path::Path;

    #[test]
    fn the_house_is_tidy() {
        let faults = faults(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn faults_are_found() {
        let mut found = Vec::new();
        let upward = "[package]\nname = \"record\"\n[dependencies]\nweb = { path = \"../web\" }\n";
        floors("crates/record/Cargo.toml", upward, &mut found);
        rust("crates/record/src/util.rs", &format!("{}\nlet x = 1; \n", "a".repeat(131)), &mut found);
        let told: Vec<&str> = found.iter().map(|fault| fault.split(": ").next().unwrap_or("")).collect();
        let places = ["crates/record/Cargo.toml", "crates/record/src/util.rs"];
        assert_eq!(
            told,
            [places[0], places[1], "crates/record/src/util.rs:1", "crates/record/src/util.rs:2"]
        );
    }
}
