//! The pack author's guide says what the language has, and its worked example is one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, load};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const GUIDE: &str = include_str!("../../../docs/packs.md");
const MODELS: &str = include_str!("../../../docs/models.md");

/// No member is called so, and none nearly so: the fault that it makes lists the members that there are.
const STRANGER: &str = "qqqqqqqqqqqq";

/// Where the stranger is put, by the heading under which the guide lists the members of that place.
const PLACES: [(&str, &str); 70] = [
    ("[office.x]", "[office.o]\nSTRANGER"),
    ("[role.x]", "[role.r]\nSTRANGER"),
    ("[purpose.x]", "[purpose.p]\nSTRANGER"),
    ("[category.x]", "[category.c]\nSTRANGER"),
    ("[saying.x]", "[saying.s]\nSTRANGER"),
    ("[object.x]", "[object.o]\nSTRANGER"),
    ("[policy.x]", "[policy.p]\nSTRANGER"),
    ("[fields.x]", "[fields.f]\nSTRANGER"),
    ("[material.x]", "[material.m]\nSTRANGER"),
    ("[fee.x]", "[fee.f]\nSTRANGER"),
    ("tier", "[fee.f]\ntier = [{ STRANGER }]"),
    ("[credential.x]", "[credential.c]\nSTRANGER"),
    ("term", "[credential.c]\nterm = [{ STRANGER }]"),
    ("[flow.x]", "[flow.f]\nSTRANGER"),
    ("correction", "[flow.f]\ncorrection = { STRANGER }"),
    ("[flow.x.step.y]", "[flow.f.step.s]\nSTRANGER"),
    ("guard", "[flow.f.step.s]\nguard = [{ STRANGER }]"),
    ("outcome", "[flow.f.step.s]\noutcome = [{ STRANGER }]"),
    ("[flow.x.clock.y]", "[flow.f.clock.c]\nSTRANGER"),
    ("[procedure.x]", "[procedure.p]\nSTRANGER"),
    ("material", "[procedure.p]\nmaterial = [{ STRANGER }]"),
    ("law", "[procedure.p]\nlaw = { STRANGER }"),
    ("retention", "[procedure.p]\nretention = { STRANGER }"),
    ("retention", "@probe/pack.toml\nretention = { STRANGER }"),
    ("form", "[procedure.p.form]\nSTRANGER"),
    ("field", "[fields.f]\nfield = [{ STRANGER, kind = \"choice\", check = \"true\" }]"),
    ("field", "[fields.f]\nfield = [{ STRANGER, kind = \"integer\" }]"),
    ("field", "[fields.f]\nfield = [{ STRANGER, kind = \"date\" }]"),
    ("of", "[fields.f]\nfield = [{ kind = \"choice\", of = [{ STRANGER }] }]"),
    ("check", "[fields.f]\ncheck = [{ STRANGER }]"),
    ("[log.x]", "[log.l]\nSTRANGER"),
    ("activity", "[log.l]\nactivity = [{ STRANGER }]"),
    ("attribute", "[log.l]\nattribute = [{ STRANGER }]"),
    ("[model.x]", "[model.m]\nSTRANGER"),
    ("of = {…}", "[model.m]\nof = { STRANGER }"),
    ("from", "[model.m]\nfrom = { STRANGER }"),
    ("within", "[model.m]\nwithin = { STRANGER }"),
    ("[instrument.x]", "[instrument.i]\nSTRANGER"),
    ("rule", "[instrument.i.rule]\nSTRANGER"),
    ("workdays", "[instrument.i.rule.workdays]\nSTRANGER"),
    ("first-day", "[instrument.i.rule.first-day]\nSTRANGER"),
    ("last-day", "[instrument.i.rule.last-day]\nSTRANGER"),
    ("hours", "[instrument.i.rule.hours]\nSTRANGER"),
    ("hours", "[deadline.d.hours]\nSTRANGER"),
    ("custody", "[instrument.i.rule.custody]\nSTRANGER"),
    ("same-day", "[instrument.i.rule.same-day]\nSTRANGER"),
    ("transit", "[instrument.i.rule.transit]\nSTRANGER"),
    ("posted", "[instrument.i.rule.posted]\nSTRANGER"),
    ("follows", "[instrument.i.follows]\nSTRANGER"),
    ("[deadline.x]", "[deadline.d]\nSTRANGER"),
    ("extension", "[[deadline.d.extension]]\nSTRANGER"),
    ("suspension", "[[deadline.d.suspension]]\nSTRANGER"),
    ("start", "[[deadline.d.start]]\nSTRANGER"),
    ("repeats", "[deadline.d.repeats]\nSTRANGER"),
    ("deemed", "[deadline.d.deemed]\nSTRANGER"),
    ("[domain.x]", "[domain.d]\nSTRANGER"),
    ("[pause.x]", "[pause.p]\nSTRANGER"),
    ("[[conflict]]", "[[conflict]]\nSTRANGER"),
    ("[calendar.x]", "[calendar.c]\nSTRANGER"),
    ("holiday", "[[calendar.c.holiday]]\nname = { zh = \"节\", en = \"Day\" }\nSTRANGER"),
    // In the one file that has it, since there is only one.
    ("[default-rule]", "@law/default-rule.toml\n[default-rule.STRANGER]\nx = 1"),
    ("[pack]", "@probe/pack.toml\nSTRANGER"),
    // What a file can hold, by the first word of the guide's headings.
    ("headings", "[STRANGER.x]\ny = 1"),
    ("headings of law", "[deadline.d]\n[STRANGER.x]\ny = 1"),
    // A group is a form, too, and a step's form is one.
    ("form", "[flow.f.step.s.form]\nSTRANGER"),
    ("material", "[fields.f]\nmaterial = [{ STRANGER }]"),
    ("law", "[fee.f]\nlaw = { STRANGER }"),
    ("law", "[fee.f]\ntier = [{ free = true, law = { STRANGER } }]"),
    ("check", "[procedure.p.form]\ncheck = [{ STRANGER }]"),
    ("of", "[procedure.p.form]\nfield = [{ kind = \"choices\", of = [{ STRANGER }] }]"),
];

fn shipped() -> Vec<File> {
    pack::folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap()
}

/// The members that the loader has at a place, as the fault about the stranger lists them.
fn known(files: &[File], place: &str) -> BTreeSet<String> {
    let mut files = files.to_vec();
    let manifest = "[pack]\nid = \"probe\"\ntitle = { zh = \"试\", en = \"Probe\" }\nversion = \"1\"\neffective = 2026-01-01\n";
    files.push(File { path: "probe/pack.toml".into(), text: manifest.into() });
    let line = if place.contains("STRANGER]") || place.contains("STRANGER.") { "" } else { " = 1" };
    let text = place.replace("STRANGER", &format!("{STRANGER}{line}"));
    match text.strip_prefix('@').and_then(|text| text.split_once('\n')) {
        Some((path, more)) => {
            let file = files.iter_mut().find(|file| file.path == path).unwrap();
            file.text = format!("{}\n{more}\n", file.text);
        }
        None => files.push(File { path: "probe/probe.toml".into(), text }),
    }
    let problems = load(&files).err().unwrap_or_default();
    let of_stranger = problems.iter().find(|problem| problem.what.contains(STRANGER));
    let mend = &of_stranger.unwrap_or_else(|| panic!("{place}: the stranger was not seen")).mend;
    let (_, listed) = mend.split_once("use one of ").unwrap_or_else(|| panic!("{place}: {mend}"));
    let names = listed.split(|c: char| !c.is_ascii_lowercase() && c != '-').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// The members that the guide lists, by heading.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let quoted =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut under: Vec<String> = Vec::new();
    for line in GUIDE.lines().chain(MODELS.lines().skip_while(|line| *line != "## What a file can hold")) {
        if let Some(heading) = line.strip_prefix("### ") {
            under = quoted(heading);
            all.extend(under.iter().map(|heading| (heading.clone(), BTreeSet::new())));
        } else if line.starts_with("## ") {
            under.clear();
        } else if let Some(cell) = line.strip_prefix("| ").and_then(|row| row.split(" |").next()) {
            for heading in &under {
                all.get_mut(heading).unwrap().extend(quoted(cell));
            }
        }
    }
    all
}

#[test]
fn the_guide_lists_every_member_and_no_other() {
    // The law's default rule has to be there; other packs would only take their time.
    let files: Vec<File> = shipped().into_iter().filter(|file| file.path.starts_with("law/")).collect();
    let documented = documented();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (heading, place) in PLACES {
        found.entry(heading).or_default().extend(known(&files, place));
    }
    let headings: BTreeSet<String> =
        ["headings", "headings of law"].iter().flat_map(|which| found.remove(which).unwrap()).collect();
    let mut wrong = Vec::new();
    for (heading, known) in &found {
        let listed = documented.get(*heading).cloned().unwrap_or_default();
        for member in known.difference(&listed) {
            wrong.push(format!("`{heading}` has `{member}`, which the guide does not list"));
        }
        for member in listed.difference(known) {
            wrong.push(format!("the guide lists `{member}` in `{heading}`, which has no such member"));
        }
    }
    let first = |heading: &str| heading.trim_matches(['[', ']']).split('.').next().unwrap().to_owned();
    let tables: BTreeSet<String> =
        documented.keys().filter(|heading| heading.starts_with('[')).map(|heading| first(heading)).collect();
    wrong.extend(headings.difference(&tables).map(|table| format!("the guide has no `[{table}]`")));
    wrong.extend(tables.difference(&headings).map(|table| format!("no file can hold `[{table}]`")));
    for heading in documented.keys().filter(|heading| !found.contains_key(heading.as_str())) {
        wrong.push(format!("nothing checks what the guide says of `{heading}`"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The worked example, checked beside the packs that ship. That a case of it runs to its end is casework's to test.
#[test]
fn the_worked_examples_have_no_fault() {
    let mut files = shipped();
    for (guide, folder, file) in [(GUIDE, "gardens", "gardens"), (MODELS, "garden-visits", "models")] {
        let blocks = guide.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
        let blocks: Vec<&str> = blocks.collect();
        let (manifest, rest) = blocks.split_first().unwrap();
        files.push(File { path: format!("{folder}/pack.toml"), text: (*manifest).to_owned() });
        files.push(File { path: format!("{folder}/{file}.toml"), text: rest.concat() });
    }
    let definitions = load(&files).unwrap_or_else(|problems| panic!("{}", problems[0]));
    assert!(definitions.procedures.contains_key("garden-registration"));
    assert!(definitions.models.contains_key("every-complaint-settled"));
}
