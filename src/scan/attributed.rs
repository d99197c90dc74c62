//! Stage: findings with their verdicts, each for each ref for which it counts; of a push,
//! within a bound.

use super::Host;
use super::budget::Budget;
use super::ledger_notes::LetIn;
use super::source::Source;
use super::verdicts::Decided;
use crate::finding::Finding;
use crate::git::RefName;
use crate::policy::Verdict;
use crate::report::Judged;

/// How many findings of a push are reported, one for each finding and ref update.
pub(super) const MOST_OF_A_PUSH: usize = 20_000;
/// Of a push, the paths, excerpts and names of refs in the report take at most this many bytes:
/// a path can be as long as a tree is deep, and stand there once for each ref.
const MOST_KEPT_BYTES: usize = 16 << 20;

/// The findings of a scan, as the report has them.
pub(super) struct Attributed<'s> {
    pub(super) findings: Vec<Judged>,
    /// How many are kept.
    pub(super) most: usize,
    /// How many bytes their paths, excerpts and names of refs have.
    kept_bytes: usize,
    /// How many were not kept, and the worst verdict among these.
    pub(super) unreported: usize,
    pub(super) worst_unreported: Verdict,
    /// What place-bound exceptions let in.
    pub(super) let_in: LetIn,
    /// Gets each finding as soon as it has a verdict.
    host: Option<&'s dyn Host>,
}

impl<'s> Attributed<'s> {
    /// Without findings, and without a bound.
    pub(super) fn new(source: Source<'s>) -> Self {
        Self {
            findings: Vec::new(),
            most: usize::MAX,
            kept_bytes: 0,
            unreported: 0,
            worst_unreported: Verdict::Allow,
            let_in: LetIn::default(),
            host: source.budget.map(Budget::host),
        }
    }

    /// Keeps no more than is reported of a push.
    pub(super) fn bound(&mut self) {
        self.most = MOST_OF_A_PUSH;
    }

    /// Keeps the findings of an object for a ref.
    pub(super) fn add(&mut self, decided: &Decided, name: &RefName) {
        for (finding, decision) in &decided.findings {
            for bound in &decision.place_bound {
                if let Some(id) = decided.object {
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

    /// Whether there is room for a finding on a ref.
    fn has_room(&mut self, finding: &Finding, name: &RefName) -> bool {
        let path = finding.path.as_ref().map_or(0, Vec::len);
        let bytes = path + finding.excerpt.len() + name.as_bytes().len();
        let is_bounded = self.most < usize::MAX;
        let has_room = !is_bounded
            || self.findings.len() < self.most && self.kept_bytes + bytes <= MOST_KEPT_BYTES;
        self.kept_bytes += if has_room { bytes } else { 0 };
        has_room
    }
}
