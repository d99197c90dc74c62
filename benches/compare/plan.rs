//! What a case runs, what should come of it, and measuring that.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::Bench;
use crate::pages::{Spread, kept};
use crate::process::{Cost, Run, cost};
use crate::{Case, cases};

/// A case, ready to be run as often as wanted.
#[derive(Default)]
pub(crate) struct Plan {
    /// What it is measured on, for people.
    pub(crate) data: String,
    sides: Vec<Side>,
    pub(crate) bars: Vec<Bar>,
    checks: Vec<Value>,
    /// What a reader of the figures should know.
    pub(crate) notes: Vec<String>,
    /// Programs that are absent, and why.
    pub(crate) missing: Vec<String>,
}

/// One of the processes, or groups of processes, that are measured in turns.
struct Side {
    name: String,
    /// What it runs, for people.
    command: String,
    runs: Vec<Run>,
    /// Whether all begin at the same time; otherwise each begins when the one before has ended.
    at_once: bool,
}

/// What is compared.
#[derive(Clone, Copy)]
pub(crate) enum By {
    Cpu,
    Wall,
    Peak,
    /// The larger ratio of CPU time and time on the wall: neither more work nor more waiting.
    Worse,
}

/// Something that should be reached; sides are known by their number.
pub(crate) enum Bar {
    /// At most `most` times what another costs; without `most` it is only shown.
    Ratio { of: usize, to: usize, by: By, most: Option<f64> },
    /// What the dearest costs, in terms of the cheapest.
    Flat { of: Vec<usize>, most: f64 },
    /// For `times` as much, how much more than `times` the cost.
    Linear { small: usize, large: usize, times: usize, most: f64 },
    /// Milliseconds or megabytes.
    Amount { of: usize, by: By, most: f64 },
    /// Milliseconds or megabytes more than another.
    More { of: usize, than: usize, by: By, most: f64 },
}

impl Plan {
    pub(crate) fn on(data: impl Into<String>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }

    /// Adds a side; its number.
    pub(crate) fn side(&mut self, name: impl Into<String>, run: Run) -> usize {
        self.group(name, run.shown(), vec![run], false)
    }

    /// Adds a side of several processes; its number.
    pub(crate) fn group(
        &mut self,
        name: impl Into<String>,
        command: String,
        runs: Vec<Run>,
        at_once: bool,
    ) -> usize {
        self.sides.push(Side { name: name.into(), command, runs, at_once });
        self.sides.len() - 1
    }

    /// The first process of a side.
    pub(crate) fn run(&self, side: usize) -> &Run {
        &self.sides[side].runs[0]
    }

    pub(crate) fn ratio(&mut self, of: usize, to: usize, by: By, most: Option<f64>) {
        self.bars.push(Bar::Ratio { of, to, by, most });
    }

    /// Checks that two numbers are equal: being quick at less work is no merit.
    pub(crate) fn check(&mut self, what: &str, provost: u64, other: &str, others: u64) {
        self.checks.push(json!({
            "what": what, "provost": provost, "other": other, "others": others,
            "agree": provost == others, "may_differ": null,
        }));
    }

    /// Checks that two sets are equal; `why` they may differ, if they may.
    pub(crate) fn check_sets(
        &mut self,
        what: &str,
        (provost, other): (&BTreeSet<String>, &str),
        others: &BTreeSet<String>,
        why: Option<&str>,
    ) {
        self.check(what, provost.len() as u64, other, others.len() as u64);
        if let Some(check) = self.checks.last_mut() {
            check["agree"] = json!(provost == others);
            check["may_differ"] = json!(why);
        }
    }

    /// Checks a number that the hook of a side writes before a word, like `commits judged`.
    pub(crate) fn check_said(&mut self, side: usize, what: &str, word: &str, expected: u64) {
        let (_, said) = self.run(side).between(&[], &["--verbose"]).said();
        let number = said.split_once(&format!(" {word}")).and_then(|(before, _)| {
            before.rsplit([' ', '\n']).next().and_then(|number| number.parse().ok())
        });
        let number = number.unwrap_or_else(|| panic!("no number of {word} in {said}"));
        self.check(what, number, "expected", expected);
    }

    fn round(&self) -> Vec<Cost> {
        self.sides.iter().map(|side| cost(&side.runs, side.at_once)).collect()
    }

    /// What a bar makes of the costs.
    fn judged(&self, bar: &Bar, rounds: &[Vec<Cost>]) -> Value {
        let name = |side: &usize| self.sides[*side].name.as_str();
        let middle = |side: &usize| spread(rounds, |round| By::Cpu.of(&round[*side])).median;
        let (says, value, unit, most) = match bar {
            Bar::Ratio { of, to, by, most } => {
                let says = format!("{} / {}, {}", name(of), name(to), by.word());
                (says, by.ratio(*of, *to, rounds), "x", *most)
            }
            Bar::Flat { of, most } => {
                let mut sorted: Vec<&usize> = of.iter().collect();
                sorted.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
                let (cheap, dear) = (sorted[0], sorted[sorted.len() - 1]);
                let says = format!("{} / {}, {}", name(dear), name(cheap), By::Worse.word());
                (says, By::Worse.ratio(*dear, *cheap, rounds), "x", Some(*most))
            }
            Bar::Linear { small, large, times, most } => {
                let Spread { median, min, max } = By::Worse.ratio(*large, *small, rounds);
                let [median, min, max] = [median, min, max].map(|it| kept(it / *times as f64));
                let says = format!("{} / {} / {times}", name(large), name(small));
                (says, Spread { median, min, max }, "x", Some(*most))
            }
            Bar::Amount { of, by, most } => {
                let says = format!("{}, {}", name(of), by.word());
                (says, spread(rounds, |round| by.of(&round[*of])), by.unit(), Some(*most))
            }
            Bar::More { of, than, by, most } => {
                let word = by.word().split(' ').next().unwrap_or_default();
                let more = |round: &[Cost]| by.of(&round[*of]) - by.of(&round[*than]);
                let says = format!("{} more than {}, {word}", name(of), name(than));
                (says, spread(rounds, more), by.unit(), Some(*most))
            }
        };
        json!({ "says": says, "unit": unit, "value": value, "most": most })
    }
}

fn spread(rounds: &[Vec<Cost>], pick: impl Fn(&[Cost]) -> f64) -> Spread {
    Spread::of(rounds.iter().map(|round| pick(round)))
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wall => "time",
            Self::Peak => "memory at its peak",
            Self::Worse => "CPU or time, the worse",
        }
    }

    fn unit(self) -> &'static str {
        if matches!(self, Self::Peak) { "MB" } else { "ms" }
    }

    fn of(self, cost: &Cost) -> f64 {
        match self {
            Self::Cpu | Self::Worse => cost.cpu.as_secs_f64() * 1000.0,
            Self::Wall => cost.wall.as_secs_f64() * 1000.0,
            Self::Peak => cost.peak as f64 / 1e6,
        }
    }

    /// The ratio of two sides, round by round: the two stand next to each other in time.
    fn ratio(self, of: usize, to: usize, rounds: &[Vec<Cost>]) -> Spread {
        if matches!(self, Self::Worse) {
            let (cpu, wall) = (Self::Cpu.ratio(of, to, rounds), Self::Wall.ratio(of, to, rounds));
            return if cpu.median >= wall.median { cpu } else { wall };
        }
        // Below a microsecond nothing is told apart.
        spread(rounds, |round| self.of(&round[of]).max(1e-3) / self.of(&round[to]).max(1e-3))
    }
}

/// Measures a case.
pub(crate) fn measured(bench: &Bench, case: &Case, runs: usize) -> Value {
    let plan = cases::plan(bench, &case.name);
    // The first round fills the page cache and does not count.
    let longest = plan.round().iter().map(|cost| cost.wall).max().unwrap_or_default();
    // When it is short, the clock and the kernel's accounts are coarse beside what is measured.
    let runs = match longest {
        _ if bench.is_rehearsal => runs,
        time if time < Duration::from_millis(20) => runs * 15,
        time if time < Duration::from_millis(200) => runs * 5,
        _ => runs,
    };
    let rounds: Vec<Vec<Cost>> = (0..runs).map(|_| plan.round()).collect();
    let side = |(at, side): (usize, &Side)| {
        json!({
            "name": side.name,
            "command": side.command,
            "cpu_ms": spread(&rounds, |round| By::Cpu.of(&round[at])),
            "wall_ms": spread(&rounds, |round| By::Wall.of(&round[at])),
            "peak_bytes": rounds.iter().map(|round| round[at].peak).max(),
        })
    };
    json!({
        "case": case.name,
        "asks": case.asks,
        "data": plan.data,
        "build": bench.build,
        "runs": runs,
        "sides": plan.sides.iter().enumerate().map(side).collect::<Vec<_>>(),
        "bars": plan.bars.iter().map(|bar| plan.judged(bar, &rounds)).collect::<Vec<_>>(),
        "checks": plan.checks,
        "notes": plan.notes,
        "missing": plan.missing,
    })
}
