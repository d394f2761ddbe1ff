//! The texts of laws, article by article.

use pack::days::numeral;
use std::collections::BTreeMap;
use std::path::Path;

/// The text of each article of a file, white space and emphasis left out.
pub fn articles(path: &Path) -> BTreeMap<String, String> {
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

/// Without white space and emphasis, by which copies of a text differ.
pub fn plain(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != '*').collect()
}
