use crate::layout::Frame;
use crate::part;
use crate::text::Speak as _;
use maud::{Markup, html};
use record::Time;

/// What became of the identity number on the account.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// What.
    pub what: Numbering,
    /// When.
    pub at: Time,
    /// By whom.
    pub by: String,
    /// Why, where it was put right.
    pub reasons: Option<String>,
}

/// What is done with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// It was noted.
    Noted,
    /// Another was put in its place.
    Corrected,
    /// It was taken off.
    TakenOff,
}

/// What counters wrote down of the number, the latest first.
pub(super) fn list(frame: &Frame, all: &[Numbered]) -> Markup {
    let lang = frame.lang;
    html! {
        section aria-labelledby="numbers-title" {
            h2 #numbers-title { (lang.say("account-number")) }
            ul {
                @for one in all {
                    li {
                        @match one.what {
                            Numbering::Noted => (lang.say("own-number-noted")),
                            Numbering::Corrected => b { (lang.say("own-number-corrected")) },
                            Numbering::TakenOff => b { (lang.say("own-number-taken-off")) },
                        }
                        " " span.soft { (part::moment(lang, one.at)) " · " (one.by) }
                        @if let Some(reasons) = &one.reasons { p.reasons { (reasons) } }
                    }
                }
            }
        }
    }
}
