//! Scenarios: a step a line, in a small vocabulary. Words in quotes are what stands on the page.
//!
//! | step | does |
//! |---|---|
//! | `as "resident"`, `… on a phone`, `… in English`, `… at a screen` | turns to that person's browser, opened when it is first named |
//! | `open "/path"`, `reload`, `go back` | |
//! | `reload until "text"` | asks for the page again until it stands there |
//! | `press "words"`, `… in "place"` | clicks the link, button or heading that opens; a place is a row, a section, a form with those words |
//! | `write "text" into "label"`, `choose "option" for "label"`, `attach "file" to "label"` | fills in |
//! | `key "j Enter"` | presses keys where the focus is |
//! | `see "text"`, `see "text" in "place"`, `see no "text"` | waits until it stands there, or no longer |
//! | `at "/cases/{case}"` | waits for the address; a name in braces is bound at first, and the same from then on |
//! | `note "name" at "selector"` | binds a name to what stands there |
//! | `field "label" holds "text"`, `focus on "words"`, `page counts "n" "selector"` | waits until it does |
//! | `pull the cable`, `plug the cable in` | takes the network away, and brings it back |
//! | `no room on the device` | keeps nothing more of what this page gives it |
//! | `the session is over` | as when it was ended from another device |
//! | `the device does not answer` | its store keeps every page waiting for good |
//! | `hold the clock`, `let "90" seconds pass` | has the page count its seconds when it is told to |
//! | `download "words"`, `receipt holds`, `changed receipt fails` | saves a receipt, and has `lianchi verify` check it |
//! | `attach the receipt to "label"` | gives the saved receipt to the page that checks it |
//! | `scripts: step`, `no scripts: step` | is played only where scripts run, or only where they do not |
//! | `play "apply"` | plays another file's steps here |
//! | `look at "/path"`, `look here in "en"` | checks what holds of every page: in both languages, or as it stands |
//! | `read the services of "household"` | the same for the pages of all services of a category, as far as their text goes |
//! | `installable`, `device keeps nothing` | what the browser itself says |
//! | `a new version comes` | the service worker is followed by another, beside what an earlier one kept |

use crate::city::{City, run};
use crate::driver::{Browser, Device, Driver, said, until};
use crate::fines;
use crate::look::{Looked, axe};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FIND: &str = include_str!("find.js");
const TEXT: &str = "const tidy = (text) => text.replace(/\\s+/g, ' ').trim(); \
    if (!arguments[0]) return tidy(document.body.innerText); \
    const places = [...document.querySelectorAll('tr, li, section, fieldset, details, form, nav, dialog, header, main')]; \
    const fit = places.filter((place) => place.checkVisibility() && tidy(place.innerText).includes(arguments[0])); \
    return fit.map((place) => tidy(place.innerText)).sort((a, b) => a.length - b.length)[0] ?? ''";
const KEEPS_NOTHING: &str = "const rows = ({ name }) => new Promise((done) => { \
    const asked = indexedDB.open(name); \
    asked.onupgradeneeded = () => asked.transaction.abort(); \
    asked.onerror = () => done(0); \
    asked.onsuccess = () => { \
        const base = asked.result; \
        const names = [...base.objectStoreNames]; \
        if (!names.length) { base.close(); done(0); return; } \
        const count = base.transaction(names).objectStore(names[0]).count(); \
        count.onsuccess = () => { base.close(); done(count.result); }; }; }); \
    const nothing = async () => { \
        const all = await Promise.all((await indexedDB.databases()).map(rows)); \
        return all.every((rows) => rows === 0) && !await caches.has('lianchi forms') \
            && localStorage.length + sessionStorage.length === 0; }; \
    return nothing()";
/// Chromium lets a page write over the quota that its own tools set, so the page's writes are undone as a full device undoes
/// them.
const FULL: &str = "const add = IDBObjectStore.prototype.add; \
    IDBObjectStore.prototype.add = function (...all) { \
        const asked = add.apply(this, all); this.transaction.abort(); return asked; }; \
    return true";
/// A worker under another address is another version of it, and the usual one after it again. Of an earlier one stays what forms
/// are drawn by, and no page.
const NEW_VERSION: &str = "return (async () => { \
    const old = await caches.open('lianchi of yesterday'); \
    await old.put('/assets/0/old.js', new Response('1')); \
    await old.put('/find', new Response('old')); \
    const forms = async () => (await (await caches.open('lianchi forms')).keys()).length; \
    const before = await forms(); \
    for (const version of ['?version=' + Date.now(), '']) { \
        const registration = await navigator.serviceWorker.register('/sw.js' + version); \
        const worker = registration.installing ?? registration.waiting ?? registration.active; \
        while (worker.state !== 'activated') await new Promise((done) => setTimeout(done, 50)); \
    } \
    const left = (await old.keys()).map((request) => new URL(request.url).pathname).join(); \
    return before > 0 && await forms() === before && left === '/assets/0/old.js'; })()";
const HOLD: &str = "const acts = []; const real = setInterval; \
    globalThis.setInterval = (act, wait, ...rest) => wait === 1000 ? acts.push(act) : real(act, wait, ...rest); \
    globalThis.pass = (seconds) => { for (let at = 0; at < seconds; at += 1) for (const act of acts) act(); };";

/// Browsers have been seen that never answered.
const SILENT: &str = "IDBFactory.prototype.open = () => ({});";

/// What a scenario is played on.
pub struct Stage {
    city: Arc<City>,
    driver: Driver,
    scripts: bool,
    browsers: BTreeMap<String, Browser>,
    /// Whose browser it is now.
    pub who: String,
    bound: BTreeMap<String, String>,
    receipt: Option<PathBuf>,
    /// What was opened by its address, whatever it answers.
    opened: BTreeSet<String>,
    /// The text of axe-core, where there is one.
    pub axe: Option<String>,
    /// The pages that were looked at.
    pub looked: Looked,
}

/// Plays a scenario to its end. Without `scripts`, the browsers of residents run none.
pub async fn play(name: &str, scenario: &str, scripts: bool, city: Arc<City>) -> Result<Looked, String> {
    let driver = Driver::start()?;
    // A name of its own, so that scenarios may play in one city.
    let bound = BTreeMap::from([("run".to_owned(), name.replace('_', "-"))]);
    let mut stage = Stage {
        city,
        driver,
        scripts,
        browsers: BTreeMap::new(),
        who: String::new(),
        bound,
        receipt: None,
        opened: BTreeSet::new(),
        axe: axe(),
        looked: Looked::default(),
    };
    let mut played = Ok(());
    for (place, line) in lines(name, scenario)? {
        if let Err(error) = stage.perform(&line).await {
            let seen = stage.describe(name).await;
            played = Err(format!("{place}: {line}\n    {error}\n{seen}"));
            break;
        }
    }
    let loud = stage.loud().await;
    for (_, browser) in std::mem::take(&mut stage.browsers) {
        let _ = browser.client.close().await;
    }
    played?;
    stage.looked.faults.extend(loud?);
    Ok(stage.looked)
}

/// The steps of a scenario with their places, those of the files that it plays among them.
fn lines(name: &str, scenario: &str) -> Result<Vec<(String, String)>, String> {
    let mut all = Vec::new();
    for (number, line) in scenario.lines().enumerate() {
        let (place, line) = (format!("{name}.steps:{}", number + 1), line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.strip_prefix("play \"").and_then(|rest| rest.strip_suffix('"')) {
            Some(other) => {
                let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/browser")
                    .join(format!("{other}.steps"));
                let text =
                    std::fs::read_to_string(&file).map_err(|error| format!("{place}: `{other}`: {error}"))?;
                all.extend(lines(other, &text)?);
            }
            None => all.push((place, line.to_owned())),
        }
    }
    Ok(all)
}

/// A line as its shape, with `_` for each quoted text, and those texts.
fn parse(line: &str) -> Result<(String, Vec<String>), String> {
    let (mut shape, mut texts) = (String::new(), Vec::new());
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 0 {
            shape.push_str(part);
        } else {
            shape.push('_');
            texts.push(part.to_owned());
        }
    }
    if line.matches('"').count() % 2 == 1 {
        return Err("a quoted text does not end; add `\"`".to_owned());
    }
    Ok((shape, texts))
}

impl Stage {
    async fn perform(&mut self, line: &str) -> Result<(), String> {
        let line = match (line.strip_prefix("scripts: "), line.strip_prefix("no scripts: ")) {
            (Some(step), _) if self.scripts => step,
            (_, Some(step)) if !self.scripts => step,
            (None, None) => line,
            _ => return Ok(()),
        };
        let (shape, texts) = parse(line)?;
        let bound = |text: &String| {
            self.bound
                .iter()
                .fold(text.clone(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        let texts: Vec<String> = texts.iter().map(bound).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match (shape.as_str(), texts.as_slice()) {
            ("as _", [who]) => self.turn_to(who, Device::default()).await,
            ("as _ on a phone", [who]) => {
                let device = Device { phone: true, scripts_off: !self.scripts, ..Device::default() };
                self.turn_to(who, device).await
            }
            ("as _ in English", [who]) => {
                self.turn_to(who, Device { english: true, ..Device::default() }).await
            }
            ("open _", [path]) => {
                self.opened.insert((*path).to_owned());
                self.browser()?.goto(path).await.map_err(said)
            }
            ("reload until _", [text]) => self.reload_until(text).await,
            ("reload", []) => self.browser()?.client.refresh().await.map_err(said),
            ("go back", []) => self.browser()?.client.back().await.map_err(said),
            ("press _", [name]) => self.press("press", name, "").await,
            ("press _ in _", [name, place]) => self.press("press", name, place).await,
            ("write _ into _", [text, label]) => self.write(text, label, "").await,
            ("write _ into _ in _", [text, label, place]) => self.write(text, label, place).await,
            ("choose _ for _", [option, label]) => self.choose(option, label).await,
            ("attach the receipt to _", [label]) => {
                let receipt = self.receipt.clone().ok_or("no receipt was saved")?;
                self.give(&receipt, label).await
            }
            ("attach _ to _", [file, label]) => self.attach(file, label).await,
            ("key _", [keys]) => self.keys(keys).await,
            ("see _", [text]) => self.see(text, "", true).await,
            ("see _ in _", [text, place]) => self.see(text, place, true).await,
            ("see no _", [text]) => self.see(text, "", false).await,
            ("at _", [pattern]) => self.at(pattern).await,
            ("field _ holds _", [label, text]) => self.holds(label, text).await,
            ("focus on _", [words]) => self.focus(words).await,
            ("page counts _ _", [count, selector]) => {
                let script = format!("return document.querySelectorAll({selector:?}).length === {count}");
                self.wait_for(&script, "their number is another").await
            }
            ("pull the cable", []) => self.plug(false).await,
            ("plug the cable in", []) => self.plug(true).await,
            ("no room on the device", []) => self.wait_for(FULL, "the page's store is not there").await,
            ("the session is over", []) => self.browser()?.client.delete_all_cookies().await.map_err(said),
            ("hold the clock", []) => self.keep_to(HOLD).await,
            ("the device does not answer", []) => self.keep_to(SILENT).await,
            ("let _ seconds pass", [seconds]) => {
                let script = format!("pass({seconds}); return true");
                self.wait_for(&script, "the page's clock is not held").await
            }
            ("note _ at _", [name, selector]) => self.note(name, selector).await,
            ("download _", [name]) => self.download(name).await,
            ("receipt holds", []) => self.verify(false).await,
            ("changed receipt fails", []) => self.verify(true).await,
            ("look at _", [path]) => self.look(path).await,
            ("read the services of _", [category]) => self.read_services(category).await,
            ("look here in _", [lang]) => self.look_here(lang).await,
            ("installable", []) => self.installable().await,
            ("device keeps nothing", []) => self.wait_for(KEEPS_NOTHING, "it keeps something").await,
            ("a new version comes", []) => self.wait_for(NEW_VERSION, "it takes what was kept").await,
            _ => Err(format!("no step reads `{shape}` with {} texts", texts.len())),
        }
    }

    /// Has each page run `script` before its own.
    async fn keep_to(&self, script: &str) -> Result<(), String> {
        let source = json!({ "source": script });
        let told = self.browser()?.devtools("Page.addScriptToEvaluateOnNewDocument", source).await;
        told.map(drop).map_err(said)
    }

    /// The browser of whose turn it is.
    pub fn browser(&self) -> Result<&Browser, String> {
        self.browsers.get(&self.who).ok_or_else(|| "nobody is there; begin with `as \"…\"`".to_owned())
    }

    async fn turn_to(&mut self, who: &str, device: Device) -> Result<(), String> {
        self.who = who.to_owned();
        if !self.browsers.contains_key(who) {
            let browser = Browser::open(&self.driver, self.city.address, device).await?;
            if let Some(axe) = &self.axe {
                let source = json!({ "source": axe });
                browser.devtools("Page.addScriptToEvaluateOnNewDocument", source).await.map_err(said)?;
            }
            self.browsers.insert(who.to_owned(), browser);
        }
        Ok(())
    }

    async fn find(&self, kind: &str, name: &str, place: &str) -> Result<Option<Element>, CmdError> {
        let Ok(browser) = self.browser() else { return Ok(None) };
        let arguments = vec![json!(kind), json!(name), json!(place)];
        let found = browser.client.execute(FIND, arguments).await?;
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Json::as_str);
        Ok(id.map(|id| Element::from_element_id(browser.client.clone(), id.to_owned().into())))
    }

    async fn press(&self, kind: &str, name: &str, place: &str) -> Result<(), String> {
        let press = || async move {
            let Some(element) = self.find(kind, name, place).await? else { return Ok(None) };
            element.click().await.map(Some)
        };
        until("it is not there to be pressed", press).await
    }

    async fn write(&self, text: &str, label: &str, place: &str) -> Result<(), String> {
        let write = || async move {
            let Some(element) = self.find("field", label, place).await? else { return Ok(None) };
            let kind = element.prop("type").await?.unwrap_or_default();
            let typed = if kind == "date" { self.date(text).await? } else { text.to_owned() };
            element.clear().await?;
            element.send_keys(&typed).await.map(Some)
        };
        until("it is not there to be filled in", write).await
    }

    /// The digits of a day in the order in which this browser's own control takes them.
    async fn date(&self, day: &str) -> Result<String, CmdError> {
        let Ok(browser) = self.browser() else { return Ok(String::new()) };
        let script = "const form = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit' }); \
            const parts = form.formatToParts(new Date(`${arguments[0]}T12:00`)); \
            return parts.filter((part) => part.type !== 'literal').map((part) => part.value).join('')";
        let typed = browser.client.execute(script, vec![json!(day)]).await?;
        Ok(typed.as_str().unwrap_or_default().to_owned())
    }

    async fn choose(&self, option: &str, label: &str) -> Result<(), String> {
        let choose = || async move {
            if let Some(element) = self.find("option", option, label).await? {
                return element.click().await.map(Some);
            }
            let Some(element) = self.find("field", label, "").await? else { return Ok(None) };
            element.select_by_label(option).await.map(Some)
        };
        until("it cannot be chosen", choose).await
    }

    async fn attach(&self, file: &str, label: &str) -> Result<(), String> {
        let path = self.browser()?.folder.path().join(file);
        let bytes: &[u8] = match file.rsplit_once('.') {
            Some(("huge", _)) => &[b' '; 20_000_001],
            Some((_, "pdf")) => b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
                trailer<</Root 1 0 R>>\n%%EOF\n",
            Some((_, "xes" | "decl")) => return self.give_log(&path, file, label).await,
            Some((_, "png")) => b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89",
            _ => b"<!DOCTYPE html><script>alert(1)</script>",
        };
        std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
        self.give(&path, label).await
    }

    /// Gives a log of fines, or models for one; broken ones by those names.
    async fn give_log(&self, path: &Path, file: &str, label: &str) -> Result<(), String> {
        let text = match file {
            "broken.xes" => fines::BROKEN.to_owned(),
            "wrong.decl" => fines::WRONG.to_owned(),
            "own.decl" => fines::OWN.to_owned(),
            _ => fines::log(300),
        };
        std::fs::write(path, text).map_err(|error| error.to_string())?;
        self.give(path, label).await
    }

    async fn give(&self, path: &Path, label: &str) -> Result<(), String> {
        let path = path.display().to_string();
        let attach = || async {
            let Some(element) = self.find("field", label, "").await? else { return Ok(None) };
            element.send_keys(&path).await.map(Some)
        };
        until("nothing can be attached to it", attach).await
    }

    async fn keys(&self, keys: &str) -> Result<(), String> {
        let client = &self.browser()?.client;
        for key in keys.split(' ') {
            let sent = match key {
                "Enter" => "\u{e007}",
                "Escape" => "\u{e00c}",
                "Tab" => "\u{e004}",
                "Space" => " ",
                "Down" => "\u{e015}",
                "Up" => "\u{e013}",
                text => text,
            };
            // What has the keys may just be drawn anew.
            let press = || async move { client.active_element().await?.send_keys(sent).await.map(Some) };
            until("it takes no key", press).await?;
        }
        Ok(())
    }

    async fn text(&self, place: &str) -> Result<String, CmdError> {
        let Ok(browser) = self.browser() else { return Ok(String::new()) };
        let text = browser.client.execute(TEXT, vec![json!(place)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    async fn see(&self, text: &str, place: &str, there: bool) -> Result<(), String> {
        let look = || async move { Ok((self.text(place).await?.contains(text) == there).then_some(())) };
        until(if there { "it is not to be seen" } else { "it is still to be seen" }, look).await
    }

    async fn reload_until(&self, text: &str) -> Result<(), String> {
        let browser = self.browser()?;
        let look = || async move {
            if self.text("").await?.contains(text) {
                return Ok(Some(()));
            }
            browser.client.refresh().await.map(|()| None)
        };
        until("it does not come to be seen", look).await
    }

    async fn at(&mut self, pattern: &str) -> Result<(), String> {
        let browser = self.browser()?;
        let look = || async move { Ok(fits(&browser.path().await?, pattern)) };
        let what = format!("another address: {}", browser.path().await.unwrap_or_default());
        let found = until(&what, look).await?;
        self.bound.extend(found);
        Ok(())
    }

    async fn note(&mut self, name: &str, selector: &str) -> Result<(), String> {
        let client = &self.browser()?.client;
        let look =
            || async move { client.find(fantoccini::Locator::Css(selector)).await?.text().await.map(Some) };
        let found = until("nothing is there to be noted", look).await?;
        self.bound.insert(name.to_owned(), found);
        Ok(())
    }

    async fn holds(&self, label: &str, text: &str) -> Result<(), String> {
        let look = || async move {
            let Some(element) = self.find("field", label, "").await? else { return Ok(None) };
            Ok((element.prop("value").await?.as_deref() == Some(text)).then_some(()))
        };
        until("it does not hold that", look).await
    }

    async fn focus(&self, words: &str) -> Result<(), String> {
        let script = format!(
            "const at = document.activeElement; const all = [at.ariaLabel, at.textContent, at.value, \
             ...[...at.labels ?? []].map((label) => label.textContent)]; return all.join(' ').includes({words:?})"
        );
        self.wait_for(&script, "the focus is elsewhere").await
    }

    /// Waits until `script` returns true.
    async fn wait_for(&self, script: &str, what: &str) -> Result<(), String> {
        let client = &self.browser()?.client;
        let look =
            || async move { Ok((client.execute(script, Vec::new()).await? == json!(true)).then_some(())) };
        until(what, look).await
    }

    async fn plug(&self, plugged: bool) -> Result<(), String> {
        let browser = self.browser()?;
        browser.cable.plug(plugged);
        browser.offline(!plugged).await.map_err(said)
    }

    async fn download(&mut self, name: &str) -> Result<(), String> {
        self.press("press", name, "").await?;
        let folder = self.browser()?.folder.path().to_owned();
        let look = || async {
            let files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
            Ok(files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "tlog-proof")))
        };
        self.receipt = Some(until("nothing was saved", look).await?);
        Ok(())
    }

    /// Has the command check the receipt with the city's key: as it was saved, or with a letter of it changed.
    async fn verify(&self, changed: bool) -> Result<(), String> {
        let told = |error: std::io::Error| error.to_string();
        let mut path = self.receipt.clone().ok_or("no receipt was saved")?;
        let script = "return fetch('/record/key').then((answer) => answer.text())";
        let key = self.browser()?.client.execute(script, Vec::new()).await.map_err(said)?;
        let key = key.as_str().unwrap_or_default().trim().to_owned();
        if changed {
            let text = std::fs::read_to_string(&path).map_err(told)?;
            let middle = text.len() / 2;
            let other = if text[middle..].starts_with('A') { "B" } else { "A" };
            path.set_extension("changed");
            std::fs::write(&path, format!("{}{other}{}", &text[..middle], &text[middle + 1..]))
                .map_err(told)?;
        }
        let args =
            ["verify".as_ref(), "--receipt".as_ref(), path.as_os_str(), "--key".as_ref(), OsStr::new(&key)];
        let output = run(&args)?;
        let words = String::from_utf8_lossy(&output.stdout);
        let (code, wanted) =
            if changed { (1, "does not hold") } else { (0, "signature and the proof are right") };
        let right = output.status.code() == Some(code) && words.contains(wanted);
        right.then_some(()).ok_or_else(|| format!("{:?}: {words}", output.status))
    }

    async fn installable(&self) -> Result<(), String> {
        let browser = self.browser()?;
        let ready =
            "return navigator.serviceWorker.ready.then((worker) => worker.active?.state === 'activated')";
        self.wait_for(ready, "no service worker").await?;
        let errors = browser.devtools("Page.getInstallabilityErrors", json!({})).await.map_err(said)?;
        let none = errors["installabilityErrors"].as_array().is_some_and(Vec::is_empty);
        none.then_some(()).ok_or_else(|| errors.to_string())
    }

    /// What stands where a step failed; its picture is kept beside the test.
    async fn describe(&self, name: &str) -> String {
        let Ok(browser) = self.browser() else { return String::new() };
        let path = browser.path().await.unwrap_or_default();
        let text: String = self.text("").await.unwrap_or_default().chars().take(1500).collect();
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let kept = browser.picture().await.ok().and_then(|picture| std::fs::write(&file, picture).ok());
        let picture = kept.map(|()| format!("\n    picture: {}", file.display())).unwrap_or_default();
        format!("    {} at {path}: {text}{picture}", self.who)
    }

    /// Nothing may go wrong unseen: what the consoles hold of errors. A refusal that is a page is none, nor what fails where
    /// the cable was pulled.
    async fn loud(&self) -> Result<Vec<String>, String> {
        let mut loud = Vec::new();
        for (who, browser) in &self.browsers {
            for (level, source, words) in browser.console().await.map_err(said)? {
                let of = |path: &String| words.starts_with(&format!("{} ", browser.url(path)));
                let refused = ["401", "403", "409", "422"]
                    .iter()
                    .any(|code| words.contains(&format!("status of {code} ")));
                let meant = refused || words.contains("net::ERR_") || self.opened.iter().any(of);
                if level == "SEVERE" && !(source == "network" && meant) {
                    loud.push(format!("{who}'s console: {source}: {words}"));
                }
            }
        }
        Ok(loud)
    }
}

/// What the names in braces stand for where `path` fits `pattern`; a query counts only where the pattern has one.
fn fits(path: &str, pattern: &str) -> Option<BTreeMap<String, String>> {
    let path = if pattern.contains('?') { path } else { path.split('?').next()? };
    let (path, pattern): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), pattern.split('/').collect());
    let mut bound = BTreeMap::new();
    for (part, wanted) in path.iter().zip(&pattern) {
        bind(part, wanted, &mut bound)?;
    }
    (path.len() == pattern.len()).then_some(bound)
}

/// Binds the names in braces of a part of an address to what stands there.
fn bind(part: &str, wanted: &str, bound: &mut BTreeMap<String, String>) -> Option<()> {
    let Some((before, named)) = wanted.split_once('{') else { return (part == wanted).then_some(()) };
    let (name, after) = named.split_once('}')?;
    let rest = part.strip_prefix(before)?;
    let next = after.split('{').next().unwrap_or_default();
    let end = if next.is_empty() { rest.len() } else { rest.find(next)? };
    bound.insert(name.to_owned(), rest.get(..end)?.to_owned());
    bind(rest.get(end..)?, after, bound)
}
