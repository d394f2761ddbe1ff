//! Signed notes (C2SP signed-note), the keys that sign them, and the checkpoints written in them (tlog-checkpoint),
//! with the timestamped co-signatures of witnesses (tlog-cosignature).

use crate::Digest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

const ED25519: u8 = 0x01;
const COSIGNATURE: u8 = 0x04;
/// More signature lines than this are refused, as the note specification advises.
const MAX_SIGNATURES: usize = 64;

/// Why a note, or a key, is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text does not have the form of a signed note.
    #[error("this is not a signed note: {0}")]
    Malformed(&'static str),
    /// The text is a note, but not a checkpoint.
    #[error("the note is not a checkpoint: {0}")]
    NotACheckpoint(&'static str),
    /// A signature by a known key does not fit the text.
    #[error("the signature of `{name}` does not fit the text; the note was altered or the key is another's")]
    WrongSignature {
        /// The key's name.
        name: String,
    },
    /// No signature is by the key asked for.
    #[error("the note bears no signature of `{name}`")]
    Unsigned {
        /// The key's name.
        name: String,
    },
    /// A text is not a key.
    #[error("`{text}` is not a key; it reads like `example.com/log+530d903a+AekyeRr…`")]
    BadKey {
        /// What was read, shortened.
        text: String,
    },
}

/// What a key signs: notes as they are, or checkpoints with the time of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A log's key.
    Log,
    /// A witness's key.
    Witness,
}

/// A public key, written `name+id+base64` (a "vkey").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads a vkey.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let (name, rest) = text.trim().split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let key = BASE64_STANDARD.decode(key).ok()?;
            let (kind, key) = key.split_first()?;
            let kind = match *kind {
                ED25519 => KeyKind::Log,
                COSIGNATURE => KeyKind::Witness,
                _ => return None,
            };
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            let key = Self { name: name.to_owned(), kind, key };
            (valid_name(name) && format!("{:08x}", key.id()) == id).then_some(key)
        };
        read().ok_or_else(|| NoteError::BadKey { text: text.chars().take(80).collect() })
    }

    /// The key's name: for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    fn algorithm(&self) -> u8 {
        match self.kind {
            KeyKind::Log => ED25519,
            KeyKind::Witness => COSIGNATURE,
        }
    }

    fn id(&self) -> u32 {
        let mut bytes = format!("{}\n", self.name).into_bytes();
        bytes.push(self.algorithm());
        bytes.extend_from_slice(self.key.as_bytes());
        let [a, b, c, d, ..] = Digest::of(&bytes).0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Checks `signature` over `text`; the time of signing for a witness's.
    fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        let (time, signature, message) = match self.kind {
            KeyKind::Log => (None, signature, text.to_owned()),
            KeyKind::Witness => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                // A time of zero says nothing of when, and a larger one than this is none.
                (1..=i64::MAX.unsigned_abs()).contains(&time).then_some(())?;
                (Some(time), signature, cosigned_text(text, time))
            }
        };
        let signature = Signature::from_slice(signature).ok()?;
        self.key.verify_strict(message.as_bytes(), &signature).ok().map(|()| time)
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.algorithm()];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id(), BASE64_STANDARD.encode(key))
    }
}

/// A private key.
#[derive(Clone)]
pub struct SignerKey {
    public: VerifierKey,
    key: SigningKey,
}

impl SignerKey {
    /// The key of `kind` named `name` made from 32 secret random bytes.
    pub fn new(kind: KeyKind, name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        if !valid_name(name) {
            return Err(NoteError::BadKey { text: name.chars().take(80).collect() });
        }
        let key = SigningKey::from_bytes(seed);
        Ok(Self { public: VerifierKey { name: name.to_owned(), kind, key: key.verifying_key() }, key })
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let (name, rest) = text.trim().strip_prefix("PRIVATE+KEY+")?.split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let key = BASE64_STANDARD.decode(key).ok()?;
            let (kind, seed) = key.split_first()?;
            let kind = if *kind == COSIGNATURE { KeyKind::Witness } else { KeyKind::Log };
            let key = Self::new(kind, name, seed.try_into().ok()?).ok()?;
            (format!("{:08x}", key.public.id()) == id).then_some(key)
        };
        read().ok_or_else(|| NoteError::BadKey { text: "a private key".to_owned() })
    }

    /// The form that Go's `note` package gives private keys: `PRIVATE+KEY+name+id+base64`.
    pub fn to_text(&self) -> String {
        let mut key = vec![self.public.algorithm()];
        key.extend_from_slice(self.key.as_bytes());
        let public = &self.public;
        format!("PRIVATE+KEY+{}+{:08x}+{}", public.name, public.id(), BASE64_STANDARD.encode(key))
    }

    /// A signature line over `text`. `time` is in seconds since 1970 and signed by witnesses only.
    pub fn sign(&self, text: &str, time: u64) -> String {
        let mut bytes = self.public.id().to_be_bytes().to_vec();
        let message = match self.public.kind {
            KeyKind::Log => text.to_owned(),
            KeyKind::Witness => {
                bytes.extend_from_slice(&time.to_be_bytes());
                cosigned_text(text, time)
            }
        };
        bytes.extend_from_slice(&self.key.sign(message.as_bytes()).to_bytes());
        format!("— {} {}\n", self.public.name, BASE64_STANDARD.encode(bytes))
    }
}

fn cosigned_text(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// Whether `name` may name a key.
pub fn valid_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A signed note: text and signature lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct SignatureLine {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl SignatureLine {
    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = BASE64_STANDARD.decode(bytes).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        (valid_name(name) && !signature.is_empty()).then(|| Self {
            name: name.to_owned(),
            id: u32::from_be_bytes(*id),
            bytes: signature.to_vec(),
        })
    }

    fn write(&self, out: &mut String) {
        let bytes = [&self.id.to_be_bytes()[..], &self.bytes].concat();
        out.push_str(&format!("— {} {}\n", self.name, BASE64_STANDARD.encode(bytes)));
    }
}

impl Note {
    /// Reads a signed note; signatures are not checked.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed("it has control characters"));
        }
        let end =
            note.rfind("\n\n").ok_or(NoteError::Malformed("there is no empty line before signatures"))?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        if !lines.ends_with('\n') {
            return Err(NoteError::Malformed("it does not end with a line end"));
        }
        let signatures: Option<Vec<_>> =
            lines.lines().take(MAX_SIGNATURES + 1).map(SignatureLine::parse).collect();
        let signatures = signatures.ok_or(NoteError::Malformed("a line after the text is no signature"))?;
        if signatures.is_empty() || signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has no signature, or too many"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signed text, with its last line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks the signature of `key`: the time of signing for a witness's, nothing for a log's.
    pub fn verify(&self, key: &VerifierKey) -> Result<Option<u64>, NoteError> {
        let id = key.id();
        let mut found = None;
        for line in self.signatures.iter().filter(|line| line.name == key.name && line.id == id) {
            let checked = key.check(&self.text, &line.bytes);
            found = Some(checked.ok_or_else(|| NoteError::WrongSignature { name: key.name.clone() })?);
        }
        found.ok_or_else(|| NoteError::Unsigned { name: key.name.clone() })
    }

    /// The same note with the signatures of `other` added that are by one of `keys` and fit.
    #[must_use]
    pub fn with_signatures_of(mut self, other: &Note, keys: &[VerifierKey]) -> Self {
        for line in &other.signatures {
            let known = keys.iter().find(|key| key.name == line.name && key.id() == line.id);
            let fits = known.is_some_and(|key| key.check(&self.text, &line.bytes).is_some());
            let newer = self.signatures.iter().all(|own| (&own.name, own.id) != (&line.name, line.id));
            if fits && newer {
                self.signatures.push(line.clone());
            }
        }
        self
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = format!("{}\n", self.text);
        self.signatures.iter().for_each(|line| line.write(&mut out));
        f.write_str(&out)
    }
}

/// What a log states about itself: its name, how many entries it has and the root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// The log's name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
}

impl TreeHead {
    /// Reads the text of a checkpoint. Lines beyond the third are allowed and ignored.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let bad = NoteError::NotACheckpoint;
        let mut lines = text.strip_suffix('\n').ok_or(bad("it does not end with a line end"))?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(bad("it has no origin"))?;
        let size = lines.next().ok_or(bad("it has no size"))?;
        let size = decimal(size).ok_or(bad("its size is no number"))?;
        let root = lines.next().and_then(|line| BASE64_STANDARD.decode(line).ok());
        let root = root.and_then(|root| root.try_into().ok()).ok_or(bad("its root is no SHA-256 digest"))?;
        if lines.any(str::is_empty) {
            return Err(bad("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root: Digest(root) })
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root.0))
    }

    /// The signed checkpoint.
    pub fn sign(&self, key: &SignerKey) -> String {
        let text = self.text();
        let line = key.sign(&text, 0);
        format!("{text}\n{line}")
    }
}

/// A number without sign and without leading zeros: in all these formats one number is written in one way.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use signed_note::Verifiers as _;

    /// The example of C2SP signed-note.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONnc\
        AlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn reads_the_example_of_the_specification() {
        let key = VerifierKey::parse(KEY).unwrap();
        assert_eq!(key.to_string(), KEY);
        let note = Note::parse(NOTE).unwrap();
        assert_eq!(note.verify(&key), Ok(None));
        assert_eq!(note.to_string(), NOTE);
        let altered = Note::parse(&NOTE.replace("an example", "no example")).unwrap();
        assert_eq!(
            altered.verify(&key),
            Err(NoteError::WrongSignature { name: "example.com/foo".to_owned() })
        );
    }

    #[test]
    fn refuses_what_is_no_note_or_key() {
        for text in [
            "",
            "text",
            "text\n\n",
            "text\n\n— name AAAA\n",
            "text\n\n— name AAAAAAAA",
            "a\tb\n\n— n AAAAAAAA\n",
        ] {
            assert!(Note::parse(text).is_err(), "{text:?}");
        }
        for text in [
            "",
            "a+b",
            &KEY.replace("530d903a", "530d903b"),
            &KEY.replace("AekyeR", "AukyeR"),
            "+530d903a+AA==",
        ] {
            assert!(VerifierKey::parse(text).is_err(), "{text:?}");
        }
        for name in ["", "a b", "a+b", "a\nb", "a\u{3000}b"] {
            assert!(SignerKey::new(KeyKind::Log, name, &[1; 32]).is_err(), "{name:?}");
        }
    }

    #[test]
    fn agrees_with_another_implementation() {
        let key = SignerKey::new(KeyKind::Log, "lianchi.example/log", &[7; 32]).unwrap();
        assert_eq!(SignerKey::parse(&key.to_text()).unwrap().verifier(), key.verifier());
        let head = TreeHead {
            origin: "lianchi.example/log".to_owned(),
            size: 20_852_163,
            root: Digest::of(b"root"),
        };
        let note = head.sign(&key);
        assert_eq!(TreeHead::parse(Note::parse(&note).unwrap().text()), Ok(head.clone()));

        let theirs = signed_note::StandardVerifier::new(&key.verifier().to_string()).unwrap();
        let verifiers = signed_note::VerifierList::new(vec![Box::new(theirs)]);
        assert!(verifiers.verifier("lianchi.example/log", key.verifier().id()).is_ok());
        let (verified, _) =
            signed_note::Note::from_bytes(note.as_bytes()).unwrap().verify(&verifiers).unwrap();
        assert_eq!(verified.len(), 1);
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(head.text().as_bytes()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("lianchi.example/log", 20_852_163));
        assert_eq!(checkpoint.hash().0, head.root.0);
        assert_eq!(checkpoint.to_bytes(), head.text().into_bytes());

        let signer = signed_note::StandardSigner::new(&key.to_text()).unwrap();
        let mut again = signed_note::Note::new(head.text().as_bytes(), &[]).unwrap();
        again.add_sigs(&[&signer]).unwrap();
        assert_eq!(again.to_bytes(), note.into_bytes());
    }

    #[test]
    fn refuses_what_is_no_checkpoint() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        assert!(TreeHead::parse(&format!("o\n0\n{root}\n")).is_ok());
        assert!(TreeHead::parse(&format!("o\n1\n{root}\nextension\n")).is_ok());
        for text in [
            "",
            "o\n",
            "o\n1\n",
            "o\n1\nAAAA\n",
            "\n1\nR\n",
            "o\n01\nR\n",
            "o\n-1\nR\n",
            "o\n\nR\n",
            "o\n1\nR",
            "o\n1\nR\n\n",
        ] {
            assert!(TreeHead::parse(&text.replace('R', root)).is_err(), "{text:?}");
        }
    }

    #[test]
    fn witnesses_sign_the_time() {
        let log = SignerKey::new(KeyKind::Log, "log", &[1; 32]).unwrap();
        let witness = SignerKey::new(KeyKind::Witness, "witness", &[2; 32]).unwrap();
        let text = TreeHead { origin: "log".to_owned(), size: 1, root: Digest::of(b"") }.text();
        let note = format!("{text}\n{}{}", log.sign(&text, 0), witness.sign(&text, 1_679_315_147));
        let note = Note::parse(&note).unwrap();
        assert_eq!(note.verify(log.verifier()), Ok(None));
        let key = VerifierKey::parse(&witness.verifier().to_string()).unwrap();
        assert_eq!(note.verify(&key), Ok(Some(1_679_315_147)));
        let as_log = SignerKey::new(KeyKind::Log, "witness", &[2; 32]).unwrap();
        assert!(matches!(note.verify(as_log.verifier()), Err(NoteError::Unsigned { .. })));
    }
}
