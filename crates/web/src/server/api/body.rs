use super::contract;
use super::contract::{Action, Takes};
use super::shape::{Member, Wrong, check};
use crate::server::acting::sent;
use crate::server::answer::Oops;
use crate::server::asked::Asked;
use crate::server::filling::named_file;
use crate::server::show::form_of;
use casework::{Command, Refusal, State, View, answer};
use pack::model::{FieldKind, Form, Procedure};
use pack::{Id, Title};
use record::{Digest, ObjectRef, Value};
use serde_json::{Map, Value as Json};

/// The body of a request, with the members that its operation has, each of its kind.
pub struct Body {
    members: Map<String, Json>,
}

impl Body {
    /// Reads the body of a request as its contract says. One without a body has no members.
    pub fn of(asked: &Asked) -> Result<Self, Oops> {
        match contract(asked)?.takes {
            Takes::Members(known) => Self::with(asked, known),
            _ => Err(Oops::Kind),
        }
    }

    /// Reads the body of a request that has these members.
    pub fn with(asked: &Asked, known: &[Member]) -> Result<Self, Oops> {
        let members = match &asked.json {
            None => Map::new(),
            Some(Json::Object(members)) => members.clone(),
            Some(_) => {
                return Err(unreadable("请求体应为 JSON 对象".into(), "the body is no JSON object".into()));
            }
        };
        check("", &members, known).map_err(|wrong| said(&wrong))?;
        Ok(Self { members })
    }

    /// The text of a member, where it has any.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text of a member as it is: a password may begin with a blank.
    pub fn verbatim(&self, name: &str) -> &str {
        self.members.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// An id, where one is named.
    pub fn id(&self, name: &str) -> Option<Id> {
        self.text(name).map(Id::from)
    }

    fn named(&self, name: &str) -> Id {
        self.id(name).unwrap_or_default()
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
                text if text.trim().is_empty() => answers.push((id, None)),
                text => match answer::read(&field.kind, &text) {
                    Ok(value) => answers.push((id, Some(value))),
                    Err(fault) => faults.push((id, fault)),
                },
            }
        }
        if faults.is_empty() {
            return Ok(answers);
        }
        let why = Title::new("有的内容填写不正确", "Some answers are not right");
        Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })))
    }

    /// The command that the action asks for, with the files that came for its fields, which are not kept yet.
    ///
    /// # Errors
    /// What of it is wrong, and files for which there is no field.
    pub fn command(&self, asked: &Asked, action: Action, view: &View) -> Result<Command, Oops> {
        let mut command = self.written(action, view)?;
        let procedure = view.procedure().ok_or(Oops::Missing)?;
        for sent in &asked.files {
            if !put_in(asked, procedure, &mut command, &sent.field) {
                let zh = format!("`{}` 没有对应的文件项，应为 `环节.项目`", sent.field);
                let en = format!("no field takes the file `{}`: it is named `STEP.FIELD`", sent.field);
                return Err(unreadable(zh, en));
            }
        }
        Ok(command)
    }

    fn written(&self, action: Action, view: &View) -> Result<Command, Oops> {
        let procedure = view.procedure().ok_or(Oops::Missing)?;
        Ok(match action {
            Action::Save => Command::Save { answers: self.answers(&procedure.form)? },
            Action::Detach => Command::Detach {
                material: self.named("material"),
                digest: self.text("digest").and_then(Digest::parse).ok_or_else(|| {
                    let en = "`digest` is no digest: 64 hexadecimal digits, as the case tells it";
                    unreadable("`digest` 应为 64 位十六进制摘要".into(), en.into())
                })?,
            },
            Action::Submit => Command::Submit,
            Action::Answer => Command::Answer,
            Action::Withdraw => Command::Withdraw { reasons: self.text("reasons").map(str::to_owned) },
            Action::Rate => Command::Rate {
                stars: self.count("stars").and_then(|stars| stars.try_into().ok()).unwrap_or_default(),
                words: self.text("words").map(str::to_owned),
            },
            Action::Complain => Command::Complain { words: self.words("words") },
            Action::Do => {
                let step = self.named("step");
                let form = procedure.flow.step(step.as_str()).map(|step| &step.form);
                let answers = match form {
                    Some(form) => self.answers(form)?,
                    None => Vec::new(),
                };
                let answers = answers.into_iter().filter_map(|(id, value)| Some((id, value?))).collect();
                let reasons = self.text("reasons").map(str::to_owned);
                Command::Do { step, outcome: self.named("outcome"), reasons, answers }
            }
            Action::Correct => Command::Correct { step: self.named("step"), notes: self.notes() },
            Action::Take => Command::Take { step: self.named("step") },
            Action::HandOver => Command::HandOver {
                step: self.named("step"),
                to: self.text("to").and_then(ObjectRef::parse).ok_or_else(|| {
                    unreadable("`to` 应为人员编号".into(), "`to` is no person, written `person:…`".into())
                })?,
                reasons: self.words("reasons"),
            },
            Action::Release => Command::Release { step: self.named("step"), reasons: self.words("reasons") },
            Action::Amend => self.amendment(procedure)?,
            Action::Migrate => Command::Migrate { reasons: self.words("reasons") },
            Action::Extend => Command::Extend { clock: self.named("clock"), reasons: self.words("reasons") },
            Action::Reply => Command::Reply {
                complaint: self.count("complaint").and_then(|at| at.try_into().ok()).unwrap_or(usize::MAX),
                words: self.words("words"),
            },
        })
    }

    fn amendment(&self, procedure: &Procedure) -> Result<Command, Oops> {
        let of = self.id("step").unwrap_or_else(|| State::FORM.into());
        let field = self.named("field");
        let wrong = |member: &str, fault| {
            let why = Title::new("有的内容填写不正确", "Some answers are not right");
            Oops::Faulty(Box::new(Refusal {
                why,
                faults: vec![(member.into(), fault)],
                possible: Vec::new(),
            }))
        };
        let known = form_of(procedure, of.as_str()).and_then(|form| form.field(field.as_str()));
        let known =
            known.ok_or_else(|| wrong("field", Title::new("没有这一项", "There is no such field")))?;
        let given = self.members.get("answer").map(typed).unwrap_or_default();
        let answer = match known.kind {
            // Comes in a part of its own.
            FieldKind::File if given.is_empty() => Value::from(""),
            _ => answer::read(&known.kind, &given).map_err(|fault| wrong("answer", fault))?,
        };
        Ok(Command::Amend { of, field, answer, reasons: self.words("reasons") })
    }

    fn notes(&self) -> Vec<(Id, String)> {
        let given = self.members.get("notes").and_then(Json::as_object);
        let note = |(about, note): (&String, &Json)| Some((about.as_str().into(), note.as_str()?.to_owned()));
        given.into_iter().flatten().filter_map(note).collect()
    }
}

/// Puts the file that came as `part` into the command's answer to that field. Whether there is such a field.
fn put_in(asked: &Asked, procedure: &Procedure, command: &mut Command, part: &str) -> bool {
    let of = match command {
        Command::Do { step, .. } => step.clone(),
        Command::Amend { of, .. } => of.clone(),
        _ => return false,
    };
    let fields = form_of(procedure, of.as_str()).into_iter().flat_map(|form| &form.fields);
    let mut fields = fields.filter(|field| part == format!("{of}.{}", field.id));
    let Some((field, sent)) = fields.find_map(|field| Some((field, sent(asked, &of, field)?))) else {
        return false;
    };
    let value = Value::File(named_file(sent));
    match command {
        Command::Do { answers, .. } => {
            answers.retain(|(other, _)| *other != field.id);
            answers.push((field.id.clone(), value));
            true
        }
        Command::Amend { field: asked_of, answer, .. } if *asked_of == field.id => {
            *answer = value;
            true
        }
        _ => false,
    }
}

/// That a body cannot be read, with the place and what to write there.
fn said(wrong: &Wrong) -> Oops {
    match wrong {
        Wrong::Missing(path) => unreadable(format!("缺少 `{path}`"), format!("`{path}` is missing")),
        Wrong::Unknown(path, known) => {
            let known = listed(known);
            unreadable(
                format!("没有 `{path}` 这一项，可以填写：{}", known.zh),
                format!("`{path}` is not known here; what is: {}", known.en),
            )
        }
        Wrong::Kind(path, words) => {
            let zh = format!("`{path}` 的类型不对，应为：{}", words.zh);
            unreadable(zh, format!("`{path}` is not {}", words.en))
        }
    }
}

/// The names that are known.
pub fn listed(known: &[&str]) -> Title {
    let all = format!("`{}`", known.join("`, `"));
    if known.is_empty() { Title::new("没有", "nothing") } else { Title::same(all) }
}

pub fn unreadable(zh: String, en: String) -> Oops {
    Oops::Unreadable(Title::new(zh, en))
}

/// An answer as a person would type it.
fn typed(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
        Json::Null | Json::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::typed;
    use serde_json::json;

    #[test]
    fn answers_read_as_people_type_them() {
        for (json, text) in [
            (json!(null), ""),
            (json!("冀F12345"), "冀F12345"),
            (json!(true), "yes"),
            (json!(12), "12"),
            (json!(99.5), "99.5"),
            (json!(["a", "b"]), "a,b"),
        ] {
            assert_eq!(typed(&json), text, "{json}");
        }
    }
}
