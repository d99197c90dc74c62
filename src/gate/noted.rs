//! The fifth step: the ledger remembers what is accepted without a full check.

use super::configured::Configured;
use super::failure::{Failure, FailureKind, GateError};
use super::judged::Judged;
use crate::git::RefUpdate;
use crate::scan;
use crate::state::StateError;
use crate::state::ledger::LedgerPlace;
use crate::state::ledger::{self, Additions, Unjudged, UnjudgedReason};

/// A push whose ledger entries are on disk.
pub(super) struct Noted(pub(super) Judged);

impl Noted {
    /// Puts on the ledger what is about to be accepted without a full check, or for one place
    /// only, and what of before was checked now. It is on disk when this returns; what can't be
    /// put there is a failure like any other.
    pub(super) fn of(mut judged: Judged) -> Self {
        if let Err(error) = add_to_ledger(&judged) {
            let mut failure = Failure::from(&GateError::from(error));
            let added = judged.report.as_ref().and_then(|report| report.ledger.as_ref());
            if added.is_some_and(|added| !added.admitted.is_empty()) {
                failure.kind = FailureKind::Admission;
            }
            judged.failure = Some(failure);
        }
        Self(judged)
    }
}

fn add_to_ledger(judged: &Judged) -> Result<(), StateError> {
    let Some(configured) = judged.reached.configured() else { return Ok(()) };
    if judged.exit_code() != 0 {
        return Ok(());
    }
    let repository = &configured.opened.repository;
    let place = LedgerPlace::of(&configured.config, repository);
    let now = configured.opened.arrived.now();
    match (&judged.report, &judged.failure) {
        (Some(report), None) => scan::keep(repository, &place, report, now),
        _ => {
            let unjudged = unjudged(configured, &now.to_string());
            let additions = Additions { unjudged, ..Additions::default() };
            ledger::add(repository, &place, &additions, &now.to_string())
        }
    }
}

/// Ledger entries for all ref updates. What the client claims of a value that could not be
/// looked up proves nothing, so such an entry has no boundary.
fn unjudged(configured: &Configured, time: &str) -> Vec<Unjudged> {
    let real = configured.updates.as_deref().unwrap_or_default();
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
    configured.opened.arrived.push.updates.iter().enumerate().filter_map(entry).collect()
}
