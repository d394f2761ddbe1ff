//! Who may ask for what: every operation by everyone, against a real city on a real record. The answers stand in one table
//! that a person can read; an operation that is not asked for fails the test.
//!
//! The same walk finds every way to read personal data, and that each is on the record for its subject to see; that every
//! answer carries what keeps browsers safe; and that answers to programs are as the OpenAPI document says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod rows;
#[path = "../world/mod.rs"]
mod world;

use access::session::Token;
use record::{ObjectRef, Version};
use rows::{ROWS, Row, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use world::World;
use world::call::{Reply, Sent, Shown};
use world::cases::{GIVES, NUMBER, OFFICE, PAGE, SECRET, SERVICE, Stage};
use world::schema::Document;

/// Everyone who asks: the heading, who that is, and how they show it.
const ASKERS: [(&str, &str, How); 16] = [
    ("nobody", "", How::Not),
    ("party", "party", How::Browser),
    ("other", "other", How::Browser),
    ("clerk", "clerk", How::Browser),
    ("clerk²", "clerk-elsewhere", How::Browser),
    ("exam", "examiner", How::Browser),
    ("appr", "approver", How::Browser),
    ("super", "supervisor-above", How::Browser),
    ("super²", "supervisor-elsewhere", How::Browser),
    ("city", "supervisor-city", How::Browser),
    ("expert", "expert", How::Browser),
    ("officer", "officer", How::Browser),
    ("admin", "administrator", How::Browser),
    ("expired", "clerk", How::Expired),
    ("forged", "clerk", How::CookieAlone),
    ("bearer", "clerk", How::Bearer),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Not,
    Browser,
    /// A session that has run out.
    Expired,
    /// A cookie without the form's token, as another site's form would have it.
    CookieAlone,
    Bearer,
}

const HEAD: &str = "\
nobody: not signed in · party: whose case it is · other: another resident · clerk, exam(iner), appr(over), expert, officer: of
the case's office · clerk²: of another · super: supervises the county above · super²: another county · city: the whole city ·
admin: looks after the people of the county above ·
expired: the clerk, whose session ran out · forged: the clerk's browser, from another site's form · bearer: the clerk's program
sign-in: on to the sign-in page · go: on to another page · …: a stream of events";

/// Time is one for all worlds of a process: whoever lets it pass would run out the sessions of a walk beside.
static ALONE: Mutex<()> = Mutex::new(());

struct Walk {
    _alone: MutexGuard<'static, ()>,
    world: World,
    expired: Token,
    document: Document,
    /// A case of each stage, for as long as nobody changes it.
    kept: BTreeMap<Stage, ObjectRef>,
    sessions: BTreeMap<&'static str, Token>,
    count: usize,
    /// Ways to see personal data: of which row, by whom, noted or not.
    read: BTreeMap<String, Vec<String>>,
    faults: Vec<String>,
    /// A log from elsewhere.
    log: String,
}

impl Walk {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let world = World::new();
        let expired = world.sign_in("clerk");
        world::pass(3 * 86_400);
        let document = Document(world.get(&Shown::Nothing, "/api/openapi.json").json());
        Self {
            _alone: alone,
            world,
            expired,
            document,
            kept: BTreeMap::new(),
            sessions: BTreeMap::new(),
            count: 0,
            read: BTreeMap::new(),
            faults: Vec::new(),
            log: String::new(),
        }
    }

    fn shown(&mut self, heading: &'static str, login: &str, how: How) -> Shown {
        let (world, kept) = (&self.world, self.sessions.get(heading));
        let session = || match kept.filter(|session| world.city.stands(Some(session))) {
            Some(session) => session.clone(),
            None => world.sign_in(login),
        };
        let session = match how {
            How::Not => return Shown::Nothing,
            How::Expired => return Shown::Browser(self.expired.clone()),
            _ => session(),
        };
        self.sessions.insert(heading, session.clone());
        match how {
            How::CookieAlone => Shown::CookieAlone(session),
            How::Bearer => Shown::Bearer(session),
            _ => Shown::Browser(session),
        }
    }

    fn case(&mut self, stage: Stage) -> ObjectRef {
        self.kept.entry(stage).or_insert_with(|| self.world.case(stage)).clone()
    }

    /// One line of the table.
    fn line(&mut self, row: &Row) -> String {
        let mut line = String::new();
        for (heading, login, how) in ASKERS {
            let cell = self.cell(row, heading, login, how);
            write!(line, "{cell:<8}").unwrap();
        }
        line.trim_end().to_owned()
    }

    fn cell(&mut self, row: &Row, heading: &'static str, login: &str, how: How) -> String {
        self.count += 1;
        let case = self.case(row.stage);
        let target = self.target(&case);
        let path = self.path(row, &case, &target);
        let shown = self.shown(heading, login, how);
        let sent = (row.sends)(&self.world, &target);
        let sent = if row.method == "GET" { Sent::Nothing } else { sent };
        let before = self.world.city.casework.record().len().unwrap();
        let reply = self.world.call(&shown, row.method, &path, &sent);
        let name = named(row);
        self.guarded(&name, &reply);
        if row.pattern.starts_with("/api/") {
            self.described(row, &reply);
        }
        self.readings(&name, heading, login, &reply, before);
        let refused = [400, 401, 403, 404, 429].contains(&reply.status.as_u16());
        if row.method == "POST" && !refused {
            self.kept.remove(&row.stage);
        }
        told(&reply)
    }

    fn target(&self, case: &ObjectRef) -> Target {
        let state = self.world.view(case).state;
        let digest = state.materials.get("identity-card").and_then(|files| files.first());
        Target {
            number: case.id.to_string(),
            seen: state.events,
            person: self.world.person("party").object().to_string(),
            digest: digest.map(|file| file.digest.to_string()).unwrap_or_default(),
            count: self.count,
        }
    }

    /// A log of the county's supervisors, read; another one once it was deleted.
    fn log(&mut self) -> String {
        if self.log.is_empty() || self.world.city.logs.get(&self.log).is_none() {
            let shown = Shown::Browser(self.world.sign_in("supervisor-above"));
            let case = self.case(Stage::Open);
            let target = self.target(&case);
            let reply = self.world.call(&shown, "POST", "/board/logs", &rows::log(&self.world, &target));
            self.log = reply.header("location").trim_start_matches("/board/logs/").to_owned();
            let read =
                || self.world.get(&shown, &format!("/board/logs/{}", self.log)).text().contains("It is read");
            while !read() {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        self.log.clone()
    }

    fn path(&mut self, row: &Row, case: &ObjectRef, target: &Target) -> String {
        let history = self.world.city.casework.record().history(case, Version(0), 1).unwrap();
        let entry = history.first().map(|entry| entry.index.to_string()).unwrap();
        let category = "household".to_owned();
        let log = if row.pattern.contains("{log}") { self.log() } else { String::new() };
        let asset = web::asset::url("lianchi.css").trim_start_matches("/assets/").to_owned();
        let known = [
            ("case", target.number.clone()),
            ("service", SERVICE.to_owned()),
            ("category", category),
            ("lang", "en".to_owned()),
            ("face", "resident".to_owned()),
            ("office", OFFICE.to_owned()),
            ("procedure", SERVICE.to_owned()),
            ("entry", entry),
            ("material", "identity-card".to_owned()),
            ("credential", GIVES.to_owned()),
            ("digest", target.digest.clone()),
            ("person", self.world.person("colleague").to_string()),
            ("log", log),
            ("number", "1".to_owned()),
            ("*path", asset),
        ];
        let mut path = row.pattern.to_owned();
        let own = row.path.iter().map(|(name, value)| (*name, (*value).to_owned()));
        for (name, value) in own.chain(known) {
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        assert!(!path.contains('{'), "{}: give the path's parameters in a row", named(row));
        path + row.query
    }

    /// What every answer carries.
    fn guarded(&mut self, name: &str, reply: &Reply) {
        let csp = reply.header("content-security-policy");
        let safe = csp.contains("default-src 'self'") && csp.contains("frame-ancestors 'none'");
        let mut wrong = Vec::new();
        if !safe || csp.contains("unsafe") {
            wrong.push("content-security-policy");
        }
        if reply.header("x-content-type-options") != "nosniff" {
            wrong.push("x-content-type-options");
        }
        if reply.header("referrer-policy") != "same-origin" {
            wrong.push("referrer-policy");
        }
        if reply.header("cache-control").is_empty() {
            wrong.push("cache-control");
        }
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let session = cookie.starts_with("__Host-lianchi=");
            if session
                && !["; Path=/", "; Secure", "; HttpOnly", "; SameSite="]
                    .iter()
                    .all(|part| cookie.contains(part))
            {
                wrong.push("set-cookie");
            }
        }
        let location = reply.header("location");
        if reply.status.is_redirection() && (!location.starts_with('/') || location.starts_with("//")) {
            wrong.push("location");
        }
        if reply.status.is_server_error() {
            wrong.push("a fault of our own");
        }
        self.faults.extend(wrong.iter().map(|wrong| format!("{name}: {wrong}: {}", reply.text())));
    }

    /// That the document says what was answered.
    fn described(&mut self, row: &Row, reply: &Reply) {
        let json = reply.header("content-type") == "application/json";
        let body = if json { reply.json() } else { serde_json::Value::Null };
        let fault = self.document.fault(row.method, row.pattern, reply.status.as_u16(), &body);
        let undescribed = fault.filter(|_| json || reply.status.as_u16() >= 400);
        self.faults.extend(undescribed);
    }

    /// Whether the answer shows personal data of the party's, and whether they can see that it was read.
    fn readings(&mut self, name: &str, heading: &str, login: &str, reply: &Reply, before: u64) {
        let text = reply.text();
        let page = String::from_utf8_lossy(PAGE);
        let shows = [SECRET, NUMBER, "王莲生", &page].iter().any(|secret| text.contains(secret));
        if !shows || login == "party" {
            return;
        }
        let (party, reader) = (self.world.person("party").object(), self.world.actor(login).id().clone());
        let since = self.world.city.casework.record().entries(before, 100).unwrap();
        let noted = since.iter().any(|entry| {
            let event = &entry.event;
            event.activity.as_str() == access::activity::DATA_READ
                && event.object("subject") == Some(&party)
                && event.actor.as_ref() == Some(&reader)
                && event.purpose.is_some()
        });
        if !noted {
            self.faults.push(format!("{name}: {heading} reads personal data, and nobody is told"));
        }
        self.read.entry(name.to_owned()).or_default().push(heading.to_owned());
    }
}

fn told(reply: &Reply) -> String {
    let stream = reply.header("content-type") == "text/event-stream";
    match reply.status.as_u16() {
        303 if reply.header("location").starts_with("/sign-in") => "sign-in".to_owned(),
        303 => "go".to_owned(),
        200 if stream => "…".to_owned(),
        status => status.to_string(),
    }
}

fn named(row: &Row) -> String {
    let about = if row.about.is_empty() { String::new() } else { format!(" · {}", row.about) };
    format!("{} {}{about}", row.method, row.pattern)
}

/// The rows of the table: those that are written down, and one for each other operation that only reads.
fn rows() -> Vec<(usize, Row)> {
    let written: BTreeSet<(&str, &str)> = ROWS.iter().map(|row| (row.method, row.pattern)).collect();
    let mut rows = Vec::new();
    for (place, (method, pattern)) in web::server::operations().enumerate() {
        if !written.contains(&(method, pattern)) {
            assert_eq!(method, "GET", "{method} {pattern} has no row: say in `rows.rs` what it is sent");
            let nothing = |_: &World, _: &Target| Sent::Nothing;
            let row =
                Row { method, pattern, about: "", stage: Stage::Open, path: &[], query: "", sends: nothing };
            rows.push((place, row));
        }
    }
    for row in ROWS {
        let place = web::server::operations().position(|one| one == (row.method, row.pattern));
        let place = place.unwrap_or_else(|| panic!("{} is no operation", named(row)));
        let Row { method, pattern, about, stage, path, query, sends } = *row;
        rows.push((place, Row { method, pattern, about, stage, path, query, sends }));
    }
    rows.sort_by_key(|(place, _)| *place);
    rows
}

#[test]
fn everyone_asks_for_everything() {
    let mut walk = Walk::new();
    let rows = rows();
    let width = rows.iter().map(|(_, row)| named(row).chars().count()).max().unwrap_or(0) + 2;
    let mut table = format!("{HEAD}\n\n{:width$}", "");
    for (heading, ..) in ASKERS {
        write!(table, "{heading:<8}").unwrap();
    }
    for (_, row) in &rows {
        let line = walk.line(row);
        write!(table, "\n{:width$}{line}", named(row)).unwrap();
    }
    let read = walk.read.iter().map(|(name, who)| format!("{name}: {}\n", who.join(", ")));
    let read: String = read.collect();
    assert!(walk.faults.is_empty(), "{} faults:\n{}", walk.faults.len(), walk.faults.join("\n"));
    insta::assert_snapshot!("who_may_ask_for_what", table);
    insta::assert_snapshot!("who_reads_personal_data", read);
}

/// Whoever has the address of something that is only posted to, after a reload say, is led to the page with its form; programs
/// are told the method.
#[test]
fn forms_are_found_where_they_stand() {
    let mut walk = Walk::new();
    // On another device, from which they can sign themselves out.
    walk.world.sign_in("clerk");
    let mut table = String::new();
    let mut seen = BTreeSet::new();
    for (_, row) in rows().iter().filter(|(_, row)| row.method == "POST" && seen.insert(row.pattern)) {
        let case = walk.case(row.stage);
        let target = walk.target(&case);
        let path = walk.path(row, &case, &target);
        let here = walk.world.get(&Shown::Nothing, &path);
        let has_page = web::server::operations().any(|one| one == ("GET", row.pattern));
        if has_page {
            continue;
        }
        if row.pattern.starts_with("/api/") {
            assert_eq!((here.status.as_u16(), here.header("allow")), (405, "POST"), "{path}");
            continue;
        }
        assert_eq!(here.status, 303, "GET {path}");
        let to = here.header("location").to_owned();
        let mut standing = Vec::new();
        for (heading, login, how) in
            ASKERS.into_iter().filter(|(.., how)| matches!(how, How::Not | How::Browser))
        {
            let shown = walk.shown(heading, login, how);
            let reply = walk.world.get(&shown, &to);
            if reply.status == 200 && reply.text().contains(&format!("=\"{path}\"")) {
                standing.push(heading);
            }
        }
        let person = walk.world.person("colleague").to_string();
        let mut told = to.replace(&target.number, "CASE").replace(&person, "PERSON");
        if !walk.log.is_empty() {
            told = told.replace(&walk.log, "LOG");
        }
        let standing = if standing.is_empty() { "-".to_owned() } else { standing.join(" ") };
        writeln!(table, "{} → {told} · {standing}", row.pattern).unwrap();
    }
    insta::assert_snapshot!("where_forms_stand", table);
}
