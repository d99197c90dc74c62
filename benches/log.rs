//! How many records a second the decision log takes: from one writer, and from fifty at
//! once, each record synced before the next of the same writer.
//!
//! `cargo bench --bench log [-- DIRECTORY]`: the directory says which disk is measured.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench says what it measured")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use provost::config::log::LogSettings;
use provost::config::{BUILT_IN, merge};
use provost::document::Source;
use provost::git::ObjectId;
use provost::log::{LogValue, Record, RefLine, append};
use provost::policy::Verdict;

/// Writers, and records of each.
const ROUNDS: [(usize, usize); 2] = [(1, 1000), (50, 200)];

fn main() {
    // Without cargo's `--bench`, as `cargo test --benches` runs it, it is a rehearsal.
    let share = if std::env::args().any(|word| word == "--bench") { 1 } else { 100 };
    let directory = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let directory = directory.map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(directory).expect("a directory");
    for (writers, each) in ROUNDS {
        let each = each / share;
        let file = directory.path().join(format!("{writers}.jsonl"));
        let settings = settings(&file.display().to_string());
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..writers {
                scope.spawn(|| {
                    for _ in 0..each {
                        append(&settings, record()).expect("a record");
                    }
                });
            }
        });
        let seconds = started.elapsed().as_secs_f64();
        let records = (writers * each) as f64;
        println!("{writers:>3} writers: {:.0} records a second", records / seconds);
    }
}

fn settings(file: &str) -> LogSettings {
    let source = |name: &str, text: String, built_in| {
        Arc::new(Source { name: name.to_owned(), text: text.into(), built_in })
    };
    let layers = [
        source("rules.toml", BUILT_IN.to_owned(), true),
        source("bench.toml", format!("[log]\nfile = {file:?}\n"), false),
    ];
    merge(&layers).expect("rules").log.expect("a section")
}

fn record() -> Record {
    let id = ObjectId::from_hex(b"4f3a19210ae0eea57201a75628f46fb29d8391f5").map(LogValue::from);
    Record {
        time: "2026-12-01T09:12:03.412Z".into(),
        repository: "team/project".into(),
        pusher: Some("ada".into()),
        verdict: Some(Verdict::Allow.into()),
        accepted: true,
        refs: vec![RefLine {
            name: "refs/heads/main".into(),
            old: id.clone(),
            claimed: None,
            new: id,
            verdict: Some(Verdict::Allow.into()),
        }],
        ..Record::default()
    }
}
