//! The one binary: a city's services on one record.

mod check;
mod clock;
mod demo;
mod erase;
mod law;
mod log_file;
mod logs;
mod map;
mod migrate;
mod packs;
mod proof;
mod say;
mod staff;
mod up;

use clap::{Parser, Subcommand};
use record::{Record, StoreError};
use say::{Failure, Say};
use std::path::PathBuf;
use std::process::ExitCode;

/// Lianchi: a city's services on one provable record.
#[derive(Parser)]
#[command(name = "lianchi", version, about)]
struct Options {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

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
    /// Check and explain definitions; move running cases to the current edition.
    #[command(subcommand)]
    Pack(packs::Command),
    /// Take people on, give and take back posts, lock accounts.
    #[command(subcommand)]
    Staff(staff::Command),
    /// When a statutory deadline ends, and how that was counted.
    Due(law::Due),
    /// Destroy a person's sealed data; every proof stays valid.
    Erase(erase::Options),
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
        match &self.store {
            Some(url) => Record::create_at(url, &self.dir, ORIGIN),
            None => Record::create_in(&self.dir),
        }
    }

    /// The record that is there, for writing.
    fn open(&self) -> Result<Record, StoreError> {
        match &self.store {
            Some(url) => Record::create_at(url, &self.dir, ORIGIN),
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
    let options = Options::parse();
    let say = Say { json: options.json };
    let done = match options.command.unwrap_or_else(|| Command::Up(up::Options::default())) {
        Command::Up(options) => up::run(&options, say),
        Command::Import(options) => logs::import(&options, say),
        Command::Export(options) => logs::export(&options, say),
        Command::Verify(options) => proof::run(&options, say),
        Command::Check(options) => check::run(&options, say),
        Command::Map(options) => map::map(&options, say),
        Command::Variants(options) => map::list(&options, say),
        Command::Pack(command) => packs::run(&command, say),
        Command::Staff(command) => staff::run(&command, say),
        Command::Due(options) => law::run(&options, say),
        Command::Erase(options) => erase::run(&options, say),
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
