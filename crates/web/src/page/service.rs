use super::fee;
use crate::form;
use crate::layout::{Face, Frame, Head, document};
use crate::part::{self, Cited};
use crate::text::{self, Lang, Speak as _};
use crate::{path, text::kind_of_channel};
use jiff::civil::Date;
use maud::{Markup, html};
use pack::model::{
    Audience, Basis, Channel, Condition, Definitions, MaterialUse, Office, Pause, Procedure, Start,
};
use pack::{Id, Title};
use std::collections::BTreeMap;

/// A service and what is needed to show it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The service.
    pub procedure: &'a Procedure,
    /// What it refers to.
    pub definitions: &'a Definitions,
    /// The names of the laws that it cites.
    pub instruments: &'a BTreeMap<Id, Title>,
    /// The law's limit for deciding, if there is one.
    pub limit: Option<&'a Limit>,
    /// With what that, or the office's own promise, begins to run.
    pub runs_from: Option<&'a Title>,
    /// The day on which it is shown.
    pub today: Date,
    /// What is wrong with the choice of an office.
    pub unchosen: Option<&'a Title>,
}

/// A limit that the law sets.
#[derive(Clone, Debug)]
pub struct Limit {
    /// How long: `20个工作日`.
    pub length: Title,
    /// How its days are counted, in words.
    pub counted: Title,
    /// Where the law says so.
    pub law: Cited,
}

/// The page of a service.
pub fn show(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    let Procedure { title, category, about, item, .. } = view.procedure;
    let category_title =
        view.definitions.categories.get(category).map(|title| lang.of(title)).unwrap_or_default();
    let head = Head { faulty: view.unchosen.is_some(), ..Head::new(lang.of(title)) };
    let head = head.under(category_title, path::category(category));
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(title)) }
            @if let Some(about) = about { p.lead { (lang.of(about)) } }
            div.beside {
                div { (facts(lang, view)) }
                div.next {
                    (begin(frame, view))
                    (offices(lang, view))
                }
                div {
                    (materials(lang, view))
                    (steps(lang, view))
                    (law(lang, view))
                    @if let Some(item) = item {
                        p.soft { (lang.tell("service-item", &[("item", item.as_str().into())])) }
                    }
                }
            }
        },
    )
}

fn facts(lang: Lang, view: &View<'_>) -> Markup {
    let procedure = view.procedure;
    let mut rows: Vec<(String, Markup)> = Vec::new();
    let mut row = |name: std::borrow::Cow<'static, str>, value: Markup| rows.push((name.into_owned(), value));
    row(lang.say("service-who"), joined(lang, procedure.audience.iter().map(|who| audience(lang, *who))));
    let gives = procedure.flow.steps.iter().filter_map(|step| step.issues.as_ref());
    let gives: Vec<_> = gives.filter_map(|id| view.definitions.credentials.get(id)).collect();
    if !gives.is_empty() {
        row(
            lang.say("service-gives"),
            html! {
                @for credential in gives {
                    p {
                        (lang.of(&credential.title))
                        @if let Some(valid) = credential.valid {
                            " " span.soft {
                                (lang.tell("service-valid", &[("length", text::length(lang, valid).into())]))
                            }
                        }
                    }
                }
            },
        );
    }
    if let Some(duty) = &procedure.duty {
        row(lang.say("service-duty"), html! { (lang.of(duty)) });
    }
    row(lang.say("service-limit"), limit(lang, view));
    row(lang.say("service-fee"), fee::show(lang, view));
    row(
        lang.say("service-channels"),
        joined(lang, procedure.channels.iter().map(|c| kind_of_channel(lang, *c))),
    );
    part::rows(&rows)
}

fn joined(lang: Lang, words: impl Iterator<Item = impl AsRef<str>>) -> Markup {
    let words: Vec<_> = words.map(|word| word.as_ref().to_owned()).collect();
    html! { (words.join(if lang == Lang::Zh { "、" } else { ", " })) }
}

fn audience(lang: Lang, audience: Audience) -> std::borrow::Cow<'static, str> {
    match audience {
        Audience::Person => lang.say("audience-person"),
        Audience::Enterprise => lang.say("audience-enterprise"),
        Audience::Foreigner => lang.say("audience-foreigner"),
    }
}

fn limit(lang: Lang, view: &View<'_>) -> Markup {
    html! {
        @if let Some(promise) = view.procedure.promise {
            p { b { (text::length(lang, promise)) } " " span.soft { (lang.say("service-promise")) } }
        }
        @if let Some(from) = view.runs_from {
            p.soft { (lang.tell("service-runs-from", &[("what", lang.of(from).into())])) }
        }
        @if let Some(limit) = view.limit {
            p { b { (lang.of(&limit.length)) } " " span.soft { (lang.say("service-by-law")) } }
            details {
                summary { (lang.say("service-counted")) }
                p { (lang.of(&limit.counted)) }
                (part::quote(lang, &limit.law))
            }
        } @else if view.procedure.promise.is_none() {
            span.soft { (lang.say("service-no-limit")) }
        }
    }
}

fn begin(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    let procedure = view.procedure;
    let wanted = if frame.face == Face::Kiosk { Channel::Kiosk } else { Channel::Web };
    let open = procedure.channels.contains(&wanted);
    let offices: Vec<&Office> = handling(view).collect();
    html! {
        section.begin aria-labelledby="begin-title" {
            h2 #begin-title { (lang.say("service-begin-title")) }
            @if procedure.start != Start::Party {
                p { (lang.say("service-by-office")) }
            } @else if view.today < procedure.effective {
                p { (lang.tell("service-from", &[("day", text::date(lang, procedure.effective).into())])) }
            } @else if let Some((_, by)) = procedure.replaced.as_ref().filter(|(from, _)| *from <= view.today) {
                p { (lang.say("service-replaced")) }
                p.buttons { (part::go(&path::service(by), &lang.say("service-replaced-go"))) }
            } @else if !open {
                p { (lang.say("service-window-only")) }
            } @else if frame.who.is_none() {
                p { (lang.say("service-sign-in")) }
                p.buttons {
                    (part::go(&path::sign_in(&path::service(&procedure.id)), &lang.say("service-sign-in-go")))
                    @if frame.face == Face::Resident {
                        a href=(path::blank(&procedure.id)) { (lang.say("service-blank")) }
                    }
                }
            } @else {
                form method="post" action=(path::begin(&procedure.id)) {
                    (part::token(frame))
                    (part::once(frame))
                    div.field.wrong[view.unchosen.is_some()] {
                        label for="office" { (lang.say("service-office")) }
                        @if let Some(fault) = view.unchosen {
                            p.error #office-error { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
                        }
                        // Which office is near, nobody but the applicant knows.
                        select #office name="office" required autofocus[view.unchosen.is_some()]
                            aria-describedby=[view.unchosen.map(|_| "office-error")]
                            aria-invalid=[view.unchosen.map(|_| "true")] {
                            @if offices.len() > 1 { option value="" { (lang.say("form-choose")) } }
                            @for office in &offices { option value=(office.id) { (lang.of(&office.title)) } }
                        }
                    }
                    p.buttons {
                        button.act type="submit" { (lang.say("service-begin")) }
                        @if frame.face == Face::Resident {
                            a href=(path::blank(&procedure.id)) { (lang.say("service-blank")) }
                        }
                    }
                }
            }
        }
    }
}

fn handling<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Office> {
    let View { procedure, definitions, .. } = *view;
    definitions.offices.values().filter(move |office| procedure.handled_by(office))
}

fn materials(lang: Lang, view: &View<'_>) -> Markup {
    let asked = &view.procedure.materials;
    html! {
        section aria-labelledby="materials-title" {
            h2 #materials-title { (lang.say("materials")) }
            @if asked.is_empty() { p { (lang.say("materials-none")) } }
            ul.papers { @for material in asked { (paper(lang, view, material)) } }
        }
    }
}

fn paper(lang: Lang, view: &View<'_>, asked: &MaterialUse) -> Markup {
    let Some(material) = view.definitions.materials.get(&asked.material) else { return html! {} };
    html! {
        li {
            p {
                b { (lang.of(&material.title)) }
                @if asked.optional { " " (part::tag("plain", &lang.say("material-optional"))) }
                @if let Some(when) = &asked.when {
                    " " (part::tag("plain", &lang.say("material-when"))) " " (hangs_on(lang, view, when))
                }
            }
            p.soft {
                @if let Some(from) = &material.from {
                    (lang.tell("material-from", &[("from", lang.of(from).into())])) " "
                }
                (form::why(lang, asked.law.as_ref().and_then(|basis| cited(view, basis)).as_ref()))
            }
        }
    }
}

/// The questions on whose answers a condition hangs, by their titles.
fn hangs_on(lang: Lang, view: &View<'_>, when: &Condition) -> Markup {
    let form = &view.procedure.form;
    let on: Vec<&str> = form
        .fields
        .iter()
        .filter(|field| form::names(&when.source, &field.id))
        .map(|field| lang.of(&field.title))
        .collect();
    html! {
        @if !on.is_empty() {
            span.soft { (lang.tell("material-hangs-on", &[("fields", on.join(" / ").into())])) }
        }
    }
}

fn steps(lang: Lang, view: &View<'_>) -> Markup {
    let roles = &view.definitions.roles;
    html! {
        section aria-labelledby="steps-title" {
            h2 #steps-title { (lang.say("service-steps")) }
            ol.course {
                @for step in &view.procedure.flow.steps {
                    li {
                        b { (lang.of(&step.title)) }
                        @if let Some(role) = roles.get(&step.role) {
                            " " span.soft { (lang.of(&role.title)) }
                        }
                        @if step.when.is_some() { " " (part::tag("plain", &lang.say("step-sometimes"))) }
                        @if let Some(pause) = &step.pauses { " " (part::tag("still", &stands(lang, pause))) }
                    }
                }
            }
            @if view.procedure.flow.withdrawable { p.soft { (lang.say("service-withdrawable")) } }
        }
    }
}

pub(super) fn cited(view: &View<'_>, basis: &Basis) -> Option<Cited> {
    let instrument = view.instruments.get(&basis.instrument)?.clone();
    Some(Cited { instrument, article: basis.article.clone(), quote: basis.quote.clone() })
}

fn law(lang: Lang, view: &View<'_>) -> Markup {
    let law: Vec<Cited> = view.procedure.law.iter().filter_map(|basis| cited(view, basis)).collect();
    html! {
        section aria-labelledby="law-title" {
            h2 #law-title { (lang.say("service-law")) }
            @if law.is_empty() && view.limit.is_some() {
                p { (lang.say("service-law-of-limit")) }
            } @else if law.is_empty() {
                p { (lang.say("service-no-law")) }
            }
            @for cited in &law { (part::quote(lang, cited)) }
            @if lang == Lang::En && !law.is_empty() { p.soft { (lang.say("law-in-chinese")) } }
        }
    }
}

fn offices(lang: Lang, view: &View<'_>) -> Markup {
    html! {
        section aria-labelledby="offices-title" {
            h2 #offices-title { (lang.say("service-offices")) }
            ul.offices {
                @for office in handling(view) {
                    li {
                        b { (lang.of(&office.title)) }
                        @if let Some(address) = &office.address { p { (lang.of(address)) } }
                        @if let Some(hours) = &office.hours { p.soft { (lang.of(hours)) } }
                    }
                }
            }
        }
    }
}

/// What stands still while a step is open, and for what.
fn stands(lang: Lang, pause: &Pause) -> String {
    match pause {
        Pause::Known { title, .. } => lang.tell("step-pauses", &[("why", lang.of(title).into())]),
        Pause::Own => lang.say("step-pauses-own").into_owned(),
    }
}
