use super::cases::Stage;
use super::clock;
use super::course::{self, Happening, Step};
use super::document as documents;
use crate::layout::{Frame, Head, document};
use crate::part::{self, Due};
use crate::path;
use crate::text::{Lang, Speak as _};
use casework::given::Valid;
use maud::{Markup, html};
use pack::model::Office;
use pack::{Id, Title};
use record::Time;

mod acts;

pub use acts::Tried;

/// A case as its party follows it.
#[derive(Clone, Debug)]
pub struct View {
    /// The case's number.
    pub case: String,
    /// How many events it had.
    pub seen: u64,
    /// The service.
    pub service: Id,
    /// What people call it.
    pub title: Title,
    /// How far it is.
    pub stage: Stage,
    /// The office that handles it.
    pub office: Option<Office>,
    /// When it was handed in.
    pub submitted: Option<Time>,
    /// What the party is asked to correct.
    pub asked: Option<Asked>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The clocks.
    pub clocks: Vec<clock::View>,
    /// Everything that happened, the latest first.
    pub happened: Vec<Happening>,
    /// What of that corrected what the office had written down, after the case was over.
    pub put_right: Vec<Happening>,
    /// Who has read the party's personal data, the latest first.
    pub reads: Vec<Read>,
    /// What the case has given.
    pub given: Vec<Given>,
    /// What the party may do now, as [`casework::moves`] names it: `withdraw`, `rate`, `complain`.
    pub may: Vec<&'static str>,
    /// The rating that was given.
    pub rating: Option<(u8, Option<String>)>,
    /// Complaints with their answers.
    pub complaints: Vec<Complaint>,
    /// What the party has just tried, and was not done.
    pub tried: Option<Tried>,
}

/// A correction that the party is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When it was asked for.
    pub at: Time,
    /// By whom.
    pub by: Option<String>,
    /// Until when it must be answered.
    pub due: Option<Due>,
    /// Field or material by its title, with what is wrong.
    pub notes: Vec<(Title, String)>,
}

/// A reading of personal data.
#[derive(Clone, Debug)]
pub struct Read {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: String,
    /// In which office.
    pub office: Title,
    /// Under which purpose.
    pub purpose: Title,
    /// Which answers and files.
    pub what: String,
}

/// A licence, certificate or entry that the case gave.
#[derive(Clone, Debug)]
pub struct Given {
    /// What.
    pub title: Title,
    /// How long it is valid.
    pub valid: Valid,
    /// Since when it stands no more.
    pub revoked: Option<Time>,
    /// Since when a later one stands in its place.
    pub replaced: Option<Time>,
    /// Where it can be had.
    pub path: String,
}

/// A complaint.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// What about.
    pub words: String,
    /// When.
    pub at: Time,
    /// The answer.
    pub reply: Option<(Time, String)>,
    /// When it was closed without one: its words were erased.
    pub closed: Option<Time>,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let head = Head::new(lang.of(&view.title)).under(lang.say("nav-cases"), path::CASES);
    let mut head = head.live(path::of_case(&view.case, "events"));
    head.faulty = view.tried.is_some();
    // Nothing of it has to wait on the party's device any more.
    let handed_in = matches!(view.stage, Stage::Open(_) | Stage::Ended(_));
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(&view.title)) }
            p.status data-refresh="status" data-sent=[handed_in.then_some(&view.case)]
                data-unsent=[handed_in.then(|| unsent(lang))] {
                (part::tag(view.stage.tone(), &view.stage.words(frame)))
                " " span.soft { (lang.say("case-number")) " " } span.code { (view.case) }
                @if let Some(at) = view.submitted {
                    " " span.soft { (lang.say("case-submitted")) " " (part::moment(lang, at)) }
                }
            }
            (acts::not_done(frame, view))
            div data-refresh="put-right" { (put_right(lang, view)) }
            div.beside {
                div {
                    div data-refresh="asked" {
                        @if let Some(asked) = &view.asked { (correction(frame, view, asked)) }
                    }
                    div data-refresh="given" { @if !view.given.is_empty() { (given(frame, view)) } }
                    section aria-labelledby="steps-title" {
                        h2 #steps-title { (lang.say("case-steps")) }
                        (course::steps(lang, &view.steps, true))
                    }
                }
                div.next {
                    // There before the first clock begins, so that it can come into sight.
                    div data-refresh="times" {
                        @if !view.clocks.is_empty() {
                            section aria-labelledby="clocks-title" {
                                h2 #clocks-title { (lang.say("case-clocks")) }
                                (clock::list(lang, &view.clocks, true))
                            }
                        }
                    }
                    (acts::show(frame, view))
                    @if let Some(office) = &view.office { (contact(frame, office)) }
                }
                div { (trail(frame, view)) }
            }
        },
    )
}

/// What was said and seen in the case: complaints, readings of personal data, every event.
fn trail(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        div data-refresh="complaints" { (complaints(frame, view)) }
        div data-refresh="reads" {
            h2 #reads-title { (lang.say("case-reads")) }
            p.soft { (lang.say("case-reads-more")) }
            (reads(frame, view))
        }
        section aria-labelledby="events-title" {
            h2 #events-title { (lang.say("case-events")) }
            div data-refresh="history" {
                details {
                    summary { (lang.tell("case-events-show", &[("count", view.happened.len().into())])) }
                    (course::happenings(lang, &view.happened, false, true))
                }
            }
        }
    }
}

/// What is said of files that still wait on the device when their case was handed in from elsewhere.
pub(super) fn unsent(lang: Lang) -> String {
    lang.tell("unsent", &[("names", "{names}".into())])
}

/// What was corrected after the case was over, where nobody looks at its events any more.
fn put_right(lang: Lang, view: &View) -> Markup {
    html! {
        @if !view.put_right.is_empty() {
            (part::callout("soon", lang.say("put-right-after"), html! {
                p { (lang.say("put-right-after-more")) }
                (course::happenings(lang, &view.put_right, false, false))
            }))
        }
    }
}

fn correction(frame: &Frame, view: &View, asked: &Asked) -> Markup {
    let lang = frame.lang;
    part::callout(
        "soon",
        lang.say("correct-asked"),
        html! {
            ul { @for (title, note) in &asked.notes { li { b { (lang.of(title)) } (lang.colon()) (note) } } }
            p.soft {
                (part::moment(lang, asked.at))
                @if let Some(by) = &asked.by { " · " (by) }
            }
            @if let Some(due) = &asked.due {
                p {
                    (lang.say("correct-until")) " " b { (part::due_at(lang, due)) } "
                    " (part::standing(lang, due.standing))
                }
            }
            // Where the law knows no pause the office's time runs on.
            @let stands = |clock: &clock::View| clock.due.as_ref().is_some_and(|due| due.at.is_none());
            @if view.clocks.iter().any(stands) { p.soft { (lang.say("correct-clocks-stand")) } }
            p.buttons { (part::go(&path::of_case(&view.case, "form"), &lang.say("correct-go"))) }
        },
    )
}

fn given(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        section.given aria-labelledby="given-title" {
            h2 #given-title { (lang.say("case-given")) }
            ul {
                @for given in &view.given {
                    li {
                        a href=(given.path) { (lang.of(&given.title)) } " "
                        @match (given.revoked, given.replaced) {
                            (Some(_), _) => (part::tag("late", &lang.say("document-revoked"))),
                            (None, Some(_)) => (part::tag("late", &lang.say("document-replaced"))),
                            (None, None) => span.soft { (documents::valid(lang, given.valid)) },
                        }
                    }
                }
            }
        }
    }
}

fn complaints(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        @if !view.complaints.is_empty() {
            section aria-labelledby="complaints-title" {
                h2 #complaints-title { (lang.say("complaints")) }
                @for complaint in &view.complaints {
                    div.complaint {
                        p { (complaint.words) }
                        p.soft { (part::moment(lang, complaint.at)) }
                        @match &complaint.reply {
                            Some((at, words)) => {
                                p.reasons { (lang.say("complaint-reply")) (words) }
                                p.soft { (part::moment(lang, *at)) }
                            }
                            None => @match complaint.closed {
                                Some(at) => p.soft { (lang.say("complaint-closed")) " " (part::moment(lang, at)) },
                                None => p { (part::tag("soon", &lang.say("complaint-open"))) },
                            },
                        }
                    }
                }
            }
        }
    }
}

fn reads(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        @if view.reads.is_empty() {
            p { (lang.say("case-reads-none")) }
        } @else {
            table.wide {
                thead {
                    tr {
                        th scope="col" { (lang.say("read-when")) }
                        th scope="col" { (lang.say("read-who")) }
                        th scope="col" { (lang.say("read-office")) }
                        th scope="col" { (lang.say("read-purpose")) }
                        th scope="col" { (lang.say("read-what")) }
                    }
                }
                tbody {
                    @for read in &view.reads {
                        tr {
                            td data-name=(lang.say("read-when")) { (part::moment(lang, read.at)) }
                            td data-name=(lang.say("read-who")) { (read.by) }
                            td data-name=(lang.say("read-office")) { (lang.of(&read.office)) }
                            td data-name=(lang.say("read-purpose")) { (lang.of(&read.purpose)) }
                            td data-name=(lang.say("read-what")) { (read.what) }
                        }
                    }
                }
            }
        }
    }
}

fn contact(frame: &Frame, office: &Office) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="office-title" {
            h2 #office-title { (lang.say("case-office")) }
            p { b { (lang.of(&office.title)) } }
            @if let Some(address) = &office.address { p { (lang.of(address)) } }
            @if let Some(hours) = &office.hours { p.soft { (lang.of(hours)) } }
        }
    }
}
