//! Judging the whole history of a repository.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::possible_copy::WasJudged;
use super::source::Source;
use super::stage::{Progress, Stage};
use super::tag_marks::MarkedTag;
use super::{Scan, ScanError, Scope};
use crate::config::Config;
use crate::finding::Finding;
use crate::git::{
    Hidden, IdMap, IdSet, ObjectId, ObjectKind, Peeled, RefKind, RefName, Reference, Repository,
    Unread, UnreadRef,
};
use crate::policy::{Class, Situation, Verdict};
use crate::report::{Report, UnreadObject, UnreadReason};
use crate::state::ledger::Ledger;
use crate::state::ledger::LedgerPlace;

/// Progress is told after each such number of commits.
const EVERY: usize = 512;

/// Judges everything that the refs of a repository reach. A commit's ref is the first by
/// name, among those under the strictest policy, that reaches it. What can't be read is in
/// the report, and the rest is judged.
///
/// # Errors
/// When the refs can't be listed, or the policy or the ledger can't be read.
pub fn judge_history(
    repository: &Repository,
    config: &Config,
    name: String,
    scope: Scope,
    progress: Progress<'_>,
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let situation = Situation::unknown(&name);
    let source = Source { repository, objects: &objects, config, scope, budget: None };
    let mut scan = Scan::new(source, situation);
    let (mut refs, unread) = repository.readable_references()?;
    for UnreadRef { name, why } in unread {
        let (id, reason, boundary) = (ObjectId::NULL, UnreadReason::Other(why), Vec::new());
        scan.not_judged.unread.push(UnreadObject {
            ref_name: name,
            commit: None,
            id,
            reason,
            boundary,
        });
    }
    scan.strictest_first(&mut refs);
    let mut history = History::default();
    let mut all: Vec<ObjectId> = Vec::new();
    for (at, reference) in refs.iter().enumerate() {
        let Some(tip) = scan.judge_ref(reference, &mut history)? else { continue };
        progress(Stage::Reading, all.len());
        let first = &mut history.first;
        let mut new = scan.walk.reachable(tip, &|id| first.contains_key(&id), &mut |read| {
            if read % EVERY == 0 {
                progress(Stage::Reading, all.len() + read);
            }
        })?;
        for &id in &new {
            first.insert(id, at);
        }
        all.append(&mut new);
    }
    scan.counts.commits = all.len();
    let mut found = scan.findings_of(&all, progress)?.of;
    // All of a history is judged, so what is in it was.
    let copies = scan.possible_copies(&found);
    let was_judged: WasJudged<'_, '_> = &mut |_, id| history.first.contains_key(&id);
    scan.confirm_copies(&mut found, &copies, was_judged);
    for (id, Unread { error, .. }) in scan.take_unread() {
        history.unclean.insert(id);
        let name = history.first.get(&id).and_then(|&at| refs.get(at)).map(|it| it.name.clone());
        scan.leave_unread_of(name.unwrap_or_else(|| RefName::new(b"HEAD".as_slice())), id, &error);
    }
    for (id, findings) in &found {
        if let Some(reference) = history.first.get(id).and_then(|&at| refs.get(at)) {
            let marked = scan.marked(*id)?;
            if scan.add(Some(&marked), &reference.name, findings.clone()) {
                history.unclean.insert(*id);
            }
        }
    }
    let left = Ledger::read(&LedgerPlace::of(scan.source.config, repository))?.unjudged;
    history.left_notes = left.into_iter().map(|it| it.ref_name).filter(RefName::is_notes).collect();
    for reference in refs.iter().filter(|reference| reference.name.is_notes()) {
        scan.judge_all_notes(reference, &mut history)?;
    }
    scan.settle_unjudged(&history, &found)?;
    let names = refs.into_iter().map(|reference| reference.name).collect();
    Ok(scan.report(name, names))
}

/// What an audit knows of the objects that it has judged.
#[derive(Default)]
struct History {
    /// The commits, with the numbers of the refs that they are attributed to.
    first: IdMap<usize>,
    /// What refs point to: the tags on the way, and what is no commit, were judged for them.
    values: HashMap<RefName, ObjectId>,
    /// The notes refs of which something is on the ledger.
    left_notes: HashSet<RefName>,
    /// The commits that these reach, by ref.
    notes: HashSet<(RefName, ObjectId)>,
    /// What holds something that policy refuses, or could not be read.
    unclean: IdSet,
    /// The notes refs with a note that policy refuses, or that could not be read.
    unclean_notes: HashSet<RefName>,
}

impl Scan<'_> {
    /// Judges a ref beside the commits that it reaches; the commit that it points to.
    fn judge_ref(
        &mut self,
        reference: &Reference,
        history: &mut History,
    ) -> Result<Option<ObjectId>, ScanError> {
        let name = &reference.name;
        self.judge_name(name);
        if name.kind() == RefKind::Replace {
            self.judge_replacement(name, reference.target)?;
        }
        let mut next = self.marked_tag(reference.target)?;
        while let Some(MarkedTag { id, holds }) = next {
            let is_refused = match &*holds {
                Ok(findings) => self.add(None, name, findings.clone()),
                Err(error) => {
                    self.leave_unread_of(name.clone(), id, error);
                    true
                }
            };
            if is_refused {
                history.unclean.insert(id);
            }
            next = self.marked_tag_behind(id)?;
        }
        history.values.insert(name.clone(), reference.target);
        match self.source.objects.peel(reference.target) {
            Ok(Peeled { id, kind: ObjectKind::Commit }) => Ok(Some(id)),
            Ok(peeled) => {
                if self.judge_peeled(name, peeled)? {
                    history.unclean.insert(peeled.id);
                }
                Ok(None)
            }
            Err(error) => {
                self.leave_unread_of(name.clone(), reference.target, &error);
                Ok(None)
            }
        }
    }

    /// Judges what a notes ref reaches as its notes, whatever else reaches it.
    fn judge_all_notes(
        &mut self,
        reference: &Reference,
        history: &mut History,
    ) -> Result<(), ScanError> {
        let name = &reference.name;
        let Ok(peeled) = self.source.objects.peel(reference.target) else { return Ok(()) };
        if peeled.kind != ObjectKind::Commit {
            return Ok(());
        }
        let notes = self.notes_of(name);
        let commits = self.walk.reachable(peeled.id, &|_| false, &mut |_| {})?;
        for id in commits {
            if history.left_notes.contains(name) {
                history.notes.insert((name.clone(), id));
            }
            let is_refused = match self.judge_notes(&notes, name, id) {
                Ok(is_refused) => is_refused,
                Err(error) => {
                    self.leave_unread_of(name.clone(), id, &error);
                    true
                }
            };
            if is_refused {
                history.unclean_notes.insert(name.clone());
            }
        }
        Ok(())
    }

    /// Finds out which entries of the ledger were judged whole, with nothing that is refused.
    fn settle_unjudged(
        &mut self,
        history: &History,
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<(), ScanError> {
        let place = LedgerPlace::of(self.source.config, self.source.repository);
        let found: IdMap<&[Finding]> =
            found.iter().map(|(id, findings)| (*id, findings.as_slice())).collect();
        for entry in Ledger::read(&place)?.unjudged {
            let name = &entry.ref_name;
            let Ok(Peeled { id, kind }) = self.source.objects.peel(entry.id) else { continue };
            // Of a chain of tags, a ref that leads through the first leads through all.
            let value = history.values.get(name).copied();
            let leads_to = |id: ObjectId| {
                value.is_some_and(|value| {
                    self.source.objects.leads_through(value, id)
                        || self.source.objects.peel(value).is_ok_and(|peeled| peeled.id == id)
                })
            };
            let is_clean_tag = |id: &ObjectId| leads_to(*id) && !history.unclean.contains(id);
            let is_tag = entry.id != id;
            let mut is_clean = !is_tag || leads_to(entry.id);
            let mut next = self.source.objects.tags_of(entry.id);
            is_clean = is_clean && next.all(|id| !history.unclean.contains(&id));
            if kind == ObjectKind::Commit {
                let old = entry.boundary.iter().copied().collect();
                let mut others = || Ok(Rc::default());
                let hidden = Hidden { old, others: &mut others };
                for id in self.walk.new_commits(&[id], hidden)? {
                    is_clean = is_clean && self.is_clean(id, name, history, &found)?;
                }
            } else {
                is_clean = is_clean && is_clean_tag(&id);
            }
            if is_clean && !history.unclean_notes.contains(name) {
                self.ledger.now_judged.push((entry.ref_name, entry.id));
            }
        }
        self.ledger.is_kept = true;
        Ok(())
    }

    /// Whether a commit was judged, for one ref too, and nothing in it is refused.
    fn is_clean(
        &mut self,
        id: ObjectId,
        name: &RefName,
        history: &History,
        found: &IdMap<&[Finding]>,
    ) -> Result<bool, ScanError> {
        let is_judged = history.first.contains_key(&id)
            && (!name.is_notes() || history.notes.contains(&(name.clone(), id)));
        if !is_judged || history.unclean.contains(&id) {
            return Ok(false);
        }
        let Some(findings) = found.get(&id) else { return Ok(true) };
        let marked = self.marked(id)?;
        let decisions = self.verdicts.decide(Some(&marked), name, findings);
        Ok(decisions.iter().all(|decision| decision.verdict < Verdict::Reject))
    }
}

impl Scan<'_> {
    /// Puts refs under a stricter policy before others; by name among equals, as they come.
    fn strictest_first(&self, refs: &mut [Reference]) {
        let classes: Vec<Class> =
            refs.iter().map(|reference| self.verdicts.class(&reference.name)).collect();
        let distinct: std::collections::BTreeSet<&Class> = classes.iter().collect();
        if distinct.len() < 2 {
            return;
        }
        // The order is partial: one that is as strict as more others comes first.
        let rank = |class: &Class| {
            distinct.iter().filter(|other| self.verdicts.judge.hides(class, other)).count()
        };
        let ranks: std::collections::BTreeMap<&Class, usize> =
            distinct.iter().map(|class| (*class, rank(class))).collect();
        refs.sort_by_cached_key(|reference| {
            let class = self.verdicts.class(&reference.name);
            std::cmp::Reverse(ranks.get(&class).copied().unwrap_or_default())
        });
    }
}
