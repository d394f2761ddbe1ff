use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::{Lang, Title};

/// What was filled in to sign in or to open an account, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The name by which the person signs in, as typed.
    pub login: String,
    /// The person's own name, as typed.
    pub name: String,
    /// Where to go on to.
    pub back: String,
    /// What is wrong, by field: `login`, `name`, `password`; with no such field, with the whole.
    pub faults: Vec<(&'static str, Title)>,
    /// What was typed before, sealed, to come back once its writer has signed in.
    pub carried: Option<String>,
    /// What becomes of that.
    pub gone: Option<Gone>,
    /// Sign-ins of a demonstration city, shown only there: of which group, name, password, who it is; those of one group stand
    /// together.
    pub demo: Vec<(Title, String, String, Title)>,
}

/// What becomes of a form whose session had ended when it was posted.
#[derive(Clone, Debug)]
pub enum Gone {
    /// It goes along through signing in, but for these files.
    Along(Vec<String>),
    /// It is too long to go along.
    TooLong,
}

/// What goes along through signing in.
pub(super) fn carried(sealed: Option<&String>) -> Markup {
    html! { @if let Some(sealed) = sealed { input type="hidden" name="carried" value=(sealed); } }
}

/// What is said of it.
fn gone(lang: Lang, gone: &Gone) -> Markup {
    let words = match gone {
        Gone::Along(_) => lang.say("carried-along"),
        Gone::TooLong => lang.say("carried-too-long"),
    };
    html! {
        div.callout.soon role="alert" {
            p { (words) }
            @if let Gone::Along(files) = gone {
                @if !files.is_empty() {
                    p { (lang.tell("carried-files", &[("files", part::listed(lang, files).into())])) }
                }
            }
        }
    }
}

/// Signing in.
pub fn sign_in(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("sign-in");
    let login = view.login.as_str();
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head,
        &html! {
            (summary(frame, view))
            h1 { (title) }
            @if let Some(gone) = &view.gone { (self::gone(lang, gone)) }
            form method="post" action=(path::SIGN_IN) {
                (part::token(frame))
                (carried(view.carried.as_ref()))
                input type="hidden" name="back" value=(view.back);
                (field(frame, view, Input { id: "login", kind: "text", auto: "username", value: login, first: true }))
                (field(frame, view, Input { id: "password", kind: "password", auto: CURRENT, value: "", first: false }))
                p.buttons { button.act type="submit" { (title) } }
            }
            // Whoever typed what goes along has an account.
            @if view.carried.is_none() {
                p {
                    (lang.say("account-none")) " "
                    a href=(path::with_back(path::REGISTER, &view.back)) { (lang.say("register")) }
                }
            }
            @if !view.demo.is_empty() { (demo(frame, view)) }
        },
    )
}

/// Opening an account.
pub fn register(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("register");
    let login = view.login.as_str();
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head,
        &html! {
            (summary(frame, view))
            h1 { (title) }
            p { (lang.say("register-lead")) }
            form method="post" action=(path::REGISTER) {
                (part::token(frame))
                input type="hidden" name="back" value=(view.back);
                (field(frame, view, Input { id: "name", kind: "text", auto: "name", value: &view.name, first: true }))
                (field(frame, view, Input { id: "login", kind: "text", auto: "username", value: login, first: false }))
                (field(frame, view, Input { id: "password", kind: "password", auto: NEW, value: "", first: false }))
                p.buttons { button.act type="submit" { (title) } }
            }
            p { (lang.say("account-have")) " " a href=(path::with_back(path::SIGN_IN, &view.back)) { (lang.say("sign-in")) } }
        },
    )
}

const CURRENT: &str = "current-password";
const NEW: &str = "new-password";

#[derive(Clone, Copy)]
struct Input<'a> {
    id: &'static str,
    kind: &'static str,
    auto: &'static str,
    value: &'a str,
    /// Whether one begins there.
    first: bool,
}

fn field(frame: &Frame, view: &View, input: Input<'_>) -> Markup {
    let lang = frame.lang;
    let label = match input.id {
        "login" => lang.say("account-login"),
        "name" => lang.say("account-name"),
        _ => lang.say("account-password"),
    };
    let hint = match input.auto {
        NEW => Some(lang.say("account-password-hint")),
        "name" => Some(lang.say("account-name-hint")),
        _ => None,
    };
    let fault = view.faults.iter().find(|(of, _)| *of == input.id).map(|(_, what)| what);
    let mut described = Vec::new();
    if hint.is_some() {
        described.push(format!("{}-hint", input.id));
    }
    if fault.is_some() {
        described.push(format!("{}-error", input.id));
    }
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(input.id) { (label) }
            @if let Some(hint) = hint { p.hint id={ (input.id) "-hint" } { (hint) } }
            @if let Some(fault) = fault {
                p.error id={ (input.id) "-error" } {
                    span.unseen { (lang.say("error-prefix")) } (lang.of(fault))
                }
            }
            input.short id=(input.id) name=(input.id) type=(input.kind) value=(input.value)
                autocomplete=(input.auto)
                autocapitalize="none" spellcheck="false" required autofocus[input.first && view.faults.is_empty()]
                aria-describedby=[(!described.is_empty()).then(|| described.join(" "))]
                aria-invalid=[fault.map(|_| "true")];
        }
    }
}

fn summary(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let known = |id: &str| ["login", "name", "password"].contains(&id);
    html! {
        @if !view.faults.is_empty() {
            section.summary role="alert" aria-labelledby="summary-title" tabindex="-1" data-focus autofocus {
                h2 #summary-title { (lang.say("error-title")) }
                ul {
                    @for (id, what) in &view.faults {
                        li {
                            @if known(id) {
                                a href={ "#" (id) } { (lang.of(what)) }
                            } @else {
                                (lang.of(what))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The sign-ins of a demonstration, each a button.
fn demo(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section.demo aria-labelledby="demo-title" {
            h2 #demo-title { (lang.say("demo-title")) }
            p.soft { (lang.say("demo-lead")) }
            @for group in view.demo.chunk_by(|one, other| one.0 == other.0) {
                @if let Some((title, ..)) = group.first() { h3 { (lang.of(title)) } }
                ul {
                    @for (_, login, password, who) in group {
                        li {
                            form method="post" action=(path::SIGN_IN) {
                                (part::token(frame))
                                (carried(view.carried.as_ref()))
                                input type="hidden" name="back" value=(view.back);
                                input type="hidden" name="login" value=(login);
                                input type="hidden" name="password" value=(password);
                                button type="submit" { (lang.of(who)) code { (login) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
