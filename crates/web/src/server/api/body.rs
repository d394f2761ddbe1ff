use super::document::{Kind, Member};
use crate::server::answer::Oops;
use crate::server::asked::Asked;
use casework::{Command, Refusal, Refused, View, answer};
use pack::model::Form;
use pack::{Id, Title};
use record::{ObjectRef, Value};
use serde_json::{Map, Value as Json};

/// The body of a request, with the members that the action has, each of its kind.
pub struct Body<'a> {
    action: &'a str,
    members: Map<String, Json>,
}

impl<'a> Body<'a> {
    /// Reads the body of `action`. A request without one has no members.
    pub fn of(asked: &Asked, action: &'a str, known: &[Member]) -> Result<Self, Oops> {
        let members = match &asked.json {
            None => Map::new(),
            Some(Json::Object(members)) => members.clone(),
            Some(_) => {
                return Err(unreadable("请求体应为 JSON 对象".into(), "the body is no JSON object".into()));
            }
        };
        check(&members, known)?;
        Ok(Self { action, members })
    }

    /// The text of a member, where it has any.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// An id; one that nothing has where there is none.
    pub fn id(&self, name: &str) -> Id {
        self.text(name).unwrap_or_default().into()
    }

    fn words(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    fn count(&self, name: &str) -> Option<u64> {
        self.members.get(name).and_then(Json::as_u64)
    }

    /// The state that the program saw: how many events the case had.
    pub fn seen(&self) -> Option<u64> {
        self.count("seen")
    }

    /// Answers to the fields of `form`; nothing takes one back.
    ///
    /// # Errors
    /// Every answer that is wrong, and every field that the form does not have.
    pub fn answers(&self, form: &Form) -> Result<Vec<(Id, Option<Value>)>, Oops> {
        let (mut answers, mut faults) = (Vec::new(), Vec::new());
        let given = self.members.get("answers").and_then(Json::as_object);
        for (name, json) in given.into_iter().flatten() {
            let id = Id::from(name.as_str());
            let Some(field) = form.field(name) else {
                faults.push((id, Title::new("没有这一项", "There is no such field")));
                continue;
            };
            match typed(json) {
                None => faults
                    .push((id, Title::new("填写的内容无法读取", "Give text, a number, a truth or a list"))),
                Some(text) if text.trim().is_empty() => answers.push((id, None)),
                Some(text) => match answer::read(&field.kind, &text) {
                    Ok(value) => answers.push((id, Some(value))),
                    Err(fault) => faults.push((id, fault)),
                },
            }
        }
        if faults.is_empty() {
            return Ok(answers);
        }
        let why = Title::new("有的内容填写不正确", "Some answers are not right");
        Err(Oops::from(Refused::Case(Box::new(Refusal { why, faults, possible: Vec::new() }))))
    }

    /// The command that the action asks for.
    pub fn command(&self, view: &View) -> Result<Command, Oops> {
        let procedure = view.procedure().ok_or(Oops::Missing)?;
        Ok(match self.action {
            "save" => Command::Save { answers: self.answers(&procedure.form)? },
            "submit" => Command::Submit,
            "answer" => Command::Answer,
            "withdraw" => Command::Withdraw { reasons: self.text("reasons").map(str::to_owned) },
            "rate" => Command::Rate {
                stars: self.count("stars").and_then(|stars| stars.try_into().ok()).unwrap_or_default(),
                words: self.text("words").map(str::to_owned),
            },
            "complain" => Command::Complain { words: self.words("words") },
            "do" => {
                let step = self.id("step");
                let form = procedure.flow.step(step.as_str()).map(|step| &step.form).ok_or(Oops::Missing)?;
                let answers = self.answers(form)?;
                let answers = answers.into_iter().filter_map(|(id, value)| Some((id, value?))).collect();
                let reasons = self.text("reasons").map(str::to_owned);
                Command::Do { step, outcome: self.id("outcome"), reasons, answers }
            }
            "correct" => Command::Correct { step: self.id("step"), notes: self.notes() },
            "take" => Command::Take { step: self.id("step") },
            "hand-over" => Command::HandOver {
                step: self.id("step"),
                to: self.text("to").and_then(ObjectRef::parse).ok_or_else(|| {
                    unreadable("`to` 应为人员编号".into(), "`to` is no person, written `person:…`".into())
                })?,
                reasons: self.words("reasons"),
            },
            "extend" => Command::Extend { clock: self.id("clock"), reasons: self.words("reasons") },
            "reply" => Command::Reply {
                complaint: self
                    .count("complaint")
                    .and_then(|which| which.try_into().ok())
                    .unwrap_or(usize::MAX),
                words: self.words("words"),
            },
            _ => return Err(Oops::Missing),
        })
    }

    fn notes(&self) -> Vec<(Id, String)> {
        let given = self.members.get("notes").and_then(Json::as_object);
        let note = |(about, note): (&String, &Json)| Some((about.as_str().into(), note.as_str()?.to_owned()));
        given.into_iter().flatten().filter_map(note).collect()
    }
}

fn unreadable(zh: String, en: String) -> Oops {
    Oops::Unreadable(Title::new(zh, en))
}

/// That all needed members are there, and that each is known and of its kind.
fn check(members: &Map<String, Json>, known: &[Member]) -> Result<(), Oops> {
    let missing = known.iter().find(|member| member.needed && !members.contains_key(member.name));
    if let Some(Member { name, .. }) = missing {
        return Err(unreadable(format!("缺少 `{name}`"), format!("`{name}` is missing")));
    }
    for (name, json) in members {
        let Some(member) = known.iter().find(|member| member.name == name) else {
            return Err(unreadable(format!("没有 `{name}` 这一项"), format!("`{name}` is not known here")));
        };
        let fits = match member.kind {
            Kind::Text => json.is_string(),
            Kind::Count => json.is_u64(),
            Kind::Answers => json.is_object(),
            Kind::Notes => json.as_object().is_some_and(|notes| notes.values().all(Json::is_string)),
        };
        if !fits && !(json.is_null() && !member.needed) {
            let what = member.kind.words();
            return Err(unreadable(format!("`{name}` 的类型不对"), format!("`{name}` is not {what}")));
        }
    }
    Ok(())
}

/// An answer as a person would type it; none where it is of no kind that a person could.
fn typed(json: &Json) -> Option<String> {
    Some(match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            items?.join(",")
        }
        Json::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::ACTIONS;
    use super::{check, typed};
    use crate::server::answer::Oops;
    use serde_json::{Value as Json, json};

    fn body(action: &str, body: &Json) -> Option<String> {
        let (_, members) = ACTIONS.iter().find(|(name, _)| *name == action)?;
        match check(body.as_object()?, members) {
            Ok(()) => None,
            Err(Oops::Unreadable(title)) => Some(title.en.to_string()),
            Err(_) => Some("another fault".into()),
        }
    }

    #[test]
    fn bodies_have_the_members_of_their_action() {
        assert_eq!(body("submit", &json!({})), None);
        assert_eq!(body("submit", &json!({ "seen": 3 })), None);
        assert_eq!(
            body("submit", &json!({ "seen": -3 })).as_deref(),
            Some("`seen` is not a whole number from 0")
        );
        assert_eq!(body("submit", &json!({ "sene": 3 })).as_deref(), Some("`sene` is not known here"));
        assert_eq!(body("take", &json!({})).as_deref(), Some("`step` is missing"));
        assert_eq!(body("take", &json!({ "step": null })).as_deref(), Some("`step` is not text"));
        assert_eq!(body("withdraw", &json!({ "reasons": null })), None);
        assert_eq!(
            body("save", &json!({ "answers": [] })).as_deref(),
            Some("`answers` is not an object of answers")
        );
        let notes = json!({ "step": "accept", "notes": { "photo": 1 } });
        assert_eq!(body("correct", &notes).as_deref(), Some("`notes` is not an object of texts"));
    }

    #[test]
    fn answers_read_as_people_type_them() {
        for (json, text) in [
            (json!(null), Some("")),
            (json!("冀F12345"), Some("冀F12345")),
            (json!(true), Some("yes")),
            (json!(12), Some("12")),
            (json!(["a", "b"]), Some("a,b")),
            (json!([1]), None),
            (json!({}), None),
        ] {
            assert_eq!(typed(&json).as_deref(), text, "{json}");
        }
    }
}
