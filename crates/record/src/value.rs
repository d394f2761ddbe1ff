use crate::{Name, ObjectRef, Time};
use std::fmt;

/// A typed attribute value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text in UTF-8.
    Text(Box<str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; may be infinite or no number at all, since logs contain such.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A moment.
    Time(Time),
    /// An identifier that XES declares as such (`<id>`).
    Id(Box<str>),
    /// Values in order.
    List(Vec<Value>),
    /// Named values in order; a name may occur twice, as XES containers allow.
    Map(Vec<(Name, Value)>),
    /// A value that has attributes of its own, as XES allows for any.
    Annotated(Box<Value>, Vec<(Name, Value)>),
    /// A personal value, readable only with the subject's key.
    Sealed(SealedRef),
    /// An attached file.
    File(FileRef),
}

impl Value {
    /// What is cited by a [`Value::Sealed`].
    pub fn as_sealed(&self) -> Option<&SealedRef> {
        match self {
            Self::Sealed(sealed) => Some(sealed),
            _ => None,
        }
    }

    /// The text of a [`Value::Text`].
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a [`Value::Integer`].
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

/// Where a personal value is kept. The record holds this in place of the value, so erasing the subject's key and the
/// sealed bytes leaves every proof intact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct SealedRef {
    /// Whose data it is.
    pub subject: ObjectRef,
    /// SHA-256 of the sealed bytes.
    pub digest: Digest,
}

/// A file attached to an event, kept by the digest of its content.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct FileRef {
    /// SHA-256 of the stored bytes: of the sealed ones when the file is personal.
    pub digest: Digest,
    /// The name it was given, shown to people and never used as a path.
    pub name: Box<str>,
    /// Found from the content, not from the name.
    pub media_type: Box<str>,
    /// Length of the unsealed content in bytes.
    pub size: u64,
    /// Whose personal data it holds, if anyone's.
    pub subject: Option<ObjectRef>,
}

/// A SHA-256 digest, written in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of all that `source` still holds, without ever holding it whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_all(source: &mut impl std::io::Read) -> std::io::Result<Self> {
        use sha2::Digest as _;
        let (mut hash, mut buffer) = (sha2::Sha256::new(), vec![0; 64 << 10]);
        loop {
            match source.read(&mut buffer)? {
                0 => return Ok(Self(hash.finalize().into())),
                count => hash.update(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
