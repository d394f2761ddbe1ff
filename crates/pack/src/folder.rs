use crate::File;
use std::io;
use std::path::{Path, PathBuf};

/// Why a folder of packs cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be read: {error}; check the path and its permissions", .path.display())]
pub struct Unreadable {
    /// The folder or file.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub error: io::Error,
}

/// Every TOML file below `dir`, in the order of their paths: a folder whose subfolders are packs, or a pack itself.
pub fn read(dir: &Path) -> Result<Vec<File>, Unreadable> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let told = |path: &Path, error| Unreadable { path: path.to_path_buf(), error };
        for entry in std::fs::read_dir(&folder).map_err(|error| told(&folder, error))? {
            let path = entry.map_err(|error| told(&folder, error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|error| told(&path, error))?;
                files.push(File { path: name(dir, &path), text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The path from the folder of packs; a file that lies in `dir` itself makes `dir` its pack.
fn name(dir: &Path, path: &Path) -> String {
    let name = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
    match dir.file_name() {
        Some(pack) if !name.contains('/') => format!("{}/{name}", pack.to_string_lossy()),
        _ => name,
    }
}
