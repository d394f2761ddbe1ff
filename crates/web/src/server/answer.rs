use super::asked::SESSION_COOKIE;
use crate::path;
use access::session::Token;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::Markup;
use pack::Title;

pub use super::oops::Oops;

/// What is sent back.
pub struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: Vec<u8>,
    cache: &'static str,
    headers: Vec<(HeaderName, String)>,
    opens: Option<Token>,
}

/// Tells a form that changes a case how many events the case has now, so that the next one that it sends is no conflict
/// with its own.
const SEEN: HeaderName = HeaderName::from_static("lianchi-seen");
/// Tells our service worker that a form may be kept on the device for times without a network, until whoever filled it in
/// signs out.
const KEEP: HeaderName = HeaderName::from_static("lianchi-keep");
/// Has a browser forget what it keeps of this site, but for its cookies.
const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

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
        Self { status: StatusCode::OK, kind, body, cache: "no-store", headers: Vec::new(), opens: None }
    }

    /// On to another page, which is then asked for with GET.
    pub fn go(path: impl Into<String>) -> Self {
        Self::text("").status(StatusCode::SEE_OTHER).with(header::LOCATION, path)
    }

    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
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

    /// What everybody sees alike and a device may keep for times without a network, asking each time whether it still
    /// stands. Where somebody is signed in, their name stands in the frame, and nothing is kept.
    #[must_use]
    pub fn public(mut self, asked: &super::asked::Asked) -> Self {
        if asked.person.is_none() {
            self.cache = "no-cache";
            self.headers.push((header::VARY, "Cookie, Accept-Language".to_owned()));
        }
        self
    }

    /// To be saved as a file of this name.
    #[must_use]
    pub fn download(self, name: &str) -> Self {
        self.with(
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{}", path::segment(name)),
        )
    }

    /// With the cookie of a new session, or without one.
    #[must_use]
    pub fn session(mut self, token: Option<&Token>) -> Self {
        self.opens = token.cloned();
        let value = token.map(Token::text).unwrap_or_default();
        let age = if token.is_some() { "" } else { "; Max-Age=0" };
        let cookie = format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
        self.with(header::SET_COOKIE, cookie)
    }

    /// The session that it opens.
    pub fn opens(&self) -> Option<&Token> {
        self.opens.as_ref()
    }

    /// With a cookie that keeps a choice of this device for a year.
    #[must_use]
    pub fn choice(self, name: &str, value: &str) -> Self {
        self.with(
            header::SET_COOKIE,
            format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"),
        )
    }

    /// With how many events the case has now.
    #[must_use]
    pub fn seen(self, events: u64) -> Self {
        self.with(SEEN, events.to_string())
    }

    /// Kept on the device, for times without a network.
    #[must_use]
    pub fn kept_there(self) -> Self {
        self.with(KEEP, "form")
    }

    /// Has the screen forget whoever stood before it.
    #[must_use]
    pub fn wiped(self) -> Self {
        self.with(CLEAR, "\"cache\", \"storage\"")
    }

    /// After how many seconds to try again.
    #[must_use]
    pub fn later(self, seconds: i64) -> Self {
        self.with(header::RETRY_AFTER, seconds.max(1).to_string())
    }

    /// How to show who one is.
    #[must_use]
    pub fn challenge(self) -> Self {
        self.with(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// The response.
    pub fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        response
    }
}

/// What every response carries, streams and faults too.
pub async fn guard(mut response: Response) -> Response {
    let csp = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
               frame-ancestors 'none'; form-action 'self'";
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(), microphone=(), camera=(self)"),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
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
        "amended" => Title::new(
            "记录已更正，原来的内容仍可查看",
            "The record is corrected; what stood before stays to be seen",
        ),
        "signed-out" => Title::new("已退出登录", "You are signed out"),
        "signed-out-there" => Title::new("已在该设备退出登录", "You are signed out there"),
        "signed-out-elsewhere" => {
            Title::new("已在其他所有设备退出登录", "You are signed out everywhere else")
        }
        "password" => Title::new(
            "密码已修改，其他设备上的登录已结束",
            "Your password is changed; you are signed out everywhere else",
        ),
        "post" => Title::new("已切换岗位", "You now act in another post"),
        "erased" => Title::new("可以删除的数据已删除", "What may go was erased"),
        "called-off" => Title::new("已撤回删除申请", "You no longer ask for erasure"),
        "granted" => Title::new("已授予岗位", "The post is given"),
        "revoked" => Title::new("已免去岗位", "The post is taken back"),
        "locked" => {
            Title::new("账号已停用，登录已结束", "The account is locked, and its sessions have ended")
        }
        "unlocked" => Title::new("账号已恢复", "The account is unlocked"),
        "handed-over" => Title::new("工作已移交", "The work is handed on"),
        "log-deleted" => Title::new("日志已删除", "The log is deleted"),
        "migrated" => Title::new("已转入现行版本", "Moved to the current edition"),
        _ => return None,
    })
}
