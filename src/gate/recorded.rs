//! The sixth step: the record of the push, which is on disk before the push is answered.

use super::failure::Failure;
use super::judged::Judged;
use super::noted::Noted;
use super::settings::Gate;
use crate::config::log::LogSettings;
use crate::log::{self, LogError, Record};

/// A push that is on record, if there is a log.
pub(super) struct Recorded {
    pub(super) judged: Judged,
    pub(super) unrecorded: Option<Unrecorded>,
}

/// Why there is no record.
pub(super) struct Unrecorded {
    pub(super) error: LogError,
    pub(super) settings: LogSettings,
}

impl Recorded {
    /// Writes the record.
    pub(super) fn of(noted: Noted, gate: &Gate<'_>) -> Self {
        let Noted(judged) = noted;
        let Some(settings) = judged.reached.log(gate) else {
            return Self { judged, unrecorded: None };
        };
        let written = log::append(&settings, judged.record_line());
        let unrecorded = written.err().map(|error| Unrecorded { error, settings });
        Self { judged, unrecorded }
    }
}

impl Judged {
    fn record_line(&self) -> Record {
        let arrived = self.reached.arrived();
        let configured = self.reached.configured();
        let context = log::Context {
            hook: arrived.hook,
            platform: arrived.context.platform,
            directory: self.reached.directory(),
            push: &arrived.push,
            pusher: arrived.context.pusher.as_deref(),
            updates: configured.and_then(|it| it.updates.as_deref().ok()),
            groups: arrived.context.groups.as_deref().unwrap_or_default(),
            remote: arrived.context.remote_address.as_deref(),
            protocol: arrived.context.protocol,
            pull_request: arrived.context.pull_request,
            rules_digest: configured.map(|it| it.config.digest.clone()),
            policy_digest: configured.map(|it| log::policy_digest(&it.config.merged)),
            time: arrived.time,
            started: arrived.started,
        };
        let error = self.failure.as_ref().map(Failure::in_full);
        let outcome = log::Outcome {
            report: self.report.as_ref(),
            error: error.as_deref(),
            accepted: self.exit_code() == 0,
        };
        Record::new(&context, outcome)
    }
}
