use crate::layout::{Frame, Head, document};
use crate::text::{Lang, Speak as _};
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
    /// What proves it.
    pub proof: Proof,
}

/// What proves that an event stands on the record.
#[derive(Clone, Debug)]
pub struct Proof {
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

impl Proof {
    /// What anybody needs to find it again.
    pub(super) fn rows(&self, lang: Lang) -> [(String, Markup); 4] {
        let entry = lang.tell(
            "entry-of",
            &[("n", self.entry.to_string().into()), ("size", self.size.to_string().into())],
        );
        [
            (lang.say("receipt-entry").into_owned(), html! { (entry) }),
            (lang.say("receipt-leaf").into_owned(), html! { span.hash { (self.leaf) } }),
            (lang.say("receipt-root").into_owned(), html! { span.hash { (self.root) } }),
            (lang.say("receipt-origin").into_owned(), html! { span.code { (self.origin) } }),
        ]
    }

    /// What is proven, with the code by which it is checked: what prints on one sheet.
    pub(super) fn sheet(&self, lang: Lang, rows: &[(String, Markup)]) -> Markup {
        html! {
            div.sheet {
                (part::rows(rows))
                @if let Some(code) = square(&self.address, &lang.say("receipt-code")) {
                    figure { (code) figcaption.soft { (lang.say("receipt-scan")) } }
                }
            }
        }
    }

    /// What can be done with it.
    pub(super) fn buttons(&self, lang: Lang) -> Markup {
        html! {
            p.buttons.screen {
                a.act href=(self.download) download { (lang.say("receipt-download")) }
                button type="button" data-print hidden { (lang.say("receipt-print")) }
                a href=(path::VERIFY) { (lang.say("nav-verify")) }
            }
        }
    }
}

/// The receipt as a page that prints on one sheet.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let title = lang.say("receipt");
    let head = Head::new(title.as_ref()).under(lang.say("nav-cases"), path::CASES);
    let head = head.under(lang.of(&view.title), path::case(&view.case));
    let mut rows = vec![
        (lang.say("case-number").into_owned(), html! { span.code { (view.case) } }),
        (lang.say("receipt-service").into_owned(), html! { (lang.of(&view.title)) }),
        (lang.say("receipt-what").into_owned(), html! { (lang.of(&view.what)) }),
        (lang.say("receipt-at").into_owned(), part::moment(lang, view.at)),
        (lang.say("case-office").into_owned(), html! { (lang.of(&view.office)) }),
    ];
    rows.extend(view.proof.rows(lang));
    document(
        frame,
        &head,
        &html! {
            article.receipt {
                h1 { (title) }
                (view.proof.sheet(lang, &rows))
                p { (lang.say("receipt-means")) }
                (view.proof.buttons(lang))
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
