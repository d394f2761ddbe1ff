use sha2::{Digest as _, Sha256};

/// Where random bytes come from. In tests [`Seeded`] stands in, so that ids and tokens can be
/// foretold.
pub trait Entropy {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`NoEntropy`] when there are none to be had.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The system gives no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes; check that `/dev/urandom` can be read, then try again")]
pub struct NoEntropy;

/// The operating system's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|_| NoEntropy)
    }
}

/// `N` random bytes.
pub(crate) fn draw<const N: usize>(entropy: &mut dyn Entropy) -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}

/// SHA-256 of a counter: the same ids and tokens from the same seed. For rehearsals; never where a token or a key
/// is to be secret.
#[derive(Clone, Copy, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// Bytes that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed << 32)
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        for chunk in bytes.chunks_mut(32) {
            self.0 = self.0.wrapping_add(1);
            let block = Sha256::digest(self.0.to_le_bytes());
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}
