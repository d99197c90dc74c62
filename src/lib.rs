//! `provost` finds the marks that AI coding tools leave in Git data and checks them against an
//! organisation's policy.
//!
//! The crate is the library behind the program `provost`, and no general-purpose API: its types
//! change with any version. The README says how the program is used; `docs/architecture.md`
//! explains the decisions behind the code.
//!
//! # The flow of a push
//!
//! `git receive-pack` runs `provost pre-receive` before it moves a ref. [`cli`] parses the
//! arguments and hands the push to [`gate::Gate::check`], which leads it through these steps:
//!
//! 1. **Arrive.** [`git::parse_updates`] reads `<old> <new> <ref>` lines from standard input into
//!    [`git::RefUpdate`]s. The [`platform`] that the installation recorded reads the environment
//!    into a [`platform::Context`]: who pushes, to which repository. Together they are a
//!    [`push::Push`]. The old value in each line is a claim; [`push::Push::resolve`] looks up the
//!    real one.
//! 2. **Open.** [`git::Repository`] opens the repository with the quarantine that holds the
//!    pushed objects.
//! 3. **Configure.** [`config::load`] merges the layers of `rules.toml`, weakest first, into a
//!    [`config::Config`]: the catalogue of tools ([`rules`]) and the [`policy::Policy`]. Nothing
//!    that the push brings is read as configuration.
//! 4. **Check.** A child process without the right to write runs [`scan`]. It walks the commits
//!    that are new for each ref, reads each once, and gives messages, identities, signatures,
//!    paths and contents to the [`marker::Matchers`]. Each mark becomes a [`finding::Finding`].
//!    [`policy::Judge`] turns a finding into a [`policy::Decision`] with a verdict and the line of
//!    the policy that decided. The result is a [`report::Report`].
//! 5. **Record.** [`log::append`] writes a [`log::Record`] to the decision log before the pusher
//!    gets an answer.
//! 6. **Answer.** [`gate::Answer`] holds the text for the pusher and the exit code: 0 accepts the
//!    push, 1 rejects it by policy, 2 rejects it because it could not be checked.
//!
//! A step that fails keeps what is known, so every push ends in a record and an answer.
//!
//! `provost check`, `pre-push` and `audit` open, configure and check in the same way, in their own
//! process. They differ in the commits that count as new, and write the report in a
//! [`report::Format`].
//!
//! # Rooms
//!
//! A room is a top-level module. Each may use the rooms on lower floors, never one on its own
//! floor or above; `tests/it/code/layers.rs` reads this picture and fails otherwise:
//!
//! ```text
//! 13 fuzzing     doors to private readers, for fuzz/ alone (feature `fuzzing`)
//! 12 cli         commands, arguments, exit codes
//! 11 doctor      proving that an installed hook works
//! 10 gate        the life of a push on a server, from its arrival to its answer
//! 9  scan        push or history -> findings -> verdicts -> report
//! 9  log         the decision log: records, their chain, and reading them again
//! 8  report      what was found and decided; one file per output format
//! 8  install     putting the hook on a server: plans, and carrying them out
//! 7  state       baselines, and the ledger of what was let in unjudged or by exception
//! 6  config      configuration layers: built-in, system, repository, --rules
//! 5  rules       the catalogue: tools, markers, models, compiled into matchers
//! 5  policy      finding -> verdict
//! 4  marker      one file per marker kind
//! 3  finding     a marker seen at one place; no opinion
//! 3  owner       acting as the account that owns something; files without links
//! 2  push        what the server told the hook
//! 2  platform    one file per platform: who pushes, where, how its lines begin, where hooks go
//! 1  document    TOML with places and collected problems
//! 1  git         repositories, raw objects, new commits, changes (the only user of git2)
//! 0  file        regular files only: no pipe is waited for, sizes have a bound
//! 0  text        escaping, lines, decoding, folding, words
//! ```

pub mod cli;
pub mod config;
pub mod doctor;
pub mod document;
pub mod file;
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
pub mod state;
pub mod text;
