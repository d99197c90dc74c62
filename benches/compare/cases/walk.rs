//! Pushes for which the history has to be walked to know what is new.

use super::{Case, PLAIN, null, tip};
use crate::Failure;
use crate::bench::Bench;
use crate::plan::{Bar, By, Plan};
use crate::quarantine::{New, Quarantine};
use crate::sort::Sort::Provost;
use crate::{checks, repository::Repository};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "push-old-parent",
        asks: "One new commit on a parent in the middle of the history is pushed as a new branch.",
        plan: |bench| walked(bench, Push::OldParent, false),
    },
    Case {
        name: "push-old-parent-graph",
        asks: "The same, in a repository with a commit-graph.",
        plan: |bench| walked(bench, Push::OldParent, true),
    },
    Case {
        name: "push-back-dated",
        asks: "One new commit, dated long before its parent, is pushed onto a tip.",
        plan: |bench| walked(bench, Push::BackDated, false),
    },
    Case {
        name: "push-back-dated-graph",
        asks: "The same, in a repository with a commit-graph.",
        plan: |bench| walked(bench, Push::BackDated, true),
    },
    Case {
        name: "push-new-branch",
        asks: "One new commit on a tip is pushed as a new branch.",
        plan: |bench| walked(bench, Push::NewBranch, false),
    },
    Case {
        name: "push-new-branch-graph",
        asks: "The same, in a repository with a commit-graph.",
        plan: |bench| walked(bench, Push::NewBranch, true),
    },
];

#[derive(Clone, Copy)]
enum Push {
    OldParent,
    BackDated,
    NewBranch,
}

fn walked(bench: &Bench, push: Push, graph: bool) -> Result<Plan, Failure> {
    let git = &bench.git;
    let plain = bench.history()?;
    let with = if graph { Some(plain.with_graph(git)?) } else { None };
    let repository = with.as_ref().unwrap_or(&plain);
    let mut plan = Plan::on(repository.described(git)?);
    let (branch, tip) = repository.head(git)?;
    let parent = match push {
        Push::OldParent => middle(bench, repository, &tip)?,
        Push::BackDated | Push::NewBranch => tip.clone(),
    };
    let date = matches!(push, Push::BackDated).then_some("1136073600 +0000");
    let quarantine = Quarantine::new(&repository.path)?;
    let new = New { parent: &parent, message: PLAIN, path: None, date };
    let new = quarantine.commit(git, &new)?;
    let input = match push {
        Push::BackDated => format!("{tip} {new} {branch}\n"),
        Push::OldParent | Push::NewBranch => format!("{} {new} refs/heads/new\n", null(&tip)),
    };
    let ours = plan.side("provost", Provost, quarantine.hook(git, &[]), input.as_bytes())?;
    plan.checks.push(checks::commits_judged(&plan, ours, "commits judged", 1)?);
    let theirs = tip::rev_list(bench, &mut plan, &quarantine, &input, "")?;
    // With a commit-graph it is only to be known.
    let most = (!graph).then_some(1.0);
    plan.bars.push(Bar::Ratio { of: ours, to: theirs, by: By::Worse, most });
    plan.keep(quarantine);
    plan.keep(plain);
    Ok(plan)
}

/// A commit in the middle of the history.
fn middle(bench: &Bench, repository: &Repository, tip: &str) -> Result<String, Failure> {
    let count = ["rev-list", "--count", "--first-parent", tip];
    let count: u64 = bench.git.ask(&repository.path, &count)?.parse()?;
    // Not the half: there a ref of the made-up history stands next to it.
    let skip = format!("--skip={}", count / 7 * 4);
    bench.git.ask(&repository.path, &["rev-list", "--first-parent", "--max-count=1", &skip, tip])
}
