//! Finding the marks of very many commits at once, for first pushes and audits: a second
//! thread inspects commits while the walk goes on and reads files meanwhile, packs are read
//! in their own order, and only those trees are compared that could give a finding.
//!
//! It finds what [`Direct`] finds. Nothing outside of this folder needs to know how.

mod files;
mod same_entries;
mod second;
mod sift;
mod work;

use std::cell::OnceCell;
use std::sync::Arc;

use super::compare::{Compare, Compared, Direct, Job};
use super::inspection::Inspection;
use super::source::Source;
use super::stage::Progress;
use super::tree::Trees;
use crate::git::{GitError, IdMap, ObjectId, Objects, Scale};
use second::{Batch, Second};
use work::Work;

/// With fewer commits a second thread gains less than its start and its caches cost.
const FOR_TWO: usize = 2000;
/// How many bytes of commits go to the second thread at once.
const AT_ONCE: usize = 64 << 10;

/// Whether to begin with it, after so many commits were met.
pub(super) fn is_worth_it(met: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => met > FOR_TWO,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// Whether it pays to compare the trees of so many commits with it.
pub(super) fn is_worth_it_for_trees(jobs: usize, objects: &Objects<'_>) -> bool {
    is_for_two(jobs, objects) || work::is_sifting_worth_it(jobs, objects)
}

/// Whether two threads are to compare the trees of so many commits.
fn is_for_two(jobs: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => jobs >= FOR_TWO,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// Finds marks on two threads, and sifts trees before it compares them.
pub(super) struct Bulk<'s> {
    /// Does what is not handed to the second thread, and keeps what both find.
    direct: Direct<'s>,
    /// How many commits were met.
    met: usize,
    batch: Batch,
    /// Started with the first commit; `None` where there is one processor only, or no thread
    /// to be had.
    second: OnceCell<Option<Second>>,
}

impl<'s> Bulk<'s> {
    /// Goes on from what was found directly, in so many commits.
    pub(super) fn new(direct: Direct<'s>, met: usize) -> Self {
        Self { direct, met, batch: Batch::default(), second: OnceCell::new() }
    }

    /// What was found, to go on directly.
    pub(super) fn into_direct(self) -> Direct<'s> {
        self.direct
    }

    /// Hands the batch over to the second thread, as long as that keeps up.
    fn hand_over(&mut self) {
        let Some(Some(second)) = self.second.get() else { return };
        let source = self.direct.source();
        if source.scope.reads_files(&source.config.rules.matchers)
            && work::is_sifting_worth_it(self.met, source.objects)
        {
            second.read_files();
        }
        let looked = second.looked();
        let back = second.hand_over(std::mem::take(&mut self.batch));
        looked.into_iter().for_each(|looked| self.direct.keep(looked));
        if let Some(batch) = back {
            batch.commits().for_each(|(id, raw)| self.direct.inspect(id, raw));
        }
    }
}

impl<'s> Compare<'s> for Bulk<'s> {
    fn inspect(&mut self, id: ObjectId, raw: &[u8]) {
        self.met += 1;
        let Source { objects, config, .. } = self.direct.source();
        let second = self.second.get_or_init(|| Second::start(&config.rules.matchers, objects));
        // A batch would copy it.
        if second.is_none() || raw.len() >= AT_ONCE {
            return self.direct.inspect(id, raw);
        }
        self.batch.add(id, raw);
        if self.batch.bytes() >= AT_ONCE || objects.scale() == Scale::Large {
            self.hand_over();
        }
    }

    fn own_findings(&mut self) -> Result<&IdMap<Arc<Inspection>>, GitError> {
        self.batch.commits().for_each(|(id, raw)| self.direct.inspect(id, raw));
        self.batch = Batch::default();
        if let Some(Some(second)) = self.second.get_mut() {
            let looked = second.rest(self.direct.source().objects);
            looked.into_iter().for_each(|looked| self.direct.keep(looked));
        }
        self.direct.own_findings()
    }

    fn tree_findings(
        &mut self,
        jobs: &[Job],
        trees: &mut Trees<'s>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError> {
        let second = self.second.take().flatten();
        let source = self.direct.source();
        Work::new(jobs, source.objects).compare(source, trees, second, progress)
    }
}
