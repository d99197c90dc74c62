//! The fourth step: what judging gave.

use std::cell::RefCell;

use super::child;
use super::configured::Configured;
use super::failure::{Failure, FailureKind, GateError};
use super::judgement::Judgement;
use super::reached::Reached;
use super::settings::{Gate, Process};
use crate::git::ObjectId;
use crate::report::{Judged as Found, Report};
use crate::scan::{self, Host, Stage};

/// A push that was judged, or could not be.
pub struct Judged {
    pub(super) reached: Reached,
    /// What was found; `None` when judging never began.
    pub(super) report: Option<Report>,
    pub(super) failure: Option<Failure>,
}

impl Judged {
    /// A push that a failure kept from being judged.
    pub(super) fn failed(reached: impl Into<Reached>, error: &GateError) -> Self {
        Self { reached: reached.into(), report: None, failure: Some(Failure::from(error)) }
    }

    /// Judges a push. A failure on the way is part of the result.
    pub(super) fn of(configured: Configured, gate: &Gate<'_>) -> Self {
        let updates = match &configured.updates {
            Ok(updates) => updates,
            Err(failure) => {
                let failure = failure.clone();
                if failure.kind == FailureKind::Time {
                    return Self::new(configured, Judgement::Ended { found: Vec::new(), failure });
                }
                return Self { reached: configured.into(), report: None, failure: Some(failure) };
            }
        };
        let judgement = match gate.process {
            Process::Child => child::judge(&configured, updates, gate),
            Process::Own => {
                let host = Observer { configured: &configured, gate, found: RefCell::default() };
                match configured.judge_with(updates, &host) {
                    Ok(report) => Judgement::Whole(Box::new(report)),
                    Err(failure) => Judgement::Ended { found: host.found.take(), failure },
                }
            }
        };
        Self::new(configured, judgement)
    }

    fn new(configured: Configured, judgement: Judgement) -> Self {
        let (report, failure) = match judgement {
            Judgement::Whole(report) => (*report, None),
            Judgement::Ended { found, failure } if failure.kind == FailureKind::Time => {
                match configured.reserved() {
                    None => (configured.late_report(found), None),
                    Some(error) => (configured.late_report(found), Some(Failure::from(&error))),
                }
            }
            Judgement::Ended { found, failure } => {
                let situation = configured.opened.arrived.situation();
                let refs = configured.names();
                let report = scan::partial_report(&configured.config, situation, refs, found);
                (report, Some(failure))
            }
        };
        Self { reached: configured.into(), report: Some(report), failure }
    }

    /// 0 when the push is accepted, 1 when policy is breached, 2 when that can't be said and
    /// the push is refused for it.
    pub(super) fn exit_code(&self) -> u8 {
        let found = self.report.as_ref().map_or(0, Report::exit_code);
        if found == 0 && self.is_refused_for_failure() { 2 } else { found }
    }

    /// Whether there is a failure that alone refuses the push.
    pub(super) fn is_refused_for_failure(&self) -> bool {
        let Some(failure) = &self.failure else { return false };
        match (failure.kind, self.reached.configured()) {
            (FailureKind::Request | FailureKind::Input | FailureKind::Admission, _) | (_, None) => {
                true
            }
            (FailureKind::Configuration, Some(configured)) => configured.is_enforced(),
            (FailureKind::Judging | FailureKind::Time, Some(configured)) => {
                configured.config.policy.accepts_unjudged().is_none() && configured.is_enforced()
            }
        }
    }
}

/// The gate as the host of a scan in its own process.
struct Observer<'o> {
    configured: &'o Configured,
    gate: &'o Gate<'o>,
    found: RefCell<Vec<Found>>,
}

impl Host for Observer<'_> {
    fn progress(&self, stage: Stage, done: usize) {
        self.configured.tell_progress(self.gate, stage, done);
    }

    fn judged(&self, judged: &Found) {
        self.found.borrow_mut().push(judged.clone());
    }

    fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> Option<bool> {
        self.configured.git_refuses(new, missing)
    }
}
