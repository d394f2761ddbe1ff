use pack::model::Definitions;
use pack::{Id, Title};

mod rarity;
mod saying;
mod score;
mod spelling;

use rarity::{Parts, Rarity};
use saying::Sayings;
use spelling::Spelling;
use std::collections::HashSet;

/// Services by what people call them: a small index, held in memory.
#[derive(Clone, Debug, Default)]
pub struct Index {
    services: Vec<Service>,
    sayings: Sayings,
    rarity: Rarity,
}

#[derive(Clone, Debug)]
struct Service {
    id: Id,
    /// Its number in the city's catalogue.
    item: Option<String>,
    names: Vec<Name>,
    parts: Parts,
}

/// One of the names of a service.
#[derive(Clone, Debug)]
struct Name {
    weight: f32,
    spelling: Spelling,
    /// In the words that come first in their sayings.
    plain: Option<Spelling>,
}

/// A service that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub id: Id,
    /// How well it fits, from 0 to 1.
    pub score: f32,
}

/// The number of a service in the city's catalogue, as people copy it: `LC-012`, `lc012`, `LC 12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemNumber {
    letters: String,
    digits: String,
}

impl ItemNumber {
    /// What was typed as such a number; none where it is none: letters, then digits.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || "-_.".contains(c));
        let at = plain.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0 && rest)?;
        let (letters, digits) = plain.split_at(at);
        let digits = digits.trim_start_matches('0');
        let right = digits.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| Self { letters: letters.to_ascii_uppercase(), digits: digits.to_owned() })
    }

    /// Whether it is the number `item`.
    pub fn is(&self, item: &str) -> bool {
        Self::read(item).as_ref() == Some(self)
    }
}

/// How much a name counts by where it stands.
const TITLE: f32 = 1.0;
const POPULAR: f32 = 0.97;
const CATEGORY: f32 = 0.45;
const ABOUT: f32 = 0.55;
const MATERIAL: f32 = 0.35;

/// How much it counts that one name fits well, before how much of the query the service speaks of at all.
const NAME: f32 = 0.5;

/// Below this share of the best hit, a hit is noise.
const NOISE: f32 = 0.45;
/// Below this score nothing was found.
const LEAST: f32 = 0.3;

impl Index {
    /// The services that people may ask for.
    pub fn new(definitions: &Definitions) -> Self {
        let sayings = Sayings::new(definitions);
        let party = |procedure: &&pack::model::Procedure| procedure.start == pack::model::Start::Party;
        let service = |procedure: &pack::model::Procedure| {
            let mut names = Vec::new();
            let mut add = |weight, text: &str| {
                let plain = sayings.plain(text);
                let plain = (plain != text.to_lowercase()).then(|| Spelling::new(&plain));
                names.push(Name { weight, spelling: Spelling::new(text), plain });
            };
            let mut both = |weight, title: &Title| {
                add(weight, &title.zh);
                add(weight, &title.en);
            };
            both(TITLE, &procedure.title);
            if let Some(title) = definitions.categories.get(&procedure.category) {
                both(CATEGORY, title);
            }
            if let Some(about) = &procedure.about {
                both(ABOUT, about);
            }
            for step in &procedure.flow.steps {
                if let Some(given) = step.issues.as_ref().and_then(|id| definitions.credentials.get(id)) {
                    both(ABOUT, &given.title);
                }
            }
            for asked in &procedure.materials {
                if let Some(material) = definitions.materials.get(&asked.material) {
                    both(MATERIAL, &material.title);
                }
            }
            for name in &procedure.search {
                add(POPULAR, name);
            }
            let mut parts = Parts::default();
            let telling = names.iter().filter(|name| name.weight >= ABOUT);
            telling.for_each(|name| parts.add(name.plain.as_ref().unwrap_or(&name.spelling)));
            Service { id: procedure.id.clone(), item: procedure.item.clone(), names, parts }
        };
        let mut services: Vec<Service> = definitions.procedures.values().filter(party).map(service).collect();
        let rarity = Rarity::new(services.iter().map(|service| &service.parts));
        let words = words(definitions);
        for name in services.iter_mut().flat_map(|service| &mut service.names) {
            let spellings = std::iter::once(&mut name.spelling).chain(&mut name.plain);
            spellings.for_each(|spelling| spelling.mark(&words, |one, next| rarity.common(one, next)));
        }
        Self { services, sayings, rarity }
    }

    /// At most `most` services for what a person typed: Chinese, pinyin, its initials, English, or some of each. The
    /// best first; equal ones in the order of their ids.
    pub fn find(&self, query: &str, most: usize) -> Vec<Hit> {
        let plain = Spelling::new(&self.sayings.question(query));
        let item = ItemNumber::read(query);
        let query = Spelling::new(query);
        if query.is_empty() {
            return Vec::new();
        }
        let is =
            |service: &&Service| item.as_ref().zip(service.item.as_deref()).is_some_and(|(n, own)| n.is(own));
        if let Some(service) = self.services.iter().find(is) {
            return vec![Hit { id: service.id.clone(), score: 1.0 }];
        }
        let fit = |name: &Name| {
            let said = score::of(&query, &name.spelling);
            said.max(score::of(&plain, name.plain.as_ref().unwrap_or(&name.spelling)))
        };
        let hit = |service: &Service| {
            let scores = service.names.iter().map(|name| name.weight * fit(name));
            let mut best = [0.0_f32; 2];
            for score in scores {
                if score > best[0] {
                    best = [score, best[0]];
                } else if score > best[1] {
                    best[1] = score;
                }
            }
            // A second name that fits too breaks ties between services that share the first.
            let name = best[0] * 0.96 + best[1] * 0.04;
            let share = self.rarity.share(&plain, &service.parts).unwrap_or(name);
            Hit { id: service.id.clone(), score: (name * NAME + share * (1.0 - NAME)).min(1.0) }
        };
        let mut hits: Vec<Hit> = self.services.iter().map(hit).filter(|hit| hit.score >= LEAST).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        let least = hits.first().map_or(0.0, |best| best.score * NOISE);
        hits.retain(|hit| hit.score >= least);
        hits.truncate(most);
        hits
    }
}

/// The words of a city in Chinese, as far as its packs call something by them alone.
fn words(definitions: &Definitions) -> HashSet<Vec<char>> {
    let searched =
        definitions.procedures.values().flat_map(|procedure| &procedure.search).map(String::as_str);
    let said = definitions.sayings.values().flatten().map(String::as_str);
    let materials = definitions.materials.values().map(|material| material.title.zh.as_str());
    let given = definitions.credentials.values().map(|credential| credential.title.zh.as_str());
    let categories = definitions.categories.values().map(|title| title.zh.as_str());
    let all = searched.chain(said).chain(materials).chain(given).chain(categories);
    let all = all.map(|word| word.chars().collect::<Vec<char>>());
    all.filter(|word| (2..=spelling::WORD).contains(&word.len()) && !word.iter().any(char::is_ascii))
        .collect()
}
