use crate::form;
use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::model::FieldKind;

/// What was typed into a form whose session had ended: to be looked through, and sent once more.
#[derive(Clone, Debug)]
pub struct View {
    /// What was typed, as people read it.
    pub said: Vec<Said>,
    /// Where the form goes.
    pub path: String,
    /// All that it sends.
    pub posted: Vec<(String, String)>,
    /// Files that came with it and did not go along.
    pub files: Vec<String>,
    /// The page that it was posted from.
    pub back: String,
}

/// Something that was typed.
#[derive(Clone, Debug)]
pub struct Said {
    /// What was asked.
    pub name: String,
    /// As it was typed.
    pub words: String,
    /// The kind of answer; none: free words.
    pub kind: Option<FieldKind>,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("carried-title");
    let row = |said: &Said| {
        let words = match &said.kind {
            Some(kind) => form::answer_shown(lang, kind, &said.words),
            None => html! { span.long { (part::as_written(lang, &said.words)) } },
        };
        (said.name.clone(), words)
    };
    let rows: Vec<(String, Markup)> = view.said.iter().map(row).collect();
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            div.callout.soon role="alert" tabindex="-1" data-focus autofocus { p { (lang.say("carried-lead")) } }
            @if !rows.is_empty() { (part::rows(&rows)) }
            @if !view.files.is_empty() {
                p { (lang.tell("carried-files", &[("files", part::listed(lang, &view.files).into())])) }
            }
            form method="post" action=(view.path) {
                (part::token(frame))
                @for (name, words) in &view.posted { input type="hidden" name=(name) value=(words); }
                p.buttons {
                    button.act type="submit" { (lang.say("carried-send")) }
                    a href=(if view.back.is_empty() { path::HOME } else { &view.back }) { (lang.say("carried-leave")) }
                }
            }
        },
    )
}
