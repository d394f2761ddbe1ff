use crate::layout::{Frame, Head, document};
use crate::page::findings::severity;
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use oversight::check::Verdict;
use pack::Title;
use pack::models::Severity;
use record::Time;
use std::time::Duration;

/// What models found in a log.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The log, and what its file was called.
    pub log: (String, String),
    /// Whether the models were brought along.
    pub by_declare: bool,
    /// Each model.
    pub sums: Vec<Sum>,
    /// The one model whose findings are told, by its place; those of all without.
    pub model: Option<usize>,
    /// The findings on the page.
    pub found: Vec<Finding>,
    /// How many there are on all pages.
    pub total: u64,
    /// How many more are not told one by one.
    pub more: u64,
    /// Which page of how many.
    pub page: (u64, u64),
}

/// How a model came out.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The model, by its place.
    pub place: usize,
    /// What it says.
    pub title: Title,
    /// Its page.
    pub link: Option<String>,
    /// How bad a breach is.
    pub severity: Option<Severity>,
    /// Cases that keep it.
    pub kept: u64,
    /// Cases that break it.
    pub broken: u64,
    /// Cases of which it does not speak.
    pub idle: u64,
    /// How often it was broken.
    pub findings: u64,
}

/// A finding in a list.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What must hold.
    pub model: Title,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// The case.
    pub case: String,
    /// Where its events are shown.
    pub link: String,
    /// How it stands.
    pub verdict: Verdict,
    /// When it was due.
    pub deadline: Option<Time>,
    /// Since when it is certain.
    pub at: Option<Time>,
}

fn head(frame: &Frame, title: &str, log: &(String, String)) -> Head {
    let lang = frame.lang;
    let head = Head::new(title).under(lang.say("nav-board"), path::BOARD);
    head.under(lang.say("nav-logs"), path::LOGS).under(log.1.as_str(), path::log(&log.0))
}

/// A check that is not done.
#[derive(Clone, Debug)]
pub struct Checking {
    /// The log, and what its file was called.
    pub log: (String, String),
    /// Whether the models were brought along.
    pub by_declare: bool,
    /// How it stands.
    pub standing: Standing,
}

/// How a check stands that is not done.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// It goes on.
    UnderWay {
        /// How far it is, from 0 to 1.
        share: f64,
        /// For how long.
        since: Duration,
        /// How long it may.
        most: Duration,
    },
    /// It took too long.
    Late {
        /// How far it was, from 0 to 1.
        share: f64,
        /// How long it might have taken.
        most: Duration,
    },
    /// Nobody asked after it.
    Left,
}

/// How far a check is, asked for again until it is done; or why it ended before.
pub fn checking(frame: &Frame, view: &Checking) -> Markup {
    let lang = frame.lang;
    let title = lang.say("logs-found");
    let mut head = head(frame, &title, &view.log);
    head.again = matches!(view.standing, Standing::UnderWay { .. });
    let seconds = |time: Duration| time.as_secs().to_string();
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let again = format!("{}&again=yes", path::log_findings(&view.log.0, view.by_declare));
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            div data-refresh="found" {
                @match view.standing {
                    Standing::UnderWay { share, since, most } => {
                        @let facts = [("seconds", seconds(since).into()), ("most", seconds(most).into())];
                        p role="status" { (lang.tell("logs-checking", &facts)) }
                        progress max="1" value={ (format!("{share:.3}")) } aria-label=(title) data-again {}
                        p.soft { (lang.say("logs-checking-hint")) }
                    }
                    Standing::Late { share, most } => {
                        @let facts = [("share", percent(share).into()), ("most", seconds(most).into())];
                        (part::callout("late", lang.tell("logs-check-late", &facts), html! {
                            p { (lang.say("logs-check-late-hint")) }
                        }))
                        p { a.act href=(again) { (lang.say("logs-check-again")) } }
                    }
                    Standing::Left => {
                        p role="status" { (lang.say("logs-check-left")) }
                        p { a.act href=(again) { (lang.say("logs-check-again")) } }
                    }
                }
            }
        },
    )
}

/// What models found: each with its sums, then the findings one by one.
pub fn findings(frame: &Frame, view: &Findings) -> Markup {
    let lang = frame.lang;
    let title = lang.say("logs-found");
    let address = path::log_findings(&view.log.0, view.by_declare);
    let facts = [("shown", view.found.len().into()), ("total", view.total.into())];
    let chosen = view.model.and_then(|model| view.sums.iter().find(|sum| sum.place == model));
    document(
        frame,
        &head(frame, &title, &view.log).wide(),
        &html! {
            h1 { (title) }
            div data-refresh="found" {
                (sums(frame, view, &address))
                h2 #found-title {
                    (lang.say("findings-list"))
                    @if let Some(sum) = chosen { (lang.colon()) (lang.of(&sum.title)) }
                }
                @if chosen.is_some() { p { a href=(address) { (lang.say("logs-all-models")) } } }
                p.soft role="status" {
                    (lang.tell("logs-findings", &facts))
                    @if view.more > 0 { " " (lang.tell("logs-findings-more", &[("count", view.more.into())])) }
                }
                @if !view.found.is_empty() { (found(frame, view)) }
                (part::pages(lang, view.page, |page| match view.model {
                    Some(model) => format!("{address}&model={model}&page={page}"),
                    None => format!("{address}&page={page}"),
                }))
            }
        },
    )
}

fn sums(frame: &Frame, view: &Findings, address: &str) -> Markup {
    let lang = frame.lang;
    let heads =
        [lang.say("logs-broken"), lang.say("logs-kept"), lang.say("logs-idle"), lang.say("logs-times")];
    html! {
        table.wide aria-label=(lang.say("nav-models")) {
            thead {
                tr {
                    th scope="col" { (lang.say("findings-model")) }
                    @for head in &heads { th.figure scope="col" { (head) } }
                }
            }
            tbody {
                @for sum in &view.sums {
                    tr {
                        td {
                            span {
                                @if sum.findings > 0 {
                                    a href={ (address) "&model=" (sum.place) } data-row { (lang.of(&sum.title)) }
                                } @else { (lang.of(&sum.title)) }
                                @if let Some(bad) = sum.severity { " " (severity(frame, bad)) }
                                @if let Some(link) = &sum.link { " " a.nowrap href=(link) { (lang.say("logs-model")) } }
                            }
                        }
                        @let figures = [sum.broken, sum.kept, sum.idle, sum.findings];
                        @for (head, figure) in heads.iter().zip(figures) { td.figure data-name=(head) { (figure) } }
                    }
                }
            }
        }
    }
}

fn found(frame: &Frame, view: &Findings) -> Markup {
    let lang = frame.lang;
    html! {
        table.wide aria-labelledby="found-title" {
            thead {
                tr {
                    th scope="col" { (lang.say("logs-case")) }
                    th scope="col" { (lang.say("findings-model")) }
                    th scope="col" { (lang.say("finding-deadline")) }
                    th scope="col" { (lang.say("finding-at")) }
                }
            }
            tbody {
                @for one in &view.found {
                    tr {
                        td data-name=(lang.say("logs-case")) { a.code href=(one.link) data-row { (one.case) } }
                        td data-name=(lang.say("findings-model")) {
                            span {
                                (lang.of(&one.model))
                                @if let Some(bad) = one.severity { " " (severity(frame, bad)) }
                            }
                        }
                        td data-name=(lang.say("finding-deadline")) { (moment(frame, one.deadline)) }
                        td data-name=(lang.say("finding-at")) { (moment(frame, one.at)) }
                    }
                }
            }
        }
    }
}

fn moment(frame: &Frame, at: Option<Time>) -> Markup {
    html! { @match at { Some(at) => (part::moment_elsewhere(frame.lang, at)), None => "–" } }
}

/// A case of a log.
#[derive(Clone, Debug)]
pub struct Case {
    /// The log, and what its file was called.
    pub log: (String, String),
    /// The case.
    pub case: String,
    /// The type of its object.
    pub kind: String,
    /// What it is shown for.
    pub finding: Option<Proven>,
    /// Its events.
    pub events: Vec<Happening>,
    /// How many there are.
    pub total: u64,
}

/// A finding that a case proves.
#[derive(Clone, Debug)]
pub struct Proven {
    /// What must hold.
    pub title: Title,
    /// The model's page.
    pub link: Option<String>,
    /// How it stands.
    pub verdict: Verdict,
    /// When it was due.
    pub deadline: Option<Time>,
    /// Since when it is certain.
    pub at: Option<Time>,
}

/// An event of a case.
#[derive(Clone, Debug)]
pub struct Happening {
    /// Its number in the log.
    pub number: u32,
    /// What happened.
    pub what: String,
    /// When, where the log tells.
    pub at: Option<Time>,
    /// What models can speak of.
    pub values: Vec<(String, String)>,
    /// Whether it proves the finding.
    pub proves: bool,
    /// Whether it asked for what did not come.
    pub asked: bool,
}

/// One case, event by event; what proves a finding stands out.
pub fn case(frame: &Frame, view: &Case) -> Markup {
    let lang = frame.lang;
    let title = format!("{} {}", view.kind, view.case);
    document(
        frame,
        &head(frame, &title, &view.log),
        &html! {
            h1 { span.soft { (view.kind) } " " span.code { (view.case) } }
            @if let Some(finding) = &view.finding { (proven(frame, finding)) }
            h2 { (lang.say("logs-events")) }
            p.soft { (lang.tell("logs-events-words", &[("shown", view.events.len().into()), ("total", view.total.into())])) }
            ol.events {
                @for event in &view.events {
                    li id={ "e" (event.number) } {
                        p {
                            @if event.proves { b { (event.what) } } @else { (event.what) }
                            @if let Some(at) = event.at { " " span.soft.nowrap { (part::moment_elsewhere(lang, at)) } }
                            @if event.asked { " " (part::tag("soon", &lang.say("finding-asked"))) }
                            @if event.proves { " " (part::tag("late", &lang.say("logs-proves"))) }
                        }
                        @if !event.values.is_empty() {
                            p.soft {
                                @for (at, (name, value)) in event.values.iter().enumerate() {
                                    @if at > 0 { " · " }
                                    span.code { (name) } " " (value)
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn proven(frame: &Frame, finding: &Proven) -> Markup {
    let lang = frame.lang;
    let mut rows = vec![(lang.say("logs-verdict").into_owned(), html! { (verdict(frame, finding.verdict)) })];
    for (head, at) in [(lang.say("finding-deadline"), finding.deadline), (lang.say("finding-at"), finding.at)]
    {
        rows.extend(at.map(|at| (head.into_owned(), part::moment_elsewhere(lang, at))));
    }
    part::callout(
        "late",
        lang.of(&finding.title),
        html! {
            (part::rows(&rows))
            @if let Some(link) = &finding.link { p { a href=(link) { (lang.say("logs-model")) } } }
        },
    )
}

fn verdict(frame: &Frame, verdict: Verdict) -> Markup {
    let lang = frame.lang;
    html! {
        @match verdict {
            Verdict::Satisfied => (lang.say("verdict-satisfied")),
            Verdict::PossiblySatisfied => (lang.say("verdict-possibly-satisfied")),
            Verdict::PossiblyViolated => (lang.say("verdict-possibly-violated")),
            Verdict::ViolatedAtDeadline => (lang.say("verdict-violated-at-deadline")),
            Verdict::Violated => (lang.say("verdict-violated")),
        }
    }
}
