use super::asked::{Asked, SESSION_COOKIE};
use crate::layout::Face;
use crate::page::refused::{self, Faster};
use crate::path;
use access::policy::Decision;
use access::session::Token;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use casework::Refused;
use maud::Markup;
use pack::Title;
use record::StoreError;

/// What is sent back.
pub struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: Vec<u8>,
    location: Option<String>,
    cookies: Vec<String>,
    cache: &'static str,
    file: Option<String>,
}

impl Answer {
    /// A page.
    pub fn page(markup: Markup) -> Self {
        Self::bytes("text/html; charset=utf-8", markup.into_string().into_bytes())
    }

    /// A document for programs.
    pub fn json(json: &serde_json::Value) -> Self {
        Self::bytes("application/json", json.to_string().into_bytes())
    }

    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes("text/plain; charset=utf-8", text.into().into_bytes())
    }

    /// Bytes of a kind.
    pub fn bytes(kind: &'static str, body: Vec<u8>) -> Self {
        let status = StatusCode::OK;
        let (location, cookies, file) = (None, Vec::new(), None);
        Self { status, kind, body, location, cookies, cache: "no-store", file }
    }

    /// On to another page, which is then asked for with GET.
    pub fn go(path: impl Into<String>) -> Self {
        let mut answer = Self::text("");
        answer.status = StatusCode::SEE_OTHER;
        answer.location = Some(path.into());
        answer
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// What may be kept for good, because its address names its content.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.cache = "public, max-age=31536000, immutable";
        self
    }

    /// To be saved as a file of this name.
    #[must_use]
    pub fn download(mut self, name: &str) -> Self {
        self.file = Some(format!("attachment; filename*=UTF-8''{}", path::segment(name)));
        self
    }

    /// With the cookie of a new session, or without one.
    #[must_use]
    pub fn session(mut self, token: Option<&Token>) -> Self {
        let value = token.map(Token::text).unwrap_or_default();
        let age = if token.is_some() { "" } else { "; Max-Age=0" };
        self.cookies.push(format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"));
        self
    }

    /// With a cookie that keeps a choice of this device for a year.
    #[must_use]
    pub fn choice(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax"));
        self
    }

    /// The response, with what every response carries.
    pub fn finish(self, asked: &Asked) -> Response {
        asked.city.count(self.status.as_u16());
        let csp = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
                   frame-ancestors 'none'; form-action 'self'";
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let fixed = [
            (header::CONTENT_TYPE, self.kind),
            (header::CACHE_CONTROL, self.cache),
            (header::CONTENT_SECURITY_POLICY, csp),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let location = self.location.map(|location| (header::LOCATION, location));
        let file = self.file.map(|file| (header::CONTENT_DISPOSITION, file));
        let cookies = self.cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie));
        for (name, value) in location.into_iter().chain(file).chain(cookies) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        response
    }
}

/// What kept a request from being answered as asked.
pub enum Oops {
    /// Somebody has to sign in first.
    SignIn,
    /// There is no such thing, or none for this reader.
    Missing,
    /// A policy denies it.
    Denied {
        /// Why.
        why: Option<Title>,
    },
    /// It cannot be read.
    Unreadable(Title),
    /// A file is too large, or of a kind that is not taken.
    File(record::AttachError),
    /// Casework does not do it.
    Refused(Box<Refused>),
    /// The store fails.
    Broken(String),
}

impl From<StoreError> for Oops {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<Refused> for Oops {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unknown => Self::Missing,
            Refused::Denied(decision) => Self::denied(&decision),
            Refused::Store(error) => error.into(),
            Refused::Record(error) => Self::Broken(error.to_string()),
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
        Self::Denied { why: (!reasons.is_empty()).then_some(why) }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Denied { .. } => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::File(record::AttachError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::File(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer that says so: a page for people, a document for programs.
    pub fn answer(self, asked: &Asked) -> Answer {
        let status = self.status();
        if asked.api {
            return Answer::json(&self.document(asked)).status(status);
        }
        if let Self::SignIn = self {
            return Answer::go(path::sign_in(&asked.path));
        }
        let face = if asked.path.starts_with("/desk") || asked.path.starts_with("/board") {
            Face::Staff
        } else {
            Face::Resident
        };
        Answer::page(refused::show(&asked.frame(face), &self.view(asked))).status(status)
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
            Self::Denied { why } => refused::View::Denied { why, anonymous: asked.actor.is_none() },
            Self::Unreadable(what) => refused::View::Unreadable(what),
            Self::File(record::AttachError::TooLarge { .. }) => {
                refused::View::TooLarge { most: 20 << 20, back }
            }
            Self::File(error) => refused::View::Unreadable(Title::new(
                "这种文件不能上传，请上传 PDF 或图片",
                format!("{error}"),
            )),
            Self::Refused(refused) => overtaken(*refused, asked, back),
            Self::Broken(what) => {
                let number = format!("{:x}", asked.now.micros());
                eprintln!("lianchi: {number}: {} {}: {what}", asked.method, asked.path);
                refused::View::Broken { number }
            }
        }
    }

    fn document(&self, asked: &Asked) -> serde_json::Value {
        let lang = asked.lang;
        let said = |title: &Title| lang.of(title).to_owned();
        match self {
            Self::SignIn => {
                serde_json::json!({ "error": "sign in first, or send `Authorization: Bearer …`" })
            }
            Self::Missing => serde_json::json!({ "error": "there is no such thing, or none for you" }),
            Self::Denied { why } => serde_json::json!({ "error": "denied", "why": why.as_ref().map(said) }),
            Self::Unreadable(what) => serde_json::json!({ "error": said(what) }),
            Self::File(error) => serde_json::json!({ "error": error.to_string() }),
            Self::Broken(_) => serde_json::json!({ "error": "the record cannot be used at the moment" }),
            Self::Refused(refused) => match refused.as_ref() {
                Refused::Case(refusal) => serde_json::json!({
                    "error": said(&refusal.why),
                    "faults": refusal.faults.iter().map(|(id, fault)| (id.to_string(), said(fault)))
                        .collect::<std::collections::BTreeMap<_, _>>(),
                    "possible": refusal.possible.iter().map(|possible| serde_json::json!({
                        "action": possible.action, "about": possible.about, "outcomes": possible.outcomes,
                    })).collect::<Vec<_>>(),
                }),
                Refused::Overtaken(event) => serde_json::json!({
                    "error": "a colleague was faster", "event": event.id, "activity": event.activity,
                }),
                _ => serde_json::json!({ "error": "not possible" }),
            },
        }
    }
}

fn overtaken(refused: Refused, asked: &Asked, back: String) -> refused::View {
    match refused {
        Refused::Case(refusal) => refused::View::Overtaken {
            by: None,
            why: refusal.why,
            possible: refusal.possible.into_iter().map(|possible| possible.title).collect(),
            back,
        },
        Refused::Overtaken(event) => {
            let who = event.actor.as_ref().and_then(|actor| asked.city.staff_name(actor));
            let what = super::show::happening(&event, None);
            let by = Faster { who: who.unwrap_or_default(), at: event.time, what };
            let why = Title::new("这件事项刚刚有了变化", "The case has just changed");
            refused::View::Overtaken { by: Some(by), why, possible: Vec::new(), back }
        }
        _ => refused::View::Missing,
    }
}

/// What was just done, by the word in the address.
pub fn notice(done: &str) -> Option<Title> {
    Some(match done {
        "saved" => Title::new("已保存", "Saved"),
        "submitted" => Title::new("已提交", "Handed in"),
        "withdrawn" => Title::new("已撤回", "Withdrawn"),
        "rated" => Title::new("感谢您的评价", "Thank you for your rating"),
        "complained" => Title::new("投诉已收到", "Your complaint was received"),
        "handled" => Title::new("已办理", "Done"),
        "corrected" => {
            Title::new("已要求补正，时限停止计算", "A correction was asked for; the clocks stand still")
        }
        "signed-out" => Title::new("已退出登录", "You are signed out"),
        _ => return None,
    })
}
