//! One finding: what must hold in plain words, what proves that it did not, and what becomes of it.

use super::super::clock;
use super::super::course::{self, Happening, Step};
use super::severity;
use crate::layout::{Frame, Head, document};
use crate::page::cases::Stage;
use crate::part;
use crate::path;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::explain::Section;
use pack::models::Severity;
use pack::{Id, Title};
use record::Time;

/// What a finding says, in the words that were in force when it was found, with the links that its reader may open.
#[derive(Clone, Debug)]
pub struct Brief {
    /// The model.
    pub model: Id,
    /// What must hold.
    pub title: Title,
    /// The model's page.
    pub link: Option<String>,
    /// The model in plain words.
    pub words: Vec<Section>,
    /// Whether the model still says that.
    pub standing: Standing,
    /// How bad it is.
    pub severity: Severity,
    /// The cases that it is about.
    pub objects: Vec<(String, Option<String>)>,
    /// Since when it is certain.
    pub at: Option<Time>,
    /// The deadline that went by.
    pub deadline: Option<Time>,
    /// The events that prove it.
    pub evidence: Vec<Evidence>,
    /// Whether the reader may see it on the board of findings.
    pub board: bool,
}

/// What became of the model of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It says what it said.
    InForce,
    /// It says something else now.
    Changed,
    /// The packs have it no more.
    Withdrawn,
}

/// A finding with what proves it and what becomes of it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its number.
    pub case: String,
    /// What it says.
    pub brief: Brief,
    /// The office.
    pub office: (Id, Title),
    /// How far it is.
    pub stage: Stage,
    /// The edition of the packs under which it was found.
    pub edition: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// The clocks.
    pub clocks: Vec<clock::View>,
    /// Everything that happened, the latest first.
    pub happened: Vec<Happening>,
    /// Others of the same model in the same office: how many are open, how many there ever were.
    pub others: (u64, u64),
    /// Whether the reader works on it at their desk.
    pub desk: bool,
}

/// An event that proves a finding.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Its entry.
    pub entry: u64,
    /// What happened.
    pub what: Title,
    /// Where more of it is to be seen.
    pub link: Option<String>,
    /// When.
    pub at: Time,
    /// Whether it is the one that asked for something.
    pub asked: bool,
    /// In which office.
    pub office: Option<Title>,
}

/// A finding.
pub fn one(frame: &Frame, view: &Finding) -> Markup {
    let lang = frame.lang;
    let title = lang.of(&view.brief.title);
    let head = Head::new(format!("{title} {}", view.case)).under(lang.say("nav-board"), path::BOARD);
    let head = head.under(lang.say("nav-findings"), path::FINDINGS).wide();
    let mut facts = facts(lang, &view.brief);
    facts.extend(context(lang, view));
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            p.status {
                (severity(frame, view.brief.severity)) " "
                (part::tag(view.stage.tone(), &view.stage.words(frame)))
                " " span.code { (view.case) } " " span.soft { (lang.of(&view.office.1)) }
            }
            @if view.desk { p.buttons { (part::go(&path::desk_case(&view.case), &lang.say("finding-desk"))) } }
            div.twofold {
                section.left aria-labelledby="facts-title" {
                    h2 #facts-title { (lang.say("finding-what")) }
                    (part::rows(&facts))
                    h2 { (lang.say("finding-model")) }
                    (in_words(lang, &view.brief))
                }
                section.middle aria-labelledby="evidence-title" {
                    h2 #evidence-title { (lang.say("finding-evidence")) }
                    p.soft { (lang.say("finding-evidence-hint")) }
                    (evidence(lang, &view.brief.evidence))
                    h2 { (lang.say("case-steps")) }
                    (course::steps(lang, &view.steps, false))
                    @if !view.clocks.is_empty() {
                        h2 { (lang.say("case-clocks")) }
                        (clock::list(lang, &view.clocks, false))
                    }
                    h2 { (lang.say("case-events")) }
                    (course::sealed(lang, &view.case, &view.happened))
                    (course::happenings(lang, &view.happened, true, false))
                }
            }
        },
    )
}

/// What a finding says, for the page on which it is worked on.
pub fn brief(frame: &Frame, case: &str, brief: &Brief) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="brief-title" {
            h2 #brief-title { (lang.say("finding-model")) }
            p { (severity(frame, brief.severity)) }
            (part::rows(&facts(lang, brief)))
            (in_words(lang, brief))
            @if brief.board { p { a href=(path::finding(case)) { (lang.say("finding-on-board")) } } }
        }
        section aria-labelledby="evidence-title" {
            h2 #evidence-title { (lang.say("finding-evidence")) }
            (evidence(lang, &brief.evidence))
        }
    }
}

fn facts(lang: Lang, brief: &Brief) -> Vec<(String, Markup)> {
    let cases = html! {
        @for (object, link) in &brief.objects {
            @match link {
                Some(link) => a.code href=(link) { (object) },
                None => span.code { (object) },
            }
            " "
        }
    };
    let mut rows = vec![(lang.say("finding-cases").into_owned(), cases)];
    for (head, at) in [("finding-deadline", brief.deadline), ("finding-at", brief.at)] {
        rows.extend(at.map(|at| (lang.say(head).into_owned(), part::moment(lang, at))));
    }
    rows
}

/// What else there is of the kind, and by which packs it was found.
fn context(lang: Lang, view: &Finding) -> [(String, Markup); 2] {
    let (open, all) = view.others;
    let facts = [("open", open.to_string().into()), ("all", all.to_string().into())];
    let again = html! {
        a href={ (path::findings_of(&view.brief.model, &view.office.0)) "&closed=yes" } {
            (lang.tell("finding-again-words", &facts))
        }
    };
    let edition: String = view.edition.chars().take(12).collect();
    [
        (lang.say("finding-again").into_owned(), again),
        (lang.say("finding-edition").into_owned(), html! { span.code { (edition) } }),
    ]
}

fn in_words(lang: Lang, brief: &Brief) -> Markup {
    html! {
        p {
            @match &brief.link {
                Some(link) => a.code href=(link) { (brief.model) },
                None => span.code { (brief.model) },
            }
            @match brief.standing {
                Standing::InForce => {}
                Standing::Changed => { " " (lang.say("finding-model-changed")) }
                Standing::Withdrawn => { " " (lang.say("finding-model-gone")) }
            }
        }
        (sections(lang, &brief.words, true))
    }
}

/// What is said of a model, without its own title; `within` a part of the page that has a heading.
pub fn sections(lang: Lang, all: &[Section], within: bool) -> Markup {
    html! {
        @for (place, section) in all.iter().enumerate() {
            @if place > 0 {
                @if within { h3 { (section.title) } } @else { h2 { (section.title) } }
            }
            @for line in &section.lines { p { (part::as_written(lang, line.trim())) } }
        }
    }
}

fn evidence(lang: Lang, all: &[Evidence]) -> Markup {
    html! {
        @if all.is_empty() { p { (lang.say("finding-no-evidence")) } }
        ol.events {
            @for one in all {
                li {
                    p {
                        b { (lang.of(&one.what)) }
                        @if one.asked { " " (part::tag("plain", &lang.say("finding-asked"))) }
                    }
                    p.soft {
                        (part::moment(lang, one.at))
                        @if let Some(office) = &one.office { " · " (lang.of(office)) }
                        " · "
                        @let number = lang.tell("entry-number", &[("n", one.entry.to_string().into())]);
                        @match &one.link {
                            Some(link) => a href=(link) { (number) },
                            None => (number),
                        }
                    }
                }
            }
        }
    }
}
