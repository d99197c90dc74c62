//! What a push costs as a function of what it brings: pushes over two orders of magnitude
//! in each direction are measured, and a formula is fitted to them.

use crate::bench::Bench;
use crate::git::output;
use crate::made::line;
use crate::made::push::{self, Brought};
use crate::measured::machine;
use crate::pages::{Counts, Point, Scale, Spread, fit, grouped};
use crate::plan::Plan;
use crate::quarantine::Quarantine;
use crate::repository::Repository;
use crate::sort::Sort::Provost;
use crate::{Failure, note};

/// A push to be measured.
struct Push {
    brought: Brought,
    /// Branches that are updated or made, all to the same commit.
    updates: usize,
    /// Refs of the repository, and whether the branches are new, so that they are looked at.
    refs: usize,
    new: bool,
}

const fn onto(commits: usize, files: usize, bytes: usize) -> Push {
    let brought = Brought { commits, files, bytes };
    Push { brought, updates: 1, refs: 1000, new: false }
}

const fn branches(updates: usize, refs: usize) -> Push {
    let brought = Brought { commits: 1, files: 1, bytes: 100 };
    Push { brought, updates, refs, new: true }
}

/// Each direction over two orders of magnitude, and some mixtures.
const PUSHES: [Push; 26] = [
    onto(1, 1, 100),
    onto(10, 1, 100),
    onto(30, 1, 100),
    onto(100, 1, 100),
    onto(300, 1, 100),
    onto(1000, 1, 100),
    onto(3000, 1, 100),
    onto(10_000, 1, 100),
    onto(10, 8, 100),
    onto(100, 8, 100),
    onto(1000, 8, 100),
    onto(10_000, 8, 100),
    onto(10, 1, 10_000),
    onto(100, 1, 10_000),
    onto(1000, 1, 10_000),
    onto(10, 1, 100_000),
    onto(100, 1, 100_000),
    onto(1000, 1, 100_000),
    onto(1000, 8, 10_000),
    branches(10, 1000),
    branches(100, 1000),
    branches(1000, 1000),
    branches(10_000, 1000),
    branches(1, 1000),
    branches(1, 10_000),
    branches(1, 100_000),
];

/// Commits of the repository that is pushed to.
const COMMITS: usize = 10_000;

/// Measures all and fits.
pub(crate) fn measure(bench: &Bench, runs: usize) -> Result<Scale, Failure> {
    let mut points = Vec::new();
    for push in &PUSHES {
        points.push(point(bench, push, runs)?);
    }
    let counts: Vec<Counts> = points.iter().map(|point: &Point| point.counts).collect();
    let cpu: Vec<f64> = points.iter().map(|point| point.cpu_ms.median).collect();
    let memory: Vec<f64> = points.iter().map(|point| point.peak_bytes as f64).collect();
    Ok(Scale {
        machine: machine(bench)?,
        divided_by: bench.divisor,
        build: bench.git.build.clone(),
        cpu: fit(&counts, &cpu),
        memory: fit(&counts, &memory),
        points,
    })
}

fn point(bench: &Bench, push: &Push, runs: usize) -> Result<Point, Failure> {
    let git = &bench.git;
    let Brought { commits, files, bytes } = push.brought;
    let commits = if commits > 1 { bench.size(commits) } else { 1 };
    let updates = if push.updates > 1 { bench.size(push.updates) } else { 1 };
    let number = |number: usize| grouped(&number.to_string());
    let what = if push.new {
        format!(
            "{} new branches in a repository of {} refs",
            number(updates),
            number(bench.size(push.refs))
        )
    } else {
        format!("{} commits, {files} files of {} bytes each", number(commits), number(bytes))
    };
    note(&format!("measuring {what}"))?;
    let repository = bench.line(COMMITS, push.refs, false)?;
    let (branch, tip) = repository.head(git)?;
    let quarantine = Quarantine::new(&repository.path)?;
    let brought = Brought { commits, ..push.brought };
    let new = quarantine.import(git, line::MAIN, |out| push::write(out, brought, &tip))?;
    let null = "0".repeat(new.len());
    let input: String = if push.new {
        (0..updates).map(|at| format!("{null} {new} refs/heads/new/{at:06}\n")).collect()
    } else {
        format!("{tip} {new} {branch}\n")
    };
    let mut plan = Plan::default();
    plan.side("provost", Provost, quarantine.hook(git, &[]), input.as_bytes())?;
    plan.round()?;
    let rounds = (0..runs).map(|_| plan.round()).collect::<Result<Vec<_>, _>>()?;
    let costs = || rounds.iter().filter_map(|round| round.first());
    let [commits, trees, bytes] = brought_in(bench, &quarantine, &repository)?;
    let looked_at = if push.new { bench.size(push.refs) } else { 0 };
    Ok(Point {
        what,
        counts: [1.0, commits, trees, bytes, updates as f64, looked_at as f64],
        cpu_ms: Spread::of(costs().map(|cost| cost.cpu.as_secs_f64() * 1000.0)),
        peak_bytes: costs().map(|cost| cost.peak).max().unwrap_or_default(),
    })
}

/// The commits, trees and bytes of files that are in quarantine.
fn brought_in(
    bench: &Bench,
    quarantine: &Quarantine,
    repository: &Repository,
) -> Result<[f64; 3], Failure> {
    let ask = ["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)"];
    let mut new = quarantine.command(&bench.git, "git", &ask);
    // Without what the repository has.
    new.env_remove("GIT_ALTERNATE_OBJECT_DIRECTORIES").current_dir(&repository.path);
    let mut counts = [0.0; 3];
    for line in output(&mut new, b"")?.lines() {
        let (kind, size) = line.split_once(' ').unwrap_or_default();
        let [commits, trees, bytes] = &mut counts;
        match kind {
            "commit" => *commits += 1.0,
            "tree" => *trees += 1.0,
            "blob" => *bytes += size.parse::<f64>()?,
            _ => {}
        }
    }
    Ok(counts)
}
