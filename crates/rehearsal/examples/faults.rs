//! Loaded before the C library (`LD_PRELOAD`), makes chosen writes and syncs of a process fail, as a bad or a full disk
//! would. Counted are calls on files below `LIANCHI_FAULT_UNDER`; the count so far stands in the file
//! `LIANCHI_FAULT_COUNT`, as 8 bytes, and after it one byte: 0 before any call failed, 1 when a sync did, 2 when a write
//! did.
//!
//! - `LIANCHI_FAULT_IN=path` counts calls on that one file alone;
//! - `LIANCHI_FAULT_AT=n` fails the n-th counted call with the error number `LIANCHI_FAULT_ERROR`;
//! - `LIANCHI_FAULT_WHILE=path` fails every write from the n-th call on while that file exists, and, unless the disk is only
//!   full, every sync.
#![allow(
    unsafe_code,
    reason = "functions of the C library can only be replaced by such of the same unsafe form"
)]

use libc::{c_int, c_long, c_void, off_t, size_t, ssize_t};
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

struct Plan {
    under: Vec<u8>,
    alone: Option<Vec<u8>>,
    count: c_int,
    at: u64,
    error: c_int,
    held: Option<CString>,
}

static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
    let text = |name: &str| std::env::var_os(name);
    let number = |name: &str| text(name)?.to_str()?.parse::<u64>().ok();
    let path = |name: &str| CString::new(text(name)?.as_bytes()).ok();
    // SAFETY: the path is a valid C string.
    let count = path("LIANCHI_FAULT_COUNT")
        .map_or(-1, |path| unsafe { libc::open(path.as_ptr(), libc::O_CREAT | libc::O_WRONLY, 0o600) });
    Some(Plan {
        under: text("LIANCHI_FAULT_UNDER")?.as_bytes().to_vec(),
        alone: text("LIANCHI_FAULT_IN").map(|path| path.as_bytes().to_vec()),
        count,
        at: number("LIANCHI_FAULT_AT").unwrap_or(u64::MAX),
        error: number("LIANCHI_FAULT_ERROR")
            .and_then(|error| c_int::try_from(error).ok())
            .unwrap_or(libc::EIO),
        held: path("LIANCHI_FAULT_WHILE"),
    })
});
static CALLS: AtomicU64 = AtomicU64::new(0);

/// Whether this call on `fd` is to fail; then `errno` is set.
fn fails(fd: c_int, writes: bool) -> bool {
    // SAFETY: the thread's errno may always be written.
    let set_errno = |error| unsafe { *libc::__errno_location() = error };
    let Some(plan) = &*PLAN else { return false };
    let concerned =
        |path: &[u8]| path.starts_with(&plan.under) && plan.alone.as_ref().is_none_or(|alone| path == alone);
    if !path_of(fd, concerned) {
        return false;
    }
    let call = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
    if plan.count >= 0 {
        let bytes = call.to_le_bytes();
        // SAFETY: the buffer is 8 bytes long. A direct system call, so that it is not counted itself.
        unsafe { libc::syscall(libc::SYS_pwrite64, plan.count, bytes.as_ptr(), bytes.len(), 0 as off_t) };
    }
    let failing = match &plan.held {
        Some(path) => {
            let may = call >= plan.at && (writes || plan.error != libc::ENOSPC);
            // SAFETY: the path is a valid C string.
            may && unsafe { libc::access(path.as_ptr(), libc::F_OK) } == 0
        }
        None => call == plan.at,
    };
    if failing {
        let what = [if writes {
            2u8
        } else if is_log(fd) {
            1
        } else {
            3
        }];
        // SAFETY: the buffer is 1 byte long.
        unsafe { libc::syscall(libc::SYS_pwrite64, plan.count, what.as_ptr(), what.len(), 8 as off_t) };
        set_errno(plan.error);
    }
    failing
}

/// Whether it is the write-ahead log, whose syncs make durable what is acknowledged. Others come while the store is made, and
/// what they lose is made again.
fn is_log(fd: c_int) -> bool {
    path_of(fd, |path| path.ends_with(b"-wal"))
}

fn path_of(fd: c_int, holds: impl Fn(&[u8]) -> bool) -> bool {
    let Ok(link) = CString::new(format!("/proc/self/fd/{fd}")) else { return false };
    let mut path = [0u8; 512];
    // SAFETY: the buffer is as long as stated.
    let length = unsafe { libc::readlink(link.as_ptr(), path.as_mut_ptr().cast(), path.len()) };
    usize::try_from(length).is_ok_and(|length| path.get(..length).is_some_and(holds))
}

macro_rules! replace {
    ($name:ident($($arg:ident: $type:ty),*) -> $result:ty, $writes:literal, $call:expr) => {
        /// Stands in for the function of the C library.
        ///
        /// # Safety
        /// As that function's.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(fd: c_int, $($arg: $type),*) -> $result {
            if fails(fd, $writes) {
                return -1;
            }
            // SAFETY: handed on as it came.
            let result: c_long = unsafe { libc::syscall($call, fd, $($arg),*) };
            result as $result
        }
    };
}

replace!(write(bytes: *const c_void, count: size_t) -> ssize_t, true, libc::SYS_write);
replace!(pwrite(bytes: *const c_void, count: size_t, at: off_t) -> ssize_t, true, libc::SYS_pwrite64);
replace!(pwrite64(bytes: *const c_void, count: size_t, at: off_t) -> ssize_t, true, libc::SYS_pwrite64);
replace!(ftruncate(length: off_t) -> c_int, true, libc::SYS_ftruncate);
replace!(ftruncate64(length: off_t) -> c_int, true, libc::SYS_ftruncate);
replace!(fallocate(mode: c_int, from: off_t, length: off_t) -> c_int, true, libc::SYS_fallocate);
replace!(fsync() -> c_int, false, libc::SYS_fsync);
replace!(fdatasync() -> c_int, false, libc::SYS_fdatasync);
