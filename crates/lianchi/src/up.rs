use crate::Data;
use crate::clock::now;
use crate::say::{Failure, Say, Wrong};
use crate::{demo, packs, staff};
use pack::Title;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::server::{City, OpenError, Settings, serve};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// What the city is called, in Chinese and English: `示范市/Demo City`.
    #[arg(long, value_name = "NAME", default_value = "示范市/Demo City")]
    name: String,
    /// Begin empty: no demonstration, whatever the address.
    #[arg(long)]
    empty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: Data { dir: "data".into(), store: None },
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            packs: None,
            name: "示范市/Demo City".into(),
            empty: false,
        }
    }
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let files = packs::files(options.packs.as_deref())?;
    let record = options.data.create()?;
    let first_start = record.is_empty()?;
    let loopback = options.listen.ip().is_loopback();
    let with_demo = loopback && !options.empty && (first_start || options.data.dir.join(demo::MARK).exists());
    let (zh, en) = options.name.split_once('/').unwrap_or((&options.name, &options.name));
    let settings = Settings {
        title: Title::new(zh, en),
        directory_key: directory_key(&options.data.dir)?,
        password_cost: access::password::Argon2id::OWASP,
        clock: now,
        demo: if with_demo { demo::sign_ins() } else { Vec::new() },
    };
    let city = match City::open(record, &files, settings) {
        Ok(city) => Arc::new(city),
        Err(OpenError::Casework(casework::OpenError::Packs(problems))) => {
            packs::tell(&problems, say);
            return Err(Failure::Finding);
        }
        Err(error) => return Err(error.into()),
    };
    if with_demo && first_start {
        say.line("making a small demonstration city …");
        demo::make(&city, &options.data.dir)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(|error| {
            Wrong(format!(
                "`{}` cannot be listened on: {error}; choose another with `--listen`",
                options.listen
            ))
        })?;
        let nobody = staff::nobody_yet(&city, &options.data)?;
        announce(say, &listener.local_addr()?, with_demo, nobody.as_deref());
        serve(city, listener, stopped()).await?;
        Ok(())
    })
}

fn announce(say: Say, address: &SocketAddr, demo: bool, nobody: Option<&str>) {
    let mut words = format!("Lianchi stands at http://{address}\n");
    let sign_ins = if demo { demo::sign_ins() } else { Vec::new() };
    if !sign_ins.is_empty() {
        words.push_str(
            "\nTo try it, sign in as one of these (this demonstration is only reachable from here):\n",
        );
        for one in &sign_ins {
            words.push_str(&format!(
                "    {:<12} {:<20} {} · {}\n",
                one.login, one.password, one.title.zh, one.title.en
            ));
        }
    }
    if let Some(command) = nobody {
        words.push_str(&format!(
            "\nNobody works here yet; stop this and make the first administrator: {command}\n"
        ));
    }
    words.push_str("\nCtrl-C stops it; nothing is lost.");
    let people: Vec<_> = sign_ins.iter().map(|one| serde_json::json!([one.login, one.password])).collect();
    say.answer(
        &words,
        &serde_json::json!({
            "address": format!("http://{address}"), "demo": people, "first_administrator": nobody,
        }),
    );
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupt.await),
    }
}

/// The key under which sign-in names are looked up: made once, beside the record, for its owner's eyes alone.
pub fn directory_key(dir: &Path) -> Result<[u8; 32], Failure> {
    let path = dir.join("directory.key");
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be used: {error}", path.display()));
    if let Ok(kept) = std::fs::read(&path) {
        let whole = || Wrong(format!("`{}` is not 32 bytes long; restore it from a backup", path.display()));
        return Ok(kept.try_into().map_err(|_| whole())?);
    }
    let mut key = [0; 32];
    access::Entropy::fill(&mut access::entropy::SystemEntropy, &mut key)?;
    std::fs::write(&path, key).map_err(told)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(told)?;
    }
    Ok(key)
}
