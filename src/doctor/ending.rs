//! How a push of the probe ended: whether git took it, and the exit code of the hook, which
//! git tells in its own trace, so that no text has to be understood.
//!
//! Source: git's Documentation/technical/api-trace2.txt, events `child_start` (with
//! `child_class` and `hook_name`) and `child_exit`.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde::Deserialize;

use crate::owner;

/// How a push of the probe ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// Whether the push was accepted.
    pub(super) accepted: bool,
    /// The exit code of the hook; `None` when git ran none, or does not tell.
    pub(super) code: Option<i32>,
    /// What git and the hook said, for people.
    pub(super) said: String,
}

impl Ending {
    /// Of a hook that was called here and not by git.
    pub(super) fn of_call(output: &Output) -> Self {
        Self {
            accepted: output.status.success(),
            code: output.status.code(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.accepted, self.code) {
            (true, _) => "accepted",
            (false, Some(1)) => "refused",
            (false, Some(2)) => "refused, for it could not be judged",
            (false, _) => "refused by something else",
        })
    }
}

/// A file for git's trace.
pub(super) struct Traced(PathBuf);

#[derive(Deserialize)]
struct Event {
    event: String,
    sid: String,
    child_id: Option<i64>,
    hook_name: Option<String>,
    code: Option<i32>,
}

impl Traced {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Has a command of git write it.
    pub(super) fn begin(&self, git: &mut Command) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => git.env("GIT_TRACE2_EVENT", &self.0),
        };
        Ok(())
    }

    /// How the command ended.
    pub(super) fn ending(&self, output: &Output) -> Ending {
        let text = owner::content(&self.0).unwrap_or_default();
        // Arguments that are not text are in no field that is read here.
        let text = String::from_utf8_lossy(&text);
        let lines = text.split('\n');
        let events: Vec<Event> = lines.filter_map(|it| serde_json::from_str(it).ok()).collect();
        // The hook of the server: that of the client has another name.
        let started = events.iter().find(|event| {
            event.event == "child_start" && event.hook_name.as_deref() == Some("pre-receive")
        });
        let exit = started.and_then(|start| {
            events.iter().find(|event| {
                event.event == "child_exit"
                    && event.sid == start.sid
                    && event.child_id == start.child_id
            })
        });
        Ending {
            accepted: output.status.success(),
            code: exit.and_then(|event| event.code),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
