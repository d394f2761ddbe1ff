use crate::say::{Failure, Say, Wrong};
use include_dir::{Dir, DirEntry, include_dir};
use pack::model::{Charge, ClockLimit, Definitions, Own, Procedure, StepKind, Unit};
use pack::{File, Problem, Title};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The packs that ship, in the binary itself.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../packs");

#[derive(clap::Subcommand)]
pub enum Command {
    /// Check all packs of a folder and tell every fault with its place and its mend.
    Check {
        /// The folder of packs; the shipped packs if none is named.
        dir: Option<PathBuf>,
    },
    /// Say in plain words what a procedure asks, who does what, and until when.
    Explain {
        /// The procedure's id.
        procedure: String,
        /// The folder of packs; the shipped packs if none is named.
        #[arg(long)]
        packs: Option<PathBuf>,
    },
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Check { dir } => check(dir.as_deref(), say),
        Command::Explain { procedure, packs } => explain(procedure, packs.as_deref(), say),
    }
}

/// All files of the packs in `dir`, or of those that ship.
///
/// # Errors
/// When the folder cannot be read or holds no pack.
pub fn files(dir: Option<&Path>) -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    match dir {
        None => shipped(&SHIPPED, &mut files),
        Some(dir) => {
            read(dir, dir, &mut files)?;
            if files.is_empty() {
                let place = dir.display();
                let error = format!("`{place}` holds no pack; name a folder whose subfolders are packs");
                return Err(Wrong(error).into());
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn shipped(dir: &Dir<'_>, files: &mut Vec<File>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => shipped(dir, files),
            DirEntry::File(file) if file.path().extension().is_some_and(|end| end == "toml") => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                files.push(File { path, text: file.contents_utf8().unwrap_or_default().to_owned() });
            }
            DirEntry::File(_) => {}
        }
    }
}

fn read(root: &Path, dir: &Path, files: &mut Vec<File>) -> Result<(), Failure> {
    let told =
        |path: &Path, error: std::io::Error| Wrong(format!("`{}` cannot be read: {error}", path.display()));
    for entry in std::fs::read_dir(dir).map_err(|error| told(dir, error))? {
        let path = entry.map_err(|error| told(dir, error))?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if path.extension().is_some_and(|end| end == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|error| told(&path, error))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            // A folder that is itself a pack is checked as one.
            let name = match name.contains('/') {
                true => name,
                false => format!("{}/{name}", root.file_name().unwrap_or_default().to_string_lossy()),
            };
            files.push(File { path: name, text });
        }
    }
    Ok(())
}

/// Problems as people and as programs read them.
pub fn tell(problems: &[Problem], say: Say) {
    let words: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    let rows: Vec<_> = problems
        .iter()
        .map(|p| json!({ "file": &*p.file, "line": p.line, "column": p.column, "what": p.what, "mend": p.mend }))
        .collect();
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    say.answer(&format!("{words}{count} {noun}"), &json!({ "problems": rows }));
}

fn check(dir: Option<&Path>, say: Say) -> Result<(), Failure> {
    let files = files(dir)?;
    match casework::Book::read(&files) {
        Err(problems) => {
            tell(&problems, say);
            Err(Failure::Finding)
        }
        Ok(book) => {
            let all = &book.definitions;
            let deadlines = all.law.as_ref().map_or(0, |law| law.deadlines.len());
            let (packs, procedures, offices) = (all.packs.len(), all.procedures.len(), all.offices.len());
            say.answer(
                &format!(
                    "{packs} packs, {procedures} procedures, {deadlines} deadlines, {offices} offices: no problem\n\
                     edition {}",
                    book.digest
                ),
                &json!({
                    "problems": [], "packs": packs, "procedures": procedures, "deadlines": deadlines,
                    "offices": offices, "edition": book.digest.to_string(),
                }),
            );
            Ok(())
        }
    }
}

fn explain(id: &str, dir: Option<&Path>, say: Say) -> Result<(), Failure> {
    let definitions = match pack::load(&files(dir)?) {
        Ok(definitions) => definitions,
        Err(problems) => {
            tell(&problems, say);
            return Err(Failure::Finding);
        }
    };
    let Some(procedure) = definitions.procedures.get(id) else {
        let known = definitions.procedures.keys().map(pack::Id::as_str);
        let mend = match pack::problem::nearest(id, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`lianchi pack check` counts what there is".to_owned(),
        };
        return Err(Wrong(format!("no procedure is called `{id}`; {mend}")).into());
    };
    let words = words(procedure, &definitions);
    say.answer(&words, &json!({ "procedure": id, "words": words.lines().collect::<Vec<_>>() }));
    Ok(())
}

fn words(procedure: &Procedure, all: &Definitions) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", both(&procedure.title));
    if let Some(about) = &procedure.about {
        let _ = writeln!(out, "{}\n{}", about.zh, about.en);
    }
    for law in &procedure.law {
        let name = all.law.as_ref().and_then(|all| all.instruments.get(law.instrument.as_str()));
        let name = name.map_or(law.instrument.as_str(), |instrument| instrument.title.zh.as_str());
        let _ = writeln!(out, "\n{name} {}：“{}”", law.article, law.quote);
    }
    let _ = writeln!(out, "\nAsked for / 填写:");
    for field in &procedure.form.fields {
        let when = field.when.as_ref().and_then(|when| procedure.conditions.explain(when));
        let when = when.map(|when| format!(" — if {}", when.en)).unwrap_or_default();
        let sealed = if field.personal { " [sealed]" } else { "" };
        let _ = writeln!(out, "  {}{sealed}{when}", both(&field.title));
    }
    if !procedure.materials.is_empty() {
        let _ = writeln!(out, "\nTo bring / 材料:");
    }
    for asked in &procedure.materials {
        let title =
            all.materials.get(&asked.material).map(|material| both(&material.title)).unwrap_or_default();
        let when = asked.when.as_ref().and_then(|when| procedure.conditions.explain(when));
        let when = when.map(|when| format!(" — if {}", when.en)).unwrap_or_default();
        let basis = asked
            .law
            .as_ref()
            .map_or(" (the office's own wish)".to_owned(), |law| format!(" ({})", law.article));
        let _ = writeln!(out, "  {title}{basis}{when}");
    }
    fees(&mut out, procedure, all);
    let _ = writeln!(out, "\nSteps / 环节:");
    for step in &procedure.flow.steps {
        let role = all.roles.get(&step.role).map(|role| role.title.en.as_str()).unwrap_or_default();
        let kind = StepKind::ALL.iter().find(|(_, kind)| *kind == step.kind).map_or("", |(word, _)| word);
        let after: Vec<String> = step
            .after
            .iter()
            .map(|after| match &after.outcome {
                Some(outcome) => format!("{}.{outcome}", after.step),
                None => after.step.to_string(),
            })
            .collect();
        let after =
            if after.is_empty() { "at once".to_owned() } else { format!("after {}", after.join(", ")) };
        let outcomes: Vec<&str> = step.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
        let _ = writeln!(out, "  {} ({kind}, {role}; {after}) → {}", both(&step.title), outcomes.join(" | "));
    }
    let _ = writeln!(out, "\nClocks / 时限:");
    for clock in &procedure.flow.clocks {
        let limit = match &clock.limit {
            ClockLimit::Law(id) => law_words(all, id),
            ClockLimit::Own(own) => format!("the office's own: {}", length(*own)),
            ClockLimit::Procedure => continue,
        };
        let promise = clock.promise.map(|own| format!("; promised: {}", length(own))).unwrap_or_default();
        let _ = writeln!(out, "  {}: {limit}{promise}", both(&clock.title));
    }
    out
}

fn both(title: &Title) -> String {
    format!("{} · {}", title.zh, title.en)
}

/// What it costs, case by case, and the article that says so.
fn fees(out: &mut String, procedure: &Procedure, all: &Definitions) {
    let _ = writeln!(out, "\nFees / 费用:");
    if procedure.fees.is_empty() {
        let _ = writeln!(out, "  收费目录中没有本项收费 · no fee is listed");
    }
    for fee in procedure.fees.iter().filter_map(|id| all.fees.get(id)) {
        for tier in &fee.tiers {
            let charge = match &tier.charge {
                Charge::Free => "不收费 · free".to_owned(),
                Charge::Fen(fen) => format!("{}.{:02} 元 · yuan", fen / 100, fen % 100),
                Charge::SetBy(by) => format!("金额另定 · set by {} ({}), not stated", by.en, by.zh),
            };
            let when = tier.when.as_ref().and_then(|when| procedure.conditions.explain(when));
            let when = when.map(|when| format!(" — if {}", when.en)).unwrap_or_default();
            let law = tier.law.as_ref().or(fee.law.as_ref());
            let law = law.map(|law| format!(" ({} {})", law.instrument, law.article)).unwrap_or_default();
            let _ = writeln!(out, "  {}: {charge}{law}{when}", both(&fee.title));
        }
    }
}

fn law_words(all: &Definitions, id: &pack::Id) -> String {
    let Some(deadline) = all.law.as_ref().and_then(|law| law.deadlines.get(id.as_str())) else {
        return id.to_string();
    };
    let limit = deadline.limit.map(|limit| limit.to_string()).unwrap_or_default();
    match &deadline.cite {
        Some(cite) => format!("{limit}, {} {}", cite.title.zh, cite.article),
        None => format!("{limit}, not verified in law"),
    }
}

/// A length of time in words: `3 workdays`.
fn length(own: Own) -> String {
    let word = Unit::ALL.iter().find(|(_, _, unit)| *unit == own.unit);
    let word = word.map_or("", |(one, many, _)| if own.amount == 1 { one } else { many });
    format!("{} {word}", own.amount)
}
