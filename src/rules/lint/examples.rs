//! Examples: those that are missing, those that fail and why, and markers that lose in
//! each of their own.

use crate::document::Problem;
use crate::finding::{Carrier, Kind};
use crate::marker::{Candidate, Matchers, Role};
use crate::rules::RuleSet;
use crate::rules::entries::Entry;
use crate::rules::examples::ExampleFailure;
use crate::rules::subject::Subject;
use crate::text::WordEnum;

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
            if kind.is_some_and(|kind| kind.carrier() == Carrier::HiddenMark) {
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
    let literal = "none of its addresses, logins or `keywords` is in it";
    let (candidates, otherwise): (Vec<Candidate>, _) = match kind.carrier() {
        Carrier::Message => {
            let views = matchers.trace_message(None, bytes);
            (views.into_iter().flat_map(|view| view.candidates).collect(), literal)
        }
        Carrier::Person => {
            let roles = Role::all().iter();
            let views = roles.flat_map(|role| matchers.trace_identity(*role, bytes));
            (views.flat_map(|view| view.candidates).collect(), literal)
        }
        Carrier::Path => {
            let (path, content) = match example.split_once('\n') {
                Some((path, content)) => (path.as_bytes(), Some(content.as_bytes())),
                None => (bytes, None),
            };
            let views = matchers.trace_path(path, false, content).into_iter();
            let inside = content.map(|content| matchers.trace_content(path, content));
            let all = views.flat_map(|view| view.candidates).chain(inside.into_iter().flatten());
            (all.collect(), "no component of it is one that its `paths` name")
        }
        Carrier::RefName => (matchers.trace_ref(bytes), "it does not begin as its `refs` do"),
        Carrier::Content => (matchers.trace_content(b"", bytes), literal),
        Carrier::Signature => return "its key is none of `ssh-keys`".into(),
        Carrier::Note => return "nothing in it says that an AI wrote".into(),
        Carrier::HiddenMark => return "nothing is hidden in it by this trick".into(),
    };
    let own = candidates.into_iter().filter(|candidate| candidate.marker.id == id);
    own.filter_map(|candidate| candidate.refused).last().unwrap_or_else(|| otherwise.into())
}

/// A marker of which every example shows a surer marker of the same tool, or one that
/// comes first, is never reported.
pub(super) fn never_wins(entry: &Entry<'_>, rules: &RuleSet, problems: &mut Vec<Problem>) {
    let of_lines = entry.kind().is_some_and(|kind| kind.carrier().holds_one_mark());
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
    let is_person = entry.kind().is_some_and(|kind| kind.carrier() == Carrier::Person);
    let subjects: Vec<Subject> = if is_person {
        let of = |role: &Role| Subject::Identity { role: *role, raw: hit.as_bytes().to_vec() };
        Role::all().iter().map(of).collect()
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
                && (finding.marker.tool == own.marker.tool
                    || finding.marker.kind.carrier() != Carrier::HiddenMark)
        });
        outdone = winner.map(|finding| finding.marker.id.clone()).or(outdone);
    }
    outdone.map_or(Outcome::NotThere, Outcome::Outdone)
}
