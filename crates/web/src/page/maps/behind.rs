use crate::layout::{Frame, Head, document};
use crate::part;
use crate::text::Speak as _;
use maud::{Markup, html};
use oversight::map::Words;
use record::Time;

/// The cases behind an edge, a step, or a procedure that they do not agree with.
#[derive(Clone, Debug)]
pub struct Cases {
    /// What they are behind.
    pub title: String,
    /// Whether times are those of a log from elsewhere, each told at the offset at which it was written down.
    pub elsewhere: bool,
    /// What each of the two events is.
    pub heads: [String; 2],
    /// Whether the figure says how much is wrong, and not how long it took.
    pub by_fit: bool,
    /// The pages above.
    pub above: Vec<(String, String)>,
    /// The cases, the largest figure first.
    pub cases: Vec<Case>,
    /// How many there are in all.
    pub total: u64,
    /// Which page of how many.
    pub page: (u64, u64),
    /// The address, to which the page is added.
    pub address: String,
    /// Words for lengths of time.
    pub words: &'static Words,
}

/// An event: when it happened, where that is told; what it is called and where it is.
pub type Happened = (Option<Time>, (String, String));

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number, and where it is shown.
    pub case: (String, String),
    /// The office.
    pub office: String,
    /// The two events.
    pub events: [Option<Happened>; 2],
    /// Seconds, or how much is wrong.
    pub figure: f64,
}

/// The cases, the largest figure first.
pub fn cases(frame: &Frame, view: &Cases) -> Markup {
    let lang = frame.lang;
    let above = view.above.iter();
    let head =
        above.fold(Head::new(view.title.as_str()), |head, (title, path)| head.under(title, path)).wide();
    let facts = [("shown", view.cases.len().into()), ("total", view.total.into())];
    let figure = if view.by_fit { lang.say("maps-wrong-count") } else { lang.say("maps-between") };
    let heads: Vec<(usize, &String)> =
        view.heads.iter().enumerate().filter(|(_, head)| !head.is_empty()).collect();
    let offices = view.cases.iter().any(|case| !case.office.is_empty());
    let moment = if view.elsewhere { part::moment_elsewhere } else { part::moment };
    let event = |event: &Option<Happened>| {
        html! {
            @if let Some((at, (words, to))) = event {
                span { @if let Some(at) = at { (moment(lang, *at)) " " } a.nowrap href=(to) { (words) } }
            }
        }
    };
    document(
        frame,
        &head,
        &html! {
            h1 { (view.title) }
            p.soft role="status" { (lang.tell("board-cases", &facts)) }
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("case-number")) }
                        @if offices { th scope="col" { (lang.say("filter-office")) } }
                        @for (_, head) in &heads { th scope="col" { (head) } }
                        th.figure scope="col" { (figure) }
                    }
                }
                tbody {
                    @for case in &view.cases {
                        tr {
                            td data-name=(lang.say("case-number")) {
                                a.code href=(case.case.1) data-row { (case.case.0) }
                            }
                            @if offices { td data-name=(lang.say("filter-office")) { (case.office) } }
                            @for (at, head) in &heads {
                                td data-name=(head) { @if let Some(one) = case.events.get(*at) { (event(one)) } }
                            }
                            td.figure data-name=(figure) {
                                @if view.by_fit { (case.figure) } @else { (view.words.span(case.figure)) }
                            }
                        }
                    }
                }
            }
            (part::pages(lang, view.page, |page| {
                let with = if view.address.contains('?') { '&' } else { '?' };
                format!("{}{with}page={page}", view.address)
            }))
        },
    )
}
