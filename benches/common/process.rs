//! Whole processes, with nothing of the caller's environment and configuration, and what they
//! cost: the CPU time of user and system together, the time on the wall, the most memory that
//! they held; or the instructions that callgrind counts, which are the same on a busy machine.
//!
//! The kernel accounts each child by itself and reports that to the process that waits for it. A
//! child begins with the memory of its parent, so its peak is never less than what this process
//! has ever held; that mark is therefore taken down before each run, and this process keeps little.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A process, ready to be run as often as wanted.
pub(crate) struct Run {
    words: Vec<String>,
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
    /// Its standard input: a file and no pipe, so that nothing waits for this process while the
    /// clock runs.
    input: File,
    /// The exit codes that mean that it has done its work.
    codes: Vec<i32>,
    /// Directories that are removed with it.
    kept: Vec<Rc<TempDir>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// Bytes; of several processes, those of the one that held most.
    pub(crate) peak: u64,
}

/// A process that has ended.
pub(crate) struct Ended {
    pub(crate) cost: Cost,
    pub(crate) status: ExitStatus,
    /// What it wrote to standard error.
    pub(crate) errors: String,
}

impl Run {
    pub(crate) fn new(directory: &Path, words: &[&str]) -> Self {
        let run = Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            directory: directory.to_owned(),
            environment: vec![("PATH", std::env::var("PATH").expect("a PATH"))],
            input: tempfile::tempfile().expect("a file"),
            codes: vec![0],
            kept: Vec::new(),
        };
        let run = run.env("HOME", "/nonexistent").env("XDG_CONFIG_HOME", "/nonexistent");
        run.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8").env("TZ", "UTC")
    }

    pub(crate) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input.write_all(text.as_bytes()).expect("a file that takes the input");
        self
    }

    pub(crate) fn codes(mut self, codes: impl IntoIterator<Item = i32>) -> Self {
        self.codes = codes.into_iter().collect();
        self
    }

    pub(crate) fn keep(mut self, directories: impl IntoIterator<Item = Rc<TempDir>>) -> Self {
        self.kept.extend(directories);
        self
    }

    /// The same with other words before and behind.
    pub(crate) fn between(&self, before: &[&str], behind: &[&str]) -> Self {
        let own: Vec<&str> = self.words.iter().map(String::as_str).collect();
        Self {
            environment: self.environment.clone(),
            input: self.input.try_clone().expect("the input"),
            codes: self.codes.clone(),
            kept: self.kept.clone(),
            ..Self::new(&self.directory, &[before, &own, behind].concat())
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).current_dir(&self.directory).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn start(&self, output: Stdio) -> (Child, Instant, File) {
        (&self.input).seek(SeekFrom::Start(0)).expect("an input");
        let errors = tempfile::tempfile().expect("a file");
        let mut command = self.command();
        command.stdin(self.input.try_clone().expect("an input")).stdout(output);
        command.stderr(errors.try_clone().expect("a file"));
        let started = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.words[0]));
        (child, started, errors)
    }

    /// Runs it to its end, however that is; its standard output is thrown away.
    pub(crate) fn ended(&self) -> Ended {
        forget_the_peak();
        end(self.start(Stdio::null()))
    }

    /// Runs it; what it cost. Fails unless it has done its work.
    fn checked(&self, ended: Ended) -> Ended {
        let done = ended.status.code().is_some_and(|code| self.codes.contains(&code));
        assert!(done, "{:?}: {}: {}", self.words, ended.status, ended.errors);
        ended
    }

    /// What it prints, without the last line feed, and what it writes to standard error.
    pub(crate) fn said(&self) -> (String, String) {
        let mut file = tempfile::tempfile().expect("a file");
        let output = file.try_clone().expect("a file").into();
        let ended = self.checked(end(self.start(output)));
        (text(&mut file).trim_end().to_owned(), ended.errors)
    }

    /// The instructions of all its threads. It must be allowed to write what callgrind counted.
    pub(crate) fn instructions(&self) -> u64 {
        let out = tempfile::NamedTempFile::new().expect("a file");
        let file = format!("--callgrind-out-file={}", utf8(out.path()));
        let counted = self.between(&["valgrind", "--quiet", "--tool=callgrind", &file], &[]);
        counted.checked(counted.ended());
        let counts = fs::read_to_string(out.path()).expect("what callgrind counted");
        let total = counts.lines().find_map(|line| {
            line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: "))
        });
        total.and_then(|text| text.trim().parse().ok()).expect("what callgrind counted")
    }

    /// The command as people write it, without the places of this machine and without ids.
    pub(crate) fn shown(&self) -> String {
        let is_id = |word: &str| {
            matches!(word.len(), 40 | 64) && word.bytes().all(|it| it.is_ascii_hexdigit())
        };
        let shown = |word: &String| match word.rsplit_once('/') {
            Some((_, name)) if word.starts_with('/') => name.to_owned(),
            _ => {
                let parts = word.split("..").map(|it| if is_id(it) { "ID" } else { it });
                parts.collect::<Vec<_>>().join("..")
            }
        };
        self.words.iter().map(shown).collect::<Vec<_>>().join(" ")
    }
}

/// Runs several, one after the other or all at the same time; what they cost together.
pub(crate) fn cost(runs: &[Run], at_once: bool) -> Cost {
    forget_the_peak();
    let started = Instant::now();
    let ended: Vec<Ended> = if at_once {
        let running: Vec<_> = runs.iter().map(|run| run.start(Stdio::null())).collect();
        running.into_iter().zip(runs).map(|(it, run)| run.checked(end(it))).collect()
    } else {
        runs.iter().map(|run| run.checked(run.ended())).collect()
    };
    let wall = if let [one] = &*ended { one.cost.wall } else { started.elapsed() };
    let peak = ended.iter().map(|it| it.cost.peak).max().unwrap_or_default();
    Cost { cpu: ended.iter().map(|it| it.cost.cpu).sum(), wall, peak }
}

fn end((child, started, mut errors): (Child, Instant, File)) -> Ended {
    let (status, usage) = wait(&child).expect("a child that ends");
    let wall = started.elapsed();
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
    };
    let cpu = time(usage.ru_utime) + time(usage.ru_stime);
    let cost = Cost { cpu, wall, peak: usage.ru_maxrss as u64 * 1024 };
    Ended { cost, status, errors: text(&mut errors) }
}

fn text(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).expect("a file");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Takes the mark of what this process has ever held down to what it holds now.
fn forget_the_peak() {
    #[expect(unsafe_code, reason = "the allocator keeps what was freed until it is trimmed")]
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes a number and has no conditions.
    unsafe {
        libc::malloc_trim(0);
    }
    // Where there is no such file, peaks are a little too high.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Waits for a child and gets its account; the standard library's `wait` drops that.
fn wait(child: &Child) -> io::Result<(ExitStatus, libc::rusage)> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    loop {
        let mut status = 0;
        #[expect(unsafe_code, reason = "only the wait4 system call reports what one child cost")]
        // SAFETY: both pointers are valid for writes during the call, and `usage` is plain
        // integers of which every value is valid, all zeros too. The process is a child of
        // this one, and only this function waits for it.
        let (waited, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(pid, &raw mut status, 0, &raw mut usage), usage)
        };
        let error = io::Error::last_os_error();
        if waited == pid {
            return Ok((ExitStatus::from_raw(status), usage));
        } else if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

pub(crate) fn git(directory: &Path, arguments: &[&str]) -> Run {
    Run::new(directory, &[&["git"], arguments].concat())
}

/// What git prints, without the last line feed.
pub(crate) fn ask(directory: &Path, arguments: &[&str]) -> String {
    git(directory, arguments).said().0
}

/// Runs `git fast-import` as prepared, on the stream that `write` writes.
pub(crate) fn import(git: &Run, write: impl FnOnce(&mut BufWriter<ChildStdin>) -> io::Result<()>) {
    let mut import = git.command().stdin(Stdio::piped()).spawn().expect("git fast-import");
    let mut stream = BufWriter::with_capacity(1 << 16, import.stdin.take().expect("an input"));
    let written = write(&mut stream).and_then(|()| stream.write_all(b"done\n"));
    let written = written.and_then(|()| stream.flush());
    drop(stream);
    // Why it ended says more than that the pipe broke.
    assert!(import.wait().is_ok_and(|status| status.success()), "git fast-import failed");
    written.expect("a whole stream");
}

pub(crate) fn utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The program that is measured: a copy, which no build in the meantime replaces, at a place whose
/// name is as long on every machine, as the length of a path can be counted too.
pub(crate) struct Provost {
    pub(crate) program: String,
    _place: TempDir,
}

impl Provost {
    pub(crate) fn copied() -> Self {
        let place = tempfile::Builder::new().prefix("provost-").rand_bytes(8).tempdir_in("/tmp");
        let place = place.expect("a directory");
        let program = place.path().join("provost");
        fs::copy(env!("CARGO_BIN_EXE_provost"), &program).expect("the program");
        Self { program: utf8(&program).to_owned(), _place: place }
    }
}
