//! What `rules explain` shows: the stages of a look at one thing, what was found in the
//! end, and the verdict; as JSON, or as text for people.

use serde::Serialize;

use crate::finding::{Confidence, Finding, Kind};
use crate::marker::{Candidate, Trick, View};
use crate::policy::{Decision, Verdict};
use crate::text::WordEnum;
use crate::text::escape::excerpt;

/// What the explanation of a thing is made of.
pub(super) struct Seen {
    pub(super) subject: String,
    pub(super) stages: Vec<Stage>,
    /// All markers that are there, outdone ones too.
    pub(super) all: Vec<Finding>,
    /// Those that are reported, judged.
    pub(super) judged: Vec<(Finding, Decision)>,
}

/// The whole answer.
#[derive(Serialize)]
pub(super) struct Explanation {
    /// What was looked at.
    pub(super) subject: String,
    pub(super) stages: Vec<Stage>,
    pub(super) findings: Vec<Found>,
    pub(super) verdict: Verdict,
    /// `file:line` of the policy that gave the verdict.
    pub(super) because: Option<String>,
    /// That line.
    pub(super) policy: Option<String>,
    pub(super) reason: Option<String>,
}

/// One look at one text.
#[derive(Serialize)]
pub(super) struct Stage {
    /// What was looked at, and how.
    pub(super) what: String,
    /// What is to be known of it.
    pub(super) notes: Vec<String>,
    /// The lines that plain reading does not show.
    pub(super) differs: Vec<Shown>,
    /// The markers that were tried.
    pub(super) candidates: Vec<Step>,
    /// Whether markers were looked for.
    #[serde(skip)]
    looked: bool,
}

#[derive(Serialize)]
pub(super) struct Shown {
    line: usize,
    text: String,
}

/// A marker that was tried.
#[derive(Serialize)]
pub(super) struct Step {
    pub(super) line: Option<usize>,
    pub(super) text: String,
    pub(super) marker: String,
    /// What was there, so that it was tried.
    pub(super) literal: String,
    pub(super) matched: bool,
    pub(super) why_not: Option<String>,
}

/// A marker that was found.
#[derive(Serialize)]
pub(super) struct Found {
    pub(super) marker: String,
    pub(super) tool: String,
    pub(super) kind: Kind,
    pub(super) confidence: Confidence,
    /// Field, path and line.
    pub(super) place: String,
    pub(super) excerpt: String,
    /// What policy says; nothing when another marker is reported instead.
    pub(super) verdict: Option<Verdict>,
    pub(super) because: Option<String>,
    /// Whether a revert or a cherry-pick may have copied it.
    pub(super) copied: Option<String>,
    pub(super) outdone_by: Option<String>,
}

impl Stage {
    pub(super) fn new(what: impl Into<String>) -> Self {
        let (notes, differs, candidates) = Default::default();
        Self { what: what.into(), notes, differs, candidates, looked: false }
    }

    pub(super) fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    pub(super) fn with(mut self, candidates: Vec<Candidate>) -> Self {
        self.candidates = candidates.into_iter().map(Step::new).collect();
        self.looked = true;
        self
    }
}

impl Step {
    fn new(candidate: Candidate) -> Self {
        Self {
            line: candidate.line,
            text: candidate.text,
            marker: candidate.marker.id.clone(),
            literal: excerpt(candidate.literal.as_bytes(), 60),
            matched: candidate.refused.is_none(),
            why_not: candidate.refused,
        }
    }
}

/// The stages of a text's readings.
pub(super) fn of_views(what: &str, views: Vec<View>) -> Vec<Stage> {
    let stages = views.into_iter().map(|view| {
        let how = match view.trick {
            None if view.is_first => "as it is",
            None => "in ordinary typography",
            Some(Trick::Encoding) => "decoded as its encoding header says",
            Some(Trick::Nul) => "without its NUL bytes",
            Some(Trick::LookAlike) => "with look-alike and invisible characters folded",
            Some(Trick::Replace) => "as a replace ref shows it",
            Some(Trick::Case) => "with dotted names in their own case",
            Some(Trick::Link) => "with the link taken for a directory",
            Some(Trick::Renamed) => "under another name",
            Some(Trick::UnknownEncoding) => "in an encoding that is not known here",
        };
        let mut stage = Stage::new(format!("{what}, {how}")).with(view.candidates);
        if view.trick.is_some() && view.differs.is_empty() {
            stage = stage.note("the same text");
        }
        let differs = view.differs.into_iter();
        stage.differs = differs.map(|(line, text)| Shown { line, text }).collect();
        stage
    });
    stages.collect()
}

/// The stages of a path's readings.
pub(super) fn of_path(views: Vec<View>) -> Vec<Stage> {
    let mut stages = of_views("path", views);
    stages.iter_mut().for_each(|stage| stage.notes.clear());
    stages
}

/// So many candidates of a stage, and lines that differ, are shown without --verbose.
const FEW: usize = 30;

/// The explanation as text for people.
pub(super) fn text(explanation: &Explanation, verbose: bool) -> String {
    let most = if verbose { usize::MAX } else { FEW };
    let mut text = format!("{}\n", explanation.subject);
    for stage in &explanation.stages {
        text.push_str(&format!("\n{}\n", stage.what));
        stage_text(stage, most, &mut text);
    }
    text.push_str("\nfindings\n");
    for found in &explanation.findings {
        found_text(found, &mut text);
    }
    if explanation.findings.is_empty() {
        text.push_str("  none\n");
    }
    text.push_str(&format!("\nverdict: {}", explanation.verdict.word()));
    if let Some(because) = &explanation.because {
        text.push_str(&format!("\n  {because}"));
        if let Some(line) = &explanation.policy {
            text.push_str(&format!(": {line}"));
        }
    }
    if let Some(reason) = &explanation.reason {
        text.push_str(&format!("\n  reason: {reason}"));
    }
    text
}

fn stage_text(stage: &Stage, most: usize, text: &mut String) {
    for note in &stage.notes {
        text.push_str(&format!("  {note}\n"));
    }
    for shown in stage.differs.iter().take(most) {
        text.push_str(&format!("  line {} reads: {}\n", shown.line, shown.text));
    }
    more(stage.differs.len(), most, "lines that differ", text);
    if stage.candidates.is_empty() && stage.looked {
        text.push_str("  no marker has a literal that is there\n");
    }
    let width = stage.candidates.iter().map(|step| step.marker.len()).max().unwrap_or(0);
    let mut place = None;
    for step in stage.candidates.iter().take(most) {
        if place != Some((step.line, &step.text)) {
            place = Some((step.line, &step.text));
            let line = step.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            text.push_str(&format!("  {line}{}\n", step.text));
        }
        let outcome = match &step.why_not {
            None => "matches".to_owned(),
            Some(why) => format!("no: {why}"),
        };
        text.push_str(&format!(
            "    {:width$}  {outcome} (has \"{}\")\n",
            step.marker, step.literal
        ));
    }
    more(stage.candidates.len(), most, "markers that were tried", text);
}

fn more(all: usize, most: usize, what: &str, text: &mut String) {
    if all > most {
        text.push_str(&format!("  and {} more {what}; --verbose shows them\n", all - most));
    }
}

fn found_text(found: &Found, text: &mut String) {
    let weak = if found.confidence == Confidence::Weak { ", weak" } else { "" };
    let said = match (&found.outdone_by, found.verdict) {
        (Some(by), _) => format!("not reported: {by} is surer, or comes first, at this place"),
        (None, Some(verdict)) => {
            let because = found.because.as_deref().unwrap_or_default();
            format!("{} ({because})", verdict.word())
        }
        (None, None) => "not reported: the commit does not bring it".into(),
    };
    text.push_str(&format!("  {} ({}{weak}) in {}\n", found.marker, found.kind, found.place));
    if !found.excerpt.is_empty() {
        text.push_str(&format!("    {}\n", found.excerpt));
    }
    text.push_str(&format!("    {said}\n"));
    if let Some(copied) = &found.copied {
        text.push_str(&format!("    {copied}\n"));
    }
}
