//! From single runs to what is shown: medians, ratios, a table, JSON.
//!
//! A ratio is taken within each pair of runs, for the two stand next to each other in
//! time; the median of the ratios says more than the ratio of two medians.

use std::fmt::Write;

use serde_json::{Value, json};

use super::measure::Cost;

/// What a case should reach; never a reason to fail.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// No more CPU time than git.
    Cpu,
    /// No more CPU time than git, and at most so many megabytes more memory.
    CpuAndPeak(f64),
    /// So many milliseconds on the wall.
    Wall(f64),
}

/// A measured case.
pub(super) struct Measured {
    pub(super) name: &'static str,
    pub(super) target: Target,
    /// provost and git, run by run.
    pub(super) pairs: Vec<(Cost, Cost)>,
}

/// Median, least and most.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.collect();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or(f64::NAN);
        let half = all.len() / 2;
        let median = if all.len() % 2 == 1 {
            at(half)
        } else {
            (at(half.saturating_sub(1)) + at(half)) / 2.0
        };
        Self { median, least: at(0), most: at(all.len().saturating_sub(1)) }
    }

    fn json(self) -> Value {
        json!({ "median": self.median, "min": self.least, "max": self.most })
    }
}

impl Measured {
    fn spread(&self, value: impl Fn(&(Cost, Cost)) -> f64) -> Spread {
        Spread::of(self.pairs.iter().map(value))
    }

    fn cpu_ratio(&self) -> Spread {
        self.spread(|(ours, theirs)| ours.cpu.as_secs_f64() / theirs.cpu.as_secs_f64())
    }

    fn wall_ratio(&self) -> Spread {
        self.spread(|(ours, theirs)| ours.wall.as_secs_f64() / theirs.wall.as_secs_f64())
    }

    /// The most memory of both over all runs, in megabytes.
    fn peaks(&self) -> (f64, f64) {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let ours = self.spread(|(ours, _)| megabytes(ours.peak)).most;
        (ours, self.spread(|(_, theirs)| megabytes(theirs.peak)).most)
    }

    fn met(&self) -> bool {
        let (ours, theirs) = self.peaks();
        match self.target {
            Target::Cpu => self.cpu_ratio().median <= 1.0,
            Target::CpuAndPeak(more) => self.cpu_ratio().median <= 1.0 && ours <= theirs + more,
            Target::Wall(most) => self.spread(|(ours, _)| ms(ours.wall)).median < most,
        }
    }

    pub(super) fn json(&self) -> Value {
        let side = |pick: fn(&(Cost, Cost)) -> Cost| {
            json!({
                "cpu_ms": self.spread(|pair| ms(pick(pair).cpu)).json(),
                "wall_ms": self.spread(|pair| ms(pick(pair).wall)).json(),
                "peak_bytes": self.pairs.iter().map(|pair| pick(pair).peak).max(),
            })
        };
        json!({
            "case": self.name,
            "runs": self.pairs.len(),
            "cpu_ratio": self.cpu_ratio().json(),
            "wall_ratio": self.wall_ratio().json(),
            "provost": side(|pair| pair.0),
            "git": side(|pair| pair.1),
            "target": self.target.to_string(),
            "met": self.met(),
        })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cpu => f.write_str("CPU <= git's"),
            Self::CpuAndPeak(more) => write!(f, "CPU <= git's, peak <= git's + {more} MB"),
            Self::Wall(most) => write!(f, "wall < {most} ms"),
        }
    }
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A number with as many digits as are worth reading.
fn short(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// The table; each column is as wide as its widest cell.
pub(super) fn table(all: &[Measured]) -> String {
    let mut rows = vec![
        [
            "case",
            "runs",
            "CPU ratio",
            "min..max",
            "wall ratio",
            "min..max",
            "CPU ms",
            "wall ms",
            "peak MB",
            "target",
            "met",
        ]
        .map(str::to_owned),
    ];
    let both = |(ours, theirs): (f64, f64)| format!("{} / {}", short(ours), short(theirs));
    for case in all {
        let median = |value: fn(&Cost) -> f64| {
            let ours = case.spread(|(ours, _)| value(ours)).median;
            (ours, case.spread(|(_, theirs)| value(theirs)).median)
        };
        let (cpu, wall) = (case.cpu_ratio(), case.wall_ratio());
        let range = |spread: Spread| format!("{}..{}", short(spread.least), short(spread.most));
        rows.push([
            case.name.to_owned(),
            case.pairs.len().to_string(),
            short(cpu.median),
            range(cpu),
            short(wall.median),
            range(wall),
            both(median(|cost| ms(cost.cpu))),
            both(median(|cost| ms(cost.wall))),
            both(case.peaks()),
            case.target.to_string(),
            if case.met() { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(line, "{cell:<0$}  ", width(column));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
