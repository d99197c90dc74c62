//! The throw-away repositories of a probe: a server with the configuration of the real one,
//! whose hook is a link to the file that git runs there, and a client that pushes to it over
//! a file path.
//!
//! Hooks of others are not run: they are beside the real hook, not beside the link. Where a
//! platform would call the hook, its variables are set as it documents them. All of it is done
//! by the account that this process acts as, which the real repository or the log belongs to:
//! what the hook writes must not become root's, and what that account has put there must not
//! run as root.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bstr::ByteSlice;

use super::ending::{Ending, Traced};
use super::settings;
use super::target::{Called, Target};
use crate::config::in_repository;
use crate::install::{self, Git};
use crate::owner::{self, Acting};
use crate::platform::{ProbePush, ProbeUpdate};
use crate::text::shell;

/// What the probe pushes to, which no policy of a branch forgets.
pub(super) const REF: &str = "refs/heads/provost-probe";
/// Who a platform is said to have authenticated.
const PUSHER: &str = "provost-probe";
/// The push option by which the hook's record is known.
const OPTION: &str = "provost.probe";

/// A throw-away server and client for a probe. The repositories are deleted with the value.
pub(super) struct Stage {
    root: PathBuf,
    pub(super) server: PathBuf,
    pub(super) client: PathBuf,
    /// Where the layer of rules of the repository itself is.
    own_rules: PathBuf,
    null: String,
    /// The only file of configuration besides the repository's own, where that says all.
    global: Option<PathBuf>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What the account has made there is removed by it, and the directory by whom it was
        // made.
        let _ = fs::remove_dir_all(&self.root);
        if let Ok(_own) = Acting::own() {
            let _ = fs::remove_dir(&self.root);
        }
    }
}

impl Stage {
    pub(super) fn set_up(target: &Target) -> io::Result<Self> {
        let root = temporary_directory()?;
        let repository = target.repository.as_deref();
        // Policies may name the repository.
        let top = repository.filter(|path| !path.ends_with(".git") || path.file_name().is_none());
        let top = top.or_else(|| repository.and_then(Path::parent));
        let name = top.and_then(Path::file_name).unwrap_or("probe.git".as_ref());
        let mut stage = Self {
            server: root.join("server").join(name),
            client: root.join("client"),
            own_rules: PathBuf::new(),
            null: "0".repeat(40),
            global: None,
            root,
        };
        let mut formats = Vec::new();
        for (option, what) in [("--object-format", "objectformat"), ("--ref-format", "refstorage")]
        {
            let key = format!("extensions.{what}");
            let set = repository.and_then(|path| Git::local(&key, path).ok()?);
            if let Some(format) = set.and_then(|format| format.into_string().ok()) {
                if format == "sha256" {
                    stage.null = "0".repeat(64);
                }
                formats.push(format!("{option}={format}"));
            }
        }
        for (path, more) in [(&stage.server, &["--bare"][..]), (&stage.client, &[])] {
            let client = more.is_empty();
            let formats = formats.iter().filter(|word| !client || word.contains("object"));
            let mut git = stage.git();
            git.args(["init", "-q", "--template="]).args(more).args(formats).arg(path);
            must(&mut git)?;
        }
        stage.configure(repository)?;
        stage.link(target)?;
        Ok(stage)
    }

    /// The command, run by the account that pushes run as.
    fn git(&self) -> Command {
        let mut git = Git::command();
        self.at_home(&mut git);
        if let Some(global) = &self.global {
            git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", global);
        }
        git
    }

    /// Another account's own configuration is not that of the probe.
    fn at_home(&self, command: &mut Command) {
        if owner::current().is_some() {
            command.env("HOME", &self.root);
        }
    }

    /// What git reads for the real repository, but for where its hooks are.
    fn configure(&mut self, repository: Option<&Path>) -> io::Result<()> {
        let config = self.server.join("config");
        self.own_rules = self.server.join("provost/rules.toml");
        if let Some(repository) = repository {
            let mut file = fs::OpenOptions::new().append(true).open(&config)?;
            file.write_all(&settings::of(repository)?)?;
            let global = self.root.join("gitconfig");
            // The temporary directory may be anybody's, which the probe knows.
            fs::write(&global, "[safe]\n\tdirectory = *\n")?;
            self.global = Some(global);
            let named = Git::local("provost.rules", repository).map_err(io::Error::other)?;
            let policy = Path::new(named.as_deref().unwrap_or(OsStr::new("provost/rules.toml")));
            let leaves = || io::Error::other("provost.rules leaves the repository");
            let from = in_repository(repository, policy).ok_or_else(leaves)?;
            // A file named with its whole path is the real one, which stays as it is.
            if policy.is_relative() && from.exists() {
                fs::create_dir_all(self.server.join("provost"))?;
                fs::write(&self.own_rules, owner::content(&from)?)?;
                if named.is_some() {
                    self.set("provost.rules", self.own_rules.as_os_str())?;
                }
            }
        }
        // The option marks the record.
        self.set("receive.advertisePushOptions", "true".as_ref())
    }

    /// Sets a key of the server's own file.
    fn set(&self, key: &str, value: &OsStr) -> io::Result<()> {
        let mut git = self.git();
        git.arg("config").arg("--file").arg(self.server.join("config"));
        must(git.args(["--replace-all", key]).arg(value))
    }

    /// Makes the hook git's own here: the file that git itself names for the real repository,
    /// and no other of that folder. A hook of git's configuration is in force anyway.
    fn link(&self, target: &Target) -> io::Result<()> {
        if target.called == Called::WithArguments {
            return Ok(());
        }
        let hook = match (&target.hook, &target.repository, target.called) {
            (Some(_), Some(repository), Called::ByGit) => {
                let runs = install::hook_file(repository, "pre-receive");
                Some(runs.map_err(io::Error::other)?)
            }
            (hook, ..) => hook.clone(),
        };
        if let (Some(hook), None) = (&hook, &target.repository)
            && is_of_machine(hook)
        {
            // The system's configuration leads to it, and it calls the repository's own
            // hooks, of which there are none.
            return Ok(());
        }
        let hooks = self.server.join("hooks-of-the-probe");
        fs::create_dir(&hooks)?;
        if let Some(hook) = hook {
            symlink(hook, hooks.join("pre-receive"))?;
        }
        self.set("core.hooksPath", hooks.as_os_str())
    }

    /// Makes a commit with this message; its id.
    pub(super) fn commit(&self, message: &str) -> io::Result<String> {
        let mut git = self.git();
        let empty = must_say(git.arg("-C").arg(&self.client).args([
            "hash-object",
            "-w",
            "-t",
            "tree",
            "/dev/null",
        ]))?;
        let mut git = self.git();
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Provost Probe");
            git.env(format!("GIT_{who}_EMAIL"), "probe@example.invalid");
        }
        must_say(git.arg("-C").arg(&self.client).args(["commit-tree", &empty, "-m", message]))
    }

    /// Pushes a commit, and says how that ended.
    pub(super) fn push(&self, target: &Target, id: &str) -> io::Result<Ending> {
        if target.called == Called::WithArguments {
            return self.call(target, id);
        }
        let traced = Traced::new(self.root.join("trace"));
        let mut git = self.git();
        for (name, value) in variables(target) {
            git.env(name, value);
        }
        traced.begin(&mut git)?;
        git.arg("-C").arg(&self.client).args(["push", "-q", "-o", OPTION]).arg(&self.server);
        let output = git.arg(format!("+{id}:{REF}")).output()?;
        Ok(traced.ending(&output))
    }

    /// Calls a hook that takes arguments.
    fn call(&self, target: &Target, id: &str) -> io::Result<Ending> {
        // The objects are stored when such a hook is called.
        let none = shell::quote(self.root.join("no-hooks").as_os_str().as_bytes());
        let unseen = [b"--receive-pack=git -c core.hooksPath=", &none[..], b" receive-pack"];
        let unseen = OsString::from_vec(unseen.concat());
        let mut store = self.git();
        store.arg("-C").arg(&self.client).args(["push", "-q"]).arg(&self.server).arg(unseen);
        must(store.arg(format!("{id}:refs/probe/{id}")))?;
        let hook = target.hook.as_deref().unwrap_or(Path::new(""));
        let mut call = Command::new(hook);
        owner::confine(&mut call);
        self.at_home(&mut call);
        call.current_dir(&self.server).env("GIT_DIR", &self.server);
        call.env("GIT_PUSH_OPTION_COUNT", "1").env("GIT_PUSH_OPTION_0", OPTION);
        let update = ProbeUpdate { ref_name: REF, old: &self.null, new: id, pusher: PUSHER };
        call.args(target.platform.probe_arguments(&update));
        Ok(Ending::of_call(&call.stdin(Stdio::null()).output()?))
    }

    /// Breaks the rules of the repository, so that whatever is pushed must be refused.
    pub(super) fn break_rules(&self) -> io::Result<()> {
        fs::create_dir_all(self.own_rules.parent().unwrap_or(&self.server))?;
        fs::write(&self.own_rules, "broken by provost doctor\n")?;
        // A file that the configuration names by its whole path would be read instead.
        self.set("provost.rules", self.own_rules.as_os_str())
    }
}

/// Whether a hook is in the directory that the system's configuration names, and hands on to
/// each repository's own.
fn is_of_machine(hook: &Path) -> bool {
    let machine = Git::system("core.hooksPath").ok().flatten();
    let text = owner::content(hook).unwrap_or_default();
    machine.is_some_and(|path| hook.parent() == Some(Path::new(&path)))
        && text.find("$GIT_DIR/hooks").is_some()
}

/// What a platform would set, as its documentation has it.
fn variables(target: &Target) -> Vec<(&'static str, OsString)> {
    let path = target.repository.as_deref();
    let last = |path: &Path| {
        let name = path.file_name().unwrap_or_default().as_bytes();
        OsStr::from_bytes(name.strip_suffix(b".git").unwrap_or(name)).to_owned()
    };
    let pusher = OsString::from(PUSHER);
    let name = path.map_or_else(|| pusher.clone(), last);
    let owner = path.and_then(Path::parent).map_or_else(|| pusher.clone(), last);
    let config = |key: &str| path.and_then(|path| Git::local(key, path).ok()?);
    target.platform.set_around(&ProbePush { owner, name, pusher, config: &config })
}

fn must(git: &mut Command) -> io::Result<()> {
    must_say(git).map(drop)
}

fn must_say(git: &mut Command) -> io::Result<String> {
    let output: Output = git.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// A directory that only the account that this process acts as can look into.
fn temporary_directory() -> io::Result<PathBuf> {
    let account = owner::current();
    let _own = Acting::own()?;
    let base = std::env::temp_dir().canonicalize()?;
    for attempt in 0..1000 {
        let path = base.join(format!("provost-doctor-{}-{attempt}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => {
                if let Some(account) = account {
                    chown(&path, Some(account.user), Some(account.group))?;
                }
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
