//! Watching the judging process: taking what it sends, answering its questions, and ending it
//! when its time is over.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use super::error::ChildError;
use super::process::GateLines;
use super::wire::{self, Event};
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
/// How often it is looked whether a child that has closed its line is gone: at first, and at
/// most.
const FIRST_LOOK_AFTER: Duration = Duration::from_micros(50);
const MAX_BETWEEN_LOOKS: Duration = Duration::from_millis(5);
/// How much of the child's standard error is kept, in bytes.
const MAX_SAID_BYTES: u64 = 1000;

/// Until when the gate waits for a judging process.
pub(super) enum Deadline {
    /// Until then. The limit on time, as people write it.
    At(Instant, String),
    /// Until it has been silent for so long.
    Silence(Duration),
}

impl Deadline {
    pub(super) fn new(limits: &Limits, started: Instant) -> Self {
        let end = limits.of(Resource::Time).most.and_then(|most| {
            let end = started.checked_add(Duration::from_millis(most))?.checked_add(GRACE)?;
            Some(Self::At(end, Resource::Time.shown(most)))
        });
        end.unwrap_or(Self::Silence(MAX_SILENCE))
    }

    /// How long the next event may take; zero when there is no time left.
    fn left(&self) -> Duration {
        match self {
            Self::At(end, _) => end.saturating_duration_since(Instant::now()),
            Self::Silence(most) => *most,
        }
    }

    /// Whether there is no time left for a child that has been silent since then.
    fn is_over(&self, silent_since: Instant) -> bool {
        match self {
            Self::At(end, _) => Instant::now() >= *end,
            Self::Silence(most) => silent_since.elapsed() >= *most,
        }
    }

    /// What happened when nothing came in that time.
    fn missed(&self) -> ChildError {
        match self {
            Self::At(_, limit) => ChildError::Time { limit: limit.clone() },
            Self::Silence(most) => ChildError::Silence { seconds: most.as_secs() },
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
        serve: &dyn Fn(Request) -> Option<bool>,
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
            // It has nothing more to say, and nothing left to do.
            Ok(result) => {
                self.kill();
                Ok(result)
            }
            Err(None) => Err(self.ended(deadline, memory)),
            Err(Some(error)) => {
                self.kill();
                Err(error)
            }
        };
        Watched { found, end }
    }

    fn next(&mut self, deadline: &Deadline) -> Result<Option<Event>, ChildError> {
        let mut from = Patient { stream: &self.events, deadline, is_late: false };
        match wire::receive(&mut from) {
            Ok(event) => Ok(event),
            Err(_) if from.is_late => Err(deadline.missed()),
            Err(_) => Err(ChildError::Garbled),
        }
    }

    fn kill(&self) {
        let _ = kill(self.pid, Signal::SIGKILL);
        let _ = waitpid(self.pid, None);
    }

    /// How a child ended that sends nothing more.
    fn ended(&mut self, deadline: &Deadline, memory: Option<u64>) -> ChildError {
        let silent_since = Instant::now();
        let mut pause = FIRST_LOOK_AFTER;
        let status = loop {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)) {
                Err(nix::errno::Errno::EINTR) => {}
                Ok(WaitStatus::StillAlive) if deadline.is_over(silent_since) => {
                    // It has closed its line and goes on.
                    self.kill();
                    return deadline.missed();
                }
                Ok(WaitStatus::StillAlive) => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(MAX_BETWEEN_LOOKS);
                }
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
    /// Whether it was missed.
    is_late: bool,
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.left();
        if left.is_zero() {
            self.is_late = true;
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut stream = self.stream;
        stream.read(buffer).inspect_err(|error| {
            let late = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
            self.is_late |= late.contains(&error.kind());
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::FileLine;
    use crate::finding::{Confidence, Field, Finding, Kind, Marker};
    use crate::git::RefName;
    use crate::policy::{Decision, Verdict};
    use nix::unistd::Pid;
    use std::io::Write;
    use std::process::Command;
    use std::sync::Arc;

    /// A process that does nothing, and the test in its place at the other end of its line.
    fn stand_in(script: &str) -> (GateLines, UnixStream) {
        let (events, other) = UnixStream::pair().unwrap();
        let (said, says) = io::pipe().unwrap();
        #[expect(clippy::zombie_processes, reason = "what is tested waits for it")]
        let child = Command::new("/bin/sh").args(["-c", script]).stderr(says).spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        (GateLines { pid, events, said }, other)
    }

    fn finding() -> Judged {
        let marker = Marker {
            id: "a/b".into(),
            tool: "a".into(),
            tool_name: "A".into(),
            vendor: String::new(),
            kind: Kind::Ref,
            confidence: Confidence::Weak,
            since: String::new(),
        };
        Judged {
            commit: None,
            ref_name: RefName::new(*b"refs/heads/x"),
            finding: Finding::new(&Arc::new(marker), Field::RefName, b"refs/heads/x"),
            decision: Decision {
                verdict: Verdict::Warn,
                said: Verdict::Warn,
                full: Verdict::Warn,
                because: Some(FileLine { file: "rules.toml".into(), line: 1 }),
                reason: None,
                text: None,
                why: None,
                exemption: None,
                exemption_ends: None,
                refused_from: None,
                suspended: false,
                place_bound: Vec::new(),
            },
        }
    }

    fn patient() -> Deadline {
        Deadline::Silence(Duration::from_secs(60))
    }

    fn error(watched: &Watched) -> String {
        watched.end.as_ref().map(drop).unwrap_err().to_string()
    }

    #[test]
    fn what_a_child_found_outlives_it_with_the_words_of_its_end() {
        let (lines, mut other) = stand_in("echo 'out of luck' >&2; kill -SEGV $$");
        wire::send(&mut other, &Event::Judged(Box::new(finding()))).unwrap();
        drop(other);
        let watched = lines.watch(&patient(), Some(5 << 20), &|_| Some(false));
        let found = &watched.found[0];
        assert_eq!((&found.finding, &found.decision), (&finding().finding, &finding().decision));
        let said = "was ended by SIGSEGV (out of luck; it may have 5.0 MiB of memory)";
        assert!(error(&watched).ends_with(said), "{}", error(&watched));
        let (lines, other) = stand_in("exit 3");
        drop(other);
        let watched = lines.watch(&patient(), None, &|_| Some(false));
        assert!(
            error(&watched).ends_with("without a result, with status 3"),
            "{}",
            error(&watched)
        );
    }

    /// Wherever the stream ends, what came whole counts, and there is no result.
    #[test]
    fn a_stream_that_ends_at_any_byte_is_no_result() {
        let mut stream = Vec::new();
        let mut whole = Vec::new();
        for event in [
            Event::Progress(Stage::Reading, 1),
            Event::Judged(Box::new(finding())),
            Event::Judged(Box::new(finding())),
            Event::Ended(Ok(Box::default())),
        ] {
            wire::send(&mut stream, &event).unwrap();
            whole.extend(matches!(event, Event::Judged(_)).then_some(stream.len()));
        }
        for cut in 0..=stream.len() {
            let (lines, mut other) = stand_in("");
            other.write_all(&stream[..cut]).unwrap();
            drop(other);
            let watched = lines.watch(&patient(), None, &|_| Some(false));
            let found = whole.iter().filter(|end| **end <= cut).count();
            assert_eq!((watched.found.len(), watched.end.is_ok()), (found, cut == stream.len()));
        }
    }

    #[test]
    fn a_child_that_is_late_silent_or_talks_nonsense_is_killed() {
        let late = Deadline::At(Instant::now() + Duration::from_millis(50), "9s".into());
        let silent = Deadline::Silence(Duration::from_millis(50));
        for (deadline, said) in [
            (late, "went on after the limit of 9s on time"),
            (silent, "nothing was heard of it for 0 seconds"),
            (patient(), "what it sent is no result"),
        ] {
            let (lines, mut other) = stand_in("exec sleep 600");
            let pid = lines.pid;
            if matches!(&deadline, Deadline::Silence(most) if *most > Duration::from_secs(1)) {
                other.write_all(&[0xff; 100]).unwrap();
            }
            let watched = lines.watch(&deadline, None, &|_| Some(false));
            assert!(error(&watched).contains(said), "{}", error(&watched));
            assert!(error(&watched).contains("SIGKILL"));
            assert!(kill(pid, None).is_err(), "it is gone, and waited for");
        }
    }

    /// A child that was captured could close its line, or report a result, and go on.
    #[test]
    fn a_child_that_goes_on_without_its_line_or_after_its_result_is_killed() {
        let (lines, other) = stand_in("exec sleep 600");
        let pid = lines.pid;
        drop(other);
        let late = Deadline::At(Instant::now() + Duration::from_millis(50), "9s".into());
        let watched = lines.watch(&late, None, &|_| None);
        assert!(error(&watched).contains("SIGKILL"), "{}", error(&watched));
        assert!(kill(pid, None).is_err(), "it is gone, and waited for");
        let (lines, mut other) = stand_in("exec sleep 600");
        let pid = lines.pid;
        wire::send(&mut other, &Event::Ended(Ok(Box::default()))).unwrap();
        assert!(lines.watch(&patient(), None, &|_| None).end.is_ok());
        assert!(kill(pid, None).is_err(), "it is gone, and waited for");
    }

    #[test]
    fn questions_are_answered_and_the_result_is_the_last_word() {
        let (lines, mut other) = stand_in("exit 0");
        let id = ObjectId::NULL;
        wire::send(&mut other, &Event::Progress(Stage::Reading, 5)).unwrap();
        wire::send(&mut other, &Event::AskGit { new: id, missing: id }).unwrap();
        wire::send(
            &mut other,
            &Event::Ended(Ok(Box::new(Report { commits: 7, ..Report::default() }))),
        )
        .unwrap();
        let watched =
            lines.watch(&patient(), None, &|request| Some(matches!(request, Request::Git { .. })));
        assert_eq!(watched.end.unwrap().unwrap().commits, 7);
        let mut answer = [0];
        other.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [1]);
    }
}
