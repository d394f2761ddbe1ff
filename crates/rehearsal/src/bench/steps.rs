//! Real steps of real cases over HTTP: the real server, signed-in people with bearer tokens, an open loop of 2,000 steps a
//! second.

use super::disk::Watch;
use super::open_loop::{Outcome, Plan, Request, Spread, Walk, run as load};
use super::report::{Amount, Bar, Report};
use super::server::Server;
use super::{Amounts, Failed};
use crate::town::{Course, Dice, PASSWORD, Town};
use access::Post;
use access::policy::Actor;
use casework::{Command, answer};
use pack::Id;
use pack::model::Form;
use record::Value;
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::path::Path;

/// Asked for on the web without any paper, and done in seven steps by four people in two offices.
const SERVICE: &str = "identity-card-lost";
const RATE: f64 = 2_000.0;
/// Cases that are under way at one time, each at another step.
const UNDER_WAY: usize = 2_000;
const RESIDENTS: usize = 40;
const CONNECTIONS: usize = 64;

/// Measures latency at the rate, and what it takes.
pub fn run(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area("http", "steps of cases through the JSON API of the real server on loopback, all durable");
    let data = dir.join("steps");
    let (courses, logins) = prepare(&data)?;
    let server = Server::start(&data)?;
    let tokens: HashMap<String, String> = logins
        .iter()
        .map(|login| Ok((login.clone(), server.sign_in(login, PASSWORD)?.text())))
        .collect::<Result<_, Failed>>()?;
    let walks = courses.iter().map(|course| walk(course, &tokens)).collect();
    let plan = Plan {
        address: server.address,
        process: server.process(),
        rate: RATE,
        warm: amounts.warm.as_secs_f64(),
        seconds: amounts.load.as_secs_f64(),
        connections: CONNECTIONS,
        under_way: UNDER_WAY,
        walks,
        seed: 7,
    };
    let watch = Watch::begin(dir)?;
    let outcome = load(&plan, dir)?;
    tell(&outcome, &watch.end()?, report);
    let peak = server.peak();
    server.stop()?;
    report.figure("memory of the server, at most", Amount(peak, "MB"), Bar::None, "");
    Ok(())
}

fn tell(outcome: &Outcome, disk: &Spread, report: &mut Report) {
    let Outcome { all, late, wall, server_cpu, own_cpu, .. } = outcome;
    let rate = all.count as f64 / wall;
    report.figure(
        "steps a second that were answered",
        Amount(rate, "/s"),
        Bar::AtLeast(RATE * 0.98),
        "of 2,000 due",
    );
    let note = format!(
        "half within {:.1} ms, the longest {:.0} ms; sent {:.1} ms after they were due at p99",
        all.p50, all.most, late.p99
    );
    report.figure("p99 of a step at 2,000 steps/s", Amount(all.p99, "ms"), Bar::AtMost(50.0), &note);
    let note =
        format!("half within {:.1} ms, the longest {:.0} ms; each 20 ms, in this run", disk.p50, disk.most);
    report.figure("beside it: p99 of a bare block made durable", Amount(disk.p99, "ms"), Bar::None, &note);
    for (kind, spread) in &outcome.kinds {
        let note = format!("p50 {:.1} ms, {} of them", spread.p50, spread.count);
        report.figure(&format!("  of these: {kind}"), Amount(spread.p99, "ms"), Bar::None, &note);
    }
    let note = format!("{:.0} µs a step", server_cpu / all.count as f64 * 1e6);
    report.figure("CPU of the server", Amount(server_cpu / wall, "cores"), Bar::None, &note);
    let note = format!("{:.0} µs a step", own_cpu / all.count as f64 * 1e6);
    report.figure("CPU of the load", Amount(own_cpu / wall, "cores"), Bar::None, &note);
    report.promise("every step was done", outcome.failed == 0, &outcome.first_failed.join("; "));
}

/// One person's case as requests: who sends each, and what.
struct Deeds(Vec<Deed>);

struct Deed {
    login: String,
    what: String,
    path: String,
    body: Json,
}

/// Makes the people, and one case of each resident to learn its course from.
fn prepare(data: &Path) -> Result<(Vec<Deeds>, Vec<String>), Failed> {
    let town = Town::found(data, RESIDENTS)?;
    let course = town.course(SERVICE).ok_or_else(|| Failed::new(format!("no `{SERVICE}` in the packs")))?;
    let mut all = Vec::new();
    for (number, resident) in town.residents.iter().enumerate() {
        let mut told: Vec<(Actor, Command)> = Vec::new();
        let mut tell = |actor: &Actor, command: &Command| told.push((actor.clone(), command.clone()));
        town.case(course, resident, town.city.now(), 60, &mut Dice(number as u64 * 100), &mut tell)?;
        let login = |actor: &Actor| actor.post().map_or_else(|| resident.login.clone(), Town::login);
        let deeds = told.iter().map(|(actor, command)| deed(&town, course, login(actor), command));
        all.push(Deeds(deeds.collect::<Result<_, _>>()?));
    }
    let mut logins: Vec<String> = town.residents.iter().map(|resident| resident.login.clone()).collect();
    logins.extend(town.posts().iter().map(|post: &Post| Town::login(post)));
    Ok((all, logins))
}

/// A command as the request that asks for it.
fn deed(town: &Town, course: &Course, login: String, command: &Command) -> Result<Deed, Failed> {
    let book = town.casework().book();
    let procedure = book.procedure(&course.procedure).ok_or_else(|| Failed::new("no procedure"))?;
    let written = |form: &Form, answers: &mut dyn Iterator<Item = (&Id, &Value)>| -> Map<String, Json> {
        let one = |(id, value): (&Id, &Value)| {
            let kind = &form.field(id.as_str())?.kind;
            Some((id.to_string(), Json::from(answer::write(kind, value))))
        };
        answers.filter_map(one).collect()
    };
    let (action, what, body) = match command {
        Command::Start { office, .. } => {
            let path = format!("/api/services/{}/cases", course.procedure);
            let body = json!({ "office": office, "channel": "web" });
            return Ok(Deed { login, what: "start".into(), path, body });
        }
        Command::Save { answers } => {
            let mut given = answers.iter().filter_map(|(id, value)| Some((id, value.as_ref()?)));
            ("save", "save", json!({ "answers": written(&procedure.form, &mut given) }))
        }
        Command::Submit => ("submit", "submit", json!({})),
        Command::Take { step } => ("take", "take", json!({ "step": step })),
        Command::Rate { stars, words } => ("rate", "rate", json!({ "stars": stars, "words": words })),
        Command::Do { step, outcome, reasons, answers } => {
            let defined = procedure.flow.step(step.as_str()).ok_or_else(|| Failed::new("no step"))?;
            let answers = written(&defined.form, &mut answers.iter().map(|(id, value)| (id, value)));
            let mut body = json!({ "step": step, "outcome": outcome, "answers": answers });
            if let Some(reasons) = reasons {
                body["reasons"] = json!(reasons);
            }
            ("do", step.as_str(), body)
        }
        other => return Err(Failed::new(format!("{other:?} is no step of these cases"))),
    };
    Ok(Deed { login, what: what.to_owned(), path: format!("/api/cases/{{case}}/{action}"), body })
}

fn walk(deeds: &Deeds, tokens: &HashMap<String, String>) -> Walk {
    let request = |deed: &Deed| {
        let token = tokens.get(&deed.login).map(String::as_str).unwrap_or_default();
        Request {
            kind: deed.what.clone(),
            method: "POST".into(),
            path: deed.path.clone(),
            headers: format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"),
            body: deed.body.to_string(),
        }
    };
    Walk { weight: 1, requests: deeds.0.iter().map(request).collect() }
}
