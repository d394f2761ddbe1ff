//! The packs of exit and entry, vehicles and drivers against the list of service items and the law's own words.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::days::numeral;
use pack::load;
use pack::model::{Basis, Definitions, Procedure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const PACKS: [&str; 3] = ["exit-entry", "vehicle", "driver"];

/// Limits that the articles set and the list of items lacks: item, deadline.
const FOUND_IN_THE_TEXT: [(&str, &str); 10] = [
    ("LC-063", "passport-issued"),
    ("LC-064", "hk-macao-decided"),
    ("LC-065", "hk-macao-decided"),
    ("LC-066", "hk-macao-decided"),
    ("LC-076", "visa-decided"),
    ("LC-077", "visa-decided"),
    ("LC-078", "visa-decided"),
    ("LC-079", "visa-decided"),
    ("LC-085", "residence-document-decided"),
    ("LC-136", "licence-decided"),
];

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    load(&files).unwrap_or_else(|problems| panic!("{}", problems[0]))
});

fn procedures() -> impl Iterator<Item = &'static Procedure> {
    DEFINITIONS.procedures.values().filter(|procedure| PACKS.contains(&procedure.pack.as_str()))
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
    let text = std::fs::read_to_string(law.join("items.json")).unwrap();
    let rows: Value = serde_json::from_str(&text).unwrap();
    let rows: BTreeMap<&str, &Value> =
        rows["items"].as_array().unwrap().iter().map(|row| (row["id"].as_str().unwrap(), row)).collect();
    for procedure in procedures() {
        let item = procedure.item.as_deref().unwrap_or_else(|| panic!("{} has no item", procedure.id));
        check(procedure, rows.get(item).unwrap_or_else(|| panic!("{}: no item {item}", procedure.id)));
    }
}

fn title(basis: &Basis) -> &'static str {
    let law = DEFINITIONS.law.as_ref().unwrap();
    law.instruments.get(basis.instrument.as_str()).map_or("", |instrument| instrument.title.zh.as_str())
}

/// A law's name without its edition and the republic's: `机动车登记规定(公安部令第164号)` is `机动车登记规定`.
fn bare(name: &str) -> &str {
    name.split('(').next().unwrap_or_default().trim_start_matches("中华人民共和国")
}

fn plain(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != '*').collect()
}

#[test]
fn there_are_as_many_services_as_promised() {
    let count = |pack: &str| procedures().filter(|procedure| procedure.pack.as_str() == pack).count();
    assert_eq!(PACKS.map(count), [38, 37, 19]);
    let mut items = BTreeSet::new();
    for procedure in procedures() {
        assert!(items.insert(procedure.item.as_deref()), "{} repeats an item", procedure.id);
        assert!(procedure.limit.is_some() || procedure.promise.is_some(), "{} has no time", procedure.id);
        assert!(!procedure.form.fields.is_empty(), "{} asks nothing", procedure.id);
        assert!(!procedure.search.is_empty(), "{} is found by its title only", procedure.id);
    }
}

#[test]
fn each_rests_on_the_article_that_the_list_names() {
    each_item("each_rests_on_the_article_that_the_list_names", |procedure, row| {
        let listed = &row["legal_basis"];
        if !listed["verified"].as_bool().unwrap() {
            return;
        }
        let (law, article) = (listed["law"].as_str().unwrap(), listed["article"].as_str().unwrap());
        let same = |basis: &Basis| bare(title(basis)) == bare(law) && basis.article == article;
        assert!(procedure.law.iter().any(same), "{}: {law} {article} is not cited", procedure.id);
    });
}

#[test]
fn each_limit_is_the_listed_one() {
    each_item("each_limit_is_the_listed_one", |procedure, row| {
        let listed = &row["legal_time_limit"];
        let binds = listed["kind"] == "authority_duty" && listed["verified"].as_bool().unwrap();
        let limit = procedure.limit.as_ref().map(pack::Id::as_str);
        let item = procedure.item.as_deref().unwrap();
        if let Some((_, found)) = FOUND_IN_THE_TEXT.iter().find(|(other, _)| *other == item) {
            assert_eq!(limit, Some(*found), "{}", procedure.id);
        } else if binds {
            let deadline = &DEFINITIONS.law.as_ref().unwrap().deadlines[limit.unwrap()];
            let cite = deadline.cite.as_ref().unwrap();
            assert_eq!(cite.article.as_str(), listed["article"].as_str().unwrap(), "{}", procedure.id);
            let digits: String =
                listed["text"].as_str().unwrap().chars().take_while(char::is_ascii_digit).collect();
            let amount = deadline.limit.unwrap().amount.to_string();
            assert_eq!(amount, digits, "{}: {listed}", procedure.id);
        } else {
            assert!(matches!(limit, None | Some("licence-decided")), "{}: {limit:?}", procedure.id);
        }
    });
}

#[test]
fn each_listed_material_is_asked_for_by_its_article() {
    each_item("each_listed_material_is_asked_for_by_its_article", |procedure, row| {
        for material in row["materials"].as_array().unwrap() {
            let text = material["text"].as_str().unwrap();
            // The form is the application; a check of shared data stands in for a paper.
            let asked_otherwise = text.contains("申请表") || procedure.flow.id.as_str() == "plated-in-one-go";
            if !material["verified"].as_bool().unwrap() || asked_otherwise {
                continue;
            }
            let article = material["article"].as_str().unwrap();
            let mut laws = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
            assert!(laws.any(|law| law.article == article), "{}: {text}（{article}）", procedure.id);
        }
    });
}

/// The fee of an item is that of the list, in yuan; where the list has none, the fee is the office's own.
#[test]
fn each_fee_is_the_listed_one() {
    each_item("each_fee_is_the_listed_one", |procedure, row| {
        let listed = row["fee"]["text"].as_str();
        let fee = procedure.fee.as_ref().map(|fee| &DEFINITIONS.fees[fee]);
        let Some(listed) = listed else { return };
        let fee = fee.unwrap_or_else(|| panic!("{}: the list has a fee of {listed}", procedure.id));
        let numbers: BTreeSet<i64> = listed
            .split(|char: char| !char.is_ascii_digit())
            .filter_map(|digits| digits.parse::<i64>().ok())
            .collect();
        for (_, fen) in &fee.tiers {
            assert!(
                numbers.contains(&(fen / 100)) && fen % 100 == 0,
                "{}: {fen} fen, {listed}",
                procedure.id
            );
        }
        let quoted = row["fee"]["basis_doc"].is_string();
        assert_eq!(
            fee.basis.is_some(),
            quoted,
            "{}: a fee without a notice is the office's own",
            procedure.id
        );
    });
}

/// The text of each article of a file, white space and emphasis left out.
fn articles(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut articles: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().map(plain) {
        if line.starts_with('#') {
            current = None;
        } else if let Some((number, _)) = line.strip_prefix('第').and_then(|rest| rest.split_once('条'))
            && numeral::read(number).is_some()
        {
            current = Some(format!("第{number}条"));
        }
        if let Some(article) = &current {
            articles.entry(article.clone()).or_default().push_str(&line);
        }
    }
    articles
}

#[test]
fn every_quote_stands_in_its_article() {
    let Some(folder) = law("every_quote_stands_in_its_article") else { return };
    let law = DEFINITIONS.law.as_ref().unwrap();
    let mut files: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let mut check = |place: String, instrument: &str, article: &str, quote: &str| {
        let corpus = law.instruments[instrument].corpus.as_deref();
        let corpus = corpus.unwrap_or_else(|| panic!("{place}: no text of {instrument}"));
        let file = files.entry(corpus).or_insert_with(|| articles(&folder.join("corpus").join(corpus)));
        let text = file.get(article).unwrap_or_else(|| panic!("{place}: no {article} in {corpus}"));
        assert!(text.contains(&plain(quote)), "{place}: {article} lacks {quote}");
    };
    let mut checked = 0;
    for procedure in procedures() {
        let materials = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
        for basis in procedure.law.iter().chain(materials) {
            let place = format!("{}:{}", basis.place.file, basis.place.line);
            check(place, basis.instrument.as_str(), &basis.article, &basis.quote);
            checked += 1;
        }
    }
    for (id, deadline) in &law.deadlines {
        let suspensions = deadline.suspensions.iter().map(|one| &one.cite);
        let extensions = deadline.extensions.iter().map(|one| &one.cite);
        for cite in deadline.cite.iter().chain(suspensions).chain(extensions) {
            if law.instruments[&cite.instrument].corpus.is_some() {
                check(id.to_string(), cite.instrument.as_str(), &cite.article, &cite.quote);
                checked += 1;
            }
        }
    }
    assert!(checked > 400, "{checked}");
}
