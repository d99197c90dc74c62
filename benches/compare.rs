//! How provost compares with git and with others: whole processes of all, on the same
//! data, in turns, in the same run. What comes out are ratios, for they hold on other
//! machines too. No time is ever asserted: it fails only if provost did not judge what it
//! was given, or if a small fixed case takes more instructions than it did.
//!
//! Run without cargo's `--bench`, as `cargo test --bench compare` does, it is a rehearsal: all
//! of it on data that is very small.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]
#![allow(
    clippy::print_stderr,
    reason = "a program for developers: it ends where something is wrong"
)]

#[path = "compare/bench.rs"]
mod bench;
#[path = "compare/cases.rs"]
mod cases;
#[path = "compare/histories.rs"]
mod histories;
#[path = "compare/instructions.rs"]
mod instructions;
#[path = "common/made.rs"]
mod made;
mod pages;
#[path = "compare/plan.rs"]
mod plan;
#[path = "common/process.rs"]
mod process;
#[path = "common/quarantine.rs"]
mod quarantine;
#[path = "compare/rivals.rs"]
mod rivals;
#[path = "compare/rules.rs"]
mod rules;
#[path = "compare/scale.rs"]
mod scale;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};

use bench::Bench;

/// Measures provost beside git and others.
#[derive(Parser)]
struct Args {
    /// `scale` fits the cost of a push to what it brings; `instructions` compares the instructions
    /// of small fixed cases with the committed numbers
    #[arg(value_parser = ["scale", "instructions"])]
    what: Option<String>,
    /// Measure this case only; may be given several times
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// Divide all sizes by this, for a quick look [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    divide: Option<u32>,
    /// Rounds of runs of each case [default: 7]; short cases are run more often
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
    /// Install the rivals (kingfisher, gitlint, committed) and measure them too
    #[arg(long)]
    rivals: bool,
    /// Write the measurements to docs/, after each case, and the page that is made of them
    #[arg(long)]
    write: bool,
    /// Write the numbers of instructions
    #[arg(long)]
    update: bool,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

/// What can be measured: a name, and the question that it answers.
#[derive(Deserialize)]
struct Case {
    name: String,
    asks: String,
}

/// A rehearsal divides all sizes by this.
const REHEARSAL: u32 = 1000;

fn main() -> ExitCode {
    let args = Args::parse();
    let divisor = args.divide.unwrap_or(if args.bench { 1 } else { REHEARSAL }) as usize;
    let runs = args.runs.unwrap_or(if args.bench { 7 } else { 1 }) as usize;
    let bench = Bench::new(divisor, !args.bench, args.rivals);
    let is_fine = match args.what.as_deref() {
        Some("instructions") => instructions::check(&bench, args.update),
        Some(_) => fit_scale(&bench, runs, args.write),
        // A rehearsal is of everything.
        None if !args.bench => compare(&bench, runs, &args) & fit_scale(&bench, runs, false),
        None => compare(&bench, runs, &args),
    };
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures the cases; whether provost judged what it was given.
fn compare(bench: &Bench, runs: usize, args: &Args) -> bool {
    let mut all: HashMap<String, Vec<Case>> =
        toml::from_str(include_str!("compare/cases.toml")).expect("the cases");
    let all = all.remove("case").expect("cases");
    let names: Vec<&str> = all.iter().map(|case| case.name.as_str()).collect();
    let unknown = args.cases.iter().find(|name| !names.contains(&name.as_str()));
    assert!(unknown.is_none(), "there is no case {unknown:?}, only {names:?}");
    let kept = read_json("performance.json");
    let mut results = json!({ "machine": bench.machine(), "divided_by": bench.divisor });
    // What another machine or git has measured says nothing of this one.
    let is_kept = args.write && ["machine", "divided_by"].iter().all(|it| kept[it] == results[it]);
    let mut rows = kept["rows"].as_array().filter(|_| is_kept).cloned().unwrap_or_default();
    let hostile = read_json("hostile.json");
    for case in &all {
        if !args.cases.is_empty() && !args.cases.contains(&case.name) {
            continue;
        }
        note(&format!("measuring {}", case.name));
        rows.retain(|other| other["case"] != case.name);
        rows.push(plan::measured(bench, case, runs));
        rows.sort_by_key(|row| names.iter().position(|name| row["case"] == *name));
        results["rows"] = json!(rows);
        write(args.write, "performance", &results, &pages::performance(&results, &hostile));
    }
    println!("{}", pages::performance(&results, &hostile));
    let mut checks = rows.iter().flat_map(|row| row["checks"].as_array()).flatten();
    checks.all(|check| check["agree"] == true || !check["may_differ"].is_null())
}

fn fit_scale(bench: &Bench, runs: usize, is_written: bool) -> bool {
    let scale = scale::measured(bench, runs);
    let page = pages::scale(&scale);
    println!("{page}");
    write(is_written, "scale", &scale, &page);
    true
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn read_json(name: &str) -> Value {
    let text = fs::read(docs(name)).expect("measurements");
    serde_json::from_slice(&text).expect("measurements")
}

/// Writes measurements and their page, if that is asked for.
fn write(is_written: bool, name: &str, value: &Value, page: &str) {
    if is_written {
        let text = serde_json::to_string_pretty(value).expect("JSON") + "\n";
        fs::write(docs(&format!("{name}.json")), text).expect("a file for measurements");
        fs::write(docs(&format!("{name}.md")), page).expect("a page that can be written");
    }
}

/// Reports what is being done.
fn note(text: &str) {
    eprintln!("compare: {text}");
}
