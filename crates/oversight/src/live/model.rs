use crate::catalogue::{Catalogue, Ready, Unready, canonical};
use crate::condition::Language;
use crate::log::Log;
use pack::models::{Model, Subject};
use pack::{Definitions, Id, Problem};
use record::{Digest, Name};

/// A model that runs.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) name: Id,
    /// Tells it from one of the same name that says something else.
    pub(super) says: Digest,
    pub(super) ready: Ready,
}

/// Those of the models that can run over a record, the attributes of which they speak, and why others cannot.
pub(super) fn ready(all: &Definitions, models: &[&Model]) -> (Vec<Running>, Vec<Name>, Vec<Problem>) {
    let of_record = |model: &&&Model| !matches!(model.on, Subject::Log(_));
    let catalogue = Catalogue { all, models: models.iter().filter(of_record).copied().collect() };
    let attributes = catalogue.attributes();
    let empty = Log::new();
    let language = Language::new(&empty, &attributes);
    let mut unready = Unready::new(all, &language);
    let (mut running, mut problems) = (Vec::new(), Vec::new());
    for model in &catalogue.models {
        match unready.ready(model) {
            Ok(ready) => {
                let says = Digest::of(canonical(model).as_bytes());
                running.push(Running { name: model.id.clone(), says, ready });
            }
            Err(found) => problems.extend(found),
        }
    }
    (running, attributes, problems)
}
