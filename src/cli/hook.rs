//! The server's hooks: `pre-receive` and `update`.

use std::io::Read;
use std::mem::ManuallyDrop;

use super::args::{Global, PreReceive, Update};
use super::error::Error;
use super::load;
use super::output::Output;
use crate::document::Moment;
use crate::git::{
    GitError, HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates,
};
use crate::platform::{self, Context, Environment, Platform};
use crate::policy::{Pusher, Request, Situation};
use crate::push::Push;
use crate::report::{Report, pusher};
use crate::scan;
use crate::text::escape::escape;

pub(super) fn pre_receive(
    global: &Global,
    command: &PreReceive,
    output: &Output,
) -> Result<u8, Error> {
    let mut input = Vec::new();
    std::io::stdin()
        .read_to_end(&mut input)
        .map_err(|source| Error::Read { what: "the ref updates".into(), source })?;
    let context = named(&command.platform).context(&Environment::of_process());
    if context.dry_run && input.is_empty() {
        // The platform only asks whether a merge would be let in that is not made yet. It
        // asks again when it is.
        output.note("provost: there is no commit to judge yet; the merge itself will be judged.\n");
        return Ok(0);
    }
    let updates = parse_updates(&input)?;
    judge(global, &context, HookEnvironment::read()?, updates, output)
}

pub(super) fn update(global: &Global, command: &Update, output: &Output) -> Result<u8, Error> {
    let platform = named(&command.platform);
    let given = platform
        .arguments(&command.arguments)
        .map_err(|reason| Error::HookArguments { platform: platform.title, reason })?;
    let id = |text: &[u8]| ObjectId::from_hex(text).ok_or_else(|| Error::NotAnId(escape(text)));
    let update = RefUpdate::new(RefName::new(given.ref_name), id(&given.old)?, id(&given.new)?);
    let update = update.ok_or(GitError::NoRefUpdate)?;
    let mut context = platform.context(&Environment::of_process());
    context.repository = given.repository.or(context.repository);
    context.pusher = given.pusher.or(context.pusher);
    let mut environment = HookEnvironment::read()?;
    environment.git_may_refuse = false;
    judge(global, &context, environment, vec![update], output)
}

fn judge(
    global: &Global,
    context: &Context,
    environment: HookEnvironment,
    updates: Vec<RefUpdate>,
    output: &Output,
) -> Result<u8, Error> {
    let options = environment.push_options.clone();
    let repository = Repository::open_in_hook(environment)?;
    // The process ends with the judgement: taking the catalogue apart would only cost time.
    let config = ManuallyDrop::new(load(global, Some(&repository))?);
    for file in &config.replaced {
        output.note(&format!(
            "provost: {file} has mistakes; its last good text is in force. An administrator \
             should run: provost rules lint\n"
        ));
    }
    let push = Push {
        repository: context.repository.clone().unwrap_or_else(|| repository.name()),
        pusher: context.pusher.clone().map(String::into_bytes),
        updates,
        options,
    };
    let situation = Situation {
        repository: push.repository.clone(),
        pusher: Pusher {
            login: push.pusher.as_deref().map(|login| String::from_utf8_lossy(login).into_owned()),
            groups: context.groups.clone().unwrap_or_default(),
        },
        request: Request::read(&push.options),
        pull_request: context.pull_request,
        now: Moment::now(),
    };
    let report = scan::judge_push(&repository, &config, &push, situation)?;
    let text = pusher::text(&report, push.pusher.as_deref());
    if !text.is_empty() {
        output.note(&text);
        if let Some(remark) = context.remark() {
            output.note(&format!("{remark}\n"));
        }
    }
    if output.verbose {
        say_more(&report, context, output);
    }
    Ok(report.exit_code())
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
