//! What a pusher reads in his terminal when a push is refused or warned of.
//!
//! Plain text of at most 76 columns, because git puts `remote: ` before each line; no
//! colour, no cursor control, untrusted bytes escaped. It names the commit, the
//! evidence, the policy line and the next step, and never advises to take the marker
//! away: that would teach hiding.

use std::collections::{BTreeSet, HashSet};

use super::human::{head, place};
use super::{Judged, Report};
use crate::git::{ObjectId, RefName};
use crate::policy::Verdict;
use unicode_width::UnicodeWidthStr;

use crate::text::escape::{cut, cut_start, escape, excerpt};

/// The widest line.
const WIDTH: usize = 76;
/// How many commits are shown with their evidence.
const SHOWN: usize = 5;
/// More commits than this are hardly one person's work of today.
const OWN: usize = 3;
/// How many findings of one commit are shown.
const SHOWN_FINDINGS: usize = 4;

/// The text for the outcome of a push; empty when there is nothing to say.
#[must_use]
pub fn text(report: &Report, pusher: Option<&[u8]>) -> String {
    let rejected = with_verdict(report, Verdict::Reject);
    let warned = with_verdict(report, Verdict::Warn);
    let mut out = Lines::default();
    if !rejected.is_empty() {
        out.wrap("", "provost: this push is refused: it carries marks of AI tools that the policy of this server does not accept.");
        out.line("");
        groups(&rejected, &mut out);
        next_steps(report, &rejected, pusher, &mut out);
    }
    if !warned.is_empty() {
        if rejected.is_empty() {
            out.wrap(
                "",
                "provost: accepted, with a warning: this push carries marks that AI tools leave.",
            );
        } else {
            out.wrap("", "Not a reason to refuse, but noticed:");
        }
        out.line("");
        groups(&warned, &mut out);
    }
    out.0
}

fn with_verdict(report: &Report, verdict: Verdict) -> Vec<&Judged> {
    report.findings.iter().filter(|judged| judged.decision.verdict == verdict).collect()
}

/// What findings are shown together under: their commit, or the ref when they have none.
type Group<'r> = Result<ObjectId, &'r RefName>;

fn group(judged: &Judged) -> Group<'_> {
    judged.commit.as_ref().map(|commit| commit.id).ok_or(&judged.ref_name)
}

/// The findings, commit by commit; a commit that several refs bring is shown once.
fn groups(findings: &[&Judged], out: &mut Lines) {
    let mut seen = HashSet::new();
    // One finding of each group, in order; there can be very many.
    let firsts: Vec<&Judged> =
        findings.iter().copied().filter(|judged| seen.insert(group(judged))).collect();
    for first in firsts.iter().take(SHOWN) {
        let mut shown: Vec<&Judged> = Vec::new();
        for judged in findings.iter().filter(|judged| group(judged) == group(first)) {
            if !shown.iter().any(|other| other.finding == judged.finding) {
                shown.push(judged);
            }
        }
        out.line(&format!("  {}", head(first)));
        for judged in shown.iter().take(SHOWN_FINDINGS) {
            finding(judged, out);
        }
        if shown.len() > SHOWN_FINDINGS {
            out.line(&format!("    ... and {} more in it", shown.len() - SHOWN_FINDINGS));
        }
        out.line("");
    }
    if firsts.len() > SHOWN {
        out.line(&format!("  ... and {} more", firsts.len() - SHOWN));
        out.line("");
    }
}

fn finding(judged: &Judged, out: &mut Lines) {
    let finding = &judged.finding;
    let model = finding.model.as_deref().map(|model| format!(", {}", escape(model.as_bytes())));
    let tool = format!("{}{}", finding.marker.tool_name, model.unwrap_or_default());
    out.line(&format!("    {tool} - {}", place(judged)));
    if finding.path.is_none() || finding.line.is_some() {
        out.line(&format!("      {}", excerpt(&finding.excerpt, WIDTH - 6)));
    }
    let decision = &judged.decision;
    let marker = format!("      marker {}", finding.marker.id);
    let policy = format!("policy {}", decision.because);
    if marker.width() + 2 + policy.width() <= WIDTH {
        out.line(&format!("{marker}, {policy}"));
    } else {
        out.line(&marker);
        // The end of a path, and the line number, say most.
        let because = escape(decision.because.as_bytes());
        out.line(&format!("      policy {}", cut_start(&because, WIDTH - 13)));
    }
    if let Some(reason) = &decision.reason {
        out.wrap("      ", &format!("reason: {}", escape(reason.as_bytes())));
    }
}

fn next_steps(report: &Report, rejected: &[&Judged], pusher: Option<&[u8]>, out: &mut Lines) {
    let commits: BTreeSet<_> =
        rejected.iter().filter_map(|judged| Some(judged.commit.as_ref()?.id)).collect();
    let foreign = pusher.is_some_and(|pusher| {
        !pusher.is_empty()
            && !commits.is_empty()
            && rejected
                .iter()
                .filter_map(|judged| judged.commit.as_ref())
                .all(|commit| !contains_word(&commit.people, pusher))
    });
    let contact = report.texts.contact.as_deref();
    let whom = contact.unwrap_or("the administrators of this server");
    out.line("What to do:");
    if commits.len() <= OWN {
        out.wrap("  - ", &format!("Ask {whom} whether this work may go in, and under which terms; say which tool was used, and for what."));
    }
    if commits.len() > OWN || foreign {
        out.wrap("  - ", &format!("Commits of others, or of an imported history, need no amending: ask {whom} for a baseline or an exemption for them."));
    }
    out.wrap("  - ", "See the same verdict before pushing: provost check");
    out.line("");
}

fn contains_word(text: &[u8], word: &[u8]) -> bool {
    let lower = |bytes: &[u8]| bytes.to_ascii_lowercase();
    bstr::ByteSlice::find(lower(text).as_slice(), lower(word)).is_some()
}

/// Lines of at most [`WIDTH`] columns.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, text: &str) {
        self.0.push_str(cut(text, WIDTH).trim_end());
        self.0.push('\n');
    }

    /// Wraps text at spaces; the lines after the first are indented like the first's
    /// lead.
    fn wrap(&mut self, lead: &str, text: &str) {
        let mut line = lead.to_owned();
        let indent = " ".repeat(lead.width());
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && line.width() + 1 + word.width() > WIDTH {
                self.line(&line);
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }
}
