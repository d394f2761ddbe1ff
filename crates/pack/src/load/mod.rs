use crate::model::{Definitions, Id, Level, Manifest, Procedure};
use crate::problem::{Place, Problem, meant, nearest};
use crate::reader::{Faults, Member, Node, Ref, Source};
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

mod alternatives;
mod answers;
mod city;
mod conditions;
mod fee;
mod flow;
mod force;
mod form;
mod law;
mod material;
mod models;
mod pauses;
mod procedure;
mod promise;
mod reach;
mod waits;
mod ways;

/// One file of a pack. The folder that it lies in is its pack.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the folder of packs: `household/births.toml`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Reads all packs of a city and checks them against each other.
///
/// # Errors
/// Every problem of every file, sorted by place.
pub fn load(files: &[File]) -> Result<Definitions, Vec<Problem>> {
    load_and(files, |_| Vec::new())
}

/// As [`load`], where something else is to hold of the definitions too: what is wrong by `also` is told beside all other faults.
/// Where the syntax of a file is broken it is not asked, since what it would miss may stand there.
///
/// # Errors
/// Every problem of every file, sorted by place.
pub fn load_and(
    files: &[File],
    also: impl FnOnce(&Definitions) -> Vec<Problem>,
) -> Result<Definitions, Vec<Problem>> {
    let faults = Faults::default();
    let sources: Vec<Source<'_>> = files.iter().map(|file| Source::parse(file, &faults)).collect();
    let roots: Vec<(Id, Node<'_>)> = sources.iter().map(|source| (folder(source), source.root())).collect();
    let loader = Loader::default();
    let pauses = law::pauses(&loader, &roots);
    let law = law::read(&loader, &roots, &pauses);
    let mut definitions = Definitions { pauses, law, ..Definitions::default() };
    for round in ROUNDS {
        for (pack, root) in &roots {
            round(&loader, pack, root, &mut definitions);
        }
    }
    roots.iter().for_each(|(_, root)| root.finish());
    check_folders(&roots, &sources, &definitions);
    loader.check_references(&definitions, &faults);
    let of_reading = faults.borrow().len();
    let unfinished = loader.unfinished.take();
    conditions::check(&mut definitions, &unfinished, &faults);
    force::settle(&mut definitions, &faults);
    city::check_tree(&loader, &definitions, &faults);
    city::hours(&mut definitions, &faults);
    if sources.iter().all(|source| source.broken.is_empty()) {
        // By name they are there, whatever else they lack.
        let named = unfinished.into_iter().map(|procedure| (procedure.id.clone(), procedure));
        definitions.procedures.extend(named);
        let found = also(&definitions);
        faults.borrow_mut().extend(found);
    }
    definitions.places =
        loader.defined.take().into_iter().map(|((kind, id), at)| ((kind.word(), id), at)).collect();
    let problems = sift(faults.take(), of_reading, &sources);
    if problems.is_empty() { Ok(definitions) } else { Err(problems) }
}

/// The packs that those in `files` require, as far as their manifests can be read.
pub fn requirements(files: &[File]) -> BTreeSet<Id> {
    let faults = Faults::default();
    let mut wanted = BTreeSet::new();
    for file in files {
        let source = Source::parse(file, &faults);
        if let Some(node) = source.root().table("pack") {
            wanted.extend(node.ids("requires").into_iter().map(|reference| reference.id));
        }
    }
    wanted
}

/// The pack that a file belongs to: the folder that it lies in.
fn folder(source: &Source<'_>) -> Id {
    Id::from(source.file.split('/').next().unwrap_or_default())
}

/// Every folder needs a pack that says what it is, and from when.
fn check_folders(roots: &[(Id, Node<'_>)], sources: &[Source<'_>], definitions: &Definitions) {
    let mut silent: BTreeMap<&Id, &Node<'_>> = BTreeMap::new();
    for (pack, root) in roots {
        silent.entry(pack).or_insert(root);
    }
    for (pack, _) in roots.iter().filter(|(_, root)| root.has("pack")) {
        silent.remove(pack);
    }
    for source in sources.iter().filter(|source| !source.broken.is_empty()) {
        silent.remove(&folder(source));
    }
    silent.retain(|pack, _| !definitions.packs.contains_key(*pack));
    for (pack, root) in silent {
        let mend = format!(
            "add the file `{pack}/pack.toml` with `[pack]`, its id, title, version and effective day"
        );
        root.report(format!("the folder `{pack}` has no `[pack]`"), mend);
    }
}

/// Every problem once, in order. Where a file's syntax is broken its definitions still count, so that other files' use
/// of them is no fault. Of such a file is told what was seen when it was read, the first `of_reading`, before the heading over
/// the broken place: anything else may come of what could not be read.
fn sift(all: Vec<Problem>, of_reading: usize, sources: &[Source<'_>]) -> Vec<Problem> {
    let broken: Vec<&Source<'_>> = sources.iter().filter(|source| !source.broken.is_empty()).collect();
    let sound = |(number, problem): &(usize, Problem)| {
        let own = broken.iter().find(|source| source.file == problem.file);
        own.is_none_or(|source| *number < of_reading && problem.line <= source.sound_lines())
    };
    let sound = all.into_iter().enumerate().filter(sound);
    let mut problems: Vec<Problem> = sound.map(|(_, problem)| problem).collect();
    problems.extend(broken.iter().flat_map(|source| source.broken.iter().cloned()));
    problems.sort();
    problems.dedup();
    problems
}

type Round = fn(&Loader, &Id, &Node<'_>, &mut Definitions);

/// The order in which kinds of definition are read: procedures take in the flows and fields read before them, and
/// models speak of procedures and logs.
const ROUNDS: [Round; 7] = [
    manifest,
    city::read,
    form::read_shared,
    flow::read_shared,
    procedure::read,
    models::read_logs,
    models::read,
];

fn manifest(loader: &Loader, folder: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    let Some(node) = root.table("pack") else { return };
    let id = node.need("id", &format!("\"{folder}\"")).and_then(|member| member.new_id());
    let title = node.need_title("title");
    let version = node.need("version", "\"2026.1\"").and_then(|member| member.text());
    let effective = node.need("effective", "2026-01-01").and_then(|member| member.date());
    let requires = loader.want_all(Kind::Pack, node.ids("requires"));
    let category = node.id("category").map(|category| loader.want(Kind::Category, category));
    let level = node.get("level").and_then(|member| pick(&member, &Level::ALL));
    let retention = procedure::retention(loader, &node);
    if let Some(Ref { id, place }) = id {
        if id != *folder {
            node.report_at(
                &place,
                format!("the pack `{id}` lies in the folder `{folder}`"),
                format!("name both alike: `id = \"{folder}\"`"),
            );
        }
        loader.is_first(Kind::Pack, &id, &node);
    }
    node.finish();
    // What is wrong in one member is told once, and not again at all that the others are there for.
    let version = version.unwrap_or_default().to_owned();
    let effective = effective.unwrap_or(Date::MIN);
    let id = folder.clone();
    let manifest = Manifest { id, title, version, effective, requires, category, level, retention };
    definitions.packs.insert(folder.clone(), manifest);
}

/// What can be referred to by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Pack,
    Office,
    Role,
    Purpose,
    Policy,
    Object,
    Category,
    Saying,
    Fields,
    Material,
    Fee,
    Credential,
    Flow,
    Procedure,
    Log,
    Model,
    Instrument,
    Deadline,
    Domain,
    Pause,
    Calendar,
}

impl Kind {
    /// The heading under which it stands, which is also what messages call it.
    fn word(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Office => "office",
            Self::Role => "role",
            Self::Purpose => "purpose",
            Self::Policy => "policy",
            Self::Object => "object",
            Self::Category => "category",
            Self::Saying => "saying",
            Self::Fields => "fields",
            Self::Material => "material",
            Self::Fee => "fee",
            Self::Credential => "credential",
            Self::Flow => "flow",
            Self::Procedure => "procedure",
            Self::Log => "log",
            Self::Model => "model",
            Self::Instrument => "instrument",
            Self::Deadline => "deadline",
            Self::Domain => "domain",
            Self::Pause => "pause",
            Self::Calendar => "calendar",
        }
    }
}

/// What was defined and what was referred to, gathered while reading and held against each other at the end.
#[derive(Default)]
struct Loader {
    defined: RefCell<BTreeMap<(Kind, Id), Place>>,
    wanted: RefCell<Vec<(Kind, Ref)>>,
    /// Each word of a saying, and where it is said.
    sayings: RefCell<BTreeMap<String, Place>>,
    /// Procedures whose flow is not there: what they say besides is checked all the same.
    unfinished: RefCell<Vec<Procedure>>,
}

impl Loader {
    /// The definitions of this kind in a file; of two with one name the first counts, and the second is a fault.
    fn define<'a>(&self, kind: Kind, root: &Node<'a>) -> Vec<(Id, Node<'a>)> {
        let tables = root.tables(kind.word()).into_iter();
        tables.filter(|(id, node)| self.is_first(kind, id, node)).collect()
    }

    fn is_first(&self, kind: Kind, id: &Id, node: &Node<'_>) -> bool {
        let mut defined = self.defined.borrow_mut();
        if let Some(first) = defined.get(&(kind, id.clone())) {
            let place = format!("{}:{}", first.file, first.line);
            let what = format!("the {} `{id}` is already defined at {place}", kind.word());
            node.report(what, "remove one of the two, or rename it");
            return false;
        }
        defined.insert((kind, id.clone()), node.place());
        true
    }

    fn want(&self, kind: Kind, reference: Ref) -> Id {
        let id = reference.id.clone();
        self.wanted.borrow_mut().push((kind, reference));
        id
    }

    fn want_all(&self, kind: Kind, references: Vec<Ref>) -> Vec<Id> {
        references.into_iter().map(|reference| self.want(kind, reference)).collect()
    }

    fn check_references(&self, definitions: &Definitions, faults: &Faults) {
        let defined = self.defined.borrow();
        for (kind, Ref { id, place }) in self.wanted.borrow().iter() {
            if let Some(there) = defined.get(&(*kind, id.clone())) {
                let problem = required(definitions, *kind, id, place, there);
                faults.borrow_mut().extend(problem);
                continue;
            }
            let same = || defined.keys().filter(|(other, _)| other == kind).map(|(_, id)| id.as_str());
            let word = kind.word();
            let mend = match nearest(id.as_str(), same()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if same().next().is_some() && same().count() <= 12 => {
                    format!(
                        "use one of `{}`, or define `[{word}.{id}]`",
                        same().collect::<Vec<_>>().join("`, `")
                    )
                }
                None => format!("define `[{word}.{id}]`"),
            };
            faults.borrow_mut().push(place.problem(format!("no {word} is called `{id}`"), mend));
        }
    }
}

/// Another pack's definitions can be used where it is required.
fn required(definitions: &Definitions, kind: Kind, id: &Id, from: &Place, there: &Place) -> Option<Problem> {
    let folder = |place: &Place| Id::from(place.file.split('/').next().unwrap_or_default());
    let (mine, theirs) = (folder(from), folder(there));
    let manifest = definitions.packs.get(&mine)?;
    if kind == Kind::Pack || mine == theirs || manifest.requires.contains(&theirs) {
        return None;
    }
    let what =
        format!("the {} `{id}` is the pack `{theirs}`'s, which `{mine}` does not require", kind.word());
    Some(from.problem(what, format!("add `{theirs}` to `requires` in `{mine}/pack.toml`")))
}

/// The value that goes by the member's word in `all`, or a note of what can be said.
fn pick<T: Clone>(member: &Member<'_>, all: &[(&'static str, T)]) -> Option<T> {
    let word = member.text()?;
    let found = all.iter().find(|(name, _)| *name == word).map(|(_, value)| value.clone());
    if found.is_none() {
        let mend = meant(word, all.iter().map(|(name, _)| *name), "use one of");
        member.report(format!("`{word}` is not known here"), mend);
    }
    found
}
