//! One changed file among very many.

use super::{Case, PLAIN, count};
use crate::Failure;
use crate::bench::Bench;
use crate::made::wide;
use crate::plan::{Bar, By, Plan};
use crate::quarantine::{New, Quarantine};
use crate::sort::Sort::{Plain, Provost};
use crate::{checks, repository::Repository};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "wide-tree",
        asks: "One file changes in a tree of 100,000 files with contents of their own, all in \
               one directory.",
        plan: |bench| changed(bench, 1),
    },
    Case {
        name: "wide-tree-nested",
        asks: "The same with ten directories, one in the other, of 10,000 files each; the file \
               is in the innermost.",
        plan: |bench| changed(bench, 10),
    },
];

const FILES: usize = 100_000;

fn changed(bench: &Bench, depth: usize) -> Result<Plan, Failure> {
    let git = &bench.git;
    let files = bench.size(FILES);
    let repository = Repository::wide(git, &bench.data, files, depth)?;
    let mut plan = Plan::on(format!("a tree of {} files, {depth} deep", count(files)));
    let (branch, tip) = repository.head(git)?;
    let quarantine = Quarantine::new(&repository.path)?;
    let path = format!("{}{}", wide::directory(depth - 1), wide::name(files - 1));
    let new = New { parent: &tip, message: PLAIN, path: Some(&path), date: None };
    let new = quarantine.commit(git, &new)?;
    let input = format!("{tip} {new} {branch}\n");
    let ours = plan.side("provost", Provost, quarantine.hook(git, &[]), input.as_bytes())?;
    plan.checks.push(checks::commits_judged(&plan, ours, "commits judged", 1)?);
    // Into directories, or it would not find the file.
    let diff = ["diff-tree", "-r", "--raw", &tip, &new];
    let theirs = plan.side("git", Plain, quarantine.command(git, "git", &diff), b"")?;
    plan.bars.push(Bar::Ratio { of: ours, to: theirs, by: By::Cpu, most: Some(1.0) });
    plan.notes.push(
        "git only compares the two trees; provost also starts with its whole catalogue, finds \
         out which commits are new, and judges message, people, paths and the file."
            .to_owned(),
    );
    plan.keep(quarantine);
    Ok(plan)
}
