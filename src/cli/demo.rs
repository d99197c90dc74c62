//! `provost demo`: a throw-away server and client, real pushes, real transcripts.

use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::output::Output;
use crate::log;
use crate::policy::Verdict;

/// One push of the demonstration.
struct Act {
    what: &'static str,
    /// The file that the commit adds, and its content.
    file: (&'static str, &'static str),
    message: &'static str,
    author: Option<&'static str>,
    ends: Ending,
}

/// What would lead git elsewhere than to the throw-away repositories: those of
/// `git rev-parse --local-env-vars`, and what changes new repositories.
const GIT_VARIABLES: [&str; 16] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DEFAULT_HASH",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_TEMPLATE_DIR",
    "GIT_WORK_TREE",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Accepted,
    Warned,
    Refused,
}

const ACTS: [Act; 5] = [
    Act {
        what: "A commit that a person wrote",
        file: ("greet.sh", "echo hello\n"),
        message: "Greet the user\n\nReviewed-by: Claude Paroz <claude@2xlibre.net>",
        author: None,
        ends: Ending::Accepted,
    },
    Act {
        what: "A commit credited to Claude Code",
        file: ("parse.sh", "read -r line\n"),
        message: "Parse the input\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>",
        author: None,
        ends: Ending::Refused,
    },
    Act {
        what: "A commit by GitHub Copilot's coding agent",
        file: ("count.sh", "wc -l\n"),
        message: "Count the lines",
        author: Some("copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>"),
        ends: Ending::Refused,
    },
    Act {
        what: "A commit that adds Tabnine's configuration file",
        file: (".tabnine_root", ""),
        message: "Set up the editor",
        author: None,
        ends: Ending::Refused,
    },
    Act {
        what: "A commit that adds .kiteignore, a name that another tool shares",
        file: (".kiteignore", "build/\n"),
        message: "Ignore build results",
        author: None,
        ends: Ending::Warned,
    },
];

/// Show a throw-away server refusing marked pushes.
///
/// Sets up a server and a client in a temporary directory, pushes one clean and several
/// marked commits under the built-in policy, and shows what the pusher sees.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost demo
  provost demo --keep                               to look at it, and push there by hand")]
pub(super) struct Demo {
    /// Keep the temporary directory and say where it is
    #[arg(long)]
    keep: bool,
}

impl Run for Demo {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let stage = Stage::set_up()?;
        let mut as_claimed = true;
        for (number, act) in ACTS.iter().enumerate() {
            as_claimed &= stage.play(number + 1, act, &context.output)?;
        }
        if self.keep {
            context.output.say(&format!("Kept: {}", stage.root.display()));
            stage.keep();
        }
        if as_claimed {
            context.output.say("Every push ended as the built-in policy says.");
            Ok(0)
        } else {
            context.output.say("A push did not end as the built-in policy says.");
            Ok(1)
        }
    }
}

/// The temporary directory with its two repositories.
struct Stage {
    root: PathBuf,
    directory: Option<TemporaryDirectory>,
}

impl Stage {
    fn set_up() -> Result<Self, Error> {
        let directory = TemporaryDirectory::new()?;
        let root = directory.0.clone();
        let stage = Self { root, directory: Some(directory) };
        stage.must(&stage.root, &["init", "-q", "--bare", "-b", "main", "server.git"])?;
        stage.must(&stage.root, &["init", "-q", "-b", "main", "client"])?;
        let client = stage.client();
        stage.must(&client, &["remote", "add", "origin", "../server.git"])?;
        let hook = stage.root.join("server.git/hooks/pre-receive");
        let program = std::env::current_exe()
            .map_err(|source| Error::DemoFile { path: "provost".into(), source })?;
        // How a push ended is in its record.
        let rules = stage.root.join("rules.toml");
        let log = toml_edit::Value::from(stage.log().display().to_string());
        write(&rules, &format!("[log]\nfile = {log}\n"))?;
        let word = |path: &Path| path.display().to_string().replace('\'', "'\\''");
        let (program, rules) = (word(&program), word(&rules));
        let script =
            format!("#!/bin/sh\nexec '{program}' --isolated --rules '{rules}' pre-receive\n");
        write(&hook, &script)?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&hook, mode)
            .map_err(|source| Error::DemoFile { path: hook, source })?;
        Ok(stage)
    }

    /// Commits, pushes and shows; whether it ended as claimed.
    fn play(&self, number: usize, act: &Act, output: &Output) -> Result<bool, Error> {
        let client = self.client();
        write(&client.join(act.file.0), act.file.1)?;
        self.must(&client, &["add", "--all"])?;
        let mut commit = vec!["commit", "-q", "-m", act.message];
        if let Some(author) = act.author {
            commit.extend(["--author", author]);
        }
        self.must(&client, &commit)?;
        let pushed = self.git(&client, &["push", "origin", "HEAD:main"])?;
        let said = String::from_utf8_lossy(&pushed.stderr).into_owned();
        let ends = match (pushed.status.success(), self.last_verdict()) {
            (false, _) => Ending::Refused,
            (true, Some(Verdict::Warn)) => Ending::Warned,
            (true, _) => Ending::Accepted,
        };
        output.say(&format!("== {number}. {}", act.what));
        output.say("$ git push origin HEAD:main");
        output.say(said.trim_end());
        output.say(match ends {
            Ending::Accepted => "-> accepted\n",
            Ending::Warned => "-> accepted, with a warning\n",
            Ending::Refused => "-> refused\n",
        });
        if ends == Ending::Refused {
            self.must(&client, &["reset", "-q", "--hard", "HEAD~1"])?;
        }
        Ok(ends == act.ends)
    }

    fn client(&self) -> PathBuf {
        self.root.join("client")
    }

    fn log(&self) -> PathBuf {
        self.root.join("log.jsonl")
    }

    /// The verdict on the last push, as the hook has put it on record.
    fn last_verdict(&self) -> Option<Verdict> {
        let record = log::last(&self.log(), &|_| true)?;
        record.verdict?.known().copied()
    }

    fn keep(mut self) {
        if let Some(directory) = self.directory.take() {
            std::mem::forget(directory);
        }
    }

    fn must(&self, directory: &Path, arguments: &[&str]) -> Result<(), Error> {
        let finished = self.git(directory, arguments)?;
        if finished.status.success() {
            return Ok(());
        }
        let output = String::from_utf8_lossy(&finished.stderr).into_owned();
        Err(Error::DemoSetUp { command: arguments.join(" "), output })
    }

    /// Runs git with no configuration but its own, so that the show is the same
    /// everywhere.
    fn git(&self, directory: &Path, arguments: &[&str]) -> Result<Finished, Error> {
        let person = "A Developer";
        let mut git = Command::new("git");
        for name in GIT_VARIABLES {
            git.env_remove(name);
        }
        git.current_dir(directory)
            .args(arguments)
            .env("HOME", &self.root)
            .env("XDG_CONFIG_HOME", &self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", person)
            .env("GIT_AUTHOR_EMAIL", "dev@example.com")
            .env("GIT_COMMITTER_NAME", person)
            .env("GIT_COMMITTER_EMAIL", "dev@example.com")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .map_err(Error::NoGit)
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::DemoFile { path: path.to_owned(), source })
}

/// A directory that goes when this value goes.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> Result<Self, Error> {
        let base = std::env::temp_dir();
        let mut last = None;
        for attempt in 0..100 {
            let path = base.join(format!("provost-demo-{}-{attempt}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) => last = Some(error),
            }
        }
        let source = last.unwrap_or_else(|| std::io::ErrorKind::AlreadyExists.into());
        Err(Error::DemoFile { path: base, source })
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
