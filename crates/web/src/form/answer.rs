use crate::text::{self, Lang, Speak as _};
use maud::{Markup, html};
use pack::model::FieldKind;

/// A moment as [`casework::answer::write`] writes it, in words.
fn moment(lang: Lang, typed: &str) -> String {
    let time = typed.replacen(' ', "T", 1);
    let time = record::Time::parse(&format!("{time}:00+08:00"));
    time.map_or(typed.to_owned(), |time| text::moment(lang, time))
}

/// An answer as people read it: choices by their titles, days and money in words. `typed` is as
/// [`casework::answer::write`] writes it.
pub fn shown(lang: Lang, kind: &FieldKind, typed: &str) -> Markup {
    let title = |id: &str| match kind {
        FieldKind::Choice(choices) | FieldKind::Choices(choices) => {
            choices.iter().find(|choice| choice.id.as_str() == id).map(|choice| lang.of(&choice.title))
        }
        _ => None,
    };
    html! {
        @if typed.is_empty() {
            span.soft { (lang.say("answer-none")) }
        } @else {
            @match kind {
                FieldKind::Truth if typed == "yes" => (lang.say("yes")),
                FieldKind::Truth => (lang.say("no")),
                FieldKind::Choice(_) => (title(typed).unwrap_or(typed)),
                FieldKind::Choices(_) => {
                    @for (place, id) in typed.split(',').enumerate() {
                        @if place > 0 { @if lang == Lang::Zh { "、" } @else { ", " } }
                        (title(id).unwrap_or(id))
                    }
                }
                FieldKind::Date => (typed.parse().map_or(typed.to_owned(), |date| text::date(lang, date))),
                FieldKind::Moment => (moment(lang, typed)),
                FieldKind::Money => { (typed) " " (lang.say("unit-yuan")) }
                FieldKind::Object(_) => span.code { (typed.split_once(':').map_or(typed, |(_, number)| number)) },
                FieldKind::LongText => span.long { (typed) },
                FieldKind::IdentityNumber | FieldKind::Plate | FieldKind::Vin | FieldKind::CreditCode => {
                    span.code { (typed) }
                }
                _ => (typed),
            }
        }
    }
}
