//! Measuring a case, and keeping what was measured.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Failure;
use crate::bench::Bench;
use crate::cases::Case;
use crate::measure::Cost;
use crate::pages::{Machine, Results, Row, SideRow, Spread};
use crate::plan::Plan;

/// Below this the clock and the kernel's accounts are coarse beside what is measured.
const SHORT: Duration = Duration::from_millis(200);
const SHORTEST: Duration = Duration::from_millis(20);

/// Measures a case.
pub(crate) fn measure(bench: &Bench, case: &Case, runs: usize) -> Result<Row, Failure> {
    let mut plan = (case.plan)(bench)?;
    // The first round fills the page cache and does not count.
    let first = plan.round()?;
    let longest = first.iter().map(|cost| cost.wall).max().unwrap_or_default();
    let runs = match longest {
        _ if bench.rehearsal => runs,
        time if time < SHORTEST => runs * 15,
        time if time < SHORT => runs * 5,
        _ => runs,
    };
    let rounds = (0..runs).map(|_| plan.round()).collect::<Result<Vec<_>, _>>()?;
    Ok(row(bench, case, plan, &rounds))
}

fn row(bench: &Bench, case: &Case, plan: Plan, rounds: &[Vec<Cost>]) -> Row {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let of = |side: usize, pick: &dyn Fn(&Cost) -> f64| {
        Spread::of(rounds.iter().filter_map(|round| round.get(side)).map(pick))
    };
    let sides = plan.sides.iter().enumerate().map(|(at, side)| SideRow {
        name: side.name.clone(),
        command: side.command.clone(),
        cpu_ms: of(at, &|cost| ms(cost.cpu)),
        wall_ms: of(at, &|cost| ms(cost.wall)),
        peak_bytes: rounds
            .iter()
            .filter_map(|round| round.get(at))
            .map(|cost| cost.peak)
            .max()
            .unwrap_or_default(),
    });
    Row {
        case: case.name.to_owned(),
        asks: case.asks.to_owned(),
        build: bench.git.build.clone(),
        runs: rounds.len(),
        sides: sides.collect(),
        bars: plan.judged(rounds),
        data: plan.data,
        checks: plan.checks,
        notes: plan.notes,
        missing: plan.missing,
    }
}

/// What was measured until now, in a file: a run that is broken off loses one case.
pub(crate) struct Kept {
    path: Option<PathBuf>,
    pub(crate) results: Results,
}

impl Kept {
    /// Opens the file; nothing is kept without one.
    pub(crate) fn open(path: Option<PathBuf>, bench: &Bench) -> Result<Self, Failure> {
        let machine = machine(bench)?;
        let before = match path.as_ref().filter(|path| path.exists()) {
            Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
            None => None,
        };
        // What another machine or git has measured says nothing of this one.
        let before: Option<Results> = before;
        let rows = before.filter(|before| before.machine == machine).map(|before| before.rows);
        let results =
            Results { machine, divided_by: bench.divisor, rows: rows.unwrap_or_default() };
        Ok(Self { path, results })
    }

    /// Whether a case was measured with this program and everything that is there now.
    pub(crate) fn has(&self, bench: &Bench, case: &Case) -> bool {
        self.results.rows.iter().any(|row| {
            let had = row.missing.is_empty() || !bench.rivals.are_there();
            row.case == case.name && row.build == bench.git.build && had
        })
    }

    /// Adds a row, in the order of the cases, in the place of one that was there.
    pub(crate) fn put(&mut self, row: Row, order: &[&Case]) -> Result<(), Failure> {
        let rows = &mut self.results.rows;
        rows.retain(|other| other.case != row.case);
        rows.push(row);
        let place = |row: &Row| order.iter().position(|case| case.name == row.case);
        rows.retain(|row| place(row).is_some());
        rows.sort_by_key(place);
        if let Some(path) = &self.path {
            write_json(path, &self.results)?;
        }
        Ok(())
    }
}

/// Writes JSON beside its place and moves it there.
pub(crate) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    let aside = path.with_extension("json.new");
    std::fs::write(&aside, text)?;
    Ok(std::fs::rename(&aside, path)?)
}

/// What of this machine is worth telling.
pub(crate) fn machine(bench: &Bench) -> Result<Machine, Failure> {
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: kib.unwrap_or_default() * 1024,
        git: bench.git.version()?,
    })
}
