use super::MAPPING;
use super::mapping::{Column, Kind, Mapping, Role};
use crate::interop::fault::{ImportError, Place, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::source::Source;
use crate::interop::{parts, vocabulary};
use crate::{Activity, Change, Event, Link, Name, ObjectRef, ObjectType, Qualifier, Relation, Time, Value};
use csv::{ByteRecord, ReaderBuilder};
use std::collections::HashSet;
use std::io::Read;

/// The longest row, so that a damaged or hostile file cannot fill the memory.
const LONGEST: usize = 64 << 20;

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let (headers, mut mapping) = columns(source, intake.options.mapping.as_ref())?;
    if !mapping.is_timed() && !intake.options.untimed {
        let what = "no column says when things happened; name it with `time=COLUMN` in the mapping, or have the rows \
            stand in their order: `--untimed`, a box in the browser";
        return Err(ImportError::Options(what.to_owned()));
    }
    complete(source, &headers, &mut mapping)?;
    if mapping.is_whole() {
        // What the ids begin with they have already, and what its logs said of themselves is among the rows.
        intake.prefix = intake.options.prefix.clone().unwrap_or_default();
    } else {
        intake.pass(header(intake, &mapping))?;
    }
    let roles = roles(&headers, &mapping);
    let mut rows =
        Rows { mapping: &mapping, roles, ids: HashSet::new(), objects: HashSet::new(), time: None };
    each_row(source, &mapping, &mut |number, line, cells| {
        if cells.len() != headers.len() {
            let text = cells.len().to_string();
            let problem = Problem::Type {
                what: format!("the number of cells, where the first row has {},", headers.len()),
                text,
                kind: "the same; a quotation mark within a cell must be doubled",
            };
            intake.refuse(Place::Line(line), problem);
            return Ok(());
        }
        rows.take(intake, number, Place::Line(line), cells)
    })?;
    intake.counts.objects = rows.objects.len() as u64;
    Ok(())
}

/// What a log says of itself: how it was read.
fn header(intake: &Intake<'_>, mapping: &Mapping) -> Event {
    let header = vocabulary::header(&intake.prefix, 1).with("format", intake.format().to_string());
    header.with(MAPPING, mapping.to_string())
}

/// Whether a file holds entries as a record has them; not where it cannot be read, which reading it will tell.
pub(crate) fn is_whole(source: &Source<'_>, given: Option<&Mapping>) -> bool {
    columns(source, given).is_ok_and(|(_, mapping)| mapping.is_whole())
}

fn reader<'s>(
    source: &'s Source<'_>,
    delimiter: u8,
) -> Result<csv::Reader<Checked<Box<dyn Read + 's>>>, ImportError> {
    let checked =
        Checked { source: source.open()?, since: 0, open: false, line: 1, opened: 1, returns: false };
    Ok(ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(checked))
}

/// The columns' names, and the mapping with its delimiter: the first one with which all that it names is there.
fn columns(source: &Source<'_>, given: Option<&Mapping>) -> Result<(Vec<String>, Mapping), ImportError> {
    let delimiters =
        given.and_then(|mapping| mapping.delimiter).map_or(vec![b',', b';', b'\t'], |own| vec![own]);
    let mut seen: Option<Vec<String>> = None;
    for delimiter in delimiters {
        let mut record = ByteRecord::new();
        let read = reader(source, delimiter)?.read_byte_record(&mut record);
        read.map_err(|error| unreadable(source, error))?;
        let headers = texts(&record).ok_or_else(|| not_utf8(1))?;
        let mapping = given.cloned().or_else(|| Mapping::guess(&headers));
        if let Some(mut mapping) = mapping
            && mapping.columns.iter().all(|column| headers.contains(&column.header.as_str()))
        {
            mapping.delimiter = Some(delimiter).filter(|delimiter| *delimiter != b',');
            let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
            let twice = |column: &&Column| headers.iter().filter(|own| **own == column.header).count() > 1;
            return match mapping.columns.iter().find(twice) {
                None => Ok((headers, mapping)),
                Some(column) => Err(ImportError::Options(format!(
                    "the file has several columns `{}`; rename all but one",
                    excerpt(&column.header)
                ))),
            };
        }
        if seen.as_ref().is_none_or(|seen| seen.len() < headers.len()) {
            seen = Some(headers.into_iter().map(str::to_owned).collect());
        }
    }
    let seen = seen.unwrap_or_default();
    if seen.is_empty() {
        let what = "the file has no first row with the names of its columns; put one there".to_owned();
        return Err(ImportError::Options(what));
    }
    let listed: Vec<String> = seen.iter().take(50).map(|header| format!("`{}`", excerpt(header))).collect();
    let missing =
        given.and_then(|mapping| mapping.columns.iter().find(|column| !seen.contains(&column.header)));
    let what = match missing {
        Some(column) => format!("the file has no column `{}`", excerpt(&column.header)),
        None => "a CSV file needs a mapping such as `case=COLUMN,activity=COLUMN,time=COLUMN`".to_owned(),
    };
    Err(ImportError::Options(format!("{what}; its columns are {}", listed.join(", "))))
}

fn unreadable(source: &Source<'_>, error: csv::Error) -> ImportError {
    let text = error.to_string();
    let cause = match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        _ => std::io::Error::other(text),
    };
    ImportError::Unreadable { name: source.name(), cause }
}

fn not_utf8(line: u64) -> ImportError {
    let what =
        "a cell is not valid UTF-8; convert the file to UTF-8, from GBK or whatever it is in".to_owned();
    ImportError::Malformed { place: Place::Line(line), what }
}

fn texts(record: &ByteRecord) -> Option<Vec<&str>> {
    record.iter().map(|cell| std::str::from_utf8(cell).ok()).collect()
}

type Take<'t> = &'t mut dyn FnMut(u64, u64, &[&str]) -> Result<(), ImportError>;

/// Hands every row behind the first on, with its number and line.
fn each_row(source: &Source<'_>, mapping: &Mapping, take: Take<'_>) -> Result<(), ImportError> {
    let mut reader = reader(source, mapping.delimiter.unwrap_or(b','))?;
    let mut record = ByteRecord::new();
    let mut number = 0;
    while reader.read_byte_record(&mut record).map_err(|error| unreadable(source, error))? {
        if number > 0 {
            // The reader counts a line feed after a carriage return as the next row's.
            let behind = u64::from(reader.get_ref().returns);
            let line = record.position().map_or(0, csv::Position::line) + behind;
            let cells = texts(&record).ok_or_else(|| not_utf8(line))?;
            take(number, line, &cells)?;
        }
        reader.get_mut().since = 0;
        number += 1;
    }
    if reader.get_ref().open {
        let what = "a quotation mark is not closed, so that rows ran together; close it, or double it if it is meant \
                    as itself"
            .to_owned();
        return Err(ImportError::Malformed { place: Place::Line(reader.get_ref().opened), what });
    }
    Ok(())
}

/// What may still be the type of a column.
#[derive(Clone, Copy)]
struct Sniffed {
    any: bool,
    integer: bool,
    float: bool,
    boolean: bool,
    time: bool,
}

/// Makes every column that the mapping does not name an attribute, of the narrowest type that fits all its values.
fn complete(source: &Source<'_>, headers: &[String], mapping: &mut Mapping) -> Result<(), ImportError> {
    let named = |header: &String| mapping.columns.iter().any(|column| column.header == *header);
    let open: Vec<bool> = headers.iter().map(|header| !named(header)).collect();
    if !open.contains(&true) {
        return Ok(());
    }
    let all = Sniffed { any: false, integer: true, float: true, boolean: true, time: true };
    let mut sniffed = vec![all; headers.len()];
    each_row(source, mapping, &mut |_, _, cells| {
        for ((cell, sniffed), _) in cells.iter().zip(&mut sniffed).zip(&open).filter(|(_, open)| **open) {
            if !cell.is_empty() {
                sniffed.any = true;
                sniffed.integer = sniffed.integer && integer(cell).is_some();
                sniffed.float = sniffed.float && float(cell).is_some();
                sniffed.boolean = sniffed.boolean && boolean(cell).is_some();
                sniffed.time = sniffed.time && Time::parse(cell).is_ok();
            }
        }
        Ok(())
    })?;
    for ((header, sniffed), _) in headers.iter().zip(sniffed).zip(open).filter(|(_, open)| *open) {
        let kind = match sniffed {
            Sniffed { any: false, .. } => Kind::Text,
            Sniffed { integer: true, .. } => Kind::Integer,
            Sniffed { float: true, .. } => Kind::Float,
            Sniffed { boolean: true, .. } => Kind::Boolean,
            Sniffed { time: true, .. } => Kind::Time,
            _ => Kind::Text,
        };
        let role = Role::Attribute { name: Name::new(header), kind };
        mapping.columns.push(Column { header: header.clone(), role });
    }
    Ok(())
}

/// A whole number, unless writing it again would lose something: `007` is a code.
fn integer(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

fn float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let begins = digits.starts_with(|character: char| character.is_ascii_digit());
    text.parse::<f64>().ok().filter(|number| number.is_finite() && begins && !code)
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// What each column of the file holds, in the file's order.
fn roles(headers: &[String], mapping: &Mapping) -> Vec<Role> {
    let mut left: Vec<&Column> = mapping.columns.iter().collect();
    let mut role = |header: &String| {
        let position = left.iter().position(|column| column.header == *header)?;
        Some(left.remove(position).role.clone())
    };
    let text = |header: &String| Role::Attribute { name: Name::new(header), kind: Kind::Text };
    headers.iter().map(|header| role(header).unwrap_or_else(|| text(header))).collect()
}

struct Rows<'m> {
    mapping: &'m Mapping,
    roles: Vec<Role>,
    ids: HashSet<String>,
    objects: HashSet<ObjectRef>,
    time: Option<Time>,
}

/// What a row says that is not its event's at once.
#[derive(Default)]
struct Beside {
    time: Option<Time>,
    links: Vec<(Qualifier, ObjectRef)>,
    /// Whether it gives an id.
    named: bool,
}

impl Rows<'_> {
    fn take(
        &mut self,
        intake: &mut Intake<'_>,
        number: u64,
        place: Place,
        cells: &[&str],
    ) -> Result<(), ImportError> {
        let mut event = Event::new(intake.id(&number.to_string()), vocabulary::UNNAMED, Time::ZERO);
        let mut beside = Beside::default();
        for (role, cell) in self.roles.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            match role {
                Role::Id | Role::FullId => {
                    let id = whole(cell);
                    if !self.ids.insert(id.clone()) {
                        intake.refuse(place, Problem::Duplicate { what: "event", id: excerpt(&id) });
                        return Ok(());
                    }
                    event.id = intake.id(&id).into();
                    beside.named = true;
                }
                Role::Activity => event.activity = Activity::from(whole(cell)),
                Role::Time => match parse(cell, self.mapping.time_format.as_deref()) {
                    Some(read) => beside.time = Some(read),
                    None => {
                        let kind = match self.mapping.time_format {
                            Some(_) => {
                                "a time as the mapping's `format=` has it; mend the format, or the cell"
                            }
                            None => {
                                "a time like `2026-01-31T08:30:00+08:00`; if all are written so, give their format"
                            }
                        };
                        let what = "the time".to_owned();
                        intake.refuse(place, Problem::Type { what, text: excerpt(cell), kind });
                        return Ok(());
                    }
                },
                Role::Object { kind, qualifier, many } => {
                    for object in objects(cell, kind, *many) {
                        vocabulary::relate(&mut event, Relation { qualifier: qualifier.clone(), object });
                    }
                }
                Role::Link { kind, qualifier, many } => {
                    let linked = objects(cell, kind, *many).map(|object| (qualifier.clone(), object));
                    beside.links.extend(linked);
                }
                Role::Attribute { name, kind } => match typed(name, cell, *kind) {
                    Ok(value) => event.attributes.push((name.clone(), value)),
                    Err(problem) => intake.refuse(place.clone(), problem),
                },
            }
        }
        let time = beside.time;
        match self.complete(&mut event, beside) {
            Ok(()) => self.finish(intake, event, time, place),
            Err(problem) => {
                intake.refuse(place, problem);
                Ok(())
            }
        }
    }

    /// Puts what the row of an object says of it where it belongs, and in any row what stands for parts of an event.
    fn complete(&self, event: &mut Event, beside: Beside) -> Result<(), Problem> {
        let Beside { links, named, .. } = beside;
        let carrier = vocabulary::is_carrier(&event.activity);
        let unknown = |part: String, what: &str| Problem::Unknown { part, what: what.to_owned() };
        if carrier && !self.mapping.is_whole() {
            return Err(unknown(format!("the reserved name `{}`", event.activity), "activities"));
        }
        if self.mapping.is_whole() && !named {
            return Err(Problem::Missing { what: "the row".to_owned(), part: "`full-id`".to_owned() });
        }
        if !carrier && !links.is_empty() {
            return Err(unknown("a link".to_owned(), "the row of an event"));
        }
        let subject = event.objects.iter().find(|own| own.qualifier.as_str() == vocabulary::SUBJECT);
        let subject = subject.map(|relation| relation.object.clone()).filter(|_| carrier);
        if let Some(subject) = subject {
            for (name, value) in std::mem::take(&mut event.attributes) {
                match vocabulary::is_reserved(name.as_str()) {
                    true => event.attributes.push((name, value)),
                    false => event.changes.push(Change { object: subject.clone(), name, value }),
                }
            }
            let link = |(qualifier, to)| Link { from: subject.clone(), qualifier, to };
            event.links = links.into_iter().map(link).collect();
        } else if carrier && event.activity.as_str() != vocabulary::HEADER {
            let part = format!("object under the qualifier `{}`", vocabulary::SUBJECT);
            return Err(Problem::Missing { what: "the row".to_owned(), part });
        }
        parts::fold(event);
        Ok(())
    }

    /// Hands the event on, if it has a time or may have none.
    fn finish(
        &mut self,
        intake: &mut Intake<'_>,
        mut event: Event,
        time: Option<Time>,
        place: Place,
    ) -> Result<(), ImportError> {
        intake.note([event.objects.is_empty(), event.activity.as_str() == vocabulary::UNNAMED], || {
            place.clone()
        });
        for id in [&mut event.cause, &mut event.corrects].into_iter().flatten() {
            *id = intake.id(id.as_str()).into();
        }
        let carrier = vocabulary::is_carrier(&event.activity);
        if time.is_none() && (carrier || !intake.options.untimed) {
            let what = "the row".to_owned();
            intake.refuse(
                place,
                match carrier {
                    true => Problem::Missing { what, part: "time".to_owned() },
                    false => Problem::Untimed { what },
                },
            );
            return Ok(());
        }
        for relation in &event.objects {
            if !self.objects.contains(&relation.object) {
                intake.object_type(&relation.object.kind);
                self.objects.insert(relation.object.clone());
            }
        }
        let Some(time) = time else {
            self.time = Some(intake.untimed(event, self.time)?);
            return Ok(());
        };
        event.time = time;
        match event.activity.as_str() {
            vocabulary::HEADER => intake.pass(event),
            _ if carrier => intake.carrier(event),
            _ => {
                self.time = Some(time);
                intake.event(event)
            }
        }
    }
}

/// The objects in a cell, of one type.
fn objects<'c>(cell: &'c str, kind: &'c ObjectType, many: bool) -> impl Iterator<Item = ObjectRef> + 'c {
    let ids = if many { ids(cell) } else { vec![whole(cell)] };
    ids.into_iter().map(|id| ObjectRef { kind: kind.clone(), id: id.into() })
}

/// A cell's text, which may stand for one that a cell cannot hold.
fn whole(cell: &str) -> String {
    match vocabulary::unwrapped(cell.into()) {
        Value::Text(text) => text.into(),
        _ => cell.to_owned(),
    }
}

/// The ids in a cell of several.
fn ids(cell: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            ';' => {
                found.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(last) = found.last_mut() {
            last.push(character);
        }
    }
    found
}

fn typed(name: &Name, cell: &str, kind: Kind) -> Result<Value, Problem> {
    let (value, wanted) = match kind {
        Kind::Text => (Some(vocabulary::unwrapped(cell.into())), "a text"),
        Kind::Integer => (cell.trim().parse().ok().map(Value::Integer), "a whole number of at most 64 bits"),
        Kind::Float => (crate::interop::float(cell).map(Value::Float), "a number like `1.5`"),
        Kind::Boolean => (boolean(cell.trim()).map(Value::Boolean), "`true` or `false`"),
        Kind::Time => (Time::parse(cell).ok().map(Value::Time), "a time like `2026-01-31T08:30:00+08:00`"),
    };
    let what = || format!("attribute `{}`", excerpt(name.as_str()));
    value.ok_or_else(|| Problem::Type { what: what(), text: excerpt(cell), kind: wanted })
}

fn parse(cell: &str, format: Option<&str>) -> Option<Time> {
    let Some(format) = format else { return Time::parse(cell).ok() };
    let parts = jiff::fmt::strtime::BrokenDownTime::parse(format, cell.trim()).ok()?;
    let civil = match parts.to_datetime() {
        Ok(civil) => civil,
        Err(_) => parts.to_date().ok()?.at(0, 0, 0, 0),
    };
    let offset = parts.offset();
    let stamp = offset.unwrap_or(jiff::tz::Offset::UTC).to_timestamp(civil).ok()?;
    let nanos = stamp.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    let minutes = offset.map(|offset| i16::try_from(offset.seconds() / 60)).transpose().ok()?;
    Time::new(seconds, rest, minutes)
}

/// Passes a stream on as long as rows keep coming, and counts its quotation marks.
struct Checked<R> {
    source: R,
    /// Bytes since the last row ended.
    since: usize,
    /// Whether so far the quotation marks are odd in number, and the line after the last one at whose end they were even.
    open: bool,
    line: u64,
    opened: u64,
    /// Whether lines end with a carriage return and a line feed.
    returns: bool,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(out)?;
        let read = out.get(..count).unwrap_or_default();
        self.returns = self.returns || memchr::memmem::find(read, b"\r\n").is_some();
        for at in memchr::memchr2_iter(b'"', b'\n', read) {
            if read.get(at) == Some(&b'"') {
                self.open = !self.open;
            } else {
                self.line += 1;
                self.opened = if self.open { self.opened } else { self.line };
            }
        }
        self.since += count;
        if self.since > LONGEST {
            let what = "64 MiB without the end of a row, as none is in an event log; is a quotation mark not closed?";
            return Err(std::io::Error::other(what));
        }
        Ok(count)
    }
}
