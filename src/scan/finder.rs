//! Chooses the way in which the marks of new commits are found, by how many there are.

use std::sync::Arc;

use super::bulk::{self, Bulk};
use super::compare::{Compare, Compared, Direct, Job};
use super::inspection::Inspection;
use super::source::Source;
use super::stage::Progress;
use super::tree::Trees;
use crate::git::{GitError, Graph, IdMap, ObjectId, OnNewCommit};

/// Finds the marks of the new commits that a walk meets.
pub(super) struct Finder<'s> {
    source: Source<'s>,
    way: Way<'s>,
    /// How many commits were met since the last of them were finished.
    met: usize,
}

enum Way<'s> {
    Direct(Box<Direct<'s>>),
    Bulk(Box<Bulk<'s>>),
}

impl<'s> Finder<'s> {
    pub(super) fn new(source: Source<'s>) -> Self {
        Self { source, way: Way::Direct(Box::new(Direct::new(source))), met: 0 }
    }

    /// What the commits that were met hold in their own objects.
    ///
    /// # Errors
    /// When one of them is too broken to be a commit.
    pub(super) fn own_findings(&mut self) -> Result<&IdMap<Arc<Inspection>>, GitError> {
        self.met = 0;
        self.way.compare().own_findings()
    }

    /// The findings in what commits change, each of which was met.
    ///
    /// # Errors
    /// When the repository as a whole can't be read.
    pub(super) fn tree_findings(
        &mut self,
        jobs: &[Job],
        trees: &mut Trees<'s>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError> {
        if bulk::is_worth_it_for_trees(jobs.len(), self.source.objects) {
            self.way.begin_bulk(self.source, jobs.len());
        }
        self.way.compare().tree_findings(jobs, trees, progress)
    }

    /// Ends with the commits that were met: the next may be few.
    pub(super) fn finish(&mut self) {
        self.way.end_bulk(self.source);
    }
}

impl OnNewCommit for Finder<'_> {
    fn new_commit(&mut self, id: ObjectId, raw: &[u8]) {
        if let Some(budget) = self.source.budget {
            budget.commit();
        }
        self.met += 1;
        if bulk::is_worth_it(self.met, self.source.objects) {
            self.way.begin_bulk(self.source, self.met);
        }
        self.way.compare().inspect(id, raw);
    }
}

impl<'s> Way<'s> {
    fn compare(&mut self) -> &mut dyn Compare<'s> {
        match self {
            Self::Direct(direct) => &mut **direct,
            Self::Bulk(bulk) => &mut **bulk,
        }
    }

    fn begin_bulk(&mut self, source: Source<'s>, met: usize) {
        if let Self::Direct(direct) = self {
            let direct = std::mem::replace(&mut **direct, Direct::new(source));
            *self = Self::Bulk(Box::new(Bulk::new(direct, met)));
        }
    }

    fn end_bulk(&mut self, source: Source<'s>) {
        if let Self::Bulk(_) = self
            && let Self::Bulk(bulk) =
                std::mem::replace(self, Self::Direct(Box::new(Direct::new(source))))
        {
            *self = Self::Direct(Box::new(bulk.into_direct()));
        }
    }
}

/// The commits of a scan, whose marks are found as they are met.
pub(super) type Walk<'s> = Graph<'s, Finder<'s>>;
