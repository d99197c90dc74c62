//! Putting on the ledger what a push that was judged brings to it, before it is answered.

use crate::document::Moment;
use crate::git::Repository;
use crate::policy::Verdict;
use crate::report::Report;
use crate::state::StateError;
use crate::state::ledger::{self, LedgerPlace, Unjudged, UnjudgedReason};

/// Writes what an accepted push changes of the repository's ledger; it is on disk when this
/// returns. Of a push that is refused nothing is written.
///
/// # Errors
/// When it can't be written: then the push must not be accepted.
pub fn keep(
    repository: &Repository,
    place: &LedgerPlace,
    report: &Report,
    now: Moment,
) -> Result<(), StateError> {
    let Some(additions) = report.ledger.as_ref().filter(|_| report.exit_code() == 0) else {
        return Ok(());
    };
    let time = now.to_string();
    let mut additions = additions.clone();
    let limit = report.cut.as_ref().map(|cut| UnjudgedReason::Limit(cut.limit));
    let cut = limit.unwrap_or_else(|| UnjudgedReason::Other(String::new()));
    additions.unjudged.extend(report.left.iter().map(|left| Unjudged {
        time: time.clone(),
        why: cut.clone(),
        ref_name: left.ref_name.clone(),
        id: left.id,
        boundary: left.boundary.clone(),
    }));
    additions.unjudged.extend(report.unread.iter().map(|unread| Unjudged {
        time: time.clone(),
        why: UnjudgedReason::Error,
        ref_name: unread.ref_name.clone(),
        id: unread.commit.unwrap_or(unread.id),
        boundary: unread.boundary.clone(),
    }));
    if report.verdict() < Verdict::Reject {
        additions.judged.extend(report.now_judged.iter().cloned());
    }
    let is_needed = additions != ledger::Additions::default();
    match ledger::add(repository, place, &additions, &time) {
        // A ledger that could not be begun is begun by a later push, with all that the refs
        // hold by then.
        Err(_) if !is_needed => Ok(()),
        written => written,
    }
}
