//! A worker that watches one partition of a city's objects over NATS: it hears of their entries in the order of the record, and
//! publishes what is broken. It keeps nothing that it could not make anew from the streams.

use crate::clock::now;
use crate::models::Held;
use crate::nats::{Kept, Nats, hex};
use crate::outbox::{self, CASE, ENTRY, SLOTS};
use crate::say::{Failure, Say, Wrong, counted};
use casework::amendment;
use oversight::live::{Breach, Change, Live, Of};
use pack::Id;
use pack::models::Model;
use record::{Entry, ObjectRef, Time, encoding};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use web::server::idle;

/// Objects gone through at once.
const GROUP: usize = 64;
/// How long more is waited for where nothing came.
const BREATH: Duration = Duration::from_millis(50);
/// How often it is noted how far it came.
const NOTED: Duration = Duration::from_secs(1);
/// How long a server that has gone is left alone.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a server that has gone is waited for by who watches only once.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nobody who tells an event is further behind the clock.
const GRACE: i64 = 2;

#[derive(clap::Args)]
pub struct Options {
    /// The server of NATS, `nats://[USER:PASSWORD@]HOST[:PORT]`, to which a city publishes with `lianchi up --outbox`.
    #[arg(long, value_name = "URL")]
    nats: String,
    /// The folder of packs whose models are tried; packs that ship and are not there are built on.
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    models: Option<PathBuf>,
    /// List what is broken, as workers have published it, and end.
    #[arg(long)]
    list: bool,
    /// Which of how many parts of all objects this worker watches, counted from 0.
    #[arg(long, value_name = "I/N", default_value = "0/1", value_parser = partition)]
    partition: Partition,
    /// The name under which the city publishes.
    #[arg(long, value_name = "NAME", default_value = "lianchi", value_parser = name)]
    city: String,
    /// The name under which findings are published.
    #[arg(long, value_name = "NAME", default_value = "lianchi-findings", value_parser = name)]
    findings: String,
    /// A file in which it is noted how far the worker came, so that it goes on from there; without it, it begins with the first
    /// entry.
    #[arg(long, value_name = "FILE")]
    mark: Option<PathBuf>,
    /// End once everything that was published is gone through.
    #[arg(long)]
    once: bool,
}

/// A part of all objects.
#[derive(Clone, Copy, Debug)]
struct Partition {
    this: u64,
    of: u64,
}

fn partition(text: &str) -> Result<Partition, String> {
    let mend = format!("write it like `0/4`: the first of four; there can be {SLOTS} at most");
    let parts = text.split_once('/').and_then(|(this, of)| Some((this.parse().ok()?, of.parse().ok()?)));
    let part = parts.map(|(this, of)| Partition { this, of });
    part.filter(|part| part.this < part.of && part.of <= SLOTS).ok_or(mend)
}

/// A name that a stream and its subjects can have.
pub fn name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("use letters, digits, `-` and `_`".to_owned()),
    }
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let Some(models) = options.models.as_deref().filter(|_| !options.list) else { return list(options, say) };
    let held = Held::within(models)?;
    let catalogue = held.catalogue();
    let models: Vec<&Model> =
        catalogue.models.iter().copied().filter(|model| idle(model).is_none()).collect();
    let (all, problems) = Live::new(catalogue.all, &models);
    problems.iter().for_each(|problem| say.error(&Wrong(problem.to_string())));
    let apart: BTreeSet<Id> =
        models.iter().map(|model| model.id.clone()).filter(|id| all.apart(id)).collect();
    // What lies around an object may lie in any partition: the first worker sees to the models that ask for it.
    let own = |model: &&Model| options.partition.this == 0 || !apart.contains(&model.id);
    let own: Vec<&Model> = models.into_iter().filter(own).collect();
    let (mut broken, mut mended) = (BTreeSet::new(), 0);
    let mut nats = connect(options)?;
    let part = options.partition;
    say.line(&format!("watching partition {}/{} of `{}`", part.this, part.of, options.city))?;
    loop {
        // What was under way when a server went is gone: it goes on from the mark, as after any other end.
        let (live, _) = Live::new(catalogue.all, &own);
        let (apart, next) = (apart.clone(), BTreeMap::new());
        let mut worker = Worker { options, nats, live, apart, next, told: Time::ZERO, broken, mended };
        let done = worker.begin().and_then(|()| worker.watch());
        (broken, mended) = (worker.broken, worker.mended);
        match done {
            Ok(()) => break,
            Err(Failure::Input(error)) if worker.nats.is_lost() => {
                say.error(error.as_ref());
                nats = connect_again(options, say)?;
                say.line("connected again")?;
            }
            Err(other) => return Err(other),
        }
    }
    say.answer(
        &format!("{} published, {mended} taken back", counted(broken.len() as u64, "finding")),
        &json!({ "published": broken.len(), "taken_back": mended }),
    )
}

/// Connects to a server on which the city publishes, and has a stream there for findings.
fn connect(options: &Options) -> Result<Nats, Wrong> {
    let mut nats = Nats::connect(&options.nats)?;
    let from = "`lianchi up --outbox` publishes it; begin that first, or name its city with `--city`";
    nats.need_stream(&outbox::stream(&options.city), from)?;
    let findings = json!({
        "name": options.findings, "subjects": [format!("{}.>", options.findings)], "retention": "limits",
        "storage": "file", "discard": "old", "max_msgs_per_subject": 1, "max_msgs": -1, "max_bytes": -1, "max_age": 0,
        "num_replicas": 1, "allow_direct": true,
    });
    nats.make_stream(&options.findings, &findings)?;
    Ok(nats)
}

/// The same, as often as it takes: a server that was begun again needs a moment. Each new reason is told once; one who watches
/// only `--once` does not wait for ever.
fn connect_again(options: &Options, say: Say) -> Result<Nats, Wrong> {
    let (begun, mut told) = (Instant::now(), String::new());
    loop {
        std::thread::sleep(AGAIN);
        match connect(options) {
            Ok(nats) => return Ok(nats),
            Err(wrong) if options.once && begun.elapsed() > PATIENCE => return Err(wrong),
            Err(wrong) => {
                let why = wrong.to_string();
                if why != told {
                    say.error(&wrong);
                    told = why;
                }
            }
        }
    }
}

/// Lists what stands as broken.
fn list(options: &Options, say: Say) -> Result<(), Failure> {
    let mut nats = Nats::connect(&options.nats)?;
    nats.need_stream(
        &options.findings,
        "`lianchi watch --models` publishes it; begin that first, or name another with `--findings`",
    )?;
    let (all, mut from) = (format!("{}.>", options.findings), 1);
    while let Some(kept) = nats.next_of(&options.findings, &[(all.clone(), from)])?.pop().flatten() {
        from = kept.sequence + 1;
        let said: Json = serde_json::from_slice(&kept.message.payload).unwrap_or_default();
        let text = |name: &str| said.get(name).and_then(Json::as_str).unwrap_or_default();
        if text("state") == "broken" {
            let objects = said.get("objects").and_then(Json::as_array).into_iter().flatten();
            let objects: Vec<&str> = objects.filter_map(Json::as_str).collect();
            say.record(&format!("{} {}: {}", text("finding"), text("model"), objects.join(" + ")), &said)?;
        }
    }
    Ok(())
}

struct Worker<'a> {
    options: &'a Options,
    nats: Nats,
    live: Live,
    /// Models over several objects, which the first worker sees to.
    apart: BTreeSet<Id>,
    /// By slot: the message of the stream to go on from.
    next: BTreeMap<u64, u64>,
    told: Time,
    /// The numbers of the findings that were published; one may be published anew.
    broken: BTreeSet<String>,
    mended: u64,
}

impl Worker<'_> {
    fn is_mine(&self, slot: u64) -> bool {
        slot % self.options.partition.of == self.options.partition.this
    }

    /// Goes on from the mark, where there is one.
    fn begin(&mut self) -> Result<(), Failure> {
        let whole = self.options.partition.this == 0 && !self.apart.is_empty();
        self.next = (0..SLOTS).filter(|slot| whole || self.is_mine(*slot)).map(|slot| (slot, 1)).collect();
        let Some(path) = &self.options.mark else { return Ok(()) };
        let kept = match std::fs::read(path) {
            Ok(kept) => kept,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Wrong(format!("`{}` cannot be read: {error}", path.display())).into()),
        };
        // One that is none, or of other models or another partition, is no mark: it begins anew.
        let Some(mark) =
            serde_json::from_slice::<Json>(&kept).ok().filter(|mark| mark.get("of") == Some(&self.of()))
        else {
            return Ok(());
        };
        let objects = |name: &str| -> Vec<ObjectRef> {
            let all = mark.get(name).and_then(Json::as_array).into_iter().flatten();
            all.filter_map(|one| ObjectRef::parse(one.as_str()?)).collect()
        };
        let slots = mark.get("next").and_then(Json::as_object).into_iter().flatten();
        self.next.extend(slots.filter_map(|(slot, next)| Some((slot.parse().ok()?, next.as_u64()?))));
        self.live.load(objects("running"));
        for object in objects("unsettled") {
            match self.is_mine(outbox::slot(&object)) {
                true => self.live.again(&object),
                // Another keeps up with it.
                false => self.live.hear_apart(&object),
            }
        }
        Ok(())
    }

    /// What a mark is a mark of.
    fn of(&self) -> Json {
        let models: String = self.live.models().iter().map(|(id, says)| format!("{id} {says}\n")).collect();
        let Partition { this, of } = self.options.partition;
        let models = record::Digest::of(models.as_bytes()).to_string();
        json!([this, of, self.options.city, self.options.findings, models])
    }

    fn mark(&self) -> Result<(), Failure> {
        let Some(path) = &self.options.mark else { return Ok(()) };
        let names =
            |all: &mut dyn Iterator<Item = &ObjectRef>| all.map(ToString::to_string).collect::<Vec<_>>();
        let next: BTreeMap<String, u64> =
            self.next.iter().map(|(slot, next)| (slot.to_string(), *next)).collect();
        let mark = json!({
            "of": self.of(), "next": next, "running": names(&mut self.live.running()),
            "unsettled": names(&mut self.live.unsettled().iter()),
        });
        let told = |error: std::io::Error| Wrong(format!("`{}` cannot be written: {error}", path.display()));
        let draft: &Path = &path.with_extension("draft");
        std::fs::write(draft, mark.to_string()).map_err(told)?;
        Ok(std::fs::rename(draft, path).map_err(told)?)
    }

    fn watch(&mut self) -> Result<(), Failure> {
        let mut noted = Instant::now();
        loop {
            let came = self.hear()?;
            let latest = Time::new(now().seconds() - GRACE, 0, None).unwrap_or(Time::ZERO);
            let time = if came { self.told.min(latest) } else { latest };
            let (nats, city) = (&mut self.nats, &self.options.city);
            let changes = self.live.settle(time, GROUP, &mut |object| past(nats, city, object))?;
            for change in changes {
                self.publish(change)?;
            }
            let done = !came && self.live.waiting() == 0;
            if done && self.options.once || noted.elapsed() > NOTED {
                self.mark()?;
                noted = Instant::now();
            }
            match done {
                true if self.options.once => return Ok(()),
                true => std::thread::sleep(BREATH),
                false => {}
            }
        }
    }

    /// Hears the next message of each slot. Whether there was one.
    fn hear(&mut self) -> Result<bool, Failure> {
        let city = &self.options.city;
        let wanted: Vec<(String, u64)> = self
            .next
            .iter()
            .map(|(slot, next)| (format!("{}.>", outbox::slot_subject(city, *slot)), *next))
            .collect();
        let slots: Vec<u64> = self.next.keys().copied().collect();
        let mut came = false;
        for (slot, kept) in slots.into_iter().zip(self.nats.next_of(&outbox::stream(city), &wanted)?) {
            let Some(kept) = kept else { continue };
            came = true;
            let entry = entry(&kept)?;
            let subject = &kept.subject;
            let about = |object: &&&ObjectRef| outbox::subject(city, object) == *subject;
            let object = entry.event.touched().iter().find(about).map(|object| (*object).clone());
            if let Some(object) = object {
                self.told = entry.event.time.max(self.told);
                match self.is_mine(slot) {
                    true => self.live.hear_of(&entry, &object),
                    false => self.live.hear_apart(&object),
                }
            }
            self.next.insert(slot, kept.sequence + 1);
        }
        Ok(came)
    }

    fn publish(&mut self, change: Change) -> Result<(), Failure> {
        let broken = match change {
            Change::Broken(breach) => vec![breach],
            Change::All { object, of, breaches } => {
                self.take_back(&object, &of, &breaches)?;
                breaches
            }
        };
        let messages: Vec<_> = broken.iter().map(|breach| self.message(breach, "broken")).collect();
        self.broken.extend(broken.iter().map(Breach::number));
        Ok(self.nats.publish(&messages)?)
    }

    /// Takes back what was published of an object and is not broken any more.
    fn take_back(&mut self, object: &ObjectRef, of: &Of, breaches: &[Breach]) -> Result<(), Failure> {
        let stands: BTreeSet<String> = breaches.iter().map(Breach::number).collect();
        let all = format!("{}.>", self.subject(object));
        let mut from = 1;
        let mut gone = Vec::new();
        while let Some(kept) =
            self.nats.next_of(&self.options.findings, &[(all.clone(), from)])?.pop().flatten()
        {
            from = kept.sequence + 1;
            let said: Json = serde_json::from_slice(&kept.message.payload).unwrap_or_default();
            let text = |name: &str| said.get(name).and_then(Json::as_str).unwrap_or_default();
            let model = Id::from(text("model"));
            let meant = match of {
                Of::Own => !self.apart.contains(&model),
                Of::Model(one) => *one == model,
            };
            if meant && text("state") == "broken" && !stands.contains(text("finding")) {
                let mut said = said.clone();
                if let Json::Object(said) = &mut said {
                    said.insert("state".to_owned(), "mended".into());
                }
                gone.push((kept.subject, String::new(), said.to_string().into_bytes()));
            }
        }
        self.mended += gone.len() as u64;
        Ok(self.nats.publish(&gone)?)
    }

    /// The subject of an object's findings, without what follows.
    fn subject(&self, object: &ObjectRef) -> String {
        format!(
            "{}.{}.{}",
            self.options.findings,
            hex(object.kind.as_str().as_bytes()),
            hex(object.id.as_str().as_bytes())
        )
    }

    fn message(&self, breach: &Breach, state: &str) -> (String, String, Vec<u8>) {
        let object = breach.objects.first().cloned().unwrap_or_else(|| ObjectRef::new("", ""));
        let said = json!({
            "finding": breach.number(), "state": state, "model": breach.model.as_str(),
            "objects": breach.objects.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "activation": breach.activation.as_ref().map(ToString::to_string),
            "evidence": breach.evidence.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "verdict": breach.verdict.word(), "deadline": breach.deadline.map(Time::rfc3339),
            "at": breach.at.map(Time::rfc3339),
        });
        (
            format!("{}.{}", self.subject(&object), breach.number()),
            String::new(),
            said.to_string().into_bytes(),
        )
    }
}

fn entry(kept: &Kept) -> Result<Entry, Wrong> {
    let index = kept.message.header(ENTRY).and_then(|index| index.parse().ok());
    let event = encoding::decode(&kept.message.payload).ok();
    let both = index.zip(event).map(|(index, event)| Entry { index, event });
    both.ok_or_else(|| Wrong(format!("message {} of the stream is no entry of a record", kept.sequence)))
}

/// An object's history as it counts, from the stream.
fn past(nats: &mut Nats, city: &str, object: &ObjectRef) -> Result<Vec<Entry>, Wrong> {
    let (subject, stream) = (outbox::subject(city, object), outbox::stream(city));
    let mut all: BTreeMap<u64, Entry> = BTreeMap::new();
    let mut from = 1;
    while let Some(kept) = nats.next_of(&stream, &[(subject.clone(), from)])?.pop().flatten() {
        from = kept.sequence + 1;
        let entry = entry(&kept)?;
        // What was published twice counts once.
        all.insert(entry.index, entry);
    }
    let mut all: Vec<Entry> = all.into_values().collect();
    all.retain(|entry| entry.event.object(CASE).is_none_or(|case| case.kind.as_str() != "finding"));
    Ok(amendment::as_they_count(&all))
}
