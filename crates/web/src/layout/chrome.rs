//! The bands at the top and at the foot.

use super::{Face, Frame, Who};
use crate::text::{Lang, Speak as _};
use crate::{part, path};
use maud::{Markup, html};

pub(super) fn top(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        header.top {
            div.bar {
                a.brand href=(home(frame)) {
                    (part::mark())
                    span {
                        b { (lang.say("brand")) }
                        span.city { (lang.of(&frame.city)) }
                    }
                }
                @match frame.face {
                    Face::Resident => (resident(frame)),
                    Face::Staff => (staff(frame)),
                    Face::Kiosk => (kiosk(frame)),
                }
                (switch(frame))
            }
        }
    }
}

fn home(frame: &Frame) -> &'static str {
    match &frame.who {
        Some(who) if frame.face == Face::Staff && who.board => path::BOARD,
        Some(who) if frame.face == Face::Staff && who.desk => path::DESK,
        Some(who) if frame.face == Face::Staff && who.staff => path::STAFF,
        _ => path::HOME,
    }
}

fn switch(frame: &Frame) -> Markup {
    let other = frame.lang.other();
    let name = match other {
        Lang::Zh => "中文",
        Lang::En => "English",
    };
    if let Some(sealed) = &frame.carried {
        return html! {
            form.switch method="post" action=(path::SIGN_IN) {
                (part::token(frame))
                input type="hidden" name="carried" value=(sealed);
                input type="hidden" name="back" value=(frame.path);
                button.quiet type="submit" name="lang" value=(other.tag()) lang=(other.tag()) { (name) }
            }
        };
    }
    html! {
        a.switch href=(path::language(other, &frame.path)) lang=(other.tag()) hreflang=(other.tag()) {
            (name)
        }
    }
}

fn resident(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        nav.main aria-label=(lang.say("nav-main")) {
            (link(frame, path::HOME, &lang.say("nav-services")))
            (link(frame, path::CASES, &lang.say("nav-cases")))
            (link(frame, path::VERIFY, &lang.say("nav-verify")))
            (own_account(frame))
        }
        (account(frame))
    }
}

fn staff(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let may = |what: fn(&Who) -> bool| frame.who.as_ref().is_some_and(what);
    html! {
        nav.main aria-label=(lang.say("nav-main")) {
            @if may(|who| who.desk) {
                (link(frame, path::DESK, &lang.say("nav-desk")))
            }
            @if may(|who| who.counter) { (link(frame, path::COUNTER, &lang.say("nav-counter"))) }
            @if may(|who| who.board) {
                (link(frame, path::BOARD, &lang.say("nav-board")))
                (link(frame, path::FINDINGS, &lang.say("nav-findings")))
                (link(frame, path::RECORD, &lang.say("nav-record")))
            }
            @if may(|who| who.staff) { (link(frame, path::STAFF, &lang.say("nav-staff"))) }
            @if may(|who| who.staff || who.board) {
                (link(frame, path::EDITIONS, &lang.say("nav-editions")))
            }
            (own_account(frame))
        }
        button.help type="button" data-help hidden aria-haspopup="dialog" title=(lang.say("keys-open")) {
            span.unseen { (lang.say("keys-open")) } kbd { "?" }
        }
        (account(frame))
    }
}

fn kiosk(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        nav.main aria-label=(lang.say("nav-main")) {
            (link(frame, path::HOME, &lang.say("nav-services")))
            @if frame.who.is_some() { (link(frame, path::CASES, &lang.say("nav-cases"))) }
        }
        (account(frame))
    }
}

fn link(frame: &Frame, to: &str, name: &str) -> Markup {
    let here = frame.path.split('?').next() == Some(to);
    html! { a href=(to) aria-current=[here.then_some("page")] { (name) } }
}

/// On a narrow screen, where the name that leads there has no room.
fn own_account(frame: &Frame) -> Markup {
    let here = (frame.path == path::ACCOUNT).then_some("page");
    html! {
        @if frame.who.is_some() {
            a.narrow href=(path::ACCOUNT) aria-current=[here] { (frame.lang.say("nav-account")) }
        }
    }
}

fn account(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        div.account {
            @match &frame.who {
                Some(Who { id, name, post, posts, .. }) => {
                    @if frame.face == Face::Kiosk {
                        span.who { (name) }
                    } @else {
                        a.who href=(path::ACCOUNT) title=(lang.say("nav-account")) {
                            (name)
                            @if let Some(post) = post { small { (lang.of(post)) } }
                        }
                    }
                    @if *posts > 1 {
                        a href=(path::choose_post(&frame.path)) { (lang.say("post-switch")) }
                    }
                    form method="post" action=(path::SIGN_OUT) data-sign-out data-who=(id) {
                        (part::token(frame))
                        button.quiet type="submit" {
                            @if frame.face == Face::Kiosk {
                                (lang.say("kiosk-finish"))
                            } @else {
                                (lang.say("sign-out"))
                            }
                        }
                    }
                }
                None => a href=(path::sign_in(&frame.path)) { (lang.say("sign-in")) },
            }
        }
    }
}

pub(super) fn foot(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        @if frame.face == Face::Kiosk {
            div.wipe role="alertdialog" aria-labelledby="wipe-title" aria-describedby="wipe-text"
                data-wipe hidden {
                h2 #wipe-title { (lang.say("kiosk-still-there")) }
                p #wipe-text { (lang.say("kiosk-wipes-soon")) " " b data-seconds { "30" } }
                button.act type="button" data-stay { (lang.say("kiosk-stay")) }
            }
        }
        @if frame.face == Face::Staff {
            (shortcuts(lang))
        }
        footer.foot {
            div.bar {
                p {
                    @if frame.face == Face::Kiosk {
                        (lang.say("kiosk-wipes"))
                    } @else {
                        (lang.say("foot-line"))
                    }
                }
                @if frame.face != Face::Kiosk {
                    nav aria-label=(lang.say("nav-foot")) {
                        a href=(path::VERIFY) { (lang.say("nav-verify")) }
                    }
                }
            }
        }
    }
}

/// Everything that the keyboard module answers to; read by people, and by the module for its order.
fn shortcuts(lang: Lang) -> Markup {
    let rows = [
        ("/", lang.say("keys-search")),
        ("j", lang.say("keys-next")),
        ("k", lang.say("keys-previous")),
        ("Enter", lang.say("keys-enter")),
        ("g q", lang.say("keys-queue")),
        ("g n", lang.say("keys-counter")),
        ("g b", lang.say("keys-board")),
        ("m", lang.say("keys-moves")),
        ("?", lang.say("keys-help")),
    ];
    html! {
        dialog.keys data-keys aria-labelledby="keys-title" {
            h2 #keys-title { (lang.say("keys-title")) }
            dl {
                @for (key, what) in &rows {
                    div { dt { @for part in key.split(' ') { kbd { (part) } " " } } dd { (what) } }
                }
            }
            form method="dialog" { button.act type="submit" { (lang.say("close")) } }
        }
    }
}
