//! The form of each move.

use super::{Ask, Doing, View};
use crate::form::{self, Filling};
use crate::layout::Frame;
use crate::part::{self, Written};
use crate::path;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::model::Outcome;
use pack::{Id, Title};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn one(frame: &Frame, view: &View<'_>, doing: &Doing<'_>) -> Markup {
    let lang = frame.lang;
    let key = format!("{}-{}", doing.action, doing.about);
    // The work itself stands open; what is seldom needed opens on request.
    let asked_for = matches!(doing.ask, Ask::Step { .. } | Ask::Amend { .. } | Ask::Nothing);
    let open = asked_for || doing.refused.is_some();
    let body = html! {
        @if let Some(why) = &doing.refused {
            div.callout.late role="alert" tabindex="-1" data-focus autofocus { p { (lang.of(why)) } }
        }
        form method="post" action=(path::desk_move(view.case, doing.action, &doing.about))
            enctype="multipart/form-data" novalidate {
            (part::token(frame))
            (part::seen(view.seen))
            (ask(frame, view, doing, &key))
        }
    };
    html! {
        @if matches!(doing.ask, Ask::Nothing) {
            (body)
        } @else {
            details.move open[open] {
                summary { (lang.of(&doing.title)) }
                (body)
            }
        }
    }
}

fn ask(frame: &Frame, view: &View<'_>, doing: &Doing<'_>, key: &str) -> Markup {
    let lang = frame.lang;
    let faults = &doing.faults;
    let words = |name: &str, label: &str, value: &str| {
        let id = format!("{key}-{name}");
        part::written(
            lang,
            &Written { id: &id, name, label, value, fault: at(faults, name), ..Written::default() },
        )
    };
    html! {
        @match &doing.ask {
            Ask::Step { outcomes, form, shown, answers, chosen, hindered } => {
                @let filling = Filling {
                    form, shown, answers, faults, notes: &[], hanging: &[], lang, face: frame.face,
                    prefix: &format!("{}.", doing.about),
                };
                @if !hindered.is_empty() {
                    @let why = html! { ul { @for why in hindered { li { (lang.of(why)) } } } };
                    (part::callout("soon", lang.say("move-hindered"), why))
                }
                (form::render(&filling))
                (outcome(frame, &Ending { outcomes, chosen, faults, of_party: view.of_party }, key))
                button.act type="submit" { (lang.say("move-record")) }
            }
            Ask::Correct { notes } => {
                (correct(frame, view, notes, key))
                button.act type="submit" { (lang.say("correct-send")) }
            }
            Ask::HandOver { colleagues, to, reasons } => {
                (receiver(lang, doing, (colleagues, to), key))
                (words("reasons", &lang.say("move-reasons"), reasons))
                button.act type="submit" {
                    @if colleagues.is_empty() { (lang.of(&doing.title)) } @else { (lang.say("hand-over-go")) }
                }
            }
            Ask::Amend { form, field, answers, reasons } => {
                @let shown = BTreeSet::from([(*field).clone()]);
                @let filling = Filling {
                    form, shown: &shown, answers, faults, notes: &[], hanging: &[], lang, face: frame.face,
                    prefix: &format!("{}.", doing.about),
                };
                p.hint { (if view.of_party { lang.say("amend-hint") } else { lang.say("amend-hint-duty") }) }
                input type="hidden" name="amend" value={ (doing.about) "." (field) };
                (form::render(&filling))
                @let label = if view.of_party { "move-reasons-shown" } else { "move-reasons" };
                (words("reasons", &lang.say(label), reasons))
                button.act type="submit" { (lang.say("amend-go")) }
            }
            Ask::Reasons(reasons) => {
                (words("reasons", &lang.say("move-reasons"), reasons))
                button.act type="submit" { (lang.of(&doing.title)) }
            }
            Ask::Reply { complaint, words: written } => {
                blockquote { (part::said(lang, complaint)) }
                @if complaint.closed { p.hint { (lang.say("reply-sealed")) } }
                (words("words", &lang.say("reply-words"), written))
                button.act type="submit" { (lang.say("reply-send")) }
            }
            Ask::Nothing => button type="submit" { (lang.of(&doing.title)) },
        }
    }
}

/// To whom a step goes: a colleague, or the queue; where there is no colleague it is the queue.
fn receiver(
    lang: Lang,
    doing: &Doing<'_>,
    (colleagues, to): (&[(String, String)], &str),
    key: &str,
) -> Markup {
    let fault = at(&doing.faults, "to");
    let named = format!("{key}-to-error");
    html! {
        @if colleagues.is_empty() {
            p.hint { (lang.say("hand-over-alone")) }
            input type="hidden" name="to" value="queue";
        } @else {
            div.field.wrong[fault.is_some()] {
                label for={ (key) "-to" } { (lang.say("hand-over-to")) }
                (part::fault(lang, &named, fault))
                select id={ (key) "-to" } name="to" required
                    aria-describedby=[fault.map(|_| &named)] aria-invalid=[fault.map(|_| "true")] {
                    option value="" { (lang.say("form-choose")) }
                    @for (id, name) in colleagues { option value=(id) selected[id == to] { (name) } }
                    option value="queue" selected[to == "queue"] { (lang.say("staff-to-queue")) }
                }
            }
        }
    }
}

/// What is wrong with the field `name`.
fn at<'a>(faults: &'a [(Id, Title)], name: &str) -> Option<&'a Title> {
    faults.iter().find(|(of, _)| of.as_str() == name).map(|(_, what)| what)
}

/// How a step ended, and why.
struct Ending<'a> {
    outcomes: &'a [Outcome],
    chosen: &'a (Option<Id>, String),
    faults: &'a [(Id, Title)],
    of_party: bool,
}

fn outcome(frame: &Frame, ending: &Ending<'_>, key: &str) -> Markup {
    let lang = frame.lang;
    let Ending { outcomes, chosen: (id, reasons), faults, of_party } = ending;
    let fault = at(faults, "outcome");
    let named = format!("{key}-outcome-error");
    let any = outcomes.iter().any(|outcome| outcome.reasons);
    let label = match (any, of_party) {
        (true, true) => lang.say("move-reasons-shown"),
        (true, false) => lang.say("move-reasons"),
        (false, _) => lang.say("move-note"),
    };
    html! {
        fieldset.field.wrong[fault.is_some()] aria-describedby=[fault.map(|_| &named)] {
            legend { (lang.say("move-outcome")) }
            (part::fault(lang, &named, fault))
            div.options {
                @for outcome in *outcomes {
                    @let own = format!("{key}-{}", outcome.id);
                    div.option {
                        input type="radio" id=(own) name="outcome" value=(outcome.id) required
                            checked[id.as_ref() == Some(&outcome.id) || outcomes.len() == 1];
                        label for=(own) {
                            (lang.of(&outcome.title))
                            @if outcome.reasons { " " span.soft { (lang.say("outcome-with-reasons")) } }
                            @if outcome.ends { " " span.soft { (lang.say("outcome-ends")) } }
                        }
                    }
                }
            }
        }
        @let id = format!("{key}-reasons");
        (part::written(lang, &Written {
            id: &id, name: "reasons", label: &label, value: reasons, fault: at(faults, "reasons"), ..Written::default()
        }))
    }
}

/// Each field and material with room for what is wrong: posted as `note.<id>`; blank ones are none.
fn correct(frame: &Frame, view: &View<'_>, notes: &BTreeMap<Id, String>, key: &str) -> Markup {
    let lang = frame.lang;
    let fields =
        view.groups.iter().flat_map(|group| &group.answers).map(|answer| (&answer.id, &answer.title));
    let papers = view.papers.iter().map(|paper| (&paper.id, &paper.title));
    html! {
        p.hint { (lang.say("correct-hint")) }
        @for (id, title) in fields.chain(papers) {
            div.field.row {
                label for={ (key) "-" (id) } { (lang.of(title)) }
                input id={ (key) "-" (id) } name={ "note." (id) } type="text"
                    value=[notes.get(id)]
                    autocomplete="off";
            }
        }
    }
}
