//! What keeps a push from being checked, and what becomes of it then.

use serde::{Deserialize, Serialize};

use super::child::error::ChildError;
use crate::config::ConfigError;
use crate::document::{self, Problem};
use crate::git::GitError;
use crate::report::pusher::WIDTH;
use crate::scan::ScanError;
use crate::state::StateError;
use crate::text::escape::{escape, escape_lines};

/// Why a step of a push failed.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A baseline or the ledger can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The repository, or what git passed to the hook, can't be used.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The push can't be judged.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The judging process ended without a result.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// Standard input can't be read.
    #[error("cannot read the ref updates: {0}")]
    Input(#[source] std::io::Error),
    /// An argument of the hook is no object id.
    #[error("`{0}` is not an object id")]
    NotAnId(String),
    /// The arguments are not those of a hook of the platform.
    #[error("these are not the arguments of a hook of {platform}: {reason}")]
    Arguments {
        /// What people call the platform.
        platform: &'static str,
        /// What is wrong with them.
        reason: String,
    },
}

/// Whose a failure is, which decides what becomes of the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The push itself can't be accepted, for itself and not for its content. It is refused.
    Request,
    /// What git or the platform passed to the hook is unusable. The push is refused.
    Input,
    /// What an exception lets in for one place only can't be put on the ledger, so that it could
    /// go on to other places. The push is refused.
    Admission,
    /// What the administrator wrote, or the ledger, can't be used.
    Configuration,
    /// The limit on time was reached before the push could be judged; the `outcome` of the limit
    /// says what becomes of it.
    Time,
    /// The push could not be judged; `on-error` says what becomes of it.
    Judging,
}

/// What kept a push from being checked, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Whose it is.
    pub kind: FailureKind,
    /// What happened, escaped for a terminal.
    pub error: String,
    /// The mistakes of the configuration, as they are shown.
    pub mistakes: String,
    /// The same in one line each, for the record.
    pub mistakes_in_short: Vec<String>,
    /// What to do about it.
    pub next_step: String,
}

/// At most this many mistakes of a configuration are named in a record.
const MAX_RECORDED_MISTAKES: usize = 5;

impl GateError {
    fn kind(&self) -> FailureKind {
        match self {
            Self::Input(_) | Self::NotAnId(_) | Self::Arguments { .. } => FailureKind::Input,
            Self::Child(_) => FailureKind::Judging,
            Self::Config(_)
            | Self::State(_)
            | Self::Scan(ScanError::Config(_) | ScanError::State(_)) => FailureKind::Configuration,
            Self::Scan(ScanError::Reserved(_)) => FailureKind::Request,
            Self::Git(error) | Self::Scan(ScanError::Git(error)) => match error {
                GitError::Late { .. } => FailureKind::Time,
                GitError::Contradiction { .. } => FailureKind::Request,
                GitError::RefUpdate { .. } | GitError::NoRefUpdate => FailureKind::Input,
                _ => FailureKind::Judging,
            },
        }
    }

    fn problems(&self) -> &[Problem] {
        match self {
            Self::Config(ConfigError::Problems(problems))
            | Self::Scan(ScanError::Config(ConfigError::Problems(problems))) => problems,
            _ => &[],
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::Config(error) | Self::Scan(ScanError::Config(error)) => error.next_step(),
            Self::State(error) | Self::Scan(ScanError::State(error)) => error.next_step(),
            Self::Git(error) | Self::Scan(ScanError::Git(error)) => error.next_step(),
            Self::Child(error) => error.next_step(),
            Self::Scan(ScanError::Reserved(_)) => "Push the other refs alone.".into(),
            Self::Input(_) => "Check what runs the hook, and how it passes its input on.".into(),
            Self::NotAnId(_) => {
                "Ids have 40 hexadecimal digits, or 64 in a SHA-256 repository.".into()
            }
            Self::Arguments { .. } => {
                "See `provost update --help`; --platform must name what runs the hook.".into()
            }
        }
    }
}

impl From<&GateError> for Failure {
    fn from(error: &GateError) -> Self {
        let problems = error.problems();
        // Git sends it to the pusher's terminal, so it never has colours.
        let mistakes = document::render_within(problems, false, WIDTH).trim_end().to_owned();
        let short =
            |it: &Problem| escape(format!("{}: {}", it.place.file_line(), it.message).as_bytes());
        Self {
            kind: error.kind(),
            error: escape_lines(&error.to_string()),
            mistakes,
            mistakes_in_short: problems.iter().take(MAX_RECORDED_MISTAKES).map(short).collect(),
            next_step: error.next_step(),
        }
    }
}

impl Failure {
    /// The error in one text with the mistakes that it sums up, for the record.
    #[must_use]
    pub fn in_full(&self) -> String {
        let mistakes = self.mistakes_in_short.iter().map(|mistake| format!("; {mistake}"));
        std::iter::once(self.error.clone()).chain(mistakes).collect()
    }
}
