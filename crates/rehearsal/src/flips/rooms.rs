//! What each byte of a SQLite file is for, by its file format (sqlite.org/fileformat2.html): what no page, cell or list
//! claims is room that holds nothing.

/// What a byte is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Rows, and what leads to them.
    Content,
    /// What leads to the rows of a table.
    Lead,
    /// SQLite's own: the file's header, pages' headers, the lists of free room.
    Header,
    /// The place in a row where its number would stand, were it not kept before the row: it is not read.
    Number,
    /// Free pages, the middle of pages that are not full, and the end of the last page of a long cell.
    Unused,
}

/// The first page begins with the file's header.
const FILE_HEADER: usize = 100;
/// Kinds of pages: inner ones and leaves, of tables and of indexes.
const INNER_INDEX: u8 = 2;
const INNER_TABLE: u8 = 5;
const LEAF_INDEX: u8 = 10;
const LEAF_TABLE: u8 = 13;

/// A write-ahead log begins with a header, and each of its pages has one.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The room of each byte of a database or of its write-ahead log.
pub(super) fn rooms(bytes: &[u8]) -> Vec<Room> {
    let mut map = Map { bytes, size: 0, rooms: vec![Room::Unused; bytes.len()] };
    if !bytes.starts_with(b"SQLite format 3") {
        map.log();
        return map.rooms;
    }
    map.size = match map.number(16, 2) {
        1 => 65_536,
        size => size.max(512),
    };
    map.mark(0, FILE_HEADER, Room::Header);
    for page in (0..bytes.len()).step_by(map.size) {
        map.page(page);
    }
    map.free_pages();
    map.rooms
}

struct Map<'a> {
    bytes: &'a [u8],
    size: usize,
    rooms: Vec<Room>,
}

impl Map<'_> {
    fn mark(&mut self, from: usize, length: usize, room: Room) {
        if let Some(part) = self.rooms.get_mut(from..from + length) {
            part.fill(room);
        }
    }

    /// A number of so many bytes, the highest first.
    fn number(&self, at: usize, width: usize) -> usize {
        let bytes = self.bytes.get(at..at + width).unwrap_or_default();
        bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    }

    /// A number of variable length (never of its longest form here), and where it ends.
    fn variable(&self, at: usize) -> (usize, usize) {
        let (mut sum, mut at) = (0, at);
        while let Some(byte) = self.bytes.get(at) {
            at += 1;
            sum = sum << 7 | usize::from(byte & 0x7f);
            if *byte < 0x80 {
                break;
            }
        }
        (sum, at)
    }

    /// Of a write-ahead log, the pages that bear the marks of its header; what follows is left of an older log, or was never
    /// written.
    fn log(&mut self) {
        self.mark(0, LOG_HEADER, Room::Content);
        let (frame, marks) = (FRAME_HEADER + self.number(8, 4), self.bytes.get(16..24));
        let mut at = LOG_HEADER;
        while at < self.bytes.len() && self.bytes.get(at + 8..at + 16) == marks {
            self.mark(at, frame, Room::Content);
            at += frame;
        }
    }

    fn page(&mut self, page: usize) {
        let start = if page == 0 { FILE_HEADER } else { page };
        let kind = self.bytes.get(start).copied().unwrap_or(0);
        let header = match kind {
            INNER_INDEX | INNER_TABLE => 12,
            LEAF_INDEX | LEAF_TABLE => 8,
            _ => return,
        };
        self.mark(start, header, Room::Header);
        for cell in 0..self.number(start + 3, 2) {
            let pointer = start + header + 2 * cell;
            self.mark(pointer, 2, Room::Content);
            self.cell(kind, page + self.number(pointer, 2));
        }
        let mut free = self.number(start + 1, 2);
        while free != 0 && free < self.size {
            // A free block begins with where the next is and how long it is.
            self.mark(page + free, 4, Room::Header);
            free = self.number(page + free, 2);
        }
    }

    fn cell(&mut self, kind: u8, cell: usize) {
        let begin = if matches!(kind, INNER_INDEX | INNER_TABLE) { cell + 4 } else { cell };
        let (payload, mut at) = self.variable(begin);
        if kind == INNER_TABLE {
            // What stands there is the number of a row.
            return self.mark(cell, at - cell, Room::Lead);
        }
        if kind == LEAF_TABLE {
            at = self.variable(at).1;
        }
        let here = self.kept_here(kind, payload);
        self.mark(cell, at + here - cell, Room::Content);
        let (_, columns) = self.variable(at);
        // The number of a row is its first column in all tables that have one; it is written as nothing (0) there.
        if kind == LEAF_TABLE && self.bytes.get(columns) == Some(&0) {
            self.mark(columns, 1, Room::Number);
        }
        if here < payload {
            self.mark(at + here, 4, Room::Content);
            self.long(self.number(at + here, 4), payload - here);
        }
    }

    /// How much of a cell is on its own page.
    fn kept_here(&self, kind: u8, payload: usize) -> usize {
        let most = if kind == LEAF_TABLE { self.size - 35 } else { (self.size - 12) * 64 / 255 - 23 };
        let least = (self.size - 12) * 32 / 255 - 23;
        let even = least + (payload.max(least) - least) % (self.size - 4);
        match () {
            () if payload <= most => payload,
            () if even <= most => even,
            () => least,
        }
    }

    /// The rest of a long cell, on pages of its own, each of which begins with the number of the next.
    fn long(&mut self, mut number: usize, mut rest: usize) {
        while let Some(page) = number.checked_sub(1).map(|before| before * self.size)
            && rest > 0
            && page < self.bytes.len()
        {
            let here = rest.min(self.size - 4);
            self.mark(page, 4 + here, Room::Content);
            rest -= here;
            number = self.number(page, 4);
        }
    }

    /// The list of free pages: each of its pages names the next, how many free pages it lists, and those.
    fn free_pages(&mut self) {
        let mut number = self.number(32, 4);
        // No list is longer than the file.
        for _ in 0..self.bytes.len() / self.size {
            let Some(page) = number.checked_sub(1).map(|before| before * self.size) else { break };
            self.mark(page, 8 + 4 * self.number(page + 4, 4), Room::Header);
            number = self.number(page, 4);
        }
    }
}
