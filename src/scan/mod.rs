//! The one pipeline for hook, dry run and audit: what is to be judged, the findings in
//! it, the verdict on each, the report.
//!
//! Commits are read once, when the walk for new commits meets them; trees and blobs are
//! compared with the parents' afterwards. Nothing is dropped in silence: what was not
//! looked at is in the report.

mod again;
mod commit;
mod copies;
mod existing;
mod history;
mod jobs;
mod objects;
mod push;
mod refs;
mod sift;
mod tree;
mod verdicts;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::config::Config;
use crate::finding::Finding;
use crate::git::{Commit, GitError, Graph, ObjectId, Objects, RefName, Repository};
use crate::marker::MOST_HITS;
use crate::policy::{Judge, Situation};
use crate::report::{Judged, Report, Skipped, Texts};

use jobs::Job;
use verdicts::{Marked, Verdicts};

pub use commit::{message, raw_commit};
pub use history::{Progress, Stage, judge_history};
pub use push::{judge_again, judge_outgoing, judge_push, judge_range};
pub use verdicts::decide;

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Something in the repository can't be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Something that the administrator wrote can't be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
}

/// Which markers are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Whether trees are compared (for the kinds `path` and `content`).
    pub trees: bool,
    /// Whether the contents of changed files are read.
    pub contents: bool,
}

impl Default for Scope {
    fn default() -> Self {
        Self { trees: true, contents: true }
    }
}

/// What inspecting a commit's own object gave: nothing, mostly.
type Inspected = Option<Arc<Inspection>>;

struct Inspection {
    findings: Vec<Finding>,
    /// The encoding of a message that nobody here can read.
    unread: Option<String>,
}

/// Judges what is in one repository.
pub struct Scan<'s> {
    repository: &'s Repository,
    objects: &'s Objects<'s>,
    config: &'s Config,
    graph: Graph<'s, Inspected>,
    trees: tree::Trees<'s>,
    scope: Scope,
    verdicts: Verdicts<'s>,
    skipped: Vec<Skipped>,
    commits: usize,
    started: Instant,
}

/// How many findings of a push are reported, one for each finding and ref update.
const MOST_OF_A_PUSH: usize = 20_000;

impl<'s> Scan<'s> {
    /// A scan of a repository's objects.
    #[must_use]
    pub fn new(
        repository: &'s Repository,
        objects: &'s Objects<'s>,
        config: &'s Config,
        situation: Situation,
        scope: Scope,
    ) -> Self {
        let matchers = &config.rules.matchers;
        let mut known = commit::Known::default();
        let inspect =
            move |_: ObjectId, commit: &Commit<'_>| commit::inspect(matchers, commit, &mut known);
        Self {
            repository,
            objects,
            config,
            graph: Graph::new(objects, inspect),
            trees: tree::Trees::new(objects, matchers, scope),
            scope,
            verdicts: Verdicts::new(objects, config, situation, scope),
            skipped: Vec::new(),
            commits: 0,
            started: Instant::now(),
        }
    }

    /// The findings of new commits, in their own objects and in what they change; only of
    /// commits that have any, in the order given.
    fn findings_of(
        &mut self,
        ids: &[ObjectId],
        progress: Progress<'_>,
    ) -> Result<Vec<(ObjectId, Vec<Finding>)>, GitError> {
        let mut by_trees = self.tree_findings(ids, progress)?;
        let mut all = Vec::new();
        for (at, &id) in ids.iter().enumerate() {
            let inspected = self.graph.inspected(id)?.and_then(Option::as_ref).map(Arc::clone);
            let mut findings = Vec::new();
            if let Some(inspected) = inspected {
                findings.clone_from(&inspected.findings);
                self.note_unread(id, &inspected);
            }
            findings.extend(by_trees.remove(&at).unwrap_or_default());
            if !findings.is_empty() {
                all.push((id, findings));
            }
        }
        Ok(all)
    }

    fn tree_findings(
        &mut self,
        ids: &[ObjectId],
        progress: Progress<'_>,
    ) -> Result<HashMap<usize, Vec<Finding>>, GitError> {
        if !self.scope.trees {
            return Ok(HashMap::new());
        }
        let mut jobs = Vec::with_capacity(ids.len());
        let mut at = Vec::with_capacity(ids.len());
        // Packs hold the newest version whole and older ones as deltas: newest first.
        for (nth, &id) in ids.iter().enumerate().rev() {
            let Some(tree) = self.graph.tree(id)? else { continue };
            let parents = self.parent_trees(id)?;
            jobs.push(Job { tree, parents, time: self.graph.time(id)? });
            at.push(nth);
        }
        let sift = jobs::is_large(jobs.len(), self.objects).then(|| {
            sift::Sift::new(self.objects, &self.config.rules.matchers, self.scope.contents)
        });
        let found = jobs::compare(&jobs, sift, &mut self.trees, progress)?.into_iter();
        self.skipped.append(&mut self.trees.skipped);
        Ok(found.filter_map(|(job, findings)| Some((*at.get(job)?, findings))).collect())
    }

    /// The trees of a commit's parents.
    fn parent_trees(&mut self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let mut trees = Vec::new();
        for parent in self.graph.parents(id)? {
            trees.extend(self.graph.tree(parent)?);
        }
        Ok(trees)
    }

    /// Notes what was not read of a commit's message.
    fn note_unread(&mut self, id: ObjectId, inspected: &Inspection) {
        if let Some(encoding) = &inspected.unread {
            self.skipped.push(Skipped {
                what: format!("the message of commit {id} in the encoding {encoding}"),
                why: "that encoding is not known here; its bytes were searched as they are".into(),
            });
        }
        if inspected.findings.len() >= MOST_HITS {
            self.skipped.push(Skipped {
                what: format!("further markers in the message of commit {id}"),
                why: format!("only the first {MOST_HITS} of a message are reported"),
            });
        }
    }

    /// What is known of a commit with findings.
    fn marked(&mut self, id: ObjectId) -> Result<Marked, GitError> {
        self.verdicts.marked(id, &mut self.graph)
    }

    /// Judges findings and adds them to the report.
    fn add(&mut self, commit: Option<&Marked>, name: &RefName, findings: Vec<Finding>) {
        self.verdicts.add(commit, name, findings);
    }

    /// The report on all that was judged.
    #[must_use]
    pub fn report(mut self, repository: String, refs: Vec<RefName>) -> Report {
        let Verdicts { judge, findings, most, unreported, worst_unreported, .. } = self.verdicts;
        if unreported > 0 {
            self.skipped.push(Skipped {
                what: format!("{unreported} further findings"),
                why: format!("only the first {most} of a push are reported; all were judged"),
            });
        }
        Report {
            worst_unreported,
            repository,
            texts: texts(&judge, &findings, &refs),
            refs,
            commits: self.commits,
            findings,
            skipped: self.skipped,
            rules_digest: self.config.digest.clone(),
            elapsed: self.started.elapsed(),
        }
    }
}

/// What the policy of the ref that matters most wants to be read: the first with a
/// finding of the worst verdict.
fn texts(judge: &Judge<'_>, findings: &[Judged], refs: &[RefName]) -> Texts {
    let worst = findings.iter().rev().max_by_key(|judged| judged.decision.verdict);
    let Some(name) = worst.map(|judged| &judged.ref_name).or(refs.first()) else {
        return Texts::default();
    };
    let (language, templates) = judge.texts(name);
    Texts {
        language,
        templates,
        contact: judge.contact(name),
        trailers: judge.disclosing(name),
        refused_requests: judge.refused_requests().into_iter().map(str::to_owned).collect(),
        bypass: judge.bypass_reason().map(str::to_owned),
    }
}
