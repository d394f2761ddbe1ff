use crate::layout::{Frame, Head, document};
use crate::part::{self, Due};
use crate::path;
use maud::{Markup, html};
use pack::Title;
use record::Time;

/// One's own cases, those that wait for their party first.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The cases.
    pub cases: Vec<Case>,
}

/// A case in the list.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub number: String,
    /// What it is a case of.
    pub title: Title,
    /// How far it is.
    pub stage: Stage,
    /// The office that handles it.
    pub office: Title,
    /// The last time that anything happened.
    pub touched: Time,
    /// What is due next, for the office or for the party.
    pub due: Option<Due>,
}

/// How far a case is, as its party sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not handed in.
    Draft,
    /// Being handled; the step that is open.
    Open(Title),
    /// Waiting for the party.
    Correcting,
    /// Over, with how it ended; whether a rating is still missing.
    Ended(Title),
}

impl Stage {
    /// The tone of its label.
    pub(super) fn tone(&self) -> &'static str {
        match self {
            Self::Draft => "plain",
            Self::Open(_) => "calm",
            Self::Correcting => "soon",
            Self::Ended(_) => "kept",
        }
    }

    /// In words.
    pub(super) fn words(&self, frame: &Frame) -> String {
        let lang = frame.lang;
        match self {
            Self::Draft => lang.say("stage-draft").into_owned(),
            Self::Open(step) => lang.tell("stage-open", &[("step", lang.of(step).into())]),
            Self::Correcting => lang.say("stage-correcting").into_owned(),
            Self::Ended(how) => lang.tell("stage-ended", &[("how", lang.of(how).into())]),
        }
    }
}

/// The list.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-cases");
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            @if view.cases.is_empty() {
                p { (lang.say("cases-none")) }
                p.buttons { (part::go(path::HOME, &lang.say("cases-find"))) }
            }
            ul.cases data-refresh="cases" {
                @for case in &view.cases { (one(frame, case)) }
            }
            section data-drafts hidden {
                h2 { (lang.say("offline-drafts")) }
                p.soft { (lang.say("offline-drafts-more")) }
                ul {}
            }
        },
    )
}

fn one(frame: &Frame, case: &Case) -> Markup {
    let lang = frame.lang;
    let to = match case.stage {
        Stage::Draft => path::of_case(&case.number, "form"),
        _ => path::case(&case.number),
    };
    html! {
        li {
            h2 { a href=(to) { (lang.of(&case.title)) } }
            p {
                (part::tag(case.stage.tone(), &case.stage.words(frame)))
                @if let Some(due) = &case.due {
                    " " (part::standing(lang, due.standing)) " " (lang.say("due-by")) "
                    " (part::due_at(lang, due))
                }
            }
            p.soft {
                span.code { (case.number) } " · " (lang.of(&case.office)) " ·
                " (part::moment(lang, case.touched))
            }
        }
    }
}
