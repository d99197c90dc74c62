//! Judges made-up commits by the built-in rules, without a repository.

use std::collections::BTreeMap;

use provost::config::{self, Config, Layers};
use provost::finding::{Confidence, Finding};
use provost::git::ObjectId;
use provost::marker::weaken_examples;
use provost::scan::raw_commit;

/// The author and committer of made-up commits.
pub(crate) const PERSON: &str = "Ann Human <ann@example.org>";

/// The tools whose marks a commit holds, each with its best confidence.
pub(crate) type Found = BTreeMap<String, Confidence>;

/// The built-in rules, ready to judge.
pub(crate) struct Judge {
    config: Config,
}

impl Judge {
    /// Loads the built-in rules.
    pub(crate) fn new() -> Self {
        let config = config::load(Layers { isolated: true, ..Layers::default() });
        Self { config: config.expect("the built-in rules") }
    }

    /// Returns what a raw commit object holds.
    pub(crate) fn commit(&self, raw: &[u8]) -> Found {
        let findings = raw_commit(&self.config, ObjectId::NULL, raw);
        best(&findings.expect("a commit that can be parsed"))
    }

    /// Returns what a commit by an author holds; the committer is [`PERSON`].
    pub(crate) fn by(&self, author: &str, message: &str) -> Found {
        self.commit(raw([author, PERSON], message).as_bytes())
    }

    /// Returns what a message holds.
    pub(crate) fn message(&self, message: &str) -> Found {
        self.by(PERSON, message)
    }

    /// Returns what a commit holds that adds some files, given as paths and contents.
    pub(crate) fn files(&self, files: &BTreeMap<String, String>) -> Found {
        let matchers = &self.config.rules.matchers;
        let of_file = |(path, content): (&String, &String)| {
            matchers.find_in_file(path.as_bytes(), Some(content.as_bytes()))
        };
        let mut findings: Vec<Finding> = files.iter().flat_map(of_file).collect();
        // Files of several tools in one directory weaken each other.
        weaken_examples(&mut findings);
        best(&findings)
    }
}

/// Returns a raw commit object with an author and a committer, given without their time.
pub(crate) fn raw([author, committer]: [&str; 2], message: &str) -> String {
    format!(
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor {author} 1780000000 +0000\n\
         committer {committer} 1780000000 +0000\n\n{message}"
    )
}

fn best(findings: &[Finding]) -> Found {
    let mut found = Found::new();
    for finding in findings {
        let confidence = finding.confidence();
        let known = found.entry(finding.marker.tool.clone()).or_insert(confidence);
        *known = confidence.max(*known);
    }
    found
}
