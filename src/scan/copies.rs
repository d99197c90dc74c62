//! Marks that a cherry-pick or a revert copied from another commit.
//!
//! The line that names that commit can be typed by anybody. So a mark gets the milder verdict
//! of a copy only when it demonstrably is one, and its original was judged before for the
//! same ref (something hides it):
//!
//! - A mark of a message, above the line of `git cherry-pick -x`: author, date and message are
//!   those of the original, which has the same mark, and no path is changed that the original
//!   does not change.
//! - A marked file: a commit that the message names, or a parent of one, has the same object at
//!   the same path. This is what a cherry-pick of an added file brings, and the revert of a
//!   removal.
//!
//! Marks of a revert's message are its own, since `git revert` copies none. What can't be
//! read, or is too large to be compared, confirms nothing.

use std::collections::BTreeSet;

use super::Scan;
use super::original::{Originals, changed_paths};
use super::possible_copy::{PossibleCopy, WasJudged};
use crate::finding::{Copied, Finding};
use crate::git::{Commit, IdMap, IdSet, Lookup, ObjectId, ObjectKind, Side};
use crate::marker::{Named, Picked};

/// For the files of one commit at most this many named commits and parents of these are
/// searched.
const MOST_SOURCES: usize = 256;
/// For the files of one commit at most this many tree entries are read.
const MOST_ENTRIES: usize = 4_000_000;
/// More commits that have the same file say nothing more.
const MOST_SOURCES_OF_A_FILE: usize = 8;

impl<'s> Scan<'s> {
    /// The marks among the findings of new commits that are copies of marks of commits which
    /// their messages name.
    pub(super) fn possible_copies(
        &mut self,
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Vec<PossibleCopy> {
        let mut originals = Originals::default();
        let mut possible = Vec::new();
        for (at, (id, findings)) in found.iter().enumerate() {
            let is_claimed = findings.iter().any(|finding| finding.copy.is_some());
            if !is_claimed && !findings.iter().any(|finding| file(finding).is_some()) {
                continue;
            }
            let Ok(object) = self.source.objects.read_kind(*id, ObjectKind::Commit) else {
                continue;
            };
            let Ok(commit) = Commit::parse(*id, object.data()) else { continue };
            let named = Named::read(commit.message);
            let mut add = |finding, from| {
                possible.push(PossibleCopy { commit: at, finding, from });
            };
            if let Some(picked) = named.picked.filter(|_| is_claimed) {
                let copies = self.picked_marks(&commit, picked, findings, &mut originals);
                copies.into_iter().for_each(|finding| add(finding, picked.from));
            }
            if !named.commits.is_empty() {
                self.known_files(&commit, &named.commits, findings, &mut add);
            }
        }
        possible
    }

    /// The marks of a message, by their places, that are those of the original.
    fn picked_marks(
        &mut self,
        commit: &Commit<'_>,
        picked: Picked,
        findings: &[Finding],
        originals: &mut Originals,
    ) -> Vec<usize> {
        let matchers = &self.source.config.rules.matchers;
        let Some(original) = originals.get(picked.from, self.source.objects, matchers) else {
            return Vec::new();
        };
        let above = commit.message.get(..picked.start).unwrap_or_default();
        if !original.is_worded_as(commit, above) {
            return Vec::new();
        }
        let copied = findings.iter().enumerate();
        let copied = copied.filter(|(_, it)| it.copy.is_some() && original.has(it));
        let copied: Vec<usize> = copied.map(|(at, _)| at).collect();
        if copied.is_empty() {
            return copied;
        }
        let (objects, graph) = (self.source.objects, &mut self.walk);
        let mine = changed_paths(commit.tree, &commit.parents, objects, graph);
        let theirs = originals.paths(&original, objects, graph);
        let are_among = mine.zip(theirs).is_some_and(|(mine, theirs)| mine.is_subset(theirs));
        if are_among { copied } else { Vec::new() }
    }

    /// Calls `add` for each marked file that a named commit, or a parent of one, has at the
    /// same path.
    fn known_files(
        &mut self,
        commit: &Commit<'_>,
        named: &[ObjectId],
        findings: &[Finding],
        add: &mut dyn FnMut(usize, ObjectId),
    ) {
        let paths: BTreeSet<&[u8]> = findings.iter().filter_map(file).collect();
        let paths: Vec<&[u8]> = paths.into_iter().collect();
        let Some(tree) = commit.tree.filter(|_| !paths.is_empty()) else { return };
        let mut lookup = Lookup::new(self.source.objects, MOST_ENTRIES);
        let Ok(mine) = lookup.sides(tree, &paths) else { return };
        let mut sources: Vec<Vec<ObjectId>> = vec![Vec::new(); paths.len()];
        for (source, tree) in self.sources(named) {
            // The bound, and damage to one tree, end the search: the rest is not confirmed.
            let Ok(theirs) = lookup.sides(tree, &paths) else { break };
            let is_same =
                |(mine, theirs): (&Option<Side>, &Option<Side>)| mine.is_some() && mine == theirs;
            let same = mine.iter().zip(&theirs).map(is_same);
            for (sources, _) in sources.iter_mut().zip(same).filter(|(_, same)| *same) {
                if sources.len() < MOST_SOURCES_OF_A_FILE {
                    sources.push(source);
                }
            }
        }
        for (at, finding) in findings.iter().enumerate() {
            let Some(path) = file(finding) else { continue };
            let place = paths.binary_search(&path).ok();
            let sources = place.and_then(|place| sources.get(place));
            sources.into_iter().flatten().for_each(|&source| add(at, source));
        }
    }

    /// The commits that are named, each followed by its parents, with their trees.
    fn sources(&mut self, named: &[ObjectId]) -> Vec<(ObjectId, ObjectId)> {
        let mut seen = IdSet::default();
        let mut sources = Vec::new();
        for &id in named {
            let parents = self.walk.parents(id).unwrap_or_default();
            for source in std::iter::once(id).chain(parents) {
                if sources.len() >= MOST_SOURCES {
                    return sources;
                }
                if let Ok(Some(tree)) = self.walk.tree(source)
                    && seen.insert(source)
                {
                    sources.push((source, tree));
                }
            }
        }
        sources
    }

    /// Confirms the copies whose originals were judged before.
    pub(super) fn confirm_copies(
        &mut self,
        found: &mut [(ObjectId, Vec<Finding>)],
        possible: &[PossibleCopy],
        was_judged: WasJudged<'_, 's>,
    ) {
        let mut known: IdMap<bool> = IdMap::default();
        for copy in possible {
            let findings = found.get_mut(copy.commit).map(|(_, findings)| findings);
            let Some(finding) = findings.and_then(|it| it.get_mut(copy.finding)) else { continue };
            if finding.copy.is_some_and(|copy| copy.confirmed) {
                continue;
            }
            let from = copy.from;
            let confirmed = *known.entry(from).or_insert_with(|| was_judged(&mut self.walk, from));
            finding.copy = Some(Copied { from: Some(from), confirmed });
        }
    }
}

/// The path of a finding that is a file, or something in one.
fn file(finding: &Finding) -> Option<&[u8]> {
    finding.path.as_deref().filter(|_| finding.marker.kind.carrier().is_file())
}
