//! What one process costs: the CPU time of user and system together, the time on the
//! wall, the most memory that it held.
//!
//! The kernel accounts each child by itself and tells it who waits for that child. A
//! child begins as a copy of its parent, so its peak is never less than what this process
//! held by then; this process therefore keeps little.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// Bytes.
    pub(super) peak: u64,
}

/// A process that has ended.
pub(super) struct Ended {
    pub(super) cost: Cost,
    pub(super) status: ExitStatus,
    /// What it wrote to standard error.
    pub(super) errors: String,
}

/// Runs a process to its end, with `input` as its standard input and its standard output
/// thrown away unless `output` is given.
pub(super) fn run(command: &mut Command, input: &[u8], output: Option<File>) -> io::Result<Ended> {
    // Files, not pipes: nothing waits for this process while the clock runs.
    let mut given = tempfile::tempfile()?;
    given.write_all(input)?;
    given.seek(SeekFrom::Start(0))?;
    let mut errors = tempfile::tempfile()?;
    command.stdin(given).stderr(errors.try_clone()?);
    command.stdout(output.map_or_else(Stdio::null, Stdio::from));
    let started = Instant::now();
    let child = command.spawn()?;
    let (status, usage) = wait(&child)?;
    let wall = started.elapsed();
    let cost = Cost { cpu: time(usage.ru_utime) + time(usage.ru_stime), wall, peak: peak(&usage) };
    let mut text = Vec::new();
    errors.seek(SeekFrom::Start(0))?;
    errors.read_to_end(&mut text)?;
    Ok(Ended { cost, status, errors: String::from_utf8_lossy(&text).into_owned() })
}

/// Waits for a child and gets its account; the standard library's `wait` drops that.
fn wait(child: &Child) -> io::Result<(ExitStatus, libc::rusage)> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    loop {
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        #[expect(unsafe_code, reason = "only the wait4 system call tells what one child cost")]
        // SAFETY: both pointers are valid for writes during the call, and `usage` is plain
        // integers of which every value is valid, all zeros too. The process is a child of
        // this one and nobody else waits for it: `child` is borrowed and never waited for.
        let (waited, usage) = unsafe {
            let waited = libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr());
            (waited, usage.assume_init())
        };
        if waited == pid {
            return Ok((ExitStatus::from_raw(status), usage));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn time(value: libc::timeval) -> Duration {
    let seconds = u64::try_from(value.tv_sec).unwrap_or_default();
    let micros = u64::try_from(value.tv_usec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

fn peak(usage: &libc::rusage) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    u64::try_from(usage.ru_maxrss).unwrap_or_default() * unit
}
