use super::staff::person::reasons;
use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// Starting a case at the counter: first the service, then the applicant.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What was looked for.
    pub query: String,
    /// The services found; those that the office handles, before anything was looked for.
    pub services: Vec<(Id, Title)>,
    /// The service that was chosen.
    pub chosen: Option<(Id, Title)>,
    /// Whether it is a duty of the office, which nobody applies for.
    pub duty: bool,
    /// The applicant's identity number or sign-in name, as typed.
    pub applicant: String,
    /// Who was found by it.
    pub found: Option<Found>,
    /// Purposes under which the reader may look the applicant up.
    pub purposes: Vec<(Id, Title)>,
    /// The purpose that was stated.
    pub purpose: Option<Id>,
    /// Whether the reader may open accounts for applicants.
    pub opens: bool,
    /// Whether that is what the reader is about to do.
    pub open: bool,
    /// What was filled in for that.
    pub account: Account,
    /// What is wrong with the applicant.
    pub fault: Option<Title>,
    /// Why what was asked is not done now, while all that was typed still stands in its form.
    pub later: Option<Title>,
}

/// The applicant who was found: no more than their name.
#[derive(Clone, Debug)]
pub struct Found {
    /// As forms send them.
    pub person: String,
    /// Their name.
    pub name: String,
    /// Whether no identity number stands on their account, and the reader may note it.
    pub unnumbered: bool,
    /// Whether they have yet to choose a password, and the reader may give them another code for it.
    pub waits: bool,
    /// The number that stands on their account, where the reader may put it right.
    pub numbered: Option<Correction>,
    /// Whether it was put right just now.
    pub corrected: bool,
}

/// Putting right a number that was noted on the wrong account.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// The right one, as typed; empty: it is not known.
    pub number: String,
    /// How it is known, as typed.
    pub reasons: String,
    /// What is wrong: `number`, `reasons`.
    pub faults: Vec<(&'static str, Title)>,
}

/// The account of an applicant who has none.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Their name.
    pub name: String,
    /// Their identity number.
    pub number: String,
    /// The name by which they want to sign in.
    pub login: String,
    /// What is wrong, by the name of the field.
    pub faults: Vec<(&'static str, Title)>,
}

/// What the holder of a new account takes home.
#[derive(Clone, Debug)]
pub struct Slip {
    /// As forms send them.
    pub person: String,
    /// The name to sign in by.
    pub login: String,
    /// The one-time code.
    pub code: String,
    /// Until when it holds.
    pub until: Time,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-counter");
    let head = Head {
        faulty: view.fault.is_some()
            || view.later.is_some()
            || !view.account.faults.is_empty()
            || view.found.iter().flat_map(|found| &found.numbered).any(|one| !one.faults.is_empty()),
        ..Head::new(title.as_ref()).under(lang.say("nav-desk"), path::DESK)
    };
    document(
        frame,
        &head.wide(),
        &html! {
            h1 { (title) }
            @if let Some(why) = &view.later {
                (part::callout("late", lang.say("refused-not-now"), html! { p { (lang.of(why)) } }))
            }
            @match &view.chosen {
                None => (choose(frame, view)),
                Some((id, title)) => (applicant(frame, view, id, title)),
            }
        },
    )
}

fn choose(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("counter-service")) }
        form.search role="search" method="get" action=(path::COUNTER) {
            label.unseen for="q" { (lang.say("search-label")) }
            input #q type="search" name="q" value=(view.query) data-search autocomplete="off"
                placeholder=(lang.say("search-placeholder"));
            button.act type="submit" { (lang.say("search-go")) }
        }
        @if view.services.is_empty() { p { (lang.say("found-none")) } }
        ul.choose {
            @for (id, title) in &view.services {
                li { a href={ (path::COUNTER) "?service=" (id) } data-row { (lang.of(title)) } }
            }
        }
    }
}

fn applicant(frame: &Frame, view: &View, id: &Id, title: &Title) -> Markup {
    let lang = frame.lang;
    html! {
        p { b { (lang.of(title)) } " " a href=(path::COUNTER) { (lang.say("counter-other")) } }
        form method="post" action=(path::COUNTER) {
            (of_service(frame, id))
            @if view.duty {
                p.buttons { button.act type="submit" { (lang.say("service-begin")) } }
            } @else if let Some(found) = &view.found {
                (this_one(frame, view, found))
            } @else {
                (look_up(frame, view))
            }
        }
        @match &view.found {
            Some(found) => {
                @if found.waits { (another_code(frame, view, id, found)) }
                @if let Some(correction) = &found.numbered { (correct(frame, view, id, found, correction)) }
            },
            None if view.opens && !view.duty => (open(frame, view, id)),
            _ => {}
        }
    }
}

fn of_service(frame: &Frame, id: &Id) -> Markup {
    html! {
        (part::token(frame))
        (part::once(frame))
        input type="hidden" name="service" value=(id);
    }
}

fn look_up(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let described = if view.fault.is_some() { "applicant-hint applicant-error" } else { "applicant-hint" };
    html! {
        div.field.wrong[view.fault.is_some()] {
            label for="applicant" { (lang.say("counter-applicant")) }
            p.hint #applicant-hint { (lang.say("counter-applicant-hint")) }
            @if let Some(fault) = &view.fault {
                p.error #applicant-error { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
            }
            input.code #applicant type="text" name="applicant" value=(view.applicant)
                autocomplete="off" spellcheck="false"
                aria-describedby=(described) aria-invalid=[view.fault.as_ref().map(|_| "true")];
        }
        (choose_purpose(frame, view, "purpose"))
        p.buttons { button.act type="submit" { (lang.say("counter-look-up")) } }
    }
}

/// What for: what is told of somebody, that they have an account even, is on the record with it.
fn choose_purpose(frame: &Frame, view: &View, id: &str) -> Markup {
    let lang = frame.lang;
    html! {
        div.field {
            label for=(id) { (lang.say("counter-purpose")) }
            select id=(id) name="purpose" required {
                @if view.purposes.len() > 1 { option value="" { (lang.say("form-choose")) } }
                @for (id, title) in &view.purposes {
                    option value=(id) selected[view.purpose.as_ref() == Some(id)] { (lang.of(title)) }
                }
            }
            p.hint { (lang.say("personal-noted")) }
        }
    }
}

/// The purpose that was stated, or the choice of one.
fn purpose(frame: &Frame, view: &View) -> Markup {
    html! {
        @match &view.purpose {
            Some(purpose) => { input type="hidden" name="purpose" value=(purpose); },
            None => (choose_purpose(frame, view, "account-purpose")),
        }
    }
}

fn this_one(frame: &Frame, view: &View, found: &Found) -> Markup {
    let lang = frame.lang;
    html! {
        @if let Some(purpose) = &view.purpose { input type="hidden" name="purpose" value=(purpose); }
        input type="hidden" name="person" value=(found.person);
        @if found.corrected { p.done role="status" { (lang.say("counter-corrected")) } }
        @if !found.name.is_empty() { p { (lang.say("counter-who")) " " b { (found.name) } } }
        @if found.unnumbered {
            (field(frame, &view.account, "number", &lang.say("counter-number-missing"), &lang.say("counter-number-note")))
        }
        p.buttons {
            button.act type="submit" { (lang.say("service-begin")) }
            a href={ (path::COUNTER) "?service=" (view.chosen.as_ref().map(|(id, _)| id.as_str()).unwrap_or_default()) } {
                (lang.say("counter-somebody-else"))
            }
        }
    }
}

/// The number on the account is another person's.
fn correct(frame: &Frame, view: &View, id: &Id, found: &Found, correction: &Correction) -> Markup {
    let lang = frame.lang;
    let fault = |of: &str| correction.faults.iter().find(|(field, _)| *field == of).map(|(_, what)| what);
    let typed = !(correction.number.is_empty() && correction.reasons.is_empty());
    html! {
        details open[typed || !correction.faults.is_empty()] {
            summary { (lang.say("counter-correct")) }
            p { (lang.say("counter-correct-lead")) }
            form method="post" action=(path::COUNTER_NUMBER) {
                (of_service(frame, id))
                input type="hidden" name="person" value=(found.person);
                (purpose(frame, view))
                (one(frame, ("number", &correction.number), fault("number"), &lang.say("counter-correct-number"),
                    &lang.say("counter-correct-number-hint")))
                (reasons(frame, "reasons", &correction.reasons, fault("reasons")))
                p.buttons { button type="submit" { (lang.say("counter-correct-go")) } }
            }
        }
    }
}

fn another_code(frame: &Frame, view: &View, id: &Id, found: &Found) -> Markup {
    let lang = frame.lang;
    html! {
        form method="post" action=(path::COUNTER_ACCOUNT) {
            (of_service(frame, id))
            input type="hidden" name="person" value=(found.person);
            input type="hidden" name="name" value=(found.name);
            (purpose(frame, view))
            p.soft { (lang.say("counter-waits")) }
            p.buttons { button type="submit" { (lang.say("staff-reset")) } }
        }
    }
}

fn open(frame: &Frame, view: &View, id: &Id) -> Markup {
    let lang = frame.lang;
    let account = &view.account;
    html! {
        details open[view.open] {
            summary { (lang.say("counter-open")) }
            p { (lang.say("counter-open-lead")) }
            form method="post" action=(path::COUNTER_ACCOUNT) {
                (of_service(frame, id))
                (field(frame, account, "name", &lang.say("account-name"), &lang.say("counter-name-hint")))
                (field(frame, account, "number", &lang.say("counter-number"), &lang.say("counter-number-hint")))
                (field(frame, account, "login", &lang.say("counter-login"), &lang.say("counter-login-hint")))
                (purpose(frame, view))
                p.buttons { button.act type="submit" { (lang.say("counter-open")) } }
            }
        }
    }
}

fn field(frame: &Frame, account: &Account, id: &'static str, label: &str, hint: &str) -> Markup {
    let value = match id {
        "name" => &account.name,
        "number" => &account.number,
        _ => &account.login,
    };
    let fault = account.faults.iter().find(|(of, _)| *of == id).map(|(_, what)| what);
    one(frame, (id, value), fault, label, hint)
}

fn one(frame: &Frame, (id, value): (&str, &str), fault: Option<&Title>, label: &str, hint: &str) -> Markup {
    let described = if fault.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-hint") };
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(id) { (label) }
            p.hint id={ (id) "-hint" } { (hint) }
            @if let Some(fault) = fault {
                p.error id={ (id) "-error" } { span.unseen { (frame.lang.say("error-prefix")) } (frame.lang.of(fault)) }
            }
            input.short id=(id) name=(id) type="text" value=(value) autocomplete="off" autocapitalize="none"
                spellcheck="false" aria-describedby=(described) aria-invalid=[fault.map(|_| "true")];
        }
    }
}

/// The page that shows a new account's sign-in name and one-time code, once.
pub fn opened(frame: &Frame, view: &View, slip: &Slip) -> Markup {
    let lang = frame.lang;
    let title = lang.say("counter-opened");
    let head = Head::new(title.as_ref()).under(lang.say("nav-desk"), path::DESK);
    document(
        frame,
        &head.under(lang.say("nav-counter"), path::COUNTER),
        &html! {
            h1 { (title) }
            div.done {
                p { (lang.tell("staff-code-for", &[("name", view.account.name.as_str().into())])) }
                p { (lang.say("account-login")) (lang.colon()) b.code { (slip.login) } }
                p { (lang.say("staff-code")) (lang.colon()) b.code { (slip.code) } }
                p { (lang.say("staff-code-until")) " " (part::moment(lang, slip.until)) }
            }
            p { (lang.say("staff-code-more")) }
            @if let Some((id, service)) = &view.chosen {
                p { b { (lang.of(service)) } }
                form method="post" action=(path::COUNTER) {
                    (of_service(frame, id))
                    input type="hidden" name="person" value=(slip.person);
                    p.buttons { button.act type="submit" { (lang.say("service-begin")) } }
                }
            }
        },
    )
}
