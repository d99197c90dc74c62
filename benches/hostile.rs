//! Pushes that are made to be expensive: how what the hook does grows with what they bring.
//!
//! Each dimension is measured at the scales 1, 4 and 16, less what scale 0 takes, which is
//! one of everything. Instructions are counted by callgrind, so the numbers do not depend on
//! how busy a machine is. An exponent is fitted over the inflated bytes of the push; over the
//! dimension itself where the bytes stay the same. One above 1.1 fails the run: work that
//! grows faster than the push is a fault. Run without cargo's `--bench`, as
//! `cargo test --bench hostile` does, it is a rehearsal on little data, which judges nothing.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

#[path = "hostile/made.rs"]
mod made;
#[path = "common/process.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod process;
#[path = "common/quarantine.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod quarantine;
#[path = "hostile/refs.rs"]
mod refs;
#[path = "hostile/sent.rs"]
mod sent;
#[path = "hostile/texts.rs"]
mod texts;
#[path = "hostile/trees.rs"]
mod trees;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};

use made::Generator;
use process::Provost;
use sent::Sent;

/// Dimensions in which what is to be reported grows faster than the push does: each ref
/// reaches all marks, each path is as long as its tree is deep. A bound on findings or on
/// steps ends that, so their exponents are shown and not judged.
const BOUNDED: [&str; 5] = [
    "ever_deeper_marks",
    "nested_marked_tags",
    "notes_refs_on_a_line",
    "refs_on_marks",
    "repeated_marks",
];

/// Scales pushes that are made to be expensive.
#[derive(Parser)]
struct Args {
    /// `cases` times the named cases, with the hook and without one, instead of all dimensions
    #[arg(value_parser = ["cases"])]
    what: Option<String>,
    /// Measure this case or dimension only; may be given several times
    #[arg(long = "only", value_name = "NAME")]
    only: Vec<String>,
    /// Add what was measured of cases to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Args {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let provost = Provost::copied();
    let is_fine = match args.what {
        Some(_) => cases(&args, &provost),
        None => scale(&args, &provost),
    };
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn dimensions() -> impl Iterator<Item = &'static (&'static str, Generator)> {
    [refs::REFS, texts::TEXTS, trees::TREES].into_iter().flatten()
}

/// A dimension at a scale: `hostile/cases.toml`.
#[derive(Deserialize)]
struct Case {
    name: String,
    says: String,
    dimension: String,
    scale: usize,
}

/// Measures the named cases: whole pushes by `git push`, and the hook on the same.
fn cases(args: &Args, provost: &Provost) -> bool {
    let mut cases: HashMap<String, Vec<Case>> =
        toml::from_str(include_str!("hostile/cases.toml")).expect("the cases");
    let kept = args.json.as_ref().and_then(|file| fs::read(file).ok());
    let kept = kept.map(|text| serde_json::from_slice::<Value>(&text).expect("JSON of cases"));
    let mut all: Vec<Value> =
        kept.and_then(|kept| kept["cases"].as_array().cloned()).unwrap_or_default();
    for Case { name, says, dimension, scale } in cases.remove("case").expect("cases") {
        if !args.wants(&name) {
            continue;
        }
        let generator = dimensions().find(|(other, _)| *other == dimension);
        let sent = Sent::make(generator.expect("a dimension").1, scale);
        let without = sent.pushed();
        // The hook is stopped after 10 seconds of CPU time.
        let ended = sent.judged(provost, 10);
        let exit = ended.status.code().filter(|code| matches!(code, 0..=2));
        let cpu = ended.cost.cpu.as_millis() as u64;
        let known = all.iter().position(|known| known["name"] == name);
        let measured = json!({
            "name": name,
            "says": says,
            "bytes": sent.bytes,
            "without_ms": without,
            // What the hook took before its work was made linear, where that was measured.
            "before": known.map(|at| all[at]["before"].clone()),
            "after": { "cpu_ms": cpu, "peak_bytes": ended.cost.peak, "exit": exit },
        });
        println!("{measured}");
        match known {
            Some(at) => all[at] = measured,
            None => all.push(measured),
        }
    }
    if let Some(file) = &args.json {
        let text = serde_json::to_string_pretty(&json!({ "cases": all })).expect("JSON");
        fs::write(file, text + "\n").expect("a file for results");
    }
    true
}

/// The scales that are measured; the first is what is taken off.
const SCALES: [usize; 4] = [0, 1, 4, 16];
/// The largest exponent that is no fault.
const MOST: f64 = 1.1;
/// Growth by fewer instructions is no more than noise beside the start of the program.
const NOISE: f64 = 4e6;

/// What one push took.
struct Point {
    bytes: f64,
    instructions: f64,
    peak: u64,
}

fn scale(args: &Args, provost: &Provost) -> bool {
    let scales = if args.bench { &SCALES[..] } else { &SCALES[..2] };
    println!("dimension: KB and millions of instructions at {scales:?}, peak MB, exponent");
    let mut is_fine = true;
    for (name, make) in dimensions().filter(|(name, _)| args.wants(name)) {
        let point = |scale: &usize| {
            let sent = Sent::make(*make, *scale);
            let ended = sent.judged(provost, 600);
            let is_judged = ended.status.code().is_some_and(|code| (0..=2).contains(&code));
            assert!(is_judged, "{name}: {}: {}", ended.status, ended.errors);
            let instructions = if args.bench { sent.instructions(provost) as f64 } else { 0.0 };
            Point { bytes: sent.bytes as f64, instructions, peak: ended.cost.peak }
        };
        let points: Vec<Point> = scales.iter().map(point).collect();
        let word = match exponent(&points) {
            Some(exponent) if BOUNDED.contains(name) => format!("{exponent:.2} bounded"),
            Some(exponent) if exponent > MOST => format!("{exponent:.2} GROWS TOO FAST"),
            Some(exponent) => format!("{exponent:.2}"),
            None => "-".to_owned(),
        };
        is_fine &= !word.ends_with("FAST");
        let kilobytes: Vec<f64> = points.iter().map(|it| it.bytes / 1e3).collect();
        let millions: Vec<f64> = points.iter().map(|it| it.instructions / 1e6).collect();
        let peak = points.iter().map(|it| it.peak).max().unwrap_or_default() / 1_000_000;
        println!("{name}: {kilobytes:.1?}, {millions:.1?}, {peak}, {word}");
    }
    is_fine
}

/// The exponent with which instructions grow, by least squares on logarithms.
fn exponent(points: &[Point]) -> Option<f64> {
    let (start, rest) = points.split_first()?;
    let most = rest.last()?;
    if most.instructions - start.instructions < NOISE || rest.len() < 2 {
        return None;
    }
    let grown = |point: &Point| point.bytes - start.bytes;
    let over_bytes = rest.windows(2).all(|it| grown(&it[1]) > grown(&it[0]) * 2.0);
    let log = |(point, scale): (&Point, &usize)| {
        let x = if over_bytes { grown(point) } else { *scale as f64 };
        (x.ln(), (point.instructions - start.instructions).max(NOISE / 100.0).ln())
    };
    let logs: Vec<(f64, f64)> = rest.iter().zip(&SCALES[1..]).map(log).collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>();
    let count = logs.len() as f64;
    let (x, y) = (mean(&|it| it.0) / count, mean(&|it| it.1) / count);
    Some(mean(&|it| (it.0 - x) * (it.1 - y)) / mean(&|it| (it.0 - x).powi(2)))
}
