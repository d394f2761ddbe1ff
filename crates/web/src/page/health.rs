use crate::layout::{Frame, Head, document};
use crate::part;
use crate::text;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::Title;
use record::Time;

/// The health of the record.
#[derive(Clone, Debug)]
pub struct View {
    /// How many entries it has.
    pub entries: u64,
    /// How many objects they are about.
    pub objects: u64,
    /// How much it takes, in bytes.
    pub bytes: u64,
    /// The store: `SQLite`, `PostgreSQL`.
    pub store: String,
    /// The last checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// The witnesses.
    pub witnesses: Vec<Witness>,
    /// The last time that the whole record was verified, how many entries that took in, and what came of it.
    pub verified: Option<(Time, u64, Result<(), Title>)>,
    /// Where a check of the whole record is asked for; none where it is running now.
    pub verify: Option<String>,
    /// When the page was drawn up.
    pub at: Time,
}

/// A signed checkpoint.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// How many entries it covers.
    pub size: u64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// The text of the signed note.
    pub note: String,
}

/// A witness, with the last checkpoint that it signed too.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Its name.
    pub name: String,
    /// The size that it signed, and when; none: none yet.
    pub signed: Option<(u64, Time)>,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-record");
    let size = text::size(view.bytes);
    let uncovered =
        view.entries - view.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size.min(view.entries));
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            p.soft { (lang.say("board-at")) " " (part::moment(lang, view.at)) }
            div data-refresh="verdict" { (verdict(frame, view)) }
            (part::rows(&[
                (lang.say("record-entries").into_owned(), html! { b { (grouped(view.entries)) } }),
                (lang.say("record-uncovered").into_owned(), html! { (grouped(uncovered)) }),
                (lang.say("record-objects").into_owned(), html! { (grouped(view.objects)) }),
                (lang.say("record-store").into_owned(), html! { (view.store) " · " (size) }),
            ]))
            (checkpoint(frame, view))
            (witnesses(frame, view))
        },
    )
}

fn verdict(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        @match &view.verified {
            Some((at, entries, Ok(()))) => (part::callout("kept", lang.say("record-whole"), html! {
                p {
                    (part::moment(lang, *at)) " ·
                    " (lang.tell("record-checked", &[("n", grouped(*entries).into())]))
                }
            })),
            Some((at, entries, Err(why))) => (part::callout("late", lang.say("record-broken"), html! {
                p { (lang.of(why)) }
                p {
                    (part::moment(lang, *at)) " ·
                    " (lang.tell("record-checked", &[("n", grouped(*entries).into())]))
                }
            })),
            None => (part::callout("soon", lang.say("record-unchecked"), html! {})),
        }
        @match &view.verify {
            Some(to) => form method="post" action=(to) {
                (part::token(frame))
                p.buttons { button type="submit" { (lang.say("record-verify")) } }
            },
            None => p role="status" data-again { (lang.say("record-verifying")) },
        }
    }
}

fn checkpoint(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("checkpoint")) }
        @match &view.checkpoint {
            None => p { (lang.say("checkpoint-none")) },
            Some(checkpoint) => {
                (part::rows(&[
                    (lang.say("receipt-origin").into_owned(), html! { span.code { (checkpoint.origin) } }),
                    (lang.say("checkpoint-size").into_owned(), html! { (grouped(checkpoint.size)) }),
                    (lang.say("receipt-root").into_owned(), html! { span.hash { (checkpoint.root) } }),
                ]))
                details {
                    summary { (lang.say("checkpoint-note")) }
                    pre tabindex="0" { code { (checkpoint.note) } }
                }
            }
        }
    }
}

fn witnesses(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("witnesses")) }
        @if view.witnesses.is_empty() { p { (lang.say("witnesses-none")) } } @else {
            ul {
                @for witness in &view.witnesses {
                    li {
                        b { (witness.name) } " "
                        @match witness.signed {
                            Some((size, at)) => {
                                (lang.tell("witness-signed", &[("n", grouped(size).into())])) " "
                                span.soft { (part::moment(lang, at)) }
                            }
                            None => span.soft { (lang.say("witness-not-yet")) },
                        }
                    }
                }
            }
        }
    }
}

/// A number with a thin space between thousands, as both languages read it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
