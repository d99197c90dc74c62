//! Inspecting the commits that a walk meets: many of them on a second thread.

use std::sync::Arc;

use super::budget::Budget;
use super::commit::Known;
use super::inspection::Inspection;
use super::second::{Batch, Looked, Second, look};
use super::{Scope, jobs};
use crate::config::Config;
use crate::git::{GitError, IdMap, ObjectId, Objects, Scale};

/// Inspects the commits that a walk meets, many of them on a second thread.
pub(super) struct Inspector<'s> {
    /// Whose catalogue is read when there is a commit.
    config: &'s Config,
    objects: &'s Objects<'s>,
    scope: Scope,
    budget: Option<&'s Budget<'s>>,
    known: Known,
    /// How many commits were met since what was found was last asked for.
    met: usize,
    batch: Batch,
    second: Option<Second>,
    /// Whether there can be no second thread.
    is_alone: bool,
    found: IdMap<Arc<Inspection>>,
    failed: Option<GitError>,
}

/// How many bytes of commits go to the second thread at once.
const AT_ONCE: usize = 64 << 10;

impl<'s> Inspector<'s> {
    pub(super) fn new(
        config: &'s Config,
        objects: &'s Objects<'s>,
        scope: Scope,
        budget: Option<&'s Budget<'s>>,
    ) -> Self {
        Self {
            config,
            objects,
            scope,
            budget,
            known: Known::default(),
            met: 0,
            batch: Batch::default(),
            second: None,
            is_alone: false,
            found: IdMap::default(),
            failed: None,
        }
    }

    /// Takes a new commit.
    pub(super) fn take(&mut self, id: ObjectId, raw: &[u8]) {
        if let Some(budget) = self.budget {
            budget.commit();
        }
        self.met += 1;
        let is_large = self.objects.scale() == Scale::Large;
        if raw.len() >= AT_ONCE || self.met <= jobs::FOR_TWO && !is_large {
            // A batch would copy it, and a few are done before a thread has started.
            let matchers = &self.config.rules.matchers;
            let looked = look(matchers, self.objects, &mut self.known, (id, raw));
            self.keep(looked.into_iter().collect());
            return;
        }
        self.batch.add(id, raw);
        if self.batch.bytes() >= AT_ONCE || is_large {
            self.pass_on();
        }
    }

    /// What the commits that were taken hold, nothing mostly; and the second thread, if it was
    /// told to read files.
    ///
    /// # Errors
    /// When one of them is too broken to be a commit.
    pub(super) fn found(&mut self) -> Result<(&IdMap<Arc<Inspection>>, Option<Second>), GitError> {
        self.look();
        self.met = 0;
        let mut second = self.second.take();
        if let Some(second) = &mut second {
            let looked = second.rest(self.objects);
            self.keep(looked);
        }
        self.failed.take().map_or(Ok((&self.found, second)), Err)
    }

    /// Inspects on this thread.
    fn look(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if !batch.is_empty() {
            let matchers = &self.config.rules.matchers;
            let looked = batch.look(matchers, self.objects, &mut self.known);
            self.keep(looked);
        }
    }

    /// Passes commits on to the second thread, if there is one and it keeps up.
    fn pass_on(&mut self) {
        if self.second.is_none() && !self.is_alone {
            self.second = Second::start(&self.config.rules.matchers, self.objects);
            self.is_alone = self.second.is_none();
        }
        let Some(second) = &self.second else { return self.look() };
        if self.scope.reads_files(&self.config.rules.matchers)
            && jobs::is_large(self.met, self.objects)
        {
            second.read_files();
        }
        let looked = second.looked();
        let back = second.hand_over(std::mem::take(&mut self.batch));
        self.keep(looked);
        if let Some(batch) = back {
            self.batch = batch;
            self.look();
        }
    }

    fn keep(&mut self, looked: Vec<Looked>) {
        for looked in looked {
            match looked {
                Ok((id, inspection)) => {
                    if let Some(budget) = self.budget {
                        budget.findings(inspection.findings.len());
                    }
                    self.found.insert(id, inspection);
                }
                Err(error) => self.failed = self.failed.take().or(Some(error)),
            }
        }
    }
}
