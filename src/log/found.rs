//! A finding as a record holds it: enough to be judged again without the objects.

use serde::{Deserialize, Serialize};

use super::fact_words::CopyState;
use super::value::LogValue;
use crate::document::FileLine;
use crate::finding::{Confidence, Field, Kind, PathUse};
use crate::git::ObjectId;
use crate::policy::Verdict;
use crate::report::Judged;
use crate::text::escape::escape;

/// A finding for a ref update, and what policy said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are those of the `jsonl` records")]
pub struct Found {
    pub commit: Option<LogValue<ObjectId>>,
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub tool: String,
    pub vendor: String,
    pub model: Option<String>,
    pub model_vendor: Option<String>,
    pub marker: String,
    pub kind: LogValue<Kind>,
    pub confidence: LogValue<Confidence>,
    pub field: LogValue<Field>,
    pub line: Option<usize>,
    pub path: Option<String>,
    /// What became of a path.
    pub path_use: Option<LogValue<PathUse>>,
    /// Set for a mark that a revert or a cherry-pick may have copied.
    pub copied: Option<LogValue<CopyState>>,
    pub excerpt: String,
    /// The verdict, all applied.
    pub verdict: LogValue<Verdict>,
    /// What the lines of the policy say.
    pub said: LogValue<Verdict>,
    /// The verdict before exemption, bypass, mode and suspension.
    pub full: LogValue<Verdict>,
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
            commit: judged.commit.as_ref().map(|commit| commit.id.into()),
            ref_name: judged.ref_name.to_string(),
            tool: marker.tool.clone(),
            vendor: marker.vendor.clone(),
            model: finding.model.clone(),
            model_vendor: finding.model_vendor.clone(),
            marker: marker.id.clone(),
            kind: marker.kind.into(),
            confidence: finding.confidence().into(),
            field: finding.field.clone().into(),
            line: finding.line,
            path: finding.path.as_deref().map(escape),
            path_use: finding.path_use.map(LogValue::from),
            copied: finding.copy.map(|copy| CopyState::of(copy.confirmed).into()),
            excerpt: escape(&finding.excerpt),
            verdict: decision.verdict.into(),
            said: decision.said.into(),
            full: decision.full.into(),
            because: FileLine::shown(decision.because.as_ref()),
            reason: decision.reason.clone(),
            exemption: decision.exemption.as_ref().map(ToString::to_string),
            suspended: decision.suspended,
            refused_from: decision.refused_from.map(|moment| moment.to_string()),
        }
    }
}
