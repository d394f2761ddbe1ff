use crate::load::mix;
use record::{AppendError, Batch, Event, ObjectRef, Record, StoreError, Time, Value};
use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

/// What a process that is about to be killed or failed was told, one fact to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The event is on the record at the index.
    Appended(u64, String),
    /// The event was refused.
    Refused(String),
    /// From now on the subject may be erased.
    Erasing(String),
    /// The subject is erased.
    Erased(String),
    /// The disk had no room for an event.
    Full,
    /// The writer has stopped.
    Stopped,
    /// All was done.
    Done,
}

impl Told {
    fn say(&self) {
        let line = match self {
            Self::Appended(index, id) => format!("+ {index} {id}\n"),
            Self::Refused(why) => format!("- {why}\n"),
            Self::Erasing(subject) => format!("x {subject}\n"),
            Self::Erased(subject) => format!("X {subject}\n"),
            Self::Full => "full\n".to_owned(),
            Self::Stopped => "stopped\n".to_owned(),
            Self::Done => "done\n".to_owned(),
        };
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }

    /// Reads what a process printed; a line that a kill cut short says nothing.
    pub fn read(printed: &str) -> Vec<Self> {
        let complete = printed.rfind('\n').map_or("", |end| printed.get(..end).unwrap_or(""));
        complete.lines().filter_map(Self::line).collect()
    }

    fn line(line: &str) -> Option<Self> {
        match line {
            "full" => return Some(Self::Full),
            "stopped" => return Some(Self::Stopped),
            "done" => return Some(Self::Done),
            _ => {}
        }
        let (what, rest) = line.split_once(' ')?;
        match what {
            "+" => rest
                .split_once(' ')
                .and_then(|(index, id)| Some(Self::Appended(index.parse().ok()?, id.to_owned()))),
            "-" => Some(Self::Refused(rest.to_owned())),
            "x" => Some(Self::Erasing(rest.to_owned())),
            "X" => Some(Self::Erased(rest.to_owned())),
            _ => None,
        }
    }
}

/// The personal text that the event `id` carries sealed.
pub fn personal(id: &str) -> Value {
    Value::from(format!("name in {id}"))
}

/// The subject whose data the event `id` of a load carries.
pub fn subject(id: &str) -> ObjectRef {
    ObjectRef::new("person", id.rsplit_once('/').map_or(id, |(client, _)| client))
}

fn sealed(record: &Record, id: &str) -> Result<Batch, AppendError> {
    let (name, secret) = record.seal(&subject(id), &personal(id))?;
    let file = record.attach("face.txt", id.as_bytes(), Some(&subject(id)));
    let mut event = Event::new(id, "applied", Time::ZERO).about("applicant", subject(id)).with("name", name);
    match file {
        Ok(file) => event = event.with("face", Value::File(file)),
        Err(record::AttachError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(StoreError::Failed(error.to_string()).into()),
    }
    Ok(Batch { events: vec![event], expect: Vec::new(), secrets: vec![secret] })
}

fn plain(id: &str) -> Batch {
    let case = ObjectRef::new("case", (mix(id.len() as u64) % 7).to_string());
    Event::new(id, "noted", Time::ZERO).about("case", case).with("text", "x".repeat(200)).into()
}

fn append(record: &Record, id: &str, batch: Result<Batch, AppendError>) -> Told {
    let told = match batch.and_then(|batch| record.append(batch)) {
        Ok(indices) => Told::Appended(indices.first().copied().unwrap_or(u64::MAX), id.to_owned()),
        Err(AppendError::Store(StoreError::Full)) => Told::Full,
        Err(AppendError::Store(StoreError::Stopped { .. })) => Told::Stopped,
        Err(error) => Told::Refused(error.to_string()),
    };
    told.say();
    told
}

fn erase(record: &Record, id: &str) {
    let whose = subject(id);
    Told::Erasing(whose.id.to_string()).say();
    match record.erase(&whose, Event::new(format!("erasure of {whose}"), "erased", Time::ZERO)) {
        Ok(_) => Told::Erased(whose.id.to_string()).say(),
        Err(AppendError::Store(StoreError::Full)) => Told::Full.say(),
        Err(AppendError::Store(StoreError::Stopped { .. })) => Told::Stopped.say(),
        Err(error) => Told::Refused(error.to_string()).say(),
    }
}

fn why(error: impl Display) -> String {
    error.to_string()
}

/// The record in `dir`, once it is free. Whoever starts a process beside the one that just looked at the record hands on, for
/// the moment until the new program begins, all that the old one has open, the record's lock among it.
fn open_when_free(dir: &Path) -> Result<Record, StoreError> {
    for _ in 0..100 {
        match Record::create_in(dir) {
            Err(StoreError::InUse { .. }) => std::thread::sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
    Record::create_in(dir)
}

/// Appends with eight threads until the process is killed: plain events, sealed values with files, erasures.
pub fn load(dir: &Path, seed: u64) -> Result<(), String> {
    let record = open_when_free(dir).map_err(why)?;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let record = &record;
            scope.spawn(move || {
                for n in 0u64.. {
                    let (client, choice) =
                        (format!("{seed}-{thread}-{}", n / 8), mix(seed ^ (thread << 32) ^ n) % 10);
                    let id = format!("{client}/{n}");
                    match choice {
                        _ if n % 8 == 7 && thread % 2 == 0 => erase(record, &id),
                        0 | 1 => drop(append(record, &id, sealed(record, &id))),
                        _ => drop(append(record, &id, Ok(plain(&id)))),
                    }
                }
            });
        }
    });
    Ok(())
}

/// Everything that writes, a few times over, going on after each refusal.
pub fn script(dir: &Path) -> Result<(), String> {
    let record = Record::create_in(dir).map_err(why)?;
    for n in 0..6 {
        let id = format!("{}/{n}", n / 3);
        append(&record, &id, if n % 2 == 0 { sealed(&record, &id) } else { Ok(plain(&id)) });
    }
    erase(&record, "0/0");
    for n in 6..9 {
        let id = format!("2/{n}");
        append(&record, &id, Ok(plain(&id)));
    }
    Told::Done.say();
    Ok(())
}

/// Appends until the disk is full; checks that reading goes on; makes room by removing `flag`, and appends again.
pub fn fill(dir: &Path, flag: &Path) -> Result<(), String> {
    let record = Record::create_in(dir).map_err(why)?;
    let mut n = 0;
    let mut next = || {
        n += 1;
        let id = format!("f/{n}");
        append(&record, &id, Ok(plain(&id)))
    };
    let before = loop {
        match next() {
            Told::Appended(index, _) if index > 20_000 => return Err("the disk never filled".to_owned()),
            Told::Appended(index, _) => index,
            Told::Full => break record.len().map_err(why)?,
            other => return Err(format!("{other:?} in place of a full disk")),
        };
    };
    for _ in 0..5 {
        if next() != Told::Full {
            return Err("a full disk took an event".to_owned());
        }
    }
    let entries = record.entries(0, usize::MAX).map_err(why)?;
    let found = record.verify(&mut |_, _| {}).map_err(why)?;
    if entries.len() as u64 != before || !found.is_sound() {
        return Err(format!(
            "reading on a full disk: {} of {before} entries, {:?}",
            entries.len(),
            found.faults
        ));
    }
    std::fs::remove_file(flag).map_err(why)?;
    for _ in 0..5 {
        if !matches!(next(), Told::Appended(..)) {
            return Err("there is room again, and an event was refused".to_owned());
        }
    }
    Told::Done.say();
    Ok(())
}

/// Appends `events` plain events, one after the other, until the writer stops.
pub fn run(dir: &Path, events: u64) -> Result<(), String> {
    let record = Record::create_in(dir).map_err(why)?;
    for n in 0..events {
        let id = format!("r/{n}");
        if append(&record, &id, Ok(plain(&id))) == Told::Stopped {
            return Ok(());
        }
    }
    Told::Done.say();
    Ok(())
}

/// Serves a city whose people open accounts, until its record takes no more.
pub fn serve(dir: &Path) -> Result<(), String> {
    let town = crate::town::Town::found(dir, 0).map_err(why)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(why)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(why)?;
        println!("http://{}", listener.local_addr().map_err(why)?);
        web::server::serve(std::sync::Arc::new(town.city), listener, std::future::pending())
            .await
            .map_err(why)
    })
}
