//! What `.ci/package` has built: the static program, run in roots that hold nothing else,
//! and the Debian package, put on, upgraded and taken off by dpkg.
//!
//! `tests/packaging/run` installs what is missing and runs the suite as root; it is left
//! out of `cargo test` unless the feature `package-suite` is asked for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod accounts;
mod built;
mod contents;
mod doctor_unit;
mod emulated;
mod hook_environment;
mod package;
mod root;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the other suites, which use more of it")]
mod support;
