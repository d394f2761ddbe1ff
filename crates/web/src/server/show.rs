//! From what casework knows to what pages show.

use super::asked::Asked;
use super::case::named;
use super::corrections;
use crate::page::cases::Stage;
use crate::page::clock::{self, Pause};
use crate::page::course::{Corrected, Happening, Status as Shown, Step};
use crate::page::refused::Faster;
use crate::part::{Cited, Due, Standing, Words};
use crate::text::{Lang, Speak as _};
use access::Post;
use access::activity::attribute;
use casework::activity::{self, part, said as kinds};
use casework::amendment::{self, Amendment};
use casework::due::Counted;
use casework::state::{self, Status};
use casework::{View, answer, clocks, due as counting};
use pack::days::{self, At};
use pack::model::{ClockLimit, Form, Own, Procedure, Start, Unit};
use pack::{Id, Title};
use record::{Entry, Event, ObjectRef, StoreError, Time, Value};
use std::borrow::Cow;

/// By what a reading names a document, before the credential's name.
pub const DOCUMENT: &str = "document.";

/// What an event is called.
pub fn happening(event: &Event, procedure: Option<&Procedure>) -> Title {
    let text = |name: &str| event.attribute(name).and_then(Value::as_text);
    if amendment::of(event).is_some() {
        return Title::new("更正记录", "Record corrected");
    }
    let step = text("step").and_then(|step| procedure?.flow.step(step));
    if let (Some(step), Some(outcome)) = (step, text("outcome"))
        && let Some(outcome) = step.outcome(outcome)
    {
        let deemed = text("reasons") == Some("deemed");
        let (zh, en) = if deemed { ("（逾期视为）", " (deemed)") } else { ("", "") };
        return Title::new(
            format!("{}：{}{zh}", step.title.zh, outcome.title.zh),
            format!("{}: {}{en}", step.title.en, outcome.title.en),
        );
    }
    let least = |clock: &str| procedure.is_some_and(|procedure| procedure.flow.waits_for(clock));
    let duty = procedure.is_some_and(|procedure| procedure.start != Start::Party);
    let (zh, en) = match event.activity.as_str() {
        activity::SUBMITTED if duty => ("登记完毕", "Entered"),
        activity::EXPIRED if text("clock").is_some_and(least) => {
            ("须等待的期间已过", "The time that had to pass is over")
        }
        activity::STARTED => ("开始填写", "Begun"),
        activity::SAVED => ("填写", "Filled in"),
        activity::ATTACHED => ("上传材料", "Material attached"),
        activity::DETACHED => ("撤下材料", "Material taken back"),
        activity::SUBMITTED => ("提交申请", "Handed in"),
        activity::CORRECTION_REQUESTED => ("要求补正", "Correction asked for"),
        activity::CORRECTION_ANSWERED => ("提交补正", "Correction handed in"),
        activity::TAKEN => ("承办", "Taken on"),
        activity::HANDED_OVER => ("转交", "Handed over"),
        activity::RELEASED => ("退回待办", "Put back into the queue"),
        activity::EXTENDED => ("延长时限", "Deadline extended"),
        activity::EXPIRED => ("时限届满", "Deadline passed"),
        activity::WITHDRAWN => ("撤回申请", "Withdrawn"),
        activity::LAPSED => ("逾期未补正，终止", "Ended: the correction was never answered"),
        activity::RATED => ("评价", "Rated"),
        activity::COMPLAINED => ("投诉", "Complaint"),
        activity::REPLIED => ("答复投诉", "Complaint answered"),
        activity::MIGRATED => ("转入新版本", "Moved to another edition"),
        activity::ERASED => ("个人信息已删除", "Personal data erased"),
        access::activity::DATA_READ => ("查看个人信息", "Personal data read"),
        other => (other, other),
    };
    Title::new(zh, en)
}

/// What an event is called, with the colleague to whom work was given.
fn happened(asked: &Asked, event: &Event, procedure: Option<&Procedure>) -> Title {
    let to = event.object(part::HOLDER).filter(|_| event.activity.as_str() == activity::HANDED_OVER);
    match to.and_then(|to| asked.city.staff_name(to)) {
        Some(name) => Title::new(format!("转交给{name}"), format!("Handed over to {name}")),
        None => happening(event, procedure),
    }
}

/// How a case's events are told.
#[derive(Clone, Copy, Default)]
pub struct Telling {
    /// With the entry of each.
    pub linked: bool,
    /// With personal answers that were corrected: to their own person, as policies permit, and to whoever stated a purpose.
    pub open: bool,
}

/// Who was faster, when, and with what.
pub fn faster(asked: &Asked, event: &Event, procedure: Option<&Procedure>) -> Faster {
    let who = event.actor.as_ref().and_then(|actor| asked.city.staff_name(actor));
    let own = event.actor.is_some() && event.actor.as_ref() == asked.actor.as_ref().map(|actor| actor.id());
    Faster { own, who: who.unwrap_or_default(), at: event.time, what: happened(asked, event, procedure) }
}

/// Everything that happened in a case, the latest first. Saving a draft is told once, not field by field.
pub fn happenings(
    asked: &Asked,
    view: &View,
    case: &ObjectRef,
    Telling { linked, open }: Telling,
) -> Result<Vec<Happening>, StoreError> {
    let mut told: Vec<Happening> = Vec::new();
    let mut last = String::new();
    let story = asked.city.casework.story(case)?;
    for (at, entry) in story.iter().enumerate() {
        let event = &entry.event;
        let draft =
            [activity::SAVED, activity::ATTACHED, activity::DETACHED].contains(&event.activity.as_str());
        if draft && !linked && last == activity::SAVED {
            continue;
        }
        last = if draft { activity::SAVED.to_owned() } else { event.activity.to_string() };
        let said = |value: Option<&Value>| said(asked, view, value);
        let office = event.object(part::OFFICE).map(|office| self::office(asked, &office.id.as_str().into()));
        let words = match amendment::of(event) {
            Some(amendment) => said(amendment.reasons)?,
            None if event.activity.as_str() == access::activity::DATA_READ => {
                Some(Words::open(read(asked, view, event)))
            }
            None => match said(event.attribute("reasons"))?.filter(|reasons| reasons.text != "deemed") {
                None => match said(event.attribute("words"))? {
                    None => corrections::told(asked, view, &story, at)?,
                    words => words,
                },
                Some(reasons) => Some(given(asked, event).map_or(reasons, Words::open)),
            },
        };
        let words = match (stars(asked, event), words) {
            (None, words) => words,
            (Some(stars), None) => Some(Words::open(stars)),
            (Some(stars), Some(words)) => Some(words.after(asked.lang, &stars)),
        };
        told.push(Happening {
            at: event.time,
            what: happened(asked, event, view.procedure()),
            filling: draft,
            by: event
                .actor
                .as_ref()
                .map(|actor| who(asked, view, actor))
                .or_else(|| itself(asked, view, event)),
            office,
            words,
            corrected: corrected(asked, view, &story, event, open)?,
            entry: linked.then_some(entry.index),
        });
    }
    told.reverse();
    Ok(told)
}

/// How many stars a rating gave.
fn stars(asked: &Asked, event: &Event) -> Option<String> {
    let stars = event.attribute("stars").and_then(Value::as_integer)?;
    Some(asked.lang.tell("stars-given", &[("stars", stars.into())]))
}

/// Which of a person's own details a reading showed, where it was of no case.
pub fn own_read(asked: &Asked, event: &Event) -> String {
    let called = |name: &str| match name {
        attribute::NAME => asked.lang.say("account-name").into_owned(),
        attribute::IDENTITY_NUMBER => asked.lang.say("account-number").into_owned(),
        attribute::SIGN_IN_NAME => asked.lang.say("account-login").into_owned(),
        other => other.to_owned(),
    };
    listed(asked, event, called)
}

fn listed(asked: &Asked, event: &Event, called: impl Fn(&str) -> String) -> String {
    let Some(Value::List(fields)) = event.attribute(attribute::FIELDS) else { return String::new() };
    let all: Vec<String> = fields.iter().filter_map(Value::as_text).map(called).collect();
    all.join(if asked.lang == Lang::Zh { "、" } else { ", " })
}

/// Which answers and files of a case a reading of personal data showed.
pub fn read(asked: &Asked, view: &View, event: &Event) -> String {
    let called = |name: &str| {
        let procedure = view.procedure()?;
        let named =
            |id: &str| asked.lang.of(&named(procedure, &view.book.definitions, &id.into())).to_owned();
        Some(match name.split_once('.') {
            None => named(name),
            Some(("file", material)) => named(material),
            Some(("said", kind)) => said_of(asked, kind)?.into_owned(),
            Some(("document", credential)) => {
                let credential = view.book.definitions.credentials.get(credential)?;
                asked.lang.of(&credential.title).to_owned()
            }
            Some((step, field)) => {
                let step = procedure.flow.step(step)?;
                let field = step.form.field(field)?;
                format!("{}{}{}", asked.lang.of(&step.title), asked.lang.colon(), asked.lang.of(&field.title))
            }
        })
    };
    listed(asked, event, |name| called(name).unwrap_or_else(|| name.to_owned()))
}

/// What a kind of words is called.
fn said_of(asked: &Asked, kind: &str) -> Option<Cow<'static, str>> {
    Some(match kind {
        kinds::REASONS => asked.lang.say("said-reasons"),
        kinds::CORRECTIONS => asked.lang.say("said-corrections"),
        kinds::COMPLAINTS => asked.lang.say("said-complaints"),
        kinds::RATING => asked.lang.say("said-rating"),
        _ => return None,
    })
}

/// The answer that an event put right, as it was and as it is.
fn corrected(
    asked: &Asked,
    view: &View,
    story: &[Entry],
    event: &Event,
    open: bool,
) -> Result<Option<Corrected>, StoreError> {
    let Some(Amendment { of, field, corrects, .. }) = amendment::of(event) else { return Ok(None) };
    let Some(field) = view.procedure().and_then(|procedure| form_of(procedure, of)?.field(field)) else {
        return Ok(None);
    };
    let place = format!("{of}.{}", field.id);
    let told = |event: &Event| -> Result<Option<String>, StoreError> {
        let change = event.changes.iter().find(|change| change.name.as_str() == place);
        let kept =
            change.map(|change| &change.value).filter(|value| open || !matches!(value, Value::Sealed(_)));
        let clear = kept.map(|value| asked.city.casework.in_clear(value)).transpose()?;
        // What was erased is answered with nothing.
        Ok(clear.map(|value| value.map(|value| answer::write(&field.kind, &value)).unwrap_or_default()))
    };
    let before = story.iter().find(|entry| entry.event.id == *corrects);
    Ok(Some(Corrected {
        title: field.title.clone(),
        kind: field.kind.clone(),
        before: before.map(|entry| told(&entry.event)).transpose()?.flatten(),
        after: told(event)?,
    }))
}

/// The form of a step, or the application's own.
pub fn form_of<'a>(procedure: &'a Procedure, of: &str) -> Option<&'a Form> {
    match of {
        state::State::FORM => Some(&procedure.form),
        step => procedure.flow.step(step).map(|step| &step.form),
    }
}

/// Words that were said in a case: in clear, sealed where nobody opened them to the reader, or erased.
pub fn words(asked: &Asked, view: &View, said: &Value) -> Words {
    match said.as_text() {
        Some(text) => Words::open(text),
        None if view.spoken || view.state.is_bare() => Words::open(asked.lang.say("words-erased")),
        None => Words::closed(),
    }
}

/// Reasons that the program gave, in the reader's language.
fn given(asked: &Asked, event: &Event) -> Option<String> {
    let erased = event.activity.as_str() == activity::ERASED;
    let reasons = event.attribute("reasons").filter(|_| erased).and_then(Value::as_text)?;
    casework::erase::given(reasons).map(|given| asked.lang.of(&given).to_owned())
}

/// Words as they stand on the record, opened where those of the case are.
fn said(asked: &Asked, view: &View, value: Option<&Value>) -> Result<Option<Words>, StoreError> {
    let Some(value) = value else { return Ok(None) };
    let clear = view.spoken.then(|| asked.city.casework.in_clear(value)).transpose()?.flatten();
    Ok(Some(words(asked, view, clear.as_ref().unwrap_or(value))))
}

/// Who did something, as readers of the case may know: staff by name, the party as such.
pub fn who(asked: &Asked, view: &View, actor: &ObjectRef) -> String {
    if view.state.party.as_ref() == Some(actor) {
        return asked.lang.of(&Title::new("申请人", "the applicant")).to_owned();
    }
    by_name(asked, actor).unwrap_or_else(|| asked.lang.of(&Title::new("工作人员", "staff")).to_owned())
}

/// The name of an officer, or what stands for whoever runs the program on its machine.
pub fn by_name(asked: &Asked, actor: &ObjectRef) -> Option<String> {
    let operated = *actor == access::staff::operator();
    let operator = || asked.lang.of(&Title::new("系统运维人员", "the operator")).to_owned();
    asked.city.staff_name(actor).or_else(|| operated.then(operator))
}

/// What the program is called in a role that it holds itself; none for a role of people.
fn program(asked: &Asked, view: &View, role: &Id) -> Option<String> {
    let role = view.book.definitions.roles.get(role).filter(|role| role.program)?;
    Some(asked.lang.of(&role.title).to_owned())
}

/// Who began a case, where that was the program.
pub fn engine(asked: &Asked, view: &View) -> Option<String> {
    match &view.procedure()?.start {
        Start::Role(role) => program(asked, view, role),
        Start::Party => None,
    }
}

/// Who did what nobody did: the program in the role that it holds, in a step of that role or where it began the case. None: time.
pub fn itself(asked: &Asked, view: &View, event: &Event) -> Option<String> {
    if event.actor.is_some() {
        return None;
    }
    let of_beginning = [activity::STARTED, activity::SAVED, activity::SUBMITTED, activity::WITHDRAWN];
    match event.attribute("step").and_then(Value::as_text) {
        Some(step) => program(asked, view, &view.procedure()?.flow.step(step)?.role),
        None if of_beginning.contains(&event.activity.as_str()) => engine(asked, view),
        None => None,
    }
}

/// The steps of a case in the order of its flow.
pub fn steps(asked: &Asked, view: &View) -> Vec<Step> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    // What the program does is nobody's work to wait for: it is told once it was done, by the role that it holds.
    let itself = |step: &pack::model::Step| program(asked, view, &step.role);
    let told = |step: &&pack::model::Step| itself(step).is_none() || view.state.done(&step.id).is_some();
    let shown = |step: &pack::model::Step| {
        let state = view.state.steps.get(&step.id);
        let run = state.and_then(|state| state.runs.last());
        let waiting = Shown::Waiting { sometimes: step.when.is_some() };
        let status = match state.map(|state| state.status) {
            Some(Status::Skipped) => Shown::Skipped,
            Some(Status::Open) => Shown::Open {
                since: run.map_or(Time::ZERO, |run| run.opened),
                holder: state.and_then(|state| state.holder.as_ref()).map(|holder| who(asked, view, holder)),
            },
            Some(Status::Done) => match run.and_then(|run| run.done.as_ref()) {
                Some(done) => Shown::Done {
                    at: done.at,
                    outcome: step.outcome(done.outcome.as_str()).map(|o| o.title.clone()).unwrap_or_default(),
                    by: done.by.as_ref().map(|by| who(asked, view, by)).or_else(|| itself(step)),
                    reasons: done
                        .reasons
                        .as_ref()
                        .map(|why| words(asked, view, why))
                        .filter(|why| why.text != "deemed"),
                },
                None => waiting,
            },
            _ if view.state.completed() => Shown::Skipped,
            _ if view.state.ended() => Shown::Unreached,
            _ => waiting,
        };
        let office = state.map(|state| state.office.clone()).filter(|id| *id != Id::default());
        let expected = || view.book.definitions.office_of(&view.state.office, step);
        let office = self::office(asked, &office.unwrap_or_else(expected));
        Step { title: step.title.clone(), office, status }
    };
    procedure.flow.steps.iter().filter(told).map(shown).collect()
}

/// The clocks of a case that have started, each with how it is counted.
pub fn clocks(asked: &Asked, view: &View) -> Vec<clock::View> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    let Some(law) = &view.book.definitions.law else { return Vec::new() };
    let shown = |reading: &clocks::Reading<'_>| {
        let counted = counting::count(reading, law);
        let deadline = match &reading.clock.limit {
            ClockLimit::Law(id) => law.deadlines.get(id.as_str()),
            _ => None,
        };
        let words = |lang| {
            let steps = counted.iter().flat_map(|counted: &Counted| &counted.limit.steps);
            steps.map(|step| step.words(lang)).collect::<Vec<_>>().join(match lang {
                Lang::Zh => "；",
                Lang::En => "; ",
            })
        };
        let promise =
            reading.clock.promise.zip(counted.as_ref().and_then(|counted| counted.promise.as_ref()));
        let of = |due: &days::Due| of_days(asked, due, reading);
        let extended = view.state.extensions.iter().filter(|extension| extension.clock == reading.clock.id);
        clock::View {
            title: reading.clock.title.clone(),
            binds: reading.clock.binds,
            least: procedure.flow.waits_for(reading.clock.id.as_str()),
            started: reading.started,
            stopped: reading.stopped,
            due: counted.as_ref().and_then(|counted| of(&counted.limit)),
            counted: Title::new(words(Lang::Zh), words(Lang::En)),
            law: deadline
                .filter(|deadline| deadline.verified)
                .and_then(|deadline| cited(deadline.cite.as_ref()?)),
            promise: promise.and_then(|(own, promised)| Some((own, of(promised)?))),
            pauses: counting::stood(reading, law).iter().map(pause).collect(),
            extensions: extended
                .map(|extension| clock::Extension {
                    at: extension.at,
                    by: extension.by.as_ref().map(|by| who(asked, view, by)),
                    reasons: self::words(asked, view, &extension.reasons),
                })
                .collect(),
            undecided: counted.as_ref().is_some_and(|counted| counted.limit.undecided) && deadline.is_some(),
        }
    };
    clocks::read(&view.state, procedure, &view.book.definitions).iter().map(shown).collect()
}

/// Why a clock stood still: the step, and what laws call the time that it takes where that is another name.
fn pause(stood: &counting::Stood<'_>) -> Pause {
    let why = match stood.step {
        None => Title::new("等待补正", "Waiting for a correction"),
        Some(step) if *step.reason() == step.title => step.title.clone(),
        Some(step) => {
            let (title, law) = (&step.title, step.reason());
            Title::new(format!("{}（{}）", title.zh, law.zh), format!("{} ({})", title.en, law.en))
        }
    };
    Pause { from: stood.span.0, until: stood.span.1, why }
}

fn cited(cite: &days::Cite) -> Option<Cited> {
    Some(Cited {
        instrument: cite.title.clone(),
        article: cite.article.to_string(),
        quote: cite.quote.to_string(),
    })
}

fn of_days(asked: &Asked, due: &days::Due, reading: &clocks::Reading<'_>) -> Option<Due> {
    let whole_day = matches!(due.at, At::Day(_));
    if matches!(due.at, At::Stopped { .. }) {
        return Some(still(counting::left(due)));
    }
    let at = due.at.end().and_then(days::moment)?;
    let mut due = self::due(asked, at, whole_day, reading.stopped, due.provisional.is_some());
    if reading.cut_off && due.standing == Standing::Kept {
        due.standing = Standing::Over;
    }
    Some(due)
}

/// A clock that stands still has no date.
pub fn still(left: Option<Own>) -> Due {
    Due { at: None, whole_day: false, standing: Standing::Paused(left), provisional: false }
}

/// When something is due and how that stands now; the last moment before midnight where only the day counts.
pub fn due(asked: &Asked, at: Time, whole_day: bool, stopped: Option<Time>, provisional: bool) -> Due {
    let standing = match stopped {
        Some(stopped) if stopped <= at => Standing::Kept,
        Some(_) => Standing::Missed,
        None => running(asked.now, at),
    };
    // A day ends at midnight, which is the next day's first moment: shown as the day itself.
    let shown = if whole_day { Time::new(at.seconds() - 1, 0, at.offset()).unwrap_or(at) } else { at };
    Due { at: Some(shown), whole_day, standing, provisional }
}

fn running(now: Time, at: Time) -> Standing {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;
    let left = at.seconds() - now.seconds();
    let own = |seconds: i64| {
        let (amount, unit) =
            if seconds >= DAY { (seconds / DAY, Unit::Days) } else { ((seconds / HOUR).max(1), Unit::Hours) };
        Own { amount: u32::try_from(amount).unwrap_or(u32::MAX), unit }
    };
    // What ends with a day ends at the first moment of the next.
    let day = |seconds: i64| (seconds + i64::from(now.offset().unwrap_or(480)) * 60).div_euclid(DAY);
    match left {
        left if left < 0 => Standing::Late(own(-left)),
        _ if day(at.seconds() - 1) <= day(now.seconds()) => Standing::Today,
        left if left <= 3 * DAY => Standing::Soon(own(left)),
        left => Standing::Ahead(own(left)),
    }
}

/// How far a case is.
pub fn stage(view: &View) -> Stage {
    match &view.state.stage {
        state::Stage::Draft => Stage::Draft,
        state::Stage::Correcting => Stage::Correcting,
        state::Stage::Open => {
            let open = view.state.open_steps().next();
            let step = open.and_then(|(id, _)| view.procedure()?.flow.step(id.as_str()));
            Stage::Open(step.map(|step| step.title.clone()).unwrap_or_default())
        }
        state::Stage::Ended { how, .. } => Stage::Ended(ending(how, view.procedure())),
    }
}

/// What an office is called.
pub fn office(asked: &Asked, id: &Id) -> Title {
    let offices = &asked.city.casework.book().definitions.offices;
    offices.get(id).map_or_else(|| Title::new(id.as_str(), id.as_str()), |office| office.title.clone())
}

/// A post in words: the office and the role.
pub fn post(asked: &Asked, post: &Post) -> Title {
    let definitions = &asked.city.casework.book().definitions;
    let role = definitions.roles.get(&post.role).map(|role| role.title.clone());
    let role = role.unwrap_or_else(|| Title::new(post.role.as_str(), post.role.as_str()));
    let office = self::office(asked, &post.office);
    Title::new(format!("{} {}", office.zh, role.zh), format!("{}, {}", role.en, office.en))
}

/// How a case ended, in words.
pub fn ending(how: &str, procedure: Option<&Procedure>) -> Title {
    match how {
        "completed" => Title::new("办结", "Completed"),
        "withdrawn" => Title::new("已撤回", "Withdrawn"),
        "lapsed" => Title::new("逾期未补正，已终止", "Ended: never corrected"),
        other => {
            let named = other
                .split_once('.')
                .and_then(|(step, outcome)| procedure?.flow.step(step)?.outcome(outcome));
            named.map_or_else(|| Title::new(other, other), |outcome| outcome.title.clone())
        }
    }
}
