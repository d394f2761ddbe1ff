use crate::part::{self, Cited, Due, Standing, Words};
use crate::text::{self, Lang, Speak as _};
use casework::board::SetBy;
use maud::{Markup, html};
use pack::Title;
use pack::model::{Own, Watcher};
use record::Time;

/// A clock of a case, with how its days are counted.
#[derive(Clone, Debug)]
pub struct View {
    /// What must be done in time.
    pub title: Title,
    /// Whom it binds.
    pub binds: Watcher,
    /// Whether it is a time that must have passed before a step may be done, and nobody's deadline.
    pub least: bool,
    /// When it started.
    pub started: Time,
    /// When it stopped, if it did.
    pub stopped: Option<Time>,
    /// When it is due; none where no rule counts it.
    pub due: Option<Due>,
    /// How its days are counted, in words.
    pub counted: Title,
    /// The law that sets it; none: the office's own limit.
    pub law: Option<Cited>,
    /// The office's own promise within the law's limit.
    pub promise: Option<(Own, Due)>,
    /// When it stood still, and why.
    pub pauses: Vec<Pause>,
    /// When it was moved.
    pub extensions: Vec<Extension>,
    /// Whether the law says no word on how its days are counted, so that it runs under a stated default.
    pub undecided: bool,
}

/// A time during which a clock stood still.
#[derive(Clone, Debug)]
pub struct Pause {
    /// From when.
    pub from: Time,
    /// Until when; none: still.
    pub until: Option<Time>,
    /// Why.
    pub why: Title,
}

/// A deadline that was moved.
#[derive(Clone, Debug)]
pub struct Extension {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Option<String>,
    /// Why.
    pub reasons: Words,
}

/// All clocks of a case, each with its due date in words and how it is counted on request.
/// `live`: whether they are drawn anew when the case moves on.
pub fn list(lang: Lang, clocks: &[View], live: bool) -> Markup {
    html! {
        ul.clocks data-refresh=[live.then_some("clocks")] {
            @for clock in clocks { (one(lang, clock)) }
        }
    }
}

fn one(lang: Lang, clock: &View) -> Markup {
    html! {
        li {
            p.clock {
                b { (lang.of(&clock.title)) }
                @if !clock.least { (standings(lang, clock)) }
            }
            p {
                @match &clock.due {
                    Some(due) if due.at.is_none() => (part::due_at(lang, due)),
                    Some(due) if clock.least => { (lang.say("clock-least")) " " (part::due_at(lang, due)) }
                    Some(due) if due.standing == Standing::Over => {
                        (lang.say("clock-was")) " " (part::due_at(lang, due))
                    }
                    due => {
                        @match clock.binds {
                            Watcher::Office => (lang.say("clock-office")),
                            Watcher::Party => (lang.say("clock-party")),
                        }
                        " "
                        @match due {
                            Some(due) => (part::due_at(lang, due)),
                            None => (lang.say("clock-no-date")),
                        }
                    }
                }
            }
            @if let Some((own, due)) = promised(clock) {
                @let length = [("length", text::length(lang, *own).into())];
                p.soft {
                    @if due.at.is_some() { (lang.tell("clock-promise", &length)) }
                    @else { (lang.tell("clock-promise-still", &length)) }
                    " " (part::due_at(lang, due))
                    @if clock.stopped.is_some() { " " (part::standing(lang, due.standing)) }
                }
            }
            details {
                summary { (lang.say("clock-how")) span.unseen { (lang.colon()) (lang.of(&clock.title)) } }
                p { (lang.of(&clock.counted)) }
                @if clock.undecided { p.soft { (lang.say("clock-undecided")) } }
                (history(lang, clock))
                @match &clock.law {
                    Some(cited) => (part::quote(lang, cited)),
                    None => p.soft { (lang.say("clock-own")) },
                }
            }
        }
    }
}

/// What was promised, while that is still to be kept.
fn promised(clock: &View) -> Option<&(Own, Due)> {
    clock.promise.as_ref().filter(|(_, due)| due.standing != Standing::Over)
}

impl View {
    /// The promise, while that is still to be kept, and the limit, each with who sets it.
    pub fn times(&self) -> impl Iterator<Item = (&Due, SetBy)> {
        let limit = if self.law.is_some() { SetBy::Law } else { SetBy::Office };
        let promise = promised(self).map(|(_, due)| (due, SetBy::Promise));
        promise.into_iter().chain(self.due.as_ref().map(|due| (due, limit)))
    }
}

/// How the clock stands: while it runs its promise and its limit, each with what it is, in the words in which queues tell of
/// them; and once it has stopped, the limit alone.
fn standings(lang: Lang, clock: &View) -> Markup {
    html! {
        @if clock.stopped.is_some() {
            @if let Some(due) = &clock.due { " " (part::standing(lang, due.standing)) }
        } @else {
            @for (due, by) in clock.times() {
                " " span.nowrap { (part::standing(lang, due.standing)) " " (part::set_by(lang, by)) }
            }
        }
    }
}

fn history(lang: Lang, clock: &View) -> Markup {
    html! {
        ul {
            li { (lang.say("clock-started")) " " (part::moment(lang, clock.started)) }
            @for pause in &clock.pauses {
                li {
                    (lang.say("clock-stood-still")) " " (part::moment(lang, pause.from)) " – "
                    @match pause.until {
                        Some(until) => (part::moment(lang, until)),
                        None => (lang.say("clock-until-now")),
                    }
                    (lang.colon()) (lang.of(&pause.why))
                }
            }
            @for moved in &clock.extensions {
                li {
                    (lang.say("clock-extended")) " " (part::moment(lang, moved.at))
                    @if let Some(by) = &moved.by { " · " (by) }
                    (lang.colon()) (part::said(lang, &moved.reasons))
                }
            }
            @if let Some(stopped) = clock.stopped {
                li { (lang.say("clock-stopped")) " " (part::moment(lang, stopped)) }
            }
        }
    }
}
