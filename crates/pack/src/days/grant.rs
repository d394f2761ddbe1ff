use super::deadline::{Deadline, Extension, Grant};
use super::due::{Adjustment, Refused};
use super::rule::{DayRule, Limit, Unit};
use super::step::{Step, What};
use crate::model::Id;
use jiff::SignedDuration;

/// The time to be counted, extensions included.
pub(super) enum Extent {
    Now,
    /// Elapsed time.
    Elapsed(SignedDuration),
    /// Time at which the office is open.
    Open(SignedDuration),
    Months(u32),
    /// Stretches of natural (`false`) or working (`true`) days, one after another.
    Days(Vec<(u32, bool)>),
}

pub(super) struct Granted {
    pub extent: Extent,
    pub steps: Vec<Step>,
}

/// The deadline's own time and the extensions among `adjustments`, each checked against what the law allows.
pub(super) fn read(
    deadline: &Deadline,
    rule: &DayRule,
    limit: Limit,
    adjustments: &[Adjustment],
) -> Result<Granted, Refused> {
    let mut granted = Granted { extent: Extent::of(limit, rule), steps: Vec::new() };
    let mut used: Vec<&Id> = Vec::new();
    for adjustment in adjustments {
        let Adjustment::Extend { id, amount } = adjustment else { continue };
        let extension = find(deadline, id)?;
        if let Some(after) = extension.after.as_ref().filter(|after| !used.contains(after)) {
            return Err(Refused::OutOfOrder {
                deadline: deadline.id.clone(),
                id: id.clone(),
                after: after.clone(),
            });
        }
        let before = used.iter().filter(|name| **name == id).count();
        if let Some(times) = extension.times.filter(|times| before >= *times as usize) {
            return Err(Refused::TooOften { deadline: deadline.id.clone(), id: id.clone(), times });
        }
        used.push(id);
        granted.add(deadline, extension, rule, *amount)?;
    }
    Ok(granted)
}

fn find<'a>(deadline: &'a Deadline, id: &Id) -> Result<&'a Extension, Refused> {
    deadline.extension(id.as_str()).ok_or_else(|| {
        let known: Vec<String> = deadline.extensions.iter().map(|known| format!("`{}`", known.id)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Refused::UnknownExtension { deadline: deadline.id.clone(), id: id.clone(), known }
    })
}

impl Granted {
    fn add(
        &mut self,
        deadline: &Deadline,
        extension: &Extension,
        rule: &DayRule,
        amount: Option<u32>,
    ) -> Result<(), Refused> {
        let most = extension.grant.most();
        let asked = amount.unwrap_or(most.amount);
        let (deadline, id) = (deadline.id.clone(), extension.id.clone());
        if asked > most.amount {
            return Err(Refused::BeyondCap { deadline, id, asked, most });
        }
        let limit = Limit { amount: asked, ..most };
        let total = matches!(extension.grant, Grant::To(_));
        let more = match extension.grant {
            Grant::By(_) => asked > 0,
            Grant::To(_) => self.extent.shorter_than(limit),
        };
        if !more {
            return Err(Refused::AddsNothing { deadline, id, total: limit });
        }
        let working = is_working(most, rule);
        let fits = if total { self.extent.set(limit) } else { self.extent.lengthen(limit, working) };
        if !fits {
            return Err(Refused::OtherUnit { deadline, id });
        }
        let what = What::Extended { limit, total, approver: extension.approver.clone() };
        self.steps.push(Step::new(what, Some(extension.cite.clone())));
        Ok(())
    }
}

fn is_working(limit: Limit, rule: &DayRule) -> bool {
    match limit.unit {
        Unit::Workdays => true,
        Unit::Days => rule.workdays.value.has(limit.amount),
        _ => false,
    }
}

impl Extent {
    fn of(limit: Limit, rule: &DayRule) -> Self {
        match limit.unit {
            Unit::Immediately => Self::Now,
            Unit::Minutes | Unit::Hours => Self::Elapsed(limit.elapsed().unwrap_or_default()),
            Unit::Workhours => Self::Open(SignedDuration::from_hours(i64::from(limit.amount))),
            Unit::Days | Unit::Workdays => Self::Days(vec![(limit.amount, is_working(limit, rule))]),
            Unit::Months | Unit::Years => Self::Months(limit.months()),
        }
    }

    fn shorter_than(&self, limit: Limit) -> bool {
        match self {
            Self::Now | Self::Open(_) => false,
            Self::Elapsed(time) => limit.elapsed().is_some_and(|other| *time < other),
            Self::Months(months) => *months < limit.months(),
            Self::Days(stretches) => stretches.iter().map(|(days, _)| *days).sum::<u32>() < limit.amount,
        }
    }

    /// Adds a stretch; stretches of one kind run on as one. False where the units do not mix.
    fn lengthen(&mut self, by: Limit, working: bool) -> bool {
        match (self, by.unit) {
            (Self::Elapsed(time), Unit::Minutes | Unit::Hours) => {
                *time = time.saturating_add(by.elapsed().unwrap_or_default());
            }
            (Self::Months(months), Unit::Months | Unit::Years) => {
                *months = months.saturating_add(by.months())
            }
            (Self::Days(stretches), Unit::Days | Unit::Workdays) => match stretches.last_mut() {
                Some((days, same)) if *same == working => *days = days.saturating_add(by.amount),
                _ => stretches.push((by.amount, working)),
            },
            _ => return false,
        }
        true
    }

    /// Makes the whole as long as `total`, in the kind of days that it began with. False where the units do not mix.
    fn set(&mut self, total: Limit) -> bool {
        match (self, total.unit) {
            (Self::Elapsed(time), Unit::Minutes | Unit::Hours) => *time = total.elapsed().unwrap_or_default(),
            (Self::Months(months), Unit::Months | Unit::Years) => *months = total.months(),
            (Self::Days(stretches), Unit::Days | Unit::Workdays) => {
                let working = stretches.first().is_some_and(|(_, working)| *working);
                *stretches = vec![(total.amount, working)];
            }
            _ => return false,
        }
        true
    }
}
