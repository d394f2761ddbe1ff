use super::deadline::Deadline;
use super::due::{Adjustment, Refused};
use super::rule::{Cite, DayRule};
use crate::Title;
use jiff::civil::{Date, DateTime};

/// Time that is not counted.
#[derive(Clone)]
pub(super) struct Pause {
    pub from: DateTime,
    pub to: Option<DateTime>,
    pub why: Title,
    /// The words of law that stop the clock; none where that is the default rule or the office's own.
    pub cite: Option<Cite>,
    pub by_default: bool,
}

impl Pause {
    /// Whether a day is left out: the days after `from`, up to and including that of `to`.
    pub fn holds(&self, date: Date) -> bool {
        date > self.from.date() && self.to.is_none_or(|to| date <= to.date())
    }

    /// Whether a day after `origin` and up to `end` is left out.
    pub fn touches(&self, origin: Date, end: Date) -> bool {
        self.from.date() < end && self.to.is_none_or(|to| to.date() > origin && to.date() > self.from.date())
    }
}

/// The pauses among `adjustments`, each checked against what the deadline and its rule allow.
pub(super) fn read(
    deadline: &Deadline,
    rule: &DayRule,
    adjustments: &[Adjustment],
) -> Result<Vec<Pause>, Refused> {
    let mut pauses = Vec::new();
    for adjustment in adjustments {
        let pause = match adjustment {
            Adjustment::Suspend { kind, from, to } => {
                let Some(suspension) = deadline.suspension(kind.as_str()) else {
                    let kinds: Vec<String> =
                        deadline.suspensions.iter().map(|one| format!("`{}`", one.kind)).collect();
                    let known = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
                    return Err(Refused::NotSuspended {
                        deadline: deadline.id.clone(),
                        kind: kind.clone(),
                        known,
                    });
                };
                let (why, cite) = (suspension.title.clone(), Some(suspension.cite.clone()));
                Pause { from: *from, to: *to, why, cite, by_default: false }
            }
            Adjustment::Hold { why, from, to } => {
                Pause { from: *from, to: *to, why: why.clone(), cite: None, by_default: !deadline.own }
            }
            Adjustment::Transit { from, to } => {
                let transit = rule.transit.as_ref();
                let transit =
                    transit.ok_or_else(|| Refused::TransitCounts { deadline: deadline.id.clone() })?;
                let why = Title::new("路途上的时间", "time on the road");
                let cite = Some(transit.cite.clone());
                Pause { from: *from, to: Some(*to), why, cite, by_default: false }
            }
            Adjustment::Extend { .. } | Adjustment::Custody => continue,
        };
        if let Some(to) = pause.to.filter(|to| *to < pause.from) {
            return Err(Refused::Reversed { from: pause.from, to });
        }
        pauses.push(pause);
    }
    pauses.sort_by_key(|pause| pause.from);
    Ok(pauses)
}

/// The same time without overlaps, in order; a stretch is told under the name of the pause that opens it.
pub(super) fn merged(pauses: &[Pause]) -> Vec<Pause> {
    let mut merged: Vec<Pause> = Vec::new();
    for pause in pauses {
        match merged.last_mut() {
            Some(last) if last.to.is_none_or(|to| pause.from <= to) => {
                last.to = last.to.zip(pause.to).map(|(one, other)| one.max(other));
            }
            _ => merged.push(pause.clone()),
        }
    }
    merged
}
