use crate::code::SignInCode;
use crate::directory::{Directory, NameKey};
use crate::entropy::Entropy;
use crate::password::{self, Hash, HashError, Hasher};
use crate::person::PersonId;
use crate::throttle::{Origin, Throttle, Wait};
use pack::Title;
use std::net::IpAddr;

/// Why somebody is not signed in. None of these tells whether a name exists to one who does not know its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such name, or not its password.
    #[error("the sign-in name or the password is wrong; check both and try again")]
    Wrong,
    /// Name and password are right, but the person is locked.
    #[error("this person is locked; ask your office's administrator")]
    Locked,
    /// Name and one-time code are right, but a code opens nothing until its person has chosen a password.
    #[error("the one-time code is right; choose a password with it on the sign-in page")]
    Choose,
    /// Too many failures.
    #[error("too many failed tries; try again in {seconds} s")]
    Wait {
        /// How long to wait.
        seconds: i64,
    },
}

impl Refused {
    /// The reason in words.
    pub fn title(self) -> Title {
        match self {
            Self::Wrong => Title::new("登录名或密码不正确", "The sign-in name or the password is wrong"),
            Self::Locked => Title::new(
                "账号已停用，请联系单位管理员",
                "You are locked out; ask your office's administrator",
            ),
            Self::Choose => {
                Title::new("登录码正确，请先设置密码", "The code is right; now choose a password")
            }
            Self::Wait { seconds } => Title::new(
                format!("尝试次数过多，请在 {seconds} 秒后重试"),
                format!("Too many failed tries; try again in {seconds} seconds"),
            ),
        }
    }
}

/// A try that was let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    name: NameKey,
    origin: Origin,
    /// Who signs in by that name. The caller fetches this person's [`Account`], and must answer alike when there
    /// is none.
    pub person: Option<PersonId>,
}

/// What a password is held against: a person's fold, its hash unsealed.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose.
    pub person: PersonId,
    /// Whether they are kept from signing in.
    pub locked: bool,
    /// The password's hash; none where none was set, or the person was erased.
    pub hash: Option<Hash>,
    /// The hash of a sign-in code that still holds.
    pub code: Option<Hash>,
    /// [`crate::person::Standing::sessions_after`].
    pub after: Option<u64>,
}

/// Name and password are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// Who signed in.
    pub person: PersonId,
    /// Whether the password should be hashed anew, at the cost that now stands.
    pub outdated: bool,
    /// [`Account::after`]: a session that is opened now stands only if nothing ended sessions while the password was held
    /// against its hash, which is slow.
    pub after: Option<u64>,
}

/// The first of three steps: asks the throttle, and looks the name up. It is quick, and may hold locks on both.
///
/// # Errors
/// [`Refused::Wait`].
pub fn begin(
    throttle: &mut Throttle,
    directory: &Directory,
    name: &str,
    address: IpAddr,
    now: i64,
) -> Result<Try, Refused> {
    let (name, origin) = (directory.key(name), Origin::from(address));
    throttle.admit(name, origin, now).map_err(|Wait(seconds)| Refused::Wait { seconds })?;
    Ok(Try { name, origin, person: directory.find(name) })
}

/// The third step: tells the throttle how it went.
pub fn finish(throttle: &mut Throttle, tried: Try, result: &Result<Welcome, Refused>) {
    if !matches!(result, Err(Refused::Wrong)) {
        throttle.succeeded(tried.name, tried.origin);
    }
}

/// Holds passwords against accounts, with the same work whether there is an account or not.
#[derive(Clone, Debug)]
pub struct Door<H> {
    hasher: H,
    /// The hash of a password that nobody knows, made at the cost of all others.
    nobody: Hash,
}

impl<H: Hasher> Door<H> {
    /// A door that uses `hasher`.
    ///
    /// # Errors
    /// When a password cannot be hashed.
    pub fn new(hasher: H, entropy: &mut dyn Entropy) -> Result<Self, HashError> {
        let unknown = crate::entropy::draw::<32>(entropy)?;
        let nobody = hasher.hash(&record::Digest(unknown).to_string(), entropy)?;
        Ok(Self { hasher, nobody })
    }

    /// What makes new hashes.
    pub fn hasher(&self) -> &H {
        &self.hasher
    }

    /// The second step: verifies exactly one hash, the account's or nobody's. It is slow, and holds no lock.
    ///
    /// What has the form of a sign-in code is held against the account's code, all else against its password.
    ///
    /// # Errors
    /// [`Refused::Wrong`], [`Refused::Locked`], or [`Refused::Choose`] for a right code.
    pub fn verify(&self, account: Option<&Account>, password: &str) -> Result<Welcome, Refused> {
        // Refused before anything is looked at: how long a text is hashed for must not be the sender's choice.
        if password.len() > password::MOST_BYTES {
            return Err(Refused::Wrong);
        }
        let code = SignInCode::read(password);
        let kept = account.and_then(|account| match code {
            Some(_) => account.code.as_ref(),
            None => account.hash.as_ref(),
        });
        let typed = code.as_ref().map_or(password, SignInCode::text);
        let right = self.hasher.verify(typed, kept.unwrap_or(&self.nobody));
        match (account, kept) {
            (Some(account), Some(_)) if right && account.locked => Err(Refused::Locked),
            (Some(_), Some(_)) if right && code.is_some() => Err(Refused::Choose),
            (Some(account), Some(hash)) if right => Ok(Welcome {
                person: account.person,
                outdated: self.hasher.is_outdated(hash),
                after: account.after,
            }),
            _ => Err(Refused::Wrong),
        }
    }
}
