//! Whether provost judged what it was given: being quick at less work is no merit.

use std::collections::BTreeSet;

use crate::Failure;
use crate::pages::CheckRow;
use crate::plan::{Index, Plan};

/// Two numbers that must be equal.
pub(crate) fn numbers(what: &str, provost: u64, other: &str, others: u64) -> CheckRow {
    CheckRow {
        what: what.to_owned(),
        provost,
        other: other.to_owned(),
        others,
        agree: provost == others,
        may_differ: None,
    }
}

/// Two sets that must be equal.
pub(crate) fn sets(
    what: &str,
    provost: &BTreeSet<String>,
    other: &str,
    others: &BTreeSet<String>,
) -> CheckRow {
    let size = |set: &BTreeSet<String>| u64::try_from(set.len()).unwrap_or(u64::MAX);
    CheckRow { agree: provost == others, ..numbers(what, size(provost), other, size(others)) }
}

/// How many commits a hook has judged, as it says itself when it is made to talk.
pub(crate) fn commits_judged(
    plan: &Plan,
    side: Index,
    what: &str,
    expected: u64,
) -> Result<CheckRow, Failure> {
    let said =
        said(plan, side, |line| line.strip_prefix("provost: ")?.split_once(" commits judged"))?;
    Ok(numbers(what, said, "expected", expected))
}

/// How many findings a hook has.
pub(crate) fn findings(
    plan: &Plan,
    side: Index,
    what: &str,
    expected: u64,
) -> Result<CheckRow, Failure> {
    let said = said(plan, side, |line| {
        let (_, rest) = line.split_once(" commits judged, ")?;
        rest.split_once(" findings")
    })?;
    Ok(numbers(what, said, "expected", expected))
}

/// A number that a hook says; `of` gives the part of a line that is one.
fn said(
    plan: &Plan,
    side: Index,
    of: impl Fn(&str) -> Option<(&str, &str)>,
) -> Result<u64, Failure> {
    let ended = plan.process(side)?.with(&["--verbose"])?.run(None)?;
    plan.must_have_worked(side, &ended)?;
    let said = ended.errors.lines().find_map(|line| of(line)?.0.parse().ok());
    said.ok_or_else(|| format!("the hook did not say what it has judged: {}", ended.errors).into())
}
