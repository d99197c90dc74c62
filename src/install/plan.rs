//! What has to be done, in order, and what a reader should know of it.

use std::path::{Path, PathBuf};

use super::authority::Authority;
use super::{InstallError, Step};
use crate::owner::{self, Acting};

/// The steps of an installation, in order, with remarks for the reader.
#[derive(Debug, Default)]
pub struct Plan {
    /// What was found, and remarks, in order.
    pub notes: Vec<String>,
    /// What needs the administrator's attention.
    pub warnings: Vec<String>,
    /// What has to be done; empty when all is so already.
    pub steps: Vec<Step>,
    /// How each step is done.
    authorities: Vec<Authority>,
    /// The repository or home that is planned for.
    pub(super) site: Option<PathBuf>,
    /// Places in which nothing is changed, and why; the others are not kept waiting.
    pub left: Vec<InstallError>,
    /// Whether baselines are part of it: the repositories are known one by one.
    pub has_baselines: bool,
    /// The mode of the policy that the hook will have, where it is known.
    pub mode: Option<super::Mode>,
}

impl Plan {
    pub(super) fn say(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn say_once(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.say(note);
        }
    }

    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    pub(super) fn warnings(&mut self, warnings: Vec<String>) {
        self.warnings.extend(warnings);
    }

    pub(super) fn step(&mut self, step: Step) {
        // Several repositories may share a directory of hooks, or a policy.
        if !self.steps.contains(&step) {
            self.steps.push(step);
            let (account, site) = (owner::current(), self.site.clone());
            self.authorities.push(Authority { account, site });
        }
    }

    /// Notes the repository or home that the following steps are for, and acts as its owner
    /// while they are planned.
    pub(super) fn begin(&mut self, site: &Path) -> Result<Acting, InstallError> {
        self.site = Some(site.to_owned());
        Acting::for_path(site).map_err(InstallError::account(site))
    }

    /// The following steps are for what the administrator has named, as the account that
    /// started this.
    pub(super) fn begin_own(&mut self) -> Result<Acting, InstallError> {
        self.site = None;
        Acting::own().map_err(InstallError::account(Path::new("/")))
    }

    /// Plans a directory, unless it is there.
    pub(super) fn directory(&mut self, path: &Path) {
        if !path.is_dir() {
            self.step(Step::Directory { path: path.to_owned() });
        }
    }

    /// Plans a folder of a repository's state, unless it is there.
    pub(super) fn state_folder(&mut self, repository: &Path, path: &Path) {
        if !path.is_dir() {
            let (repository, path) = (repository.to_owned(), path.to_owned());
            self.step(Step::StateFolder { repository, path });
        }
    }

    /// Does the steps, or the first of them.
    ///
    /// # Errors
    /// The step that could not be done; those before it are.
    pub fn carry_out(&self, at_most: usize) -> Result<(), InstallError> {
        for (step, authority) in self.steps.iter().zip(&self.authorities).take(at_most) {
            step.carry_out(authority)
                .map_err(|source| InstallError::Step { step: step.to_string(), source })?;
        }
        Ok(())
    }
}
