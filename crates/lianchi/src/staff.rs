//! Those who work here, from the machine that keeps the record: how the first administrator is made, and what helps when
//! none can sign in.

use crate::clock::now;
use crate::say::{Failure, Say, Wrong};
use crate::{Data, packs, up};
use access::directory::DirectoryKey;
use access::people::{People, signs_in};
use access::staff::{Act, By};
use access::{Person, PersonId, Post};
use casework::{Book, editions};
use pack::Title;
use record::{Record, StoreError};
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command as Program, Stdio};
use web::server::{City, Newcomer, NotDone, OpenError, Secret, Settings};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Take somebody on; on an empty city the first administrator. Asks for their password, or reads it from the input.
    Add(Add),
    /// Say who works here, in which posts.
    List(List),
    /// Give a post to somebody who has an account.
    Grant(OfPost),
    /// Take a post back.
    Revoke(OfPost),
    /// Keep somebody from signing in; what lies with them goes back into the queue.
    Lock(Of),
    /// Let them sign in again.
    Unlock(Of),
    /// Make a one-time code with which somebody chooses a new password.
    Reset(Of),
}

#[derive(clap::Args)]
pub struct Add {
    /// The name by which they will sign in.
    login: String,
    /// Their name, as colleagues and applicants see it.
    #[arg(long)]
    name: String,
    /// Their first post: `administrator@bureau`.
    #[arg(long, value_name = "ROLE@OFFICE", value_parser = post)]
    post: Post,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
pub struct List {
    /// Only those of this office and the offices below it.
    #[arg(long, value_name = "OFFICE")]
    office: Option<String>,
    #[command(flatten)]
    data: Data,
}

#[derive(clap::Args)]
pub struct Of {
    /// Their sign-in name, or `person:…` as `staff list` gives it.
    person: String,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
pub struct OfPost {
    /// Their sign-in name, or `person:…` as `staff list` gives it.
    person: String,
    /// The post: `clerk@lake-station`.
    #[arg(long, value_name = "ROLE@OFFICE", value_parser = post)]
    post: Post,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
pub struct At {
    #[command(flatten)]
    data: Data,
    /// The folder of packs, for a record that has no edition yet; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Why, for the record.
    #[arg(long, default_value = "by the operator")]
    reasons: String,
}

fn post(text: &str) -> Result<Post, String> {
    Post::parse(text)
        .ok_or_else(|| format!("`{text}` is not a post; write a role and an office: `clerk@lake-station`"))
}

pub fn run(command: &Command, say: Say) -> Result<(), Failure> {
    match command {
        Command::Add(add) => take_on(add, say),
        Command::List(list) => tell(list, say),
        Command::Grant(of) => act(&of.person, &of.at, &Act::Grant(of.post.clone()), say),
        Command::Revoke(of) => act(&of.person, &of.at, &Act::Revoke(of.post.clone()), say),
        Command::Lock(of) => act(&of.person, &of.at, &Act::Lock, say),
        Command::Unlock(of) => act(&of.person, &of.at, &Act::Unlock, say),
        Command::Reset(of) => reset(of, say),
    }
}

/// Who would have to be added first, on a city where nobody works yet.
pub fn nobody_yet(city: &City, data: &Data) -> Result<Option<String>, StoreError> {
    city.staff(|staff| {
        if staff.roster.members().any(|(_, member)| member.is_staff()) {
            return None;
        }
        let root = staff
            .definitions
            .offices
            .values()
            .find(|office| office.parent.is_none() && !office.handles.is_empty());
        let post = staff.posts_over(&root?.id).into_iter().next()?;
        let store = data.store.as_ref().map(|url| format!(" --store {url}")).unwrap_or_default();
        let dir = data.dir.display();
        Some(format!("lianchi staff add LOGIN --name NAME --post {post} --data {dir}{store}"))
    })
}

/// What another process that holds the record means for these commands.
fn in_use(error: StoreError) -> Failure {
    runs_there(error, "/staff")
}

/// The same for a command whose work is done on a page as well.
pub fn runs_there(error: StoreError, page: &str) -> Failure {
    match error {
        StoreError::InUse { place } => Wrong(format!(
            "the city runs on the record in `{place}`; do this on its page `{page}`, or stop it first"
        ))
        .into(),
        other => other.into(),
    }
}

impl At {
    /// The city on the record, under the edition that it has: no other is adopted by looking after its people.
    fn city(&self, record: Result<Record, StoreError>, say: Say) -> Result<City, Failure> {
        let record = record.map_err(in_use)?;
        let files = match editions::last(&record)? {
            Some(files) => files,
            None => packs::files(self.packs.as_deref(), say)?,
        };
        let settings = Settings {
            title: Title::default(),
            directory_key: up::directory_key(&self.data.dir)?,
            password_cost: access::password::Argon2id::OWASP,
            clock: now,
            demo: Vec::new(),
        };
        City::open(record, &files, settings).map_err(|error| match error {
            OpenError::Casework(casework::OpenError::Packs(problems)) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                Wrong(format!("the packs have faults; run `lianchi pack check` first: {first}")).into()
            }
            other => other.into(),
        })
    }
}

fn not_done(error: NotDone) -> Failure {
    let words = match error {
        NotDone::Unfit(why) | NotDone::Name(why) => {
            let mut letters = why.en.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            first.into_iter().chain(letters).collect()
        }
        other => other.to_string(),
    };
    Wrong(words).into()
}

fn take_on(options: &Add, say: Say) -> Result<(), Failure> {
    let city = options.at.city(options.at.data.create(), say)?;
    // What is wrong is said before anybody types a password.
    city.staff(|staff| staff.known(&options.post))?.map_err(|refused| not_done(refused.into()))?;
    if city.find_person(&options.login).is_some() {
        let error = "this sign-in name is taken; choose another, or add the post with `lianchi staff grant`";
        return Err(Wrong(error.to_owned()).into());
    }
    let password = ask_password()?;
    let secret = Secret::Password(&password);
    let new = Newcomer { login: &options.login, name: &options.name, post: &options.post, secret };
    let issued = city.take_on(By::Operator, new, &options.at.reasons).map_err(not_done)?;
    city.save();
    let person = issued.person.object();
    say.answer(
        &format!("{} is {}: {person}\nsign in as `{}`", options.name, options.post, options.login),
        &json!({ "person": person, "post": options.post.to_string() }),
    )
}

/// Whom a command is about.
fn whom(city: &City, text: &str) -> Result<PersonId, Failure> {
    let by_id = record::ObjectRef::parse(text).as_ref().and_then(PersonId::of);
    let known = by_id
        .filter(|id| city.person(*id).is_ok_and(|person| person.now != access::person::Standing::default()));
    known.or_else(|| city.find_person(text)).ok_or_else(|| {
        Wrong(format!("nobody signs in as `{text}`; `lianchi staff list` says who works here")).into()
    })
}

fn act(person: &str, at: &At, act: &Act, say: Say) -> Result<(), Failure> {
    let city = at.city(at.data.open(), say)?;
    let id = whom(&city, person)?;
    let handed = city.act_on(By::Operator, id, act, &at.reasons).map_err(not_done)?;
    city.save();
    let what = match act {
        Act::Grant(post) => format!("{person} is {post} now"),
        Act::Revoke(post) => format!("{person} is {post} no more"),
        Act::Lock => format!("{person} is locked and signed out"),
        Act::Unlock => format!("{person} may sign in again"),
        Act::Reset | Act::HandOver => String::new(),
    };
    let back = handed.moved.len();
    let back_words = match back {
        0 => String::new(),
        1 => "\n1 step went back into the queue".to_owned(),
        _ => format!("\n{back} steps went back into the queue"),
    };
    let left: Vec<String> =
        handed.left.iter().map(|(task, why)| format!("{} {}: {}", task.case.id, task.step, why.en)).collect();
    let left_words: String = left.iter().map(|line| format!("\nstays with them: {line}")).collect();
    say.answer(
        &format!("{what}{back_words}{left_words}"),
        &json!({ "person": id.object(), "put_back": back, "left": left }),
    )
}

fn reset(options: &Of, say: Say) -> Result<(), Failure> {
    let city = options.at.city(options.at.data.open(), say)?;
    let id = whom(&city, &options.person)?;
    let issued = city.reset(By::Operator, id, &options.at.reasons).map_err(not_done)?;
    let Some((code, until)) = issued.code else { return Ok(()) };
    let code = code.text();
    say.answer(
        &format!(
            "{code}\nholds until {until}: {} signs in with it in place of a password, then chooses one",
            options.person
        ),
        &json!({ "person": id.object(), "code": code, "until": until }),
    )
}

/// Reads the record alone, and so also while the city runs.
fn tell(options: &List, say: Say) -> Result<(), Failure> {
    let record = options.data.read()?;
    let people = People::open(&record, DirectoryKey::new([0; 32]))?;
    let files = editions::last(&record)?.unwrap_or_default();
    let book = Book::read(&files).ok();
    let definitions = book.as_ref().map(|book| &book.definitions);
    if options.office.is_some() && definitions.is_none() {
        let what = "the record holds no packs that can be read, so which offices there are is not known; leave `--office` out";
        return Err(Wrong(what.into()).into());
    }
    if let (Some(office), Some(all)) = (&options.office, definitions)
        && !all.offices.contains_key(office.as_str())
    {
        let known = all.offices.keys().map(pack::Id::as_str).collect::<Vec<_>>().join("`, `");
        return Err(Wrong(format!("no office is called `{office}`; use one of `{known}`")).into());
    }
    let within = |post: &Post| match (&options.office, definitions) {
        (Some(office), Some(all)) => all.lies_in(&post.office, &office.as_str().into()),
        _ => true,
    };
    let mut rows = Vec::new();
    for (id, member) in people.roster.members().filter(|(_, member)| member.is_staff()) {
        if !member.posts.iter().chain(&member.last).any(within) {
            continue;
        }
        let (person, _) = record.fold::<Person>(&id.object())?;
        let name = person.now.name.as_ref().map(|sealed| record.unseal(sealed)).transpose()?.flatten();
        let name = name.as_ref().and_then(|name| name.as_text()).unwrap_or("–").to_owned();
        let standing = match (member.locked, member.posts.is_empty()) {
            (true, _) => "locked",
            (false, true) => "former",
            (false, false) if signs_in(&record, &person, now())? => "working",
            (false, false) => "no-sign-in",
        };
        let posts: Vec<String> = member.posts.iter().map(ToString::to_string).collect();
        rows.push((id.object().to_string(), name, standing, posts, person.now.registered));
    }
    rows.sort_by(|one, other| (&one.3, &one.1).cmp(&(&other.3, &other.1)));
    let line = |(id, name, standing, posts, _): &(String, String, &str, Vec<String>, _)| {
        let line = format!("{standing:<10} {name}  {}", posts.join(", "));
        format!("{}\n           {id}\n", line.trim_end())
    };
    let words: String = rows.iter().map(line).collect();
    let words = if rows.is_empty() { "nobody works here yet".to_owned() } else { words };
    let all: Vec<_> = rows
        .iter()
        .map(|(id, name, standing, posts, since)| {
            json!({ "person": id, "name": name, "standing": standing, "posts": posts, "since": since })
        })
        .collect();
    say.answer(&words, &json!({ "staff": all }))
}

/// A password, typed twice without being shown, or the first line of the input. Never an argument: those are shown to
/// everybody on the machine, and kept by shells.
fn ask_password() -> Result<String, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let mut line = String::new();
        input.lock().read_line(&mut line)?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        if password.is_empty() {
            return Err(
                Wrong("no password came; type one, or send it as the input's first line".into()).into()
            );
        }
        return Ok(password);
    }
    let typed = |words: &str| -> Result<String, Failure> {
        let _hidden = Hidden::begin()?;
        let mut out = std::io::stderr();
        let _ = write!(out, "{words}: ");
        let _ = out.flush();
        let mut line = String::new();
        input.lock().read_line(&mut line)?;
        let _ = writeln!(out);
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let first = typed("password")?;
    if typed("once more")? != first {
        return Err(Wrong("the two passwords differ; try again".into()).into());
    }
    Ok(first)
}

/// While it lives, the terminal does not show what is typed.
struct Hidden;

impl Hidden {
    fn begin() -> Result<Self, Failure> {
        let told = |why: String| {
            Wrong(format!("the terminal cannot hide a password ({why}); send it as the input instead"))
        };
        let done = stty("-echo").map_err(|error| told(error.to_string()))?;
        if done { Ok(Self) } else { Err(told("`stty` refused".into()).into()) }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !stty("echo").unwrap_or(false) {
            eprintln!("the terminal still hides what is typed; type `stty echo` to see it again");
        }
    }
}

fn stty(what: &str) -> std::io::Result<bool> {
    let status = Program::new("stty").arg(what).stdin(Stdio::inherit()).stderr(Stdio::null()).status()?;
    Ok(status.success())
}
