//! What a push that was judged adds to the ledger: what place-bound exceptions let in, what was
//! accepted elsewhere and so ends, and what may be reached now from elsewhere.

use std::rc::Rc;

use super::existing::Existing;
use super::ledger::Relevant;
use super::target::{Target, Targets};
use super::{Scan, ScanError};
use crate::git::{Hidden, IdSet, ObjectId, RefName};
use crate::policy::{PlaceBound, RefPatterns};
use crate::state::ledger::{Admission, patterns};

impl Scan<'_> {
    /// Works out what the push adds to the ledger, when all of it was judged.
    pub(super) fn complete_ledger(
        &mut self,
        targets: &Targets,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        if !existing.is_recorded() {
            return Ok(());
        }
        self.ledger.additions.admitted.extend(self.ledger.first.iter().flatten().cloned());
        let let_in = std::mem::take(&mut self.attributed.let_in.all);
        for ((name, place), mut ids) in let_in {
            let own = patterns_of(&place);
            // Accepted elsewhere in the same push without such an exception, it is for all.
            let elsewhere = targets.0.iter().filter(|it| !own.matches(it.name.as_bytes()));
            for target in elsewhere {
                let accepted = self.accepted_on(target, &ids)?;
                ids.retain(|id| !accepted.contains(id));
            }
            self.admit(&name, &place, ids, existing)?;
        }
        for entry in &existing.ledger().admitted {
            self.end(entry, targets)?;
        }
        Ok(())
    }

    /// Which of some objects were judged on a ref and accepted without a place-bound
    /// exception.
    fn accepted_on(&mut self, target: &Target, ids: &[ObjectId]) -> Result<IdSet, ScanError> {
        let mut wanted: IdSet = ids.iter().copied().collect();
        if let Some(on) = self.attributed.let_in.on.get(&target.name) {
            wanted.retain(|id| !on.contains(id));
        }
        let mut accepted = IdSet::default();
        if let Some(single) = self.ledger.single.get(&target.name) {
            accepted.extend(wanted.iter().filter(|id| single.contains(id)));
        }
        let groups = std::mem::take(&mut self.ledger.groups);
        for (names, all) in groups.iter().filter(|(names, _)| names.contains(&target.name)) {
            let mine: IdSet = all.iter().copied().filter(|id| wanted.contains(id)).collect();
            let (Some(tip), false) = (target.tip, mine.is_empty()) else { continue };
            if names.len() == 1 {
                accepted.extend(mine);
            } else {
                let edge = self.edge(all)?.into_iter().collect();
                accepted.extend(self.walk.reached(&[tip], &mine, &edge)?);
            }
        }
        self.ledger.groups = groups;
        Ok(accepted)
    }

    /// Adds what an exception let in; what another ref reaches already apart.
    fn admit(
        &mut self,
        ref_name: &RefName,
        place: &PlaceBound,
        ids: Vec<ObjectId>,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let is_new = |id: &ObjectId| self.source.objects.existed_before(*id) == Some(false);
        let (fresh, old): (Vec<ObjectId>, Vec<ObjectId>) = ids.into_iter().partition(is_new);
        let (mut own_only, mut spread) = (fresh, Vec::new());
        if !old.is_empty() {
            let outside = existing.outside_of(&self.verdicts.judge, &patterns_of(place))?;
            let mut others = || Ok(Rc::clone(&outside));
            let hidden = Hidden { old: IdSet::default(), others: &mut others };
            let commits: Vec<ObjectId> =
                old.iter().filter_map(|&id| Some(self.source.objects.peel(id).ok()?.id)).collect();
            let mut alone = IdSet::default();
            self.walk.aside(|graph| {
                alone.extend(graph.new_commits(&commits, hidden)?);
                Ok(Vec::new())
            })?;
            let (mine, others): (Vec<ObjectId>, Vec<ObjectId>) =
                old.into_iter().partition(|id| alone.contains(id));
            own_only.extend(mine);
            spread = others;
        }
        for (ids, is_spread) in [(own_only, false), (spread, true)] {
            if !ids.is_empty() {
                self.ledger.additions.admitted.push(Admission {
                    time: self.verdicts.judge.now().to_string(),
                    ref_name: ref_name.clone(),
                    exceptions: place.exceptions.clone(),
                    refs: place.refs.clone(),
                    ids,
                    boundary: None,
                    is_spread,
                });
            }
        }
        Ok(())
    }

    /// Ends what was accepted outside of its place, and notes what passed there.
    fn end(&mut self, entry: &Admission, targets: &Targets) -> Result<(), ScanError> {
        let own = patterns(entry);
        let mut ended = IdSet::default();
        let mut spread = IdSet::default();
        for target in targets.0.iter().filter(|it| !own.matches(it.name.as_bytes())) {
            let accepted = self.accepted_on(target, &entry.ids)?;
            let passed = self.ledger.passed.get(&target.name);
            match &entry.boundary {
                None => {
                    ended.extend(accepted);
                    let passed = passed.into_iter().flatten();
                    spread.extend(passed.filter(|id| entry.ids.contains(id)));
                }
                // A range ends when all of it was accepted; it is spread when any of it may be.
                Some(_) => {
                    let mut all = Relevant { ids: IdSet::default(), spread: IdSet::default() };
                    self.take_entry(entry, &mut all)?;
                    let ids: Vec<ObjectId> = all.ids.iter().copied().collect();
                    let accepted = self.accepted_on(target, &ids)?;
                    if accepted.len() == ids.len() {
                        ended.extend(entry.ids.iter());
                    } else if !accepted.is_empty()
                        || self
                            .ledger
                            .passed
                            .get(&target.name)
                            .is_some_and(|passed| passed.iter().any(|id| all.ids.contains(id)))
                    {
                        spread.extend(entry.ids.iter());
                    }
                }
            }
        }
        if !ended.is_empty() {
            self.ledger.additions.ended.push((entry.key(), ended.iter().copied().collect()));
        }
        spread.retain(|id| !ended.contains(id));
        if !spread.is_empty() && !entry.is_spread {
            self.ledger.additions.spread.push((entry.key(), spread.into_iter().collect()));
        }
        Ok(())
    }
}

/// The refs that exceptions are for.
fn patterns_of(place: &PlaceBound) -> RefPatterns {
    RefPatterns::new(place.refs.iter().map(String::as_str))
}
