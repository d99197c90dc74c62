//! Judging in a child process, which can crash, hang or take all memory without taking the
//! gate with it.
//!
//! The child is a fork of the gate, so it has everything that was loaded, for the price of
//! copying page tables. It can only read: see [`protection`]. It streams what it finds to the
//! gate ([`wire`]), and the gate watches it ([`watch`]). The child ends by its own `[limits]`;
//! being killed is a backstop. A captured child could still report nothing; see
//! docs/threat-model.md.

pub(super) mod protection;
mod watch;
mod wire;

use std::cell::{Cell, RefCell};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::net::UnixStream;

use nix::unistd::{ForkResult, Pid, fork, getpid};

use super::judged::Judgement;
use super::{Configured, Failure, Gate, GateError};
use crate::config::limits::Resource;
use crate::git::ObjectId;
use crate::policy::Verdict;
use crate::push::Update;
use crate::report::{Judged, Report, Skipped};
use crate::scan::{Host, Stage};

use protection::Confinement;
use watch::{Deadline, Watched};
use wire::{Event, MAX_FINDINGS_BYTES};

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
    pub(super) fn next_step(&self) -> String {
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

/// Judges a push in a child process.
pub(super) fn judge(configured: &Configured, updates: &[Update], gate: &Gate<'_>) -> Judgement {
    let limits = configured.limits();
    let memory = limits.of(Resource::Memory).most.map(with_reserve);
    let failed = |error: ChildError, found: Vec<Judged>| Judgement::Ended {
        found,
        failure: Failure::from(&GateError::from(error)),
    };
    if let Err(error) = configured.opened.repository.list_reftable() {
        return Judgement::Ended {
            found: Vec::new(),
            failure: Failure::from(&GateError::from(error)),
        };
    }
    let lines = match start() {
        Ok(Started::Gate(lines)) => lines,
        Ok(Started::Child(lines)) => lines.run(configured, updates, memory),
        Err(error) => return failed(ChildError::Start(error), Vec::new()),
    };
    let deadline = Deadline::new(&limits, configured.opened.arrived.started);
    let Watched { found, end } = lines.watch(&deadline, memory, &|event| match event {
        watch::Request::Progress(stage, done) => {
            configured.tell_progress(gate, stage, done);
            false
        }
        watch::Request::Git { new, missing } => configured.git_refuses(new, missing),
    });
    match end {
        Ok(Ok(report)) => Judgement::Whole(Box::new(Report { findings: found, ..*report })),
        Ok(Err(failure)) => Judgement::Ended { found, failure },
        Err(error) => failed(error, found),
    }
}

/// The least memory in bytes that the child may have: with less it could not notice that a
/// lower limit is reached, and end by itself.
const MIN_MEMORY: u64 = 128 << 20;

/// The memory that the child may have: the limit, after which it ends by itself, and a quarter
/// more.
fn with_reserve(bytes: u64) -> u64 {
    bytes.saturating_add(bytes / 4).max(MIN_MEMORY)
}

/// Both sides of a fork.
enum Started {
    Gate(GateLines),
    Child(ChildLines),
}

/// What the gate has of a child.
pub(super) struct GateLines {
    pid: Pid,
    events: UnixStream,
    /// The child's standard error.
    said: PipeReader,
}

/// What a child has of the gate.
struct ChildLines {
    gate: Pid,
    events: UnixStream,
    says: PipeWriter,
}

/// Forks.
fn start() -> io::Result<Started> {
    let (gates, childs) = UnixStream::pair()?;
    let (said, says) = io::pipe()?;
    let gate = getpid();
    #[expect(unsafe_code, reason = "a fork is the cheapest way to hand over what was loaded")]
    // SAFETY: the caller's process has one thread (`Process::Child` asks for that, and a hook
    // starts no other before this), so no lock is held by a thread that the child lacks, and
    // the child may do all that the gate could do.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => {
            Ok(Started::Gate(GateLines { pid: child, events: gates, said }))
        }
        ForkResult::Child => Ok(Started::Child(ChildLines { gate, events: childs, says })),
    }
}

impl ChildLines {
    /// Judges, reports, and ends the process.
    fn run(self, configured: &Configured, updates: &[Update], memory: Option<u64>) -> ! {
        Confinement { gate: self.gate, events: &self.events, says: &self.says, memory }.apply();
        let host = Channel {
            events: RefCell::new(self.events),
            sent: Cell::default(),
            unsent: Cell::default(),
            worst_unsent: Cell::default(),
        };
        let result = configured.judge_with(updates, &host);
        host.end(result);
        std::process::exit(0)
    }
}

/// The gate, as the host of the scan in the child.
struct Channel {
    events: RefCell<UnixStream>,
    /// How many bytes of findings were sent.
    sent: Cell<usize>,
    /// How many findings were not sent, and the worst verdict on them.
    unsent: Cell<usize>,
    worst_unsent: Cell<Verdict>,
}

impl Channel {
    /// Sends an event. Without a gate nothing is left to be done.
    fn send(&self, event: &Event) -> usize {
        wire::send(&mut *self.events.borrow_mut(), event).unwrap_or_else(|_| std::process::exit(1))
    }

    fn end(&self, result: Result<Report, Failure>) {
        let event = result.map(|mut report| {
            // The gate has them already.
            report.findings.clear();
            if self.unsent.get() > 0 {
                report.worst_unreported = report.worst_unreported.max(self.worst_unsent.get());
                report.skipped.push(Skipped::FindingsUnsent { count: self.unsent.get() });
            }
            Box::new(report)
        });
        self.send(&Event::Ended(event));
    }
}

impl Host for Channel {
    fn progress(&self, stage: Stage, done: usize) {
        self.send(&Event::Progress(stage, done));
    }

    fn judged(&self, judged: &Judged) {
        if self.sent.get() > MAX_FINDINGS_BYTES {
            self.unsent.set(self.unsent.get() + 1);
            self.worst_unsent.set(self.worst_unsent.get().max(judged.decision.verdict));
            return;
        }
        let sent = self.send(&Event::Judged(Box::new(wire::bounded(judged))));
        self.sent.set(self.sent.get() + sent);
    }

    fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> bool {
        self.send(&Event::AskGit { new, missing });
        let mut answer = [0];
        let read = self.events.borrow_mut().read_exact(&mut answer);
        read.is_ok() && answer == [1]
    }
}

impl GateLines {
    /// Answers a question of the child.
    fn answer(&mut self, yes: bool) {
        // A child that is gone is noticed when it is read from.
        let _ = self.events.write_all(&[u8::from(yes)]);
    }
}
