//! One JSON document: an array with, for each repository, its findings and its summary,
//! each record as in the `jsonl` format.

use std::io::{self, Write};

use serde::Serialize;

use super::jsonl::{Record, finding, summary};
use super::{Layout, Report, Together};

#[derive(Serialize)]
struct Document<'r> {
    findings: Vec<Record<'r>>,
    summary: Record<'r>,
}

pub(super) const LAYOUT: Layout = Layout { together: Together::Always, is_for_people: false };

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let documents: Vec<Document<'_>> = reports
        .iter()
        .map(|report| Document {
            findings: report.findings.iter().map(|judged| finding(report, judged)).collect(),
            summary: summary(report),
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &documents)?;
    out.write_all(b"\n")
}
