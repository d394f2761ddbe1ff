use super::Format;
use super::fault::ImportError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much of a file is looked at to tell its format.
const HEAD: u64 = 64 << 10;
const BUFFER: usize = 64 << 10;
/// How many times its own size a compressed log may hold, beyond the first 64 MiB: real ones hold some fifty times, a
/// file made to fill a memory or a disk holds a thousand.
const SWELLS: u64 = 128;
const FREE: u64 = 64 << 20;

/// A log to read, plain or compressed with gzip, which its first bytes tell. It is opened once for every pass over it.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A file.
    File(&'a Path),
    /// A file whose reading somebody watches.
    Watched {
        /// The file.
        path: &'a Path,
        /// How many of its bytes the pass at hand has taken so far.
        taken: &'a AtomicU64,
    },
    /// A file's content.
    Bytes {
        /// The file's name.
        name: &'a str,
        /// Its content.
        bytes: &'a [u8],
    },
}

impl Source<'_> {
    /// The name, without folders.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Watched { path, .. } => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            Self::Bytes { name, .. } => (*name).to_owned(),
        }
    }

    /// The name without its endings: `RTFM` for `RTFM.xes.gz`.
    pub(crate) fn stem(&self) -> String {
        let name = self.name();
        let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or("log");
        stem.to_owned()
    }

    /// The content from its beginning, decompressed.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + '_>, ImportError> {
        let unreadable = |cause| ImportError::Unreadable { name: self.name(), cause };
        let mut raw: Box<dyn BufRead + '_> = match self {
            Self::File(path) => {
                Box::new(BufReader::with_capacity(BUFFER, File::open(path).map_err(unreadable)?))
            }
            Self::Watched { path, taken } => {
                taken.store(0, Ordering::Relaxed);
                let file = File::open(path).map_err(unreadable)?;
                Box::new(BufReader::with_capacity(BUFFER, Watched { file, taken }))
            }
            Self::Bytes { bytes, .. } => Box::new(Cursor::new(*bytes)),
        };
        let head = raw.fill_buf().map_err(unreadable)?;
        Ok(if head.starts_with(&[0x1F, 0x8B]) { Box::new(Unpacked::new(raw)) } else { Box::new(raw) })
    }

    /// Whether the content is compressed.
    pub(crate) fn packed(&self) -> Result<bool, ImportError> {
        let mut head = [0; 2];
        let read = match self {
            Self::File(path) | Self::Watched { path, .. } => {
                File::open(path).and_then(|mut file| file.read_exact(&mut head))
            }
            Self::Bytes { bytes, .. } => Cursor::new(*bytes).read_exact(&mut head),
        };
        match read {
            Err(cause) if cause.kind() != ErrorKind::UnexpectedEof => {
                Err(ImportError::Unreadable { name: self.name(), cause })
            }
            _ => Ok(head == [0x1F, 0x8B]),
        }
    }

    /// What keeps a compressed log from being read to its end, if anything does: its checksum stands there.
    pub(crate) fn damage(&self) -> Option<ImportError> {
        if !self.packed().ok()? {
            return None;
        }
        let cause = std::io::copy(&mut self.open().ok()?, &mut std::io::sink()).err()?;
        // A file that swells without end is whole: what its reader met first says more.
        (cause.kind() != ErrorKind::Other).then(|| ImportError::Unreadable { name: self.name(), cause })
    }

    /// The format, from what the content begins with; only CSV, which begins with anything, needs its ending.
    pub fn format(&self) -> Result<Format, ImportError> {
        let name = self.name();
        let mut head = Vec::new();
        let read = self.open()?.take(HEAD).read_to_end(&mut head);
        read.map_err(|cause| ImportError::Unreadable { name: name.clone(), cause })?;
        let known = of_content(&head).or(Format::of_name(&name).filter(|format| *format == Format::Csv));
        match known {
            Some(format) => Ok(format),
            None if head.is_empty() => {
                let cause =
                    std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "it is empty; get it whole");
                Err(ImportError::Unreadable { name, cause })
            }
            None => Err(ImportError::Format { name }),
        }
    }
}

/// What a compressed stream holds, as long as that is in proportion to it.
struct Unpacked<R> {
    packed: MultiGzDecoder<Counted<R>>,
    read: u64,
}

impl<R: BufRead> Unpacked<R> {
    fn new(source: R) -> Self {
        Self { packed: MultiGzDecoder::new(Counted { source, taken: 0 }), read: 0 }
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.packed.read(out).map_err(damaged)?;
        self.read += count as u64;
        if self.read > FREE + SWELLS * self.packed.get_ref().taken {
            let what = "it unpacks to more than 128 times its size, as no log does; if it is one all the same, \
                        unpack it and name the unpacked file";
            return Err(std::io::Error::other(what));
        }
        Ok(count)
    }
}

/// A file that tells how far it was read.
struct Watched<'a> {
    file: File,
    taken: &'a AtomicU64,
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(out)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What is wrong with a compressed stream, and what to do about it.
#[cold]
fn damaged(error: std::io::Error) -> std::io::Error {
    let what = match error.kind() {
        ErrorKind::UnexpectedEof => {
            "its compressed data has no end; it was cut short, get it whole".to_owned()
        }
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            format!("its compressed data is damaged ({error}); get it again")
        }
        _ => return error,
    };
    std::io::Error::new(error.kind(), what)
}

/// Counts the bytes that are taken from a stream.
struct Counted<R> {
    source: R,
    taken: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(out)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        self.source.consume(count);
    }
}

fn of_content(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Format::OcelSqlite);
    }
    let text = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
    match text.first()? {
        b'{' => {
            let key = text.get(1..).unwrap_or_default().trim_ascii_start();
            Some(if key.starts_with(b"\"ocel:") { Format::Ocel1Json } else { Format::OcelJson })
        }
        b'<' => {
            let elements = ["<event-types", "<object-types", "<objects", "<events"];
            let holds = |mark: &&str| memchr::memmem::find(text, mark.as_bytes()).is_some();
            let ocel = elements.iter().any(holds) && !holds(&"<trace") && !holds(&"<global");
            Some(if ocel { Format::OcelXml } else { Format::Xes })
        }
        _ => None,
    }
}
