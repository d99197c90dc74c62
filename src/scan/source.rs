//! What a scan reads, and what it looks for.

use super::Scope;
use super::budget::Budget;
use crate::config::Config;
use crate::git::{Objects, Repository};

/// What every stage of a scan is given.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) repository: &'s Repository,
    pub(super) objects: &'s Objects<'s>,
    /// Its catalogue is read when there is a commit.
    pub(super) config: &'s Config,
    pub(super) scope: Scope,
    /// Of a push to a server; elsewhere there are no limits.
    pub(super) budget: Option<&'s Budget<'s>>,
}
