//! The models of packs over a log: which of them speak of it, made ready, and tried over its objects.
//!
//! [`Catalogue`] holds models with the definitions that they stand in. [`Recall`] tells of each event of a record what its
//! case knew when it happened, so that conditions can speak of it. [`Ready`] are models made ready for one log; [`try_all`]
//! tries them over the objects that each speaks of, following [`Links`] where it speaks of several.

mod canonical;
mod links;
mod ready;
mod recall;
mod rewrite;
mod run;

pub use canonical::canonical;
pub use links::Links;
pub use ready::{Ready, Unready};
pub use recall::Recall;
pub use rewrite::rewrite;
pub use run::{Found, try_all, try_paced};

use crate::log::Log;
use pack::Definitions;
use pack::models::{Language, Model, Subject};
use record::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Models, and the definitions that they stand in.
pub struct Catalogue<'a> {
    /// The definitions.
    pub all: &'a Definitions,
    /// The models.
    pub models: Vec<&'a Model>,
}

impl<'a> Catalogue<'a> {
    /// Those of the models that speak of `log`: of a record's events where it holds some, and of a declared log's where
    /// something that it declares happened.
    pub fn about(&self, log: &Log) -> Self {
        let happened = |name: &str| log.activity_code(name).is_some();
        let is_record = happened("case started");
        let speaks = |model: &&&Model| match &model.on {
            Subject::Record | Subject::Procedure(_) => is_record,
            Subject::Log(id) => {
                let declared = self.all.logs.get(id).into_iter().flat_map(|log| &log.activities);
                !is_record && declared.into_iter().any(|(activity, _)| happened(activity.as_str()))
            }
        };
        Self { all: self.all, models: self.models.iter().filter(speaks).copied().collect() }
    }

    /// The attributes that conditions of the models speak of: a log that lacks one is not wrong, it knows nothing of it.
    pub fn attributes(&self) -> Vec<Name> {
        let mut names = BTreeSet::new();
        let mut languages: BTreeMap<&Subject, Option<Language>> = BTreeMap::new();
        for model in &self.models {
            let language = languages.entry(&model.on).or_insert_with(|| Language::of(&model.on, self.all));
            names.extend(
                language.as_ref().map(|language| ready::attributes(model, language)).unwrap_or_default(),
            );
        }
        names.into_iter().collect()
    }
}
