//! How provost compares with git: whole processes of both, on the same data, in turns,
//! in the same run. What comes out are ratios, for they hold on other machines too; no
//! time is ever asserted. It fails only if provost did not judge what it was given.
//!
//! ```text
//! cargo bench --bench compare -- [--commits N] [--refs N] [--runs N] [--case NAME]...
//!                                [--repository PATH] [--json FILE]
//! ```
//!
//! Run without cargo's `--bench`, as `cargo test --benches` does, it is a short rehearsal.

#[path = "compare/cases.rs"]
mod cases;
#[path = "compare/checks.rs"]
mod checks;
#[path = "compare/history.rs"]
mod history;
#[path = "compare/measure.rs"]
mod measure;
#[path = "compare/random.rs"]
mod random;
#[path = "compare/repository.rs"]
mod repository;
#[path = "compare/table.rs"]
mod table;
#[path = "compare/words.rs"]
mod words;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use serde_json::json;

use cases::{Case, Plan};
use repository::{Git, Repository};
use table::Measured;

/// Why there is no result.
type Failure = Box<dyn std::error::Error>;

/// Measures provost against git.
#[derive(Parser)]
struct Args {
    /// Commits of the made-up history [default: 200000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..))]
    commits: Option<u32>,
    /// Its branches and tags [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(4..))]
    refs: Option<u32>,
    /// Pairs of runs of each case [default: 7]; short cases are run five times as often
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
    /// Measure on a clone of this repository instead
    #[arg(long, value_name = "PATH", conflicts_with_all = ["commits", "refs"])]
    repository: Option<PathBuf>,
    /// Only this case; may be given several times
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<Case>,
    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "compare: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Measures; whether provost judged what it was given.
fn run(args: &Args) -> Result<bool, Failure> {
    let (commits, refs, runs) = if args.bench { (200_000, 1000, 7) } else { (300, 20, 1) };
    let runs = args.runs.unwrap_or(runs) as usize;
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench-data");
    std::fs::create_dir_all(&data)?;
    let data = data.canonicalize()?;
    let git = Git::new()?;
    let repository = match &args.repository {
        Some(path) => Repository::cloned(&git, &data, path)?,
        None => {
            let commits = args.commits.unwrap_or(commits) as usize;
            Repository::made(&git, &data, commits, args.refs.unwrap_or(refs) as usize)?
        }
    };
    let cases = if args.cases.is_empty() { Case::value_variants() } else { &args.cases };
    let (mut measured, mut checked) = (Vec::new(), Vec::new());
    for case in cases {
        let mut plan = case.plan(&git, &repository)?;
        note(&format!("measuring {}", plan.name))?;
        checked.extend(checks::push(&mut plan)?);
        if matches!(case, Case::Audit | Case::AuditContent) {
            checked.extend(checks::audit(&git, &repository, &mut plan)?);
        }
        measured.push(measure(plan, runs)?);
    }
    let state = repository.state(&git)?;
    let mut out = io::stdout();
    writeln!(
        out,
        "provost / git; ratios below 1 are in provost's favour; memory includes the parts"
    )?;
    writeln!(out, "of packs that are mapped, which are shared and can be given up\n{state}\n")?;
    writeln!(out, "{}", table::table(&measured))?;
    for check in &checked {
        writeln!(out, "{}", check.line())?;
    }
    if let Some(path) = &args.json {
        let all = json!({
            "provost": env!("CARGO_PKG_VERSION"),
            "git": git.ask(&data, &["--version"])?,
            "processors": std::thread::available_parallelism().map_or(0, usize::from),
            "repository": state,
            "cases": measured.iter().map(Measured::json).collect::<Vec<_>>(),
            "checks": checked.iter().map(checks::Check::json).collect::<Vec<_>>(),
        });
        std::fs::write(path, serde_json::to_vec_pretty(&all)?)?;
    }
    Ok(checked.iter().all(checks::Check::agrees))
}

/// Below this the clock and the kernel's accounts are coarse beside what is measured.
const SHORT: Duration = Duration::from_millis(200);

/// Runs both processes of a case in turns.
fn measure(mut plan: Plan, runs: usize) -> Result<Measured, Failure> {
    let mut pair = || -> Result<_, Failure> {
        let ours = measure::run(&mut plan.ours.command, plan.ours.input.as_bytes(), None)?;
        checks::judged(&ours)?;
        let theirs = measure::run(&mut plan.theirs.command, plan.theirs.input.as_bytes(), None)?;
        checks::succeeded(&theirs)?;
        Ok((ours.cost, theirs.cost))
    };
    // The first pair fills the page cache and does not count.
    let (ours, theirs) = pair()?;
    let runs = if ours.wall.max(theirs.wall) < SHORT { runs * 5 } else { runs };
    let pairs = (0..runs).map(|_| pair()).collect::<Result<_, _>>()?;
    Ok(Measured { name: plan.name, target: plan.target, pairs })
}

/// Tells whoever waits what is being done.
fn note(text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "compare: {text}")
}
