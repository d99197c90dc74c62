//! How well the catalogue finds what it should, and what it flags that it should not.
//!
//! Reads labelled commits (see [`Labelled`], one JSON object a line), judges each by the built-in
//! rules, and prints recall on strong and weak labels, the share with the right tool, and false
//! positives.
//!
//! `cargo bench --bench accuracy [-- FILE | --constructed]`. Without a file:
//! `../shared/corpus` beside the checkout, or else a small set made of the catalogue's own
//! examples and of people, bots and sentences that look like tools and are none. Exits 1 when a
//! figure is below its bar.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provost::config::{self, Layers};
use provost::git::ObjectId;
use provost::scan::raw_commit;
use serde::Deserialize;

#[derive(Deserialize)]
struct Label {
    tool: String,
    /// `strong`, `weak` or `unclear`.
    strength: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labelled {
    repo: String,
    oid: String,
    author: String,
    committer: String,
    message: String,
    message_b64: Option<String>,
    signing_key: Option<String>,
    labels: Vec<Label>,
    hard_negative: bool,
}

impl Labelled {
    /// The commit object, with a signature by the key if there is one.
    fn raw(&self) -> Vec<u8> {
        let mut raw = format!(
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor {}\ncommitter {}\n",
            self.author, self.committer
        );
        if let Some(key) = &self.signing_key {
            let key = STANDARD.decode(key).unwrap();
            let length = u32::try_from(key.len()).unwrap().to_be_bytes();
            let blob = [b"SSHSIG\0\0\0\x01", &length[..], &key, b"\0\0\0\x03git"].concat();
            let armoured = STANDARD.encode(blob);
            let lines = armoured.as_bytes().chunks(70);
            let lines: String =
                lines.map(|it| format!(" {}\n", String::from_utf8_lossy(it))).collect();
            raw += &format!(
                "gpgsig -----BEGIN SSH SIGNATURE-----\n{lines} -----END SSH SIGNATURE-----\n"
            );
        }
        let coded = self.message_b64.as_ref().map(|coded| STANDARD.decode(coded).unwrap());
        let message = coded.unwrap_or_else(|| self.message.clone().into_bytes());
        [raw.as_bytes(), b"\n", &message].concat()
    }
}

/// Commits with a label: how many, how many of them are found, and found as the right tool.
#[derive(Clone, Copy, Default)]
struct Counts {
    all: usize,
    found: usize,
    right: usize,
}

impl Counts {
    fn add(&mut self, is_found: bool, is_right: bool) {
        self.all += 1;
        self.found += usize::from(is_found);
        self.right += usize::from(is_right);
    }
}

#[derive(Default)]
struct Figures {
    /// Of each tool, commits with a strong label and with weak ones only.
    tools: BTreeMap<String, [Counts; 2]>,
    /// Of all tools together.
    all: [Counts; 2],
    negatives: usize,
    false_positives: usize,
    wrong: Vec<String>,
}

impl Figures {
    fn add(&mut self, commit: &Labelled, found: &BTreeSet<String>) {
        let name = format!("{} {} {}", commit.repo, commit.oid, commit.author);
        let any = !found.is_empty();
        if commit.labels.is_empty() {
            self.negatives += 1;
            self.false_positives += usize::from(any);
            if any {
                let hard = if commit.hard_negative { "hard " } else { "" };
                self.wrong.push(format!("{hard}false positive {found:?}: {name}"));
            }
            return;
        }
        // The best strength of each tool.
        let mut best = BTreeMap::<&str, bool>::new();
        for label in commit.labels.iter().filter(|label| label.strength != "unclear") {
            *best.entry(&label.tool).or_default() |= label.strength == "strong";
        }
        let is_right = |tool: &str| found.contains(tool) || (tool == "unknown-ai" && any);
        for (tool, is_strong) in &best {
            let counts = self.tools.entry((*tool).to_owned()).or_default();
            counts[usize::from(!is_strong)].add(any, is_right(tool));
            if *is_strong && !is_right(tool) {
                self.wrong.push(format!("missed {tool}, found {found:?}: {name}"));
            }
        }
        if let Some(is_strong) = best.values().max() {
            let mut strong = best.iter().filter(|(_, is_strong)| **is_strong);
            let all_right = strong.all(|(tool, _)| is_right(tool));
            self.all[usize::from(!is_strong)].add(any, all_right);
        }
    }

    /// The mean recall over the tools with enough strong examples.
    fn macro_average(&self) -> f64 {
        let enough = self.tools.values().filter(|[strong, _]| strong.all >= 20);
        let recalls: Vec<f64> = enough.map(|[it, _]| share(it.right, it.all)).collect();
        if recalls.is_empty() { 1.0 } else { recalls.iter().sum::<f64>() / recalls.len() as f64 }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn main() -> ExitCode {
    let config = config::load(Layers { isolated: true, ..Layers::default() });
    let config = config.expect("the built-in rules");
    let mut words = std::env::args().skip(1);
    let file = words.find(|word| !word.starts_with("--")).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/commits.jsonl");
    let constructed_only = std::env::args().any(|word| word == "--constructed");
    let beside = (beside.exists() && !constructed_only).then_some(beside);
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("labelled commits");
    let commits = file.or(beside).map_or_else(constructed, |path| parsed(&read(path)));
    let mut figures = Figures::default();
    for commit in &commits {
        let findings = raw_commit(&config, ObjectId::NULL, &commit.raw()).unwrap();
        figures.add(commit, &findings.iter().map(|it| it.marker.tool.clone()).collect());
    }
    println!(
        "{} commits\n\ntool                    strong   found   right  weak   right",
        commits.len()
    );
    for (tool, [strong, weak]) in &figures.tools {
        let [found, right] = [strong.found, strong.right].map(|it| share(it, strong.all));
        let of_weak = share(weak.right, weak.all);
        let (strong, weak) = (strong.all, weak.all);
        println!("{tool:<22}{strong:>8}{found:>8.4}{right:>8.4}{weak:>6}{of_weak:>8.4}");
    }
    println!("\nfalse positives {} of {}\n", figures.false_positives, figures.negatives);
    figures.wrong.iter().take(20).for_each(|wrong| println!("{wrong}"));
    let [strong, weak] = figures.all;
    let unflagged = 1.0 - figures.false_positives as f64 / figures.negatives.max(1) as f64;
    let bars = [
        ("recall on strong labels", share(strong.found, strong.all), 0.999),
        ("of these with the right tool", share(strong.right, strong.found), 0.999),
        ("macro average over tools", figures.macro_average(), 0.99),
        ("recall on weak labels", share(weak.found, weak.all), 0.99),
        ("commits without a label that are not flagged", unflagged, 1.0),
    ];
    for (name, figure, bar) in bars {
        let word = if figure >= bar { "met" } else { "NOT MET" };
        println!("{name}: {figure:.4} (bar {bar}) {word}");
    }
    let is_fine = bars.iter().all(|(_, figure, bar)| figure >= bar);
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parsed(lines: &str) -> Vec<Labelled> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The catalogue's own examples as labelled commits, and look-alikes without a label.
fn constructed() -> Vec<Labelled> {
    let rules: toml::Table = include_str!("../rules.toml").parse().expect("the catalogue");
    let tables = |value: Option<&toml::Value>| -> Vec<toml::Value> {
        value.and_then(|it| it.as_array()).cloned().unwrap_or_default()
    };
    let person = "A Person <person@example.com> 1767225600 +0000";
    let mut commits = parsed(include_str!("accuracy/look-alikes.jsonl"));
    for tool in tables(rules.get("tool")) {
        for marker in tables(tool.get("marker")) {
            for hit in tables(marker.get("hits")) {
                let text = hit.as_str().unwrap_or_default();
                let (mut author, mut message) = (person.to_owned(), "Change\n".to_owned());
                match marker["kind"].as_str() {
                    Some("trailer" | "sign-off" | "line") => message += &format!("\n{text}\n"),
                    // A committer alone leaves another mark than an author.
                    Some("identity") if marker.get("roles").is_none() => {
                        author = format!("{text} 1 +0000");
                    }
                    _ => continue,
                }
                let of = |table: &toml::Value, key| table[key].as_str().unwrap().to_owned();
                let label = Label { tool: of(&tool, "id"), strength: of(&marker, "confidence") };
                commits.push(Labelled {
                    repo: "example".into(),
                    oid: text.into(),
                    author,
                    committer: person.to_owned(),
                    message,
                    labels: vec![label],
                    ..Labelled::default()
                });
            }
        }
    }
    commits
}
