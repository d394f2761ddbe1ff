//! At which line and column of a JSON document something stands. Reading it costs nothing for this: the document is gone
//! through once more, and only where some of it was refused.

use crate::interop::Source;
use crate::interop::fault::{Place, Refusal, excerpt};
use std::collections::BTreeMap;
use std::io::{BufReader, Bytes, Read};

/// Gives each refusal whose place is a path its line and column. Where the document cannot be followed so far the path stays.
pub(crate) fn locate(source: &Source<'_>, refusals: &mut [Refusal]) {
    let paths: Vec<String> = refusals.iter().filter_map(path).collect();
    if paths.is_empty() {
        return;
    }
    let Ok(content) = source.open() else { return };
    let mut scan = Scan::new(content, paths.len());
    let wanted: Vec<Wanted<'_>> =
        paths.iter().enumerate().map(|(number, path)| Wanted { number, rest: path }).collect();
    // What was found up to a fault is right all the same.
    let _ = scan.value(&wanted);
    let located = refusals.iter_mut().filter(|refusal| matches!(refusal.place, Place::Element(_)));
    for ((refusal, found), path) in located.zip(&scan.found).zip(&paths) {
        if let Some((line, column)) = *found {
            refusal.place = Place::Spot { line, column, path: path.clone() };
        }
    }
}

fn path(refusal: &Refusal) -> Option<String> {
    match &refusal.place {
        Place::Element(path) => Some(path.clone()),
        _ => None,
    }
}

/// A path that is looked for, and what of it is still ahead.
#[derive(Clone, Copy)]
struct Wanted<'p> {
    number: usize,
    rest: &'p str,
}

/// What is looked for within an object, in the order of the names.
struct Members<'p>(Vec<Wanted<'p>>);

impl<'p> Members<'p> {
    fn new(wanted: &[Wanted<'p>]) -> Self {
        let inner =
            |one: &Wanted<'p>| Wanted { rest: one.rest.strip_prefix('.').unwrap_or(one.rest), ..*one };
        let mut all: Vec<Wanted<'p>> = wanted.iter().map(inner).collect();
        all.sort_by_key(|one| one.rest);
        Self(all)
    }

    /// What lies in the member `name`.
    fn of(&self, name: &str) -> Vec<Wanted<'p>> {
        let first = self.0.partition_point(|one| one.rest < name);
        let alike =
            self.0.iter().skip(first).map_while(|one| Some((one.number, one.rest.strip_prefix(name)?)));
        let inside = alike.filter(|(_, rest)| rest.is_empty() || rest.starts_with(['.', '[']));
        inside.map(|(number, rest)| Wanted { number, rest }).collect()
    }
}

/// What is looked for within an array, by position.
fn items<'p>(wanted: &[Wanted<'p>]) -> BTreeMap<usize, Vec<Wanted<'p>>> {
    let mut all = BTreeMap::<usize, Vec<Wanted<'p>>>::new();
    for Wanted { number, rest } in wanted {
        let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((position, rest)) = inner.and_then(|(at, rest)| Some((at.parse().ok()?, rest))) else {
            continue;
        };
        all.entry(position).or_default().push(Wanted { number: *number, rest });
    }
    all
}

/// A walk over the characters of a document.
struct Scan<R> {
    bytes: Bytes<BufReader<R>>,
    /// The next one, which stands at this line and column, both counted from 1.
    next: Option<u8>,
    line: u64,
    column: u64,
    found: Vec<Option<(u64, u64)>>,
}

/// The document ends too soon, or cannot be read.
struct Stopped;

impl<R: Read> Scan<R> {
    fn new(content: R, wanted: usize) -> Self {
        let mut bytes = BufReader::with_capacity(64 << 10, content).bytes();
        let next = bytes.next().and_then(Result::ok);
        let mut scan = Self { bytes, next, line: 1, column: 1, found: vec![None; wanted] };
        // A mark of the byte order is no character.
        while scan.next.is_some_and(|byte| matches!(byte, 0xEF | 0xBB | 0xBF)) {
            scan.next = scan.bytes.next().and_then(Result::ok);
        }
        scan
    }

    /// Takes the next character's byte; the bytes of one character stand in one column.
    fn take(&mut self) -> Result<u8, Stopped> {
        let byte = self.next.ok_or(Stopped)?;
        self.next = self.bytes.next().and_then(Result::ok);
        match byte {
            b'\n' => (self.line, self.column) = (self.line + 1, 1),
            _ if self.next.is_none_or(|next| next & 0xC0 != 0x80) => self.column += 1,
            _ => {}
        }
        Ok(byte)
    }

    fn blank(&mut self) -> Result<(), Stopped> {
        while self.next.is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.take()?;
        }
        Ok(())
    }

    /// A value; whatever path ends here has its place.
    fn value(&mut self, wanted: &[Wanted<'_>]) -> Result<(), Stopped> {
        self.blank()?;
        let here = (self.line, self.column);
        for one in wanted.iter().filter(|one| one.rest.is_empty()) {
            if let Some(found) = self.found.get_mut(one.number) {
                // Of several that go by one name the last is the one too many.
                *found = Some(here);
            }
        }
        let deeper: Vec<Wanted<'_>> = wanted.iter().filter(|one| !one.rest.is_empty()).copied().collect();
        match self.next {
            Some(b'{') if !deeper.is_empty() => self.members(&deeper),
            Some(b'[') if !deeper.is_empty() => self.items(&deeper),
            _ => self.pass(),
        }
    }

    fn members(&mut self, wanted: &[Wanted<'_>]) -> Result<(), Stopped> {
        let members = Members::new(wanted);
        loop {
            // The brace, or the comma between members.
            self.take()?;
            self.blank()?;
            if self.next == Some(b'}') {
                return self.take().map(drop);
            }
            let name = excerpt(&self.text()?);
            self.blank()?;
            self.take()?;
            self.value(&members.of(&name))?;
            self.blank()?;
            if self.next != Some(b',') {
                return self.take().map(drop);
            }
        }
    }

    fn items(&mut self, wanted: &[Wanted<'_>]) -> Result<(), Stopped> {
        let inside = items(wanted);
        for position in 0.. {
            self.take()?;
            self.blank()?;
            if self.next == Some(b']') {
                break;
            }
            self.value(inside.get(&position).map(Vec::as_slice).unwrap_or_default())?;
            self.blank()?;
            if self.next != Some(b',') {
                break;
            }
        }
        self.take().map(drop)
    }

    /// Passes over a value, however deep it is.
    fn pass(&mut self) -> Result<(), Stopped> {
        let mut depth = 0_u64;
        loop {
            match self.next {
                Some(b'"') => drop(self.text()?),
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.take()?;
                }
                Some(b'}' | b']' | b',') if depth == 0 => return Ok(()),
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.take()?;
                }
                None if depth == 0 => return Ok(()),
                _ => drop(self.take()?),
            }
        }
    }

    /// A text in quotes.
    fn text(&mut self) -> Result<String, Stopped> {
        let mut raw = vec![self.take()?];
        loop {
            let byte = self.take()?;
            raw.push(byte);
            match byte {
                b'\\' => raw.push(self.take()?),
                b'"' => return Ok(serde_json::from_slice(&raw).unwrap_or_default()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::fault::Problem;

    /// Where each path stands in a document, one a line.
    fn check(document: &str, paths: &[&str]) -> String {
        let refusal = |path: &&str| Refusal {
            place: Place::Element((*path).to_owned()),
            problem: Problem::Deep { deepest: 1 },
        };
        let mut refusals: Vec<Refusal> = paths.iter().map(refusal).collect();
        locate(&Source::Bytes { name: "log", bytes: document.as_bytes() }, &mut refusals);
        refusals.iter().map(|refusal| format!("{}\n", refusal.place)).collect()
    }

    #[test]
    fn lines_and_columns_are_those_of_characters() {
        let document = "\u{feff}{\"对象\": {\"a.b[0]\": 1, \"a\": [\"]}\\\"\", {\"x\": [\n  2, [[3]], 4]}]},\n \"e\\u0076\": []}";
        let paths =
            ["对象", "对象.a.b[0]", "对象.a[1].x[2]", "对象.a[1].x[1][0][0]", "ev", "对象.a[9]", "nothing"];
        assert_eq!(
            check(document, &paths),
            "line 1, column 8, `对象`\n\
             line 1, column 19, `对象.a.b[0]`\n\
             line 2, column 13, `对象.a[1].x[2]`\n\
             line 2, column 8, `对象.a[1].x[1][0][0]`\n\
             line 3, column 13, `ev`\n\
             `对象.a[9]`\n\
             `nothing`\n"
        );
    }

    /// What stands before a fault is found all the same, and nothing makes it stop short or go on for ever.
    #[test]
    fn a_broken_document_is_followed_as_far_as_it_goes() {
        assert_eq!(
            check("{\"a\": 1, \"b\": [2, {", &["a", "b[1]", "b[1].c"]),
            "line 1, column 7, `a`\nline 1, column 19, `b[1]`\n`b[1].c`\n"
        );
        for document in ["", "{", "[", "{\"a", "{\"a\"", "{\"a\":", "[1,", "]", "{]", "[}", "\"", "{\"a\\"] {
            check(document, &["a", "[0]", "a[0].b"]);
        }
    }
}
