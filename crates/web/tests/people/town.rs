//! A city that listens on a port of its own, and people with browsers.

use access::Post;
use access::policy::Actor;
use access::staff::By;
use casework::{Ask, Command, answer};
use pack::model::Channel;
use pack::{File, Title};
use record::{ObjectRef, Record, Time};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use web::server::{City, Newcomer, Secret, Settings, serve};

/// 1 June 2026, ten in the morning in China.
static CLOCK: AtomicI64 = AtomicI64::new(1_780_279_200);

fn clock() -> Time {
    Time::new(CLOCK.load(Ordering::SeqCst), 0, Some(480)).unwrap()
}

/// Lets so many days pass, for every city of this process.
#[allow(dead_code, reason = "not every test has time pass")]
pub fn days_pass(days: i64) {
    CLOCK.fetch_add(days * 86_400, Ordering::SeqCst);
}

pub fn shipped() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let folders = std::fs::read_dir(&root).unwrap().map(|folder| folder.unwrap().path());
    let paths =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let read = |path: std::path::PathBuf| File {
        path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
        text: std::fs::read_to_string(&path).unwrap(),
    };
    let mut files: Vec<File> = paths.map(read).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

pub const PASSWORD: &str = "南湖边的第三棵柳树下";

pub struct Town {
    pub city: Arc<City>,
    pub browsers: BTreeMap<String, Browser>,
    address: SocketAddr,
    server: Server,
    dir: TempDir,
}

/// What listens, until it is dropped.
struct Server {
    runtime: Option<tokio::runtime::Runtime>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        }
    }
}

impl Town {
    pub fn new() -> Self {
        Self::under(&shipped(), tempfile::tempdir().unwrap())
    }

    fn under(files: &[File], dir: TempDir) -> Self {
        let settings = Settings {
            title: Title::new("示范市", "Demo City"),
            directory_key: [7; 32],
            password_cost: access::password::Argon2id::CHEAPEST,
            clock,
            demo: Vec::new(),
        };
        let record = Record::create_in(dir.path()).unwrap();
        let city = Arc::new(City::open(record, files, settings).unwrap());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let serving = Arc::clone(&city);
        runtime.spawn(async move {
            let stopped = async move { drop(stopped.await) };
            serve(serving, listener, stopped).await.unwrap();
        });
        let server = Server { runtime: Some(runtime), stop: Some(stop) };
        Self { city, browsers: BTreeMap::new(), address, server, dir }
    }

    /// The same record under other packs, after a restart. Browsers keep their cookies.
    #[allow(dead_code, reason = "not every test changes editions")]
    pub fn reopened(self, files: &[File]) -> Self {
        let Self { city, browsers, server, dir, .. } = self;
        city.save();
        drop(server);
        drop(city);
        let mut town = Self::under(files, dir);
        town.browsers = browsers;
        town
    }

    /// Somebody whom the operator takes on, as `lianchi staff add` does.
    pub fn add(&self, login: &str, name: &str, post: &str) {
        let post = Post::parse(post).unwrap();
        let new = Newcomer { login, name, post: &post, secret: Secret::Password(PASSWORD) };
        self.city.take_on(By::Operator, new, "the operator said so").unwrap();
    }

    /// A resident who opens an account.
    pub fn settle(&self, login: &str, name: &str) {
        self.city.register(login, name, PASSWORD, &[], self.city.now()).unwrap();
    }

    pub fn object(&self, login: &str) -> ObjectRef {
        self.city.find_person(login).unwrap().object()
    }

    /// A case of the resident's in which a loss is reported at the lake; its number.
    pub fn case(&self, login: &str, number: &str, submit: bool) -> ObjectRef {
        let id = self.city.find_person(login).unwrap();
        let actor = Actor::of(&self.city.person(id).unwrap(), None).unwrap();
        let ask = Ask { now: self.city.now(), actor: Some(&actor), purpose: None, seen: None };
        let party = Some(id.object());
        let start = Command::Start { office: "lake-station".into(), party, channel: Channel::Web };
        let procedure = "identity-card-loss-report".into();
        let case = self.city.casework.start(&procedure, number, &start, &ask).unwrap();
        let form = &self.city.casework.book().procedure(&procedure).unwrap().form;
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
        let save = Command::Save { answers: answers.map(read).to_vec() };
        self.city.casework.run(&case, &save, &ask).unwrap();
        if submit {
            self.city.casework.run(&case, &Command::Submit, &ask).unwrap();
        }
        case
    }

    /// What a clerk of the lake does in a case.
    pub fn clerk(&self, login: &str, case: &ObjectRef, command: &Command) {
        let id = self.city.find_person(login).unwrap();
        let post = Post::new("clerk", "lake-station");
        let actor = Actor::of(&self.city.person(id).unwrap(), Some(&post)).unwrap();
        let ask = Ask { now: self.city.now(), actor: Some(&actor), purpose: None, seen: None };
        self.city.casework.run(case, command, &ask).unwrap();
    }

    /// A line of a script: `who: GET /path` or `who: POST /path name=value&…`, where `{login}` stands for the digits of
    /// that person's id. What came of it, without ids, codes and times.
    pub fn line(&mut self, line: &str) -> String {
        let (who, rest) = line.split_once(": ").unwrap();
        let mut rest = rest.to_owned();
        while let Some((before, after)) = rest.split_once('{') {
            let (login, after) = after.split_once('}').unwrap();
            let id = self.city.find_person(login).unwrap_or_else(|| panic!("nobody is `{login}`"));
            rest = format!("{before}{id}{after}");
        }
        let mut parts = rest.splitn(3, ' ');
        let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
        let fields = parts.next().unwrap_or_default();
        let reply = self.ask(who, method, path, fields);
        let location = reply.location.as_ref().map(|to| format!(" → {}", readable(to))).unwrap_or_default();
        format!("> {line}\n{}{location}\n{}", reply.status, reply.main())
    }

    pub fn ask(&mut self, who: &str, method: &str, path: &str, fields: &str) -> Reply {
        let address = self.address;
        let browser = self.browsers.entry(who.to_owned()).or_default();
        browser.ask(address, method, path, fields)
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
        assert_eq!(reply.status, 303, "{login}: {}", reply.main());
    }
}

/// Keeps a cookie, and sends the token that its forms carry.
#[derive(Default, Clone)]
pub struct Browser {
    pub session: String,
    agent: String,
}

pub struct Reply {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

impl Browser {
    fn ask(&mut self, address: SocketAddr, method: &str, path: &str, fields: &str) -> Reply {
        let token = access::session::Token::parse(&self.session).map(|token| token.form_token());
        let encode = |text: &str| text.replace('%', "%25").replace('+', "%2B").replace(' ', "+");
        let mut body = encode(fields);
        if let (Some(token), "POST") = (token, method) {
            body.push_str(&format!("&token={token}"));
        }
        let agent =
            if self.agent.is_empty() { "Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0" } else { &self.agent };
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nUser-Agent: {agent}\r\n\
             Cookie: lang=en; __Host-lianchi={}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.session,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        if let Some(cookie) =
            header("set-cookie").and_then(|cookie| cookie.strip_prefix("__Host-lianchi=").map(str::to_owned))
        {
            self.session = cookie.split(';').next().unwrap().to_owned();
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, location: header("location"), body: body.to_owned() }
    }
}

impl Reply {
    /// The words of the page's own matter, a line for each element that has any.
    pub fn main(&self) -> String {
        let Some((_, rest)) = self.body.split_once("<main") else { return readable(&self.body) };
        let main = rest.split_once('>').unwrap().1.split_once("</main>").unwrap().0;
        // Of a form that came back, what is wrong with it.
        let wrong =
            main.split_once("<section class=\"summary\"").and_then(|(_, rest)| rest.split_once("</section>"));
        let main = wrong.map_or(main, |(wrong, _)| wrong);
        let mut out = String::new();
        let mut hidden = false;
        for part in main.split('<').filter_map(|part| part.split_once('>')) {
            let (tag, words) = part;
            // Moments differ from run to run, and choices of offices are the packs' own.
            hidden = if tag.starts_with("time") || tag.starts_with("option") { true } else { hidden };
            if tag == "/time" || tag == "/option" {
                hidden = false;
            }
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
