//! The named cases: whole pushes by `git push`, with the hook and without one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::git::{Git, utf8};
use crate::made::ON_SERVER;
use crate::measure::Process;
use crate::sent::Sent;
use crate::{Failure, named};

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
        says: "2,400 commits whose trees nest up to 2,400 deep",
        dimension: "ever_deeper_trees",
        scale: 20,
    },
    Case {
        name: "deep-marks",
        says: "2,000 commits that move a tool's file ever deeper",
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
];

/// Times the cases, or those that are named.
pub(crate) fn run(git: &Git, wanted: &[String], file: Option<&Path>) -> Result<bool, Failure> {
    let mut all: Map<String, Value> = match file.map(fs::read_to_string) {
        Some(Ok(text)) => serde_json::from_str(&text)?,
        _ => Map::new(),
    };
    for case in CASES.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|w| w == it.name)) {
        let measured = measure(git, case)?;
        println(&format!("{:<28}{measured}", case.name))?;
        all.insert(case.name.to_owned(), measured);
    }
    if let Some(file) = file {
        fs::write(file, serde_json::to_string_pretty(&all)? + "\n")?;
    }
    Ok(true)
}

fn measure(git: &Git, case: &Case) -> Result<Value, Failure> {
    let place = tempfile::tempdir()?;
    let sent = Sent::make(git, place.path(), named(case.dimension)?.make, case.scale)?;
    let without = pushed(git, &sent, None)?;
    let with = pushed(git, &sent, Some(&git.provost))?;
    let ended = sent.judged(git, &[])?;
    Ok(json!({
        "says": case.says,
        "bytes": sent.bytes,
        "without_ms": without,
        "with_ms": with,
        "hook_ms": ended.cost.wall.as_millis() as u64,
        "peak_bytes": ended.cost.peak,
        "exit": ended.status.code(),
    }))
}

/// Pushes all refs to a copy of the server; how many milliseconds that takes.
fn pushed(git: &Git, sent: &Sent, provost: Option<&str>) -> Result<u64, Failure> {
    let copies = tempfile::tempdir()?;
    let server = copies.path().join("server.git");
    let copied = git.command("cp", copies.path(), &["-a", utf8(&sent.server)?, "server.git"]);
    Process::new(copied, b"")?.run(None)?;
    let hook = server.join("hooks/pre-receive");
    fs::create_dir_all(server.join("hooks"))?;
    if let Some(provost) = provost {
        fs::write(&hook, format!("#!/bin/sh\nexec '{provost}' --isolated pre-receive\n"))?;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755))?;
    }
    let pattern = format!("^{ON_SERVER}*");
    let push = ["push", "--quiet", "--force", utf8(&server)?, "refs/*:refs/*", &pattern];
    let started = Instant::now();
    Process::new(git.command("git", &sent.source, &push), b"")?.run(None)?;
    Ok(started.elapsed().as_millis() as u64)
}

fn println(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
