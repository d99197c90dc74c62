//! The cases of `../shared/cases`: messages, identities and files with the right answer to
//! each, scored by the rules of the `score.py` that stands with them.

use std::collections::BTreeMap;
use std::path::Path;

use provost::finding::Confidence;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bars::{Bar, share};
use crate::judge::{Found, Judge, PERSON};

/// The right answer to a case.
#[derive(Deserialize)]
struct Answer {
    /// `unknown-ai` accepts any tool; `None` stands for none at all.
    tool: Option<String>,
    least: Option<String>,
}

#[derive(Deserialize)]
struct Attribution {
    group: String,
    message: String,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Deserialize)]
struct Identity {
    identity: String,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Deserialize)]
struct Paths {
    files: BTreeMap<String, String>,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Default)]
struct Scores {
    /// By group: the cases that are right, and all.
    groups: BTreeMap<String, [usize; 2]>,
    wrong: Vec<String>,
}

impl Scores {
    fn add(&mut self, (group, text): (&str, &str), answer: &Answer, found: &Found) {
        let is_right = answer.is_given_by(found, group == "person");
        let [right, all] = self.groups.entry(group.to_owned()).or_default();
        *all += 1;
        *right += usize::from(is_right);
        if !is_right {
            let tool = answer.tool.as_deref().unwrap_or("none");
            let least = answer.least.as_deref().unwrap_or_default();
            self.wrong.push(format!("{group}: wanted {tool} {least}, found {found:?}: {text}"));
        }
    }
}

impl Answer {
    fn is_given_by(&self, found: &Found, is_person: bool) -> bool {
        let strong = Confidence::Strong;
        match self.tool.as_deref() {
            None if is_person => found.is_empty(),
            None => found.values().all(|&confidence| confidence != strong),
            Some(tool) => {
                let any = found.values().max();
                let best = if tool == "unknown-ai" { any } else { found.get(tool) };
                let is_weak_enough = self.least.as_deref() == Some("weak");
                best.is_some_and(|&best| is_weak_enough || best == strong)
            }
        }
    }
}

/// The least share of right answers in a group.
fn least(group: &str) -> f64 {
    match group {
        "credit" | "footer" | "escaped" => 0.99,
        "mention" | "not-strong" => 1.0,
        _ => 0.95,
    }
}

/// Scores the cases in a folder, prints the result, and returns the figures that have a bar.
pub(crate) fn score(judge: &Judge, folder: &Path, is_listed: bool) -> Vec<Bar> {
    let mut scores = Scores::default();
    for case in lines::<Attribution>(&folder.join("attributions.jsonl")) {
        let text = case.message.trim().lines().last().unwrap_or_default();
        let found = judge.message(&case.message);
        scores.add((&case.group, text), &case.answer, &found);
    }
    for Identity { identity, answer } in lines(&folder.join("identities.jsonl")) {
        let group = if answer.tool.is_some() { "identity" } else { "person" };
        let found = judge.by(&identity, "cache: read it once\n");
        scores.add((group, &identity), &answer, &found);
        let credit = format!("Co-authored-by: {identity}");
        let found = judge.by(PERSON, &format!("cache: read it once\n\n{credit}\n"));
        scores.add((group, &credit), &answer, &found);
    }
    for Paths { files, answer } in lines(&folder.join("paths.jsonl")) {
        let path = files.keys().next().cloned().unwrap_or_default();
        scores.add(("path", &path), &answer, &judge.files(&files));
    }
    println!("\ncases of {}\n", folder.display());
    for (group, [right, all]) in &scores.groups {
        println!("{group:<12}{right:>5} of {all}");
    }
    if is_listed {
        scores.wrong.iter().for_each(|wrong| println!("{wrong}"));
    } else if !scores.wrong.is_empty() {
        println!("--list names the wrong cases: {}", scores.wrong.len());
    }
    println!();
    let groups = scores.groups.iter();
    let bar = |(group, [right, all]): (&String, &[usize; 2])| {
        Bar::new(format!("cases of the group {group}"), share(*right, *all), least(group))
    };
    groups.map(bar).collect()
}

fn lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).expect("a file of cases");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).expect("a case")).collect()
}
