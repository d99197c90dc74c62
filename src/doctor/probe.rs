//! The probe: a throw-away repository with the configuration of the real one, whose hook
//! is a link to the real hook, and three pushes to it over a file path.
//!
//! Hooks of others are not run: they are beside the real hook, not beside the link. Where
//! a platform would call the hook, its variables are set as it documents them.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Diagnosis;
use super::checks::Runnable;
use super::target::{Called, Target};
use crate::config::{self, Layers};
use crate::git::{ObjectId, RefName, Repository, Trust};
use crate::install::Git;
use crate::policy::Verdict;
use crate::scan;

/// What the probe pushes to, which no policy of a branch forgets.
const REF: &str = "refs/heads/provost-probe";
const MARKED: &str =
    "A probe of provost, marked\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n";
const CLEAN: &str = "A probe of provost, clean\n";
const PUSHER: &str = "provost-probe";

/// Pushes, and says whether what became of it is what the policy says.
pub(super) fn probe(target: &Target, runnable: &Runnable, diagnosis: &mut Diagnosis) {
    let stage = match Stage::set_up(target, runnable) {
        Ok(stage) => stage,
        Err(error) => {
            let step = "see that the temporary directory can be written, and that git runs";
            diagnosis.wrong(
                "probe",
                format!("no throw-away repository could be made: {error}"),
                step,
            );
            return;
        }
    };
    if target.called != Called::ByGit {
        let text =
            format!("{} was not run: the hook was called as {0} documents it", runnable.platform);
        diagnosis.note("stand-in", text);
    }
    for (what, message) in [("marked", MARKED), ("clean", CLEAN)] {
        match stage.judged(target, runnable, message) {
            Ok((expected, got)) if expected == got => {
                diagnosis.ok("probe", format!("a {what} commit is {got}, as the policy says"));
            }
            Ok((expected, got)) => diagnosis.wrong(
                "probe",
                format!("a {what} commit is {got}, and by the policy should be {expected}"),
                "another hook, or another policy, decides: look at the hook and its rules",
            ),
            Err(error) => diagnosis.wrong("probe", error.to_string(), "try a push by hand"),
        }
    }
    // In a policy that observes, a push that is accepted proves nothing.
    match stage.breaks(target) {
        Ok(true) => diagnosis.ok("runs", "the hook runs: with broken rules the probe was refused"),
        Ok(false) => diagnosis.wrong(
            "runs",
            "the hook does not run: with broken rules a push was accepted",
            "see what git runs there: git hook list pre-receive, core.hooksPath, file modes",
        ),
        Err(error) => diagnosis.wrong("runs", error.to_string(), "try a push by hand"),
    }
}

/// The throw-away repositories. They go with the value.
struct Stage {
    root: PathBuf,
    server: PathBuf,
    client: PathBuf,
    /// Where the layer of rules of the repository itself is.
    own_rules: PathBuf,
    null: String,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Stage {
    fn set_up(target: &Target, runnable: &Runnable) -> io::Result<Self> {
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
            root,
        };
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
                formats.push((option, format));
            }
        }
        let formats: Vec<String> =
            formats.iter().map(|(option, format)| format!("{option}={format}")).collect();
        for (path, more) in [(&stage.server, &["--bare"][..]), (&stage.client, &[])] {
            let client = more.is_empty();
            let formats = formats.iter().filter(|word| !client || word.contains("object"));
            let mut git = Git::command();
            git.args(["init", "-q", "--template="]).args(more).args(formats).arg(path);
            must(&mut git)?;
        }
        stage.configure(repository)?;
        stage.link(target, runnable)?;
        Ok(stage)
    }

    /// The configuration of the real repository, but for where its hooks are.
    fn configure(&mut self, repository: Option<&Path>) -> io::Result<()> {
        let config = self.server.join("config");
        let mut named = None;
        if let Some(repository) = repository {
            fs::copy(repository.join("config"), &config)?;
            named = Git::ask(&["config", "--local", "--get", "provost.rules"], Some(repository))
                .map_err(io::Error::other)?;
            let policy = named.as_deref().unwrap_or("provost/rules.toml");
            let (from, to) = (repository.join(policy), self.server.join(policy));
            if from.exists() && from != to {
                fs::create_dir_all(to.parent().unwrap_or(&self.server))?;
                fs::copy(from, &to)?;
            }
        }
        for (key, value) in [("core.bare", Some("true")), ("core.worktree", None)] {
            let mut git = Git::command();
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
    fn link(&self, target: &Target, _: &Runnable) -> io::Result<()> {
        let Some(hook) = &target.hook else { return Ok(()) };
        let machine = Git::system("core.hooksPath").ok().flatten();
        let of_machine = machine.is_some_and(|path| hook.parent() == Some(Path::new(&path)));
        let hands_on = fs::read_to_string(hook).is_ok_and(|text| text.contains("$GIT_DIR/hooks"));
        if target.called == Called::WithArguments {
            return Ok(());
        }
        let mut git = Git::command();
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

    /// What the policy says of a commit with this message, and what becomes of it.
    fn judged(
        &self,
        target: &Target,
        runnable: &Runnable,
        message: &str,
    ) -> io::Result<(Ending, Ending)> {
        let id = self.commit(message)?;
        let expected = self.expected(target, runnable, &id)?;
        Ok((expected, self.push(target, &id)?))
    }

    fn commit(&self, message: &str) -> io::Result<String> {
        let mut git = Git::command();
        let empty = must_say(git.arg("-C").arg(&self.client).args([
            "hash-object",
            "-w",
            "-t",
            "tree",
            "/dev/null",
        ]))?;
        let mut git = Git::command();
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Provost Probe");
            git.env(format!("GIT_{who}_EMAIL"), "probe@example.invalid");
        }
        must_say(git.arg("-C").arg(&self.client).args(["commit-tree", &empty, "-m", message]))
    }

    fn expected(&self, target: &Target, runnable: &Runnable, id: &str) -> io::Result<Ending> {
        let real = match &target.repository {
            Some(path) => Some(Repository::open(path, Trust::Git).map_err(io::Error::other)?),
            None => None,
        };
        let layers =
            Layers { repository: real.as_ref(), files: &runnable.rules, ..Layers::default() };
        let config = config::load(layers).map_err(io::Error::other)?;
        let probe = Repository::open(&self.client, Trust::Git).map_err(io::Error::other)?;
        let tips: Vec<ObjectId> = ObjectId::from_hex(id.as_bytes()).into_iter().collect();
        let report = scan::judge_range(&probe, &config, &RefName::new(REF), &tips, &[])
            .map_err(io::Error::other)?;
        Ok(match report.verdict() {
            Verdict::Reject => Ending::Refused,
            Verdict::Warn => Ending::Warned,
            _ => Ending::Accepted,
        })
    }

    fn push(&self, target: &Target, id: &str) -> io::Result<Ending> {
        match target.called {
            Called::WithArguments => {
                // Gerrit stores what it receives before it asks.
                let mut fetch = Git::command();
                let spec = format!("{id}:refs/probe/{id}");
                fetch.arg("-C").arg(&self.client).args(["push", "-q"]).arg(&self.server);
                must(self.without_hooks(&mut fetch).arg(spec))?;
                let hook = target.hook.as_deref().unwrap_or(Path::new(""));
                let mut call = Command::new(hook);
                call.current_dir(&self.server).env("GIT_DIR", &self.server);
                call.args(["--project", PUSHER, "--refname", REF, "--uploader", PUSHER]);
                call.args(["--oldrev", &self.null, "--newrev", id]);
                Ok(Ending::of_code(&call.stdin(Stdio::null()).output()?))
            }
            _ => {
                let mut git = Git::command();
                for (name, value) in variables(target) {
                    git.env(name, value);
                }
                git.arg("-C").arg(&self.client).args(["push", "-q"]).arg(&self.server);
                Ok(Ending::of(&git.arg(format!("+{id}:{REF}")).output()?))
            }
        }
    }

    fn without_hooks<'c>(&self, git: &'c mut Command) -> &'c mut Command {
        let none = self.root.join("no-hooks");
        git.arg(format!("--receive-pack=git -c core.hooksPath={} receive-pack", none.display()))
    }

    /// Whether the hook refuses when its rules can't be read.
    fn breaks(&self, target: &Target) -> io::Result<bool> {
        fs::create_dir_all(self.own_rules.parent().unwrap_or(&self.server))?;
        fs::write(&self.own_rules, "broken by provost doctor\n")?;
        // A file that the configuration names by its whole path would be read instead.
        let mut git = Git::command();
        git.arg("config").arg("--file").arg(self.server.join("config"));
        must(git.arg("provost.rules").arg(&self.own_rules))?;
        let id = self.commit("A probe of provost, with broken rules\n")?;
        Ok(self.push(target, &id)? == Ending::Unjudged)
    }
}

/// How a push ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Accepted,
    Warned,
    Refused,
    Unjudged,
    /// Not by provost.
    Failed,
}

impl Ending {
    fn of(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        let declined = said.contains("hook declined") && said.contains("provost");
        match output.status.success() {
            true if said.contains("provost: accepted, with a warning") => Self::Warned,
            true => Self::Accepted,
            false if declined && said.contains("could not be judged") => Self::Unjudged,
            false if declined => Self::Refused,
            false => Self::Failed,
        }
    }

    /// Of a hook that was called here and not by git.
    fn of_code(output: &Output) -> Self {
        match output.status.code() {
            Some(0) => Self::of(output),
            Some(1) => Self::Refused,
            Some(2) => Self::Unjudged,
            _ => Self::Failed,
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Warned => "accepted with a warning",
            Self::Refused => "refused",
            Self::Unjudged => "refused, for it could not be judged",
            Self::Failed => "refused by something else",
        })
    }
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
    let output = git.output()?;
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
