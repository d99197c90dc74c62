//! The one pipeline for hook, dry run and audit: what is to be judged, the findings in
//! it, the verdict on each, the report.
//!
//! Commits are read once, when the walk for new commits meets them; trees and blobs are
//! compared with the parents' afterwards. Nothing is dropped in silence: what was not
//! looked at is in the report.

mod commit;
mod history;
mod objects;
mod push;
mod refs;
mod tree;

use std::rc::Rc;
use std::time::Instant;

use crate::config::Config;
use crate::finding::Finding;
use crate::git::{Commit, GitError, Graph, ObjectId, ObjectKind, Objects, RefName, Repository};
use crate::marker::MOST_HITS;
use crate::report::{CommitLabel, Judged, Report, Skipped};

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
type Inspected = Option<Rc<Inspection>>;

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
    skipped: Vec<Skipped>,
    commits: usize,
    started: Instant,
}

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
        let inspect = move |_: ObjectId, commit: &Commit<'_>| commit::inspect(matchers, commit);
        Self {
            repository,
            objects,
            config,
            graph: Graph::new(objects, inspect),
            trees: tree::Trees::new(objects, matchers, scope),
            scope,
            findings: Vec::new(),
            skipped: Vec::new(),
            commits: 0,
            started: Instant::now(),
        }
    }

    /// All findings of a commit: in its own object, and in what it changes.
    fn commit_findings(&mut self, id: ObjectId) -> Result<Vec<Finding>, GitError> {
        let inspected = self.graph.inspected(id)?.and_then(Option::as_ref).map(Rc::clone);
        let mut findings = inspected.as_ref().map(|it| it.findings.clone()).unwrap_or_default();
        if let Some(encoding) = inspected.as_ref().and_then(|it| it.unread.as_ref()) {
            self.skipped.push(Skipped {
                what: format!("the message of commit {id} in the encoding {encoding}"),
                why: "that encoding is not known here; its bytes were searched as they are".into(),
            });
        }
        if findings.len() >= MOST_HITS {
            self.skipped.push(Skipped {
                what: format!("further markers in the message of commit {id}"),
                why: format!("only the first {MOST_HITS} of a message are reported"),
            });
        }
        if self.scope.trees
            && let Some(tree) = self.graph.tree(id)?
        {
            let mut parents = Vec::new();
            for parent in self.graph.parents(id)? {
                parents.extend(self.graph.tree(parent)?);
            }
            findings.extend(self.trees.findings(tree, &parents)?);
        }
        self.skipped.append(&mut self.trees.skipped);
        Ok(findings)
    }

    /// Judges findings and adds them to the report.
    fn add(&mut self, commit: Option<&Rc<CommitLabel>>, name: &RefName, findings: Vec<Finding>) {
        for finding in findings {
            let decision = self.config.policy.judge(&finding);
            self.findings.push(Judged {
                commit: commit.map(Rc::clone),
                ref_name: name.clone(),
                finding,
                decision,
            });
        }
    }

    /// What people know a commit by; read again, for commits with findings are few.
    fn label(&self, id: ObjectId) -> Result<Rc<CommitLabel>, GitError> {
        let object = self.objects.read_kind(id, ObjectKind::Commit)?;
        let commit = Commit::parse(id, object.data())?;
        let people = commit.authors.iter().chain(&commit.committers);
        Ok(Rc::new(CommitLabel {
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
    pub fn report(self, repository: String, refs: Vec<RefName>) -> Report {
        Report {
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
