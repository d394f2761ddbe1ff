use crate::{File, Problem};
use std::io;
use std::path::{Path, PathBuf};

/// The longest file that is read: a pack is written by people.
const LONGEST: u64 = 4 << 20;

/// Why a folder of packs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system does not let it be read.
    #[error("`{}` cannot be read: {error}; check the path and its permissions", .path.display())]
    Refused {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// It is a file.
    #[error("`{}` is a file; name the folder of packs that it lies in", .path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// A pack may be a link, but within one a link could lead back to it.
    #[error("`{}` is a link to a folder; put its files into the pack", .path.display())]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// Files of it are no text that a pack could be.
    #[error("{}", told(.0))]
    Broken(Vec<Problem>),
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The files of a folder of packs.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that can be read, in the order of their paths.
    pub files: Vec<File>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Every TOML file below `dir`, in the order of their paths: a folder whose subfolders are packs, or a pack itself. What
/// begins with a dot is passed over.
///
/// # Errors
/// When any of them cannot be read or is no text.
pub fn read(dir: &Path) -> Result<Vec<File>, Unreadable> {
    let Found { files, problems } = find(dir)?;
    if problems.is_empty() { Ok(files) } else { Err(Unreadable::Broken(problems)) }
}

/// As [`read`]; files that are no text are told beside those that are, so that every fault can be told at once.
///
/// # Errors
/// When the folder, or a file in it, cannot be read.
pub fn find(dir: &Path) -> Result<Found, Unreadable> {
    if dir.is_file() {
        return Err(Unreadable::NoFolder { path: dir.to_owned() });
    }
    let mut found = Found::default();
    found.gather(dir, dir, false)?;
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

impl Found {
    fn gather(&mut self, root: &Path, dir: &Path, nested: bool) -> Result<(), Unreadable> {
        let refused = |path: &Path, error| Unreadable::Refused { path: path.to_owned(), error };
        let entries = std::fs::read_dir(dir).map_err(|error| refused(dir, error))?;
        let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut paths = paths.map_err(|error| refused(dir, error))?;
        paths.sort();
        let shown =
            |path: &PathBuf| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
        for path in paths.into_iter().filter(shown) {
            let data = std::fs::metadata(&path).map_err(|error| refused(&path, error))?;
            if data.is_dir() {
                if nested && path.is_symlink() {
                    return Err(Unreadable::Linked { path });
                }
                self.gather(root, &path, true)?;
            } else if path.extension().is_some_and(|end| end == "toml") {
                self.take(name(root, &path), data.len(), &path)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, name: String, size: u64, path: &Path) -> Result<(), Unreadable> {
        if size > LONGEST {
            let what = format!("the file is {size} bytes long");
            self.problem(&name, &[], what, "divide it; a file of a pack has at most 4 MiB");
            return Ok(());
        }
        let bytes =
            std::fs::read(path).map_err(|error| Unreadable::Refused { path: path.to_owned(), error })?;
        match String::from_utf8(bytes) {
            Ok(text) => self.files.push(File { path: name, text }),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..good).unwrap_or_default();
                let what = "here stands what is not UTF-8".to_owned();
                self.problem(&name, before, what, "save the file in UTF-8");
            }
        }
        Ok(())
    }

    /// A problem right after `before`.
    fn problem(&mut self, file: &str, before: &[u8], what: String, mend: &str) {
        let text = String::from_utf8_lossy(before);
        let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.problems.push(Problem { file: file.into(), line, column, what, mend: mend.to_owned() });
    }
}

/// The path from the folder of packs; a file that lies in `root` itself makes `root` its pack.
fn name(root: &Path, path: &Path) -> String {
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if name.contains('/') {
        return name;
    }
    let whole = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    format!("{}/{name}", whole.file_name().unwrap_or_default().to_string_lossy())
}
