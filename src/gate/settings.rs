//! What a gate is given to check pushes with.

use std::path::PathBuf;

use crate::config::Layers;
use crate::git::Repository;

/// Where judging takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// In a child process, which has no rights but to read. The caller must have one thread.
    Child,
    /// In the caller's own process.
    Own,
}

/// Something to be read while a push is checked, before its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A remark that the pages of a platform show too.
    Note(String),
    /// How far the check is, for a terminal only.
    Progress(String),
}

/// What a gate is given to check pushes with.
#[derive(Clone, Copy)]
pub struct Gate<'g> {
    /// The files of `--rules`, weakest first.
    pub files: &'g [PathBuf],
    /// Whether the layers of the machine and the repository are left out.
    pub isolated: bool,
    /// Where judging takes place.
    pub process: Process,
    /// Takes what is to be read before the answer is there.
    pub tell: &'g dyn Fn(Message),
}

impl Gate<'_> {
    /// Returns the layers of the configuration that count for a repository.
    pub(super) fn layers<'a>(&'a self, repository: Option<&'a Repository>) -> Layers<'a> {
        Layers { repository, files: self.files, isolated: self.isolated, ..Layers::default() }
    }
}
