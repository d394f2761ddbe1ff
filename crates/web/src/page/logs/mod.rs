//! Logs from elsewhere: the list with a form for one more, one log, what models found in it, one of its cases.

mod found;

pub use found::{
    Case, Checking, Finding, Findings, Happening, Proven, Standing, Sum, case, checking, findings,
};

use super::findings::ways;
use crate::layout::{Frame, Head, document};
use crate::text::{self, Lang, Speak as _};
use crate::{part, path};
use maud::{Markup, html};
use pack::{Id, Title};
use record::{EventId, Time};

/// The logs of an office.
#[derive(Clone, Debug)]
pub struct List {
    /// The logs, the latest first.
    pub logs: Vec<Card>,
    /// For what a log can be looked at.
    pub purposes: Vec<(Id, Title)>,
    /// The most bytes of one.
    pub most: u64,
    /// How many an office may keep.
    pub most_kept: u64,
}

/// A log in a list.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its name here.
    pub id: String,
    /// What its file was called.
    pub name: String,
    /// How large that is.
    pub bytes: u64,
    /// Who brought it.
    pub by: String,
    /// When.
    pub at: Time,
    /// For what purpose.
    pub purpose: Title,
    /// How far it is.
    pub state: State,
}

/// How far a log is.
#[derive(Clone, Debug)]
pub enum State {
    /// It is read once somebody opens it.
    Waiting,
    /// It is being read.
    Reading {
        /// How far, from 0 to 1.
        share: f64,
        /// Events so far.
        events: u64,
    },
    /// It was read: what it holds.
    Whole {
        /// Events.
        events: u64,
        /// Different activities.
        activities: u64,
        /// Objects.
        objects: u64,
        /// Their types.
        kinds: u64,
    },
    /// It cannot be taken in.
    Refused {
        /// How many problems there are.
        total: u64,
        /// The first of them, each with its place and the mend.
        first: Vec<Title>,
    },
}

impl State {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Waiting => lang.say("logs-waiting").into_owned(),
            Self::Reading { events, .. } => lang.tell("logs-reading", &[("events", (*events).into())]),
            Self::Whole { events, activities, objects, kinds } => {
                let facts = [
                    ("events", (*events).into()),
                    ("activities", (*activities).into()),
                    ("objects", (*objects).into()),
                    ("kinds", (*kinds).into()),
                ];
                lang.tell("logs-whole", &facts)
            }
            Self::Refused { total, .. } => lang.tell("logs-refused", &[("count", (*total).into())]),
        }
    }
}

/// The list.
pub fn list(frame: &Frame, view: &List) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-logs");
    let head = Head::new(title.as_ref()).under(lang.say("nav-board"), path::BOARD).wide();
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            (ways(frame))
            p { (lang.say("logs-about")) }
            @if !view.logs.is_empty() {
                table.wide {
                    thead {
                        tr {
                            th scope="col" { (lang.say("logs-name")) }
                            th scope="col" { (lang.say("logs-state")) }
                            th scope="col" { (lang.say("logs-purpose")) }
                            th scope="col" { (lang.say("logs-by")) }
                        }
                    }
                    tbody {
                        @for log in &view.logs {
                            tr {
                                td data-name=(lang.say("logs-name")) { a href=(path::log(&log.id)) data-row { (log.name) } }
                                td data-name=(lang.say("logs-state")) { span { (log.state.words(lang)) } }
                                td data-name=(lang.say("logs-purpose")) { (lang.of(&log.purpose)) }
                                td data-name=(lang.say("logs-by")) {
                                    span { (log.by) " " span.soft.nowrap { (part::moment(lang, log.at)) } }
                                }
                            }
                        }
                    }
                }
            }
            (bring(frame, view))
        },
    )
}

/// A form for one more. The words stand before the file, since what comes after it is not waited for.
fn bring(frame: &Frame, view: &List) -> Markup {
    let lang = frame.lang;
    let facts = [("most", text::size(view.most).into()), ("kept", view.most_kept.into())];
    html! {
        h2 { (lang.say("logs-bring")) }
        form method="post" action=(path::LOGS) enctype="multipart/form-data" data-sends {
            (part::token(frame))
            div.field {
                label for="log-purpose" { (lang.say("logs-purpose")) }
                p.hint #log-purpose-hint { (lang.say("logs-purpose-hint")) }
                select.short #log-purpose name="purpose" required aria-describedby="log-purpose-hint" {
                    option value="" { (lang.say("logs-choose")) }
                    @for (id, title) in &view.purposes { option value=(id) { (lang.of(title)) } }
                }
            }
            div.field {
                label for="log-mapping" { (lang.say("logs-mapping")) }
                p.hint #log-mapping-hint { (lang.say("logs-mapping-hint")) }
                input.code #log-mapping name="mapping" aria-describedby="log-mapping-hint"
                    placeholder="case=CaseID,activity=Activity,time=Timestamp";
            }
            div.field {
                div.option {
                    input #log-untimed type="checkbox" name="untimed" value="yes";
                    label for="log-untimed" { (lang.say("logs-untimed")) }
                }
            }
            div.field {
                label for="log-file" { (lang.say("logs-file")) }
                p.hint #log-file-hint { (lang.tell("logs-file-hint", &facts)) }
                input #log-file type="file" name="log" required aria-describedby="log-file-hint";
            }
            p.buttons { button.act type="submit" { (lang.say("logs-go")) } }
        }
    }
}

/// Events that maps and models do not show as they should.
#[derive(Clone, Debug)]
pub struct Stray {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Option<EventId>,
    /// Where in the file it stands, where that is known.
    pub place: Option<Title>,
}

/// One log.
#[derive(Clone, Debug)]
pub struct One {
    /// The log.
    pub card: Card,
    /// The types of its objects with how many there are.
    pub kinds: Vec<(String, usize)>,
    /// Its events that maps and models do not show as they should: those of no case, and those of no activity.
    pub strays: [Stray; 2],
    /// How many models of the packs speak of it.
    pub models: u64,
    /// Whether models were brought along.
    pub declared: bool,
    /// What is wrong with those that were brought just now, each with its line and the mend.
    pub wrong: Vec<Title>,
}

/// One log: how far it is, what can be done with it.
pub fn one(frame: &Frame, view: &One) -> Markup {
    let lang = frame.lang;
    let card = &view.card;
    let reading = matches!(card.state, State::Reading { .. });
    let head = Head::new(card.name.as_str()).under(lang.say("nav-board"), path::BOARD);
    let mut head = head.under(lang.say("nav-logs"), path::LOGS);
    if reading {
        head = head.live(format!("{}/events", path::log(&card.id))).again();
    }
    document(
        frame,
        &head,
        &html! {
            h1 { (card.name) }
            (part::rows(&[
                (lang.say("logs-size").into_owned(), html! { (text::size(card.bytes)) }),
                (lang.say("logs-by").into_owned(), html! { (card.by) " " (part::moment(lang, card.at)) }),
                (lang.say("logs-purpose").into_owned(), html! { (lang.of(&card.purpose)) }),
            ]))
            div data-refresh="log" {
                h2 { (lang.say("logs-state")) }
                (standing(lang, &card.state))
                (left_out(lang, &view.strays))
                @if let State::Whole { .. } = card.state { (what_next(frame, view)) }
            }
            (delete(frame, &card.id))
        },
    )
}

fn standing(lang: Lang, state: &State) -> Markup {
    html! {
        p role="status" { (state.words(lang)) }
        @match state {
            State::Reading { share, .. } => {
                progress max="1" value={ (format!("{share:.3}")) } aria-label=(lang.say("logs-state")) data-again {}
            }
            State::Waiting | State::Whole { .. } => {}
            State::Refused { total, first } => {
                (part::callout("late", lang.say("logs-problems"), html! {
                    ul { @for problem in first { li { span.long { (lang.of(problem)) } } } }
                    @if *total > first.len() as u64 {
                        p { (lang.tell("logs-more-problems", &[("count", (*total - first.len() as u64).into())])) }
                    }
                }))
            }
        }
    }
}

/// What of a log is met nowhere, or by no name, and where the first of it stands.
fn left_out(lang: Lang, strays: &[Stray; 2]) -> Markup {
    let values = |Stray { count, first, place }: &Stray| {
        let first = first.as_ref()?.to_string();
        let first = match place {
            Some(place) => {
                lang.tell("logs-event-at", &[("event", first.into()), ("place", lang.of(place).into())])
            }
            None => first,
        };
        Some([("count", (*count).into()), ("first", first.into())])
    };
    let [apart, unnamed] = strays;
    html! {
        @if let Some(values) = values(apart) { p.soft { (lang.tell("logs-apart", &values)) } }
        @if let Some(values) = values(unnamed) { p.soft { (lang.tell("logs-unnamed", &values)) } }
    }
}

fn what_next(frame: &Frame, view: &One) -> Markup {
    let lang = frame.lang;
    let id = &view.card.id;
    html! {
        h2 { (lang.say("logs-map")) }
        ul {
            @for (kind, count) in &view.kinds {
                li {
                    a href={ (path::log(id)) "/map?object=" (path::segment(kind)) } { (kind) } " "
                    span.soft { (lang.tell("logs-objects", &[("count", (*count).into())])) }
                }
            }
        }
        h2 { (lang.say("logs-check")) }
        @if view.models > 0 {
            p { a.act href=(path::log_findings(id, false)) {
                (lang.tell("logs-check-packs", &[("count", view.models.into())]))
            } }
        } @else { p { (lang.say("logs-check-none")) } }
        @if view.declared { p { a href=(path::log_findings(id, true)) { (lang.say("logs-check-declared")) } } }
        form method="post" action={ (path::log(id)) "/models" } enctype="multipart/form-data" {
            (part::token(frame))
            div.field {
                label for="models-file" { (lang.say("logs-models")) }
                @for wrong in &view.wrong { p.error role="alert" { (lang.of(wrong)) } }
                p.hint #models-hint { (lang.say("logs-models-hint")) }
                input #models-file type="file" name="models" required accept=".decl,text/plain"
                    aria-describedby="models-hint";
            }
            p.buttons { button type="submit" { (lang.say("logs-models-go")) } }
        }
    }
}

fn delete(frame: &Frame, id: &str) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("logs-delete")) }
        p.soft { (lang.say("logs-delete-hint")) }
        form method="post" action={ (path::log(id)) "/delete" } {
            (part::token(frame))
            p.buttons { button.stop type="submit" { (lang.say("logs-delete-go")) } }
        }
    }
}
