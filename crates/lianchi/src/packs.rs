use crate::say::{Failure, Say, Wrong, counted};
use crate::{control, migrate, offers};
use include_dir::{Dir, DirEntry as Shipped, include_dir};
use pack::folder::{self, Found};
use pack::{Definitions, File, Id, Lang, Problem, explain};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use web::server::City;

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
        /// Answer in Chinese.
        #[arg(long)]
        zh: bool,
        /// The folder of packs; the shipped packs if none is named.
        #[arg(long, value_name = "DIR")]
        packs: Option<PathBuf>,
    },
    /// List what packs offer to those that build on them: flows with their steps, groups of questions, papers, roles, offices,
    /// deadlines, …
    List(offers::Options),
    /// Move a running case, or all of one procedure, to the current edition.
    Migrate(migrate::Options),
    /// Have a running city read its packs anew; with faults in them it goes on with those it has.
    Adopt(Adopt),
}

#[derive(clap::Args)]
pub struct Adopt {
    /// The folder of the city's data.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Check { dir } => check(dir.as_deref(), say),
        Command::Explain { procedure, zh, packs } => {
            explain(procedure, if *zh { Lang::Zh } else { Lang::En }, packs.as_deref(), say)
        }
        Command::List(options) => offers::run(options, say),
        Command::Migrate(options) => migrate::run(options, say),
        Command::Adopt(options) => ask_to_adopt(options, say),
    }
}

/// All files of the packs in `dir`, or of those that ship; files that are no text are told at once.
///
/// # Errors
/// When the folder cannot be read or holds no pack.
pub fn files(dir: Option<&Path>, say: Say) -> Result<Vec<File>, Failure> {
    let mut found = gather(dir)?;
    dir.map_or(Ok(()), |dir| whole(dir, &found))?;
    if found.problems.is_empty() {
        return Ok(found.files);
    }
    // The files that can be read are checked all the same, so that every fault is told at once.
    found.problems.extend(casework::Book::read(&found.files).err().unwrap_or_default());
    found.problems.sort();
    tell(&found.problems, say)?;
    Err(Failure::Finding)
}

/// Refuses one pack by itself where those that it builds on stand beside it: every name of theirs would be told as a fault.
fn whole(dir: &Path, found: &Found) -> Result<(), Failure> {
    let own: BTreeSet<&str> = found.files.iter().filter_map(|file| file.path.split('/').next()).collect();
    let Ok(place) = dir.canonicalize() else { return Ok(()) };
    if own.len() != 1 || !place.join("pack.toml").is_file() {
        return Ok(());
    }
    let beside = |pack: &Id| place.with_file_name(pack.as_str()).join("pack.toml").is_file();
    let wanted = pack::load::requirements(&found.files);
    let wanted: Vec<String> =
        wanted.iter().filter(|pack| beside(pack)).map(|pack| format!("`{pack}`")).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let above = match dir.parent() {
        _ if dir.ends_with("..") || dir == Path::new(".") => dir.join(".."),
        Some(above) if above != Path::new("") => above.to_owned(),
        _ => PathBuf::from("."),
    };
    let (place, above) = (dir.display(), above.display());
    let wanted = wanted.join(", ");
    let error = format!(
        "`{place}` is one pack, which builds on {wanted} beside it; check the folder above, `lianchi pack check {above}`"
    );
    Err(Wrong(error).into())
}

fn gather(dir: Option<&Path>) -> Result<Found, Failure> {
    let Some(dir) = dir else {
        let mut files = Vec::new();
        shipped(&SHIPPED, &mut files);
        files.sort_by(|one, other| one.path.cmp(&other.path));
        return Ok(Found { files, problems: Vec::new() });
    };
    let found = folder::find(dir).map_err(|error| Wrong(error.to_string()))?;
    if found.files.is_empty() && found.problems.is_empty() {
        let place = dir.display();
        let error = format!("`{place}` holds no pack; name a folder whose subfolders are packs");
        return Err(Wrong(error).into());
    }
    Ok(found)
}

/// Definitions from the packs in `dir`, which may build on packs that ship and are not there, and the names of its own.
///
/// # Errors
/// When the folder cannot be read or holds no pack, and every fault of its packs, as bad input.
pub fn with_shipped(dir: &Path) -> Result<(Definitions, BTreeSet<Id>), Failure> {
    let Found { mut files, mut problems } = gather(Some(dir))?;
    let folder = |file: &File| Id::from(file.path.split('/').next().unwrap_or_default());
    let own: BTreeSet<Id> = files.iter().map(folder).collect();
    let mut there = own.clone();
    let mut others = Vec::new();
    shipped(&SHIPPED, &mut others);
    loop {
        let wanted: BTreeSet<Id> = pack::load::requirements(&files).difference(&there).cloned().collect();
        let more: Vec<File> = others.iter().filter(|file| wanted.contains(&folder(file))).cloned().collect();
        if more.is_empty() {
            break;
        }
        there.extend(more.iter().map(folder));
        files.extend(more);
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    match pack::load(&files) {
        Ok(definitions) if problems.is_empty() => Ok((definitions, own)),
        loaded => {
            problems.extend(loaded.err().unwrap_or_default());
            problems.sort();
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(Wrong(lines.join("\n")).into())
        }
    }
}

/// Definitions from the packs in `dir`, or from those that ship.
pub fn definitions(dir: Option<&Path>, say: Say) -> Result<Definitions, Failure> {
    match pack::load(&files(dir, say)?) {
        Ok(definitions) => Ok(definitions),
        Err(problems) => {
            tell(&problems, say)?;
            Err(Failure::Finding)
        }
    }
}

/// What came of reading the packs anew.
pub enum Adopted {
    /// They are in another edition than before, this one.
    Another(String),
    /// They are as they were.
    Same(String),
    /// They have faults, and the city goes on with those it has.
    Faulty(Vec<Problem>),
}

/// Has a city take up the packs in `dir`, or those that ship, as they are now.
///
/// # Errors
/// When the folder cannot be read, or the record does not take the edition.
pub fn adopt(city: &City, dir: Option<&Path>) -> Result<Adopted, Failure> {
    let Found { files, mut problems } = gather(dir)?;
    if !problems.is_empty() {
        problems.extend(casework::Book::read(&files).err().unwrap_or_default());
        problems.sort();
        return Ok(Adopted::Faulty(problems));
    }
    let done = city.adopt(&files);
    let edition = city.casework.book().digest.to_string();
    match done {
        Ok(true) => Ok(Adopted::Another(edition)),
        Ok(false) => Ok(Adopted::Same(edition)),
        Err(casework::OpenError::Packs(problems)) => Ok(Adopted::Faulty(problems)),
        Err(other) => Err(other.into()),
    }
}

impl Adopted {
    pub fn json(&self) -> Json {
        match self {
            Self::Another(edition) => json!({ "adopted": true, "edition": edition, "problems": [] }),
            Self::Same(edition) => json!({ "adopted": false, "edition": edition, "problems": [] }),
            Self::Faulty(problems) => {
                let rows: Vec<Json> = problems.iter().map(in_json).collect();
                json!({ "adopted": false, "problems": rows })
            }
        }
    }

    pub fn words(&self) -> String {
        words(&self.json())
    }
}

/// What came of it, for people.
fn words(adopted: &Json) -> String {
    let text =
        |of: &Json, name: &str| of.get(name).map(|it| it.as_str().map_or(it.to_string(), str::to_owned));
    let edition = text(adopted, "edition").unwrap_or_default();
    let problems: Vec<&Json> =
        adopted.get("problems").and_then(Json::as_array).into_iter().flatten().collect();
    if !problems.is_empty() {
        let part = |problem: &Json, name: &str| text(problem, name).unwrap_or_default();
        let line = |problem: &&Json| {
            let [file, line, column, what, mend] =
                ["file", "line", "column", "what", "mend"].map(|name| part(problem, name));
            format!("{file}:{line}:{column}: {what}\n    {mend}\n")
        };
        let lines: String = problems.iter().map(line).collect();
        return format!("{lines}the city goes on with the packs that it has");
    }
    match adopted.get("adopted").and_then(Json::as_bool) {
        Some(true) => format!("the city has taken up edition {edition}; cases that run stay in theirs"),
        _ => format!("the packs are as they were, edition {edition}"),
    }
}

fn ask_to_adopt(options: &Adopt, say: Say) -> Result<(), Failure> {
    let Some(answer) = control::ask(&options.data, &json!({ "adopt": true }))? else {
        let place = options.data.display();
        let error = format!(
            "no city runs in `{place}`; it reads its packs when it starts, with `lianchi up --packs DIR`"
        );
        return Err(Wrong(error).into());
    };
    say.answer(&words(&answer), &answer)?;
    let faulty = answer.get("problems").and_then(Json::as_array).is_some_and(|all| !all.is_empty());
    if faulty { Err(Failure::Finding) } else { Ok(()) }
}

fn in_json(problem: &Problem) -> Json {
    let Problem { file, line, column, what, mend, .. } = problem;
    json!({ "file": &**file, "line": line, "column": column, "what": what, "mend": mend })
}

fn shipped(dir: &Dir<'_>, files: &mut Vec<File>) {
    for entry in dir.entries() {
        match entry {
            Shipped::Dir(dir) => shipped(dir, files),
            Shipped::File(file) if file.path().extension().is_some_and(|end| end == "toml") => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                files.push(File { path, text: file.contents_utf8().unwrap_or_default().to_owned() });
            }
            Shipped::File(_) => {}
        }
    }
}

/// Problems as people and as programs read them.
pub fn tell(problems: &[Problem], say: Say) -> Result<(), Failure> {
    let words: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    let rows: Vec<Json> = problems.iter().map(in_json).collect();
    let count = counted(problems.len() as u64, "problem");
    say.answer(&format!("{words}{count}"), &json!({ "problems": rows }))
}

fn check(dir: Option<&Path>, say: Say) -> Result<(), Failure> {
    let files = files(dir, say)?;
    match casework::Book::read(&files) {
        Err(problems) => {
            tell(&problems, say)?;
            Err(Failure::Finding)
        }
        Ok(book) => {
            let all = &book.definitions;
            let deadlines = all.law.as_ref().map_or(0, |law| law.deadlines.len());
            let (packs, procedures, offices) = (all.packs.len(), all.procedures.len(), all.offices.len());
            let held =
                [(packs, "pack"), (procedures, "procedure"), (deadlines, "deadline"), (offices, "office")];
            let held = held.map(|(count, of)| counted(count as u64, of)).join(", ");
            say.answer(
                &format!("{held}: no problem\nedition {}", book.digest),
                &json!({
                    "problems": [], "packs": packs, "procedures": procedures, "deadlines": deadlines,
                    "offices": offices, "edition": book.digest.to_string(),
                }),
            )
        }
    }
}

fn explain(id: &str, lang: Lang, dir: Option<&Path>, say: Say) -> Result<(), Failure> {
    let definitions = definitions(dir, say)?;
    let Some(procedure) = definitions.procedures.get(id) else {
        let known = definitions.procedures.keys().map(Id::as_str);
        let mend = match pack::problem::nearest(id, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                let titled = definitions.procedures.values().filter(|one| {
                    one.title.zh.contains(id) || one.title.en.to_lowercase().contains(&id.to_lowercase())
                });
                let meant: Vec<String> =
                    titled.map(|one| format!("`{}` ({})", one.id, one.title.zh)).collect();
                match meant.is_empty() {
                    true => "a procedure goes by its id, such as `passport-first`".to_owned(),
                    false => format!("did you mean {}?", meant.join(", ")),
                }
            }
        };
        return Err(Wrong(format!("no procedure is called `{id}`; {mend}")).into());
    };
    let sections = explain::procedure(procedure, &definitions, lang);
    let words: Vec<String> = sections.iter().map(ToString::to_string).collect();
    let json: Vec<_> = sections.iter().map(|one| json!({ "title": one.title, "lines": one.lines })).collect();
    say.answer(
        &words.join("\n\n"),
        &json!({
            "procedure": id,
            "title": { "zh": procedure.title.zh.as_str(), "en": procedure.title.en.as_str() },
            "sections": json,
        }),
    )
}
