//! Watching the judging process: taking what it sends, answering its questions, and ending it
//! when its time is over.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};

use super::wire::{self, Event};
use super::{ChildError, GateLines};
use crate::config::limits::{Limits, Resource};
use crate::gate::Failure;
use crate::git::ObjectId;
use crate::report::{Judged, Report};
use crate::scan::Stage;
use crate::text::escape::escape_lines;

/// How long after the limit on time the child is killed: so that the pusher has the answer a
/// second after it.
const GRACE: Duration = Duration::from_millis(900);
/// How long a child without a limit on time may be silent. It tells its progress every ten
/// seconds at least while it reads objects.
const MAX_SILENCE: Duration = Duration::from_secs(120);
/// How much of the child's standard error is kept, in bytes.
const MAX_SAID_BYTES: u64 = 1000;

/// Until when the gate waits for a judging process.
pub(super) struct Deadline {
    /// When it is killed, and the limit as people write it.
    end: Option<(Instant, String)>,
}

impl Deadline {
    pub(super) fn new(limits: &Limits, started: Instant) -> Self {
        let end = limits.of(Resource::Time).most.and_then(|most| {
            let end = started.checked_add(Duration::from_millis(most))?.checked_add(GRACE)?;
            Some((end, Resource::Time.shown(most)))
        });
        Self { end }
    }

    /// How long the next event may take; the error when there is no time left.
    fn left(&self) -> Result<Duration, ChildError> {
        let Some((end, limit)) = &self.end else { return Ok(MAX_SILENCE) };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ChildError::Time { limit: limit.clone() }) } else { Ok(left) }
    }

    /// What happened when nothing came in that time.
    fn missed(&self) -> ChildError {
        match &self.end {
            Some((_, limit)) => ChildError::Time { limit: limit.clone() },
            None => ChildError::Silence { seconds: MAX_SILENCE.as_secs() },
        }
    }
}

/// Something that a child wants of the gate.
pub(super) enum Request {
    /// Show how far it is.
    Progress(Stage, usize),
    /// Ask git whether it refuses an update to `new`, because `missing` is missing.
    Git { new: ObjectId, missing: ObjectId },
}

/// What came of a child.
pub(super) struct Watched {
    /// What it found.
    pub(super) found: Vec<Judged>,
    /// Its result, or how it ended without one.
    pub(super) end: Result<Result<Box<Report>, Failure>, ChildError>,
}

impl GateLines {
    /// Waits for the child's end; `serve` carries out its requests, and answers questions.
    pub(super) fn watch(
        mut self,
        deadline: &Deadline,
        memory: Option<u64>,
        serve: &dyn Fn(Request) -> bool,
    ) -> Watched {
        let mut found = Vec::new();
        let end = loop {
            match self.next(deadline) {
                Ok(Some(Event::Progress(stage, done))) => {
                    serve(Request::Progress(stage, done));
                }
                Ok(Some(Event::Judged(judged))) => found.push(*judged),
                Ok(Some(Event::AskGit { new, missing })) => {
                    let answer = serve(Request::Git { new, missing });
                    self.answer(answer);
                }
                Ok(Some(Event::Ended(result))) => break Ok(result),
                Ok(None) => break Err(None),
                Err(error) => break Err(Some(error)),
            }
        };
        let end = match end {
            // It has nothing more to say, and ends by itself.
            Ok(result) => {
                let _ = waitpid(self.pid, None);
                Ok(result)
            }
            Err(None) => Err(self.ended(memory)),
            Err(Some(error)) => {
                let _ = kill(self.pid, Signal::SIGKILL);
                let _ = waitpid(self.pid, None);
                Err(error)
            }
        };
        Watched { found, end }
    }

    fn next(&mut self, deadline: &Deadline) -> Result<Option<Event>, ChildError> {
        let mut from = Patient { stream: &self.events, deadline, missed: None };
        match wire::receive(&mut from) {
            Ok(event) => Ok(event),
            Err(_) => Err(from.missed.unwrap_or(ChildError::Garbled)),
        }
    }

    /// How a child ended that sends nothing more.
    fn ended(&mut self, memory: Option<u64>) -> ChildError {
        let status = loop {
            match waitpid(self.pid, None) {
                Err(nix::errno::Errno::EINTR) => {}
                status => break status,
            }
        };
        let mut said = Vec::new();
        // The child is gone, so this ends.
        let _ = (&mut self.said).take(MAX_SAID_BYTES).read_to_end(&mut said);
        let said = escape_lines(&String::from_utf8_lossy(&said)).replace('\n', "; ");
        match status {
            Ok(WaitStatus::Signaled(_, signal, _)) => {
                ChildError::Signal { signal: signal.as_str().to_owned(), said, memory }
            }
            Ok(WaitStatus::Exited(_, status)) => ChildError::Status { status, said, memory },
            _ => ChildError::Garbled,
        }
    }
}

/// Reads from the child until a deadline.
struct Patient<'p> {
    stream: &'p UnixStream,
    deadline: &'p Deadline,
    /// Set when it was missed.
    missed: Option<ChildError>,
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.left().and_then(|left| {
            let set = self.stream.set_read_timeout(Some(left));
            set.map_err(|_| ChildError::Garbled)
        });
        if let Err(error) = left {
            self.missed = Some(error);
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut stream = self.stream;
        stream.read(buffer).inspect_err(|error| {
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
                self.missed = Some(self.deadline.missed());
            }
        })
    }
}
