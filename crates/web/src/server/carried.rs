//! What was typed into a form whose session had ended by the time it was posted: it goes along through signing in, sealed for
//! whoever typed it, and comes back to them to be sent once more. Nothing of it is kept here, and nothing is carried out unseen.

use super::answer::Answer;
use super::asked::Asked;
use super::{filling, once, show, whence};
use crate::form;
use crate::layout::{Face, Frame};
use crate::page::account;
use crate::page::carried::{self, Said};
use crate::text::Speak as _;
use access::session::Token;
use access::{PersonId, Post};
use axum::http::{StatusCode, header};
use pack::model::{Form, Procedure};
use pack::{Id, Lang};
use record::Digest;
use serde_json::{Value as Json, json};

/// The cookie with the mark of a browser in which something typed waits to be sent again.
pub const BROWSER: &str = "__Host-lianchi-form";
/// The hidden field of the page for signing in.
pub const FIELD: &str = "carried";
/// The most bytes that go along: every field of a long form filled, and less than what a request may carry once it is sealed.
const MOST: usize = 256 << 10;
/// How long what was sealed holds, in seconds: a night, and the morning after.
const LASTS: i64 = 24 * 3600;

/// A form that was posted and not carried out.
#[derive(Default)]
struct Carried {
    path: String,
    posted: Vec<(String, String)>,
    files: Vec<String>,
    /// In which post it was typed.
    post: Option<Post>,
}

impl Carried {
    fn of(asked: &Asked) -> Self {
        let all = asked.posted.iter().filter(|(name, _)| name != "token");
        let sent = asked.files.iter().map(|file| &file.name);
        let files =
            sent.chain(asked.unkept.iter().map(|unkept| &unkept.name)).map(|name| filling::named(name));
        let post = shown_to(asked).and_then(|(_, post)| post);
        Self { path: asked.path.clone(), posted: all.cloned().collect(), files: files.collect(), post }
    }

    /// `browser`: the mark of the browser that it was posted from.
    fn write(&self, asked: &Asked, browser: &str) -> String {
        let (at, post) = (asked.now.seconds(), self.post.as_ref().map(ToString::to_string));
        let browser = Digest::of(browser.as_bytes()).to_string();
        let (path, posted, files) = (&self.path, &self.posted, &self.files);
        json!({ "at": at, "browser": browser, "path": path, "posted": posted, "files": files, "post": post })
            .to_string()
    }

    fn read(asked: &Asked, text: &str) -> Option<Self> {
        let all: Json = serde_json::from_str(text).ok()?;
        let words = |value: &Json| value.as_str().map(str::to_owned);
        let pair = |pair: &Json| Some((words(pair.get(0)?)?, words(pair.get(1)?)?));
        let age = asked.now.seconds() - all.get("at")?.as_i64()?;
        (0..=LASTS).contains(&age).then_some(())?;
        // Anybody may have had a form sealed for anybody: it is theirs only in the browser that it was posted from.
        let browser = Digest::of(asked.browser.as_deref()?.as_bytes()).to_string();
        (all.get("browser")?.as_str()? == browser).then_some(())?;
        Some(Self {
            path: words(all.get("path")?)?,
            posted: all.get("posted")?.as_array()?.iter().filter_map(pair).collect(),
            files: all.get("files")?.as_array()?.iter().filter_map(words).collect(),
            post: all.get("post").and_then(Json::as_str).and_then(Post::parse),
        })
    }
}

/// Who a form was shown to, as its token says beside what proves it, and in which post they acted.
pub fn mark(person: PersonId, post: Option<&Post>) -> String {
    post.map_or_else(|| format!(".{person}"), |post| format!(".{person}.{post}"))
}

/// Whom the posted form was shown to.
fn shown_to(asked: &Asked) -> Option<(PersonId, Option<Post>)> {
    let (_, token) = asked.posted.iter().find(|(name, _)| name == "token")?;
    let (_, who) = token.split_once('.')?;
    match who.split_once('.') {
        Some((person, post)) => Some((PersonId::parse(person)?, Post::parse(post))),
        None => Some((PersonId::parse(who)?, None)),
    }
}

/// The page for signing in, to which what was posted goes along; none where it is nothing that people have typed.
pub fn signing_in(asked: &Asked) -> Option<Answer> {
    let (person, _) = shown_to(asked).filter(|_| asked.comes_back && !asked.is_from_elsewhere())?;
    let carried = Carried::of(asked);
    let (said, whole) = said(asked, &carried);
    // What could not be shown whole before it is sent again does not go along.
    if said.is_empty() && carried.files.is_empty() || !whole {
        return None;
    }
    let browser = asked.browser.clone().or_else(|| once::key().ok())?;
    let text = carried.write(asked, &browser);
    let sealed = (text.len() <= MOST).then(|| asked.city.casework.record().hand_out(&person.object(), &text));
    // What cannot go along is said to be lost, and still stands in the window that it was sent from.
    let sealed = sealed.and_then(Result::ok);
    let gone = if sealed.is_some() { account::Gone::Along(carried.files) } else { account::Gone::TooLong };
    let view = account::View {
        back: whence::page(asked),
        carried: sealed,
        gone: Some(gone),
        ..super::account::view(asked)
    };
    let page = account::sign_in(&asked.frame(Face::Resident), &view);
    let cookie = format!("{BROWSER}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LASTS}");
    let page = Answer::page(page).status(StatusCode::UNAUTHORIZED).challenge();
    Some(page.with(header::SET_COOKIE, cookie))
}

/// What went along with a form that was posted: never what an address brings.
pub fn along(asked: &Asked) -> Option<String> {
    asked.posted.iter().find(|(name, _)| name == FIELD).map(|(_, text)| text.clone())
}

/// What stands after somebody has signed in: what went along, where it is theirs, or else `answer`.
pub fn signed_in(asked: &mut Asked, answer: Answer) -> Answer {
    let Some(token) = answer.opens().cloned() else { return answer };
    brought(asked, &token).map_or(answer, |page| page.session(Some(&token)))
}

fn brought(asked: &mut Asked, token: &Token) -> Option<Answer> {
    let sealed = along(asked)?;
    asked.claimed = Some(token.clone());
    asked.recognize();
    let person = asked.person.as_ref()?;
    let text = asked.city.casework.record().take_back(&person.id.object(), &sealed)?;
    let carried = Carried::read(asked, &text)?;
    // They go on in the post in which they typed it, if they still hold it.
    if let Some(post) = carried.post.as_ref().filter(|post| person.now.posts.contains(post)) {
        asked.city.act_in(token, person, Some(post.clone())).ok()?;
        asked.recognize();
    }
    Some(confirm(asked, &carried))
}

/// The page that has what came from a page of an earlier session sent once more, where it is the same person's; none where it
/// may be another site's doing, or nothing that people have typed.
pub fn anew(asked: &Asked) -> Option<Answer> {
    let (shown, _) = shown_to(asked).filter(|_| asked.comes_back && asked.is_from_our_pages())?;
    let same = asked.person.as_ref().is_some_and(|person| person.id == shown);
    same.then(|| confirm(asked, &Carried::of(asked)).status(StatusCode::CONFLICT))
}

/// What was typed, and the button that sends it once more.
fn confirm(asked: &Asked, carried: &Carried) -> Answer {
    let view = carried::View {
        said: said(asked, carried).0,
        path: carried.path.clone(),
        posted: carried.posted.clone(),
        files: carried.files.clone(),
        back: whence::nearest(&carried.path),
    };
    let at_work = ["/desk", "/staff", "/editions"].iter().any(|part| carried.path.starts_with(part));
    let face = if at_work { Face::Staff } else { Face::Resident };
    let frame = Frame { path: view.back.clone(), ..asked.frame(face) };
    Answer::page(carried::show(&frame, &view))
}

/// What stands in forms and was not typed: what a form is about, and what keeps it from being carried out twice.
const UNTYPED: [&str; 6] = ["seen", "once", "then", "back", "purpose", FIELD];

/// What was typed, as people read it: answers under the titles of their questions, other words under what they are called. And
/// whether that is all that was sent.
fn said(asked: &Asked, carried: &Carried) -> (Vec<Said>, bool) {
    let steps: Vec<&str> = carried.path.split(['/', '?']).skip(1).collect();
    let book = asked.city.casework.book();
    let of_case = |number: &str| {
        let case = asked.city.casework.named(number).ok().flatten()?;
        asked.city.spoken(&case).ok()
    };
    let (view, about) = match steps.as_slice() {
        ["desk", "cases", number, _, about, ..] => (of_case(number), Some(*about)),
        ["cases", number, ..] => (of_case(number), None),
        _ => (None, None),
    };
    let procedure: Option<&Procedure> = match steps.as_slice() {
        ["services", service, ..] => book.definitions.procedures.get(&Id::from(*service)),
        _ => view.as_ref().and_then(casework::View::procedure),
    };
    let (mut all, mut whole) = (Vec::new(), true);
    let of = about.unwrap_or(casework::state::State::FORM);
    let form = procedure.and_then(|procedure| show::form_of(procedure, of));
    let prefix = about.map(|of| format!("{of}.")).unwrap_or_default();
    if let Some(form) = form {
        all.extend(answers(asked, carried, form, &prefix));
    }
    let answers = |name: &str| {
        let field = name.strip_prefix(&*prefix).and_then(|field| field.split(['.', '[']).next());
        form.zip(field).is_some_and(|(form, field)| form.field(field).is_some())
    };
    let step = procedure.zip(about).and_then(|(procedure, about)| procedure.flow.step(about));
    for (name, words) in carried.posted.iter().filter(|(_, words)| !words.trim().is_empty()) {
        let chosen = || step?.outcomes.iter().find(|outcome| outcome.id.as_str() == words);
        let note = || Some((procedure?, name.strip_prefix("note.")?));
        let words = words.trim().to_owned();
        if let Some(outcome) = chosen().filter(|_| name == "outcome") {
            let words = asked.lang.of(&outcome.title).to_owned();
            all.push(Said { name: asked.lang.say("carried-outcome").into_owned(), words, kind: None });
        } else if let Some((procedure, field)) = note() {
            let name = super::case::named(procedure, &book.definitions, &field.into());
            all.push(Said { name: asked.lang.of(&name).to_owned(), words, kind: None });
        } else if let Some(called) = called(asked.lang, name).filter(|_| !answers(name)) {
            all.push(Said { name: called, words, kind: None });
        } else {
            whole &= answers(name) || UNTYPED.contains(&name.as_str());
        }
    }
    (all, whole)
}

/// What people write in forms beside answers, as it is called.
fn called(lang: Lang, name: &str) -> Option<String> {
    let called = match name {
        "reasons" => lang.say("carried-reasons"),
        "words" => lang.say("carried-words"),
        "stars" => lang.say("carried-stars"),
        "name" => lang.say("carried-name"),
        _ => return None,
    };
    Some(called.into_owned())
}

fn answers(asked: &Asked, carried: &Carried, form: &Form, prefix: &str) -> Vec<Said> {
    let pairs = carried.posted.iter().map(|(name, words)| (name.as_str(), words.as_str()));
    let mut typed = form::typed(form, prefix, pairs);
    let said = |field: &pack::model::Field| {
        let words = typed.remove(&field.id).filter(|words| !words.is_empty())?;
        let name = asked.lang.of(&field.title).to_owned();
        Some(Said { name, words, kind: Some(field.kind.clone()) })
    };
    form.fields.iter().filter_map(said).collect()
}
