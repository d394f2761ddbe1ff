//! What holds of every page, in both languages, on wide screens and phones, in light and in dark.

use crate::driver::{Browser, said};
use crate::steps::Stage;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const LOOK: &str = include_str!("look.js");
const MESSAGES: &str = include_str!("../../../web/text/en.ftl");
/// Names of people, and what they wrote; those of the demonstration say that they are.
const WORDS: [&str; 10] = [
    "李演示",
    "钱小荷",
    "南湖派出所",
    "窗口受理员",
    "审核员",
    "审批人",
    "办得很快。",
    "照片看不清，请重拍",
    "东城区南湖街18号",
    "冀F12345",
];
/// Every rule is on, those that are experimental and those of level AAA as well. In dark, what has been looked at in light
/// already is the same but for its colours, so that the rules about colours are run again.
const AXE: &str = "const some = arguments[0] === 'dark' ? ['cat.color'] : undefined; \
    const values = axe.getRules(some).map((rule) => rule.ruleId); \
    return axe.run(document, { runOnly: { type: 'rule', values }, resultTypes: ['violations'] }).then((result) => \
    result.violations.flatMap((rule) => rule.nodes.map((node) => \
    [rule.id, `${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`])))";

/// Chinese last, so that a scenario goes on in it.
const LANGS: [&str; 2] = ["en", "zh-CN"];
const SCREENS: [(u32, u32); 2] = [(1280, 900), (390, 844)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// The text of axe-core, where the environment names its file.
pub fn axe() -> Option<String> {
    let path = std::env::var_os("LIANCHI_AXE")?;
    let text = std::fs::read_to_string(&path);
    Some(text.unwrap_or_else(|error| panic!("LIANCHI_AXE: `{}`: {error}", Path::new(&path).display())))
}

/// What was looked at, and what was found wrong.
#[derive(Default)]
pub struct Looked {
    /// Each operation with the addresses at which it was looked at.
    pub pages: BTreeMap<String, Vec<String>>,
    pub faults: Vec<String>,
}

impl Stage {
    /// Looks at a page in both languages.
    pub async fn look(&mut self, path: &str) -> Result<(), String> {
        for lang in LANGS {
            let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            self.browser()?.goto(&format!("/language/{lang}?back={back}")).await.map_err(said)?;
            let there = self.browser()?.path().await.map_err(said)?;
            if there != path {
                return Err(format!("`{path}` leads to `{there}`"));
            }
            self.look_here(lang).await?;
        }
        let path = path.split('?').next().unwrap_or(path);
        let operation = web::server::operations().find(|(method, of)| *method == "GET" && is(of, path));
        let operation = operation.ok_or_else(|| format!("no operation answers `{path}`"))?.1;
        self.looked.pages.entry(operation.to_owned()).or_default().push(path.to_owned());
        Ok(())
    }

    /// Reads the pages of every service of a category, with their blank forms, in both languages.
    pub async fn read_services(&mut self, category: &str) -> Result<(), String> {
        for lang in LANGS {
            self.browser()?.goto(&format!("/language/{lang}?back=/offline")).await.map_err(said)?;
            let arguments = vec![json!(lang), json!(WORDS), json!(keys()), json!(category)];
            let found = self.browser()?.client.execute(LOOK, arguments).await.map_err(said)?;
            self.looked.faults.extend(told(&format!("{category} {lang}"), &found));
        }
        Ok(())
    }

    /// Looks at the page as it stands, in the language that it is in.
    pub async fn look_here(&mut self, lang: &str) -> Result<(), String> {
        let browser = self.browser()?;
        let path = browser.path().await.map_err(said)?;
        let mut faults = Vec::new();
        for (width, height) in SCREENS {
            browser.wide(width, height).await.map_err(said)?;
            for scheme in SCHEMES {
                let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                browser.devtools("Emulation.setEmulatedMedia", media).await.map_err(said)?;
                let place = format!("{path} {lang} {width} {scheme}");
                self.picture(browser, &place).await?;
                if self.axe.is_some() {
                    let found = browser.client.execute(AXE, vec![json!(scheme)]).await.map_err(said)?;
                    faults.extend(told(&place, &found));
                }
            }
        }
        browser.wide(360, 780).await.map_err(said)?;
        let arguments = vec![json!(lang), json!(WORDS), json!(keys())];
        let found = browser.client.execute(LOOK, arguments).await.map_err(said)?;
        faults.extend(told(&format!("{path} {lang}"), &found));
        browser.wide(1280, 900).await.map_err(said)?;
        self.looked.faults.extend(faults);
        Ok(())
    }

    /// Keeps a picture of the page, where the environment names a folder for them.
    async fn picture(&self, browser: &Browser, place: &str) -> Result<(), String> {
        let Some(folder) = std::env::var_os("LIANCHI_PICTURES") else { return Ok(()) };
        let name: String = place.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let name = format!("{}{}.png", self.who, name);
        let picture = browser.picture().await.map_err(said)?;
        std::fs::write(PathBuf::from(folder).join(name), picture).map_err(|error| error.to_string())
    }
}

impl Looked {
    /// Every page must have been looked at, or stand among `others` with a reason; nothing may have been found wrong.
    pub fn complete(&self, others: &[(&str, &str)]) -> Result<(), String> {
        let mut faults = self.faults.clone();
        let gets: Vec<&str> =
            web::server::operations().filter(|(method, _)| *method == "GET").map(|(_, path)| path).collect();
        let seen = |path: &str| self.pages.contains_key(path);
        let named = |path: &str| others.iter().any(|(other, _)| stands_for(other, path));
        let missed = gets.iter().filter(|path| !seen(path) && !named(path));
        faults.extend(
            missed.map(|path| format!("GET {path}: never looked at; add it to pages.steps, or say why not")),
        );
        let idle = |other: &str| !gets.iter().any(|path| stands_for(other, path) && !seen(path));
        let idle = others.iter().filter(|(other, _)| idle(other));
        faults.extend(
            idle.map(|(path, _)| {
                format!("GET {path}: said to be no page to look at, and is looked at or gone")
            }),
        );
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }
}

/// Whether `pattern`, in which `…` stands for anything, is for `path`.
fn stands_for(pattern: &str, path: &str) -> bool {
    match pattern.split_once('…') {
        Some((begin, end)) => path.starts_with(begin) && path.ends_with(end),
        None => pattern == path,
    }
}

/// The names of all messages.
fn keys() -> Vec<&'static str> {
    MESSAGES.lines().filter_map(|line| Some(line.split_once(" =")?.0)).collect()
}

fn told(place: &str, found: &Json) -> Vec<String> {
    let pairs = found.as_array().cloned().unwrap_or_default();
    let text = |pair: &Json, at: usize| pair[at].as_str().unwrap_or_default().to_owned();
    pairs.iter().map(|pair| format!("{place}: {}: {}", text(pair, 0), text(pair, 1))).collect()
}

/// Whether `path` is one of the operation's.
fn is(operation: &str, path: &str) -> bool {
    let (wanted, parts): (Vec<&str>, Vec<&str>) = (operation.split('/').collect(), path.split('/').collect());
    wanted.len() == parts.len()
        && wanted.iter().zip(&parts).all(|(a, b)| a == b || (a.starts_with('{') && !b.is_empty()))
}
