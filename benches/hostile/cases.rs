//! The named cases: whole pushes by `git push`, and the hook on the same.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::git::{Git, utf8};
use crate::made::ON_SERVER;
use crate::measure::Process;
use crate::pages::Hostile;
use crate::pages::hostile::{HookCost, HostileCase};
use crate::sent::Sent;
use crate::{Failure, named};

/// The hook is stopped after that many seconds of CPU time.
const MOST_SECONDS: u32 = 10;

/// A named case.
struct Case {
    name: &'static str,
    says: &'static str,
    dimension: &'static str,
    scale: usize,
}

const CASES: &[Case] = &[
    Case {
        name: "long-paths",
        says: "100,000 files in a chain of 2,000 directories with names of 200 bytes",
        dimension: "long_paths",
        scale: 80,
    },
    Case {
        name: "nested-tags",
        says: "4,000 nested tags with a ref each",
        dimension: "nested_tags",
        scale: 40,
    },
    Case {
        name: "after-nested-tags",
        says: "a later push to a repository with these tags",
        dimension: "nested_tags_on_server",
        scale: 40,
    },
    Case {
        name: "deep-trees",
        says: "2,400 commits whose trees nest up to 2,032 deep",
        dimension: "deep_trees",
        scale: 16,
    },
    Case {
        name: "deep-marks",
        says: "2,000 commits that each move a tool's file one directory deeper",
        dimension: "ever_deeper_marks",
        scale: 50,
    },
    Case {
        name: "refs-on-marks",
        says: "2,000 refs on a line of 2,000 marked commits",
        dimension: "refs_on_marks",
        scale: 50,
    },
    Case {
        name: "merges-of-all",
        says: "3,000 marked merges, each with all history on its second side",
        dimension: "merges_of_all",
        scale: 50,
    },
    Case {
        name: "updates-that-hide-nothing",
        says: "3,000 updates of refs that hide nothing",
        dimension: "updates_that_hide_nothing",
        scale: 30,
    },
    Case {
        name: "repeated-subtrees",
        says: "a tree of 2^100 paths in 100 objects",
        dimension: "repeated_subtrees",
        scale: 10,
    },
    Case {
        name: "repeated-marks",
        says: "a tree with 2^30 paths of a tool's file in 30 objects",
        dimension: "repeated_marks",
        scale: 15,
    },
    Case {
        name: "weak-marks",
        says: "899 weak marks behind a message of 60 MiB",
        dimension: "weak_marks_behind_a_message",
        scale: 60,
    },
    Case {
        name: "one-line",
        says: "one line of 20 MiB with every keyword of the catalogue",
        dimension: "keywords_on_one_line",
        scale: 20,
    },
    Case {
        name: "values-below-a-key",
        says: "20 JSON files with 4,000 values below a key of 190 KiB",
        dimension: "values_below_a_long_key",
        scale: 20,
    },
    Case {
        name: "notes-of-one-blob",
        says: "300 notes that are one blob of 1 MiB",
        dimension: "notes_of_one_blob",
        scale: 30,
    },
    Case {
        name: "a-note-of-json",
        says: "a note of 100 MiB of JSON",
        dimension: "a_note_of_json",
        scale: 100,
    },
    Case {
        name: "reverts",
        says: "100,000 lines that say which commit is reverted",
        dimension: "reverts_of_one_commit",
        scale: 100,
    },
];

/// Measures the cases, or those that are named.
pub(crate) fn run(
    git: &Git,
    wanted: &[String],
    file: Option<&Path>,
    is_before: bool,
) -> Result<bool, Failure> {
    let mut all: Hostile = match file.map(fs::read_to_string) {
        Some(Ok(text)) => serde_json::from_str(&text)?,
        _ => Hostile::default(),
    };
    for case in CASES.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|w| w == it.name)) {
        let measured = measure(git, case)?;
        writeln!(io::stdout(), "{measured:?}")?;
        let known = all.cases.iter_mut().find(|known| known.name == case.name);
        match known {
            Some(known) if is_before => known.before = Some(measured.after),
            Some(known) => *known = HostileCase { before: known.before, ..measured },
            None => all.cases.push(measured),
        }
    }
    if let Some(file) = file {
        fs::write(file, serde_json::to_string_pretty(&all)? + "\n")?;
    }
    Ok(true)
}

fn measure(git: &Git, case: &Case) -> Result<HostileCase, Failure> {
    let place = tempfile::tempdir()?;
    let sent = Sent::make(git, place.path(), named(case.dimension)?.make, case.scale)?;
    let without_ms = pushed(git, &sent)?;
    let ended = sent.judged(git, MOST_SECONDS)?;
    // What the kernel has stopped has none.
    let exit = ended.status.code().filter(|code| matches!(code, 0..=2));
    let cost = ended.cost;
    Ok(HostileCase {
        name: case.name.to_owned(),
        says: case.says.to_owned(),
        bytes: sent.bytes,
        without_ms,
        before: None,
        after: HookCost { cpu_ms: millis(cost.cpu), peak_bytes: cost.peak, exit },
    })
}

/// Pushes all refs to a copy of the server, which has no hook; the milliseconds that takes.
fn pushed(git: &Git, sent: &Sent) -> Result<u64, Failure> {
    let copies = tempfile::tempdir()?;
    let server = copies.path().join("server.git");
    let copied = git.command("cp", copies.path(), &["-a", utf8(&sent.server)?, "server.git"]);
    Process::new(copied, b"")?.run(None)?;
    let pattern = format!("^{ON_SERVER}*");
    let push = ["push", "--quiet", "--force", utf8(&server)?, "refs/*:refs/*", &pattern];
    let started = Instant::now();
    let ended = Process::new(git.command("git", &sent.source, &push), b"")?.run(None)?;
    if !ended.status.success() {
        return Err(format!("git push failed: {}", ended.errors).into());
    }
    Ok(millis(started.elapsed()))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
