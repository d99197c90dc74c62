//! Sequences as scripts that can be read and done by hand.

use std::fmt::Write as _;

use super::model::{Claim, Push};
use super::operations::Operation;
use super::policy::{NAMES, PATTERNS, Policy};
use super::world::{Set, TOOLS, World, members};

/// A sequence, with the objects that it needs.
pub(super) fn script(world: &World, operations: &[Operation]) -> String {
    let mut used = 0;
    let mut text = String::new();
    for (at, operation) in operations.iter().enumerate() {
        write!(text, "{:>3}. ", at + 1).unwrap();
        match operation {
            Operation::Push(push) => {
                writeln!(text, "push{}", lines(world, push, &mut used)).unwrap();
            }
            Operation::Overlap(one, two) => {
                let one = lines(world, one, &mut used);
                let two = lines(world, two, &mut used);
                writeln!(text, "push{one}\n     and, before its refs are updated, push{two}")
                    .unwrap();
            }
            Operation::Policy(policy) => {
                let named = policy.exemptions.iter().filter_map(|it| it.commits);
                used |= named.fold(0, |set, it| set | it);
                let shown = edited(world, policy);
                writeln!(text, "the policy becomes\n{shown}").unwrap();
            }
            Operation::Days(days) => writeln!(text, "{days} days pass").unwrap(),
            Operation::Baseline(of) => {
                let set = of.iter().fold(0, |set, &at| set | 1 << at);
                used |= set;
                writeln!(text, "baseline of all refs: {}", world.names(set)).unwrap();
            }
            Operation::ScopeBaseline(scope, of) => {
                let set = of.iter().fold(0, |set, &at| set | 1 << at);
                used |= set;
                writeln!(text, "baseline of scope s{scope}: {}", world.names(set)).unwrap();
            }
            Operation::Admit(of) => {
                let set = of.iter().fold(0, |set, &at| set | 1 << at);
                used |= set;
                writeln!(text, "admitted by themselves: {}", world.names(set)).unwrap();
            }
            Operation::Audit => text.push_str("audit\n"),
        }
    }
    let reached = members(used).fold(0, |set, at| set | world.reach(at));
    format!("objects:\n{}{text}", world.describe(reached))
}

fn lines(world: &World, push: &Push, used: &mut Set) -> String {
    let mut text = if push.by_alice { " by alice:" } else { ":" }.to_owned();
    for line in &push.lines {
        let mut name = |at: usize| {
            *used |= 1 << at;
            world.name(at)
        };
        let claim = match line.claim {
            Claim::Real => String::new(),
            Claim::Null => " claiming that it is not there".to_owned(),
            Claim::Thing(at) => format!(" claiming {}", name(at)),
        };
        let new = line.new.map_or("deleted".to_owned(), &mut name);
        write!(text, "\n     {}{claim} -> {new}", NAMES[line.name]).unwrap();
    }
    text
}

fn edited(world: &World, policy: &Policy) -> String {
    let refs =
        |refs: Option<usize>| refs.map_or("all refs".to_owned(), |it| PATTERNS[it].join(" "));
    let mut text = format!("     mode {:?}, tools {:?}", policy.mode, policy.tools);
    if policy.suspended {
        text.push_str(", suspended");
    }
    if let Some(most) = policy.most {
        write!(text, ", at most {most} commits, others accepted unjudged").unwrap();
    }
    for it in &policy.scopes {
        let alice = if it.for_alice { " for alice" } else { "" };
        let (id, refs, tools, mode) = (it.id, refs(it.refs), it.tools, it.mode);
        write!(text, "\n     scope s{id} of {refs}{alice}: tools {tools:?}, mode {mode:?}")
            .unwrap();
    }
    for it in &policy.exemptions {
        let commits = it.commits.map_or("any".to_owned(), |set| world.names(set));
        let tool = it.tool.map_or("any", |tool| TOOLS[tool].0);
        let (id, refs, ends) = (it.id, refs(it.refs), it.ends);
        write!(
            text,
            "\n     exemption e{id} of {refs}: commits {commits}, tool {tool}, until day {ends}"
        )
        .unwrap();
    }
    text
}
