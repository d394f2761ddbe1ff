//! The secrets of a record: the key that signs its checkpoints and the master key under which subjects' keys are kept.

use crate::note::{KeyKind, NoteError, SignerKey, VerifierKey};
use crate::store::{KeyId, StoreError, SubjectKey};
use crate::{Digest, ObjectRef};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

const SIGNER: &str = "log.key";
const VERIFIER: &str = "log.pub";
const MASTER: &str = "master.key";
const NONCE: usize = 24;
const HANDED_OUT: &str = "handed out";

/// Where random bytes come from: the system, or a seeded source in tests.
pub type Random = Arc<dyn Fn(&mut [u8]) -> Result<(), StoreError> + Send + Sync>;

/// The secrets of a record.
#[derive(Clone)]
pub struct Keys {
    signer: SignerKey,
    master: [u8; 32],
    random: Random,
    /// Whether the file that hands out the key is another's, or none.
    misstated: bool,
}

impl Keys {
    /// Keys made from 32 random bytes each, for the log named `origin`.
    pub fn new(origin: &str, seed: &[u8; 32], master: [u8; 32], random: Random) -> Result<Self, NoteError> {
        Ok(Self { signer: SignerKey::new(KeyKind::Log, origin, seed)?, master, random, misstated: false })
    }

    /// Makes keys from the system's random bytes and writes them into `dir`, readable by their owner alone; those that
    /// are there already are read instead. The signing key is written last, so where it is, the others are.
    pub fn create_in(dir: &Path, origin: &str) -> Result<Self, StoreError> {
        if dir.join(SIGNER).exists() {
            return Self::open_in(dir);
        }
        let random = system_random();
        let (mut seed, mut master) = ([0; 32], [0; 32]);
        random(&mut seed)?;
        random(&mut master)?;
        let keys = Self::new(origin, &seed, master, random)
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        std::fs::create_dir_all(dir).map_err(|error| at(dir, &error))?;
        let write = |name: &str, text: &dyn std::fmt::Display| {
            let written = write_secret(dir, name, format!("{text}\n").as_bytes());
            written.map_err(|error| at(&dir.join(name), &error))
        };
        write(MASTER, &Digest(master))?;
        write(VERIFIER, keys.verifier())?;
        write(SIGNER, &keys.signer.to_text())?;
        Ok(keys)
    }

    /// Reads the keys in `dir`.
    pub fn open_in(dir: &Path) -> Result<Self, StoreError> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|error| {
                StoreError::Failed(format!(
                    "the key `{}` cannot be read: {error}; restore it",
                    path.display()
                ))
            })
        };
        let damaged = |name: &str| StoreError::damaged(format!("the key `{}`", dir.join(name).display()));
        let signer = SignerKey::parse(&read(SIGNER)?).map_err(|_| damaged(SIGNER))?;
        let text = read(MASTER)?;
        let master = Digest::parse(text.trim()).filter(|master| master.to_string() == text.trim());
        let master = master.ok_or_else(|| damaged(MASTER))?;
        let stated = std::fs::read_to_string(dir.join(VERIFIER)).unwrap_or_default();
        let misstated = stated.trim() != signer.verifier().to_string();
        Ok(Self { signer, master: master.0, random: system_random(), misstated })
    }

    /// What is wrong with the file that hands out the key that checks checkpoints. Nothing here reads it, but people do.
    pub(crate) fn misstated(&self) -> Option<String> {
        self.misstated.then(|| format!("it should hold `{}`; write that into it", self.verifier()))
    }

    /// The key that signs checkpoints.
    pub fn signer(&self) -> &SignerKey {
        &self.signer
    }

    /// The key that checks checkpoints, to be handed out.
    pub fn verifier(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    pub(crate) fn random_key(&self) -> Result<[u8; 32], StoreError> {
        let mut key = [0; 32];
        (self.random)(&mut key)?;
        Ok(key)
    }

    /// What only who has these keys can say of `text`: a digest of it that begins with a secret. The secret is hashed anew with
    /// the digest, so that nothing can be added to the text.
    pub(crate) fn seal_of(&self, text: &str) -> Digest {
        let secret = Digest::of(&[b"lianchi head 1\n", &self.master[..]].concat());
        let inner = Digest::of(&[&secret.0, text.as_bytes()].concat());
        Digest::of(&[secret.0, inner.0].concat())
    }

    /// A new key for `subject`, sealed under the master key.
    pub(crate) fn make_subject_key(&self, subject: &ObjectRef) -> Result<SubjectKey, StoreError> {
        let (key, mut id) = (self.random_key()?, [0; 8]);
        (self.random)(&mut id)?;
        let wrapped = self.encrypt(&self.master, &key_context(subject, &id), &key)?;
        Ok(SubjectKey { subject: subject.clone(), id, wrapped })
    }

    /// The key itself; `None` when it was not sealed under this master key for this subject.
    pub(crate) fn unwrap_key(&self, key: &SubjectKey) -> Option<[u8; 32]> {
        let plain = decrypt(&self.master, &key_context(&key.subject, &key.id), &key.wrapped)?;
        plain.try_into().ok()
    }

    /// `plain` sealed under `key` for its subject: the key's id, a nonce, then the sealed text. `kind` keeps apart
    /// what is sealed for different uses.
    pub(crate) fn seal(&self, key: &SubjectKey, kind: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let secret = self.unwrap_key(key).ok_or_else(|| damaged_key(&key.subject))?;
        let sealed = self.encrypt(&secret, &context(kind, &key.subject), plain)?;
        Ok([&key.id[..], &sealed].concat())
    }

    /// What [`Self::seal`] sealed; `None` when another key did, or when it was altered.
    pub(crate) fn unseal(&self, key: &SubjectKey, kind: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let sealed = sealed.strip_prefix(&key.id[..])?;
        decrypt(&self.unwrap_key(key)?, &context(kind, &key.subject), sealed)
    }

    /// `plain` sealed for `subject` under a key that is none of its own: for what is handed out and comes back. Nothing of it is
    /// kept, so that nothing of it has to be erased.
    pub(crate) fn hand_out(&self, subject: &ObjectRef, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.encrypt(&self.handing_key(), &context(HANDED_OUT, subject), plain)
    }

    /// What [`Self::hand_out`] sealed for `subject`; `None` when it was sealed for another, or altered.
    pub(crate) fn take_back(&self, subject: &ObjectRef, sealed: &[u8]) -> Option<Vec<u8>> {
        decrypt(&self.handing_key(), &context(HANDED_OUT, subject), sealed)
    }

    fn handing_key(&self) -> [u8; 32] {
        Digest::of(&[b"lianchi handed out 1\n", &self.master[..]].concat()).0
    }

    fn encrypt(&self, key: &[u8; 32], context: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        (self.random)(&mut nonce)?;
        let payload = Payload { msg: plain, aad: context };
        let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Failed("a value is too long to be sealed".to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }
}

pub(crate) fn damaged_key(subject: &ObjectRef) -> StoreError {
    StoreError::damaged(format!("the key of `{subject}` was not sealed under this record's master key"))
}

fn decrypt(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: context };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).ok()
}

fn context(kind: &str, subject: &ObjectRef) -> Vec<u8> {
    let (of, id) = (subject.kind.as_str(), subject.id.as_str());
    format!("lianchi {kind} 1\n{}\n{of}\n{id}", of.len()).into_bytes()
}

fn key_context(subject: &ObjectRef, id: &KeyId) -> Vec<u8> {
    [&context("key", subject), &id[..]].concat()
}

/// Random bytes from the operating system.
pub fn system_random() -> Random {
    Arc::new(|bytes| {
        getrandom::fill(bytes).map_err(|error| StoreError::Failed(format!("no random bytes: {error}")))
    })
}

/// Writes a file that its owner alone may read, from its first byte on; once this returns it is there for good, whole.
pub fn write_secret(dir: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    let draft = dir.join(format!("{name}.new"));
    // One that was left over could have been made for others to read.
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, dir.join(name))?;
    File::open(dir)?.sync_all()
}

pub(crate) fn at(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Failed(format!("`{}`: {error}", path.display())),
    }
}
