//! What of a push is hidden otherwise than commits are: tag objects, by the refs that peel
//! through them, and notes, by the present value of their own ref.

use std::rc::Rc;

use super::existing::Existing;
use super::tag_marks::{JudgedTag, MarkedTag};
use super::target::{Group, Target};
use super::{Scan, ScanError};
use crate::finding::Finding;
use crate::git::{GitError, Hidden, ObjectId};
use crate::state::ledger::Ledger;

impl Scan<'_> {
    /// The first tag on the way from an object that holds something.
    ///
    /// # Errors
    /// When a limit has ended the scan.
    pub(super) fn marked_tag(&mut self, from: ObjectId) -> Result<Option<MarkedTag>, GitError> {
        let mut first = None;
        let mut path = Vec::new();
        for tag in self.source.objects.tags_of(from) {
            if let Some(&known) = self.ref_marks.tags.first.get(&tag) {
                first = known;
                break;
            }
            path.push(tag);
        }
        for tag in path.into_iter().rev() {
            let holds = match self.tag_findings(tag) {
                Err(GitError::Stopped) => return Err(GitError::Stopped),
                holds => holds,
            };
            if holds.as_ref().map_or(true, |findings| !findings.is_empty()) {
                first = Some(tag);
                self.ref_marks.tags.held.insert(tag, Rc::new(holds));
            }
            self.ref_marks.tags.first.insert(tag, first);
        }
        let holds = first.and_then(|id| Some((id, self.ref_marks.tags.held.get(&id)?)));
        Ok(holds.map(|(id, holds)| MarkedTag { id, holds: Rc::clone(holds) }))
    }

    /// The next tag behind a tag that holds something.
    ///
    /// # Errors
    /// As [`Scan::marked_tag`].
    pub(super) fn marked_tag_behind(
        &mut self,
        tag: ObjectId,
    ) -> Result<Option<MarkedTag>, GitError> {
        let next = self.source.objects.tags_of(tag).nth(1);
        next.map_or(Ok(None), |next| self.marked_tag(next))
    }

    /// The tag objects of an update, without those that a ref hides which peels through them.
    pub(super) fn judge_tags(
        &mut self,
        target: &Target,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let mut next = self.marked_tag(target.new)?;
        if next.is_none() {
            return Ok(());
        }
        let baseline = existing.baseline(&self.verdicts.judge, &target.class)?;
        let mut known = self.ref_marks.tags.judged.remove(&target.class).unwrap_or_default();
        let mut ledger = None;
        while let Some(MarkedTag { id, holds }) = next {
            match &*holds {
                Err(error) => self.leave_unread(target, None, error, &[]),
                Ok(_) if baseline.names(id) => {}
                Ok(findings) => {
                    let judged = match known.get(&id) {
                        Some(judged) => Rc::clone(judged),
                        None => {
                            let judged = self.judged_tag(target, id, findings, existing)?;
                            known.insert(id, Rc::clone(&judged));
                            judged
                        }
                    };
                    // Refs are read before the ledger.
                    let ledger = match &ledger {
                        Some(ledger) => Rc::clone(ledger),
                        None => Rc::clone(ledger.insert(self.refresh_ledger(existing)?)),
                    };
                    if !self.hides_tag(target, id, judged.is_hidden, &ledger) {
                        self.note_tag(target, id, &ledger);
                        self.attributed.add(&judged.decided, &target.name);
                    }
                }
            }
            self.source.objects.step(1)?;
            next = self.marked_tag_behind(id)?;
        }
        self.ref_marks.tags.judged.insert(target.class.clone(), known);
        Ok(())
    }

    fn judged_tag(
        &mut self,
        target: &Target,
        id: ObjectId,
        findings: &[Finding],
        existing: &mut Existing<'_>,
    ) -> Result<Rc<JudgedTag>, ScanError> {
        let is_hidden = existing.peels_through(&self.verdicts.judge, &target.class, id)?;
        let mut decided = self.verdicts.decided(None, &target.name, findings.to_vec());
        decided.object = Some(id);
        Ok(Rc::new(JudgedTag { decided, is_hidden }))
    }

    /// Whether a tag object need not be judged: the present value of the ref, or a ref that
    /// hides, peels through it, and it is not on the ledger.
    fn hides_tag(
        &mut self,
        target: &Target,
        id: ObjectId,
        is_hidden: bool,
        ledger: &Rc<Ledger>,
    ) -> bool {
        let is_present = target.old.is_some_and(|old| self.source.objects.leads_through(old, id));
        if !is_present && !is_hidden {
            return false;
        }
        let (unjudged, admitted) = self.is_open_tag(target, id, ledger);
        !unjudged && (is_present || !admitted)
    }

    /// The notes that an update of a notes ref brings. They are hidden only by the present
    /// value of that ref and by baselines, for no other ref is read as these notes.
    pub(super) fn judge_notes_of(
        &mut self,
        target: &Target,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let Some(tip) = target.tip else { return Ok(()) };
        let mut old = self.old_values(&Group::of(target));
        let baseline = existing.baseline(&self.verdicts.judge, &target.class)?;
        old.extend(baseline.tips.iter());
        let mut others = || Ok(Rc::default());
        let mut ids = self.walk.new_commits(&[tip], Hidden { old, others: &mut others })?;
        baseline.retain_due(&mut ids);
        let notes = self.notes_of(&target.name);
        for &id in &ids {
            match self.judge_notes(&notes, &target.name, id) {
                Ok(_) => {}
                Err(GitError::Stopped) => return self.leave(&Group::of(target), None),
                Err(error) => self.leave_unread(target, Some(id), &error, &[]),
            }
        }
        Ok(())
    }
}
