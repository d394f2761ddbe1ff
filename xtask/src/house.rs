//! What ARCHITECTURE.md says always holds of the house, as far as a machine can see it in the sources.

use crate::tidy::FLOORS;
use std::path::Path;

/// Crates that only some floors may use: what they are for, and who may.
const KEPT: [(&[&str], &str, &[&str]); 3] = [
    (
        &["axum", "hyper", "hyper-util", "http", "tower", "tower-http", "maud", "fluent-bundle", "tokio"],
        "only `web` and what stands above it know HTTP and pages",
        &["web", "lianchi", "rehearsal"],
    ),
    (&["rusqlite", "postgres"], "only `record` touches storage", &["record", "rehearsal"]),
    (&["clap"], "only the binary reads a command line", &["lianchi"]),
];

/// Engines: given what they need, they read no clock and touch neither files nor the network.
const ENGINES: [&str; 6] = ["pack", "access", "casework", "oversight", "traffic", "garment"];

/// Calls that no engine makes, and why; in halves, so that this file does not hold them.
const FORBIDDEN: [(&str, &str, &str); 9] = [
    ("SystemTime", "::now", "time is handed in"),
    ("Timestamp", "::now", "time is handed in"),
    ("Zoned", "::now", "time is handed in"),
    ("Instant", "::now", "time is handed in"),
    ("disallowed", "_methods", "a banned call stays banned"),
    ("std::", "fs", "engines do no I/O"),
    ("std::", "process", "engines do no I/O"),
    ("std::", "env", "engines do no I/O"),
    ("TcpStr", "eam", "engines do no I/O"),
];

/// Rooms of engines that are an exception, and what it is.
const EXCEPTIONS: [(&str, &str); 1] = [
    // A pack is a folder; who has its files already loads them without it.
    ("crates/pack/src/folder.rs", "std::fs"),
];

/// Lines of a function at most.
const LONGEST_FUNCTION: usize = 70;

/// Checks a manifest's crates from outside.
pub fn kept(name: &str, package: &str, manifest: &toml::Table, faults: &mut Vec<String>) {
    let used = manifest.get("dependencies").and_then(|table| table.as_table());
    for used in used.into_iter().flat_map(|table| table.keys()) {
        for (crates, why, owners) in KEPT {
            let ours = FLOORS.iter().any(|(floor, _)| *floor == package);
            if ours && crates.contains(&used.as_str()) && !owners.contains(&package) {
                faults.push(format!("{name}: `{package}` may not use `{used}`: {why}"));
            }
        }
    }
}

/// Checks a source file of an engine: tests apart, which stand after the code.
pub fn engine(name: &str, text: &str, faults: &mut Vec<String>) {
    let of = |engine: &&str| name.starts_with(&format!("crates/{engine}/src/"));
    let Some(engine) = ENGINES.into_iter().find(of) else { return };
    for (number, line) in text.lines().enumerate().take_while(|(_, line)| *line != "#[cfg(test)]") {
        let code = line.split("//").next().unwrap_or_default();
        for (head, tail, why) in FORBIDDEN {
            let call = format!("{head}{tail}");
            if code.contains(&call) && !EXCEPTIONS.contains(&(name, &call)) {
                faults.push(format!("{name}:{}: `{call}` in the engine `{engine}`: {why}", number + 1));
            }
        }
    }
}

/// Checks that functions fit in a head. Formatted code closes a function with a brace as far in as it began.
pub fn functions(name: &str, text: &str, faults: &mut Vec<String>) {
    if !name.contains("/src/") {
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    for (begin, line) in lines.iter().enumerate() {
        let Some(called) = function(line) else { continue };
        let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let length = lines.iter().skip(begin).position(|line| *line == close).map_or(1, |end| end + 1);
        if length > LONGEST_FUNCTION {
            let place = format!("{name}:{}", begin + 1);
            faults.push(format!(
                "{place}: `{called}` has {length} lines; divide it, at most {LONGEST_FUNCTION}"
            ));
        }
    }
}

/// The name of the function that begins on a line and has a body.
fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let word = |word: &str| {
        word.starts_with("pub") || ["const", "async", "unsafe", "crate)", "extern"].contains(&word)
    };
    let plain = before.split_whitespace().all(word) && !line.trim_end().ends_with(';');
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    rest.get(..end).filter(|name| plain && !name.is_empty())
}

/// Checks that the table of floors in ARCHITECTURE.md says what [`FLOORS`] does, wherever it lists crates by name.
pub fn drawn(text: &str, faults: &mut Vec<String>) {
    let quoted =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    for (number, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [_, name, _, below] = cells.as_slice() else { continue };
        let Some((name, (_, allowed))) = quoted(name)
            .first()
            .and_then(|name| Some((name.clone(), FLOORS.iter().find(|(floor, _)| floor == name)?)))
        else {
            continue;
        };
        let listed = quoted(below);
        let open = below.contains("all");
        if !open
            && (listed.len() != allowed.len()
                || !allowed.iter().all(|own| listed.iter().any(|one| one == own)))
        {
            let place = format!("ARCHITECTURE.md:{}", number + 1);
            faults.push(format!(
                "{place}: the table lets `{name}` use {listed:?}, xtask/src/tidy.rs {allowed:?}"
            ));
        }
    }
}

/// Checks a file of a pack: its lines are read by people in any editor.
pub fn pack(name: &str, text: &str, faults: &mut Vec<String>) {
    const LONGEST: usize = 200;
    for (number, line) in text.lines().enumerate() {
        let width = line.chars().count();
        if width > LONGEST {
            let mend = "break a long text with \"\"\"\\";
            faults.push(format!("{name}:{}: {width} characters; at most {LONGEST}: {mend}", number + 1));
        }
    }
}

/// Whether a file is one of a pack.
pub fn is_pack(name: &str) -> bool {
    let path = Path::new(name);
    path.starts_with("packs") && path.extension().is_some_and(|end| end == "toml")
}

#[cfg(test)]
mod tests {
    use super::{drawn, engine, functions, is_pack, kept, pack};

    type Check<'c> = &'c dyn Fn(&mut Vec<String>);

    /// What a check finds, by the place that it names.
    fn found(check: Check<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        check(&mut faults);
        faults.iter().map(|fault| fault.split(": ").next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn crates_from_outside_stay_on_their_floors() {
        let manifest = "[dependencies]\naxum = \"1\"\nrusqlite = \"1\"\nclap = \"1\"\n".parse().unwrap();
        let of = |package: &str| found(&|faults| kept("Cargo.toml", package, &manifest, faults)).len();
        assert_eq!((of("casework"), of("web"), of("record"), of("lianchi"), of("oracle")), (3, 2, 2, 1, 0));
    }

    #[test]
    fn engines_are_handed_what_they_need() {
        for (head, tail, _) in super::FORBIDDEN {
            let text = format!("// fine\nlet x = {head}{tail}();\n#[cfg(test)]\nlet x = {head}{tail}();\n");
            let at = |name: &str| found(&|faults| engine(name, &text, faults));
            assert_eq!(at("crates/casework/src/due.rs"), ["crates/casework/src/due.rs:2"], "{head}{tail}");
            assert!(at("crates/web/src/clock.rs").is_empty() && at("crates/casework/tests/x.rs").is_empty());
        }
        let folder = format!("use {}{}::read_dir;\n", "std::", "fs");
        assert!(found(&|faults| engine("crates/pack/src/folder.rs", &folder, faults)).is_empty());
        assert_eq!(found(&|faults| engine("crates/pack/src/folders.rs", &folder, faults)).len(), 1);
    }

    #[test]
    fn functions_fit_in_a_head() {
        let body = |lines: usize| {
            format!(
                "mod a {{\n    pub(crate) async fn long(\n    ) {{\n{}    }}\n}}\n",
                "        x();\n".repeat(lines)
            )
        };
        let of = |lines| found(&|faults| functions("crates/web/src/a.rs", &body(lines), faults));
        assert_eq!((of(67).len(), of(68)), (0, vec!["crates/web/src/a.rs:2".to_owned()]));
        assert!(found(&|faults| functions("crates/web/tests/a.rs", &body(90), faults)).is_empty());
    }

    #[test]
    fn the_table_of_floors_is_the_one_that_is_checked() {
        let row = |below: &str| format!("| 3 | `oversight` | models | {below} |\n");
        let of = |below: &str| found(&|faults| drawn(&row(below), faults)).len();
        assert_eq!(
            (of("`pack`, `record`"), of("`record`"), of("`pack`, `record`, `web`"), of("all below")),
            (0, 1, 1, 0)
        );
    }

    #[test]
    fn lines_of_packs_fit_an_editor() {
        let of = |width| found(&|faults| pack("packs/a/b.toml", &"长".repeat(width), faults));
        assert_eq!((of(200).len(), of(201)), (0, vec!["packs/a/b.toml:1".to_owned()]));
        assert!(
            is_pack("packs/a/b.toml") && !is_pack("crates/a/tests/town.toml") && !is_pack("packs/a/b.md")
        );
    }
}
