use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use oversight::map::{Times, Words};

/// One event right after another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The earlier.
    pub from: String,
    /// The later.
    pub to: String,
    /// Where its cases are shown.
    pub link: String,
    /// How often.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// How long it took.
    pub times: Times,
    /// How often the procedure did not allow it.
    pub wrong: u64,
}

/// What was waited for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The step with its cases; none for all of an office.
    pub step: Option<(String, String)>,
    /// The office; none for all.
    pub office: Option<String>,
    /// In how many cases.
    pub cases: u64,
    /// How long.
    pub waited: Times,
    /// How long it took once begun.
    pub served: Option<Times>,
}

/// What was done again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// In how many cases.
    pub cases: u64,
    /// Steps.
    pub repeats: Vec<Repeat>,
    /// Ways round.
    pub loops: Vec<Repeat>,
}

/// A step, or a way round.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The step, or those of the way round.
    pub steps: Vec<String>,
    /// Its cases.
    pub link: Option<String>,
    /// In how many cases.
    pub cases: u64,
    /// How often again.
    pub times: u64,
    /// How long that took, in seconds.
    pub seconds: f64,
}

/// How cases agree with a procedure.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The procedure.
    pub procedure: String,
    /// From 0 to 1.
    pub fitness: f64,
    /// Cases that agree in everything.
    pub fitting: u64,
    /// All cases.
    pub all: u64,
    /// What was not allowed.
    pub wrong: Vec<Wrong>,
    /// Steps that were required and missing, with in how many cases.
    pub missing: Vec<(String, u64)>,
    /// What could have followed what and never did.
    pub never: Vec<(String, String)>,
    /// How many of these there are.
    pub never_all: u64,
    /// Where the cases that do not agree are shown.
    pub odd: String,
}

/// What was not allowed.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The step.
    pub step: String,
    /// Why not.
    pub why: String,
    /// How often.
    pub times: u64,
    /// In how many cases.
    pub cases: u64,
}

/// The edges that are drawn: the map for those who read it, with the same links.
pub fn edges(lang: Lang, edges: &[Edge], words: &Words) -> Markup {
    let heads = [
        lang.say("maps-how-often"),
        lang.say("maps-in-cases"),
        lang.say("maps-mean"),
        lang.say("maps-median"),
        lang.say("maps-p90"),
        lang.say("maps-longest"),
    ];
    html! {
        h2 #edges-title { (lang.say("maps-edges")) }
        p.soft { (lang.say("maps-edges-hint")) }
        table.wide aria-labelledby="edges-title" {
            thead {
                tr {
                    th scope="col" { (lang.say("maps-follows")) }
                    @for head in &heads { th.figure scope="col" { (head) } }
                }
            }
            tbody {
                @for edge in edges {
                    tr {
                        td {
                            a href=(edge.link) data-row { (edge.from) " → " (edge.to) }
                            @if edge.wrong > 0 {
                                " " span.late { (lang.tell("maps-wrong-times", &[("count", edge.wrong.into())])) }
                            }
                        }
                        @let times = &edge.times;
                        @let figures = [
                            edge.count.to_string(), edge.cases.to_string(), words.span(times.mean),
                            words.span(times.median), words.span(times.p90), words.span(times.longest),
                        ];
                        @for (head, figure) in heads.iter().zip(figures) { td.figure data-name=(head) { (figure) } }
                    }
                }
            }
        }
    }
}

/// Where cases wait.
pub fn waits(lang: Lang, waits: &[Vec<Wait>; 3], words: &Words) -> Markup {
    let titles = [lang.say("maps-waits-step"), lang.say("maps-waits-office"), lang.say("maps-waits-both")];
    html! {
        h2 { (lang.say("maps-waits")) }
        p.soft { (lang.say("maps-waits-hint")) }
        @for (at, (waits, title)) in waits.iter().zip(&titles).enumerate() {
            @if !waits.is_empty() {
                details.waits open[at == 0] {
                    summary { (title) }
                    (waited(lang, waits, title, words))
                }
            }
        }
    }
}

fn waited(lang: Lang, waits: &[Wait], title: &str, words: &Words) -> Markup {
    let served = waits.iter().any(|wait| wait.served.is_some());
    let mut heads = vec![
        lang.say("maps-in-cases"),
        lang.say("maps-total"),
        lang.say("maps-median"),
        lang.say("maps-p90"),
    ];
    heads.extend(served.then(|| lang.say("maps-served")));
    html! {
        table.wide aria-label=(title) {
            thead {
                tr {
                    th scope="col" { (lang.say("maps-where")) }
                    @for head in &heads { th.figure scope="col" { (head) } }
                }
            }
            tbody {
                @for wait in waits {
                    tr {
                        td {
                            @match &wait.step {
                                Some((step, link)) => { a href=(link) data-row { (step) } }
                                None => (wait.office.as_deref().unwrap_or_default()),
                            }
                            @if wait.step.is_some() && let Some(office) = &wait.office {
                                " " span.soft { (office) }
                            }
                        }
                        // Where nothing tells of service there is no column for it.
                        @let figures = [
                            wait.cases.to_string(), words.span(wait.waited.total), words.span(wait.waited.median),
                            words.span(wait.waited.p90),
                            wait.served.map_or("–".to_owned(), |times| words.span(times.median)),
                        ];
                        @for (head, figure) in heads.iter().zip(figures) {
                            td.figure data-name=(head) { (figure) }
                        }
                    }
                }
            }
        }
    }
}

/// What is done again.
pub fn again(lang: Lang, again: &Again, words: &Words) -> Markup {
    html! {
        h2 #again-title { (lang.say("maps-again")) }
        @if again.cases == 0 { p { (lang.say("maps-again-none")) } } @else {
            p { (lang.tell("maps-again-in", &[("count", again.cases.into())])) }
            (repeated(lang, &again.repeats, &lang.say("maps-again-steps"), words))
            @if !again.loops.is_empty() { (repeated(lang, &again.loops, &lang.say("maps-again-loops"), words)) }
        }
    }
}

fn repeated(lang: Lang, all: &[Repeat], title: &str, words: &Words) -> Markup {
    let heads = [lang.say("maps-in-cases"), lang.say("maps-times-again"), lang.say("maps-total")];
    html! {
        table.wide aria-label=(title) {
            thead {
                tr {
                    th scope="col" { (title) }
                    @for head in &heads { th.figure scope="col" { (head) } }
                }
            }
            tbody {
                @for one in all {
                    tr {
                        td {
                            @let told = one.steps.join(" → ");
                            @match &one.link {
                                Some(link) => a href=(link) data-row { (told) },
                                None => (told),
                            }
                        }
                        @let figures = [one.cases.to_string(), one.times.to_string(), words.span(one.seconds)];
                        @for (head, figure) in heads.iter().zip(figures) { td.figure data-name=(head) { (figure) } }
                    }
                }
            }
        }
    }
}

/// How cases agree with the procedure.
pub fn fit(lang: Lang, fit: &Fit) -> Markup {
    let percent = format!("{:.1}%", fit.fitness * 100.0);
    let facts = [
        ("all", fit.all.into()),
        ("fitness", percent.into()),
        ("count", fit.fitting.into()),
        ("procedure", fit.procedure.as_str().into()),
    ];
    html! {
        h2 #fit-title { (lang.say("maps-fit")) }
        p {
            (lang.tell("maps-fit-words", &facts))
            @if fit.fitting < fit.all { " " a href=(fit.odd) { (lang.say("maps-odd")) } }
        }
        p.soft { (lang.say("maps-fit-hint")) }
        @if !fit.wrong.is_empty() {
            table.wide aria-label=(lang.say("maps-wrong")) {
                thead {
                    tr {
                        th scope="col" { (lang.say("maps-wrong")) }
                        th scope="col" { (lang.say("maps-why")) }
                        th.figure scope="col" { (lang.say("maps-in-cases")) }
                        th.figure scope="col" { (lang.say("maps-how-often")) }
                    }
                }
                tbody {
                    @for one in &fit.wrong {
                        tr {
                            td { (one.step) }
                            td data-name=(lang.say("maps-why")) { span { (one.why) } }
                            td.figure data-name=(lang.say("maps-in-cases")) { (one.cases) }
                            td.figure data-name=(lang.say("maps-how-often")) { (one.times) }
                        }
                    }
                }
            }
        }
        @if !fit.missing.is_empty() {
            h3 { (lang.say("maps-missing")) }
            ul {
                @for (step, cases) in &fit.missing {
                    li { (step) (lang.colon()) (lang.tell("maps-cases", &[("count", (*cases).into())])) }
                }
            }
        }
        @if !fit.never.is_empty() {
            details {
                summary { (lang.tell("maps-never", &[("count", fit.never_all.into())])) }
                ul { @for (from, to) in &fit.never { li { (from) " → " (to) } } }
            }
        }
    }
}
