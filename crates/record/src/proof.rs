//! Checkpoints, proofs and receipts of a record, and checking them without one.
//!
//! A receipt is a C2SP tlog-proof: the event's line in its `extra`, its index, the inclusion proof, and the signed
//! checkpoint. The entry in the log is the SHA-256 digest of the line, so a receipt shows that this event, to the byte,
//! is on the record, while the log itself tells nobody what its events say.

use crate::commit::{Answer, Job, View, line_leaf};
use crate::merkle::{self, TILE_WIDTH, Tiles as _};
use crate::note::{Note, NoteError, SignerKey, TreeHead, VerifierKey, decimal};
use crate::store::{Reader, StoreError};
use crate::{Digest, Event, EventId, Record, encoding};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::sync::Arc;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// More hashes than a tree of 2^64 entries needs.
const MAX_HASHES: usize = 64;

impl Record {
    /// The signed checkpoint over all entries.
    pub fn checkpoint(&self) -> Result<String, StoreError> {
        Ok(self.view()?.checkpoint(&self.inner().keys).to_owned())
    }

    /// The receipt of the event `id`: against the smallest checkpoint that witnesses signed and that covers it, else
    /// against the newest.
    pub fn receipt(&self, id: &EventId) -> Result<Option<String>, StoreError> {
        let view = self.view()?;
        let mut reader = self.inner().store.reader()?;
        let Some(index) = reader.index_of(id.as_str())?.filter(|index| *index < view.head.size) else {
            return Ok(None);
        };
        let cosigned = self.cosigned(reader.as_mut(), index + 1)?;
        let line = reader.lines(index, 1)?.pop().map(|(_, line)| line);
        drop(reader);
        let (Some(line), note) =
            (line, cosigned.unwrap_or_else(|| view.checkpoint(&self.inner().keys).to_owned()))
        else {
            return Ok(None);
        };
        let size = crate::record::tree_head(&note)?.size;
        let Some(proof) = self.inclusion_in(view, index, size)? else { return Ok(None) };
        let mut text = format!("{FIRST_LINE}\nextra {}\nindex {index}\n", BASE64_STANDARD.encode(line));
        for hash in proof {
            text.push_str(&BASE64_STANDARD.encode(hash.0));
            text.push('\n');
        }
        Ok(Some(text + "\n" + &note))
    }

    /// The inclusion proof of entry `index` in the tree of the first `size` entries; `None` when there is no such entry
    /// or tree.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Digest>>, StoreError> {
        self.inclusion_in(self.view()?, index, size)
    }

    fn inclusion_in(
        &self,
        view: Arc<View>,
        index: u64,
        size: u64,
    ) -> Result<Option<Vec<Digest>>, StoreError> {
        if size > view.head.size {
            return Ok(None);
        }
        merkle::inclusion(&self.tree(view)?, index, size)
    }

    /// The proof that the first `old` entries are a prefix of the first `new`; `None` when there are not so many.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Digest>>, StoreError> {
        let view = self.view()?;
        if new > view.head.size {
            return Ok(None);
        }
        merkle::consistency(&self.tree(view)?, old, new)
    }

    /// The root of the tree of the first `size` entries; `None` when there are not so many.
    pub fn root(&self, size: u64) -> Result<Option<Digest>, StoreError> {
        let view = self.view()?;
        if size > view.head.size {
            return Ok(None);
        }
        merkle::range_hash(&self.tree(view)?, 0, size).map(Some)
    }

    /// What C2SP tlog-tiles serves at `tile/<level>/<index>`, or `….p/<width>` for less than 256 hashes: the hashes one
    /// after the other. `None` when there are not so many.
    pub fn tile(&self, level: u8, index: u64, width: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let view = self.view()?;
        let count = merkle::hashes_at(view.head.size, level).unwrap_or(0);
        if !within(count, index, width) {
            return Ok(None);
        }
        let hashes = self.tree(view)?.hashes(level, index, width)?;
        Ok(Some(hashes.iter().flat_map(|hash| hash.0).collect()))
    }

    /// What C2SP tlog-tiles serves at `tile/entries/<index>`, or `….p/<width>`: each entry, which is the digest of an
    /// event's line, after its length in two bytes. `None` when there are not so many.
    pub fn bundle(&self, index: u64, width: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if !within(self.len()?, index, width) {
            return Ok(None);
        }
        let lines =
            self.inner().store.reader()?.lines(index * TILE_WIDTH, usize::try_from(width).unwrap_or(0))?;
        let entry = |line: &[u8]| [&[0, 32][..], &Digest::of(line).0].concat();
        Ok(Some(lines.iter().flat_map(|(_, line)| entry(line)).collect()))
    }

    /// Keeps what witnesses signed: `note` must be one of this record's own checkpoints, and gains the signatures in it
    /// that are by one of `witnesses`.
    pub fn cosign(&self, note: &str, witnesses: &[VerifierKey]) -> Result<String, ReceiptError> {
        let theirs = Note::parse(note)?;
        theirs.verify(self.verifier())?;
        let head = TreeHead::parse(theirs.text())?;
        if self.root(head.size)? != Some(head.root) {
            return Err(ReceiptError::OtherLog);
        }
        let kept = self.cosigned(self.inner().store.reader()?.as_mut(), head.size)?;
        let kept = kept.map(|kept| Note::parse(&kept)).transpose();
        let kept = kept
            .map_err(|error| StoreError::damaged(format!("a checkpoint that witnesses signed: {error}")))?;
        let kept = kept.filter(|kept| kept.text() == theirs.text());
        let own = head.sign(self.inner().keys.signer());
        let note =
            kept.map_or_else(|| Note::parse(&own), Ok)?.with_signatures_of(&theirs, witnesses).to_string();
        let (answer, waiting) = Answer::new();
        let sealed = keep(&note, self.inner().keys.signer());
        self.ask(Job::Cosign { size: head.size, note: sealed, answer });
        let gone = || Err(StoreError::Stopped { reason: "the writer broke off".to_owned() });
        waiting.wait().unwrap_or_else(gone)?;
        Ok(note)
    }

    /// The smallest checkpoint that witnesses signed over at least `size` entries.
    fn cosigned(&self, reader: &mut dyn Reader, size: u64) -> Result<Option<String>, StoreError> {
        let Some(sealed) = reader.cosigned(size)? else { return Ok(None) };
        let damaged = |error| StoreError::damaged(format!("a checkpoint that witnesses signed: {error}"));
        kept(&sealed, self.verifier()).map(Some).map_err(damaged)
    }
}

/// What is kept of a checkpoint that witnesses signed: a note whose text is the whole of it, signed once more by the record.
/// The record has no keys of witnesses by which it could tell later that their signatures are as they came.
fn keep(cosigned: &str, signer: &SignerKey) -> String {
    format!("{cosigned}\n{}", signer.sign(cosigned, 0))
}

/// The checkpoint in what [`keep`] made.
pub(crate) fn kept(sealed: &str, key: &VerifierKey) -> Result<String, NoteError> {
    let note = Note::parse(sealed)?;
    note.verify(key)?;
    Ok(note.text().to_owned())
}

fn within(count: u64, index: u64, width: u64) -> bool {
    let end = index.checked_mul(TILE_WIDTH).and_then(|first| first.checked_add(width));
    (1..=TILE_WIDTH).contains(&width) && end.is_some_and(|end| end <= count)
}

/// Why a receipt proves nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The text does not have the form of a receipt.
    #[error("this is not a receipt: {0}")]
    Malformed(&'static str),
    /// The event's line is neither in the receipt nor beside it.
    #[error("the receipt does not carry its event; hand in the event's line as well")]
    NoEvent,
    /// The event beside the receipt is another than the one in it.
    #[error("the event beside the receipt is not the one in the receipt")]
    OtherEvent,
    /// The line is no event.
    #[error("the event in the receipt cannot be read: {0}")]
    BadEvent(String),
    /// The proof does not lead from the event to the checkpoint.
    #[error("the event is not on the record at index {index}: it, or the receipt, was altered")]
    NotIncluded {
        /// The index that the receipt claims.
        index: u64,
    },
    /// The checkpoint or its signature is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint is of another log than the key.
    #[error("the checkpoint is of another log than the key")]
    OtherLog,
    /// Too few of the witnesses signed.
    #[error("{found} of the known witnesses signed the checkpoint, {needed} are needed")]
    TooFewWitnesses {
        /// How many did.
        found: usize,
        /// How many must.
        needed: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom one trusts: a log's key, and so many of these witnesses.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The log's key.
    pub log: VerifierKey,
    /// Keys of witnesses.
    pub witnesses: Vec<VerifierKey>,
    /// How many of them must have signed.
    pub needed: usize,
}

impl From<VerifierKey> for Trust {
    fn from(log: VerifierKey) -> Self {
        Self { log, witnesses: Vec::new(), needed: 0 }
    }
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedReceipt {
    /// The event.
    pub event: Event,
    /// Its place on the record.
    pub index: u64,
    /// The checkpoint against which it was proven.
    pub head: TreeHead,
    /// Whether the log's signature was checked. Without it the receipt only shows that event and checkpoint belong
    /// together, not that the log ever signed them.
    pub signed: bool,
    /// The witnesses whose signatures were checked, with the time of each in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
}

/// Checks a checkpoint against whom one trusts.
pub fn verify_checkpoint(note: &str, trust: &Trust) -> Result<(TreeHead, Vec<(String, u64)>), ReceiptError> {
    let note = Note::parse(note)?;
    note.verify(&trust.log)?;
    let head = TreeHead::parse(note.text())?;
    if head.origin != trust.log.name() {
        return Err(ReceiptError::OtherLog);
    }
    let mut signed = Vec::new();
    for key in &trust.witnesses {
        match note.verify(key) {
            Ok(Some(time)) => signed.push((key.name().to_owned(), time)),
            Ok(None) | Err(NoteError::Unsigned { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    signed.sort();
    signed.dedup_by(|a, b| a.0 == b.0);
    if signed.len() < trust.needed {
        return Err(ReceiptError::TooFewWitnesses { found: signed.len(), needed: trust.needed });
    }
    Ok((head, signed))
}

/// Checks a receipt with nothing but itself, the event's line when the receipt does not carry it, and the log's key.
pub fn verify_receipt(
    text: &str,
    event_line: Option<&str>,
    trusted_key: Option<&VerifierKey>,
) -> Result<VerifiedReceipt, ReceiptError> {
    verify_receipt_with(text, event_line, trusted_key.map(|key| Trust::from(key.clone())).as_ref())
}

/// As [`verify_receipt`], with witnesses.
pub fn verify_receipt_with(
    text: &str,
    event_line: Option<&str>,
    trust: Option<&Trust>,
) -> Result<VerifiedReceipt, ReceiptError> {
    let receipt = Receipt::parse(text)?;
    let beside = event_line.map(|line| line.trim_end_matches(['\r', '\n']).as_bytes());
    let line = match (receipt.extra.as_deref(), beside) {
        (Some(extra), Some(beside)) if extra != beside => return Err(ReceiptError::OtherEvent),
        (Some(line), _) | (None, Some(line)) => line,
        (None, None) => return Err(ReceiptError::NoEvent),
    };
    let event = encoding::decode(line).map_err(|error| ReceiptError::BadEvent(error.to_string()))?;
    let (head, witnesses) = match trust {
        Some(trust) => verify_checkpoint(receipt.checkpoint, trust)?,
        None => (TreeHead::parse(Note::parse(receipt.checkpoint)?.text())?, Vec::new()),
    };
    let index = receipt.index;
    if !merkle::includes(&head.root, head.size, index, &line_leaf(line), &receipt.proof) {
        return Err(ReceiptError::NotIncluded { index });
    }
    Ok(VerifiedReceipt { event, index, head, signed: trust.is_some(), witnesses })
}

struct Receipt<'a> {
    extra: Option<Vec<u8>>,
    index: u64,
    proof: Vec<Digest>,
    checkpoint: &'a str,
}

impl<'a> Receipt<'a> {
    fn parse(text: &'a str) -> Result<Self, ReceiptError> {
        let bad = ReceiptError::Malformed;
        let (first, rest) = text.split_once('\n').ok_or(bad("it has one line only"))?;
        if first != FIRST_LINE {
            return Err(bad("its first line is not `c2sp.org/tlog-proof@v1`"));
        }
        let (body, checkpoint) =
            rest.split_once("\n\n").ok_or(bad("it has no checkpoint after an empty line"))?;
        let mut lines = body.split('\n').peekable();
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => {
                Some(BASE64_STANDARD.decode(&line[6..]).map_err(|_| bad("its `extra` is not Base64"))?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.ok_or(bad("it has no `index`"))?;
        let index = decimal(index).ok_or(bad("its `index` is no number"))?;
        let hash = |line: &str| BASE64_STANDARD.decode(line).ok()?.try_into().ok().map(Digest);
        let proof: Option<Vec<Digest>> = lines.take(MAX_HASHES + 1).map(hash).collect();
        let proof =
            proof.filter(|proof| proof.len() <= MAX_HASHES).ok_or(bad("its proof is not made of hashes"))?;
        Ok(Self { extra, index, proof, checkpoint })
    }
}
