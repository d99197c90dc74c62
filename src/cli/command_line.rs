//! The command line, declared once: help, usage errors and parsing come from here.

use clap::Parser;

use super::command::commands;
use super::global::Global;
use super::{
    audit, check, commit_msg, completions, demo, doctor, install, log, man, policy, pre_push,
    pre_receive, rules, uninstall, update,
};

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

commands! {
    pre_receive::PreReceive, update::Update, pre_push::PrePush, commit_msg::CommitMsg,
    check::Check, audit::Audit, rules::Rules, policy::Policy, log::Log, install::Install,
    uninstall::Uninstall, doctor::Doctor, demo::Demo, completions::Completions, man::Man,
}

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
