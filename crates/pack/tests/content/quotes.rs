use super::texts::{articles, plain};
use super::{DEFINITIONS, law};
use pack::model::Basis;
use std::collections::BTreeMap;
use std::path::Path;

/// The texts that were read so far, and how many quotes were found in them.
struct Texts<'a> {
    folder: &'a Path,
    read: BTreeMap<&'static str, BTreeMap<String, String>>,
    found: usize,
}

impl Texts<'_> {
    /// Whether the article says so.
    fn check(&mut self, place: &str, instrument: &str, article: &str, quote: &str) {
        let instruments = &DEFINITIONS.law.as_ref().unwrap().instruments;
        let corpus = instruments.get(instrument).and_then(|one| one.corpus.as_deref());
        let corpus = corpus.unwrap_or_else(|| panic!("{place}: the text of {instrument} is not there"));
        let folder = self.folder;
        let file = self.read.entry(corpus).or_insert_with(|| articles(&folder.join("corpus").join(corpus)));
        let text = file.get(article).unwrap_or_else(|| panic!("{place}: no {article} in {corpus}"));
        assert!(text.contains(&plain(quote)), "{place}: {article} lacks {quote}");
        self.found += 1;
    }

    fn basis(&mut self, basis: &Basis) {
        let place = format!("{}:{}", basis.place.file, basis.place.line);
        self.check(&place, basis.instrument.as_str(), &basis.article, &basis.quote);
    }
}

/// Whatever a service, a paper, a fee or a deadline rests on, the article says it in these words.
#[test]
fn every_quote_stands_in_its_article() {
    let Some(folder) = law("every_quote_stands_in_its_article") else { return };
    let mut texts = Texts { folder: &folder, read: BTreeMap::new(), found: 0 };
    for procedure in DEFINITIONS.procedures.values() {
        let materials = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
        procedure.law.iter().chain(materials).for_each(|basis| texts.basis(basis));
    }
    DEFINITIONS.models.values().flat_map(|model| &model.law).for_each(|basis| texts.basis(basis));
    for fee in DEFINITIONS.fees.values() {
        let tiers = fee.tiers.iter().filter_map(|tier| tier.law.as_ref());
        fee.law.iter().chain(tiers).for_each(|basis| texts.basis(basis));
    }
    let law = DEFINITIONS.law.as_ref().unwrap();
    for (id, deadline) in &law.deadlines {
        let suspensions = deadline.suspensions.iter().map(|one| &one.cite);
        let extensions = deadline.extensions.iter().map(|one| &one.cite);
        for cite in deadline.cite.iter().chain(suspensions).chain(extensions) {
            if law.instruments[&cite.instrument].corpus.is_some() {
                texts.check(id.as_str(), cite.instrument.as_str(), &cite.article, &cite.quote);
            }
        }
    }
    assert!(texts.found > 800, "{}", texts.found);
}
