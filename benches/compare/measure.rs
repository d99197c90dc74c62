//! What processes cost: the CPU time of user and system together, the time on the wall,
//! the most memory that they held.
//!
//! The kernel accounts each child by itself and tells it who waits for that child. A
//! child begins with the memory of its parent, so its peak is never less than what this
//! process has ever held; that mark is therefore taken down before each run, and this
//! process keeps little.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What it cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// Bytes; of several processes, those of the one that held most.
    pub(crate) peak: u64,
}

/// A process, ready to be run as often as wanted.
pub(crate) struct Process {
    pub(crate) command: Command,
    /// Its standard input: a file and no pipe, so that nothing waits for this process
    /// while the clock runs, and no memory, see the head.
    input: File,
}

/// What is measured as one.
pub(crate) enum Work {
    One(Process),
    /// One begins when the one before has ended.
    InTurn(Vec<Process>),
    /// All begin at the same time.
    AtOnce(Vec<Process>),
}

/// A process that has ended.
pub(crate) struct Ended {
    pub(crate) cost: Cost,
    pub(crate) status: ExitStatus,
    /// What it wrote to standard error.
    pub(crate) errors: String,
}

/// A process that runs.
struct Running {
    child: Child,
    started: Instant,
    errors: File,
}

impl Process {
    pub(crate) fn new(command: Command, input: &[u8]) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(input)?;
        Ok(Self { command, input: file })
    }

    /// The same with further arguments.
    pub(crate) fn with(&self, arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(self.command.get_program());
        command.args(self.command.get_args()).args(arguments).env_clear();
        for (name, value) in self.command.get_envs() {
            command.envs(value.map(|value| (name, value)));
        }
        if let Some(directory) = self.command.get_current_dir() {
            command.current_dir(directory);
        }
        Ok(Self { command, input: self.input.try_clone()? })
    }

    /// Runs it to its end; its standard output is thrown away unless `output` is given.
    pub(crate) fn run(&mut self, output: Option<File>) -> io::Result<Ended> {
        forget_the_peak();
        self.start(output)?.end()
    }

    fn start(&mut self, output: Option<File>) -> io::Result<Running> {
        self.input.seek(SeekFrom::Start(0))?;
        let errors = tempfile::tempfile()?;
        self.command.stdin(self.input.try_clone()?).stderr(errors.try_clone()?);
        self.command.stdout(output.map_or_else(Stdio::null, Stdio::from));
        let started = Instant::now();
        Ok(Running { child: self.command.spawn()?, started, errors })
    }
}

impl Running {
    fn end(mut self) -> io::Result<Ended> {
        let (status, usage) = wait(&self.child)?;
        let wall = self.started.elapsed();
        let cpu = time(usage.ru_utime) + time(usage.ru_stime);
        let mut text = Vec::new();
        self.errors.seek(SeekFrom::Start(0))?;
        self.errors.read_to_end(&mut text)?;
        let errors = String::from_utf8_lossy(&text).into_owned();
        Ok(Ended { cost: Cost { cpu, wall, peak: peak(&usage) }, status, errors })
    }
}

impl Work {
    pub(crate) fn one(command: Command, input: &[u8]) -> io::Result<Self> {
        Ok(Self::One(Process::new(command, input)?))
    }

    /// Runs all of it; the cost of all, and how each process ended.
    pub(crate) fn run(&mut self) -> io::Result<(Cost, Vec<Ended>)> {
        let started = Instant::now();
        let ended = match self {
            Self::One(process) => {
                let ended = process.run(None)?;
                return Ok((ended.cost, vec![ended]));
            }
            Self::InTurn(processes) => {
                processes.iter_mut().map(|process| process.run(None)).collect::<io::Result<_>>()
            }
            Self::AtOnce(processes) => {
                forget_the_peak();
                let running: Vec<Running> =
                    processes.iter_mut().map(|it| it.start(None)).collect::<io::Result<_>>()?;
                running.into_iter().map(Running::end).collect::<io::Result<Vec<_>>>()
            }
        }?;
        let mut all = Cost { wall: started.elapsed(), ..Cost::default() };
        for one in &ended {
            all.cpu += one.cost.cpu;
            all.peak = all.peak.max(one.cost.peak);
        }
        Ok((all, ended))
    }

    /// The first process of it.
    pub(crate) fn first(&self) -> Option<&Process> {
        match self {
            Self::One(process) => Some(process),
            Self::InTurn(processes) | Self::AtOnce(processes) => processes.first(),
        }
    }
}

/// Takes the mark of what this process has ever held down to what it holds now.
fn forget_the_peak() {
    #[expect(unsafe_code, reason = "the allocator keeps what was freed unless it is told")]
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes a number and has no conditions.
    unsafe {
        libc::malloc_trim(0);
    }
    // Where there is no such file, peaks are a little too high.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
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
