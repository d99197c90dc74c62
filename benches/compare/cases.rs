//! The cases: for each what provost runs, what git runs, and what should be reached.
//!
//! Each has a question behind it that a server's administrator would ask. What git is
//! measured with is the work that git itself must do for the same purpose: finding the
//! new commits of a push, or showing all that a history says and changes.

use std::process::Command;

use tempfile::TempDir;

use super::Failure;
use super::repository::{Git, Quarantine, Repository};
use super::table::Target;

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Case {
    /// One new commit is pushed onto the tip of a branch
    PushTip,
    /// The same with a commit that an AI tool has signed: what a refusal costs
    PushMarked,
    /// A push that only deletes a branch: what a start costs
    StartUp,
    /// A whole history: messages, people, paths
    Audit,
    /// A whole history with the contents of all files
    AuditContent,
    /// A whole history arrives as the first push into an empty repository
    FirstPush,
    /// One new commit on a parent in the middle of the history is pushed as a new branch
    PushOldParent,
}

/// One of the two processes of a case.
pub(super) struct Side {
    pub(super) command: Command,
    pub(super) input: String,
}

/// A case, ready to be run as often as wanted.
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) target: Target,
    pub(super) ours: Side,
    pub(super) theirs: Side,
    /// For a push, how many commits provost has to judge.
    pub(super) commits: Option<u64>,
    /// What has to stay until the case is over.
    _kept: (Option<Quarantine>, Option<TempDir>),
}

/// git's most is what `git log` shows, so its own memory and this much more is allowed.
const MORE_MEGABYTES: f64 = 200.0;

impl Case {
    /// Sets a case up.
    pub(super) fn plan(self, git: &Git, repository: &Repository) -> Result<Plan, Failure> {
        match self {
            Self::PushTip => {
                let (branch, tip) = head(git, repository)?;
                push(git, repository, "push-tip", &tip, &format!("{tip} NEW {branch}"), PLAIN)
            }
            Self::PushMarked => {
                let (branch, tip) = head(git, repository)?;
                let line = format!("{tip} NEW {branch}");
                push(git, repository, "push-marked", &tip, &line, &format!("{PLAIN}\n{MARK}"))
            }
            Self::PushOldParent => {
                let (_, tip) = head(git, repository)?;
                let count = ["rev-list", "--count", "--first-parent", &tip];
                let count: u64 = git.ask(&repository.path, &count)?.parse()?;
                // Not the half: there a ref of the made-up history stands next to it.
                let skip = format!("--skip={}", count / 7 * 4);
                let parent = ["rev-list", "--first-parent", "--max-count=1", &skip, &tip];
                let parent = git.ask(&repository.path, &parent)?;
                let line = format!("{} NEW refs/heads/old-parent", null(&tip));
                push(git, repository, "push-old-parent", &parent, &line, PLAIN)
            }
            Self::StartUp => {
                let (branch, tip) = head(git, repository)?;
                let input = format!("{tip} {} {branch}\n", null(&tip));
                let arguments = ["--isolated", "pre-receive"];
                let mut ours = git.command(&git.provost, &repository.path, &arguments);
                ours.env("GIT_DIR", ".").env("GIT_PUSH_OPTION_COUNT", "0");
                // git has nothing to look for: the least that a git process does.
                let theirs = git.command("git", &repository.path, &["rev-parse", "--git-dir"]);
                Ok(Plan {
                    name: "start-up",
                    target: Target::Wall(10.0),
                    ours: Side { command: ours, input },
                    theirs: Side { command: theirs, input: String::new() },
                    commits: Some(0),
                    _kept: (None, None),
                })
            }
            Self::Audit => audit(git, repository, "audit", &["--without", "content"]),
            Self::AuditContent => audit(git, repository, "audit-content", &[]),
            Self::FirstPush => first_push(git, repository),
        }
    }
}

/// The message of a pushed commit.
const PLAIN: &str = "reader: Add one line to the unit\n\nSigned-off-by: Bench <bench@bench.test>";
/// What a tool adds to it.
const MARK: &str = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";

/// A push of one new commit onto `parent`; `NEW` in the hook's line is its id.
fn push(
    git: &Git,
    repository: &Repository,
    name: &'static str,
    parent: &str,
    line: &str,
    message: &str,
) -> Result<Plan, Failure> {
    let quarantine = Quarantine::new(&repository.path)?;
    let new = quarantine.commit(git, parent, message)?;
    let hook = quarantine.command(git, &git.provost, &["--isolated", "pre-receive"]);
    // As receive-pack's own check for missing objects asks, without the objects.
    let list = quarantine.command(git, "git", &["rev-list", "--stdin"]);
    Ok(Plan {
        name,
        target: Target::Cpu,
        ours: Side { command: hook, input: format!("{}\n", line.replace("NEW", &new)) },
        theirs: Side { command: list, input: format!("{new}\n--not\n--all\n") },
        commits: Some(1),
        _kept: (Some(quarantine), None),
    })
}

fn audit(
    git: &Git,
    repository: &Repository,
    name: &'static str,
    options: &[&str],
) -> Result<Plan, Failure> {
    let arguments = [&["--isolated", "audit", "--format", "jsonl"], options, &["."]].concat();
    let diff: &[&str] = if options.is_empty() { &["-p"] } else { &["--raw", "--no-renames"] };
    let log = [&["log", "--all", "--format=raw"], diff].concat();
    Ok(Plan {
        name,
        target: Target::CpuAndPeak(MORE_MEGABYTES),
        ours: Side {
            command: git.command(&git.provost, &repository.path, &arguments),
            input: String::new(),
        },
        theirs: Side { command: git.command("git", &repository.path, &log), input: String::new() },
        commits: None,
        _kept: (None, None),
    })
}

/// All refs of a repository are pushed into an empty one.
fn first_push(git: &Git, repository: &Repository) -> Result<Plan, Failure> {
    let beside = repository.path.parent().ok_or("a repository without a directory")?;
    let empty = tempfile::Builder::new().prefix("empty-").tempdir_in(beside)?;
    let format = git.ask(&repository.path, &["rev-parse", "--show-object-format"])?;
    let format = format!("--object-format={format}");
    git.ask(empty.path(), &["init", "--quiet", "--bare", &format, "."])?;
    let quarantine = Quarantine::new(empty.path())?;
    quarantine.everything(&repository.path)?;
    let refs = ["for-each-ref", "--format=%(objectname) %(refname)"];
    let refs = git.ask(&repository.path, &refs)?;
    let old = null(refs.split(' ').next().unwrap_or_default());
    let input = refs.lines().map(|line| format!("{old} {line}\n")).collect();
    let all = git.ask(&repository.path, &["rev-list", "--all", "--count"])?.parse()?;
    let log = ["log", "--all", "--raw", "--no-renames", "--format=raw"];
    let hook = quarantine.command(git, &git.provost, &["--isolated", "pre-receive"]);
    Ok(Plan {
        name: "first-push",
        target: Target::CpuAndPeak(MORE_MEGABYTES),
        ours: Side { command: hook, input },
        theirs: Side { command: git.command("git", &repository.path, &log), input: String::new() },
        commits: Some(all),
        _kept: (Some(quarantine), Some(empty)),
    })
}

/// The branch of `HEAD` and its tip.
fn head(git: &Git, repository: &Repository) -> Result<(String, String), Failure> {
    let branch = git.ask(&repository.path, &["symbolic-ref", "HEAD"])?;
    let tip = git.ask(&repository.path, &["rev-parse", "--verify", &branch])?;
    Ok((branch, tip))
}

/// The null object id in the length of another.
fn null(id: &str) -> String {
    "0".repeat(id.len())
}
