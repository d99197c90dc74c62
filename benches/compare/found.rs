//! What was found, by provost and by others, as sets that can be held against each other.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Stdio;

use regex::bytes::Regex;
use serde_json::Value;

use crate::Failure;
use crate::bench::Bench;
use crate::git::output;
use crate::made::words::{CLAUDE, CREDITS};
use crate::plan::{Index, Plan};

/// What an audit finds.
#[derive(Default)]
pub(crate) struct Found {
    /// Commits judged.
    pub(crate) commits: u64,
    /// Commits with a credit line that names Claude's address.
    pub(crate) credited: BTreeSet<String>,
    /// Commits with any mark in message or people.
    pub(crate) marked: BTreeSet<String>,
    /// `<commit>:<path>` of files that gained a comment which credits a tool.
    pub(crate) comments: BTreeSet<String>,
}

/// What provost finds, run once more with its output kept.
pub(crate) fn by_audit(plan: &Plan, side: Index) -> Result<Found, Failure> {
    let mut found = Found::default();
    for line in BufReader::new(output_of(plan, side)?).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
        let commit = text("commit").to_owned();
        match (text("type"), text("kind")) {
            ("summary", _) => {
                let commits = record.get("commits").and_then(Value::as_u64);
                found.commits = commits.unwrap_or_default();
            }
            ("finding", "content") => {
                found.comments.insert(format!("{commit}:{}", text("path")));
            }
            ("finding", kind) if kind != "path" && kind != "ref" => {
                if kind == "trailer" && text("excerpt").contains(CLAUDE) {
                    found.credited.insert(commit.clone());
                }
                found.marked.insert(commit);
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The blobs that kingfisher reports.
pub(crate) fn by_kingfisher(plan: &Plan, side: Index) -> Result<BTreeSet<String>, Failure> {
    let mut blobs = BTreeSet::new();
    for line in BufReader::new(output_of(plan, side)?).lines() {
        let line = line?;
        let Ok(record) = serde_json::from_str::<Value>(&line) else { continue };
        let path = record.pointer("/finding/path").and_then(Value::as_str).unwrap_or_default();
        // It gives objects the names that loose ones would have.
        let mut parts = path.rsplit('/');
        if let (Some(rest), Some(first)) = (parts.next(), parts.next()) {
            blobs.insert(format!("{first}{rest}"));
        }
    }
    Ok(blobs)
}

/// What a side says, on whichever output.
pub(crate) fn said(plan: &Plan, side: Index) -> Result<String, Failure> {
    let mut file = tempfile::tempfile()?;
    let ended = plan.process(side)?.with(&[])?.run(Some(file.try_clone()?))?;
    plan.must_have_worked(side, &ended)?;
    file.seek(SeekFrom::Start(0))?;
    let mut text = ended.errors;
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// What a side prints.
fn output_of(plan: &Plan, side: Index) -> Result<File, Failure> {
    let mut file = tempfile::tempfile()?;
    let ended = plan.process(side)?.with(&[])?.run(Some(file.try_clone()?))?;
    plan.must_have_worked(side, &ended)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// The commits whose messages name Claude's address, as git finds them.
pub(crate) fn credited_in_git(bench: &Bench, path: &Path) -> Result<BTreeSet<String>, Failure> {
    let grep = format!("--grep={CLAUDE}");
    let found = ["log", "--all", "--format=%H", "--fixed-strings", &grep];
    Ok(bench.git.ask(path, &found)?.lines().map(str::to_owned).collect())
}

/// `<commit>:<path>` of each file to which a commit adds a comment that credits a tool
/// among its first lines, as the patches of git show it.
pub(crate) fn comments_in_git(bench: &Bench, path: &Path) -> Result<BTreeSet<String>, Failure> {
    /// As far as provost's markers look.
    const FIRST_LINES: usize = 30;
    let hunk = Regex::new(r"^@@ -\S+ \+(\d+)")?;
    let arguments = ["log", "--all", "-p", "--unified=0", "--no-renames", "--format=commit %H"];
    let mut log = bench.git.command("git", path, &arguments).stdout(Stdio::piped()).spawn()?;
    let mut out = BufReader::new(log.stdout.take().ok_or("git log without an output")?);
    let (mut commit, mut path, mut at) = (String::new(), String::new(), 0);
    let mut found = BTreeSet::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if out.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = line.trim_ascii_end();
        let rest = |prefix: &str| text.strip_prefix(prefix.as_bytes());
        if let Some(id) = rest("commit ") {
            commit = String::from_utf8_lossy(id).into_owned();
        } else if let Some(name) = rest("+++ b/") {
            path = String::from_utf8_lossy(name).into_owned();
        } else if let Some(first) = hunk.captures(text).and_then(|found| found.get(1)) {
            at = std::str::from_utf8(first.as_bytes())?.parse::<usize>()?;
        } else if let Some(added) = rest("+") {
            if at <= FIRST_LINES && CREDITS.iter().any(|credit| credit.as_bytes() == added) {
                found.insert(format!("{commit}:{path}"));
            }
            at += 1;
        }
    }
    if !log.wait()?.success() {
        return Err("git log failed".into());
    }
    Ok(found)
}

/// The blobs of files in commits.
pub(crate) fn blobs(
    bench: &Bench,
    path: &Path,
    files: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    // One at a time would be slow, and all at once more than a pipe holds.
    let mut found = BTreeSet::new();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for some in files.chunks(500) {
        let mut ask = bench.git.command("git", path, &["cat-file", "--batch-check=%(objectname)"]);
        let said = output(&mut ask, format!("{}\n", some.join("\n")).as_bytes())?;
        found.extend(said.lines().map(str::to_owned));
    }
    Ok(found)
}

/// The commits that a program names in what it says, of those that it was to look at: the
/// beginning of an id on each line that `of` takes.
pub(crate) fn named(
    said: &str,
    commits: &BTreeSet<String>,
    of: impl Fn(&str) -> Option<&str>,
) -> BTreeSet<String> {
    let named = said.lines().filter_map(of);
    let whole = named.filter_map(|short| {
        commits.iter().find(|id| !short.is_empty() && id.starts_with(short)).cloned()
    });
    whole.collect()
}
