//! Reading what was saved as bytes, piece by piece.

/// The next `N` bytes of `rest`.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*first)
}

/// The next `length` bytes of `rest`, as text.
pub(crate) fn take_text<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a str> {
    let (first, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(first).ok()
}
