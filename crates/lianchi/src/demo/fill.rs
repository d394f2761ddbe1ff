//! Answers that somebody might give: plausible by what a question is called, changed until the form has nothing to say
//! against them.

use super::rehearsal::{Rehearsal, no_file};
use super::words;
use crate::say::{Failure, Wrong};
use casework::answer;
use jiff::ToSpan;
use jiff::civil::Date;
use pack::Id;
use pack::days::Calendar;
use pack::model::{Field, FieldKind};
use record::{Time, Value};
use std::collections::BTreeMap;

/// Rounds after which a form is given up.
const ROUNDS: usize = 3_000;

/// Numbers that look various, the same ones each time: a linear congruence.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// Below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    /// One of several.
    pub fn one<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len() as u64) as usize)
    }
}

/// Who fills in, and what they must say: field and text, where `@-25` is the day 25 days before, `@-25 20:30` a moment, and
/// `@8w` the eighth working day after.
pub struct Filler<'a> {
    pub calendar: &'a Calendar,
    pub name: &'a str,
    pub told: &'a [(&'a str, &'a str)],
    pub dice: Dice,
}

impl Filler<'_> {
    /// Answers to the form of a case, handed in at `at`.
    pub fn form(&mut self, case: &Rehearsal<'_>, at: Time) -> Result<Vec<(Id, Value)>, Failure> {
        let fields = &case.procedure.form.fields;
        let mut tries: BTreeMap<Id, usize> = BTreeMap::new();
        let mut answers: BTreeMap<Id, Value> = BTreeMap::new();
        for field in fields {
            answers.extend(self.answer(field, at, 0).map(|value| (field.id.clone(), value)));
        }
        for _ in 0..ROUNDS {
            let faults = case.faults(&answers, at);
            if faults.is_empty() {
                let (shown, _) = case.asked(&answers, at);
                answers.retain(|id, _| shown.contains(id));
                return Ok(answers.into_iter().collect());
            }
            // A check may be about several answers: change the one at which it stands, or another.
            let other =
                self.dice.one(fields).map(|field| field.id.clone()).filter(|_| self.dice.below(4) == 0);
            for id in faults.into_iter().map(|(id, _)| id).chain(other) {
                let Some(field) = case.procedure.form.field(id.as_str()) else { continue };
                let tried = tries.entry(id.clone()).or_default();
                *tried += 1;
                let fresh = self.answer(field, at, *tried);
                answers.extend(fresh.map(|value| (id, value)));
            }
        }
        let (id, left) = (&case.procedure.id, case.faults(&answers, at));
        Err(Wrong(format!("nobody could fill in the form of `{id}`: {left:?}")).into())
    }

    /// What a step records.
    pub fn step(&mut self, fields: &[Field], at: Time) -> Vec<(Id, Value)> {
        let asked = fields.iter().filter(|field| field.required || self.told_of(field).is_some());
        let asked: Vec<&Field> = asked.collect();
        asked.into_iter().filter_map(|field| Some((field.id.clone(), self.answer(field, at, 0)?))).collect()
    }

    fn told_of(&self, field: &Field) -> Option<&str> {
        self.told.iter().find(|(id, _)| *id == field.id.as_str()).map(|(_, text)| *text)
    }

    /// The answer to be tried after so many did not fit.
    fn answer(&mut self, field: &Field, at: Time, tried: usize) -> Option<Value> {
        let day = Rehearsal::day(at);
        if let Some(text) = self.told_of(field) {
            return answer::read(&field.kind, &self.dated(text, day)).ok();
        }
        let id = field.id.as_str();
        let text = match &field.kind {
            FieldKind::File => return Some(Value::File(no_file(&format!("{id}.pdf")))),
            FieldKind::Text => words::line(id, self.name, &mut self.dice),
            FieldKind::LongText => words::story(id).to_owned(),
            FieldKind::Address => words::address(&mut self.dice),
            FieldKind::Integer { min, max } => self.integer(id, *min, *max, tried).to_string(),
            FieldKind::Money => ["100", "260", "1200"].get(self.dice.below(3) as usize)?.to_string(),
            FieldKind::Date => self.day(id, day, tried).to_string(),
            FieldKind::Moment => {
                let at = super::hours::later(at, -20 - self.dice.below(90) as i64 - 600 * (tried as i64 % 3));
                answer::write(&field.kind, &Value::Time(at))
            }
            FieldKind::Truth => match (words::usually(id), tried.is_multiple_of(2)) {
                (usually, true) => if usually { "yes" } else { "no" }.to_owned(),
                (usually, false) => if usually { "no" } else { "yes" }.to_owned(),
            },
            FieldKind::Choice(all) | FieldKind::Choices(all) => {
                let first = self.dice.below(all.len() as u64) as usize;
                all.get((first + tried) % all.len().max(1))?.id.to_string()
            }
            FieldKind::IdentityNumber => words::identity_number(self.dice.below(9_999)),
            FieldKind::Phone => format!("1380000{:04}", self.dice.below(9_999)),
            FieldKind::Plate => format!("冀F{:05}", self.dice.below(99_999)),
            FieldKind::Vin => words::vin(self.dice.below(999_999)),
            FieldKind::CreditCode => "91350100M000100Y43".to_owned(),
            // What a story does not tell of is not there, and nothing refers to it.
            FieldKind::Object(_) => return None,
        };
        let wordy = matches!(field.kind, FieldKind::Text | FieldKind::LongText) && tried > 0;
        let text = if wordy { format!("{text}{tried}") } else { text };
        answer::read(&field.kind, &text).ok()
    }

    fn integer(&mut self, id: &str, min: Option<i64>, max: Option<i64>, tried: usize) -> i64 {
        let (low, high) = (min.unwrap_or(0), max.unwrap_or(1_000));
        let usual = words::number(id).unwrap_or(low).clamp(low, high);
        match tried {
            0 => usual,
            _ => low + self.dice.below((high - low + 1).unsigned_abs()) as i64,
        }
    }

    /// Some questions are about a day past, some about one to come.
    fn day(&mut self, id: &str, today: Date, tried: usize) -> Date {
        let near = 5 + self.dice.below(25) as i64;
        let years = |years: i64| -365 * years - near;
        let all = match words::tense(id) {
            words::Tense::Born => {
                [years(34), years(10), years(17), -near, years(45), years(22), years(62), near]
            }
            words::Tense::Past => {
                [-near, -near - 200, years(2), years(5), near, near + 300, years(15), years(30)]
            }
            words::Tense::Future => [near + 20, near + 200, near + 700, -near, near, years(1), years(3), 3],
        };
        let days = match all.get(tried) {
            Some(days) => *days,
            None => 800 - self.dice.below(12_000) as i64,
        };
        today.checked_add(days.days()).unwrap_or(today)
    }
    /// The text with days counted from `today` written out.
    fn dated(&self, text: &str, today: Date) -> String {
        let Some(rest) = text.strip_prefix('@') else { return text.to_owned() };
        let (days, clock) = rest.split_once(' ').unwrap_or((rest, ""));
        let ahead = |days: &str| days.parse::<i64>().unwrap_or_default();
        let day = match days.strip_suffix('w') {
            Some(worked) => self.worked_after(today, ahead(worked)),
            None => today.checked_add(ahead(days).days()).unwrap_or(today),
        };
        format!("{day} {clock}").trim_end().to_owned()
    }

    /// The last of so many working days after a day.
    fn worked_after(&self, day: Date, worked: i64) -> Date {
        let later = day.series(1.day()).skip(1).filter(|day| self.calendar.works(*day));
        later.take(worked.try_into().unwrap_or_default()).last().unwrap_or(day)
    }
}
