//! Proving that an installed hook works: what could keep it from running is looked for,
//! and then it is pushed to.
//!
//! The push goes into a throw-away repository with the same configuration, through the
//! same file. Git accepts a push in silence when it finds no hook, so nothing but a push
//! that is refused proves anything: the probe has one that must be, whatever the policy.

mod checks;
mod probe;
mod target;

use std::path::PathBuf;

use serde::Serialize;

use crate::install::{InstallError, Request};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Worth knowing; pushes are judged all the same.
    Note,
    /// Pushes may be let through unjudged, or refused for no reason.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, for scripts.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen.
    pub text: String,
    /// What to do, where something has to be done.
    pub step: Option<String>,
}

/// What was found out about one hook.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The repository, or the place of the hook.
    pub path: PathBuf,
    /// The platform that the hook was written for, or else that was found.
    pub platform: String,
    /// The hook's file; `None` for one in git's configuration.
    pub hook: Option<PathBuf>,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    fn ok(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Ok, text: text.into(), step: None });
    }

    fn note(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Note, text: text.into(), step: None });
    }

    fn wrong(&mut self, name: &'static str, text: impl Into<String>, step: impl Into<String>) {
        let (text, step) = (text.into(), Some(step.into()));
        self.checks.push(Check { name, outcome: Outcome::Wrong, text, step });
    }

    /// The worst of its checks.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Ok)
    }
}

/// Looks at every hook that a request names.
///
/// # Errors
/// When a path is nothing that hooks go into.
pub fn examine(request: &Request) -> Result<Vec<Diagnosis>, InstallError> {
    let mut all = Vec::new();
    for target in target::targets(request)? {
        let mut diagnosis = Diagnosis {
            path: target.path.clone(),
            platform: target.platform.clone(),
            hook: target.hook.clone(),
            checks: Vec::new(),
        };
        if let Some(runnable) = checks::hook(&target, &mut diagnosis) {
            checks::surroundings(&target, &runnable, &mut diagnosis);
            probe::probe(&target, &runnable, &mut diagnosis);
        }
        all.push(diagnosis);
    }
    Ok(all)
}
