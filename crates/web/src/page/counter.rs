use crate::layout::{Frame, Head, document};
use crate::{part, path};
use maud::{Markup, html};
use pack::{Id, Title};

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
    /// The applicant's sign-in name, as typed.
    pub applicant: String,
    /// People who have that number or name, with what tells them apart; no more than their name and a masked number.
    pub applicants: Vec<(String, String)>,
    /// Purposes under which the reader may look the applicant up.
    pub purposes: Vec<(Id, Title)>,
    /// The purpose that was stated.
    pub purpose: Option<Id>,
    /// What is wrong with the applicant.
    pub fault: Option<Title>,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-counter");
    let head = Head {
        faulty: view.fault.is_some(),
        ..Head::new(title.as_ref()).under(lang.say("nav-desk"), path::DESK)
    };
    document(
        frame,
        &head.wide(),
        &html! {
            h1 { (title) }
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
            (part::token(frame))
            (part::once(frame))
            input type="hidden" name="service" value=(id);
            @if view.duty {
                p.buttons { button.act type="submit" { (lang.say("service-begin")) } }
            } @else {
                (who(frame, view))
            }
        }
    }
}

fn who(frame: &Frame, view: &View) -> Markup {
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
        @if view.applicants.is_empty() {
            div.field {
                label for="purpose" { (lang.say("counter-purpose")) }
                select #purpose name="purpose" required {
                    @if view.purposes.len() > 1 { option value="" { (lang.say("form-choose")) } }
                    @for (id, title) in &view.purposes { option value=(id) { (lang.of(title)) } }
                }
                p.hint { (lang.say("personal-noted")) }
            }
            p.buttons { button.act type="submit" { (lang.say("counter-look-up")) } }
        } @else {
            @if let Some(purpose) = &view.purpose { input type="hidden" name="purpose" value=(purpose); }
            fieldset.field {
                legend { (lang.say("counter-who")) }
                div.options {
                    @for (person, shown) in &view.applicants {
                        div.option {
                            input type="radio" id={ "p-" (person) } name="person" value=(person) required
                                checked[view.applicants.len() == 1];
                            label for={ "p-" (person) } { (shown) }
                        }
                    }
                }
            }
            p.buttons {
                button.act type="submit" { (lang.say("service-begin")) }
            }
        }
    }
}
