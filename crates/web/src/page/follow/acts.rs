//! What its party may do in a case: rate, withdraw, complain.

use super::View;
use crate::layout::Frame;
use crate::page::cases::Stage;
use crate::page::refused::Faster;
use crate::page::work::{self, Overtaken};
use crate::part::{self, Written};
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::{Id, Title};

/// Something that the party tried and was not done, with what they typed.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Which, as [`View::may`] names it.
    pub action: &'static str,
    /// Why it was not done.
    pub why: Title,
    /// What was wrong with it, by field.
    pub faults: Vec<(Id, Title)>,
    /// Who was faster, if that is the reason.
    pub faster: Option<Faster>,
    /// The stars that were chosen; 0: none.
    pub stars: u8,
    /// The words that were written.
    pub words: String,
}

impl Tried {
    /// Whether its form stands on the page still.
    pub fn may_again(&self, view: &View) -> bool {
        view.may.contains(&self.action)
    }

    fn fault(&self, name: &str) -> Option<&Title> {
        self.faults.iter().find(|(of, _)| of.as_str() == name).map(|(_, what)| what)
    }
}

/// Why what was tried was not done, where its own form does not say so.
pub(super) fn not_done(frame: &Frame, view: &View) -> Markup {
    let tried = view.tried.as_ref().filter(|tried| tried.faster.is_some() || !tried.may_again(view));
    let told = |tried: &Tried| {
        let lost = (!tried.may_again(view) && !tried.words.is_empty()).then(|| tried.words.clone());
        let why = tried.why.clone();
        Overtaken { by: tried.faster.clone(), why, lost: lost.into_iter().collect() }
    };
    html! {
        @if let Some(tried) = tried { (work::not_done(frame.lang, &told(tried))) }
    }
}

pub(super) fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let may = |action: &str| view.may.contains(&action);
    // What was typed and is to be put right must not be drawn over.
    let refreshed = view.tried.is_none().then_some("actions");
    html! {
        section.actions aria-labelledby="actions-title" data-refresh=[refreshed] {
            h2 #actions-title { (lang.say("case-actions")) }
            @if view.submitted.is_some() {
                p.buttons {
                    (part::go(&path::of_case(&view.case, "receipt"), &lang.say("receipt-get")))
                    @if !matches!(view.stage, Stage::Draft | Stage::Correcting) {
                        a href=(path::of_case(&view.case, "check")) { (lang.say("handed-see")) }
                    }
                }
            }
            @if may("rate") { (rate(frame, view)) }
            @if let Some((stars, words)) = &view.rating {
                p {
                    (lang.tell("rated", &[("stars", (*stars).into())]))
                    @if let Some(words) = words { " " span.soft { (words) } }
                }
            }
            @if may("withdraw") { (withdraw(frame, view)) }
            @if may("complain") { (complain(frame, view)) }
        }
    }
}

/// What was tried of `action`, if that was it.
fn tried<'a>(view: &'a View, action: &str) -> Option<&'a Tried> {
    view.tried.as_ref().filter(|tried| tried.action == action)
}

/// What is wrong as a whole, above a form that stands again.
fn refused(frame: &Frame, tried: Option<&Tried>) -> Markup {
    html! {
        @if let Some(tried) = tried.filter(|tried| tried.faster.is_none()) {
            div.callout.late role="alert" tabindex="-1" data-focus autofocus { p { (frame.lang.of(&tried.why)) } }
        }
    }
}

fn withdraw(frame: &Frame, view: &View) -> Markup {
    let (lang, tried) = (frame.lang, tried(view, "withdraw"));
    let label = lang.say("withdraw-why");
    let why = Written {
        id: "withdraw-why",
        name: "reasons",
        label: &label,
        value: tried.map(|tried| tried.words.as_str()).unwrap_or_default(),
        rows: 2,
        optional: true,
        needed: false,
        fault: tried.and_then(|tried| tried.fault("reasons")),
    };
    html! {
        details open[tried.is_some()] {
            summary { (lang.say("withdraw")) }
            (refused(frame, tried))
            form method="post" action=(path::of_case(&view.case, "withdraw")) novalidate {
                (part::token(frame)) (part::seen(view.seen))
                p { (lang.say("withdraw-more")) }
                (part::written(lang, &why))
                button.stop type="submit" { (lang.say("withdraw-go")) }
            }
        }
    }
}

fn complain(frame: &Frame, view: &View) -> Markup {
    let (lang, tried) = (frame.lang, tried(view, "complain"));
    let label = lang.say("complain-words");
    let words = Written {
        id: "complain-words",
        name: "words",
        label: &label,
        value: tried.map(|tried| tried.words.as_str()).unwrap_or_default(),
        rows: 4,
        optional: false,
        needed: true,
        fault: tried.and_then(|tried| tried.fault("words")),
    };
    html! {
        details open[tried.is_some()] {
            summary { (lang.say("complain")) }
            (refused(frame, tried))
            form method="post" action=(path::of_case(&view.case, "complain")) novalidate {
                (part::token(frame)) (part::seen(view.seen))
                p { (lang.say("complain-more")) }
                (part::written(lang, &words))
                button.act type="submit" { (lang.say("complain-go")) }
            }
        }
    }
}

fn rate(frame: &Frame, view: &View) -> Markup {
    let (lang, tried) = (frame.lang, tried(view, "rate"));
    let choices = [
        (5, lang.say("rate-five")),
        (4, lang.say("rate-four")),
        (3, lang.say("rate-three")),
        (2, lang.say("rate-two")),
        (1, lang.say("rate-one")),
    ];
    let fault = tried.and_then(|tried| tried.fault("stars"));
    let chosen = tried.map(|tried| tried.stars);
    let label = lang.say("rate-words");
    let words = Written {
        id: "rate-words",
        name: "words",
        label: &label,
        value: tried.map(|tried| tried.words.as_str()).unwrap_or_default(),
        rows: 2,
        optional: true,
        needed: false,
        fault: tried.and_then(|tried| tried.fault("words")),
    };
    html! {
        (refused(frame, tried))
        form.rate method="post" action=(path::of_case(&view.case, "rate")) novalidate {
            (part::token(frame)) (part::seen(view.seen))
            fieldset.field.wrong[fault.is_some()] aria-describedby=[fault.map(|_| "stars-error")] {
                legend { (lang.say("rate")) }
                (part::fault(lang, "stars-error", fault))
                div.options.inline {
                    @for (stars, words) in &choices {
                        div.option {
                            input type="radio" id={ "stars-" (stars) } name="stars" value=(stars) required
                                checked[chosen == Some(*stars)];
                            label for={ "stars-" (stars) } { (words) }
                        }
                    }
                }
            }
            (part::written(lang, &words))
            p.soft { (lang.say("rate-more")) }
            button.act type="submit" { (lang.say("rate-go")) }
        }
    }
}
