//! A city on a real record in a folder of its own, with the shipped packs: people in every post that tests ask about, cases
//! at every stage, and requests to it as browsers and programs send them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "each test uses its part, and stops at its first surprise"
)]

pub mod call;
pub mod cases;
pub mod schema;

use access::password::Argon2id;
use access::policy::Actor;
use access::session::Token;
use access::{PersonId, Post};
use axum::Router;
use casework::Ask;
use pack::{File, Title};
use record::{Record, Time};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::runtime::Runtime;
use web::server::{City, Settings, router};

/// Monday, 23 November 2026, nine in the morning in China, in microseconds. Every look at the clock is a millisecond later
/// than the one before.
static CLOCK: AtomicI64 = AtomicI64::new(1_795_395_600_000_000);

type Meanwhile = Option<(u32, Box<dyn FnOnce()>)>;

thread_local! {
    static MEANWHILE: RefCell<Meanwhile> = const { RefCell::new(None) };
}

/// Has something happen when this thread looks at the clock for the `nth` time from now, counted from 1.
pub fn meanwhile(nth: u32, happens: impl FnOnce() + 'static) {
    MEANWHILE.with(|next| *next.borrow_mut() = Some((nth, Box::new(happens))));
}

fn clock() -> Time {
    let due = MEANWHILE.with(|next| {
        let mut next = next.borrow_mut();
        let (left, _) = next.as_mut()?;
        *left -= 1;
        if *left == 0 { next.take() } else { None }
    });
    if let Some((_, happens)) = due {
        happens();
    }
    let micros = CLOCK.fetch_add(1_000, Ordering::SeqCst);
    let nanos = u32::try_from(micros % 1_000_000).unwrap() * 1_000;
    Time::new(micros / 1_000_000, nanos, Some(8 * 60)).unwrap()
}

/// Lets time pass.
pub fn pass(seconds: i64) {
    CLOCK.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
}

/// Held by a test that lets time pass, so that no other's sessions run out.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A role and an office.
type At = (&'static str, &'static str);

/// Who there is: sign-in name, own name, post.
pub const PEOPLE: &[(&str, &str, Option<At>)] = &[
    ("party", "王莲生", None),
    ("other", "李荷香", None),
    ("visitor", "赵菱角", None),
    ("clerk", "钱受理", Some(("clerk", "lake-station"))),
    ("colleague", "孙窗口", Some(("clerk", "lake-station"))),
    ("clerk-elsewhere", "周远方", Some(("clerk", "bridge-station"))),
    ("examiner", "吴审核", Some(("examiner", "lake-station"))),
    ("approver", "郑审批", Some(("approver", "lake-station"))),
    ("approver-above", "吴审批", Some(("approver", "east-branch"))),
    ("supervisor-above", "冯监督", Some(("supervisor", "east-branch"))),
    ("supervisor-elsewhere", "陈西山", Some(("supervisor", "west-branch"))),
    ("supervisor-city", "褚全市", Some(("supervisor", "bureau"))),
    ("expert", "卫鉴定", Some(("expert", "lake-station"))),
    ("officer", "蒋出警", Some(("officer", "lake-station"))),
    ("dispatcher", "沈接警", Some(("dispatcher", "lake-station"))),
    ("administrator", "魏人员", Some(("administrator", "east-branch"))),
];
pub const PASSWORD: &str = "lotus-pond-in-autumn";

pub struct World {
    pub city: Arc<City>,
    pub runtime: Runtime,
    pub router: Router,
    people: BTreeMap<&'static str, PersonId>,
    pub dir: tempfile::TempDir,
}

/// The shipped packs.
pub fn packs() -> Vec<File> {
    pack::folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap()
}

pub fn settings() -> Settings {
    Settings {
        title: Title::new("示范市", "Demo City"),
        directory_key: [7; 32],
        password_cost: Argon2id::CHEAPEST,
        clock,
        demo: Vec::new(),
    }
}

impl World {
    pub fn new() -> Self {
        Self::changed(|_| {})
    }

    /// A city that bears with other things than usual.
    pub fn changed(change: impl FnOnce(&mut City)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::create_in(dir.path()).unwrap();
        Self::on(dir, record, change)
    }

    /// A city on `record`, changed by `change` before it opens to anybody.
    pub fn on(dir: tempfile::TempDir, record: Record, change: impl FnOnce(&mut City)) -> Self {
        Self::peopled(dir, record, &packs(), change)
    }

    /// The same under the packs in `files`.
    pub fn peopled(
        dir: tempfile::TempDir,
        record: Record,
        files: &[File],
        change: impl FnOnce(&mut City),
    ) -> Self {
        let mut world = Self::empty(dir, record, files, change);
        for (login, name, post) in PEOPLE {
            let posts: Vec<Post> = post.iter().map(|(role, office)| Post::new(*role, *office)).collect();
            let id = world.city.register(login, name, PASSWORD, &posts, world.city.now()).unwrap();
            world.people.insert(*login, id);
        }
        world
    }

    /// A city under the packs in `files`, in which nobody is taken on.
    pub fn empty(
        dir: tempfile::TempDir,
        record: Record,
        files: &[File],
        change: impl FnOnce(&mut City),
    ) -> Self {
        let mut city = City::open(record, files, settings()).unwrap_or_else(|error| panic!("{error}"));
        city.logs = web::server::Shelf::at(dir.path().join("logs"));
        city.keep_sessions(dir.path()).unwrap();
        change(&mut city);
        let city = Arc::new(city);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { router: router(Arc::clone(&city)), city, runtime, people: BTreeMap::new(), dir }
    }

    pub fn person(&self, login: &str) -> PersonId {
        self.people[login]
    }

    /// A new session of `login`.
    pub fn sign_in(&self, login: &str) -> Token {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        self.city.sign_in(login, PASSWORD, here, None, false).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The person in their post.
    pub fn actor(&self, login: &str) -> Actor {
        let person = self.city.person(self.person(login)).unwrap();
        Actor::of(&person, person.now.posts.first()).unwrap()
    }

    /// How `actor` asks.
    pub fn ask<'a>(&self, actor: &'a Actor) -> Ask<'a> {
        Ask { now: self.city.now(), actor: Some(actor), purpose: None, seen: None }
    }
}
