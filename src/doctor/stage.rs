//! The throw-away repositories of a probe: a server with the configuration of the real one,
//! whose hook is a link to the real hook, and a client that pushes to it over a file path.
//!
//! Hooks of others are not run: they are beside the real hook, not beside the link. Where a
//! platform would call the hook, its variables are set as it documents them. As root, all of
//! it is done by the account that the real repository or the log belongs to, as its pushes
//! are: what the hook writes must not become root's.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::ending::{Ending, Traced};
use super::target::{Called, Target};
use crate::install::Git;

/// What the probe pushes to, which no policy of a branch forgets.
pub(super) const REF: &str = "refs/heads/provost-probe";
/// Who a platform is said to have authenticated.
const PUSHER: &str = "provost-probe";
/// The push option by which the hook's record is known.
const OPTION: &str = "provost.probe";

/// See the head of this file. The repositories go with the value.
pub(super) struct Stage {
    root: PathBuf,
    pub(super) server: PathBuf,
    pub(super) client: PathBuf,
    /// Where the layer of rules of the repository itself is.
    own_rules: PathBuf,
    null: String,
    account: Option<(u32, u32)>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Stage {
    /// `log` is the file that decisions are recorded in.
    pub(super) fn set_up(target: &Target, log: Option<&Path>) -> io::Result<Self> {
        let root = temporary_directory()?.canonicalize()?;
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
            account: other_account(repository, log),
            root,
        };
        stage.hand_over(&stage.root)?;
        let mut formats = Vec::new();
        for (option, what) in [("--object-format", "objectformat"), ("--ref-format", "refstorage")]
        {
            let key = format!("extensions.{what}");
            let set = repository
                .and_then(|path| Git::ask(&["config", "--get", &key], Some(path)).ok()?);
            if let Some(format) = set {
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
        self.as_account(&mut git);
        git
    }

    fn as_account(&self, command: &mut Command) {
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group).env("HOME", &self.root);
        }
    }

    fn hand_over(&self, path: &Path) -> io::Result<()> {
        self.account.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    /// The configuration of the real repository, but for where its hooks are.
    fn configure(&mut self, repository: Option<&Path>) -> io::Result<()> {
        let config = self.server.join("config");
        let mut named = None;
        if let Some(repository) = repository {
            fs::copy(repository.join("config"), &config)?;
            self.hand_over(&config)?;
            named = Git::ask(&["config", "--local", "--get", "provost.rules"], Some(repository))
                .map_err(io::Error::other)?;
            let policy = named.as_deref().unwrap_or("provost/rules.toml");
            let (from, to) = (repository.join(policy), self.server.join(policy));
            if from.exists() && from != to {
                fs::create_dir_all(to.parent().unwrap_or(&self.server))?;
                fs::copy(from, &to)?;
            }
        }
        for (key, value) in [
            ("core.bare", Some("true")),
            ("core.worktree", None),
            // The option marks the record.
            ("receive.advertisePushOptions", Some("true")),
        ] {
            let mut git = self.git();
            git.arg("config").arg("--file").arg(&config);
            match value {
                Some(value) => must(git.args([key, value]))?,
                // There may be none.
                None => drop(git.args(["--unset-all", key]).output()?),
            }
        }
        // A file named with its whole path is the real one, which stays as it is.
        self.own_rules = self.server.join("provost/rules.toml");
        if let Some(named) = named.filter(|named| Path::new(named).is_relative()) {
            self.own_rules = self.server.join(named);
        }
        Ok(())
    }

    /// Makes the hook git's own here. Hooks for the whole machine are in force anyway.
    fn link(&self, target: &Target) -> io::Result<()> {
        let Some(hook) = &target.hook else { return Ok(()) };
        let machine = Git::system("core.hooksPath").ok().flatten();
        let of_machine = machine.is_some_and(|path| hook.parent() == Some(Path::new(&path)));
        let hands_on = fs::read_to_string(hook).is_ok_and(|text| text.contains("$GIT_DIR/hooks"));
        if target.called == Called::WithArguments {
            return Ok(());
        }
        let mut git = self.git();
        git.arg("config").arg("--file").arg(self.server.join("config"));
        if of_machine && hands_on {
            // It calls the repository's own hooks, and there are none.
            drop(git.args(["--unset-all", "core.hooksPath"]).output()?);
            return Ok(());
        }
        let hooks = self.server.join("hooks-of-the-probe");
        fs::create_dir(&hooks)?;
        symlink(hook, hooks.join("pre-receive"))?;
        must(git.arg("core.hooksPath").arg(&hooks))
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
        // Gerrit stores what it receives before it asks.
        let none = self.root.join("no-hooks");
        let unseen =
            format!("--receive-pack=git -c core.hooksPath={} receive-pack", none.display());
        let mut store = self.git();
        store.arg("-C").arg(&self.client).args(["push", "-q"]).arg(&self.server).arg(unseen);
        must(store.arg(format!("{id}:refs/probe/{id}")))?;
        let hook = target.hook.as_deref().unwrap_or(Path::new(""));
        let mut call = Command::new(hook);
        self.as_account(&mut call);
        call.current_dir(&self.server).env("GIT_DIR", &self.server);
        call.env("GIT_PUSH_OPTION_COUNT", "1").env("GIT_PUSH_OPTION_0", OPTION);
        call.args(["--project", PUSHER, "--refname", REF, "--uploader", PUSHER]);
        call.args(["--oldrev", &self.null, "--newrev", id]);
        Ok(Ending::of_call(&call.stdin(Stdio::null()).output()?))
    }

    /// Breaks the rules of the repository, so that whatever is pushed must be refused.
    pub(super) fn break_rules(&self) -> io::Result<()> {
        fs::create_dir_all(self.own_rules.parent().unwrap_or(&self.server))?;
        fs::write(&self.own_rules, "broken by provost doctor\n")?;
        // A file that the configuration names by its whole path would be read instead.
        let mut git = self.git();
        git.arg("config").arg("--file").arg(self.server.join("config"));
        must(git.arg("provost.rules").arg(&self.own_rules))
    }
}

/// The account that pushes run as, where that is another's and this is root: whose the
/// repository is, or else the log, or its folder.
fn other_account(repository: Option<&Path>, log: Option<&Path>) -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let places = [repository, log, log.and_then(Path::parent)];
    let known = places.into_iter().flatten().filter_map(|path| fs::metadata(path).ok());
    let mut owners = known.map(|known| (known.uid(), known.gid()));
    owners.find(|(user, _)| *user != 0)
}

/// What a platform would set, as its documentation has it.
fn variables(target: &Target) -> Vec<(&'static str, String)> {
    let path = target.repository.as_deref();
    let last = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.trim_end_matches(".git").to_owned()
    };
    let name = path.map_or_else(|| PUSHER.to_owned(), last);
    let owner = path.and_then(Path::parent).map_or_else(|| PUSHER.to_owned(), last);
    let full = || {
        let asked = path.and_then(|path| {
            Git::ask(&["config", "--local", "--get", "gitlab.fullpath"], Some(path)).ok()?
        });
        asked.unwrap_or_else(|| format!("{owner}/{name}"))
    };
    let pusher = PUSHER.to_owned();
    match target.platform.as_str() {
        "gitea" | "forgejo" => vec![
            ("GITEA_REPO_USER_NAME", owner),
            ("GITEA_REPO_NAME", name),
            ("GITEA_PUSHER_NAME", pusher),
        ],
        "gitlab" => vec![
            ("GL_PROJECT_PATH", full()),
            ("GL_USERNAME", pusher),
            ("GL_PROTOCOL", "ssh".into()),
        ],
        "gitolite" => vec![("GL_REPO", name), ("GL_USER", pusher)],
        "bitbucket" => vec![
            ("BB_PROJECT_KEY", owner),
            ("BB_REPO_SLUG", name),
            ("BB_USER_NAME", pusher),
            ("BB_HOOK_TRIGGER_ID", "push".into()),
        ],
        "http" => vec![("REMOTE_USER", pusher)],
        _ => Vec::new(),
    }
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

fn temporary_directory() -> io::Result<PathBuf> {
    let base = std::env::temp_dir();
    for attempt in 0..1000 {
        let path = base.join(format!("provost-doctor-{}-{attempt}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
