//! What a case runs and what should come of it.

use std::any::Any;
use std::process::Command;

use crate::Failure;
use crate::measure::{Cost, Ended, Process, Work};
use crate::pages::{BarRow, CheckRow, Spread, kept};
use crate::sort::Sort;

/// A case, ready to be run as often as wanted.
#[derive(Default)]
pub(crate) struct Plan {
    /// What it is measured on, for people.
    pub(crate) data: String,
    pub(crate) sides: Vec<Side>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) checks: Vec<CheckRow>,
    /// What a reader of the figures should know.
    pub(crate) notes: Vec<String>,
    /// Programs that should be here and are not, and why.
    pub(crate) missing: Vec<String>,
    /// What has to stay until the case is over.
    kept: Vec<Box<dyn Any>>,
}

/// One of the processes, or groups of processes, that are measured in turns.
pub(crate) struct Side {
    pub(crate) name: String,
    /// What it runs, for people.
    pub(crate) command: String,
    pub(crate) work: Work,
    sort: Sort,
}

/// The number of a side in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Index(usize);

impl Index {
    /// The first side.
    pub(crate) const FIRST: Self = Self(0);
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Cpu,
    Wall,
    /// Whichever is worse: neither more work nor more waiting.
    Worse,
}

/// Something that should be reached.
#[derive(Clone, Debug)]
pub(crate) enum Bar {
    /// So many times what another costs; without `most` it is only told.
    Ratio { of: Index, to: Index, by: By, most: Option<f64> },
    /// What the dearest costs, in terms of the cheapest.
    Flat { of: Vec<Index>, by: By, most: f64 },
    /// Of so many times as much, how much more than so many times the cost.
    Linear { small: Index, large: Index, times: f64, most: f64 },
    /// Milliseconds on the wall.
    Time { of: Index, most: f64 },
    /// Milliseconds of CPU time more than another.
    More { of: Index, than: Index, most: f64 },
    /// Megabytes at the peak.
    Peak { of: Index, most: f64 },
    /// Megabytes at the peak more than another.
    PeakOver { of: Index, over: Index, most: f64 },
    /// How much of a work is done in the time in which `to` does it, on the wall.
    Throughput { of: Index, to: Index, least: f64 },
}

impl Plan {
    pub(crate) fn on(data: impl Into<String>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }

    /// Adds a side.
    pub(crate) fn side(
        &mut self,
        name: impl Into<String>,
        sort: Sort,
        command: Command,
        input: &[u8],
    ) -> Result<Index, Failure> {
        let shown = shown(&command);
        self.work(name, sort, shown, Work::one(command, input)?)
    }

    /// Adds a side of several processes.
    pub(crate) fn work(
        &mut self,
        name: impl Into<String>,
        sort: Sort,
        command: impl Into<String>,
        work: Work,
    ) -> Result<Index, Failure> {
        self.sides.push(Side { name: name.into(), command: command.into(), work, sort });
        Ok(Index(self.sides.len() - 1))
    }

    /// Keeps something until the case is over.
    pub(crate) fn keep(&mut self, it: impl Any) {
        self.kept.push(Box::new(it));
    }

    /// The first process of a side.
    pub(crate) fn process(&self, side: Index) -> Result<&Process, Failure> {
        let work = self.sides.get(side.0).map(|side| &side.work);
        Ok(work.and_then(Work::first).ok_or("a side without a process")?)
    }

    /// Fails unless a process of a side has ended well.
    pub(crate) fn must_have_worked(&self, side: Index, ended: &Ended) -> Result<(), Failure> {
        let side = self.sides.get(side.0).ok_or("no such side")?;
        side.sort.must_have_worked(&side.name, ended)
    }

    /// Runs all sides, one after the other; what each cost.
    pub(crate) fn round(&mut self) -> Result<Vec<Cost>, Failure> {
        let mut costs = Vec::with_capacity(self.sides.len());
        for side in &mut self.sides {
            let (cost, ended) = side.work.run()?;
            for one in &ended {
                side.sort.must_have_worked(&side.name, one)?;
            }
            costs.push(cost);
        }
        Ok(costs)
    }

    /// What the bars make of the costs.
    pub(crate) fn judged(&self, rounds: &[Vec<Cost>]) -> Vec<BarRow> {
        self.bars.iter().map(|bar| bar.row(&self.sides, rounds)).collect()
    }
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wall => "time",
            Self::Worse => "CPU or time, the worse",
        }
    }

    /// The ratio of two sides, round by round: the two stand next to each other in time.
    fn ratio(self, of: usize, to: usize, rounds: &[Vec<Cost>]) -> Spread {
        let of_all = |pick: fn(Cost) -> f64| {
            let ratio = |round: &Vec<Cost>| {
                let at = |side: usize| round.get(side).copied().unwrap_or_default();
                // Below a microsecond nothing is told apart.
                pick(at(of)).max(1e-3) / pick(at(to)).max(1e-3)
            };
            Spread::of(rounds.iter().map(ratio))
        };
        let (cpu, wall) = (of_all(|cost| ms(cost.cpu)), of_all(|cost| ms(cost.wall)));
        match self {
            Self::Cpu => cpu,
            Self::Wall => wall,
            Self::Worse if cpu.median >= wall.median => cpu,
            Self::Worse => wall,
        }
    }

    /// What a side costs, in the middle.
    fn cost(self, side: usize, rounds: &[Vec<Cost>]) -> f64 {
        let all = rounds.iter().filter_map(|round| round.get(side)).map(|cost| match self {
            Self::Wall => ms(cost.wall),
            Self::Cpu | Self::Worse => ms(cost.cpu),
        });
        Spread::of(all).median
    }
}

impl Bar {
    fn row(&self, sides: &[Side], rounds: &[Vec<Cost>]) -> BarRow {
        let name = |side: &Index| sides.get(side.0).map_or("", |side| side.name.as_str());
        let of = |side: &Index, pick: fn(Cost) -> f64| {
            Spread::of(rounds.iter().filter_map(|round| round.get(side.0)).map(|it| pick(*it)))
        };
        let more = |of: &Index, than: &Index, pick: fn(Cost) -> f64| {
            let at =
                |round: &Vec<Cost>, side: &Index| round.get(side.0).map_or(0.0, |it| pick(*it));
            Spread::of(rounds.iter().map(|round| at(round, of) - at(round, than)))
        };
        let row = |says: String, unit: &str, value: Spread, most: Option<f64>| BarRow {
            says,
            unit: unit.to_owned(),
            value,
            most,
        };
        match self {
            Self::Ratio { of, to, by, most } => {
                let says = format!("{} / {}, {}", name(of), name(to), by.word());
                row(says, "x", by.ratio(of.0, to.0, rounds), *most)
            }
            Self::Flat { of, by, most } => {
                let cost = |side: &&Index| by.cost(side.0, rounds);
                let dearest = of.iter().max_by(|a, b| cost(a).total_cmp(&cost(b)));
                let cheapest = of.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
                let (dear, cheap) = (dearest.unwrap_or(&Index(0)), cheapest.unwrap_or(&Index(0)));
                let says = format!("{} / {}, {}", name(dear), name(cheap), by.word());
                row(says, "x", by.ratio(dear.0, cheap.0, rounds), Some(*most))
            }
            Self::Linear { small, large, times, most } => {
                let ratio = By::Worse.ratio(large.0, small.0, rounds);
                let per = |value: f64| kept(value / times);
                let value =
                    Spread { median: per(ratio.median), min: per(ratio.min), max: per(ratio.max) };
                let says = format!("{} / {} / {times}", name(large), name(small));
                row(says, "x", value, Some(*most))
            }
            Self::Time { of: side, most } => {
                let says = format!("{}, time", name(side));
                row(says, "ms", of(side, |cost| ms(cost.wall)), Some(*most))
            }
            Self::More { of, than, most } => {
                let says = format!("{} more than {}, CPU", name(of), name(than));
                row(says, "ms", more(of, than, |cost| ms(cost.cpu)), Some(*most))
            }
            Self::Peak { of: side, most } => {
                let says = format!("{}, memory at its peak", name(side));
                row(says, "MB", of(side, |cost| megabytes(cost.peak)), Some(*most))
            }
            Self::PeakOver { of, over, most } => {
                let says = format!("{} more than {}, memory", name(of), name(over));
                row(says, "MB", more(of, over, |cost| megabytes(cost.peak)), Some(*most))
            }
            Self::Throughput { of, to, least } => {
                let says = format!("{} / {}, time", name(of), name(to));
                row(says, "x", By::Wall.ratio(of.0, to.0, rounds), Some(kept(1.0 / least)))
            }
        }
    }
}

/// A command as people write it, without the places of this machine and without ids.
fn shown(command: &Command) -> String {
    let name = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy();
        match word.rsplit_once('/') {
            Some((_, name)) if word.starts_with('/') => name.to_owned(),
            _ => word.split("..").map(without_id).collect::<Vec<_>>().join(".."),
        }
    };
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(name).collect::<Vec<_>>().join(" ")
}

fn without_id(word: &str) -> &str {
    let is_id = matches!(word.len(), 40 | 64) && word.bytes().all(|it| it.is_ascii_hexdigit());
    if is_id { "ID" } else { word }
}
