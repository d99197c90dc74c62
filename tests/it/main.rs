//! The integration tests: one binary, a folder for each room or capability.
//!
//! | folder | what its tests show |
//! | --- | --- |
//! | `push` | what pushes bring is found and judged: messages, bytes, paths, trees, refs, history |
//! | `policy`, `rules`, `multilingual`, `evasion` | verdicts; the catalogue; honest and disguised text |
//! | `gate`, `protocol`, `platforms`, `stand_ins` | the hook under Git, and under Git platforms |
//! | `sequences`, `hostile` | generated series of pushes, and expensive pushes |
//! | `scan`, `cli` | audits of large and damaged repositories; commands |
//! | `install`, `doctor`, `owner`, `log` | what administrators use |
//! | `pages`, `code` | the documentation, and rules for the source |
//! | `support` | what all of them share |
//!
//! A test is as low as it can be: a function of the library, [`support::Client::submit`] for a
//! push, the program, `git push`. CONTRIBUTING.md (*Tests*) says when which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod cli;
mod code;
mod doctor;
mod evasion;
mod gate;
mod hostile;
mod install;
mod log;
mod multilingual;
mod owner;
mod pages;
mod platforms;
mod policy;
mod protocol;
mod push;
mod rules;
mod scan;
mod sequences;
mod stand_ins;
mod support;
