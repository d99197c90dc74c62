//! The last step: the exit code of the hook, and what the pusher reads.

use super::arrived::Arrived;
use super::configured::Configured;
use super::failure::{Failure, FailureKind};
use super::judged::Judged;
use super::reached::Reached;
use super::recorded::{Recorded, Unrecorded};
use super::settings::Gate;
use crate::config::log::OnFailure;
use crate::platform::{Context, Occasion};
use crate::policy::Verdict;
use crate::report::notes::{self, Note, Undone, Unjudged, note};
use crate::report::{Report, Texts, pusher};
use crate::text::escape::{escape, escape_lines};

/// What a hook answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 0: accepted. 1: policy is breached. 2: not checked or not recorded, and refused for it.
    pub exit_code: u8,
    /// What the pusher reads; empty when there is nothing to say.
    pub text: String,
    /// What `--verbose` adds to it.
    pub details: String,
}

/// What to do about an object that can't be read.
const DAMAGE: &str = "Run `git fsck` in the repository to see what is damaged.";

impl Answer {
    /// The answer to a platform that only asks.
    pub(super) fn nothing_yet(gate: &Gate<'_>, arrived: Arrived) -> Self {
        let texts = Reached::from(arrived).texts(gate);
        Self { exit_code: 0, text: note(&texts, &Note::NothingYet), details: String::new() }
    }

    pub(super) fn of(recorded: &Recorded, gate: &Gate<'_>) -> Self {
        let judged = &recorded.judged;
        let texts = match &judged.report {
            Some(report) => report.texts.clone(),
            None => judged.reached.texts(gate),
        };
        let context = &judged.reached.arrived().context;
        let mut text = String::new();
        let mut details = String::new();
        if let Some(report) = &judged.report {
            text.push_str(&on_report(report, judged.exit_code() != 0, context));
            details = in_detail(report, context);
        }
        if let Some(failure) = judged.failure.as_ref().filter(|_| judged.tells_pusher()) {
            text.push_str(&judged.on_failure(failure, &texts));
        }
        let mut exit_code = judged.exit_code();
        if let Some(unrecorded) = &recorded.unrecorded {
            text.push_str(&on_no_record(unrecorded, exit_code, &texts));
            if unrecorded.settings.on_failure == OnFailure::Reject {
                exit_code = 2;
            }
        }
        Self { exit_code, text, details }
    }
}

impl Judged {
    /// Whether the pusher is told of a failure. While no ref is under enforcement, failures are
    /// for the administrator, who has the record.
    fn tells_pusher(&self) -> bool {
        self.is_refused_for_failure()
            || self.reached.configured().is_none_or(Configured::is_enforced)
    }

    fn on_failure(&self, failure: &Failure, texts: &Texts) -> String {
        let rejects = |report: &Report| report.verdict() == Verdict::Reject;
        let values = Unjudged {
            what: match failure.kind {
                FailureKind::Request => Undone::Refused,
                _ => Undone::Judged,
            },
            refused: self.is_refused_for_failure(),
            beside_others: self.report.as_ref().is_some_and(rejects),
            error: failure.error.clone(),
            mistakes: failure.mistakes.clone(),
            next_step: failure.next_step.clone(),
            contact: texts.contact.as_deref(),
            ..Unjudged::default()
        };
        notes::unjudged(texts, &values)
    }
}

/// What the pusher reads of a push that was judged.
fn on_report(report: &Report, is_refused: bool, context: &Context) -> String {
    let pusher = context.pusher.as_deref().map(str::as_bytes);
    let mut text = pusher::text(report, is_refused, pusher);
    if report.rejudged_commits > 0 && report.exit_code() != 0 {
        text.push_str(&note(&report.texts, &Note::Again { commits: report.rejudged_commits }));
    }
    if !text.is_empty()
        && let Some(remark) = remark(context)
    {
        text.push_str(&note(&report.texts, &remark));
    }
    let contact = report.texts.contact.as_deref();
    if let Some(cut) = &report.cut {
        let refused = report.exit_code() != 0;
        let values = Unjudged { refused, cut: Some(cut), contact, ..Unjudged::default() };
        text.push_str(&notes::unjudged(&report.texts, &values));
    }
    if let Some(unread) = report.unread.first() {
        let more = match report.unread.len() - 1 {
            0 => String::new(),
            1 => ", and 1 more object".to_owned(),
            more => format!(", and {more} more objects"),
        };
        let values = Unjudged {
            refused: report.unread_refused,
            beside_others: report.verdict() == Verdict::Reject,
            error: escape(format!("{}{more}", unread.reason).as_bytes()),
            next_step: DAMAGE.to_owned(),
            contact,
            ..Unjudged::default()
        };
        text.push_str(&notes::unjudged(&report.texts, &values));
    }
    text
}

/// What the pusher reads of a push whose answer is `code` and that is not on record.
fn on_no_record(unrecorded: &Unrecorded, code: u8, texts: &Texts) -> String {
    let Unrecorded { error, settings } = unrecorded;
    if settings.on_failure == OnFailure::Accept {
        let place = settings.place.file_line();
        return note(texts, &Note::Unrecorded { error: error.to_string(), place });
    }
    let values = Unjudged {
        what: Undone::Recorded,
        refused: true,
        beside_others: code != 0,
        error: escape_lines(&error.to_string()),
        next_step: error.next_step(),
        contact: texts.contact.as_deref(),
        ..Unjudged::default()
    };
    notes::unjudged(texts, &values)
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

fn in_detail(report: &Report, context: &Context) -> String {
    let findings = report.findings.len();
    let pusher = context.pusher.as_deref().unwrap_or("an unknown account");
    let mut lines = vec![
        format!("{} commits judged, {findings} findings, {:?}", report.commits, report.elapsed),
        format!("pushed by {pusher} to {}", report.repository),
    ];
    if !context.ignored.is_empty() {
        lines.push(format!("of other platforms, not read: {}", context.ignored.join(", ")));
    }
    lines.extend(report.skipped.iter().map(|skipped| format!("not looked at: {skipped}")));
    lines.into_iter().map(|line| format!("provost: {line}\n")).collect()
}
