//! The document that describes all operations for programs, in OpenAPI 3.1.

use super::contract::{ACTIONS, BODIED, CONTRACTS, Contract, EVERY, Gives, REFUSAL, SIGNED, Takes};
use super::shape::{Member, object};
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::receive::DOCUMENT;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The document.
pub fn document(_asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::json(&described()))
}

fn described() -> Json {
    let mut paths = Map::new();
    for contract in CONTRACTS {
        let methods = paths.entry(contract.path).or_insert_with(|| json!({}));
        if let Some(methods) = methods.as_object_mut() {
            methods.insert(contract.method.to_lowercase(), one(contract));
        }
    }
    let text = json!({ "type": "string" });
    let title = json!({
        "type": "object",
        "description": "What people call something.",
        "required": ["zh", "en"],
        "properties": { "zh": text, "en": text },
        "additionalProperties": false,
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lianchi",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The work of a city's services on one record, for programs. Sign in for a token and send it as \
                            `Authorization: Bearer …`. Words come in Chinese unless `Accept-Language` asks for English.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "components": {
            "schemas": { "title": title, "refusal": object(REFUSAL) },
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer" } },
        },
        "paths": paths,
    })
}

fn one(contract: &Contract) -> Json {
    let mut described = json!({
        "operationId": name(contract),
        "summary": contract.about,
        "parameters": parameters(contract),
        "responses": responses(contract),
        "security": if contract.open { json!([]) } else { json!([{ "session": [] }]) },
    });
    let content = match contract.takes {
        Takes::Nothing | Takes::Members([]) => return described,
        Takes::Members(members) => json!({ "application/json": { "schema": object(members) } }),
        Takes::Actions => {
            let bodies = ACTIONS.iter().map(|(action, _, members)| {
                let mut schema = object(members);
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("title".into(), (*action).into());
                }
                schema
            });
            let schema = json!({ "anyOf": bodies.collect::<Vec<_>>() });
            json!({ "application/json": { "schema": schema }, "multipart/form-data": { "schema": {
                "type": "object",
                "description": "For `do` and `amend`, where fields take files: each file in a part named `STEP.FIELD`, or \
                    `form.FIELD`.",
                "required": [DOCUMENT],
                "properties": { (DOCUMENT): schema },
                "additionalProperties": { "type": "string", "contentMediaType": "application/octet-stream" },
            } } })
        }
        Takes::Files => json!({ "multipart/form-data": { "schema": {
            "type": "object",
            "required": ["file"],
            "properties": { "file": { "type": "string", "contentMediaType": "application/octet-stream" } },
        } } }),
    };
    if let Some(described) = described.as_object_mut() {
        let needed = !matches!(contract.takes, Takes::Actions);
        described.insert("requestBody".into(), json!({ "required": needed, "content": content }));
    }
    described
}

/// A name for the operation in programs that are made from the document: `post_cases_case_action`.
fn name(contract: &Contract) -> String {
    let words = contract.path.trim_start_matches("/api/").split(['/', '.', '-']);
    let words = words.map(|word| word.trim_matches(['{', '}']));
    words.fold(contract.method.to_lowercase(), |name, word| format!("{name}_{word}"))
}

fn responses(contract: &Contract) -> Json {
    let (kind, schema) = match contract.gives {
        Gives::Members(members) => ("application/json", object(members)),
        Gives::File => ("*/*", json!({ "type": "string", "contentMediaType": "application/octet-stream" })),
        Gives::Document => ("application/json", json!({ "type": "object" })),
    };
    let mut all = Map::new();
    for status in contract.status {
        let content = json!({ kind: { "schema": schema } });
        all.insert(status.to_string(), json!({ "description": "Done.", "content": content }));
    }
    for status in refusals(contract) {
        let schema = json!({ "$ref": "#/components/schemas/refusal" });
        let content = json!({ "application/json": { "schema": schema } });
        all.insert(status.to_string(), json!({ "description": said(status), "content": content }));
    }
    Json::Object(all)
}

/// Every status with which the operation may be refused.
fn refusals(contract: &Contract) -> BTreeSet<u16> {
    let signed = if contract.open { &[][..] } else { SIGNED };
    let bodied = if contract.method == "POST" { BODIED } else { &[] };
    let query: &[u16] = if matches!(contract.gives, Gives::Document) { &[] } else { &[400] };
    [EVERY, signed, bodied, query, contract.refuses].into_iter().flatten().copied().collect()
}

fn said(status: u16) -> &'static str {
    match status {
        400 => "It cannot be read: the words say where, and what should be there.",
        401 => "Sign in first.",
        403 => "A policy denies it; the words say why, and what would do.",
        404 => "There is no such thing, or none for you.",
        408 => "The body did not arrive in time.",
        409 => "Not now: what can be done instead, or who was faster.",
        413 => "The body is too large.",
        415 => "A body of another kind is needed.",
        422 => "Something in it is wrong, each with what.",
        429 => "Too many tries; `Retry-After` says how long to wait.",
        503 => "Too much is being done at once, or the disk is full.",
        _ => "A fault of the city's own, noted under a number.",
    }
}

fn parameters(contract: &Contract) -> Vec<Json> {
    let names = contract.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let schema = |name: &str| match name {
        "action" => {
            json!({ "type": "string", "enum": ACTIONS.iter().map(|(action, ..)| *action).collect::<Vec<_>>() })
        }
        _ => json!({ "type": "string", "minLength": 1 }),
    };
    let of_path =
        names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema(name) }));
    let of_query = contract.query.iter().map(|Member { name, shape, about, .. }| {
        json!({ "name": name, "in": "query", "required": false, "description": about, "schema": shape.schema() })
    });
    of_path.chain(of_query).collect()
}

#[cfg(test)]
mod tests {
    use super::{CONTRACTS, described};
    use std::collections::BTreeSet;

    #[test]
    fn the_document_describes_what_is_served_and_nothing_else() {
        let served: BTreeSet<_> =
            crate::server::operations().filter(|(_, path)| path.starts_with("/api/")).collect();
        let told: BTreeSet<_> = CONTRACTS.iter().map(|contract| (contract.method, contract.path)).collect();
        assert!(!served.is_empty());
        assert_eq!(served, told);
        assert_eq!(told.len(), CONTRACTS.len(), "an operation stands twice");
        let paths = described()["paths"].as_object().map(|paths| paths.len());
        assert_eq!(paths, Some(told.iter().map(|(_, path)| path).collect::<BTreeSet<_>>().len()));
    }

    #[test]
    fn the_document_reads() {
        let document = serde_json::to_string_pretty(&described()).unwrap_or_default();
        insta::assert_snapshot!(document);
    }
}
