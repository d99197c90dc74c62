//! Programs that look through commit messages, on the same commits.

use std::collections::BTreeSet;

use crate::Failure;
use crate::bench::Bench;
use crate::checks;
use crate::found;
use crate::git::utf8;
use crate::made::line;
use crate::pages::CheckRow;
use crate::plan::{Bar, By, Index, Plan};
use crate::quarantine::Quarantine;
use crate::rivals::{self, ABSENT};
use crate::sort::Sort::{Committed, Gitlint, Plain, Provost, Shell};

use super::{Case, count};

pub(crate) const CASES: &[Case] = &[Case {
    name: "messages",
    asks: "Some hundred commits are pushed onto a tip, some of them marked. What do others cost \
           that look through commit messages, and do they find the same?",
    plan: messages,
}];

const COMMITS: usize = 200;
/// Why another one may find something else.
const ONE_LINE: &str = "one expression for a few names in credit lines: no identities, no other \
    tools, and people whose names hold such a word";

fn messages(bench: &Bench) -> Result<Plan, Failure> {
    let git = &bench.git;
    let repository = bench.line(1000, 1000, false)?;
    // Fewer would hold no mark.
    let commits = if bench.rehearsal { 50 } else { COMMITS };
    let mut plan = Plan::on(format!("{} commits onto a tip", count(commits)));
    let (branch, tip) = repository.head(git)?;
    let quarantine = Quarantine::new(&repository.path)?;
    let new =
        quarantine.import(git, line::MAIN, |out| line::write(out, commits, true, Some(&tip)))?;
    let input = format!("{tip} {new} {branch}\n");
    let range = format!("{tip}..{new}");
    let ours = plan.side("provost", Provost, quarantine.hook(git, &[]), input.as_bytes())?;
    let judged = u64::try_from(commits)?;
    plan.checks.push(checks::commits_judged(&plan, ours, "commits judged", judged)?);

    let accepted = quarantine.accepted(git, &bench.data, &branch, &new)?;
    let here = accepted.path();
    let all = git.ask(here, &["rev-list", &range])?;
    let all: BTreeSet<String> = all.lines().map(str::to_owned).collect();
    let mut check = Plan::default();
    let arguments = ["--isolated", "check", "--format", "jsonl", &range];
    let check_side =
        check.side("provost check", Provost, git.command(&git.provost, here, &arguments), b"")?;
    let marked = found::by_audit(&check, check_side)?.marked;

    let script = rivals::shell_hook(bench)?;
    let shell = quarantine.command(git, "sh", &[utf8(&script)?]);
    let shell = plan.side("shell hook", Shell, shell, input.as_bytes())?;
    plan.bars.push(Bar::Ratio { of: ours, to: shell, by: By::Worse, most: None });
    compare(&mut plan, shell, "shell hook", &all, &marked, |line| {
        line.strip_suffix(": AI credit")
    })?;

    match bench.rivals.gitlint() {
        Some(gitlint) => {
            let rule = rivals::gitlint_rule(bench)?;
            let others = "T1,T2,T3,T4,T5,T6,T7,T8,B1,B2,B3,B4,B5,B6,B7,B8,M1";
            let arguments = ["--extra-path", utf8(&rule)?, "--ignore", others, "--commits", &range];
            let gitlint = quarantine.command(git, utf8(&gitlint)?, &arguments);
            let side = plan.side("gitlint", Gitlint, gitlint, b"")?;
            plan.bars.push(Bar::Ratio { of: ours, to: side, by: By::Worse, most: None });
            compare(&mut plan, side, "gitlint", &all, &marked, |line| {
                line.strip_prefix("Commit ")?.strip_suffix(':')
            })?;
        }
        None => plan.missing.push(format!("gitlint: {ABSENT}")),
    }
    match bench.rivals.committed() {
        Some(committed) => {
            let committed = git.command(utf8(&committed)?, here, &[&range]);
            let side = plan.side("committed", Committed, committed, b"")?;
            plan.bars.push(Bar::Ratio { of: ours, to: side, by: By::Worse, most: None });
            plan.notes.push(
                "committed can't be told to look for anything in a message but its style, and \
                 doesn't see commits in quarantine: it was run where they are accepted."
                    .to_owned(),
            );
        }
        None => plan.missing.push(format!("committed: {ABSENT}")),
    }
    // What a process costs that looks at nothing, for each commit: the part of the hook
    // that no expression makes quicker.
    let list = quarantine.command(git, "git", &["log", "--format=%B", &range]);
    let git = plan.side("git", Plain, list, b"")?;
    plan.bars.push(Bar::Ratio { of: ours, to: git, by: By::Worse, most: None });
    plan.keep((accepted, quarantine, repository));
    Ok(plan)
}

/// Holds what another names against what provost marks.
fn compare(
    plan: &mut Plan,
    side: Index,
    name: &str,
    all: &BTreeSet<String>,
    marked: &BTreeSet<String>,
    of: impl Fn(&str) -> Option<&str>,
) -> Result<(), Failure> {
    let said = found::said(plan, side)?;
    let named = found::named(&said, all, of);
    let both = marked.intersection(&named).count();
    let (missed, more) = (marked.len() - both, named.len() - both);
    let why = format!("misses {missed} and finds {more} others: {ONE_LINE}");
    let check = checks::sets("commits with a mark", marked, name, &named);
    plan.checks.push(CheckRow { may_differ: Some(why), ..check });
    Ok(())
}
