//! An administrator judges a whole history.

use std::path::Path;

use crate::Failure;
use crate::bench::Bench;
use crate::found::{self, Found};
use crate::plan::{Bar, By, Index, Plan};
use crate::repository::Repository;
use crate::sort::Sort::{Plain, Provost};
use crate::{checks, rivals};

use super::{Case, history};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "audit-metadata",
        asks: "A whole history is judged by what commits say: messages, people, signatures.",
        plan: |bench| Ok(audit(bench, &["--without", "path"], &[], 1.0)?.0),
    },
    Case { name: "audit", asks: "The same with the paths that they change.", plan: paths },
    Case {
        name: "audit-content",
        asks: "The same with the contents of all files.",
        plan: contents,
    },
];

fn paths(bench: &Bench) -> Result<Plan, Failure> {
    let shows = ["--raw", "--no-renames"];
    let (mut plan, found, from) = audit(bench, &["--without", "content"], &shows, 0.5)?;
    let git = found::credited_in_git(bench, &from.path)?;
    let mut check =
        checks::sets("commits with a Claude credit", &found.credited, "git log --grep", &git);
    if !from.made {
        check.may_differ = Some("the address may also be talked about, which is no credit".into());
    }
    plan.checks.push(check);
    Ok(plan)
}

fn contents(bench: &Bench) -> Result<Plan, Failure> {
    let (mut plan, found, from) = audit(bench, &[], &["-p"], 0.2)?;
    if from.made {
        let git = found::comments_in_git(bench, &from.path)?;
        let what = "files in commits that add a comment crediting a tool";
        plan.checks.push(checks::sets(what, &found.comments, "git log -p", &git));
    }
    let ours = Index::FIRST;
    let Some(theirs) = history::kingfisher(bench, &mut plan, &from)? else {
        plan.missing.push(format!("kingfisher: {}", rivals::ABSENT));
        return Ok(plan);
    };
    plan.bars.push(Bar::Ratio { of: ours, to: theirs, by: By::Worse, most: Some(0.5) });
    let blobs = found::blobs(bench, &from.path, &found.comments)?;
    let kingfisher = found::by_kingfisher(&plan, theirs)?;
    // It has no comparison with the parent's file: a line that stays is found in each version.
    let both = blobs.intersection(&kingfisher).cloned().collect();
    let what = "files that gained such a comment, of those that kingfisher reports";
    plan.checks.push(checks::sets(what, &blobs, "kingfisher", &both));
    plan.notes.push(format!(
        "kingfisher reports {} files: a comment that stays is in every later version of the \
         file, while provost reports the commit that added it.",
        super::count(kingfisher.len())
    ));
    Ok(plan)
}

/// An audit beside the `git log` that shows the same; what it finds.
fn audit(
    bench: &Bench,
    options: &[&str],
    shows: &[&str],
    most: f64,
) -> Result<(Plan, Found, Repository), Failure> {
    let from = bench.history()?;
    let mut plan = Plan::on(from.described(&bench.git)?);
    let ours = side(bench, &mut plan, &from.path, options)?;
    let log = [&["log", "--all"], shows, &["--format=raw"]].concat();
    let log = bench.git.command("git", &from.path, &log);
    let theirs = plan.side("git", Plain, log, b"")?;
    plan.bars.extend(history::on_two_threads(ours, theirs, most));
    let found = found::by_audit(&plan, ours)?;
    let all = bench.git.ask(&from.path, &["rev-list", "--all", "--count"])?.parse()?;
    plan.checks.push(checks::numbers("commits judged", found.commits, "git", all));
    Ok((plan, found, from))
}

fn side(bench: &Bench, plan: &mut Plan, path: &Path, options: &[&str]) -> Result<Index, Failure> {
    let arguments = [&["--isolated", "audit", "--format", "jsonl"], options, &["."]].concat();
    plan.side("provost", Provost, bench.git.command(&bench.git.provost, path, &arguments), b"")
}
