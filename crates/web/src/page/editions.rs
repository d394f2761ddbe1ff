use crate::layout::{Frame, Head, document};
use crate::page::staff::person::reasons;
use crate::part;
use crate::path;
use crate::text::Speak as _;
use casework::difference::{Difference, Differences, How};
use casework::migration::Plan;
use maud::{Markup, html};
use pack::{Id, Title};

/// Running cases that are not in the current edition.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Procedure by procedure: which, what it is called, how many cases, and whether anything differs for them.
    pub procedures: Vec<(Id, Title, u64, bool)>,
    /// The current edition, in short.
    pub current: String,
}

/// The list.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-editions");
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            p { (lang.say("edition-lead")) }
            p.soft { (lang.say("edition-current")) " " span.code { (view.current) } }
            @if view.procedures.is_empty() { p { (lang.say("edition-none")) } } @else {
                table.wide {
                    thead {
                        tr {
                            th scope="col" { (lang.say("filter-procedure")) }
                            th scope="col" { (lang.say("edition-cases")) }
                            th scope="col" { (lang.say("edition-differs")) }
                        }
                    }
                    tbody {
                        @for (id, title, cases, differs) in &view.procedures {
                            tr {
                                td data-name=(lang.say("filter-procedure")) {
                                    a href=(path::edition(id)) data-row { (lang.of(title)) }
                                }
                                td data-name=(lang.say("edition-cases")) { (cases) }
                                td data-name=(lang.say("edition-differs")) {
                                    @if *differs { (lang.say("yes")) } @else { (lang.say("no")) }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// What going over to the current edition changes for the cases of one procedure, or for one of them.
#[derive(Clone, Debug)]
pub struct Moving {
    /// The procedure.
    pub procedure: (Id, Title),
    /// The one case, where it is about one.
    pub case: Option<String>,
    /// What differs, edition by edition.
    pub editions: Vec<(String, Differences)>,
    /// The cases with what would happen to each.
    pub cases: Vec<(String, Title, Plan)>,
    /// Where the form goes.
    pub action: String,
    /// What was just done: how many were moved, and which stayed with why.
    pub done: Option<(u64, Vec<(String, Title)>)>,
    /// What is wrong with what was filled in.
    pub fault: Option<Title>,
}

/// The plan, and the form that carries it out.
pub fn moving(frame: &Frame, view: &Moving) -> Markup {
    let lang = frame.lang;
    let title = match &view.case {
        Some(case) => format!("{} {case}", lang.of(&view.procedure.1)),
        None => lang.of(&view.procedure.1).to_owned(),
    };
    let fits = view.cases.iter().filter(|(.., plan)| plan.obstacles.is_empty()).count();
    let head = Head { faulty: view.fault.is_some(), ..Head::new(title.as_str()) };
    let head = head.under(lang.say("nav-editions"), path::EDITIONS);
    let head = if view.case.is_some() {
        head.under(lang.of(&view.procedure.1), path::edition(&view.procedure.0))
    } else {
        head
    };
    document(
        frame,
        &head,
        &html! {
            @if let Some(fault) = &view.fault {
                section.summary role="alert" aria-labelledby="summary-title" tabindex="-1" data-focus autofocus {
                    h2 #summary-title { (lang.say("error-title")) }
                    ul { li { a href="#reasons" { (lang.of(fault)) } } }
                }
            }
            h1 { (title) }
            @if let Some((moved, left)) = &view.done { (outcome(frame, *moved, left)) }
            @for (place, (edition, differences)) in view.editions.iter().enumerate() {
                section aria-labelledby={ "edition-" (place) } {
                    h2 id={ "edition-" (place) } { (lang.say("edition-what")) " " span.code.soft { (edition) } }
                    (all_differences(frame, differences))
                }
            }
            (cases(frame, view))
            @if fits > 0 { (carry_out(frame, view, fits)) }
        },
    )
}

fn outcome(frame: &Frame, moved: u64, left: &[(String, Title)]) -> Markup {
    let lang = frame.lang;
    html! {
        div.notice role="status" { p { (lang.tell("edition-moved", &[("count", moved.into())])) } }
        @if !left.is_empty() {
            (part::callout("soon", lang.say("edition-left"), html! {
                ul { @for (case, why) in left { li { span.code { (case) } (lang.colon()) (lang.of(why)) } } }
            }))
        }
    }
}

/// What differs between two editions of a procedure, part by part.
pub fn all_differences(frame: &Frame, all: &Differences) -> Markup {
    let lang = frame.lang;
    let parts = [
        (lang.say("case-steps"), &all.steps),
        (lang.say("case-clocks"), &all.clocks),
        (lang.say("edition-fields"), &all.fields),
        (lang.say("materials"), &all.materials),
    ];
    html! {
        @if all.is_empty() { p { (lang.say("edition-same")) } }
        @for (name, differences) in parts.iter().filter(|(_, all)| !all.is_empty()) {
            h3 { (name) }
            ul { @for difference in *differences { (one(frame, difference)) } }
        }
    }
}

fn one(frame: &Frame, difference: &Difference) -> Markup {
    let lang = frame.lang;
    html! {
        li {
            @match &difference.how {
                How::Added => { (part::tag("calm", &lang.say("edition-added"))) " " (lang.of(&difference.title)) }
                How::Gone => { (part::tag("late", &lang.say("edition-gone"))) " " (lang.of(&difference.title)) }
                How::Changed(what) => {
                    (part::tag("soon", &lang.say("edition-changed"))) " " (lang.of(&difference.title))
                    ul {
                        @for (what, was, is) in what {
                            li {
                                (lang.of(what)) (lang.colon())
                                del { span.unseen { (lang.say("edition-was")) " " } (lang.of(was)) }
                                " → "
                                ins { span.unseen { (lang.say("edition-is")) " " } (lang.of(is)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cases(frame: &Frame, view: &Moving) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="cases-title" {
            h2 #cases-title { (lang.say("edition-cases")) }
            @if view.cases.is_empty() { p { (lang.say("edition-no-cases")) } }
            ul.papers {
                @for (number, office, plan) in &view.cases {
                    li {
                        p {
                            a.code href=(path::edition_of_case(number)) data-row { (number) } " "
                            span.soft { (lang.of(office)) } " "
                            @if plan.obstacles.is_empty() {
                                (part::tag("calm", &lang.say("edition-fits")))
                            } @else {
                                (part::tag("late", &lang.say("edition-refused")))
                            }
                        }
                        (effects(frame, plan))
                    }
                }
            }
        }
    }
}

fn effects(frame: &Frame, plan: &Plan) -> Markup {
    let lang = frame.lang;
    let at = |time: Option<record::Time>| {
        html! {
            @match time { Some(time) => (part::moment(lang, time)), None => (lang.say("edition-not-running")) }
        }
    };
    html! {
        @let told = [&plan.opens, &plan.passes, &plan.unasked].iter().any(|titles| !titles.is_empty());
        @if told || !plan.obstacles.is_empty() || !plan.dues.is_empty() {
            ul {
                @for (about, why) in &plan.obstacles { li { span.code { (about) } (lang.colon()) (lang.of(why)) } }
                @for step in &plan.opens { li { (lang.tell("edition-opens", &[("step", lang.of(step).into())])) } }
                @for step in &plan.passes { li { (lang.tell("edition-passes", &[("step", lang.of(step).into())])) } }
                @for what in &plan.unasked { li { (lang.tell("edition-unasked", &[("what", lang.of(what).into())])) } }
                @for due in &plan.dues {
                    li { (lang.of(&due.clock)) (lang.colon()) (at(due.before)) " → " (at(due.after)) }
                }
            }
        }
    }
}

fn carry_out(frame: &Frame, view: &Moving, fits: usize) -> Markup {
    let lang = frame.lang;
    let words = match view.case {
        Some(_) => lang.say("edition-go-one").into_owned(),
        None => lang.tell("edition-go", &[("count", fits.into())]),
    };
    html! {
        section.begin aria-labelledby="go-title" {
            h2 #go-title { (lang.say("edition-carry-out")) }
            p { (lang.say("edition-carry-out-more")) }
            form method="post" action=(view.action) {
                (part::token(frame))
                (reasons(frame, "reasons", "", None))
                p.buttons { button.act type="submit" { (words) } }
            }
        }
    }
}
