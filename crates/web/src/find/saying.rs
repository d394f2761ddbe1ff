//! Words that mean the same to people, each put as the first of its saying in its language.

use pack::model::Definitions;

/// The sayings of a city.
#[derive(Clone, Debug, Default)]
pub(super) struct Sayings {
    /// What is said and what is put for it, the longest first.
    words: Vec<(String, String)>,
}

/// Chinese words that say only that something is asked, the longer before those that they begin with.
const ASKING: &str = "需要什么材料 要什么材料 需要什么 怎么办理 如何办理 怎么办 怎么弄 怎么 怎样 如何 在哪里 在哪 哪里 我想要 我要 我想 \
                      我家 我的 请问 想要 可以 能不能 手续 流程 办理 吗 呢";

impl Sayings {
    pub(super) fn new(definitions: &Definitions) -> Self {
        let mut words = Vec::new();
        for saying in definitions.sayings.values() {
            for letters in [false, true] {
                let alike: Vec<&String> = saying.iter().filter(|word| word.is_ascii() == letters).collect();
                let Some(first) = alike.first() else { continue };
                words.extend(alike.iter().map(|word| ((*word).clone(), (*first).clone())));
            }
        }
        words.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        Self { words }
    }

    /// The text, in small letters, with the first of each saying for every other.
    pub(super) fn plain(&self, text: &str) -> String {
        let text = text.to_lowercase();
        let mut plain = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let said = self.words.iter().find(|(word, _)| stands(&text, at, word));
            let (put, length) = match said {
                Some((word, first)) => (first.as_str(), word.len()),
                None => {
                    let length = rest.chars().next().map_or(1, char::len_utf8);
                    (rest.get(..length).unwrap_or_default(), length)
                }
            };
            plain.push_str(put);
            at += length;
        }
        plain
    }

    /// A question without the words that only say that it is one.
    pub(super) fn question(&self, text: &str) -> String {
        let mut plain = self.plain(text);
        for word in ASKING.split_whitespace() {
            if plain != word {
                plain = plain.replace(word, "");
            }
        }
        plain
    }
}

/// Whether `word` stands in `text` at a byte: a word in letters as a whole word, Chinese anywhere.
fn stands(text: &str, at: usize, word: &str) -> bool {
    let Some(rest) = text.get(at..).filter(|rest| rest.starts_with(word)) else { return false };
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |this: Option<char>, next: Option<char>| letter(this) && letter(next);
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = rest.get(word.len()..).and_then(|after| after.chars().next());
    !inside(before, word.chars().next()) && !inside(word.chars().next_back(), after)
}
