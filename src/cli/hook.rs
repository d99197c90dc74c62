//! The server's hooks: `pre-receive` and `update`.

use std::io::Read;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use super::args::{Global, PreReceive, Update};
use super::error::Error;
use super::output::{DAMAGE, Output};
use super::recording::Recording;
use crate::document::Moment;
use crate::git::{
    GitError, HookEnvironment, ObjectId, RefName, RefUpdate, Repository, parse_updates,
};
use crate::platform::{self, Context, Environment, Occasion, Platform};
use crate::policy::{Pusher, Request, Situation, Verdict};
use crate::report::notes::{Note, Unjudged, note, unjudged};
use crate::report::{Report, pusher};
use crate::scan::{self, Bounds, Stage};
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
        output.note(&note(&recording.texts_of_machine(global), &Note::NothingYet));
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

/// Judges, notes what is let in unjudged, records, and answers, in this order: an answer
/// without a record is none.
fn judge(
    global: &Global,
    mut recording: Recording,
    updates: Result<Vec<RefUpdate>, Error>,
    output: &Output,
) -> Result<u8, Error> {
    let judged = updates.and_then(|updates| report(global, updates, &mut recording, output));
    let judged = recording.keep(judged);
    let recorded = recording.write(global, &judged);
    let texts = recording.texts(global);
    let code = match &judged {
        Ok(report) => {
            answer(report, &recording, output);
            report.exit_code()
        }
        Err(error) => {
            let accepted = recording.lets_in(error);
            let shown = output.told(error);
            output.note(&unjudged(
                &texts,
                &Unjudged { refused: !accepted, contact: texts.contact.as_deref(), ..shown },
            ));
            if accepted { 0 } else { 2 }
        }
    };
    match recorded {
        Ok(()) => Ok(code),
        Err(unrecorded) => Ok(unrecorded.settle(code, &texts, output)),
    }
}

/// What the pusher reads of a push that was judged.
fn answer(report: &Report, recording: &Recording, output: &Output) {
    let mut text = pusher::text(report, recording.push.pusher.as_deref());
    if report.again > 0 && report.exit_code() != 0 {
        text.push_str(&note(&report.texts, &Note::Again { commits: report.again }));
    }
    if !text.is_empty()
        && let Some(remark) = remark(&recording.context)
    {
        text.push_str(&note(&report.texts, &remark));
    }
    if let Some(cut) = &report.cut {
        let contact = report.texts.contact.as_deref();
        let refused = report.exit_code() != 0;
        let values =
            Unjudged { what: "judged", refused, cut: Some(cut), contact, ..Unjudged::default() };
        text.push_str(&unjudged(&report.texts, &values));
    }
    if let Some(unread) = report.unread.first() {
        let more = match report.unread.len() - 1 {
            0 => String::new(),
            1 => ", and 1 more object".to_owned(),
            more => format!(", and {more} more objects"),
        };
        let values = Unjudged {
            what: "judged",
            refused: report.unread_refused,
            beside_others: report.verdict() == Verdict::Reject,
            error: escape(format!("{}{more}", unread.why).as_bytes()),
            next_step: DAMAGE.to_owned(),
            contact: report.texts.contact.as_deref(),
            ..Unjudged::default()
        };
        text.push_str(&unjudged(&report.texts, &values));
    }
    if !text.is_empty() {
        output.note(&text);
    }
    if output.verbose {
        say_more(report, &recording.context, output);
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
    let repository = Rc::new(Repository::open_in_hook(environment)?);
    let name = recording.context.repository.clone();
    recording.push.repository = name.unwrap_or_else(|| repository.name());
    // The process ends with the judgement: taking the catalogue apart would only cost time.
    let config = ManuallyDrop::new(recording.configured(global, &repository)?);
    let updates = recording.push.resolve(&repository);
    let push = &recording.push;
    let situation = Situation {
        repository: push.repository.clone(),
        pusher: Pusher {
            login: recording.context.pusher.clone(),
            groups: recording.context.groups.clone().unwrap_or_default(),
        },
        request: Request::read(&push.options),
        pull_request: recording.context.pull_request,
        merged: recording.context.pull_request_head.clone(),
        now: Moment::now(),
    };
    let refs: Vec<RefName> = push.updates.iter().map(|update| update.name().clone()).collect();
    let texts = scan::texts_for(&config, situation.clone(), &refs);
    for file in &config.replaced {
        output.note(&note(&texts, &Note::LastGood { file: escape(file.as_bytes()) }));
    }
    recording.know(&config, texts.clone());
    let updates = &*recording.updates.insert(updates?);
    let started = recording.started;
    let tell = |stage: Stage, done: usize| {
        let of = match stage {
            Stage::Reading => None,
            Stage::Sifting(of) | Stage::Comparing(of) => Some(of),
        };
        let seconds = started.elapsed().as_secs();
        output.plain(&note(&texts, &Note::Progress { done, of, seconds }));
    };
    let limits = config.limits.clone().with_platform(recording.context.time_budget);
    let bounds = Bounds { limits, started, tell: &tell };
    let name = &recording.push.repository;
    Ok(scan::judge_resolved(&repository, &config, name, updates, situation, &bounds)?)
}

/// The words for how a push came about.
fn remark(context: &Context) -> Option<Note> {
    let number = context.pull_request;
    Some(match context.occasion()? {
        Occasion::Merge => Note::Merge { number },
        Occasion::Web => Note::Web { number },
        Occasion::Internal => Note::Internal { number },
        Occasion::OtherStore => Note::OtherStore,
    })
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
