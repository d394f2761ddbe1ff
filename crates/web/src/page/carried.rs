use crate::form;
use crate::layout::{Frame, Head, document};
use crate::text::{Lang, Speak as _};
use crate::{part, path};
use maud::{Markup, html};
use pack::Title;
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
    /// Why it was not carried out, where that is not that the session had ended.
    pub why: Option<Title>,
}

/// A form that was drawn for another post than the one in which its sender acts.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// For which post it was drawn, in words.
    pub drawn: Title,
    /// In which they act now.
    pub now: Title,
    /// The post that it was drawn for, as the form that switches names it; empty: for themselves.
    pub post: String,
    /// Whether they still hold it.
    pub held: bool,
    /// What was typed, as people read it.
    pub said: Vec<Said>,
    /// Files that came with it.
    pub files: Vec<String>,
    /// What was typed, sealed, to come back once they act in that post again; none where it cannot go along.
    pub carried: Option<String>,
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
    let title = match &view.why {
        Some(_) => lang.say("refused-not-now"),
        None => lang.say("carried-title"),
    };
    let rows = rows(lang, &view.said);
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            div.callout.soon role="alert" tabindex="-1" data-focus autofocus {
                @match &view.why {
                    Some(why) => { p { (lang.of(why)) } p { (lang.say("carried-put-off")) } }
                    None => p { (lang.say("carried-lead")) },
                }
            }
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

fn rows(lang: Lang, said: &[Said]) -> Vec<(String, Markup)> {
    let row = |said: &Said| {
        let words = match &said.kind {
            Some(kind) => form::answer_shown(lang, kind, &said.words),
            None => html! { span.long { (part::as_written(lang, &said.words)) } },
        };
        (said.name.clone(), words)
    };
    said.iter().map(row).collect()
}

/// The page that says that a form is another post's, with the way back to that.
pub fn elsewhere(frame: &Frame, view: &Elsewhere) -> Markup {
    let lang = frame.lang;
    let title = lang.say("other-post");
    let posts = [("drawn", lang.of(&view.drawn).into()), ("now", lang.of(&view.now).into())];
    let rows = rows(lang, &view.said);
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            div.callout.soon role="alert" tabindex="-1" data-focus autofocus {
                p { (lang.tell("other-post-lead", &posts)) }
                @if !view.held { p { (lang.say("other-post-gone")) } }
                @else if view.carried.is_some() { p { (lang.say("other-post-along")) } }
                @else if !rows.is_empty() { p { (lang.say("other-post-copy")) } }
            }
            @if !rows.is_empty() {
                h2 { (lang.say("other-post-typed")) }
                (part::rows(&rows))
            }
            @if !view.files.is_empty() {
                p { (lang.tell("carried-files", &[("files", part::listed(lang, &view.files).into())])) }
            }
            form method="post" action=(path::POST) {
                (part::token(frame))
                (super::account::carried(view.carried.as_ref()))
                input type="hidden" name="back" value=(view.back);
                p.buttons {
                    @if view.held {
                        button.act type="submit" name="post" value=(view.post) {
                            (lang.tell("other-post-back", &posts))
                        }
                    }
                    a href=(view.back) { (lang.say("carried-leave")) }
                }
            }
        },
    )
}
