//! What the judging process gives up before it reads anything that was pushed.
//!
//! It keeps reading files, computing, starting threads and writing to the gate. It gives up
//! writing, deleting, running programs, the network and new privileges. This protects the host
//! and the record from a judge that a push has captured. What a machine lacks (seccomp under
//! emulation, Landlock in an old kernel or a container) is no reason not to judge; `doctor`
//! reports it.

use std::collections::BTreeMap;
use std::io::{self, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::net::UnixStream;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
};
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, dup2_stderr, dup2_stdout, getpid, getppid};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use super::process::{ChildLines, Started, start};
use crate::text::WordEnum;

/// Something that the judging process gives up, in the order in which it does. The text of each is
/// what people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
pub enum Protection {
    /// It ends when the gate does (`PR_SET_PDEATHSIG`, prctl(2)).
    #[strum(serialize = "ends with its hook")]
    EndsWithGate,
    /// It has so much memory and no more (`RLIMIT_DATA`, getrlimit(2)).
    #[strum(serialize = "limited memory")]
    MemoryLimit,
    /// It gains no privileges by running a program (`PR_SET_NO_NEW_PRIVS`, prctl(2)).
    #[strum(serialize = "no new privileges")]
    NoNewPrivileges,
    /// Files can't be changed or executed, and nothing can be connected to (landlock(7)).
    #[strum(serialize = "Landlock")]
    Landlock,
    /// Only some system calls are allowed (seccomp(2)); the others answer `EPERM`.
    #[strum(serialize = "seccomp")]
    SystemCalls,
}

impl WordEnum for Protection {}

/// Whether a protection holds on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which one.
    pub protection: Protection,
    /// Why it does not hold; `None` when it does.
    pub missing: Option<String>,
}

/// The confinement of one judging process.
pub(super) struct Confinement<'c> {
    /// The process that it judges for.
    pub(super) gate: Pid,
    /// The connection to that.
    pub(super) events: &'c UnixStream,
    /// What becomes its standard output and standard error: it must not write to the pusher.
    pub(super) says: &'c PipeWriter,
    /// The most memory in bytes.
    pub(super) memory: Option<u64>,
}

impl Confinement<'_> {
    /// Confines this process for the rest of its life, as far as the machine can; returns what
    /// holds.
    pub(super) fn apply(&self) -> Vec<Held> {
        let _ = dup2_stdout(self.says.as_fd());
        let _ = dup2_stderr(self.says.as_fd());
        let apply = |protection| match protection {
            Protection::EndsWithGate => self.end_with_gate(),
            Protection::MemoryLimit => self.limit(),
            Protection::NoNewPrivileges => prctl::set_no_new_privs().map_err(words),
            Protection::Landlock => landlock(),
            Protection::SystemCalls => self.system_calls(),
        };
        let all = Protection::all().iter().copied();
        all.map(|protection| Held { protection, missing: apply(protection).err() }).collect()
    }

    fn end_with_gate(&self) -> Result<(), String> {
        prctl::set_pdeathsig(Signal::SIGKILL).map_err(words)?;
        // The gate may have ended before that.
        if getppid() != self.gate {
            std::process::exit(1);
        }
        Ok(())
    }

    fn limit(&self) -> Result<(), String> {
        setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(words)?;
        // Of regular files only: it does not reach pipes and sockets.
        setrlimit(Resource::RLIMIT_FSIZE, 0, 0).map_err(words)?;
        let Some(memory) = self.memory else { return Ok(()) };
        // A lower limit of the administrator's stays.
        let (most, _) = getrlimit(Resource::RLIMIT_DATA).map_err(words)?;
        let memory = memory.min(most);
        setrlimit(Resource::RLIMIT_DATA, memory, memory).map_err(words)
    }

    fn system_calls(&self) -> Result<(), String> {
        system_calls(&[self.events.as_raw_fd(), libc::STDOUT_FILENO, libc::STDERR_FILENO])
    }
}

/// Allows this thread, and those that it starts, to read only, and to write to these
/// descriptors.
fn system_calls(writes: &[RawFd]) -> Result<(), String> {
    // Glibc goes back to `clone` and `openat`, whose arguments can be looked at, where these do
    // not exist.
    let newer = [libc::SYS_clone3, libc::SYS_openat2].map(|call| (call, Vec::new()));
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    apply_filter(&filter(newer.into(), absent, SeccompAction::Allow)?).map_err(words)?;
    // The last one, for it does not allow another. Of two filters the stricter answer counts
    // (seccomp(2)).
    let all = rules(writes).map_err(words)?;
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    apply_filter(&filter(all, SeccompAction::Allow, denied)?).map_err(words)
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn landlock() -> Result<(), String> {
    let restricted = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_write(ABI::V5) | AccessFs::Execute)
        .and_then(|it| it.handle_access(AccessNet::from_all(ABI::V4)))
        .and_then(|it| it.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(words)?;
    match restricted.ruleset {
        RulesetStatus::NotEnforced => Err("this kernel does not offer it".to_owned()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

/// Rules by the numbers of system calls.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn filter(rules: Rules, listed: SeccompAction, other: SeccompAction) -> Result<BpfProgram, String> {
    let architecture = std::env::consts::ARCH.try_into().map_err(words)?;
    let filter = SeccompFilter::new(rules, other, listed, architecture).map_err(words)?;
    filter.try_into().map_err(words)
}

/// What a judging process may call. `writes` are the descriptors that it may write to.
fn rules(writes: &[RawFd]) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = FREE.iter().map(|call| (*call, Vec::new())).collect();
    let masked = |argument, mask: i32, value: i32| {
        let mask = u64::from(mask.unsigned_abs());
        let operator = SeccompCmpOp::MaskedEq(mask);
        let value = u64::from(value.unsigned_abs());
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
    };
    let equal = |argument, value: u64| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
    };
    let one = |condition| SeccompRule::new(vec![condition]);
    // Files are opened for reading only. `__O_TMPFILE` is not in libc's headers by that name.
    let temporary = libc::O_TMPFILE & !libc::O_DIRECTORY;
    let changing = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND | temporary;
    rules.insert(libc::SYS_openat, vec![one(masked(2, changing, libc::O_RDONLY)?)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![one(masked(1, changing, libc::O_RDONLY)?)?]);
    // Threads, and no processes.
    rules.insert(libc::SYS_clone, vec![one(masked(0, libc::CLONE_THREAD, libc::CLONE_THREAD)?)?]);
    // Hidden by the other filter.
    rules.extend([libc::SYS_clone3, libc::SYS_openat2].map(|call| (call, Vec::new())));
    for call in [libc::SYS_write, libc::SYS_writev, libc::SYS_sendto] {
        let of = |&fd: &RawFd| one(equal(0, u64::from(fd.unsigned_abs()))?);
        rules.insert(call, writes.iter().map(of).collect::<Result<_, _>>()?);
    }
    // `abort` sends a signal to its own process.
    let own = u64::from(getpid().as_raw().unsigned_abs());
    rules.insert(libc::SYS_tgkill, vec![one(equal(0, own)?)?]);
    // The name of a thread, and of a mapping (glibc's malloc).
    let names = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];
    let name = |option: &i32| one(equal(0, u64::from(option.unsigned_abs()))?);
    rules.insert(libc::SYS_prctl, names.iter().map(name).collect::<Result<_, _>>()?);
    // Limits are read, not set: the third argument is the new limit.
    rules.insert(
        libc::SYS_prlimit64,
        vec![one(SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?)?],
    );
    Ok(rules)
}

/// System calls that are allowed with any arguments.
const FREE: &[i64] = &[
    // Reading.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_recvfrom,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_fstatfs,
    libc::SYS_statfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fcntl,
    libc::SYS_flock,
    libc::SYS_fadvise64,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_mincore,
    // Threads and signals.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_membarrier,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // The process, the machine and the clock.
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_getdents,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_arch_prctl,
];

/// Finds out which protections hold on this machine, in a process that does nothing else.
///
/// # Errors
/// When there is no such process to be had.
pub fn protections() -> io::Result<Vec<Held>> {
    match start()? {
        Started::Child(lines) => lines.report_protections(),
        Started::Gate(mut lines) => {
            let mut answers = Vec::new();
            let read = lines.events.read_to_end(&mut answers);
            let _ = nix::sys::wait::waitpid(lines.pid, None);
            read?;
            postcard::from_bytes::<Vec<Option<String>>>(&answers)
                .map(|missing| {
                    let all = Protection::all().iter().copied().zip(missing);
                    all.map(|(protection, missing)| Held { protection, missing }).collect()
                })
                .map_err(io::Error::other)
        }
    }
}

impl ChildLines {
    fn report_protections(self) -> ! {
        let Self { gate, mut events, says } = self;
        let held =
            Confinement { gate, events: &events, says: &says, memory: Some(u64::MAX) }.apply();
        let missing: Vec<Option<String>> = held.into_iter().map(|held| held.missing).collect();
        let sent = postcard::to_stdvec(&missing).map(|bytes| events.write_all(&bytes));
        std::process::exit(i32::from(!matches!(sent, Ok(Ok(())))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::TcpStream;
    use std::process::Command;

    /// Runs something in a thread that has given up the rest of its rights: like Landlock and
    /// `no_new_privs`, filters of system calls are a thread's own.
    fn confined<T: Send>(
        with: impl FnOnce() -> Result<(), String> + Send,
        run: impl FnOnce() -> T + Send,
    ) -> T {
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || {
                prctl::set_no_new_privs().unwrap();
                with().unwrap();
                run()
            });
            thread.join().unwrap()
        })
    }

    /// What is tried that changes anything or leaves the process, each with its error.
    fn attempts(folder: &std::path::Path) -> Vec<(&'static str, Option<io::ErrorKind>)> {
        let kind = |result: io::Result<()>| result.err().map(|error| error.kind());
        let file = folder.join("file");
        vec![
            ("create", kind(fs::write(folder.join("new"), "x"))),
            ("change", kind(fs::OpenOptions::new().write(true).open(&file).map(drop))),
            ("append", kind(fs::OpenOptions::new().append(true).open(&file).map(drop))),
            ("delete", kind(fs::remove_file(&file))),
            ("rename", kind(fs::rename(&file, folder.join("other")))),
            ("folder", kind(fs::create_dir(folder.join("folder")))),
            ("link", kind(std::os::unix::fs::symlink(&file, folder.join("link")))),
            ("run", kind(Command::new("/bin/true").status().map(drop))),
            ("connect", kind(TcpStream::connect("127.0.0.1:9").map(drop))),
        ]
    }

    #[test]
    fn system_calls_that_change_anything_are_denied() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "content").unwrap();
        let (tried, read, thread) = confined(
            || system_calls(&[2]),
            || {
                let tried = attempts(folder.path());
                let read = fs::read_to_string(folder.path().join("file")).unwrap();
                (tried, read, std::thread::spawn(|| 7).join().unwrap())
            },
        );
        for (what, error) in tried {
            assert_eq!(error, Some(PermissionDenied), "{what}");
        }
        assert_eq!((read.as_str(), thread), ("content", 7), "reading and threads go on");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(names.len(), 1, "nothing was made");
    }

    #[test]
    fn landlock_alone_denies_the_same_where_the_kernel_has_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "content").unwrap();
        let tried = confined(|| Ok(()), || landlock().map(|()| attempts(folder.path())));
        let Ok(tried) = tried else { return };
        for (what, error) in tried.into_iter().filter(|(what, _)| *what != "connect") {
            assert_eq!(error, Some(PermissionDenied), "{what}");
        }
    }
}
