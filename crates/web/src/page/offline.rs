use crate::form::{self, Filling};
use crate::layout::{Face, Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::model::Procedure;
use std::collections::{BTreeMap, BTreeSet};

/// A service's form with nothing filled in. It holds no one's data, so a phone may keep it and fill it in without a
/// network; what is typed stays on that device until it is sent.
pub fn blank(frame: &Frame, procedure: &Procedure) -> Markup {
    let lang = frame.lang;
    let shown: BTreeSet<_> = procedure
        .form
        .fields
        .iter()
        .filter(|field| field.when.is_none())
        .map(|field| field.id.clone())
        .collect();
    let filling = Filling {
        form: &procedure.form,
        shown: &shown,
        answers: &BTreeMap::new(),
        faults: &[],
        notes: &[],
        hanging: &[],
        prefix: "",
        lang,
        face: Face::Resident,
    };
    let service = path::service(&procedure.id);
    let head = Head::new(lang.of(&procedure.title)).under(lang.of(&procedure.title), service.as_str());
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(&procedure.title)) }
            (part::callout("calm", lang.say("blank-lead"), html! { p { (lang.say("blank-more")) } }))
            noscript { p.callout.soon { (lang.say("blank-no-script")) } }
            // What is typed at a screen that others use stays nowhere.
            div.fill data-blank=[(frame.face == Face::Resident).then_some(&procedure.id)] {
                (form::render(&filling))
                p.soft.saved role="status" data-saved data-kept=(lang.say("form-kept")) {}
                p.buttons { (part::go(&service, &lang.say("blank-go"))) }
            }
        },
    )
}

/// What stands for a page that cannot be loaded: the drafts on this device.
pub fn show(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let title = lang.say("offline-title");
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            p data-offline { (lang.say("offline-lead")) }
            section data-drafts data-waits=(lang.tell("offline-waits", &[("names", "{names}".into())])) hidden {
                h2 { (lang.say("offline-drafts")) }
                p.soft { (lang.say("offline-drafts-more")) }
                ul {}
            }
        },
    )
}
