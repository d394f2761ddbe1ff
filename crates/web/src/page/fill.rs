use crate::form::{self, Filling, MaterialAsked};
use crate::layout::{Face, Frame, Head, document};
use crate::text::{self, Lang, Speak as _};
use crate::{part, path};
use maud::{Markup, html};
use pack::model::{Condition, Form};
use pack::{Id, Title};
use record::attach::MAX_FILE;
use std::collections::{BTreeMap, BTreeSet};

/// An application being filled in, or corrected.
#[derive(Clone)]
pub struct View<'a> {
    /// The case's number.
    pub case: &'a str,
    /// How many events it had.
    pub seen: u64,
    /// The service.
    pub service: &'a Id,
    /// What people call it.
    pub title: &'a Title,
    /// The form.
    pub form: &'a Form,
    /// The fields that are asked for now.
    pub shown: &'a BTreeSet<Id>,
    /// The answers as typed.
    pub answers: &'a BTreeMap<Id, String>,
    /// The materials that are asked for now.
    pub materials: &'a [MaterialAsked<'a>],
    /// Conditions of materials, which hang on answers too.
    pub hanging: &'a [&'a Condition],
    /// What is wrong, by field and material.
    pub faults: &'a [(Id, Title)],
    /// Whether that was asked about: then it is summed up above the form, too.
    pub summed_up: bool,
    /// What the office asked to be corrected; empty where this is no correction.
    pub asked: &'a [(Id, String)],
    /// The purpose that whoever enters it for somebody has stated.
    pub purpose: Option<Id>,
}

/// An application whose personal answers are closed to whoever enters it, until they state a purpose.
#[derive(Clone, Debug)]
pub struct Closed {
    /// What people call it.
    pub title: Title,
    /// The page that was asked for.
    pub path: String,
    /// Whether what is wrong is to be told there.
    pub faulty: bool,
    /// Purposes under which the reader may see them; empty: under none.
    pub purposes: Vec<(Id, Title)>,
    /// Whether it is a party's case, and not an office's own duty.
    pub of_party: bool,
}

/// The page that asks what for.
pub fn closed(frame: &Frame, view: &Closed) -> Markup {
    let lang = frame.lang;
    let head = under_list(frame, Head::new(lang.of(&view.title)));
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(&view.title)) }
            p { (lang.say("personal-kept")) }
            @if view.purposes.is_empty() {
                p.soft { (lang.say("personal-denied")) }
            } @else {
                form.unseal method="get" action=(view.path) {
                    @if view.faulty { input type="hidden" name="faults" value="1"; }
                    (part::purpose(lang, &view.purposes, view.of_party))
                }
            }
        },
    )
}

/// The page with form and materials.
pub fn show(frame: &Frame, view: &View<'_>) -> Markup {
    let lang = frame.lang;
    let filling = filling(frame, view);
    let head = Head { faulty: view.summed_up, ..Head::new(lang.of(view.title)) };
    let head = under_list(frame, head);
    document(
        frame,
        &head,
        &html! {
            @if view.summed_up { (form::error_summary(&filling, view.materials)) }
            (stages(lang, 1))
            h1 { (lang.of(view.title)) }
            @if !view.asked.is_empty() { (asked(lang, view)) }
            form.fill method="post" enctype="multipart/form-data"
                action=(path::of_case(view.case, "form")) novalidate
                autocomplete=[(frame.face == Face::Kiosk).then_some("off")]
                data-form=(path::of_case(view.case, "form/part")) data-service=(view.service)
                data-keep=[(frame.face == Face::Resident).then_some("")] {
                (part::token(frame))
                (part::seen(view.seen))
                @if let Some(purpose) = &view.purpose { input type="hidden" name="purpose" value=(purpose); }
                // Enter in a field presses the first button of the form: this one, and not one that takes a file
                // back.
                button.unseen type="submit" name="then" value="save" tabindex="-1" aria-hidden="true" {
                    (lang.say("form-save"))
                }
                p.callout.soon data-copy hidden { (lang.say("form-copy")) }
                (matter(frame, view))
                p.buttons {
                    button.act type="submit" name="then" value="check" { (lang.say("form-continue")) }
                    button type="submit" name="then" value="save" { (lang.say("form-save")) }
                }
                noscript { p.callout.soon { (lang.say("form-no-script")) } }
                (saved(frame, view.case))
            }
        },
    )
}

/// How far what was typed and attached is, in the words that the form's script puts there. What stands in braces it fills in.
fn saved(frame: &Frame, case: &str) -> Markup {
    let lang = frame.lang;
    let name = ("name", "{name}".into());
    let large = [name.clone(), ("size", "{size}".into()), ("most", text::size(MAX_FILE as u64).into())];
    let names = [("names", "{names}".into())];
    html! {
        p.soft.saved role="status" data-saved data-saves=(lang.say("form-saves"))
            data-saving=(lang.say("form-saving")) data-done=(lang.say("form-saved"))
            data-mend=(lang.say("form-saved-mend"))
            data-kept=(lang.say("form-kept")) data-lost=(lang.say("form-lost"))
            data-out=(lang.say("form-out")) data-out-lost=(lang.tell("form-out-lost", &[("save", lang.say("form-save").into())]))
            data-to=(path::sign_in(&path::of_case(case, "form"))) data-sign-in=(lang.say("sign-in"))
            data-waits=(lang.tell("form-waits", &names)) data-waits-here=(lang.tell("form-waits-here", &names))
            data-waiting=(lang.say("file-waits")) data-held=(lang.say("file-held"))
            data-large=(lang.tell("file-too-large", &large)) data-most=(MAX_FILE)
            data-cut-off=(lang.tell("file-cut-off", &[name]))
            data-remove=(lang.say("file-remove")) data-camera=(lang.say("form-camera")) {}
    }
}

/// Below the list that the case stands in: of one's own cases, or of a clerk's.
pub(super) fn under_list(frame: &Frame, head: Head) -> Head {
    match frame.face {
        Face::Staff => head.under(frame.lang.say("nav-desk"), path::DESK),
        _ => head.under(frame.lang.say("nav-cases"), path::CASES),
    }
}

/// Fields and materials alone: what the form module asks for again when an answer changes.
pub fn fragment(frame: &Frame, view: &View<'_>) -> Markup {
    matter(frame, view)
}

fn matter(frame: &Frame, view: &View<'_>) -> Markup {
    html! {
        div data-part {
            (form::render(&filling(frame, view)))
            @if !view.materials.is_empty() { (form::materials(&filling(frame, view), view.materials)) }
        }
    }
}

fn filling<'a>(frame: &Frame, view: &View<'a>) -> Filling<'a> {
    Filling {
        form: view.form,
        shown: view.shown,
        answers: view.answers,
        faults: view.faults,
        notes: view.asked,
        hanging: view.hanging,
        prefix: "",
        lang: frame.lang,
        face: frame.face,
    }
}

/// What the office asked for, each linked to its field, where it is said again: a question that the form does not ask now
/// is told here alone.
fn asked(lang: Lang, view: &View<'_>) -> Markup {
    let name = |id: &Id| {
        let field = view.form.field(id.as_str()).map(|field| (format!("#f-{id}"), lang.of(&field.title)));
        let material = || view.materials.iter().find(|asked| asked.id == id);
        field.or_else(|| material().map(|asked| (format!("#m-{id}"), lang.of(asked.title))))
    };
    part::callout(
        "soon",
        lang.say("correct-asked"),
        html! {
            ul {
                @for (id, note) in view.asked {
                    li {
                        @if let Some((to, title)) = name(id) { a href=(to) { (title) } (lang.colon()) }
                        (note)
                    }
                }
            }
            p { (lang.say("correct-only")) }
        },
    )
}

/// Where one is on the way: fill in, check, handed in.
pub(super) fn stages(lang: Lang, now: usize) -> Markup {
    let names = [lang.say("stage-fill"), lang.say("stage-check"), lang.say("stage-sent")];
    html! {
        ol.stages aria-label=(lang.say("stages")) {
            @for (place, name) in names.iter().enumerate() {
                li.past[place + 1 < now] aria-current=[(place + 1 == now).then_some("step")] { (name) }
            }
        }
    }
}
