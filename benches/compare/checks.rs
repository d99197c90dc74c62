//! Whether provost judged what it was given: being quick at less work is no merit.
//!
//! What it says of the same data in the same run is held against what git says.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::process::Command;

use serde_json::{Value, json};

use super::Failure;
use super::cases::Plan;
use super::measure::{self, Ended};
use super::repository::{Git, Repository};
use super::words::CLAUDE;

/// Something that two programs must agree on.
pub(super) struct Check {
    what: String,
    provost: u64,
    git: u64,
    agree: bool,
}

impl Check {
    fn numbers(what: impl Into<String>, provost: u64, git: u64) -> Self {
        Self { what: what.into(), provost, git, agree: provost == git }
    }

    pub(super) fn agrees(&self) -> bool {
        self.agree
    }

    pub(super) fn line(&self) -> String {
        let word = if self.agree { "agree" } else { "DIFFER" };
        format!("{}: provost {}, git {}: {word}", self.what, self.provost, self.git)
    }

    pub(super) fn json(&self) -> Value {
        json!({ "what": self.what, "provost": self.provost, "git": self.git, "agree": self.agree })
    }
}

/// provost may find a breach (1), but must have judged; git must have succeeded.
pub(super) fn judged(ended: &Ended) -> Result<(), Failure> {
    match ended.status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("provost could not judge ({}): {}", ended.status, ended.errors).into()),
    }
}

pub(super) fn succeeded(ended: &Ended) -> Result<(), Failure> {
    if ended.status.success() {
        return Ok(());
    }
    Err(format!("git failed ({}): {}", ended.status, ended.errors).into())
}

/// A push: the hook, made to talk, says how many commits it has judged.
pub(super) fn push(plan: &mut Plan) -> Result<Option<Check>, Failure> {
    let Some(expected) = plan.commits else {
        return Ok(None);
    };
    let mut hook = Command::new(plan.ours.command.get_program());
    hook.args(plan.ours.command.get_args()).arg("--verbose").env_clear();
    for (name, value) in plan.ours.command.get_envs() {
        hook.envs(value.map(|value| (name, value)));
    }
    if let Some(directory) = plan.ours.command.get_current_dir() {
        hook.current_dir(directory);
    }
    let ended = measure::run(&mut hook, plan.ours.input.as_bytes(), None)?;
    judged(&ended)?;
    let said = ended.errors.lines().find_map(|line| {
        line.strip_prefix("provost: ")?.split_once(" commits judged")?.0.parse().ok()
    });
    let said = said.ok_or("the hook did not say how many commits it has judged")?;
    Ok(Some(Check::numbers(format!("{}: commits judged", plan.name), said, expected)))
}

/// An audit: the commits judged, and those of them that carry a Claude credit.
pub(super) fn audit(
    git: &Git,
    repository: &Repository,
    plan: &mut Plan,
) -> Result<Vec<Check>, Failure> {
    let mut file = tempfile::tempfile()?;
    judged(&measure::run(&mut plan.ours.command, b"", Some(file.try_clone()?))?)?;
    file.seek(SeekFrom::Start(0))?;
    let mut commits = 0;
    let mut credited: BTreeSet<String> = BTreeSet::new();
    for line in BufReader::new(file).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let is = |key: &str, text: &str| record.get(key).and_then(Value::as_str) == Some(text);
        let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
        if is("type", "summary") {
            commits = record.get("commits").and_then(Value::as_u64).unwrap_or_default();
        } else if is("tool", "claude-code")
            && is("kind", "trailer")
            && text("excerpt").contains(CLAUDE)
        {
            credited.insert(text("commit").to_owned());
        }
    }
    let all = git.ask(&repository.path, &["rev-list", "--all", "--count"])?.parse()?;
    let mut checks = vec![Check::numbers(format!("{}: commits judged", plan.name), commits, all)];
    let grep = format!("--grep={CLAUDE}");
    let found = ["log", "--all", "--format=%H", "--fixed-strings", &grep];
    let found = git.ask(&repository.path, &found)?;
    let found: BTreeSet<String> = found.lines().map(str::to_owned).collect();
    let count = |set: &BTreeSet<String>| u64::try_from(set.len()).unwrap_or(u64::MAX);
    let what = format!("{}: commits with a Claude credit", plan.name);
    let mut check = Check::numbers(what, count(&credited), count(&found));
    // Elsewhere the address may also be talked about, which is no credit.
    check.agree = if repository.made { credited == found } else { credited.is_subset(&found) };
    checks.push(check);
    Ok(checks)
}
