//! What happens to the abstract server: pushes, edits of the policy, days that pass,
//! baselines, audits. A sequence is made at random with an eye on the state that it leads to;
//! once made it stands by itself, so that any part of it can be left out.

use crate::support::Random;

use super::model::{Claim, Line, Push, State};
use super::policy::{ALIAS, Exemption, Mode, NAMES, PATTERNS, Policy, Scope, Verdict};
use super::world::{Set, TOOLS, members};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Push(Push),
    /// The second push is judged before the refs of the first are updated.
    Overlap(Push, Push),
    Policy(Policy),
    Days(i64),
    Baseline(Vec<usize>),
    ScopeBaseline(u32, Vec<usize>),
    /// These commits are admitted by themselves.
    Admit(Vec<usize>),
    Audit,
}

/// Makes sequences.
pub(super) struct Generator {
    pub(super) random: Random,
    next_id: u32,
    /// Values that refs had, and what was pushed.
    past: Vec<(usize, usize)>,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), next_id: 0, past: Vec::new() }
    }

    /// A policy to begin with: exceptions for some places, mostly.
    pub(super) fn first(&mut self, state: &State<'_>) -> Operation {
        let mut policy = state.policy.clone();
        for _ in 0..2 + self.random.below(4) {
            self.edit_once(state, &mut policy);
        }
        Operation::Policy(policy)
    }

    /// The next operation after those that led to a state.
    pub(super) fn next(&mut self, state: &State<'_>) -> Operation {
        match self.random.below(100) {
            0..61 => Operation::Push(self.push(state)),
            61..66 => Operation::Overlap(self.push(state), self.push(state)),
            66..85 => Operation::Policy(self.edit(state)),
            85..92 => Operation::Days(1 + self.random.below(12) as i64),
            92..94 => Operation::Baseline(self.some(state)),
            94..96 => Operation::Admit(vec![self.commit(state)]),
            96 => match state.policy.scopes.first() {
                Some(scope) => Operation::ScopeBaseline(scope.id, self.some(state)),
                None => Operation::Baseline(self.some(state)),
            },
            _ => Operation::Audit,
        }
    }

    /// The values of some refs, or single commits, for a baseline.
    fn some(&mut self, state: &State<'_>) -> Vec<usize> {
        let values: Vec<usize> = state.refs.values().map(|&at| state.world.peel(at)).collect();
        if values.is_empty() { vec![] } else { vec![*self.random.pick(&values)] }
    }

    fn push(&mut self, state: &State<'_>) -> Push {
        let mut lines = Vec::new();
        let kind = self.random.below(100);
        if kind < 10 && !state.refs.is_empty() {
            // A branch gets another name.
            let (&from, &value) =
                state.refs.iter().nth(self.random.below(state.refs.len())).unwrap();
            lines.push(Line { name: from, claim: Claim::Real, new: None });
            lines.push(self.line_to(state, value));
        } else if kind < 18 && !state.refs.is_empty() {
            let (&name, _) = state.refs.iter().nth(self.random.below(state.refs.len())).unwrap();
            lines.push(Line { name, claim: Claim::Real, new: None });
        } else if kind < 26 && !self.past.is_empty() {
            // What was there comes back.
            let &(name, value) = self.random.pick(&self.past);
            lines.push(Line { name, claim: Claim::Real, new: Some(value) });
        } else {
            let count = if self.random.in_hundred(75) { 1 } else { 2 + self.random.below(2) };
            for _ in 0..count {
                let value = self.value(state);
                lines.push(self.line_to(state, value));
            }
        }
        // Each ref once, but for hostile clients.
        if !self.random.in_hundred(3) {
            let mut seen = Vec::new();
            lines.retain(|line| {
                let name = if line.name == ALIAS { 0 } else { line.name };
                let fresh = !seen.contains(&name);
                seen.push(name);
                fresh
            });
        }
        self.lie(state, &mut lines);
        for line in &lines {
            self.past.extend(line.new.map(|new| (line.name, new)));
            self.past.extend(state.refs.get(&line.name).map(|&old| (line.name, old)));
        }
        Push { lines, by_alice: self.random.in_hundred(35) }
    }

    /// False claims, of the new value of another line above all.
    fn lie(&mut self, state: &State<'_>, lines: &mut Vec<Line>) {
        if !self.random.in_hundred(12) {
            return;
        }
        let brought: Vec<usize> = lines.iter().filter_map(|line| line.new).collect();
        let claimed = match brought.first() {
            Some(&new) if self.random.in_hundred(75) => new,
            _ => self.random.below(state.world.things.len()),
        };
        if self.random.in_hundred(60) {
            // One more ref for nothing but the claim.
            let name = self.name(state, false);
            let new = self.random.in_hundred(80).then(|| self.commit(state));
            let free = |line: &Line| line.name != name && !(name == ALIAS && line.name == 0);
            if lines.iter().all(free) && !(name == 0 && lines.iter().any(|it| it.name == ALIAS)) {
                let at = self.random.below(lines.len() + 1);
                lines.insert(at, Line { name, claim: Claim::Thing(claimed), new });
            }
        } else {
            let at = self.random.below(lines.len());
            let null = self.random.in_hundred(30);
            lines[at].claim = if null { Claim::Null } else { Claim::Thing(claimed) };
        }
    }

    fn line_to(&mut self, state: &State<'_>, value: usize) -> Line {
        let name = self.name(state, state.world.things[value].is_tag);
        Line { name, claim: Claim::Real, new: Some(value) }
    }

    /// A ref; one that can hold an annotated tag, if need be.
    fn name(&mut self, _state: &State<'_>, for_tag: bool) -> usize {
        loop {
            let name = self.random.below(NAMES.len());
            if !for_tag || !NAMES[name].starts_with("refs/heads/") {
                return name;
            }
        }
    }

    fn commit(&mut self, state: &State<'_>) -> usize {
        let commits: Vec<usize> = members(state.world.commits).collect();
        *self.random.pick(&commits)
    }

    /// A new value: anything, something on top of a ref, or what another ref has.
    fn value(&mut self, state: &State<'_>) -> usize {
        let values: Vec<usize> = state.refs.values().copied().collect();
        match self.random.below(100) {
            0..30 if !values.is_empty() => *self.random.pick(&values),
            30..65 if !values.is_empty() => {
                let below = *self.random.pick(&values);
                let above = (0..state.world.things.len())
                    .filter(|&at| at != below && state.world.reach(at) >> below & 1 == 1);
                let above: Vec<usize> = above.collect();
                if above.is_empty() { below } else { *self.random.pick(&above) }
            }
            // Something that an exception let in, or that lies on top of that.
            65..78 if !state.noted_objects().is_empty() => {
                let below = *self.random.pick(&state.noted_objects());
                let above = (0..state.world.things.len())
                    .filter(|&at| state.world.reach(at) >> below & 1 == 1);
                *self.random.pick(&above.collect::<Vec<_>>())
            }
            78..83 => self.random.below(state.world.things.len()),
            _ => self.commit(state),
        }
    }

    /// The policy after an edit of its file.
    fn edit(&mut self, state: &State<'_>) -> Policy {
        let mut policy = state.policy.clone();
        let times = 1 + self.random.below(2);
        for _ in 0..times {
            self.edit_once(state, &mut policy);
        }
        policy
    }

    fn edit_once(&mut self, state: &State<'_>, policy: &mut Policy) {
        match self.random.below(100) {
            0..22 if policy.scopes.len() < 4 => {
                let scope = self.scope(state.day);
                let at = self.random.below(policy.scopes.len() + 1);
                policy.scopes.insert(at, scope);
            }
            0..36 if !policy.scopes.is_empty() => {
                let at = self.random.below(policy.scopes.len());
                policy.scopes.remove(at);
            }
            36..42 if !policy.scopes.is_empty() => {
                let at = self.random.below(policy.scopes.len());
                let id = policy.scopes[at].id;
                policy.scopes[at] = Scope { id, ..self.scope(state.day) };
            }
            0..66 if policy.exemptions.len() < 4 => {
                let exemption = self.exemption(state);
                policy.exemptions.push(exemption);
            }
            0..78 if !policy.exemptions.is_empty() => {
                let at = self.random.below(policy.exemptions.len());
                policy.exemptions.remove(at);
            }
            78..84 => policy.tools[self.random.below(TOOLS.len())] = self.verdict(),
            84..92 => policy.mode = self.mode(state.day),
            92..96 => policy.suspended = !policy.suspended && self.random.in_hundred(50),
            _ => policy.most = self.random.in_hundred(40).then(|| 1 + self.random.below(5)),
        }
    }

    fn verdict(&mut self) -> Verdict {
        *self.random.pick(&[
            Verdict::Reject,
            Verdict::Reject,
            Verdict::Reject,
            Verdict::Warn,
            Verdict::Record,
        ])
    }

    fn mode(&mut self, day: i64) -> Mode {
        let coming = day + self.random.below(20) as i64 - 5;
        *self.random.pick(&[
            Mode::Enforce,
            Mode::Enforce,
            Mode::EnforceFrom(coming),
            Mode::Observe,
            Mode::Warn,
        ])
    }

    fn scope(&mut self, day: i64) -> Scope {
        self.next_id += 1;
        let mut tools = [None; TOOLS.len()];
        for tool in &mut tools {
            *tool = self.random.in_hundred(45).then(|| self.verdict());
        }
        if self.random.in_hundred(25) {
            tools = [Some(Verdict::Record); TOOLS.len()];
        }
        Scope {
            id: self.next_id,
            refs: self.random.in_hundred(88).then(|| self.random.below(PATTERNS.len())),
            for_alice: self.random.in_hundred(15),
            tools,
            mode: self.random.in_hundred(30).then(|| self.mode(day)),
        }
    }

    fn exemption(&mut self, state: &State<'_>) -> Exemption {
        self.next_id += 1;
        let commits = self.random.in_hundred(40).then(|| {
            let count = 1 + self.random.below(4);
            (0..count).fold(0, |set: Set, _| set | 1 << self.commit(state))
        });
        Exemption {
            id: self.next_id,
            refs: self.random.in_hundred(75).then(|| self.random.below(PATTERNS.len())),
            commits,
            tool: self.random.in_hundred(25).then(|| self.random.below(TOOLS.len())),
            ends: state.day + 1 + self.random.below(15) as i64,
        }
    }
}
