//! From findings to verdicts, and what policy needs to know of a commit beside them.

use std::sync::Arc;

use super::ancestry::Walked;
use super::finder::Walk;
use super::source::Source;
use crate::config::Config;
use crate::finding::{Context, Credit, Field, Finding, MOST_CREDITS};
use crate::git::{
    Commit, GitError, Ident, ObjectId, ObjectKind, Objects, RefName, size_of_change, subject,
};
use crate::marker::{Matchers, Role, credit_line};
use crate::policy::{Class, Decision, FoundOn, Judge, Situation, Unrelated, Verdict};
use crate::report::CommitLabel;
use crate::text::lines::pieces;
use crate::text::{Form, shown};

/// How much of a commit's subject and of its people is kept for the report, in bytes.
const LONGEST_SUBJECT: usize = 4 << 10;
const LONGEST_PEOPLE: usize = 64 << 10;
/// How much of the value of a credit line is kept, in bytes. No address, tool or model is
/// longer.
const LONGEST_CREDIT: usize = 4 << 10;

/// What is known of a commit with findings.
pub(super) struct Marked {
    pub(super) label: Arc<CommitLabel>,
    pub(super) context: Context,
    is_merge: bool,
}

/// The findings of an object with their verdicts, which hold for all refs of a class.
pub(super) struct Decided {
    pub(super) label: Option<Arc<CommitLabel>>,
    /// The object that they are in: a commit or a tag.
    pub(super) object: Option<ObjectId>,
    pub(super) findings: Vec<(Finding, Decision)>,
    worst: Verdict,
}

impl Decided {
    /// Whether any of the findings is refused.
    pub(super) fn is_refused(&self) -> bool {
        self.worst == Verdict::Reject
    }
}

/// Judges findings.
pub(super) struct Verdicts<'s> {
    objects: &'s Objects<'s>,
    /// Whose catalogue is read when a commit has findings.
    config: &'s Config,
    pub(super) judge: Judge<'s>,
    /// Whether the size of changes is asked for.
    pub(super) sizes: bool,
    ancestry: Walked<'s>,
}

impl<'s> Verdicts<'s> {
    pub(super) fn new(source: Source<'s>, situation: Situation) -> Self {
        let Source { repository, objects, config, scope, .. } = source;
        Self {
            objects,
            config,
            ancestry: Walked::new(repository, objects, situation.merged.clone()),
            judge: config.judge(situation),
            sizes: scope.trees && config.policy.asks_for_size(),
        }
    }

    /// The class of a ref, for what hides and what is judged alike.
    pub(super) fn class(&self, name: &RefName) -> Class {
        self.judge.class(name.as_bytes())
    }

    /// Reads again what is needed of a commit with findings, for these are few.
    pub(super) fn marked(&self, id: ObjectId, walk: &mut Walk<'s>) -> Result<Marked, GitError> {
        let object = self.objects.read_kind(id, ObjectKind::Commit)?;
        let commit = Commit::parse(id, object.data())?;
        let people = commit.authors.iter().chain(&commit.committers);
        let people = people.flat_map(|ident| [ident.name, b" <", ident.email, b"> "]);
        let shown = shown(Form::Message, commit.encoding, commit.message);
        let subject = subject(&shown);
        let label = Arc::new(CommitLabel {
            id,
            subject: subject.get(..LONGEST_SUBJECT).unwrap_or(subject).to_vec(),
            people: people.flatten().take(LONGEST_PEOPLE).copied().collect(),
        });
        let mut context = context(&self.config.rules.matchers, commit.encoding, commit.message);
        if self.sizes {
            let mut parents = Vec::new();
            for parent in walk.parents(id)? {
                parents.extend(walk.tree(parent)?);
            }
            if let Some(tree) = walk.tree(id)? {
                context.size = Some(size_of_change(self.objects, tree, &parents)?);
            }
        }
        let is_merge = commit.parents.len() > 1 && walk.merged_parents(id)?.len() > 1;
        Ok(Marked { label, context, is_merge })
    }

    /// Judges findings for all refs of the class of this one.
    pub(super) fn decided(
        &self,
        commit: Option<&Marked>,
        name: &RefName,
        mut findings: Vec<Finding>,
    ) -> Decided {
        let in_merge = commit.is_some_and(|commit| commit.is_merge);
        findings.iter_mut().for_each(|finding| finding.in_merge = in_merge);
        let decisions = self.decide(commit, name, &findings);
        let worst = decisions.iter().map(|decision| decision.verdict).max();
        Decided {
            label: commit.map(|commit| Arc::clone(&commit.label)),
            object: commit.map(|commit| commit.label.id),
            worst: worst.unwrap_or(Verdict::Allow),
            findings: findings.into_iter().zip(decisions).collect(),
        }
    }

    pub(super) fn decide(
        &self,
        commit: Option<&Marked>,
        name: &RefName,
        findings: &[Finding],
    ) -> Vec<Decision> {
        let none = Context::default();
        let context = commit.map_or(&none, |commit| &commit.context);
        let id = commit.map(|commit| commit.label.id);
        let found_on = FoundOn { name, commit: id, ancestry: &self.ancestry };
        self.judge.judge(&found_on, findings, context)
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
    let context = message.map(|(encoding, text)| context(&config.rules.matchers, encoding, text));
    let context = context.unwrap_or_default();
    let found_on = FoundOn { name, commit: None, ancestry: &Unrelated };
    judge.judge(&found_on, findings, &context)
}

/// The credit lines of a message that git shows: for git it ends at a NUL.
pub(super) fn context(matchers: &Matchers, encoding: Option<&[u8]>, message: &[u8]) -> Context {
    let text = shown(Form::Message, encoding, message);
    let mut credits: Vec<Credit> = Vec::new();
    for line in pieces(text.split(|&byte| byte == 0).next().unwrap_or_default()) {
        let Some(credit) = credit_line(line.bytes) else { continue };
        if credits.len() >= MOST_CREDITS {
            return Context { credits, is_cut: true, size: None };
        }
        let value = credit.value.get(..LONGEST_CREDIT).unwrap_or(credit.value).to_vec();
        let ident = Ident::parse(&value);
        let names_tool = !matchers.identity.find(Role::Author, &ident, &Field::Message).is_empty();
        credits.push(Credit { key: credit.key, value, line: line.number, names_tool });
    }
    Context { credits, is_cut: false, size: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_lines_are_counted_and_a_cut_is_told() {
        let layers = crate::config::Layers { isolated: true, ..Default::default() };
        let config = crate::config::load(layers).unwrap();
        let matchers = &config.rules.matchers;
        let lines = |count: usize| "Reviewed-by: A <a@example.com>\n".repeat(count);
        let whole = context(matchers, None, lines(MOST_CREDITS).as_bytes());
        assert_eq!((whole.credits.len(), whole.is_cut), (MOST_CREDITS, false));
        let prose = "No trailer here.\n".repeat(MOST_CREDITS);
        assert!(!context(matchers, None, prose.as_bytes()).is_cut);
        let more = context(matchers, None, lines(MOST_CREDITS + 1).as_bytes());
        assert_eq!((more.credits.len(), more.is_cut), (MOST_CREDITS, true));
        let encoded = context(matchers, Some(b"UTF-7"), b"x\n\nReviewed+AC0-by: A <a+AEA-x.y>\n");
        assert_eq!(encoded.credits.first().map(|it| it.value.as_slice()), Some(&b"A <a@x.y>"[..]));
    }
}
