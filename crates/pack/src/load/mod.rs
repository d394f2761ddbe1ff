use crate::model::{Definitions, Id, Manifest, Unit};
use crate::problem::{Place, Problem, nearest};
use crate::reader::{Node, Ref, Source};
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::de::DeTable;

mod city;
mod conditions;
mod flow;
mod form;
mod law;
mod procedure;

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
    let problems = RefCell::default();
    let sources: Vec<(Id, Source<'_>)> = files
        .iter()
        .map(|file| {
            let pack = file.path.split('/').next().unwrap_or_default();
            (Id::from(pack), Source::new(&file.path, &file.text, &problems))
        })
        .collect();
    let parsed: Vec<_> = sources.iter().map(|(pack, source)| (pack, source, parse(source))).collect();
    let loader = Loader::default();
    let mut definitions = Definitions::default();
    for round in ROUNDS {
        for (pack, source, table) in &parsed {
            let root = Node::new(source, table.get_ref(), 0..0);
            round(&loader, pack, &root, &mut definitions);
        }
    }
    for (_, source, table) in parsed.iter().filter(|(_, _, table)| !law::is_law(table.get_ref())) {
        finish_root(&Node::new(source, table.get_ref(), 0..0));
    }
    let of_law = files.iter().zip(&parsed).filter(|(_, (_, _, table))| law::is_law(table.get_ref()));
    definitions.law = law::read(of_law.map(|(file, _)| file), &problems);
    loader.check_references(&problems);
    conditions::check(&mut definitions, &problems);
    city::check_tree(&loader, &definitions, &problems);
    let broken = |problem: &Problem| {
        let source = parsed.iter().find(|(_, source, _)| source.file == problem.file);
        source.is_some_and(|(_, source, _)| source.broken.get()) && !problem.what.starts_with(NOT_TOML)
    };
    let mut problems = problems.take();
    problems.retain(|problem| !broken(problem));
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(definitions) } else { Err(problems) }
}

const NOT_TOML: &str = "this is not TOML";

type Round = fn(&Loader, &Id, &Node<'_>, &mut Definitions);

/// The order in which kinds of definition are read: procedures take in the flows and fields read before them.
const ROUNDS: [Round; 5] = [manifests, city::read, form::read_shared, flow::read_shared, procedure::read];

/// Reads what can be read of a file. Where the syntax is broken its definitions still count, so that other files' use
/// of them is no fault, but only the broken syntax is told.
fn parse<'a>(source: &'a Source<'a>) -> toml::Spanned<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    source.broken.set(!errors.is_empty());
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let what = format!("{NOT_TOML}: {}", error.message().replace('\n', ", "));
        let mend = "mend the syntax; strings stand in quotes, a table's heading in brackets";
        source.problems.borrow_mut().push(source.place(&span).problem(what, mend));
    }
    table
}

/// Asks for every heading that a file may have, so that others are noted.
fn finish_root(root: &Node<'_>) {
    for (heading, _) in Kind::HEADINGS {
        let _ = root.get(heading);
    }
    let _ = root.get("pack");
    root.note_unasked();
}

fn manifests(loader: &Loader, folder: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for heading in [("instrument", Kind::Instrument), ("deadline", Kind::Deadline)] {
        for (id, node) in root.tables(heading.0) {
            loader.define(heading.1, &id, &node);
        }
    }
    let Some(node) = root.get("pack").and_then(|member| member.node()) else { return };
    let id = node.need("id", &format!("\"{folder}\"")).and_then(|member| member.id());
    let title = node.need_title();
    let version = node.need("version", "\"2026.1\"").and_then(|member| member.text().map(str::to_owned));
    let effective = node.need("effective", "2026-01-01").and_then(|member| member.date());
    let requires = loader.want_all(Kind::Pack, node.ids("requires"));
    let retention = form::own(&node, "retention");
    if retention.is_some_and(|own| !matches!(own.unit, Unit::Days | Unit::Months | Unit::Years)) {
        node.report("`retention` is shorter than a day", "count it in days, months or years: `\"10 years\"`");
    }
    if let Some(id) = &id {
        if id.id != *folder {
            let problem = id.place.problem(
                format!("the pack `{}` lies in the folder `{folder}`", id.id),
                format!("name both alike: `id = \"{folder}\"`"),
            );
            node.source.problems.borrow_mut().push(problem);
        }
        loader.define(Kind::Pack, &id.id, &node);
    }
    node.finish();
    if let (Some(version), Some(effective)) = (version, effective) {
        let manifest = Manifest { id: folder.clone(), title, version, effective, requires, retention };
        definitions.packs.insert(folder.clone(), manifest);
    }
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
    Fields,
    Material,
    Fee,
    Credential,
    Flow,
    Procedure,
    Instrument,
    Deadline,
}

impl Kind {
    const HEADINGS: [(&'static str, Self); 14] = [
        ("office", Self::Office),
        ("role", Self::Role),
        ("purpose", Self::Purpose),
        ("policy", Self::Policy),
        ("object", Self::Object),
        ("category", Self::Category),
        ("fields", Self::Fields),
        ("material", Self::Material),
        ("fee", Self::Fee),
        ("credential", Self::Credential),
        ("flow", Self::Flow),
        ("procedure", Self::Procedure),
        ("instrument", Self::Instrument),
        ("deadline", Self::Deadline),
    ];

    fn word(self) -> &'static str {
        Self::HEADINGS.iter().find(|(_, kind)| *kind == self).map_or("pack", |(word, _)| word)
    }
}

/// What was defined and what was referred to, gathered while reading and held against each other at the end.
#[derive(Default)]
struct Loader {
    defined: RefCell<BTreeMap<(Kind, Id), Place>>,
    wanted: RefCell<Vec<(Kind, Ref)>>,
}

impl Loader {
    /// Notes a definition; a second one of the same name is a fault, and the first one counts.
    fn define(&self, kind: Kind, id: &Id, node: &Node<'_>) -> bool {
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

    fn check_references(&self, problems: &RefCell<Vec<Problem>>) {
        let defined = self.defined.borrow();
        for (kind, Ref { id, place }) in self.wanted.borrow().iter() {
            if defined.contains_key(&(*kind, id.clone())) {
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
            problems.borrow_mut().push(place.problem(format!("no {word} is called `{id}`"), mend));
        }
    }
}

/// The value that goes by `word` in `all`, or a note of what can be said.
fn pick<T: Copy>(member: &crate::reader::Member<'_>, all: &[(&'static str, T)]) -> Option<T> {
    let word = member.text()?;
    let found = all.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let words = all.iter().map(|(name, _)| *name);
        let mend = match nearest(word, words.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("use one of `{}`", words.collect::<Vec<_>>().join("`, `")),
        };
        member.report(format!("`{word}` is not known here"), mend);
    }
    found
}
