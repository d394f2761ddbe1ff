//! One question with its control.

use super::{Filling, anchor, live};
use crate::layout::Face;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::Title;
use pack::model::{Choice, Field, FieldKind};

/// More choices than this stand in a list that opens; up to this many can all be seen at once.
const MOST_RADIOS: usize = 6;

/// What a control needs to know of its question.
struct Asked<'a> {
    field: &'a Field,
    lang: Lang,
    id: String,
    name: String,
    value: &'a str,
    fault: Option<&'a Title>,
    /// What the office wants put right here.
    note: Option<&'a str>,
    live: bool,
    /// Whether the browser may offer what it knows of its user: only where that is the applicant.
    own_browser: bool,
    /// The ids of note, hint and error, for `aria-describedby`.
    described: Option<String>,
}

pub(super) fn field(filling: &Filling<'_>, field: &Field) -> Markup {
    let id = anchor(filling, field);
    let fault = filling.faults.iter().find(|(of, _)| *of == field.id).map(|(_, what)| what);
    let note = filling.notes.iter().find(|(of, _)| *of == field.id).map(|(_, note)| note.as_str());
    let mut described = Vec::new();
    if note.is_some() {
        described.push(format!("{id}-note"));
    }
    if field.hint.is_some() || standing_hint(&field.kind).is_some() {
        described.push(format!("{id}-hint"));
    }
    if fault.is_some() {
        described.push(format!("{id}-error"));
    }
    let asked = Asked {
        field,
        lang: filling.lang,
        name: format!("{}{}", filling.prefix, field.id),
        value: filling.answers.get(&field.id).map(String::as_str).unwrap_or_default(),
        fault,
        note,
        live: live(filling, field),
        own_browser: filling.face == Face::Resident,
        described: (!described.is_empty()).then(|| described.join(" ")),
        id,
    };
    html! {
        div.field.wrong[fault.is_some()].asked[note.is_some()] data-live[asked.live] {
            @match &field.kind {
                FieldKind::Truth => (truth(&asked)),
                FieldKind::Choice(choices) if choices.len() <= MOST_RADIOS => {
                    (options(&asked, "radio", choices))
                }
                FieldKind::Choices(choices) => (options(&asked, "checkbox", choices)),
                _ => {
                    label for=(asked.id) { (question(&asked)) }
                    (help(&asked))
                    (control(&asked))
                }
            }
            @if asked.live {
                noscript {
                    button.quiet type="submit" name="then" value="save" { (asked.lang.say("form-refresh")) }
                }
            }
        }
    }
}

fn question(asked: &Asked<'_>) -> Markup {
    html! {
        (asked.lang.of(&asked.field.title))
        @if !asked.field.required { " " span.soft { (asked.lang.say("form-optional")) } }
    }
}

fn help(asked: &Asked<'_>) -> Markup {
    let Asked { lang, id, .. } = asked;
    html! {
        @if let Some(note) = asked.note { (self::note(*lang, id, note)) }
        @if let Some(hint) = &asked.field.hint {
            p.hint id={ (id) "-hint" } { (lang.of(hint)) }
        } @else if let Some(key) = standing_hint(&asked.field.kind) {
            p.hint id={ (id) "-hint" } { (lang.say(key.0)) }
        }
        @if let Some(fault) = asked.fault {
            p.error id={ (id) "-error" } { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
        }
    }
}

/// What the office wants put right, in its words, where it is to be done.
pub(super) fn note(lang: Lang, id: &str, note: &str) -> Markup {
    html! {
        p.note id={ (id) "-note" } { b { (lang.say("correct-here")) (lang.colon()) } (note) }
    }
}

/// The name of a message that stands in the code.
struct Key(&'static str);

/// What is said of a kind's shape where the pack gives no hint.
fn standing_hint(kind: &FieldKind) -> Option<Key> {
    match kind {
        FieldKind::IdentityNumber => Some(Key("hint-identity-number")),
        FieldKind::Vin => Some(Key("hint-vin")),
        FieldKind::CreditCode => Some(Key("hint-credit-code")),
        FieldKind::Plate => Some(Key("hint-plate")),
        FieldKind::Choices(_) => Some(Key("hint-choices")),
        FieldKind::File => Some(Key("hint-file")),
        _ => None,
    }
}

fn control(asked: &Asked<'_>) -> Markup {
    let Asked { field, value, .. } = asked;
    match &field.kind {
        FieldKind::LongText => html! {
            textarea id=(asked.id) name=(asked.name) rows="5"
                aria-describedby=[asked.described.as_deref()] aria-invalid=[asked.fault.map(|_| "true")] {
                    (value)
                }
        },
        FieldKind::Choice(choices) => select(asked, choices),
        FieldKind::Integer { .. } => {
            line(asked, Line { mode: Some("numeric"), wide: "short", ..Line::default() })
        }
        FieldKind::Money => html! {
            span.amount {
                (line(asked, MONEY))
                span.soft { (asked.lang.say("unit-yuan")) }
            }
        },
        FieldKind::Date => line(asked, Line { kind: "date", wide: "short", ..Line::default() }),
        FieldKind::Moment => line(asked, Line { kind: "datetime-local", wide: "short", ..Line::default() }),
        FieldKind::Phone => line(
            asked,
            Line { kind: "tel", mode: Some("tel"), wide: "short", auto: Some("tel"), ..Line::default() },
        ),
        FieldKind::Address => line(asked, Line { auto: Some("street-address"), ..Line::default() }),
        FieldKind::IdentityNumber | FieldKind::CreditCode | FieldKind::Vin | FieldKind::Plate => code(asked),
        FieldKind::File => html! {
            input id=(asked.id) name=(asked.name) type="file" accept="image/*,application/pdf"
                aria-describedby=[asked.described.as_deref()] aria-invalid=[asked.fault.map(|_| "true")];
            @if !value.is_empty() { p.file { (value) } }
        },
        // By the packs' own convention a personal text called `name` is the applicant's.
        FieldKind::Text if field.personal && field.id.as_str() == "name" => {
            line(asked, Line { auto: Some("name"), ..Line::default() })
        }
        _ => line(asked, Line::default()),
    }
}

const MONEY: Line = Line { kind: "", mode: Some("decimal"), wide: "short", auto: None, code: false };

/// How one line is typed.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The input's type; empty: text.
    kind: &'static str,
    /// The keyboard that a phone shows.
    mode: Option<&'static str>,
    /// The class that says how wide it stands.
    wide: &'static str,
    /// What the browser may offer.
    auto: Option<&'static str>,
    /// Whether it is a code, spelt in capitals.
    code: bool,
}

fn code(asked: &Asked<'_>) -> Markup {
    line(asked, Line { wide: "code", code: true, ..Line::default() })
}

fn line(asked: &Asked<'_>, line: Line) -> Markup {
    let kind = if line.kind.is_empty() { "text" } else { line.kind };
    let auto = if asked.own_browser { line.auto } else { Some("off") };
    let value = match asked.field.kind {
        FieldKind::Moment => asked.value.replacen(' ', "T", 1),
        _ => asked.value.to_owned(),
    };
    html! {
        input id=(asked.id) name=(asked.name) type=(kind) value=(value)
            class=[(!line.wide.is_empty()).then_some(line.wide)]
            inputmode=[line.mode] autocomplete=[auto]
            autocapitalize=[line.code.then_some("characters")] spellcheck=[line.code.then_some("false")]
            min=[(kind == "date").then_some("1850-01-01")] max=[(kind == "date").then_some("2150-12-31")]
            aria-describedby=[asked.described.as_deref()] aria-invalid=[asked.fault.map(|_| "true")];
    }
}

fn select(asked: &Asked<'_>, choices: &[Choice]) -> Markup {
    html! {
        select id=(asked.id) name=(asked.name)
            aria-describedby=[asked.described.as_deref()] aria-invalid=[asked.fault.map(|_| "true")] {
            option value="" { (asked.lang.say("form-choose")) }
            @for choice in choices {
                option value=(choice.id) selected[asked.value == choice.id.as_str()] {
                    (asked.lang.of(&choice.title))
                }
            }
        }
    }
}

fn truth(asked: &Asked<'_>) -> Markup {
    let choices = [("yes", asked.lang.say("yes")), ("no", asked.lang.say("no"))];
    fieldset(
        asked,
        html! {
            div.options.inline {
                @for (place, (value, title)) in choices.iter().enumerate() {
                    (option(asked, "radio", place, value, title, asked.value == *value))
                }
            }
        },
    )
}

fn options(asked: &Asked<'_>, kind: &str, choices: &[Choice]) -> Markup {
    let chosen = |choice: &Choice| asked.value.split(',').any(|id| id == choice.id.as_str());
    fieldset(
        asked,
        html! {
            // Nothing is sent for checkboxes that are all empty, so that taking the last one back needs this.
            @if kind == "checkbox" { input type="hidden" name=(asked.name) value=""; }
            div.options.inline[choices.len() <= 3] {
                @for (place, choice) in choices.iter().enumerate() {
                    @let title = asked.lang.of(&choice.title);
                (option(asked, kind, place, choice.id.as_str(), title, chosen(choice)))
                }
            }
        },
    )
}

/// Several controls under one question.
fn fieldset(asked: &Asked<'_>, body: Markup) -> Markup {
    html! {
        fieldset aria-describedby=[asked.described.as_deref()] {
            legend { (question(asked)) }
            (help(asked))
            (body)
        }
    }
}

/// The first carries the question's own id, which the error summary links to.
fn option(asked: &Asked<'_>, kind: &str, place: usize, value: &str, title: &str, on: bool) -> Markup {
    let id = if place == 0 { asked.id.clone() } else { format!("{}-{place}", asked.id) };
    html! {
        div.option {
            input id=(id) type=(kind) name=(asked.name) value=(value) checked[on];
            label for=(id) { (title) }
        }
    }
}
