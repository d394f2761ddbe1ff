use super::answer::{self, Oops};
use super::city::City;
use super::device::device;
use super::logs::Arrived;
use super::operation::{Operation, Work};
use super::unkept::Unkept;
use super::{board, counter, show, staff, whence};
use crate::layout::{Face, Frame, Who};
use crate::path;
use crate::text::Lang;
use access::policy::Actor;
use access::session::Token;
use access::{Person, Post};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use casework::Ask;
use jiff::civil::Date;
use pack::Id;
use pack::model::Start;
use record::{Digest, ObjectRef, Time};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::sync::OwnedSemaphorePermit;

/// The cookie of a session. Its prefix has browsers bind it to this host, to every path, and to a safe connection.
pub const SESSION_COOKIE: &str = "__Host-lianchi";
/// What a page says when it asks for itself again because an event told it to: that is no use of the session by a person,
/// and does not keep it alive.
const REFRESH: &str = "lianchi-refresh";

/// A file that was sent.
pub struct Sent {
    /// The field's name.
    pub field: String,
    /// The file's own name.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
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
    /// The operation's path, with its parameters in braces; empty where there is none, or not by this method.
    pub pattern: &'static str,
    /// Where its form stands, as [`Operation::on`] says.
    pub on: Option<&'static str>,
    /// Whether it is for a program: `/api/…`.
    pub api: bool,
    /// Whether what was typed comes back to whoever has to sign in anew.
    pub comes_back: bool,
    /// Whether it is for a stream of events.
    pub live: bool,
    /// Names and values from the path.
    pub params: Vec<(String, String)>,
    /// Names and values from the query.
    pub query: Vec<(String, String)>,
    /// Names and values from the body.
    pub posted: Vec<(String, String)>,
    /// Files from the body.
    pub files: Vec<Sent>,
    /// Files that came and were not taken.
    pub unkept: Vec<Unkept>,
    /// A log from the body, until it is kept.
    pub arrived: Mutex<Option<Arrived>>,
    /// The body as it came, where it is JSON.
    pub json: Option<serde_json::Value>,
    /// Where it came from.
    pub address: IpAddr,
    /// The site that it came to, as its sender wrote it: `https://city.example`.
    pub site: String,
    /// The mark of the browser, where something that was typed there waits to be sent again.
    pub browser: Option<String>,
    /// The token that was shown, whether or not it opens a session.
    pub claimed: Option<Token>,
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
    /// The device, in a few words.
    pub device: String,
    /// The last that a stream told, before it broke off.
    pub told: Option<u64>,
    /// What this request takes of the room for bodies.
    pub room: Option<OwnedSemaphorePermit>,
    own_site: Option<bool>,
    bearer: bool,
    refresh: bool,
}

impl Asked {
    /// Reads the head of a request.
    pub fn new(
        city: Arc<City>,
        operation: &Operation,
        params: Option<&RawPathParams>,
        parts: &Parts,
    ) -> Self {
        let headers = &parts.headers;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let bearer = bearer(headers);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Self {
            now: city.now(),
            method: parts.method.clone(),
            pattern: operation.path,
            on: operation.on,
            api: path.starts_with("/api/"),
            comes_back: operation.comes_back,
            live: matches!(operation.work, Work::Live(_)),
            params: params
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            posted: Vec::new(),
            files: Vec::new(),
            unkept: Vec::new(),
            arrived: Mutex::default(),
            json: None,
            address: sender(peer, headers, &city.proxies),
            site: site(peer, headers, &city.proxies),
            token: None,
            person: None,
            actor: None,
            lang: cookie(headers, "lang").and_then(Lang::parse).unwrap_or_else(|| accepted(headers)),
            kiosk: cookie(headers, "face") == Some("kiosk"),
            device: text(headers, "user-agent").map(device).unwrap_or_default(),
            told: text(headers, "last-event-id").and_then(|id| id.parse().ok()),
            room: None,
            own_site: own_site(headers),
            bearer: bearer.is_some(),
            browser: cookie(headers, super::carried::BROWSER).map(str::to_owned),
            claimed: bearer.or_else(|| cookie(headers, SESSION_COOKIE).and_then(Token::parse)),
            refresh: headers.contains_key(REFRESH) && parts.method == Method::GET,
            path,
            city,
        }
    }

    /// Finds out who asks, and in which post: anew for each request, since posts are withdrawn while people are signed in.
    pub fn recognize(&mut self) {
        (self.token, self.person, self.actor) = (None, None, None);
        let Some(token) = self.claimed.clone() else { return };
        let used = !self.refresh && !self.live;
        let Some(session) = self.city.session(&token, used) else { return };
        let Ok(person) = self.city.person(session.person) else { return };
        if !person.now.lets(&session) {
            return self.city.drop_session(&token);
        }
        // Whoever lost the post acts for themselves from now on.
        let actor = Actor::of(&person, session.post.as_ref()).or_else(|_| Actor::of(&person, None));
        self.actor = actor.ok();
        self.person = self.actor.is_some().then_some(person);
        self.token = self.actor.is_some().then_some(token);
    }

    /// Refuses what another site made this browser send: a form without the session's token, or, where nobody is signed
    /// in, one that the browser itself says comes from elsewhere. A program that shows its token in a header is no
    /// browser. Our own scripts, which speak JSON, are known by what the browser says of them.
    ///
    /// Nor is a form carried out in another post than the one for which it was drawn, as long as that makes a difference: whoever
    /// switched posts in another window may not know it.
    pub fn check(&self, operation: &Operation) -> Result<(), Oops> {
        if self.method != Method::POST || self.bearer {
            return Ok(());
        }
        let sent = || self.posted.iter().find(|(name, _)| name == "token").map(|(_, value)| value);
        let right = match &self.token {
            Some(token) => {
                sent().is_some_and(|text| token.is_form_token(text.split('.').next().unwrap_or_default()))
                    || (self.api && self.own_site == Some(true))
            }
            None => self.own_site != Some(false),
        };
        match right {
            false => Err(Oops::Foreign),
            true if !operation.in_any_post && super::carried::of_another_post(self) => Err(Oops::OtherPost),
            true => Ok(()),
        }
    }

    /// Refuses what came without a file that was to come with it, unless the operation's own page says so.
    pub fn whole(&self, operation: &Operation) -> Result<(), Oops> {
        match self.unkept.first().filter(|_| !operation.redraws) {
            Some(unkept) => Err(Oops::File(Box::new(unkept.clone()))),
            None => Ok(()),
        }
    }

    /// Whether the browser says that another site had it ask.
    pub fn is_from_elsewhere(&self) -> bool {
        self.own_site == Some(false) && !self.bearer
    }

    /// Whether the browser says that our own page had it ask.
    pub fn is_from_our_pages(&self) -> bool {
        self.own_site == Some(true)
    }

    /// A value from the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// A value from the body, or from the query.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut all = self.posted.iter().chain(&self.query);
        all.find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A value that is not blank.
    pub fn words(&self, name: &str) -> Option<&str> {
        self.field(name).map(str::trim).filter(|words| !words.is_empty())
    }

    /// The page of a long list that is asked for, counted from 1.
    pub fn leaf(&self) -> usize {
        self.words("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
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
        self.signed_in()?.post().ok_or(Oops::forbidden(None))
    }

    /// The session, by the name under which it is kept.
    pub fn session(&self) -> Option<Digest> {
        self.token.as_ref().map(Token::session)
    }

    /// The day on which it is asked.
    pub fn today(&self) -> Date {
        pack::days::today(self.now)
    }

    /// How a command is asked by whoever sent this.
    pub fn ask(&self) -> Ask<'_> {
        let seen = self.field("seen").and_then(|seen| seen.parse().ok());
        Ask { now: self.now, actor: self.actor.as_ref(), purpose: None, seen }
    }

    /// The case whose number is in the path.
    pub fn case(&self) -> Result<ObjectRef, Oops> {
        let number = self.param("case");
        let case = self.city.casework.named(number)?;
        case.ok_or(Oops::Missing)
    }

    /// Where to go on to after what was asked: a page of ours, or the front page.
    pub fn back(&self) -> &str {
        self.field("back").filter(|back| ours(back)).unwrap_or(path::HOME)
    }

    /// Whether there is a queue for the post: whether its role does a step of any procedure, or begins one.
    fn has_queue(&self, post: &Post) -> bool {
        let mut all = self.city.casework.book().definitions.procedures.values();
        all.any(|procedure| {
            procedure.start == Start::Role(post.role.clone())
                || procedure.flow.steps.iter().any(|step| step.role == post.role)
        })
    }

    /// What somebody works with, in the post in which they act.
    fn work_of(&self, actor: &Actor) -> Who {
        let Some(post) = actor.post() else { return Who::default() };
        Who {
            desk: self.has_queue(post),
            board: board::may(self, actor, "supervise", &post.office),
            staff: staff::may_look_after(self, actor, &post.office),
            ..Who::default()
        }
    }

    /// Where somebody begins, in the post in which they act.
    pub fn start(&self, actor: &Actor) -> &'static str {
        match self.work_of(actor) {
            Who { board: true, .. } => path::BOARD,
            Who { desk: true, .. } => path::DESK,
            Who { staff: true, .. } => path::STAFF,
            _ => path::HOME,
        }
    }

    /// What each form of the session carries: what proves it, and for whom it was drawn.
    fn form_token(&self) -> Option<String> {
        let (token, person) = self.token.as_ref().zip(self.person.as_ref())?;
        let post = self.actor.as_ref().and_then(Actor::post);
        Some(token.form_token() + &super::carried::mark(person.id, post))
    }

    /// The frame of a page for whoever asked.
    pub fn frame(&self, face: Face) -> Frame {
        let who = self.person.as_ref().map(|person| {
            let post = self.actor.as_ref().and_then(Actor::post);
            let work = self.actor.as_ref().map(|actor| self.work_of(actor)).unwrap_or_default();
            Who {
                id: person.id.to_string(),
                name: self.city.name(person).unwrap_or_default(),
                post: post.map(|post| show::post(self, post)),
                posts: person.now.posts.len(),
                counter: work.desk && post.is_some_and(|post| counter::begins(self, post)),
                ..work
            }
        });
        let notice =
            self.query.iter().find(|(name, _)| name == "done").and_then(|(_, done)| answer::notice(done));
        Frame {
            lang: self.lang,
            face: if self.kiosk && face == Face::Resident { Face::Kiosk } else { face },
            city: self.city.settings.title.clone(),
            path: whence::page(self),
            who,
            token: self.form_token().unwrap_or_default(),
            carried: None,
            once: self.token.as_ref().and_then(|_| super::once::key().ok()).unwrap_or_default(),
            at: self.city.casework.record().len().unwrap_or_default(),
            notice,
        }
    }
}

/// Whether `back` is an address within this site, however a browser may read it: it takes `\` for `/` and passes over
/// tabs and line ends.
fn ours(back: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    back.starts_with('/') && !back.starts_with("//") && back.chars().all(plain)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let (scheme, token) = text(headers, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim()))?
}

/// The site that a request from `peer` came to: what a proxy of ours says of it, where it is one. Browsers keep no session but
/// over https, or on their own machine; empty where the host is none.
fn site(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> String {
    let ours = proxies.contains(&peer.to_canonical());
    let said = |name: &str| {
        text(headers, name).filter(|_| ours).and_then(|all| all.split(',').next()).map(str::trim)
    };
    let host = said("x-forwarded-host").or_else(|| text(headers, "host")).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return String::new();
    }
    let port = |(_, port): &(&str, &str)| port.chars().all(|c| c.is_ascii_digit());
    let name = host.rsplit_once(':').filter(port).map_or(host, |(name, _)| name);
    let here =
        name == "localhost" || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let scheme = match said("x-forwarded-proto") {
        Some("http") => "http",
        None if here => "http",
        _ => "https",
    };
    format!("{scheme}://{host}")
}

/// Who sent a request that came from `peer`: what a proxy of ours says, where it is one.
fn sender(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let ours = |address: &IpAddr| proxies.contains(&address.to_canonical());
    if !ours(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let all: Vec<IpAddr> =
        lines.flat_map(|line| line.split(',')).map_while(|one| one.trim().parse().ok()).collect();
    // The last that is not ours is the nearest that no client can have written.
    all.into_iter().rev().find(|address| !ours(address)).unwrap_or(peer)
}

/// Whether the browser says that the request comes from our own pages, or from no page at all; none where it says
/// nothing.
fn own_site(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return Some(matches!(site, "same-origin" | "none"));
    }
    let origin = text(headers, "origin")?;
    let host = text(headers, "host");
    Some(origin.split_once("://").is_some_and(|(_, own)| Some(own) == host))
}

fn accepted(headers: &HeaderMap) -> Lang {
    let value = text(headers, "accept-language").unwrap_or_default();
    value.split(',').find_map(|tag| Lang::parse(tag.split(';').next()?.trim())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ours, own_site, sender, site};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use std::net::IpAddr;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn the_way_back_leads_nowhere_else() {
        for (back, right) in [
            ("/", true),
            ("/cases/2611-28T5CY4T-B/form?faults=1#f-born", true),
            ("/find?q=%E6%88%B7", true),
            ("", false),
            ("cases", false),
            ("//elsewhere.example", false),
            ("/\\elsewhere.example", false),
            ("/\t/elsewhere.example", false),
            ("/\n/elsewhere.example", false),
            ("\t//elsewhere.example", false),
            ("/ /elsewhere.example", false),
            ("/户口", false),
            ("https://elsewhere.example/", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(ours(back), right, "{back:?}");
        }
    }

    #[test]
    fn browsers_say_where_a_request_comes_from() {
        for (all, said) in [
            (&[][..], None),
            (&[("sec-fetch-site", "same-origin")], Some(true)),
            (&[("sec-fetch-site", "none")], Some(true)),
            (&[("sec-fetch-site", "same-site")], Some(false)),
            (&[("sec-fetch-site", "cross-site")], Some(false)),
            (&[("origin", "https://city.example"), ("host", "city.example")], Some(true)),
            (&[("origin", "https://other.example"), ("host", "city.example")], Some(false)),
            (&[("origin", "null"), ("host", "city.example")], Some(false)),
            (&[("origin", "https://city.example")], Some(false)),
        ] {
            assert_eq!(own_site(&headers(all)), said, "{all:?}");
        }
    }

    #[test]
    fn the_site_is_the_one_that_was_asked() {
        let proxies: [IpAddr; 1] = ["10.0.0.1".parse().unwrap()];
        let proxy =
            &[("host", "inside:8080"), ("x-forwarded-host", "city.example"), ("x-forwarded-proto", "https")];
        for (peer, all, right) in [
            ("203.0.113.9", &[("host", "city.example")][..], "https://city.example"),
            ("203.0.113.9", &[("host", "city.example:8443")], "https://city.example:8443"),
            ("127.0.0.1", &[("host", "127.0.0.1:8171")], "http://127.0.0.1:8171"),
            ("127.0.0.1", &[("host", "localhost:8171")], "http://localhost:8171"),
            ("::1", &[("host", "[::1]:8171")], "http://[::1]:8171"),
            ("::1", &[("host", "[::1]")], "http://[::1]"),
            ("10.0.0.1", proxy, "https://city.example"),
            ("203.0.113.9", proxy, "https://inside:8080"),
            ("10.0.0.1", &[("host", "city.example"), ("x-forwarded-proto", "http")], "http://city.example"),
            ("203.0.113.9", &[("host", "a b")], ""),
            ("203.0.113.9", &[], ""),
        ] {
            assert_eq!(site(peer.parse().unwrap(), &headers(all), &proxies), right, "{peer} {all:?}");
        }
    }

    #[test]
    fn a_proxy_of_ours_is_believed_and_nobody_else() {
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        for (peer, forwarded, right) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.7, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "junk", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            let forwarded = HeaderValue::from_str(forwarded).unwrap();
            let headers = [(HeaderName::from_static("x-forwarded-for"), forwarded)].into_iter().collect();
            assert_eq!(sender(address(peer), &headers, &proxies), address(right), "{peer}");
        }
    }
}
