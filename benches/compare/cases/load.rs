//! Many pushes at the same time.

use std::process::Command;

use crate::Failure;
use crate::bench::Bench;
use crate::git::utf8;
use crate::measure::{Process, Work};
use crate::plan::{Bar, By, Plan};
use crate::quarantine::{New, Quarantine};
use crate::sort::Sort::Provost;

use super::{Case, PLAIN};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "hooks-at-once",
        asks: "50 pushes of one commit each arrive at the same moment: do the hooks get as much \
               done as when one follows the other?",
        plan: |bench| at_once(bench, false),
    },
    Case {
        name: "hooks-at-once-logged",
        asks: "The same with the decision log, to which each hook writes and which it syncs \
               before it answers.",
        plan: |bench| at_once(bench, true),
    },
];

const HOOKS: usize = 50;

fn at_once(bench: &Bench, logged: bool) -> Result<Plan, Failure> {
    let git = &bench.git;
    let repository = bench.history()?;
    let mut plan = Plan::on(repository.described(git)?);
    let (branch, tip) = repository.head(git)?;
    let options = if logged {
        let folder = tempfile::Builder::new().prefix("log-").tempdir_in(&bench.data)?;
        let log = format!("[log]\nfile = \"{}/log.jsonl\"\n", utf8(folder.path())?);
        plan.keep(folder);
        vec!["--rules".to_owned(), utf8(&bench.file("logged.toml", &log)?)?.to_owned()]
    } else {
        Vec::new()
    };
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut pushes: Vec<(Command, Command, String)> = Vec::new();
    for number in 0..HOOKS {
        let quarantine = Quarantine::new(&repository.path)?;
        let message = format!("{PLAIN}\nFixes: {number}");
        let new = New { parent: &tip, message: &message, path: None, date: None };
        let new = quarantine.commit(git, &new)?;
        let hook = || quarantine.hook(git, &options);
        pushes.push((hook(), hook(), format!("{tip} {new} {branch}\n")));
        plan.keep(quarantine);
    }
    let (mut in_turn, mut at_once) = (Vec::new(), Vec::new());
    for (one, other, input) in pushes {
        in_turn.push(Process::new(one, input.as_bytes())?);
        at_once.push(Process::new(other, input.as_bytes())?);
    }
    let shown = format!("{HOOKS} times provost pre-receive");
    let at_once = plan.work("at once", Provost, &shown, Work::AtOnce(at_once))?;
    let in_turn = plan.work("in turn", Provost, &shown, Work::InTurn(in_turn))?;
    plan.bars.push(Bar::Throughput { of: at_once, to: in_turn, least: 0.9 });
    plan.bars.push(Bar::Ratio { of: at_once, to: in_turn, by: By::Cpu, most: None });
    plan.notes.push("The memory is that of the hook that held most.".to_owned());
    plan.keep(repository);
    Ok(plan)
}
