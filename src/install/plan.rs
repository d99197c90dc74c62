//! What has to be done, in order, and what a reader should know of it.

use super::{InstallError, Step};

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What was found, and remarks, in order.
    pub notes: Vec<String>,
    /// What needs the administrator's attention.
    pub warnings: Vec<String>,
    /// What has to be done; empty when all is so already.
    pub steps: Vec<Step>,
    /// Whether baselines are part of it: the repositories are known one by one.
    pub has_baselines: bool,
    /// The mode of the policy that the hook will have, where it is known.
    pub mode: Option<super::Mode>,
}

impl Plan {
    pub(super) fn say(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn say_once(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
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
        }
    }

    /// Plans a directory, unless it is there.
    pub(super) fn directory(&mut self, path: &std::path::Path) {
        if !path.is_dir() {
            self.step(Step::Directory { path: path.to_owned() });
        }
    }

    /// Plans a folder of a repository's state, unless it is there.
    pub(super) fn state_folder(&mut self, repository: &std::path::Path, path: &std::path::Path) {
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
        for step in self.steps.iter().take(at_most) {
            step.carry_out()
                .map_err(|source| InstallError::Step { step: step.to_string(), source })?;
        }
        Ok(())
    }
}
