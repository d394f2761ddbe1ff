//! What corrections did to an answer or a paper, in a word beside it.

use crate::form;
use crate::part;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::model::FieldKind;
use record::Time;
use std::borrow::Cow;

/// What corrections did to an answer or a paper.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// What the last one did; none: it was not about this.
    pub last: Option<Put>,
    /// What those before it did, the latest first.
    pub earlier: Vec<Put>,
}

/// What one correction did.
#[derive(Clone, Debug)]
pub struct Put {
    /// Which correction of the case it was, from 1.
    pub correction: usize,
    /// When it was handed in; none: it was not yet.
    pub at: Option<Time>,
    /// Whether the office asked for it.
    pub asked: bool,
    /// Whether it became another than it was.
    pub changed: bool,
    /// The answer that stood before; none: personal, and not opened.
    pub before: Option<String>,
}

/// The marks at an answer, or at a paper, which has no `kind`. What the last correction did stands out; what earlier ones did
/// stays to be seen below it.
pub fn shown(lang: Lang, mark: &Mark, kind: Option<&FieldKind>) -> Markup {
    html! {
        @if let Some(put) = &mark.last {
            (self::put(lang, put, kind))
        }
        @for put in &mark.earlier {
            p.put-right.soft {
                (in_correction(lang, put)) (lang.colon()) (words(lang, put)) (before(lang, put, kind))
            }
        }
    }
}

/// What one correction did, as it stands out.
pub fn put(lang: Lang, put: &Put, kind: Option<&FieldKind>) -> Markup {
    html! { p.put-right { (part::tag(tone(put), &words(lang, put))) (before(lang, put, kind)) } }
}

/// Which correction it was, and of which day.
pub fn in_correction(lang: Lang, put: &Put) -> Markup {
    let nth = i64::try_from(put.correction).unwrap_or(i64::MAX);
    html! {
        (lang.tell("mark-correction", &[("nth", nth.into())]))
        @if let Some(at) = put.at { " · " (part::moment(lang, at)) }
    }
}

fn words(lang: Lang, put: &Put) -> Cow<'static, str> {
    match (put.asked, put.changed) {
        (true, true) => lang.say("mark-changed"),
        (true, false) => lang.say("mark-unchanged"),
        (false, _) => lang.say("mark-unasked"),
    }
}

fn tone(put: &Put) -> &'static str {
    match (put.asked, put.changed) {
        (true, true) => "kept",
        (true, false) => "late",
        (false, _) => "soon",
    }
}

/// The answer that stood before, where it was another.
fn before(lang: Lang, put: &Put, kind: Option<&FieldKind>) -> Markup {
    html! {
        @if let Some(kind) = kind.filter(|_| put.changed) {
            " " del {
                span.unseen { (lang.say("amend-before")) }
                @match &put.before {
                    Some(before) => (form::answer_shown(lang, kind, before)),
                    None => span.sealed { (lang.say("personal-sealed")) },
                }
            }
        }
    }
}
