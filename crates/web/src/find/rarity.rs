//! What a query says as a whole, and how telling each part of it is: in 捡到弃婴怎么上户口 the foundling tells more than
//! the household, which half of all services speak of.

use super::spelling::Spelling;
use std::collections::{BTreeMap, BTreeSet};

/// The smallest part of a text that tells something: two characters next to each other, or a word in letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Pair(char, char),
    Word(String),
}

/// The parts of a service's names.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(BTreeSet<Part>);

impl Parts {
    pub(super) fn add(&mut self, name: &Spelling) {
        self.0.extend(parts(name));
    }
}

/// How much each part tells, by how few services speak of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rarity {
    of: BTreeMap<Part, f32>,
    /// What a part tells of which one service alone speaks.
    most: f32,
}

impl Rarity {
    pub(super) fn new<'a>(services: impl Iterator<Item = &'a Parts>) -> Self {
        let (mut count, mut of) = (0_u16, BTreeMap::<Part, u16>::new());
        for Parts(parts) in services {
            count += 1;
            for part in parts {
                *of.entry(part.clone()).or_default() += 1;
            }
        }
        let tells = |spoken: u16| (1.0 + f32::from(count) / f32::from(spoken)).ln();
        Self { of: of.into_iter().map(|(part, spoken)| (part, tells(spoken))).collect(), most: tells(1) }
    }

    /// How common it is to say these two characters one after the other, from 0, where one service says it or none, to 1.
    pub(super) fn common(&self, one: char, next: char) -> f32 {
        let Some(tells) = self.of.get(&Part::Pair(one, next)) else { return 0.0 };
        if self.most > 0.0 { (1.0 - tells / self.most).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// How much of what the query tells the service speaks of, from 0 to 1; nothing where no service speaks of any of
    /// it, or where a word in letters is known to none: it may be pinyin, or have a slip.
    pub(super) fn share(&self, query: &Spelling, service: &Parts) -> Option<f32> {
        let (mut all, mut there) = (0.0, 0.0);
        for part in parts(query).collect::<BTreeSet<_>>() {
            match self.of.get(&part) {
                Some(tells) => {
                    all += tells;
                    there += if service.0.contains(&part) { *tells } else { 0.0 };
                }
                None if matches!(part, Part::Word(_)) => return None,
                None => {}
            }
        }
        (all > 0.0).then(|| (there / all).min(1.0))
    }
}

/// A text's parts: pairs of characters in Chinese, words in letters.
fn parts(text: &Spelling) -> impl Iterator<Item = Part> {
    let pairs = text.chars.windows(2).filter(|_| text.chinese).map(|pair| Part::Pair(pair[0], pair[1]));
    let words = text.words.iter().filter(|_| !text.chinese).map(|word| Part::Word(word.clone()));
    pairs.chain(words)
}
