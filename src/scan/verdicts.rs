//! From findings to verdicts: what policy needs to know of a commit beside them, and the
//! findings with their verdicts, kept within a bound.

use std::sync::Arc;

use super::Scope;
use super::ancestry::Walked;
use crate::config::Config;
use crate::finding::{Context, Credit, Finding, MOST_CREDITS};
use crate::git::{
    Commit, GitError, Graph, ObjectId, ObjectKind, Objects, RefName, Repository, changed_lines,
    subject,
};
use crate::marker::credit_line;
use crate::policy::{Class, Decision, Judge, Situation, Unrelated, Verdict};
use crate::report::{CommitLabel, Judged};
use crate::text::lines::pieces;
use crate::text::{Form, shown};

/// What is known of a commit with findings.
pub(super) struct Marked {
    pub(super) label: Arc<CommitLabel>,
    pub(super) context: Context,
    is_merge: bool,
}

/// See the head of this file.
pub(super) struct Verdicts<'s> {
    objects: &'s Objects<'s>,
    pub(super) judge: Judge<'s>,
    pub(super) findings: Vec<Judged>,
    /// How many findings are kept for the report.
    pub(super) most: usize,
    pub(super) unreported: usize,
    pub(super) worst_unreported: Verdict,
    /// Whether the size of changes is asked for.
    pub(super) sizes: bool,
    ancestry: Walked<'s>,
}

impl<'s> Verdicts<'s> {
    pub(super) fn new(
        repository: &'s Repository,
        objects: &'s Objects<'s>,
        config: &'s Config,
        situation: Situation,
        scope: Scope,
    ) -> Self {
        Self {
            objects,
            ancestry: Walked::new(repository, objects, situation.merged.clone()),
            judge: config.judge(situation),
            findings: Vec::new(),
            most: usize::MAX,
            unreported: 0,
            worst_unreported: Verdict::Allow,
            sizes: scope.trees && config.policy.asks_for_size(),
        }
    }

    /// The class of a ref, for what hides and what is judged alike.
    pub(super) fn class(&self, name: &RefName) -> Class {
        self.judge.class(name.as_bytes())
    }

    /// Reads again what is needed of a commit with findings, for these are few.
    pub(super) fn marked(&self, id: ObjectId, graph: &mut Graph<'s>) -> Result<Marked, GitError> {
        let object = self.objects.read_kind(id, ObjectKind::Commit)?;
        let commit = Commit::parse(id, object.data())?;
        let people = commit.authors.iter().chain(&commit.committers);
        let label = Arc::new(CommitLabel {
            id,
            subject: subject(&shown(Form::Message, commit.encoding, commit.message)).to_vec(),
            people: people
                .flat_map(|ident| [ident.name, b" <", ident.email, b"> "])
                .flatten()
                .copied()
                .collect(),
        });
        let mut context = context(commit.encoding, commit.message);
        if self.sizes {
            let mut parents = Vec::new();
            for parent in graph.parents(id)? {
                parents.extend(graph.tree(parent)?);
            }
            if let Some(tree) = graph.tree(id)? {
                context.changed_lines = Some(changed_lines(self.objects, tree, &parents)?);
            }
        }
        Ok(Marked { label, context, is_merge: commit.parents.len() > 1 })
    }

    /// Judges findings and keeps them for the report.
    pub(super) fn add(
        &mut self,
        commit: Option<&Marked>,
        name: &RefName,
        mut findings: Vec<Finding>,
    ) {
        let in_merge = commit.is_some_and(|commit| commit.is_merge);
        findings.iter_mut().for_each(|finding| finding.in_merge = in_merge);
        let decisions = self.decide(commit, name, &findings);
        for (finding, decision) in findings.into_iter().zip(decisions) {
            if self.findings.len() >= self.most {
                // A push of many refs can bring each finding once for each of them.
                self.unreported += 1;
                self.worst_unreported = self.worst_unreported.max(decision.verdict);
                continue;
            }
            self.findings.push(Judged {
                commit: commit.map(|commit| Arc::clone(&commit.label)),
                ref_name: name.clone(),
                finding,
                decision,
            });
        }
    }

    fn decide(
        &self,
        commit: Option<&Marked>,
        name: &RefName,
        findings: &[Finding],
    ) -> Vec<Decision> {
        let none = Context::default();
        let context = commit.map_or(&none, |commit| &commit.context);
        let id = commit.map(|commit| commit.label.id);
        self.judge.judge(name, id, findings, context, &self.ancestry)
    }

    /// Whether further findings can change nothing but their number; then they are counted.
    pub(super) fn only_counts(&mut self, findings: usize) -> bool {
        let settled = self.findings.len() >= self.most && self.worst_unreported == Verdict::Reject;
        self.unreported += if settled { findings } else { 0 };
        settled
    }
}

/// What policy says of findings that belong to no commit, or to one that is not there yet;
/// `message` is its message with the value of its `encoding` header.
#[must_use]
pub fn decide(
    config: &Config,
    repository: &str,
    name: &RefName,
    findings: &[Finding],
    message: Option<(Option<&[u8]>, &[u8])>,
) -> Vec<Decision> {
    let judge = config.judge(Situation::unknown(repository));
    let context = message.map(|(encoding, text)| context(encoding, text)).unwrap_or_default();
    judge.judge(name, None, findings, &context, &Unrelated)
}

/// The credit lines of a message.
pub(super) fn context(encoding: Option<&[u8]>, message: &[u8]) -> Context {
    let text = shown(Form::Message, encoding, message);
    let mut credits: Vec<Credit> = Vec::new();
    for line in pieces(&text) {
        let Some(credit) = credit_line(line.bytes) else { continue };
        if credits.len() >= MOST_CREDITS {
            return Context { credits, is_cut: true, changed_lines: None };
        }
        let value = credit.value.to_vec();
        credits.push(Credit { key: credit.key, value, line: line.number });
    }
    Context { credits, is_cut: false, changed_lines: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_lines_are_counted_and_a_cut_is_told() {
        let lines = |count: usize| "Reviewed-by: A <a@example.com>\n".repeat(count);
        let whole = context(None, lines(MOST_CREDITS).as_bytes());
        assert_eq!((whole.credits.len(), whole.is_cut), (MOST_CREDITS, false));
        let prose = "No trailer here.\n".repeat(MOST_CREDITS);
        assert!(!context(None, prose.as_bytes()).is_cut);
        let more = context(None, lines(MOST_CREDITS + 1).as_bytes());
        assert_eq!((more.credits.len(), more.is_cut), (MOST_CREDITS, true));
        let encoded = context(Some(b"UTF-7"), b"x\n\nReviewed+AC0-by: A <a+AEA-x.y>\n");
        assert_eq!(encoded.credits.first().map(|it| it.value.as_slice()), Some(&b"A <a@x.y>"[..]));
    }
}
