//! The command line of `provost policy`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::rules::Shape;

/// Start, show, explain and safely change a policy.
///
/// What is in force where this is run: the built-in rules, those of the machine and of the
/// repository, and --rules.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
A way to change the policy:
  provost policy show --ref refs/heads/main          what holds now, and which file says so
  provost policy apply draft.toml --dry-run --on /srv/git/*.git
  provost policy apply draft.toml
  provost policy revert                              back to the file before")]
pub(in crate::cli) struct Policy {
    #[command(subcommand)]
    pub(super) command: PolicyCommand,
}

// What each is for stands at its arguments: said here, it would hide all but its first line.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    Init(Init),
    Show(Show),
    Explain(Explain),
    Baseline(Baseline),
    Apply(Apply),
    Revert(Revert),
    Suspend(Suspend),
    Publish(Publish),
    Fetch(Fetch),
}

/// Write a policy to start from.
///
/// Without a name, lists the presets.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy init
  provost policy init observe --output /etc/provost/rules.toml
  provost policy init approved-tools > draft.toml")]
pub(super) struct Init {
    /// The preset
    #[arg(value_name = "PRESET")]
    pub(super) preset: Option<String>,
    /// Write it to this file instead of standard output; one that is there is kept
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// For whom and where a policy is asked for.
#[derive(Debug, ClapArgs)]
pub(super) struct Where {
    /// The repository's name; by default that of the repository this is run in
    #[arg(long = "repo", value_name = "NAME")]
    pub(super) repository: Option<String>,
    /// The ref
    #[arg(long = "ref", value_name = "REF", default_value = "refs/heads/main")]
    pub(super) name: OsString,
    /// The pusher's login
    #[arg(long, value_name = "LOGIN")]
    pub(super) user: Option<String>,
    /// A group that the platform puts him in; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) group: Vec<String>,
    /// The file that is changed, for scopes by path
    #[arg(long, value_name = "PATH")]
    pub(super) path: Option<OsString>,
}

/// Show the policy of a repository, ref and pusher.
///
/// Every value with the file and line that set it; what no file sets says `default`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy show
  provost policy show --repo group/app.git --ref refs/heads/release/1.0 --user alice
  provost policy show --path docs/guide.md --format json")]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) place: Where,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// Say why a finding gets its verdict.
///
/// WHAT is a commit, whose findings are explained, or the id of a marker.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy explain HEAD
  provost policy explain claude-code/co-author --ref refs/heads/sandbox/x
  provost policy explain tabnine/config --path docs/.tabnine_root")]
pub(super) struct Explain {
    /// A commit, or a marker's id
    #[arg(value_name = "WHAT")]
    pub(super) what: String,
    #[command(flatten)]
    pub(super) place: Where,
}

/// Declare what is there already: it is not judged again.
///
/// Writes the tips of the refs that the hook judges into the repository's baseline, which
/// hides all that they reach from every ref, or with --scope from the refs of one scope.
/// It is for administrators: a baseline accepts whatever it reaches, unseen.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy baseline /srv/git/*.git
  provost policy baseline --scope releases /srv/git/app.git
  provost policy baseline --from /srv/mirrors/linux.git --ref 'refs/heads/*' /srv/git/kernel.git
  provost policy baseline --show /srv/git/app.git")]
pub(super) struct Baseline {
    /// Repositories; by default the one that this is run in
    #[arg(value_name = "REPOSITORY")]
    pub(super) repositories: Vec<PathBuf>,
    /// For the refs of this scope only
    #[arg(long, value_name = "ID")]
    pub(super) scope: Option<String>,
    /// Take the tips of this repository, an upstream's mirror say
    #[arg(long, value_name = "REPOSITORY")]
    pub(super) from: Option<PathBuf>,
    /// Only of refs that match; may be given several times
    #[arg(long = "ref", value_name = "GLOB")]
    pub(super) refs: Vec<String>,
    /// Not of refs that match; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Keep what the baseline holds already
    #[arg(long)]
    pub(super) add: bool,
    /// Admit this commit by itself, and nothing below it; may be given several times. Needs
    /// --add
    #[arg(long = "commit", value_name = "ID", requires = "add", conflicts_with_all = ["from", "refs", "exclude"])]
    pub(super) commits: Vec<String>,
    /// Show it, and change nothing
    #[arg(long, conflicts_with_all = ["from", "refs", "exclude", "add", "clear"])]
    pub(super) show: bool,
    /// Take it away, with the commits that were admitted by themselves
    #[arg(long, conflicts_with_all = ["from", "refs", "exclude", "add"])]
    pub(super) clear: bool,
}

/// Publish the policy of repositories, for developers to judge by before they push.
///
/// The files that are in force for a repository, over the built-in rules, become the commit
/// of its ref refs/meta/provost, which git fetches like any other and which the hook lets
/// nobody push to; or one file. What is published already stays as it is. Whoever may fetch
/// can read it, exemptions and groups included.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy publish /srv/git/*.git
  provost policy publish --name team/tool /var/lib/gitea/data/gitea-repositories/team/tool.git
  provost policy publish --output /net/share/policy.toml /srv/git/project.git
Developers, once:
  provost install --client .
or, with a file:
  git config --global provost.policy /net/share/policy.toml")]
pub(super) struct Publish {
    /// Repositories; by default the one that this is run in
    #[arg(value_name = "REPOSITORY")]
    pub(super) repositories: Vec<PathBuf>,
    /// The repository's name on its platform, by which scopes know it
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Write it to this file instead
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// Fetch the policy that a server has published.
///
/// `provost install --client` makes every `git fetch` do that.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy fetch
  provost policy fetch upstream")]
pub(super) struct Fetch {
    /// The remote; by default the one that is pushed to
    #[arg(value_name = "REMOTE")]
    pub(super) remote: Option<String>,
}

/// The file that is in force.
#[derive(Debug, ClapArgs)]
pub(super) struct InForce {
    /// The file in force; by default the last of --rules, or else /etc/provost/rules.toml
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<PathBuf>,
}

/// Put a draft in force, once it has been checked.
///
/// The draft is linted, its examples are run, and with --on its effect on histories is
/// shown. Then it replaces the file in one step; the file before is kept beside it as
/// FILE.previous. Pushes meanwhile see the old file or the new one.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy apply draft.toml --dry-run --on /srv/git/*.git
  provost policy apply draft.toml
  provost policy revert")]
pub(super) struct Apply {
    /// The draft
    #[arg(value_name = "DRAFT")]
    pub(super) draft: PathBuf,
    #[command(flatten)]
    pub(super) target: InForce,
    /// Show what changes in the history of these repositories
    #[arg(long = "on", value_name = "REPOSITORY", num_args = 1..)]
    pub(super) repositories: Vec<PathBuf>,
    /// Change nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
}

/// Go back to the file before the last apply.
///
/// What is in force now becomes FILE.previous, so that a second revert undoes the first.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy revert
  provost policy revert --to /srv/git/app.git/provost/rules.toml")]
pub(super) struct Revert {
    #[command(flatten)]
    pub(super) target: InForce,
}

/// Refuse nothing for a while, in an incident say.
///
/// Findings are recorded as under `mode = "observe"`. It is written into the file in
/// force, so that everybody sees it, and it ends by itself.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  provost policy suspend --until 2h --reason 'release blocked, INC-421'
  provost policy suspend --until 2026-12-01T18:00:00Z --reason INC-421 --repo 'group/*'
  provost policy suspend --end")]
pub(super) struct Suspend {
    /// A date, a time, or how long from now: 30m, 2h, 3d
    #[arg(long, value_name = "TIME", required_unless_present = "end")]
    pub(super) until: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", required_unless_present = "end", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) reason: Option<String>,
    /// Only in repositories that match; may be given several times
    #[arg(long = "repo", value_name = "GLOB")]
    pub(super) repositories: Vec<String>,
    /// End what is suspended now
    #[arg(long, conflicts_with_all = ["until", "reason", "repositories"])]
    pub(super) end: bool,
    #[command(flatten)]
    pub(super) target: InForce,
}
