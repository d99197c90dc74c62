//! How the judging process ended without a result.

use std::io;

use crate::config::limits::Resource;

/// How the judging process ended otherwise than with a result.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// The system gives no process, or no connection to it.
    #[error("the process that checks pushes could not be started: {0}")]
    Start(#[source] io::Error),
    /// A signal ended it: a crash, or the system's own killing.
    #[error("the process that checked the push was ended by {signal}{}", remark(.said, *.memory))]
    Signal {
        /// `SIGSEGV` say.
        signal: String,
        /// What it wrote to standard error, at most a few lines.
        said: String,
        /// The most memory in bytes that it could have.
        memory: Option<u64>,
    },
    /// It ended without a result.
    #[error("the process that checked the push ended without a result, with status {status}{}", remark(.said, *.memory))]
    Status {
        /// The exit status.
        status: i32,
        /// What it wrote to standard error.
        said: String,
        /// The most memory in bytes that it could have.
        memory: Option<u64>,
    },
    /// It went on after the limit on time.
    #[error(
        "the process that checked the push was ended by SIGKILL, because it went on after the limit of {limit} on time"
    )]
    Time {
        /// The limit, as people write it.
        limit: String,
    },
    /// There is no limit on time, and it did nothing for long.
    #[error(
        "the process that checked the push was ended by SIGKILL, because nothing was heard of it for {seconds} seconds"
    )]
    Silence {
        /// How long.
        seconds: u64,
    },
    /// What came from it is no result.
    #[error(
        "the process that checked the push was ended by SIGKILL, because what it sent is no result"
    )]
    Garbled,
}

fn remark(said: &str, memory: Option<u64>) -> String {
    let memory =
        memory.map(|bytes| format!("it may have {} of memory", Resource::Memory.shown(bytes)));
    let said = Some(said.trim()).filter(|said| !said.is_empty()).map(str::to_owned);
    let remarks: Vec<String> = said.into_iter().chain(memory).collect();
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) }
}

impl ChildError {
    pub(in crate::gate) fn next_step(&self) -> String {
        match self {
            Self::Start(_) => "Check how many processes the account of the hook may have.",
            Self::Time { .. } | Self::Silence { .. } => {
                "Raise `time` in [limits], or have the history pushed in smaller parts."
            }
            Self::Signal { .. } | Self::Status { .. } | Self::Garbled => {
                "Run `git fsck` in the repository, and look for the same time in the journal of \
                 the kernel. Without damage or want of memory it is a fault of provost: report it."
            }
        }
        .into()
    }
}
