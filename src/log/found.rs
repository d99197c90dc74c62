//! A finding as a record holds it: enough to be judged again without the objects.

use serde::{Deserialize, Serialize};

use crate::document::FileLine;
use crate::finding::PathUse;
use crate::report::Judged;
use crate::text::escape::escape;

/// A finding for a ref update, and what policy said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are those of the `jsonl` records")]
pub struct Found {
    pub commit: Option<String>,
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub tool: String,
    pub vendor: String,
    pub model: Option<String>,
    pub model_vendor: Option<String>,
    pub marker: String,
    pub kind: String,
    pub confidence: String,
    pub field: String,
    pub line: Option<usize>,
    pub path: Option<String>,
    /// Of a path: `added`, `changed`, `shared` or `off-switch`.
    pub path_use: Option<String>,
    /// Of a mark that a revert or a cherry-pick may have copied: `confirmed` or `claimed`.
    pub copied: Option<String>,
    pub excerpt: String,
    /// The verdict, all applied.
    pub verdict: String,
    /// What the lines of the policy say.
    pub said: String,
    /// The verdict before exemption, bypass, mode and suspension.
    pub full: String,
    /// `file:line` of the policy that decided.
    pub because: String,
    pub reason: Option<String>,
    pub exemption: Option<String>,
    /// Whether a suspension made it milder.
    pub suspended: bool,
    /// When it would be refused, if the policy is not in force yet.
    pub refused_from: Option<String>,
}

impl From<&Judged> for Found {
    fn from(judged: &Judged) -> Self {
        let (finding, decision) = (&judged.finding, &judged.decision);
        let marker = &finding.marker;
        Self {
            commit: judged.commit.as_ref().map(|commit| commit.id.to_string()),
            ref_name: judged.ref_name.to_string(),
            tool: marker.tool.clone(),
            vendor: marker.vendor.clone(),
            model: finding.model.clone(),
            model_vendor: finding.model_vendor.clone(),
            marker: marker.id.clone(),
            kind: marker.kind.word().to_owned(),
            confidence: finding.confidence().word().to_owned(),
            field: finding.field.to_string(),
            line: finding.line,
            path: finding.path.as_deref().map(escape),
            path_use: finding.path_use.map(|path_use| word(&PathUse::WORDS, path_use)),
            copied: finding.copy.map(|copy| word(&COPIES, copy.confirmed)),
            excerpt: escape(&finding.excerpt),
            verdict: decision.verdict.word().to_owned(),
            said: decision.said.word().to_owned(),
            full: decision.full.word().to_owned(),
            because: FileLine::shown(decision.because.as_ref()),
            reason: decision.reason.clone(),
            exemption: decision.exemption.as_ref().map(ToString::to_string),
            suspended: decision.suspended,
            refused_from: decision.refused_from.map(|moment| moment.to_string()),
        }
    }
}

/// The words for whether a mark is known to be a copy.
const COPIES: [(&str, bool); 2] = [("confirmed", true), ("claimed", false)];

fn word<T: Copy + PartialEq>(words: &[(&str, T)], value: T) -> String {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word).to_owned()
}

/// What became of a path, by its word.
#[must_use]
pub fn path_use(text: &str) -> Option<PathUse> {
    PathUse::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// Whether a mark is known to be a copy, by its word.
#[must_use]
pub fn copied(text: &str) -> Option<bool> {
    COPIES.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}
