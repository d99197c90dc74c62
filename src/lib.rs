//! `provost` finds the marks that AI coding tools leave in Git data and judges them by
//! an organisation's policy.
//!
//! Rooms by floor; each may use what is below it, never what is beside or above it:
//!
//! ```text
//! 12 fuzzing     doors to private readers, for fuzz/ alone (feature `fuzzing`)
//! 11 cli         commands, arguments, exit codes
//! 10 doctor      proving that an installed hook works
//! 9  gate        the life of a push on a server, from its arrival to its answer
//! 8  scan        push or history -> findings -> verdicts -> report
//! 8  log         the decision log: records, their chain, and reading them again
//! 7  report      what was found and decided; one file per output format
//! 7  install     putting the hook on a server: plans, and carrying them out
//! 6  config      configuration layers: built-in, system, repository, --rules
//! 5  rules       the catalogue: tools, markers, models, compiled into matchers
//! 5  policy      finding -> verdict
//! 4  marker      one file per marker kind
//! 3  finding     a marker seen at one place; no opinion
//! 3  owner       acting as the account that owns something; files without links
//! 2  push        what the server told the hook
//! 2  platform    who pushes, where, and how to speak to him
//! 1  git         repositories, raw objects, new commits, changes (the only user of git2)
//! 0  text        escaping, lines, decoding, folding
//! 0  document    TOML with places and collected problems
//! ```

pub mod cli;
pub mod config;
pub mod doctor;
pub mod document;
pub mod finding;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod gate;
pub mod git;
pub mod install;
pub mod log;
pub mod marker;
pub mod owner;
pub mod platform;
pub mod policy;
pub mod push;
pub mod report;
pub mod rules;
pub mod scan;
pub mod text;
