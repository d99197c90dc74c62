//! Marks planted in messages of public repositories, where the corpus lies beside the
//! checkout.

use std::fs;
use std::path::Path;

use provost::finding::Kind;
use serde::Deserialize;

use crate::evasion::marks::{Carrier, MARKS, Parts, findings, strength};
use crate::support::{Random, skip};
use provost::finding::Confidence;

#[derive(Deserialize)]
struct Labelled {
    oid: String,
    author: String,
    committer: String,
    message: Option<String>,
    labels: Vec<serde_json::Value>,
}

/// An identity without its time.
fn person(header: &str) -> &str {
    header.rfind('>').map_or(header, |at| &header[..=at])
}

#[test]
fn a_mark_in_a_real_message_is_found_and_is_no_disguise() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/commits.jsonl");
    let Ok(text) = fs::read_to_string(&path) else {
        return skip("no corpus beside the checkout");
    };
    // Marks that were found after the corpus had been labelled.
    let found_since = include_str!("../../../benches/accuracy/relabelled.jsonl");
    let mut random = Random::new(5);
    let (mut tried, mut wrong) = (0, Vec::new());
    for line in text.lines() {
        let commit: Labelled = serde_json::from_str(line).unwrap();
        let Some(message) = commit.message else { continue };
        let mark = random.pick(&MARKS);
        let (mut author, mut committer) = (person(&commit.author), person(&commit.committer));
        let clean = {
            let (author, committer) = (author.as_bytes(), committer.as_bytes());
            Parts { author, committer, message: message.as_bytes(), ..Parts::default() }.raw()
        };
        let mut planted = message.clone();
        match mark.carrier {
            Carrier::Line => planted = format!("{}\n\n{}\n", message.trim_end(), mark.text),
            Carrier::Author => author = &mark.text,
            Carrier::Committer => committer = &mark.text,
        }
        let (author, committer) = (author.as_bytes(), committer.as_bytes());
        let marked =
            Parts { author, committer, message: planted.as_bytes(), ..Parts::default() }.raw();
        let found = findings(&marked);
        let before = findings(&clean);
        let tamper = found.iter().chain(&before).any(|it| it.marker.kind == Kind::Tamper);
        let fine = strength(&mark.tool, &found) == Some(Confidence::Strong) && !tamper;
        // What is not labelled shows nothing.
        let is_labelled = !commit.labels.is_empty() || found_since.contains(&commit.oid);
        if !fine || !is_labelled && !before.is_empty() {
            wrong.push(format!("{} {:?}: {before:?}\n    {planted:?}", mark.id, mark.text));
        }
        tried += 1;
    }
    let count = wrong.len();
    wrong.truncate(10);
    assert!(count == 0, "{count} of {tried} wrong\n{}", wrong.join("\n"));
    assert!(tried > 5_000, "only {tried}");
}
