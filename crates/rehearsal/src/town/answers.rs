//! Answers that a procedure's form accepts, found once by trying and then given again with other names and days.

use crate::load::mix;
use casework::decide::{Situation, missing};
use casework::service::judge;
use casework::state::State;
use casework::{Book, answer};
use jiff::ToSpan as _;
use pack::Id;
use pack::days::today;
use pack::model::{Field, FieldKind, Form, Procedure};
use record::{ObjectRef, Time, Value};
use std::collections::BTreeMap;

/// How often answers are changed before a form is given up.
const TRIES: usize = 5_000;

/// Numbers that look random and depend on the seed alone.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (mix(self.0) >> 16) as usize % most.max(1)
    }
}

/// An answer that can be given on another day.
#[derive(Clone, Debug)]
enum Pattern {
    /// The same words each time.
    Same(String),
    /// So many days after the day on which it is given.
    Day(i64),
    /// So many days after it, in the morning.
    Moment(i64),
    /// Whatever is right for the kind: no rule asks about it.
    Any(FieldKind),
}

/// Answers to one form.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Vec<(Id, Pattern)>);

impl Patterns {
    /// Answers that the procedure accepts; none where none were found.
    pub fn accepted(book: &Book, procedure: &Procedure, now: Time, dice: &mut Dice) -> Option<Self> {
        let mut patterns: BTreeMap<Id, Pattern> = BTreeMap::new();
        let mut wrong: Vec<Id> = procedure.form.fields.iter().map(|field| field.id.clone()).collect();
        for _ in 0..TRIES {
            for id in std::mem::take(&mut wrong) {
                if let Some(pattern) =
                    procedure.form.field(id.as_str()).and_then(|field| pattern(field, dice))
                {
                    patterns.insert(id, pattern);
                }
            }
            let found = Self(patterns.iter().map(|(id, pattern)| (id.clone(), pattern.clone())).collect());
            wrong = found.refused(book, procedure, now);
            if wrong.is_empty() {
                return Some(found);
            }
            // A rule may be about several answers: change the one it stands at, and another.
            let other = procedure.form.fields.get(dice.below(procedure.form.fields.len()))?;
            wrong.push(other.id.clone());
        }
        None
    }

    /// The fields that are missing or wrong.
    fn refused(&self, book: &Book, procedure: &Procedure, now: Time) -> Vec<Id> {
        let answers: BTreeMap<Id, Value> =
            self.values(&procedure.form, now, &mut Dice(0)).into_iter().collect();
        let state = State { answers: answers.clone(), ..State::default() };
        let case = ObjectRef::new("case", "");
        let situation = Situation {
            now,
            actor: None,
            procedure,
            definitions: &book.definitions,
            edition: book.digest,
            case: &case,
            answers: &answers,
            recorded: None,
            unseen: &casework::decide::ALL_SEEN,
            judge: &judge(procedure, &state, now),
        };
        let missing = missing(&state, &situation).into_iter().map(|(id, _)| id);
        missing.filter(|id| procedure.form.field(id.as_str()).is_some()).collect()
    }

    /// Whatever the kinds of a form's needed fields take, for the forms of steps. Their rules are about what was looked at
    /// and found in order.
    pub fn plain(form: &Form, dice: &mut Dice) -> Self {
        let in_order = |field: &Field| field.kind == FieldKind::Truth && !field.checks.is_empty();
        let of = |field: &Field, dice: &mut Dice| match in_order(field) {
            true => Some(Pattern::Same("yes".into())),
            false => pattern(field, dice),
        };
        let needed = form.fields.iter().filter(|field| field.required);
        Self(needed.filter_map(|field| Some((field.id.clone(), of(field, dice)?))).collect())
    }

    /// The answers as they are typed on the day of `now`.
    pub fn texts(&self, now: Time, dice: &mut Dice) -> Vec<(Id, String)> {
        let day = |after: i64| today(now).checked_add(after.days()).unwrap_or(today(now));
        let text = |pattern: &Pattern, dice: &mut Dice| match pattern {
            Pattern::Same(text) => text.clone(),
            Pattern::Day(after) => day(*after).to_string(),
            Pattern::Moment(after) => format!("{} 09:30", day(*after)),
            Pattern::Any(kind) => text_of(kind, dice),
        };
        self.0.iter().map(|(id, pattern)| (id.clone(), text(pattern, dice))).collect()
    }

    /// The answers as casework takes them.
    pub fn values(&self, form: &Form, now: Time, dice: &mut Dice) -> Vec<(Id, Value)> {
        let read = |(id, text): (Id, String)| {
            let value = answer::read(&form.field(id.as_str())?.kind, &text).ok()?;
            Some((id, value))
        };
        self.texts(now, dice).into_iter().filter_map(read).collect()
    }
}

fn pattern(field: &Field, dice: &mut Dice) -> Option<Pattern> {
    // Most days that people write are near; births lie further back.
    let day = |dice: &mut Dice| match dice.below(3) {
        0 => -(dice.below(40) as i64),
        1 => 300 - dice.below(800) as i64,
        _ => -(dice.below(30_000) as i64),
    };
    Some(match &field.kind {
        FieldKind::File => return None,
        FieldKind::Date => Pattern::Day(day(dice)),
        FieldKind::Moment => Pattern::Moment(day(dice)),
        kind if varies(kind) && field.checks.is_empty() => Pattern::Any(kind.clone()),
        kind => Pattern::Same(text_of(kind, dice)),
    })
}

/// What differs from person to person.
fn varies(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::IdentityNumber | FieldKind::Phone | FieldKind::Address | FieldKind::Plate)
}

/// What somebody might type.
fn text_of(kind: &FieldKind, dice: &mut Dice) -> String {
    match kind {
        FieldKind::Integer { min, max } => {
            let (low, high) = (min.unwrap_or(0), max.unwrap_or(1_000));
            (low + dice.below((high - low + 1).max(1) as usize) as i64).to_string()
        }
        FieldKind::Money => dice.below(10_000).to_string(),
        FieldKind::Truth => if dice.below(2) == 0 { "yes" } else { "no" }.into(),
        FieldKind::Choice(all) | FieldKind::Choices(all) => {
            all.get(dice.below(all.len())).map(|choice| choice.id.to_string()).unwrap_or_default()
        }
        FieldKind::IdentityNumber => identity_number(dice.below(28_000)),
        FieldKind::Phone => format!("138{:08}", dice.below(100_000_000)),
        FieldKind::Plate => format!("冀F{:05}", dice.below(100_000)),
        FieldKind::Vin => {
            ["1M8GDM9AXKP042788", "11111111111111111"].get(dice.below(2)).copied().unwrap_or("").into()
        }
        FieldKind::CreditCode => "91350100M000100Y43".into(),
        FieldKind::Address => format!("东城区南湖街{}号", 1 + dice.below(900)),
        FieldKind::Object(kind) => format!("{kind}:{}", dice.below(1_000)),
        FieldKind::Text if dice.below(2) == 0 => "0123456789abcdef".repeat(4),
        FieldKind::Text => format!("示范{}", dice.below(1_000)),
        FieldKind::LongText => "因工作和生活需要，特此申请，所填内容属实。".into(),
        FieldKind::Date | FieldKind::Moment | FieldKind::File => String::new(),
    }
}

/// A number of no living person: born in 1900, in a region code that stands for none, its check character right.
fn identity_number(sequence: usize) -> String {
    let body = format!("110000190001{:02}{:03}", 1 + sequence % 28, sequence / 28 % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap_or('0');
    format!("{body}{check}")
}
