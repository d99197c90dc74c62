//! The ledger while a push is judged: which objects on it are new for a ref after all, and
//! what this push adds to it.
//!
//! An object that a place-bound exception let in is new on every ref that the exception is
//! not for. To find out whether an update reaches such objects, the walk stops at the
//! present values of the refs that no entry is for: what these reach was accepted there,
//! which ended the entry, or the entry says that it is *spread*.

use std::rc::Rc;

use super::existing::Existing;
use super::pipeline::Found;
use super::target::{Group, Target};
use super::{Scan, ScanError};
use crate::git::{Hidden, IdSet, ObjectId};
use crate::policy::Class;
use crate::state::ledger::{Admission, Ledger, patterns};

/// What of the ledger matters to one ref.
pub(super) struct Relevant {
    /// Objects that were let in elsewhere.
    pub(super) ids: IdSet,
    /// Those of them that a ref which no entry is for may reach.
    pub(super) spread: IdSet,
}

impl Scan<'_> {
    /// Reads the ledger as it is now. In a repository that has none yet, the refs under a
    /// place-bound exception become its first entries.
    pub(super) fn refresh_ledger(
        &mut self,
        existing: &mut Existing<'_>,
    ) -> Result<Rc<Ledger>, ScanError> {
        let ledger = existing.refresh_ledger()?;
        if ledger.exists() || !existing.is_recorded() || !self.source.config.policy.has_places() {
            return Ok(ledger);
        }
        if self.ledger.first.is_none() {
            self.ledger.first = Some(self.excepted_refs(existing)?);
        }
        let mut first = (*ledger).clone();
        first.admitted.extend(self.ledger.first.iter().flatten().cloned());
        existing.set_ledger(first);
        Ok(existing.ledger())
    }

    /// An entry for the refs of each class that is under a place-bound exception: what they
    /// reach and no other ref does.
    fn excepted_refs(&mut self, existing: &mut Existing<'_>) -> Result<Vec<Admission>, ScanError> {
        let classes: Vec<(Class, Vec<_>)> = existing.classes(&self.verdicts.judge)?.to_vec();
        let commit_of = |reference| super::existing::commit_of(self.source.objects, reference);
        let mut excepted = Vec::new();
        let mut others = Vec::new();
        for (class, refs) in &classes {
            let places = self.verdicts.judge.places_of(class);
            let tips: Vec<ObjectId> = refs.iter().filter_map(commit_of).collect();
            match refs.first() {
                Some(first) if !places.is_empty() => {
                    let values: Vec<ObjectId> = refs.iter().map(|it| it.target).collect();
                    excepted.push((class, first.name.clone(), places, tips, values));
                }
                _ => others.extend(tips),
            }
        }
        let others: Rc<[ObjectId]> = others.into();
        let mut entries = Vec::new();
        for (class, ref_name, places, tips, values) in excepted {
            let old = existing.baseline(&self.verdicts.judge, class)?.tips.clone();
            let mut hiding = || Ok(Rc::clone(&others));
            let hidden = Hidden { old, others: &mut hiding };
            let new = self.walk.aside(|graph| graph.new_commits(&tips, hidden))?;
            // What can't be read there is no matter of this push.
            self.walk.take_unread();
            if new.is_empty() {
                continue;
            }
            let boundary = self.edge(&new)?;
            entries.extend(places.into_iter().map(|place| Admission {
                time: self.verdicts.judge.now().to_string(),
                ref_name: ref_name.clone(),
                exceptions: place.exceptions,
                refs: place.refs,
                ids: values.clone(),
                boundary: Some(boundary.clone()),
                is_spread: false,
            }));
        }
        Ok(entries)
    }

    /// The parents of commits that are not among them. A commit that is admitted by itself
    /// hides nothing below it, so its parents stand for it.
    pub(super) fn edge(&mut self, ids: &[ObjectId]) -> Result<Vec<ObjectId>, ScanError> {
        let mine: IdSet = ids.iter().copied().collect();
        let mut seen = IdSet::default();
        let mut edge = Vec::new();
        let mut left = ids.to_vec();
        while let Some(id) = left.pop() {
            for parent in self.walk.parents(id)? {
                if mine.contains(&parent) || !seen.insert(parent) {
                    continue;
                }
                if self.admitted.contains(&parent) {
                    left.push(parent);
                } else {
                    edge.push(parent);
                }
            }
        }
        Ok(edge)
    }

    /// Judges what the updates of a group reach of the ledger beyond their new commits.
    pub(super) fn judge_admitted(
        &mut self,
        group: &Group<'_>,
        new: &[ObjectId],
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let ledger = existing.ledger();
        if !ledger.admitted.is_empty() || self.source.config.policy.has_places() {
            let names = group.targets.iter().map(|target| target.name.clone()).collect();
            self.ledger.groups.push((names, new.to_vec()));
        }
        if ledger.admitted.is_empty() {
            return Ok(());
        }
        let judged: IdSet = new.iter().copied().collect();
        if group.targets.len() > 1 && !self.reaches_any(group, &ledger, existing)? {
            return Ok(());
        }
        for target in &group.targets {
            self.judge_admitted_to(target, &judged, &ledger, existing)?;
        }
        Ok(())
    }

    /// Whether the updates of a group together reach anything on the ledger.
    fn reaches_any(
        &mut self,
        group: &Group<'_>,
        ledger: &Ledger,
        existing: &mut Existing<'_>,
    ) -> Result<bool, ScanError> {
        let mut all = Relevant { ids: IdSet::default(), spread: IdSet::default() };
        for entry in &ledger.admitted {
            self.take_entry(entry, &mut all)?;
        }
        if !all.spread.is_empty() {
            return Ok(true);
        }
        let tips = group.tips();
        let outside = existing.outside(&self.verdicts.judge)?;
        let mut others = || Ok(Rc::clone(&outside));
        let hidden = Hidden { old: IdSet::default(), others: &mut others };
        let reached = self.walk.aside(|graph| {
            let mut ids = graph.new_commits(&tips, hidden)?;
            ids.retain(|id| all.ids.contains(id));
            Ok(ids)
        })?;
        Ok(!reached.is_empty())
    }

    fn judge_admitted_to(
        &mut self,
        target: &Target,
        new: &IdSet,
        ledger: &Ledger,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let Some(tip) = target.tip else { return Ok(()) };
        let name = target.name.as_bytes();
        let mut relevant = Relevant { ids: IdSet::default(), spread: IdSet::default() };
        for entry in ledger.admitted.iter().filter(|entry| !patterns(entry).matches(name)) {
            self.take_entry(entry, &mut relevant)?;
        }
        if relevant.ids.is_empty() {
            return Ok(());
        }
        let baseline = existing.baseline(&self.verdicts.judge, &target.class)?;
        let alone = Group::of(target);
        let present = self.old_values(&alone);
        let covered: IdSet = present.iter().chain(baseline.tips.iter()).copied().collect();
        let mut due = self.reached(tip, &covered, &relevant, existing)?;
        baseline.retain_due(&mut due);
        if !baseline.tips.is_empty() || !baseline.commits.is_empty() {
            let with = self.reached(tip, &present, &relevant, existing)?;
            let passed = with.into_iter().filter(|id| !due.contains(id));
            self.ledger.passed.entry(target.name.clone()).or_default().extend(passed);
        }
        due.retain(|id| !new.contains(id));
        if due.is_empty() {
            return Ok(());
        }
        self.counts.rejudged = self.counts.rejudged.max(due.len());
        if self.is_cut() {
            self.leave_admitted(target, &due)?;
            return Ok(());
        }
        let Found { of: mut found, whole } = self.findings_of(&due, &mut |_, _| {})?;
        self.counts.known = self.counts.known.map(|known| known + due.len());
        self.counts.whole += whole;
        if self.is_cut() {
            self.leave_admitted(target, &due)?;
        } else {
            self.ledger.single.entry(target.name.clone()).or_default().extend(&due);
        }
        self.copies(&alone, &mut found, existing)?;
        self.counts.commits += due.len();
        self.attribute(&alone, &due, &found)?;
        self.attribute_unread(&alone, &due)
    }

    /// The objects of an entry.
    pub(super) fn take_entry(
        &mut self,
        entry: &Admission,
        relevant: &mut Relevant,
    ) -> Result<(), ScanError> {
        let ids = match &entry.boundary {
            None => entry.ids.clone(),
            Some(boundary) => {
                let commit = |&id| Some(self.source.objects.peel(id).ok()?.id);
                let tips: Vec<ObjectId> = entry.ids.iter().filter_map(commit).collect();
                let mut others = || Ok(Rc::default());
                let old = boundary.iter().copied().collect();
                let hidden = Hidden { old, others: &mut others };
                let mut ids = Vec::new();
                self.walk.aside(|graph| {
                    ids = graph.new_commits(&tips, hidden)?;
                    Ok(Vec::new())
                })?;
                ids
            }
        };
        if entry.is_spread {
            relevant.spread.extend(ids.iter());
        }
        relevant.ids.extend(ids);
        Ok(())
    }

    /// Which objects of the ledger a commit reaches, and `hidden` does not; parents before
    /// children.
    fn reached(
        &mut self,
        tip: ObjectId,
        hidden: &IdSet,
        relevant: &Relevant,
        existing: &mut Existing<'_>,
    ) -> Result<Vec<ObjectId>, ScanError> {
        let outside = existing.outside(&self.verdicts.judge)?;
        let mut others = || Ok(Rc::clone(&outside));
        let near = Hidden { old: hidden.clone(), others: &mut others };
        let found = self.walk.aside(|graph| {
            let mut ids = graph.new_commits(&[tip], near)?;
            ids.retain(|id| relevant.ids.contains(id));
            Ok(ids)
        })?;
        if relevant.spread.is_empty() {
            return Ok(found);
        }
        // Those are looked for in the whole history, down to what the ref has now.
        let mut others = || Ok(Rc::default());
        let far = Hidden { old: hidden.clone(), others: &mut others };
        let near: IdSet = found.into_iter().collect();
        let all = self.walk.aside(|graph| {
            let mut ids = graph.new_commits(&[tip], far)?;
            ids.retain(|id| relevant.spread.contains(id) || near.contains(id));
            Ok(ids)
        })?;
        Ok(all)
    }

    /// What an update reaches of the ledger and a limit left unjudged.
    fn leave_admitted(&mut self, target: &Target, due: &[ObjectId]) -> Result<(), ScanError> {
        self.source.objects.release();
        for &id in due {
            let boundary = self.walk.parents(id)?;
            self.leave_object(&target.name, id, boundary);
        }
        self.ledger.passed.entry(target.name.clone()).or_default().extend(due);
        Ok(())
    }

    /// Whether a tag object is on the ledger for a ref: left unjudged, and let in elsewhere.
    pub(super) fn is_open_tag(
        &mut self,
        target: &Target,
        id: ObjectId,
        ledger: &Rc<Ledger>,
    ) -> (bool, bool) {
        let known = self.ledger.open.as_ref().filter(|(known, _)| Rc::ptr_eq(known, ledger));
        let is_open = match known {
            Some((_, open)) => open.contains(&id),
            None => {
                let unjudged = ledger.unjudged.iter().map(|entry| entry.id);
                let admitted = ledger.admitted.iter().flat_map(|entry| &entry.ids).copied();
                let open: IdSet = unjudged.chain(admitted).collect();
                let is_open = open.contains(&id);
                self.ledger.open = Some((Rc::clone(ledger), open));
                is_open
            }
        };
        if !is_open {
            return (false, false);
        }
        let name = target.name.as_bytes();
        let unjudged = ledger.unjudged.iter().any(|entry| entry.id == id);
        let mut admitted = ledger.admitted.iter();
        let admitted = admitted.any(|it| it.ids.contains(&id) && !patterns(it).matches(name));
        (unjudged, admitted)
    }

    /// Notes that a tag object was judged for a ref, where that matters to the ledger.
    pub(super) fn note_tag(&mut self, target: &Target, id: ObjectId, ledger: &Ledger) {
        if !ledger.admitted.is_empty() || self.source.config.policy.has_places() {
            self.ledger.single.entry(target.name.clone()).or_default().insert(id);
        }
    }
}
