//! Counting instructions by callgrind: unlike time, they are the same on a busy machine.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::git::utf8;
use crate::measure::Process;

/// The hook, judging in its own process: callgrind could not write what it counted in one that
/// may write nothing.
pub(crate) const HOOK: [&str; 3] = ["--isolated", "pre-receive", "--in-process"];

/// Fails where valgrind is not installed.
pub(crate) fn must_be_there() -> Result<(), Failure> {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err("valgrind is not installed; Debian's package is called valgrind".into());
    }
    Ok(())
}

/// Makes a command run provost under callgrind, which writes to a file in `place`.
pub(crate) fn prepare(
    command: &mut Command,
    place: &Path,
    provost: &Path,
    arguments: &[&str],
) -> Result<(), Failure> {
    let out = format!("--callgrind-out-file={}", utf8(&place.join("callgrind.out"))?);
    command.args(["--quiet", "--tool=callgrind", &out, utf8(provost)?]).args(arguments);
    // What a machine's user has set would be read, and counted.
    command.env("HOME", place).env("XDG_CONFIG_HOME", place);
    Ok(())
}

/// Runs a prepared command, whose exit code has to be in a range; the instructions of all its
/// threads.
pub(crate) fn count(
    place: &Path,
    name: &str,
    command: Command,
    input: &str,
    codes: RangeInclusive<i32>,
) -> Result<u64, Failure> {
    let ended = Process::new(command, input.as_bytes())?.run(None)?;
    if !ended.status.code().is_some_and(|code| codes.contains(&code)) {
        return Err(format!("{name}: {}: {}", ended.status, ended.errors).into());
    }
    let out = fs::read_to_string(place.join("callgrind.out"))?;
    let total = out
        .lines()
        .find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    let total = total.and_then(|text| text.trim().parse().ok());
    total.ok_or_else(|| "callgrind counted nothing".into())
}
