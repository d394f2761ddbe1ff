//! Logs from elsewhere, taken in from the browser: looked at on maps, checked with models, each finding down to its events.
//!
//! A log is a working file of the supervisors of the office that brought it. It never mixes with the city's own record, on
//! which stands only who brought it, for what purpose, and when it was deleted. Nobody can be looked up in it: a case is
//! reached from an edge or a finding, by its number.

mod arrive;
mod checked;
mod checking;
mod found;
mod read;
mod shelf;

pub use arrive::Arrived;
pub use found::{case, findings, models};
pub use shelf::{Kept, MOST_LOG, Shelf};

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::board::own_office;
use super::in_chinese;
use super::live::Matter;
use super::maps::ground::{Ground, Wanted, named};
use crate::layout::Face;
use crate::page::logs as page;
use crate::page::maps as maps_page;
use crate::path;
use crate::text::{Lang, Speak as _};
use checked::of_logs;
use oversight::log::Traces;
use oversight::map::{Cases, Reading};
use pack::models::Subject;
use pack::{Id, Title};
use read::Held;
use record::interop::{Mapping, Place};
use record::{Event, EventId, Name};
use shelf::{Card, MOST_KEPT, State};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

/// What stands on the record of a log.
const TAKEN: &str = "log taken in";
const DELETED: &str = "log deleted";

fn unreadable(zh: impl AsRef<str>, en: impl AsRef<str>) -> Oops {
    Oops::Unreadable(Title::new(zh, en))
}

fn broken(error: &std::io::Error) -> Oops {
    Oops::Broken(error.to_string())
}

/// Whether the reader may see a log: it was brought by their office or one below.
fn theirs(asked: &Asked, own: &Id, kept: &Kept) -> bool {
    asked.city.casework.book().definitions.lies_in(&kept.card.office, own)
}

/// The log in the path.
fn asked_for(asked: &Asked) -> Result<Arc<Kept>, Oops> {
    let own = own_office(asked)?;
    let kept = asked.city.logs.get(asked.param("log")).ok_or(Oops::Missing)?;
    if theirs(asked, &own, &kept) { Ok(kept) } else { Err(Oops::Missing) }
}

/// The same, read.
fn held(asked: &Asked) -> Result<(Arc<Kept>, Arc<Held>), Oops> {
    let kept = asked_for(asked)?;
    let not_yet = || unreadable("这份日志不能读取", "this log cannot be read");
    let held = read(asked, &kept).ok_or_else(not_yet)?;
    Ok((kept, held))
}

/// The attributes that models of the packs speak of.
fn wanted(asked: &Asked) -> Vec<Name> {
    of_logs(&asked.city.casework.book().definitions).attributes()
}

fn read(asked: &Asked, kept: &Kept) -> Option<Arc<Held>> {
    let growth = asked.city.growth.clone();
    // Whoever watches looks again; what they see of the record is the same.
    asked.city.logs.read(kept, &wanted(asked), &|| growth.send_modify(|_| ()))
}

/// The logs that the reader's office brought, and a form for one more.
pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let own = own_office(asked)?;
    let all = asked.city.logs.all();
    let own_logs = all.iter().filter(|kept| theirs(asked, &own, kept));
    let purposes = asked.city.casework.book().definitions.purposes.iter();
    let view = page::List {
        logs: own_logs.map(|kept| card(asked, kept)).collect(),
        purposes: purposes.map(|(id, title)| (id.clone(), title.clone())).collect(),
        most: MOST_LOG as u64,
        most_kept: MOST_KEPT as u64,
    };
    Ok(Answer::page(page::list(&asked.frame(Face::Staff), &view)))
}

fn card(asked: &Asked, kept: &Kept) -> page::Card {
    let card = &kept.card;
    let purpose = asked.city.casework.book().definitions.purposes.get(&card.purpose);
    let by = record::ObjectRef::new(access::PersonId::KIND, card.by.as_str());
    let progress = kept.progress();
    page::Card {
        id: card.id.clone(),
        name: card.name.clone(),
        bytes: card.bytes,
        by: asked.city.staff_name(&by).unwrap_or_default(),
        at: card.at,
        purpose: purpose.cloned().unwrap_or_default(),
        state: match kept.state() {
            State::Reading if !kept.has_begun() => page::State::Waiting,
            State::Reading => page::State::Reading {
                share: (progress.taken as f64 / card.bytes.max(1) as f64).min(1.0),
                events: progress.events,
            },
            State::Whole(counts) => page::State::Whole {
                events: counts.events,
                activities: counts.event_types,
                objects: counts.objects,
                kinds: counts.object_types,
            },
            State::Refused(total, first) => page::State::Refused { total, first },
        },
    }
}

/// Takes a log in; its reading goes on by itself.
pub fn upload(asked: &Asked) -> Result<Answer, Oops> {
    let own = own_office(asked)?;
    let arrived = asked.arrived.lock().unwrap_or_else(PoisonError::into_inner).take();
    let arrived = arrived
        .filter(|arrived| arrived.bytes > 0)
        .ok_or_else(|| unreadable("请选择一个日志文件", "choose a log file"))?;
    let purpose = asked.id("purpose");
    let purpose = purpose.filter(|id| asked.city.casework.book().definitions.purposes.contains_key(id));
    let purpose = purpose.ok_or_else(|| unreadable("请选择用途", "state a purpose"))?;
    let mapping = asked.words("mapping").map(str::to_owned);
    if let Some(Err(wrong)) = mapping.as_deref().map(Mapping::parse) {
        let zh = "各列的含义无法读取：写作 `case=列名,activity=列名,time=列名`，用逗号隔开，其中 `activity` 必须有";
        return Err(unreadable(zh, wrong));
    }
    let kept = asked.city.logs.all();
    let kept: Vec<_> = kept.into_iter().filter(|kept| kept.card.office == own).collect();
    // One that could not be read makes room: there is nothing to look at in it.
    let unread = kept.iter().rev().find(|kept| matches!(kept.state(), State::Refused(..)));
    if let Some(unread) = unread.filter(|_| kept.len() >= MOST_KEPT) {
        remove(asked, unread)?;
    } else if kept.len() >= MOST_KEPT {
        let zh = format!("本单位已有{MOST_KEPT}份日志，请先删除一份");
        return Err(unreadable(zh, format!("your office keeps {MOST_KEPT} logs already; delete one first")));
    }
    let digest = shelf::digest(&arrived.path).map_err(|error| broken(&error))?;
    let actor = asked.signed_in()?.id().clone();
    let card = Card {
        id: arrived.id.clone(),
        name: arrived.name.clone(),
        bytes: arrived.bytes,
        digest,
        by: actor.id.to_string(),
        office: own,
        at: asked.now,
        purpose,
        mapping,
        untimed: asked.words("untimed").is_some(),
    };
    // On the record first: what nobody can answer for is not kept.
    note(asked, &card, TAKEN)?;
    let to = path::log(&card.id);
    let kept = asked.city.logs.keep(card, arrived.keep()).map_err(|error| broken(&error))?;
    begin(asked, kept);
    Ok(Answer::go(to))
}

/// Has a thread read the log, unless one does already.
fn begin(asked: &Asked, kept: Arc<Kept>) {
    if !kept.is_new() {
        return;
    }
    let (city, wanted) = (Arc::clone(&asked.city), wanted(asked));
    let reading = move || {
        let growth = city.growth.clone();
        city.logs.read(&kept, &wanted, &|| growth.send_modify(|_| ()));
    };
    if let Err(error) = std::thread::Builder::new().name("log".to_owned()).spawn(reading) {
        eprintln!("lianchi: a log cannot be read: {error}");
    }
}

/// Puts on the record what was done with a log, and for what: nothing of what is in it.
fn note(asked: &Asked, card: &Card, activity: &str) -> Result<(), Oops> {
    let name = if activity == TAKEN { "taken" } else { "deleted" };
    let mut event = Event::new(format!("{}/{name}", card.object()), activity, asked.now)
        .with("bytes", i64::try_from(card.bytes).unwrap_or(i64::MAX))
        .with("digest", card.digest.as_str())
        .about("log", card.object())
        .about("office", record::ObjectRef::new("office", card.office.as_str()));
    event.actor = Some(asked.signed_in()?.id().clone());
    event.purpose = Some(card.purpose.as_str().into());
    asked.city.casework.record().append(record::Batch { events: vec![event], ..record::Batch::default() })?;
    Ok(())
}

/// One log: how far it is, what it holds, what can be done with it.
pub fn one(asked: &Asked) -> Result<Answer, Oops> {
    let kept = asked_for(asked)?;
    if matches!(kept.state(), State::Reading) {
        // Nobody reads it since the city was started again: begun here, and waited for there.
        begin(asked, Arc::clone(&kept));
    }
    Ok(shown(asked, &kept, Vec::new()))
}

/// The page of a log, with what is wrong with models that were brought along.
fn shown(asked: &Asked, kept: &Kept, wrong: Vec<Title>) -> Answer {
    let held = match kept.state() {
        State::Whole(_) => read(asked, kept),
        _ => None,
    };
    let (stray, strays) =
        held.as_ref().map(|held| (held.log.stray(), held.strays.clone())).unwrap_or_default();
    let told = |(count, first): (u64, Option<EventId>), place: Option<Place>| page::Stray {
        count,
        first,
        place: place.as_ref().map(in_chinese::spot),
    };
    let kinds = held.map(|held| held.kinds.clone()).unwrap_or_default();
    let view = page::One {
        models: models_of(asked, kept).map_or(0, |count| count as u64),
        card: card(asked, kept),
        kinds,
        strays: [told(stray.apart, strays.apart), told(stray.unnamed, strays.unnamed)],
        declared: kept.models().exists(),
        wrong,
    };
    Answer::page(page::one(&asked.frame(Face::Staff), &view))
}

/// How many models of the packs speak of the log.
fn models_of(asked: &Asked, kept: &Kept) -> Option<usize> {
    if !matches!(kept.state(), State::Whole(_)) {
        return None;
    }
    let held = read(asked, kept)?;
    Some(of_logs(&asked.city.casework.book().definitions).about(&held.log).models.len())
}

/// How far the reading of a log is, for its page.
pub fn watch(asked: &Asked) -> Result<Matter, Oops> {
    asked_for(asked).map(Matter::Log)
}

fn remove(asked: &Asked, kept: &Kept) -> Result<(), Oops> {
    note(asked, &kept.card, DELETED)?;
    asked.city.logs.delete(&kept.card.id).map_err(|error| broken(&error))
}

/// Deletes a log with all that was kept of it.
pub fn delete(asked: &Asked) -> Result<Answer, Oops> {
    remove(asked, &*asked_for(asked)?)?;
    Ok(Answer::go(format!("{}?done=log-deleted", path::LOGS)))
}

/// The type of objects that is asked for, or the one of which there are most.
fn kind(asked: &Asked, held: &Held) -> Result<String, Oops> {
    let known = |kind: &str| held.kinds.iter().any(|(other, _)| other == kind);
    match asked.words("object") {
        Some(kind) if known(kind) => Ok(kind.to_owned()),
        Some(_) => Err(Oops::Missing),
        None => held.kinds.first().map(|(kind, _)| kind.clone()).ok_or(Oops::Missing),
    }
}

/// What activities and attributes are called by the packs that declare the log, in the reader's language.
struct Called<'a> {
    lang: Lang,
    activities: HashMap<&'a str, &'a Title>,
    attributes: HashMap<&'a str, &'a Title>,
}

impl<'a> Called<'a> {
    fn of(asked: &'a Asked, held: &Held) -> Self {
        let definitions = &asked.city.casework.book().definitions;
        let models = of_logs(definitions).about(&held.log).models;
        let declared: BTreeSet<&Id> = models
            .iter()
            .filter_map(|model| match &model.on {
                Subject::Log(id) => Some(id),
                _ => None,
            })
            .collect();
        let logs = || declared.iter().filter_map(|id| definitions.logs.get(*id));
        let activities = logs().flat_map(|log| &log.activities);
        let attributes = logs().flat_map(|log| &log.attributes);
        Self {
            lang: asked.lang,
            activities: activities.map(|(name, title)| (name.as_str(), title)).collect(),
            attributes: attributes.map(|one| (one.name.as_str(), &one.title)).collect(),
        }
    }

    fn activity(&self, name: &str) -> String {
        self.activities.get(name).map_or(name, |title| self.lang.of(title)).to_owned()
    }

    fn attribute(&self, name: &str) -> String {
        self.attributes.get(name).map_or(name, |title| self.lang.of(title)).to_owned()
    }
}

fn on<T>(asked: &Asked, look: impl FnOnce(&Ground<'_>) -> Result<T, Oops>) -> Result<T, Oops> {
    let (kept, held) = held(asked)?;
    let kind = kind(asked, &held)?;
    let traces: Arc<Traces> = held.traces(&kind).ok_or(Oops::Missing)?;
    let cases = Cases::of(&held.log, &traces, &Reading::default());
    let called = Called::of(asked, &held);
    let id = &kept.card.id;
    let several = held.kinds.len() > 1;
    look(&Ground {
        base: format!("{}/map", path::log(id)),
        title: if several { format!("{} · {kind}", kept.card.name) } else { kept.card.name.clone() },
        above: vec![
            (asked.lang.say("nav-board").into_owned(), path::BOARD.to_owned()),
            (asked.lang.say("nav-logs").into_owned(), path::LOGS.to_owned()),
            (kept.card.name.clone(), path::log(id)),
        ],
        log: Some(held.offset()),
        known: &|at| held.log.known(at),
        cases: &cases,
        name: &|code| called.activity(cases.name(code)),
        office: &|code| named(cases.offices(), code).to_owned(),
        outcome: &|code| called.activity(named(cases.outcomes(), code)),
        case: &|number| {
            let object =
                traces.object(number as usize).map(|object| object.id.to_string()).unwrap_or_default();
            ((object, path::log_case(id, &kind, number as usize, None)), String::new())
        },
        event: &|case, event| {
            let to = path::log_case(id, &kind, case as usize, None);
            (asked.lang.tell("logs-event", &[("n", u64::from(event + 1).into())]), format!("{to}#e{event}"))
        },
        reference: None,
        over: &|_| true,
        left_out: 0,
        others: match several {
            false => Vec::new(),
            true => {
                let other = |(name, count): &(String, usize)| {
                    let to =
                        maps_page::address(&format!("{}/map", path::log(id)), &[("object", name.clone())]);
                    (format!("{name} ({count})"), to, *name == kind)
                };
                held.kinds.iter().map(other).collect()
            }
        },
    })
}

/// The map of a log.
pub fn map(asked: &Asked) -> Result<Answer, Oops> {
    let wanted = Wanted::of(asked, Some(held(asked)?.1.offset()))?;
    let view = on(asked, |ground| Ok(ground.map(asked, &wanted)))?;
    Ok(Answer::page(maps_page::show(&asked.frame(Face::Staff), &view)))
}

/// The drawing by itself, to be saved.
pub fn drawing(asked: &Asked) -> Result<Answer, Oops> {
    let wanted = Wanted::of(asked, Some(held(asked)?.1.offset()))?;
    let view = on(asked, |ground| Ok(ground.map(asked, &wanted)))?;
    Ok(Answer::bytes("image/svg+xml", view.drawn.into_bytes()))
}

/// The cases behind an edge or a step.
pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    let wanted = Wanted::of(asked, Some(held(asked)?.1.offset()))?;
    let view = on(asked, |ground| ground.behind(asked, &wanted))?;
    Ok(Answer::page(maps_page::cases(&asked.frame(Face::Staff), &view)))
}
