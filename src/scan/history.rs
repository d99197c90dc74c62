//! Judging the whole history of a repository.

use super::{Scan, ScanError, Scope};
use crate::config::{Config, unjudged};
use crate::git::{IdMap, IdSet, ObjectId, ObjectKind, RefKind, Reference, Repository, peel};
use crate::policy::{Class, Situation};
use crate::report::Report;

/// What a long scan is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading commits; how many there are is not known yet.
    Reading,
    /// Finding out in which of so many commits trees have to be compared.
    Sifting(usize),
    /// Comparing the trees of so many commits.
    Comparing(usize),
}

/// Receives the progress of a long scan: the stage, and how many commits are done.
pub type Progress<'p> = &'p mut dyn FnMut(Stage, usize);

/// Progress is told every so many commits.
const EVERY: usize = 512;

/// Judges everything that the refs of a repository reach. A commit's ref is the first by
/// name, among those under the strictest policy, that reaches it.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_history(
    repository: &Repository,
    config: &Config,
    name: String,
    scope: Scope,
    progress: Progress<'_>,
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let situation = Situation::unknown(&name);
    let mut scan = Scan::new(repository, &objects, config, situation, scope, None);
    let mut refs = repository.references()?;
    scan.strictest_first(&mut refs);
    let mut first: IdMap<usize> = IdMap::default();
    let mut all: Vec<ObjectId> = Vec::new();
    let mut others = IdSet::default();
    for (at, reference) in refs.iter().enumerate() {
        scan.judge_name(&reference.name);
        let peeled = peel(&objects, reference.target)?;
        if reference.name.kind() == RefKind::Replace {
            scan.judge_replacement(&reference.name, reference.target)?;
        }
        scan.judge_peeled(&reference.name, &peeled, &|_| false)?;
        others.extend(peeled.tags.iter().chain([&peeled.id]));
        if peeled.kind != ObjectKind::Commit {
            continue;
        }
        progress(Stage::Reading, all.len());
        let mut new =
            scan.graph.reachable(peeled.id, &|id| first.contains_key(&id), &mut |read| {
                if read % EVERY == 0 {
                    progress(Stage::Reading, all.len() + read);
                }
            })?;
        for &id in &new {
            first.insert(id, at);
        }
        all.append(&mut new);
    }
    scan.commits = all.len();
    let (mut found, _) = scan.findings_of(&all, progress)?;
    // All of a history is judged, so what is in it was.
    let copies = scan.possible_copies(&found);
    scan.confirm_copies(&mut found, &copies, &mut |_, id| first.contains_key(&id));
    for (id, findings) in found {
        if let Some(reference) = first.get(&id).and_then(|&at| refs.get(at)) {
            let marked = scan.marked(id)?;
            scan.add(Some(&marked), &reference.name, findings);
        }
    }
    for id in all {
        if let Some(reference) = first.get(&id).and_then(|&at| refs.get(at))
            && Scan::is_notes(&reference.name)
        {
            scan.judge_notes(&reference.name, id)?;
        }
    }
    let judged = |id: &ObjectId| first.contains_key(id) || others.contains(id);
    for left in unjudged::open(repository)?.into_iter().filter(|left| judged(&left.id)) {
        scan.settled.push((left.ref_name, left.id));
    }
    let names = refs.into_iter().map(|reference| reference.name).collect();
    Ok(scan.report(name, names))
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
