use crate::layout::{Face, Frame, Head, document};
use crate::part::{self, Due};
use crate::path;
use crate::text::Speak as _;
use casework::board::SetBy;
use maud::{Markup, html};
use pack::Title;
use record::Time;

/// One's own cases, those that wait for their party first.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The cases of this page.
    pub cases: Vec<Case>,
    /// Which page it is, and of how many.
    pub page: (u64, u64),
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
    /// What sets that time; none: the party's time to answer.
    pub set_by: Option<SetBy>,
    /// When what the office wrote down was last corrected after the case was over.
    pub put_right: Option<Time>,
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
    /// Its place in a list: what waits for the party first, what is over last.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Correcting => 0,
            Self::Draft => 1,
            Self::Open(_) => 2,
            Self::Ended(_) => 3,
        }
    }

    /// What cases that are so far stand under.
    fn heading(&self, frame: &Frame) -> std::borrow::Cow<'static, str> {
        let lang = frame.lang;
        match self {
            Self::Correcting => lang.say("stage-correcting"),
            Self::Draft => lang.say("stage-draft"),
            Self::Open(_) => lang.say("cases-open"),
            Self::Ended(_) => lang.say("cases-ended"),
        }
    }

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
            Self::Correcting if frame.face == Face::Staff => lang.say("stage-waiting").into_owned(),
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
            div data-refresh="cases" {
                @for group in view.cases.chunk_by(|a, b| a.stage.rank() == b.stage.rank()) {
                    @if let Some(first) = group.first() {
                        section.cases {
                            h2 { (first.stage.heading(frame)) }
                            ul { @for case in group { (one(frame, case)) } }
                        }
                    }
                }
            }
            (part::pages(lang, view.page, |page| format!("{}?page={page}", path::CASES)))
            section data-drafts data-waits=(lang.tell("offline-waits", &[("names", "{names}".into())])) hidden {
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
            h3 { a href=(to) { (lang.of(&case.title)) } }
            p {
                @if matches!(case.stage, Stage::Open(_) | Stage::Ended(_)) {
                    (part::tag(case.stage.tone(), &case.stage.words(frame)))
                }
                @if case.put_right.is_some() { " " (part::tag("soon", &lang.say("put-right-after"))) }
                @if let Some(due) = &case.due {
                    " " (part::standing(lang, due.standing)) " "
                    @if due.at.is_some() { (lang.say("due-by")) " " }
                    (part::due_at(lang, due))
                    @if let Some(by) = case.set_by { " " (part::set_by(lang, by)) }
                }
            }
            p.soft {
                span.code { (case.number) } " · " (lang.of(&case.office)) " ·
                " (part::moment(lang, case.touched))
            }
        }
    }
}
