use super::fill::{stages, under_list};
use super::follow;
use super::mark::{self, Put};
use crate::form::{self, Attached};
use crate::layout::{Frame, Head, document};
use crate::part::{self, Due};
use crate::text::{Lang, Speak as _};
use crate::{path, text};
use maud::{Markup, html};
use pack::Title;
use pack::model::{Charge, FieldKind};
use record::Time;

/// Answers to be checked before they are handed in.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The case's number.
    pub case: String,
    /// How many events it had.
    pub seen: u64,
    /// What it is a case of.
    pub title: Title,
    /// Where it goes.
    pub office: Title,
    /// The answers, under their headings.
    pub groups: Vec<Group>,
    /// The materials.
    pub materials: Vec<Paper>,
    /// Where the answers are changed.
    pub form: String,
    /// What it costs; no charge where that is not known yet.
    pub fees: Vec<(Title, Option<Charge>)>,
    /// Whether this hands in a correction, and not the application.
    pub correction: bool,
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
    /// The field.
    pub id: pack::Id,
    /// The question.
    pub title: Title,
    /// What kind of answer it is.
    pub kind: FieldKind,
    /// The answer as [`casework::answer::write`] writes it.
    pub typed: String,
    /// What the correction that is about to be handed in does to it.
    pub put: Option<Put>,
}

/// A material with the names of its files.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Which.
    pub id: pack::Id,
    /// What people call it.
    pub title: Title,
    /// What is attached.
    pub files: Vec<String>,
    /// What was attached when the correction was asked for, and is no more.
    pub superseded: Vec<String>,
    /// What the correction that is about to be handed in does to it.
    pub put: Option<Put>,
}

/// Check your answers.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("check-title");
    let form = &view.form;
    let then = path::of_case(&view.case, if view.correction { "answer" } else { "submit" });
    let head = under_list(frame, Head::new(title.as_ref())).under(lang.of(&view.title), form.as_str());
    document(
        frame,
        &head,
        &html! {
            (stages(lang, 2))
            h1 { (title) }
            @if view.correction { (untouched(lang, view)) }
            (answers(lang, &view.groups, Some(form)))
            @if !view.materials.is_empty() {
                section.answers {
                    h2 { (lang.say("materials")) }
                    dl.rows { @for paper in &view.materials { (material(lang, form, paper)) } }
                }
            }
            form.declare method="post" action=(then) data-check=(form) {
                (part::token(frame))
                (part::seen(view.seen))
                h2 { (lang.say("check-declare")) }
                p { (lang.say("check-true")) }
                p { (lang.tell("check-goes-to", &[("office", lang.of(&view.office).into())])) }
                (fees(lang, &view.fees))
                p.buttons {
                    button.act type="submit" {
                        @if view.correction {
                            (lang.say("check-send-correction"))
                        } @else {
                            (lang.say("check-send"))
                        }
                    }
                    a href=(form) { (lang.say("check-back")) }
                }
            }
        },
    )
}

/// What the office asked for and nobody has changed, each linked to where it is changed; and that all without a mark is as it
/// was.
fn untouched(lang: Lang, view: &View) -> Markup {
    let left = |put: &Option<Put>| put.as_ref().is_some_and(|put| put.asked && !put.changed);
    let answers = view.groups.iter().flat_map(|group| &group.answers).filter(|answer| left(&answer.put));
    let answers = answers.map(|answer| (format!("#f-{}", answer.id), &answer.title));
    let papers = view.materials.iter().filter(|paper| left(&paper.put));
    let papers = papers.map(|paper| (format!("#m-{}", paper.id), &paper.title));
    let all: Vec<(String, &Title)> = answers.chain(papers).collect();
    html! {
        @if !all.is_empty() {
            (part::callout("late", lang.say("check-untouched"), html! {
                ul {
                    @for (place, title) in &all { li { a href={ (view.form) (place) } { (lang.of(title)) } } }
                }
            }))
        }
        p.soft { (lang.say("check-marks")) }
    }
}

fn material(lang: Lang, form: &str, paper: &Paper) -> Markup {
    let shown = html! {
        @if paper.files.is_empty() { span.soft { (lang.say("answer-none")) } }
        @for file in &paper.files { p { (file) } }
        @if let Some(put) = &paper.put { (mark::put(lang, put, None)) }
        @for file in &paper.superseded { p.put-right { del { (file) } } }
    };
    row(lang, lang.of(&paper.title), &shown, Some(&format!("{form}#m-{}", paper.id)))
}

/// What is to be paid when it is handled. What nobody set a fee for, and what is free, is said in a word.
fn fees(lang: Lang, fees: &[(Title, Option<Charge>)]) -> Markup {
    let free = |charge: &Option<Charge>| *charge == Some(Charge::Free);
    let said = |(title, charge): &(Title, Option<Charge>)| {
        let title = lang.of(title).into();
        match charge {
            Some(charge) => {
                let facts = [("title", title), ("fee", text::charge(lang, charge).into())];
                lang.tell("check-fee", &facts)
            }
            // Not decided is not free.
            None => lang.tell("check-fee-open", &[("title", title)]),
        }
    };
    html! {
        @if fees.is_empty() {
            p { (lang.say("check-no-fee")) }
        } @else if fees.iter().all(|(_, charge)| free(charge)) {
            p { (lang.say("check-free")) }
        } @else {
            @for fee in fees.iter().filter(|(_, charge)| !free(charge)) { p { (said(fee)) } }
        }
    }
}

/// Answers under their headings; `form`: where each can be changed.
fn answers(lang: Lang, groups: &[Group], form: Option<&str>) -> Markup {
    html! {
        @for group in groups {
            section.answers {
                @if let Some(title) = &group.title { h2 { (lang.of(title)) } }
                dl.rows {
                    @for answer in &group.answers {
                        @let shown = html! {
                            (form::answer_shown(lang, &answer.kind, &answer.typed))
                            @if let Some(put) = &answer.put { (mark::put(lang, put, Some(&answer.kind))) }
                        };
                        @let change = form.map(|form| format!("{form}#f-{}", answer.id));
                        (row(lang, lang.of(&answer.title), &shown, change.as_deref()))
                    }
                }
            }
        }
    }
}

fn row(lang: Lang, title: &str, value: &Markup, change: Option<&str>) -> Markup {
    html! {
        div {
            dt { (title) }
            dd { (value) }
            @if let Some(change) = change {
                dd.change { a href=(change) { (lang.say("check-change")) span.unseen { " " (title) } } }
            }
        }
    }
}

/// What a party handed in, as it stands now.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// The office that has it.
    pub office: Title,
    /// When it was handed in.
    pub at: Option<Time>,
    /// The answers, under their headings.
    pub groups: Vec<Group>,
    /// The materials with their files.
    pub materials: Vec<(Title, Vec<Attached>)>,
}

/// What was handed in, to look at and to print.
pub fn handed_in(frame: &Frame, view: &Handed) -> Markup {
    let lang = frame.lang;
    let title = lang.say("handed-title");
    let head =
        under_list(frame, Head::new(title.as_ref())).under(lang.of(&view.title), path::case(&view.case));
    let mut facts = vec![
        (lang.say("handed-what").into_owned(), html! { (lang.of(&view.title)) }),
        (lang.say("case-number").into_owned(), html! { span.code { (view.case) } }),
        (lang.say("case-office").into_owned(), html! { (lang.of(&view.office)) }),
    ];
    facts.extend(view.at.map(|at| (lang.say("case-submitted").into_owned(), part::moment(lang, at))));
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            (part::rows(&facts))
            (answers(lang, &view.groups, None))
            @if !view.materials.is_empty() {
                section.answers {
                    h2 { (lang.say("materials")) }
                    dl.rows {
                        @for (title, files) in &view.materials {
                            @let shown = html! {
                                @if files.is_empty() { span.soft { (lang.say("answer-none")) } }
                                @for file in files { p { a href=(file.path) { (file.name) } } }
                            };
                            (row(lang, lang.of(title), &shown, None))
                        }
                    }
                }
            }
            p.buttons.screen {
                (part::go(&path::case(&view.case), &lang.say("sent-follow")))
                button type="button" data-print hidden { (lang.say("handed-print")) }
            }
        },
    )
}

/// What was just handed in.
#[derive(Clone, Debug, Default)]
pub struct Submitted {
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// The office that has it now.
    pub office: Title,
    /// What the office must do next, and by when.
    pub next: Option<(Title, Due)>,
}

/// Handed in.
pub fn submitted(frame: &Frame, view: &Submitted) -> Markup {
    let lang = frame.lang;
    let title = lang.say("sent-title");
    let case = path::case(&view.case);
    document(
        frame,
        &under_list(frame, Head::new(title.as_ref())),
        &html! {
            (stages(lang, 3))
            div.done data-sent=(view.case) data-unsent=(follow::unsent(lang)) {
                h1 { (title) }
                p { (lang.of(&view.title)) }
                p.number { span.soft { (lang.say("case-number")) } " " b.code { (view.case) } }
            }
            h2 { (lang.say("sent-next")) }
            p {
                (lang.tell("sent-with", &[("office", lang.of(&view.office).into())]))
                @if let Some((what, due)) = &view.next {
                    " " (lang.tell("sent-due", &[("what", lang.of(what).into())])) " " b {
                        (part::due_at(lang, due))
                    }
                }
            }
            p.buttons {
                (part::go(&case, &lang.say("sent-follow")))
                a href=(path::of_case(&view.case, "receipt")) { (lang.say("receipt-get")) }
            }
        },
    )
}
