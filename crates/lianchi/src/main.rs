//! The one binary: a city's services on one record.

mod allocator;
mod backup;
mod check;
mod clock;
mod control;
mod cosign;
mod demo;
mod erase;
mod foreign;
mod garment;
mod law;
mod log_file;
mod logs;
mod map;
mod migrate;
mod models;
mod nats;
mod offers;
mod outbox;
mod packs;
mod proof;
mod say;
mod staff;
mod traffic;
mod up;
mod watch;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use record::{Record, StoreError};
use say::{Failure, Say, Wrong};
use std::ffi::OsString;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Lianchi: a city's services on one provable record.
///
/// Without a command it starts the city, as `up` does.
#[derive(Parser)]
#[command(name = "lianchi", version, about, after_help = CODES)]
struct Options {
    /// Answer in JSON, errors too.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What the exit codes mean, under every help text that people first look at.
const CODES: &str = "Exit codes: 0 done; 1 something was found, as in a damaged record or a pack with faults; \
                     2 bad usage or input.";

#[derive(Subcommand)]
enum Command {
    /// Start the city (what `lianchi` alone does).
    Up(up::Options),
    /// Take an event log into a record: XES, OCEL (JSON, XML, SQLite) or CSV.
    Import(logs::Import),
    /// Write a record's events as a log.
    Export(logs::Export),
    /// Check a whole record, or a receipt on its own.
    Verify(proof::Options),
    /// Check an event log against models, and cite the events that break them.
    Check(check::Options),
    /// Draw what the events of a log did: which activity came right after which.
    Map(map::Map),
    /// List the ways in which the cases of a log went.
    Variants(map::Variants),
    /// List and explain the models of oversight, and write those that follow from a procedure.
    #[command(subcommand)]
    Models(models::Command),
    /// Watch one partition of a city's objects over NATS, and publish what breaks a model.
    Watch(watch::Options),
    /// Check and explain definitions; move running cases to the current edition.
    #[command(subcommand)]
    Pack(packs::Command),
    /// Take people on, give and take back posts, lock accounts.
    #[command(subcommand)]
    Staff(staff::Command),
    /// When a statutory deadline ends, and how that was counted.
    Due(law::Due),
    /// A clothing shop's plans: inspection, pay, lines, markers.
    #[command(subcommand)]
    Garment(garment::Command),
    /// Destroy a person's sealed data; every proof stays valid.
    Erase(erase::Options),
    /// Keep what witnesses signed of the record, for its receipts to carry.
    Cosign(cosign::Options),
    /// Copy a whole record, also while the city runs, and check the copy.
    Backup(backup::Options),
    /// Simulate a city's traffic and its signals.
    #[command(subcommand)]
    Traffic(traffic::Command),
}

/// Where a record is kept.
#[derive(clap::Args, Clone)]
struct Data {
    /// The folder that holds the record, or the keys of one that PostgreSQL keeps.
    #[arg(long = "data", value_name = "DIR", default_value = "data")]
    dir: PathBuf,
    /// The database that keeps the record, `postgres://user@host/name`; an embedded one in the folder if none is named.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

/// The name of a log that is made here; its checkpoints carry it.
const ORIGIN: &str = "lianchi.local/record";

impl Data {
    /// The record, made if there is none.
    fn create(&self) -> Result<Record, StoreError> {
        let new: Vec<&Path> = self.dir.ancestors().take_while(|dir| !dir.exists()).collect();
        // Everything in it is for its owner alone.
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir);
        let made = made.map_err(|error| {
            let place = self.dir.display();
            StoreError::Failed(format!(
                "the folder `{place}` cannot be made: {error}; name another with `--data`"
            ))
        });
        let record = made.and_then(|()| match &self.store {
            Some(url) => Record::create_at(url, &self.dir, ORIGIN),
            None => Record::create_in(&self.dir),
        });
        // What failed leaves no folder behind in which a record seems to be; one that holds something stays.
        record.inspect_err(|_| new.iter().for_each(|dir| drop(std::fs::remove_dir(dir))))
    }

    /// The place in words.
    fn place(&self) -> String {
        match &self.store {
            Some(_) => "the database".to_owned(),
            None => self.dir.display().to_string(),
        }
    }

    /// The record that is there, for writing.
    fn open(&self) -> Result<Record, StoreError> {
        match &self.store {
            // What only opens must not make a record in an empty database.
            Some(url) => {
                Record::read_at(url, &self.dir)?;
                Record::create_at(url, &self.dir, ORIGIN)
            }
            None => Record::open_in(&self.dir),
        }
    }

    /// The record that is there, for reading only.
    fn read(&self) -> Result<Record, StoreError> {
        match &self.store {
            Some(url) => Record::read_at(url, &self.dir),
            None => Record::read_in(&self.dir),
        }
    }
}

fn main() -> ExitCode {
    allocator::keep_little();
    let args = with_command(std::env::args_os().collect());
    let json = args.iter().any(|arg| arg.to_string_lossy().starts_with("--json"));
    // Where it stands before the log and the log is all that is named, it is no file that stands after `--json`.
    let named = map::with_figures(&args).map(Options::try_parse_from);
    let options = match named {
        Some(Err(error)) if error.kind() == ErrorKind::MissingRequiredArgument => {
            Options::try_parse_from(args)
        }
        Some(named) => named,
        None => Options::try_parse_from(args),
    };
    let options = match options {
        Ok(options) => options,
        Err(error) => return misused(&error, json),
    };
    let say = Say { json: options.json };
    let done = match options.command {
        Command::Up(options) => up::run(&options, say),
        Command::Import(options) => logs::import(&options, say),
        Command::Export(options) => logs::export(&options, say),
        Command::Verify(options) => proof::run(&options, say),
        Command::Check(options) => check::run(&options, say),
        Command::Map(options) => map::map(&options, say),
        Command::Variants(options) => map::list(&options, say),
        Command::Models(command) => models::run(&command, say),
        Command::Watch(options) => watch::run(&options, say),
        Command::Pack(command) => packs::run(&command, say),
        Command::Staff(command) => staff::run(&command, say),
        Command::Due(options) => law::run(&options, say),
        Command::Garment(command) => garment::run(&command, say),
        Command::Erase(options) => erase::run(&options, say),
        Command::Cosign(options) => cosign::run(&options, say),
        Command::Traffic(command) => traffic::run(&command, say),
        Command::Backup(options) => backup::run(&options, say),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Finding) => ExitCode::from(1),
        Err(Failure::Input(error)) => {
            say.error(error.as_ref());
            ExitCode::from(2)
        }
    }
}

/// The arguments with `up` where no command is named: `lianchi --listen 127.0.0.1:9000` starts the city there.
fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let first = args.iter().skip(1).find(|arg| *arg != "--json");
    let names_none = |arg: &OsString| {
        arg.to_string_lossy().starts_with('-')
            && !["-h", "--help", "-V", "--version"].iter().any(|own| arg == *own)
    };
    match first {
        None => args.push("up".into()),
        Some(arg) if names_none(arg) => args.insert(1, "up".into()),
        Some(_) => {}
    }
    args
}

/// Tells what is wrong with how the command was called, in the words of all other errors.
fn misused(error: &clap::Error, json: bool) -> ExitCode {
    let helped = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion].contains(&error.kind());
    if helped {
        // Whoever reads help through a pager may leave before its end.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text).replace('\'', "`");
    let text: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    Say { json }.error(&Wrong(text.join("\n")));
    ExitCode::from(2)
}
