//! The packs of the household register, identity cards, residence permits and enforcement against the list of service
//! items and the law's own words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

use pack::days::numeral;
use pack::load;
use pack::model::{Basis, Channel, ClockLimit, Definitions, Mark, Procedure, Start};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const SERVICES: [&str; 3] = ["household", "identity", "residence"];

/// Limits that the texts set and the list of items lacks: item, deadline.
const FOUND_IN_THE_TEXT: [(&str, &str); 4] = [
    // Approving a move is a licence.
    ("LC-035", "licence-decided"),
    ("LC-036", "licence-decided"),
    // Article 7 of the measures refers to article 12 of the identity card law.
    ("LC-052", "identity-card-issued"),
    ("LC-053", "identity-card-issued"),
];

/// What enforcement is held to.
const DUTIES: [&str; 24] = [
    "DL-001", "DL-002", "DL-003", "DL-012", "DL-015", "DL-016", "DL-017", "DL-020", "DL-021", "DL-022",
    "DL-023", "DL-024", "DL-025", "DL-027", "DL-028", "DL-030", "DL-032", "DL-033", "DL-063", "DL-064",
    "DL-065", "DL-066", "DL-072", "DL-114",
];

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    load(&files).unwrap_or_else(|problems| panic!("{}", problems[0]))
});

fn of<'a>(packs: &'a [&str]) -> impl Iterator<Item = &'static Procedure> + 'a {
    DEFINITIONS.procedures.values().filter(move |procedure| packs.contains(&procedure.pack.as_str()))
}

/// The folder of law, where there is one; says so in one line where there is none.
fn law(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let named = std::env::var_os("LIANCHI_DATA").map(PathBuf::from);
    let found = named.into_iter().chain([beside]).map(|data| data.join("law"));
    let found = found.into_iter().find(|law| law.join("items.json").exists());
    if found.is_none() {
        println!("left out: {test} needs the list of items and the law's texts; set LIANCHI_DATA");
    }
    found
}

/// Calls `check` with each service and its row in the list of items.
fn each_item(test: &str, check: impl Fn(&Procedure, &Value)) {
    let Some(law) = law(test) else { return };
    let rows: Value =
        serde_json::from_str(&std::fs::read_to_string(law.join("items.json")).unwrap()).unwrap();
    for procedure in of(&SERVICES) {
        let row = rows["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"].as_str() == procedure.item.as_deref());
        check(procedure, row.unwrap_or_else(|| panic!("{}: no such item", procedure.id)));
    }
}

#[test]
fn every_item_of_the_list_can_be_had() {
    let items: BTreeSet<String> = of(&SERVICES).filter_map(|procedure| procedure.item.clone()).collect();
    let listed: BTreeSet<String> = (1..=58).map(|number| format!("LC-{number:03}")).collect();
    assert_eq!(items, listed);
    for procedure in of(&SERVICES) {
        assert!(
            procedure.about.is_some() && !procedure.search.is_empty(),
            "{} is hard to find",
            procedure.id
        );
        assert!(!procedure.form.fields.is_empty(), "{} asks nothing", procedure.id);
        assert!(procedure.limit.is_some() || procedure.promise.is_some(), "{} has no time", procedure.id);
    }
}

#[test]
fn nineteen_household_services_serve_themselves() {
    let kiosk: Vec<&str> = of(&["household"])
        .filter(|procedure| procedure.channels.contains(&Channel::Kiosk))
        .map(|procedure| procedure.id.as_str())
        .collect();
    assert_eq!(kiosk.len(), 19, "{kiosk:?}");
}

#[test]
fn each_rests_on_the_article_that_the_list_names() {
    let bare = |name: &str| name.trim_start_matches("中华人民共和国").to_owned();
    let title = |basis: &Basis| {
        let instruments = &DEFINITIONS.law.as_ref().unwrap().instruments;
        bare(&instruments[basis.instrument.as_str()].title.zh)
    };
    each_item("each_rests_on_the_article_that_the_list_names", |procedure, row| {
        let listed = &row["legal_basis"];
        if listed["verified"] == true {
            let (law, article) = (bare(listed["law"].as_str().unwrap()), listed["article"].as_str().unwrap());
            let same = |basis: &Basis| title(basis) == law && basis.article == article;
            assert!(procedure.law.iter().any(same), "{}: {law} {article} is not cited", procedure.id);
        }
        for material in
            row["materials"].as_array().unwrap().iter().filter(|material| material["verified"] == true)
        {
            let article = material["article"].as_str().unwrap();
            let mut laws = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
            assert!(laws.any(|law| law.article == article), "{}: {material}", procedure.id);
        }
    });
}

#[test]
fn each_limit_and_each_fee_is_the_listed_one() {
    each_item("each_limit_and_each_fee_is_the_listed_one", |procedure, row| {
        let listed = &row["legal_time_limit"];
        let limit = procedure.limit.as_ref().map(pack::Id::as_str);
        let found = FOUND_IN_THE_TEXT.iter().find(|(item, _)| procedure.item.as_deref() == Some(*item));
        if listed["kind"] == "authority_duty" && listed["verified"] == true {
            let deadline = &DEFINITIONS.law.as_ref().unwrap().deadlines[limit.unwrap()];
            assert_eq!(deadline.cite.as_ref().unwrap().article.as_str(), listed["article"].as_str().unwrap());
            let amount = deadline.limit.unwrap().amount.to_string();
            assert!(listed["text"].as_str().unwrap().starts_with(&amount), "{}: {listed}", procedure.id);
        } else if limit.is_some() {
            assert_eq!(limit, found.map(|(_, deadline)| *deadline), "{}", procedure.id);
        }
        let Some(yuan) = row["fee"]["text"].as_str() else { return };
        let fee = &DEFINITIONS.fees[procedure.fee.as_ref().unwrap()];
        let (_, dearest) = fee.tiers.last().unwrap();
        assert_eq!(format!("{}元/证", dearest / 100), yuan, "{}", procedure.id);
        assert!(fee.basis.is_some(), "{}: what does the fee rest on?", procedure.id);
    });
}

#[test]
fn duties_are_begun_by_their_office_and_held_to_their_deadlines() {
    let deadlines = &DEFINITIONS.law.as_ref().unwrap().deadlines;
    let mut held = BTreeSet::new();
    let mut objects = BTreeSet::new();
    for procedure in of(&["enforcement"]) {
        assert!(matches!(procedure.start, Start::Role(_)), "{} waits for an applicant", procedure.id);
        assert!(!procedure.flow.withdrawable, "{} could be withdrawn", procedure.id);
        objects.insert(procedure.object.as_str());
        for clock in &procedure.flow.clocks {
            if let ClockLimit::Law(id) = &clock.limit {
                held.extend(deadlines[id.as_str()].reference.as_deref());
            }
        }
        let decides = procedure.flow.steps.iter().filter(|step| step.kind == pack::model::StepKind::Decide);
        for step in decides.filter(|step| !step.after.is_empty()) {
            assert!(!step.separate.is_empty(), "{}: who investigated may decide {}", procedure.id, step.id);
        }
    }
    assert_eq!(objects, BTreeSet::from(["case", "footage", "incident", "property", "response", "summons"]));
    let missing: Vec<&str> = DUTIES.into_iter().filter(|duty| !held.contains(duty)).collect();
    assert!(missing.is_empty(), "nothing is held to {missing:?}");
}

/// What must be kept for a time at least is never given up before it: the step that ends such a clock waits for it.
#[test]
fn what_is_kept_is_not_given_up_early() {
    let deadlines = &DEFINITIONS.law.as_ref().unwrap().deadlines;
    for procedure in of(&["enforcement"]) {
        for clock in &procedure.flow.clocks {
            let ClockLimit::Law(id) = &clock.limit else { continue };
            if !deadlines[id.as_str()].at_least {
                continue;
            }
            let Mark::Done(after) = &clock.to else {
                panic!("{}: {} ends with no step", procedure.id, clock.id)
            };
            let step = procedure.flow.step(after.step.as_str()).unwrap();
            assert_eq!(step.not_before.as_ref(), Some(&clock.id), "{}: {}", procedure.id, step.id);
        }
    }
}

/// The text of each article of a file, white space and emphasis left out.
fn articles(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut articles: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().map(plain) {
        if line.starts_with('#') {
            current.clear();
        } else if let Some((number, _)) = line.strip_prefix('第').and_then(|rest| rest.split_once('条'))
            && numeral::read(number).is_some()
        {
            current = format!("第{number}条");
        }
        articles.entry(current.clone()).or_default().push_str(&line);
    }
    articles
}

fn plain(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != '*').collect()
}

#[test]
fn every_quote_stands_in_its_article() {
    let Some(folder) = law("every_quote_stands_in_its_article") else { return };
    let law = DEFINITIONS.law.as_ref().unwrap();
    let mut files: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let mut checked = 0;
    for procedure in of(&["household", "identity", "residence", "enforcement"]) {
        let materials = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
        for basis in procedure.law.iter().chain(materials) {
            let place = format!("{}:{}", basis.place.file, basis.place.line);
            let corpus = law.instruments[basis.instrument.as_str()].corpus.as_deref();
            let corpus =
                corpus.unwrap_or_else(|| panic!("{place}: the text of {} is not there", basis.instrument));
            let file = files.entry(corpus).or_insert_with(|| articles(&folder.join("corpus").join(corpus)));
            let text = file.get(&basis.article).unwrap_or_else(|| panic!("{place}: no {}", basis.article));
            assert!(text.contains(&plain(&basis.quote)), "{place}: {} lacks {}", basis.article, basis.quote);
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}
