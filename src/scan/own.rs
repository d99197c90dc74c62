//! What of a push is hidden otherwise than commits are: tag objects, by the refs that peel
//! through them, and notes, by the present value of their own ref.

use super::existing::Existing;
use super::push::Target;
use super::{Scan, ScanError};
use crate::git::{GitError, Hidden, ObjectId};

impl Scan<'_> {
    /// The tag objects of an update, without those that a ref hides which peels through them.
    pub(super) fn judge_tags(
        &mut self,
        target: &Target,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        for &id in &target.tags {
            let findings = match self.tag_findings(id) {
                Ok(findings) => findings,
                Err(GitError::Stopped) => return Err(GitError::Stopped.into()),
                Err(error) => {
                    self.leave_unread(target, None, &error, Vec::new());
                    continue;
                }
            };
            // Most tags hold nothing; whether one is hidden is asked for the others only.
            if findings.is_empty() || self.hides_tag(target, id, existing)? {
                continue;
            }
            self.note_tag(target, id);
            self.verdicts.object = Some(id);
            self.add(None, &target.name, findings);
            self.verdicts.object = None;
        }
        Ok(())
    }

    /// Whether a tag object need not be judged: the present value of the ref, or a ref that
    /// hides, peels through it, and it is not on the ledger.
    fn hides_tag(
        &mut self,
        target: &Target,
        id: ObjectId,
        existing: &mut Existing<'_>,
    ) -> Result<bool, ScanError> {
        if existing.baseline(&self.verdicts.judge, &target.class)?.names(id) {
            return Ok(true);
        }
        let is_present = target.old.is_some_and(|old| self.peels_to(old, id));
        let is_hidden = existing.peels_through(&self.verdicts.judge, &target.class, id)?;
        let ledger = self.refresh_ledger(existing)?;
        let (unjudged, admitted) = self.is_open_tag(target, id, &ledger);
        Ok(!unjudged && (is_present || is_hidden && !admitted))
    }

    /// Whether a value is a tag, or a chain of tags, that reaches this tag object.
    fn peels_to(&self, value: ObjectId, id: ObjectId) -> bool {
        let mut tags = Vec::new();
        // What could be read of the chain counts.
        let _ = self.objects.peel_into(value, &mut tags);
        tags.contains(&id)
    }

    /// The notes that an update of a notes ref brings. They are hidden only by the present
    /// value of that ref and by baselines, for no other ref is read as these notes.
    pub(super) fn judge_notes_of(
        &mut self,
        target: &Target,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let Some(tip) = target.tip else { return Ok(()) };
        let mut old = self.old_values(&[target]);
        let baseline = existing.baseline(&self.verdicts.judge, &target.class)?;
        old.extend(baseline.tips.iter());
        let mut others = || Ok(Vec::new());
        let mut ids = self.graph.new_commits(&[tip], Hidden { old, others: &mut others })?;
        baseline.retain_due(&mut ids);
        for &id in &ids {
            match self.judge_notes(&target.name, id) {
                Ok(_) => {}
                Err(GitError::Stopped) => return self.leave(&[target], None),
                Err(error) => self.leave_unread(target, Some(id), &error, Vec::new()),
            }
        }
        Ok(())
    }
}
