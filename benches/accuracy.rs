//! How well the catalogue finds what it should, and what it flags that it should not.
//!
//! Judges by the built-in rules, and prints a figure and its bar for each:
//!
//! 1. Labelled commits (see [`labelled::Labelled`], one JSON object a line): recall on strong and
//!    weak labels, the share with the right tool, and false positives.
//! 2. The cases of `../shared/cases`, if that folder exists alongside the checkout.
//! 3. A matrix of the forms of `accuracy/forms.toml` and the names of all tools of the catalogue.
//! 4. Real sentences on this machine that name tools without crediting them.
//! 5. People with names of tools, and links to the trackers of tools.
//!
//! `cargo bench --bench accuracy [-- FILE | --constructed] [--list]`. FILE holds labelled commits.
//! Without it: `../shared/corpus` alongside the checkout, or else a small set made of the
//! catalogue's own examples and of people, bots and sentences that look like tools and are none.
//! `--constructed` leaves `../shared` out; `--list` lists all that is judged wrong. Exits 1 when
//! a figure is below its bar.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "accuracy/bars.rs"]
mod bars;
#[path = "accuracy/cases.rs"]
mod cases;
#[path = "accuracy/catalogue.rs"]
mod catalogue;
#[path = "accuracy/figures.rs"]
mod figures;
#[path = "accuracy/judge.rs"]
mod judge;
#[path = "accuracy/labelled.rs"]
mod labelled;
#[path = "accuracy/matrix.rs"]
mod matrix;
#[path = "accuracy/mentions.rs"]
mod mentions;
#[path = "accuracy/named.rs"]
mod named;
#[path = "accuracy/sentences.rs"]
mod sentences;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bars::Bar;
use figures::Figures;
use judge::Judge;

/// How many commits that are judged wrong are printed without `--list`.
const MOST_WRONG: usize = 20;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |option: &str| words.iter().any(|word| word == option);
    let file = words.iter().find(|word| !word.starts_with("--")).map(PathBuf::from);
    let (is_listed, is_constructed) = (has("--list"), has("--constructed"));
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let alongside = |name: &str| {
        let path = shared.join(name);
        (path.exists() && !is_constructed).then_some(path)
    };
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("labelled commits");
    let labelled = file.or_else(|| alongside("corpus/commits.jsonl"));
    let commits = labelled.map_or_else(labelled::constructed, |path| labelled::parsed(&read(path)));

    let judge = Judge::new();
    let mut figures = Figures::default();
    for commit in &commits {
        figures.add(commit, &judge.commit(&commit.raw()));
    }
    println!("{} commits", commits.len());
    figures.print(if is_listed { usize::MAX } else { MOST_WRONG });
    let mut bars = Vec::new();
    let mut add = |new: Vec<Bar>| {
        new.iter().for_each(Bar::print);
        bars.extend(new);
    };
    add(figures.bars());
    if let Some(folder) = alongside("cases") {
        add(cases::score(&judge, &folder, is_listed));
    }
    let tools = catalogue::tools();
    add(matrix::judge_all(&judge, &tools, is_listed));
    add(mentions::judge_sentences(&judge, &tools, &commits, is_listed));
    add(mentions::judge_people(&judge, &tools));
    if bars.iter().all(Bar::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
