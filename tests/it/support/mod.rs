//! What the integration tests share: throw-away servers and clients, driven by real git.
//!
//! Everything happens below one temporary directory per test ([`Sandbox`]), in an
//! environment that holds nothing of the machine's own configuration, with fixed dates:
//! object ids are the same on every run. A test makes a [`TestServer`], takes a
//! [`Client`] from it, commits, pushes, and asks [`Pushed`] what became of each ref.

pub(crate) mod accounts;
mod client;
mod commit;
mod pushed;
pub(crate) mod random;
pub(crate) mod receive_pack;
mod sandbox;
mod server;
mod store;
mod submit;
mod template;

pub(crate) use client::Client;
pub(crate) use commit::refspec;
pub(crate) use pushed::Pushed;
pub(crate) use random::Random;
pub(crate) use sandbox::{Finished, PROVOST, Run, Sandbox};
pub(crate) use server::{Options, TestServer};

/// The trailer that Claude Code writes: the built-in policy rejects it.
pub(crate) const CLAUDE: &str = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";
/// The id of the marker that finds [`CLAUDE`].
pub(crate) const CLAUDE_MARKER: &str = "claude-code/co-author";

/// A message that the built-in policy rejects.
pub(crate) fn marked(subject: &str) -> String {
    format!("{subject}\n\n{CLAUDE}\n")
}

/// A message that it accepts, although it names a person called Claude.
pub(crate) fn clean(subject: &str) -> String {
    format!("{subject}\n\nReviewed-by: Claude Paroz <claude@2xlibre.net>\n")
}

/// Says on standard error that a test was left out, and why.
#[allow(
    clippy::print_stderr,
    reason = "a test that does nothing must not look like one that passed"
)]
pub(crate) fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Prints the figures of a test: shown with `--nocapture`, and when it fails.
#[allow(clippy::print_stdout, reason = "the harness keeps what a test prints until it fails")]
pub(crate) fn figures(text: &str) {
    println!("{text}");
}
