//! JSON Lines: a record a finding, then a summary record a repository. The form of the
//! records is a contract that scripts depend on.

use std::io::{self, Write};

use serde::Serialize;

use super::{Judged, Layout, Report, Skipped, Together, VERSION};
use crate::document::FileLine;
use crate::finding::{Confidence, Kind};
use crate::policy::Verdict;
use crate::text::escape::escape;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Record<'r> {
    Finding(FindingRecord<'r>),
    Summary(SummaryRecord<'r>),
}

#[derive(Serialize)]
pub(super) struct FindingRecord<'r> {
    repo: &'r str,
    commit: Option<String>,
    #[serde(rename = "ref")]
    ref_name: String,
    tool: &'r str,
    vendor: &'r str,
    model: Option<&'r str>,
    marker: &'r str,
    kind: Kind,
    confidence: Confidence,
    field: String,
    line: Option<usize>,
    path: Option<String>,
    excerpt: String,
    verdict: Verdict,
    because: String,
    exemption: Option<String>,
}

#[derive(Serialize)]
pub(super) struct SummaryRecord<'r> {
    repo: &'r str,
    commits: usize,
    findings: usize,
    rejected: usize,
    warned: usize,
    recorded: usize,
    skipped: Vec<SkippedRecord>,
    exit: u8,
    provost: &'static str,
    rules_digest: &'r str,
    elapsed_ms: u128,
}

/// Something that was not looked at, and why.
#[derive(Serialize)]
struct SkippedRecord {
    what: String,
    why: String,
}

impl From<&Skipped> for SkippedRecord {
    fn from(skipped: &Skipped) -> Self {
        Self { what: skipped.what(), why: skipped.why() }
    }
}

pub(super) fn finding<'r>(report: &'r Report, judged: &'r Judged) -> Record<'r> {
    let finding = &judged.finding;
    let marker = &finding.marker;
    Record::Finding(FindingRecord {
        repo: &report.repository,
        commit: judged.commit.as_ref().map(|commit| commit.id.to_string()),
        ref_name: judged.ref_name.to_string(),
        tool: &marker.tool,
        vendor: &marker.vendor,
        model: finding.model.as_deref(),
        marker: &marker.id,
        kind: marker.kind,
        confidence: finding.confidence(),
        field: finding.field.to_string(),
        line: finding.line,
        path: finding.path.as_deref().map(escape),
        excerpt: escape(&finding.excerpt),
        verdict: judged.decision.verdict,
        because: FileLine::shown(judged.decision.because.as_ref()),
        exemption: judged.decision.exemption.as_ref().map(ToString::to_string),
    })
}

pub(super) fn summary(report: &Report) -> Record<'_> {
    Record::Summary(SummaryRecord {
        repo: &report.repository,
        commits: report.commits,
        findings: report.findings.len(),
        rejected: report.count(Verdict::Reject),
        warned: report.count(Verdict::Warn),
        recorded: report.count(Verdict::Record),
        skipped: report.skipped.iter().map(SkippedRecord::from).collect(),
        exit: report.exit_code(),
        provost: VERSION,
        rules_digest: &report.rules_digest,
        elapsed_ms: report.elapsed.as_millis(),
    })
}

pub(super) const LAYOUT: Layout = Layout { together: Together::Never, is_for_people: false };

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        let findings = report.findings.iter().map(|judged| finding(report, judged));
        for record in findings.chain([summary(report)]) {
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
