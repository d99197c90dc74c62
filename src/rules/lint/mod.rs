//! What is valid and yet hardly meant: examples that fail, markers that claim the same,
//! markers that can never win, expressions and paths that match too much, facts without
//! a source.
//!
//! What makes a file unusable is reported when it is loaded; here only loaded rules are
//! looked at: what the layers over the built-in one say, or that one if it is alone.
//! Every problem names its place and what to do.

mod breadth;
mod examples;
mod named;
mod spec;
mod twins;

use std::collections::HashSet;

use super::entries::{self, Entry, Written};
use super::{RuleSet, check_examples};
use crate::document::{Node, Place, Problem, Severity};

pub use examples::why_not;

/// Looks for everything that is hardly meant, in all layers. `mistakes` were found at
/// loading: a marker with one is not as it is meant, and its examples say nothing.
#[must_use]
pub fn lint(root: &Node, rules: &RuleSet, mistakes: &[Problem]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let markers = entries::markers(root);
    for tool in entries::tools(root) {
        tool_alone(tool, rules, &mut problems);
    }
    let alone = !markers.iter().any(Entry::is_touched);
    let (looked_at, _): (Vec<_>, Vec<_>) =
        markers.iter().copied().partition(|entry| alone || entry.is_touched());
    let is_looked_at = |place: &Place| alone || !place.source.built_in;
    named::lint(&entries::tools(root), &is_looked_at, &mut problems);
    for entry in &looked_at {
        facts(entry, &mut problems);
        if !entry.is_disabled() {
            breadth::lint(entry, &mut problems);
        }
    }
    let broken: Vec<&str> = markers
        .iter()
        .filter(|entry| mistakes.iter().any(|mistake| entry.marker.holds(&mistake.place)))
        .map(Entry::id)
        .collect();
    let (_, mut failures) = check_examples(root, rules);
    failures.retain(|failure| !broken.contains(&failure.id.as_str()));
    examples::lint(&markers, rules, &failures, &mut problems);
    let sound = |entry: &&Entry<'_>| !entry.is_disabled() && !broken.contains(&entry.id());
    for entry in looked_at.iter().filter(sound) {
        examples::never_wins(entry, rules, &mut problems);
    }
    // A tool's markers are compared with each other when any of them is looked at.
    let tools: HashSet<&str> = looked_at.iter().map(|entry| entry.tool.text("id")).collect();
    let beside = markers.iter().filter(|entry| tools.contains(entry.tool.text("id")));
    twins::lint(&beside.copied().collect::<Vec<_>>(), &mut problems);
    problems.sort_by_key(|problem| (problem.place.source.built_in, problem.place.span.start));
    problems
}

fn tool_alone(tool: Written<'_>, rules: &RuleSet, problems: &mut Vec<Problem>) {
    let place = tool.place_of("id");
    if tool.tables("marker").is_empty() {
        let message = format!("the tool `{}` has no marker", tool.text("id"));
        let help = "nothing of it is ever found; add a marker, or take the tool away";
        problems.push(Problem::warning(place, message).help(help));
    }
    let vendor = tool.text("vendor");
    let known = rules.tools.iter().map(|tool| tool.vendor.as_str());
    let near = known
        .filter(|known| *known != vendor)
        .filter(|known| known.eq_ignore_ascii_case(vendor) || misspelt(known, vendor))
        .min();
    if let Some(near) = near.filter(|_| !place.source.built_in) {
        let message = format!("the vendor `{vendor}` is written `{near}` elsewhere");
        let help = "policy lines for a vendor compare the whole name; write one of them";
        problems.push(Problem::warning(tool.place_of("vendor"), message).help(help));
    }
}

fn misspelt(known: &str, name: &str) -> bool {
    known.len() >= 5 && strsim::damerau_levenshtein(known, name) == 1
}

/// What an administrator's marker should say of itself; the built-in ones are complete,
/// which tests check.
fn facts(entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    let id = entry.id();
    let marker = entry.marker;
    if let Some(reason) = marker.get("disabled")
        && marker.text("disabled").trim().is_empty()
    {
        let message = format!("`{id}` is switched off without a reason");
        let help = "say why: whoever reads this next year needs it";
        problems.push(Problem::warning(&reason.place, message).help(help));
    }
    let own = !marker.place_of("kind").source.built_in;
    if !own || entry.is_disabled() {
        return;
    }
    for (key, help) in [
        ("source", "where was it seen: a repository, a document, a ticket?"),
        ("since", "the version of the catalogue that it came with, `since = \"0.1\"` say"),
    ] {
        if !marker.text(key).is_empty() || key == "since" && entry.is_made() {
            continue;
        }
        // What is made of a tool's facts has the tool's source, and is as new as that.
        let (of, place) = match entry.is_made() {
            true => (entry.tool.text("id"), entry.tool.place_of("id")),
            false => (id, marker.place_of("id")),
        };
        let message = format!("`{of}` has no `{key}`");
        if !problems.iter().any(|known| known.message == message) {
            problems.push(Problem::warning(place, message).help(help));
        }
    }
}

/// The number of errors and of warnings.
#[must_use]
pub fn counted(problems: &[Problem]) -> (usize, usize) {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    (errors, problems.len() - errors)
}
