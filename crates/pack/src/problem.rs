use std::fmt;
use std::sync::Arc;

/// A fault in a definition file: where, what, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, as it was handed in.
    pub file: Arc<str>,
    /// Line from 1.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
    /// What is wrong, with the author's words in backticks.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, what, mend } = self;
        write!(f, "{file}:{line}:{column}: {what}\n    {mend}")
    }
}

/// A stretch of a file that a definition came from, kept so that a later check can point at it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// Line from 1.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
}

impl Place {
    /// A problem at this place.
    pub fn problem(&self, what: impl Into<String>, mend: impl Into<String>) -> Problem {
        Problem {
            file: Arc::clone(&self.file),
            line: self.line,
            column: self.column,
            what: what.into(),
            mend: mend.into(),
        }
    }
}

/// What was probably meant by `word`, or else all that can be said, after `instead`. Where there is nothing of the kind, that.
pub fn meant<'a>(word: &str, all: impl Iterator<Item = &'a str> + Clone, instead: &str) -> String {
    match nearest(word, all.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if all.clone().next().is_none() => "there is none yet: add it first, or leave this out".into(),
        None => format!("{instead} `{}`", all.collect::<Vec<_>>().join("`, `")),
    }
}

/// The candidate that `word` was most likely meant to be: at most a third of its letters are wrong.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 4;
    let measured = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    measured.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour (optimal string alignment);
/// case and `-` for `_` count nothing. Texts of more than 64 letters are infinitely far.
fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        let lower = text.chars().flat_map(char::to_lowercase);
        lower.map(|char| if char == '-' { '_' } else { char }).collect()
    };
    let (a, b) = (fold(a), fold(b));
    if a.len().max(b.len()) > 64 {
        return usize::MAX;
    }
    let cell = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = cell(&above, j) + usize::from(x != y);
            let mut least = changed.min(cell(&above, j + 1) + 1).min(cell(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(cell(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    cell(&above, b.len())
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn counts_letters() {
        for (a, b, expected) in [
            ("", "abc", 3),
            ("birth", "birth", 0),
            ("brith", "birth", 1),
            ("child-name", "child_name", 0),
            ("kitten", "sitting", 3),
            ("Born", "born", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn names_the_nearest_or_none() {
        let words = ["birth", "death", "move"];
        assert_eq!(nearest("brith", words), Some("birth"));
        assert_eq!(nearest("deaht", words), Some("death"));
        assert_eq!(nearest("marriage", words), None);
        assert_eq!(nearest("titel", ["title", "office"]), Some("title"));
    }
}
