//! The way in which very many commits are looked at.

use std::cell::OnceCell;
use std::sync::Arc;

use super::second::{Batch, Second};
use super::work::Work;
use super::worth::is_sifting_worth_it;
use crate::git::{GitError, IdMap, ObjectId, Scale};
use crate::scan::compare::{Compare, Compared, Direct, Job};
use crate::scan::inspection::Inspection;
use crate::scan::source::Source;
use crate::scan::stage::Progress;
use crate::scan::tree::Trees;

/// How many bytes of commits go to the second thread at once.
const AT_ONCE: usize = 64 << 10;

/// Finds marks on two threads, and sifts trees before it compares them.
pub(in crate::scan) struct Bulk<'s> {
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
    /// Goes on from what was found directly, in `met` commits.
    pub(in crate::scan) fn new(direct: Direct<'s>, met: usize) -> Self {
        Self { direct, met, batch: Batch::default(), second: OnceCell::new() }
    }

    /// What was found, to go on directly.
    pub(in crate::scan) fn into_direct(self) -> Direct<'s> {
        self.direct
    }

    /// Hands the batch over to the second thread, as long as that keeps up.
    fn hand_over(&mut self) {
        let Some(Some(second)) = self.second.get() else { return };
        let source = self.direct.source();
        if source.scope.reads_files(&source.config.rules.matchers)
            && is_sifting_worth_it(self.met, source.objects)
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
