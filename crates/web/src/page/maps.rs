use super::findings::ways;
use crate::layout::{Frame, Head, document};
use crate::text::{self, Lang};
use crate::{part, path};
use maud::{Markup, html};
use pack::{Id, Title};
use record::Time;

/// Procedures of which there are cases.
#[derive(Clone, Debug)]
pub struct List {
    /// Each with how many cases the map would show.
    pub procedures: Vec<(Id, Title, u64)>,
}

/// The list of maps.
pub fn list(frame: &Frame, view: &List) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-maps");
    let head = Head::new(title.as_ref()).under(lang.say("nav-board"), path::BOARD).wide();
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            (ways(frame))
            p { (lang.say("maps-about")) }
            @if view.procedures.is_empty() { p { (lang.say("board-none")) } }
            ul {
                @for (id, title, cases) in &view.procedures {
                    li {
                        a href=(path::map(id)) data-row { (lang.of(title)) } " "
                        span.soft { (lang.tell("maps-cases", &[("count", (*cases).into())])) }
                    }
                }
            }
        },
    )
}

/// How the cases of a procedure went.
#[derive(Clone, Debug)]
pub struct Map {
    /// The procedure.
    pub procedure: (Id, Title),
    /// How many cases.
    pub cases: u64,
    /// How many different ways they went.
    pub variants: u64,
    /// Which event came right after which, the most frequent first.
    pub edges: Vec<Edge>,
    /// How many edges there are in all.
    pub total: u64,
    /// Whether the drawing tells times in place of counts.
    pub times: bool,
    /// The most frequent ways.
    pub ways: Vec<(u64, Vec<String>)>,
}

/// One event right after another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The earlier.
    pub from: String,
    /// The later.
    pub to: String,
    /// Where its cases are shown.
    pub cases: String,
    /// How often.
    pub count: u64,
    /// The mean and the longest time between them, in seconds.
    pub seconds: (f64, f64),
}

/// A map.
pub fn show(frame: &Frame, view: &Map) -> Markup {
    let lang = frame.lang;
    let title = lang.of(&view.procedure.1);
    let id = &view.procedure.0;
    let head =
        Head::new(title).under(lang.say("nav-board"), path::BOARD).under(lang.say("nav-maps"), path::MAPS);
    let facts = [
        ("cases", view.cases.into()),
        ("variants", view.variants.into()),
        ("shown", view.edges.len().into()),
        ("total", view.total.into()),
    ];
    document(
        frame,
        &head.wide(),
        &html! {
            h1 { (title) }
            p { (lang.tell("maps-sums", &facts)) }
            nav aria-label=(lang.say("maps-beside")) {
                ul.counts {
                    li {
                        a.plain href=(path::map(id)) aria-current=[(!view.times).then_some("true")] {
                            (lang.say("maps-counts"))
                        }
                    }
                    li {
                        a.plain href={ (path::map(id)) "?times" } aria-current=[view.times.then_some("true")] {
                            (lang.say("maps-times"))
                        }
                    }
                }
            }
            section.scroll tabindex="0" aria-label=(lang.say("maps-drawing")) {
                img.map src=(path::map_drawing(id, view.times)) alt=(lang.tell("maps-alt", &facts));
            }
            h2 #edges-title { (lang.say("maps-edges")) }
            p.soft { (lang.say("maps-edges-hint")) }
            (edges(frame, view))
            h2 { (lang.say("maps-ways")) }
            ol {
                @for (count, way) in &view.ways {
                    li {
                        (lang.tell("maps-cases", &[("count", (*count).into())]))
                        (lang.colon()) (way.join(" → "))
                    }
                }
            }
        },
    )
}

fn edges(frame: &Frame, view: &Map) -> Markup {
    let lang = frame.lang;
    html! {
        table.wide aria-labelledby="edges-title" {
            thead {
                tr {
                    th scope="col" { (lang.say("maps-from")) }
                    th scope="col" { (lang.say("maps-to")) }
                    th.figure scope="col" { (lang.say("maps-how-often")) }
                    th.figure scope="col" { (lang.say("maps-mean")) }
                    th.figure scope="col" { (lang.say("maps-longest")) }
                }
            }
            tbody {
                @for edge in &view.edges {
                    tr {
                        td data-name=(lang.say("maps-from")) { (edge.from) }
                        td data-name=(lang.say("maps-to")) { (edge.to) }
                        td.figure data-name=(lang.say("maps-how-often")) {
                            a href=(edge.cases) data-row
                                aria-label={ (edge.from) " → " (edge.to) (lang.colon()) (edge.count) } { (edge.count) }
                        }
                        td.figure data-name=(lang.say("maps-mean")) { (lapse(lang, edge.seconds.0)) }
                        td.figure data-name=(lang.say("maps-longest")) { (lapse(lang, edge.seconds.1)) }
                    }
                }
            }
        }
    }
}

/// A time between two events, in the unit that fits it.
fn lapse(lang: Lang, seconds: f64) -> String {
    use pack::model::{Own, Unit};
    let (unit, amount) = match seconds {
        long if long >= 2.0 * 86_400.0 => (Unit::Days, long / 86_400.0),
        hours if hours >= 2.0 * 3_600.0 => (Unit::Hours, hours / 3_600.0),
        short => (Unit::Minutes, short / 60.0),
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length of time, rounded")]
    let amount = amount.round().max(0.0) as u32;
    text::length(lang, Own { amount, unit })
}

/// The cases in which one event came right after another.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The procedure.
    pub procedure: (Id, Title),
    /// The two.
    pub edge: (String, String),
    /// The cases.
    pub cases: Vec<Case>,
    /// How often it happened in all.
    pub total: u64,
}

/// A case in which one event came right after another.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub case: String,
    /// The office.
    pub office: Title,
    /// The two events: when each happened, and its entry.
    pub events: [(Time, u64); 2],
    /// How long lay between them, in seconds.
    pub seconds: f64,
}

/// The cases behind an edge, the longest first.
pub fn cases(frame: &Frame, view: &Cases) -> Markup {
    let lang = frame.lang;
    let title = format!("{} → {}", view.edge.0, view.edge.1);
    let head = Head::new(title.as_str()).under(lang.say("nav-board"), path::BOARD);
    let head = head.under(lang.say("nav-maps"), path::MAPS);
    let head = head.under(lang.of(&view.procedure.1), path::map(&view.procedure.0)).wide();
    let facts = [("shown", view.cases.len().into()), ("total", view.total.into())];
    let event = |(at, entry): &(Time, u64)| {
        html! {
            span {
                (part::moment(lang, *at)) " "
                a.nowrap href=(path::entry(*entry)) { (lang.tell("entry-number", &[("n", entry.to_string().into())])) }
            }
        }
    };
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            p.soft role="status" { (lang.tell("board-cases", &facts)) }
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("case-number")) }
                        th scope="col" { (lang.say("filter-office")) }
                        th scope="col" { (view.edge.0) }
                        th scope="col" { (view.edge.1) }
                        th.figure scope="col" { (lang.say("maps-between")) }
                    }
                }
                tbody {
                    @for case in &view.cases {
                        tr {
                            td data-name=(lang.say("case-number")) {
                                a.code href=(path::board_case(&case.case)) data-row { (case.case) }
                            }
                            td data-name=(lang.say("filter-office")) { (lang.of(&case.office)) }
                            td data-name=(view.edge.0) { (event(&case.events[0])) }
                            td data-name=(view.edge.1) { (event(&case.events[1])) }
                            td.figure data-name=(lang.say("maps-between")) { (lapse(lang, case.seconds)) }
                        }
                    }
                }
            }
        },
    )
}
