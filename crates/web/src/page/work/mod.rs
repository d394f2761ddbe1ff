use super::cases::Stage;
use super::clock;
use super::course::{self, Happening, Step};
use super::findings::{self, Brief};
use super::mark::{self, Mark, Put};
use super::refused::{self, Faster};
use crate::form::{self, Attached};
use crate::layout::{Frame, Head, document};
use crate::part::{self, Words};
use crate::path;
use crate::text::{self, Lang, Speak as _};
use maud::{Markup, html};
use pack::model::{Channel, FieldKind, Form};
use pack::{Id, Title};
use record::Time;
use std::collections::{BTreeMap, BTreeSet};

mod moves;

/// One case on one page, as the staff who handle it see it.
#[derive(Clone)]
pub struct View<'a> {
    /// The case's number.
    pub case: &'a str,
    /// How many events it had.
    pub seen: u64,
    /// What it is a case of.
    pub title: &'a Title,
    /// How far it is.
    pub stage: Stage,
    /// Where it was asked for.
    pub channel: Option<Channel>,
    /// What the program is called that began it; none: somebody did.
    pub engine: Option<String>,
    /// The office that handles it.
    pub office: &'a Title,
    /// The steps.
    pub steps: Vec<Step>,
    /// The clocks.
    pub clocks: Vec<clock::View>,
    /// Everything that happened, the latest first.
    pub happened: Vec<Happening>,
    /// What a finding says, where it is one: told in plain words in place of its answers.
    pub finding: Option<Brief>,
    /// Whether it has a party, who reads the reasons.
    pub of_party: bool,
    /// The answers under their headings.
    pub groups: Vec<Group>,
    /// What the steps recorded, each under its title.
    pub recorded: Vec<Group>,
    /// The purpose under which personal answers are shown now.
    pub opened: Option<Title>,
    /// Purposes under which the reader may see them; empty: under none.
    pub purposes: Vec<(Id, Title)>,
    /// Whether all that was personal was erased.
    pub bare: bool,
    /// The materials.
    pub papers: Vec<Paper>,
    /// What the case gave.
    pub given: Vec<Given>,
    /// Why what the reader has just tried is not possible, where none of the moves says so.
    pub overtaken: Option<Overtaken>,
    /// What the reader may do now.
    pub moves: Vec<Doing<'a>>,
    /// The cases before and after it in the reader's queue.
    pub neighbours: (Option<String>, Option<String>),
}

/// Answers under one heading.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The heading.
    pub title: Option<Title>,
    /// The answers.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The step that recorded it, or [`casework::State::FORM`].
    pub of: Id,
    /// The field.
    pub id: Id,
    /// The question.
    pub title: Title,
    /// What kind of answer it is.
    pub kind: FieldKind,
    /// The answer as [`casework::answer::write`] writes it; none: personal, and not opened.
    pub typed: Option<String>,
    /// Where it is to be seen, where it is a file.
    pub file: Option<String>,
    /// The case that it names, where the reader may see that.
    pub case: Option<String>,
    /// Where the reader may correct it.
    pub amend: Option<String>,
    /// What became of it when a correction was handed in.
    pub mark: Option<Mark>,
}

/// A material with its files.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Which.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// What was attached, with the correction that added it, if one did; empty where it was shown at the window, or is missing.
    pub files: Vec<(Attached, Option<Put>)>,
    /// What was attached before corrections took its place, with what each did: the last correction's first.
    pub superseded: Vec<(Attached, Put)>,
    /// What became of it when a correction was handed in.
    pub mark: Option<Mark>,
}

/// A licence, certificate or entry that the case gave.
#[derive(Clone, Debug)]
pub struct Given {
    /// What.
    pub title: Title,
    /// When.
    pub at: Time,
    /// Whether it stands no more.
    pub revoked: bool,
    /// Whether a later one took its place.
    pub replaced: bool,
    /// Where it is to be seen.
    pub path: String,
}

/// What was tried and is not possible any more, or was done by a colleague meanwhile.
#[derive(Clone, Debug)]
pub struct Overtaken {
    /// Who was faster, when, with what; none: nobody.
    pub by: Option<Faster>,
    /// Why it was not done.
    pub why: Title,
    /// What was typed for a move that is not possible any more.
    pub lost: Vec<String>,
}

/// Something that the reader may do, with what its form needs.
#[derive(Clone)]
pub struct Doing<'a> {
    /// The action as policies name it, and so its path.
    pub action: &'static str,
    /// The step, clock or complaint that it is about.
    pub about: String,
    /// What people call it.
    pub title: Title,
    /// What its form asks.
    pub ask: Ask<'a>,
    /// Why it was refused when it was last tried, on this page.
    pub refused: Option<Title>,
    /// What was wrong with it then, by field.
    pub faults: Vec<(Id, Title)>,
}

/// What the form of a move asks.
#[derive(Clone)]
pub enum Ask<'a> {
    /// To do a step: the outcome, reasons, what the step records.
    Step {
        /// How it can end: name, words, whether reasons are needed.
        outcomes: &'a [pack::model::Outcome],
        /// What doing it records.
        form: &'a Form,
        /// The fields that are asked for.
        shown: BTreeSet<Id>,
        /// What was typed.
        answers: BTreeMap<Id, String>,
        /// The outcome and the reasons as filled in before.
        chosen: (Option<Id>, String),
        /// Why it cannot be done yet, each with its reason.
        hindered: Vec<Title>,
    },
    /// To ask for a correction, field by field.
    Correct {
        /// What was noted before.
        notes: BTreeMap<Id, String>,
    },
    /// To hand over.
    HandOver {
        /// To one of these: id and name.
        colleagues: Vec<(String, String)>,
        /// Who was chosen before.
        to: String,
        /// The reasons as filled in before.
        reasons: String,
    },
    /// To give reasons, as for an extension; those that were filled in before.
    Reasons(String),
    /// To correct an answer that was written down wrongly.
    Amend {
        /// The form that it is an answer to.
        form: &'a Form,
        /// The field.
        field: &'a Id,
        /// What was typed.
        answers: BTreeMap<Id, String>,
        /// The reasons as filled in before.
        reasons: String,
    },
    /// To answer in words.
    Reply {
        /// The complaint.
        complaint: Words,
        /// The words as filled in before.
        words: String,
    },
    /// Nothing: a button does it.
    Nothing,
}

/// The page.
pub fn show(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    let refused = view.overtaken.is_some() || view.moves.iter().any(|doing| doing.refused.is_some());
    // What was opened stays while its reader is at it; what changes then is offered in a line.
    let live = view.opened.is_none();
    let mut head =
        Head::new(format!("{} {}", lang.of(view.title), view.case)).under(lang.say("nav-desk"), path::DESK);
    head.faulty = refused;
    document(
        frame,
        &head.wide().live(format!("{}/events", path::desk_case(view.case))),
        &html! {
            header.casehead {
                h1 { (lang.of(view.title)) }
                p.status data-refresh="status" {
                    (part::tag(view.stage.tone(), &view.stage.words(frame)))
                    " " span.code { (view.case) } " " span.soft {
                        (lang.of(view.office))
                        @if let Some(engine) = &view.engine { " · " (engine) }
                        @if let Some(channel) = view.channel { " · " (text::kind_of_channel(lang, channel)) }
                    }
                }
                (neighbours(lang, view))
            }
            p.callout.soon role="status" data-changed hidden {
                (lang.say("work-changed")) " " a href=(frame.path) { (lang.say("work-reload")) }
            }
            @if let Some(overtaken) = &view.overtaken { (not_done(lang, overtaken)) }
            div.threefold {
                section.left aria-labelledby="steps-title" {
                    h2 #steps-title { (lang.say("case-steps")) }
                    (course::steps(lang, &view.steps, live))
                    @if !view.clocks.is_empty() {
                        h2 { (lang.say("case-clocks")) }
                        (clock::list(lang, &view.clocks, live))
                    }
                }
                div.middle {
                    @match &view.finding {
                        Some(finding) => {
                            (findings::brief(frame, view.case, finding))
                            (reading(frame, view))
                        }
                        None => { (answers(frame, view)) (papers(lang, view)) (given(lang, view)) }
                    }
                    section aria-labelledby="events-title" {
                        h2 #events-title { (lang.say("case-events")) }
                        (course::happenings(lang, &view.happened, false, live))
                    }
                }
                section.right #moves tabindex="-1" aria-labelledby="moves-title" {
                    h2 #moves-title { (lang.say("work-moves")) }
                    @if view.moves.is_empty() { p { (lang.say("work-nothing")) } }
                    @for doing in &view.moves { (moves::one(frame, view, doing)) }
                }
            }
        },
    )
}

/// Why something was not done, with what was typed for it. Follows a page's head.
pub(super) fn not_done(lang: Lang, Overtaken { by, why, lost }: &Overtaken) -> Markup {
    let kept = refused::kept(lang, lost);
    html! {
        section role="alert" tabindex="-1" data-focus autofocus aria-labelledby="overtaken-title" {
            @if let Some(by) = by {
                h2 #overtaken-title { (refused::was_faster(lang, by)) }
                (refused::faster(lang, by, &kept))
            } @else {
                h2 #overtaken-title { (lang.say("refused-impossible")) }
                (part::callout("late", lang.of(why), kept))
            }
        }
    }
}

fn neighbours(lang: Lang, view: &View<'_>) -> Markup {
    let (before, after) = &view.neighbours;
    html! {
        @if before.is_some() || after.is_some() {
            nav.pages aria-label=(lang.say("work-neighbours")) {
                @if let Some(before) = before {
                    a href=(path::desk_case(before)) data-key="k" { (lang.say("work-previous")) }
                }
                @if let Some(after) = after {
                    a href=(path::desk_case(after)) data-key="j" { (lang.say("work-next")) }
                }
            }
        }
    }
}

fn answers(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="answers-title" {
            h2 #answers-title { (if view.of_party { lang.say("work-answers") } else { lang.say("work-answers-duty") }) }
            (reading(frame, view))
            (groups_of(lang, &view.groups, view.bare))
        }
        @if !view.recorded.is_empty() {
            section aria-labelledby="recorded-title" {
                h2 #recorded-title { (lang.say("work-recorded")) }
                (groups_of(lang, &view.recorded, view.bare))
            }
        }
    }
}

/// The purpose under which what is sealed is open; or the form that asks for one, where anything is closed.
fn reading(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    let groups = view.groups.iter().chain(&view.recorded);
    let sealed = groups.flat_map(|group| &group.answers).any(|answer| answer.typed.is_none())
        || view.papers.iter().flat_map(|paper| &paper.files).any(|(file, _)| file.path.is_empty())
        || course::is_closed(&view.happened);
    html! {
        @if let Some(purpose) = &view.opened {
            (part::callout("calm", lang.say("personal-open"), html! {
                p { (lang.say("personal-purpose")) (lang.colon()) (lang.of(purpose)) }
                p.soft { (part::noted(lang, view.of_party)) }
            }))
        } @else if sealed {
            (unseal(frame, view))
        }
    }
}

fn groups_of(lang: Lang, groups: &[Group], bare: bool) -> Markup {
    html! {
        @for group in groups {
            @if let Some(title) = &group.title { h3 { (lang.of(title)) } }
            dl.rows.tight { @for answer in &group.answers { (answered(lang, answer, bare)) } }
        }
    }
}

fn answered(lang: Lang, answer: &Answer, bare: bool) -> Markup {
    html! {
        div id={ "a-" (answer.of) "." (answer.id) } {
            dt { (lang.of(&answer.title)) }
            dd {
                @match &answer.typed {
                    Some(typed) => @match &answer.file {
                        Some(file) => a href=(file) target="_blank" {
                            (typed) span.unseen { " " (lang.say("opens-new")) }
                        },
                        None => @match &answer.case {
                            Some(case) => a href=(path::desk_case(case)) {
                                (form::answer_shown(lang, &answer.kind, typed))
                            },
                            None => (form::answer_shown(lang, &answer.kind, typed)),
                        },
                    },
                    None if bare => span.soft { (lang.say("words-erased")) },
                    None => span.sealed { (lang.say("personal-sealed")) },
                }
                @if let Some(to) = &answer.amend {
                    " " a.quiet href=(to) {
                        (lang.say("amend")) span.unseen { (lang.colon()) (lang.of(&answer.title)) }
                    }
                }
                @if let Some(mark) = &answer.mark { (mark::shown(lang, mark, Some(&answer.kind))) }
            }
        }
    }
}

fn unseal(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        @if view.bare {
            p.soft { (lang.say("personal-erased")) }
        } @else if view.purposes.is_empty() {
            p.soft { (lang.say("personal-denied")) }
        } @else {
            form.unseal method="post" action=(path::desk_personal(view.case)) {
                (part::token(frame))
                (part::purpose(lang, &view.purposes, view.of_party))
            }
        }
    }
}

fn attached(lang: Lang, file: &Attached) -> Markup {
    html! {
        @if file.path.is_empty() {
            span.sealed { (lang.say("personal-sealed")) }
        } @else {
            a href=(file.path) target="_blank" {
                (file.name) span.unseen { " " (lang.say("opens-new")) }
            }
        }
        " " span.soft { (text::size(file.size)) }
    }
}

fn given(lang: Lang, view: &View<'_>) -> Markup {
    html! {
        @if !view.given.is_empty() {
            section aria-labelledby="given-title" {
                h2 #given-title { (lang.say("work-given")) }
                ul {
                    @for given in &view.given {
                        li {
                            a href=(given.path) { (lang.of(&given.title)) }
                            " " span.soft { (part::moment(lang, given.at)) }
                            @if given.revoked { " " (part::tag("late", &lang.say("document-revoked"))) }
                            @else if given.replaced { " " (part::tag("late", &lang.say("document-replaced"))) }
                        }
                    }
                }
            }
        }
    }
}

fn papers(lang: Lang, view: &View<'_>) -> Markup {
    html! {
        section aria-labelledby="papers-title" {
            h2 #papers-title { (lang.say("materials")) }
            @if view.papers.is_empty() { p.soft { (lang.say("materials-none")) } }
            ul.papers {
                @for paper in &view.papers {
                    li id={ "m-" (paper.id) } {
                        b { (lang.of(&paper.title)) }
                        @if paper.files.is_empty() {
                            p.soft {
                                @if view.channel == Some(Channel::Window) { (lang.say("paper-at-window")) }
                                @else { (lang.say("paper-missing")) }
                            }
                        }
                        @if let Some(mark) = &paper.mark { (mark::shown(lang, mark, None)) }
                        @for (file, added) in &paper.files {
                            p {
                                (attached(lang, file))
                                @if let Some(put) = added {
                                    " " (part::tag("kept", &lang.say("file-added")))
                                    " " span.soft { (mark::in_correction(lang, put)) }
                                }
                            }
                        }
                        @for (file, put) in &paper.superseded {
                            @let several = paper.superseded.iter().any(|(_, other)| other.correction != put.correction);
                            p.put-right {
                                del { (attached(lang, file)) } " "
                                @if paper.files.is_empty() { (part::tag("still", &lang.say("file-taken-back"))) }
                                @else { (part::tag("still", &lang.say("file-superseded"))) }
                                @if several { " " span.soft { (mark::in_correction(lang, put)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
