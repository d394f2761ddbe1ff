use std::fmt;
use std::path::{Path, PathBuf};

/// A file of a pack.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it lies.
    pub file: PathBuf,
    /// What it says.
    pub text: String,
}

/// Something wrong in a pack, and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

/// A place in a source to which a problem can point.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The source.
    pub source: &'a Source,
    /// The byte at which it begins.
    pub start: usize,
}

impl Place<'_> {
    /// The problem at this place.
    pub fn problem(&self, what: impl Into<String>, mend: impl Into<String>) -> Problem {
        let before = self.source.text.get(..self.start).unwrap_or(&self.source.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Problem { file: self.source.file.clone(), line, column, what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, what, mend } = self;
        write!(f, "{}:{line}:{column}: {what}; {mend}", file.display())
    }
}

impl std::error::Error for Problem {}

/// Every `.toml` file under `dir`, in the order of their paths.
pub(super) fn read_folder(dir: &Path) -> Result<Vec<Source>, Problem> {
    let mut sources = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
                sources.push(Source { file: path, text });
            }
        }
    }
    if sources.is_empty() {
        let (what, mend) = ("no `.toml` file in this folder", "name the folder that holds the pack");
        return Err(Problem { file: dir.into(), line: 1, column: 1, what: what.into(), mend: mend.into() });
    }
    sources.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(sources)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let what = format!("cannot be read: {error}");
    Problem { file: path.into(), line: 1, column: 1, what, mend: "check the path and its permissions".into() }
}
