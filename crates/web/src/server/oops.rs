//! What keeps a request from being answered as asked, and how that is said.

use super::answer::Answer;
use super::asked::Asked;
use super::carried;
use super::operation::MOST_FILES;
use super::show;
use super::unkept::Unkept;
use super::whence;
use crate::layout::Face;
use crate::page::refused;
use crate::path;
use access::policy::{Decision, Way};
use axum::http::StatusCode;
use casework::activity::part;
use casework::{Refusal, Refused, View};
use pack::Title;
use record::{Event, StoreError};
use serde_json::{Value as Json, json};

/// What kept a request from being answered as asked.
#[derive(Debug)]
pub enum Oops {
    /// Somebody has to sign in first.
    SignIn,
    /// There is no such thing, or none for this reader.
    Missing,
    /// It is there, but is asked for in another way.
    OtherMethod,
    /// A policy denies it.
    Denied {
        /// Why.
        why: Option<Title>,
        /// How the same person could do it.
        ways: Vec<Way>,
    },
    /// A form that is not, or no longer, one of ours for this session.
    Foreign,
    /// A form that was drawn for another post than the one in which its sender acts now.
    OtherPost,
    /// It cannot be read.
    Unreadable(Title),
    /// Something in it is wrong, each with what.
    Faulty(Box<Refusal>),
    /// A body of a kind that is not taken.
    Kind,
    /// A document came where files alone are taken.
    FilesAlone,
    /// A body of more than `most` bytes.
    TooLarge {
        /// The most bytes.
        most: u64,
    },
    /// The body did not come in time.
    Slow,
    /// Too much is being done at once.
    Busy,
    /// The record's disk is full: what is there can be read.
    Full,
    /// The database does not answer: nothing can be read or added until it does.
    Away(String),
    /// Too many tries.
    Wait {
        /// Seconds until the next will be heard.
        seconds: i64,
    },
    /// Too many applicants were looked up.
    LookUps {
        /// Seconds until the next will be heard.
        seconds: i64,
    },
    /// A file was not taken.
    File(Box<Unkept>),
    /// Casework does not do it.
    Refused(Box<Refused>),
    /// The store fails.
    Broken(String),
}

impl From<StoreError> for Oops {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Away { .. } => Self::Away(error.to_string()),
            error => Self::Broken(error.to_string()),
        }
    }
}

impl From<record::AppendError> for Oops {
    fn from(error: record::AppendError) -> Self {
        match error {
            record::AppendError::Store(error) => error.into(),
            error => Self::Broken(error.to_string()),
        }
    }
}

impl From<Refused> for Oops {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unknown => Self::Missing,
            Refused::Denied(decision) => Self::denied(&decision),
            Refused::Store(error) => error.into(),
            Refused::Record(error) => (*error).into(),
            other => Self::Refused(Box::new(other)),
        }
    }
}

impl Oops {
    /// A policy's denial, in its words.
    pub fn denied(decision: &Decision) -> Self {
        let reasons = decision.reasons();
        let join =
            |part: fn(&Title) -> &str, with: &str| reasons.iter().map(part).collect::<Vec<_>>().join(with);
        let why = Title::new(join(|title| &title.zh, "；"), join(|title| &title.en, ". "));
        Self::Denied { why: (!reasons.is_empty()).then_some(why), ways: decision.ways().to_vec() }
    }

    /// A denial for this reason, or for none but that nothing permits it.
    pub fn forbidden(why: Option<Title>) -> Self {
        Self::Denied { why, ways: Vec::new() }
    }

    /// Its status, and the word for it that programs go by.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::SignIn => (StatusCode::UNAUTHORIZED, "sign-in"),
            Self::Missing => (StatusCode::NOT_FOUND, "missing"),
            Self::OtherMethod => (StatusCode::METHOD_NOT_ALLOWED, "other-method"),
            Self::Denied { .. } => (StatusCode::FORBIDDEN, "denied"),
            Self::Foreign => (StatusCode::BAD_REQUEST, "foreign"),
            Self::OtherPost => (StatusCode::FORBIDDEN, "other-post"),
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "unreadable"),
            Self::Faulty(_) => (StatusCode::UNPROCESSABLE_ENTITY, "faulty"),
            Self::Kind | Self::FilesAlone => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "slow"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Full => (StatusCode::SERVICE_UNAVAILABLE, "full"),
            Self::Away(_) => (StatusCode::SERVICE_UNAVAILABLE, "away"),
            Self::Wait { .. } | Self::LookUps { .. } => (StatusCode::TOO_MANY_REQUESTS, "wait"),
            Self::File(unkept) => unkept.kind(),
            Self::Refused(refused) if matches!(**refused, Refused::Overtaken(_)) => {
                (StatusCode::CONFLICT, "overtaken")
            }
            Self::Refused(_) => (StatusCode::CONFLICT, "impossible"),
            Self::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "broken"),
        }
    }

    /// After how many seconds to try again, where that is known.
    fn seconds(&self) -> Option<i64> {
        match self {
            Self::Wait { seconds } | Self::LookUps { seconds } => Some(*seconds),
            Self::Busy => Some(1),
            Self::Away(_) => Some(5),
            _ => None,
        }
    }

    /// Why it is not done now, where the very same may be done a little later: what was typed is then worth keeping.
    pub fn later(&self, asked: &Asked) -> Option<Title> {
        match self {
            Self::Wait { .. } | Self::LookUps { .. } | Self::Busy | Self::Full => Some(self.said()),
            Self::Away(_) => {
                self.noted(asked);
                Some(self.said())
            }
            _ => None,
        }
    }

    /// The same said by a page of its own, which shows what was typed.
    pub fn on(&self, page: Answer) -> Answer {
        timed(page.status(self.kind().0), self.seconds())
    }

    /// The answer that says so: a page for people, a document for programs.
    pub fn answer(self, asked: &Asked) -> Answer {
        match &self {
            Self::Foreign => {
                if let Some(page) = carried::anew(asked) {
                    return page;
                }
            }
            Self::OtherPost if !asked.api => return carried::in_another_post(asked),
            oops if asked.comes_back => {
                if let Some(page) = oops.later(asked).and_then(|why| carried::put_off(asked, &why)) {
                    return oops.on(page);
                }
            }
            _ => {}
        }
        let (status, _) = self.kind();
        let seconds = self.seconds();
        let answer = match self {
            oops if asked.api => Answer::json(&oops.document(asked)),
            // Whoever opens a stream is a script: a page would be lost on it.
            oops if asked.live => Answer::text(format!("{}\n", asked.lang.of(&oops.said()))),
            Self::SignIn => {
                let to_sign_in = || Answer::go(path::sign_in(&whence::page(asked)));
                return carried::signing_in(asked).unwrap_or_else(to_sign_in);
            }
            oops => {
                let at_work = ["/desk", "/board", "/staff", "/editions"];
                let staff = at_work.iter().any(|part| asked.path.starts_with(part));
                let face = if staff { Face::Staff } else { Face::Resident };
                Answer::page(refused::show(&asked.frame(face), &oops.view(asked)))
            }
        };
        let answer = answer.status(status);
        timed(if status == StatusCode::UNAUTHORIZED { answer.challenge() } else { answer }, seconds)
    }

    /// In words, with what to do next.
    fn said(&self) -> Title {
        let title = Title::new;
        match self {
            Self::SignIn => title(
                "请先登录，或者发送 `Authorization: Bearer …`",
                "sign in first, or send `Authorization: Bearer …`",
            ),
            Self::Missing => title("没有这一项，或者您不能查看", "there is no such thing, or none for you"),
            Self::OtherMethod => {
                title("不能用这种方法请求；见 `Allow`", "this is asked for by another method; see `Allow`")
            }
            Self::Denied { why, .. } => why.clone().unwrap_or_else(|| title("没有规定允许这样做", "denied")),
            Self::Foreign => title(
                "这个表单已经过期，请刷新页面后重试",
                "This form is out of date: load the page again and try once more",
            ),
            Self::OtherPost => title(
                "这个表单是以另一个岗位的身份打开的，请先切换回去",
                "this form was opened in another post: switch back to it first",
            ),
            Self::Unreadable(what) => what.clone(),
            Self::Faulty(refusal) => refusal.why.clone(),
            Self::Kind => title(
                "请发送 `application/json`，文件用 `multipart/form-data`，每个文件为名为 `file` 的一部分",
                "send `application/json`, or files as `multipart/form-data`, each in a part named `file`",
            ),
            Self::FilesAlone => title(
                "这里接收文件，收到的是 JSON：请用 `multipart/form-data` 发送，每个文件为名为 `file` 的一部分，如 `curl -F file=@照片.jpg`",
                "files are taken here, and JSON came: send `multipart/form-data` with each file in a part named `file`, as \
                 `curl -F file=@photo.jpg` does",
            ),
            Self::TooLarge { most } => Title::new(
                format!("内容不能超过 {most} 字节"),
                format!("the body is larger than {most} bytes: send less at once"),
            ),
            Self::Slow => title(
                "内容没有及时收到，请检查网络后重试",
                "the body did not arrive in time: check the connection and send it again",
            ),
            Self::Busy => {
                title("系统正忙，请稍后重试", "too much is being done at once: try again in a moment")
            }
            Self::Full => title(
                "存储空间已满，暂时只能查看，请告知管理员",
                "the record's disk is full: nothing can be added until whoever runs it makes room",
            ),
            Self::Away(_) => title(
                "暂时连不上数据库，您填写的内容没有保存，请稍后重试",
                "the database does not answer, and nothing was saved: try again in a moment",
            ),
            Self::Wait { seconds } => access::sign_in::Refused::Wait { seconds: *seconds }.title(),
            Self::LookUps { seconds } => Title::new(
                format!("查询申请人过于频繁，请在 {seconds} 秒后再试；查询次数由监督人员可见"),
                format!(
                    "You looked up too many applicants, or numbers that nobody has: go on in {seconds} seconds. Supervisors \
                     see how many look-ups were made"
                ),
            ),
            Self::File(unkept) => unkept.title(),
            Self::Refused(refused) => match &**refused {
                Refused::Case(refusal) => refusal.why.clone(),
                Refused::Overtaken(_) => title("这件事项刚刚有了变化", "The case has just changed"),
                Refused::Stranded(_) => stranded(),
                _ => title("不能这样做", "not possible"),
            },
            Self::Broken(_) => title("暂时无法使用", "the record cannot be used at the moment"),
        }
    }

    fn view(self, asked: &Asked) -> refused::View {
        let number = asked.params.iter().find(|(name, _)| name == "case").map(|(_, case)| case.as_str());
        let back = match number {
            Some(number) if asked.path.starts_with("/desk") => path::desk_case(number),
            Some(number) => path::case(number),
            None => path::HOME.to_owned(),
        };
        match self {
            Self::SignIn => refused::View::Denied { why: None, anonymous: true },
            Self::Missing => refused::View::Missing,
            Self::Denied { why, .. } => refused::View::Denied { why, anonymous: asked.actor.is_none() },
            Self::File(_) => refused::View::File { why: self.said(), back },
            // What is around a file is no matter of whoever sent it.
            Self::TooLarge { most } if most == MOST_FILES as u64 => {
                refused::View::TooLarge { most: record::attach::MAX_FILE as u64, back }
            }
            Self::TooLarge { most } => refused::View::TooLarge { most, back },
            Self::Wait { seconds } => {
                refused::View::TooMany { seconds: u64::try_from(seconds).unwrap_or_default() }
            }
            Self::Faulty(refusal) => overtaken(Refused::Case(refusal), asked, back),
            Self::Refused(refused) => overtaken(*refused, asked, back),
            Self::Away(_) => {
                self.noted(asked);
                refused::View::NotNow(self.said())
            }
            Self::Busy | Self::Full | Self::Slow | Self::LookUps { .. } => refused::View::NotNow(self.said()),
            Self::Broken(_) => refused::View::Broken { number: self.noted(asked) },
            other => refused::View::Unreadable(other.said()),
        }
    }

    /// Notes a fault of our own for the operator, under a number that whoever met it is told.
    fn noted(&self, asked: &Asked) -> String {
        let number = format!("{:x}", asked.now.micros());
        if let Self::Broken(what) | Self::Away(what) = self {
            eprintln!("lianchi: {number}: {} {}: {what}", asked.method, asked.path);
        }
        number
    }

    /// As programs read it.
    pub fn document(&self, asked: &Asked) -> Json {
        let said = |title: &Title| asked.lang.of(title).to_owned();
        let (_, code) = self.kind();
        let mut told = json!({ "code": code, "error": said(&self.said()) });
        let more = match self {
            Self::Faulty(refusal) => vec![("faults", faults(refusal, asked))],
            Self::Refused(refused) => match &**refused {
                Refused::Case(refusal) => vec![("faults", faults(refusal, asked))],
                Refused::Overtaken(event) => vec![("overtaken", faster(event, asked))],
                _ => Vec::new(),
            },
            Self::Denied { ways, .. } if !ways.is_empty() => {
                vec![("ways", ways.iter().map(|way| way_out(way, asked)).collect())]
            }
            Self::Away(_) | Self::Broken(_) => vec![("number", self.noted(asked).into())],
            _ => Vec::new(),
        };
        if let Some(told) = told.as_object_mut() {
            told.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        told
    }
}

fn timed(answer: Answer, seconds: Option<i64>) -> Answer {
    match seconds {
        Some(seconds) => answer.later(seconds),
        None => answer,
    }
}

/// What a denied person could do instead.
fn way_out(way: &Way, asked: &Asked) -> Json {
    let post = way.post.as_ref().map(|post| json!({ "role": post.role, "office": post.office }));
    json!({ "title": asked.lang.of(&way.title), "post": post, "purpose": way.purpose })
}

fn faults(refusal: &Refusal, asked: &Asked) -> Json {
    let fault = |(id, fault): &(pack::Id, Title)| (id.to_string(), asked.lang.of(fault).into());
    Json::Object(refusal.faults.iter().map(fault).collect())
}

/// The case that an event belongs to: what a step is called stands in its procedure.
fn case_of(event: &Event, asked: &Asked) -> Option<View> {
    asked.city.casework.view(event.object(part::CASE)?).ok()
}

/// Who was faster, when, and with what.
fn faster(event: &Event, asked: &Asked) -> Json {
    let by = event.actor.as_ref().and_then(|actor| asked.city.staff_name(actor));
    let view = case_of(event, asked);
    let what = show::happening(event, view.as_ref().and_then(View::procedure));
    json!({
        "event": event.id,
        "activity": event.activity,
        "what": { "zh": what.zh.as_str(), "en": what.en.as_str() },
        "at": event.time.to_string(),
        "by": by,
    })
}

fn overtaken(refused: Refused, asked: &Asked, back: String) -> refused::View {
    match refused {
        Refused::Case(refusal) => refused::View::Overtaken {
            by: None,
            why: refusal.why,
            possible: refusal.possible.into_iter().map(|possible| possible.title).collect(),
            typed: Vec::new(),
            back,
        },
        Refused::Overtaken(event) => {
            let view = case_of(&event, asked);
            let by = show::faster(asked, &event, view.as_ref().and_then(View::procedure));
            let why = Title::new("这件事项刚刚有了变化", "The case has just changed");
            let typed = ["reasons", "words"].into_iter().filter_map(|name| asked.words(name));
            let typed = typed.map(str::to_owned).collect();
            refused::View::Overtaken { by: Some(by), why, possible: Vec::new(), typed, back }
        }
        Refused::Stranded(_) => {
            let (possible, typed) = (Vec::new(), Vec::new());
            refused::View::Overtaken { by: None, why: stranded(), possible, typed, back }
        }
        _ => refused::View::Missing,
    }
}

/// What stands in the path is no text.
pub fn no_text() -> Oops {
    Oops::Unreadable(Title::new(
        "地址中的字符不能识别，应为百分号编码的 UTF-8",
        "the path holds bytes that are no text: percent-encode it as UTF-8",
    ))
}

pub fn stranded() -> Title {
    Title::new(
        "本事项所依据的版本已无法读取，须先转入新版本",
        "The edition that this case runs under cannot be read any more; it has to be migrated first",
    )
}
