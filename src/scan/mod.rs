//! The one pipeline for hook, dry run and audit: what is to be judged, the findings in
//! it, the verdict on each, the report.
//!
//! Commits are read once, when the walk for new commits meets them; trees and blobs are
//! compared with the parents' afterwards. Nothing is dropped in silence: what was not
//! looked at is in the report.

mod again;
mod commit;
mod copies;
mod history;
mod jobs;
mod objects;
mod push;
mod refs;
mod sift;
mod tree;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::config::Config;
use crate::finding::Finding;
use crate::git::{Commit, GitError, Graph, ObjectId, ObjectKind, Objects, RefName, Repository};
use crate::marker::MOST_HITS;
use crate::policy::Verdict;
use crate::report::{CommitLabel, Judged, Report, Skipped};

use jobs::Job;

pub use commit::{message, raw_commit};
pub use history::{Progress, Stage, judge_history};
pub use push::{judge_outgoing, judge_push, judge_range};

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
    findings: Vec<Judged>,
    /// How many findings are kept for the report.
    most: usize,
    unreported: usize,
    worst_unreported: Verdict,
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
            findings: Vec::new(),
            most: usize::MAX,
            unreported: 0,
            worst_unreported: Verdict::Allow,
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

    /// Judges findings and adds them to the report.
    fn add(&mut self, commit: Option<&Arc<CommitLabel>>, name: &RefName, findings: Vec<Finding>) {
        for finding in findings {
            if self.findings.len() >= self.most {
                self.unreported += 1;
                // A push of many refs can bring each finding once for each of them.
                if self.worst_unreported < Verdict::Reject {
                    let decision = self.config.policy.judge(&finding);
                    self.worst_unreported = self.worst_unreported.max(decision.verdict);
                }
                continue;
            }
            let decision = self.config.policy.judge(&finding);
            self.findings.push(Judged {
                commit: commit.map(Arc::clone),
                ref_name: name.clone(),
                finding,
                decision,
            });
        }
    }

    /// Whether further findings can change nothing but their number; then they are counted.
    fn only_counts(&mut self, findings: usize) -> bool {
        let settled = self.findings.len() >= self.most && self.worst_unreported == Verdict::Reject;
        self.unreported += if settled { findings } else { 0 };
        settled
    }

    /// What people know a commit by; read again, for commits with findings are few.
    fn label(&self, id: ObjectId) -> Result<Arc<CommitLabel>, GitError> {
        let object = self.objects.read_kind(id, ObjectKind::Commit)?;
        let commit = Commit::parse(id, object.data())?;
        let people = commit.authors.iter().chain(&commit.committers);
        Ok(Arc::new(CommitLabel {
            id,
            subject: commit.subject().to_vec(),
            people: people
                .flat_map(|ident| [ident.name, b" <", ident.email, b"> "])
                .flatten()
                .copied()
                .collect(),
        }))
    }

    /// The report on all that was judged.
    #[must_use]
    pub fn report(mut self, repository: String, refs: Vec<RefName>) -> Report {
        if self.unreported > 0 {
            self.skipped.push(Skipped {
                what: format!("{} further findings", self.unreported),
                why: format!(
                    "only the first {} of a push are reported; all were judged",
                    self.most
                ),
            });
        }
        Report {
            worst_unreported: self.worst_unreported,
            repository,
            refs,
            commits: self.commits,
            findings: self.findings,
            skipped: self.skipped,
            rules_digest: self.config.digest.clone(),
            contact: self.config.policy.contact.clone(),
            elapsed: self.started.elapsed(),
        }
    }
}
