use crate::model::{Definitions, Gaps, Id, Level, Manifest, Procedure};
use crate::problem::{Place, Problem, meant, nearest};
use crate::reader::{Faults, Member, Node, Ref, Source, Text};
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
///
/// # Errors
/// Every problem of every file, sorted by place.
pub fn load_and(
    files: &[File],
    also: impl FnOnce(&Definitions) -> Vec<Problem>,
) -> Result<Definitions, Vec<Problem>> {
    let faults = Faults::default();
    let texts: Vec<Text<'_>> = files.iter().map(Text::of).collect();
    texts.iter().for_each(|text| text.report(&faults));
    let sources: Vec<Source<'_>> = texts.iter().flat_map(|text| text.sources(&faults)).collect();
    let roots: Vec<(Id, Node<'_>)> =
        sources.iter().map(|source| (folder(&source.file), source.root())).collect();
    let loader = Loader::of(files, &texts);
    let pauses = law::pauses(&loader, &roots);
    let law = law::read(&loader, &roots, &pauses);
    let mut definitions = Definitions { pauses, law, ..Definitions::default() };
    for round in ROUNDS {
        for (pack, root) in &roots {
            round(&loader, pack, root, &mut definitions);
        }
    }
    roots.iter().for_each(|(_, root)| root.finish());
    loader.lost.borrow_mut().extend(roots.iter().flat_map(|(_, root)| root.strange()));
    check_folders(&roots, files, &texts, &definitions);
    loader.check_references(&definitions, &faults);
    let unfinished = loader.unfinished.take();
    conditions::check(&loader, &mut definitions, &unfinished, &faults);
    force::settle(&mut definitions, &faults);
    city::check_tree(&loader, &definitions, &faults);
    if definitions.law.is_none() && loader.damaged.is_empty() && !law::is_spoken_of(&roots) {
        city::unruled(&definitions, &faults);
    }
    if loader.is_whole(Kind::Office) {
        city::hours(&mut definitions, &faults);
        models::open_hours(&definitions, &faults);
    }
    // By name they are there, whatever else they lack.
    let named = unfinished.into_iter().map(|procedure| (procedure.id.clone(), procedure));
    definitions.procedures.extend(named);
    let found = also(&definitions);
    faults.borrow_mut().extend(found.into_iter().filter(|problem| !loader.may_come_of_lost(problem)));
    definitions.places =
        loader.defined.take().into_iter().map(|((kind, id), at)| ((kind.word(), id), at)).collect();
    let mut problems = faults.take();
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(definitions) } else { Err(problems) }
}

/// The packs that those in `files` require, as far as their manifests can be read.
pub fn requirements(files: &[File]) -> BTreeSet<Id> {
    let faults = Faults::default();
    let texts: Vec<Text<'_>> = files.iter().map(Text::of).collect();
    let mut wanted = BTreeSet::new();
    for source in texts.iter().flat_map(|text| text.sources(&faults)) {
        if let Some(node) = source.root().table("pack") {
            wanted.extend(node.ids("requires").into_iter().map(|reference| reference.id));
        }
    }
    wanted
}

/// The pack that a file belongs to: the folder that it lies in.
fn folder(file: &str) -> Id {
    Id::from(file.split('/').next().unwrap_or_default())
}

/// Every folder needs a pack that says what it is, and from when.
fn check_folders(roots: &[(Id, Node<'_>)], files: &[File], texts: &[Text<'_>], definitions: &Definitions) {
    let mut silent: BTreeMap<&Id, &Node<'_>> = BTreeMap::new();
    for (pack, root) in roots {
        silent.entry(pack).or_insert(root);
    }
    for (pack, _) in roots.iter().filter(|(_, root)| root.has("pack")) {
        silent.remove(pack);
    }
    for (file, _) in files.iter().zip(texts).filter(|(_, text)| text.is_broken()) {
        silent.remove(&folder(&file.path));
    }
    silent.retain(|pack, _| !definitions.packs.contains_key(*pack));
    for (pack, root) in silent {
        let mend = format!(
            "add the file `{pack}/pack.toml` with `[pack]`, its id, title, version and effective day"
        );
        root.report(format!("the folder `{pack}` has no `[pack]`"), mend);
    }
}

/// That times are to be counted, and nothing says how, with the mend.
const UNRULED: &str =
    "nothing here says how time is counted: no pack that this one builds on holds the calendar and the rules";
const RULES: &str = "add `\"law\"` to `requires` in the pack's `pack.toml`";

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
    if node.is_again() {
        return;
    }
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
    /// Names that what could not be read may have defined.
    lost: RefCell<BTreeSet<String>>,
    /// The definitions of which a part could not be read, by their heading and their name.
    damaged: BTreeSet<(String, Id)>,
    /// What is not known of groups of fields, flows and procedures.
    gaps: RefCell<BTreeMap<(Kind, Id), Gaps>>,
}

impl Loader {
    fn of(files: &[File], texts: &[Text<'_>]) -> Self {
        let lost = texts.iter().flat_map(|text| text.lost_names()).collect();
        let of_file = |(file, text): (&File, &Text<'_>)| {
            let named = text.damaged().filter_map(|path| match path {
                [word] if word == Kind::Pack.word() => Some((word.clone(), folder(&file.path))),
                [word, id, ..] => Some((word.clone(), Id::from(id.as_str()))),
                _ => None,
            });
            named.collect::<Vec<_>>()
        };
        let damaged = files.iter().zip(texts).flat_map(of_file).collect();
        Self { lost: RefCell::new(lost), damaged, ..Self::default() }
    }

    /// The definitions of this kind in a file; of two with one name the first counts, and the second is a fault.
    fn define<'a>(&self, kind: Kind, root: &Node<'a>) -> Vec<(Id, Node<'a>)> {
        let tables = root.tables(kind.word()).into_iter();
        tables.filter(|(id, node)| self.is_first(kind, id, node)).collect()
    }

    /// As [`Self::define`], where what is wrong in the second of one name is told too: it is read under a name that nothing
    /// could have.
    fn define_all<'a>(&self, kind: Kind, root: &Node<'a>) -> Vec<(Id, Node<'a>)> {
        let name = |(id, node): (Id, Node<'a>)| {
            if self.is_first(kind, &id, &node) {
                return (id, node);
            }
            let place = node.place();
            (Id::from(format!("{id} in {}:{}", place.file, place.line).as_str()), node)
        };
        root.tables(kind.word()).into_iter().map(name).collect()
    }

    /// Whether nothing of this definition was left out.
    fn reads(&self, kind: Kind, id: &Id) -> bool {
        self.damaged.is_empty() || !self.damaged.contains(&(kind.word().to_owned(), id.clone()))
    }

    /// Whether nothing of any definition of this kind was left out.
    fn is_whole(&self, kind: Kind) -> bool {
        self.damaged.iter().all(|(word, _)| word != kind.word())
    }

    /// Whether all procedures and their flows could be read.
    fn knows_all(&self) -> bool {
        let all = [Kind::Fields, Kind::Flow, Kind::Procedure].into_iter().all(|kind| self.is_whole(kind));
        all && self.unfinished.borrow().is_empty() && self.gaps.borrow().values().all(Gaps::is_none)
    }

    fn gaps(&self, kind: Kind, id: &Id) -> Gaps {
        self.gaps.borrow().get(&(kind, id.clone())).cloned().unwrap_or_default()
    }

    /// Whether a problem speaks of a name that what was left out may have defined.
    fn may_come_of_lost(&self, problem: &Problem) -> bool {
        let lost = self.lost.borrow();
        lost.iter().any(|name| problem.what.contains(&format!("\"{name}\"")))
    }

    fn is_first(&self, kind: Kind, id: &Id, node: &Node<'_>) -> bool {
        let mut defined = self.defined.borrow_mut();
        if let Some(first) = defined.get(&(kind, id.clone())) {
            // What stands twice in one file is told already.
            if node.is_again() && node.place().file == first.file {
                return false;
            }
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
        let (defined, lost) = (self.defined.borrow(), self.lost.borrow());
        for (kind, Ref { id, place }) in self.wanted.borrow().iter() {
            if let Some(there) = defined.get(&(*kind, id.clone())) {
                if self.reads(Kind::Pack, &folder(&place.file)) {
                    let problem = required(definitions, *kind, id, place, there);
                    faults.borrow_mut().extend(problem);
                }
                continue;
            }
            if lost.contains(id.as_str()) {
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
    let (mine, theirs) = (folder(&from.file), folder(&there.file));
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
