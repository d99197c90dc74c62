//! How many instructions small fixed cases take, by callgrind, beside the numbers that
//! are committed: unlike time, they are the same on a busy machine, so they can be asserted.

use std::fs;

use crate::bench::{Bench, tip};
use crate::cases::{DATE, MARK, NULL, PLAIN};
use crate::made::{HISTORY, LINE};
use crate::note;
use crate::process::Run;
use crate::quarantine::{MAIN, Quarantine};

/// The committed numbers.
const NUMBERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml");
const HEAD: &str = "\
# Instructions that small fixed cases take, by callgrind. Written by
#     .ci/instructions --update
# which .ci/run compares with: a case that takes over 10 % more fails.
";
/// A case may take this many times what is committed.
const MOST: f64 = 1.1;
/// What has become this much cheaper should be written down, so that it stays.
const LEAST: f64 = 0.9;

/// Counts, and compares or writes; whether nothing has grown too much.
pub(crate) fn check(bench: &Bench, update: bool) -> bool {
    let counted: Vec<_> = runs(bench).map(|(name, run)| (name, run.instructions())).into();
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = std::process::Command::new(rustc).arg("--version").output();
    let rustc = String::from_utf8_lossy(&rustc.expect("rustc").stdout).trim().to_owned();
    if update {
        let case = |(name, instructions): &(&str, u64)| {
            format!("\n[[case]]\nname = \"{name}\"\ninstructions = {instructions}\n")
        };
        let cases: String = counted.iter().map(case).collect();
        fs::write(NUMBERS, format!("{HEAD}\nrustc = \"{rustc}\"\n{cases}")).expect("the numbers");
        note(&format!("wrote {} numbers", counted.len()));
        return true;
    }
    let committed = fs::read_to_string(NUMBERS).expect("the committed numbers");
    let committed: toml::Table = committed.parse().expect("the committed numbers");
    // Another compiler makes other instructions.
    let before = committed["rustc"].as_str().unwrap_or_default();
    if before != rustc {
        note(&format!("the numbers are of {before}, this is {rustc}"));
    }
    let cases = committed["case"].as_array().expect("cases");
    let mut is_fine = true;
    for (name, instructions) in counted {
        let before = cases.iter().find(|case| case["name"].as_str() == Some(name));
        let before = before.and_then(|case| case["instructions"].as_integer()).unwrap_or_default();
        let ratio = instructions as f64 / before as f64;
        let word = match ratio {
            ratio if ratio > MOST => "GROWN",
            ratio if ratio < LEAST => "smaller: write it down with --update",
            _ => "as before",
        };
        is_fine &= ratio <= MOST;
        note(&format!("{name}: {instructions} instructions, {ratio:.4} of before: {word}"));
    }
    is_fine
}

/// The cases. The hook judges in its own process: callgrind could not write what it counted in one
/// that may write nothing.
fn runs(bench: &Bench) -> [(&'static str, Run); 4] {
    let server = bench.history(LINE, 1000, 100);
    let old = tip(&server);
    let provost = bench.provost.program.as_str();
    let hook = |message: Option<String>| {
        let quarantine = Quarantine::new(&server);
        let new = message.map(|message| quarantine.commit(&old, &[], &message, DATE));
        let input = format!("{old} {} {MAIN}\n", new.as_deref().unwrap_or(NULL));
        quarantine.hook(provost, &[], &input).between(&[], &["--in-process"])
    };
    let history = bench.history(HISTORY, 300, 20);
    let audit = [provost, "--isolated", "audit", "--format", "jsonl", "."];
    [
        ("delete-only push", hook(None)),
        ("one clean commit onto a tip", hook(Some(PLAIN.to_owned()))),
        ("one marked commit onto a tip", hook(Some(format!("{PLAIN}{MARK}")))),
        ("audit of a small history", Run::new(&history, &audit).codes([0, 1])),
    ]
}
