use crate::world::cases::SECRET;
use access::PersonId;
use access::code::SignInCode;
use casework::number::read_case_number;
use record::ObjectRef;
use serde_json::{Map, Value as Json};

/// Puts names in place of what is drawn at random or depends on the hour.
#[derive(Default)]
pub struct Scrub {
    names: Vec<(String, String)>,
}

/// Members whose value is different each time and says nothing to a reader.
const VARIOUS: [&str; 15] = [
    "token", "receipt", "proof", "note", "key", "root", "leaf", "digest", "entry", "entries", "size",
    "objects", "bytes", "number", "origin",
];

impl Scrub {
    pub fn name(&mut self, text: &str, name: &str) {
        self.names.push((text.to_owned(), name.to_owned()));
    }

    pub fn text(&self, text: &str) -> String {
        let named = self.names.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        hours(&digests(&secrets(&named)))
    }

    pub fn json(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Json::Object(members) => Json::Object(self.members(members)),
            other => other.clone(),
        }
    }

    fn members(&self, members: &Map<String, Json>) -> Map<String, Json> {
        let scrubbed = members.iter().map(|(name, value)| {
            let words = value.as_str().is_some_and(|text| text.contains(' ') && !text.contains('\n'));
            let various =
                VARIOUS.contains(&name.as_str()) && (value.is_string() || value.is_number()) && !words;
            let value = self.json(value);
            // A case that was not named yet: it has just been begun.
            let number =
                name == "case" && value.as_str().is_some_and(|text| read_case_number(text).is_some());
            let drawn = value.as_str().is_some_and(|text| drawn(name, text));
            (name.clone(), if various || number || drawn { Json::from("…") } else { value })
        });
        scrubbed.collect()
    }
}

/// Whether a member holds what was drawn for an account that has just been opened, and was not named yet.
fn drawn(name: &str, text: &str) -> bool {
    match name {
        "code" => SignInCode::read(text).is_some(),
        "login" => text.starts_with("lh-"),
        "person" => ObjectRef::parse(text).is_some_and(|person| PersonId::of(&person).is_some()),
        _ => false,
    }
}

/// `…` for the number of a personal answer: tests that run beside each other draw from one count.
fn secrets(text: &str) -> String {
    let mut parts = text.split(SECRET);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        out + SECRET + if rest.len() < part.len() { "…" } else { "" } + rest
    })
}

/// `…` for runs of 64 hexadecimal digits.
fn digests(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let run = rest[at..].find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len() - at);
        out.push_str(&rest[..at]);
        out.push_str(if run == 64 { "…" } else { &rest[at..at + run] });
        rest = &rest[at + run..];
    }
    out + rest
}

/// The hour taken out of moments, but for midnights, which are counted.
fn hours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('T') {
        let (before, after) = rest.split_at(at);
        let day = before.len() >= 10 && before.is_char_boundary(before.len() - 10) && {
            let day = &before[before.len() - 10..];
            day.bytes().enumerate().all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        };
        let end = after.find(['+', 'Z']).filter(|_| day && !after.starts_with("T00:00:00+"));
        out.push_str(before);
        out.push('T');
        match end {
            Some(end) => {
                out.push('…');
                rest = &after[end..];
            }
            None => rest = &after[1..],
        }
    }
    out + rest
}
