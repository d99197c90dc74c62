//! The fourth and fifth step: what judging gave, and the ledger that remembers what is
//! accepted without a full check.

use super::arrived::Reached;
use super::recorded::Noted;
use super::{Configured, Failure, FailureKind, GateError};
use crate::config::ConfigError;
use crate::config::ledger::{self, Additions, Unjudged, UnjudgedReason};
use crate::git::RefUpdate;
use crate::report::{Judged as Found, Report};
use crate::scan;

/// What judging gave.
pub(super) enum Judgement {
    /// A report on everything that could be judged.
    Whole(Box<Report>),
    /// Judging ended before its end.
    Ended {
        /// What was found until then.
        found: Vec<Found>,
        /// Why it ended.
        failure: Failure,
    },
}

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

    pub(super) fn new(configured: Configured, judgement: Judgement) -> Self {
        let (report, failure) = match judgement {
            Judgement::Whole(report) => (*report, None),
            Judgement::Ended { found, failure } => {
                let situation = configured.opened.arrived.situation();
                let refs = configured.names();
                let report = scan::partial_report(&configured.config, situation, refs, found);
                (report, Some(failure))
            }
        };
        Self { reached: configured.into(), report: Some(report), failure }
    }

    /// Puts on the ledger what is about to be accepted without a full check, or for one place
    /// only, and what of before was checked now. It is on disk when this returns; what can't be
    /// put there is a failure like any other.
    pub(super) fn note(mut self) -> Noted {
        if let Err(error) = self.add_to_ledger() {
            let mut failure = Failure::from(&GateError::from(error));
            let added = self.report.as_ref().and_then(|report| report.ledger.as_ref());
            if added.is_some_and(|added| !added.admitted.is_empty()) {
                failure.kind = FailureKind::Admission;
            }
            self.failure = Some(failure);
        }
        Noted(self)
    }

    fn add_to_ledger(&self) -> Result<(), ConfigError> {
        let Some(configured) = self.reached.configured() else { return Ok(()) };
        if self.exit_code() != 0 {
            return Ok(());
        }
        let repository = &configured.opened.repository;
        let place = configured.config.ledger(repository);
        let now = configured.opened.arrived.now();
        match (&self.report, &self.failure) {
            (Some(report), None) => scan::keep(repository, &place, report, now),
            _ => {
                let unjudged = configured.unjudged(&now.to_string());
                let additions = Additions { unjudged, ..Additions::default() };
                ledger::add(repository, &place, &additions, &now.to_string())
            }
        }
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
            (FailureKind::Judging, Some(configured)) => {
                configured.config.policy.accepts_unjudged().is_none() && configured.is_enforced()
            }
        }
    }
}

impl Configured {
    /// Ledger entries for all ref updates. What the client claims of a value that could not be
    /// looked up proves nothing, so such an entry has no boundary.
    fn unjudged(&self, time: &str) -> Vec<Unjudged> {
        let real = self.updates.as_deref().unwrap_or_default();
        let entry = |(at, sent): (usize, &RefUpdate)| {
            let real = real.get(at);
            Some(Unjudged {
                time: time.to_owned(),
                why: UnjudgedReason::Error,
                ref_name: real.map_or_else(|| sent.name(), |real| &real.name).clone(),
                id: sent.new_id()?,
                boundary: real.and_then(|real| real.old).into_iter().collect(),
            })
        };
        self.opened.arrived.push.updates.iter().enumerate().filter_map(entry).collect()
    }
}
