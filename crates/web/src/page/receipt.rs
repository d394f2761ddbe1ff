use crate::layout::{Frame, Head, document};
use crate::text::Speak as _;
use crate::{part, path};
use maud::{Markup, html};
use pack::Title;
use qrcodegen::{QrCode, QrCodeEcc};
use record::Time;
use std::fmt::Write;

/// A receipt: that something stands on the record, and how anyone can check it.
#[derive(Clone, Debug)]
pub struct View {
    /// The case's number.
    pub case: String,
    /// What it is a case of.
    pub title: Title,
    /// What the receipt is for: handing in, a decision.
    pub what: Title,
    /// When that happened.
    pub at: Time,
    /// The office.
    pub office: Title,
    /// The entry on the record.
    pub entry: u64,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// The digest of the entry, in hexadecimal.
    pub leaf: String,
    /// The checkpoint's root, in hexadecimal.
    pub root: String,
    /// The name of the log.
    pub origin: String,
    /// What the square code says: the whole address under which the receipt is checked.
    pub address: String,
    /// Where the file with the proof is.
    pub download: String,
}

/// The receipt as a page that prints on one sheet.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("receipt");
    let head = Head::new(title.as_ref()).under(lang.say("nav-cases"), path::CASES);
    let head = head.under(lang.of(&view.title), path::case(&view.case));
    let rows = [
        (lang.say("case-number").into_owned(), html! { span.code { (view.case) } }),
        (lang.say("receipt-service").into_owned(), html! { (lang.of(&view.title)) }),
        (lang.say("receipt-what").into_owned(), html! { (lang.of(&view.what)) }),
        (lang.say("receipt-at").into_owned(), part::moment(lang, view.at)),
        (lang.say("case-office").into_owned(), html! { (lang.of(&view.office)) }),
        (
            lang.say("receipt-entry").into_owned(),
            html! { (lang.tell("entry-of", &[
            ("n", view.entry.to_string().into()), ("size", view.size.to_string().into())])) },
        ),
        (lang.say("receipt-leaf").into_owned(), html! { span.hash { (view.leaf) } }),
        (lang.say("receipt-root").into_owned(), html! { span.hash { (view.root) } }),
        (lang.say("receipt-origin").into_owned(), html! { span.code { (view.origin) } }),
    ];
    document(
        frame,
        &head,
        &html! {
            article.receipt {
                h1 { (title) }
                div.sheet {
                    (part::rows(&rows))
                    @if let Some(code) = square(&view.address, &lang.say("receipt-code")) {
                        figure { (code) figcaption.soft { (lang.say("receipt-scan")) } }
                    }
                }
                p { (lang.say("receipt-means")) }
                p.buttons.screen {
                    a.act href=(view.download) download { (lang.say("receipt-download")) }
                    button type="button" data-print hidden { (lang.say("receipt-print")) }
                    a href=(path::VERIFY) { (lang.say("nav-verify")) }
                }
            }
        },
    )
}

/// `text` as a QR code, four modules of quiet around it; none where it is too long for one.
pub fn square(text: &str, title: &str) -> Option<Markup> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut dark = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let start = x;
            while x < size && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                // Writing to a String cannot fail.
                let _ = write!(dark, "M{start} {y}h{}v1h-{}z", x - start, x - start);
            }
            x += 1;
        }
    }
    let around = format!("-4 -4 {0} {0}", size + 8);
    Some(html! {
        svg.qr viewBox=(around) role="img" aria-label=(title) shape-rendering="crispEdges" {
            rect x="-4" y="-4" width=(size + 8) height=(size + 8) fill="#fff" {}
            path d=(dark) fill="#000" {}
        }
    })
}
