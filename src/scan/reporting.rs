//! The report on a scan, and what policy wants to be read beside it.

use std::collections::HashSet;
use std::time::Instant;

use super::attributed::Attributed;
use super::budget::{Bounds, Budget};
use super::host::NoHost;
use super::{Scan, left};
use crate::config::Config;
use crate::config::limits::Limits;
use crate::git::RefName;
use crate::policy::{Judge, Situation};
use crate::push::Update;
use crate::report::{Cut, Judged, Report, Skipped, Texts, UnjudgedUpdate, UnreadObject};
use crate::state::ledger::Additions;

impl Scan<'_> {
    /// The report on all that was judged.
    #[must_use]
    pub(super) fn report(mut self, repository: String, refs: Vec<RefName>) -> Report {
        let judge = self.verdicts.judge;
        let Attributed { findings, most, unreported, worst_unreported, .. } = self.attributed;
        if unreported > 0 {
            self.not_judged.skipped.push(Skipped::FindingsBeyond { count: unreported, most });
        }
        let (left, whole, known) = (&self.not_judged.left, self.counts.whole, self.counts.known);
        let cut =
            self.source.budget.and_then(|budget| left::cut(budget, &judge, left, whole, known));
        self.not_judged.skipped.extend(cut.as_ref().map(Cut::skipped));
        let mut seen = HashSet::new();
        let one = |it: &&UnreadObject| {
            let name = it.id.is_null().then(|| it.ref_name.clone());
            seen.insert((it.id, it.commit, name))
        };
        self.not_judged
            .skipped
            .extend(self.not_judged.unread.iter().filter(one).map(UnreadObject::skipped));
        let accepts = self.source.config.policy.accepts_unjudged().is_some();
        let unread_refused = !accepts
            && self
                .not_judged
                .unread
                .iter()
                .any(|it| self.source.budget.is_none() || judge.refuses_on(&it.ref_name));
        let additions = self.ledger.additions;
        let ledger = self.ledger.is_kept.then_some(additions);
        Report {
            cut,
            left: self.not_judged.left,
            unread: self.not_judged.unread,
            unread_refused,
            ledger,
            now_judged: self.ledger.now_judged,
            rejudged_commits: self.counts.rejudged,
            worst_unreported,
            repository,
            texts: texts(&judge, &findings, &refs),
            refs,
            commits: self.counts.commits,
            findings,
            skipped: self.not_judged.skipped,
            rules_digest: self.source.config.digest.clone(),
            elapsed: self.started.elapsed(),
        }
    }
}

/// The report on a push whose judging ended early, with the findings until then.
#[must_use]
pub fn partial_report(
    config: &Config,
    situation: Situation,
    refs: Vec<RefName>,
    findings: Vec<Judged>,
) -> Report {
    let repository = situation.repository.clone();
    let texts = texts(&config.judge(situation), &findings, &refs);
    let rules_digest = config.digest.clone();
    Report { repository, refs, findings, texts, rules_digest, ..Report::default() }
}

/// The report on a push whose time was over before its commits were read, with the findings
/// until then.
#[must_use]
pub fn late_report(
    config: &Config,
    situation: Situation,
    updates: &[Update],
    findings: Vec<Judged>,
    limits: &Limits,
) -> Report {
    let left = |update: &Update| {
        let (ref_name, boundary) = (update.name.clone(), update.old.into_iter().collect());
        Some(UnjudgedUpdate { ref_name, id: update.new?, boundary })
    };
    let left: Vec<UnjudgedUpdate> = updates.iter().filter_map(left).collect();
    let host = NoHost;
    let bounds = Bounds { limits: limits.clone(), started: Instant::now(), host: &host };
    let budget = Budget::new(&bounds);
    budget.reach_time();
    let cut = left::cut(&budget, &config.judge(situation.clone()), &left, 0, None);
    let refs = updates.iter().map(|update| update.name.clone()).collect();
    let report = partial_report(config, situation, refs, findings);
    let skipped = cut.as_ref().map(Cut::skipped).into_iter().collect();
    Report { cut, left, skipped, ledger: Some(Additions::default()), ..report }
}

/// What policy wants to be read about a push to these refs, as long as nothing is found.
#[must_use]
pub fn texts_for(config: &Config, situation: Situation, refs: &[RefName]) -> Texts {
    texts(&config.judge(situation), &[], refs)
}

/// What the policy of the ref that matters most wants to be read: the first with a
/// finding of the worst verdict.
#[must_use]
pub fn texts(judge: &Judge<'_>, findings: &[Judged], refs: &[RefName]) -> Texts {
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
