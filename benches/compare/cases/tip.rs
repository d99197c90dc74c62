//! The push that servers see all day: one commit onto the tip of a branch.

use super::{Case, MARK, PLAIN, count};
use crate::Failure;
use crate::bench::Bench;
use crate::plan::{Bar, By, Plan};
use crate::quarantine::{New, Quarantine};
use crate::sort::Sort::{Plain, Provost};
use crate::{checks, git::Git, plan::Index, repository::Repository};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "push-tip",
        asks: "One new commit is pushed onto the tip of a branch. Does it cost the same in \
               every repository, however many commits and refs it has?",
        plan: push_tip,
    },
    Case {
        name: "push-marked",
        asks: "The same with a commit that an AI tool has signed: what does a refusal cost?",
        plan: push_marked,
    },
];

/// Commits and refs of the repositories, the smallest first.
const SIZES: [(usize, usize); 5] =
    [(1000, 1000), (100_000, 1000), (1_000_000, 1000), (100_000, 100_000), (1_000_000, 100_000)];
/// The one beside which git is measured.
const MANY_REFS: (usize, usize) = (100_000, 100_000);

fn push_tip(bench: &Bench) -> Result<Plan, Failure> {
    let mut plan = Plan::on(
        "histories of small commits, refs packed, no commit-graph; sizes as the sides say",
    );
    let mut all = Vec::new();
    for (commits, refs) in SIZES {
        let repository = bench.line(commits, refs, true)?;
        let (quarantine, input) = one_commit(&bench.git, &repository, PLAIN)?;
        let size =
            format!("{} commits, {} refs", count(bench.size(commits)), count(bench.size(refs)));
        let hook = quarantine.hook(&bench.git, &[]);
        let name = format!("provost, {size}");
        let ours = plan.side(&name, Provost, hook, input.as_bytes())?;
        plan.checks.push(checks::commits_judged(&plan, ours, &name, 1)?);
        all.push(ours);
        if (commits, refs) == MANY_REFS {
            let git = rev_list(bench, &mut plan, &quarantine, &input, &size)?;
            plan.bars.push(Bar::Ratio { of: ours, to: git, by: By::Worse, most: Some(0.5) });
        }
        plan.keep(quarantine);
    }
    plan.bars.insert(0, Bar::Flat { of: all, by: By::Worse, most: 1.5 });
    Ok(plan)
}

fn push_marked(bench: &Bench) -> Result<Plan, Failure> {
    let repository = bench.history()?;
    let mut plan = Plan::on(repository.described(&bench.git)?);
    let message = format!("{PLAIN}\n{MARK}");
    let (quarantine, input) = one_commit(&bench.git, &repository, &message)?;
    let hook = quarantine.hook(&bench.git, &[]);
    let ours = plan.side("provost", Provost, hook, input.as_bytes())?;
    plan.checks.push(checks::commits_judged(&plan, ours, "commits judged", 1)?);
    plan.checks.push(checks::findings(&plan, ours, "findings", 1)?);
    let git = rev_list(bench, &mut plan, &quarantine, &input, "")?;
    plan.bars.push(Bar::Ratio { of: ours, to: git, by: By::Cpu, most: None });
    plan.keep(quarantine);
    plan.keep(repository);
    Ok(plan)
}

/// One new commit onto the tip of the branch of `HEAD`, and what the hook reads of it.
fn one_commit(
    git: &Git,
    repository: &Repository,
    message: &str,
) -> Result<(Quarantine, String), Failure> {
    let (branch, tip) = repository.head(git)?;
    let quarantine = Quarantine::new(&repository.path)?;
    let new = quarantine.commit(git, &New { parent: &tip, message, path: None, date: None })?;
    Ok((quarantine, format!("{tip} {new} {branch}\n")))
}

/// git's own way to find what a push brings, as receive-pack's check for missing objects
/// asks, without the objects.
pub(crate) fn rev_list(
    bench: &Bench,
    plan: &mut Plan,
    quarantine: &Quarantine,
    input: &str,
    size: &str,
) -> Result<Index, Failure> {
    let new = input.split(' ').nth(1).ok_or("a push without a new value")?;
    let list = quarantine.command(&bench.git, "git", &["rev-list", "--stdin"]);
    let name = if size.is_empty() { "git".to_owned() } else { format!("git, {size}") };
    let side = plan.side(name, Plain, list, format!("{new}\n--not\n--all\n").as_bytes())?;
    if let Some(side) = plan.sides.last_mut() {
        side.command = "git rev-list --stdin, which reads: ID --not --all".to_owned();
    }
    Ok(side)
}
