//! Whether answers are what the OpenAPI document says: a check of its own, written from JSON Schema and not from the program.

use serde_json::Value as Json;

/// The document, and what of it was seen.
pub struct Document(pub Json);

/// Keywords that say nothing about what is valid.
const WORDS: [&str; 6] = ["description", "title", "format", "contentMediaType", "summary", "deprecated"];

impl Document {
    /// What is wrong with an answer of the operation, if anything.
    pub fn fault(&self, method: &str, pattern: &str, status: u16, body: &Json) -> Option<String> {
        let operation = &self.0["paths"][pattern][method.to_lowercase()];
        if operation.is_null() {
            return Some(format!("{method} {pattern} is not in the document"));
        }
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return Some(format!("{method} {pattern} does not say that it answers {status}: {body}"));
        }
        let schema = &response["content"]["application/json"]["schema"];
        if schema.is_null() {
            return response["content"]["*/*"].is_null().then(|| "no schema".to_owned());
        }
        let fault = self.check(schema, body).err()?;
        Some(format!("{method} {pattern} {status}: {fault}: {body}"))
    }

    /// The path of the operation that `path` is asked for, as the document has it: a named part is nearer than a parameter.
    pub fn pattern(&self, method: &str, path: &str) -> String {
        let paths = self.0["paths"].as_object().unwrap();
        let fits = |pattern: &&String| {
            let (wanted, given): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            let alike =
                wanted.iter().zip(&given).all(|(wanted, given)| wanted == given || wanted.starts_with('{'));
            wanted.len() == given.len() && alike && !paths[*pattern][method.to_lowercase()].is_null()
        };
        let found = paths.keys().filter(fits).min_by_key(|pattern| pattern.matches('{').count());
        found.unwrap_or_else(|| panic!("{method} {path} is not in the document")).clone()
    }

    fn check(&self, schema: &Json, value: &Json) -> Result<(), String> {
        let rules = schema.as_object().ok_or("a schema is an object")?;
        for (rule, says) in rules {
            let right = match rule.as_str() {
                "$ref" => {
                    let place = says.as_str().unwrap_or_default().trim_start_matches('#');
                    let schema = self.0.pointer(place).ok_or_else(|| format!("{says} leads nowhere"))?;
                    self.check(schema, value)?;
                    true
                }
                "type" => match says {
                    Json::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
                    kind => is(kind, value),
                },
                "enum" => says.as_array().is_some_and(|all| all.contains(value)),
                "minimum" => value.as_f64() >= says.as_f64(),
                "maximum" => value.as_f64() <= says.as_f64(),
                "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= says.as_u64().unwrap()),
                "anyOf" => {
                    let all = says.as_array().ok_or("`anyOf` is a list")?;
                    let faults: Vec<String> =
                        all.iter().filter_map(|schema| self.check(schema, value).err()).collect();
                    if faults.len() == all.len() {
                        return Err(faults.join(" and "));
                    }
                    true
                }
                "items" => {
                    value.as_array().into_iter().flatten().try_for_each(|item| self.check(says, item))?;
                    true
                }
                "required" => {
                    let missing = says.as_array().into_iter().flatten().find(|name| {
                        let name = name.as_str().unwrap_or_default();
                        value.as_object().is_some_and(|members| !members.contains_key(name))
                    });
                    missing.map_or(Ok(true), |name| Err(format!("{name} is missing")))?
                }
                "properties" => {
                    for (name, schema) in says.as_object().ok_or("`properties` is an object")? {
                        if let Some(member) = value.get(name) {
                            self.check(schema, member).map_err(|fault| format!("{name}: {fault}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let named = rules.get("properties").and_then(Json::as_object);
                    let more = value.as_object().into_iter().flatten();
                    for (name, member) in
                        more.filter(|(name, _)| named.is_none_or(|named| !named.contains_key(*name)))
                    {
                        match says {
                            Json::Bool(false) => return Err(format!("{name} is not described")),
                            Json::Bool(true) => {}
                            schema => {
                                self.check(schema, member).map_err(|fault| format!("{name}: {fault}"))?
                            }
                        }
                    }
                    true
                }
                word if WORDS.contains(&word) => true,
                other => return Err(format!("the check does not know `{other}`")),
            };
            if !right {
                return Err(format!("{value} is not {rule} {says}"));
            }
        }
        Ok(())
    }
}

fn is(kind: &Json, value: &Json) -> bool {
    match kind.as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}
