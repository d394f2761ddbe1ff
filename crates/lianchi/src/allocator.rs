//! What one thread makes another lets go of, entries above all: with the system's allocator whoever follows the record spends
//! much of the time looking through what was let go of.
#![allow(unsafe_code, reason = "the allocator is set up through its C interface")]

use libmimalloc_sys::{mi_option_set, mi_option_t};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`, which the bindings do not name; its number is the same in all versions since 2.0.
const PURGE_DELAY: mi_option_t = 15;

/// Has memory that is not needed go back to the system at once: a city that is quiet shall not hold what its start took. To be
/// called before there is a second thread.
pub fn keep_little() {
    // SAFETY: it sets a number that the allocator reads, and nobody else runs yet.
    unsafe { mi_option_set(PURGE_DELAY, 0) }
}
