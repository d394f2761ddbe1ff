//! Load in an open loop: requests are due at moments that are drawn beforehand, whether or not earlier ones were answered,
//! as people come who know nothing of one another. A request's time runs from the moment at which it was due, so that
//! one which had to wait for a stalled server, or for this process, counts as long as it waited.
//!
//! It runs in a process of its own, so that its CPU is told apart from the server's.

use super::Failed;
use super::usage::cpu_seconds;
use crate::town::Dice;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What is to be asked, of whom, how often and for how long.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The server.
    pub address: SocketAddr,
    /// Its process, whose CPU is told.
    pub process: String,
    /// Requests a second on average; the gaps between them are exponential.
    pub rate: f64,
    /// Seconds before anything is counted.
    pub warm: f64,
    /// Seconds that are counted.
    pub seconds: f64,
    /// Connections that are kept open.
    pub connections: usize,
    /// Walks that are under way at one time: each due request goes to one of them at random.
    pub under_way: usize,
    /// Walks that can be taken, each drawn as often as its weight says.
    pub walks: Vec<Walk>,
    /// For whatever is drawn.
    pub seed: u64,
}

/// Requests of which each can only be made once the one before was answered: the steps of one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Walk {
    /// How often it is drawn beside others.
    pub weight: usize,
    /// In order.
    pub requests: Vec<Request>,
}

/// A request. In path and body `{case}` stands for the number that the walk's first answer gave its case, `{n}` for the
/// walk's own number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// What kind it is counted as.
    pub kind: String,
    /// `GET` or `POST`.
    pub method: String,
    /// The path.
    pub path: String,
    /// Further header lines, each with its end.
    pub headers: String,
    /// The body.
    pub body: String,
}

/// How long something took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// Half were no longer.
    pub p50: f64,
    /// Ninety-nine in a hundred were no longer.
    pub p99: f64,
    /// The longest.
    pub most: f64,
}

impl Spread {
    /// Of times in microseconds.
    pub fn of(micros: &mut [u32]) -> Self {
        micros.sort_unstable();
        let at = |share: f64| {
            let place = (micros.len() as f64 * share).ceil() as usize;
            micros.get(place.saturating_sub(1)).map_or(0.0, |micros| f64::from(*micros) / 1e3)
        };
        Self { count: micros.len() as u64, p50: at(0.5), p99: at(0.99), most: at(1.0) }
    }
}

/// What came of a plan.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Of all requests.
    pub all: Spread,
    /// Of each kind.
    pub kinds: BTreeMap<String, Spread>,
    /// How much later than due requests were sent: what this process and the connections held up.
    pub late: Spread,
    /// Requests that were answered otherwise than with 2xx or 3xx, or not.
    pub failed: u64,
    /// The first of them.
    pub first_failed: Vec<String>,
    /// Seconds that were counted.
    pub wall: f64,
    /// CPU of this process in them.
    pub own_cpu: f64,
    /// CPU of the server in them.
    pub server_cpu: f64,
}

/// Has a process of its own carry out the plan.
pub fn run(plan: &Plan, dir: &Path) -> Result<Outcome, Failed> {
    let file = dir.join("plan.json");
    let json = |error: serde_json::Error| Failed::new(error.to_string());
    std::fs::write(&file, serde_json::to_vec(plan).map_err(json)?)?;
    let output =
        Command::new(std::env::current_exe()?).arg("--load").arg(&file).stderr(Stdio::inherit()).output()?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| Failed::new(format!("the load ended with {}", output.status)))
}

/// The process of its own: reads the plan, carries it out, prints what came of it.
pub fn main(plan: &Path) -> Result<(), Failed> {
    let json = |error: serde_json::Error| Failed::new(error.to_string());
    let plan: Plan = serde_json::from_slice(&std::fs::read(plan)?).map_err(json)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, Load::carry_out(plan))?;
    println!("{}", serde_json::to_string(&outcome).map_err(json)?);
    Ok(())
}

/// A walk that is under way.
struct Going {
    walk: usize,
    next: usize,
    number: u64,
    case: String,
}

struct Load {
    plan: Plan,
    counted_from: Instant,
    due: RefCell<VecDeque<(Instant, Going)>>,
    came: Notify,
    ready: RefCell<Vec<Going>>,
    kinds: RefCell<BTreeMap<String, Vec<u32>>>,
    late: RefCell<Vec<u32>>,
    failed: RefCell<Vec<String>>,
    open: RefCell<usize>,
}

impl Load {
    async fn carry_out(plan: Plan) -> io::Result<Outcome> {
        let start = Instant::now();
        let counted_from = start + Duration::from_secs_f64(plan.warm);
        let load = Rc::new(Self {
            counted_from,
            due: RefCell::default(),
            came: Notify::new(),
            ready: RefCell::default(),
            kinds: RefCell::default(),
            late: RefCell::default(),
            failed: RefCell::default(),
            open: RefCell::new(0),
            plan,
        });
        for _ in 0..load.plan.connections {
            let stream = TcpStream::connect(load.plan.address).await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(Rc::clone(&load).serve(stream));
        }
        let (own_cpu, server_cpu) = load.arrivals(start).await;
        let end = Instant::now();
        while *load.open.borrow() > 0 && end.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(load.outcome((end - counted_from).as_secs_f64(), own_cpu, server_cpu))
    }

    /// Makes requests due until time is up: the CPU of this process and the server while they were counted.
    async fn arrivals(&self, start: Instant) -> (f64, f64) {
        let mut dice = Dice(self.plan.seed);
        let (mut at, mut number, mut cpu) = (start, 0, None);
        let read = || (cpu_seconds("self"), cpu_seconds(&self.plan.process));
        let end = self.counted_from + Duration::from_secs_f64(self.plan.seconds);
        while at < end {
            tokio::time::sleep_until(at).await;
            if at >= self.counted_from && cpu.is_none() {
                cpu = Some(read());
            }
            let going = self.choose(&mut dice, &mut number);
            *self.open.borrow_mut() += 1;
            self.due.borrow_mut().push_back((at, going));
            self.came.notify_one();
            let chance = (dice.below(1 << 30) + 1) as f64 / (1u64 << 30) as f64;
            at += Duration::from_secs_f64(-chance.ln() / self.plan.rate);
        }
        let (now, before) = (read(), cpu.unwrap_or_default());
        (now.0 - before.0, now.1 - before.1)
    }

    /// A walk that waits for its next request, or a new one while fewer are under way than there should be.
    fn choose(&self, dice: &mut Dice, number: &mut u64) -> Going {
        let mut ready = self.ready.borrow_mut();
        let under_way = ready.len() + *self.open.borrow();
        if under_way >= self.plan.under_way && !ready.is_empty() {
            let at = dice.below(ready.len());
            return ready.swap_remove(at);
        }
        let all: usize = self.plan.walks.iter().map(|walk| walk.weight).sum();
        let mut drawn = dice.below(all);
        let walk = self.plan.walks.iter().position(|walk| {
            let here = drawn < walk.weight;
            drawn = drawn.saturating_sub(walk.weight);
            here
        });
        *number += 1;
        Going { walk: walk.unwrap_or(0), next: 0, number: *number, case: String::new() }
    }

    /// One connection: takes what is due, the oldest first.
    async fn serve(self: Rc<Self>, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let next = self.due.borrow_mut().pop_front();
            let Some((due, going)) = next else {
                self.came.notified().await;
                continue;
            };
            let answered = self.ask(&mut stream, &mut buffer, due, going).await;
            *self.open.borrow_mut() -= 1;
            if let Err(error) = answered {
                self.failed.borrow_mut().push(error.to_string());
                match TcpStream::connect(self.plan.address).await {
                    Ok(again) => stream = again,
                    Err(_) => return,
                }
            }
        }
    }

    async fn ask(
        &self,
        stream: &mut TcpStream,
        buffer: &mut Vec<u8>,
        due: Instant,
        mut going: Going,
    ) -> io::Result<()> {
        let Some(walk) = self.plan.walks.get(going.walk) else { return Ok(()) };
        let Some(request) = walk.requests.get(going.next) else { return Ok(()) };
        let fill = |text: &str| text.replace("{case}", &going.case).replace("{n}", &going.number.to_string());
        let (path, body) = (fill(&request.path), fill(&request.body));
        let Request { method, headers, .. } = request;
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: city\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let late = due.elapsed();
        stream.write_all(text.as_bytes()).await?;
        let (status, body) = answer(stream, buffer).await?;
        let took = due.elapsed();
        if !(200..400).contains(&status) {
            let said =
                String::from_utf8_lossy(body.get(..body.len().min(200)).unwrap_or_default()).into_owned();
            self.failed.borrow_mut().push(format!("{method} {path}: {status} {said}"));
            return Ok(());
        }
        if due >= self.counted_from {
            let micros = |time: Duration| u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
            self.kinds.borrow_mut().entry(request.kind.clone()).or_default().push(micros(took));
            self.late.borrow_mut().push(micros(late));
        }
        if going.next == 0 && walk.requests.len() > 1 {
            going.case = case_in(&String::from_utf8_lossy(body)).unwrap_or_default();
        }
        going.next += 1;
        if going.next < walk.requests.len() {
            self.ready.borrow_mut().push(going);
        }
        Ok(())
    }

    fn outcome(&self, wall: f64, own_cpu: f64, server_cpu: f64) -> Outcome {
        let mut kinds = self.kinds.borrow_mut();
        let mut all: Vec<u32> = kinds.values().flatten().copied().collect();
        let failed = self.failed.borrow();
        // What was never answered has failed too.
        let unanswered = *self.open.borrow() as u64;
        Outcome {
            all: Spread::of(&mut all),
            kinds: kinds.iter_mut().map(|(kind, micros)| (kind.clone(), Spread::of(micros))).collect(),
            late: Spread::of(&mut self.late.borrow_mut()),
            failed: failed.len() as u64 + unanswered,
            first_failed: failed.iter().take(5).cloned().collect(),
            wall,
            own_cpu,
            server_cpu,
        }
    }
}

/// Reads one answer: its status and body.
async fn answer<'a>(stream: &mut TcpStream, buffer: &'a mut Vec<u8>) -> io::Result<(u16, &'a [u8])> {
    let broken = |what: &str| io::Error::other(format!("the server's answer {what}"));
    buffer.clear();
    let body = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken("was cut off"));
        }
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(buffer.get(..body).unwrap_or_default()).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("has no status"))?;
    let length =
        head.split("content-length:").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let length: usize = length.ok_or_else(|| broken("has no length"))?;
    while buffer.len() < body + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken("was cut off"));
        }
    }
    Ok((status, buffer.get(body..).unwrap_or_default()))
}

/// The number of the case that a program's request began.
fn case_in(body: &str) -> Option<String> {
    let rest = body.split("\"case\":\"").nth(1)?;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn a_spread_names_the_value_that_so_many_do_not_exceed() {
        let mut micros: Vec<u32> = (1..=200).rev().map(|n| n * 1_000).collect();
        let spread = Spread::of(&mut micros);
        assert_eq!((spread.count, spread.p50, spread.p99, spread.most), (200, 100.0, 198.0, 200.0));
        assert_eq!(Spread::of(&mut []).count, 0);
    }
}
