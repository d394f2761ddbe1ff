use super::{Standing, fault_at, post};
use crate::layout::{Frame, Head, document};
use crate::part;
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// One person who works here, or did.
#[derive(Clone, Debug)]
pub struct View {
    /// The digits of their id.
    pub person: String,
    /// Their name.
    pub name: String,
    /// How they stand.
    pub standing: Standing,
    /// Their posts.
    pub posts: Vec<Post>,
    /// Since when they have an account.
    pub registered: Option<Time>,
    /// Since when they are locked.
    pub locked: Option<Time>,
    /// Until when a one-time code holds that they were given.
    pub code: Option<Time>,
    /// The steps that they have taken and not done.
    pub held: Vec<Held>,
    /// Colleagues to whom work could go: as forms send them, their names and posts.
    pub colleagues: Vec<(String, String)>,
    /// What happened, the latest first.
    pub happened: Vec<Happening>,
    /// What the reader may do.
    pub may: May,
    /// Roles to choose from.
    pub all_roles: Vec<(Id, Title)>,
    /// Offices to choose from.
    pub all_offices: Vec<(Id, Title)>,
    /// What was tried and refused.
    pub tried: Option<Tried>,
}

/// What the reader may do with the person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Give posts.
    pub grant: bool,
    /// Lock, unlock, reset, hand work on.
    pub administer: bool,
}

/// A post that they hold.
#[derive(Clone, Debug)]
pub struct Post {
    /// As forms send it: `role@office`.
    pub key: String,
    /// The office and the role.
    pub title: Title,
    /// Since when.
    pub since: Option<Time>,
    /// Who gave it.
    pub by: Option<String>,
    /// Whether the reader may take it back.
    pub revocable: bool,
}

/// A step that they hold.
#[derive(Clone, Debug)]
pub struct Held {
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// The step.
    pub step: Title,
    /// Where it is done.
    pub office: Title,
    /// When it is due.
    pub due: Option<Time>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// What.
    pub what: Title,
    /// Of which post.
    pub post: Option<Title>,
    /// By whom; none: by themselves.
    pub by: Option<String>,
    /// Why.
    pub reasons: Option<String>,
}

/// What was tried and refused.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Which act.
    pub act: String,
    /// Why not, by the id of the field; `moves` where it is about the whole. Several, where work was handed on in part.
    pub faults: Vec<(String, Title)>,
    /// The role that was chosen.
    pub role: Option<Id>,
    /// The office that was chosen.
    pub office: Option<Id>,
    /// To whom the work was to go.
    pub to: Option<String>,
    /// The reasons, as typed.
    pub reasons: String,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = view.name.as_str();
    let faulty = view.tried.is_some();
    let head = Head { faulty, ..Head::new(title) }.under(lang.say("nav-staff"), path::STAFF).wide();
    let refused = view.tried.as_ref().map(|tried| tried.faults.as_slice()).unwrap_or_default();
    document(
        frame,
        &head,
        &html! {
            (faults(frame, refused))
            h1 { (title) " " (view.standing.tag(frame)) }
            div.beside {
                div {
                    (posts(frame, view))
                    (part::rows(&rows(frame, view)))
                }
                div.next { (acts(frame, view)) }
                div {
                    (held(frame, view))
                    (history(frame, view))
                }
            }
        },
    )
}

/// What is wrong, each with a link to where it is.
pub(super) fn faults<S: AsRef<str>>(frame: &Frame, faults: &[(S, Title)]) -> Markup {
    let lang = frame.lang;
    html! {
        @if !faults.is_empty() {
            section.summary role="alert" aria-labelledby="summary-title" tabindex="-1" data-focus autofocus {
                h2 #summary-title { (lang.say("error-title")) }
                ul {
                    @for (id, what) in faults { li { a href={ "#" (id.as_ref()) } { (lang.of(what)) } } }
                }
            }
        }
    }
}

fn rows(frame: &Frame, view: &View) -> Vec<(String, Markup)> {
    let lang = frame.lang;
    let mut rows = Vec::new();
    if let Some(at) = view.registered {
        rows.push((lang.say("own-since").into_owned(), part::moment(lang, at)));
    }
    if let Some(at) = view.locked {
        rows.push((lang.say("staff-locked-since").into_owned(), part::moment(lang, at)));
    }
    if let Some(until) = view.code {
        rows.push((lang.say("staff-code-open").into_owned(), part::moment(lang, until)));
    }
    rows
}

fn posts(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="posts-title" {
            h2 #posts-title { (lang.say("own-posts")) }
            @if view.posts.is_empty() { p { (lang.say("staff-no-post")) } }
            ul.papers {
                @for (place, post) in view.posts.iter().enumerate() {
                    li {
                        p { b { (lang.of(&post.title)) } }
                        p.soft {
                            @if let Some(since) = post.since { (lang.say("step-since")) " " (part::moment(lang, since)) }
                            @if let Some(by) = &post.by { " · " (lang.tell("staff-given-by", &[("who", by.as_str().into())])) }
                        }
                        @if post.revocable { (revoke(frame, view, place, post)) }
                    }
                }
            }
        }
    }
}

fn revoke(frame: &Frame, view: &View, place: usize, post: &Post) -> Markup {
    let lang = frame.lang;
    html! {
        details {
            summary { (lang.say("staff-revoke")) span.unseen { " " (lang.of(&post.title)) } }
            form method="post" action=(path::staff_act(&view.person, "revoke")) {
                (part::token(frame))
                input type="hidden" name="post" value=(post.key);
                @let id = format!("revoke-{place}");
                (reasons(frame, &id, "", None))
                p.soft { (lang.say("staff-revoke-more")) }
                p.buttons { button.stop type="submit" { (lang.say("staff-revoke")) } }
            }
        }
    }
}

/// Why, for the record. The field's name is `reasons`, whatever its id.
pub fn reasons(frame: &Frame, id: &str, typed: &str, fault: Option<&Title>) -> Markup {
    let lang = frame.lang;
    let described = if fault.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-hint") };
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(id) { (lang.say("move-reasons")) }
            p.hint id={ (id) "-hint" } { (lang.say("staff-reasons-hint")) }
            (error(frame, id, fault))
            textarea id=(id) name="reasons" rows="2" required aria-describedby=(described)
                aria-invalid=[fault.map(|_| "true")] { (typed) }
        }
    }
}

/// What is wrong with a field, at the field.
pub(super) fn error(frame: &Frame, id: &str, fault: Option<&Title>) -> Markup {
    html! {
        @if let Some(fault) = fault {
            p.error id={ (id) "-error" } {
                span.unseen { (frame.lang.say("error-prefix")) } (frame.lang.of(fault))
            }
        }
    }
}

fn acts(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let tried = |act: &str| view.tried.as_ref().filter(|tried| tried.act == act);
    let act = |name: &str, words: &str, more: &str, body: Markup, stop: bool| {
        let (tried, id) = (tried(name), format!("{name}-reasons"));
        let typed = tried.map(|tried| tried.reasons.as_str()).unwrap_or_default();
        let fault = tried.and_then(|tried| fault_at(&tried.faults, &id));
        html! {
            details.move open[tried.is_some()] {
                summary { (words) }
                form method="post" action=(path::staff_act(&view.person, name)) {
                    (part::token(frame))
                    @if !more.is_empty() { p.soft { (more) } }
                    (body)
                    (reasons(frame, &id, typed, fault))
                    p.buttons { button.act[!stop].stop[stop] type="submit" { (words) } }
                }
            }
        }
    };
    let locked = view.standing == Standing::Locked;
    html! {
        section.begin #moves tabindex="-1" aria-labelledby="moves-title" {
            h2 #moves-title { (lang.say("work-moves")) }
            @if view.may == May::default() { p { (lang.say("work-nothing")) } }
            @if view.may.grant && !locked {
                @let grant = tried("grant");
                @let faults = grant.map(|tried| tried.faults.as_slice()).unwrap_or_default();
                @let role = grant.and_then(|tried| tried.role.as_ref());
                @let office = grant.and_then(|tried| tried.office.as_ref());
                @let chosen = post(frame, (&view.all_roles, role), (&view.all_offices, office), faults);
                (act("grant", &lang.say("staff-grant"), "", chosen, false))
            }
            @if view.may.administer {
                @if !view.held.is_empty() {
                    (act("hand-over", &lang.say("staff-hand-on"), &lang.say("staff-hand-on-more"), whom(frame, view), false))
                }
                @if locked {
                    (act("unlock", &lang.say("staff-unlock"), "", html! {}, false))
                } @else {
                    (act("reset", &lang.say("staff-reset"), &lang.say("staff-reset-more"), html! {}, false))
                    (act("lock", &lang.say("staff-lock"), &lang.say("staff-lock-more"), html! {}, true))
                }
            }
        }
    }
}

/// To whom the work goes.
fn whom(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let chosen = view.tried.as_ref().and_then(|tried| tried.to.as_deref());
    html! {
        div.field {
            label for="to" { (lang.say("hand-over-to")) }
            select #to name="to" {
                option value="" { (lang.say("staff-to-queue")) }
                @for (person, name) in &view.colleagues {
                    option value=(person) selected[chosen == Some(person.as_str())] { (name) }
                }
            }
        }
    }
}

fn held(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="held-title" {
            h2 #held-title { (lang.say("staff-held")) }
            @if view.held.is_empty() { p { (lang.say("staff-held-none")) } } @else {
                table.wide {
                    thead {
                        tr {
                            th scope="col" { (lang.say("queue-due")) }
                            th scope="col" { (lang.say("queue-case")) }
                            th scope="col" { (lang.say("queue-step")) }
                        }
                    }
                    tbody {
                        @for held in &view.held {
                            tr {
                                td data-name=(lang.say("queue-due")) {
                                    @match held.due {
                                        Some(due) => (part::moment(lang, due)),
                                        None => span.soft { (lang.say("queue-no-clock")) },
                                    }
                                }
                                td data-name=(lang.say("queue-case")) {
                                    span { (lang.of(&held.title)) " " span.code.soft { (held.case) } }
                                }
                                td data-name=(lang.say("queue-step")) {
                                    span { (lang.of(&held.step)) " " span.soft { (lang.of(&held.office)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn history(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="events-title" {
            h2 #events-title { (lang.say("case-events")) }
            ol.events reversed {
                @for happening in &view.happened {
                    li {
                        p {
                            b { (lang.of(&happening.what)) }
                            @if let Some(post) = &happening.post { " " (lang.of(post)) }
                        }
                        p.soft {
                            (part::moment(lang, happening.at)) " · "
                            @match &happening.by {
                                Some(by) => (by),
                                None => (lang.say("staff-themselves")),
                            }
                        }
                        @if let Some(reasons) = &happening.reasons { p.reasons { (reasons) } }
                    }
                }
            }
        }
    }
}
