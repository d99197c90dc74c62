//! How provost compares with git and with others: whole processes of all, on the same
//! data, in turns, in the same run. What comes out are ratios, for they hold on other
//! machines too. No time is ever asserted: it fails only if provost did not judge what it
//! was given, or if a small fixed case takes more instructions than it did.
//!
//! ```text
//! cargo bench --bench compare -- [--case NAME]... [--divide N] [--runs N] [--rivals]
//!                                [--repository PATH] [--write] [--json FILE] [--list]
//! cargo bench --bench compare -- scale [--divide N] [--runs N] [--write]
//! cargo bench --bench compare -- instructions [--update]
//! ```
//!
//! A case that was measured is kept in `target/bench-data` until the program is another
//! one, so a run that was broken off goes on where it was; `--case` measures anew. Run
//! without cargo's `--bench`, as `cargo test --bench compare` does, it is a rehearsal: all
//! of it on data that is very small.

#[path = "compare/bench.rs"]
mod bench;
#[path = "compare/callgrind.rs"]
mod callgrind;
#[path = "compare/cases/mod.rs"]
mod cases;
#[path = "compare/checks.rs"]
mod checks;
#[path = "compare/found.rs"]
mod found;
#[path = "compare/git.rs"]
mod git;
#[path = "compare/instructions.rs"]
mod instructions;
#[path = "compare/made/mod.rs"]
mod made;
#[path = "compare/measure.rs"]
mod measure;
#[path = "compare/measured.rs"]
mod measured;
mod pages;
#[path = "compare/plan.rs"]
mod plan;
#[path = "compare/quarantine.rs"]
mod quarantine;
#[path = "compare/repository.rs"]
mod repository;
#[path = "compare/rivals.rs"]
mod rivals;
#[path = "compare/rules.rs"]
mod rules;
#[path = "compare/scale.rs"]
mod scale;
#[path = "compare/sort.rs"]
mod sort;
#[path = "compare/table.rs"]
mod table;
#[path = "compare/variant.rs"]
mod variant;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use bench::Bench;
use cases::Case;
use git::Git;
use measured::Kept;
use pages::Page;
use rivals::Rivals;

/// Why there is no result.
type Failure = Box<dyn std::error::Error>;

/// Measures provost beside git and others.
#[derive(Parser)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    sizes: Sizes,
    /// Measure this case, whether it was measured before or not; may be given several times
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// Install the rivals (kingfisher, gitlint, committed) and measure them too
    #[arg(long)]
    rivals: bool,
    /// Measure on a clone of this repository in the place of the made-up history
    #[arg(long, value_name = "PATH")]
    repository: Option<PathBuf>,
    /// Write docs/performance.json, and the page and the chart that are made of it
    #[arg(long, conflicts_with = "repository")]
    write: bool,
    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show the names of the cases and their questions
    #[arg(long)]
    list: bool,
    /// Given by cargo
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(clap::Args)]
struct Sizes {
    /// Divide all sizes by this, for a quick look [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    divide: Option<u32>,
    /// Rounds of runs of each case [default: 7]; short cases are run more often
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
}

#[derive(Subcommand)]
enum Command {
    /// Fit the cost of a push to what it brings
    Scale {
        #[command(flatten)]
        sizes: Sizes,
        /// Write docs/scale.json, and the page and the chart that are made of it
        #[arg(long)]
        write: bool,
    },
    /// Compare the instructions of small fixed cases with the committed numbers
    Instructions {
        /// Write the numbers instead
        #[arg(long)]
        update: bool,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Scale { sizes, write }) => fit_scale(&args, sizes, *write),
        Some(Command::Instructions { update }) => {
            bench(&args, &args.sizes).and_then(|bench| instructions::check(&bench, *update))
        }
        // A rehearsal is of everything.
        None if !args.bench => {
            compare(&args).and_then(|fine| Ok(fine & fit_scale(&args, &args.sizes, false)?))
        }
        None => compare(&args),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "compare: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A rehearsal divides all sizes by this.
const REHEARSAL: usize = 1000;

fn bench(args: &Args, sizes: &Sizes) -> Result<Bench, Failure> {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench-data");
    std::fs::create_dir_all(&data)?;
    let data = data.canonicalize()?;
    let mut bench = Bench {
        git: Git::new()?,
        data,
        divisor: match sizes.divide {
            Some(divisor) => divisor as usize,
            None => {
                if args.bench {
                    1
                } else {
                    REHEARSAL
                }
            }
        },
        rehearsal: !args.bench,
        own: args.repository.clone(),
        rivals: Rivals::default(),
    };
    if args.rivals {
        bench.rivals = Rivals::install(&bench.tools())?;
    }
    Ok(bench)
}

fn runs(bench: &Bench, sizes: &Sizes) -> usize {
    sizes.runs.map_or(if bench.rehearsal { 1 } else { 7 }, |runs| runs as usize)
}

/// Measures the cases; whether provost judged what it was given.
fn compare(args: &Args) -> Result<bool, Failure> {
    let all = cases::all();
    if args.list {
        for case in &all {
            writeln!(io::stdout(), "{:<24}{}", case.name, case.asks)?;
        }
        return Ok(true);
    }
    if let Some(name) = args.cases.iter().find(|name| all.iter().all(|it| it.name != **name)) {
        return Err(format!("there is no case `{name}`; --list shows them").into());
    }
    let bench = bench(args, &args.sizes)?;
    let runs = runs(&bench, &args.sizes);
    let keeps = !bench.rehearsal && args.repository.is_none();
    let path = keeps.then(|| bench.data.join(format!("results-divided-by-{}.json", bench.divisor)));
    let mut kept = Kept::open(path, &bench)?;
    let wanted = |case: &&&Case| {
        if args.cases.is_empty() {
            !kept.has(&bench, case)
        } else {
            args.cases.iter().any(|name| name == case.name)
        }
    };
    let wanted: Vec<&Case> = all.iter().filter(wanted).copied().collect();
    for (at, case) in wanted.iter().enumerate() {
        note(&format!("measuring {} ({} of {})", case.name, at + 1, wanted.len()))?;
        kept.put(measured::measure(&bench, case, runs)?, &all)?;
    }
    let results = &kept.results;
    let mut out = io::stdout();
    writeln!(out, "{}\n\n{}", pages::machine(&results.machine), table::table(&results.rows))?;
    if let Some(path) = &args.json {
        measured::write_json(path, results)?;
    }
    let hostile = std::fs::read_to_string(docs("hostile.json"))?;
    let page = pages::performance(results, &serde_json::from_str(&hostile)?);
    if args.write {
        measured::write_json(&docs("performance.json"), results)?;
        write_page(&page)?;
    }
    let fine = |check: &pages::CheckRow| check.agree || check.may_differ.is_some();
    Ok(results.rows.iter().flat_map(|row| &row.checks).all(fine))
}

fn fit_scale(args: &Args, sizes: &Sizes, write: bool) -> Result<bool, Failure> {
    let bench = bench(args, sizes)?;
    let scale = scale::measure(&bench, runs(&bench, sizes))?;
    let page = pages::scale(&scale);
    writeln!(io::stdout(), "{}", page.markdown)?;
    if write {
        measured::write_json(&docs("scale.json"), &scale)?;
        write_page(&page)?;
    }
    Ok(true)
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn write_page(page: &Page) -> Result<(), Failure> {
    std::fs::write(docs(&format!("{}.md", page.name)), &page.markdown)?;
    std::fs::write(docs(&format!("{}.svg", page.name)), &page.svg)?;
    note(&format!("wrote docs/{}.md", page.name))?;
    Ok(())
}

/// Tells whoever waits what is being done.
fn note(text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "compare: {text}")
}
