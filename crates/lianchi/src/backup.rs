use crate::Data;
use crate::say::{Failure, Say, Wrong, counted};
use crate::up::DIRECTORY_KEY;
use record::store::sqlite::SqliteStore;
use record::{Cache, Keys, Record, StoreError};
use serde_json::json;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("secrets").required(true)))]
pub struct Options {
    /// The folder to make the copy in; it must not exist yet.
    target: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Copy the keys into a folder of their own: the copy is of no use without them, nor they without it.
    #[arg(long, value_name = "DIR", group = "secrets")]
    keys: Option<PathBuf>,
    /// Copy the keys with the record: whoever gets hold of the copy can read all of it.
    #[arg(long, group = "secrets")]
    with_keys: bool,
    /// Leave the keys out, since they are kept safe already.
    #[arg(long, group = "secrets")]
    without_keys: bool,
    /// Do not check the copy.
    #[arg(long)]
    unchecked: bool,
}

/// What of a data folder is secret. A city that never had people to sign in has no directory.
const KEYS: &str = "keys";
/// How often it is told how far the copy is.
const PACE: Duration = Duration::from_millis(100);

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let (dir, target) = (&options.data.dir, &options.target);
    if options.data.store.is_some() {
        let error = format!(
            "PostgreSQL keeps this record; copy it with `pg_dump --schema=lianchi`, and keep `{}` and `{}` beside it",
            dir.join(KEYS).display(),
            dir.join(DIRECTORY_KEY).display()
        );
        return Err(Wrong(error).into());
    }
    let store = SqliteStore::open(dir)?;
    for folder in [Some(target), options.keys.as_ref()].into_iter().flatten() {
        if folder.exists() {
            let place = folder.display();
            return Err(Wrong(format!("`{place}` is there already; name a folder that is not")).into());
        }
    }
    let part = beside(target);
    if part.exists() {
        let place = part.display();
        return Err(Wrong(format!("`{place}` was left by a copy that broke off; remove it")).into());
    }
    make(&part)?;
    let done = copy(&store, &part, say)
        .and_then(|()| if options.unchecked { Ok(None) } else { check(dir, &part, say).map(Some) })
        .and_then(|entries| {
            if options.with_keys {
                keys(dir, &part)?;
            }
            if let Some(apart) = &options.keys {
                make(apart)?;
                keys(dir, apart)?;
            }
            std::fs::rename(&part, target).map_err(|error| at(target, &error))?;
            Ok(entries)
        });
    let entries = done.inspect_err(|_| drop(std::fs::remove_dir_all(&part)))?;
    let place = target.display();
    let mut words = match entries {
        Some(entries) => {
            format!("{} copied to {place} and checked: the copy is sound", counted(entries, "entry"))
        }
        None => format!("copied to {place}, and not checked"),
    };
    words.push_str(&match &options.keys {
        Some(apart) => format!("\nits keys are in {}; keep the two apart", apart.display()),
        None if options.with_keys => "\nits keys are in it; keep it as safe as the record itself".to_owned(),
        None => format!("\nits keys are not in it; keep those in {} safe", dir.display()),
    });
    words.push_str(&format!("\nto use it: `lianchi up --data {place}`, with the keys in it"));
    let kept = if options.with_keys {
        "with"
    } else if options.keys.is_some() {
        "apart"
    } else {
        "without"
    };
    say.answer(
        &words,
        &json!({ "target": target, "entries": entries, "sound": entries.map(|_| true), "keys": kept }),
    )
}

/// Where the copy grows until it is whole.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// A new folder for its owner's eyes alone.
fn make(folder: &Path) -> Result<(), Failure> {
    Ok(DirBuilder::new().mode(0o700).create(folder).map_err(|error| at(folder, &error))?)
}

fn copy(store: &SqliteStore, target: &Path, say: Say) -> Result<(), Failure> {
    let all = record::Store::bytes(store)?;
    let mut progress = say.progress("copying");
    let done = std::thread::scope(|scope| {
        let copying = scope.spawn(|| store.copy_to(target));
        while !copying.is_finished() {
            std::thread::sleep(PACE);
            let files = std::fs::read_dir(target).into_iter().flatten().flatten();
            let sizes = files.filter_map(|file| file.metadata().ok()).map(|data| data.len());
            progress.at(sizes.sum::<u64>().min(all), Some(all));
        }
        copying.join()
    });
    done.unwrap_or_else(|_| Err(StoreError::Failed("the copying broke off".into())))?;
    Ok(())
}

/// Reads the whole copy, as `lianchi verify` would: what was not read is no backup.
fn check(dir: &Path, copy: &Path, say: Say) -> Result<u64, Failure> {
    let record = Record::read(SqliteStore::open(copy)?, Keys::open_in(&dir.join(KEYS))?, Cache::in_memory())?;
    let mut progress = say.progress("checking");
    let found = record.verify(&mut |done, all| progress.at(done, Some(all)))?;
    drop(progress);
    if found.is_sound() {
        return Ok(found.entries);
    }
    let first: Vec<String> = found.faults.iter().take(10).map(|fault| format!("\n    {fault}")).collect();
    let faults = first.concat();
    let error =
        format!("the copy is not sound, and was taken away; run `lianchi verify` on the record:{faults}");
    Err(Wrong(error).into())
}

fn keys(dir: &Path, target: &Path) -> Result<(), Failure> {
    let from = dir.join(KEYS);
    make(&target.join(KEYS))?;
    for entry in std::fs::read_dir(&from).map_err(|error| at(&from, &error))? {
        let entry = entry.map_err(|error| at(&from, &error))?;
        secret(&entry.path(), &target.join(KEYS), &entry.file_name().to_string_lossy())?;
    }
    let directory = dir.join(DIRECTORY_KEY);
    if directory.exists() {
        secret(&directory, target, DIRECTORY_KEY)?;
    }
    Ok(())
}

/// Copies a file for its owner's eyes alone.
fn secret(from: &Path, dir: &Path, name: &str) -> Result<(), Failure> {
    let copied = std::fs::read(from).and_then(|content| record::write_secret(dir, name, &content));
    Ok(copied.map_err(|error| at(&dir.join(name), &error))?)
}

fn at(path: &Path, error: &std::io::Error) -> Wrong {
    Wrong(format!("`{}` cannot be written: {error}", path.display()))
}
