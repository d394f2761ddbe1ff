use crate::directory::narrow;
use crate::entropy::{Entropy, NoEntropy, draw};
use std::fmt;

/// How long a sign-in code holds, in seconds: three days, so that one given out on a Friday serves on Monday.
pub const LASTS: i64 = 3 * 86_400;

/// Letters and digits that are not taken for one another, however they are written or read out.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const GROUP: usize = 4;
const GROUPS: usize = 3;

/// A code by which a person may once choose a password: 60 random bits as `K7QM-29XR-TB4H`.
///
/// No password has this form, so that from what somebody typed it is known what it must be held against.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInCode(String);

impl SignInCode {
    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn random(entropy: &mut dyn Entropy) -> Result<Self, NoEntropy> {
        let bytes: [u8; GROUP * GROUPS] = draw(entropy)?;
        let letter =
            |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map_or('2', |letter| char::from(*letter));
        let groups = bytes.chunks(GROUP).map(|group| group.iter().map(letter).collect::<String>());
        Ok(Self(groups.collect::<Vec<_>>().join("-")))
    }

    /// Reads a code as a person typed it, in capitals or not; none where it has not a code's form.
    pub fn read(text: &str) -> Option<Self> {
        let typed: String = text.trim().chars().map(narrow).collect::<String>().to_uppercase();
        let mut groups = 0;
        for group in typed.split('-') {
            groups += 1;
            if group.len() != GROUP || !group.bytes().all(|byte| ALPHABET.contains(&byte)) {
                return None;
            }
        }
        (groups == GROUPS).then_some(Self(typed))
    }

    /// The code, to be handed to its person and kept nowhere.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::SignInCode;
    use crate::entropy::Seeded;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let mut entropy = Seeded::new(1);
        for _ in 0..64 {
            let code = SignInCode::random(&mut entropy).unwrap();
            let text = code.text();
            assert_eq!(text.len(), 14, "{text}");
            for typed in [text.to_owned(), text.to_lowercase(), format!(" {text}\n"), text.replace('-', "－")]
            {
                assert_eq!(SignInCode::read(&typed).as_ref(), Some(&code), "{typed}");
            }
        }
        for other in
            ["", "K7QM-29XR", "K7QM-29XR-TB4", "K7QM-29XR-TB4H-2222", "K7QM 29XR TB4H", "KIQM-29XR-TB4H"]
        {
            assert_eq!(SignInCode::read(other), None, "{other}");
        }
    }
}
