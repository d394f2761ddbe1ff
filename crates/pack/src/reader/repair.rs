//! Goes on after an error of syntax: the least that is broken is left out, and the rest is read as if it stood alone.
//!
//! What is left out is overwritten with blanks, so that everything else keeps its place. A table that stands a second time is
//! read by itself, so that what is wrong in it is told as well.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use toml::de::{DeTable, DeValue, Error};

/// How many bytes are read over and over for the errors of one file; a file with more errors than that is left out from the next
/// one on.
const MOST: usize = 48 << 20;

/// What one more error that is left weighs against one more line that is lost.
const LINES: usize = 3;

/// An error of syntax.
#[derive(Debug)]
pub(super) struct Broken {
    /// Its byte.
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) mend: String,
}

/// What was left out.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) range: Range<usize>,
    /// The heading that it stands under, or is.
    pub(super) path: Vec<String>,
    /// Whether the heading itself is lost.
    pub(super) heading: bool,
}

/// A file without what is broken in it.
#[derive(Debug, Default)]
pub(super) struct Repaired<'a> {
    /// Texts without an error of syntax, as long as the file: first what stands once, then each table that stands again.
    pub(super) texts: Vec<Cow<'a, str>>,
    /// Parts of definitions that stand again, which nobody could read by themselves.
    pub(super) parts: Vec<String>,
    pub(super) broken: Vec<Broken>,
    pub(super) lost: Vec<Lost>,
}

/// Leaves out of a file what cannot be read.
pub(super) fn repair(text: &str) -> Repaired<'_> {
    let mut repaired = Repaired::default();
    let mut left = MOST;
    let mut waiting = VecDeque::from([(Cow::Borrowed(text), false)]);
    while let Some((own, part)) = waiting.pop_front() {
        let mut repair = Repair {
            whole: text,
            text: own,
            noted: BTreeSet::new(),
            left,
            again: Vec::new(),
            out: &mut repaired,
        };
        repair.run();
        left = repair.left;
        let (own, again) = (repair.text, repair.again);
        waiting.extend(again.into_iter().map(|(text, part)| (Cow::Owned(text), part)));
        match part {
            true => repaired.parts.push(own.into_owned()),
            false => repaired.texts.push(own),
        }
    }
    repaired
}

struct Repair<'r, 'a> {
    whole: &'a str,
    text: Cow<'a, str>,
    /// Where names stand twice that do not keep the rest from being read.
    noted: BTreeSet<usize>,
    /// How many bytes may yet be read.
    left: usize,
    /// Tables that stand again, and whether they are but parts of definitions.
    again: Vec<(String, bool)>,
    out: &'r mut Repaired<'a>,
}

impl Repair<'_, '_> {
    fn run(&mut self) {
        loop {
            let errors = self.errors(&self.text);
            let Some(first) = errors.iter().min_by_key(|error| start(error)) else { return };
            let at = start(first).min(self.text.len());
            if self.left < self.text.len() {
                return self.give_up(&errors, at);
            }
            self.left = self.left.saturating_sub(6 * self.text.len());
            let line = self.line(at);
            let is_heading = heads(self.of(&line));
            if first.message().contains("duplicate key") {
                match path(self.of(&line)).filter(|_| is_heading) {
                    Some(path) => self.stands_again(at, &line, &path),
                    None => self.named_twice(first, at),
                }
                continue;
            }
            let (mut what, mut mend) =
                (format!("this is not TOML: {}", first.message().replace('\n', ", ")), mend(first.message()));
            let (place, range) = self.culprit(first, at, &line);
            if place < line.start {
                let number = self.whole.get(..line.start).unwrap_or_default().matches('\n').count() + 1;
                what = format!("what begins here is not closed before line {number}");
                mend = "close it: a list ends with `]`, a table with `}`, a text with its quotation mark";
            }
            let place = if place < line.start { place } else { at };
            self.out.broken.push(Broken { at: place, what, mend: mend.to_owned() });
            if !self.lose(range) {
                return self.give_up(&[], at);
            }
        }
    }

    fn errors(&self, text: &str) -> Vec<Error> {
        let (_, errors) = DeTable::parse_recoverable(text);
        errors.into_iter().filter(|error| !self.noted.contains(&start(error))).collect()
    }

    /// Tells of every error, one a line, and leaves out everything from the first on.
    fn give_up(&mut self, errors: &[Error], at: usize) {
        let mut lines = BTreeSet::new();
        for error in errors {
            let at = start(error).min(self.text.len());
            if lines.insert(self.line(at).start) {
                let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
                self.out.broken.push(Broken { at, what, mend: mend(error.message()).to_owned() });
            }
        }
        let from = self.line(at).start;
        self.lose(from..self.text.len());
        if !self.errors(&self.text).is_empty() {
            self.lose(0..self.text.len());
        }
    }

    /// Overwrites a stretch with blanks; tells whether that changed anything.
    fn lose(&mut self, range: Range<usize>) -> bool {
        let changed = self.of(&range).chars().any(|one| !one.is_whitespace());
        let heading = heads(self.of(&self.line(range.start)));
        self.out.lost.push(Lost { path: self.path_at(range.start), range: range.clone(), heading });
        self.text = Cow::Owned(blanked(&self.text, &range));
        changed
    }

    /// A key that stands twice in one table: the first counts.
    fn named_twice(&mut self, error: &Error, at: usize) {
        self.noted.insert(start(error));
        let name = self.of(&error.span().unwrap_or(at..at)).to_owned();
        let mend = "a name stands once: join the two, or leave one of them out".to_owned();
        self.out.broken.push(Broken { at, what: format!("`{name}` stands here a second time"), mend });
    }

    /// A heading that stands twice: the second, with what stands under it, is read by itself.
    fn stands_again(&mut self, at: usize, line: &Range<usize>, path: &[String]) {
        let under = |own: &Range<usize>| self::path(self.of(own)).is_some_and(|own| own.starts_with(path));
        let end =
            self.headings_after(line.end).find(|own| !under(own)).map_or(self.text.len(), |own| own.start);
        let same = |own: &Range<usize>| self::path(self.of(own)).is_some_and(|own| own == path);
        let first = self.headings_after(0).take_while(|own| own.start < line.start).find(same);
        let heading = self.of(line).split('#').next().unwrap_or_default().trim().to_owned();
        let what = match first {
            Some(first) => {
                let number = self.whole.get(..first.start).unwrap_or_default().matches('\n').count() + 1;
                format!("`{heading}` stands here a second time; the first is in line {number}")
            }
            None => format!("`{heading}` stands here a second time"),
        };
        let mend = "a name stands once: join the two, or give one of them another name".to_owned();
        self.out.broken.push(Broken { at, what, mend });
        let range = line.start..end;
        let before = blanked(&self.text, &(0..range.start));
        self.again.push((blanked(&before, &(end..before.len())), path.len() > 2));
        self.text = Cow::Owned(blanked(&self.text, &range));
    }

    /// Where the error is to be told, and the stretch to leave out for it: of several the one that costs least, by the lines that
    /// are lost and the errors that are left.
    fn culprit(&self, error: &Error, at: usize, line: &Range<usize>) -> (usize, Range<usize>) {
        let block =
            line.start..self.headings_after(line.end).next().map_or(self.text.len(), |next| next.start);
        let is_heading = heads(self.of(line));
        if is_heading && (error.message().starts_with("cannot extend") || path(self.of(line)).is_none()) {
            return (at, block);
        }
        let before = self.statement_before(line.start);
        let mut ranges = Vec::new();
        if !is_heading {
            let statement = self.statement(line);
            let opens = statement.start == line.start && self.rows(&statement) > 1;
            ranges.extend([line.clone()].into_iter().filter(|_| !opens));
            let above = self.line(self.of(&(0..line.start)).trim_end().len());
            ranges.extend(
                [above].into_iter().filter(|above| above.start > statement.start && above.start < line.start),
            );
            ranges.extend([before..line.start, statement.clone(), before..statement.end, block]);
        } else {
            ranges.push(before..line.start);
        }
        let costs = ranges.into_iter().filter(|range| self.rows(range) > 0).map(|range| {
            let left = self.errors(&blanked(&self.text, &range));
            (self.rows(&range) + LINES * left.len(), range)
        });
        let best = costs.min_by_key(|(cost, _)| *cost).map(|(_, range)| range);
        let range = best.unwrap_or_else(|| line.clone());
        (range.start.min(at), range)
    }

    fn of(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The line of a byte; of one behind the last line, that.
    fn line(&self, at: usize) -> Range<usize> {
        let written = self.text.trim_end().len();
        let at = at.min(written);
        let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end =
            self.text.get(at..).and_then(|after| after.find('\n')).map_or(self.text.len(), |end| at + end);
        start..end
    }

    /// The lines from a byte on that look like headings.
    fn headings_after(&self, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.lines(from).filter(|line| heads(self.of(line)))
    }

    fn lines(&self, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut next = from;
        self.text.get(from..).unwrap_or_default().split('\n').map(move |line| {
            let start = next;
            next += line.len() + 1;
            start..start + line.len()
        })
    }

    /// How many lines of a stretch say something.
    fn rows(&self, range: &Range<usize>) -> usize {
        self.of(range)
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            .count()
    }

    /// The line and those around it that say one thing: from a line that begins with a key to the next, or a heading.
    fn statement(&self, line: &Range<usize>) -> Range<usize> {
        let start = match states(self.of(line)) {
            true => line.start,
            false => self.statement_before(line.start),
        };
        let begins = |own: &Range<usize>| states(self.of(own)) || heads(self.of(own));
        let next = self.lines(line.end).skip(1).find(begins);
        start..next.map_or(self.text.len(), |next| next.start)
    }

    /// Where the statement begins that stands before a byte; under the same heading.
    fn statement_before(&self, at: usize) -> usize {
        let mut found = at;
        for line in self.lines(0).take_while(|line| line.start < at) {
            if heads(self.of(&line)) {
                found = at;
            } else if states(self.of(&line)) {
                found = line.start;
            }
        }
        found
    }

    /// The heading over a byte; of one that is broken, the words.
    fn path_at(&self, at: usize) -> Vec<String> {
        let whole = |range: &Range<usize>| self.whole.get(range.clone()).unwrap_or_default();
        let mut next = 0;
        let lines = self.whole.split('\n').map(|line| {
            let start = next;
            next += line.len() + 1;
            start..start + line.len()
        });
        let last = lines.take_while(|line| line.start <= at).filter(|line| heads(whole(line))).last();
        last.map(|line| path(whole(&line)).unwrap_or_else(|| words(whole(&line)))).unwrap_or_default()
    }
}

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// The text with a stretch of it made blank; lines stay lines, and every byte keeps its place.
fn blanked(text: &str, range: &Range<usize>) -> String {
    let (start, end) = (range.start.min(text.len()), range.end.min(text.len()));
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let blank: String =
        text.bytes().take(end).skip(start).map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    format!("{before}{blank}{after}")
}

/// Whether a line looks like a heading, sound or broken.
pub(super) fn heads(line: &str) -> bool {
    let name = line.strip_prefix('[').map(|rest| rest.strip_prefix('[').unwrap_or(rest));
    name.is_some_and(|name| name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '"'))
        && !line.trim_end().ends_with(',')
}

/// Whether a line begins with a key.
fn states(line: &str) -> bool {
    let key = line.split('=').next().filter(|key| key.len() < line.len());
    let plain = |one: char| one.is_alphanumeric() || "-_.\"' \t".contains(one);
    key.is_some_and(|key| !key.starts_with(char::is_whitespace) && !key.is_empty() && key.chars().all(plain))
}

/// The names in a heading; none where it is broken.
pub(super) fn path(line: &str) -> Option<Vec<String>> {
    let (table, errors) = DeTable::parse_recoverable(line);
    if !errors.is_empty() || !heads(line) {
        return None;
    }
    let mut path = Vec::new();
    let mut table = table.get_ref();
    while let Some((key, value)) = table.iter().next() {
        path.push(key.get_ref().to_string());
        table = match value.get_ref() {
            DeValue::Table(inner) => inner,
            DeValue::Array(rows) => rows.first()?.get_ref().as_table()?,
            _ => return Some(path),
        };
    }
    Some(path)
}

/// The words of a heading that is broken.
pub(super) fn words(line: &str) -> Vec<String> {
    let letter = |one: char| one.is_alphanumeric() || one == '-' || one == '_';
    line.split(|one| !letter(one)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What to do about an error of syntax, by what the reader of TOML says of it.
fn mend(message: &str) -> &'static str {
    let known = [
        ("missing comma", "put a comma between the two"),
        (
            "must be quoted",
            "write the text in straight quotes, `\"…\"`; quotation marks like “…” are letters here",
        ),
        ("invalid basic string", "close the text with `\"` on the same line, or begin it with `\"\"\"`"),
    ];
    let found = known.into_iter().find(|(said, _)| message.contains(said));
    found.map_or("mend the syntax; strings stand in quotes, a table's heading in brackets", |(_, mend)| mend)
}
