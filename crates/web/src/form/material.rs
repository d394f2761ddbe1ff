use super::Filling;
use crate::layout::Face;
use crate::part::{self, Cited};
use crate::text::{self, Lang, Speak as _};
use maud::{Markup, html};
use pack::{Id, Title};

/// A material that is asked for, with what was attached so far.
#[derive(Clone, Debug)]
pub struct MaterialAsked<'a> {
    /// Which.
    pub id: &'a Id,
    /// What people call it.
    pub title: &'a Title,
    /// Who issues it, or where to get it.
    pub from: Option<&'a Title>,
    /// Whether one may go without.
    pub optional: bool,
    /// The article that asks for it; none: the office's own wish.
    pub law: Option<Cited>,
    /// What was attached.
    pub files: Vec<Attached>,
    /// Where a file is sent to by itself, when scripts run; see [`crate::path::material`].
    pub upload: String,
}

/// A file that was attached.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The name it was given.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, by which it is taken back.
    pub digest: String,
    /// Where it can be looked at; empty for a reader who has to state a purpose first.
    pub path: String,
}

/// The materials, each with its upload. Part of the same form as the fields, so that a plain post keeps what was
/// typed; files come as `material.<id>`, taking one back as `remove=<id>/<digest>`.
pub fn list(filling: &Filling<'_>, asked: &[MaterialAsked<'_>]) -> Markup {
    let lang = filling.lang;
    html! {
        section.materials data-materials aria-labelledby="materials-title" {
            h2 #materials-title { (lang.say("materials")) }
            p.hint {
                @if filling.face == Face::Staff {
                    (lang.say("materials-window"))
                } @else {
                    (lang.say("materials-hint"))
                }
            }
            @for material in asked {
                (one(filling, material))
            }
        }
    }
}

fn one(filling: &Filling<'_>, material: &MaterialAsked<'_>) -> Markup {
    let (lang, id) = (filling.lang, format!("m-{}", material.id));
    let fault = filling.faults.iter().find(|(of, _)| of == material.id).map(|(_, what)| what);
    let note = filling.notes.iter().find(|(of, _)| of == material.id).map(|(_, note)| note);
    let said = [("-note", note.is_some()), ("-why", true), ("-error", fault.is_some())];
    let described: Vec<String> =
        said.iter().filter(|(_, said)| *said).map(|(part, _)| format!("{id}{part}")).collect();
    let described = described.join(" ");
    html! {
        div.field.material.wrong[fault.is_some()].asked[note.is_some()] data-upload=(material.upload) {
            label for=(id) {
                (lang.of(material.title))
                @if material.optional { " " span.soft { (lang.say("form-optional")) } }
            }
            @if let Some(note) = note { (super::control::note(lang, &id, note)) }
            p.hint id={ (id) "-why" } {
                @if let Some(from) = material.from {
                    (lang.tell("material-from", &[("from", lang.of(from).into())])) " "
                }
                (why(lang, material.law.as_ref()))
            }
            @if let Some(fault) = fault {
                p.error id={ (id) "-error" } { span.unseen { (lang.say("error-prefix")) } (lang.of(fault)) }
            }
            @if !material.files.is_empty() {
                ul.files {
                    @for file in &material.files {
                        li {
                            @if file.path.is_empty() {
                                span.sealed { (lang.say("personal-sealed")) }
                            } @else {
                                a href=(file.path) { (file.name) }
                            }
                            " " span.soft { (text::size(file.size)) }
                            button.quiet type="submit" name="remove"
                                value={ (material.id) "/" (file.digest) } {
                                (lang.say("file-remove")) span.unseen { " " (file.name) }
                            }
                        }
                    }
                }
            }
            input id=(id) name={ "material." (material.id) } type="file" multiple
                accept="image/*,application/pdf"
                aria-describedby=(described) aria-invalid=[fault.map(|_| "true")];
        }
    }
}

/// Why a material is asked for.
pub(crate) fn why(lang: Lang, law: Option<&Cited>) -> Markup {
    html! {
        @match law {
            Some(cited) => {
                (lang.say("material-by-law")) " " (part::source(lang, cited))
                q lang="zh-CN" { (cited.quote) }
            }
            None => (lang.say("material-by-office")),
        }
    }
}
