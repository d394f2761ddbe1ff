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
use access::policy::Actor;
use access::session::Token;
use access::{PersonId, Post};
use axum::http::{StatusCode, header};
use pack::model::{Form, Procedure};
use pack::{Id, Lang, Title};
use record::{Digest, ObjectRef};
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
    // What cannot go along is said to be lost, and still stands in the window that it was sent from.
    let sealed = sealed(asked, &carried, person, &browser);
    let gone = if sealed.is_some() { account::Gone::Along(carried.files) } else { account::Gone::TooLong };
    let view = account::View {
        back: whence::page(asked),
        carried: sealed,
        gone: Some(gone),
        ..super::account::view(asked)
    };
    let frame = Frame { carried: view.carried.clone(), ..asked.frame(Face::Resident) };
    let page = account::sign_in(&frame, &view);
    let page = Answer::page(page).status(StatusCode::UNAUTHORIZED).challenge();
    Some(page.with(header::SET_COOKIE, cookie(&browser)))
}

/// What was posted, sealed for `person` in this browser; none where it is too long, or cannot be sealed.
fn sealed(asked: &Asked, carried: &Carried, person: PersonId, browser: &str) -> Option<String> {
    let text = carried.write(asked, browser);
    let sealed = (text.len() <= MOST).then(|| asked.city.casework.record().hand_out(&person.object(), &text));
    sealed.and_then(Result::ok)
}

fn cookie(browser: &str) -> String {
    format!("{BROWSER}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LASTS}")
}

/// Whether the posted form says that it was drawn for another post than the one in which its sender acts.
pub fn of_another_post(asked: &Asked) -> bool {
    let drawn = asked.token.as_ref().and_then(|_| shown_to(asked));
    drawn.is_some_and(|(_, post)| post.as_ref() != acting(asked))
}

/// The post in which somebody acts; none: for themselves.
fn acting(asked: &Asked) -> Option<&Post> {
    asked.actor.as_ref().and_then(Actor::post)
}

/// The page that says that a form was drawn for another post than the one in which its sender acts: with what was typed, and the
/// way back to that post, through which it goes along.
pub fn in_another_post(asked: &Asked) -> Answer {
    other_post(asked, &Carried::of(asked), asked.comes_back)
}

/// `comes_back`: whether it is something that people have typed.
fn other_post(asked: &Asked, carried: &Carried, comes_back: bool) -> Answer {
    let (said, whole) = if comes_back { said(asked, carried) } else { (Vec::new(), false) };
    let browser = asked.browser.clone().or_else(|| once::key().ok()).unwrap_or_default();
    let person = asked.person.as_ref();
    let goes = whole && !browser.is_empty() && !(said.is_empty() && carried.files.is_empty());
    let along = person.filter(|_| goes).and_then(|person| sealed(asked, carried, person.id, &browser));
    let own = || Title::new("本人", "yourself");
    let called = |post: Option<&Post>| post.map_or_else(own, |post| show::post(asked, post));
    let held = |post: &Post| person.is_some_and(|person| person.now.posts.contains(post));
    let view = carried::Elsewhere {
        drawn: called(carried.post.as_ref()),
        now: called(acting(asked)),
        post: carried.post.as_ref().map(ToString::to_string).unwrap_or_default(),
        held: carried.post.as_ref().is_none_or(held),
        said,
        files: carried.files.clone(),
        carried: along,
        back: page_of(asked, carried),
    };
    let frame = Frame { path: view.back.clone(), ..asked.frame(face_of(carried)) };
    let page = Answer::page(carried::elsewhere(&frame, &view)).status(StatusCode::FORBIDDEN);
    if browser.is_empty() { page } else { page.with(header::SET_COOKIE, cookie(&browser)) }
}

/// The page on which a form stands: as its operation says, where it is the one that is asked for.
fn page_of(asked: &Asked, carried: &Carried) -> String {
    if asked.path == carried.path { whence::page(asked) } else { whence::nearest(&carried.path) }
}

fn face_of(carried: &Carried) -> Face {
    let at_work =
        ["/desk", "/staff", "/editions", "/board"].iter().any(|part| carried.path.starts_with(part));
    if at_work { Face::Staff } else { Face::Resident }
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
    if carried.post.as_ref().is_none_or(|post| person.now.posts.contains(post)) {
        asked.city.act_in(token, person, carried.post.clone()).ok()?;
        asked.recognize();
    }
    Some(confirm(asked, &carried))
}

/// The page that has what came from a page of an earlier session sent once more, where it is the same person's; none where it
/// may be another site's doing, or nothing that people have typed.
pub fn anew(asked: &Asked) -> Option<Answer> {
    let (shown, _) = shown_to(asked).filter(|_| asked.comes_back && asked.is_from_our_pages())?;
    let same = asked.person.as_ref().is_some_and(|person| person.id == shown);
    let of_post = !of_another_post(asked);
    let page = || confirm(asked, &Carried::of(asked));
    same.then(|| if of_post { page().status(StatusCode::CONFLICT) } else { page() })
}

/// The page with what was typed, and why it was not carried out now: where the very same may be carried out a little later. None
/// where it is nothing that people have typed.
pub fn put_off(asked: &Asked, why: &Title) -> Option<Answer> {
    asked.person.as_ref().filter(|_| asked.comes_back)?;
    let carried = Carried::of(asked);
    let (mut all, whole) = said(asked, &carried);
    if !whole {
        // Without the case nobody knows what its questions are called.
        let typed = carried
            .posted
            .iter()
            .filter(|(name, words)| !UNTYPED.contains(&name.as_str()) && !words.trim().is_empty());
        let plain = |(name, words): &(String, String)| Said {
            name: called(asked.lang, name).unwrap_or_else(|| name.clone()),
            words: words.trim().to_owned(),
            kind: None,
        };
        all = typed.map(plain).collect();
    }
    if all.is_empty() && carried.files.is_empty() {
        return None;
    }
    Some(shown(asked, &carried, all, page_of(asked, &carried), Some(why.clone())))
}

/// What was typed, and the button that sends it once more: in the post in which it was typed, and in no other.
fn confirm(asked: &Asked, carried: &Carried) -> Answer {
    if carried.post.as_ref() != acting(asked) {
        return other_post(asked, carried, true);
    }
    shown(asked, carried, said(asked, carried).0, whence::nearest(&carried.path), None)
}

/// `why`: what kept it from being carried out, where that is not that the session had ended.
fn shown(asked: &Asked, carried: &Carried, said: Vec<Said>, back: String, why: Option<Title>) -> Answer {
    let view = carried::View {
        said,
        path: carried.path.clone(),
        posted: carried.posted.clone(),
        files: carried.files.clone(),
        back,
        why,
    };
    let frame = Frame { path: view.back.clone(), ..asked.frame(face_of(carried)) };
    Answer::page(carried::show(&frame, &view))
}

/// What stands in forms and was not typed: what a form is about, and what keeps it from being carried out twice.
const UNTYPED: [&str; 7] = ["seen", "once", "then", "back", "purpose", "amend", FIELD];

/// What was typed, as people read it: answers under the titles of their questions, other words under what they are called. And
/// whether that is all that was sent.
fn said(asked: &Asked, carried: &Carried) -> (Vec<Said>, bool) {
    let steps: Vec<&str> = carried.path.split(['/', '?']).skip(1).collect();
    let book = asked.city.casework.book();
    let of_case = |number: &str| {
        let case = asked.city.casework.named(number).ok().flatten()?;
        asked.city.casework.view(&case).ok()
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
        } else if let Some(chosen) = chosen_of(asked, name, &words).filter(|_| !answers(name)) {
            all.push(chosen);
        } else if let Some(called) = called(asked.lang, name).filter(|_| !answers(name)) {
            all.push(Said { name: called, words, kind: None });
        } else {
            whole &= answers(name) || UNTYPED.contains(&name.as_str());
        }
    }
    (all, whole)
}

/// Whom, or which post, people choose in forms.
fn chosen_of(asked: &Asked, name: &str, value: &str) -> Option<Said> {
    let definitions = &asked.city.casework.book().definitions;
    let lang = asked.lang;
    let (name, words) = match name {
        "to" if value == "queue" => (lang.say("carried-to"), lang.say("carried-queue").into_owned()),
        "to" => (lang.say("carried-to"), asked.city.staff_name(&ObjectRef::parse(value)?)?),
        "post" => (lang.say("carried-post"), lang.of(&show::post(asked, &Post::parse(value)?)).to_owned()),
        "role" => (lang.say("carried-role"), lang.of(&definitions.roles.get(value)?.title).to_owned()),
        "office" => (lang.say("carried-office"), lang.of(&definitions.offices.get(value)?.title).to_owned()),
        _ => return None,
    };
    Some(Said { name: name.into_owned(), words, kind: None })
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
