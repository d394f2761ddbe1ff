use super::numbered::{self, Numbered};
use crate::layout::{Frame, Head, document};
use crate::part::{self, Due};
use crate::path;
use crate::text::Speak as _;
use casework::board::SetBy;
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// A clerk's queue: the open steps of their roles and offices, the most urgent first.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Cases with complaints that the reader is to answer, the oldest first.
    pub complaints: Vec<Complaint>,
    /// Cases with the number that is looked for, which stand in no row.
    pub elsewhere: Vec<Numbered>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// How many rows there are in all under the filter.
    pub total: u64,
    /// The page, counted from 1, and how many there are.
    pub page: (u64, u64),
    /// How many steps there are of each kind, before the filter.
    pub counts: Counts,
    /// The filter in force.
    pub filter: Filter,
    /// Offices to filter by.
    pub offices: Vec<(Id, Title)>,
    /// Roles to filter by.
    pub roles: Vec<(Id, Title)>,
    /// Procedures to filter by.
    pub procedures: Vec<(Id, Title)>,
}

/// A case with a complaint that waits for an answer.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// Its number.
    pub case: String,
    /// The service.
    pub title: Title,
    /// When the first was made.
    pub since: Time,
}

/// How many open steps there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// All.
    pub all: u64,
    /// Past their time.
    pub late: u64,
    /// Due today or soon.
    pub soon: u64,
    /// With a clock that stands still.
    pub paused: u64,
    /// Taken by the reader.
    pub mine: u64,
    /// Taken by nobody.
    pub free: u64,
}

/// What a queue is narrowed to. Each is a value of the query's parameter of that name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `q`: words or a case's number.
    pub query: String,
    /// `office`.
    pub office: Option<Id>,
    /// `role`.
    pub role: Option<Id>,
    /// `procedure`.
    pub procedure: Option<Id>,
    /// `due`: `late`, `soon`, `paused`.
    pub due: Option<&'static str>,
    /// `holder`: `mine`, `free`.
    pub holder: Option<&'static str>,
}

/// An open step.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// The step.
    pub step: Title,
    /// Where it is done.
    pub office: Title,
    /// Who took it; none: nobody.
    pub holder: Option<String>,
    /// Whether that is the reader.
    pub mine: bool,
    /// Since when it is open.
    pub since: Time,
    /// What is due first.
    pub due: Option<Due>,
    /// What sets that time.
    pub set_by: Option<SetBy>,
}

/// The complaints that the reader is to answer.
pub fn complaints(frame: &Frame, complaints: &[Complaint]) -> Markup {
    let lang = frame.lang;
    html! {
        div data-refresh="complaints" {
            @if !complaints.is_empty() {
                section.callout.soon aria-labelledby="complaints-title" {
                    h2.lead #complaints-title { (lang.say("queue-complaints")) }
                    ul {
                        @for Complaint { case, title, since } in complaints {
                            li {
                                a href=(path::desk_case(case)) data-row { (lang.of(title)) }
                                " " span.code { (case) } " " (part::moment(lang, *since))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The queue.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-desk");
    document(
        frame,
        &Head::new(title.as_ref()).wide().live("/desk/events"),
        &html! {
            h1 { (title) }
            (counts(frame, view))
            (complaints(frame, &view.complaints))
            div.split {
                (filter(frame, view))
                section.queue aria-label=(title) data-refresh="queue" {
                    p.soft role="status" { (lang.tell("queue-count", &[("count", view.total.into())])) }
                    @if view.rows.is_empty() {
                        p { (lang.say("queue-empty")) }
                    } @else {
                        (table(frame, view))
                    }
                    (pages(frame, view))
                    (numbered::list(frame, &view.elsewhere))
                }
            }
        },
    )
}

/// The counts are links that filter.
fn counts(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let Counts { all, late, soon, paused, mine, free } = view.counts;
    let one = |name: &str, value: Option<&str>, tone: &str, words: &str, count: u64| {
        let to = match value {
            Some(value) => format!("{}?{name}={value}", path::DESK),
            None => path::DESK.to_owned(),
        };
        let here = match name {
            "due" => view.filter.due == value && value.is_some(),
            "holder" => view.filter.holder == value && value.is_some(),
            _ => view.filter.due.is_none() && view.filter.holder.is_none(),
        };
        html! {
            li {
                a href=(to) class=(tone) aria-current=[here.then_some("true")] { b { (count) } " " (words) }
            }
        }
    };
    html! {
        nav aria-label=(lang.say("queue-counts")) {
            ul.counts data-refresh="counts" {
                (one("due", Some("late"), "late", &lang.say("count-late"), late))
                (one("due", Some("soon"), "soon", &lang.say("count-soon"), soon))
                (one("due", Some("paused"), "still", &lang.say("count-paused"), paused))
                (one("holder", Some("mine"), "plain", &lang.say("count-mine"), mine))
                (one("holder", Some("free"), "plain", &lang.say("count-free"), free))
                (one("", None, "plain", &lang.say("count-all"), all))
            }
        }
    }
}

fn filter(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let select = |name: &str, label: &str, all: &[(Id, Title)], chosen: &Option<Id>| {
        html! {
            div.field {
                label for={ "filter-" (name) } { (label) }
                select id={ "filter-" (name) } name=(name) {
                    option value="" { (lang.say("filter-all")) }
                    @for (id, title) in all {
                        option value=(id) selected[chosen.as_ref() == Some(id)] { (lang.of(title)) }
                    }
                }
            }
        }
    };
    html! {
        form.filter role="search" method="get" action=(path::DESK) aria-label=(lang.say("filter")) {
            div.field {
                label for="filter-q" { (lang.say("filter-query")) }
                input #filter-q type="search" name="q" value=(view.filter.query) data-search
                    autocomplete="off";
            }
            (select("office", &lang.say("filter-office"), &view.offices, &view.filter.office))
            (select("role", &lang.say("filter-role"), &view.roles, &view.filter.role))
            (select("procedure", &lang.say("filter-procedure"), &view.procedures, &view.filter.procedure))
            @if let Some(due) = view.filter.due { input type="hidden" name="due" value=(due); }
            @if let Some(holder) = view.filter.holder { input type="hidden" name="holder" value=(holder); }
            p.buttons {
                button.act type="submit" { (lang.say("filter-go")) }
                a href=(path::DESK) { (lang.say("filter-clear")) }
            }
        }
    }
}

fn table(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        table.wide {
            thead {
                tr {
                    th scope="col" { (lang.say("queue-due")) }
                    th scope="col" { (lang.say("queue-case")) }
                    th scope="col" { (lang.say("queue-step")) }
                    th scope="col" { (lang.say("queue-holder")) }
                    th scope="col" { (lang.say("queue-since")) }
                }
            }
            tbody { @for row in &view.rows { (one(frame, row)) } }
        }
    }
}

fn one(frame: &Frame, row: &Row) -> Markup {
    let lang = frame.lang;
    html! {
        tr.mine[row.mine] {
            td data-name=(lang.say("queue-due")) {
                @match &row.due {
                    Some(due) => {
                        (part::standing(lang, due.standing)) " "
                        span.nowrap { (part::due_at(lang, due)) }
                        @if let Some(by) = row.set_by { " " (part::set_by(lang, by)) }
                    }
                    None => span.soft { (lang.say("queue-no-clock")) },
                }
            }
            td data-name=(lang.say("queue-case")) {
                a href=(path::desk_case(&row.case)) data-row { (lang.of(&row.title)) }
                " " span.code.soft.nowrap { (row.case) }
            }
            td data-name=(lang.say("queue-step")) {
                (lang.of(&row.step)) " " span.soft { (lang.of(&row.office)) }
            }
            td data-name=(lang.say("queue-holder")) {
                @match &row.holder {
                    Some(_) if row.mine => b { (lang.say("queue-mine")) },
                    Some(holder) => (holder),
                    None => span.soft.nowrap { (lang.say("step-nobody-yet")) },
                }
            }
            td data-name=(lang.say("queue-since")) { (part::moment(lang, row.since)) }
        }
    }
}

fn pages(frame: &Frame, view: &View) -> Markup {
    let to = |page: u64| {
        let Filter { query, office, role, procedure, due, holder } = &view.filter;
        let mut to = format!("{}?page={page}", path::DESK);
        let ids = [("office", office), ("role", role), ("procedure", procedure)];
        let words = [("due", due), ("holder", holder)];
        let ids = ids.into_iter().filter_map(|(name, id)| Some((name, id.as_ref()?.as_str())));
        let words = words.into_iter().filter_map(|(name, word)| Some((name, (*word)?)));
        let query = (!query.is_empty()).then_some(("q", query.as_str()));
        for (name, value) in ids.chain(words).chain(query) {
            to.push_str(&format!("&{name}={}", path::segment(value)));
        }
        to
    };
    part::pages(frame.lang, view.page, to)
}
