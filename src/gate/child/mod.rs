//! Judging in a child process, which can crash, hang or take all memory without taking the
//! gate with it.
//!
//! The child is a fork of the gate, so it has everything that was loaded, for the price of
//! copying page tables. It can only read: see [`protection`]. It streams what it finds to the
//! gate ([`wire`]), and the gate watches it ([`watch`]). The child ends by its own `[limits]`;
//! being killed is a backstop. A captured child could still report nothing; see
//! docs/threat-model.md.

pub(super) mod error;
mod process;
pub(super) mod protection;
mod watch;
mod wire;

use std::cell::{Cell, RefCell};
use std::io::Read;
use std::os::unix::net::UnixStream;

use super::judgement::Judgement;
use super::{Configured, Failure, Gate, GateError};
use crate::config::limits::Resource;
use crate::git::ObjectId;
use crate::policy::Verdict;
use crate::push::Update;
use crate::report::{Judged, Report, Skipped};
use crate::scan::{Host, Stage};
use error::ChildError;
use process::{ChildLines, Started, start};
use protection::Confinement;
use watch::{Deadline, Watched};
use wire::{Event, MAX_FINDINGS_BYTES};

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
            Some(false)
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

    fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> Option<bool> {
        self.send(&Event::AskGit { new, missing });
        let mut answer = [0];
        let read = self.events.borrow_mut().read_exact(&mut answer);
        // Without an answer nothing is known.
        if read.is_ok() { wire::answer_of(answer[0]) } else { Some(false) }
    }
}
