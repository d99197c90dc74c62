//! What a path is, for an installation.

use std::path::PathBuf;

/// Kinds of places that hooks go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// GitLab's directory of hooks for all repositories.
    GitlabHooks,
    /// The home of gitolite's account.
    Gitolite,
    /// A site of Gerrit.
    Gerrit,
    /// The home of Bitbucket.
    Bitbucket,
    /// Any folder; files for GitHub Enterprise Server are made there.
    Github,
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
    /// The platform, as `--platform` takes it.
    pub platform: &'static str,
    /// What it was taken for, and why.
    pub why: String,
}
