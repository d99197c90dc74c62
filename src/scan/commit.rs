//! The findings in a commit's or tag's own object: message, identities, signature.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::verdicts::decide;
use super::{Inspected, Inspection, texts};
use crate::config::Config;
use crate::finding::{Field, Finding, surest};
use crate::git::{Commit, GitError, Ident, ObjectId, RefName, Tag};
use crate::marker::{Matchers, Role};
use crate::policy::{Situation, Verdict};
use crate::report::{Judged, Report};
use crate::text::decode::{Decoded, decode};
use crate::text::escape::escape;

/// People in whom nothing was found: in a history the same few come again and again.
#[derive(Default)]
pub(super) struct Known {
    authors: HashSet<Box<[u8]>>,
    committers: HashSet<Box<[u8]>>,
}

/// How many people are remembered in each role.
const MOST_KNOWN: usize = 50_000;

pub(super) fn inspect(matchers: &Matchers, commit: &Commit<'_>, known: &mut Known) -> Inspected {
    let mut findings = Vec::new();
    for (role, field, idents, known) in [
        (Role::Author, Field::Author, &commit.authors, &mut known.authors),
        (Role::Committer, Field::Committer, &commit.committers, &mut known.committers),
    ] {
        for ident in idents {
            let person = person(ident);
            if person.is_some_and(|person| known.contains(person)) {
                continue;
            }
            let found = matchers.identity.find(role, ident, &field);
            if let Some(person) = person.filter(|_| found.is_empty() && known.len() < MOST_KNOWN) {
                known.insert(person.into());
            }
            findings.extend(found);
        }
    }
    for signature in &commit.signatures {
        findings.extend(matchers.signature.find(signature, &Field::Signature));
    }
    findings.extend(matchers.message.find(commit.encoding, commit.message));
    let unread = commit.encoding.filter(|label| decode(label, commit.message) == Decoded::Unknown);
    let unread = unread.map(escape);
    (unread.is_some() || !findings.is_empty())
        .then(|| Arc::new(Inspection { findings: surest(findings), unread }))
}

pub(super) fn tag(matchers: &Matchers, field: &Field, tag: &Tag<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    people(matchers, Role::Tagger, field, &tag.taggers, &mut findings);
    for signature in &tag.signatures {
        findings.extend(matchers.signature.find(signature, field));
    }
    for mut finding in matchers.message.find(None, tag.message) {
        finding.field = field.clone();
        findings.push(finding);
    }
    surest(findings)
}

/// An identity without its time, if that is nothing but a time.
fn person<'i>(ident: &Ident<'i>) -> Option<&'i [u8]> {
    let end = memchr::memrchr(b'>', ident.raw)? + 1;
    let (person, time) = ident.raw.split_at_checked(end)?;
    let is_time = time.iter().all(|byte| byte.is_ascii_digit() || b" +-".contains(byte));
    is_time.then_some(person)
}

fn people(
    matchers: &Matchers,
    role: Role,
    field: &Field,
    idents: &[Ident<'_>],
    findings: &mut Vec<Finding>,
) {
    for ident in idents {
        findings.extend(matchers.identity.find(role, ident, field));
    }
}

/// The findings in a raw commit object alone, without what it changes.
///
/// # Errors
/// When the object is too broken to be a commit.
pub fn raw_commit(config: &Config, id: ObjectId, raw: &[u8]) -> Result<Vec<Finding>, GitError> {
    let commit = Commit::parse(id, raw)?;
    let found = inspect(&config.rules.matchers, &commit, &mut Known::default());
    Ok(found.map(|found| found.findings.clone()).unwrap_or_default())
}

/// Judges one message that is no commit yet, as a `commit-msg` hook sees it.
#[must_use]
pub fn message(config: &Config, repository: String, name: &RefName, message: &[u8]) -> Report {
    let started = Instant::now();
    let findings = surest(config.rules.matchers.message.find(None, message));
    let decisions = decide(config, &repository, name, &findings, Some((None, message)));
    let judge = config.judge(Situation::unknown(&repository));
    let judged = findings.into_iter().zip(decisions).map(|(finding, decision)| Judged {
        commit: None,
        ref_name: name.clone(),
        decision,
        finding,
    });
    let findings: Vec<Judged> = judged.collect();
    let refs = vec![name.clone()];
    Report {
        repository,
        texts: texts(&judge, &findings, &refs),
        refs,
        commits: 1,
        findings,
        worst_unreported: Verdict::Allow,
        skipped: Vec::new(),
        cut: None,
        left: Vec::new(),
        unread: Vec::new(),
        unread_refused: false,
        ledger: None,
        settled: Vec::new(),
        again: 0,
        rules_digest: config.digest.clone(),
        elapsed: started.elapsed(),
    }
}
