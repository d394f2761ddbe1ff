//! No damaged or hostile input makes a reader of this crate panic, hang or fill the memory; a log is taken in whole, or
//! an error names the place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bombs;
#[path = "../logs/mod.rs"]
mod logs;
mod logs_read;
#[path = "../mutate/mod.rs"]
mod mutate;
mod proofs;
mod samples;
mod words;

use mutate::{Sample, campaign};

/// Tries mutants of all samples of a family.
fn check(family: &str, samples: &[Sample], mut read: impl FnMut(&[u8]) -> Result<bool, String>) {
    match campaign(samples, &mut read) {
        Ok(tried) => println!(
            "{family}: {} mutants, {} of them read; at most {} KiB and {:?}",
            tried.mutants,
            tried.sound,
            tried.most_memory >> 10,
            tried.longest
        ),
        Err(broken) => panic!("{family}: {broken}"),
    }
}

/// What the checks themselves would find.
#[test]
fn a_campaign_can_fail() {
    let sample = || [samples::csv(7)];
    let broken = |read: &mut dyn FnMut(&[u8]) -> Result<bool, String>| campaign(&sample(), read).unwrap_err();
    let hoards = &mut |_: &[u8]| Ok(vec![1_u8; 60 << 20].len() > 1);
    assert!(broken(hoards).contains("it held 6"));
    let drops = &mut |bytes: &[u8]| if bytes.len() < 100 { Err("dropped".to_owned()) } else { Ok(true) };
    assert!(broken(drops).contains(": dropped\n"));
    let panics = &mut |bytes: &[u8]| Ok(bytes.iter().all(|byte| byte.is_ascii()) || panic!("on purpose"));
    assert!(broken(panics).contains("it panicked"));
    assert!(broken(&mut |_| Ok(false)).contains("the sample itself is not read"));
}
