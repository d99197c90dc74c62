//! The effect of a change of rules, as JSON and as text for people.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::policy::Verdict;
use crate::text::WordEnum;
use crate::text::counted;

/// What differs between two sets of rules on some histories.
#[derive(Serialize)]
pub(super) struct Effect {
    /// The rules before, in words.
    pub(super) before: String,
    /// The rules after.
    pub(super) after: String,
    pub(super) repositories: Vec<Looked>,
    pub(super) newly_rejected: Moved,
    pub(super) no_longer_rejected: Moved,
    /// Other changes of verdict.
    pub(super) other: Vec<Transition>,
    /// How many have the same verdict under both, by verdict; those without any marker
    /// are not counted.
    pub(super) unchanged: BTreeMap<&'static str, usize>,
    pub(super) markers: Vec<MarkerEffect>,
}

#[derive(Serialize)]
pub(super) struct Looked {
    pub(super) repository: String,
    pub(super) commits: usize,
    pub(super) rejected_before: usize,
    pub(super) rejected_after: usize,
    pub(super) not_looked_at: usize,
}

#[derive(Default, Serialize)]
pub(super) struct Moved {
    pub(super) count: usize,
    pub(super) samples: Vec<Sample>,
}

#[derive(Serialize)]
pub(super) struct Transition {
    pub(super) from: Verdict,
    pub(super) to: Verdict,
    pub(super) count: usize,
    pub(super) samples: Vec<Sample>,
}

#[derive(Serialize)]
pub(super) struct MarkerEffect {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) figures: Figures,
    pub(super) samples: Vec<Sample>,
}

/// How many commits (or refs, tags, notes) have a marker.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Figures {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) newly: usize,
    pub(super) no_longer: usize,
}

/// A commit or ref that has a marker, without naming people.
#[derive(Serialize)]
pub(super) struct Sample {
    pub(super) repository: String,
    pub(super) commit: Option<String>,
    #[serde(skip)]
    pub(super) short: Option<String>,
    #[serde(rename = "ref")]
    pub(super) reference: String,
    pub(super) marker: String,
    pub(super) place: String,
    pub(super) excerpt: String,
    pub(super) verdict: Verdict,
}

impl Effect {
    fn commits(&self) -> usize {
        self.repositories.iter().map(|looked| looked.commits).sum()
    }
}

/// The effect as text; `verbose` shows markers whose figures are the same too.
pub(super) fn text(effect: &Effect, verbose: bool) -> String {
    let many = effect.repositories.len() > 1;
    let commits = counted(effect.commits(), "commit");
    let repositories = match effect.repositories.len() {
        1 => "1 repository".to_owned(),
        count => format!("{count} repositories"),
    };
    let mut text = format!("{commits} of {repositories} judged under the rules ");
    text.push_str(&match effect.before.as_str() {
        "in force" => format!("in force and with {}\n", effect.after),
        before => format!("of {before} and of {}\n", effect.after),
    });
    for looked in &effect.repositories {
        if many {
            let (before, after) = (looked.rejected_before, looked.rejected_after);
            text.push_str(&format!("  {}: {before} -> {after} rejected\n", looked.repository));
        }
        if looked.not_looked_at > 0 {
            let things = counted(looked.not_looked_at, "thing");
            let name = &looked.repository;
            text.push_str(&format!("  {name}: {things} not looked at; `audit` lists them\n"));
        }
    }
    let moved = [
        ("newly rejected", &effect.newly_rejected),
        ("no longer rejected", &effect.no_longer_rejected),
    ];
    text.push('\n');
    for (what, moved) in moved {
        text.push_str(&format!("{what}: {}\n", moved.count));
        samples(&moved.samples, moved.count, many, &mut text);
    }
    for transition in &effect.other {
        let (from, to) = (transition.from.word(), transition.to.word());
        text.push_str(&format!("from {from} to {to}: {}\n", transition.count));
        samples(&transition.samples, transition.count, many, &mut text);
    }
    let unchanged = effect.unchanged.iter().map(|(verdict, count)| format!("{count} {verdict}"));
    let unchanged: Vec<String> = unchanged.collect();
    let unchanged =
        if unchanged.is_empty() { "nothing marked".to_owned() } else { unchanged.join(", ") };
    text.push_str(&format!("unchanged: {unchanged}\n"));
    markers(effect, verbose, many, &mut text);
    text
}

fn markers(effect: &Effect, verbose: bool, many: bool, text: &mut String) {
    let differs = |marker: &&MarkerEffect| marker.figures.newly + marker.figures.no_longer > 0;
    let shown: Vec<&MarkerEffect> =
        effect.markers.iter().filter(|marker| verbose || differs(marker)).collect();
    let same = effect.markers.len() - effect.markers.iter().filter(differs).count();
    let width = shown.iter().map(|marker| marker.id.len()).max().unwrap_or(0).max(7);
    text.push('\n');
    if !shown.is_empty() {
        text.push_str(&format!("{:width$}  {:>8}  {:>8}\n", "markers", "before", "after"));
    }
    for marker in &shown {
        let Figures { before, after, newly, no_longer } = marker.figures;
        let mut change = Vec::new();
        if newly > 0 {
            change.push(format!("+{newly}"));
        }
        if no_longer > 0 {
            change.push(format!("-{no_longer}"));
        }
        let line = format!("{:width$}  {before:>8}  {after:>8}  {}", marker.id, change.join(" "));
        text.push_str(line.trim_end());
        text.push('\n');
        samples(&marker.samples, marker.samples.len(), many, text);
    }
    if !verbose && same > 0 {
        let markers = counted(same, "marker");
        text.push_str(&format!("{markers} found as before; --verbose shows them\n"));
    }
}

/// Samples, and how many there are beside them.
pub(super) fn samples(samples: &[Sample], all: usize, many: bool, text: &mut String) {
    for sample in samples {
        let repository = if many { format!("{} ", sample.repository) } else { String::new() };
        let what = sample.short.as_deref().unwrap_or(&sample.reference);
        text.push_str(&format!("  {repository}{what}  {} in {}\n", sample.marker, sample.place));
        if sample.excerpt != sample.place {
            text.push_str(&format!("      {}\n", sample.excerpt));
        }
    }
    if all > samples.len() {
        text.push_str(&format!("  and {} more\n", all - samples.len()));
    }
}
