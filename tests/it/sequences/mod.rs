//! Sequences of pushes, honest and hostile, between edits of the policy: the product against
//! a model of a few hundred lines.
//!
//! The invariant: when a push is accepted, every commit that a ref gains and whose mark the
//! policy now in force refuses there was hidden by what the server's own state shows to be
//! judged, with nothing on the ledger against it, or is covered by a baseline, an exception,
//! a mode, a suspension or a limit. The other way round, what nothing refuses is accepted.
//!
//! | variable | default | what |
//! | --- | --- | --- |
//! | `PROVOST_SEQUENCES` | 300 | how many sequences run in this process |
//! | `PROVOST_PUSHED_SEQUENCES` | 20 | how many run as pushes through the hook |
//! | `PROVOST_SEED` | 1 | other sequences |
//! | `PROVOST_FIRST` | 0 | the number of the first, to repeat one |

mod gate;
mod model;
mod operations;
mod place;
mod policy;
mod script;
mod situations;
mod world;

use std::collections::BTreeMap;

use provost::state::baseline::Reach;

use gate::{Gate, InProcess, Pushed, Sent};
use model::{Push, State};
use operations::{Generator, Operation};
use policy::{NAMES, Policy};
use script::script;
use world::World;

use crate::support::random::from_environment;

/// The number of sequences that share their objects.
const IN_ONE_WORLD: u64 = 25;
/// At most this many violations are shown.
const SHOWN: usize = 6;

/// What was counted, to see that the sequences say something.
#[derive(Clone, Copy, Default)]
struct Counts {
    pushes: usize,
    accepted: usize,
    /// Those that had to be refused; of these, because of the ledger alone.
    must: usize,
    by_ledger: usize,
}

/// A server that is driven through a sequence, and its model.
struct Run<'r, G: Gate> {
    gate: &'r mut G,
    state: State<'r>,
    counts: Counts,
}

impl<'r, G: Gate> Run<'r, G> {
    fn new(gate: &'r mut G, world: &'r World) -> Self {
        gate.reset();
        let mut run = Self { gate, state: State::new(world), counts: Counts::default() };
        run.set_policy(Policy::strict());
        run
    }

    fn set_policy(&mut self, policy: Policy) {
        let epoch = self.gate.epoch(self.state.day);
        self.gate.set_policy(policy.text(self.state.world, epoch));
        self.state.policy = policy;
    }

    /// Does one operation; what was wrong with the product's answer.
    fn step(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Push(push) => {
                if self.judge(push)? {
                    self.update(&[push]);
                }
            }
            Operation::Overlap(one, two) => {
                let first = self.judge(one)?;
                if first && self.gate.refs().is_some() {
                    self.update(&[one]);
                }
                let second = self.judge(two)?;
                let both = [(first && self.gate.refs().is_none(), one), (second, two)];
                let both = both.iter().filter(|(accepted, _)| *accepted).map(|(_, push)| *push);
                self.update(&both.collect::<Vec<_>>());
            }
            Operation::Policy(policy) => self.set_policy(policy.clone()),
            Operation::Days(days) => {
                self.state.day += days;
                self.set_policy(self.state.policy.clone());
            }
            Operation::Baseline(of) => {
                let reached = of.iter().map(|&at| self.state.world.reach(at));
                self.state.baseline = reached.fold(0, |set, it| set | it);
                let ids = self.ids(of);
                self.gate.baseline(None, Reach::History, &ids);
            }
            Operation::ScopeBaseline(scope, of) => {
                let reached = of.iter().map(|&at| self.state.world.reach(at));
                let reached = reached.fold(0, |set, it| set | it);
                self.state.scope_baselines.insert(*scope, reached);
                let ids = self.ids(of);
                self.gate.baseline(Some(&format!("s{scope}")), Reach::History, &ids);
            }
            Operation::Admit(of) => {
                self.state.admitted = of.iter().fold(0, |set, &at| set | 1 << at);
                let ids = self.ids(of);
                self.gate.baseline(None, Reach::Commit, &ids);
            }
            Operation::Audit => {
                self.gate.audit();
                self.state.audited();
            }
        }
        Ok(())
    }

    fn ids(&self, of: &[usize]) -> Vec<String> {
        of.iter().map(|&at| self.state.world.things[at].id.clone()).collect()
    }

    /// Has a push judged; whether it was accepted.
    fn judge(&mut self, push: &Push) -> Result<bool, String> {
        let lines = self.state.lines(push);
        if lines.is_empty() {
            return Ok(false);
        }
        let id = |at: Option<usize>| at.map_or("", |at| self.state.world.things[at].id.as_str());
        let sent =
            lines.iter().map(|line| (id(self.state.claimed(line)), id(line.new), NAMES[line.name]));
        let sent: Vec<Sent<'_>> = sent.collect();
        let expected = self.state.expect(push);
        let answer = self.gate.push(&sent, push.by_alice);
        self.counts.pushes += 1;
        self.counts.must += usize::from(expected.must.is_some());
        let by_ledger = expected.must.as_ref().is_some_and(|why| why.contains("on the ledger"));
        self.counts.by_ledger += usize::from(by_ledger);
        match (answer, expected.must, expected.may) {
            (Ok(()), Some(why), _) => Err(format!("ACCEPTED, but must be refused: {why}")),
            (Err(why), _, None) => Err(format!("REFUSED, but nothing refuses it: {why}")),
            (Ok(()), None, _) => {
                self.counts.accepted += 1;
                self.state.accepted(push);
                Ok(true)
            }
            (Err(_), _, Some(_)) => Ok(false),
        }
    }

    /// Updates the refs after pushes that were accepted.
    fn update(&mut self, pushes: &[&Push]) {
        pushes.iter().for_each(|push| self.state.apply(push));
        if let Some(real) = self.gate.refs() {
            // Git deletes a ref whatever is claimed of it, if it does not have what is claimed.
            let deleted = pushes.iter().flat_map(|push| &push.lines).filter(|it| it.new.is_none());
            let deleted = deleted.map(|line| State::resolve(line.name));
            for name in deleted.filter(|&name| !real.contains_key(NAMES[name])) {
                self.state.refs.remove(&name);
            }
        }
        let things = &self.state.world.things;
        let named = |(&name, &at): (&usize, &usize)| (NAMES[name], things[at].id.clone());
        let refs: BTreeMap<&'static str, String> = self.state.refs.iter().map(named).collect();
        self.gate.update(&refs);
        // The model of git is no part of what is tested: it must be right.
        if let Some(real) = self.gate.refs() {
            let refs: BTreeMap<String, String> =
                refs.into_iter().map(|(name, id)| (name.to_owned(), id)).collect();
            assert_eq!(real, refs, "git made something else of {pushes:?}");
        }
    }
}

/// Does a sequence; at which operation the product's answer was wrong, and how.
fn replay<G: Gate>(
    gate: &mut G,
    world: &World,
    operations: &[Operation],
) -> Result<Counts, (usize, String)> {
    let mut run = Run::new(gate, world);
    for (at, operation) in operations.iter().enumerate() {
        run.step(operation).map_err(|why| (at, why))?;
    }
    Ok(run.counts)
}

/// Makes a sequence and does it: what was counted, or the sequence and what was wrong.
fn attempt<G: Gate>(
    gate: &mut G,
    world: &World,
    seed: u64,
) -> Result<Counts, (Vec<Operation>, String)> {
    let mut generator = Generator::new(seed);
    let mut run = Run::new(gate, world);
    let mut operations = vec![generator.first(&run.state)];
    run.step(&operations[0]).map_err(|why| (operations.clone(), why))?;
    let length = G::LONGEST / 2 + generator.random.below(G::LONGEST / 2 + 1);
    for _ in 0..length {
        let operation = generator.next(&run.state);
        operations.push(operation.clone());
        if let Err(why) = run.step(&operation) {
            return Err((operations, why));
        }
    }
    Ok(run.counts)
}

/// The operations that are left when one part after the other is left out, as long as the
/// product's answer is wrong in the same way.
fn shrink<G: Gate>(
    gate: &mut G,
    world: &World,
    operations: Vec<Operation>,
    why: String,
) -> (Vec<Operation>, String) {
    let accepted = |why: &str| why.starts_with("ACCEPTED");
    let (mut best, mut reason) = (operations, why);
    loop {
        let smaller = simpler(&best).find_map(|candidate| {
            let (at, why) = replay(gate, world, &candidate).err()?;
            (accepted(&why) == accepted(&reason)).then(|| (candidate[..=at].to_vec(), why))
        });
        match smaller {
            Some(found) => (best, reason) = found,
            None => return (best, reason),
        }
    }
}

/// The same sequence with something left out.
fn simpler(operations: &[Operation]) -> impl Iterator<Item = Vec<Operation>> {
    let without = (0..operations.len()).rev().map(|at| {
        let mut fewer = operations.to_vec();
        fewer.remove(at);
        fewer
    });
    let mut changed = Vec::new();
    let mut put = |at: usize, operation: Operation| {
        let mut all = operations.to_vec();
        all[at] = operation;
        changed.push(all);
    };
    for (at, operation) in operations.iter().enumerate() {
        match operation {
            Operation::Push(push) => {
                for line in (0..push.lines.len()).filter(|_| push.lines.len() > 1) {
                    let mut fewer = push.clone();
                    fewer.lines.remove(line);
                    put(at, Operation::Push(fewer));
                }
                if push.by_alice {
                    put(at, Operation::Push(Push { by_alice: false, ..push.clone() }));
                }
            }
            Operation::Overlap(one, two) => {
                put(at, Operation::Push(one.clone()));
                put(at, Operation::Push(two.clone()));
            }
            Operation::Policy(policy) => {
                let strict = Policy::strict();
                for scope in 0..policy.scopes.len() {
                    let mut fewer = policy.clone();
                    fewer.scopes.remove(scope);
                    put(at, Operation::Policy(fewer));
                }
                for exemption in 0..policy.exemptions.len() {
                    let mut fewer = policy.clone();
                    fewer.exemptions.remove(exemption);
                    put(at, Operation::Policy(fewer));
                }
                let plain = [
                    Policy { tools: strict.tools, ..policy.clone() },
                    Policy { mode: strict.mode, ..policy.clone() },
                    Policy { suspended: false, most: None, ..policy.clone() },
                ];
                plain
                    .into_iter()
                    .filter(|it| it != policy)
                    .for_each(|it| put(at, Operation::Policy(it)));
            }
            _ => {}
        }
    }
    without.chain(changed)
}

/// Does sequences from one number to another; what was counted, and a script of each that
/// went wrong.
fn explore<G: Gate>(
    gate: &mut G,
    seed: u64,
    numbers: std::ops::Range<u64>,
) -> (Counts, Vec<String>) {
    let (mut all, mut wrong) = (Counts::default(), Vec::new());
    let mut world: Option<(u64, World)> = None;
    for number in numbers {
        let of = seed.wrapping_mul(1_000_003).wrapping_add(number / IN_ONE_WORLD);
        if world.as_ref().is_none_or(|(known, _)| *known != of) {
            world = Some((of, World::random(of, &gate.objects())));
        }
        let (_, world) = world.as_ref().unwrap();
        match attempt(gate, world, seed.wrapping_mul(7_919).wrapping_add(number) << 8) {
            Ok(counts) => {
                all.pushes += counts.pushes;
                all.accepted += counts.accepted;
                all.must += counts.must;
                all.by_ledger += counts.by_ledger;
            }
            Err((operations, why)) => {
                let (operations, why) = shrink(gate, world, operations, why);
                let head = format!("PROVOST_SEED={seed} PROVOST_FIRST={number}");
                wrong.push(format!("{head}\n{}     {why}\n", script(world, &operations)));
                if wrong.len() >= SHOWN {
                    break;
                }
            }
        }
    }
    (all, wrong)
}

#[allow(clippy::print_stdout, reason = "the seed, to repeat the run")]
fn hold<G: Gate>(make: fn() -> G, count: u64) {
    let (seed, first) = (from_environment("PROVOST_SEED", 1), from_environment("PROVOST_FIRST", 0));
    let half = first + count.div_ceil(2);
    let parts = [first..half, half..first + count];
    let done: Vec<(Counts, Vec<String>)> = std::thread::scope(|scope| {
        let start = |numbers| scope.spawn(move || explore(&mut make(), seed, numbers));
        parts.map(start).into_iter().map(|it| it.join().unwrap()).collect()
    });
    let sum = |of: fn(&Counts) -> usize| done.iter().map(|(counts, _)| of(counts)).sum::<usize>();
    let (pushes, accepted) = (sum(|it| it.pushes), sum(|it| it.accepted));
    let (must, by_ledger) = (sum(|it| it.must), sum(|it| it.by_ledger));
    println!(
        "seed {seed}: {count} sequences, {pushes} pushes, {accepted} accepted, {must} had to be refused, {by_ledger} of them by the ledger"
    );
    let wrong: Vec<&String> = done.iter().flat_map(|(_, wrong)| wrong).collect();
    let shown = wrong.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} sequences went wrong\n\n{shown}", wrong.len());
    // Sequences in which nothing is refused, or everything, show nothing.
    assert!(count < 100 || accepted * 5 > pushes && must * 20 > pushes);
}

#[test]
fn sequences_hold_the_invariant_in_process() {
    hold(InProcess::new, from_environment("PROVOST_SEQUENCES", 300));
}

#[test]
fn sequences_hold_the_invariant_as_pushes() {
    hold(Pushed::new, from_environment("PROVOST_PUSHED_SEQUENCES", 20));
}
