//! Residents find the services that ship by everyday words, pinyin, its initials, and English.

use std::path::Path;
use web::find::Index;

fn definitions() -> pack::model::Definitions {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).expect("the packs can be read");
    pack::load(&files).expect("the shipped packs have no fault")
}

/// Of what is typed, the service that is meant comes first nineteen times in twenty, and always among the first three.
#[test]
fn residents_find_what_they_mean() {
    let definitions = definitions();
    let index = Index::new(&definitions);
    let table = include_str!("queries.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut all, mut first, mut far) = (0, 0, Vec::new());
    for line in table {
        let (query, wanted) = line.split_once('\t').expect("a query and a service");
        assert!(definitions.procedures.contains_key(wanted), "no service `{wanted}`");
        let hits = index.find(query, 5);
        let place = hits.iter().position(|hit| hit.id.as_str() == wanted);
        all += 1;
        first += usize::from(place == Some(0));
        if place != Some(0) {
            let found: Vec<String> = hits.iter().map(|hit| format!("{} {:.3}", hit.id, hit.score)).collect();
            println!("`{query}` means {wanted}, found {}", found.join(", "));
        }
        if place.is_none_or(|place| place > 2) {
            far.push(query);
        }
    }
    println!("{first} of {all} come first");
    assert!(all >= 120, "{all} queries are too few to say much");
    assert!(far.is_empty(), "not among the first three: {far:?}");
    assert!(first * 20 >= all * 19, "{first} of {all} come first");
}

#[test]
fn every_service_is_found_by_its_own_titles() {
    let definitions = definitions();
    let index = Index::new(&definitions);
    for procedure in definitions.procedures.values().filter(|one| one.start == pack::model::Start::Party) {
        for title in [&procedure.title.zh, &procedure.title.en] {
            let found = index.find(title, 1).first().map(|hit| hit.id.clone());
            assert_eq!(found.as_ref(), Some(&procedure.id), "{title}");
        }
    }
}
