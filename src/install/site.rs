//! What a path is, for an installation.

use std::path::PathBuf;

use crate::platform::{Home, Platform};

/// Kinds of places that hooks go into.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// One repository.
    Repository,
    /// A folder with repositories.
    Folder,
    /// A template for new repositories (git-init(1)).
    Template,
    /// The whole machine, by `core.hooksPath`.
    System,
    /// The whole machine, by hooks in Git's configuration.
    Configured,
    /// The place of a platform outside of its repositories.
    Home(&'static Home),
    /// A developer's own repository.
    Client,
}

/// A path and what it is.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path; for a repository its Git directory.
    pub path: PathBuf,
    /// What it is.
    pub place: Place,
    /// The platform.
    pub platform: &'static Platform,
    /// What it was taken for, and why.
    pub why: String,
}
