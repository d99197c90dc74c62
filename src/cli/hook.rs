//! The server's hooks: `pre-receive` and `update`.

use std::io::Read;
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;

use super::args::{Global, PreReceive, Update};
use super::error::Error;
use super::output::Output;
use super::recording::Recording;
use crate::document::Moment;
use crate::git::{HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates};
use crate::platform::{self, Platform};
use crate::policy::{Pusher, Request, Situation};
use crate::report::{Report, pusher};
use crate::scan;

pub(super) fn pre_receive(
    global: &Global,
    command: &PreReceive,
    output: &Output,
) -> Result<u8, Error> {
    let recording = Recording::begin("pre-receive", &command.platform);
    let mut input = Vec::new();
    let read = std::io::stdin()
        .read_to_end(&mut input)
        .map_err(|source| Error::Read { what: "the ref updates".into(), source });
    let updates = read.and_then(|_| Ok(parse_updates(&input)?));
    judge(global, recording, updates, output)
}

pub(super) fn update(global: &Global, command: &Update, output: &Output) -> Result<u8, Error> {
    let recording = Recording::begin("update", &command.platform);
    judge(global, recording, one_update(command).map(|update| vec![update]), output)
}

fn one_update(command: &Update) -> Result<RefUpdate, Error> {
    let id = |text: &String| {
        ObjectId::from_hex(text.as_bytes()).ok_or_else(|| Error::NotAnId(text.clone()))
    };
    let name = RefName::new(command.name.as_bytes());
    let update = RefUpdate::new(name, id(&command.old)?, id(&command.new)?);
    Ok(update.ok_or(crate::git::GitError::NoRefUpdate)?)
}

/// Judges, records, and answers, in this order: an answer without a record is none.
fn judge(
    global: &Global,
    mut recording: Recording,
    updates: Result<Vec<RefUpdate>, Error>,
    output: &Output,
) -> Result<u8, Error> {
    let platform = named(&recording.platform);
    let judged = updates.and_then(|it| report(global, platform.as_ref(), it, &mut recording));
    let recorded = recording.write(global, &judged);
    let report = match judged {
        Ok(report) => report,
        Err(error) => {
            if let Err(unrecorded) = recorded {
                output.note(&unrecorded.beside_another());
            }
            return Err(error);
        }
    };
    let text = pusher::text(&report, recording.push.pusher.as_deref());
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
    match recorded {
        Ok(()) => Ok(report.exit_code()),
        Err(unrecorded) => unrecorded.settle(report.exit_code(), output),
    }
}

fn report(
    global: &Global,
    platform: &dyn Platform,
    updates: Vec<RefUpdate>,
    recording: &mut Recording,
) -> Result<Report, Error> {
    recording.push.updates = updates;
    recording.push.pusher = platform.pusher();
    let environment = HookEnvironment::read()?;
    recording.push.options.clone_from(&environment.push_options);
    let repository = Repository::open_in_hook(environment)?;
    recording.push.repository = platform.repository_name(&repository);
    // The process ends with the judgement: taking the catalogue apart would only cost time.
    let config = ManuallyDrop::new(recording.configured(global, &repository)?);
    let push = &recording.push;
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
    Ok(scan::judge_push(&repository, &config, push, situation)?)
}

/// The platform of a name that the command line has checked already.
fn named(name: &str) -> Box<dyn Platform> {
    platform::by_name(name).unwrap_or_else(platform::plain)
}
