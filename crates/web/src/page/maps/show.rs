use super::form::{Choices, Form};
use super::tables::{self, Again, Edge, Fit, Wait};
use crate::asset;
use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use maud::{Markup, PreEscaped, html};
use oversight::map::Words;

/// How cases went.
#[derive(Clone, Debug)]
pub struct Map {
    /// Where it is.
    pub base: String,
    /// What it is a map of.
    pub title: String,
    /// The pages above.
    pub above: Vec<(String, String)>,
    /// What is asked for.
    pub form: Form,
    /// What could be.
    pub choices: Choices,
    /// How many cases it shows.
    pub cases: u64,
    /// How many there are.
    pub all: u64,
    /// How many different ways they went.
    pub variants: u64,
    /// Closed cases that are not held any more.
    pub left_out: u64,
    /// Of a log from elsewhere, the offset from UTC at which its days begin.
    pub zone: Option<String>,
    /// The drawing.
    pub drawn: String,
    /// Which event came right after which, the most frequent first: those that are drawn.
    pub edges: Vec<Edge>,
    /// How many there are in all.
    pub total: u64,
    /// Where cases wait: by step, by office, by both.
    pub waits: [Vec<Wait>; 3],
    /// What is done again.
    pub again: Again,
    /// How they agree with the procedure.
    pub fit: Option<Fit>,
    /// The most frequent ways.
    pub ways: Vec<Way>,
    /// Words for lengths of time.
    pub words: &'static Words,
    /// Maps of objects of other types over the same events: what they are called, where they are, and which is this.
    pub others: Vec<(String, String, bool)>,
}

/// A way in which cases went.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its name in addresses.
    pub name: String,
    /// How many went so.
    pub count: u64,
    /// What they went along.
    pub steps: Vec<String>,
}

/// A map.
pub fn show(frame: &Frame, view: &Map) -> Markup {
    let lang = frame.lang;
    let above = view.above.iter();
    let head = above.fold(Head::new(view.title.as_str()), |head, (title, path)| head.under(title, path));
    let facts = [
        ("cases", view.cases.into()),
        ("all", view.all.into()),
        ("variants", view.variants.into()),
        ("shown", view.edges.len().into()),
        ("total", view.total.into()),
    ];
    document(
        frame,
        &head.wide(),
        &html! {
            h1 { (view.title) }
            @if !view.others.is_empty() {
                nav aria-label=(lang.say("maps-objects")) {
                    ul.counts {
                        @for (title, to, here) in &view.others {
                            li { a.plain href=(to) aria-current=[here.then_some("page")] { (title) } }
                        }
                    }
                }
            }
            p role="status" {
                (lang.tell("maps-sums", &facts)) " " (lang.tell("maps-drawn", &facts))
                @if view.cases < view.all { " " (lang.tell("maps-of-all", &facts)) }
            }
            @if view.left_out > 0 {
                p.soft { (lang.tell("maps-left-out", &[("count", view.left_out.into())])) }
            }
            @if let Some(zone) = &view.zone {
                p.soft { (lang.tell("maps-zone", &[("zone", zone.as_str().into())])) }
            }
            (view.form.shown(lang, &view.base, &view.choices))
            @if let Some(way) = &view.form.way {
                p {
                    (lang.say("maps-one-way")) " "
                    a href=(view.form.of_way(&view.base, None)) data-way=(way) { (lang.say("maps-all-ways")) }
                }
            }
            @if view.cases == 0 { p { (lang.say("maps-none-left")) } } @else {
                section.scroll.drawing tabindex="0" aria-label=(lang.tell("maps-alt", &facts)) { (PreEscaped(&view.drawn)) }
                script type="module" src=(asset::url("drawing.js")) {}
                p { a href={ (saved(view)) } download { (lang.say("maps-save")) } }
                (tables::waits(lang, &view.waits, view.words))
                (tables::again(lang, &view.again, view.words))
                @if let Some(fit) = &view.fit { (tables::fit(lang, fit)) }
                (ways(frame, view))
                (tables::edges(lang, &view.edges, view.words))
            }
        },
    )
}

fn saved(view: &Map) -> String {
    let map = view.form.map("");
    format!("{}/map.svg{map}", view.base)
}

fn ways(frame: &Frame, view: &Map) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("maps-ways")) }
        ol {
            @for way in &view.ways {
                li {
                    a href=(view.form.of_way(&view.base, Some(&way.name))) {
                        (lang.tell("maps-cases", &[("count", way.count.into())]))
                    }
                    (lang.colon()) (way.steps.join(" → "))
                }
            }
        }
    }
}
