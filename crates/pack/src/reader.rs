//! Reads TOML tables member by member, noting every fault instead of stopping at the first, and every member that
//! nobody asked for.

use crate::model::{Condition, Id, Opening};
use crate::problem::{Place, Problem, meant};
use crate::{File, Title};
use jiff::civil::Date;
use repair::{Lost, Repaired};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where faults are gathered.
pub(crate) type Faults = RefCell<Vec<Problem>>;

mod repair;

/// A file without what is broken in it, to be read.
pub(crate) struct Text<'a> {
    file: &'a File,
    repaired: Repaired<'a>,
}

impl<'a> Text<'a> {
    /// Leaves out what is broken.
    pub(crate) fn of(file: &'a File) -> Self {
        Self { file, repaired: repair::repair(&file.text) }
    }

    /// What is to be read: first what stands once, then each table that stands again.
    pub(crate) fn sources<'s>(&'s self, faults: &'s Faults) -> Vec<Source<'s>> {
        let texts = self.repaired.texts.iter().enumerate();
        texts.map(|(number, text)| Source::new(self, text, number > 0, faults)).collect()
    }

    /// Notes what is broken.
    pub(crate) fn report(&self, faults: &Faults) {
        let source = Source::new(self, "", false, faults);
        let told = self
            .repaired
            .broken
            .iter()
            .map(|one| source.place(&(one.at..one.at)).problem(&one.what, &one.mend));
        faults.borrow_mut().extend(told);
        for part in &self.repaired.parts {
            Source::new(self, part, true, faults).root().unread();
        }
    }

    /// Whether anything of it is broken.
    pub(crate) fn is_broken(&self) -> bool {
        !self.repaired.broken.is_empty()
    }

    /// The headings under which something was left out.
    pub(crate) fn damaged(&self) -> impl Iterator<Item = &[String]> {
        self.repaired.lost.iter().map(|lost| lost.path.as_slice())
    }

    /// The names that what was left out may have given to something: the words of headings and of keys.
    pub(crate) fn lost_names(&self) -> impl Iterator<Item = String> + '_ {
        let lost = self.repaired.lost.iter();
        let lines = lost.flat_map(|lost| self.file.text.get(lost.range.clone()).unwrap_or_default().lines());
        lines.flat_map(|line| {
            let named = if repair::heads(line) { Some(line) } else { line.split('=').next() };
            named.map(repair::words).unwrap_or_default()
        })
    }
}

/// One text being read.
pub(crate) struct Source<'a> {
    pub(crate) file: Arc<str>,
    text: &'a str,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    table: Spanned<DeTable<'a>>,
    /// Whether it holds what stands in its file a second time.
    pub(crate) again: bool,
    lost: &'a [Lost],
    faults: &'a Faults,
}

impl<'a> Source<'a> {
    fn new(whole: &'a Text<'_>, sound: &'a str, again: bool, faults: &'a Faults) -> Self {
        let text = whole.file.text.as_str();
        let (table, _) = DeTable::parse_recoverable(sound);
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let file = whole.file.path.as_str().into();
        Self { file, text, lines, table, again, lost: &whole.repaired.lost, faults }
    }

    /// The whole text as a table.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { source: self, table: self.table.get_ref(), span: 0..0, asked: RefCell::default() }
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let (start, line) = self.line(span.start);
        let before = self.text.get(start..span.start).unwrap_or_default();
        Place { file: Arc::clone(&self.file), line, column: before.chars().count() + 1 }
    }

    /// How the text at `span` is opened.
    fn opening(&self, span: &Range<usize>) -> Opening {
        self.text.get(span.clone()).map_or(Opening::PLAIN, Opening::of)
    }

    /// Where the line of a byte begins, and its number.
    fn line(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        (self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0), line)
    }

    /// Whether something was left out of the table at `span`, its heading or its braces, or of one below it.
    fn is_damaged(&self, span: &Range<usize>) -> bool {
        if self.lost.is_empty() {
            return false;
        }
        let (start, _) = self.line(span.start);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        match repair::path(line) {
            Some(path) => {
                // What stands under a heading that is lost may be all that is left of a table.
                let left_of = |lost: &Lost| lost.heading && path.starts_with(&lost.path);
                self.lost.iter().any(|lost| lost.path.starts_with(&path) || left_of(lost))
            }
            None => self.lost.iter().any(|lost| lost.range.start < span.end && span.start < lost.range.end),
        }
    }
}

/// A table being read. Call [`Node::finish`] when every known member was asked for.
pub(crate) struct Node<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A member's value with its place.
pub(crate) struct Member<'a> {
    source: &'a Source<'a>,
    name: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

/// An id as it was written, with its place for the check that it names something.
#[derive(Clone, Debug)]
pub(crate) struct Ref {
    pub(crate) id: Id,
    pub(crate) place: Place,
}

impl<'a> Node<'a> {
    pub(crate) fn place(&self) -> Place {
        self.source.place(&self.span)
    }

    /// Notes a fault of the table as a whole. Of one that is broken that may come of what was left out.
    pub(crate) fn report(&self, what: impl Into<String>, mend: impl Into<String>) {
        if !self.is_damaged() {
            self.report_at(&self.place(), what, mend);
        }
    }

    /// Whether something of the table could not be read.
    pub(crate) fn is_damaged(&self) -> bool {
        match self.span.is_empty() {
            true => !self.source.lost.is_empty(),
            false => self.source.is_damaged(&self.span),
        }
    }

    /// Whether it stands in its file a second time.
    pub(crate) fn is_again(&self) -> bool {
        self.source.again
    }

    /// Notes a fault at a place that was kept.
    pub(crate) fn report_at(&self, place: &Place, what: impl Into<String>, mend: impl Into<String>) {
        self.source.faults.borrow_mut().push(place.problem(what, mend));
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<Member<'a>> {
        self.asked.borrow_mut().insert(name);
        let value = self.table.get(name)?;
        Some(Member { source: self.source, name, value })
    }

    /// Whether there is such a member, right or wrong.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// The member, or a note that it is missing, with an example of it.
    pub(crate) fn need(&self, name: &'static str, example: &str) -> Option<Member<'a>> {
        let member = self.get(name);
        if member.is_none() {
            self.report(format!("`{name}` is missing"), format!("add `{name} = {example}`"));
        }
        member
    }

    pub(crate) fn text(&self, name: &'static str) -> Option<&'a str> {
        self.get(name)?.text()
    }

    pub(crate) fn need_text(&self, name: &'static str) -> Option<&'a str> {
        self.need(name, "\"…\"")?.text()
    }

    pub(crate) fn flag(&self, name: &'static str) -> bool {
        self.get(name).and_then(|member| member.flag()).unwrap_or(false)
    }

    pub(crate) fn id(&self, name: &'static str) -> Option<Ref> {
        self.get(name)?.id()
    }

    pub(crate) fn ids(&self, name: &'static str) -> Vec<Ref> {
        self.get(name).map(|member| member.ids()).unwrap_or_default()
    }

    /// As [`Self::ids`], where none at all would be read as any: an empty list is told, since nobody can see which is meant.
    pub(crate) fn some_ids(&self, name: &'static str) -> Vec<Ref> {
        let Some(member) = self.get(name) else { return Vec::new() };
        let ids = member.ids();
        if member.items().next().is_none() {
            let mend = format!("name at least one, or take `{name}` out: it then goes for all");
            member.report(format!("`{name}` is empty"), mend);
        }
        ids
    }

    pub(crate) fn texts(&self, name: &'static str) -> Vec<&'a str> {
        let Some(member) = self.get(name) else { return Vec::new() };
        member.items().filter_map(|item| item.text()).collect()
    }

    pub(crate) fn title(&self, name: &'static str) -> Option<Title> {
        self.get(name)?.title()
    }

    pub(crate) fn need_title(&self, name: &'static str) -> Title {
        let member = self.need(name, "{ zh = \"…\", en = \"…\" }");
        member.and_then(|member| member.title()).unwrap_or_default()
    }

    /// The table in the member `name`, `[name]`.
    pub(crate) fn table(&self, name: &'static str) -> Option<Node<'a>> {
        self.get(name)?.node()
    }

    /// The named tables within the member `name`: `[name.first]`, `[name.second]`, in the order of the file.
    pub(crate) fn tables(&self, name: &'static str) -> Vec<(Id, Node<'a>)> {
        self.get(name).map(|member| member.tables()).unwrap_or_default()
    }

    /// The tables in the array `[[name]]`.
    pub(crate) fn rows(&self, name: &'static str) -> Vec<Node<'a>> {
        let Some(member) = self.get(name) else { return Vec::new() };
        member.items().filter_map(|item| item.node()).collect()
    }

    /// Members that have no meaning here for want of something else, whose want is told elsewhere.
    pub(crate) fn pass(&self, names: &[&'static str]) {
        self.asked.borrow_mut().extend(names);
    }

    /// Notes conditions that are no CEL in what nobody reads.
    pub(crate) fn unread(&self) {
        for (key, value) in self.table {
            unread(self.source, key.get_ref(), value);
        }
    }

    /// The names in tables that nobody asked for: what they were meant to define.
    pub(crate) fn strange(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        let known = |name: &str| asked.contains(name);
        let strange = self.table.iter().filter(|(key, _)| !known(key.get_ref()));
        let tables = strange.filter_map(|(_, value)| value.get_ref().as_table());
        tables.flat_map(|table| table.iter().map(|(key, _)| key.get_ref().to_string())).collect()
    }

    /// Done with this table: notes each member that was never asked for. What it is asked for may go by what was left out.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        if !self.span.is_empty() && self.is_damaged() {
            return;
        }
        for (key, value) in self.table {
            let name: &str = key.get_ref();
            if asked.contains(name) {
                continue;
            }
            unread(self.source, name, value);
            let mend = meant(name, asked.iter().copied(), "remove it, or use one of");
            let place = self.source.place(&key.span());
            self.report_at(&place, format!("`{name}` is not known here"), mend);
        }
    }
}

impl<'a> Member<'a> {
    fn wrong(&self, wanted: &str, example: &str) {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.report(
            format!("`{}` is {found} where {wanted} is wanted", self.name),
            format!("write {example}"),
        );
    }

    pub(crate) fn report(&self, what: impl Into<String>, mend: impl Into<String>) {
        self.source.faults.borrow_mut().push(self.place().problem(what, mend));
    }

    pub(crate) fn place(&self) -> Place {
        self.source.place(&self.value.span())
    }

    /// A text of at least one letter.
    pub(crate) fn text(&self) -> Option<&'a str> {
        let Some(text) = self.value.get_ref().as_str() else {
            self.wrong("a text", &format!("`{} = \"…\"`", self.name));
            return None;
        };
        if text.trim().is_empty() {
            self.report(format!("`{}` is empty", self.name), "write the words, or leave it out");
            return None;
        }
        Some(text)
    }

    /// A condition, whose syntax is told here and what it speaks of later.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let opening = self.source.opening(&self.value.span());
        let condition = Condition { source: self.text()?.to_owned(), place: self.place(), opening };
        self.source.faults.borrow_mut().extend(condition.parse().err());
        Some(condition)
    }

    /// Whether it is a text and not, for example, a table.
    pub(crate) fn is_text(&self) -> bool {
        self.value.get_ref().as_str().is_some()
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        self.flag_or(&format!("`{} = true`", self.name))
    }

    /// As [`Self::flag`], where something else than a flag can stand too, as `example` says.
    pub(crate) fn flag_or(&self, example: &str) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong("true or false", example);
        }
        flag
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        let number = self.value.get_ref().as_integer().and_then(|number| {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).ok()
        });
        if number.is_none() {
            self.wrong("a whole number", &format!("`{} = 1`", self.name));
        }
        number
    }

    /// A whole number from 1.
    pub(crate) fn count(&self) -> Option<u32> {
        let number = self.integer()?;
        let count = u32::try_from(number).ok().filter(|count| *count > 0);
        if count.is_none() {
            let mend = format!("write a number from 1: `{} = 1`", self.name);
            self.report(format!("`{}` cannot be `{number}`", self.name), mend);
        }
        count
    }

    pub(crate) fn date(&self) -> Option<Date> {
        let date = self.value.get_ref().as_datetime().and_then(|stamp| {
            let date = stamp.date.filter(|_| stamp.time.is_none())?;
            let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
            Date::new(i16::try_from(date.year).ok()?, month, day).ok()
        });
        if date.is_none() {
            self.wrong("a date", &format!("`{} = 2026-01-01`, without quotes", self.name));
        }
        date
    }

    pub(crate) fn id(&self) -> Option<Ref> {
        self.text().map(|text| Ref { id: Id::from(text), place: self.place() })
    }

    /// The id that this gives to something, held against the rule for ids.
    pub(crate) fn new_id(&self) -> Option<Ref> {
        let named = self.id()?;
        check_id(self.source, named.id.as_str(), &named.place);
        Some(named)
    }

    pub(crate) fn ids(&self) -> Vec<Ref> {
        self.items().filter_map(|item| item.id()).collect()
    }

    /// The items of an array; a lone value counts as an array of one.
    pub(crate) fn items(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        let (source, name) = (self.source, self.name);
        let (one, many) = match self.value.get_ref() {
            DeValue::Array(items) => (None, Some(items)),
            _ => (Some(self.value), None),
        };
        one.into_iter().chain(many.into_iter().flatten()).map(move |value| Member { source, name, value })
    }

    /// Whether it is a table, right or wrong.
    pub(crate) fn is_table(&self) -> bool {
        self.value.get_ref().as_table().is_some()
    }

    pub(crate) fn node(&self) -> Option<Node<'a>> {
        self.table("a table", &format!("`{} = {{ … }}` or `[{}]`", self.name, self.name))
    }

    fn table(&self, wanted: &str, example: &str) -> Option<Node<'a>> {
        let Some(table) = self.value.get_ref().as_table() else {
            self.wrong(wanted, example);
            return None;
        };
        Some(Node { source: self.source, table, span: self.value.span(), asked: RefCell::default() })
    }

    pub(crate) fn tables(&self) -> Vec<(Id, Node<'a>)> {
        let Some(node) = self.node() else { return Vec::new() };
        let mut tables: Vec<(Id, Node<'a>)> = Vec::new();
        for (key, value) in node.table {
            check_id(self.source, key.get_ref(), &self.source.place(&key.span()));
            let member = Member { source: self.source, name: key.get_ref(), value };
            if let Some(inner) = member.node() {
                tables.push((Id::from(key.get_ref().as_ref()), Node { span: key.span(), ..inner }));
            }
        }
        tables.sort_by_key(|(_, node)| node.span.start);
        tables
    }

    /// A title is `{ zh = "…", en = "…" }`; both are needed, since each page is shown in both languages.
    pub(crate) fn title(&self) -> Option<Title> {
        let example = format!("`{} = {{ zh = \"…\", en = \"…\" }}`", self.name);
        let node = self.table("words in both languages", &example)?;
        let (zh, en) = (node.need_text("zh"), node.need_text("en"));
        node.finish();
        Some(Title::new(zh?, en?))
    }
}

/// Notes conditions that are no CEL in what nobody reads.
fn unread(source: &Source<'_>, name: &str, value: &Spanned<DeValue<'_>>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                unread(source, key.get_ref(), value);
            }
        }
        DeValue::Array(items) => items.iter().for_each(|item| unread(source, name, item)),
        DeValue::String(text) if ["when", "must", "check"].contains(&name) => {
            let (place, opening) = (source.place(&value.span()), source.opening(&value.span()));
            let condition = Condition { source: text.to_string(), place, opening };
            source.faults.borrow_mut().extend(condition.parse().err());
        }
        _ => {}
    }
}

fn check_id(source: &Source<'_>, id: &str, place: &Place) {
    if is_id(id) {
        return;
    }
    let letters =
        id.chars().map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { ' ' });
    let letters: String = letters.collect();
    let meant = letters.split_whitespace().collect::<Vec<_>>().join("-");
    let example = Some(meant).filter(|meant| is_id(meant)).unwrap_or_else(|| "birth-place".to_owned());
    let mend = format!("use small letters, digits and single hyphens, a letter first: `{example}`");
    source.faults.borrow_mut().push(place.problem(format!("`{id}` is not an id"), mend));
}

/// Whether it keeps the rule for ids: small letters, digits and single hyphens, a letter first.
pub(crate) fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    starts && id.bytes().all(plain) && !id.ends_with('-') && !id.contains("--")
}
