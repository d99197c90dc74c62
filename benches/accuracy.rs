//! How well the catalogue finds what it should, and what it flags that it should not.
//!
//! Reads labelled commits (one JSON object a line: `author`, `committer`, `message` or
//! `message_b64`, `signing_key`, `labels` with `tool`, `evidence` and `strength`,
//! `hard_negative`), judges each by the built-in rules, and prints recall on strong and
//! weak labels, the share with the right tool, and false positives, per tool and in all;
//! beside it, from the same run, the expression that people put in their hooks today.
//!
//! `cargo bench --bench accuracy [-- FILE | --constructed]`. Without a file:
//! `../shared/corpus` beside the checkout, or else a small set made of the catalogue's own
//! examples. Exits 1 when a
//! figure is below its bar.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    reason = "a program for developers: it prints, and ends where its input is broken"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provost::config::{self, Config, Layers};
use provost::document::{Table, Value};
use provost::git::ObjectId;
use provost::scan::raw_commit;
use regex::Regex;
use serde::Deserialize;

/// What people put into their hooks today.
const ONE_LINE: &str = "(?i)co-authored-by:.*(claude|copilot|cursor|devin|gemini|codex|aider|amp)";

/// People, bots and sentences that look like tools and are none.
const LOOK_ALIKES: [(&str, &str); 14] = [
    ("Claude Paroz <claude@2xlibre.net>", "Fix the header\n"),
    ("Devin J. Pohly <djpohly@gmail.com>", "Fix\n\nCo-authored-by: Jules Maselbas <jules@x.fr>\n"),
    ("Michael J Gruber <git@drmicha.warpmail.net>", "t: fix a test\n"),
    ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "Bump x\n"),
    ("gemini-cli-robot <gemini-cli-robot@google.com>", "chore: release\n"),
    ("A Person <boris@anthropic.com>", "Fix a typo\n"),
    ("A Person <ttaylorr@openai.com>", "pack: fix a leak\n"),
    ("Aiden Cline <63023139+rekram1-node@users.noreply.github.com>", "Add a key\n"),
    ("A Person <a@example.com>", "feat(rules): detect Claude Code OAuth tokens\n"),
    ("A Person <a@example.com>", "Address Copilot review feedback on the parser\n"),
    ("A Person <a@example.com>", "Allow it\n\nAdds `noreply@anthropic.com` to the allowlist\n"),
    ("A Person <a@example.com>", "x\n\nAssisted-by: Waldek Maleska <weakcamel@users.github.com>\n"),
    ("A Person <a@example.com>", "x\n\nCo-authored-by: none\n"),
    ("A Person <a@example.com>", "x\n\ncreated by github.com/charmbracelet/crush/shell.Start\n"),
];

#[derive(Deserialize)]
struct Label {
    tool: String,
    strength: String,
}

#[derive(Deserialize)]
struct Labelled {
    #[serde(default)]
    repo: String,
    #[serde(default)]
    oid: String,
    author: String,
    committer: String,
    message: Option<String>,
    message_b64: Option<String>,
    signing_key: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    hard_negative: bool,
}

impl Labelled {
    /// The commit object, with a signature by the key if there is one.
    fn raw(&self) -> Vec<u8> {
        let mut raw = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n".to_vec();
        raw.extend(format!("author {}\ncommitter {}\n", self.author, self.committer).bytes());
        if let Some(key) = &self.signing_key {
            let key = STANDARD.decode(key).unwrap();
            let mut blob = b"SSHSIG\0\0\0\x01".to_vec();
            blob.extend(u32::try_from(key.len()).unwrap().to_be_bytes());
            blob.extend(key);
            blob.extend(b"\0\0\0\x03git");
            let armoured = STANDARD.encode(blob);
            let wrapped: Vec<&str> =
                armoured.as_bytes().chunks(70).map(|l| std::str::from_utf8(l).unwrap()).collect();
            raw.extend(
                format!(
                    "gpgsig -----BEGIN SSH SIGNATURE-----\n {}\n -----END SSH SIGNATURE-----\n",
                    wrapped.join("\n ")
                )
                .bytes(),
            );
        }
        raw.push(b'\n');
        match (&self.message, &self.message_b64) {
            (Some(text), _) => raw.extend(text.bytes()),
            (None, Some(coded)) => raw.extend(STANDARD.decode(coded).unwrap()),
            (None, None) => {}
        }
        raw
    }

    /// The best strength per tool; commits whose labels are all unclear have none.
    fn best(&self) -> BTreeMap<&str, bool> {
        let mut best = BTreeMap::new();
        for label in self.labels.iter().filter(|label| label.strength != "unclear") {
            let strong = best.entry(label.tool.as_str()).or_default();
            *strong |= label.strength == "strong";
        }
        best
    }
}

#[derive(Default)]
struct Counts {
    strong: usize,
    strong_found: usize,
    strong_right: usize,
    weak: usize,
    weak_found: usize,
}

#[derive(Default)]
struct Figures {
    tools: BTreeMap<String, Counts>,
    all: Counts,
    negatives: usize,
    hard: usize,
    false_positives: usize,
    false_hard: usize,
    wrong: Vec<String>,
}

impl Figures {
    fn add(&mut self, commit: &Labelled, found: &BTreeSet<String>) {
        let best = commit.best();
        let name = format!("{} {}", commit.repo, commit.oid);
        if commit.labels.is_empty() {
            self.negatives += 1;
            self.hard += usize::from(commit.hard_negative);
            if !found.is_empty() {
                self.false_positives += 1;
                self.false_hard += usize::from(commit.hard_negative);
                self.wrong.push(format!("false positive {found:?}: {name}"));
            }
            return;
        }
        let any = !found.is_empty();
        for (&tool, &strong) in &best {
            let right = found.contains(tool) || (tool == "unknown-ai" && any);
            let counts = self.tools.entry(tool.to_owned()).or_default();
            if strong {
                counts.strong += 1;
                counts.strong_found += usize::from(any);
                counts.strong_right += usize::from(right);
                if !right {
                    self.wrong.push(format!("missed {tool}, found {found:?}: {name}"));
                }
            } else {
                counts.weak += 1;
                counts.weak_found += usize::from(right);
            }
        }
        match best.values().max() {
            Some(true) => {
                self.all.strong += 1;
                self.all.strong_found += usize::from(any);
                let right = best
                    .iter()
                    .filter(|(_, strong)| **strong)
                    .all(|(tool, _)| found.contains(*tool) || (*tool == "unknown-ai" && any));
                self.all.strong_right += usize::from(right);
            }
            Some(false) => {
                self.all.weak += 1;
                self.all.weak_found += usize::from(any);
            }
            None => {}
        }
    }

    /// The mean recall over the tools with enough strong examples.
    fn macro_average(&self) -> f64 {
        let recalls: Vec<f64> = self
            .tools
            .values()
            .filter(|counts| counts.strong >= 20)
            .map(|counts| share(counts.strong_right, counts.strong))
            .collect();
        if recalls.is_empty() { 1.0 } else { recalls.iter().sum::<f64>() / recalls.len() as f64 }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn main() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() })
        .expect("the built-in rules");
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/commits.jsonl");
    let constructed_only = std::env::args().any(|argument| argument == "--constructed");
    let beside = (beside.exists() && !constructed_only).then_some(beside);
    let file = file.map(PathBuf::from).or(beside);
    let commits = match &file {
        Some(path) => std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
        None => constructed(&config),
    };
    let mut ours = Figures::default();
    let mut theirs = Figures::default();
    let one_line = Regex::new(ONE_LINE).unwrap();
    for commit in &commits {
        let raw = commit.raw();
        let findings = raw_commit(&config, ObjectId::NULL, &raw).unwrap();
        ours.add(commit, &findings.iter().map(|f| f.marker.tool.clone()).collect());
        theirs.add(commit, &by_one_line(&one_line, &raw));
    }
    print(&ours, &theirs, commits.len());
    let failed = [
        ("recall on strong labels", share(ours.all.strong_found, ours.all.strong), 0.999),
        (
            "of these with the right tool",
            share(ours.all.strong_right, ours.all.strong_found),
            0.999,
        ),
        ("macro average over tools", ours.macro_average(), 0.99),
        ("recall on weak labels", share(ours.all.weak_found, ours.all.weak), 0.99),
        (
            "commits without a label that are not flagged",
            1.0 - share(ours.false_positives, ours.negatives),
            1.0,
        ),
    ]
    .into_iter()
    .filter(|(name, figure, bar)| {
        println!(
            "{name}: {figure:.4} (bar {bar}) {}",
            if figure >= bar { "met" } else { "NOT MET" }
        );
        figure < bar
    })
    .count();
    if failed > 0 {
        std::process::exit(1);
    }
}

fn by_one_line(expression: &Regex, raw: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(raw);
    let named = expression.captures_iter(&text).filter_map(|found| found.get(1));
    named
        .map(|word| {
            match word.as_str().to_lowercase().as_str() {
                "claude" => "claude-code",
                "copilot" => "github-copilot",
                "gemini" => "gemini-cli",
                "codex" => "openai-codex",
                other => other,
            }
            .to_owned()
        })
        .collect()
}

fn print(ours: &Figures, theirs: &Figures, commits: usize) {
    println!("{commits} commits\n");
    println!(
        "{:<22}{:>8}{:>9}{:>9}{:>7}{:>9}{:>14}",
        "tool", "strong", "found", "right", "weak", "found", "one line"
    );
    for (tool, counts) in &ours.tools {
        let other = theirs.tools.get(tool).map_or(0, |counts| counts.strong_right);
        println!(
            "{tool:<22}{:>8}{:>9.4}{:>9.4}{:>7}{:>9.4}{:>14.4}",
            counts.strong,
            share(counts.strong_found, counts.strong),
            share(counts.strong_right, counts.strong),
            counts.weak,
            share(counts.weak_found, counts.weak),
            share(other, counts.strong),
        );
    }
    println!();
    for (name, figures) in [("provost", ours), ("one line", theirs)] {
        println!(
            "{name:<9} strong {:.4}  right tool {:.4}  weak {:.4}  false positives {} of {}, {} of {} hard ones",
            share(figures.all.strong_found, figures.all.strong),
            share(figures.all.strong_right, figures.all.strong),
            share(figures.all.weak_found, figures.all.weak),
            figures.false_positives,
            figures.negatives,
            figures.false_hard,
            figures.hard,
        );
    }
    println!();
    for wrong in ours.wrong.iter().take(20) {
        println!("{wrong}");
    }
}

/// The catalogue's own examples as labelled commits, and look-alikes without a label.
fn constructed(config: &Config) -> Vec<Labelled> {
    let person = "A Person <person@example.com> 1767225600 +0000";
    let mut commits = Vec::new();
    let table = |value: &Value| match value {
        Value::Table(table) => table.clone(),
        _ => Table::default(),
    };
    let array = |value: Option<&Value>| match value {
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    };
    let word = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.to_string(),
        _ => String::new(),
    };
    for tool in array(table(&config.merged.value).get("tool").map(|(_, node)| &node.value)) {
        let tool = table(&tool.value);
        let id = word(tool.get("id").map(|(_, node)| &node.value));
        for marker in array(tool.get("marker").map(|(_, node)| &node.value)) {
            let marker = table(&marker.value);
            let get = |key: &str| marker.get(key).map(|(_, node)| &node.value);
            let (kind, strength) = (word(get("kind")), word(get("confidence")));
            for hit in array(get("hits")) {
                let text = word(Some(&hit.value));
                let (mut author, mut message) = (person.to_owned(), "Change\n".to_owned());
                match kind.as_str() {
                    "trailer" | "sign-off" | "line" => message = format!("Change\n\n{text}\n"),
                    // A committer alone leaves another mark than an author.
                    "identity" if get("roles").is_none() => author = format!("{text} 1 +0000"),
                    _ => continue,
                }
                commits.push(Labelled {
                    repo: "example".into(),
                    oid: text,
                    author,
                    committer: person.to_owned(),
                    message: Some(message),
                    message_b64: None,
                    signing_key: None,
                    labels: vec![Label { tool: id.clone(), strength: strength.clone() }],
                    hard_negative: false,
                });
            }
        }
    }
    for (author, message) in LOOK_ALIKES {
        commits.push(Labelled {
            repo: "look-alike".into(),
            oid: author.into(),
            author: format!("{author} 1767225600 +0000"),
            committer: person.to_owned(),
            message: Some(message.into()),
            message_b64: None,
            signing_key: None,
            labels: Vec::new(),
            hard_negative: true,
        });
    }
    commits
}
