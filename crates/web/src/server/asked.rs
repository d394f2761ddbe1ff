use super::answer::{self, Oops};
use super::city::City;
use crate::layout::{Face, Frame, Who};
use crate::text::Lang;
use access::policy::Actor;
use access::session::Token;
use access::{Person, Post};
use axum::extract::{ConnectInfo, FromRequest, Multipart, RawPathParams, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::Ask;
use pack::{Id, Title};
use record::{ObjectRef, Time};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The cookie of a session. Its prefix has browsers bind it to this host, to every path, and to a safe connection.
pub const SESSION_COOKIE: &str = "__Host-lianchi";

/// A file that was sent.
pub struct Sent {
    /// The field's name.
    pub field: String,
    /// The file's own name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A request, read whole.
pub struct Asked {
    /// The city.
    pub city: Arc<City>,
    /// When it came.
    pub now: Time,
    /// The method.
    pub method: Method,
    /// The path with its query.
    pub path: String,
    /// Whether it is for a program: `/api/…`.
    pub api: bool,
    /// Names and values from the path.
    pub params: Vec<(String, String)>,
    /// Names and values from the query.
    pub query: Vec<(String, String)>,
    /// Names and values from the body.
    pub posted: Vec<(String, String)>,
    /// Files from the body.
    pub files: Vec<Sent>,
    /// The body as it came, where it is JSON.
    pub json: Option<serde_json::Value>,
    /// Where it came from.
    pub address: IpAddr,
    /// The session's token.
    pub token: Option<Token>,
    /// Who asks.
    pub person: Option<Person>,
    /// In which post.
    pub actor: Option<Actor>,
    /// The language.
    pub lang: Lang,
    /// The face that was chosen for this device.
    pub kiosk: bool,
    own_site: bool,
    bearer: bool,
}

impl Asked {
    /// Reads a request.
    pub async fn read(city: Arc<City>, params: &RawPathParams, request: Request) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let headers = parts.headers.clone();
        let method = parts.method.clone();
        let body = Request::from_parts(parts, body);
        let (posted, files, json) = read_body(&headers, body).await?;
        let bearer = bearer(&headers);
        let token = bearer.clone().or_else(|| cookie(&headers, SESSION_COOKIE).and_then(Token::parse));
        let lang = cookie(&headers, "lang").and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let mut asked = Self {
            now: city.now(),
            method,
            api: path.starts_with("/api/"),
            params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            posted,
            files,
            json,
            address: connection.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            token: None,
            person: None,
            actor: None,
            lang,
            kiosk: cookie(&headers, "face") == Some("kiosk"),
            own_site: own_site(&headers),
            bearer: bearer.is_some(),
            path,
            city,
        };
        asked.recognize(token);
        Ok(asked)
    }

    fn recognize(&mut self, token: Option<Token>) {
        let Some(token) = token else { return };
        let Some((id, post)) = self.city.resume(&token) else { return };
        let Ok(person) = self.city.person(id) else { return };
        let actor = Actor::of(&person, post.as_ref()).or_else(|_| Actor::of(&person, None));
        self.actor = actor.ok();
        self.person = self.actor.is_some().then_some(person);
        self.token = self.actor.is_some().then_some(token);
    }

    /// Refuses what another site made this browser send: a form without the session's token, or, where nobody is signed
    /// in, one that the browser itself says comes from elsewhere. A program that shows its token in a header is no
    /// browser.
    pub fn check(&self) -> Result<(), Oops> {
        if self.method != Method::POST || self.bearer {
            return Ok(());
        }
        let right = match &self.token {
            Some(token) => {
                self.field("token").is_some_and(|text| token.is_form_token(text))
                    || (self.api && self.own_site)
            }
            None => self.own_site,
        };
        if right {
            return Ok(());
        }
        Err(Oops::Unreadable(Title::new(
            "这个表单已经过期，请刷新页面后重试",
            "This form is out of date: load the page again and try once more",
        )))
    }

    /// A value from the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// A value from the query, or from the body.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut all = self.posted.iter().chain(&self.query);
        all.find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A value that is not blank.
    pub fn words(&self, name: &str) -> Option<&str> {
        self.field(name).map(str::trim).filter(|words| !words.is_empty())
    }

    /// An id from query or body, where one is chosen.
    pub fn id(&self, name: &str) -> Option<Id> {
        self.words(name).map(Id::from)
    }

    /// Who is signed in, or a turn to the sign-in page.
    pub fn signed_in(&self) -> Result<&Actor, Oops> {
        self.actor.as_ref().ok_or(Oops::SignIn)
    }

    /// The post in which they act, or a refusal.
    pub fn post(&self) -> Result<&Post, Oops> {
        self.signed_in()?.post().ok_or(Oops::Denied { why: None })
    }

    /// How a command is asked by whoever sent this.
    pub fn ask(&self) -> Ask<'_> {
        let seen = self.field("seen").and_then(|seen| seen.parse().ok());
        Ask { now: self.now, actor: self.actor.as_ref(), purpose: None, seen }
    }

    /// The case whose number is in the path.
    pub fn case(&self) -> Result<ObjectRef, Oops> {
        let number = self.param("case");
        let case = self.city.casework.board(|board| board.named(number).cloned())?;
        case.ok_or(Oops::Missing)
    }

    /// The frame of a page for whoever asked.
    pub fn frame(&self, face: Face) -> Frame {
        let who = self.person.as_ref().map(|person| {
            let post = self.actor.as_ref().and_then(Actor::post);
            let definitions = &self.city.casework.book().definitions;
            let title = post.map(|post| {
                let office = definitions.offices.get(&post.office).map(|office| office.title.clone());
                let role = definitions.roles.get(&post.role).map(|role| role.title.clone());
                let (office, role) = (office.unwrap_or_default(), role.unwrap_or_default());
                Title::new(format!("{} {}", office.zh, role.zh), format!("{}, {}", role.en, office.en))
            });
            let supervises = post.is_some_and(|post| post.role.as_str() == "supervisor");
            Who {
                name: self.city.name(person).unwrap_or_default(),
                desk: post.is_some() && !supervises,
                board: supervises,
                post: title,
            }
        });
        let notice =
            self.query.iter().find(|(name, _)| name == "done").and_then(|(_, done)| answer::notice(done));
        Frame {
            lang: self.lang,
            face: if self.kiosk && face == Face::Resident { Face::Kiosk } else { face },
            city: self.city.settings.title.clone(),
            path: self.path.clone(),
            who,
            token: self.token.as_ref().map(Token::form_token).unwrap_or_default(),
            notice,
        }
    }
}

type Body = (Vec<(String, String)>, Vec<Sent>, Option<serde_json::Value>);

async fn read_body(headers: &HeaderMap, request: Request) -> Result<Body, Response> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let mut multipart =
            Multipart::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
        let (mut posted, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = multipart.next_field().await.map_err(IntoResponse::into_response)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let bytes = part.bytes().await.map_err(IntoResponse::into_response)?.to_vec();
                    // A file control that was left alone sends an empty file without a name.
                    if !(name.is_empty() && bytes.is_empty()) {
                        files.push(Sent { field, name, bytes });
                    }
                }
                None => posted.push((field, part.text().await.map_err(IntoResponse::into_response)?)),
            }
        }
        return Ok((posted, files, None));
    }
    let bytes = axum::body::Bytes::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
    if kind.starts_with("application/json") {
        let json = serde_json::from_slice(&bytes).map_err(|error| {
            let told = serde_json::json!({ "error": format!("the body is not JSON: {error}") });
            (StatusCode::BAD_REQUEST, told.to_string()).into_response()
        })?;
        return Ok((Vec::new(), Vec::new(), Some(json)));
    }
    Ok((form_urlencoded::parse(&bytes).into_owned().collect(), Vec::new(), None))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Token::parse(value.strip_prefix("Bearer ")?)
}

/// Whether the browser says that the request comes from our own pages, or from no page at all.
fn own_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, own)| own == host),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

fn accepted(headers: &HeaderMap) -> Lang {
    let value =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(',').find_map(|tag| Lang::parse(tag.split(';').next()?.trim())).unwrap_or_default()
}
