//! How cases went: the list of maps, a map, and the cases behind what it shows.

mod behind;
mod form;
mod show;
mod tables;

pub use behind::{Case, Cases, cases};
pub use form::{Choices, Form, Tint, address};
pub use show::{Map, Way, show};
pub use tables::{Again, Edge, Fit, Repeat, Wait, Wrong};

use super::findings::ways;
use crate::layout::{Frame, Head, document};
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::{Id, Title};

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
