use crate::layout::{Frame, Head, document};
use crate::part;
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// One person who works here.
pub mod person;

/// Those who work in an office and in those below it.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The people of this page, office by office.
    pub offices: Vec<Office>,
    /// How many there are in all under the filter.
    pub total: u64,
    /// The page, counted from 1, and how many there are.
    pub page: (u64, u64),
    /// The filter in force.
    pub filter: Filter,
    /// Offices to filter by.
    pub all_offices: Vec<(Id, Title)>,
    /// Roles to filter by.
    pub all_roles: Vec<(Id, Title)>,
}

/// What the list is narrowed to. Each is a value of the query's parameter of that name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `q`: part of a name.
    pub query: String,
    /// `office`.
    pub office: Option<Id>,
    /// `role`.
    pub role: Option<Id>,
    /// `standing`: `working`, `locked`, `former`, `no-sign-in`.
    pub standing: Option<Standing>,
}

/// How somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They may act in their posts.
    Working,
    /// They are kept from signing in.
    Locked,
    /// They hold no post any more.
    Former,
    /// They hold posts, and have nothing to sign in by.
    NoSignIn,
}

impl Standing {
    /// Each with the word by which the query names it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("working", Self::Working),
        ("locked", Self::Locked),
        ("former", Self::Former),
        ("no-sign-in", Self::NoSignIn),
    ];

    /// As a label with its colour.
    pub fn tag(self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        match self {
            Self::Working => part::tag("calm", &lang.say("staff-working")),
            Self::Locked => part::tag("late", &lang.say("staff-locked")),
            Self::Former => part::tag("still", &lang.say("staff-former")),
            Self::NoSignIn => part::tag("soon", &lang.say("staff-no-sign-in")),
        }
    }
}

/// The people of one office.
#[derive(Clone, Debug)]
pub struct Office {
    /// Its name.
    pub title: Title,
    /// The people.
    pub people: Vec<Row>,
}

/// A person in the list of one office.
#[derive(Clone, Debug)]
pub struct Row {
    /// The digits of their id.
    pub person: String,
    /// Their name.
    pub name: String,
    /// Their roles in this office.
    pub roles: Vec<Title>,
    /// Since when.
    pub since: Option<Time>,
    /// How they stand.
    pub standing: Standing,
    /// How many steps they have taken and not done, everywhere.
    pub held: u64,
}

/// The list.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-staff");
    document(
        frame,
        &Head::new(title.as_ref()).wide(),
        &html! {
            div.casehead {
                h1 { (title) }
                p.buttons { (part::go(path::TAKE_ON, &lang.say("staff-take-on"))) }
            }
            div.split {
                (filter(frame, view))
                section.queue aria-label=(title) {
                    p.soft role="status" { (lang.tell("staff-count", &[("count", view.total.into())])) }
                    @for (place, office) in view.offices.iter().enumerate() { (one_office(frame, place, office)) }
                    @if view.offices.is_empty() { p { (lang.say("staff-none")) } }
                    (part::pages(lang, view.page, |page| address(&view.filter, page)))
                }
            }
        },
    )
}

fn address(filter: &Filter, page: u64) -> String {
    let mut to = format!("{}?page={page}", path::STAFF);
    let standing =
        filter.standing.and_then(|standing| Standing::ALL.iter().find(|(_, one)| *one == standing));
    let values = [
        ("q", (!filter.query.is_empty()).then_some(filter.query.as_str())),
        ("office", filter.office.as_ref().map(Id::as_str)),
        ("role", filter.role.as_ref().map(Id::as_str)),
        ("standing", standing.map(|(word, _)| *word)),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            to.push_str(&format!("&{name}={}", path::segment(value)));
        }
    }
    to
}

fn filter(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let standing = |one: Standing| match one {
        Standing::Working => lang.say("staff-working"),
        Standing::Locked => lang.say("staff-locked"),
        Standing::Former => lang.say("staff-former"),
        Standing::NoSignIn => lang.say("staff-no-sign-in"),
    };
    html! {
        form.filter role="search" method="get" action=(path::STAFF) aria-label=(lang.say("filter")) {
            div.field {
                label for="filter-q" { (lang.say("account-name")) }
                input #filter-q type="search" name="q" value=(view.filter.query) data-search autocomplete="off";
            }
            (narrowed(frame, "office", &lang.say("filter-office"), (&view.all_offices, view.filter.office.as_ref())))
            (narrowed(frame, "role", &lang.say("filter-role"), (&view.all_roles, view.filter.role.as_ref())))
            div.field {
                label for="filter-standing" { (lang.say("staff-standing")) }
                select #filter-standing name="standing" {
                    option value="" { (lang.say("filter-all")) }
                    @for (word, one) in Standing::ALL {
                        option value=(word) selected[view.filter.standing == Some(one)] { (standing(one)) }
                    }
                }
            }
            p.buttons {
                button.act type="submit" { (lang.say("filter-go")) }
                a href=(path::STAFF) { (lang.say("filter-clear")) }
            }
        }
    }
}

/// Definitions, and the one that was chosen.
type Among<'a> = (&'a [(Id, Title)], Option<&'a Id>);

/// One definition by which a list is narrowed, or all.
fn narrowed(frame: &Frame, name: &str, label: &str, (all, chosen): Among<'_>) -> Markup {
    html! {
        div.field {
            label for={ "filter-" (name) } { (label) }
            select id={ "filter-" (name) } name=(name) {
                option value="" { (frame.lang.say("filter-all")) }
                (options(frame, all, chosen))
            }
        }
    }
}

/// The choice of a post: a role in an office, each with what is wrong about it.
fn post<S: AsRef<str>>(frame: &Frame, roles: Among<'_>, offices: Among<'_>, faults: &[(S, Title)]) -> Markup {
    let lang = frame.lang;
    let parts = [("role", lang.say("filter-role"), roles), ("office", lang.say("filter-office"), offices)];
    html! {
        @for (name, label, (all, chosen)) in &parts {
            @let fault = fault_at(faults, name);
            div.field.wrong[fault.is_some()] {
                label for=(name) { (label) }
                (person::error(frame, name, fault))
                select id=(name) name=(name) required aria-describedby=[fault.map(|_| format!("{name}-error"))]
                    aria-invalid=[fault.map(|_| "true")] {
                    option value="" { (lang.say("form-choose")) }
                    (options(frame, all, *chosen))
                }
            }
        }
    }
}

fn options(frame: &Frame, all: &[(Id, Title)], chosen: Option<&Id>) -> Markup {
    html! {
        @for (id, title) in all {
            option value=(id) selected[chosen == Some(id)] { (frame.lang.of(title)) }
        }
    }
}

fn fault_at<'a, S: AsRef<str>>(faults: &'a [(S, Title)], name: &str) -> Option<&'a Title> {
    faults.iter().find(|(of, _)| of.as_ref() == name).map(|(_, what)| what)
}

fn one_office(frame: &Frame, place: usize, office: &Office) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby={ "office-" (place) } {
            h2 id={ "office-" (place) } { (lang.of(&office.title)) }
            table.wide.people {
                thead {
                    tr {
                        th scope="col" { (lang.say("account-name")) }
                        th scope="col" { (lang.say("filter-role")) }
                        th scope="col" { (lang.say("staff-since")) }
                        th scope="col" { (lang.say("staff-standing")) }
                        th scope="col" { (lang.say("staff-held")) }
                    }
                }
                tbody { @for row in &office.people { (one(frame, row)) } }
            }
        }
    }
}

fn one(frame: &Frame, row: &Row) -> Markup {
    let lang = frame.lang;
    html! {
        tr {
            td data-name=(lang.say("account-name")) { a href=(path::staff(&row.person)) data-row { (row.name) } }
            td data-name=(lang.say("filter-role")) {
                span {
                    @for (place, role) in row.roles.iter().enumerate() {
                        @if place > 0 { (lang.say("staff-and")) }
                        (lang.of(role))
                    }
                }
            }
            td data-name=(lang.say("staff-since")) {
                @match row.since { Some(since) => (part::moment(lang, since)), None => "–" }
            }
            td data-name=(lang.say("staff-standing")) { (row.standing.tag(frame)) }
            td data-name=(lang.say("staff-held")) { (row.held) }
        }
    }
}

/// What was filled in to take somebody on.
#[derive(Clone, Debug, Default)]
pub struct TakeOn {
    /// Whether they have an account already: then the sign-in name is that account's.
    pub known: bool,
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub login: String,
    /// The role.
    pub role: Option<Id>,
    /// The office.
    pub office: Option<Id>,
    /// Why.
    pub reasons: String,
    /// Roles to choose from.
    pub all_roles: Vec<(Id, Title)>,
    /// Offices to choose from.
    pub all_offices: Vec<(Id, Title)>,
    /// What is wrong, by the name of the field.
    pub faults: Vec<(&'static str, Title)>,
}

/// Taking somebody on.
pub fn take_on(frame: &Frame, view: &TakeOn) -> Markup {
    let lang = frame.lang;
    let title = lang.say("staff-take-on");
    let head = Head { faulty: !view.faults.is_empty(), ..Head::new(title.as_ref()) };
    document(
        frame,
        &head.under(lang.say("nav-staff"), path::STAFF),
        &html! {
            (person::faults(frame, &view.faults))
            h1 { (title) }
            p { (lang.say("staff-new-lead")) }
            form method="post" action=(path::TAKE_ON) {
                (part::token(frame))
                fieldset.field {
                    legend { (lang.say("staff-account")) }
                    div.options {
                        (radio("known-no", "no", !view.known, &lang.say("staff-account-new")))
                        (radio("known-yes", "yes", view.known, &lang.say("staff-account-known")))
                    }
                }
                (text(frame, view, "name", &lang.say("account-name"), &view.name, &lang.say("staff-name-hint")))
                (text(frame, view, "login", &lang.say("account-login"), &view.login, &lang.say("staff-login-hint")))
                (post(frame, (&view.all_roles, view.role.as_ref()), (&view.all_offices, view.office.as_ref()), &view.faults))
                (person::reasons(frame, "reasons", &view.reasons, fault_at(&view.faults, "reasons")))
                p.buttons { button.act type="submit" { (title) } }
            }
        },
    )
}

fn radio(id: &str, value: &str, checked: bool, words: &str) -> Markup {
    html! {
        div.option {
            input type="radio" id=(id) name="known" value=(value) checked[checked];
            label for=(id) { (words) }
        }
    }
}

fn text(frame: &Frame, view: &TakeOn, id: &'static str, label: &str, value: &str, hint: &str) -> Markup {
    let fault = fault_at(&view.faults, id);
    let described = if fault.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-hint") };
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(id) { (label) }
            p.hint id={ (id) "-hint" } { (hint) }
            (person::error(frame, id, fault))
            input.short id=(id) name=(id) type="text" value=(value) autocomplete="off" autocapitalize="none"
                spellcheck="false" aria-describedby=(described) aria-invalid=[fault.map(|_| "true")];
        }
    }
}

/// A one-time code, shown once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The digits of the person's id.
    pub person: String,
    /// Their name.
    pub name: String,
    /// The code.
    pub code: String,
    /// Until when it holds.
    pub until: Time,
}

/// The page that shows it.
pub fn issued(frame: &Frame, view: &Issued) -> Markup {
    let lang = frame.lang;
    let title = lang.say("staff-code");
    document(
        frame,
        &Head::new(title.as_ref())
            .under(lang.say("nav-staff"), path::STAFF)
            .under(&view.name, path::staff(&view.person)),
        &html! {
            h1 { (title) }
            div.done {
                p { (lang.tell("staff-code-for", &[("name", view.name.as_str().into())])) }
                p.number { b.code { (view.code) } }
                p { (lang.say("staff-code-until")) " " (part::moment(lang, view.until)) }
            }
            p { (lang.say("staff-code-more")) }
            p.buttons { (part::go(&path::staff(&view.person), &lang.say("staff-code-done"))) }
        },
    )
}
