//! Mixed load on a city whose record has a million entries: residents, clerks and supervisors at their pages, a program at
//! the interface, people signing in, a case begun now and then.

use super::open_loop::{Plan, Request, Walk, run as load};
use super::report::{Amount, Bar, Report};
use super::server::Server;
use super::{Amounts, Failed};
use crate::town::{PASSWORD, Town};
use access::Post;
use access::session::Token;
use casework::state::Stage;
use pack::Id;
use pack::model::FieldKind;
use record::ObjectRef;
use std::collections::BTreeMap;
use std::path::Path;

const RATE: f64 = 100.0;
const CONNECTIONS: usize = 32;
/// Residents and desks that are signed in.
pub const RESIDENTS: usize = 40;
const DESKS: usize = 20;

/// Who is signed in, and the pages that are theirs.
#[derive(Default)]
pub struct Sample {
    residents: Vec<(String, Vec<Own>)>,
    desks: Vec<(String, Vec<ObjectRef>)>,
    supervisors: Vec<(String, Id)>,
    procedures: Vec<Id>,
    categories: Vec<Id>,
}

struct Own {
    number: String,
    stage: Stage,
    field: Option<Id>,
}

impl Sample {
    /// Drawn from a town that is about to be served.
    pub fn of(town: &Town) -> Result<Self, Failed> {
        let casework = town.casework();
        let book = casework.book();
        let mut sample = Self::default();
        let free_text = |procedure: &Id| {
            let fields = &book.procedure(procedure)?.form.fields;
            let free = fields.iter().find(|field| field.kind == FieldKind::Text && field.checks.is_empty());
            free.map(|field| field.id.clone())
        };
        for resident in town.residents.iter().take(RESIDENTS) {
            let lines = casework.of_party(resident.actor.id())?;
            let own = lines.into_iter().map(|line| Own {
                number: line.case.id.to_string(),
                field: free_text(&line.procedure),
                stage: line.stage,
            });
            sample.residents.push((resident.login.clone(), own.collect()));
        }
        let mut desks: Vec<(Post, Vec<ObjectRef>)> = Vec::new();
        for post in town.posts() {
            let queue = casework.board(|board| {
                board.queue(&post.office, &post.role).map(|task| task.case.clone()).collect()
            })?;
            desks.push((post, queue));
        }
        desks.sort_by_key(|(_, queue)| std::cmp::Reverse(queue.len()));
        desks.truncate(DESKS);
        sample.desks = desks.into_iter().map(|(post, queue)| (Town::login(&post), queue)).collect();
        for office in ["bureau", "east-branch", "west-branch"] {
            let post = Post::new("supervisor", office);
            town.holder(&post).map_err(|error| Failed::new(error.to_string()))?;
            sample.supervisors.push((Town::login(&post), office.into()));
        }
        sample.procedures = town.courses.iter().map(|course| course.procedure.clone()).collect();
        sample.categories = book.definitions.categories.keys().cloned().collect();
        Ok(sample)
    }
}

/// Measures the load on `data`, of which `sample` was drawn.
pub fn run(
    dir: &Path,
    data: &Path,
    sample: &Sample,
    amounts: &Amounts,
    report: &mut Report,
) -> Result<(), Failed> {
    let server = Server::start(data)?;
    let bar = if amounts.quick { Bar::None } else { Bar::AtMost(5.0) };
    report.figure("start of the city, to its first answer", Amount(server.start, "s"), bar, "lianchi up");
    let stood = super::usage::megabytes(&server.process());
    let plan = Plan {
        address: server.address,
        process: server.process(),
        rate: RATE,
        warm: amounts.warm.as_secs_f64() / 2.0,
        seconds: amounts.load.as_secs_f64(),
        connections: CONNECTIONS,
        under_way: 1,
        walks: Drawn::of(sample, &server)?.0,
        seed: 11,
    };
    let outcome = load(&plan, dir)?;
    let all = &outcome.all;
    let rate = all.count as f64 / outcome.wall;
    report.figure(
        "pages a second that were answered",
        Amount(rate, "/s"),
        Bar::AtLeast(RATE * 0.95),
        "of 100 due",
    );
    let note = format!("half within {:.1} ms, the longest {:.0} ms", all.p50, all.most);
    report.figure("p99 of a page at 100 pages/s", Amount(all.p99, "ms"), Bar::AtMost(100.0), &note);
    for (kind, spread) in &outcome.kinds {
        let note = format!("p50 {:.1} ms, {} of them", spread.p50, spread.count);
        report.figure(&format!("  of these: {kind}"), Amount(spread.p99, "ms"), Bar::None, &note);
    }
    let note = format!("{:.1} ms a page", outcome.server_cpu / all.count as f64 * 1e3);
    report.figure("CPU of the server", Amount(outcome.server_cpu / outcome.wall, "cores"), Bar::None, &note);
    report.promise("every page was answered", outcome.failed == 0, &outcome.first_failed.join("; "));
    let note = format!("{stood:.0} MB when it had started");
    report.figure("memory of the server, at most", Amount(server.peak(), "MB"), Bar::AtMost(300.0), &note);
    server.stop()
}

/// The requests, each a walk of its own.
struct Drawn(Vec<Walk>);

impl Drawn {
    fn of(sample: &Sample, server: &Server) -> Result<Self, Failed> {
        let mut drawn = Self(Vec::new());
        drawn.everybody(sample);
        drawn.signing_in(server)?;
        for (login, own) in &sample.residents {
            drawn.resident(&server.sign_in(login, PASSWORD)?, own);
        }
        for (login, queue) in &sample.desks {
            drawn.desk(&server.sign_in(login, PASSWORD)?, queue);
        }
        for (login, office) in &sample.supervisors {
            drawn.supervisor(&server.sign_in(login, PASSWORD)?, office, sample);
        }
        drawn.level(&SHARES);
        Ok(drawn)
    }

    fn put(&mut self, kind: &str, requests: Vec<Request>) {
        let requests =
            requests.into_iter().map(|request| Request { kind: kind.to_owned(), ..request }).collect();
        self.0.push(Walk { weight: 1, requests });
    }

    /// Gives each kind its share, however many walks it has.
    fn level(&mut self, shares: &[(&str, usize)]) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let kind =
            |walk: &Walk| walk.requests.first().map(|request| request.kind.clone()).unwrap_or_default();
        for walk in &self.0 {
            *counts.entry(kind(walk)).or_default() += 1;
        }
        for walk in &mut self.0 {
            let kind = kind(walk);
            let share = shares.iter().find(|(name, _)| *name == kind).map_or(0, |(_, share)| *share);
            walk.weight = share * 100_000 / counts.get(&kind).copied().unwrap_or(1).max(1);
        }
        self.0.retain(|walk| walk.weight > 0);
    }

    fn everybody(&mut self, sample: &Sample) {
        self.put("front page", vec![page("/", None)]);
        for words in ["身份证", "sfz", "passport", "居住证", "jzz", "户口", "licence", "child", "车辆", "hkb"]
        {
            self.put("search", vec![page(&format!("/find?q={}", encoded(words)), None)]);
        }
        for procedure in &sample.procedures {
            self.put("service", vec![page(&format!("/services/{procedure}"), None)]);
        }
        for category in &sample.categories {
            self.put("category", vec![page(&format!("/categories/{category}"), None)]);
        }
        self.put("receipt check", vec![page("/verify", None)]);
    }

    /// Accounts that were opened at the server, at the cost that it puts on passwords.
    fn signing_in(&mut self, server: &Server) -> Result<(), Failed> {
        for number in 0..4 {
            let login = format!("signer-{number}");
            let body = format!("login={login}&name={}&password={PASSWORD}", encoded("登录者"));
            server.post_form("/register", &body)?;
            let form = format!("login={login}&password={PASSWORD}");
            self.put("sign-in", vec![post("/sign-in", None, &form)]);
        }
        Ok(())
    }

    fn resident(&mut self, token: &Token, own: &[Own]) {
        self.put("my cases", vec![page("/cases", Some(token))]);
        self.put("front page", vec![page("/", Some(token))]);
        for Own { number, stage, field } in own {
            match (stage, field) {
                (Stage::Draft, Some(field)) => {
                    self.put("form", vec![page(&format!("/cases/{number}/form"), Some(token))]);
                    let form = format!("{field}=saved-{{n}}");
                    self.put("saving", vec![post(&format!("/cases/{number}/form"), Some(token), &form)]);
                }
                (Stage::Draft, None) => {
                    self.put("form", vec![page(&format!("/cases/{number}/form"), Some(token))])
                }
                (Stage::Ended { .. }, _) => {
                    self.put("my case", vec![page(&format!("/cases/{number}"), Some(token))]);
                    self.put("receipt", vec![page(&format!("/cases/{number}/receipt"), Some(token))]);
                }
                _ => self.put("my case", vec![page(&format!("/cases/{number}"), Some(token))]),
            }
        }
        let bearer = |method: &str, path: &str, body: &str| {
            let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
            Request {
                kind: String::new(),
                method: method.into(),
                path: path.into(),
                headers: format!("Authorization: Bearer {}\r\n{kind}", token.text()),
                body: body.into(),
            }
        };
        let begin = r#"{"office":"lake-station","channel":"web"}"#;
        let save = r#"{"answers":{"name":"李示范","phone":"13800000000"}}"#;
        self.put(
            "case begun by a program",
            vec![
                bearer("POST", "/api/services/identity-card-lost/cases", begin),
                bearer("POST", "/api/cases/{case}/save", save),
                bearer("GET", "/api/cases/{case}", ""),
            ],
        );
    }

    fn desk(&mut self, token: &Token, queue: &[ObjectRef]) {
        self.put("queue", vec![page("/desk", Some(token))]);
        self.put("queue", vec![page("/desk?due=late", Some(token))]);
        self.put("queue", vec![page(&format!("/desk?q={}", encoded("证")), Some(token))]);
        for case in queue.iter().take(20) {
            let path = format!("/desk/cases/{}", case.id);
            self.put("case at a desk", vec![page(&path, Some(token))]);
            self.put(
                "personal data",
                vec![post(&format!("{path}/personal"), Some(token), "purpose=handle-case")],
            );
        }
    }

    fn supervisor(&mut self, token: &Token, office: &Id, sample: &Sample) {
        self.put("board", vec![page("/board", Some(token))]);
        self.put("record's health", vec![page("/board/record", Some(token))]);
        for procedure in sample.procedures.iter().take(30) {
            self.put(
                "board of a procedure",
                vec![page(&format!("/board/offices/{office}/{procedure}"), Some(token))],
            );
        }
        if office.as_str() == "bureau" {
            for case in sample.desks.iter().flat_map(|(_, queue)| queue.iter().take(10)) {
                self.put("case on the board", vec![page(&format!("/board/cases/{}", case.id), Some(token))]);
            }
        }
    }
}

/// How many of a hundred requests are of each kind.
const SHARES: [(&str, usize); 19] = [
    ("front page", 10),
    ("search", 10),
    ("service", 14),
    ("category", 4),
    ("receipt check", 1),
    ("sign-in", 2),
    ("my cases", 8),
    ("my case", 10),
    ("form", 5),
    ("saving", 4),
    ("receipt", 2),
    ("case begun by a program", 1),
    ("queue", 10),
    ("case at a desk", 8),
    ("personal data", 2),
    ("board", 4),
    ("record's health", 1),
    ("board of a procedure", 2),
    ("case on the board", 2),
];

fn page(path: &str, token: Option<&Token>) -> Request {
    let cookie =
        token.map(|token| format!("Cookie: __Host-lianchi={}\r\n", token.text())).unwrap_or_default();
    Request {
        kind: String::new(),
        method: "GET".into(),
        path: path.into(),
        headers: cookie,
        body: String::new(),
    }
}

fn post(path: &str, token: Option<&Token>, form: &str) -> Request {
    let mut request = page(path, token);
    request.method = "POST".into();
    request.headers.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
    request.body = match token {
        Some(token) => format!("token={}&{form}", token.form_token()),
        None => form.to_owned(),
    };
    request
}

/// As addresses and forms carry it.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
