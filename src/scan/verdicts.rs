//! From findings to verdicts: what policy needs to know of a commit beside them, and the
//! findings with their verdicts, kept within a bound.

use std::sync::Arc;

use super::Host;
use super::ancestry::Walked;
use super::budget::Budget;
use super::finder::Walk;
use super::ledger_notes::LetIn;
use super::source::Source;
use crate::config::Config;
use crate::finding::{Context, Credit, Field, Finding, MOST_CREDITS};
use crate::git::{
    Commit, GitError, Ident, ObjectId, ObjectKind, Objects, RefName, size_of_change, subject,
};
use crate::marker::{Matchers, Role, credit_line};
use crate::policy::{Class, Decision, Judge, Situation, Unrelated, Verdict};
use crate::report::{CommitLabel, Judged};
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

/// Of a push, the paths, excerpts and names of refs in the report take at most this many bytes:
/// a path can be as long as a tree is deep, and stand there once for each ref.
const MOST_KEPT_BYTES: usize = 16 << 20;

/// The findings of an object with their verdicts, which hold for all refs of a class.
pub(super) struct Decided {
    label: Option<Arc<CommitLabel>>,
    findings: Vec<(Finding, Decision)>,
    worst: Verdict,
}

impl Decided {
    /// Whether any of the findings is refused.
    pub(super) fn is_refused(&self) -> bool {
        self.worst == Verdict::Reject
    }
}

/// Judges findings and keeps them with their verdicts.
pub(super) struct Verdicts<'s> {
    objects: &'s Objects<'s>,
    /// Whose catalogue is read when a commit has findings.
    config: &'s Config,
    pub(super) judge: Judge<'s>,
    pub(super) findings: Vec<Judged>,
    /// How many findings are kept for the report.
    pub(super) most: usize,
    /// How many bytes their paths, excerpts and names of refs have.
    kept_bytes: usize,
    pub(super) unreported: usize,
    pub(super) worst_unreported: Verdict,
    /// Whether the size of changes is asked for.
    pub(super) sizes: bool,
    ancestry: Walked<'s>,
    /// The object that findings without a commit belong to, a tag.
    pub(super) object: Option<ObjectId>,
    /// What place-bound exceptions let in.
    pub(super) let_in: LetIn,
    /// Gets each finding as soon as it has a verdict.
    host: Option<&'s dyn Host>,
}

impl<'s> Verdicts<'s> {
    pub(super) fn new(source: Source<'s>, situation: Situation) -> Self {
        let Source { repository, objects, config, scope, budget } = source;
        Self {
            objects,
            config,
            ancestry: Walked::new(repository, objects, situation.merged.clone()),
            judge: config.judge(situation),
            findings: Vec::new(),
            most: usize::MAX,
            kept_bytes: 0,
            unreported: 0,
            worst_unreported: Verdict::Allow,
            sizes: scope.trees && config.policy.asks_for_size(),
            object: None,
            let_in: LetIn::default(),
            host: budget.map(Budget::host),
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

    /// Judges findings and keeps them for the report; whether any of them is refused.
    pub(super) fn add(
        &mut self,
        commit: Option<&Marked>,
        name: &RefName,
        findings: Vec<Finding>,
    ) -> bool {
        if findings.is_empty() {
            return false;
        }
        let decided = self.decided(commit, name, findings);
        self.add_decided(&decided, name);
        decided.is_refused()
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
            worst: worst.unwrap_or(Verdict::Allow),
            findings: findings.into_iter().zip(decisions).collect(),
        }
    }

    /// Keeps findings that were judged for the report on a ref.
    pub(super) fn add_decided(&mut self, decided: &Decided, name: &RefName) {
        let object = decided.label.as_ref().map(|label| label.id).or(self.object);
        for (finding, decision) in &decided.findings {
            for bound in &decision.place_bound {
                if let Some(id) = object {
                    self.let_in.add(name, bound, id);
                }
            }
            if self.has_room(finding, name) {
                let judged = Judged {
                    commit: decided.label.clone(),
                    ref_name: name.clone(),
                    finding: finding.clone(),
                    decision: decision.clone(),
                };
                if let Some(host) = self.host {
                    host.judged(&judged);
                }
                self.findings.push(judged);
                continue;
            }
            // A push of many refs can bring each finding once for each of them.
            self.unreported += 1;
            self.worst_unreported = self.worst_unreported.max(decision.verdict);
        }
    }

    /// Whether the report has room for a finding on a ref.
    fn has_room(&mut self, finding: &Finding, name: &RefName) -> bool {
        let path = finding.path.as_ref().map_or(0, Vec::len);
        let bytes = path + finding.excerpt.len() + name.as_bytes().len();
        let is_bounded = self.most < usize::MAX;
        let has_room = !is_bounded
            || self.findings.len() < self.most && self.kept_bytes + bytes <= MOST_KEPT_BYTES;
        self.kept_bytes += if has_room { bytes } else { 0 };
        has_room
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
        self.judge.judge(name, id, findings, context, &self.ancestry)
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
    judge.judge(name, None, findings, &context, &Unrelated)
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
