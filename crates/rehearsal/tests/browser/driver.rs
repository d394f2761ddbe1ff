//! Chromium, driven through chromedriver.

use crate::city::{Cable, heard};
use fantoccini::error::CmdError;
use fantoccini::wd::{TimeoutConfiguration, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use serde_json::{Map, Value as Json, json};
use std::future::Future;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use url::Url;

const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
/// How long a condition is waited for, and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(40);
const LOOK: Duration = Duration::from_millis(40);
/// How long chromedriver may take to end, and a script in a page.
const GRACE: Duration = Duration::from_secs(10);
const SCRIPT: Duration = Duration::from_secs(120);

/// What of the tools is missing on this machine; none where all is there.
pub fn missing() -> Option<&'static str> {
    [CHROMIUM, CHROMEDRIVER].into_iter().find(|tool| !Path::new(tool).is_file())
}

/// A running chromedriver, with its browsers in a process group of its own.
pub struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    pub fn start() -> Result<Self, String> {
        let told = |error: std::io::Error| format!("`{CHROMEDRIVER}` does not start: {error}");
        let mut command = Command::new(CHROMEDRIVER);
        command.arg("--port=0").process_group(0).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(told)?;
        let port = heard(&mut process, |line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.ok_or_else(|| format!("`{CHROMEDRIVER}` named no port"))?;
        Ok(Self { process, url: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to end, it closes its browsers; they would outlive it otherwise.
        let address = self.url.trim_start_matches("http://");
        let asked = TcpStream::connect(address)
            .and_then(|mut line| line.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        let began = Instant::now();
        while asked.is_ok()
            && began.elapsed() < GRACE
            && self.process.try_wait().is_ok_and(|ended| ended.is_none())
        {
            std::thread::sleep(LOOK);
        }
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.process.wait();
    }
}

/// On what a browser runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Device {
    pub phone: bool,
    pub scripts_off: bool,
    pub english: bool,
}

/// A browser of one person's own, at the end of a cable.
pub struct Browser {
    pub client: Client,
    pub cable: Cable,
    /// Where downloads go, and what is uploaded comes from.
    pub folder: tempfile::TempDir,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub async fn open(driver: &Driver, city: SocketAddr, device: Device) -> Result<Self, String> {
        let told = |error: std::io::Error| error.to_string();
        let (profile, folder) = (tempfile::tempdir().map_err(told)?, tempfile::tempdir().map_err(told)?);
        let lang = if device.english { "en" } else { "zh-CN" };
        let args = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--accept-lang={lang}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut prefs =
            json!({ "download.default_directory": folder.path(), "download.prompt_for_download": false });
        if device.scripts_off {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let mut capabilities = Map::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({ "binary": CHROMIUM, "args": args, "prefs": prefs }),
        );
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector).capabilities(capabilities).connect(&driver.url).await;
        let client = client.map_err(|error| format!("no browser opens: {error}"))?;
        let timeouts = TimeoutConfiguration::new(Some(SCRIPT), None, None);
        client.update_timeouts(timeouts).await.map_err(said)?;
        let cable = Cable::to(city).await.map_err(told)?;
        let browser = Self { client, cable, folder, _profile: profile };
        if device.phone {
            browser.wide(390, 844).await.map_err(said)?;
        }
        Ok(browser)
    }

    /// The address of a path of the city, as this browser reaches it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.cable.address)
    }

    pub async fn goto(&self, path: &str) -> Result<(), CmdError> {
        self.client.goto(&self.url(path)).await
    }

    /// The path on which the browser stands, with its query.
    pub async fn path(&self) -> Result<String, CmdError> {
        let url = self.client.current_url().await?;
        Ok(url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())))
    }

    /// Sets the width and height of the page; up to a tablet's width it is touched, not clicked.
    pub async fn wide(&self, width: u32, height: u32) -> Result<(), CmdError> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await.map(drop)
    }

    /// A command of Chromium's own.
    pub async fn devtools(&self, command: &'static str, params: Json) -> Result<Json, CmdError> {
        self.client.issue_cmd(Own("goog/cdp/execute", json!({ "cmd": command, "params": params }))).await
    }

    /// Whether the device itself knows that it has no network.
    pub async fn offline(&self, offline: bool) -> Result<(), CmdError> {
        let fast =
            json!({ "offline": offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1 });
        let command = Own("chromium/network_conditions", json!({ "network_conditions": fast }));
        self.client.issue_cmd(command).await.map(drop)
    }

    /// What the console said since it was last asked: level, source and words.
    pub async fn console(&self) -> Result<Vec<(String, String, String)>, CmdError> {
        let entries = self.client.issue_cmd(Own("se/log", json!({ "type": "browser" }))).await?;
        let text = |entry: &Json, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().cloned().unwrap_or_default();
        let parts = |entry: &Json| (text(entry, "level"), text(entry, "source"), text(entry, "message"));
        Ok(entries.iter().map(parts).collect())
    }

    /// The whole page as a picture.
    pub async fn picture(&self) -> Result<Vec<u8>, CmdError> {
        use base64::Engine as _;
        let shot = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.devtools("Page.captureScreenshot", shot).await?;
        let data = shot["data"].as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD.decode(data).map_err(|_| CmdError::NotW3C(shot))
    }
}

/// A command with its path behind the session, and what it carries.
#[derive(Debug)]
struct Own(&'static str, Json);

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

/// An error in one line.
pub fn said(error: CmdError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Waits until `look` finds something. What goes wrong meanwhile (a page that is just leaving, an element that was
/// replaced) is looked at again like what is not there yet; `what` says what was waited for.
pub async fn until<T, F>(what: &str, look: impl Fn() -> F) -> Result<T, String>
where
    F: Future<Output = Result<Option<T>, CmdError>>,
{
    let began = tokio::time::Instant::now();
    loop {
        let found = look().await;
        if let Ok(Some(found)) = found {
            return Ok(found);
        }
        if began.elapsed() > PATIENCE {
            let last = found.err().map(said).unwrap_or_default();
            return Err(format!("{what} {last}"));
        }
        tokio::time::sleep(LOOK).await;
    }
}
