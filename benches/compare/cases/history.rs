//! A whole history arrives as the first push into an empty repository.

use super::{Case, null};
use crate::Failure;
use crate::bench::Bench;
use crate::git::utf8;
use crate::plan::{Bar, By, Index, Plan};
use crate::quarantine::Quarantine;
use crate::repository::Repository;
use crate::rules::{self, Without};
use crate::sort::Sort::{Kingfisher, Plain, Provost};
use crate::{checks, rivals};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "first-push-metadata",
        asks: "A whole history is pushed into an empty repository; only metadata is judged: \
               messages, people, signatures.",
        plan: metadata,
    },
    Case {
        name: "first-push",
        asks: "The same; metadata, identities, signatures and paths are judged.",
        plan: paths,
    },
    Case {
        name: "first-push-content",
        asks: "The same with the contents of all files.",
        plan: contents,
    },
    Case {
        name: "first-push-large-files",
        asks: "The same with files of 15 to 100 KB, as most bytes of most repositories are in.",
        plan: large_files,
    },
];

/// Commits and refs of the history of larger files.
const LARGE_FILES: (usize, usize) = (5000, 100);

/// git's most is what `git log` shows, so its own memory and this much more is allowed.
const MORE_MEGABYTES: f64 = 200.0;

fn metadata(bench: &Bench) -> Result<Plan, Failure> {
    let (mut plan, ours, from) = first_push(bench, bench.history()?, Some(Without::Trees))?;
    let theirs = log(bench, &mut plan, &from, &[])?;
    plan.bars.extend(on_two_threads(ours, theirs, 1.0));
    plan.notes.push(LEFT_OUT.to_owned());
    plan.keep(from);
    Ok(plan)
}

fn paths(bench: &Bench) -> Result<Plan, Failure> {
    let (mut plan, ours, from) = first_push(bench, bench.history()?, Some(Without::Content))?;
    let theirs = log(bench, &mut plan, &from, &["--raw", "--no-renames"])?;
    plan.bars.extend(on_two_threads(ours, theirs, 0.5));
    plan.bars.push(Bar::PeakOver { of: ours, over: theirs, most: MORE_MEGABYTES });
    plan.notes.push(LEFT_OUT.to_owned());
    plan.keep(from);
    Ok(plan)
}

fn contents(bench: &Bench) -> Result<Plan, Failure> {
    all(bench, bench.history()?)
}

fn large_files(bench: &Bench) -> Result<Plan, Failure> {
    let (commits, refs) = LARGE_FILES;
    let (commits, refs) = (bench.size(commits), bench.size(refs));
    all(bench, Repository::large_files(&bench.git, &bench.data, commits, refs)?)
}

/// A first push with the contents of all files.
fn all(bench: &Bench, from: Repository) -> Result<Plan, Failure> {
    let (mut plan, ours, from) = first_push(bench, from, None)?;
    let theirs = log(bench, &mut plan, &from, &["-p"])?;
    plan.bars.extend(on_two_threads(ours, theirs, 0.2));
    match kingfisher(bench, &mut plan, &from)? {
        Some(theirs) => {
            plan.bars.push(Bar::Ratio { of: ours, to: theirs, by: By::Worse, most: Some(0.5) });
        }
        None => plan.missing.push(format!("kingfisher: {}", rivals::ABSENT)),
    }
    let read = ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"];
    let read = bench.git.command("git", &from.path, &read);
    let read = plan.side("git, reading every object once", Plain, read, b"")?;
    plan.bars.push(Bar::Ratio { of: ours, to: read, by: By::Cpu, most: None });
    plan.bars.push(Bar::Ratio { of: ours, to: read, by: By::Wall, most: None });
    plan.keep(from);
    Ok(plan)
}

const LEFT_OUT: &str = "A hook has no `--without`: a rules file switches off every marker of the \
    kind `content`, and the `path` markers that look for a structure in files of any name, \
    so that no file is read for what it holds; for metadata alone it switches off all `path` \
    markers too.";

/// The push, and the repository that all of it comes from.
fn first_push(
    bench: &Bench,
    from: Repository,
    without: Option<Without>,
) -> Result<(Plan, Index, Repository), Failure> {
    let mut plan = Plan::on(from.described(&bench.git)?);
    let (quarantine, input) = pushed(bench, &from)?;
    let file = match without {
        Some(Without::Content) => {
            Some(bench.file("without-content.toml", &rules::without(Without::Content)?)?)
        }
        Some(Without::Trees) => {
            Some(bench.file("without-trees.toml", &rules::without(Without::Trees)?)?)
        }
        None => None,
    };
    let options = match &file {
        Some(file) => vec!["--rules", utf8(file)?],
        None => Vec::new(),
    };
    let hook = quarantine.hook(&bench.git, &options);
    let ours = plan.side("provost", Provost, hook, input.as_bytes())?;
    let all = bench.git.ask(&from.path, &["rev-list", "--all", "--count"])?.parse()?;
    plan.checks.push(checks::commits_judged(&plan, ours, "commits judged", all)?);
    plan.keep(quarantine);
    Ok((plan, ours, from))
}

/// All refs of a repository as a push into an empty one, and what the hook reads of it.
pub(crate) fn pushed(bench: &Bench, from: &Repository) -> Result<(Quarantine, String), Failure> {
    let git = &bench.git;
    let format = git.ask(&from.path, &["rev-parse", "--show-object-format"])?;
    let quarantine = Quarantine::of_empty(git, &bench.data, &format)?;
    quarantine.everything(&from.path)?;
    let refs = git.ask(&from.path, &["for-each-ref", "--format=%(objectname) %(refname)"])?;
    let old = null(refs.split(' ').next().unwrap_or_default());
    Ok((quarantine, refs.lines().map(|line| format!("{old} {line}\n")).collect()))
}

/// A bar on the time that a long history takes, which provost spends on two threads and git on
/// one; the CPU time of both is told beside it.
pub(crate) fn on_two_threads(ours: Index, theirs: Index, most: f64) -> [Bar; 2] {
    [
        Bar::Ratio { of: ours, to: theirs, by: By::Wall, most: Some(most) },
        Bar::Ratio { of: ours, to: theirs, by: By::Cpu, most: None },
    ]
}

/// What git needs to show the same of a whole history.
pub(crate) fn log(
    bench: &Bench,
    plan: &mut Plan,
    from: &Repository,
    options: &[&str],
) -> Result<Index, Failure> {
    let arguments = [&["log", "--all"], options, &["--format=raw"]].concat();
    plan.side("git", Plain, bench.git.command("git", &from.path, &arguments), b"")
}

/// kingfisher over every object, as quick as it can be made, with the content markers as
/// its only rules.
pub(crate) fn kingfisher(
    bench: &Bench,
    plan: &mut Plan,
    from: &Repository,
) -> Result<Option<Index>, Failure> {
    let Some(program) = bench.rivals.kingfisher() else { return Ok(None) };
    let rules = rivals::kingfisher_rules(bench)?;
    let cache = bench.data.join("files/kingfisher-cache");
    let arguments = ["scan", ".", "--rules-path", utf8(&rules)?, "--load-builtins=false"];
    let quick = ["--turbo", "--no-validate", "--no-update-check", "--no-extract-archives"];
    let output = ["--no-dedup", "--format", "jsonl", "--exclude", "*.pack"];
    let arguments = [&arguments[..], &quick, &output].concat();
    let mut command = bench.git.command(utf8(&program)?, &from.path, &arguments);
    command.env("KF_RULE_CACHE_DIR", cache);
    Ok(Some(plan.side("kingfisher", Kingfisher, command, b"")?))
}
