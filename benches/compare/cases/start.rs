//! What a start costs, and how little of it is the catalogue's.

use std::path::Path;
use std::process::Command;

use super::{Case, null};
use crate::bench::Bench;
use crate::git::utf8;
use crate::plan::{Bar, By, Plan};
use crate::quarantine::Quarantine;
use crate::repository::Repository;
use crate::sort::Sort::{Plain, Provost};
use crate::{Failure, rules, variant};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "start-up",
        asks: "What does a push cost in which nothing is to be judged: one that only deletes a \
               branch? How much of that is the catalogue's size?",
        plan: start_up,
    },
    Case {
        name: "start-up-larger",
        asks: "What does a start cost with 1,000 markers more in the catalogue?",
        plan: start_up_larger,
    },
    Case {
        name: "start-up-rules-file",
        asks: "What does a start cost with 1,000 markers more in a rules file of the server's \
               administrator, which is checked at every start?",
        plan: start_up_rules_file,
    },
    Case {
        name: "scan-larger",
        asks: "What does judging a history cost with 1,000 markers more in the catalogue?",
        plan: scan_larger,
    },
    Case {
        name: "scan-rules-file",
        asks: "What does judging a history cost with 1,000 markers more in a rules file?",
        plan: scan_rules_file,
    },
];

/// Milliseconds.
const START: f64 = 5.0;
const MARKERS: usize = 1000;
/// Commits of the history that is judged with more markers.
const COMMITS: usize = 20_000;

/// A push that only deletes a branch.
struct Deletion {
    repository: Repository,
    input: String,
}

impl Deletion {
    fn new(bench: &Bench) -> Result<Self, Failure> {
        let repository = bench.line(1000, 1000, true)?;
        let (branch, tip) = repository.head(&bench.git)?;
        let input = format!("{tip} {} {branch}\n", null(&tip));
        Ok(Self { repository, input })
    }

    fn plan(&self, bench: &Bench) -> Result<Plan, Failure> {
        Ok(Plan::on(self.repository.described(&bench.git)?))
    }

    fn hook(&self, bench: &Bench, program: &str, options: &[&str]) -> Command {
        let arguments = [&["--isolated"], options, &["pre-receive"]].concat();
        let mut command = bench.git.command(program, &self.repository.path, &arguments);
        command.env("GIT_DIR", ".").env("GIT_PUSH_OPTION_COUNT", "0");
        command
    }
}

fn start_up(bench: &Bench) -> Result<Plan, Failure> {
    let push = Deletion::new(bench)?;
    let mut plan = push.plan(bench)?;
    let input = push.input.as_bytes();
    let whole = push.hook(bench, &bench.git.provost, &[]);
    let whole = plan.side("provost", Provost, whole, input)?;
    plan.bars.push(Bar::Time { of: whole, most: START });
    // git has nothing to look for: the least that a git process does.
    let least = bench.git.command("git", &push.repository.path, &["rev-parse", "--git-dir"]);
    let least = plan.side("git", Plain, least, b"")?;
    plan.bars.push(Bar::Ratio { of: whole, to: least, by: By::Worse, most: None });
    if let Some(program) = built(bench, &mut plan, "ten-markers", || rules::few(10))? {
        let few = push.hook(bench, &program, &[]);
        let few = plan.side("provost with ten markers", Provost, few, input)?;
        plan.bars.push(Bar::More { of: whole, than: few, most: 1.0 });
    }
    Ok(plan)
}

fn start_up_larger(bench: &Bench) -> Result<Plan, Failure> {
    let push = Deletion::new(bench)?;
    let mut plan = push.plan(bench)?;
    let input = push.input.as_bytes();
    let whole = push.hook(bench, &bench.git.provost, &[]);
    let whole = plan.side("provost", Provost, whole, input)?;
    if let Some(program) = larger(bench, &mut plan)? {
        let more = push.hook(bench, &program, &[]);
        let more = plan.side("provost with 1,000 markers more", Provost, more, input)?;
        plan.bars.push(Bar::Time { of: more, most: START });
        plan.bars.push(Bar::Ratio { of: more, to: whole, by: By::Cpu, most: None });
    }
    Ok(plan)
}

fn start_up_rules_file(bench: &Bench) -> Result<Plan, Failure> {
    let push = Deletion::new(bench)?;
    let mut plan = push.plan(bench)?;
    let input = push.input.as_bytes();
    let whole = push.hook(bench, &bench.git.provost, &[]);
    let whole = plan.side("provost", Provost, whole, input)?;
    let file = bench.file("more.toml", &rules::more(MARKERS))?;
    let more = push.hook(bench, &bench.git.provost, &["--rules", utf8(&file)?]);
    let more = plan.side("provost with 1,000 markers more", Provost, more, input)?;
    plan.bars.push(Bar::Ratio { of: more, to: whole, by: By::Cpu, most: None });
    Ok(plan)
}

fn scan_larger(bench: &Bench) -> Result<Plan, Failure> {
    let (push, input, data) = first_push(bench)?;
    let mut plan = Plan::on(data);
    let whole = plan.side("provost", Provost, push.hook(&bench.git, &[]), input.as_bytes())?;
    if let Some(program) = larger(bench, &mut plan)? {
        let more = push.command(&bench.git, &program, &["--isolated", "pre-receive"]);
        let more = plan.side("provost with 1,000 markers more", Provost, more, input.as_bytes())?;
        plan.bars.push(Bar::Ratio { of: more, to: whole, by: By::Worse, most: Some(1.1) });
    }
    plan.keep(push);
    Ok(plan)
}

fn scan_rules_file(bench: &Bench) -> Result<Plan, Failure> {
    let (push, input, data) = first_push(bench)?;
    let mut plan = Plan::on(data);
    let whole = plan.side("provost", Provost, push.hook(&bench.git, &[]), input.as_bytes())?;
    let file = bench.file("more.toml", &rules::more(MARKERS))?;
    let more = push.hook(&bench.git, &["--rules", utf8(&file)?]);
    let more = plan.side("provost with 1,000 markers more", Provost, more, input.as_bytes())?;
    plan.bars.push(Bar::Ratio { of: more, to: whole, by: By::Worse, most: Some(1.1) });
    plan.keep(push);
    Ok(plan)
}

/// A smaller realistic history as the first push into an empty repository.
fn first_push(bench: &Bench) -> Result<(Quarantine, String, String), Failure> {
    let (commits, refs) = (bench.size(COMMITS), bench.size(100));
    let from = Repository::history(&bench.git, &bench.data, commits, refs)?;
    let (push, input) = super::history::pushed(bench, &from)?;
    Ok((push, input, from.described(&bench.git)?))
}

fn larger(bench: &Bench, plan: &mut Plan) -> Result<Option<String>, Failure> {
    built(bench, plan, "1,000-markers-more", || Ok(rules::built_in_and(MARKERS)))
}

/// Another provost, unless this is a rehearsal, which must not take that long.
fn built(
    bench: &Bench,
    plan: &mut Plan,
    name: &str,
    rules: impl FnOnce() -> Result<String, Failure>,
) -> Result<Option<String>, Failure> {
    let rules = rules()?;
    if bench.rehearsal {
        // What the build would be given can be read at least.
        let _: toml::Table = rules.parse()?;
        plan.missing.push(format!("provost with {name}: not built in a rehearsal"));
        return Ok(None);
    }
    let program = variant::provost_with(bench, &name.replace(',', ""), &rules)?;
    Ok(Some(utf8(Path::new(&program))?.to_owned()))
}
