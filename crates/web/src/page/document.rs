use super::fill::under_list;
use super::receipt::Proof;
use crate::layout::{Face, Frame, Head, document};
use crate::text::{Lang, Speak as _};
use crate::{form, part, path};
use casework::given::Valid;
use maud::{Markup, html};
use pack::model::FieldKind;
use pack::{Id, Title};
use record::Time;

/// A licence, certificate or entry that a case gave, as its holder shows it.
#[derive(Clone, Debug)]
pub struct View {
    /// What people call it.
    pub title: Title,
    /// The object that the record knows it as.
    pub number: String,
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub service: Title,
    /// The office that gave it.
    pub office: Title,
    /// When.
    pub at: Time,
    /// When it was handed over; none inside: not yet. None where nobody hands it over.
    pub delivered: Option<Option<Time>>,
    /// Since when it stands no more, where that is so.
    pub revoked: Option<Time>,
    /// What took its place.
    pub replaced: Option<Replaced>,
    /// What is personal of it; none: closed to whoever looks, until they state a purpose.
    pub told: Option<Told>,
    /// Purposes under which the reader may see that; empty: under none.
    pub purposes: Vec<(Id, Title)>,
    /// Whether it is a party's, and not of an office's own duty.
    pub of_party: bool,
    /// Whether all that was personal was erased.
    pub bare: bool,
    /// The page that was asked for.
    pub path: String,
    /// What proves it.
    pub proof: Proof,
}

/// What took a document's place.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// When.
    pub at: Time,
    /// Its number and where it is to be seen, for whoever may see the case that gave it.
    pub by: Option<(String, String)>,
}

/// What a document says of its holder.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whose it is; none in an office's own duty, or where the name was erased.
    pub holder: Option<String>,
    /// How long it is valid.
    pub valid: Valid,
    /// Whether that time is over.
    pub over: bool,
    /// The answers that it shows.
    pub shows: Vec<Shown>,
    /// Whether one of them was corrected after it was given.
    pub corrected: bool,
    /// The purpose under which somebody else than its holder sees it.
    pub purpose: Option<Title>,
}

/// An answer that a document shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The question.
    pub title: Title,
    /// What kind of answer it is.
    pub kind: FieldKind,
    /// The answer as [`casework::answer::write`] writes it; none: erased.
    pub typed: Option<String>,
}

/// The document as a page that prints on one sheet.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let above = if frame.face == Face::Staff { path::desk_case(&view.case) } else { path::case(&view.case) };
    let head = under_list(frame, Head::new(lang.of(&view.title))).under(lang.of(&view.service), above);
    document(
        frame,
        &head,
        &html! {
            article.receipt {
                h1 { (lang.of(&view.title)) }
                (standing(lang, view))
                (view.proof.sheet(lang, &rows(lang, view)))
                @match &view.told {
                    Some(told) => {
                        @if let Some(purpose) = &told.purpose {
                            div.screen { (part::callout("calm", lang.say("personal-open"), html! {
                                p { (lang.say("personal-purpose")) (lang.colon()) (lang.of(purpose)) }
                                p.soft { (part::noted(lang, view.of_party)) }
                            })) }
                        }
                    }
                    None => (closed(lang, view)),
                }
                p { (lang.say("document-means")) }
                (view.proof.buttons(lang))
            }
        },
    )
}

/// What must not be overlooked about it.
fn standing(lang: Lang, view: &View) -> Markup {
    let told = view.told.as_ref();
    html! {
        @if let Some(since) = view.revoked {
            (part::callout("late", lang.say("document-revoked"), html! {
                p { (part::moment(lang, since)) (lang.colon()) (lang.say("document-revoked-more")) }
            }))
        } @else if let Some(replaced) = &view.replaced {
            (part::callout("late", lang.say("document-replaced"), html! {
                p {
                    (part::moment(lang, replaced.at)) (lang.colon())
                    (lang.say("document-replaced-more"))
                    @if let Some((_, path)) = &replaced.by {
                        " " a href=(path) { (lang.say("document-replaced-by")) }
                    }
                }
            }))
        } @else if told.is_some_and(|told| told.over) {
            (part::callout("late", lang.say("document-over"), html! {}))
        }
        @if told.is_some_and(|told| told.corrected) {
            (part::callout("soon", lang.say("document-corrected"), html! {}))
        }
    }
}

fn rows(lang: Lang, view: &View) -> Vec<(String, Markup)> {
    let mut rows = Vec::new();
    let told = view.told.as_ref();
    if let Some(holder) = told.and_then(|told| told.holder.as_ref()) {
        rows.push((
            lang.say("document-holder").into_owned(),
            html! { b { (part::as_written(lang, holder)) } },
        ));
    }
    for shown in told.map(|told| told.shows.as_slice()).unwrap_or_default() {
        let answer = match &shown.typed {
            Some(typed) => form::answer_shown(lang, &shown.kind, typed),
            None => html! { span.soft { (lang.say("words-erased")) } },
        };
        rows.push((lang.of(&shown.title).to_owned(), answer));
    }
    rows.push((lang.say("document-office").into_owned(), html! { (lang.of(&view.office)) }));
    rows.push((lang.say("document-issued").into_owned(), part::moment(lang, view.at)));
    if let Some(told) = told {
        rows.push((lang.say("document-valid").into_owned(), valid(lang, told.valid)));
    }
    if let Some(delivered) = view.delivered {
        let delivered = match delivered {
            Some(at) => part::moment(lang, at),
            None => html! { (lang.say("document-not-delivered")) },
        };
        rows.push((lang.say("document-delivered").into_owned(), delivered));
    }
    rows.push((lang.say("document-of").into_owned(), html! { (lang.of(&view.service)) }));
    rows.push((lang.say("document-case").into_owned(), html! { span.code { (view.case) } }));
    rows.push((lang.say("document-number").into_owned(), html! { span.code { (view.number) } }));
    rows.extend(view.proof.rows(lang));
    rows
}

/// How long something is valid.
pub(super) fn valid(lang: Lang, valid: Valid) -> Markup {
    html! {
        @match valid {
            Valid::Until(day) => { (lang.say("valid-until")) " " (part::date(lang, day)) }
            Valid::To(moment) => { (lang.say("valid-until")) " " (part::moment(lang, moment)) }
            Valid::Always => (lang.say("valid-always")),
            Valid::Unsaid => (lang.say("valid-unsaid")),
        }
    }
}

/// What stands in the place of what is personal.
fn closed(lang: Lang, view: &View) -> Markup {
    html! {
        div.screen {
            @if view.bare {
                p.soft { (lang.say("personal-erased")) }
            } @else if view.purposes.is_empty() {
                p.soft { (lang.say("personal-denied")) }
            } @else {
                p { (lang.say("document-closed")) }
                form.unseal method="get" action=(view.path) {
                    (part::purpose(lang, &view.purposes, view.of_party))
                }
            }
        }
    }
}
