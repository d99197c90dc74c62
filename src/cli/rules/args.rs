//! The arguments of `provost rules`, declared once.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::add::Add;
use crate::cli::args::Costly;
use crate::finding::{Confidence, Kind};

/// Show, check, try and change the rules.
///
/// Every command looks at the layers in force: the built-in rules, those of the machine,
/// those of the repository that it is run in, and --rules. Nothing here judges a push.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Exit codes:
  0  done, and what was checked is in order
  1  the check failed (lint, test)
  2  could not be done: broken rules, unreadable files, unknown names

A way to change a rule:
  provost rules show cursor/co-author                what it looks for, who says so
  provost rules set cursor/co-author confidence=weak --file draft.toml
  provost rules try draft.toml /srv/git/*.git        what that would change
  provost rules test --rules draft.toml my-cases/    do my own examples still hold?")]
pub(in crate::cli) struct Rules {
    #[command(subcommand)]
    pub(in crate::cli) command: RulesCommand,
}

// What each is for stands at its arguments: said here, it would hide all but its first line.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    List(List),
    Show(Show),
    Lint(Lint),
    Test(Test),
    Explain(Explain),
    Try(Try),
    Compare(Compare),
    Disable(Disable),
    Set(Set),
    Add(Add),
}

/// How a list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Shape {
    /// Text for people
    Human,
    /// One JSON document
    Json,
}

pub(super) fn kind(text: &str) -> Result<Kind, String> {
    word(text, &Kind::WORDS)
}

pub(super) fn confidence(text: &str) -> Result<Confidence, String> {
    word(text, &Confidence::WORDS)
}

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    found.ok_or_else(|| format!("it is one of {}", known.join(", ")))
}

/// List the markers, and which layer each comes from.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules list --tool claude-code
  provost rules list --vendor OpenAI --kind path
  provost rules list --disabled
  provost rules list --confidence weak --format json")]
pub(in crate::cli) struct List {
    /// Only this tool's
    #[arg(long, value_name = "ID")]
    pub(super) tool: Option<String>,
    /// Only the tools' of this vendor
    #[arg(long, value_name = "NAME")]
    pub(super) vendor: Option<String>,
    /// Only of this kind
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(super) kind: Option<Kind>,
    /// Only of this confidence
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub(super) confidence: Option<Confidence>,
    /// Only those that are switched off
    #[arg(long)]
    pub(super) disabled: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Show all that is known of a marker or a tool.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules show claude-code/co-author
  provost rules show claude-code")]
pub(in crate::cli) struct Show {
    /// A marker's id (`claude-code/co-author`) or a tool's (`claude-code`)
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Look for mistakes, and for what is hardly meant.
///
/// Without a FILE all layers in force are looked at. A FILE is looked at as if it were
/// in force: in the place of the layer of the same path, or else over the others.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules lint
  provost rules lint /etc/provost/rules.toml
  provost rules lint --strict draft.toml")]
pub(in crate::cli) struct Lint {
    /// Files of rules
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Fail on warnings too
    #[arg(long)]
    pub(super) strict: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Run the examples of all layers, and your own cases.
///
/// A PATH is a TOML file of [[case]] tables, or a directory with such files and with
/// plain messages in hit/<tool-id>/ and miss/. docs/rules.md describes both.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules test
  provost rules test my-cases/
  provost rules test --rules draft.toml cases.toml")]
pub(in crate::cli) struct Test {
    /// Your own cases: TOML files or directories
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How to write the failures
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Show how a commit or a text is read, step by step.
///
/// Each reading of the text, the markers of which a literal is there, why each of them
/// did or did not match, and the verdict with the policy line that gave it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules explain HEAD
  provost rules explain --message .git/COMMIT_EDITMSG
  provost rules explain --path .claude/settings.json
  provost rules explain --identity 'Copilot <198982749+Copilot@users.noreply.github.com>'
  provost rules explain --ref refs/heads/claude/fix-login
  provost rules explain --ref refs/notes/ai refs/notes/ai    the newest notes of that ref
  git notes --ref ai show | provost rules explain --ref refs/notes/ai --note -")]
pub(in crate::cli) struct Explain {
    /// A commit of the repository that this is run in; HEAD when nothing is named
    #[arg(value_name = "COMMIT", conflicts_with_all = ["message", "path", "identity", "note"])]
    pub(super) commit: Option<String>,
    /// A file that holds a message; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) message: Option<PathBuf>,
    /// The encoding that the message's commit would name
    #[arg(long, value_name = "NAME", requires = "message")]
    pub(super) encoding: Option<String>,
    /// A path that a commit would add
    #[arg(long, value_name = "PATH")]
    pub(super) path: Option<std::ffi::OsString>,
    /// An author, committer or tagger: `Name <address>`
    #[arg(long, value_name = "IDENTITY")]
    pub(super) identity: Option<String>,
    /// A file that holds a note; `-` for standard input. --ref names the notes ref
    #[arg(long, value_name = "FILE")]
    pub(super) note: Option<PathBuf>,
    /// The ref that it would be pushed to; for a note, refs/notes/ai when it is absent
    #[arg(long = "ref", value_name = "REF")]
    pub(super) name: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// What `try` and `compare` have in common.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Trial {
    /// Show so many commits of each kind
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) sample: usize,
    /// Leave out a kind of marker that takes long to look for
    #[arg(long, value_name = "KIND")]
    pub(super) without: Vec<Costly>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Show what a draft would change in the history of repositories.
///
/// The draft is laid over the layers in force, in the place of the layer of the same
/// path if there is one. Both are then judged on the whole history of each repository.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules try draft.toml .
  provost rules try draft.toml --instead-of /etc/provost/rules.toml /srv/git/*.git
  provost rules try draft.toml --sample 20 --without content /srv/git/monorepo.git
  provost rules try draft.toml --format json . > effect.json")]
pub(in crate::cli) struct Try {
    /// The draft
    #[arg(value_name = "FILE")]
    pub(super) draft: PathBuf,
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    pub(super) repositories: Vec<PathBuf>,
    /// The layer in force that the draft would replace
    #[arg(long, value_name = "FILE")]
    pub(super) instead_of: Option<PathBuf>,
    #[command(flatten)]
    pub(super) trial: Trial,
}

/// Compare two rule files on the history of repositories.
///
/// Each is laid over the layers in force. If one of them is a layer in force, the other
/// stands in its place.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules compare rules-2026.toml rules-2027.toml /srv/git/*.git")]
pub(in crate::cli) struct Compare {
    /// One file
    #[arg(value_name = "A")]
    pub(super) one: PathBuf,
    /// The other
    #[arg(value_name = "B")]
    pub(super) other: PathBuf,
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    pub(super) repositories: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) trial: Trial,
}

/// The file that an editing command changes.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Target {
    /// The file to change; the last of --rules, or else /etc/provost/rules.toml
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

/// Switch a marker off in your own file.
///
/// The file keeps its comments and its order. Nothing is written when the result would
/// have a mistake.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules disable cursor/config --reason 'our template repository has it'
  provost rules disable tabnine --reason 'approved' --file draft.toml
To switch it on again: provost rules set cursor/config --unset disabled")]
pub(in crate::cli) struct Disable {
    /// A marker's id, or a tool's for all of its markers
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Why; it is kept in the file and shown by `rules list`
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) target: Target,
}

/// Change keys of a marker in your own file.
///
/// A VALUE is TOML; text that is none is taken as a string, and one text for a list as
/// a list of one.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost rules set cursor/co-author confidence=weak
  provost rules set mine/footer \"pattern='^made with mine$'\" since=0.1
  provost rules set mine/co-author 'emails=[\"bot@mine.example\", \"ai@mine.example\"]'
  provost rules set cursor/config --unset disabled")]
pub(in crate::cli) struct Set {
    /// A marker's id, or a tool's
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// What to set
    #[arg(value_name = "KEY=VALUE", required_unless_present = "unset")]
    pub(super) values: Vec<String>,
    /// Take a key out of the file, so that the layers below count again
    #[arg(long, value_name = "KEY")]
    pub(super) unset: Vec<String>,
    #[command(flatten)]
    pub(super) target: Target,
}
