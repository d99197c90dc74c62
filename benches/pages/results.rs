//! What was measured, as it is kept in JSON.

use serde::{Deserialize, Serialize};

/// A run, or several runs that measured some cases each.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    /// All sizes were divided by this.
    pub(crate) divided_by: usize,
    pub(crate) rows: Vec<Row>,
}

/// What of the machine is worth telling.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    pub(crate) memory_bytes: u64,
    pub(crate) git: String,
}

/// A case that was measured.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    /// The question that it answers.
    pub(crate) asks: String,
    /// What it was measured on.
    pub(crate) data: String,
    /// The version of provost and the beginning of its program's digest.
    pub(crate) build: String,
    /// How often everything was run, after a first time that does not count.
    pub(crate) runs: usize,
    pub(crate) sides: Vec<SideRow>,
    pub(crate) bars: Vec<BarRow>,
    pub(crate) checks: Vec<CheckRow>,
    pub(crate) notes: Vec<String>,
    /// Programs that would have been measured too, had they been there, and why they were not.
    pub(crate) missing: Vec<String>,
}

/// One of the processes of a case.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SideRow {
    pub(crate) name: String,
    /// What was run.
    pub(crate) command: String,
    pub(crate) cpu_ms: Spread,
    pub(crate) wall_ms: Spread,
    /// The most of all runs.
    pub(crate) peak_bytes: u64,
}

/// Something that should be reached.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct BarRow {
    /// What is measured, in words.
    pub(crate) says: String,
    /// What follows the numbers: `x`, `ms`, `MB`.
    pub(crate) unit: String,
    /// Taken within each round of runs.
    pub(crate) value: Spread,
    /// The most that it may be; `None` where the number is only to be known.
    pub(crate) most: Option<f64>,
}

impl BarRow {
    /// Whether it is reached; `None` where nothing is asked.
    pub(crate) fn met(&self) -> Option<bool> {
        self.most.map(|most| self.value.median <= most)
    }
}

/// Something that two programs were asked.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct CheckRow {
    pub(crate) what: String,
    pub(crate) provost: u64,
    /// Who else was asked.
    pub(crate) other: String,
    pub(crate) others: u64,
    pub(crate) agree: bool,
    /// Why they may differ; a difference without a reason is a failure.
    pub(crate) may_differ: Option<String>,
}

/// Median, least and most.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.into_iter().collect();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or_default();
        let half = all.len() / 2;
        let median = if all.len() % 2 == 1 {
            at(half)
        } else {
            (at(half.saturating_sub(1)) + at(half)) / 2.0
        };
        let last = all.len().saturating_sub(1);
        Self { median: kept(median), min: kept(at(0)), max: kept(at(last)) }
    }
}

/// A number with four digits that count: more were not measured.
pub(crate) fn kept(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
