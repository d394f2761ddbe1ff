//! One's own account: password, sessions, the post to act in, who has read one's data, taking it along, erasing it.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::people::NotDone;
use super::personal;
use super::show;
use crate::layout::Face;
use crate::page::own::{self, Case, Choosing, Coded, Read, Reads, Stays, View};
use crate::path;
use access::policy::Actor;
use access::session::Token;
use access::sign_in::Refused as NotIn;
use access::{Person, Post, activity};
use axum::http::StatusCode;
use casework::activity::part;
use casework::retention;
use casework::state::sealed_under;
use pack::Title;
use record::interop::{self, Format, WriteOptions};
use record::{Digest, Entry, Event, EventId, ObjectRef, StoreError, Time, Value, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Readings on the account's own page, and on a page of them.
const LAST: usize = 5;
const ROWS: usize = 50;

impl From<NotDone> for Oops {
    fn from(error: NotDone) -> Self {
        match error {
            NotDone::Denied(decision) => Self::denied(&decision),
            NotDone::Unfit(why) | NotDone::Name(why) => Self::Unreadable(why),
            NotDone::Weak(weak) => Self::Unreadable(weak.title()),
            NotDone::NotIn(NotIn::Wait { seconds }) => Self::Wait { seconds },
            NotDone::NotIn(refused) => Self::Unreadable(refused.title()),
            NotDone::Busy => Self::Busy,
            NotDone::Store(error) => error.into(),
            NotDone::Broken(what) => Self::Broken(what),
        }
    }
}

/// Who is signed in, with the token of their session.
fn signed_in(asked: &Asked) -> Result<(&Person, &Actor, &Token), Oops> {
    let (person, actor, token) = (asked.person.as_ref(), asked.actor.as_ref(), asked.token.as_ref());
    person.zip(actor).zip(token).map(|((person, actor), token)| (person, actor, token)).ok_or(Oops::SignIn)
}

/// At work people see their account in the frame that they work in.
fn face(asked: &Asked) -> Face {
    match asked.actor.as_ref().and_then(Actor::post) {
        Some(_) => Face::Staff,
        None => Face::Resident,
    }
}

/// What is wrong with what somebody filled in, at the field where it is; what is not theirs to mend is passed on.
fn at(field: &'static str, error: NotDone) -> Result<(&'static str, Title), Oops> {
    match error {
        NotDone::Unfit(why) | NotDone::Name(why) => Ok((field, why)),
        NotDone::Weak(weak) => Ok((field, weak.title())),
        NotDone::NotIn(NotIn::Wrong) => Ok((
            if field == "new" { "old" } else { field },
            Title::new("密码不正确", "The password is wrong"),
        )),
        NotDone::NotIn(refused) => Ok((if field == "new" { "old" } else { field }, refused.title())),
        other => Err(other.into()),
    }
}

fn posts(asked: &Asked, person: &Person) -> Vec<own::Post> {
    let current = asked.actor.as_ref().and_then(Actor::post);
    let one = |post: &Post| own::Post {
        key: post.to_string(),
        title: show::post(asked, post),
        since: person.now.granted.get(post).map(|(since, _)| *since),
        current: current == Some(post),
    };
    person.now.posts.iter().map(one).collect()
}

/// A part of the readings of the person's data, the latest first, and how many there are.
fn readings(asked: &Asked, person: &ObjectRef, these: Range<usize>) -> Result<(Vec<Read>, usize), Oops> {
    let purposes = &asked.city.casework.book().definitions.purposes;
    let told = |event: &Event| {
        let office = event.object(part::OFFICE).map(|office| show::office(asked, &office.id.as_str().into()));
        let named = |purpose: &record::Name| {
            let known = purposes.get(purpose.as_str()).cloned();
            known.unwrap_or_else(|| Title::same(purpose.as_str()))
        };
        let view = event.object(part::CASE).and_then(|case| asked.city.casework.view(case).ok());
        Read {
            what: match view {
                Some(view) => show::read(asked, &view, event),
                None => show::own_read(asked, event),
            },
            at: event.time,
            by: event.actor.as_ref().and_then(|by| asked.city.staff_name(by)).unwrap_or_default(),
            office: office.unwrap_or_default(),
            purpose: event.purpose.as_ref().map(named).unwrap_or_default(),
            case: event.object(part::CASE).map(|case| case.id.to_string()),
        }
    };
    let all = personal::readings(asked, person)?;
    let shown = all.iter().skip(these.start).take(these.len()).map(told).collect();
    Ok((shown, all.len()))
}

/// When somebody last gave the person a one-time code, and who.
fn last_code(asked: &Asked, person: &ObjectRef) -> Result<Option<(Time, String)>, StoreError> {
    let history = asked.city.casework.record().history(person, Version(0), usize::MAX)?;
    let code = history.iter().rev().find(|entry| entry.event.activity.as_str() == activity::CODE_ISSUED);
    Ok(code.map(|entry| (entry.event.time, who(asked, entry.event.actor.as_ref()))))
}

/// What counters wrote down of the person's identity number, the latest first: that it stands there, and no number.
fn numbers(asked: &Asked, me: &ObjectRef) -> Result<Vec<own::Numbered>, StoreError> {
    let history = asked.city.casework.record().history(me, Version(0), usize::MAX)?;
    let mut told = Vec::new();
    for Entry { event, .. } in history.iter().rev() {
        let corrects = event.activity.as_str() == activity::DETAILS_CORRECTED;
        let numbers = numbers_of(event, me);
        let what = match (corrects, numbers) {
            (true, true) => own::Numbering::Corrected,
            (true, false) => own::Numbering::TakenOff,
            (false, true) => own::Numbering::Noted,
            (false, false) => continue,
        };
        told.push(own::Numbered {
            what,
            at: event.time,
            by: who(asked, event.actor.as_ref()),
            reasons: match event.attribute(activity::attribute::REASONS).filter(|_| corrects) {
                Some(reasons) => {
                    asked.city.casework.in_clear(reasons)?.and_then(|words| Some(words.as_text()?.to_owned()))
                }
                None => None,
            },
        });
    }
    Ok(told)
}

/// Whether `event` puts an identity number on the account of `me`.
fn numbers_of(event: &Event, me: &ObjectRef) -> bool {
    let number = activity::attribute::IDENTITY_NUMBER;
    event.changes.iter().any(|change| change.object == *me && change.name.as_str() == number)
}

/// Who did something with an account, in words.
pub fn who(asked: &Asked, actor: Option<&ObjectRef>) -> String {
    let staff = || asked.lang.of(&Title::new("工作人员", "staff")).to_owned();
    actor.and_then(|actor| show::by_name(asked, actor)).unwrap_or_else(staff)
}

fn view(asked: &Asked, faults: Vec<(&'static str, Title)>) -> Result<View, Oops> {
    let (person, _, token) = signed_in(asked)?;
    let all = asked.city.sessions_of(person.id);
    let kind = all.iter().find(|(name, _)| *name == token.session()).map(|(_, session)| session.kind);
    let mut sessions: Vec<own::Session> = all
        .into_iter()
        .map(|(name, session)| own::Session {
            this: name == token.session(),
            name: name.to_string(),
            device: session.device,
            opened: moment(session.opened),
            seen: moment(session.seen),
        })
        .collect();
    sessions.sort_by_key(|session| !session.this);
    let (reads, count) = readings(asked, &person.id.object(), 0..LAST)?;
    Ok(View {
        name: asked.city.name(person).unwrap_or_default(),
        login: asked.city.login(person).unwrap_or_default(),
        registered: person.now.registered,
        password_since: person.now.password_since,
        code: last_code(asked, &person.id.object())?,
        numbers: numbers(asked, &person.id.object())?,
        posts: posts(asked, person),
        sessions,
        reads: (reads, count as u64),
        most: kind.map_or(0, |kind| asked.city.most_sessions(kind)) as u64,
        wish: person.now.wish,
        faults,
    })
}

fn moment(seconds: i64) -> Time {
    Time::new(seconds, 0, Some(8 * 60)).unwrap_or(Time::ZERO)
}

pub fn page(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(own::show(&asked.frame(face(asked)), &view(asked, Vec::new())?)))
}

pub fn password(asked: &Asked) -> Result<Answer, Oops> {
    let (_, _, token) = signed_in(asked)?;
    let old = asked.field("old").unwrap_or_default();
    let new = asked.field("new").unwrap_or_default();
    match asked.city.change_password(token, (old, new), asked.address) {
        Ok(token) => Ok(Answer::go(format!("{}?done=password", path::ACCOUNT)).session(Some(&token))),
        Err(error) => {
            let faults = vec![at("new", error)?];
            let page = own::show(&asked.frame(face(asked)), &view(asked, faults)?);
            Ok(Answer::page(page).status(StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

pub fn sessions(asked: &Asked) -> Result<Answer, Oops> {
    let (person, _, token) = signed_in(asked)?;
    let name = asked.words("session").unwrap_or_default();
    if name == "all" {
        let token = asked.city.sign_out_elsewhere(token)?;
        let to = format!("{}?done=signed-out-elsewhere", path::ACCOUNT);
        return Ok(Answer::go(to).session(Some(&token)));
    }
    let ended = match Digest::parse(name) {
        Some(name) => asked.city.end_session(person.id, &name)?,
        None => false,
    };
    let done = if ended { "?done=signed-out-there" } else { "" };
    Ok(Answer::go(format!("{}{done}", path::ACCOUNT)))
}

pub fn posts_page(asked: &Asked) -> Result<Answer, Oops> {
    let (person, actor, _) = signed_in(asked)?;
    let view =
        Choosing { posts: posts(asked, person), own: actor.post().is_none(), back: asked.back().to_owned() };
    Ok(Answer::page(own::choose_post(&asked.frame(face(asked)), &view)))
}

pub fn post(asked: &Asked) -> Result<Answer, Oops> {
    let (person, _, token) = signed_in(asked)?;
    let chosen = asked.words("post");
    let post = chosen.map(|post| Post::parse(post).ok_or(Oops::Missing)).transpose()?;
    asked.city.act_in(token, person, post.clone())?;
    let actor = Actor::of(person, post.as_ref()).map_err(|_| Oops::forbidden(None))?;
    // What was typed in this post, and could not be sent in another, comes back.
    if super::carried::along(asked).is_some() {
        return Ok(Answer::go(asked.back()).session(Some(token)));
    }
    // A page of the post that was left may be none of the new one's.
    let own_page = [path::ACCOUNT, path::CASES].iter().any(|page| asked.back().starts_with(page));
    let to = if own_page { asked.back() } else { asked.start(&actor) };
    let joint = if to.contains('?') { '&' } else { '?' };
    Ok(Answer::go(format!("{to}{joint}done=post")))
}

/// After signing in: on to where the person wanted to go, or where they begin; with several posts they choose first.
pub fn welcome(asked: &Asked, token: &Token) -> Answer {
    asked.city.note_device(token, &asked.device);
    let back = asked.back();
    let session = asked.city.session(token, true);
    let person = session.as_ref().and_then(|session| asked.city.person(session.person).ok());
    let (Some(session), Some(person)) = (session, person) else {
        return Answer::go(back).session(Some(token));
    };
    let actor = Actor::of(&person, session.post.as_ref()).ok();
    let to = match actor {
        Some(_) if person.now.posts.len() > 1 && session.post.is_none() => path::choose_post(back),
        Some(actor) if back == path::HOME => asked.start(&actor).to_owned(),
        _ => back.to_owned(),
    };
    Answer::go(to).session(Some(token))
}

/// The page on which somebody who signed in by a one-time code chooses a password.
pub fn choose(asked: &Asked, faults: Vec<(&'static str, Title)>) -> Answer {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = Coded {
        login: asked.field("login").unwrap_or_default().to_owned(),
        code: asked.field("password").unwrap_or_default().to_owned(),
        back: asked.back().to_owned(),
        carried: super::carried::along(asked),
        faults,
    };
    Answer::page(own::choose_password(&super::account::frame(asked), &view)).status(status)
}

pub fn chosen(asked: &Asked) -> Result<Answer, Oops> {
    let (login, code) =
        (asked.field("login").unwrap_or_default(), asked.field("password").unwrap_or_default());
    let new = asked.field("new").unwrap_or_default();
    match asked.city.choose_password((login, code), new, asked.address, asked.kiosk) {
        Ok(token) => Ok(welcome(asked, &token)),
        // The code was used meanwhile, or ran out.
        Err(NotDone::NotIn(_)) => Ok(Answer::go(path::sign_in(asked.back()))),
        Err(error) => Ok(choose(asked, vec![at("new", error)?])),
    }
}

pub fn reads(asked: &Asked) -> Result<Answer, Oops> {
    let (person, ..) = signed_in(asked)?;
    let page = asked.leaf();
    let from = (page - 1).saturating_mul(ROWS);
    let (reads, count) = readings(asked, &person.id.object(), from..from.saturating_add(ROWS))?;
    let view = Reads { reads, page: (page as u64, count.div_ceil(ROWS).max(1) as u64) };
    Ok(Answer::page(own::reads(&asked.frame(face(asked)), &view)))
}

/// Everything that the record holds about the person, as an OCEL log: what happened with their account, every reading of
/// their data, and their cases with what they answered, in clear.
pub fn data(asked: &Asked) -> Result<Answer, Oops> {
    let (person, ..) = signed_in(asked)?;
    let me = person.id.object();
    let record = asked.city.casework.record();
    let mut all: BTreeMap<u64, Event> = BTreeMap::new();
    let mut own_keys = BTreeSet::from([me.clone()]);
    let concerns = |event: &Event| {
        let parts = [activity::part::PERSON, activity::part::SUBJECT, part::PARTY, record::ERASED];
        parts.iter().any(|part| event.object(part) == Some(&me))
    };
    let history = record.history(&me, Version(0), usize::MAX)?;
    // A number that was noted on this account and put right is another's.
    let wrong: BTreeSet<EventId> = history.iter().filter_map(|entry| entry.event.corrects.clone()).collect();
    for Entry { index, mut event } in history {
        if concerns(&event) {
            if wrong.contains(&event.id) {
                event.changes.retain(|change| change.name.as_str() != activity::attribute::IDENTITY_NUMBER);
            }
            all.insert(index, event);
        }
    }
    let lines = asked.city.casework.of_party(&me)?;
    for line in lines {
        own_keys.insert(sealed_under(&line.case));
        all.extend(
            record.history(&line.case, Version(0), usize::MAX)?.into_iter().map(|e| (e.index, e.event)),
        );
    }
    let mut events = all.into_values().map(|event| Ok(in_clear(asked, event, &own_keys)?));
    let mut file = Vec::new();
    interop::write(Format::OcelJson, &mut events, &WriteOptions::default(), &mut file)
        .map_err(|error| Oops::Broken(error.to_string()))?;
    Ok(Answer::bytes("application/json", file).download("lianchi-my-data.ocel.json"))
}

/// The event with what is sealed under the person's own keys in clear, but for the hashes of secrets.
fn in_clear(asked: &Asked, mut event: Event, own: &BTreeSet<ObjectRef>) -> Result<Event, StoreError> {
    let secret = [activity::attribute::PASSWORD, activity::attribute::SIGN_IN_CODE];
    event.changes.retain(|change| !secret.contains(&change.name.as_str()));
    let told = event.attributes.iter_mut().map(|(_, value)| value);
    for value in told.chain(event.changes.iter_mut().map(|change| &mut change.value)) {
        let Value::Sealed(sealed) = value else { continue };
        if own.contains(&sealed.subject) {
            *value = asked.city.casework.record().unseal(sealed)?.unwrap_or_else(|| "erased".into());
        }
    }
    Ok(event)
}

pub fn erasure_page(asked: &Asked) -> Result<Answer, Oops> {
    erasure(asked, Vec::new())
}

fn erasure(asked: &Asked, faults: Vec<(&'static str, Title)>) -> Result<Answer, Oops> {
    let (person, ..) = signed_in(asked)?;
    let found = asked.city.erasure(person)?;
    let mut page = own::Erasure {
        account: found.account,
        wish: person.now.wish,
        gone: found.cases.iter().filter(|held| held.stays == retention::Stays::Erased).count() as u64,
        ..own::Erasure::default()
    };
    for held in &found.cases {
        let procedure = asked.city.casework.book().procedure(&held.procedure);
        let case = Case {
            number: held.case.id.to_string(),
            title: procedure.map(|procedure| procedure.title.clone()).unwrap_or_default(),
            office: show::office(asked, &held.office),
        };
        let stays = match held.stays {
            retention::Stays::Draft | retention::Stays::Over => {
                page.going.push(case);
                continue;
            }
            retention::Stays::Erased => continue,
            retention::Stays::Running => Stays::Running,
            retention::Stays::Until(day) => Stays::Until(day),
            retention::Stays::ForGood => Stays::ForGood,
        };
        page.staying.push((case, stays));
    }
    // What goes comes first.
    let (goes, stays) = (page.going.len(), page.staying.len());
    let last = (goes + stays).div_ceil(ROWS).max(1);
    let leaf = asked.leaf().min(last);
    let from = (leaf - 1) * ROWS;
    page.going = page.going.into_iter().skip(from).take(ROWS).collect();
    let left = ROWS - page.going.len();
    page.staying = page.staying.into_iter().skip(from.saturating_sub(goes)).take(left).collect();
    (page.goes, page.stays, page.page) = (goes as u64, stays as u64, (leaf as u64, last as u64));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.faults = faults;
    Ok(Answer::page(own::erasure(&asked.frame(face(asked)), &page)).status(status))
}

pub fn erase(asked: &Asked) -> Result<Answer, Oops> {
    let (person, actor, _) = signed_in(asked)?;
    if asked.field("call-off").is_some() {
        asked.city.call_off_erasure(person.id)?;
        return Ok(Answer::go(format!("{}?done=called-off", path::ERASURE)));
    }
    if asked.field("sure") != Some("yes") {
        let why = Title::new("请勾选确认", "Tick the box: what is erased cannot be brought back");
        return erasure(asked, vec![("sure", why)]);
    }
    let secret = asked.field("password").unwrap_or_default();
    if let Err(error) = asked.city.confirm(person, secret, asked.address) {
        return erasure(asked, vec![at("password", error)?]);
    }
    let gone = asked.city.erase(actor, person.id)?;
    let to = if gone { path::HOME } else { path::ERASURE };
    let answer = Answer::go(format!("{to}?done=erased"));
    Ok(if gone { answer.session(None) } else { answer })
}
