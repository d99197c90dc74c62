//! Judging one commit or one message by itself.

use super::commit::{Known, inspect};
use super::texts;
use super::verdicts::decide;
use crate::config::Config;
use crate::finding::{Finding, surest};
use crate::git::{Commit, GitError, ObjectId, RefName};
use crate::policy::{Situation, Verdict};
use crate::report::{Judged, Report, SearchedText, Skipped};
use crate::text::Unwatched;
use std::time::Instant;

/// The findings in a raw commit object alone, without what it changes.
///
/// # Errors
/// When the object is too broken to be a commit.
pub fn raw_commit(config: &Config, id: ObjectId, raw: &[u8]) -> Result<Vec<Finding>, GitError> {
    let commit = Commit::parse(id, raw)?;
    let found = inspect(&config.rules.matchers, &Unwatched, &commit, &mut Known::default());
    Ok(found.map(|found| found.findings.clone()).unwrap_or_default())
}

/// Judges one message that is no commit yet, as a `commit-msg` hook sees it.
#[must_use]
pub fn message(config: &Config, repository: String, name: &RefName, message: &[u8]) -> Report {
    let started = Instant::now();
    let found = config.rules.matchers.message.look(&Unwatched, None, message);
    let skipped = found.is_cut.then_some(Skipped::FurtherMarks(SearchedText::Message));
    let findings = surest(found.findings);
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
        skipped: skipped.into_iter().collect(),
        cut: None,
        left: Vec::new(),
        unread: Vec::new(),
        unread_refused: false,
        ledger: None,
        now_judged: Vec::new(),
        rejudged_commits: 0,
        rules_digest: config.digest.clone(),
        elapsed: started.elapsed(),
    }
}
