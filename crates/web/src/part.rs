use crate::layout::Frame;
use crate::text::{self, Lang, Speak as _};
use casework::board::SetBy;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, Render, html};
use pack::model::Own;
use pack::{Id, Title};
use record::Time;
use std::borrow::Cow;

/// When something is due, and how that stands at the moment of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The last moment at which it is in time; none while the clock stands still.
    pub at: Option<Time>,
    /// Whether only the day counts, as with limits in days.
    pub whole_day: bool,
    /// How it stands.
    pub standing: Standing,
    /// Whether the day lies beyond the published calendar and may still move.
    pub provisional: bool,
}

/// How a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// So much is left.
    Ahead(Own),
    /// So little is left that it should be next.
    Soon(Own),
    /// It falls today.
    Today,
    /// It is past by so much.
    Late(Own),
    /// The clock stands still; so much is left once it goes on, where that is known.
    Paused(Option<Own>),
    /// It was kept.
    Kept,
    /// It was missed.
    Missed,
    /// The case was over before, so that nobody has to keep it any more.
    Over,
}

impl Standing {
    /// The name of its colour in the style sheet; the words say the same.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Ahead(_) => "calm",
            Self::Soon(_) | Self::Today => "soon",
            Self::Late(_) | Self::Missed => "late",
            Self::Paused(_) | Self::Over => "still",
            Self::Kept => "kept",
        }
    }

    /// In words.
    pub fn words(self, lang: Lang) -> String {
        let length = |own| ("length", text::length(lang, own).into());
        match self {
            Self::Ahead(own) | Self::Soon(own) => lang.tell("due-left", &[length(own)]),
            Self::Today => lang.say("due-today").into_owned(),
            Self::Late(own) => lang.tell("due-late", &[length(own)]),
            Self::Paused(_) => lang.say("due-paused").into_owned(),
            Self::Kept => lang.say("due-kept").into_owned(),
            Self::Missed => lang.say("due-missed").into_owned(),
            Self::Over => lang.say("due-over").into_owned(),
        }
    }
}

/// How it stands, as a label with its colour.
pub fn standing(lang: Lang, standing: Standing) -> Markup {
    tag(standing.tone(), &standing.words(lang))
}

/// What sets the time within which an office has to be done.
pub fn set_by(lang: Lang, by: SetBy) -> Markup {
    let words = match by {
        SetBy::Law => lang.say("queue-by-law"),
        SetBy::Office => lang.say("queue-by-office"),
        SetBy::Promise => lang.say("queue-by-promise"),
    };
    html! { span.soft.nowrap { (words) } }
}

/// The day, or the moment, on which something is due; while its clock stands still, what is left of it.
pub fn due_at(lang: Lang, due: &Due) -> Markup {
    html! {
        @match (due.at, due.standing) {
            (Some(at), _) if due.whole_day => {
                @let day = pack::days::today(at);
                (date(lang, day)) " " span.soft { (text::weekday(lang, day)) }
            }
            (Some(at), _) => (moment(lang, at)),
            (None, Standing::Paused(Some(left))) => {
                (lang.tell("due-left-then", &[("length", text::length(lang, left).into())]))
            }
            (None, _) => (lang.say("due-then")),
        }
        @if due.provisional { " " span.soft { (lang.say("due-provisional")) } }
    }
}

/// A day.
pub fn date(lang: Lang, date: Date) -> Markup {
    html! { time datetime=(date) { (text::date(lang, date)) } }
}

/// A moment.
pub fn moment(lang: Lang, time: Time) -> Markup {
    html! { time datetime=(text::points_in_time(time)) { (text::moment(lang, time)) } }
}

/// A moment of a log from elsewhere, at the offset from UTC at which it was written down.
pub fn moment_elsewhere(lang: Lang, time: Time) -> Markup {
    html! { time datetime=(time.rfc3339()) { (text::elsewhere(lang, time)) } }
}

/// A short label with a tone: `calm`, `soon`, `late`, `still`, `kept`, `plain`.
pub fn tag(tone: &str, words: &str) -> Markup {
    html! { span class={ "tag " (tone) } { (words) } }
}

/// What was just done.
pub fn notice(words: &str) -> Markup {
    html! { div.notice role="status" { p { (words) } } }
}

/// Something that must not be overlooked.
pub fn callout(tone: &str, title: impl Render, body: impl Render) -> Markup {
    html! { div class={ "callout " (tone) } { p.lead { (title) } (body) } }
}

/// Rows of a name and a value. A value may be any markup.
pub fn rows(rows: &[(String, Markup)]) -> Markup {
    html! {
        dl.rows {
            @for (name, value) in rows {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// What every posted form carries.
pub fn token(frame: &Frame) -> Markup {
    html! {
        @if !frame.token.is_empty() {
            input type="hidden" name="token" value=(frame.token);
        }
    }
}

/// What a form carries that begins something: sent twice, it begins it once.
pub fn once(frame: &Frame) -> Markup {
    html! {
        @if !frame.once.is_empty() {
            input type="hidden" name="once" value=(frame.once);
        }
    }
}

/// Who comes to know of a reading: the party of the case, or where it is an office's own duty its supervisors.
pub fn noted(lang: Lang, of_party: bool) -> Cow<'static, str> {
    if of_party { lang.say("personal-noted") } else { lang.say("personal-noted-duty") }
}

/// Has the reader state a purpose, and say that they want to see.
pub fn purpose(lang: Lang, purposes: &[(Id, Title)], of_party: bool) -> Markup {
    html! {
        div.field {
            label for="purpose" { (lang.say("personal-state")) }
            select #purpose name="purpose" required {
                @if purposes.len() > 1 { option value="" { (lang.say("form-choose")) } }
                @for (id, title) in purposes { option value=(id) { (lang.of(title)) } }
            }
            p.hint { (noted(lang, of_party)) }
        }
        button type="submit" { (lang.say("personal-show")) }
    }
}

/// Words that somebody wrote, as far as their reader may see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What is open of them: they themselves, and what stands before them.
    pub text: String,
    /// Whether there are more, which are read under a purpose alone.
    pub closed: bool,
}

impl Words {
    /// Words that the reader may see.
    pub fn open(text: impl Into<String>) -> Self {
        Self { text: text.into(), closed: false }
    }

    /// Words that they may not.
    pub fn closed() -> Self {
        Self { text: String::new(), closed: true }
    }

    /// The same after what stands before them.
    #[must_use]
    pub fn after(self, lang: Lang, before: &str) -> Self {
        let colon = if self.text.is_empty() { "" } else { lang.colon() };
        Self { text: format!("{before}{colon}{}", self.text), closed: self.closed }
    }
}

/// Words that somebody wrote, or that they are sealed.
pub fn said(lang: Lang, words: &Words) -> Markup {
    html! {
        (as_written(lang, &words.text))
        @if words.closed {
            @if !words.text.is_empty() { (lang.colon()) }
            span.sealed { (lang.say("words-sealed")) }
        }
    }
}

/// The state that its reader saw: how many events the case had. A form that changes a case carries it, so that the
/// slower of two colleagues is told and not overwritten.
pub fn seen(events: u64) -> Markup {
    html! { input type="hidden" name="seen" value=(events); }
}

/// An article of a law with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    /// The instrument.
    pub instrument: Title,
    /// The article as the instrument numbers it.
    pub article: String,
    /// Its words, in the language of the law.
    pub quote: String,
}

/// The instrument and the article, in a line.
pub fn source(lang: Lang, cited: &Cited) -> Markup {
    let article = text::article(lang, &cited.article);
    html! {
        cite {
            @match lang {
                Lang::Zh => { "《" (cited.instrument.zh) "》" (article) }
                Lang::En => { (cited.instrument.en) ", " (article) }
            }
        }
    }
}

/// The article with its words.
pub fn quote(lang: Lang, cited: &Cited) -> Markup {
    html! {
        figure.law {
            blockquote lang="zh-CN" { "“" (cited.quote) "”" }
            figcaption { (source(lang, cited)) }
        }
    }
}

/// Words as somebody wrote them, marked as Chinese where they are and the page is not, so that they are read out as such.
pub fn as_written(lang: Lang, words: &str) -> Markup {
    let chinese = words.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    html! {
        @if chinese && lang != Lang::Zh { span lang="zh-CN" { (words) } } @else { (words) }
    }
}

/// Our mark: a lotus over its pond.
pub fn mark() -> Markup {
    PreEscaped(MARK.to_owned())
}

const MARK: &str = include_str!("../assets/mark.svg");

/// A text to write that no pack's form asks for.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The control's id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What is asked.
    pub label: &'a str,
    /// What was written so far.
    pub value: &'a str,
    /// Lines to begin with.
    pub rows: u8,
    /// Whether one may go without, and is told so.
    pub optional: bool,
    /// Whether nothing is done without it.
    pub needed: bool,
    /// What is wrong with it.
    pub fault: Option<&'a Title>,
}

impl Default for Written<'_> {
    fn default() -> Self {
        Self { id: "", name: "", label: "", value: "", rows: 3, optional: false, needed: false, fault: None }
    }
}

/// The control for it, with what is wrong above it.
pub fn written(lang: Lang, asked: &Written<'_>) -> Markup {
    let Written { id, name, label, value, rows, optional, needed, fault } = asked;
    let named = format!("{id}-error");
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(id) {
                (label)
                @if *optional { " " span.soft { (lang.say("form-optional")) } }
            }
            (self::fault(lang, &named, *fault))
            textarea id=(id) name=(name) rows=(rows) required[*needed]
                aria-describedby=[fault.map(|_| &named)] aria-invalid=[fault.map(|_| "true")] { (value) }
        }
    }
}

/// What is wrong with a field, under an id by which the field can name it.
pub fn fault(lang: Lang, id: &str, what: Option<&Title>) -> Markup {
    html! {
        @if let Some(what) = what {
            p.error id=(id) { span.unseen { (lang.say("error-prefix")) } (lang.of(what)) }
        }
    }
}

/// From page to page of a long list: which page of how many, and where each is.
pub fn pages(lang: Lang, (now, last): (u64, u64), to: impl Fn(u64) -> String) -> Markup {
    html! {
        @if last > 1 {
            nav.pages aria-label=(lang.say("pages")) {
                @if now > 1 { a rel="prev" href=(to(now - 1)) { (lang.say("page-previous")) } }
                span { (lang.tell("page-of", &[("page", now.into()), ("last", last.into())])) }
                @if now < last { a rel="next" href=(to(now + 1)) { (lang.say("page-next")) } }
            }
        }
    }
}

/// Names one after another.
pub fn listed(lang: Lang, names: &[String]) -> String {
    names.join(if lang == Lang::Zh { "、" } else { ", " })
}

/// A link that looks like a button.
pub fn go(to: &str, words: &str) -> Markup {
    html! { a.act href=(to) { (words) } }
}
