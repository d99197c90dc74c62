//! The life of a push on a server, from its arrival to its answer.
//!
//! ```text
//! Arrived -> Opened -> Configured -> Judged -> Noted -> Recorded -> Answer
//! ```
//!
//! Each step consumes the one before. A step that fails keeps what was known until then, and
//! the push goes on from there to its record and its answer, so that no failure leaves a push
//! without either. Nothing here prints or ends the process; `cli` does that.
//!
//! Server hooks judge in a child process (`gate::child`). What a push makes the judge do (crash,
//! hang, take all memory) then costs that process only, and the gate still records and answers.

mod answer;
mod arrived;
mod child;
mod configured;
mod failure;
mod judged;
mod opened;
mod recorded;

use std::path::PathBuf;

use crate::config::Layers;
use crate::git::Repository;

pub use answer::Answer;
pub use arrived::{Arrival, Arrived};
pub use child::protection::{Held, Protection, protections};
pub use configured::Configured;
pub use failure::{Failure, FailureKind, GateError};
pub use judged::Judged;
pub use opened::Opened;

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
    /// Takes a push through all steps, and returns its answer.
    #[must_use]
    pub fn check(&self, arrival: Arrival) -> Answer {
        let arrived = match arrival {
            Arrival::Push(arrived) => arrived,
            Arrival::Nothing(arrived) => return Answer::nothing_yet(self, arrived),
            Arrival::Failed(arrived, error) => return self.finish(Judged::failed(arrived, &error)),
        };
        let judged = match arrived.open() {
            Err(failed) => *failed,
            Ok(opened) => match opened.configure(self) {
                Err(failed) => *failed,
                Ok(configured) => configured.judge(self),
            },
        };
        self.finish(judged)
    }

    fn finish(&self, judged: Judged) -> Answer {
        judged.note().record(self).answer(self)
    }

    /// The layers of the configuration.
    fn layers<'a>(&'a self, repository: Option<&'a Repository>) -> Layers<'a> {
        Layers { repository, files: self.files, isolated: self.isolated, ..Layers::default() }
    }
}
