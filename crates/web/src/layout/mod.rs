use crate::text::{Lang, Speak as _};
use crate::{asset, part, path};
use maud::{DOCTYPE, Markup, html};
use pack::Title;

mod chrome;

/// To whom a page is shown, and on what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// A resident on a website or a phone.
    #[default]
    Resident,
    /// A clerk, an officer or a supervisor at a desk.
    Staff,
    /// Anyone at a self-service screen.
    Kiosk,
}

/// What a page says around its own matter.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The language.
    pub lang: Lang,
    /// The face.
    pub face: Face,
    /// The city whose system this is.
    pub city: Title,
    /// The page's own path with its query: where the language switch and signing in come back to.
    pub path: String,
    /// Who is signed in.
    pub who: Option<Who>,
    /// What each posted form must carry to be taken; hidden in it.
    pub token: String,
    /// A key of this page's own, which its forms that begin something carry; empty where nobody is signed in.
    pub once: String,
    /// How many entries the record had when the page was made: what happened since is news to it.
    pub at: u64,
    /// What was typed before and waits sealed for its writer to sign in: it stays through a change of language.
    pub carried: Option<String>,
    /// Said once, at the top: what was just done.
    pub notice: Option<Title>,
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Who it is among all, so that what a device keeps is told apart by person.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The office and role in which they work; none: a resident.
    pub post: Option<Title>,
    /// How many posts they hold, to switch between.
    pub posts: usize,
    /// Whether they have a queue.
    pub desk: bool,
    /// Whether they may begin cases at a window, or as their duty.
    pub counter: bool,
    /// Whether they have a board.
    pub board: bool,
    /// Whether they look after those who work here.
    pub staff: bool,
}

/// What the frame must know of the page in it.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The page's name, without the city's.
    pub title: String,
    /// The pages above, with their addresses, from the front page's child down.
    pub above: Vec<(String, String)>,
    /// How wide the matter stands.
    pub width: Width,
    /// Whether something is wrong with what was filled in: told in the window's title first.
    pub faulty: bool,
    /// Where events of this page's matter come from, for pages that refresh by themselves.
    pub live: Option<String>,
    /// Whether a browser without scripts asks for it again by itself, since something is under way.
    pub again: bool,
}

/// How wide the matter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// A column to read and to fill in.
    #[default]
    Column,
    /// The whole window.
    Wide,
}

impl Head {
    /// A page with a name and nothing above it but the front page.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The same, below another page.
    #[must_use]
    pub fn under(mut self, title: impl Into<String>, path: impl Into<String>) -> Self {
        self.above.push((title.into(), path.into()));
        self
    }

    /// The same, over the whole window.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.width = Width::Wide;
        self
    }

    /// The same, asked for again by browsers without scripts.
    #[must_use]
    pub fn again(mut self) -> Self {
        self.again = true;
        self
    }

    /// The same, refreshed by the events from `path`.
    #[must_use]
    pub fn live(mut self, path: impl Into<String>) -> Self {
        self.live = Some(path.into());
        self
    }
}

/// A whole document around `matter`.
pub fn document(frame: &Frame, head: &Head, matter: &Markup) -> Markup {
    let lang = frame.lang;
    let face = match frame.face {
        Face::Resident => "resident",
        Face::Staff => "staff",
        Face::Kiosk => "kiosk",
    };
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) data-face=(face) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#0b4a3f";
                @if head.again { noscript { meta http-equiv="refresh" content="3"; } }
                title {
                    @if head.faulty { (lang.say("error-prefix")) }
                    (head.title) " · " (lang.say("brand")) " " (lang.of(&frame.city))
                }
                link rel="stylesheet" href=(asset::url("lianchi.css"));
                link rel="icon" href=(asset::url("icon.svg")) type="image/svg+xml";
                link rel="manifest" href=(asset::url(asset::manifest(lang)));
                @for module in modules(frame.face) {
                    script type="module" src=(asset::url(module)) {}
                }
            }
            body data-live=[head.live.as_ref().map(|path| format!("{path}?at={}", frame.at))] data-page=(frame.path) {
                a.skip href="#main" { (lang.say("skip")) }
                (chrome::top(frame))
                (trail(frame, head))
                main #main.wide[head.width == Width::Wide] tabindex="-1" {
                    @if let Some(notice) = &frame.notice {
                        (part::notice(lang.of(notice)))
                    }
                    (matter)
                }
                (chrome::foot(frame))
            }
        }
    }
}

fn modules(face: Face) -> &'static [&'static str] {
    match face {
        Face::Resident => &["app.js", "form.js", "live.js"],
        Face::Staff => &["form.js", "live.js", "keys.js"],
        Face::Kiosk => &["form.js", "kiosk.js"],
    }
}

fn trail(frame: &Frame, head: &Head) -> Markup {
    let lang = frame.lang;
    let first = if frame.face == Face::Staff { None } else { Some((lang.say("home"), path::HOME)) };
    html! {
        @if !head.above.is_empty() {
            nav.trail aria-label=(lang.say("trail")) {
                ol {
                    @if let Some((title, path)) = first {
                        li { a href=(path) { (title) } }
                    }
                    @for (title, path) in &head.above {
                        li { a href=(path) { (title) } }
                    }
                }
            }
        }
    }
}
