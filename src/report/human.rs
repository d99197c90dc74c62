//! Text for people at a terminal: findings grouped by commit, then one line of sums.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Judged, Layout, Report, Together};
use crate::finding::Field;
use crate::policy::Verdict;
use crate::text::WordEnum;
use crate::text::counted;
use crate::text::escape::excerpt;

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Reject => AnsiColor::Red.on_default().bold(),
        Verdict::Warn => AnsiColor::Yellow.on_default(),
        Verdict::Disclose => AnsiColor::Yellow.on_default(),
        Verdict::Record | Verdict::Allow => AnsiColor::BrightBlack.on_default(),
    }
}

pub(super) const LAYOUT: Layout = Layout { together: Together::Several, is_for_people: true };

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let many = reports.len() > 1;
    for report in reports {
        if many && !report.findings.is_empty() {
            writeln!(out, "{}:", report.repository)?;
        }
        let mut heading = String::new();
        for judged in &report.findings {
            let this = head(judged);
            if this != heading {
                writeln!(out, "{this}")?;
                heading = this;
            }
            finding(judged, out)?;
        }
        for skipped in &report.skipped {
            writeln!(out, "not looked at: {skipped}")?;
        }
        let name = if many { format!("{}: ", report.repository) } else { String::new() };
        writeln!(out, "{name}{}", sums(report))?;
    }
    Ok(())
}

/// The line above the findings of one commit or ref.
pub(super) fn head(judged: &Judged) -> String {
    match &judged.commit {
        Some(commit) => format!("{} {}", commit.id.short(), excerpt(&commit.subject, 66)),
        None => judged.ref_name.to_string(),
    }
}

/// Where the marker is, in words.
pub(super) fn place(judged: &Judged) -> String {
    let finding = &judged.finding;
    let path = finding.path.as_deref().map(|path| excerpt(path, 60));
    let field = match &finding.field {
        Field::Tag(id) => format!("tag {}", id.short()),
        Field::Replaced(id) => format!("replaced {}", id.short()),
        field => field.to_string(),
    };
    match (path, finding.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path,
        (None, Some(line)) => format!("{field} line {line}"),
        (None, None) => field,
    }
}

fn finding(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let verdict = judged.decision.verdict;
    let style = style(verdict);
    let finding = &judged.finding;
    let marker = &finding.marker;
    let weak = if finding.confidence() == crate::finding::Confidence::Weak { ", weak" } else { "" };
    writeln!(
        out,
        "  {style}{:<6}{style:#}  {} ({}{weak}) in {}",
        verdict.word(),
        marker.tool_name,
        marker.id,
        place(judged),
    )?;
    if finding.path.is_none() || finding.line.is_some() {
        writeln!(out, "          {}", excerpt(&finding.excerpt, 100))?;
    }
    Ok(())
}

fn sums(report: &Report) -> String {
    let mut text = format!(
        "{} judged, {}",
        counted(report.commits, "commit"),
        counted(report.findings.len(), "finding")
    );
    let parts: Vec<String> = [
        (Verdict::Reject, "to reject"),
        (Verdict::Warn, "to warn of"),
        (Verdict::Record, "to record"),
        (Verdict::Allow, "allowed"),
    ]
    .into_iter()
    .filter(|(verdict, _)| report.count(*verdict) > 0)
    .map(|(verdict, words)| format!("{} {words}", report.count(verdict)))
    .collect();
    if !parts.is_empty() {
        text.push_str(": ");
        text.push_str(&parts.join(", "));
    }
    text
}
