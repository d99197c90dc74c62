//! A temporary directory with a hermetic environment, and running commands in it.
//!
//! A command sees `PATH`, a home directory of its own and nothing else of the machine:
//! no configuration of the system or of the user, no `GIT_*` variables, no locale.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use tempfile::TempDir;

/// The binary under test.
pub(crate) const PROVOST: &str = env!("CARGO_BIN_EXE_provost");

/// The configuration of the user in the sandbox. Nothing may go on in the background
/// after a command has ended: the directory is taken away then.
const GITCONFIG: &str = "\
[user]
\tname = A Developer
\temail = dev@example.com
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautoGC = false
[advice]
\tdetachedHead = false
[commit]
\tgpgSign = false
";

/// See the head of this file. Clones share the directory; the last one takes it away.
#[derive(Clone)]
pub(crate) struct Sandbox(Rc<TempDir>);

impl Sandbox {
    pub(crate) fn new() -> Self {
        let sandbox = Self(Rc::new(tempfile::Builder::new().prefix("sandbox-").tempdir().unwrap()));
        std::fs::create_dir(sandbox.home()).unwrap();
        std::fs::write(sandbox.home().join(".gitconfig"), GITCONFIG).unwrap();
        sandbox
    }

    /// A path in the sandbox.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Writes a file, with the directories above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A command, run in a directory of the sandbox.
    pub(crate) fn run(&self, program: impl AsRef<OsStr>, directory: impl AsRef<Path>) -> Run {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.path(directory)).stdin(Stdio::null());
        for name in ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("xdg"))
            .env("USER", "dev")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        Run { command, input: None, sandbox: self.clone() }
    }

    /// Git, run in a directory of the sandbox.
    pub(crate) fn git(&self, directory: impl AsRef<Path>) -> Run {
        self.run("git", directory)
    }

    /// The binary under test, without the layers of the machine and of the repository.
    pub(crate) fn provost(&self, directory: impl AsRef<Path>) -> Run {
        self.run(PROVOST, directory).arg("--isolated")
    }
}

/// A command about to be run.
pub(crate) struct Run {
    command: Command,
    input: Option<Vec<u8>>,
    /// Keeps the directory while the command runs.
    sandbox: Sandbox,
}

impl Run {
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What the command reads on standard input.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Runs it to its end.
    pub(crate) fn finish(mut self) -> Finished {
        let words: Vec<_> =
            self.command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let shown = format!("{} {}", self.command.get_program().to_string_lossy(), words.join(" "));
        if self.input.is_some() {
            self.command.stdin(Stdio::piped());
        }
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        let stdin = child.stdin.take();
        let input = self.input.take();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || {
                if let (Some(mut stdin), Some(input)) = (stdin, input) {
                    // A command may end without reading all: that is its own affair.
                    let _ = stdin.write_all(&input);
                }
            });
            child.wait_with_output().unwrap()
        });
        drop(self.sandbox);
        Finished { shown, code: output.status.code(), stdout: output.stdout, stderr: output.stderr }
    }

    /// Starts it with pipes on both ends, for a test that converses with it; the sandbox
    /// must be kept until it has ended.
    pub(crate) fn start(mut self) -> (Child, Sandbox) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (self.command.spawn().unwrap(), self.sandbox)
    }

    /// Runs a command that must succeed.
    pub(crate) fn ok(self) -> Finished {
        self.finish().expect(0)
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    shown: String,
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Finished {
    /// Fails the test when the exit code is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert!(self.code == Some(code), "expected exit code {code} of {}", self.all());
        self
    }

    /// Standard output as text.
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output without white space around it: an object id, say.
    pub(crate) fn word(&self) -> String {
        self.out().trim().to_owned()
    }

    /// Everything, for a message.
    pub(crate) fn all(&self) -> String {
        let (out, err) = (self.out(), self.err());
        format!("{}\nexit code {:?}\nstdout:\n{out}\nstderr:\n{err}", self.shown, self.code)
    }
}
