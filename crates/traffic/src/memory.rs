//! What is needed soon is asked of the memory early, so that it is there when its turn comes: what a step reads of a city does
//! not fit the caches, and a loop over its vehicles would else wait for each in turn.
#![allow(
    unsafe_code,
    reason = "a hint to the processor is unsafe by its type alone; no memory is read or written"
)]

/// Asks for the line of the cache in which something begins, and the next if it is longer. Nothing depends on it but time.
#[inline]
pub(crate) fn fetch<T>(of: &[T], place: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(thing) = of.get(place) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has the instruction, and it faults at no address.
        let ask = |line: *const i8| unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
        let line = std::ptr::from_ref(thing).cast::<i8>();
        ask(line);
        if size_of::<T>() > 64 {
            ask(line.wrapping_add(64));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (of, place);
}
