use crate::code::SignInCode;
use crate::entropy::{Entropy, NoEntropy, draw};
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use pack::Title;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The least number of characters of a password.
pub const LEAST: usize = 10;
/// The greatest number of bytes of a password; a longer one is never right.
pub const MOST_BYTES: usize = 1024;

/// Passwords that everyone tries first, in small letters: the well-known lists' entries of ten characters and
/// more, and the lines that people here know by heart.
const BANNED: [&str; 46] = [
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "1234567891",
    "123456789a",
    "a123456789",
    "123456789q",
    "q123456789",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "qwertyuiop",
    "asdfghjkl;",
    "qwerty1234",
    "qwerty12345",
    "qwer123456",
    "asdf123456",
    "abc1234567",
    "abc123456789",
    "abcd123456",
    "aa12345678",
    "aa123456789",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "p@ssw0rd123",
    "admin123456",
    "administrator",
    "root123456",
    "test123456",
    "welcome123",
    "iloveyou12",
    "iloveyou1314",
    "woaini1314",
    "woaini520",
    "woaini5201314",
    "woaini123456",
    "5201314520",
    "1314520520",
    "床前明月光疑是地上霜",
    "春眠不觉晓处处闻啼鸟",
    "白日依山尽黄河入海流",
    "中华人民共和国万岁",
    "为人民服务为人民服务",
];

/// Why a password is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short.
    #[error("a password has at least {LEAST} characters; a sentence that only you would say does well")]
    Short,
    /// Too long to be hashed.
    #[error("a password has at most {MOST_BYTES} bytes; choose a shorter one")]
    Long,
    /// One that everyone tries first.
    #[error("this password is among those tried first; choose another")]
    Banned,
    /// One character again and again, or characters in the order of the alphabet or keyboard.
    #[error("this password follows a simple pattern; choose another")]
    Pattern,
    /// It holds what others know of the person.
    #[error("a password must not contain your sign-in name or telephone number; choose another")]
    Known,
    /// It has the form of a sign-in code.
    #[error("this has the form of a one-time sign-in code; choose another")]
    Code,
}

impl Weak {
    /// The reason in words.
    pub fn title(self) -> Title {
        let zh = match self {
            Self::Short => "密码至少10个字符；一句只有您会说的话就很好",
            Self::Long => "密码过长，请换一个短一些的",
            Self::Banned => "这个密码太常见，请换一个",
            Self::Pattern => "这个密码太有规律，请换一个",
            Self::Known => "密码不能包含登录名、姓名或电话号码，请换一个",
            Self::Code => "密码不能是一次性登录码的样子，请换一个",
        };
        let en = self.to_string();
        let mut letters = en.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        Title::new(zh, first.into_iter().chain(letters).collect::<String>())
    }
}

/// Whether `password` is good enough for a person of whom `known` is known (sign-in name, telephone number).
///
/// There are no rules about capitals, digits or marks: length is what counts (NIST SP 800-63B), and Chinese
/// sentences are welcome. The bytes are kept as typed, without Unicode normalisation: input methods for Chinese
/// yield one form.
///
/// # Errors
/// [`Weak`], the first that applies.
pub fn check(password: &str, known: &[&str]) -> Result<(), Weak> {
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    if password.chars().count() < LEAST {
        return Err(Weak::Short);
    }
    if password.len() > MOST_BYTES {
        return Err(Weak::Long);
    }
    let bare: String = letters.iter().filter(|letter| letter.is_alphanumeric()).collect();
    let small: String = letters.iter().collect();
    if BANNED.iter().any(|banned| *banned == small || *banned == bare) {
        return Err(Weak::Banned);
    }
    if is_pattern(&letters) {
        return Err(Weak::Pattern);
    }
    if SignInCode::read(password).is_some() {
        return Err(Weak::Code);
    }
    let holds = |word: &&str| word.chars().count() >= 4 && small.contains(&word.to_lowercase());
    if known.iter().any(holds) { Err(Weak::Known) } else { Ok(()) }
}

/// Whether all but two of the steps from letter to letter are by the same distance of at most one, or the whole is
/// a short piece repeated.
fn is_pattern(letters: &[char]) -> bool {
    let steps = || {
        letters.windows(2).filter_map(|pair| match pair {
            [a, b] => Some(i64::from(u32::from(*b)) - i64::from(u32::from(*a))),
            _ => None,
        })
    };
    let runs = (-1..=1).any(|by| steps().filter(|step| *step != by).count() <= 2);
    let repeats = |piece: usize| letters.iter().zip(letters.iter().skip(piece)).all(|(a, b)| a == b);
    runs || (1..=3).any(repeats)
}

/// The hash of a password as a PHC string, which names algorithm, cost and salt.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(String);

impl Hash {
    /// A hash as it was kept.
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}

/// A password could not be hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// There is no salt to be had.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The cost is out of bounds, or there is no memory for it.
    #[error("the password cannot be hashed ({0}); check the configured cost and the free memory")]
    Failed(String),
}

/// Hashes passwords. It takes as long as it takes, on purpose: call it where it holds nobody up, and bound how
/// many run at once, since each needs its memory.
pub trait Hasher {
    /// A new hash of `password`.
    ///
    /// # Errors
    /// [`HashError`].
    fn hash(&self, password: &str, entropy: &mut dyn Entropy) -> Result<Hash, HashError>;
    /// Whether `password` is the one that `hash` was made from; `false` for a hash that cannot be read.
    fn verify(&self, password: &str, hash: &Hash) -> bool;
    /// Whether `hash` was made at another cost than new ones, and should be made anew when the password is next
    /// known.
    fn is_outdated(&self, hash: &Hash) -> bool;
}

/// Argon2id (RFC 9106), version 0x13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2id {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Argon2id {
    /// What OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane.
    pub const OWASP: Self = Self { memory: 19 * 1024, passes: 2, lanes: 1 };
    /// As cheap as the algorithm allows: for tests, and for demonstrations that nobody can reach.
    pub const CHEAPEST: Self = Self { memory: 8, passes: 1, lanes: 1 };

    fn params(self) -> Result<Params, HashError> {
        Params::new(self.memory, self.passes, self.lanes, None)
            .map_err(|error| HashError::Failed(error.to_string()))
    }
}

/// Memory in which passwords were hashed, for the next ones: taken anew each time, it would stay with each thread that ever
/// hashed one. There is never more of it than passwords that are hashed at one time.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// What a password gives with the salt of a hash, at the hash's own cost: hashes made at another cost still count.
fn computed(password: &str, kept: &PasswordHash, length: usize) -> Option<Output> {
    let params = Params::try_from(kept).ok()?;
    let algorithm = Algorithm::try_from(kept.algorithm.as_str()).ok()?;
    let version = kept.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let hasher = Argon2::new(algorithm, version, params);
    let memory = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut blocks = memory().pop().unwrap_or_default();
    blocks.resize(hasher.params().block_count(), Block::default());
    let salt = kept.salt.as_ref()?;
    let mut output = vec![0; length];
    let filled = hasher.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut blocks);
    blocks.fill(Block::default());
    memory().push(blocks);
    filled.ok().and_then(|()| Output::new(&output).ok())
}

impl Hasher for Argon2id {
    fn hash(&self, password: &str, entropy: &mut dyn Entropy) -> Result<Hash, HashError> {
        let salt: [u8; 16] = draw(entropy)?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params()?);
        let hash = hasher.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| Hash(hash.to_string())).map_err(|error| HashError::Failed(error.to_string()))
    }

    fn verify(&self, password: &str, hash: &Hash) -> bool {
        let Ok(kept) = PasswordHash::new(hash.as_str()) else { return false };
        // Compared in a time that tells nothing.
        kept.hash.is_some_and(|right| computed(password, &kept, right.len()) == Some(right))
    }

    fn is_outdated(&self, hash: &Hash) -> bool {
        let kept = PasswordHash::new(hash.as_str()).ok().and_then(|hash| Params::try_from(&hash).ok());
        kept.is_none_or(|kept| {
            (kept.m_cost(), kept.t_cost(), kept.p_cost()) != (self.memory, self.passes, self.lanes)
        })
    }
}
