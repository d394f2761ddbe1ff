//! What was scanned: read row by row, and what each scan is worth, or why it is worth nothing.
//!
//! A scan claims pieces of a ticket for a person. Scans count in the order of their moments; one that claims more than is left of
//! its ticket is not paid. A row may correct another: then it says anew what that one said, at that one's moment. No row is
//! dropped:
//! each ends up paid, corrected, or told with its line and why.

use super::contract::Contract;
use super::stamp::Stamp;
use super::ticket::{NoTicket, Ticket};
use std::collections::HashMap;
use std::io::Read;

/// A row of the scans.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    /// Its line in the file.
    pub line: u32,
    /// When it was made; of a correction, when the corrected one was.
    pub at: Stamp,
    /// The ticket.
    pub ticket: Ticket,
    /// Its number among all tickets, and the operation, as places in the contract.
    pub number: u32,
    /// The operation, as a place in the contract.
    pub operation: u32,
    /// Who did it, as a place in the contract.
    pub person: u32,
    /// How many pieces.
    pub pieces: u32,
    /// Whose words these are, as a place among the ids.
    id: u32,
}

/// A scan that is not paid, or is paid with a word, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Its line in the file.
    pub line: u32,
    /// What kind of thing.
    pub kind: Kind,
    /// What is the matter, and what to do.
    pub what: String,
}

/// Why a scan is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The row cannot be read.
    Broken,
    /// The ticket is none of this month's bundles.
    UnknownTicket,
    /// Nobody has this number.
    UnknownPerson,
    /// The same row came twice.
    SentTwice,
    /// Another row has the same id.
    SameId,
    /// The ticket was claimed before.
    Duplicate,
    /// It corrects what is not there, or what another one corrects later.
    Correction,
    /// It belongs to a later month.
    NextMonth,
    /// It belongs to an earlier month, and is paid now.
    Late,
    /// Whoever did it was not employed on that day; it is paid, for pieces that were sewn are owed.
    NotEmployed,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Broken, "broken row"),
        (Self::UnknownTicket, "unknown ticket"),
        (Self::UnknownPerson, "unknown person"),
        (Self::SentTwice, "sent twice"),
        (Self::SameId, "same id"),
        (Self::Duplicate, "duplicate"),
        (Self::Correction, "correction"),
        (Self::NextMonth, "next month"),
        (Self::Late, "late, paid now"),
        (Self::NotEmployed, "not employed that day, paid"),
    ];

    /// Its name.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(own, _)| *own == self).map_or("", |(_, word)| word)
    }
}

/// All that was scanned.
pub struct Scans {
    /// The scans that are paid, by their moments.
    pub paid: Vec<Scan>,
    /// How many rows were corrected by others.
    pub corrected: usize,
    /// How many rows there were.
    pub rows: usize,
    /// What is told.
    pub told: Vec<Told>,
    /// Of each ticket how many pieces are paid, those of earlier months among them; in the order of tickets' numbers.
    pub(super) claimed: Vec<u32>,
    ids: Ids,
}

/// Why scans cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum NotScans {
    /// The file failed.
    #[error("the scans cannot be read: {0}")]
    Failed(String),
    /// The heading is another one.
    #[error("the heading `{0}` is none of scans; write `scan,time,ticket,person,pieces,corrects`")]
    Heading(String),
    /// There are more than can be counted.
    #[error("more than four billion bytes of scan ids; divide the file")]
    TooMany,
}

impl Scans {
    /// The id of a scan.
    pub fn id(&self, scan: &Scan) -> &str {
        std::str::from_utf8(self.ids.get(scan.id)).unwrap_or_default()
    }

    /// Reads and judges scans: a table `scan,time,ticket,person,pieces,corrects`. Of `before`, tickets that were paid in earlier
    /// months, so many pieces are taken already.
    pub fn read(from: impl Read, contract: &Contract, before: &[(Ticket, u32)]) -> Result<Self, NotScans> {
        let mut gathered = Gathered::new(contract);
        gathered.read(from)?;
        Ok(gathered.judge(before))
    }
}

/// The ids of all rows, one after the other.
struct Ids {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Ids {
    fn get(&self, at: u32) -> &[u8] {
        let end = |at: u32| self.ends.get(at as usize).map_or(0, |end| *end as usize);
        let from = at.checked_sub(1).map_or(0, end);
        self.bytes.get(from..end(at)).unwrap_or_default()
    }

    fn push(&mut self, id: &[u8]) -> Option<u32> {
        self.bytes.extend_from_slice(id);
        self.ends.push(u32::try_from(self.bytes.len()).ok()?);
        u32::try_from(self.ends.len() - 1).ok()
    }
}

/// Where ids are, by a mixed hash that needs no other.
type Places = HashMap<u64, u32, std::hash::BuildHasherDefault<Mixed>>;

/// Takes a number for its own hash.
#[derive(Default)]
struct Mixed(u64);

impl std::hash::Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

fn hash(id: &[u8]) -> u64 {
    let sum = id.chunks(8).fold(0x9E37_79B9_7F4A_7C15u64 ^ id.len() as u64, |sum, chunk| {
        let word = chunk.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        (sum ^ word).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(29)
    });
    (sum ^ sum >> 31).wrapping_mul(0x94D0_49BB_1331_11EB)
}

struct Gathered<'c> {
    contract: &'c Contract,
    people: HashMap<&'c [u8], u32>,
    rows: usize,
    scans: Vec<Scan>,
    ids: Ids,
    /// The place among `scans` of each id.
    places: Places,
    /// Of corrections: their place among `scans`, and the id that they correct.
    corrections: Vec<(u32, Vec<u8>)>,
    told: Vec<Told>,
}

/// The columns, in this order.
const HEADING: [&[u8]; 6] = [b"scan", b"time", b"ticket", b"person", b"pieces", b"corrects"];

impl<'c> Gathered<'c> {
    fn new(contract: &'c Contract) -> Self {
        let people = (0..).zip(&contract.people).map(|(at, person)| (person.id.as_bytes(), at)).collect();
        let ids = Ids { bytes: Vec::new(), ends: Vec::new() };
        let (scans, corrections, told) = (Vec::new(), Vec::new(), Vec::new());
        Self { contract, people, rows: 0, scans, ids, places: Places::default(), corrections, told }
    }

    fn tell(&mut self, line: u32, kind: Kind, what: impl Into<String>) {
        self.told.push(Told { line, kind, what: what.into() });
    }

    fn read(&mut self, from: impl Read) -> Result<(), NotScans> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 18)
            .from_reader(from);
        let mut record = csv::ByteRecord::new();
        let failed = |error: csv::Error| NotScans::Failed(error.to_string());
        reader.read_byte_record(&mut record).map_err(failed)?;
        let trimmed = |at: usize| {
            let name = record.get(at).unwrap_or_default().trim_ascii();
            name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name).to_ascii_lowercase()
        };
        if record.len() != HEADING.len() || (0..).zip(HEADING).any(|(at, name)| trimmed(at) != name) {
            let all: Vec<String> =
                record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            return Err(NotScans::Heading(all.join(",")));
        }
        while reader.read_byte_record(&mut record).map_err(failed)? {
            self.rows += 1;
            let line = record.position().map_or(0, |at| u32::try_from(at.line()).unwrap_or(u32::MAX));
            self.row(line, &record)?;
        }
        Ok(())
    }

    fn row(&mut self, line: u32, record: &csv::ByteRecord) -> Result<(), NotScans> {
        let text = |at: usize| record.get(at).unwrap_or_default().trim_ascii();
        let shown = |at: usize| String::from_utf8_lossy(text(at)).into_owned();
        let [id, corrects] = [text(0), text(5)];
        if record.len() != HEADING.len() || id.is_empty() {
            let what = format!(
                "{} columns of {}, the id `{}`; scan it again",
                record.len(),
                HEADING.len(),
                shown(0)
            );
            self.tell(line, Kind::Broken, what);
            return Ok(());
        }
        let Some(at) = Stamp::read(text(1)) else {
            self.tell(line, Kind::Broken, format!("`{}` is no time; write `2026-10-05T14:30:00`", shown(1)));
            return Ok(());
        };
        let ticket = match Ticket::read(text(2)) {
            Ok(ticket) => ticket,
            Err(why) => {
                let why = match why {
                    NoTicket::Form => "does not look like a ticket; scan it again",
                    NoTicket::Check => "has wrong check digits; scan it again",
                };
                self.tell(line, Kind::UnknownTicket, format!("`{}` {why}", shown(2)));
                return Ok(());
            }
        };
        let Some((lot, operation, number)) = self.contract.find(ticket) else {
            let what = format!(
                "`{ticket}` is no ticket of this month's bundles; add its lot, or leave it to its month"
            );
            self.tell(line, Kind::UnknownTicket, what);
            return Ok(());
        };
        let (whole, number, operation) = (lot.pieces, number as u32, operation as u32);
        let Some(person) = self.people.get(text(3)).copied() else {
            self.tell(
                line,
                Kind::UnknownPerson,
                format!("nobody has the number `{}`; correct the scan", shown(3)),
            );
            return Ok(());
        };
        let pieces = match text(4) {
            b"" => whole,
            digits => match std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u32>().ok()) {
                Some(pieces) if pieces > 0 || !corrects.is_empty() => pieces,
                _ => {
                    self.tell(
                        line,
                        Kind::Broken,
                        format!("`{}` pieces; write how many, or nothing for all", shown(4)),
                    );
                    return Ok(());
                }
            },
        };
        let id_at = self.ids.push(id).ok_or(NotScans::TooMany)?;
        let scan = Scan { line, at, ticket, number, operation, person, pieces, id: id_at };
        self.keep(scan, corrects);
        Ok(())
    }

    /// Takes a scan in, unless another has its id.
    fn keep(&mut self, scan: Scan, corrects: &[u8]) {
        let mut key = hash(self.ids.get(scan.id));
        while let Some(other) = self.places.get(&key) {
            let Some(other) = self.scans.get(*other as usize).copied() else { break };
            if self.ids.get(other.id) == self.ids.get(scan.id) {
                let same = (other.at, other.ticket, other.person, other.pieces)
                    == (scan.at, scan.ticket, scan.person, scan.pieces);
                let (kind, what) = match same {
                    true => (Kind::SentTwice, format!("the same as line {}; nothing to do", other.line)),
                    false => (
                        Kind::SameId,
                        format!("line {} has the same id and says something else; look at both", other.line),
                    ),
                };
                return self.tell(scan.line, kind, what);
            }
            key = key.wrapping_add(1);
        }
        let place = self.scans.len() as u32;
        self.places.insert(key, place);
        if !corrects.is_empty() {
            self.corrections.push((place, corrects.to_vec()));
        }
        self.scans.push(scan);
    }

    fn find(&self, id: &[u8]) -> Option<u32> {
        let mut key = hash(id);
        loop {
            let place = *self.places.get(&key)?;
            if self.ids.get(self.scans.get(place as usize)?.id) == id {
                return Some(place);
            }
            key = key.wrapping_add(1);
        }
    }

    /// What each scan says in the end: a correction stands in place of what it corrects, the last one of several. Gives back how
    /// many rows were corrected.
    fn correct(&mut self) -> usize {
        let corrections = std::mem::take(&mut self.corrections);
        let mut corrects: HashMap<u32, u32> = HashMap::new();
        let mut gone: Vec<u32> = Vec::new();
        for (place, id) in &corrections {
            match self.find(id) {
                Some(target) if target != *place => drop(corrects.insert(*place, target)),
                _ => {
                    let what = format!(
                        "it corrects `{}`, which is not here; name the scan",
                        String::from_utf8_lossy(id)
                    );
                    self.tell(self.line(*place), Kind::Correction, what);
                    gone.push(*place);
                }
            }
        }
        // By the scan that stands at the beginning: all of the chain, each with its own moment.
        let mut chains: HashMap<u32, Vec<u32>> = HashMap::new();
        for (place, _) in &corrections {
            let (mut root, mut steps) = (*place, 0);
            while let Some(target) = corrects.get(&root).filter(|_| steps <= corrections.len()) {
                root = *target;
                steps += 1;
            }
            if steps > corrections.len() {
                self.tell(
                    self.line(*place),
                    Kind::Correction,
                    "corrections that correct each other in a circle; name the scan",
                );
                gone.push(*place);
            } else if root != *place && !gone.contains(&root) {
                chains.entry(root).or_default().push(*place);
            } else if root != *place {
                self.tell(
                    self.line(*place),
                    Kind::Correction,
                    "it corrects a correction of nothing; name the scan",
                );
                gone.push(*place);
            }
        }
        let mut corrected = 0;
        for (root, mut chain) in chains {
            chain.sort_by_key(|place| self.scans.get(*place as usize).map(|scan| (scan.at, scan.line)));
            corrected += chain.len();
            let last = chain.last().and_then(|place| self.scans.get(*place as usize)).copied();
            if let (Some(last), Some(first)) = (last, self.scans.get_mut(root as usize)) {
                *first = Scan { at: first.at, ..last };
            }
            gone.extend(chain);
        }
        gone.sort_unstable();
        let mut at = 0u32;
        self.scans.retain(|_| {
            at += 1;
            gone.binary_search(&(at - 1)).is_err()
        });
        corrected
    }

    fn line(&self, place: u32) -> u32 {
        self.scans.get(place as usize).map_or(0, |scan| scan.line)
    }

    fn judge(mut self, before: &[(Ticket, u32)]) -> Scans {
        let corrected = self.correct();
        let mut scans = std::mem::take(&mut self.scans);
        scans.sort_unstable_by_key(|scan| (scan.at, scan.line));
        // Of each ticket how many pieces are claimed, and the line that claimed first: 0 for an earlier month.
        let mut claimed = vec![(0u32, 0u32); self.contract.tickets()];
        for (ticket, pieces) in before {
            if let Some((_, _, number)) = self.contract.find(*ticket)
                && let Some(cell) = claimed.get_mut(number)
            {
                cell.0 = cell.0.saturating_add(*pieces);
            }
        }
        let (first, after) = self.contract.month;
        let mut paid = Vec::with_capacity(scans.len());
        for scan in scans {
            if scan.pieces == 0 {
                continue;
            }
            if scan.at.day() >= after {
                self.tell(
                    scan.line,
                    Kind::NextMonth,
                    format!("made on {}; keep it for its month", scan.at.day()),
                );
                continue;
            }
            let whole = self.contract.find(scan.ticket).map_or(0, |(lot, _, _)| lot.pieces);
            let Some(cell) = claimed.get_mut(scan.number as usize) else { continue };
            let left = whole.saturating_sub(cell.0);
            if scan.pieces > left {
                let by = if cell.1 == 0 { "earlier".to_owned() } else { format!("by line {}", cell.1) };
                let what = match left {
                    0 => format!(
                        "`{}` was claimed {by}; find out who did it, and correct one of them",
                        scan.ticket
                    ),
                    _ => format!(
                        "`{}` has {left} of {whole} pieces left, not {}; correct the pieces",
                        scan.ticket, scan.pieces
                    ),
                };
                self.tell(scan.line, Kind::Duplicate, what);
                continue;
            }
            cell.0 += scan.pieces;
            cell.1 = if cell.1 == 0 { scan.line } else { cell.1 };
            if scan.at.day() < first {
                self.tell(
                    scan.line,
                    Kind::Late,
                    format!("made on {}, and paid in this month", scan.at.day()),
                );
            }
            self.tell_not_employed(&scan);
            paid.push(scan);
        }
        self.told.sort();
        let claimed = claimed.into_iter().map(|(pieces, _)| pieces).collect();
        Scans { paid, corrected, rows: self.rows, told: self.told, claimed, ids: self.ids }
    }

    /// Late scans are told as such: who left in an earlier month is not in this month's contract by mistake.
    fn tell_not_employed(&mut self, scan: &Scan) {
        let (day, month) = (scan.at.day(), self.contract.month.0);
        let Some(person) = self.contract.people.get(scan.person as usize).filter(|_| day >= month) else {
            return;
        };
        let what = match (person.from, person.until) {
            (Some(from), _) if day < from => format!("made on {day}, and {} begins on {from}", person.id),
            (_, Some(until)) if until < day => format!("made on {day}, and {} left on {until}", person.id),
            _ => return,
        };
        self.tell(
            scan.line,
            Kind::NotEmployed,
            format!("{what}; correct the scan's person, or the contract's days"),
        );
    }
}
