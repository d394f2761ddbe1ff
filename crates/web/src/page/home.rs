use crate::layout::{Face, Frame, Head, Width, document};
use crate::path;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::{Id, Title};

/// The front page.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The headings under which services are found, each with some of its services.
    pub categories: Vec<Category>,
    /// What is asked for most.
    pub popular: Vec<(Id, Title)>,
    /// How many of the reader's own cases wait for them.
    pub waiting: usize,
}

/// A heading with some of its services.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// The first of its services.
    pub first: Vec<(Id, Title)>,
    /// How many it has.
    pub count: usize,
}

/// The front page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let head = Head { title: lang.say("home-title").into_owned(), width: Width::Wide, ..Head::default() };
    document(
        frame,
        &head,
        &html! {
            section.hero {
                h1 { (lang.say("home-title")) }
                p { (lang.say("home-lead")) }
                (search(frame, ""))
                @if !view.popular.is_empty() {
                    div.popular {
                        h2 { (lang.say("home-popular")) }
                        ul {
                            @for (id, title) in &view.popular {
                                li { a href=(path::service(id)) { (lang.of(title)) } }
                            }
                        }
                    }
                }
            }
            @if view.waiting > 0 {
                p.callout.soon {
                    a href=(path::CASES) { (lang.tell("home-waiting", &[("count", view.waiting.into())])) }
                }
            }
            div.headings {
                @for category in &view.categories {
                    section aria-labelledby={ "c-" (category.id) } {
                        h2 id={ "c-" (category.id) } {
                            a href=(path::category(&category.id)) { (lang.of(&category.title)) }
                        }
                        ul {
                            @for (id, title) in &category.first {
                                li { a href=(path::service(id)) { (lang.of(title)) } }
                            }
                        }
                        @if category.count > category.first.len() {
                            p.more {
                                a href=(path::category(&category.id)) {
                                    (lang.tell("home-all", &[("count", category.count.into())]))
                                    span.unseen { " " (lang.of(&category.title)) }
                                }
                            }
                        }
                    }
                }
            }
            section.promises aria-labelledby="promises" {
                h2 #promises { (lang.say("home-promises")) }
                ul {
                    li { b { (lang.say("home-law")) } " " (lang.say("home-law-more")) }
                    li { b { (lang.say("home-clocks")) } " " (lang.say("home-clocks-more")) }
                    li { b { (lang.say("home-reads")) } " " (lang.say("home-reads-more")) }
                    li { b { (lang.say("home-proof")) } " " (lang.say("home-proof-more")) }
                }
            }
        },
    )
}

/// The field in which a service is looked for.
pub(super) fn search(frame: &Frame, query: &str) -> Markup {
    let lang = frame.lang;
    html! {
        form.search role="search" method="get" action=(path::FIND) {
            label.unseen for="q" { (lang.say("search-label")) }
            input #q type="search" name="q" value=(query) placeholder=(lang.say("search-placeholder"))
                autocomplete="off" enterkeyhint="search" autofocus[frame.face == Face::Kiosk];
            button.act type="submit" { (lang.say("search-go")) }
        }
    }
}
