mod one;
mod open;

pub use one::{Brief, Evidence, Finding, Standing, brief, one, sections};
pub use open::{AGES, OfOffice};

use crate::layout::{Frame, Head, document};
use crate::page::cases::Stage;
use crate::part::{self, Due};
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::models::Severity;
use pack::{Id, Title};
use record::Time;

/// What is open, how it grew and fell, and where it lies.
#[derive(Clone, Debug)]
pub struct Board {
    /// What is shown of all.
    pub filter: Filter,
    /// The offices that have findings.
    pub offices: Vec<(Id, Title)>,
    /// Open findings by severity, the worst first.
    pub open: Vec<(Severity, u64)>,
    /// Open findings whose time for clearing is over.
    pub late: u64,
    /// Findings that were closed in the last thirty days.
    pub closed: u64,
    /// How many were open at the end of each of the last days, the last one now.
    pub days: Vec<u64>,
    /// Open findings by office and age.
    pub ages: Vec<OfOffice>,
    /// Open findings of one model in one office.
    pub groups: Vec<Group>,
    /// The findings that are asked for.
    pub findings: Vec<Line>,
    /// How many there are in all.
    pub total: u64,
    /// How the engine stands, in words; none where it does not run.
    pub engine: Option<Engine>,
    /// When the figures were drawn up.
    pub at: Time,
}

/// What of all findings is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this severity.
    pub severity: Option<Severity>,
    /// In this office or below.
    pub office: Option<Id>,
    /// Of this model.
    pub model: Option<Id>,
    /// Those that are closed, too.
    pub closed: bool,
}

/// How the engine stands.
#[derive(Clone, Debug)]
pub struct Engine {
    /// How many models run.
    pub models: u64,
    /// How many entries it has read.
    pub read: u64,
    /// How many lives are open in it.
    pub lives: u64,
    /// About how many bytes these take.
    pub bytes: u64,
    /// How many that were over it has let go.
    pub evicted: u64,
    /// How many objects it has gone through from their histories.
    pub gone: u64,
    /// The types of objects that are still to be gone through.
    pub rounds: Vec<String>,
    /// Models that cannot run, each with its place.
    pub unready: Vec<String>,
}

/// Findings of one model in one office: what happens again and again is looked at together.
#[derive(Clone, Debug)]
pub struct Group {
    /// The model.
    pub model: (Id, Title),
    /// The office.
    pub office: (Id, Title),
    /// How bad a breach is.
    pub severity: Severity,
    /// How many are open.
    pub open: u64,
    /// How many there ever were.
    pub all: u64,
    /// When the oldest open one was found.
    pub oldest: Option<Time>,
}

/// A finding in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub case: String,
    /// What must hold.
    pub title: Title,
    /// How bad it is.
    pub severity: Severity,
    /// The office.
    pub office: Title,
    /// How far it is.
    pub stage: Stage,
    /// When it was found.
    pub found: Option<Time>,
    /// When it is to be cleared.
    pub due: Option<Due>,
}

/// The tone of a severity.
fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "plain",
        Severity::Minor => "still",
        Severity::Serious => "soon",
        Severity::Grave => "late",
    }
}

/// A severity, as a label with its colour.
pub fn severity(frame: &Frame, severity: Severity) -> Markup {
    part::tag(tone(severity), frame.lang.of(&severity.title()))
}

/// The links between the pages of oversight.
pub fn ways(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let ways = [
        (path::FINDINGS, lang.say("nav-findings")),
        (path::MODELS, lang.say("nav-models")),
        (path::MAPS, lang.say("nav-maps")),
        (path::LOGS, lang.say("nav-logs")),
    ];
    let here = frame.path.split('?').next().unwrap_or_default();
    html! {
        nav aria-label=(lang.say("findings-ways")) {
            ul.counts {
                @for (to, words) in &ways {
                    li { a.plain href=(to) aria-current=[(here == *to).then_some("page")] { (words) } }
                }
            }
        }
    }
}

/// The board of findings.
pub fn board(frame: &Frame, view: &Board) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-findings");
    let head = Head::new(title.as_ref()).under(lang.say("nav-board"), path::BOARD).wide();
    document(
        frame,
        &head.live("/board/events"),
        &html! {
            h1 { (title) }
            (ways(frame))
            p.soft data-refresh="at" { (lang.say("board-at")) " " (part::moment(lang, view.at)) }
            (sums(frame, view))
            (trend(frame, &view.days))
            (open::by_office(frame, &view.ages))
            (groups(frame, view))
            (list(frame, view))
            (engine(frame, view.engine.as_ref()))
        },
    )
}

fn sums(frame: &Frame, view: &Board) -> Markup {
    let lang = frame.lang;
    html! {
        dl.sums data-refresh="sums" {
            @for (severity, count) in &view.open {
                div.late[*severity == Severity::Grave && *count > 0] {
                    dt { (lang.of(&severity.title())) }
                    dd {
                        @if *count > 0 {
                            a.plain href=(open::of_severity(&view.filter, severity.word())) { (count) }
                        } @else { (count) }
                    }
                }
            }
            div.late[view.late > 0] { dt { (lang.say("count-late")) } dd { (view.late) } }
            div { dt { (lang.say("findings-closed-lately")) } dd { (view.closed) } }
        }
    }
}

/// Open findings day by day, as bars that should become smaller; the figures in words for those who do not see them.
fn trend(frame: &Frame, days: &[u64]) -> Markup {
    const HIGH: u64 = 60;
    const WIDE: usize = 18;
    let most = days.iter().max().copied().unwrap_or(0).max(1);
    let mut bars = String::new();
    for (place, open) in days.iter().enumerate() {
        let high = (open * HIGH).div_ceil(most);
        if high > 0 {
            bars.push_str(&format!("M{} {}h{}v{high}h-{}z", place * WIDE, HIGH - high, WIDE - 4, WIDE - 4));
        }
    }
    let lang = frame.lang;
    let told: Vec<String> = days.iter().map(u64::to_string).collect();
    let (first, last) = (days.first().copied().unwrap_or(0), days.last().copied().unwrap_or(0));
    let facts =
        [("days", days.len().into()), ("first", first.to_string().into()), ("last", last.to_string().into())];
    let size = (days.len() * WIDE, HIGH);
    html! {
        section data-refresh="trend" aria-labelledby="trend-title" {
            h2 #trend-title { (lang.say("findings-trend")) }
            svg.bars viewBox={ "0 0 " (size.0) " " (size.1) } width=(size.0) height=(size.1) role="img"
                aria-label={ (lang.tell("findings-trend-words", &facts)) " " (told.join(", ")) } {
                path.missed d=(bars) {}
            }
            p.soft { (lang.tell("findings-trend-words", &facts)) }
        }
    }
}

fn groups(frame: &Frame, view: &Board) -> Markup {
    let lang = frame.lang;
    let again: Vec<&Group> = view.groups.iter().filter(|group| group.all > 1).collect();
    html! {
        div {
            h2 #groups-title { (lang.say("findings-groups")) }
            div data-refresh="groups" {
                @if again.is_empty() { p { (lang.say("findings-none-again")) } } @else {
                    p.soft { (lang.say("findings-groups-hint")) }
                    table.wide aria-labelledby="groups-title" {
                        thead {
                            tr {
                                th scope="col" { (lang.say("findings-severity")) }
                                th scope="col" { (lang.say("findings-model")) }
                                th scope="col" { (lang.say("filter-office")) }
                                th.figure scope="col" { (lang.say("findings-open")) }
                                th.figure scope="col" { (lang.say("findings-ever")) }
                                th scope="col" { (lang.say("findings-oldest")) }
                            }
                        }
                        tbody { @for group in again { (one_group(frame, group)) } }
                    }
                }
            }
        }
    }
}

fn one_group(frame: &Frame, group: &Group) -> Markup {
    let lang = frame.lang;
    html! {
        tr {
            td data-name=(lang.say("findings-severity")) { (severity(frame, group.severity)) }
            td data-name=(lang.say("findings-model")) {
                a href=(path::findings_of(&group.model.0, &group.office.0)) data-row { (lang.of(&group.model.1)) }
            }
            td data-name=(lang.say("filter-office")) { (lang.of(&group.office.1)) }
            td.figure data-name=(lang.say("findings-open")) { (group.open) }
            td.figure data-name=(lang.say("findings-ever")) { (group.all) }
            td data-name=(lang.say("findings-oldest")) {
                @if let Some(at) = group.oldest { (part::moment(lang, at)) } @else { "–" }
            }
        }
    }
}

fn list(frame: &Frame, view: &Board) -> Markup {
    let lang = frame.lang;
    let facts = [("shown", view.findings.len().into()), ("total", view.total.into())];
    html! {
        div {
            h2 #findings-title { (lang.say("findings-list")) }
            (filter(frame, view))
            // With what is said of none, so that a list that was empty fills as findings come.
            div data-refresh="findings" {
                @if view.total == 0 { p role="status" { (lang.say("findings-none")) } } @else {
                    p.soft role="status" { (lang.tell("findings-shown", &facts)) }
                    table.wide aria-labelledby="findings-title" {
                        thead {
                            tr {
                                th scope="col" { (lang.say("findings-severity")) }
                                th scope="col" { (lang.say("findings-model")) }
                                th scope="col" { (lang.say("filter-office")) }
                                th scope="col" { (lang.say("queue-step")) }
                                th scope="col" { (lang.say("findings-found")) }
                                th scope="col" { (lang.say("queue-due")) }
                            }
                        }
                        tbody { @for line in &view.findings { (one_line(frame, line)) } }
                    }
                }
            }
        }
    }
}

/// A finding in a table of six columns.
fn one_line(frame: &Frame, line: &Line) -> Markup {
    let lang = frame.lang;
    html! {
        tr {
            td data-name=(lang.say("findings-severity")) { (severity(frame, line.severity)) }
            td data-name=(lang.say("findings-model")) {
                span {
                    a href=(path::finding(&line.case)) data-row { (lang.of(&line.title)) }
                    " " span.code.soft.nowrap { (line.case) }
                }
            }
            td data-name=(lang.say("filter-office")) { (lang.of(&line.office)) }
            td.step data-name=(lang.say("queue-step")) { (line.stage.words(frame)) }
            td data-name=(lang.say("findings-found")) {
                @if let Some(at) = line.found { (part::moment(lang, at)) } @else { "–" }
            }
            td data-name=(lang.say("queue-due")) {
                @match &line.due {
                    Some(due) => span {
                        (part::standing(lang, due.standing)) " " span.nowrap { (part::due_at(lang, due)) }
                    },
                    None => span.soft { "–" },
                }
            }
        }
    }
}

fn filter(frame: &Frame, view: &Board) -> Markup {
    let lang = frame.lang;
    html! {
        form.mapform role="search" method="get" action=(path::FINDINGS) aria-label=(lang.say("filter")) {
            div.field {
                label for="filter-severity" { (lang.say("findings-severity")) }
                select #filter-severity name="severity" {
                    option value="" { (lang.say("filter-all")) }
                    @for (word, severity) in Severity::ALL.iter().rev() {
                        option value=(word) selected[view.filter.severity == Some(*severity)] {
                            (lang.of(&severity.title()))
                        }
                    }
                }
            }
            div.field {
                label for="filter-office" { (lang.say("filter-office")) }
                select #filter-office name="office" {
                    option value="" { (lang.say("filter-all")) }
                    @for (id, title) in &view.offices {
                        option value=(id) selected[view.filter.office.as_ref() == Some(id)] { (lang.of(title)) }
                    }
                }
            }
            div.field {
                label for="filter-closed" { (lang.say("findings-which")) }
                select #filter-closed name="closed" {
                    option value="" { (lang.say("findings-open")) }
                    option value="yes" selected[view.filter.closed] { (lang.say("findings-ever")) }
                }
            }
            @if let Some(model) = &view.filter.model { input type="hidden" name="model" value=(model); }
            p.buttons {
                button.act type="submit" { (lang.say("filter-go")) }
                a href=(path::FINDINGS) { (lang.say("filter-clear")) }
            }
        }
    }
}

fn engine(frame: &Frame, engine: Option<&Engine>) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="engine-title" {
            h2 #engine-title { (lang.say("findings-engine")) }
            @match engine {
                None => p { (lang.say("findings-engine-off")) },
                Some(engine) => {
                    p {
                        (lang.tell("findings-engine-words", &[
                            ("models", engine.models.to_string().into()),
                            ("read", engine.read.to_string().into()),
                            ("lives", engine.lives.to_string().into()),
                            ("size", crate::text::size(engine.bytes).into()),
                            ("evicted", engine.evicted.to_string().into()),
                        ]))
                    }
                    p {
                        @let gone = ("gone", engine.gone.to_string().into());
                        @if engine.rounds.is_empty() {
                            (lang.tell("findings-engine-through", &[gone]))
                        } @else {
                            @let kinds = ("kinds", engine.rounds.join(", ").into());
                            (lang.tell("findings-engine-going", &[gone, kinds]))
                        }
                    }
                    @if !engine.unready.is_empty() {
                        (part::callout("soon", lang.say("findings-unready"), html! {
                            ul { @for one in &engine.unready { li { (one) } } }
                        }))
                    }
                },
            }
        }
    }
}
