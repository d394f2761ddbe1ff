use crate::packs;
use crate::say::{Failure, Say, Wrong, counted};
use oversight::catalogue::Catalogue;
use oversight::derive;
use pack::models::{Model, Subject, explain, write};
use pack::problem::nearest;
use pack::{Definitions, Id, Lang, Title};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(clap::Subcommand)]
pub enum Command {
    /// List all models with where each comes from: those that packs hold, and those that follow from procedures.
    List {
        #[command(flatten)]
        packs: Packs,
    },
    /// Say in plain words what a model asks, of which cases, and on what it rests.
    Explain {
        /// The model's id.
        model: String,
        /// Answer in Chinese.
        #[arg(long)]
        zh: bool,
        #[command(flatten)]
        packs: Packs,
    },
    /// Write the models that follow from a procedure, as a pack would have them.
    Derive {
        /// The procedure's id.
        procedure: String,
        #[command(flatten)]
        packs: Packs,
    },
}

#[derive(clap::Args)]
pub struct Packs {
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long = "packs", value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::List { packs } => list(&Held::of(packs, say)?, say),
        Command::Explain { model, zh, packs } => {
            told(&Held::of(packs, say)?, model, if *zh { Lang::Zh } else { Lang::En }, say)
        }
        Command::Derive { procedure, packs } => derived(&Held::of(packs, say)?, procedure, say),
    }
}

/// The models of some packs: those that they hold, and those that follow from their procedures.
pub struct Held {
    all: Definitions,
    /// The packs whose models these are; all where none is named.
    own: Option<BTreeSet<Id>>,
    derived: Vec<Model>,
}

impl Held {
    fn of(packs: &Packs, say: Say) -> Result<Self, Failure> {
        let all = packs::definitions(packs.dir.as_deref(), say)?;
        let derived = derive::all(&all);
        Ok(Self { all, own: None, derived })
    }

    /// Those of the packs in a folder, which may build on packs that ship.
    pub fn within(dir: &Path) -> Result<Self, Failure> {
        let (all, own) = packs::with_shipped(dir)?;
        let derived = all.procedures.values().filter(|procedure| own.contains(&procedure.pack));
        let derived = derived.flat_map(|procedure| derive::of(procedure, &all)).collect();
        Ok(Self { all, own: Some(own), derived })
    }

    /// The models, in the order of their names.
    pub fn catalogue(&self) -> Catalogue<'_> {
        let own = |model: &&Model| self.own.as_ref().is_none_or(|own| own.contains(&model.pack));
        let mut models: Vec<&Model> = self.all.models.values().filter(own).chain(&self.derived).collect();
        models.sort_by(|one, other| one.id.cmp(&other.id));
        Catalogue { all: &self.all, models }
    }
}

/// Where a model comes from.
fn origin(model: &Model) -> String {
    match &model.origin {
        Some(origin) => format!("from {}: {} {}", origin.procedure, origin.duty.word(), origin.clause),
        None => format!("written in {}:{}", model.place.file, model.place.line),
    }
}

fn both(title: &Title) -> Json {
    json!({ "zh": title.zh.as_str(), "en": title.en.as_str() })
}

fn in_json(model: &Model) -> Json {
    let origin = match &model.origin {
        Some(origin) => json!({
            "procedure": origin.procedure.as_str(), "duty": origin.duty.word(), "clause": origin.clause,
        }),
        None => json!({ "file": &*model.place.file, "line": model.place.line }),
    };
    let law: Vec<Json> = model
        .law
        .iter()
        .map(|law| json!({ "instrument": law.instrument.as_str(), "article": law.article, "quote": law.quote }))
        .collect();
    let on = match &model.on {
        Subject::Record => json!({}),
        Subject::Procedure(id) => json!({ "procedure": id.as_str() }),
        Subject::Log(id) => json!({ "log": id.as_str() }),
    };
    json!({
        "model": model.id.as_str(), "title": both(&model.title), "pack": model.pack.as_str(), "on": on,
        "template": model.template.key(), "severity": model.severity.word(), "origin": origin, "law": law,
        "owner": model.owner.as_ref().map(Id::as_str),
    })
}

fn list(held: &Held, say: Say) -> Result<(), Failure> {
    let models = held.catalogue().models;
    let line = |model: &&Model| format!("{}\n    {} · {}\n", model.id, model.title.en, origin(model));
    let lines: String = models.iter().map(line).collect();
    let derived = held.derived.len();
    let (all, written) = (counted(models.len() as u64, "model"), models.len() - derived);
    let count = format!("{all}: {written} written, {derived} derived");
    let all: Vec<Json> = models.iter().map(|model| in_json(model)).collect();
    say.answer(&format!("{lines}{count}"), &json!({ "models": all, "derived": derived }))
}

fn told(held: &Held, id: &str, lang: Lang, say: Say) -> Result<(), Failure> {
    let models = held.catalogue().models;
    let Some(model) = models.iter().find(|model| model.id.as_str() == id) else {
        let known = || models.iter().map(|model| model.id.as_str());
        let meant: Vec<&str> = known().filter(|known| known.contains(id)).take(5).collect();
        let mend = match (nearest(id, known()), meant.as_slice()) {
            (Some(nearest), _) => format!("did you mean `{nearest}`?"),
            (None, []) => "`lianchi models list` has them all".to_owned(),
            (None, meant) => format!("did you mean `{}`?", meant.join("` or `")),
        };
        return Err(Wrong(format!("no model is called `{id}`; {mend}")).into());
    };
    let sections = explain(model, &held.all, lang);
    let words: Vec<String> = sections.iter().map(ToString::to_string).collect();
    let told: Vec<Json> =
        sections.iter().map(|one| json!({ "title": one.title, "lines": one.lines })).collect();
    let mut answer = in_json(model);
    if let Json::Object(answer) = &mut answer {
        answer.insert("sections".into(), told.into());
    }
    say.answer(&words.join("\n\n"), &answer)
}

fn derived(held: &Held, id: &str, say: Say) -> Result<(), Failure> {
    if !held.all.procedures.contains_key(id) {
        let mend = match nearest(id, held.all.procedures.keys().map(Id::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "a procedure goes by its id, such as `passport-first`".to_owned(),
        };
        return Err(Wrong(format!("no procedure is called `{id}`; {mend}")).into());
    }
    let of = |model: &&Model| model.origin.as_ref().is_some_and(|origin| origin.procedure.as_str() == id);
    let models: Vec<&Model> = held.derived.iter().filter(of).collect();
    let text: String = models.iter().map(|model| write(model)).collect();
    let all: Vec<Json> = models
        .iter()
        .map(|model| {
            let mut one = in_json(model);
            if let Json::Object(one) = &mut one {
                one.insert("toml".into(), write(model).into());
            }
            one
        })
        .collect();
    say.answer(&text, &json!({ "procedure": id, "models": all }))
}
