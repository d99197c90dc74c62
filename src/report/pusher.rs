//! What a pusher reads in his terminal when a push is refused or warned of.
//!
//! Plain text of at most 76 columns, because git puts `remote: ` before each line; no
//! colour, no cursor control, untrusted bytes escaped. It names the commit, the
//! evidence, the policy line and the next step, and never advises to take the marker
//! away: that would teach hiding. The words are templates (`report::texts`).

use std::collections::{BTreeMap, HashMap, HashSet};

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::human::{head, place};
use super::texts::{Templates, fill};
use super::{CommitLabel, Judged, Report};
use crate::document::{FileLine, Moment};
use crate::git::{ObjectId, RefName};
use crate::policy::{ExemptedBy, Unaccounted, Undisclosed, Verdict, Why};
use crate::text::escape::{cut, cut_start, escape, excerpt};

/// The widest line.
pub const WIDTH: usize = 76;
/// How many commits are shown with their evidence.
const SHOWN: usize = 5;
/// More commits than this are hardly one person's work of today.
const OWN: usize = 3;
/// How many findings of one commit are shown.
const SHOWN_FINDINGS: usize = 4;

/// What the templates of one part can use.
#[derive(Serialize)]
struct Values {
    /// The commits or refs that are shown.
    groups: Vec<Group>,
    /// How many more there are.
    more: usize,
    /// How many commits the part is about.
    commits: usize,
    /// More than so many are hardly one person's own.
    own: usize,
    /// Whether the pusher is neither author nor committer of any.
    foreign: bool,
    contact: Option<String>,
    /// A trailer that discloses.
    trailer: String,
    undisclosed: bool,
    only_undisclosed: bool,
    unaccounted: bool,
    other_reasons: bool,
    /// Whether a refusal is shown above.
    beside_others: bool,
    /// The day from which on it is refused.
    refused_from: Option<String>,
}

#[derive(Serialize)]
struct Group {
    head: String,
    findings: Vec<Shown>,
    more: usize,
}

#[derive(Serialize)]
struct Shown {
    tool: String,
    place: String,
    evidence: Option<String>,
    marker: String,
    policy: String,
    marker_and_policy: String,
    why: Option<&'static str>,
    reason: Option<String>,
    text: Option<String>,
}

#[derive(Serialize)]
struct Passed {
    refused: bool,
    exemptions: Vec<Exemption>,
    refused_requests: Vec<String>,
    bypassed: usize,
    reason: Option<String>,
    suspended: bool,
}

#[derive(Serialize)]
struct Exemption {
    id: String,
    ends: Option<String>,
}

/// The text for the outcome of a push; empty when there is nothing to say. `is_refused` is
/// whether the push is refused, for what was found or for another reason.
#[must_use]
pub fn text(report: &Report, is_refused: bool, pusher: Option<&[u8]>) -> String {
    let rejected = with_verdict(report, Verdict::Reject);
    let warned = with_verdict(report, Verdict::Warn);
    let passed = passed(report, is_refused);
    if rejected.is_empty() && warned.is_empty() && passed.is_none() {
        return String::new();
    }
    let templates = Templates::new(&report.texts);
    let mut out = String::new();
    let mut part = |name: &str, values: &Value| out.push_str(&templates.render(name, values));
    if !rejected.is_empty() {
        let values = values(report, &rejected, pusher);
        part("refused", &Value::from(Serde(&values)));
    }
    if !warned.is_empty() {
        let values = Values { beside_others: is_refused, ..values(report, &warned, pusher) };
        part("warned", &Value::from(Serde(&values)));
    }
    if let Some(passed) = passed {
        part("passed", &Value::from(Serde(&passed)));
    }
    fit(&out)
}

fn with_verdict(report: &Report, verdict: Verdict) -> Vec<&Judged> {
    report.findings.iter().filter(|judged| judged.decision.verdict == verdict).collect()
}

/// What was let in although it would have been refused, and what was asked for in vain.
fn passed(report: &Report, refused: bool) -> Option<Passed> {
    let mut exemptions: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut bypassed = 0;
    let mut suspended = false;
    for judged in &report.findings {
        let decision = &judged.decision;
        suspended |= decision.suspended;
        match &decision.exemption {
            Some(ExemptedBy::Bypass) => bypassed += 1,
            Some(ExemptedBy::Exemption(id)) if decision.full >= Verdict::Warn => {
                let ends = decision.exemption_ends.map(Moment::date);
                exemptions.entry(id).or_insert(ends);
            }
            _ => {}
        }
    }
    let texts = &report.texts;
    let passed = Passed {
        refused,
        exemptions: exemptions
            .into_iter()
            .map(|(id, ends)| Exemption { id: escape(id.as_bytes()), ends })
            .collect(),
        refused_requests: texts.refused_requests.iter().map(|id| escape(id.as_bytes())).collect(),
        bypassed,
        reason: texts.bypass.as_ref().map(|reason| escape(reason.as_bytes())),
        suspended,
    };
    let says = !passed.exemptions.is_empty()
        || !passed.refused_requests.is_empty()
        || passed.reason.is_some()
        || suspended;
    says.then_some(passed)
}

fn values(report: &Report, findings: &[&Judged], pusher: Option<&[u8]>) -> Values {
    let commits: BTreeMap<ObjectId, &CommitLabel> = findings
        .iter()
        .filter_map(|judged| judged.commit.as_ref().map(|commit| (commit.id, &**commit)))
        .collect();
    let foreign = pusher.is_some_and(|pusher| {
        !pusher.is_empty()
            && !commits.is_empty()
            && commits.values().all(|commit| !contains_word(&commit.people, pusher))
    });
    let is = |kind: fn(&Why) -> bool| {
        findings.iter().filter(|judged| judged.decision.why.as_ref().is_some_and(kind)).count()
    };
    let undisclosed = is(|why| matches!(why, Why::Undisclosed(_)));
    let unaccounted = is(|why| matches!(why, Why::Unaccounted(_)));
    let (groups, more) = groups(findings, report.texts.contact.as_deref());
    let refused_from = findings.iter().filter_map(|judged| judged.decision.refused_from).min();
    Values {
        groups,
        more,
        commits: commits.len(),
        own: OWN,
        foreign,
        contact: report.texts.contact.as_ref().map(|contact| escape(contact.as_bytes())),
        trailer: report.texts.trailers.first().cloned().unwrap_or_else(|| "Assisted-by".into()),
        undisclosed: undisclosed > 0,
        only_undisclosed: undisclosed == findings.len(),
        unaccounted: unaccounted > 0,
        other_reasons: undisclosed + unaccounted < findings.len(),
        beside_others: false,
        refused_from: refused_from.map(Moment::date),
    }
}

/// What findings are shown together under: their commit, or the ref when they have none.
fn group(judged: &Judged) -> Result<ObjectId, &RefName> {
    judged.commit.as_ref().map(|commit| commit.id).ok_or(&judged.ref_name)
}

/// The findings, commit by commit, and how many more commits there are; a commit that
/// several refs bring is shown once.
fn groups(findings: &[&Judged], contact: Option<&str>) -> (Vec<Group>, usize) {
    let mut seen = HashSet::new();
    // One finding of each group, in order; there can be very many.
    let firsts: Vec<&Judged> =
        findings.iter().copied().filter(|judged| seen.insert(group(judged))).collect();
    let mut groups = Vec::new();
    for first in firsts.iter().take(SHOWN) {
        let all = distinct(findings.iter().filter(|judged| group(judged) == group(first)).copied());
        groups.push(Group {
            head: cut(&head(first), WIDTH - 2),
            findings: all
                .iter()
                .take(SHOWN_FINDINGS)
                .map(|judged| shown(judged, contact))
                .collect(),
            more: all.len().saturating_sub(SHOWN_FINDINGS),
        });
    }
    (groups, firsts.len().saturating_sub(SHOWN))
}

/// The findings that differ from each other, in order. One commit can have thousands.
fn distinct<'j>(findings: impl Iterator<Item = &'j Judged>) -> Vec<&'j Judged> {
    let mut seen: HashMap<_, Vec<&Judged>> = HashMap::new();
    let mut all = Vec::new();
    for judged in findings {
        let finding = &judged.finding;
        let key = (&finding.marker.id, &finding.path, finding.line, &finding.excerpt);
        let alike = seen.entry(key).or_default();
        if alike.iter().all(|other| other.finding != judged.finding) {
            alike.push(judged);
            all.push(judged);
        }
    }
    all
}

fn shown(judged: &Judged, contact: Option<&str>) -> Shown {
    let finding = &judged.finding;
    let decision = &judged.decision;
    let model = finding.model.as_deref().map(|model| format!(", {}", escape(model.as_bytes())));
    let tool = format!("{}{}", finding.marker.tool_name, model.unwrap_or_default());
    let evidence = finding.path.is_none() || finding.line.is_some();
    let marker = format!("marker {}", finding.marker.id);
    // The end of a path, and the line number, say most.
    let because = escape(FileLine::shown(decision.because.as_ref()).as_bytes());
    let policy = format!("policy {}", cut_start(&because, WIDTH - 13));
    let both = format!("{marker}, policy {because}");
    let fits = both.width() + 6 <= WIDTH;
    Shown {
        place: cut(&place(judged), (WIDTH - 7).saturating_sub(tool.width())),
        tool,
        evidence: evidence.then(|| excerpt(&finding.excerpt, WIDTH - 6)),
        marker_and_policy: if fits { both } else { format!("{marker}\n      {policy}") },
        marker: finding.marker.id.clone(),
        policy: because,
        why: decision.why.as_ref().and_then(why),
        reason: decision.reason.as_ref().map(|reason| escape(reason.as_bytes())),
        text: decision.text.as_ref().map(|text| {
            let of_line = OfLine {
                tool: &finding.marker.tool_name,
                model: finding.model.as_deref().unwrap_or_default(),
                marker: &finding.marker.id,
                place: place(judged),
                commit: judged.commit.as_ref().map(|commit| commit.id.to_string()),
                contact: contact.unwrap_or_default(),
            };
            escape(fill(text, &Value::from(Serde(&of_line))).as_bytes())
        }),
    }
}

/// What the `text` of a policy's line can use.
#[derive(Serialize)]
struct OfLine<'l> {
    tool: &'l str,
    model: &'l str,
    marker: &'l str,
    place: String,
    commit: Option<String>,
    contact: &'l str,
}

/// The word by which templates know what is missing.
fn why(why: &Why) -> Option<&'static str> {
    Some(match why {
        Why::Undisclosed(Undisclosed::Absent) => "absent",
        Why::Undisclosed(Undisclosed::Denied) => "denied",
        Why::Undisclosed(Undisclosed::Placeholder) => "placeholder",
        Why::Undisclosed(Undisclosed::Form) => "form",
        Why::Undisclosed(Undisclosed::OtherTool) => "other-tool",
        Why::Unaccounted(Unaccounted::Role) => "role",
        Why::Unaccounted(Unaccounted::Author) => "author",
        Why::Unaccounted(Unaccounted::SignOff) => "sign-off",
        Why::Unaccounted(Unaccounted::Approval) => "approval",
        Why::Disclosed | Why::Pinned => return None,
    })
}

fn contains_word(text: &[u8], word: &[u8]) -> bool {
    let lower = |bytes: &[u8]| bytes.to_ascii_lowercase();
    bstr::ByteSlice::find(lower(text).as_slice(), lower(word)).is_some()
}

/// Breaks lines that are too wide; what follows is indented like the text of the first.
pub(super) fn fit(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        wrap(line, &mut out);
    }
    out
}

fn wrap(line: &str, out: &mut String) {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    let rest = line.get(spaces..).unwrap_or_default();
    let indent = if rest.starts_with("- ") { spaces + 2 } else { spaces };
    let mut now = " ".repeat(spaces);
    let mut width = spaces;
    let mut empty = true;
    for piece in pieces(rest) {
        let bare = piece.trim_end();
        if !empty && width + bare.width() > WIDTH {
            out.push_str(now.trim_end());
            out.push('\n');
            now = " ".repeat(indent);
            width = indent;
        }
        now.push_str(piece);
        width += piece.width();
        empty = false;
    }
    out.push_str(cut(&now, WIDTH.max(indent + 1)).trim_end());
    out.push('\n');
}

/// The pieces between which a line may be broken: after spaces, and around the wide
/// characters of Chinese and Japanese, but not before their closing marks.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, this) in line.char_indices() {
        let wide = |of: char| of.width() == Some(2);
        let closes = "，。、；：？！）】》」』".contains(this);
        let breaks = before.is_some_and(|before| {
            (before == ' ' && this != ' ')
                || ((wide(before) || wide(this)) && !closes && this != ' ')
        });
        if breaks {
            pieces.extend(line.get(start..at));
            start = at;
        }
        before = Some(this);
    }
    pieces.extend(line.get(start..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_with_their_indent() {
        let text = format!("  - {}\n", "word ".repeat(20).trim_end());
        let fitted = fit(&text);
        assert!(fitted.lines().all(|line| line.width() <= WIDTH), "{fitted}");
        assert_eq!(fitted.lines().nth(1).map(|line| line.starts_with("    word")), Some(true));
    }

    #[test]
    fn chinese_is_broken_between_characters() {
        let fitted = fit(&"推送被拒绝，".repeat(12));
        assert!(fitted.lines().count() > 1);
        assert!(fitted.lines().all(|line| line.width() <= WIDTH + 2), "{fitted}");
        assert!(fitted.lines().all(|line| !line.starts_with('，')), "{fitted}");
    }
}
