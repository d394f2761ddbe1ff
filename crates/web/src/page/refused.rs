use crate::layout::{Face, Frame, Head, document};
use crate::text::{Lang, Speak as _};
use crate::{part, path};
use maud::{Markup, html};
use pack::Title;
use record::Time;
use std::borrow::Cow;

/// What could not be done.
#[derive(Clone, Debug)]
pub enum View {
    /// 400: what was asked cannot be read.
    Unreadable(Title),
    /// 503, 408: it cannot be done for a while, and why.
    NotNow(Title),
    /// 403: a policy denies it, and why.
    Denied {
        /// The policy's own words; none where no policy permits it.
        why: Option<Title>,
        /// Whether signing in may help.
        anonymous: bool,
    },
    /// 404: there is no such page, or none for this reader.
    Missing,
    /// 409: a colleague was faster, or it is not possible now.
    Overtaken {
        /// Who did what and when, if that is the reason.
        by: Option<Faster>,
        /// Why it is not possible.
        why: Title,
        /// What is possible now.
        possible: Vec<Title>,
        /// What was typed, so that it need not be thought up again.
        typed: Vec<String>,
        /// Where the case is to be seen as it is now.
        back: String,
    },
    /// 413: the file is larger than `most` bytes.
    TooLarge {
        /// The most bytes.
        most: u64,
        /// Where to try again.
        back: String,
    },
    /// 413, 422: a file was not taken, and why.
    File {
        /// Which, why, what is allowed.
        why: Title,
        /// Where to try again.
        back: String,
    },
    /// 429: too many attempts; when the next will be heard.
    TooMany {
        /// Seconds until then.
        seconds: u64,
    },
    /// 500: our own fault. The number under which it is noted.
    Broken {
        /// The number.
        number: String,
    },
}

/// Who was faster: a colleague, or the reader themself in another window.
#[derive(Clone, Debug)]
pub struct Faster {
    /// Whether it was the reader.
    pub own: bool,
    /// Who.
    pub who: String,
    /// When.
    pub at: Time,
    /// What.
    pub what: Title,
}

/// The page. Its status is the caller's to set.
pub fn show(frame: &Frame, view: &View) -> Markup {
    let lang = frame.lang;
    let (title, body) = match view {
        View::Unreadable(why) => {
            (lang.say("refused-unreadable"), html! { p { (lang.of(why)) } (home(frame)) })
        }
        View::NotNow(why) => (lang.say("refused-not-now"), html! { p { (lang.of(why)) } (home(frame)) }),
        View::Denied { why, anonymous } => {
            (lang.say("refused-denied"), denied(frame, why.as_ref(), *anonymous))
        }
        View::Missing => {
            (lang.say("refused-missing"), html! { p { (lang.say("refused-missing-more")) } (home(frame)) })
        }
        View::Overtaken { by, why, possible, typed, back } => (
            by.as_ref().map_or_else(|| lang.say("refused-impossible"), |by| was_faster(lang, by)),
            overtaken(frame, by.as_ref(), why, (possible, typed), back),
        ),
        View::TooLarge { most, back } => (
            lang.say("refused-large"),
            html! {
                p { (lang.tell("refused-large-more", &[("most", crate::text::size(*most).into())])) }
                p.buttons { (part::go(back, &lang.say("go-back"))) }
            },
        ),
        View::File { why, back } => (
            lang.say("refused-file"),
            html! {
                p { (lang.of(why)) }
                p.buttons { (part::go(back, &lang.say("go-back"))) }
            },
        ),
        View::TooMany { seconds } => (
            lang.say("refused-many"),
            html! {
                p { (lang.tell("refused-many-more", &[("seconds", seconds.to_string().into())])) }
            },
        ),
        View::Broken { number } => (
            lang.say("refused-broken"),
            html! {
                p { (lang.say("refused-broken-more")) }
                p { (lang.say("refused-number")) " " b.code { (number) } }
                (home(frame))
            },
        ),
    };
    document(frame, &Head::new(title.as_ref()), &html! { h1 { (title) } (body) })
}

fn home(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let to = if frame.face == Face::Staff { path::DESK } else { path::HOME };
    html! { p.buttons { (part::go(to, &lang.say("go-home"))) } }
}

fn denied(frame: &Frame, why: Option<&Title>, anonymous: bool) -> Markup {
    let lang = frame.lang;
    html! {
        @match why {
            Some(why) => (part::callout("late", lang.say("refused-because"), html! { p { (lang.of(why)) } })),
            None => p { (lang.say("refused-no-policy")) },
        }
        @if anonymous {
            p.buttons { (part::go(&path::sign_in(&frame.path), &lang.say("sign-in"))) }
        } @else if frame.who.as_ref().is_some_and(|who| who.posts > 0 && who.post.is_none()) {
            // Where they begin would send them here again.
            p { (lang.say("refused-no-post")) }
            p.buttons { (part::go(&path::choose_post(&frame.path), &lang.say("post-choose"))) }
        } @else {
            (home(frame))
        }
    }
}

fn overtaken(
    frame: &Frame,
    by: Option<&Faster>,
    why: &Title,
    (possible, typed): (&[Title], &[String]),
    back: &str,
) -> Markup {
    let lang = frame.lang;
    html! {
        @if let Some(by) = by {
            (faster(lang, by, &html! {}))
            (kept(lang, typed))
        }
        p { (lang.of(why)) }
        @if !possible.is_empty() {
            h2 { (lang.say("refused-possible")) }
            ul { @for title in possible { li { (lang.of(title)) } } }
        }
        p.buttons { (part::go(back, &lang.say("refused-see-now"))) }
    }
}

/// That somebody was faster.
pub(super) fn was_faster(lang: Lang, by: &Faster) -> Cow<'static, str> {
    if by.own { lang.say("refused-overtaken-own") } else { lang.say("refused-overtaken") }
}

/// Who was faster, when, and with what.
pub(super) fn faster(lang: Lang, by: &Faster, more: &Markup) -> Markup {
    let who = html! { @if !by.own { (by.who) " · " } (part::moment(lang, by.at)) };
    let lost = if by.own { lang.say("refused-nothing-lost-own") } else { lang.say("refused-nothing-lost") };
    let body = html! { p { (lang.of(&by.what)) } p { (lost) } (more) };
    part::callout("soon", who, body)
}

/// What was typed and could not be kept: here to be copied.
pub(super) fn kept(lang: Lang, typed: &[String]) -> Markup {
    html! {
        @if !typed.is_empty() {
            p { (lang.say("refused-typed")) }
            @for text in typed { blockquote.long { (text) } }
        }
    }
}
