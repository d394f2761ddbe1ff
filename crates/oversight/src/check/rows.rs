//! Rows of bits, a lane each.

/// Whether none is set.
pub(super) fn is_empty(row: &[u64]) -> bool {
    row.iter().all(|word| *word == 0)
}

/// Adds the bits of the other.
pub(super) fn join(row: &mut [u64], other: &[u64]) {
    row.iter_mut().zip(other).for_each(|(mine, theirs)| *mine |= theirs);
}

/// Turns a square of bits about its diagonal: what was bit `j` of row `i` is then bit `i` of row `j`.
///
/// After Warren, Hacker's Delight (2nd ed.), 7-3: halves are exchanged, then halves of halves.
pub(super) fn turn(square: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, 0x0000_0000_ffff_ffff_u64);
    while width != 0 {
        let mut at = 0;
        while at < 64 {
            let moved = (square[at] >> width ^ square[at + width]) & mask;
            square[at] ^= moved << width;
            square[at + width] ^= moved;
            at = (at + width + 1) & !width;
        }
        width >>= 1;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn turns_a_square() {
        let row = |at: u64| (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut square: [u64; 64] = std::array::from_fn(|at| row(at as u64));
        turn(&mut square);
        for (at, turned) in square.iter().enumerate() {
            for bit in 0..64 {
                assert_eq!(turned >> bit & 1, row(bit) >> at & 1, "{at} {bit}");
            }
        }
    }
}
