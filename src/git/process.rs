//! Running a program to its end, or until the time is over.
//!
//! The pipes are read without threads, because a process with several must not fork, and the
//! gate does. When the time is over the program's process group is killed and no pipe is waited
//! for: a program that it started may hold them open.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// A pipe that is ready takes this many bytes without blocking (`PIPE_BUF` in pipe(7)).
const MAX_WRITE_BYTES: usize = 4096;
/// How often it is looked whether a program has ended whose output has: at first, and at most.
const FIRST_LOOK_AFTER: Duration = Duration::from_micros(50);
const MAX_BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Runs a program with an input; `None` when it was killed because its time was over.
///
/// # Errors
/// When it can't be started, or not be talked to.
pub(super) fn run(
    mut command: Command,
    input: &[u8],
    until: Option<Instant>,
) -> io::Result<Option<Output>> {
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    if until.is_some() {
        // What it starts is killed with it.
        command.process_group(0);
    }
    let mut child = command.spawn()?;
    let ended = talk(&mut child, input, until).and_then(|said| {
        let Some((stdout, stderr)) = said else { return Ok(None) };
        let status = wait(&mut child, until)?;
        Ok(status.map(|status| Output { status, stdout, stderr }))
    });
    if !matches!(ended, Ok(Some(_))) {
        let group = i32::try_from(child.id()).map(Pid::from_raw).map_err(io::Error::other)?;
        if until.is_some() {
            let _ = killpg(group, Signal::SIGKILL);
        }
        let _ = child.kill();
        child.wait()?;
    }
    ended
}

/// How long there is until then; `None` when the time is over.
fn left(until: Option<Instant>) -> Option<PollTimeout> {
    let Some(until) = until else { return Some(PollTimeout::NONE) };
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return None;
    }
    let millis = i32::try_from(left.as_millis()).unwrap_or(i32::MAX).saturating_add(1);
    PollTimeout::try_from(millis).ok()
}

/// Writes the input and reads standard output and standard error to their ends.
fn talk(
    child: &mut Child,
    mut input: &[u8],
    until: Option<Instant>,
) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut stdin = child.stdin.take();
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (mut said, mut errors) = (Vec::new(), Vec::new());
    while stdout.is_some() || stderr.is_some() {
        let Some(timeout) = left(until) else { return Ok(None) };
        let mut pipes = Vec::with_capacity(3);
        pipes.extend(stdin.as_ref().map(|it| PollFd::new(it.as_fd(), PollFlags::POLLOUT)));
        pipes.extend(stdout.as_ref().map(|it| PollFd::new(it.as_fd(), PollFlags::POLLIN)));
        pipes.extend(stderr.as_ref().map(|it| PollFd::new(it.as_fd(), PollFlags::POLLIN)));
        match poll(&mut pipes, timeout) {
            Err(Errno::EINTR) => continue,
            polled => polled?,
        };
        let ready: Vec<bool> = pipes.iter().map(|pipe| pipe.any().unwrap_or(true)).collect();
        let mut ready = ready.into_iter();
        let mut is_ready = |is_open: bool| is_open && ready.next().unwrap_or(false);
        if is_ready(stdin.is_some()) {
            let (now, later) = input.split_at(input.len().min(MAX_WRITE_BYTES));
            // It may end, or close this, before it has read all.
            let written = stdin.as_mut().is_some_and(|stdin| stdin.write_all(now).is_ok());
            input = later;
            if !written || input.is_empty() {
                stdin = None;
            }
        }
        if is_ready(stdout.is_some()) && is_at_end(stdout.as_mut(), &mut said)? {
            stdout = None;
        }
        if is_ready(stderr.is_some()) && is_at_end(stderr.as_mut(), &mut errors)? {
            stderr = None;
        }
    }
    Ok(Some((said, errors)))
}

/// Reads what is there; returns whether nothing more will come.
fn is_at_end(pipe: Option<&mut impl Read>, into: &mut Vec<u8>) -> io::Result<bool> {
    let Some(pipe) = pipe else { return Ok(true) };
    let mut buffer = [0; 16 << 10];
    let read = match pipe.read(&mut buffer) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(false),
        read => read?,
    };
    into.extend_from_slice(buffer.get(..read).unwrap_or_default());
    Ok(read == 0)
}

/// Waits for the end of a program that has closed its output.
fn wait(child: &mut Child, until: Option<Instant>) -> io::Result<Option<ExitStatus>> {
    let Some(until) = until else { return child.wait().map(Some) };
    let mut pause = FIRST_LOOK_AFTER;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(MAX_BETWEEN_LOOKS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &[u8], time: Option<Duration>) -> Option<Output> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        run(command, input, time.map(|time| Instant::now() + time)).unwrap()
    }

    #[test]
    fn what_goes_in_and_comes_out_is_whole() {
        let input = vec![b'x'; 300_000];
        for time in [None, Some(Duration::from_secs(60))] {
            let output = shell("cat; echo err >&2; exit 3", &input, time).unwrap();
            assert_eq!((output.stdout.len(), output.status.code()), (input.len(), Some(3)));
            assert_eq!(output.stderr, b"err\n");
            // It reads nothing of it.
            assert!(shell("exit 0", &input, time).unwrap().status.success());
        }
    }

    #[test]
    fn a_program_is_killed_with_what_it_started_when_its_time_is_over() {
        let time = Some(Duration::from_millis(200));
        let input = vec![b'x'; 300_000];
        for script in ["sleep 30; true", "sleep 30 & exec sleep 30", "exec >&- 2>&-; sleep 30"] {
            for input in [input.as_slice(), b""] {
                let started = Instant::now();
                assert!(shell(script, input, time).is_none(), "{script}");
                assert!(started.elapsed() < Duration::from_secs(15), "{script}");
            }
        }
    }
}
