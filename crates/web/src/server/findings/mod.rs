//! Oversight of the living record: the models that run, what they find, and what becomes of it.
//!
//! A finding is a case of the procedure `finding`, begun by the program itself, so that its queues, clocks, course and
//! separation of duties are those of every case. Where the packs define no such procedure, nothing is put on the record.

mod filed;
mod follow;
mod keep;
mod mark;
mod open;
mod show;

pub use filed::Filed;
pub use follow::watch;
pub use show::{board, brief, model, models, of_board, of_model, of_models, of_one, one};

use casework::{Book, Casework, State, Succession};
use oversight::catalogue::canonical;
use oversight::derive;
use oversight::live::Size;
use pack::models::{Model, Subject};
use pack::{Definitions, Id, Title};
use record::{Digest, Record, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The procedure of which findings are cases.
pub const FINDING: &str = "finding";
/// The type of the objects that stand for people: models over whole lives of these do not run.
const PERSON: &str = access::PersonId::KIND;
/// Editions whose models are held.
const MOST_EDITIONS: usize = 16;

/// What a city knows of its findings.
pub struct Findings {
    models: Succession<OnceLock<Arc<Models>>>,
    editions: Mutex<BTreeMap<Digest, Option<Edition>>>,
    filed: Mutex<Filed>,
    status: Mutex<Option<Status>>,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            models: Succession::new(OnceLock::new()),
            editions: Mutex::default(),
            filed: Mutex::default(),
            status: Mutex::default(),
        }
    }
}

/// How the engine stands.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// How many models run.
    pub models: usize,
    /// What could not be made ready, each with its place.
    pub unready: Vec<String>,
    /// How many entries it has read.
    pub read: u64,
    /// What it holds.
    pub size: Size,
    /// The types of the objects that are still to be gone through.
    pub rounds: Vec<String>,
    /// How many objects, findings and types of objects it has yet to see to.
    pub waiting: usize,
}

/// An edition of the packs with its models: findings are told in the words that were in force when they were found.
#[derive(Clone)]
pub struct Edition {
    /// The packs.
    pub book: Arc<Book>,
    /// Their models.
    pub models: Arc<Models>,
}

/// The models of the packs, and those that follow from their procedures.
pub struct Models {
    all: BTreeMap<Id, Model>,
}

impl Models {
    fn of(definitions: &Definitions) -> Self {
        let written = definitions.models.values().cloned();
        let all = written.chain(derive::all(definitions)).map(|model| (model.id.clone(), model));
        Self { all: all.collect() }
    }

    /// All of them, by their ids.
    pub fn all(&self) -> &BTreeMap<Id, Model> {
        &self.all
    }

    /// Those that run over the record.
    fn running(&self) -> Vec<&Model> {
        self.all.values().filter(|model| idle(model).is_none()).collect()
    }

    /// The digest of what a model says.
    fn says(&self, id: &Id) -> Option<String> {
        self.all.get(id).map(|model| Digest::of(canonical(model).as_bytes()).to_string())
    }
}

/// Why a model does not run over the record; none where it does.
pub fn idle(model: &Model) -> Option<Title> {
    match &model.on {
        Subject::Log(_) => Some(Title::new(
            "用于外部日志，由命令 lianchi check 检查",
            "for a log from elsewhere, by `lianchi check`",
        )),
        // Otherwise each finding that nobody clears in time would bring forth another, without end.
        Subject::Procedure(procedure) if procedure.as_str() == FINDING => Some(Title::new(
            "监督发现自身的时限由办件时限管理，不再另生发现",
            "a finding has clocks of its own, and brings forth no other finding",
        )),
        _ if model.scope.each.as_str() == PERSON => Some(Title::new(
            "监督的是机关的工作，不是人的生活：以人为对象的模型不运行",
            "the work of offices is watched, not people's lives: models over persons do not run",
        )),
        _ => None,
    }
}

impl Findings {
    /// The models of the packs that count now, derived once.
    pub fn models(&self, definitions: &Definitions) -> &Arc<Models> {
        self.models.last().get_or_init(|| Arc::new(Models::of(definitions)))
    }

    /// The edition that a finding names; none where it cannot be read any more.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn edition(&self, casework: &Casework, finding: &State) -> Result<Option<Edition>, StoreError> {
        let Some(digest) = filed::answer(finding, "edition").and_then(Digest::parse) else { return Ok(None) };
        let mut editions = self.editions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = editions.get(&digest) {
            return Ok(known.clone());
        }
        let edition = casework.edition(digest)?.map(|book| {
            let current = book.digest == casework.book().digest;
            let models = match current {
                true => Arc::clone(self.models(&book.definitions)),
                false => Arc::new(Models::of(&book.definitions)),
            };
            Edition { book, models }
        });
        if editions.len() >= MOST_EDITIONS {
            editions.clear();
        }
        editions.insert(digest, edition.clone());
        Ok(edition)
    }

    /// Other packs count from now on.
    pub fn adopt(&self, definitions: &Definitions) {
        self.models.add(OnceLock::from(Arc::new(Models::of(definitions))));
    }

    /// A number that differs when other packs count.
    pub(super) fn generation(&self) -> usize {
        self.models.count()
    }

    /// Lets somebody look at all findings, as of the last commit.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn filed<T>(&self, record: &Record, look: impl FnOnce(&Filed) -> T) -> Result<T, StoreError> {
        let mut filed = self.filed.lock().unwrap_or_else(PoisonError::into_inner);
        filed.catch_up(record)?;
        Ok(look(&filed))
    }

    /// How the engine stands; none where it does not run.
    pub fn status(&self) -> Option<Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn stand(&self, status: Status) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
    }

    /// How far the engine came, between two looks at all that it holds.
    fn came(&self, read: u64, waiting: usize) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = status.as_mut() {
            (status.read, status.waiting) = (read, waiting);
        }
    }
}
