//! Single things that are very large: does the cost grow with the size and no faster?

use std::io::{self, Write};

use crate::Failure;
use crate::bench::Bench;
use crate::checks;
use crate::made::random::Random;
use crate::made::{line, wide, words};
use crate::plan::{Bar, Index, Plan};
use crate::quarantine::Quarantine;
use crate::repository::Repository;
use crate::sort::Sort::Provost;

use super::{Case, MARK, count, history, null};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "large-message",
        asks: "A commit is pushed with a message of 100 MB, the mark on its last line. Does it \
               cost ten times what one of 10 MB costs?",
        plan: message,
    },
    Case {
        name: "large-tree",
        asks: "A commit is pushed with 1,000,000 files in one directory. Does it cost ten times \
               what 100,000 cost?",
        plan: tree,
    },
    Case {
        name: "many-refs",
        asks: "100,000 branches are pushed at once. Does it cost ten times what 10,000 cost?",
        plan: refs,
    },
    Case {
        name: "many-refs-marked",
        asks: "The same over a history with marks, each of which is a finding of every branch \
               that reaches it: does a limit end it in order?",
        plan: marked_refs,
    },
    Case {
        name: "many-commits",
        asks: "1,000,000 commits are pushed at once. Does it cost ten times what 100,000 cost?",
        plan: commits,
    },
];

/// Ten times the size may cost so much more than ten times: a sort of what was read is in it.
const LINEAR: f64 = 1.2;
const TIMES: usize = 10;
/// The memory that `[limits]` of the built-in rules allows.
const MOST_MEGABYTES: f64 = 2147.0;

fn message(bench: &Bench) -> Result<Plan, Failure> {
    let repository = bench.line(1000, 1000, true)?;
    let mut plan = Plan::on("onto the tip of a history of small commits");
    let git = &bench.git;
    let (branch, tip) = repository.head(git)?;
    let mut sides = Vec::new();
    for bytes in sizes(bench, 100_000_000) {
        let quarantine = Quarantine::new(&repository.path)?;
        let new = quarantine.import(git, line::MAIN, |out| {
            let text = long_message(bytes);
            write_commit(out, &tip, &text)
        })?;
        let name = format!("provost, {} bytes", count(bytes));
        let input = format!("{tip} {new} {branch}\n");
        let hook = quarantine.hook(git, &[]);
        let side = plan.side(&name, Provost, hook, input.as_bytes())?;
        plan.checks.push(checks::findings(&plan, side, &format!("{name}: findings"), 1)?);
        plan.keep(quarantine);
        sides.push(side);
    }
    plan.keep(repository);
    linear(&mut plan, &sides);
    Ok(plan)
}

/// A text of so many bytes, the last line of which is a mark.
fn long_message(bytes: usize) -> String {
    let mut random = Random::new(0x006d_6573_7361_6765);
    let mut text = String::with_capacity(bytes + 1000);
    text.push_str("Import the log of the old server\n\n");
    while text.len() < bytes {
        words::source_line(random.number() as u32 & 0x7fff_ffff, &mut text);
    }
    text.push_str(&format!("\n{MARK}\n"));
    text
}

fn write_commit(out: &mut impl Write, parent: &str, message: &str) -> io::Result<()> {
    wide::header(out, line::MAIN, message)?;
    writeln!(out, "from {parent}\nM 100644 inline log.txt\ndata 4\nlog\n")
}

fn tree(bench: &Bench) -> Result<Plan, Failure> {
    let mut plan = Plan::on("the first push into an empty repository");
    let mut sides = Vec::new();
    for entries in sizes(bench, 1_000_000) {
        let quarantine = Quarantine::of_empty(&bench.git, &bench.data, "sha1")?;
        let new = quarantine.tree(&bench.git, &wide::names(entries))?;
        let input = format!("{} {new} refs/heads/main\n", null(&new));
        let name = format!("provost, {} files", count(entries));
        let hook = quarantine.hook(&bench.git, &[]);
        let side = plan.side(&name, Provost, hook, input.as_bytes())?;
        plan.checks.push(checks::commits_judged(&plan, side, &name, 1)?);
        plan.keep(quarantine);
        sides.push(side);
    }
    linear(&mut plan, &sides);
    Ok(plan)
}

fn refs(bench: &Bench) -> Result<Plan, Failure> {
    let mut plan = Plan::on("a history of 1,000 small commits, into an empty repository");
    let mut sides = Vec::new();
    for refs in sizes(bench, 100_000) {
        sides.push(push_refs(bench, &mut plan, refs, false)?);
    }
    linear(&mut plan, &sides);
    Ok(plan)
}

fn marked_refs(bench: &Bench) -> Result<Plan, Failure> {
    let mut plan = Plan::on("a history of 1,000 small commits, into an empty repository");
    let side = push_refs(bench, &mut plan, bench.size(100_000), true)?;
    plan.bars.push(Bar::Peak { of: side, most: MOST_MEGABYTES });
    let ended = plan.process(side)?.with(&["--verbose"])?.run(None)?;
    let cut = ended.errors.lines().find(|line| line.contains("limits")).map(str::trim);
    plan.notes.push(match cut {
        Some(line) => format!("The hook said: {line}"),
        None => "No limit was reached.".to_owned(),
    });
    Ok(plan)
}

fn push_refs(bench: &Bench, plan: &mut Plan, refs: usize, marked: bool) -> Result<Index, Failure> {
    let git = &bench.git;
    let commits = bench.size(1000).max(100);
    let from = Repository::line(git, &bench.data, commits, refs, marked)?;
    let (quarantine, input) = history::pushed(bench, &from)?;
    let name = format!("provost, {} branches", count(refs));
    let side = plan.side(&name, Provost, quarantine.hook(git, &[]), input.as_bytes())?;
    let all = git.ask(&from.path, &["rev-list", "--all", "--count"])?.parse()?;
    if !marked {
        plan.checks.push(checks::commits_judged(plan, side, &name, all)?);
    }
    plan.keep(quarantine);
    Ok(side)
}

fn commits(bench: &Bench) -> Result<Plan, Failure> {
    let git = &bench.git;
    let mut plan = Plan::on("histories of small commits, into an empty repository, with content");
    let mut sides = Vec::new();
    for commits in sizes(bench, 1_000_000) {
        let from = Repository::line(git, &bench.data, commits, bench.size(1000), true)?;
        let (quarantine, input) = history::pushed(bench, &from)?;
        let name = format!("provost, {} commits", count(commits));
        let side = plan.side(&name, Provost, quarantine.hook(git, &[]), input.as_bytes())?;
        let all = git.ask(&from.path, &["rev-list", "--all", "--count"])?.parse()?;
        plan.checks.push(checks::commits_judged(&plan, side, &name, all)?);
        plan.keep(quarantine);
        sides.push(side);
    }
    linear(&mut plan, &sides);
    Ok(plan)
}

/// A tenth of a size, and the size.
fn sizes(bench: &Bench, full: usize) -> [usize; 2] {
    let large = bench.size(full).max(10 * TIMES);
    [large / TIMES, large]
}

fn linear(plan: &mut Plan, sides: &[Index]) {
    if let [small, large] = *sides {
        let times = TIMES as f64;
        plan.bars.push(Bar::Linear { small, large, times, most: LINEAR });
        plan.bars.push(Bar::Peak { of: large, most: MOST_MEGABYTES });
    }
}
