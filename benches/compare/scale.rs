//! What a push costs as a function of what it brings: pushes over two orders of magnitude
//! in each direction are measured, and a formula is fitted to them.

use serde_json::{Value, json};

use crate::bench::{Bench, count, tip};
use crate::cases::NULL;
use crate::made::{self, Brought, PLAIN_LINE};
use crate::note;
use crate::pages::{Counts, Spread, fit};
use crate::process::cost;
use crate::quarantine::{MAIN, Quarantine};

/// Commits, files of each, bytes of each file: pushed onto a branch in a repository of 1,000 refs.
const ONTO: &str = "1 1 100; 10 1 100; 30 1 100; 100 1 100; 300 1 100; 1000 1 100; 3000 1 100; \
    10000 1 100; 10 8 100; 100 8 100; 1000 8 100; 10000 8 100; 10 1 10000; 100 1 10000; \
    1000 1 10000; 10 1 100000; 100 1 100000; 1000 1 100000; 1000 8 10000";
/// New branches, all on one new commit, and the refs of the repository, which are looked at.
const BRANCHES: &str = "10 1000; 100 1000; 1000 1000; 10000 1000; 1 1000; 1 10000; 1 100000";

/// Rows of numbers.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [usize; N]> {
    text.split("; ").map(|row| {
        let numbers: Vec<usize> = row.split(' ').filter_map(|it| it.parse().ok()).collect();
        numbers.try_into().expect("a row of numbers")
    })
}

/// Measures all and fits.
pub(crate) fn measured(bench: &Bench, runs: usize) -> Value {
    let onto = rows(ONTO).map(|brought| (brought, None));
    let branches = rows(BRANCHES).map(|counts| ([1, 1, 100], Some(counts)));
    let (mut points, mut counts) = (Vec::new(), Vec::new());
    let (mut cpu, mut memory) = (Vec::new(), Vec::new());
    for (brought, branches) in onto.chain(branches) {
        let (what, of, costs) = measure(bench, brought, branches, runs);
        let time = Spread::of(costs.iter().map(|cost| cost.0));
        let peak = costs.iter().map(|cost| cost.1).max().unwrap_or_default();
        points.push(json!({ "what": what, "counts": of, "cpu_ms": time, "peak_bytes": peak }));
        counts.push(of);
        cpu.push(time.median);
        memory.push(peak as f64);
    }
    json!({
        "machine": bench.machine(),
        "divided_by": bench.divisor,
        "build": bench.build,
        "points": points,
        "cpu": fit(&counts, &cpu),
        "memory": fit(&counts, &memory),
    })
}

/// What a push is, how many of each term it has, and the CPU time and memory of each round.
fn measure(
    bench: &Bench,
    [commits, files, bytes]: [usize; 3],
    branches: Option<[usize; 2]>,
    runs: usize,
) -> (String, Counts, Vec<(f64, u64)>) {
    let size = |full: usize| if full > 1 { bench.size(full) } else { 1 };
    let commits = size(commits);
    let [updates, refs] = branches.unwrap_or([1, 1000]).map(size);
    let what = match branches {
        Some(_) => {
            format!("{} new branches in a repository of {} refs", count(updates), count(refs))
        }
        None => format!("{} commits, {files} files of {} bytes each", count(commits), count(bytes)),
    };
    note(&format!("measuring {what}"));
    let repository = bench.history(PLAIN_LINE, 10_000, refs * bench.divisor);
    let (old, quarantine) = (tip(&repository), Quarantine::new(&repository));
    let brought = Brought { commits, files, bytes, is_marked: false };
    let new = quarantine.import(|out| made::push(out, brought, &old));
    let input = match branches {
        Some(_) => {
            (0..updates).map(|at| format!("{NULL} {new} refs/heads/new/{at:06}\n")).collect()
        }
        None => format!("{old} {new} {MAIN}\n"),
    };
    let hook = [quarantine.hook(&bench.provost.program, &[], &input)];
    let costs = (0..=runs).map(|_| cost(&hook, false)).skip(1);
    let costs = costs.map(|cost| (cost.cpu.as_secs_f64() * 1000.0, cost.peak)).collect();
    // Without what the repository has.
    let list =
        ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)"];
    let listed = quarantine.run(&list).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", "").said().0;
    let sizes = |kind: &str| -> Vec<f64> {
        let lines = listed.lines().filter_map(|line| line.strip_prefix(kind));
        lines.map(|size| size.trim().parse().expect("a size")).collect()
    };
    let [commits, trees] = ["commit", "tree"].map(|kind| sizes(kind).len() as f64);
    let looked_at = if branches.is_some() { refs as f64 } else { 0.0 };
    let bytes = sizes("blob").iter().sum();
    (what, [1.0, commits, trees, bytes, updates as f64, looked_at], costs)
}
