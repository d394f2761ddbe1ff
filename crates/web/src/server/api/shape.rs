//! What bodies look like: one description, by which requests are read and the document is written.

use pack::Title;
use serde_json::{Map, Value as Json, json};

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from 0.
    Count,
    /// A whole number between two, both included.
    Within(u64, u64),
    /// Yes or no.
    Truth,
    /// A moment, with its offset.
    Moment,
    /// What people call something, in Chinese and in English.
    Title,
    /// An answer as a person would type it, or in JSON's own kinds.
    Answer,
    /// Several of a kind.
    List(&'static Shape),
    /// Values by names that the packs give.
    Map(&'static Shape),
    /// Named members.
    Object(&'static [Member]),
}

/// A named value.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// Whether it must be there.
    pub needed: bool,
    /// Whether null may stand in its place.
    pub null: bool,
    /// What it says.
    pub about: &'static str,
}

/// A member that is always there.
pub const fn always(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, needed: true, null: false, about }
}

/// A member that is always there, if only as null.
pub const fn maybe(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, needed: true, null: true, about }
}

/// A member that may be left out, and null then says the same.
pub const fn free(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, needed: false, null: true, about }
}

/// What is wrong with a body: where, and what should be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Something is missing.
    Missing(String),
    /// There is no such member.
    Unknown(String, Vec<&'static str>),
    /// It is of another kind.
    Kind(String, Title),
}

impl Shape {
    /// In words, as they follow "is not".
    pub fn words(self) -> Title {
        match self {
            Self::Text => Title::new("文本", "text"),
            Self::Word(words) => {
                let all = words.join("`, `");
                Title::new(format!("`{all}` 之一"), format!("one of `{all}`"))
            }
            Self::Count => Title::new("不小于0的整数", "a whole number from 0"),
            Self::Within(least, most) => {
                Title::new(format!("{least}到{most}的整数"), format!("a whole number from {least} to {most}"))
            }
            Self::Truth => Title::new("`true` 或 `false`", "true or false"),
            Self::Moment => Title::new(
                "时间，如 `2026-01-31T08:30:00+08:00`",
                "a moment such as 2026-01-31T08:30:00+08:00",
            ),
            Self::Title => Title::new("`zh` 和 `en` 两种文字的标题", "a title in `zh` and `en`"),
            Self::Answer => {
                Title::new("文本、数字、真假或文本列表", "text, a number, a truth or a list of texts")
            }
            Self::List(_) => Title::new("列表", "a list"),
            Self::Map(_) | Self::Object(_) => Title::new("对象", "an object"),
        }
    }

    /// Whether `json` is of this shape; otherwise what is wrong, and at which path.
    pub fn check(self, path: &str, json: &Json) -> Result<(), Wrong> {
        let kind = |right: bool| match right {
            true => Ok(()),
            false => Err(Wrong::Kind(path.to_owned(), self.words())),
        };
        match self {
            Self::Text | Self::Moment => kind(json.is_string()),
            Self::Word(words) => kind(json.as_str().is_some_and(|word| words.contains(&word))),
            Self::Count => kind(json.is_u64()),
            Self::Within(least, most) => {
                kind(json.as_u64().is_some_and(|number| (least..=most).contains(&number)))
            }
            Self::Truth => kind(json.is_boolean()),
            Self::Title => kind(json.is_object()),
            Self::Answer => kind(match json {
                Json::Array(items) => items.iter().all(Json::is_string),
                other => !other.is_object(),
            }),
            Self::List(of) => {
                let items = json.as_array().ok_or_else(|| Wrong::Kind(path.to_owned(), self.words()))?;
                items.iter().enumerate().try_for_each(|(at, item)| of.check(&format!("{path}[{at}]"), item))
            }
            Self::Map(of) => {
                let members = json.as_object().ok_or_else(|| Wrong::Kind(path.to_owned(), self.words()))?;
                members.iter().try_for_each(|(name, item)| of.check(&under(path, name), item))
            }
            Self::Object(known) => {
                let members = json.as_object().ok_or_else(|| Wrong::Kind(path.to_owned(), self.words()))?;
                check(path, members, known)
            }
        }
    }

    /// In JSON Schema.
    pub fn schema(self) -> Json {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Count => json!({ "type": "integer", "minimum": 0 }),
            Self::Within(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::Truth => json!({ "type": "boolean" }),
            Self::Moment => json!({ "type": "string", "format": "date-time" }),
            Self::Title => json!({ "$ref": "#/components/schemas/title" }),
            Self::Answer => json!({ "anyOf": [
                { "type": ["string", "number", "boolean", "null"] },
                { "type": "array", "items": { "type": "string" } },
            ] }),
            Self::List(of) => json!({ "type": "array", "items": of.schema() }),
            Self::Map(of) => json!({ "type": "object", "additionalProperties": of.schema() }),
            Self::Object(members) => object(members),
        }
    }
}

fn under(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// That all needed members are there, and that each is known and of its kind.
pub fn check(path: &str, members: &Map<String, Json>, known: &[Member]) -> Result<(), Wrong> {
    let missing = known.iter().find(|member| member.needed && !members.contains_key(member.name));
    if let Some(Member { name, .. }) = missing {
        return Err(Wrong::Missing(under(path, name)));
    }
    for (name, json) in members {
        let path = under(path, name);
        let Some(member) = known.iter().find(|member| member.name == name) else {
            return Err(Wrong::Unknown(path, known.iter().map(|member| member.name).collect()));
        };
        if !(json.is_null() && member.null) {
            member.shape.check(&path, json)?;
        }
    }
    Ok(())
}

/// An object in JSON Schema. It is closed: what is not known is refused, and nothing else is sent.
pub fn object(members: &[Member]) -> Json {
    let property = |member: &Member| {
        let mut schema = member.shape.schema();
        if member.null {
            schema = json!({ "anyOf": [schema, { "type": "null" }] });
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), member.about.into());
        }
        (member.name.to_owned(), schema)
    };
    let properties: Map<String, Json> = members.iter().map(property).collect();
    let needed: Vec<&str> = members.iter().filter(|member| member.needed).map(|member| member.name).collect();
    json!({ "type": "object", "required": needed, "properties": properties, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::{Member, Shape, Title, Wrong, always, check, free};
    use serde_json::{Value as Json, json};

    const MEMBERS: &[Member] = &[
        always("step", Shape::Text, ""),
        free("seen", Shape::Count, ""),
        free("answers", Shape::Map(&Shape::Answer), ""),
        free("people", Shape::List(&Shape::Object(&[always("kind", Shape::Word(&["a", "b"]), "")])), ""),
    ];

    fn wrong(body: &Json) -> Option<Wrong> {
        match check("", body.as_object()?, MEMBERS).err()? {
            Wrong::Kind(path, words) => Some(Wrong::Kind(path, Title::same(words.en))),
            other => Some(other),
        }
    }

    #[test]
    fn bodies_have_their_members_each_of_its_kind() {
        let kind = |path: &str, words: &str| Some(Wrong::Kind(path.into(), Title::same(words)));
        let number = "a whole number from 0";
        assert_eq!(wrong(&json!({ "step": "accept" })), None);
        assert_eq!(wrong(&json!({ "step": "accept", "seen": null })), None);
        assert_eq!(wrong(&json!({})), Some(Wrong::Missing("step".into())));
        assert_eq!(wrong(&json!({ "step": null })), kind("step", "text"));
        assert_eq!(wrong(&json!({ "step": "", "seen": -3 })), kind("seen", number));
        assert_eq!(wrong(&json!({ "step": "", "seen": 1.5 })), kind("seen", number));
        assert_eq!(
            wrong(&json!({ "step": "", "sene": 3 })),
            Some(Wrong::Unknown("sene".into(), vec!["step", "seen", "answers", "people"]))
        );
        assert_eq!(wrong(&json!({ "step": "", "answers": [] })), kind("answers", "an object"));
        assert_eq!(wrong(&json!({ "step": "", "answers": { "a": ["b"], "c": 1, "d": null } })), None);
        let answer = "text, a number, a truth or a list of texts";
        assert_eq!(wrong(&json!({ "step": "", "answers": { "a": [1] } })), kind("answers.a", answer));
        let people = json!({ "step": "", "people": [{ "kind": "a" }, { "kind": "c" }] });
        assert_eq!(wrong(&people), kind("people[1].kind", "one of `a`, `b`"));
    }
}
