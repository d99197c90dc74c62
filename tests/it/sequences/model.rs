//! The abstract server: refs, baselines and the ledger as the design has them, and what may
//! and what must become of a push.
//!
//! Where the design leaves the product a choice (how strictness is shown, which of several
//! exceptions is named), the model knows two bounds: what is certainly hidden or noted, and
//! what may be. A push that must be refused and is accepted breaks the invariant; one that
//! nothing may refuse and that is refused costs its pusher a day.

use std::collections::BTreeMap;

use super::policy::{ALIAS, Case, NAMES, Policy, can_hide, matches};
use super::world::{Set, World, members};

/// What a client claims as the old value of a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Real,
    Null,
    Thing(usize),
}

/// A line of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: usize,
    pub(super) claim: Claim,
    pub(super) new: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Push {
    pub(super) lines: Vec<Line>,
    pub(super) by_alice: bool,
}

/// Why an object is on the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    /// An exception for one of these patterns let it in.
    Bound(Vec<usize>),
    /// It was not judged, on this ref.
    Unjudged(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    at: usize,
    why: Why,
    /// Whether the product must have it, or may.
    certain: bool,
}

impl Entry {
    /// Whether it keeps its object from being hidden on a ref: certainly, or possibly.
    fn counts(&self, name: usize, certainly: bool) -> bool {
        match &self.why {
            Why::Unjudged(_) => self.certain || !certainly,
            Why::Bound(patterns) if certainly => {
                self.certain && !patterns.iter().any(|&it| matches(it, name))
            }
            Why::Bound(patterns) => !patterns.iter().all(|&it| matches(it, name)),
        }
    }
}

/// What must and may become of a push.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// Why it must be refused.
    pub(super) must: Option<String>,
    /// Why it may be refused.
    pub(super) may: Option<String>,
}

/// A ref update after symbolic refs and repetitions are resolved.
#[derive(Clone, Copy, Debug)]
struct Target {
    name: usize,
    new: usize,
    /// Whether git carries it out.
    is_real: bool,
}

/// What is known of the objects that a target brings.
struct Brought {
    gained: Set,
    /// What hides for certain, and at most; baselines apart.
    surely: Set,
    possibly: Set,
    baseline: Set,
}

/// The abstract server.
pub(super) struct State<'w> {
    pub(super) world: &'w World,
    pub(super) refs: BTreeMap<usize, usize>,
    pub(super) policy: Policy,
    pub(super) day: i64,
    pub(super) baseline: Set,
    /// Commits that were admitted by themselves.
    pub(super) admitted: Set,
    pub(super) scope_baselines: BTreeMap<u32, Set>,
    ledger: Vec<Entry>,
}

impl<'w> State<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self {
            world,
            refs: BTreeMap::new(),
            policy: Policy::strict(),
            day: 0,
            baseline: 0,
            admitted: 0,
            scope_baselines: BTreeMap::new(),
            ledger: Vec::new(),
        }
    }

    /// The ref that a name stands for.
    pub(super) fn resolve(name: usize) -> usize {
        if name == ALIAS { 0 } else { name }
    }

    pub(super) fn value(&self, name: usize) -> Option<usize> {
        self.refs.get(&Self::resolve(name)).copied()
    }

    /// The old value that a line claims.
    pub(super) fn claimed(&self, line: &Line) -> Option<usize> {
        match line.claim {
            Claim::Real => self.value(line.name),
            Claim::Null => None,
            Claim::Thing(at) => Some(at),
        }
    }

    /// The lines that git could be sent: not those that would make nothing of nothing.
    pub(super) fn lines(&self, push: &Push) -> Vec<Line> {
        let real = |line: &&Line| line.new.is_some() || self.claimed(line).is_some();
        push.lines.iter().filter(real).copied().collect()
    }

    /// Lines for one ref that contradict each other; and those that only repeat each other.
    fn repeated(&self, lines: &[Line]) -> (bool, bool) {
        let (mut contradict, mut repeat) = (false, false);
        for (at, one) in lines.iter().enumerate() {
            for other in &lines[..at] {
                if Self::resolve(one.name) == Self::resolve(other.name) {
                    contradict |= one.new != other.new;
                    repeat |= one.name == other.name || self.claimed(one) != self.claimed(other);
                }
            }
        }
        (contradict, repeat)
    }

    fn targets(&self, lines: &[Line]) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for line in lines {
            let name = Self::resolve(line.name);
            let is_real = self.claimed(line) == self.value(name);
            let Some(new) = line.new else { continue };
            match targets.iter_mut().find(|it| it.name == name) {
                Some(known) => known.is_real |= is_real,
                None => targets.push(Target { name, new, is_real }),
            }
        }
        targets
    }

    fn case(&self, name: usize, push: &Push) -> Case {
        Case { name, by_alice: push.by_alice, day: self.day }
    }

    /// What a value hides for certain: what it reaches, and of tags itself only.
    fn surely_reached(&self, value: usize) -> Set {
        self.world.reach(value) & self.world.commits | 1 << value
    }

    fn brought(&self, target: Target) -> Brought {
        let world = self.world;
        let old = self.refs.get(&target.name);
        let gained = world.reach(target.new) & !old.map_or(0, |&old| world.reach(old));
        let (mut surely, mut possibly) = (0, 0);
        for (&name, &value) in self.refs.iter().filter(|(name, _)| can_hide(**name)) {
            if self.policy.same_class(name, target.name, self.day) {
                surely |= self.surely_reached(value);
            }
            if self.policy.is_as_strict(world, name, target.name, self.day) {
                possibly |= world.reach(value);
            }
        }
        let scopes = self.policy.scope_ids(target.name);
        let scopes = scopes.filter_map(|id| self.scope_baselines.get(&id));
        let baseline =
            scopes.fold(self.baseline | self.admitted, |all, one| all | one) & world.commits;
        Brought { gained, surely, possibly, baseline }
    }

    /// The objects whose entries keep them from being hidden on a ref.
    fn noted(&self, name: usize, certainly: bool) -> Set {
        let counting = self.ledger.iter().filter(|entry| entry.counts(name, certainly));
        counting.fold(0, |set, entry| set | 1 << entry.at)
    }

    /// The objects of a target that are judged: for certain, and at most. What a tag of the
    /// old value leads through may be judged again.
    fn due(&self, target: Target) -> (Set, Set) {
        let brought = self.brought(target);
        let (certain, possible) = (self.noted(target.name, true), self.noted(target.name, false));
        let of = |hidden: Set, noted: Set| brought.gained & !brought.baseline & (!hidden | noted);
        let tags = self.world.reach(target.new) & !self.world.commits;
        // So may be what a line brings that changes nothing.
        let same = self.refs.get(&target.name) == Some(&target.new);
        let again = if same { self.world.reach(target.new) } else { tags & !brought.surely };
        (of(brought.possibly, certain), of(brought.surely, possible) | again | self.again(target))
    }

    /// The objects that are on the ledger.
    pub(super) fn noted_objects(&self) -> Vec<usize> {
        self.ledger.iter().filter(|entry| entry.certain).map(|entry| entry.at).collect()
    }

    /// What was left unjudged is judged when a push reaches it, whatever hides it.
    fn again(&self, target: Target) -> Set {
        let unjudged = self.ledger.iter().filter(|it| matches!(it.why, Why::Unjudged(_)));
        let unjudged = unjudged.fold(0, |set, entry| set | 1 << entry.at);
        self.world.reach(target.new) & unjudged
    }

    /// Whether a limit may end the judgement before its end. What is only passed on the way,
    /// to what hides or to what was left before, may count too.
    fn may_be_cut(&self, targets: &[Target]) -> bool {
        let brought = targets.iter().map(|it| it.new).chain(self.refs.values().copied());
        let reached = brought.fold(0, |set, at| set | self.world.reach(at));
        let left = self.ledger.iter().fold(0, |set, entry| set | 1 << entry.at);
        let all = ((reached | left) & self.world.commits).count_ones();
        self.policy.most.is_some_and(|most| all as usize > most)
    }

    /// See [`Expected`].
    pub(super) fn expect(&self, push: &Push) -> Expected {
        let lines = self.lines(push);
        let mut expected = Expected::default();
        let (contradict, repeat) = self.repeated(&lines);
        if contradict {
            let why = "two lines give one ref different values".to_owned();
            return Expected { must: Some(why.clone()), may: Some(why) };
        }
        if repeat {
            expected.may = Some("a line is repeated".to_owned());
        }
        let targets = self.targets(&lines);
        let cut = self.may_be_cut(&targets);
        for &target in &targets {
            let case = self.case(target.name, push);
            let (certain, possible) = self.due(target);
            for at in members(possible) {
                if !self.policy.refuses_thing(self.world, at, case) {
                    continue;
                }
                let why = format!("{} on {}", self.world.name(at), NAMES[target.name]);
                // Of what is cut, the newest commit is judged.
                let is_tip = targets.len() == 1 && at == self.world.peel(target.new);
                let judged = !cut || is_tip && self.brought(target).possibly >> at & 1 == 0;
                if certain >> at & 1 == 1 && target.is_real && judged {
                    expected.must.get_or_insert_with(|| self.explain(at, target, &why));
                }
                expected.may.get_or_insert(why);
            }
        }
        expected
    }

    /// Why an object is judged.
    fn explain(&self, at: usize, target: Target, why: &str) -> String {
        let Brought { possibly, .. } = self.brought(target);
        if possibly >> at & 1 == 0 {
            return format!("{why}: nothing hides it");
        }
        let entries = self.ledger.iter().filter(|it| it.at == at && it.counts(target.name, true));
        let entries: Vec<String> = entries.map(|it| format!("{:?}", it.why)).collect();
        format!("{why}: on the ledger: {}", entries.join(", "))
    }

    /// Keeps the ledger when the hook has accepted a push.
    pub(super) fn accepted(&mut self, push: &Push) {
        let targets = self.targets(&self.lines(push));
        let cut = self.may_be_cut(&targets);
        let mut fresh = Vec::new();
        for &target in &targets {
            let case = self.case(target.name, push);
            let (certain, possible) = self.due(target);
            if cut {
                // An update is left as a whole, with what was judged of it elsewhere.
                let rest = self.brought(target).gained & !possible;
                let why = Why::Unjudged(target.name);
                fresh.extend(members(rest).map(|at| Entry {
                    at,
                    why: why.clone(),
                    certain: false,
                }));
            }
            for at in members(possible) {
                let certain = certain >> at & 1 == 1 && target.is_real;
                let refused = self.policy.refuses_thing(self.world, at, case);
                if cut || refused {
                    let why = Why::Unjudged(target.name);
                    fresh.push(Entry { at, why, certain: certain && refused });
                }
                if refused {
                    continue;
                }
                let bound = self.policy.bound(self.world, at, case);
                self.end(at, target.name, bound.is_empty() && certain && !cut, &bound);
                for (patterns, is_sure) in bound {
                    let certain = certain && is_sure && !cut;
                    fresh.push(Entry { at, why: Why::Bound(patterns), certain });
                }
            }
        }
        for entry in fresh {
            match self.ledger.iter_mut().find(|it| it.at == entry.at && it.why == entry.why) {
                Some(known) => known.certain |= entry.certain,
                None => self.ledger.push(entry),
            }
        }
    }

    /// Ends the entries of an object that was accepted on a ref outside of what their
    /// exceptions are for; `for_certain` if that is beyond doubt, and otherwise none is
    /// certain any more. `bound` are the exceptions by which it was accepted.
    fn end(&mut self, at: usize, name: usize, for_certain: bool, bound: &[(Vec<usize>, bool)]) {
        let (policy, world, day) = (&self.policy, self.world, self.day);
        let by_exception = bound.iter().any(|(_, is_sure)| *is_sure);
        self.ledger.retain_mut(|entry| {
            if entry.at != at {
                return true;
            }
            match &entry.why {
                Why::Bound(patterns) => {
                    let outside = |it: &usize| !matches(*it, name);
                    if by_exception || !patterns.iter().any(outside) {
                        return true;
                    }
                    entry.certain = false;
                    !(for_certain && patterns.iter().all(outside))
                }
                Why::Unjudged(of) => {
                    if policy.is_as_strict(world, name, *of, day) {
                        entry.certain = false;
                    }
                    true
                }
            }
        });
    }

    /// An audit settles what is refused nowhere.
    pub(super) fn audited(&mut self) {
        let (policy, world, day) = (&self.policy, self.world, self.day);
        for entry in &mut self.ledger {
            if let Why::Unjudged(name) = entry.why {
                let case = |by_alice| Case { name, by_alice, day };
                let refused = policy.refuses_thing(world, entry.at, case(false));
                let reached =
                    self.refs.get(&name).is_some_and(|&it| world.reach(it) >> entry.at & 1 == 1);
                entry.certain &= refused && reached;
            }
        }
    }

    /// What git makes of the refs.
    pub(super) fn apply(&mut self, push: &Push) {
        let lines = self.lines(push);
        let lines: Vec<_> = lines.iter().map(|it| (it.name, self.claimed(it), it.new)).collect();
        for (name, claimed, new) in lines {
            let name = Self::resolve(name);
            if claimed == self.value(name) {
                match new {
                    Some(new) => self.refs.insert(name, new),
                    None => self.refs.remove(&name),
                };
            }
        }
    }
}
