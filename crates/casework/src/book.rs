use access::policy::Policies;
use pack::model::{Definitions, Procedure};
use pack::{File, Id, Problem};
use record::Digest;

/// One edition of a city's packs: all files as they were at one time, read and checked.
#[derive(Debug)]
pub struct Book {
    /// The digest of all files.
    pub digest: Digest,
    /// What they define.
    pub definitions: Definitions,
    /// Who may do what.
    pub policies: Policies,
    text: String,
}

/// Begins each file in an edition's text; no TOML line begins so.
const FILE_MARK: &str = "§§§§ lianchi pack file ";

impl Book {
    /// Reads and checks all packs.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn read(files: &[File]) -> Result<Self, Vec<Problem>> {
        let mut policies = Err(Vec::new());
        let definitions = pack::load::load_and(files, |definitions| {
            policies = Policies::check(definitions);
            policies.as_ref().err().cloned().unwrap_or_default()
        })?;
        let policies = policies?;
        let text: String =
            files.iter().map(|file| format!("{FILE_MARK}{}\n{}\n", file.path, file.text)).collect();
        Ok(Self { digest: Digest::of(text.as_bytes()), definitions, policies, text })
    }

    /// The whole edition as one text, from which [`Self::reread`] makes it again.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// An edition from its text.
    ///
    /// # Errors
    /// Problems that a newer program finds in an older edition.
    pub fn reread(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read(&Self::files(text))
    }

    /// The files of an edition's text.
    pub fn files(text: &str) -> Vec<File> {
        let parts = text.split(FILE_MARK).filter_map(|part| part.split_once('\n'));
        let file = |(path, text): (&str, &str)| File {
            path: path.to_owned(),
            text: text.strip_suffix('\n').unwrap_or(text).to_owned(),
        };
        parts.map(file).collect()
    }

    /// The procedure named `id`.
    pub fn procedure(&self, id: &Id) -> Option<&Procedure> {
        self.definitions.procedures.get(id)
    }
}
