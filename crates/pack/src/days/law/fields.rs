use super::problem::{Place, Problem, Source};
use crate::Title;
use crate::days::rule::Limit;
use jiff::civil::Date;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A parsed source, and what was wrong in its syntax.
pub struct Tree<'a> {
    /// The source.
    pub source: &'a Source,
    /// Its tables, as far as they could be read.
    pub table: Spanned<DeTable<'a>>,
    /// Its syntax errors.
    pub problems: Vec<Problem>,
}

impl<'a> Tree<'a> {
    /// Parses `source`, going on after an error.
    pub fn parse(source: &'a Source) -> Self {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        let problems = errors.iter().map(|error| {
            let place = Place { source, start: error.span().map_or(0, |span| span.start) };
            place.problem(format!("not TOML: {}", error.message()), "mend the syntax")
        });
        let problems = problems.collect();
        Self { source, table, problems }
    }

    /// The whole file as fields.
    pub fn fields<'b>(&'b self, problems: &'b RefCell<Vec<Problem>>) -> Fields<'b> {
        Fields {
            source: self.source,
            table: self.table.get_ref(),
            start: 0,
            seen: RefCell::default(),
            problems,
        }
    }
}

/// A table whose keys are read one by one; what is missing, of another type or left over becomes a problem.
pub struct Fields<'a> {
    source: &'a Source,
    table: &'a DeTable<'a>,
    start: usize,
    seen: RefCell<BTreeSet<&'static str>>,
    problems: &'a RefCell<Vec<Problem>>,
}

/// A value with the place where it stands.
pub struct Placed<'a, T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place<'a>,
}

impl<'a> Fields<'a> {
    /// Where the table begins.
    pub fn place(&self) -> Place<'a> {
        Place { source: self.source, start: self.start }
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes a problem at `place`.
    pub fn note(&self, place: &Place<'_>, what: impl Into<String>, mend: impl Into<String>) {
        self.problems.borrow_mut().push(place.problem(what, mend));
    }

    /// The value of `key`, if it is there.
    fn value(&self, key: &'static str) -> Option<Placed<'a, &'a DeValue<'a>>> {
        self.seen.borrow_mut().insert(key);
        self.table.get(key).map(|value| self.at(value, value.get_ref()))
    }

    fn at<T>(&self, spanned: &Spanned<DeValue<'a>>, value: T) -> Placed<'a, T> {
        Placed { value, place: Place { source: self.source, start: spanned.span().start } }
    }

    fn typed<T>(
        &self,
        key: &'static str,
        shape: &str,
        read: impl Fn(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Placed<'a, T>> {
        let Placed { value, place } = self.value(key)?;
        let typed = read(value);
        if typed.is_none() {
            self.note(&place, format!("`{key}` is {}", kind(value)), format!("write {shape}"));
        }
        typed.map(|value| Placed { value, place })
    }

    fn required<T>(&self, key: &'static str, shape: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(key) {
            self.note(&self.place(), format!("`{key}` is missing"), format!("add `{key} = {shape}`"));
        }
        value
    }

    /// A text that may be missing.
    pub fn text(&self, key: &'static str) -> Option<Placed<'a, SmolStr>> {
        let text = self.typed(key, "a text in quotes", |value| value.as_str().map(SmolStr::new))?;
        if text.value.trim().is_empty() {
            self.note(&text.place, format!("`{key}` is empty"), "write the text or leave the key out");
            return None;
        }
        Some(text)
    }

    /// A text that must be there.
    pub fn need_text(&self, key: &'static str) -> Option<Placed<'a, SmolStr>> {
        self.required(key, "\"…\"", self.text(key))
    }

    /// A text in both languages that may be missing.
    pub fn title(&self, key: &'static str) -> Option<Title> {
        let table = self.typed(key, "`{ zh = \"…\", en = \"…\" }`", DeValue::as_table)?;
        let inner = self.inner(table.value, table.place.start);
        let (zh, en) = (inner.need_text("zh"), inner.need_text("en"));
        let text = zh.zip(en);
        inner.finish();
        text.map(|(zh, en)| Title { zh: zh.value, en: en.value })
    }

    /// A text in both languages that must be there.
    pub fn need_title(&self, key: &'static str) -> Option<Title> {
        self.required(key, "{ zh = \"…\", en = \"…\" }", self.title(key))
    }

    /// A text in both languages if it is there and right; what is wrong with it is noted when it is read.
    pub fn peek_title(&self, key: &str) -> Option<Title> {
        let table = self.table.get(key)?.get_ref().as_table()?;
        let part = |key: &str| table.get(key)?.get_ref().as_str().map(SmolStr::new);
        Some(Title { zh: part("zh")?, en: part("en")? })
    }

    /// A truth value; false where it is missing.
    pub fn flag(&self, key: &'static str) -> bool {
        self.typed(key, "true or false", DeValue::as_bool).is_some_and(|flag| flag.value)
    }

    /// A truth value that must be there.
    pub fn need_flag(&self, key: &'static str) -> Option<bool> {
        self.required(key, "true", self.typed(key, "true or false", DeValue::as_bool)).map(|flag| flag.value)
    }

    /// A whole number from 1 up.
    pub fn number(&self, key: &'static str) -> Option<Placed<'a, u32>> {
        self.typed(key, "a whole number from 1", whole)
    }

    /// A list of whole numbers from 1 up.
    pub fn numbers(&self, key: &'static str) -> Option<Placed<'a, Vec<u32>>> {
        self.typed(key, "whole numbers in brackets", |value| {
            value.as_array()?.iter().map(|number| whole(number.get_ref())).collect()
        })
    }

    /// A list of texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<Placed<'a, SmolStr>>> {
        let list = self.typed(key, "texts in brackets", |value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.get_ref().as_str().map(|str| self.at(text, SmolStr::new(str)))).collect()
        });
        list.map(|list: Placed<'a, Vec<Placed<'a, SmolStr>>>| list.value)
    }

    /// A date without a time.
    pub fn date(&self, key: &'static str) -> Option<Placed<'a, Date>> {
        self.typed(key, "a date like 2026-01-31", date)
    }

    /// A list of dates.
    pub fn dates(&self, key: &'static str) -> Option<Vec<Date>> {
        let dates = self.typed(key, "dates in brackets", |value| {
            value.as_array()?.iter().map(|one| date(one.get_ref())).collect::<Option<Vec<Date>>>()
        });
        dates.map(|dates| dates.value)
    }

    /// A limit like `30 days` or `2 days before`.
    pub fn limit(&self, key: &'static str) -> Option<Placed<'a, Limit>> {
        let Placed { value, place } = self.text(key)?;
        let limit = Limit::parse(&value);
        if limit.is_none() {
            let mend = "write a number from 1 to 3660 and `hours`, `days`, `workdays`, `months` or `years`, then \
                        `before` where it runs backward; or `immediately`";
            self.note(&place, format!("`{value}` is not a limit"), mend);
        }
        limit.map(|value| Placed { value, place })
    }

    /// A table within this one.
    pub fn table(&self, key: &'static str) -> Option<Fields<'a>> {
        let table = self.typed(key, "a table", DeValue::as_table)?;
        Some(self.inner(table.value, table.place.start))
    }

    /// The tables of a list, `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Vec<Fields<'a>> {
        let list = self.typed(key, "tables, each under its own heading in double brackets", |value| {
            let tables = value.as_array()?.iter();
            tables.map(|one| Some((one.get_ref().as_table()?, one.span().start))).collect::<Option<Vec<_>>>()
        });
        let tables = list.map(|list| list.value).unwrap_or_default();
        tables.into_iter().map(|(table, start)| self.inner(table, start)).collect()
    }

    /// The tables of a table, by id, `[key.id]`.
    pub fn named(&self, key: &'static str) -> Vec<(Placed<'a, SmolStr>, Fields<'a>)> {
        let Some(table) = self.typed(key, "a table", DeValue::as_table) else { return Vec::new() };
        let mut named = Vec::new();
        for (id, value) in table.value {
            let place = Place { source: self.source, start: id.span().start };
            let id = SmolStr::new(id.get_ref());
            match value.get_ref().as_table() {
                Some(inner) => {
                    named.push((Placed { value: id, place: place.clone() }, self.inner(inner, place.start)));
                }
                None => self.note(
                    &place,
                    format!("`{key}.{id}` is not a table"),
                    format!("head it `[{key}.{id}]`"),
                ),
            }
        }
        named
    }

    fn inner(&self, table: &'a DeTable<'a>, start: usize) -> Fields<'a> {
        Fields { source: self.source, table, start, seen: RefCell::default(), problems: self.problems }
    }

    /// Notes every key that nobody asked for.
    pub fn finish(&self) {
        let seen = self.seen.borrow();
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !seen.contains(name) {
                let known: Vec<&str> = seen.iter().copied().collect();
                let place = Place { source: self.source, start: key.span().start };
                self.note(
                    &place,
                    format!("`{name}` means nothing here"),
                    format!("use one of {}", known.join(", ")),
                );
            }
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn whole(value: &DeValue<'_>) -> Option<u32> {
    let number = value.as_integer()?;
    u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| *number > 0)
}

fn date(value: &DeValue<'_>) -> Option<Date> {
    let stamp = value.as_datetime()?;
    let date = stamp.date.filter(|_| stamp.time.is_none() && stamp.offset.is_none())?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
        .ok()
}
