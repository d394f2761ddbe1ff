//! A name as it may be typed.

use pinyin::ToPinyin;

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
}

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
