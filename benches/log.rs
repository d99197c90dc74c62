//! How many records a second the decision log takes: from one writer, and from fifty at
//! once, each record synced before the next of the same writer.
//!
//! `cargo bench --bench log [-- DIRECTORY]`: the directory says which disk is measured.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench says what it measured")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use provost::config::{BUILT_IN, merge};
use provost::document::Source;
use provost::log::{Record, append};

fn main() {
    // Without cargo's `--bench`, as `cargo test --benches` runs it, it is a rehearsal.
    let share = if std::env::args().any(|word| word == "--bench") { 1 } else { 100 };
    let directory = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let directory = directory.map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(directory).expect("a directory");
    let file = directory.path().join("log.jsonl");
    let source = |name: &str, text: String, built_in| {
        Arc::new(Source { name: name.to_owned(), text: text.into(), built_in })
    };
    let own = format!("[log]\nfile = {file:?}\n");
    let layers =
        [source("rules.toml", BUILT_IN.to_owned(), true), source("bench.toml", own, false)];
    let settings = merge(&layers).expect("rules").log.expect("a section");
    // Writers, and records of each.
    for (writers, each) in [(1, 1000), (50, 200)] {
        let each = each / share;
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..writers {
                scope.spawn(|| {
                    for _ in 0..each {
                        let time = "2026-12-01T09:12:03.412Z".into();
                        let repository = "team/project".into();
                        let record =
                            Record { time, repository, accepted: true, ..Record::default() };
                        append(&settings, record).expect("a record");
                    }
                });
            }
        });
        let records = f64::from(writers * each) / started.elapsed().as_secs_f64();
        println!("{writers:>3} writers: {records:.0} records a second");
    }
}
