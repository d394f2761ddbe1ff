//! Reads TOML tables member by member, noting every fault with its place instead of stopping at the first, and every member that
//! nobody asked for.

use crate::day::Day;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A fault in a definition: where, what, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line from 1.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
    /// What is wrong, with the author's words in backticks.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, what, mend } = self;
        write!(f, "{line}:{column}: {what}\n    {mend}")
    }
}

/// A text being read as TOML.
pub(crate) struct Source<'a> {
    text: &'a str,
    table: Spanned<DeTable<'a>>,
    faults: RefCell<Vec<Problem>>,
    /// It is no TOML: what its tables hold is not what was meant, so nothing more is told of them.
    broken: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut source = Self { text, table, faults: RefCell::default(), broken: false };
        for error in errors {
            let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
            let mend = "mend the syntax; strings stand in quotes, a table's heading in brackets";
            source.report(&error.span().unwrap_or(0..0), what, mend);
        }
        source.broken = !source.faults.borrow().is_empty();
        source
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { source: self, table: self.table.get_ref(), span: 0..0, asked: RefCell::default() }
    }

    pub(crate) fn report(&self, span: &Range<usize>, what: impl Into<String>, mend: impl Into<String>) {
        if self.broken {
            return;
        }
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.faults.borrow_mut().push(Problem { line, column, what: what.into(), mend: mend.into() });
    }

    /// Every fault by its place.
    pub(crate) fn faults(self) -> Vec<Problem> {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// A table being read. Call [`Node::finish`] when every known member was asked for.
pub(crate) struct Node<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    pub(crate) span: Range<usize>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// Counts by names that their author chose.
pub(crate) type Counts<'a> = Vec<(At<&'a str>, u32)>;

/// A value with the place where it stands.
#[derive(Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

impl<'a> Node<'a> {
    pub(crate) fn report(&self, span: &Range<usize>, what: impl Into<String>, mend: impl Into<String>) {
        self.source.report(span, what, mend);
    }

    /// How many faults are noted so far: what follows from one of them need not be told, too.
    pub(crate) fn told(&self) -> usize {
        self.source.faults.borrow().len()
    }

    fn get(&self, name: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(name);
        self.table.get(name)
    }

    fn wrong(&self, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str, example: &str) {
        let what = match value.get_ref() {
            DeValue::String(text) => format!("`{name}` is the text `{text}`"),
            DeValue::Integer(number) => format!("`{name}` is the number `{}`", number.as_str()),
            DeValue::Float(number) => format!("`{name}` is the number `{}`", number.as_str()),
            DeValue::Boolean(_) => format!("`{name}` is true or false"),
            DeValue::Datetime(_) => format!("`{name}` is a date or a time"),
            DeValue::Array(_) => format!("`{name}` is a list"),
            DeValue::Table(_) => format!("`{name}` is a table"),
        };
        self.report(
            &value.span(),
            format!("{what} where {wanted} is wanted"),
            format!("write `{name} = {example}`"),
        );
    }

    /// Notes a missing member.
    pub(crate) fn need<T>(&self, name: &'static str, example: &str, found: Option<T>) -> Option<T> {
        if found.is_none() && !self.table.contains_key(name) {
            self.report(&self.span, format!("`{name}` is missing"), format!("add `{name} = {example}`"));
        }
        found
    }

    pub(crate) fn text(&self, name: &'static str) -> Option<At<&'a str>> {
        let value = self.get(name)?;
        match value.get_ref().as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Some(At { value: text, span: value.span() }),
            _ => {
                self.wrong(name, value, "a text of at least one letter", "\"…\"");
                None
            }
        }
    }

    pub(crate) fn need_text(&self, name: &'static str) -> Option<At<&'a str>> {
        self.need(name, "\"…\"", self.text(name))
    }

    /// A number with at most `decimals` decimals, in units of the last of them; from `least` on.
    pub(crate) fn decimal(&self, name: &'static str, decimals: u32, least: i64) -> Option<At<i64>> {
        let value = self.get(name)?;
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', ""),
            DeValue::Float(number) => number.as_str().replace('_', ""),
            _ => {
                self.wrong(name, value, "a number", "12.5");
                return None;
            }
        };
        match scaled(&text, decimals) {
            Some(number) if number >= least => Some(At { value: number, span: value.span() }),
            Some(_) => {
                let least = least as f64 / 10f64.powi(decimals as i32);
                self.report(
                    &value.span(),
                    format!("`{name}` cannot be `{text}`"),
                    format!("write a number from {least}"),
                );
                None
            }
            None => {
                let mend = format!("write at most {decimals} decimals and no more than ten billion");
                self.report(&value.span(), format!("`{name}` cannot be `{text}`"), mend);
                None
            }
        }
    }

    pub(crate) fn need_decimal(&self, name: &'static str, decimals: u32, least: i64) -> Option<At<i64>> {
        self.need(name, "12.5", self.decimal(name, decimals, least))
    }

    /// A whole number within bounds.
    pub(crate) fn whole(&self, name: &'static str, least: i64, most: i64) -> Option<At<i64>> {
        let found = self.decimal(name, 0, least)?;
        if found.value > most {
            let what = format!("`{name}` cannot be `{}`", found.value);
            self.report(&found.span, what, format!("write a number from {least} to {most}"));
            return None;
        }
        Some(found)
    }

    pub(crate) fn need_whole(&self, name: &'static str, least: i64, most: i64) -> Option<At<i64>> {
        self.need(name, &least.to_string(), self.whole(name, least, most))
    }

    /// True or false; false where nothing is said.
    pub(crate) fn flag(&self, name: &'static str) -> bool {
        let Some(value) = self.get(name) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(name, value, "true or false", "true");
            false
        })
    }

    pub(crate) fn date(&self, name: &'static str) -> Option<At<Day>> {
        let value = self.get(name)?;
        let day = as_day(value.get_ref());
        if day.is_none() {
            self.wrong(name, value, "a date", "2026-10-01");
        }
        Some(At { value: day?, span: value.span() })
    }

    pub(crate) fn dates(&self, name: &'static str) -> Vec<At<Day>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let days = value.get_ref().as_array().map(|items| {
            let day =
                |item: &Spanned<DeValue<'_>>| Some(At { value: as_day(item.get_ref())?, span: item.span() });
            items.iter().map(day).collect::<Option<Vec<_>>>()
        });
        days.flatten().unwrap_or_else(|| {
            self.wrong(name, value, "a list of dates", "[2026-10-01, 2026-10-02]");
            Vec::new()
        })
    }

    /// A list of texts; empty where nothing is said.
    pub(crate) fn texts(&self, name: &'static str) -> Vec<At<&'a str>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let texts = value.get_ref().as_array().map(|items| {
            let text = |item: &'a Spanned<DeValue<'a>>| {
                Some(At { value: item.get_ref().as_str()?, span: item.span() })
            };
            items.iter().map(text).collect::<Option<Vec<_>>>()
        });
        texts.flatten().unwrap_or_else(|| {
            self.wrong(name, value, "a list of texts", "[\"…\"]");
            Vec::new()
        })
    }

    pub(crate) fn table(&self, name: &'static str) -> Option<Node<'a>> {
        let value = self.get(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.report(
                &value.span(),
                format!("`{name}` is not a table"),
                format!("head it with `[{name}]`"),
            );
        }
        Some(self.inner(table?, value.span()))
    }

    /// A table of counts by names that its author chose, each from 0 to `most`.
    pub(crate) fn counts(&self, name: &'static str, most: i64) -> Option<At<Counts<'a>>> {
        let value = self.get(name)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(name, value, "a table of counts", "{ \"130\" = 40 }");
            return None;
        };
        let mut counts = Vec::new();
        for (key, count) in table {
            let named = At { value: key.get_ref().as_ref(), span: key.span() };
            let number = count.get_ref().as_integer().filter(|number| number.radix() == 10);
            let number = number.and_then(|number| scaled(&number.as_str().replace('_', ""), 0));
            match number.filter(|number| (0..=most).contains(number)) {
                Some(number) => counts.push((named, number as u32)),
                None => {
                    let what = match count.get_ref() {
                        DeValue::Integer(number) => {
                            format!("`{}` cannot be `{}`", named.value, number.as_str())
                        }
                        DeValue::Float(number) => {
                            format!("`{}` cannot be `{}`", named.value, number.as_str())
                        }
                        _ => format!("`{}` has no count", named.value),
                    };
                    self.report(&count.span(), what, format!("write a whole number from 0 to {most}"));
                }
            }
        }
        Some(At { value: counts, span: value.span() })
    }

    fn inner(&self, table: &'a DeTable<'a>, span: Range<usize>) -> Node<'a> {
        Node { source: self.source, table, span, asked: RefCell::default() }
    }

    /// The tables `[[name]]`.
    pub(crate) fn rows(&self, name: &'static str) -> Vec<Node<'a>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let mut rows = Vec::new();
        for item in value.get_ref().as_array().into_iter().flatten() {
            match item.get_ref().as_table() {
                Some(table) => rows.push(self.inner(table, item.span())),
                None => self.wrong(name, item, "a table", "[{ … }]"),
            }
        }
        if value.get_ref().as_array().is_none() {
            self.report(
                &value.span(),
                format!("`{name}` is not a list of tables"),
                format!("head each with `[[{name}]]`"),
            );
        }
        rows
    }

    /// Done with this table: notes each member that was never asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !asked.contains(name) {
                let known: Vec<&str> = asked.iter().copied().collect();
                let mend = format!("remove it, or use one of `{}`", known.join("`, `"));
                self.report(&key.span(), format!("`{name}` is not known here"), mend);
            }
        }
    }
}

fn as_day(value: &DeValue<'_>) -> Option<Day> {
    let stamp = value.as_datetime().filter(|stamp| stamp.time.is_none() && stamp.offset.is_none())?;
    let date = stamp.date?;
    Day::new(date.year.into(), date.month.into(), date.day.into())
}

/// A decimal number in units of its last decimal; `None` for what has more decimals or is over ten billion.
pub(crate) fn scaled(text: &str, decimals: u32) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 10 && part.len() <= decimals as usize;
    if !(fits && plain(whole) && plain(part)) {
        return None;
    }
    let width = decimals as usize;
    let padded = format!("{whole}{part:0<width$}");
    padded.parse::<i64>().ok().map(|number| sign * number)
}
