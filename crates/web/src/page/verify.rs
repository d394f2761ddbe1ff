use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::Title;
use record::Time;

/// Checking a receipt: what was handed in, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The receipt as pasted.
    pub text: String,
    /// What came of it; none before anything was handed in.
    pub result: Option<Result<Proven, Title>>,
    /// The key by which the record's checkpoints are signed.
    pub key: String,
}

/// What a good receipt proves.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The name of the log.
    pub origin: String,
    /// The entry.
    pub entry: u64,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// When the checkpoint was signed, where it says so.
    pub at: Option<Time>,
    /// The entry's digest, in hexadecimal.
    pub leaf: String,
    /// Who signed the checkpoint besides the log.
    pub witnesses: Vec<String>,
    /// Where it proves that something was given: whether that stands today.
    pub standing: Option<Standing>,
}

/// Whether what a receipt proves to have been given stands. Which took its place is told to its holder alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Stands,
    /// It was taken back then.
    Revoked(Time),
    /// A later one took its place then.
    Replaced(Time),
}

/// The page, open to everyone.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("nav-verify");
    document(
        frame,
        &Head::new(title.as_ref()),
        &html! {
            h1 { (title) }
            div role="status" {
                @match &view.result {
                    Some(Ok(proven)) => (good(frame, proven)),
                    Some(Err(why)) => (part::callout("late", lang.say("verify-bad"), html! {
                        p { (lang.of(why)) }
                        p { (lang.say("verify-bad-more")) }
                    })),
                    None => p { (lang.say("verify-lead")) },
                }
            }
            form method="post" action=(path::VERIFY) enctype="multipart/form-data" {
                (part::token(frame))
                div.field {
                    label for="receipt-file" { (lang.say("verify-file")) }
                    input #receipt-file type="file" name="file" accept=".tlog-proof,text/plain";
                }
                div.field {
                    label for="receipt-text" { (lang.say("verify-text")) }
                    textarea.code #receipt-text name="text" rows="8" spellcheck="false" {
                        (view.text)
                    }
                }
                p.buttons { button.act type="submit" { (lang.say("verify-go")) } }
            }
            h2 { (lang.say("verify-offline")) }
            p { (lang.say("verify-offline-more")) }
            pre tabindex="0" { code { "lianchi verify --receipt FILE --key '" (view.key) "'" } }
        },
    )
}

fn good(frame: &Frame, proven: &Proven) -> Markup {
    let lang = frame.lang;
    let mut rows = vec![
        (lang.say("receipt-origin").into_owned(), html! { span.code { (proven.origin) } }),
        (
            lang.say("receipt-entry").into_owned(),
            html! { (lang.tell("entry-of", &[
            ("n", proven.entry.to_string().into()), ("size", proven.size.to_string().into())])) },
        ),
        (lang.say("receipt-leaf").into_owned(), html! { span.hash { (proven.leaf) } }),
    ];
    if let Some(standing) = proven.standing {
        let today = match standing {
            Standing::Stands => html! { (part::tag("kept", &lang.say("verify-stands"))) },
            Standing::Revoked(at) => html! {
                (part::tag("late", &lang.say("document-revoked"))) " " (part::moment(lang, at)) (lang.colon())
                (lang.say("document-revoked-more"))
            },
            Standing::Replaced(at) => html! {
                (part::tag("late", &lang.say("document-replaced"))) " " (part::moment(lang, at)) (lang.colon())
                (lang.say("document-replaced-more"))
            },
        };
        rows.push((lang.say("verify-today").into_owned(), today));
    }
    if let Some(at) = proven.at {
        rows.push((lang.say("verify-signed").into_owned(), part::moment(lang, at)));
    }
    if !proven.witnesses.is_empty() {
        rows.push((lang.say("witnesses").into_owned(), html! { (proven.witnesses.join(", ")) }));
    }
    let stands = matches!(proven.standing, None | Some(Standing::Stands));
    part::callout(
        if stands { "kept" } else { "late" },
        lang.say("verify-good"),
        html! { p { (lang.say("verify-good-more")) } (part::rows(&rows)) },
    )
}
