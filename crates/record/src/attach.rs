use crate::store::{StoreError, StoredFile};
use crate::{Digest, FileRef, ObjectRef, Record};

/// The largest file that is kept, in bytes.
pub const MAX_FILE: usize = 20_000_000;

const FILE: &str = "file";

/// Why a file was not kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AttachError {
    /// It is too large.
    #[error(
        "`{name}` is {size} bytes; at most 20 MB can be attached: scan at a lower resolution or split it"
    )]
    TooLarge {
        /// The file's name.
        name: String,
        /// Its size in bytes.
        size: usize,
    },
    /// There is nothing in it.
    #[error("`{name}` is empty; choose the file again")]
    Empty {
        /// The file's name.
        name: String,
    },
    /// Its content is of no kind that is kept.
    #[error(
        "`{name}` is of a kind that cannot be attached; use PDF, OFD, PNG, JPEG, WebP, GIF, HEIC, text or Office"
    )]
    Kind {
        /// The file's name.
        name: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Record {
    /// Keeps a file, sealed under the key of `subject` when it is personal, and returns what an event cites it by.
    pub fn attach(
        &self,
        name: &str,
        bytes: &[u8],
        subject: Option<&ObjectRef>,
    ) -> Result<FileRef, AttachError> {
        let called = || name.to_owned();
        if bytes.is_empty() {
            return Err(AttachError::Empty { name: called() });
        }
        if bytes.len() > MAX_FILE {
            return Err(AttachError::TooLarge { name: called(), size: bytes.len() });
        }
        let media_type = media_type(bytes).ok_or_else(|| AttachError::Kind { name: called() })?;
        let (sealed, stored) = match subject {
            None => (None, bytes.to_vec()),
            Some(subject) => {
                let key = self.subject_key(subject)?;
                (Some((subject.clone(), key.id)), self.inner().keys.seal(&key, FILE, bytes)?)
            }
        };
        let file = StoredFile { digest: Digest::of(&stored), sealed, bytes: stored };
        self.written(self.inner().store.files().put(&file))?;
        Ok(FileRef {
            digest: file.digest,
            name: name.into(),
            media_type: media_type.into(),
            size: bytes.len() as u64,
            subject: subject.cloned(),
        })
    }

    /// The content of a file; `None` when it was erased.
    pub fn file(&self, file: &FileRef) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(stored) = self.inner().store.files().get(&file.digest)? else { return Ok(None) };
        if stored.bytes.is_empty() {
            return Ok(None);
        }
        if Digest::of(&stored.bytes) != file.digest {
            return Err(StoreError::damaged(format!("the file {}", file.digest)));
        }
        let Some((subject, id)) = stored.sealed else { return Ok(Some(stored.bytes)) };
        let key = self.inner().store.reader()?.subject_key(&subject)?.filter(|key| key.id == id);
        let Some(key) = key else { return Ok(None) };
        let plain = self.inner().keys.unseal(&key, FILE, &stored.bytes);
        plain.map(Some).ok_or_else(|| StoreError::damaged(format!("the file {} of `{subject}`", file.digest)))
    }

    pub(crate) fn opens(&self, file: &StoredFile, key: &crate::store::SubjectKey) -> bool {
        self.inner().keys.unseal(key, FILE, &file.bytes).is_some()
    }
}

/// The media type of a file by its content; `None` for kinds that are not kept. Whatever a browser might run (HTML, SVG
/// and other markup) is among those.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    const BY_START: [(&[u8], &str); 8] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    ];
    if let Some((_, found)) = BY_START.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(found);
    }
    match (bytes.get(..4), bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return Some("image/webp"),
        (_, Some(b"ftyp"), Some(b"heic" | b"heix" | b"mif1" | b"msf1")) => return Some("image/heic"),
        (Some(b"PK\x03\x04"), ..) => return Some(zip_type(bytes)),
        _ => {}
    }
    plain_text(bytes).then_some("text/plain")
}

/// Office documents and OFD are ZIP archives; the names in the archive tell which.
fn zip_type(bytes: &[u8]) -> &'static str {
    const BY_ENTRY: [(&[u8], &str); 4] = [
        (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            b"ppt/presentation.xml",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        (b"OFD.xml", "application/ofd"),
    ];
    let named = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    BY_ENTRY.iter().find(|(name, _)| named(name)).map_or("application/zip", |(_, found)| found)
}

/// UTF-8 without control characters that does not begin like markup.
fn plain_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c');
    !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && !text.contains(odd)
}
