//! What the party does: begin, fill in, hand in, correct, withdraw, rate, complain.

use super::{Carried, Draft, Fault, Situation, unfit};
use crate::activity::{self, part};
use crate::state::State;
use crate::{answer, facts};
use pack::model::{Channel, Start};
use pack::{Id, Title};
use record::{Digest, Event, FileRef, ObjectRef, Value};

/// What a personal file is called where its name is not to be read: names tell of people, too.
const NAMELESS: &str = "file";
/// Files that one paper may have.
const MOST_FILES: usize = 20;

impl Draft<'_> {
    pub(super) fn start(&mut self, office: &Id, party: Option<&ObjectRef>, channel: Channel) -> Carried {
        let procedure = self.situation.procedure;
        let Some(handles) = self.situation.definitions.offices.get(office) else {
            return Err(Fault::new("没有这个单位", "There is no such office"));
        };
        self.in_force()?;
        // What the program itself begins concerns an office whatever it handles.
        if self.situation.actor.is_some() && !procedure.handled_by(handles) {
            return Err(Fault::new("该单位不办理这个事项", "This office does not handle this"));
        }
        let by_party = procedure.start == Start::Party;
        if by_party && !procedure.channels.contains(&channel) {
            return Err(Fault::new("这个事项不在此处办理", "This cannot be asked for here"));
        }
        if by_party != party.is_some() {
            return Err(if by_party {
                Fault::new("缺少申请人", "The applicant is missing")
            } else {
                Fault::new("这是单位的职责，没有申请人", "This is an office's duty; it has no applicant")
            });
        }
        let word = Channel::ALL.iter().find(|(_, other)| *other == channel).map_or("web", |(word, _)| word);
        let mut event = self
            .event(activity::STARTED)
            .with("procedure", procedure.id.as_str())
            .with("edition", self.situation.edition.to_string())
            .with("channel", word);
        if let Some(party) = party {
            event = event.about(part::PARTY, party.clone());
        }
        Self::at_office(&mut event, office);
        self.put(event);
        Ok(())
    }

    /// A procedure is started from its pack's first day on, until another takes its place.
    fn in_force(&self) -> Carried {
        let procedure = self.situation.procedure;
        let today = pack::days::today(self.situation.now);
        if today < procedure.effective {
            let from = procedure.effective;
            return Err(Fault {
                why: Title::new(
                    format!("这个事项自{}年{}月{}日起办理", from.year(), from.month(), from.day()),
                    format!("This can be asked for from {from} on"),
                ),
                faults: Vec::new(),
            });
        }
        let replaced = procedure.replaced.as_ref().filter(|(from, _)| *from <= today);
        let Some((_, by)) = replaced else { return Ok(()) };
        let title =
            self.situation.definitions.procedures.get(by).map(|by| by.title.clone()).unwrap_or_default();
        Err(Fault {
            why: Title::new(
                format!("这个事项已由“{}”代替", title.zh),
                format!("`{}` has taken the place of this", title.en),
            ),
            faults: Vec::new(),
        })
    }

    pub(super) fn save(&mut self, answers: &[(Id, Option<Value>)]) -> Carried {
        self.allowed().to_fill()?;
        let mut event = self.event(activity::SAVED);
        let before = event.attributes.len();
        for (id, answer) in answers {
            let Some(field) = self.situation.procedure.form.field(id.as_str()) else {
                return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
            };
            if answer.as_ref().is_some_and(|answer| !answer::fits(&field.kind, answer)) {
                return Err(unfit(id));
            }
            if let Some(unseen) = answer.as_ref().filter(|answer| self.situation.names_unseen(field, answer))
            {
                self.keep_typed(&mut event, id, &answer::write(&field.kind, unseen));
                continue;
            }
            let value = answer.clone().unwrap_or(Value::List(Vec::new()));
            let personal = field.personal && answer.is_some();
            let kept = match answer {
                Some(answer) => self.situation.answers.get(id) == Some(answer),
                None => !self.state.answers.contains_key(id) && !self.state.unread.contains_key(id),
            };
            if !kept {
                self.change(&mut event, "form", id, value, personal);
            }
        }
        if !event.changes.is_empty() || event.attributes.len() > before {
            self.put(event);
        }
        Ok(())
    }

    /// Keeps what is no answer as it was typed; an answer that stood there is taken back.
    fn keep_typed(&mut self, event: &mut Event, id: &Id, text: &str) {
        if self.state.unread.get(id).and_then(Value::as_text) == Some(text) {
            return;
        }
        self.say(event, &format!("{}{id}", State::TYPED), text);
        if self.state.answers.contains_key(id) {
            self.change(event, State::FORM, id, Value::List(Vec::new()), false);
        }
    }

    pub(super) fn jot(&mut self, typed: &[(Id, String)]) -> Carried {
        self.allowed().to_fill()?;
        let mut event = self.event(activity::SAVED);
        for (id, text) in typed {
            let Some(field) = self.situation.procedure.form.field(id.as_str()) else {
                return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
            };
            if answer::read(&field.kind, text).is_ok() {
                return Err(Fault::at(
                    id.as_str(),
                    "这是可以保存的答案",
                    "This is an answer: save it as one",
                ));
            }
            self.keep_typed(&mut event, id, text);
        }
        if !event.attributes.is_empty() {
            self.put(event);
        }
        Ok(())
    }

    pub(super) fn attach(&mut self, material: &Id, file: &FileRef) -> Carried {
        self.allowed().to_fill()?;
        if !self.situation.procedure.materials.iter().any(|asked| asked.material == *material) {
            return Err(Fault::new("不需要这份材料", "This paper is not asked for"));
        }
        if self.state.materials.get(material).is_some_and(|files| files.len() >= MOST_FILES) {
            return Err(Fault::new(
                "这份材料的文件太多，请合并后上传",
                "There are too many files for this paper already: put several pages into one",
            ));
        }
        let mut event = self.event(activity::ATTACHED).with("material", material.as_str());
        if file.subject.is_some() {
            event = event.with("file", Value::File(FileRef { name: NAMELESS.into(), ..file.clone() }));
            self.say(&mut event, activity::FILE_NAME, &*file.name);
        } else {
            event = event.with("file", Value::File(file.clone()));
        }
        self.put(event);
        Ok(())
    }

    pub(super) fn detach(&mut self, material: &Id, digest: Digest) -> Carried {
        self.allowed().to_fill()?;
        let files = self.state.materials.get(material);
        let Some(file) = files.and_then(|files| files.iter().find(|file| file.digest == digest)).cloned()
        else {
            return Err(Fault::new("没有这份文件", "There is no such file"));
        };
        let event = self
            .event(activity::DETACHED)
            .with("material", material.as_str())
            .with("file", Value::File(file));
        self.put(event);
        Ok(())
    }

    pub(super) fn submit(&mut self) -> Carried {
        self.allowed().to_submit()?;
        let mut event = self.event(activity::SUBMITTED).with("stage", "open");
        Self::at_office(&mut event, &self.state.office.clone());
        self.link_answers(&mut event);
        self.put_and_move(event);
        Ok(())
    }

    pub(super) fn answer_correction(&mut self) -> Carried {
        self.allowed().to_answer()?;
        let mut event = self.event(activity::CORRECTION_ANSWERED).with("stage", "open");
        if let Some(asked) = self.state.corrections.last() {
            event = event.with("step", asked.step.as_str());
        }
        self.link_answers(&mut event);
        self.put_and_move(event);
        Ok(())
    }

    pub(super) fn withdraw(&mut self, reasons: Option<&str>) -> Carried {
        self.allowed().to_withdraw()?;
        let mut event = self.event(activity::WITHDRAWN).with("ended", "withdrawn");
        if let Some(reasons) = reasons {
            self.say(&mut event, "reasons", reasons);
        }
        self.close_all(&mut event);
        self.put(event);
        Ok(())
    }

    pub(super) fn close_all(&self, event: &mut record::Event) {
        let open: Vec<Value> = self.state.open_steps().map(|(id, _)| Value::from(id.as_str())).collect();
        if !open.is_empty() {
            event.attributes.push(("closed".into(), Value::List(open)));
        }
    }

    pub(super) fn rate(&mut self, stars: u8, words: Option<&str>) -> Carried {
        self.allowed().to_rate()?;
        if !(1..=5).contains(&stars) {
            return Err(Fault::at("stars", "请选择一到五星", "Choose one to five stars"));
        }
        let mut event = self.event(activity::RATED).with("stars", i64::from(stars));
        if let Some(words) = words {
            self.say(&mut event, "words", words);
        }
        self.put(event);
        Ok(())
    }

    pub(super) fn complain(&mut self, words: &str) -> Carried {
        self.allowed().to_complain()?;
        if words.trim().is_empty() {
            return Err(Fault::at("words", "请写明投诉的内容", "Say what the complaint is about"));
        }
        let mut event = self.event(activity::COMPLAINED);
        let Situation { definitions, procedure, .. } = self.situation;
        if let Some(step) = facts::deciding_step(definitions, procedure, &self.state) {
            event = event.with("answering", step.office.as_str());
        }
        self.say(&mut event, "words", words.trim());
        self.put(event);
        Ok(())
    }
}
