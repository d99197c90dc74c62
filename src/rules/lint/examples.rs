//! Examples: those that are missing, those that fail and why, and markers that lose in
//! each of their own.

use crate::document::Problem;
use crate::finding::Kind;
use crate::marker::{Candidate, Matchers, Role};
use crate::rules::RuleSet;
use crate::rules::entries::Entry;
use crate::rules::examples::ExampleFailure;
use crate::rules::subject::Subject;

pub(super) fn lint(
    markers: &[Entry<'_>],
    rules: &RuleSet,
    failures: &[ExampleFailure],
    problems: &mut Vec<Problem>,
) {
    for failure in failures {
        let entry = markers.iter().find(|entry| entry.id() == failure.id);
        let kind = entry.and_then(Entry::kind);
        if failure.example.is_empty() {
            // Tricks that need more than a text have no example.
            if kind == Some(Kind::Tamper) {
                continue;
            }
            missing(failure, problems);
        } else if failure.should_match {
            let message = format!("`{}` does not match this example of it", failure.id);
            let why = kind.map(|kind| why_not(rules, kind, &failure.id, &failure.example));
            let why = why.unwrap_or_else(|| "no expression of it matches".into());
            let changed = entry.and_then(|entry| changed_elsewhere(entry, failure));
            let help = format!("{why}{}", changed.unwrap_or_default());
            problems.push(Problem::new(&failure.place, message).help(help));
        } else {
            let message = format!("`{}` matches what it must not", failure.id);
            let help = "make the marker tighter, or take the example away if it is wrong";
            problems.push(Problem::new(&failure.place, message).help(help));
        }
    }
}

/// Which layer made an example of a weaker one fail.
fn changed_elsewhere(entry: &Entry<'_>, failure: &ExampleFailure) -> Option<String> {
    let last = &entry.marker.node.place;
    let elsewhere = last.source.name != failure.place.source.name;
    elsewhere.then(|| format!("; the marker is changed at {}", last.file_line()))
}

fn missing(failure: &ExampleFailure, problems: &mut Vec<Problem>) {
    let (key, help) = if failure.should_match {
        ("hits", "give at least one text that it must match")
    } else {
        ("misses", "give at least one text, as near as possible, that it must not match")
    };
    let message = format!("`{}` has no `{key}`", failure.id);
    problems.push(Problem::warning(&failure.place, message).help(help));
}

/// Why a marker does not match an example, as far as can be told.
#[must_use]
pub fn why_not(rules: &RuleSet, kind: Kind, id: &str, example: &str) -> String {
    let bytes = example.as_bytes();
    let matchers = &rules.matchers;
    let candidates: Vec<Candidate> = match kind {
        Kind::Trailer | Kind::SignOff | Kind::Line => {
            let views = matchers.trace_message(None, bytes);
            views.into_iter().flat_map(|view| view.candidates).collect()
        }
        Kind::Identity => {
            let roles = [Role::Author, Role::Committer, Role::Tagger];
            let views = roles.into_iter().flat_map(|role| matchers.trace_identity(role, bytes));
            views.flat_map(|view| view.candidates).collect()
        }
        Kind::Path => {
            let (path, content) = match example.split_once('\n') {
                Some((path, content)) => (path.as_bytes(), Some(content.as_bytes())),
                None => (bytes, None),
            };
            let views = matchers.trace_path(path, false, content).into_iter();
            let inside = content.map(|content| matchers.trace_content(path, content));
            views.flat_map(|view| view.candidates).chain(inside.into_iter().flatten()).collect()
        }
        Kind::Ref => matchers.trace_ref(bytes),
        Kind::Content => matchers.trace_content(b"", bytes),
        Kind::Signature => return "its key is none of `ssh-keys`".into(),
        Kind::Note => return "nothing in it says that an AI wrote".into(),
        Kind::Tamper => return "nothing is hidden in it by this trick".into(),
    };
    let own = candidates.into_iter().filter(|candidate| candidate.marker.id == id);
    let why = own.filter_map(|candidate| candidate.refused).last();
    why.unwrap_or_else(|| {
        match kind {
            Kind::Path => "no component of it is one that its `paths` name",
            Kind::Ref => "it does not begin as its `refs` do",
            _ => "none of its addresses, logins or `keywords` is in it",
        }
        .into()
    })
}

/// A marker of which every example shows a surer marker of the same tool, or one that
/// comes first, is never reported.
pub(super) fn never_wins(entry: &Entry<'_>, rules: &RuleSet, problems: &mut Vec<Problem>) {
    let of_lines =
        matches!(entry.kind(), Some(Kind::Trailer | Kind::SignOff | Kind::Line | Kind::Identity));
    let hits = entry.marker.list("hits");
    if !of_lines || hits.is_empty() {
        return;
    }
    let mut by = None;
    for (hit, _) in hits {
        match outcome(&rules.matchers, entry, hit) {
            Outcome::Wins => return,
            Outcome::NotThere => {}
            Outcome::Outdone(winner) => by = by.or(Some(winner)),
        }
    }
    if let Some(winner) = by {
        let message = format!("`{}` never wins in its own examples", entry.id());
        let help = format!(
            "`{winner}` is surer, or comes first, at the same place; an example of what \
             only this marker finds shows what it is for"
        );
        problems.push(Problem::warning(entry.marker.place_of("hits"), message).help(help));
    }
}

enum Outcome {
    Wins,
    NotThere,
    Outdone(String),
}

fn outcome(matchers: &Matchers, entry: &Entry<'_>, hit: &str) -> Outcome {
    let subjects: Vec<Subject> = if entry.kind() == Some(Kind::Identity) {
        let of = |role| Subject::Identity { role, raw: hit.as_bytes().to_vec() };
        [Role::Author, Role::Committer, Role::Tagger].into_iter().map(of).collect()
    } else {
        vec![Subject::Message { encoding: None, text: hit.as_bytes().to_vec() }]
    };
    let mut outdone = None;
    for subject in subjects {
        let all = subject.all_findings(matchers);
        let Some(own) = all.iter().find(|finding| finding.marker.id == entry.id()) else {
            continue;
        };
        let kept = subject.findings(matchers);
        if kept.iter().any(|finding| finding.marker == own.marker) {
            return Outcome::Wins;
        }
        let winner = kept.iter().find(|finding| {
            finding.line == own.line
                && (finding.marker.tool == own.marker.tool || finding.marker.kind != Kind::Tamper)
        });
        outdone = winner.map(|finding| finding.marker.id.clone()).or(outdone);
    }
    outdone.map_or(Outcome::NotThere, Outcome::Outdone)
}
