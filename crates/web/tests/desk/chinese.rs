//! Whoever reads Chinese is answered in Chinese, whatever is wrong.

use super::world::World;
use super::world::call::{Sent, Shown, form, request};
use super::world::cases::Stage;
use axum::http::{HeaderValue, header};

/// What stands in Latin letters in a Chinese text too.
const KNOWN: [&str; 19] = [
    "PDF",
    "OFD",
    "JPEG",
    "PNG",
    "WebP",
    "GIF",
    "HEIC",
    "TIFF",
    "Office",
    "MB",
    "KB",
    "CSV",
    "XES",
    "OCEL",
    "JSON",
    "XML",
    "SQLite",
    "UTF",
    ".tlog-proof",
];

/// The words of a page, or the message of a document, without what is quoted from whoever asked.
fn words(reply: &str) -> String {
    if let Ok(document) = serde_json::from_str::<serde_json::Value>(reply) {
        let faults = document["faults"].as_object().into_iter().flatten().map(|(_, fault)| fault.to_string());
        let told = std::iter::once(document["error"].as_str().unwrap_or_default().to_owned());
        return told.chain(faults).collect::<Vec<_>>().join(" ").replace('"', "");
    }
    let main = reply.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(reply);
    let mut text = String::new();
    for part in main.split('<').skip(1) {
        let (tag, words) = part.split_once('>').unwrap_or_default();
        // What is copied, typed, or named by whoever asked is as it is.
        let theirs = [
            "code",
            "pre",
            "textarea",
            "a href=\"/cases/",
            "span class=\"code",
            "dd",
            "span class=\"unseen\"",
        ];
        if !theirs.iter().any(|start| tag.starts_with(start)) {
            text.push_str(words);
            text.push(' ');
        }
    }
    text
}

/// The runs of letters of some length that are neither known nor quoted nor numbers of cases.
fn english(text: &str) -> Vec<String> {
    let unquoted = |text: &str, open: char, close: char| -> String {
        text.split(open)
            .enumerate()
            .map(|(at, part)| match at {
                0 => part.to_owned(),
                _ => part.split_once(close).map_or(String::new(), |(_, rest)| rest.to_owned()),
            })
            .collect()
    };
    let bare = unquoted(text, '“', '”');
    let bare: String = bare.split('`').step_by(2).collect();
    let bare = KNOWN.iter().fold(bare, |bare, word| bare.replace(word, " "));
    let all = bare.split(|c: char| !c.is_ascii_alphabetic());
    all.filter(|word| word.len() > 2 && word.chars().any(|c| c.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_is_wrong_is_told_in_chinese() {
    let world = World::new();
    let draft = world.case(Stage::Draft);
    let taken = world.case(Stage::Taken);
    let over = world.case(Stage::Ended);
    let raw = |kind: &str, text: &str| Sent::Raw(kind.to_owned(), text.as_bytes().to_vec());
    let bad =
        [("kind", "x"), ("entries", "x,y"), ("phone", "x"), ("identity-number", "1"), ("then", "check")];
    let file = |name: &str, bytes: &[u8]| Sent::File(name.to_owned(), bytes.to_vec());
    let case = |of: &record::ObjectRef, what: &str| format!("/cases/{}/{what}", of.id);
    let desk = |of: &record::ObjectRef, what: &str| format!("/desk/cases/{}/{what}", of.id);
    let api = |of: &record::ObjectRef, what: &str| format!("/api/cases/{}/{what}", of.id);
    let json = |text: &str| Sent::Json(serde_json::from_str(text).unwrap());
    let asked: Vec<(&str, &str, String, Sent)> = vec![
        ("party", "POST", case(&draft, "form"), form(&bad)),
        ("party", "POST", case(&draft, "materials/change-proof"), file("空.pdf", b"")),
        ("party", "POST", case(&draft, "materials/change-proof"), file("网页.html", b"<html>")),
        ("party", "POST", case(&draft, "materials/change-proof"), file("大.pdf", &[b' '; 20_000_001])),
        ("party", "POST", case(&draft, "materials/change-proof"), form(&[])),
        ("party", "POST", case(&draft, "materials/nothing"), file("一.pdf", b"%PDF-1.4 x")),
        ("party", "POST", case(&over, "rate"), form(&[("stars", "9")])),
        ("party", "POST", case(&over, "complain"), form(&[("words", " ")])),
        ("party", "POST", case(&over, "withdraw"), form(&[])),
        ("party", "GET", "/cases/nothing".to_owned(), Sent::Nothing),
        ("party", "GET", "/board".to_owned(), Sent::Nothing),
        ("party", "POST", "/services/entry-change/begin".to_owned(), form(&[])),
        ("party", "POST", "/services/entry-change/begin".to_owned(), form(&[("office", "moon")])),
        ("party", "POST", "/account/password".to_owned(), form(&[("old", "x"), ("new", "short")])),
        (
            "nobody",
            "POST",
            "/register".to_owned(),
            form(&[("login", "a"), ("name", "何"), ("password", "x")]),
        ),
        (
            "nobody",
            "POST",
            "/register".to_owned(),
            form(&[("login", "lotus"), ("name", "何"), ("password", "aaaaaaaaaaaa")]),
        ),
        ("nobody", "POST", "/sign-in".to_owned(), form(&[("login", "party"), ("password", "x")])),
        ("nobody", "POST", "/verify".to_owned(), form(&[("text", "nonsense")])),
        ("nobody", "POST", "/verify".to_owned(), form(&[("text", "c2sp.org/tlog-proof@v1\nindex 1\n\nx")])),
        ("clerk", "POST", desk(&taken, "accept/accept"), form(&[])),
        ("clerk", "POST", desk(&taken, "accept/accept"), form(&[("outcome", "refused")])),
        ("clerk", "POST", desk(&taken, "accept/accept"), form(&[("outcome", "moon")])),
        ("clerk", "POST", desk(&taken, "correct/accept"), form(&[])),
        ("clerk", "POST", desk(&taken, "hand-over/accept"), form(&[])),
        ("clerk", "POST", desk(&taken, "hand-over/accept"), form(&[("to", "person:x"), ("reasons", "病")])),
        ("clerk", "POST", desk(&taken, "personal"), form(&[])),
        ("clerk", "POST", desk(&taken, "personal"), form(&[("purpose", "moon")])),
        ("examiner", "POST", desk(&taken, "accept/accept"), form(&[("outcome", "accepted")])),
        ("supervisor-city", "GET", "/board/offices/moon".to_owned(), Sent::Nothing),
        ("supervisor-city", "GET", "/board/entries/99999999".to_owned(), Sent::Nothing),
        ("supervisor-city", "GET", "/board/maps/entry-change?since=tomorrow".to_owned(), Sent::Nothing),
        ("administrator", "POST", "/staff/new".to_owned(), form(&[("login", "a"), ("name", "")])),
        (
            "party",
            "POST",
            api(&draft, "save"),
            json(r#"{"answers": {"kind": "neither", "born": "yesterday"}}"#),
        ),
        ("party", "POST", api(&draft, "save"), json("[]")),
        ("party", "POST", api(&draft, "save"), raw("application/json", "{\"answers\": }")),
        ("party", "POST", api(&draft, "save"), raw("text/plain", "x")),
        ("party", "POST", api(&draft, "submit"), json(r#"{"seen": -1}"#)),
        ("party", "POST", api(&draft, "detach"), json(r#"{"material": "x", "digest": "abc"}"#)),
        ("party", "POST", api(&draft, "dance"), json("{}")),
        ("party", "POST", api(&over, "rate"), json(r#"{"stars": 9}"#)),
        ("clerk", "GET", "/api/queue?due=tomorrow".to_owned(), Sent::Nothing),
        ("clerk", "GET", "/api/queue?before=soon".to_owned(), Sent::Nothing),
        (
            "nobody",
            "POST",
            "/api/verify".to_owned(),
            json(r#"{"receipt": "c2sp.org/tlog-proof@v1\nnonsense"}"#),
        ),
        ("nobody", "GET", "/api/cases".to_owned(), Sent::Nothing),
    ];
    let mut wrong = Vec::new();
    for (login, method, path, sent) in &asked {
        let program = path.starts_with("/api/");
        let shown = match *login {
            "nobody" => Shown::Nothing,
            login if program => Shown::Bearer(world.sign_in(login)),
            login => Shown::Browser(world.sign_in(login)),
        };
        let mut request = request(&shown, method, path, sent);
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("zh-CN"));
        let reply = world.send(request);
        if reply.status.as_u16() < 400 {
            wrong.push(format!("{login} {method} {path} was not refused: {}", reply.status));
        }
        let found = english(&words(&reply.text()));
        if !found.is_empty() {
            wrong.push(format!("{login} {method} {path} {}: {found:?}", reply.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
