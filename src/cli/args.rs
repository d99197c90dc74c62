//! The command line, declared once: help, usage errors and parsing come from here.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::completions::Completions;
use super::doctor::Doctor;
use super::install::{Install, Uninstall};
use super::log::Log;
use super::man::Man;
use super::policy::Policy;
use super::published::ServerPolicy;
use super::rules::Rules;
use crate::platform;
use crate::report::Format;

const AFTER: &str = "\
Exit codes:
  0  accepted, or nothing breached
  1  policy breached
  2  could not judge: broken rules, unreadable repository, wrong usage

Examples:
  provost demo                      see a server refuse marked pushes
  provost check                     judge your unpushed commits
  provost audit --format jsonl /srv/git/*.git

Files:
  /etc/provost/rules.toml  the rules and the policy of this machine, over the built-in ones
  provost/rules.toml       those of a bare repository, inside it
";

/// Finds the marks that AI coding tools leave in Git data, and enforces a policy on them.
///
/// It finds marks, not proof: no mark proves nothing.
#[derive(Debug, Parser)]
#[command(name = "provost", version, after_help = AFTER, max_term_width = 100)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// Lay this file over the other rules; may be given several times, later ones win
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) rules: Vec<PathBuf>,
    /// Use only the built-in rules and those of --rules
    #[arg(long, global = true)]
    pub(super) isolated: bool,
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) directory: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: Color,
    /// Say nothing but errors and verdicts
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// When the output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

// What each is for stands at its arguments: said here, it would hide all but its first line.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    PreReceive(PreReceive),
    Update(Update),
    PrePush(PrePush),
    CommitMsg(CommitMsg),
    Check(Check),
    Audit(Audit),
    Rules(Rules),
    Policy(Policy),
    Log(Log),
    Install(Install),
    Uninstall(Uninstall),
    Doctor(Doctor),
    Demo(Demo),
    Completions(Completions),
    Man(Man),
}

impl Command {
    /// The platform that a server's hook was told of.
    pub(super) fn platform(&self) -> Option<&str> {
        match self {
            Self::PreReceive(command) => Some(&command.platform),
            Self::Update(command) => Some(&command.platform),
            _ => None,
        }
    }
}

/// Judge a push as the server's pre-receive hook.
///
/// Reads `<old> <new> <ref>` lines on standard input, as githooks(5) describes, and
/// refuses the push by a non-zero exit code.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example, as hooks/pre-receive of a bare repository:
  #!/bin/sh
  exec provost pre-receive --platform plain")]
pub(super) struct PreReceive {
    /// The Git platform that runs the hook; the installation records it
    #[arg(long, value_name = "NAME", default_value = "plain", value_parser = clap::builder::PossibleValuesParser::new(platform::NAMES))]
    pub(super) platform: String,
    /// Judge in the hook's own process, which confines nothing: for profilers
    #[arg(long, hide = true)]
    pub(super) in_process: bool,
}

/// Judge one ref update as the server's update hook.
///
/// For hooks that are called once a ref: Git's own `update`, gitolite's VREF, Gerrit's
/// `ref-update` and `commit-received`. Each platform has its own arguments.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example, as hooks/update of a bare repository:
  #!/bin/sh
  exec provost update \"$1\" \"$2\" \"$3\"

As VREF/provost of gitolite, and as ref-update or commit-received of Gerrit:
  exec provost update --platform gitolite -- \"$@\"
  exec provost update --platform gerrit -- \"$@\"")]
pub(super) struct Update {
    /// The Git platform that runs the hook; the installation records it
    #[arg(long, value_name = "NAME", default_value = "plain", value_parser = clap::builder::PossibleValuesParser::new(platform::NAMES))]
    pub(super) platform: String,
    /// Judge in the hook's own process, which confines nothing: for profilers
    #[arg(long, hide = true)]
    pub(super) in_process: bool,
    /// What the platform gives to the hook; Git itself: REF OLD NEW
    #[arg(value_name = "ARGUMENT", required = true, trailing_var_arg = true)]
    pub(super) arguments: Vec<std::ffi::OsString>,
}

/// Judge a push as the client's pre-push hook.
///
/// Reads `<local-ref> <local-oid> <remote-ref> <remote-oid>` lines on standard input.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example, as .git/hooks/pre-push:
  #!/bin/sh
  exec provost pre-push \"$@\"")]
pub(super) struct PrePush {
    /// The name of the remote
    #[arg(value_name = "REMOTE")]
    pub(super) remote: std::ffi::OsString,
    /// Its address
    #[arg(value_name = "URL")]
    pub(super) url: std::ffi::OsString,
    #[command(flatten)]
    pub(super) server_policy: ServerPolicy,
}

/// Judge a message as the client's commit-msg hook.
///
/// Comment lines, and what follows the scissors line, are left out as git would.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example, as .git/hooks/commit-msg:
  #!/bin/sh
  exec provost commit-msg \"$1\"")]
pub(super) struct CommitMsg {
    /// The file that holds the message
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) server_policy: ServerPolicy,
}

/// Judge local commits as if they were pushed.
///
/// Without a range: the commits of HEAD that its upstream has not, or, without an
/// upstream, those that no remote-tracking branch has. By the policy that the server has
/// published, if it was fetched (provost policy fetch), or else by the rules of this machine.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost check
  provost check main..topic
  provost check --ref refs/heads/release HEAD~3..
  provost check --format jsonl origin/main..HEAD")]
pub(super) struct Check {
    /// Ranges as in gitrevisions(7): A..B, A...B, ^A, or a revision with all its history
    #[arg(value_name = "RANGE")]
    pub(super) ranges: Vec<String>,
    /// The ref that the commits would be pushed to
    #[arg(long = "ref", value_name = "REF")]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) server_policy: ServerPolicy,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
}

/// Judge the whole history of repositories.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost audit .
  provost audit --format jsonl /srv/git/*.git > findings.jsonl
  provost audit --without content /srv/git/monorepo.git")]
pub(super) struct Audit {
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    pub(super) repositories: Vec<PathBuf>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// Leave out a kind of marker that takes long to look for
    #[arg(long, value_name = "KIND")]
    pub(super) without: Vec<Costly>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Costly {
    /// Do not read the contents of files
    Content,
    /// Do not compare trees, so no contents either
    Path,
}

/// Show a throw-away server refusing marked pushes.
///
/// Sets up a server and a client in a temporary directory, pushes one clean and several
/// marked commits under the built-in policy, and shows what the pusher sees.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost demo
  provost demo --keep                               to look at it, and push there by hand")]
pub(super) struct Demo {
    /// Keep the temporary directory and say where it is
    #[arg(long)]
    pub(super) keep: bool,
}
