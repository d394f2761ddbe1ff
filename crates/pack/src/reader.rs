//! Reads TOML tables member by member, noting every fault instead of stopping at the first, and every member that
//! nobody asked for.

use crate::Title;
use crate::model::Id;
use crate::problem::{Place, Problem, nearest};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file being read, and where its faults are gathered.
pub(crate) struct Source<'a> {
    pub(crate) file: Arc<str>,
    pub(crate) text: &'a str,
    pub(crate) problems: &'a RefCell<Vec<Problem>>,
    /// Whether its syntax is broken.
    pub(crate) broken: Cell<bool>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(file: &str, text: &'a str, problems: &'a RefCell<Vec<Problem>>) -> Self {
        Self { file: file.into(), text, problems, broken: Cell::new(false) }
    }

    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        Place::of(&self.file, self.text, span)
    }

    fn report(&self, span: &Range<usize>, what: String, mend: String) {
        self.problems.borrow_mut().push(self.place(span).problem(what, mend));
    }
}

/// A table being read. Call [`Node::finish`] when every known member was asked for.
pub(crate) struct Node<'a> {
    pub(crate) source: &'a Source<'a>,
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

impl<'a> Node<'a> {
    pub(crate) fn new(source: &'a Source<'a>, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { source, table, span, asked: RefCell::default() }
    }

    pub(crate) fn place(&self) -> Place {
        self.source.place(&self.span)
    }

    pub(crate) fn report(&self, what: impl Into<String>, mend: impl Into<String>) {
        self.source.report(&self.span, what.into(), mend.into());
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<Member<'a>> {
        self.asked.borrow_mut().insert(name);
        let (_, value) = self.table.iter().find(|(key, _)| key.get_ref() == name)?;
        Some(Member { source: self.source, name, value })
    }

    /// The member, or a note that it is missing, with an example of it.
    pub(crate) fn need(&self, name: &'static str, example: &str) -> Option<Member<'a>> {
        let member = self.get(name);
        if member.is_none() {
            self.report(format!("`{name}` is missing"), format!("add `{name} = {example}`"));
        }
        member
    }

    pub(crate) fn text(&self, name: &'static str) -> Option<String> {
        self.get(name)?.text().map(str::to_owned)
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

    pub(crate) fn texts(&self, name: &'static str) -> Vec<String> {
        let Some(member) = self.get(name) else { return Vec::new() };
        member.items().filter_map(|item| item.text().map(str::to_owned)).collect()
    }

    pub(crate) fn title(&self, name: &'static str) -> Option<Title> {
        self.get(name)?.title()
    }

    pub(crate) fn need_title(&self) -> Title {
        let title = self.need("title", "{ zh = \"…\", en = \"…\" }").and_then(|member| member.title());
        title.unwrap_or_default()
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

    /// Done with this table: notes each member that was never asked for.
    pub(crate) fn finish(self) {
        self.note_unasked();
    }

    pub(crate) fn note_unasked(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if asked.contains(name) {
                continue;
            }
            let known = asked.iter().copied().collect::<Vec<_>>().join("`, `");
            let mend = match nearest(name, asked.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("remove it, or use one of `{known}`"),
            };
            self.source.report(&key.span(), format!("`{name}` is not known here"), mend);
        }
    }
}

/// An id as it was written, with its place for the check that it names something.
#[derive(Clone, Debug)]
pub(crate) struct Ref {
    pub(crate) id: Id,
    pub(crate) place: Place,
}

impl<'a> Member<'a> {
    fn wrong(&self, wanted: &str, example: &str) {
        let found = self.value.get_ref().type_str();
        let what = format!("`{}` is a TOML {found} where {wanted} is wanted", self.name);
        self.source.report(&self.value.span(), what, format!("write {example}"));
    }

    pub(crate) fn report(&self, what: impl Into<String>, mend: impl Into<String>) {
        self.source.report(&self.value.span(), what.into(), mend.into());
    }

    pub(crate) fn place(&self) -> Place {
        self.source.place(&self.value.span())
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong("a text", &format!("`{} = \"…\"`", self.name));
        }
        text
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong("true or false", &format!("`{} = true`", self.name));
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

    pub(crate) fn date(&self) -> Option<jiff::civil::Date> {
        let date = self.value.get_ref().as_datetime().and_then(|stamp| {
            let date = stamp.date.filter(|_| stamp.time.is_none())?;
            let (year, month, day) = (i16::try_from(date.year).ok()?, date.month as i8, date.day as i8);
            jiff::civil::Date::new(year, month, day).ok()
        });
        if date.is_none() {
            self.wrong("a date", &format!("`{} = 2026-01-01`, without quotes", self.name));
        }
        date
    }

    pub(crate) fn id(&self) -> Option<Ref> {
        self.text().map(|text| Ref { id: Id::from(text), place: self.place() })
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

    pub(crate) fn node(&self) -> Option<Node<'a>> {
        let table = self.value.get_ref().as_table();
        if table.is_none() {
            self.wrong("a table", &format!("`{} = {{ … }}` or `[{}]`", self.name, self.name));
        }
        Some(Node::new(self.source, table?, self.value.span()))
    }

    pub(crate) fn tables(&self) -> Vec<(Id, Node<'a>)> {
        let Some(node) = self.node() else { return Vec::new() };
        let mut tables: Vec<(usize, Id, Node<'a>)> = Vec::new();
        for (key, value) in node.table {
            let member = Member { source: self.source, name: key.get_ref(), value };
            check_id(self.source, key);
            if let Some(mut inner) = member.node() {
                inner.span = key.span();
                tables.push((key.span().start, Id::from(key.get_ref().as_ref()), inner));
            }
        }
        tables.sort_by_key(|(start, _, _)| *start);
        tables.into_iter().map(|(_, id, node)| (id, node)).collect()
    }

    /// A title is `{ zh = "…", en = "…" }`; both are needed, since each page is shown in both languages.
    pub(crate) fn title(&self) -> Option<Title> {
        let node = self.node()?;
        let part = |name| match node.need(name, "\"…\"").and_then(|member| member.text()) {
            Some("") => {
                node.report(format!("`{name}` is empty"), "write the words that people will read");
                String::new()
            }
            text => text.unwrap_or_default().to_owned(),
        };
        let title = Title::new(part("zh"), part("en"));
        node.finish();
        Some(title)
    }
}

fn check_id(source: &Source<'_>, key: &Spanned<std::borrow::Cow<'_, str>>) {
    let id: &str = key.get_ref();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !starts || !id.bytes().all(plain) || id.ends_with('-') || id.contains("--") {
        let what = format!("`{id}` is not an id");
        source.report(
            &key.span(),
            what,
            "use small letters, digits and single hyphens: `birth-place`".into(),
        );
    }
}
