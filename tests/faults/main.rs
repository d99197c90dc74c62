//! Faults of the machine while a push is checked: the hook is killed at each of its system
//! calls, each of them fails, disks are full or read-only, the clock jumps, hooks run at once.
//!
//! After each fault one of two things holds: the push was refused, or it is on record whole and
//! what it owes the ledger is there. The chain of the log goes on, and no record is lost.
//!
//! `tests/faults/run` installs what is missing (strace, faketime) and runs the suite as root,
//! which may mount file systems; it is left out of `cargo test` unless the feature
//! `fault-suite` is asked for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod clock;
mod disks;
mod side_by_side;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the other suites, which use more of it")]
mod support;
mod system_calls;
mod workshop;
