//! The server's hooks: `pre-receive` and `update`.

use std::io::Read;
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;

use super::args::{Global, PreReceive, Update};
use super::error::Error;
use super::load;
use super::output::Output;
use crate::document::Moment;
use crate::git::{HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates};
use crate::platform::{self, Platform};
use crate::policy::{Pusher, Request, Situation};
use crate::push::Push;
use crate::report::pusher;
use crate::scan;

pub(super) fn pre_receive(
    global: &Global,
    command: &PreReceive,
    output: &Output,
) -> Result<u8, Error> {
    let mut input = Vec::new();
    std::io::stdin()
        .read_to_end(&mut input)
        .map_err(|source| Error::Read { what: "the ref updates".into(), source })?;
    judge(global, &command.platform, parse_updates(&input)?, output)
}

pub(super) fn update(global: &Global, command: &Update, output: &Output) -> Result<u8, Error> {
    let id = |text: &String| {
        ObjectId::from_hex(text.as_bytes()).ok_or_else(|| Error::NotAnId(text.clone()))
    };
    let name = RefName::new(command.name.as_bytes());
    let update = RefUpdate::new(name, id(&command.old)?, id(&command.new)?);
    let update = update.ok_or(crate::git::GitError::NoRefUpdate)?;
    judge(global, &command.platform, vec![update], output)
}

fn judge(
    global: &Global,
    platform: &str,
    updates: Vec<RefUpdate>,
    output: &Output,
) -> Result<u8, Error> {
    let environment = HookEnvironment::read()?;
    let options = environment.push_options.clone();
    let repository = Repository::open_in_hook(environment)?;
    let platform = named(platform);
    // The process ends with the judgement: taking the catalogue apart would only cost time.
    let config = ManuallyDrop::new(load(global, Some(&repository))?);
    for file in &config.replaced {
        output.note(&format!(
            "provost: {file} has mistakes; its last good text is in force. An administrator \
             should run: provost rules lint\n"
        ));
    }
    let push = Push {
        repository: platform.repository_name(&repository),
        pusher: platform.pusher(),
        updates,
        options,
    };
    let situation = Situation {
        repository: push.repository.clone(),
        pusher: Pusher {
            login: push.pusher.as_deref().map(|login| String::from_utf8_lossy(login).into_owned()),
            groups: Vec::new(),
        },
        request: Request::read(&push.options),
        pull_request: None,
        now: Moment::now(),
    };
    let report = scan::judge_push(&repository, &config, &push, situation)?;
    let text = pusher::text(&report, push.pusher.as_deref());
    if !text.is_empty() {
        let prefix = platform.line_prefix();
        output.note(&text.lines().map(|line| format!("{prefix}{line}\n")).collect::<String>());
    }
    if output.verbose {
        let findings = report.findings.len();
        output.note(&format!(
            "provost: {} commits judged, {findings} findings, {:?}\n",
            report.commits, report.elapsed
        ));
        for skipped in &report.skipped {
            output.note(&format!("provost: not looked at: {} ({})\n", skipped.what, skipped.why));
        }
    }
    Ok(report.exit_code())
}

/// The platform of a name that the command line has checked already.
fn named(name: &str) -> Box<dyn Platform> {
    platform::by_name(name).unwrap_or_else(platform::plain)
}
