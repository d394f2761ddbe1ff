//! How a store keeps the head of its tree: the text of the checkpoint, with a seal that only who has the record's keys can
//! make or check. A signature, which anyone can check, takes twenty times as long; it is made from the sealed head when
//! somebody asks for the checkpoint, and not at each commit.

use crate::keys::Keys;
use crate::note::TreeHead;

/// The head as it is kept.
pub(crate) fn seal(head: &TreeHead, keys: &Keys) -> String {
    let text = head.text();
    format!("{text}\n{}\n", keys.seal_of(&text))
}

/// The head that was kept so.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn open(sealed: &str, keys: &Keys) -> Result<TreeHead, &'static str> {
    let (text, seal) = split(sealed).ok_or("it has no seal")?;
    // To the letter: a seal in capitals would be the same number, and not what was written.
    if keys.seal_of(text).to_string() != seal {
        return Err("its seal does not fit; it was altered, or the keys are another record's");
    }
    TreeHead::parse(text).map_err(|_| "it is none")
}

/// The size that a head states, whether its seal fits or not.
pub(crate) fn size(sealed: &str) -> Option<u64> {
    TreeHead::parse(split(sealed)?.0).ok().map(|head| head.size)
}

/// The text, with its last line end, and the seal.
fn split(sealed: &str) -> Option<(&str, &str)> {
    let (text, seal) = sealed.strip_suffix('\n')?.rsplit_once("\n\n")?;
    Some((sealed.get(..=text.len())?, seal))
}
