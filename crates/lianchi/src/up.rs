use crate::clock::now;
use crate::control::Control;
use crate::say::{Failure, Say, Wrong};
use crate::{Data, demo, outbox, packs, staff};
use pack::Title;
use record::Record;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use web::server::{City, Settings, serve};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// A proxy of ours in front of the city, whose word (`X-Forwarded-For`) is taken for where a request comes from. Name
    /// each.
    #[arg(long, value_name = "IP")]
    proxy: Vec<IpAddr>,
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// What the city is called, in Chinese and English.
    #[arg(long, value_name = "NAME", default_value = "示范市/Demo City")]
    name: String,
    /// A server of NATS with JetStream, `nats://[USER:PASSWORD@]HOST[:PORT]`, to which each entry of the record is published, so
    /// that `lianchi watch` can watch it there.
    #[arg(long, value_name = "URL")]
    outbox: Option<String>,
    /// The name under which entries are published.
    #[arg(long, value_name = "NAME", default_value = "lianchi", value_parser = crate::watch::name)]
    outbox_name: String,
    /// Begin empty: no demonstration, whatever the address.
    #[arg(long)]
    empty: bool,
}

/// Requests that are worked on at one time; further ones wait. Enough to share each sync of a slow disk, and few enough that a
/// rush of requests does not take memory that it never gives back.
const AT_ONCE: usize = 128;
/// Work that has not ended so long after the city has closed is left.
const LAST: Duration = Duration::from_secs(5);

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    share_memory();
    // What can be wrong is found before anything is made.
    let files = packs::files(options.packs.as_deref(), say)?;
    let book = match casework::Book::read(&files) {
        Ok(book) => book,
        Err(problems) => {
            packs::tell(&problems, say)?;
            return Err(Failure::Finding);
        }
    };
    let listener = listen(options.listen)?;
    let record = options.data.create()?;
    let address = listener.local_addr()?;
    let loopback = address.ip().is_loopback();
    let first_start = record.is_empty()?;
    let demonstrates = demo::stands(&record)?;
    if demonstrates && !loopback {
        let place = options.data.dir.display();
        let error = format!(
            "the record in `{place}` is a demonstration whose passwords everybody knows; it is only served on this \
             machine's own addresses: name another folder with `--data`"
        );
        return Err(Wrong(error).into());
    }
    let make = loopback && first_start && !options.empty;
    let shown = if make || demonstrates { demo::sign_ins(&book.definitions) } else { Vec::new() };
    let city = open(options, record, &files, shown)?;
    if make {
        say.line("making a small demonstration city …")?;
        demo::make(&city, now())?;
    }
    if let Some(url) = &options.outbox {
        outbox::open(city.casework.record(), url, &options.outbox_name, say)?;
    }
    let packs = options.packs.as_deref();
    let control = Control::listen(&options.data.dir, &city, packs, say);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().max_blocking_threads(AT_ONCE).enable_all().build()?;
    let nobody = staff::nobody_yet(&city, &options.data)?;
    let served = runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let signals = Signals::heed()?;
        adopt_when_told(&city, options.packs.clone(), say)?;
        announce(say, &address, &city, nobody.as_deref())?;
        tell_service_manager("READY=1");
        // Connections to a database are not closed among tasks, so the last hold on the city is kept outside.
        serve(Arc::clone(&city), listener, signals.closing()).await?;
        Ok(())
    });
    tell_service_manager("STOPPING=1");
    drop(control);
    runtime.shutdown_timeout(LAST);
    served
}

/// Has threads share what memory of the C library they let go of, which is SQLite's, as many sharing as there are processors.
/// It would be kept in eight places for each of these, which a city whose requests go from thread to thread fills one by one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library has no safe way to be told")]
fn share_memory() {
    let places = std::thread::available_parallelism().map_or(1, usize::from).max(2);
    // SAFETY: it sets a number of the allocator's own, before there are threads that could use it.
    let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, i32::try_from(places).unwrap_or(i32::MAX)) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn share_memory() {}

/// An address with its port; of a name with several, the first of the older kind, which browsers try first for
/// `localhost`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let mend = "write it like `127.0.0.1:8080`, or `0.0.0.0:8080` for every address of this machine";
    let found = text.to_socket_addrs().map_err(|error| format!("{error}; {mend}"))?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.into_iter().next().ok_or_else(|| mend.to_owned())
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let told = |error: std::io::Error| {
        let mend = match error.kind() {
            ErrorKind::AddrInUse => "end what listens there, or choose another with `--listen`",
            ErrorKind::AddrNotAvailable => "it is none of this machine's; choose another with `--listen`",
            ErrorKind::PermissionDenied => {
                "ports below 1024 are not for everybody; choose another with `--listen`"
            }
            _ => "choose another with `--listen`",
        };
        Wrong(format!("`{address}` cannot be listened on: {error}; {mend}"))
    };
    Ok(TcpListener::bind(address).map_err(told)?)
}

fn open(
    options: &Options,
    record: Record,
    files: &[pack::File],
    demo: Vec<web::server::Demo>,
) -> Result<Arc<City>, Failure> {
    let (zh, en) = options.name.split_once('/').unwrap_or((&options.name, &options.name));
    if !demo.is_empty() && record.is_empty()? {
        // So that the record begins with the edition, and not with what happened under it.
        drop(casework::Casework::open(record.clone(), files, demo::beginning(now()))?);
    }
    let settings = Settings {
        title: Title::new(zh, en),
        directory_key: directory_key(&options.data.dir)?,
        password_cost: access::password::Argon2id::OWASP,
        clock: now,
        demo,
    };
    let mut city = City::open(record, files, settings)?;
    city.keep_sessions(&options.data.dir)?;
    city.logs = web::server::Shelf::at(options.data.dir.join("logs"));
    city.proxies = options.proxy.iter().map(IpAddr::to_canonical).collect();
    Ok(Arc::new(city))
}

fn announce(say: Say, address: &SocketAddr, city: &City, nobody: Option<&str>) -> Result<(), Failure> {
    let mut words = format!("Lianchi stands at http://{address}\n");
    let sign_ins = &city.settings.demo;
    if !sign_ins.is_empty() {
        words.push_str(
            "\nTo try it, sign in as one of these (this demonstration is only reachable from here):\n",
        );
        let mut group = None;
        for one in sign_ins {
            if group != Some(&one.group) {
                words.push_str(&format!("  {} · {}\n", one.group.zh, one.group.en));
                group = Some(&one.group);
            }
            words.push_str(&format!(
                "    {:<18} {:<16} {} · {}\n",
                one.login, one.password, one.title.zh, one.title.en
            ));
        }
    }
    if let Some(command) = nobody {
        words.push_str(&format!(
            "\nNobody works here yet; stop this and make the first administrator: {command}\n"
        ));
    }
    if !address.ip().is_loopback() {
        words.push_str("\nBrowsers sign in over https only: put a proxy with TLS before it.\n");
    }
    words.push_str("\nCtrl-C stops it; nothing is lost.");
    let people: Vec<_> = sign_ins.iter().map(|one| serde_json::json!([one.login, one.password])).collect();
    say.answer(
        &words,
        &serde_json::json!({
            "address": format!("http://{address}"), "demo": people, "first_administrator": nobody,
        }),
    )
}

/// Reads the packs anew whenever the city is sent `SIGHUP`.
fn adopt_when_told(city: &Arc<City>, packs: Option<PathBuf>, say: Say) -> std::io::Result<()> {
    let mut told = signal(SignalKind::hangup())?;
    let city = Arc::downgrade(city);
    tokio::spawn(async move {
        while told.recv().await.is_some() {
            let (city, packs) = (city.clone(), packs.clone());
            let adopt = move || {
                let Some(city) = city.upgrade() else { return };
                match packs::adopt(&city, packs.as_deref()) {
                    Ok(adopted) => say.aside(&adopted.words(), &adopted.json()),
                    Err(Failure::Input(error)) => say.error(error.as_ref()),
                    Err(Failure::Finding) => {}
                }
            };
            let _ = tokio::task::spawn_blocking(adopt).await;
        }
    });
    Ok(())
}

/// The signals by which a city is told to close.
struct Signals(Signal, Signal);

impl Signals {
    /// Heeds them from now on.
    fn heed() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }

    /// Waits until the city is to close. Told a second time, it ends at once.
    async fn closing(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(130);
        });
    }
}

/// Tells systemd how far the service is (`sd_notify(3)`), where it asked to be told.
fn tell_service_manager(state: &str) {
    let Some(place) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let send = || {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let socket = UnixDatagram::unbound()?;
        match place.as_encoded_bytes().strip_prefix(b"@") {
            Some(name) => socket.send_to_addr(state.as_bytes(), &SocketAddr::from_abstract_name(name)?),
            None => socket.send_to(state.as_bytes(), &place),
        }
    };
    let _: std::io::Result<usize> = send();
}

/// The file with the key under which sign-in names are looked up.
pub const DIRECTORY_KEY: &str = "directory.key";

/// The key under which sign-in names are looked up: made once, beside the record, for its owner's eyes alone.
pub fn directory_key(dir: &Path) -> Result<[u8; 32], Failure> {
    let path = dir.join(DIRECTORY_KEY);
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be used: {error}", path.display()));
    match std::fs::read(&path) {
        Ok(kept) => {
            let whole =
                || Wrong(format!("`{}` is not 32 bytes long; restore it from a backup", path.display()));
            return Ok(kept.try_into().map_err(|_| whole())?);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(told(error).into()),
    }
    let mut key = [0; 32];
    access::Entropy::fill(&mut access::entropy::SystemEntropy, &mut key)?;
    record::write_secret(dir, DIRECTORY_KEY, &key).map_err(told)?;
    Ok(key)
}
