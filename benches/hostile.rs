//! Pushes that are made to be expensive: how what the hook does grows with what they bring.
//!
//! ```text
//! cargo bench --bench hostile -- [--dimension NAME]... [--list] [--program PATH]
//! cargo bench --bench hostile -- cases [--case NAME]... [--program PATH] [--json FILE]
//! cargo bench --bench hostile -- make NAME SCALE DIRECTORY
//! ```
//!
//! Each dimension is measured at the scales 1, 4 and 16, less what scale 0 takes, which is
//! one of everything. Instructions are counted by callgrind, so the numbers do not depend on
//! how busy a machine is. An exponent is fitted over the inflated bytes of the push; over the
//! dimension itself where the bytes stay the same. One above 1.1 fails the run: work that
//! grows faster than the push is a fault. Run without cargo's `--bench`, as
//! `cargo test --bench hostile` does, it is a rehearsal on little data, which judges nothing.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "made-up data is as it is made")]

#[path = "compare/callgrind.rs"]
mod callgrind;
#[path = "hostile/cases.rs"]
mod cases;
#[path = "compare/git.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod git;
#[path = "hostile/made.rs"]
mod made;
#[path = "compare/measure.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod measure;
#[allow(dead_code, unused_imports, reason = "another bench uses the rest")]
mod pages;
#[path = "compare/quarantine.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod quarantine;
#[path = "hostile/refs.rs"]
mod refs;
#[path = "hostile/sent.rs"]
mod sent;
#[path = "hostile/texts.rs"]
#[allow(dead_code, reason = "a test uses the rest")]
mod texts;
#[path = "hostile/trees.rs"]
mod trees;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use git::Git;
use sent::Sent;

/// Why there is no result.
type Failure = Box<dyn std::error::Error>;

/// Makes in an empty bare repository what a push brings; see [`made::push`].
type Generator = fn(repository: &Path, scale: usize);

/// A dimension of a push that is scaled.
struct Dimension {
    name: &'static str,
    make: Generator,
}

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

/// Lists the dimensions: the name of each is that of its function.
macro_rules! dimensions {
    ($($module:ident: $($name:ident),+ $(,)?;)+) => {
        const DIMENSIONS: &[Dimension] =
            &[$($(Dimension { name: stringify!($name), make: $module::$name }),+),+];
    };
}

dimensions! {
    refs: commits, marked_commits, parents, octopus_chain, repeated_parents, marked_merges,
        merges_of_all, refs_on_one_commit, refs_on_one_mark, refs_on_roots, refs_on_marks,
        updates_that_hide_nothing, refs_on_server, tags, tag_depth, nested_tags,
        nested_marked_tags, nested_tags_on_server, tag_beside_nested_tags, notes, notes_refs,
        notes_refs_on_a_line, ref_name_length, unjudged_entries, admitted_entries,
        baseline_entries;
    texts: weak_marks_behind_a_message, many_weak_marks_behind_a_message,
        marks_behind_carriage_returns, keywords_on_one_line, keywords_below_a_key,
        keywords_below_many_keys, keywords_among_other_letters, keywords_on_many_lines,
        keywords_in_a_file, files_of_keywords, values_below_a_long_key,
        configurations_that_are_one_file, notes_of_one_blob, a_note_of_json,
        reverts_of_one_commit, reverts_of_many_commits, picks_of_one_commit, marks_behind_credits,
        credits_behind_marks, marks_in_headers, marks_below_a_long_key, letters_of_other_scripts,
        utf16_without_an_order, written_line_feeds, long_subjects, people_below_a_long_label,
        picks_of_a_long_commit;
    trees: tree_depth, deep_trees, ever_deeper_trees, ever_deeper_marks, deep_changes, tree_width,
        growing_directory, long_paths, name_length, files, repeated_subtrees, repeated_marks,
        marked_files, renames, changed_marks;
}

/// Scales pushes that are made to be expensive.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Measure this dimension only; may be given several times
    #[arg(long = "dimension", value_name = "NAME")]
    dimensions: Vec<String>,
    /// Show the names of the dimensions
    #[arg(long)]
    list: bool,
    /// Measure this build of provost instead
    #[arg(long, value_name = "PATH", global = true)]
    program: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Time the named cases, with the hook and without one
    Cases {
        /// Time this case only; may be given several times
        #[arg(long = "case", value_name = "NAME")]
        cases: Vec<String>,
        /// Add what was measured to this file
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Add it as what was measured before, of cases that the file has
        #[arg(long, requires = "json")]
        before: bool,
    },
    /// Show what the hook takes for a dimension at some scales: CPU time, time, peak memory
    Time {
        /// The dimension
        name: String,
        /// Its scales
        #[arg(required = true)]
        scales: Vec<usize>,
    },
    /// Make the push of a dimension in a directory and keep it
    Make {
        /// The dimension
        name: String,
        /// Its scale
        scale: usize,
        /// Where the bare repositories `source.git` and `server.git` are made
        directory: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "hostile: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<bool, Failure> {
    if args.list {
        for dimension in DIMENSIONS {
            writeln!(io::stdout(), "{}", dimension.name)?;
        }
        return Ok(true);
    }
    let mut git = Git::new()?;
    if let Some(program) = &args.program {
        std::fs::copy(program, &git.provost)?;
    }
    git.build = String::new();
    match &args.command {
        None => scale(args, &git),
        Some(Command::Cases { cases, json, before }) => {
            cases::run(&git, cases, json.as_deref(), *before)
        }
        Some(Command::Time { name, scales }) => {
            for &scale in scales {
                let place = tempfile::tempdir()?;
                let sent = Sent::make(&git, place.path(), named(name)?.make, scale)?;
                let ended = sent.judged(&git, MOST_SECONDS)?;
                let (cost, status) = (ended.cost, ended.status);
                writeln!(
                    io::stdout(),
                    "{name:<26} at {scale:>5}: {:>9.1} KB, {:>7} ms of CPU, {:>7} ms, {:>6.1} MB, {status}",
                    sent.bytes as f64 / 1e3,
                    cost.cpu.as_millis(),
                    cost.wall.as_millis(),
                    cost.peak as f64 / 1e6,
                )?;
            }
            Ok(true)
        }
        Some(Command::Make { name, scale, directory }) => {
            let dimension = named(name)?;
            std::fs::create_dir_all(directory)?;
            Sent::make(&git, directory, dimension.make, *scale)?;
            Ok(true)
        }
    }
}

fn named(name: &str) -> Result<&'static Dimension, Failure> {
    let mut all = DIMENSIONS.iter();
    let found = all.find(|dimension| dimension.name == name);
    found.ok_or_else(|| format!("there is no dimension `{name}`; --list shows them").into())
}

/// The hook is stopped after that many seconds of CPU time.
const MOST_SECONDS: u32 = 600;
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

fn scale(args: &Args, git: &Git) -> Result<bool, Failure> {
    let wanted: Vec<&Dimension> = match args.dimensions.as_slice() {
        [] => DIMENSIONS.iter().collect(),
        names => names.iter().map(|name| named(name)).collect::<Result<_, _>>()?,
    };
    let is_rehearsal = !args.bench;
    if !is_rehearsal {
        callgrind::must_be_there()?;
    }
    let mut out = io::stdout();
    writeln!(
        out,
        "{:<26}{:>13}{:>13}{:>9}{:>9}{:>9}{:>9}{:>10}",
        "dimension", "KB at 1", "KB at 16", "M at 0", "M at 1", "M at 4", "M at 16", "peak MB"
    )?;
    let mut fine = true;
    for dimension in wanted {
        let mut points = Vec::new();
        for &scale in SCALES.iter().take(if is_rehearsal { 2 } else { SCALES.len() }) {
            points.push(measure(git, dimension, scale, is_rehearsal)?);
        }
        let exponent = exponent(&points);
        let shown = exponent.map_or_else(|| "—".to_owned(), |it| format!("{it:.2}"));
        let is_bounded = BOUNDED.contains(&dimension.name);
        let is_fine =
            is_rehearsal || is_bounded || exponent.is_none_or(|exponent| exponent <= MOST);
        fine &= is_fine;
        let of = |at: usize| points.get(at).map_or(0.0, |it: &Point| it.instructions / 1e6);
        let kb = |at: usize| points.get(at).map_or(0.0, |it: &Point| it.bytes / 1e3);
        writeln!(
            out,
            "{:<26}{:>13.1}{:>13.1}{:>9.1}{:>9.1}{:>9.1}{:>9.1}{:>10.1}  {shown}{}",
            dimension.name,
            kb(1),
            kb(3),
            of(0),
            of(1),
            of(2),
            of(3),
            points.iter().map(|it| it.peak).max().unwrap_or_default() as f64 / 1e6,
            match (is_fine, is_bounded) {
                (false, _) => "  GROWS TOO FAST",
                (true, true) => "  bounded",
                (true, false) => "",
            }
        )?;
    }
    Ok(fine)
}

fn measure(
    git: &Git,
    dimension: &Dimension,
    scale: usize,
    is_rehearsal: bool,
) -> Result<Point, Failure> {
    let place = tempfile::Builder::new().prefix("provost-").rand_bytes(8).tempdir()?;
    let sent = Sent::make(git, place.path(), dimension.make, scale)?;
    let ended = sent.judged(git, MOST_SECONDS)?;
    if !ended.status.code().is_some_and(|code| sent::JUDGED.contains(&code)) {
        return Err(format!("{}: {}: {}", dimension.name, ended.status, ended.errors).into());
    }
    let mut instructions = 0.0;
    if !is_rehearsal {
        instructions = sent.instructions(git, place.path(), dimension.name)? as f64;
    }
    Ok(Point { bytes: sent.bytes as f64, instructions, peak: ended.cost.peak })
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
    let logs: Vec<(f64, f64)> = rest
        .iter()
        .zip(&SCALES[1..])
        .map(|(point, &scale)| {
            let x = if over_bytes { grown(point) } else { scale as f64 };
            let y = (point.instructions - start.instructions).max(NOISE / 100.0);
            (x.ln(), y.ln())
        })
        .collect();
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let above: f64 = logs.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let below: f64 = logs.iter().map(|it| (it.0 - x).powi(2)).sum();
    Some(above / below)
}
