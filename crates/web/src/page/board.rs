use super::cases::Stage;
use super::clock;
use super::course::{self, Happening, Step};
use super::desk;
use super::numbered::{self, Numbered};
use crate::layout::{Frame, Head, document};
use crate::part::{self, Due};
use crate::path;
use crate::text::Speak as _;
use casework::board::SetBy;
use casework::number::Part;
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// One office on the board, and what lies below it.
#[derive(Clone, Debug)]
pub struct View {
    /// The offices above, from the reader's own down to the parent.
    pub above: Vec<(Id, Title)>,
    /// The office.
    pub office: (Id, Title),
    /// The sums over the office and all below.
    pub sums: Sums,
    /// The columns of the table of offices: categories.
    pub categories: Vec<(Id, Title)>,
    /// The offices right below, the office itself first where it handles cases: each with a cell per category.
    pub offices: Vec<OfficeRow>,
    /// The procedures, the worst first.
    pub procedures: Vec<ProcedureRow>,
    /// When the figures were drawn up.
    pub at: Time,
    /// Complaints that the reader may answer: on the board of their own office.
    pub complaints: Vec<desk::Complaint>,
    /// What colleagues looked up at the counters here and below, of the last thirty days.
    pub look_ups: Vec<LookUps>,
    /// The number that is looked for, as it was typed.
    pub query: String,
    /// The cases here and below that have it.
    pub found: Vec<Numbered>,
}

/// How often a colleague looked applicants up at a counter.
#[derive(Clone, Debug)]
pub struct LookUps {
    /// Who.
    pub who: String,
    /// At the counter of which office.
    pub office: Title,
    /// How often the details of somebody who was found were read, who sees it.
    pub readings: u64,
    /// How often nobody was.
    pub missed: u64,
}

/// How many clocks run, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Open cases.
    pub open: u64,
    /// Of these, with a clock due soon or today.
    pub soon: u64,
    /// Of these, with a clock past its time.
    pub late: u64,
    /// Clocks that stopped in time, of the last thirty days.
    pub kept: u64,
    /// Clocks that were missed, of the last thirty days.
    pub missed: u64,
}

impl Sums {
    /// The share of clocks that were kept, in whole per cent; none where none stopped and none is late. Whoever never
    /// finishes what is late has not kept it either.
    pub fn kept_share(self) -> Option<u64> {
        (self.kept * 100).checked_div(self.kept + self.missed + self.late)
    }

    /// How hot a cell is: 0 nothing open, 1 nothing late, then by the share that is late, up to 4.
    fn heat(self) -> u64 {
        if self.open == 0 {
            0
        } else if self.late == 0 {
            1
        } else {
            2 + u64::from(self.late * 20 >= self.open) + u64::from(self.late * 5 >= self.open)
        }
    }
}

/// An office in the table.
#[derive(Clone, Debug)]
pub struct OfficeRow {
    /// Which.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// One cell per category; none where the office does not handle it.
    pub cells: Vec<Option<Sums>>,
    /// All of them together.
    pub sums: Sums,
    /// Clocks that stopped on each of the last days, the latest last: kept, missed.
    pub days: Vec<(u64, u64)>,
}

/// A procedure in the table.
#[derive(Clone, Debug)]
pub struct ProcedureRow {
    /// Which.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// Its sums here and below.
    pub sums: Sums,
    /// Clocks that stopped on each of the last days, the latest last: kept, missed.
    pub days: Vec<(u64, u64)>,
}

/// The board of an office.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.of(&view.office.1);
    let head = under(frame, Head::new(title), &view.above).wide().live("/board/events");
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            p.soft data-refresh="at" { (lang.say("board-at")) " " (part::moment(lang, view.at)) }
            (desk::complaints(frame, &view.complaints))
            (search(frame, view))
            (sums(frame, view.sums))
            @if !view.offices.is_empty() { (offices(frame, view)) }
            (procedures(frame, view))
            @if !view.look_ups.is_empty() { (look_ups(frame, &view.look_ups)) }
        },
    )
}

/// Colleagues that are shown before the rest is folded away.
const LOOKERS: usize = 10;

fn look_ups(frame: &Frame, all: &[LookUps]) -> Markup {
    let lang = frame.lang;
    let (first, more) = all.split_at(all.len().min(LOOKERS));
    html! {
        section aria-labelledby="look-ups-title" {
            h2 #look-ups-title { (lang.say("board-look-ups")) }
            p.soft { (lang.say("board-look-ups-more")) }
            (lookers(frame, first))
            @if !more.is_empty() {
                details {
                    summary { (lang.tell("board-look-ups-rest", &[("count", more.len().into())])) }
                    (lookers(frame, more))
                }
            }
        }
    }
}

fn lookers(frame: &Frame, all: &[LookUps]) -> Markup {
    let lang = frame.lang;
    html! {
        table.wide {
            thead {
                tr {
                    th scope="col" { (lang.say("board-looker")) }
                    th scope="col" { (lang.say("filter-office")) }
                    th scope="col" { (lang.say("board-looked-read")) }
                    th scope="col" { (lang.say("board-looked-missed")) }
                }
            }
            tbody {
                @for one in all {
                    tr {
                        td data-name=(lang.say("board-looker")) { (one.who) }
                        td data-name=(lang.say("filter-office")) { (lang.of(&one.office)) }
                        td data-name=(lang.say("board-looked-read")) { (one.readings) }
                        td data-name=(lang.say("board-looked-missed")) { (one.missed) }
                    }
                }
            }
        }
    }
}

/// Looking for a case by its number.
fn search(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        form.search role="search" method="get" action=(path::board_office(&view.office.0)) {
            label for="board-q" { (lang.say("board-search")) }
            input #board-q type="search" name="q" value=(view.query) data-search autocomplete="off";
            button type="submit" { (lang.say("search-go")) }
        }
        @if !view.query.is_empty() {
            @if view.found.is_empty() {
                p role="status" { (lang.tell("board-search-none", &[("least", Part::LEAST.into())])) }
            }
            (numbered::list(frame, &view.found))
        }
    }
}

fn under(frame: &Frame, head: Head, above: &[(Id, Title)]) -> Head {
    above.iter().fold(head, |head, (id, title)| head.under(frame.lang.of(title), path::board_office(id)))
}

fn sums(frame: &Frame, sums: Sums) -> Markup {
    let lang = frame.lang;
    html! {
        dl.sums data-refresh="sums" {
            div { dt { (lang.say("board-open")) } dd { (sums.open) } }
            div.soon { dt { (lang.say("count-soon")) } dd { (sums.soon) } }
            div.late { dt { (lang.say("count-late")) } dd { (sums.late) } }
            div { dt { (lang.say("board-kept")) } dd { (share(sums)) } }
        }
    }
}

fn share(sums: Sums) -> String {
    sums.kept_share().map_or_else(|| "–".to_owned(), |share| format!("{share}%"))
}

fn offices(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        div {
            h2 #offices-title { (lang.say("board-offices")) }
            p.soft { (lang.say("board-legend")) }
            section.scroll tabindex="0" aria-labelledby="offices-title" {
                table.heat data-refresh="offices" {
                    thead {
                        tr {
                            th scope="col" { (lang.say("filter-office")) }
                            @for (_, title) in &view.categories { th scope="col" { (lang.of(title)) } }
                            th scope="col" { (lang.say("board-all")) }
                            th scope="col" { (lang.say("board-kept")) }
                            th scope="col" { (lang.say("board-days")) }
                        }
                    }
                    tbody {
                        @for row in &view.offices {
                            tr {
                                th scope="row" { (office_link(frame, view, row)) }
                                @for cell in &row.cells {
                                    @match cell {
                                        Some(sums) => (heat(frame, *sums)),
                                        None => td.none { span.unseen { (lang.say("board-not-handled")) } },
                                    }
                                }
                                (heat(frame, row.sums))
                                td.figure { (share(row.sums)) }
                                td { (bars(frame, &row.days)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn office_link(frame: &Frame, view: &View, row: &OfficeRow) -> Markup {
    let lang = frame.lang;
    html! {
        @if row.id == view.office.0 { (lang.say("board-itself")) }
        @else { a href=(path::board_office(&row.id)) data-row { (lang.of(&row.title)) } }
    }
}

/// A cell says its figures in words; its colour only underlines them.
fn heat(frame: &Frame, sums: Sums) -> Markup {
    let lang = frame.lang;
    html! {
        td class={ "figure h" (sums.heat()) } {
            b { (sums.open) }
            @if sums.late > 0 {
                span.late { (lang.tell("cell-late", &[("count", sums.late.into())])) }
            }
            @if sums.soon > 0 {
                span.soon { (lang.tell("cell-soon", &[("count", sums.soon.into())])) }
            }
        }
    }
}

fn procedures(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        div {
            h2 #procedures-title { (lang.say("board-procedures")) }
            @if view.procedures.is_empty() { p { (lang.say("board-none")) } } @else {
                section.scroll tabindex="0" aria-labelledby="procedures-title" {
                    table data-refresh="procedures" {
                        thead {
                            tr {
                                th scope="col" { (lang.say("filter-procedure")) }
                                th.figure scope="col" { (lang.say("board-open")) }
                                th.figure scope="col" { (lang.say("count-soon")) }
                                th.figure scope="col" { (lang.say("count-late")) }
                                th.figure scope="col" { (lang.say("board-kept")) }
                                th scope="col" { (lang.say("board-days")) }
                            }
                        }
                        tbody {
                            @for row in &view.procedures {
                                tr {
                                    th scope="row" {
                                        a href=(path::board_cases(&view.office.0, &row.id)) data-row {
                                            (lang.of(&row.title))
                                        }
                                    }
                                    td.figure { (row.sums.open) }
                                    td.figure { (row.sums.soon) }
                                    td.figure {
                                        @if row.sums.late > 0 { b.late { (row.sums.late) } } @else { "0" }
                                    }
                                    td.figure { (share(row.sums)) }
                                    td { (bars(frame, &row.days)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Days as bars: kept upwards in one colour, missed on top in another; the sums in words for those who do not see
/// them. Each colour is one path, since a board has many rows.
fn bars(frame: &Frame, days: &[(u64, u64)]) -> Markup {
    const HIGH: u64 = 24;
    let (kept, missed) = days.iter().fold((0, 0), |(k, m), (kept, missed)| (k + kept, m + missed));
    if kept + missed == 0 {
        return html! { span.soft { "–" } };
    }
    let most = days.iter().map(|(kept, missed)| kept + missed).max().unwrap_or(0).max(1);
    let (mut low, mut top) = (String::new(), String::new());
    for (place, (kept, missed)) in days.iter().enumerate() {
        let of_kept = (kept * HIGH).div_ceil(most);
        let of_missed = (missed * HIGH).div_ceil(most).min(HIGH - of_kept.min(HIGH));
        bar(&mut low, place, HIGH, of_kept);
        bar(&mut top, place, HIGH - of_kept, of_missed);
    }
    let facts = [
        ("days", days.len().into()),
        ("kept", kept.to_string().into()),
        ("missed", missed.to_string().into()),
    ];
    let wide = days.len() * 6;
    html! {
        svg.bars viewBox={ "0 0 " (wide) " " (HIGH) } width=(wide) height=(HIGH) role="img"
            aria-label=(frame.lang.tell("bars", &facts)) {
            path.kept d=(low) {}
            @if !top.is_empty() { path.missed d=(top) {} }
        }
    }
}

/// One bar of a path, standing on the line `ground`.
fn bar(path: &mut String, place: usize, ground: u64, high: u64) {
    if high > 0 {
        path.push_str(&format!("M{} {}h5v{high}h-5z", place * 6, ground - high));
    }
}

/// The cases of one procedure in an office and below, those past their time first.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The offices down to this one.
    pub above: Vec<(Id, Title)>,
    /// The procedure.
    pub procedure: Title,
    /// The cases.
    pub cases: Vec<Case>,
    /// How many there are in all.
    pub total: u64,
}

/// A case on the board: no name, no answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub case: String,
    /// The office.
    pub office: Title,
    /// The open step, or how it ended.
    pub stage: Title,
    /// Who holds the step.
    pub holder: Option<String>,
    /// When it was handed in.
    pub submitted: Option<Time>,
    /// What is due first, or was missed.
    pub due: Option<Due>,
    /// What sets that time.
    pub set_by: Option<SetBy>,
}

/// The cases of one procedure.
pub fn cases(frame: &Frame, view: &Cases) -> Markup {
    let lang = frame.lang;
    let title = lang.of(&view.procedure);
    let facts = [("shown", view.cases.len().into()), ("total", view.total.into())];
    document(
        frame,
        &under(frame, Head::new(title), &view.above).wide(),
        &html! {
            h1 { (title) }
            p.soft role="status" {
                (lang.tell("board-cases", &facts))
            }
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("queue-due")) }
                        th scope="col" { (lang.say("case-number")) }
                        th scope="col" { (lang.say("filter-office")) }
                        th scope="col" { (lang.say("queue-step")) }
                        th scope="col" { (lang.say("queue-holder")) }
                        th scope="col" { (lang.say("case-submitted")) }
                    }
                }
                tbody {
                    @for case in &view.cases {
                        tr {
                            td data-name=(lang.say("queue-due")) {
                                @match &case.due {
                                    Some(due) => {
                                        (part::standing(lang, due.standing)) " "
                                        span.nowrap { (part::due_at(lang, due)) }
                                        @if let Some(by) = case.set_by { " " (part::set_by(lang, by)) }
                                    }
                                    None => span.soft { (lang.say("queue-no-clock")) },
                                }
                            }
                            td data-name=(lang.say("case-number")) {
                                a.code href=(path::board_case(&case.case)) data-row { (case.case) }
                            }
                            td data-name=(lang.say("filter-office")) { (lang.of(&case.office)) }
                            td data-name=(lang.say("queue-step")) { (lang.of(&case.stage)) }
                            td data-name=(lang.say("queue-holder")) {
                                (case.holder.as_deref().unwrap_or("–"))
                            }
                            td data-name=(lang.say("case-submitted")) {
                                @if let Some(at) = case.submitted { (part::moment(lang, at)) } @else { "–" }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// A case as a supervisor sees it: its course and clocks, and each event with its entry.
#[derive(Clone, Debug)]
pub struct Trail {
    /// The pages above.
    pub above: Vec<(Id, Title)>,
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// The office.
    pub office: Title,
    /// How far it is.
    pub stage: Stage,
    /// The steps.
    pub steps: Vec<Step>,
    /// The clocks.
    pub clocks: Vec<clock::View>,
    /// Everything that happened, the latest first.
    pub happened: Vec<Happening>,
}

/// One case, event by event.
pub fn case(frame: &Frame, view: &Trail) -> Markup {
    let lang = frame.lang;
    let head = under(frame, Head::new(format!("{} {}", lang.of(&view.title), view.case)), &view.above).wide();
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(&view.title)) }
            p.status {
                (part::tag(view.stage.tone(), &view.stage.words(frame)))
                " " span.code { (view.case) } " " span.soft { (lang.of(&view.office)) }
            }
            div.twofold {
                section.left aria-labelledby="steps-title" {
                    h2 #steps-title { (lang.say("case-steps")) }
                    (course::steps(lang, &view.steps, false))
                    @if !view.clocks.is_empty() {
                        h2 { (lang.say("case-clocks")) }
                        (clock::list(lang, &view.clocks, false))
                    }
                }
                section.middle aria-labelledby="events-title" {
                    h2 #events-title { (lang.say("case-events")) }
                    (course::sealed(lang, &view.case, &view.happened))
                    (course::happenings(lang, &view.happened, true, false))
                }
            }
        },
    )
}
