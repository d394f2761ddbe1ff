//! Every page in both languages: as it reads, and what holds for all of them.
//!
//! With `LIANCHI_PAGES` set to a folder, the pages are written there, to be looked at in a browser.

use maud::Markup;
use std::collections::BTreeSet;
use web::text::Lang;

mod city;
mod course;
mod documents;
mod refusals;
mod resident;
mod staff;

/// Every page with its name, made from the samples.
fn pages(lang: Lang) -> Vec<(&'static str, Markup)> {
    let definitions = city::definitions();
    let mut pages = resident::pages(lang, &definitions);
    pages.extend(refusals::pages(lang));
    pages.extend(staff::pages(lang, &definitions));
    pages
}

/// One tag a line, with the digests of assets taken out.
fn readable(html: &str) -> String {
    let mut out = String::new();
    for line in html.replace("><", ">\n<").lines() {
        match line.split_once("/assets/").and_then(|(a, b)| Some((a, b.split_once('/')?.1))) {
            Some((before, after)) => out.push_str(&format!("{before}/assets/…/{after}\n")),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[test]
fn pages_read_as_they_should() {
    let folder = std::env::var_os("LIANCHI_PAGES");
    for (name, page) in pages(Lang::Zh) {
        let html = page.into_string();
        let main = html.split_once("<main").map_or(html.as_str(), |(_, rest)| rest);
        let main = main.split_once("</main>").map_or(main, |(main, _)| main);
        insta::assert_snapshot!(name, readable(main));
        if name == "home" || name == "desk" || name == "kiosk-service" {
            let around = html.replace(main, " … ");
            insta::assert_snapshot!(format!("{name}-frame"), readable(&around));
        }
    }
    if let Some(folder) = folder {
        for lang in Lang::ALL {
            for (name, page) in pages(lang) {
                let path = std::path::Path::new(&folder).join(format!("{name}.{}.html", lang.tag()));
                std::fs::write(path, page.into_string()).unwrap();
            }
        }
        for asset in web::asset::all() {
            let path = std::path::Path::new(&folder).join(asset.url.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &asset.bytes).unwrap();
        }
    }
}

#[test]
fn every_page_is_small_whole_and_without_inline_code() {
    for lang in Lang::ALL {
        for (name, page) in pages(lang) {
            let html = page.into_string();
            let at = format!("{name} in {}", lang.tag());
            assert!(html.len() <= 100_000, "{at}: {} bytes", html.len());
            assert!(html.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\"", lang.tag())), "{at}");
            assert_eq!(html.matches("<h1").count(), 1, "{at}: one h1");
            assert_eq!(html.matches("<main").count(), 1, "{at}: one main");
            assert!(!html.contains(" style=\"") && !html.contains("<style"), "{at}: inline style");
            assert!(!html.contains(" onclick") && !html.contains("javascript:"), "{at}: inline code");
            assert_eq!(
                html.matches("<script").count(),
                html.matches("<script type=\"module\" src=\"/").count(),
                "{at}"
            );
        }
    }
}

#[test]
fn ids_are_unique_and_everything_that_is_named_exists() {
    for lang in Lang::ALL {
        for (name, page) in pages(lang) {
            let html = page.into_string();
            let values = |attribute: &str| {
                let opening = format!(" {attribute}=\"");
                let parts = html.split(opening.as_str()).skip(1);
                parts.map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let ids = values("id");
            let unique: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
            assert_eq!(ids.len(), unique.len(), "{name}: an id stands twice: {ids:?}");
            for attribute in ["for", "aria-describedby", "aria-labelledby"] {
                for named in values(attribute).iter().flat_map(|value| value.split(' ')) {
                    assert!(unique.contains(named), "{name}: {attribute} names `{named}`");
                }
            }
            for anchor in values("href").iter().filter_map(|href| href.strip_prefix('#')) {
                assert!(unique.contains(anchor), "{name}: a link leads to `#{anchor}`");
            }
        }
    }
}

/// What stands in Chinese on an English page: names, words that somebody wrote, and the law, marked as such.
#[test]
fn english_pages_are_english() {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (name, page) in pages(Lang::En) {
        let html = readable(page.into_string().as_str());
        let mut in_chinese = false;
        for line in html.lines() {
            in_chinese = line.contains("lang=\"zh-CN\"") || (in_chinese && !line.starts_with("</"));
            let known = city::WORDS.iter().fold(line.to_owned(), |line, word| line.replace(word, ""));
            assert!(in_chinese || !known.contains(chinese), "{name}: {line}");
        }
    }
}
