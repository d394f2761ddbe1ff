mod numbered;

use crate::layout::{Frame, Head, document};
use crate::part;
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
pub use numbered::{Numbered, Numbering};
use pack::Title;
use record::Time;

/// One's own account.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The person's name.
    pub name: String,
    /// The name by which they sign in.
    pub login: String,
    /// Since when they have the account.
    pub registered: Option<Time>,
    /// Since when their password stands.
    pub password_since: Option<Time>,
    /// When somebody last gave them a one-time code, and who.
    pub code: Option<(Time, String)>,
    /// What counters wrote down of their identity number, the latest first.
    pub numbers: Vec<Numbered>,
    /// The posts that they hold.
    pub posts: Vec<Post>,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
    /// How many sessions of the kind that this one is a person may have at one time.
    pub most: u64,
    /// The last readings of their data, and how many there were in all.
    pub reads: (Vec<Read>, u64),
    /// Since when they wish to be erased.
    pub wish: Option<Time>,
    /// What is wrong with what was filled in: `old`, `new`.
    pub faults: Vec<(&'static str, Title)>,
}

/// A post that somebody holds.
#[derive(Clone, Debug)]
pub struct Post {
    /// As forms send it: `role@office`.
    pub key: String,
    /// The office and the role.
    pub title: Title,
    /// Since when.
    pub since: Option<Time>,
    /// Whether they act in it now.
    pub current: bool,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its name.
    pub name: String,
    /// The device, in a few words.
    pub device: String,
    /// Since when.
    pub opened: Time,
    /// When it was last used.
    pub seen: Time,
    /// Whether it is this one.
    pub this: bool,
}

/// Somebody looked at the person's data.
#[derive(Clone, Debug)]
pub struct Read {
    /// When.
    pub at: Time,
    /// Who.
    pub by: String,
    /// In which office.
    pub office: Title,
    /// For what purpose.
    pub purpose: Title,
    /// Which answers and files.
    pub what: String,
    /// In which case.
    pub case: Option<String>,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-account");
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head,
        &html! {
            (faults(frame, &view.faults))
            h1 { (title) }
            (part::rows(&[
                (lang.say("account-name").into_owned(), html! { b { (view.name) } }),
                (lang.say("account-login").into_owned(), html! { span.code { (view.login) } }),
                (lang.say("own-since").into_owned(), moment(frame, view.registered)),
            ]))
            @if !view.numbers.is_empty() { (numbered::list(frame, &view.numbers)) }
            @if !view.posts.is_empty() { (posts(frame, view)) }
            (password(frame, view))
            (sessions(frame, view))
            section aria-labelledby="reads-title" {
                h2 #reads-title { (lang.say("case-reads")) }
                p.soft { (lang.say("case-reads-more")) }
                (reads_table(frame, &view.reads.0))
                @if view.reads.1 > view.reads.0.len() as u64 {
                    p { a href=(path::READS) { (lang.tell("own-reads-all", &[("count", view.reads.1.into())])) } }
                }
            }
            section aria-labelledby="data-title" {
                h2 #data-title { (lang.say("own-data")) }
                p { (lang.say("own-data-more")) }
                p.buttons {
                    a.act href=(path::DATA) download { (lang.say("own-download")) }
                    a href=(path::ERASURE) { (lang.say("own-erase")) }
                }
                @if let Some(wish) = view.wish {
                    p.soft { (lang.say("own-wish")) " " (part::moment(lang, wish)) }
                }
            }
        },
    )
}

fn moment(frame: &Frame, time: Option<Time>) -> Markup {
    html! { @match time { Some(time) => (part::moment(frame.lang, time)), None => "–" } }
}

/// What is wrong, each with a link to its field.
fn faults(frame: &Frame, faults: &[(&'static str, Title)]) -> Markup {
    let lang = frame.lang;
    html! {
        @if !faults.is_empty() {
            section.summary role="alert" aria-labelledby="summary-title" tabindex="-1" data-focus autofocus {
                h2 #summary-title { (lang.say("error-title")) }
                ul { @for (id, what) in faults { li { a href={ "#" (id) } { (lang.of(what)) } } } }
            }
        }
    }
}

/// A field for a password.
fn secret(frame: &Frame, all: &[(&'static str, Title)], id: &'static str, label: &str, new: bool) -> Markup {
    let lang = frame.lang;
    let fault = all.iter().find(|(of, _)| *of == id).map(|(_, what)| what);
    let mut described = Vec::new();
    if new {
        described.push(format!("{id}-hint"));
    }
    if fault.is_some() {
        described.push(format!("{id}-error"));
    }
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(id) { (label) }
            @if new { p.hint id={ (id) "-hint" } { (lang.say("account-password-hint")) } }
            @if let Some(fault) = fault {
                p.error id={ (id) "-error" } { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
            }
            input.short id=(id) name=(id) type="password" required
                autocomplete=(if new { "new-password" } else { "current-password" })
                aria-describedby=[(!described.is_empty()).then(|| described.join(" "))]
                aria-invalid=[fault.map(|_| "true")];
        }
    }
}

fn posts(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="posts-title" {
            h2 #posts-title { (lang.say("own-posts")) }
            ul {
                @for post in &view.posts {
                    li {
                        (lang.of(&post.title)) " "
                        @if post.current { (part::tag("calm", &lang.say("own-post-now"))) " " }
                        @if let Some(since) = post.since {
                            span.soft { (lang.say("step-since")) " " (part::moment(lang, since)) }
                        }
                    }
                }
            }
            @if view.posts.len() > 1 {
                p { a href=(path::choose_post(path::ACCOUNT)) { (lang.say("post-choose")) } }
            }
        }
    }
}

fn password(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="password-title" {
            h2 #password-title { (lang.say("own-password")) }
            p {
                (lang.say("own-password-since")) " " (moment(frame, view.password_since))
                @if let Some((at, by)) = &view.code {
                    br;
                    span.soft { (lang.tell("own-code", &[("who", by.as_str().into())])) " " (part::moment(lang, *at)) }
                }
            }
            details open[!view.faults.is_empty()] {
                summary { (lang.say("own-password-change")) }
                form method="post" action=(path::PASSWORD) {
                    (part::token(frame))
                    (secret(frame, &view.faults, "old", &lang.say("own-password-old"), false))
                    (secret(frame, &view.faults, "new", &lang.say("own-password-new"), true))
                    p.soft { (lang.say("own-password-ends")) }
                    p.buttons { button.act type="submit" { (lang.say("own-password-change")) } }
                }
            }
        }
    }
}

fn sessions(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="sessions-title" {
            h2 #sessions-title { (lang.say("own-sessions")) }
            p.soft { (lang.tell("own-sessions-most", &[("count", view.most.into())])) }
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("own-device")) }
                        th scope="col" { (lang.say("own-opened")) }
                        th scope="col" { (lang.say("own-seen")) }
                        th scope="col" { span.unseen { (lang.say("own-end")) } }
                    }
                }
                tbody {
                    @for session in &view.sessions {
                        @let device = if session.device.is_empty() {
                            lang.say("own-device-unknown").into_owned()
                        } else {
                            session.device.clone()
                        };
                        tr {
                            td data-name=(lang.say("own-device")) { (device) }
                            td data-name=(lang.say("own-opened")) { (part::moment(lang, session.opened)) }
                            td data-name=(lang.say("own-seen")) { (part::moment(lang, session.seen)) }
                            td data-name=(lang.say("own-end")) {
                                @if session.this { b { (lang.say("own-this")) } } @else {
                                    form method="post" action=(path::SESSIONS) {
                                        (part::token(frame))
                                        input type="hidden" name="session" value=(session.name);
                                        button type="submit" aria-label={ (lang.say("own-end")) " " (device) } {
                                            (lang.say("own-end"))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if view.sessions.len() > 1 {
                form method="post" action=(path::SESSIONS) {
                    (part::token(frame))
                    p.buttons { button type="submit" name="session" value="all" { (lang.say("own-end-all")) } }
                }
            }
        }
    }
}

fn reads_table(frame: &Frame, reads: &[Read]) -> Markup {
    let lang = frame.lang;
    html! {
        @if reads.is_empty() { p { (lang.say("case-reads-none")) } } @else {
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("read-when")) }
                        th scope="col" { (lang.say("read-who")) }
                        th scope="col" { (lang.say("read-purpose")) }
                        th scope="col" { (lang.say("read-what")) }
                        th scope="col" { (lang.say("queue-case")) }
                    }
                }
                tbody {
                    @for read in reads {
                        tr {
                            td data-name=(lang.say("read-when")) { (part::moment(lang, read.at)) }
                            td data-name=(lang.say("read-who")) {
                                (read.by) " " span.soft { (lang.of(&read.office)) }
                            }
                            td data-name=(lang.say("read-purpose")) { (lang.of(&read.purpose)) }
                            td data-name=(lang.say("read-what")) { (read.what) }
                            td data-name=(lang.say("queue-case")) {
                                @match &read.case {
                                    Some(case) => a.code.nowrap href=(path::case(case)) { (case) },
                                    None => "–",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Everyone who has read the person's data, a page of them.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// The readings of this page, the latest first.
    pub reads: Vec<Read>,
    /// The page, counted from 1, and how many there are.
    pub page: (u64, u64),
}

/// Who has read one's data, over all cases.
pub fn reads(frame: &Frame, view: &Reads) -> Markup {
    let lang = frame.lang;
    let title = lang.say("case-reads");
    document(
        frame,
        &Head::new(title.as_ref()).under(lang.say("nav-account"), path::ACCOUNT).wide(),
        &html! {
            h1 { (title) }
            p.soft { (lang.say("case-reads-more")) }
            (reads_table(frame, &view.reads))
            (part::pages(lang, view.page, |page| format!("{}?page={page}", path::READS)))
        },
    )
}

/// The posts to choose from.
#[derive(Clone, Debug, Default)]
pub struct Choosing {
    /// The posts.
    pub posts: Vec<Post>,
    /// Whether the person acts for themselves now.
    pub own: bool,
    /// Where to go on to.
    pub back: String,
}

/// Choosing the post to act in.
pub fn choose_post(frame: &Frame, view: &Choosing) -> Markup {
    let lang = frame.lang;
    let title = lang.say("post-choose");
    let one = |key: &str, words: &str, current: bool| {
        html! {
            li {
                form method="post" action=(path::POST) {
                    (part::token(frame))
                    input type="hidden" name="back" value=(view.back);
                    button.act[current] type="submit" name="post" value=(key) data-row { (words) }
                    @if current { " " span.soft { (lang.say("own-post-now")) } }
                }
            }
        }
    };
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            p { (lang.say("post-lead")) }
            ul.choose {
                @for post in &view.posts { (one(&post.key, lang.of(&post.title), post.current)) }
                (one("", &lang.say("post-own"), view.own))
            }
        },
    )
}

/// Choosing a password with a one-time code.
#[derive(Clone, Debug, Default)]
pub struct Coded {
    /// The sign-in name, as typed.
    pub login: String,
    /// The code, as typed: it was right.
    pub code: String,
    /// Where to go on to.
    pub back: String,
    /// What was typed before, sealed.
    pub carried: Option<String>,
    /// What is wrong: `new`.
    pub faults: Vec<(&'static str, Title)>,
}

/// The page on which whoever has a code chooses a password.
pub fn choose_password(frame: &Frame, view: &Coded) -> Markup {
    let lang = frame.lang;
    let title = lang.say("code-title");
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head,
        &html! {
            (faults(frame, &view.faults))
            h1 { (title) }
            p { (lang.say("code-lead")) }
            form method="post" action=(path::CHOOSE) {
                (part::token(frame))
                (super::account::carried(view.carried.as_ref()))
                input type="hidden" name="back" value=(view.back);
                input type="hidden" name="password" value=(view.code);
                div.field {
                    label for="login" { (lang.say("account-login")) }
                    input.short #login name="login" type="text" value=(view.login) autocomplete="username" readonly;
                }
                (secret(frame, &view.faults, "new", &lang.say("own-password-new"), true))
                p.buttons { button.act type="submit" { (lang.say("code-go")) } }
            }
        },
    )
}

/// What goes when a person asks to be erased, and what stays.
#[derive(Clone, Debug, Default)]
pub struct Erasure {
    /// Cases whose data goes now, those of this page.
    pub going: Vec<Case>,
    /// How many such cases there are.
    pub goes: u64,
    /// Why the account stays; none: it goes.
    pub account: Option<Title>,
    /// Cases whose data stays, each with why: those of this page.
    pub staying: Vec<(Case, Stays)>,
    /// How many such cases there are.
    pub stays: u64,
    /// Which page of all these cases it is, and of how many.
    pub page: (u64, u64),
    /// How many cases were erased before.
    pub gone: u64,
    /// Since when the person wishes it.
    pub wish: Option<Time>,
    /// What is wrong: `password`, `sure`.
    pub faults: Vec<(&'static str, Title)>,
}

/// A case of the person's.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub number: String,
    /// What it is a case of.
    pub title: Title,
    /// Where it is handled.
    pub office: Title,
}

/// Why what a case holds stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It runs.
    Running,
    /// Until the end of this day.
    Until(jiff::civil::Date),
    /// Its procedure sets no time.
    ForGood,
}

/// Asking to be erased.
pub fn erasure(frame: &Frame, view: &Erasure) -> Markup {
    let lang = frame.lang;
    let title = lang.say("own-erase");
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head.under(lang.say("nav-account"), path::ACCOUNT),
        &html! {
            (faults(frame, &view.faults))
            h1 { (title) }
            @if let Some(wish) = view.wish { (wished(frame, wish)) }
            section aria-labelledby="goes-title" {
                h2 #goes-title { (lang.say("erase-goes")) }
                @if view.nothing_goes() { p { (lang.say("erase-nothing")) } } @else {
                    @if view.page.1 > 1 { p.soft { (lang.tell("erase-count", &[("count", view.goes.into())])) } }
                    ul {
                        @if view.account.is_none() { li { (lang.say("erase-account")) } }
                        @for case in &view.going {
                            li { (lang.tell("erase-answers", &[("what", lang.of(&case.title).into())])) " " (named(frame, case)) }
                        }
                    }
                }
            }
            @if view.account.is_some() || view.stays > 0 { (staying(frame, view)) }
            (part::pages(lang, view.page, |page| format!("{}?page={page}", path::ERASURE)))
            section aria-labelledby="course-title" {
                h2 #course-title { (lang.say("erase-always")) }
                p { (lang.say("erase-always-more")) }
                @if view.gone > 0 { p.soft { (lang.tell("erase-gone", &[("count", view.gone.into())])) } }
            }
            @if !(view.nothing_goes() && view.wish.is_some()) { (confirm(frame, view)) }
        },
    )
}

impl Erasure {
    fn nothing_goes(&self) -> bool {
        self.goes == 0 && self.account.is_some()
    }
}

fn named(frame: &Frame, case: &Case) -> Markup {
    html! { a.code href=(path::case(&case.number)) { (case.number) } " " span.soft { (frame.lang.of(&case.office)) } }
}

fn wished(frame: &Frame, wish: Time) -> Markup {
    let lang = frame.lang;
    let since = html! { (lang.say("own-wish")) " " (part::moment(lang, wish)) };
    part::callout(
        "soon",
        since,
        html! {
            p { (lang.say("erase-waits")) }
            form method="post" action=(path::ERASURE) {
                (part::token(frame))
                p.buttons { button type="submit" name="call-off" value="yes" { (lang.say("erase-call-off")) } }
            }
        },
    )
}

fn staying(frame: &Frame, view: &Erasure) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="stays-title" {
            h2 #stays-title { (lang.say("erase-stays")) }
            @if view.page.1 > 1 { p.soft { (lang.tell("erase-count", &[("count", view.stays.into())])) } }
            ul {
                @if let Some(why) = &view.account {
                    li { (lang.say("erase-account-stays")) (lang.colon()) (lang.of(why)) }
                }
                @for (case, stays) in &view.staying {
                    li {
                        (lang.of(&case.title)) " " (named(frame, case)) (lang.colon())
                        @match stays {
                            Stays::Running => (lang.say("erase-running")),
                            Stays::Until(day) => { (lang.say("erase-until")) " " (part::date(lang, *day)) }
                            Stays::ForGood => (lang.say("erase-for-good")),
                        }
                    }
                }
            }
        }
    }
}

fn confirm(frame: &Frame, view: &Erasure) -> Markup {
    let lang = frame.lang;
    let unsure = view.faults.iter().find(|(of, _)| *of == "sure").map(|(_, what)| what);
    html! {
        section.begin aria-labelledby="confirm-title" {
            h2 #confirm-title { (lang.say("erase-confirm")) }
            p {
                @if view.nothing_goes() { (lang.say("erase-later")) " " }
                (lang.say("erase-confirm-more"))
            }
            form method="post" action=(path::ERASURE) {
                (part::token(frame))
                div.field.wrong[unsure.is_some()] {
                    @if let Some(fault) = unsure {
                        p.error #sure-error { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
                    }
                    div.option {
                        input #sure type="checkbox" name="sure" value="yes" required
                            aria-describedby=[unsure.map(|_| "sure-error")] aria-invalid=[unsure.map(|_| "true")];
                        label for="sure" { (lang.say("erase-sure")) }
                    }
                }
                (secret(frame, &view.faults, "password", &lang.say("account-password"), false))
                p.buttons { button.stop type="submit" { (lang.say("erase-go")) } }
            }
        }
    }
}
