use crate::part::Words;
use crate::text::{Lang, Speak as _};
use crate::{form, part, path};
use maud::{Markup, html};
use pack::Title;
use pack::model::FieldKind;
use record::Time;

/// A step of a case, as its readers see it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is to be done.
    pub title: Title,
    /// Where.
    pub office: Title,
    /// Where it stands.
    pub status: Status,
}

/// Where a step stands.
#[derive(Clone, Debug)]
pub enum Status {
    /// Not yet possible.
    Waiting {
        /// Whether it comes only in some cases, which is not known of this one yet.
        sometimes: bool,
    },
    /// To be done, since when, and who took it.
    Open {
        /// Since when.
        since: Time,
        /// Who took it upon themselves.
        holder: Option<String>,
    },
    /// Done.
    Done {
        /// When.
        at: Time,
        /// How it ended.
        outcome: Title,
        /// By whom; none where silence counted as an answer.
        by: Option<String>,
        /// Why.
        reasons: Option<Words>,
    },
    /// Not needed in this case.
    Skipped,
    /// Never done: the case was over before.
    Unreached,
}

/// The steps of a case in order: what was done, by whom, where, and what is to come. `live`: whether they are drawn anew when
/// the case moves on, which what was opened under a purpose must not be.
pub fn steps(lang: Lang, steps: &[Step], live: bool) -> Markup {
    html! {
        ol.course data-refresh=[live.then_some("steps")] {
            @for step in steps {
                @match &step.status {
                    Status::Done { at, outcome, by, reasons } => li.done {
                        b { (lang.of(&step.title)) } " " (part::tag("kept", lang.of(outcome)))
                        p.soft {
                            (part::moment(lang, *at)) " · " (lang.of(&step.office)) " · "
                            @match by {
                                Some(by) => (by),
                                None => (lang.say("step-by-silence")),
                            }
                        }
                        @if let Some(reasons) = reasons {
                            p.reasons { (lang.say("step-reasons")) (part::said(lang, reasons)) }
                        }
                    },
                    Status::Open { since, holder } => li.now aria-current="step" {
                        b { (lang.of(&step.title)) } " " (part::tag("calm", &lang.say("step-open")))
                        p.soft {
                            (lang.of(&step.office)) " · "
                            @match holder {
                                Some(holder) => (holder),
                                None => (lang.say("step-nobody-yet")),
                            }
                            " · " (lang.say("step-since")) " " (part::moment(lang, *since))
                        }
                    },
                    Status::Waiting { sometimes } => li.ahead {
                        b { (lang.of(&step.title)) }
                        @if *sometimes { " " (part::tag("plain", &lang.say("step-sometimes"))) }
                        p.soft { (lang.of(&step.office)) }
                    },
                    Status::Skipped => li.ahead {
                        s { (lang.of(&step.title)) }
                        " " span.soft { (lang.say("step-skipped")) }
                    },
                    Status::Unreached => li.ahead {
                        s { (lang.of(&step.title)) }
                        " " span.soft { (lang.say("step-unreached")) }
                    },
                }
            }
        }
    }
}

/// Something that happened in a case.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// What, as a past-tense fact.
    pub what: Title,
    /// Whether the party was filling in: saved answers, attached files or took them back.
    pub filling: bool,
    /// By whom; none: the timer.
    pub by: Option<String>,
    /// In which office.
    pub office: Option<Title>,
    /// What was said with it.
    pub words: Option<Words>,
    /// The answer that it put right.
    pub corrected: Option<Corrected>,
    /// Its entry on the record.
    pub entry: Option<u64>,
}

/// Where a supervisor reads what was said in a case, where that is sealed on this page.
pub fn sealed(lang: Lang, case: &str, happened: &[Happening]) -> Markup {
    html! {
        @if is_closed(happened) {
            p.soft { (lang.say("words-elsewhere")) " " a href=(path::desk_case(case)) { (lang.say("words-at-desk")) } }
        }
    }
}

/// Whether anything that was said in a case is sealed to the reader.
pub fn is_closed(happenings: &[Happening]) -> bool {
    happenings.iter().any(|happening| happening.words.as_ref().is_some_and(|words| words.closed))
}

/// An answer that was put right.
#[derive(Clone, Debug)]
pub struct Corrected {
    /// The question.
    pub title: Title,
    /// What kind of answer it is.
    pub kind: FieldKind,
    /// What stood before, as [`casework::answer::write`] writes it; none: personal, and not opened.
    pub before: Option<String>,
    /// What stands now.
    pub after: Option<String>,
}

/// Everything that happened, the latest first. `linked`: whether each leads to its entry. Of a run of events of filling in the
/// latest stands there, and those before it open from it. `live`: as of [`steps`].
pub fn happenings(lang: Lang, happenings: &[Happening], linked: bool, live: bool) -> Markup {
    html! {
        ol.events reversed data-refresh=[live.then_some("events")] {
            @for run in happenings.chunk_by(|one, other| one.filling && other.filling) {
                @if let Some((latest, earlier)) = run.split_first() {
                    (happening(lang, latest, linked))
                    @if !earlier.is_empty() {
                        li {
                            details {
                                summary { (lang.tell("events-filling", &[("count", earlier.len().into())])) }
                                ol.events reversed { @for one in earlier { (happening(lang, one, linked)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn happening(lang: Lang, happening: &Happening, linked: bool) -> Markup {
    html! {
        li {
            p { b { (lang.of(&happening.what)) } }
            p.soft {
                (part::moment(lang, happening.at))
                @match &happening.by {
                    Some(by) => { " · " (by) }
                    None => { " · " (lang.say("by-timer")) }
                }
                @if let Some(office) = &happening.office { " · " (lang.of(office)) }
                @if let Some(entry) = happening.entry {
                    " · "
                    @if linked {
                        a href=(path::entry(entry)) {
                            (lang.tell("entry-number", &[("n", entry.to_string().into())]))
                        }
                    } @else {
                        (lang.tell("entry-number", &[("n", entry.to_string().into())]))
                    }
                }
            }
            @if let Some(corrected) = &happening.corrected { (put_right(lang, corrected)) }
            @if let Some(words) = &happening.words { p.reasons { (part::said(lang, words)) } }
        }
    }
}

/// The old answer struck through, and the new one beside it.
fn put_right(lang: Lang, corrected: &Corrected) -> Markup {
    let Corrected { title, kind, before, after } = corrected;
    let shown = |typed: &Option<String>| {
        html! {
            @match typed {
                Some(typed) => (form::answer_shown(lang, kind, typed)),
                None => span.sealed { (lang.say("personal-sealed")) },
            }
        }
    };
    html! {
        p.put-right {
            (lang.of(title)) (lang.colon())
            del { span.unseen { (lang.say("amend-before")) } (shown(before)) }
            " "
            ins { span.unseen { (lang.say("amend-after")) } (shown(after)) }
        }
    }
}
