//! `provost rules test`: the examples of all layers, and the administrator's own cases.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::decide::decide;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::suggestion::unknown;
use crate::config::{self, Config};
use crate::document::Source;
use crate::finding::Carrier;
use crate::owner;
use crate::policy::Verdict;
use crate::rules::cases::{self, Case, Expect};
use crate::rules::check_examples;
use crate::rules::lint::why_not;
use crate::text::WordEnum;
use crate::text::counted;
use crate::text::escape::{cut, escape, lossy};

/// Something that does not do what it should.
#[derive(Serialize)]
struct Failure {
    place: String,
    /// The marker of an example, the name of a case.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    text: String,
    expected: String,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Serialize)]
struct Outcome {
    examples: usize,
    cases: usize,
    without_examples: usize,
    failures: Vec<Failure>,
}

/// Run the examples of all layers, and your own cases.
///
/// A PATH is a TOML file of [[case]] tables, or a directory with such files and with
/// plain messages in hit/<tool-id>/ and miss/. docs/rules.md describes both.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules test
  provost rules test my-cases/
  provost rules test --rules draft.toml cases.toml")]
pub(in crate::cli) struct Test {
    /// Your own cases: TOML files or directories
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write the failures
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Test {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let config = context.config()?;
        let (examples, without_examples, mut failures) = examples(&config);
        let mut cases = Vec::new();
        for path in &self.paths {
            collect(&context.at(path), &config, &mut cases)?;
        }
        failures.extend(cases.iter().filter_map(|case| run(&config, case)));
        let outcome = Outcome { examples, cases: cases.len(), without_examples, failures };
        match self.format {
            Shape::Json => context.json(&outcome)?,
            Shape::Human => context.output.say(text(&outcome).trim_end()),
        }
        Ok(u8::from(!outcome.failures.is_empty()))
    }
}

/// The examples that were run, the markers without any, and the failures.
fn examples(config: &Config) -> (usize, usize, Vec<Failure>) {
    let (run, failed) = check_examples(&config.merged, &config.rules);
    let mut without: Vec<&str> = Vec::new();
    let mut failures = Vec::new();
    for failure in &failed {
        let rule = config.rules.rules.iter().find(|rule| rule.marker.id == failure.id);
        let kind = rule.map(|rule| rule.marker.kind);
        if failure.example.is_empty() {
            // Tricks that need more than a text have no example.
            let is_hidden = kind.is_some_and(|kind| kind.carrier() == Carrier::HiddenMark);
            if !is_hidden && !without.contains(&failure.id.as_str()) {
                without.push(&failure.id);
            }
            continue;
        }
        let (expected, found) =
            if failure.should_match { ("a match", "none") } else { ("no match", "one") };
        let why = kind.filter(|_| failure.should_match);
        let why = why.map(|kind| why_not(&config.rules, kind, &failure.id, &failure.example));
        failures.push(Failure {
            place: failure.place.file_line(),
            name: Some(failure.id.clone()),
            text: failure.example.clone(),
            expected: expected.into(),
            found: found.into(),
            why,
        });
    }
    (run, without.len(), failures)
}

/// Reads the cases of a file or of a directory.
fn collect(path: &Path, config: &Config, cases: &mut Vec<Case>) -> Result<(), Error> {
    if !path.is_dir() {
        cases.extend(of_file(path, config)?);
        return Ok(());
    }
    for name in ["hit", "miss"] {
        let folder = path.join(name);
        for entry in if folder.is_dir() { sorted(&folder)? } else { Vec::new() } {
            match (name, entry.is_dir()) {
                ("hit", true) => {
                    let tool = entry.file_name().unwrap_or_default().to_string_lossy();
                    if config.rules.tool(&tool).is_none() {
                        let known = config.rules.tools.iter().map(|tool| tool.id.as_str());
                        return Err(unknown("tool", &tool, &known.collect::<Vec<_>>()));
                    }
                    for file in sorted(&entry)? {
                        cases.push(of_message(&file, Some(&tool))?);
                    }
                }
                ("miss", false) => cases.push(of_message(&entry, None)?),
                _ => return Err(Error::CasePlace(entry)),
            }
        }
    }
    for entry in sorted(path)? {
        if entry.extension().is_some_and(|extension| extension == "toml") {
            cases.extend(of_file(&entry, config)?);
        }
    }
    Ok(())
}

/// What a directory holds, by name; hidden files are left out.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { what: folder.display().to_string(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden {
            entries.push(path);
        }
    }
    entries.sort();
    Ok(entries)
}

/// Mistakes that stop a command, as [`ConfigError`] shows them.
fn broken(problems: Vec<crate::document::Problem>) -> Error {
    Error::Config(config::ConfigError::Problems(problems))
}

fn of_file(path: &Path, config: &Config) -> Result<Vec<Case>, Error> {
    let source: Arc<Source> = config::read(path)?;
    cases::read(&source, &config.rules).map_err(broken)
}

fn of_message(path: &Path, tool: Option<&str>) -> Result<Case, Error> {
    let what = path.display().to_string();
    let text =
        owner::named_content(path).map_err(|source| Error::Read { what: what.clone(), source })?;
    Ok(cases::message(what, text, tool))
}

/// Runs a case; what is wrong with it.
fn run(config: &Config, case: &Case) -> Option<Failure> {
    let findings = case.subject.findings(&config.rules.matchers);
    let decisions = decide(config, Some(&case.subject), &findings);
    let verdicts = decisions.iter().map(|decision| decision.verdict);
    let verdict = verdicts.max().unwrap_or(Verdict::Allow).word();
    let wrong_verdict = case.verdict.as_ref().is_some_and(|expected| expected != verdict);
    if case.expect.is_met(&findings) && !wrong_verdict {
        return None;
    }
    let mut ids: Vec<&str> = findings.iter().map(|finding| finding.marker.id.as_str()).collect();
    ids.dedup();
    let mut found = if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
    let mut expected = case.expect.shown();
    if let Some(wanted) = &case.verdict {
        expected = format!("{expected}; verdict {wanted}");
        found = format!("{found}; verdict {verdict}");
    }
    Some(Failure {
        place: case.place.clone(),
        name: case.name.clone(),
        text: lossy(case.subject.text()).into_owned(),
        expected,
        found,
        why: why(config, case),
    })
}

/// For a marker that is expected and not there: why it is not.
fn why(config: &Config, case: &Case) -> Option<String> {
    let Expect::Exactly(ids) = &case.expect else {
        return None;
    };
    let findings = case.subject.all_findings(&config.rules.matchers);
    let missing = ids.iter().filter(|id| id.contains('/'));
    let missing = missing.filter_map(|id| config.rules.rules.iter().find(|r| r.marker.id == **id));
    for rule in missing {
        let id = &rule.marker.id;
        if let Some(reason) = &rule.disabled {
            return Some(format!("{id} is switched off: {reason}"));
        }
        if !findings.iter().any(|finding| finding.marker.id == *id) {
            let text = lossy(case.subject.text());
            return Some(format!("{id}: {}", why_not(&config.rules, rule.marker.kind, id, &text)));
        }
    }
    None
}

fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    for failure in &outcome.failures {
        let name = failure.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        text.push_str(&format!("FAILED {}{name}\n", failure.place));
        let mut lines = failure.text.lines();
        for line in lines.by_ref().take(8) {
            text.push_str(&format!("    | {}\n", cut(&escape(line.as_bytes()), 120)));
        }
        if lines.next().is_some() {
            text.push_str("    | ...\n");
        }
        text.push_str(&format!("    expected: {}\n", failure.expected));
        text.push_str(&format!("    found:    {}\n", failure.found));
        if let Some(why) = &failure.why {
            text.push_str(&format!("    why:      {why}\n"));
        }
        text.push('\n');
    }
    let failures = match outcome.failures.len() {
        0 => "all as they should be".into(),
        count => format!("{count} failed"),
    };
    let (examples, cases) = (counted(outcome.examples, "example"), counted(outcome.cases, "case"));
    text.push_str(&format!("{examples} and {cases} run: {failures}\n"));
    if outcome.without_examples > 0 {
        let markers = counted(outcome.without_examples, "marker");
        text.push_str(&format!("{markers} without a hit or a miss; `rules lint` names them\n"));
    }
    text
}
