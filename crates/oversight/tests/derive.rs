//! What follows from the shipped procedures: enough, each different, each with its origin, each to be written and read back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

use oversight::catalogue::canonical;
use oversight::derive;
use pack::cel::Checked;
use pack::model::{Form, Procedure};
use pack::models::{Duty, Language, Model, explain, write};
use pack::{Definitions, File, Lang, folder, load};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

fn files() -> Vec<File> {
    folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap()
}

static ALL: LazyLock<Definitions> =
    LazyLock::new(|| load(&files()).unwrap_or_else(|problems| panic!("{}", problems[0])));
static DERIVED: LazyLock<Vec<Model>> = LazyLock::new(|| derive::all(&ALL));

#[test]
fn a_thousand_models_follow_and_no_two_say_the_same() {
    let ids: BTreeSet<&str> = DERIVED.iter().map(|model| model.id.as_str()).collect();
    let mut said: BTreeMap<String, &str> = BTreeMap::new();
    for model in DERIVED.iter().chain(ALL.models.values()) {
        if let Some(other) = said.insert(canonical(model), model.id.as_str()) {
            panic!("`{}` and `{other}` say the same", model.id);
        }
    }
    assert_eq!(ids.len(), DERIVED.len());
    assert!(ids.len() >= 1_000, "{}", ids.len());
    let mut counts = String::new();
    for (duty, word, ..) in Duty::ALL {
        let of =
            DERIVED.iter().filter(|model| model.origin.as_ref().is_some_and(|origin| origin.duty == duty));
        let _ = writeln!(counts, "{word}: {}", of.count());
    }
    insta::assert_snapshot!(counts);
}

/// Their conditions hold up before the loader, and what comes back says the same.
#[test]
fn what_follows_can_be_written_into_its_pack() {
    let mut files = files();
    let mut by_pack: BTreeMap<&str, String> = BTreeMap::new();
    for model in DERIVED.iter() {
        by_pack.entry(model.pack.as_str()).or_default().push_str(&write(model));
    }
    files.extend(by_pack.into_iter().map(|(pack, text)| File { path: format!("{pack}/derived.toml"), text }));
    let again = load(&files).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().take(20).map(ToString::to_string).collect();
        panic!("{} problems\n{}", problems.len(), told.join("\n"))
    });
    for model in DERIVED.iter() {
        assert_eq!(canonical(&again.models[&model.id]), canonical(model));
    }
}

/// Nothing that a procedure asks is passed over because its condition could not be said of an event, but for those that hang
/// on a sealed answer: what no model can see it must not claim to watch.
#[test]
fn every_paper_and_fee_has_its_model() {
    for procedure in ALL.procedures.values().filter(|one| one.start == pack::model::Start::Party) {
        let ids: BTreeSet<String> =
            derive::of(procedure, &ALL).into_iter().map(|model| model.id.to_string()).collect();
        for asked in procedure.materials.iter().filter(|asked| !asked.optional) {
            let id = format!("{}-material-{}", procedure.id, asked.material);
            let said = asked.when.as_ref().and_then(|when| procedure.conditions.checked(when));
            let sealed = said.is_some_and(|checked| reads_sealed(procedure, checked));
            let source = asked.when.as_ref().map(|when| &when.source);
            assert_eq!(ids.contains(&id), !sealed, "{id}: {source:?}");
        }
    }
}

fn reads_sealed(procedure: &Procedure, checked: &Checked) -> bool {
    let personal = |form: &Form, id: &str| form.field(id).is_some_and(|field| field.personal);
    checked.slots().into_iter().filter_map(|slot| checked.env.place(slot)).any(|place| {
        let path: Vec<&str> = place.path.iter().map(|part| part.as_str()).collect();
        match path.as_slice() {
            ["form", id] => personal(&procedure.form, id),
            ["steps", step, id] => procedure.flow.step(step).is_some_and(|step| personal(&step.form, id)),
            _ => false,
        }
    })
}

#[test]
fn each_is_explained_and_says_where_it_comes_from() {
    for model in DERIVED.iter() {
        let language = Language::of(&model.on, &ALL).unwrap();
        for activity in model.patterns().flat_map(|pattern| &pattern.activities) {
            assert!(language.title(activity).is_some(), "{}: {activity}", model.id);
        }
        for lang in Lang::ALL {
            let told: String = explain(model, &ALL, lang).iter().map(ToString::to_string).collect();
            // A condition that could not be put into words stands there as it was written.
            assert!(!told.contains("event.") && !told.contains("event["), "{}: {told}", model.id);
        }
        assert!(
            !model.law.is_empty() || model.basis.is_some() || ALL.procedures[procedure(model)].law.is_empty()
        );
    }
}

fn procedure(model: &Model) -> &str {
    model.origin.as_ref().unwrap().procedure.as_str()
}

/// Some procedures of different kinds, whole.
#[test]
fn what_follows_from_some_procedures() {
    for procedure in ["vehicle-transfer", "call", "seized-property"] {
        let text: String = derive::of(&ALL.procedures[procedure], &ALL).iter().map(write).collect();
        insta::assert_snapshot!(procedure, text);
    }
}
