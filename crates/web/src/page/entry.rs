use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::Title;
use record::Time;

/// An event with its entry on the record and its proof.
#[derive(Clone, Debug)]
pub struct View {
    /// The entry's number.
    pub entry: u64,
    /// The activity, as people read it.
    pub what: Title,
    /// The event's identity.
    pub id: String,
    /// When it happened.
    pub at: Time,
    /// By whom.
    pub by: Option<String>,
    /// The stated purpose.
    pub purpose: Option<Title>,
    /// The entry of the event that caused it, and its identity.
    pub cause: Option<(u64, String)>,
    /// The entry of the event that it corrects, and its identity.
    pub corrects: Option<(u64, String)>,
    /// The entry of the event that corrects it, and its identity.
    pub corrected: Option<(u64, String)>,
    /// The objects that it is about: the part, the object, its page if it has one.
    pub objects: Vec<(String, String, Option<String>)>,
    /// The event's bytes as the record keeps them: canonical JSON, laid out for reading.
    pub raw: String,
    /// The digest of the entry, in hexadecimal.
    pub leaf: String,
    /// The proof: the checkpoint's size and root, and the digests from the leaf up; none while no checkpoint covers
    /// it.
    pub proof: Option<Proof>,
    /// Whether there are entries before and after it that the reader may see.
    pub neighbours: (Option<u64>, Option<u64>),
}

/// A proof that an entry lies under a checkpoint.
#[derive(Clone, Debug)]
pub struct Proof {
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// The checkpoint's root, in hexadecimal.
    pub root: String,
    /// The digests from the leaf up, in hexadecimal.
    pub path: Vec<String>,
    /// Where the file with the proof is.
    pub download: String,
}

/// The page.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let number = lang.tell("entry-number", &[("n", view.entry.to_string().into())]);
    let head = Head::new(number.as_str()).under(lang.say("nav-board"), path::BOARD);
    let head = head.under(lang.say("nav-record"), path::RECORD);
    document(
        frame,
        &head,
        &html! {
            h1 { (lang.of(&view.what)) " " span.soft { (number) } }
            (part::rows(&facts(frame, view)))
            h2 { (lang.say("entry-objects")) }
            ul {
                @for (part, object, to) in &view.objects {
                    li {
                        span.soft { (part) } " "
                        @match to {
                            Some(to) => a.code href=(to) { (object) },
                            None => span.code { (object) },
                        }
                    }
                }
            }
            h2 { (lang.say("entry-raw")) }
            pre tabindex="0" { code { (view.raw) } }
            (proof(frame, view))
            (neighbours(frame, view))
        },
    )
}

fn facts(frame: &Frame, view: &View) -> Vec<(String, Markup)> {
    let lang = frame.lang;
    let mut rows = vec![
        (lang.say("entry-id").into_owned(), html! { span.code { (view.id) } }),
        (lang.say("entry-at").into_owned(), part::moment(lang, view.at)),
        (
            lang.say("entry-by").into_owned(),
            html! {
                @match &view.by {
                    Some(by) => (by),
                    None => (lang.say("by-timer")),
                }
            },
        ),
    ];
    if let Some(purpose) = &view.purpose {
        rows.push((lang.say("read-purpose").into_owned(), html! { (lang.of(purpose)) }));
    }
    let mut other = |name: std::borrow::Cow<'static, str>, entry: &Option<(u64, String)>| {
        if let Some((entry, id)) = entry {
            rows.push((name.into_owned(), html! { a.code href=(path::entry(*entry)) { (id) } }));
        }
    };
    other(lang.say("entry-cause"), &view.cause);
    other(lang.say("entry-corrects"), &view.corrects);
    other(lang.say("entry-corrected"), &view.corrected);
    rows
}

fn proof(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    html! {
        h2 { (lang.say("entry-proof")) }
        @match &view.proof {
            None => p { (lang.say("entry-no-proof")) },
            Some(proof) => {
                p { (lang.tell("entry-proof-more", &[("size", proof.size.to_string().into())])) }
                (part::rows(&[
                    (lang.say("receipt-leaf").into_owned(), html! { span.hash { (view.leaf) } }),
                    (lang.say("receipt-root").into_owned(), html! { span.hash { (proof.root) } }),
                ]))
                details {
                    summary { (lang.tell("entry-path", &[("count", proof.path.len().into())])) }
                    ol { @for digest in &proof.path { li { span.hash { (digest) } } } }
                }
                p.buttons { a.act href=(proof.download) download { (lang.say("receipt-download")) } }
            }
        }
    }
}

fn neighbours(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let (before, after) = view.neighbours;
    html! {
        nav.pages aria-label=(lang.say("entry-neighbours")) {
            @if let Some(before) = before {
                a rel="prev" href=(path::entry(before)) { (lang.say("entry-previous")) }
            }
            @if let Some(after) = after { a rel="next" href=(path::entry(after)) { (lang.say("entry-next")) } }
        }
    }
}
