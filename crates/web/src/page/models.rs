use super::findings::{sections, severity, ways};
use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::explain::Section;
use pack::models::Severity;
use pack::{Id, Title};

/// The models of the packs.
#[derive(Clone, Debug)]
pub struct List {
    /// What was searched for.
    pub query: String,
    /// Those that are shown.
    pub models: Vec<Line>,
    /// How many fit, how many there are, and how many of these follow from procedures.
    pub counts: (u64, u64, u64),
    /// Which page of how many.
    pub page: (u64, u64),
}

/// A model in the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id and what must hold.
    pub model: (Id, Title),
    /// How bad a breach is.
    pub severity: Severity,
    /// The procedure from which it follows, or the pack that holds it.
    pub origin: Title,
    /// Whether it runs over the record.
    pub runs: bool,
    /// How many open findings the reader may see.
    pub open: u64,
}

/// The models.
pub fn list(frame: &Frame, view: &List) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-models");
    let head = Head::new(title.as_ref()).under(lang.say("nav-board"), path::BOARD).wide();
    let (fit, all, derived) = view.counts;
    let facts = [
        ("fit", fit.into()),
        ("all", all.into()),
        ("derived", derived.into()),
        ("written", (all - derived).into()),
    ];
    document(
        frame,
        &head,
        &html! {
            h1 { (title) }
            (ways(frame))
            p { (lang.tell("models-count", &facts)) }
            form.search role="search" method="get" action=(path::MODELS) {
                label.unseen for="models-q" { (lang.say("models-search")) }
                input #models-q type="search" name="q" value=(view.query) data-search autocomplete="off"
                    placeholder=(lang.say("models-search"));
                button.act type="submit" { (lang.say("search-go")) }
            }
            p.soft role="status" { (lang.tell("models-fit", &facts)) }
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("findings-severity")) }
                        th scope="col" { (lang.say("findings-model")) }
                        th scope="col" { (lang.say("models-origin")) }
                        th scope="col" { (lang.say("models-runs")) }
                        th.figure scope="col" { (lang.say("findings-open")) }
                    }
                }
                tbody { @for line in &view.models { (one_line(frame, line)) } }
            }
            (part::pages(lang, view.page, |page| format!("{}?q={}&page={page}", path::MODELS, path::segment(&view.query))))
        },
    )
}

fn one_line(frame: &Frame, line: &Line) -> Markup {
    let lang = frame.lang;
    html! {
        tr {
            td data-name=(lang.say("findings-severity")) { (severity(frame, line.severity)) }
            td data-name=(lang.say("findings-model")) {
                a href=(path::model(&line.model.0)) data-row { (lang.of(&line.model.1)) }
            }
            td data-name=(lang.say("models-origin")) { (lang.of(&line.origin)) }
            td data-name=(lang.say("models-runs")) {
                @if line.runs { (lang.say("models-live")) } @else { (lang.say("models-idle")) }
            }
            td.figure data-name=(lang.say("findings-open")) { (line.open) }
        }
    }
}

/// A model in plain words.
#[derive(Clone, Debug)]
pub struct One {
    /// Its id and what must hold.
    pub model: (Id, Title),
    /// How bad a breach is.
    pub severity: Severity,
    /// It in plain words.
    pub words: Vec<Section>,
    /// Why it does not run over the record; none where it does.
    pub idle: Option<Title>,
    /// The pack's own text of it.
    pub source: String,
    /// By office: open findings, and how many there ever were.
    pub found: Vec<(Id, Title, u64, u64)>,
}

/// A model.
pub fn one(frame: &Frame, view: &One) -> Markup {
    let lang = frame.lang;
    let title = lang.of(&view.model.1);
    let head = Head::new(title).under(lang.say("nav-board"), path::BOARD);
    document(
        frame,
        &head.under(lang.say("nav-models"), path::MODELS),
        &html! {
            h1 { (title) }
            p.status { (severity(frame, view.severity)) " " span.code { (view.model.0) } }
            @if let Some(why) = &view.idle {
                (part::callout("still", lang.say("models-idle"), html! { p { (lang.of(why)) } }))
            }
            (sections(frame.lang, &view.words, false))
            h2 { (lang.say("nav-findings")) }
            @if view.found.is_empty() { p { (lang.say("models-no-findings")) } }
            ul {
                @for (office, name, open, all) in &view.found {
                    @let facts = [("open", open.to_string().into()), ("all", all.to_string().into())];
                    li {
                        a href={ (path::findings_of(&view.model.0, office)) "&closed=yes" } { (lang.of(name)) }
                        (lang.colon()) (lang.tell("finding-again-words", &facts))
                    }
                }
            }
            h2 { (lang.say("models-source")) }
            pre tabindex="0" { code { (view.source) } }
        },
    )
}
