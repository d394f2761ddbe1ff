//! A name as it may be typed.

use pinyin::ToPinyin;
use std::collections::HashSet;

/// A text in the spellings in which people look for it. All in small letters, without spaces and marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    /// Its characters.
    pub chars: Vec<char>,
    /// Whether it has Chinese characters.
    pub chinese: bool,
    /// In pinyin, and where in it each syllable begins.
    pub pinyin: String,
    /// Where syllables begin in [`Self::pinyin`].
    pub syllables: Vec<usize>,
    /// The first letter of each syllable.
    pub initials: String,
    /// Its words in letters and digits, stemmed.
    pub words: Vec<String>,
    /// For each character whether a word begins with it, as far as [`Self::mark`] was told of words.
    begins: Vec<bool>,
    /// For each character how commonly it is said with the next, from 0 to 1; likewise.
    common: Vec<f32>,
}

/// The longest word that is told apart within a name.
pub(super) const WORD: usize = 4;

impl Spelling {
    pub(super) fn new(text: &str) -> Self {
        let mut spelling = Self::default();
        let text = text.to_lowercase();
        for c in text.chars().map(narrow).filter(|c| c.is_alphanumeric()) {
            spelling.chars.push(c);
            spelling.syllables.push(spelling.pinyin.len());
            match c.to_pinyin() {
                Some(pinyin) => {
                    spelling.chinese = true;
                    spelling.pinyin.push_str(pinyin.plain());
                    spelling.initials.push_str(pinyin.first_letter());
                }
                None => {
                    spelling.pinyin.push(c);
                    spelling.initials.push(c);
                }
            }
        }
        let word = |word: &str| (!word.is_empty() && !STOP.contains(&word)).then(|| stem(word));
        spelling.words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(word).collect();
        spelling
    }

    /// Notes where `words` stand in it, after which another begins, and how `common` its pairs of characters are.
    pub(super) fn mark(&mut self, words: &HashSet<Vec<char>>, common: impl Fn(char, char) -> f32) {
        let mut begins = vec![false; self.chars.len() + 1];
        let parts =
            (0..self.chars.len()).flat_map(|start| (2..=WORD).map(move |length| (start, start + length)));
        for (start, end) in parts {
            let is_word = self.chars.get(start..end).is_some_and(|part| words.contains(part));
            for at in [start, end].iter().filter(|_| is_word) {
                begins.get_mut(*at).into_iter().for_each(|begins| *begins = true);
            }
        }
        self.begins = begins;
        self.common = self.chars.windows(2).map(|pair| common(pair[0], pair[1])).collect();
    }

    /// Whether a word begins with the character at this place: the first does.
    pub(super) fn begins(&self, at: usize) -> bool {
        at == 0 || self.begins.get(at).copied().unwrap_or_default()
    }

    /// How commonly so many characters from there on are said one after the other: as the rarest pair of them.
    pub(super) fn common(&self, at: usize, length: usize) -> f32 {
        let pairs = self.common.get(at..at + length.saturating_sub(1)).unwrap_or_default();
        pairs.iter().copied().reduce(f32::min).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }
}

/// Full-width letters and digits as their narrow ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// English words that say nothing of what is looked for.
const STOP: [&str; 26] = [
    "a", "an", "the", "of", "for", "to", "in", "on", "my", "your", "i", "is", "am", "are", "do", "does",
    "how", "and", "or", "with", "want", "need", "can", "get", "s", "me",
];

/// The word without the ending that its plural or tense gives it: enough for titles, no more.
fn stem(word: &str) -> String {
    let cut = |ending: &str, put: &str| {
        word.strip_suffix(ending).filter(|rest| rest.len() >= 3).map(|rest| format!("{rest}{put}"))
    };
    if word.ends_with("ss") {
        return word.to_owned();
    }
    cut("ies", "y")
        .or_else(|| cut("ing", ""))
        .or_else(|| cut("ed", ""))
        .or_else(|| cut("es", "").filter(|_| word.ends_with("xes") || word.ends_with("ches")))
        .or_else(|| cut("s", ""))
        .unwrap_or_else(|| word.to_owned())
}
