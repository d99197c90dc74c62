//! How far a push has come before it was judged, or before a failure.

use std::os::unix::ffi::OsStrExt;

use super::arrived::Arrived;
use super::configured::Configured;
use super::opened::Opened;
use super::settings::Gate;
use crate::config::log::LogSettings;
use crate::config::{log_despite, policy_despite};
use crate::git::Repository;
use crate::policy::{Judge, Situation};
use crate::report::Texts;
use crate::scan;

/// How far a push has come, with what is known of it by then.
pub(super) enum Reached {
    Arrived(Box<Arrived>),
    Opened(Box<Opened>),
    Configured(Box<Configured>),
}

impl From<Arrived> for Reached {
    fn from(arrived: Arrived) -> Self {
        Self::Arrived(Box::new(arrived))
    }
}

impl From<Opened> for Reached {
    fn from(opened: Opened) -> Self {
        Self::Opened(Box::new(opened))
    }
}

impl From<Configured> for Reached {
    fn from(configured: Configured) -> Self {
        Self::Configured(Box::new(configured))
    }
}

impl Reached {
    pub(super) fn arrived(&self) -> &Arrived {
        match self {
            Self::Arrived(arrived) => arrived,
            Self::Opened(opened) => &opened.arrived,
            Self::Configured(configured) => &configured.opened.arrived,
        }
    }

    pub(super) fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Arrived(_) => None,
            Self::Opened(opened) => Some(&opened.repository),
            Self::Configured(configured) => Some(&configured.opened.repository),
        }
    }

    pub(super) fn configured(&self) -> Option<&Configured> {
        match self {
            Self::Configured(configured) => Some(configured),
            _ => None,
        }
    }

    /// The repository's directory as bytes.
    pub(super) fn directory(&self) -> Option<&[u8]> {
        self.repository().map(|repository| repository.git_dir().as_os_str().as_bytes())
    }

    /// What `[log]` says, as far as it can be read.
    pub(super) fn log(&self, gate: &Gate<'_>) -> Option<LogSettings> {
        match self.configured() {
            Some(configured) => configured.config.log.clone(),
            None => log_despite(gate.layers(self.repository())),
        }
    }

    /// What policy wants to be read, as far as it can be known.
    pub(super) fn texts(&self, gate: &Gate<'_>) -> Texts {
        if let Some(configured) = self.configured() {
            return configured.texts.clone();
        }
        let policy = policy_despite(gate.layers(self.repository()));
        let push = &self.arrived().push;
        let judge = Judge::new(&policy, Situation::unknown(&push.repository), Vec::new);
        let refs: Vec<_> = push.updates.iter().map(|update| update.name().clone()).collect();
        scan::texts(&judge, &[], &refs)
    }
}
