//! Starting the judging process, and the lines between it and the gate.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::unix::net::UnixStream;

use nix::unistd::{ForkResult, Pid, fork, getpid};

use super::wire::answer_byte;

/// Both sides of a fork.
pub(super) enum Started {
    Gate(GateLines),
    Child(ChildLines),
}

/// What the gate has of a child.
pub(super) struct GateLines {
    pub(super) pid: Pid,
    pub(super) events: UnixStream,
    /// The child's standard error.
    pub(super) said: PipeReader,
}

/// What a child has of the gate.
pub(super) struct ChildLines {
    pub(super) gate: Pid,
    pub(super) events: UnixStream,
    pub(super) says: PipeWriter,
}

/// Forks.
pub(super) fn start() -> io::Result<Started> {
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

impl GateLines {
    /// Answers a question of the child.
    pub(super) fn answer(&mut self, answer: Option<bool>) {
        // A child that is gone is noticed when it is read from.
        let _ = self.events.write_all(&[answer_byte(answer)]);
    }
}
