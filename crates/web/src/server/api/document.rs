use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use serde_json::{Map, Value as Json, json};

/// A member of a request's body.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether there must be one.
    pub needed: bool,
    /// What it says.
    pub about: &'static str,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number from 0.
    Count,
    /// Answers by field.
    Answers,
    /// Texts by field or material.
    Notes,
}

impl Kind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Count => "a whole number from 0",
            Self::Answers => "an object of answers",
            Self::Notes => "an object of texts",
        }
    }

    fn schema(self) -> Json {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Count => json!({ "type": "integer", "minimum": 0 }),
            Self::Answers => json!({ "type": "object", "additionalProperties": { "oneOf": [
                { "type": ["string", "number", "boolean", "null"] },
                { "type": "array", "items": { "type": "string" } },
            ] } }),
            Self::Notes => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        }
    }
}

const fn needed(name: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { name, kind, needed: true, about }
}

const fn free(name: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { name, kind, needed: false, about }
}

const SEEN: Member =
    free("seen", Kind::Count, "`seen` as last read: somebody else's move since then is a conflict.");
const STEP: Member = needed("step", Kind::Text, "Which step.");
const REASONS: Member = needed("reasons", Kind::Text, "Why.");
const WORDS: Member = needed("words", Kind::Text, "In words.");
const ANSWERS: &str = "Answers by field; null takes one back.";

/// What beginning a case takes.
pub const BEGIN: &[Member] = &[
    needed("office", Kind::Text, "The office that is to handle it."),
    free("answers", Kind::Answers, "Answers by field."),
    free(
        "channel",
        Kind::Text,
        "Where it is asked for: `window`, `web`, `phone` or `kiosk`; without: `web`.",
    ),
];

/// What can be done in a case, with what each takes.
pub const ACTIONS: &[(&str, &[Member])] = &[
    ("save", &[needed("answers", Kind::Answers, ANSWERS), SEEN]),
    ("submit", &[SEEN]),
    ("answer", &[SEEN]),
    ("withdraw", &[free("reasons", Kind::Text, "Why."), SEEN]),
    ("rate", &[needed("stars", Kind::Count, "One to five."), free("words", Kind::Text, "In words."), SEEN]),
    ("complain", &[WORDS, SEEN]),
    (
        "do",
        &[
            STEP,
            needed("outcome", Kind::Text, "How it ends."),
            free("reasons", Kind::Text, "Why; needed where the outcome says so."),
            free("answers", Kind::Answers, "What the step's own form records."),
            SEEN,
        ],
    ),
    ("correct", &[STEP, needed("notes", Kind::Notes, "What is wrong, by field or material."), SEEN]),
    ("take", &[STEP, SEEN]),
    ("hand-over", &[STEP, needed("to", Kind::Text, "To whom: `person:…`."), REASONS, SEEN]),
    ("extend", &[needed("clock", Kind::Text, "Which clock."), REASONS, SEEN]),
    ("release", &[STEP, REASONS, SEEN]),
    ("migrate", &[REASONS, SEEN]),
    ("reply", &[needed("complaint", Kind::Count, "Which complaint, counted from 0."), WORDS, SEEN]),
];

/// What an operation takes.
enum Takes {
    Nothing,
    Begin,
    Action,
}

struct Operation {
    method: &'static str,
    path: &'static str,
    about: &'static str,
    takes: Takes,
    /// Whether everyone may ask.
    open: bool,
    status: &'static str,
    /// The members of the answer.
    gives: &'static [&'static str],
}

const fn get(
    path: &'static str,
    about: &'static str,
    open: bool,
    gives: &'static [&'static str],
) -> Operation {
    Operation { method: "GET", path, about, takes: Takes::Nothing, open, status: "200", gives }
}

const OPERATIONS: &[Operation] = &[
    get("/api/openapi.json", "This document.", true, &["openapi", "info", "paths"]),
    get("/api/services", "The services that people can ask for.", true, &["services"]),
    get(
        "/api/services/{service}",
        "One service: what it asks for, who handles it, and its course.",
        true,
        &["id", "title", "about", "category", "item", "channels", "offices", "form", "materials", "steps"],
    ),
    Operation {
        method: "POST",
        path: "/api/services/{service}/cases",
        about: "Begins a case of one's own.",
        takes: Takes::Begin,
        open: false,
        status: "201",
        gives: &["case", "seen"],
    },
    get("/api/cases", "One's own cases, the newest first.", false, &["cases"]),
    get(
        "/api/cases/{case}",
        "A case as it stands. Personal answers are told to its party alone.",
        false,
        &[
            "case",
            "seen",
            "service",
            "office",
            "channel",
            "started",
            "submitted",
            "stage",
            "answers",
            "steps",
            "clocks",
            "possible",
        ],
    ),
    get(
        "/api/cases/{case}/migration",
        "What going over to the current edition would do to a case; `migrate` does it.",
        false,
        &["from", "to", "differences", "clocks", "opens", "passes", "obstacles"],
    ),
    Operation {
        method: "POST",
        path: "/api/cases/{case}/{action}",
        about: "Does something in a case.",
        takes: Takes::Action,
        open: false,
        status: "200",
        gives: &["events", "seen"],
    },
    get("/api/queue", "The open steps of one's post, the most urgent first.", false, &["tasks"]),
];

/// The document that describes these operations, in OpenAPI 3.1.
pub fn document(_asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::json(&described()))
}

fn described() -> Json {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = methods.as_object_mut() {
            methods.insert(operation.method.to_lowercase(), one(operation));
        }
    }
    let error = json!({
        "description": "Why not, and what is possible instead.",
        "content": { "application/json": { "schema": { "type": "object", "required": ["error"], "properties": {
            "error": { "type": "string" },
            "why": { "type": ["string", "null"] },
            "faults": { "type": "object", "additionalProperties": { "type": "string" } },
            "possible": { "type": "array", "items": { "type": "object" } },
        } } } },
    });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Lianchi", "version": env!("CARGO_PKG_VERSION") },
        "components": {
            "responses": { "refused": error },
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer" } },
        },
        "paths": paths,
    })
}

fn one(operation: &Operation) -> Json {
    let properties: Map<String, Json> =
        operation.gives.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let answer = json!({
        "description": "Done.",
        "content": { "application/json": { "schema": {
            "type": "object", "required": operation.gives, "properties": properties,
        } } },
    });
    let mut described = json!({
        "summary": operation.about,
        "parameters": parameters(operation.path),
        "responses": {
            (operation.status): answer,
            "4XX": { "$ref": "#/components/responses/refused" },
            "5XX": { "$ref": "#/components/responses/refused" },
        },
        "security": if operation.open { json!([]) } else { json!([{ "session": [] }]) },
    });
    let schema = match operation.takes {
        Takes::Nothing => return described,
        Takes::Begin => body(BEGIN),
        Takes::Action => {
            let bodies = ACTIONS.iter().map(|(action, members)| {
                let mut schema = body(members);
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("title".into(), (*action).into());
                }
                schema
            });
            json!({ "anyOf": bodies.collect::<Vec<_>>() })
        }
    };
    if let Some(described) = described.as_object_mut() {
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        described.insert("requestBody".into(), body);
    }
    described
}

fn parameters(path: &str) -> Vec<Json> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let schema = |name: &str| match name {
        "action" => {
            json!({ "type": "string", "enum": ACTIONS.iter().map(|(action, _)| *action).collect::<Vec<_>>() })
        }
        _ => json!({ "type": "string" }),
    };
    names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema(name) }))
        .collect()
}

fn body(members: &[Member]) -> Json {
    let properties: Map<String, Json> = members
        .iter()
        .map(|member| {
            let mut schema = member.kind.schema();
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".into(), member.about.into());
            }
            (member.name.to_owned(), schema)
        })
        .collect();
    let needed: Vec<&str> = members.iter().filter(|member| member.needed).map(|member| member.name).collect();
    json!({ "type": "object", "required": needed, "properties": properties, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, described};
    use std::collections::BTreeSet;

    #[test]
    fn the_document_describes_what_is_served_and_nothing_else() {
        let served: BTreeSet<_> =
            crate::server::operations().filter(|(_, path)| path.starts_with("/api/")).collect();
        let told: BTreeSet<_> =
            OPERATIONS.iter().map(|operation| (operation.method, operation.path)).collect();
        assert!(!served.is_empty());
        assert_eq!(served, told);
        let paths = described()["paths"].as_object().map(|paths| paths.len());
        assert_eq!(paths, Some(told.iter().map(|(_, path)| path).collect::<BTreeSet<_>>().len()));
    }

    #[test]
    fn the_document_reads() {
        let document = serde_json::to_string_pretty(&described()).unwrap_or_default();
        insta::assert_snapshot!(document);
    }
}
