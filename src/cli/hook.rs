//! The server's hooks: `pre-receive` and `update`.

use std::io::Read;
use std::mem::ManuallyDrop;

use super::args::{Global, PreReceive, Update};
use super::error::Error;
use super::output::Output;
use super::recording::Recording;
use crate::document::Moment;
use crate::git::{
    GitError, HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates,
};
use crate::platform::{self, Context, Environment, Platform};
use crate::policy::{Pusher, Request, Situation};
use crate::report::{Report, pusher};
use crate::scan;
use crate::text::escape::escape;

pub(super) fn pre_receive(
    global: &Global,
    command: &PreReceive,
    output: &Output,
) -> Result<u8, Error> {
    let context = named(&command.platform).context(&Environment::of_process());
    let dry_run = context.dry_run;
    let recording = Recording::begin("pre-receive", context);
    let mut input = Vec::new();
    let read = std::io::stdin()
        .read_to_end(&mut input)
        .map_err(|source| Error::Read { what: "the ref updates".into(), source });
    if dry_run && read.is_ok() && input.is_empty() {
        // The platform only asks whether a merge would be let in that is not made yet. It
        // asks again when it is.
        output.note("provost: there is no commit to judge yet; the merge itself will be judged.\n");
        return Ok(0);
    }
    let updates = read.and_then(|_| Ok(parse_updates(&input)?));
    judge(global, recording, updates, output)
}

pub(super) fn update(global: &Global, command: &Update, output: &Output) -> Result<u8, Error> {
    let platform = named(&command.platform);
    let mut context = platform.context(&Environment::of_process());
    let updates = one_update(platform, command, &mut context).map(|update| vec![update]);
    judge(global, Recording::begin("update", context), updates, output)
}

fn one_update(
    platform: &Platform,
    command: &Update,
    context: &mut Context,
) -> Result<RefUpdate, Error> {
    let given = platform
        .arguments(&command.arguments)
        .map_err(|reason| Error::HookArguments { platform: platform.title, reason })?;
    let id = |text: &[u8]| ObjectId::from_hex(text).ok_or_else(|| Error::NotAnId(escape(text)));
    let update = RefUpdate::new(RefName::new(given.ref_name), id(&given.old)?, id(&given.new)?);
    context.repository = given.repository.or(context.repository.take());
    context.pusher = given.pusher.or(context.pusher.take());
    Ok(update.ok_or(GitError::NoRefUpdate)?)
}

/// Judges, records, and answers, in this order: an answer without a record is none.
fn judge(
    global: &Global,
    mut recording: Recording,
    updates: Result<Vec<RefUpdate>, Error>,
    output: &Output,
) -> Result<u8, Error> {
    let judged = updates.and_then(|updates| report(global, updates, &mut recording, output));
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
        output.note(&text);
        if let Some(remark) = recording.context.remark() {
            output.note(&format!("{remark}\n"));
        }
    }
    if output.verbose {
        say_more(&report, &recording.context, output);
    }
    match recorded {
        Ok(()) => Ok(report.exit_code()),
        Err(unrecorded) => unrecorded.settle(report.exit_code(), output),
    }
}

fn report(
    global: &Global,
    updates: Vec<RefUpdate>,
    recording: &mut Recording,
    output: &Output,
) -> Result<Report, Error> {
    recording.push.updates = updates;
    recording.push.pusher = recording.context.pusher.clone().map(String::into_bytes);
    let mut environment = HookEnvironment::read()?;
    environment.git_may_refuse = recording.hook == "pre-receive";
    recording.push.options.clone_from(&environment.push_options);
    let repository = Repository::open_in_hook(environment)?;
    let name = recording.context.repository.clone();
    recording.push.repository = name.unwrap_or_else(|| repository.name());
    // The process ends with the judgement: taking the catalogue apart would only cost time.
    let config = ManuallyDrop::new(recording.configured(global, &repository)?);
    for file in &config.replaced {
        output.note(&format!(
            "provost: {file} has mistakes; its last good text is in force. An administrator \
             should run: provost rules lint\n"
        ));
    }
    let push = &recording.push;
    let situation = Situation {
        repository: push.repository.clone(),
        pusher: Pusher {
            login: recording.context.pusher.clone(),
            groups: recording.context.groups.clone().unwrap_or_default(),
        },
        request: Request::read(&push.options),
        pull_request: recording.context.pull_request,
        now: Moment::now(),
    };
    Ok(scan::judge_push(&repository, &config, push, situation)?)
}

fn say_more(report: &Report, context: &Context, output: &Output) {
    let findings = report.findings.len();
    output.note(&format!(
        "provost: {} commits judged, {findings} findings, {:?}\n",
        report.commits, report.elapsed
    ));
    let pusher = context.pusher.as_deref().unwrap_or("nobody known");
    output.note(&format!("provost: pushed by {pusher} to {}\n", report.repository));
    if !context.ignored.is_empty() {
        let names = context.ignored.join(", ");
        output.note(&format!("provost: of other platforms, not read: {names}\n"));
    }
    for skipped in &report.skipped {
        output.note(&format!("provost: not looked at: {} ({})\n", skipped.what, skipped.why));
    }
}

/// The platform of a name that the command line has checked already.
pub(super) fn named(name: &str) -> &'static Platform {
    platform::by_name(name).unwrap_or_else(platform::plain)
}
