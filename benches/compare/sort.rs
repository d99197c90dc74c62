//! The sorts of programs that are run, by what their exit codes mean.

use crate::Failure;
use crate::measure::Ended;

/// What an exit code means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sort {
    /// 0: nothing was wrong.
    Plain,
    /// 1: a breach was found.
    Provost,
    /// The same.
    Shell,
    /// The same.
    Committed,
    /// The number of violations, and 252 for more.
    Gitlint,
    /// 200: something was found.
    Kingfisher,
}

impl Sort {
    /// Fails unless a process has done its work, whatever came of it.
    pub(crate) fn must_have_worked(self, name: &str, ended: &Ended) -> Result<(), Failure> {
        let most = match self {
            Self::Plain => 0,
            Self::Provost | Self::Shell | Self::Committed => 1,
            Self::Gitlint => 252,
            Self::Kingfisher => 200,
        };
        match ended.status.code() {
            Some(code) if code == 0 || code == most => return Ok(()),
            Some(code) if matches!(self, Self::Gitlint) && code < most => return Ok(()),
            _ => {}
        }
        let errors = ended.errors.trim_end();
        Err(format!("{name} could not do its work ({}): {errors}", ended.status).into())
    }
}
