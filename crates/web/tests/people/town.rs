//! A city in which people are taken on as a script goes, and what came of each line.

use crate::world::call::{Reply, Sent, Shown};
use crate::world::{PASSWORD, World, packs, pass};
use access::Post;
use access::policy::Actor;
use access::session::Token;
use access::staff::By;
use casework::{Ask, Command, answer};
use pack::File;
use pack::model::Channel;
use record::{ObjectRef, Record};
use std::collections::BTreeMap;
use web::server::{Newcomer, Secret};

/// Lets so many days pass, for every city of this process.
#[allow(dead_code, reason = "not every test has time pass")]
pub fn days_pass(days: i64) {
    pass(days * 86_400);
}

pub struct Town {
    pub world: World,
    /// Who sits at a browser, by the name that scripts give it.
    browsers: BTreeMap<String, Token>,
}

impl Town {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::create_in(dir.path()).unwrap();
        Self { world: World::empty(dir, record, &packs(), |_| {}), browsers: BTreeMap::new() }
    }

    /// The same record under other packs, after a restart. Browsers keep their cookies.
    #[allow(dead_code, reason = "not every test changes editions")]
    pub fn reopened(self, files: &[File]) -> Self {
        let Self { world: World { city, runtime, router, dir, .. }, browsers } = self;
        city.save();
        drop((city, router, runtime));
        let record = Record::create_in(dir.path()).unwrap();
        Self { world: World::empty(dir, record, files, |_| {}), browsers }
    }

    /// Somebody whom the operator takes on, as `lianchi staff add` does.
    pub fn add(&self, login: &str, name: &str, post: &str) {
        let post = Post::parse(post).unwrap();
        let new = Newcomer { login, name, post: &post, secret: Secret::Password(PASSWORD) };
        self.world.city.take_on(By::Operator, new, "the operator said so").unwrap();
    }

    /// A resident who opens an account.
    pub fn settle(&self, login: &str, name: &str) {
        self.world.city.register(login, name, PASSWORD, &[], self.world.city.now()).unwrap();
    }

    pub fn object(&self, login: &str) -> ObjectRef {
        self.world.city.find_person(login).unwrap().object()
    }

    fn acting<T>(&self, login: &str, post: Option<&Post>, ask: impl FnOnce(&Ask<'_>) -> T) -> T {
        let id = self.world.city.find_person(login).unwrap();
        let actor = Actor::of(&self.world.city.person(id).unwrap(), post).unwrap();
        ask(&Ask { now: self.world.city.now(), actor: Some(&actor), purpose: None, seen: None })
    }

    /// A case of the resident's in which a lost card is reported at the lake.
    pub fn case(&self, login: &str, number: &str, submit: bool) -> ObjectRef {
        let casework = &self.world.city.casework;
        let procedure = "identity-card-loss-report".into();
        let start = Command::Start {
            office: "lake-station".into(),
            party: Some(self.object(login)),
            channel: Channel::Web,
        };
        self.acting(login, None, |ask| {
            let case = casework.start(&procedure, number, &start, ask).unwrap();
            let form = &casework.book().procedure(&procedure).unwrap().form;
            let answers = [
                ("name", "王小莲"),
                ("identity-number", "11010519491231002X"),
                ("phone", "13800000000"),
                ("lost-on", "2026-05-31"),
                ("withdraw", "no"),
            ];
            let read = |(id, text): (&str, &str)| {
                (id.into(), Some(answer::read(&form.field(id).unwrap().kind, text).unwrap()))
            };
            casework.run(&case, &Command::Save { answers: answers.map(read).to_vec() }, ask).unwrap();
            if submit {
                casework.run(&case, &Command::Submit, ask).unwrap();
            }
            case
        })
    }

    /// What a clerk of the lake does in a case.
    pub fn clerk(&self, login: &str, case: &ObjectRef, command: &Command) {
        let post = Post::new("clerk", "lake-station");
        self.acting(login, Some(&post), |ask| self.world.city.casework.run(case, command, ask).unwrap());
    }

    /// Has a clerk of the lake bring a case to its end.
    #[allow(dead_code, reason = "not every test ends cases")]
    pub fn granted(&self, login: &str, case: &ObjectRef) {
        for (step, outcome) in [("accept", "accepted"), ("decide", "granted"), ("deliver", "delivered")] {
            let (step, outcome) = (step.into(), outcome.into());
            self.clerk(login, case, &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
        }
    }

    /// A line of a script: `who: GET /path` or `who: POST /path name=value&…`, where `{login}` stands for the digits of
    /// that person's id. What came of it, without ids, codes and times.
    pub fn line(&mut self, line: &str) -> String {
        let (who, rest) = line.split_once(": ").unwrap();
        let mut rest = rest.to_owned();
        while let Some((before, after)) = rest.split_once('{') {
            let (login, after) = after.split_once('}').unwrap();
            let id = self.world.city.find_person(login).unwrap_or_else(|| panic!("nobody is `{login}`"));
            rest = format!("{before}{id}{after}");
        }
        let mut parts = rest.splitn(3, ' ');
        let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
        let fields = parts.next().unwrap_or_default();
        let reply = self.ask(who, method, path, fields);
        let location = reply.header("location");
        let location =
            if location.is_empty() { String::new() } else { format!(" → {}", readable(location)) };
        format!("> {line}\n{}{location}\n{}", reply.status.as_u16(), told(&reply))
    }

    pub fn ask(&mut self, who: &str, method: &str, path: &str, fields: &str) -> Reply {
        let shown = self.browsers.get(who).cloned().map_or(Shown::Nothing, Shown::Browser);
        let pairs = fields.split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let sent = if method == "POST" { Sent::Form(pairs) } else { Sent::Nothing };
        let path: String = path
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { web::path::segment(&c.to_string()) })
            .collect();
        let reply = self.world.call(&shown, method, &path, &sent);
        let cookie = reply.header("set-cookie").strip_prefix("__Host-lianchi=").map(str::to_owned);
        if let Some(cookie) = cookie {
            match Token::parse(cookie.split(';').next().unwrap()) {
                Some(token) => drop(self.browsers.insert(who.to_owned(), token)),
                None => drop(self.browsers.remove(who)),
            }
        }
        reply
    }

    /// A script, line by line.
    pub fn script(&mut self, lines: &[&str]) -> String {
        lines.iter().map(|line| self.line(line) + "\n").collect()
    }

    pub fn sign_in(&mut self, login: &str) {
        self.sign_in_from(login, login);
    }

    /// From another browser than the one that goes by their name.
    pub fn sign_in_from(&mut self, browser: &str, login: &str) {
        let fields = format!("login={login}&password={PASSWORD}");
        let reply = self.ask(browser, "POST", "/sign-in", &fields);
        assert_eq!(reply.status, 303, "{login}: {}", told(&reply));
    }
}

/// The words of the page's own matter, a line for each element that has any; of a form that came back, what is wrong with
/// it.
pub fn told(reply: &Reply) -> String {
    let body = reply.text();
    let Some((_, rest)) = body.split_once("<main") else { return readable(&body) };
    let main = rest.split_once('>').unwrap().1.split_once("</main>").unwrap().0;
    let wrong =
        main.split_once("<section class=\"summary\"").and_then(|(_, rest)| rest.split_once("</section>"));
    let main = wrong.map_or(main, |(wrong, _)| wrong);
    let mut out = String::new();
    let mut hidden = false;
    for (tag, words) in main.split('<').filter_map(|part| part.split_once('>')) {
        // Moments differ from run to run, and choices of offices are the packs' own.
        hidden = tag.starts_with("time") || tag.starts_with("option") || (hidden && !tag.starts_with('/'));
        if let Some(value) = tag.strip_prefix("input").filter(|tag| !tag.contains("hidden")) {
            let value = value.split_once(" value=\"").map(|(_, value)| value.split('"').next().unwrap());
            out.push_str(&format!("[{}]\n", value.unwrap_or_default()));
        }
        if !hidden && !words.trim().is_empty() {
            out.push_str(&format!("{}\n", words.trim()));
        }
    }
    readable(&out)
}

/// Without what differs from run to run: ids, codes, digests.
fn readable(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<");
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let hex = bare.len() >= 12 && bare.chars().all(|c| c.is_ascii_hexdigit());
        let code = access::code::SignInCode::read(bare).is_some();
        match (hex, code) {
            (true, _) => out.push_str(&word.replace(bare, "‹id›")),
            (_, true) => out.push_str(&word.replace(bare, "‹code›")),
            _ => out.push_str(word),
        }
    }
    out
}
