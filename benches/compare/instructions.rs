//! How many instructions small fixed cases take, by callgrind, beside the numbers that
//! are committed: unlike time, they are the same on a busy machine, so they can be asserted.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::bench::Bench;
use crate::git::output;
use crate::quarantine::{New, Quarantine};
use crate::repository::Repository;
use crate::{Failure, callgrind, note};

/// The committed numbers.
const NUMBERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml");
/// A case may take so many times what is committed.
const MOST: f64 = 1.1;
/// What has become so much cheaper should be written down, so that it stays.
const LEAST: f64 = 0.9;

/// `benches/instructions.toml`.
#[derive(Default, Deserialize)]
struct Numbers {
    /// The compiler that made the program; another one makes other instructions.
    rustc: String,
    #[serde(rename = "case", default)]
    cases: Vec<Counted>,
}

#[derive(Deserialize)]
struct Counted {
    name: String,
    instructions: u64,
}

/// A case: how it is called, what runs, and its standard input.
struct Fixed {
    name: &'static str,
    command: Command,
    input: String,
}

/// Counts, and compares or writes; whether nothing has grown too much.
pub(crate) fn check(bench: &Bench, update: bool) -> Result<bool, Failure> {
    callgrind::must_be_there()?;
    let committed: Numbers = match fs::read_to_string(NUMBERS) {
        Ok(text) => toml::from_str(&text)?,
        Err(_) => Numbers::default(),
    };
    let counted = count(bench)?;
    let rustc = rustc()?;
    if update {
        let mut text = format!("{HEAD}rustc = \"{rustc}\"\n");
        for Counted { name, instructions } in &counted {
            text.push_str(&format!(
                "\n[[case]]\nname = \"{name}\"\ninstructions = {instructions}\n"
            ));
        }
        fs::write(NUMBERS, text)?;
        note(&format!("wrote {} numbers", counted.len()))?;
        return Ok(true);
    }
    if rustc != committed.rustc {
        note(&format!("the numbers are of {}, this is {rustc}", committed.rustc))?;
    }
    let mut fine = true;
    for case in &counted {
        let before = committed.cases.iter().find(|other| other.name == case.name);
        let Some(before) = before else {
            note(&format!(
                "{}: {} instructions, no number to compare with",
                case.name, case.instructions
            ))?;
            fine = false;
            continue;
        };
        let ratio = case.instructions as f64 / before.instructions.max(1) as f64;
        let word = match ratio {
            ratio if ratio > MOST => "GROWN",
            ratio if ratio < LEAST => "smaller: write it down with --update",
            _ => "as before",
        };
        fine &= ratio <= MOST;
        note(&format!(
            "{}: {} instructions, {ratio:.4} of before: {word}",
            case.name, case.instructions
        ))?;
    }
    Ok(fine)
}

const HEAD: &str = "\
# Instructions that small fixed cases take, by callgrind. Written by
#     .ci/instructions --update
# which .ci/run compares with: a case that takes over 10 % more fails.

";

fn rustc() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    output(Command::new(rustc).arg("--version"), b"")
}

fn count(bench: &Bench) -> Result<Vec<Counted>, Failure> {
    // A place whose name is as long on every machine: how long a path is can be counted too.
    let place = tempfile::Builder::new().prefix("provost-").rand_bytes(8).tempdir_in("/tmp")?;
    let place = place.path();
    let provost = place.join("provost");
    fs::copy(&bench.git.provost, &provost)?;
    let git = &bench.git;
    let server = Repository::line(git, place, 1000, 100, true)?;
    let (branch, tip) = server.head(git)?;
    let null = "0".repeat(tip.len());
    let mut fixed = Vec::new();
    let mut kept = Vec::new();
    let hook = |quarantine: &Quarantine| {
        let mut command = quarantine.command(git, "valgrind", &[]);
        callgrind::prepare(&mut command, place, &provost, &callgrind::HOOK)?;
        Ok::<_, Failure>(command)
    };
    let nothing = Quarantine::new(&server.path)?;
    fixed.push(Fixed {
        name: "delete-only push",
        command: hook(&nothing)?,
        input: format!("{tip} {null} {branch}\n"),
    });
    kept.push(nothing);
    let mark = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";
    let plain = "reader: Add one line\n\nSigned-off-by: Bench <bench@bench.test>";
    for (name, message) in [
        ("one clean commit onto a tip", plain.to_owned()),
        ("one marked commit onto a tip", format!("{plain}\n{mark}")),
    ] {
        let quarantine = Quarantine::new(&server.path)?;
        let new = New { parent: &tip, message: &message, path: None, date: None };
        let new = quarantine.commit(git, &new)?;
        let input = format!("{tip} {new} {branch}\n");
        fixed.push(Fixed { name, command: hook(&quarantine)?, input });
        kept.push(quarantine);
    }
    let history = Repository::history(git, place, 300, 20)?;
    let mut audit = git.command("valgrind", &history.path, &[]);
    callgrind::prepare(
        &mut audit,
        place,
        &provost,
        &["--isolated", "audit", "--format", "jsonl", "."],
    )?;
    fixed.push(Fixed { name: "audit of a small history", command: audit, input: String::new() });
    fixed.into_iter().map(|case| counted(place, case)).collect()
}

fn counted(place: &Path, case: Fixed) -> Result<Counted, Failure> {
    let Fixed { name, command, input } = case;
    let instructions = callgrind::count(place, name, command, &input, 0..=1)?;
    Ok(Counted { name: name.to_owned(), instructions })
}
