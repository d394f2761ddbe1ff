use super::cases::Stage;
use crate::layout::Frame;
use crate::part;
use crate::text::Speak as _;
use maud::{Markup, html};
use pack::Title;

/// A case that was found by its number, or by a part of it.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Where the reader sees it.
    pub path: String,
    /// Its number.
    pub number: String,
    /// What it is a case of.
    pub title: Title,
    /// Where it is handled.
    pub office: Title,
    /// How far it is.
    pub stage: Stage,
}

/// Cases that were found, under their heading; nothing where there are none.
pub(super) fn list(frame: &Frame, found: &[Numbered]) -> Markup {
    let lang = frame.lang;
    html! {
        @if !found.is_empty() {
            section aria-labelledby="numbered-title" {
                h2 #numbered-title { (lang.say("numbered-title")) }
                ul {
                    @for case in found {
                        li {
                            a href=(case.path) data-row { (lang.of(&case.title)) }
                            " " span.code { (case.number) } " "
                            (part::tag(case.stage.tone(), &case.stage.words(frame)))
                            " " span.soft { (lang.of(&case.office)) }
                        }
                    }
                }
            }
        }
    }
}
