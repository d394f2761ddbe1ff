use super::home::search;
use super::numbered::{self, Numbered};
use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path, text};
use maud::{Markup, html};
use pack::model::{Channel, Procedure};
use pack::{Id, Title};

/// Services in a list: those found for a query, or those of a category.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What the list is of.
    pub of: Of,
    /// The services, best first.
    pub services: Vec<Found>,
    /// How many there are on all pages.
    pub all: usize,
    /// Which page this is, and which is the last.
    pub page: (u64, u64),
    /// All headings, to look under instead.
    pub categories: Vec<(Id, Title)>,
    /// The reader's own cases with the number that is looked for.
    pub cases: Vec<Numbered>,
}

/// What a list of services is of.
#[derive(Clone, Debug)]
pub enum Of {
    /// The answer to a query.
    Query(String),
    /// A category.
    Category(Id, Title),
}

impl Default for Of {
    fn default() -> Self {
        Self::Query(String::new())
    }
}

/// A service in a list.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// What it is for.
    pub about: Option<Title>,
    /// Its heading.
    pub category: Title,
    /// Where it can be asked for.
    pub channels: Vec<Channel>,
}

impl Found {
    /// The service as its definition has it, under the heading `category`.
    pub fn new(procedure: &Procedure, category: &Title) -> Self {
        Self {
            id: procedure.id.clone(),
            title: procedure.title.clone(),
            about: procedure.about.clone(),
            category: category.clone(),
            channels: procedure.channels.clone(),
        }
    }
}

/// The list.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let blank = matches!(&view.of, Of::Query(query) if query.is_empty());
    let (title, query) = match &view.of {
        Of::Query(query) if query.is_empty() => (lang.say("found-title-empty").into_owned(), query.as_str()),
        Of::Query(query) => (lang.tell("found-title", &[("query", query.as_str().into())]), query.as_str()),
        Of::Category(_, title) => (lang.of(title).to_owned(), ""),
    };
    document(
        frame,
        &Head::new(title.as_str()).under(lang.say("nav-services"), path::HOME),
        &html! {
            h1 { (title) }
            (search(frame, query))
            (numbered::list(frame, &view.cases))
            @if blank {
                p role="status" { (lang.say("found-blank")) }
            } @else if !view.services.is_empty() || view.cases.is_empty() {
                p.soft role="status" { (lang.tell("found-count", &[("count", view.all.into())])) }
            }
            @if view.services.is_empty() {
                @if !blank && view.cases.is_empty() { p { (lang.say("found-none")) } }
                h2 { (lang.say("found-instead")) }
                ul {
                    @for (id, title) in &view.categories {
                        li { a href=(path::category(id)) { (lang.of(title)) } }
                    }
                }
            } @else {
                ol.found {
                    @for found in &view.services { (one(frame, found)) }
                }
                (part::pages(lang, view.page, |page| {
                    format!("{}&page={page}", path::find(query))
                }))
            }
            @if matches!(view.of, Of::Query(_)) { p.soft { (lang.say("found-elsewhere")) } }
        },
    )
}

fn one(frame: &Frame, found: &Found) -> Markup {
    let lang = frame.lang;
    html! {
        li {
            h2 { a href=(path::service(&found.id)) { (lang.of(&found.title)) } }
            @if let Some(about) = &found.about { p { (lang.of(about)) } }
            p.soft {
                (lang.of(&found.category))
                @for channel in &found.channels { " · " (text::kind_of_channel(lang, *channel)) }
            }
        }
    }
}
