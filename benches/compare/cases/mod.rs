//! The cases. Each is a function that prepares it, beside its name and its question, in a
//! file with others of its kind; to add one, write it there, or in a new file whose list
//! is named here.
//!
//! Each has a question behind it that a server's administrator would ask. What others are
//! measured with is the work that they must do for the same purpose.

mod audit;
mod history;
mod large;
mod load;
mod messages;
mod start;
mod tip;
mod trees;
mod walk;

use crate::Failure;
use crate::bench::Bench;
use crate::plan::Plan;

/// What can be measured.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The question that it answers.
    pub(crate) asks: &'static str,
    pub(crate) plan: fn(&Bench) -> Result<Plan, Failure>,
}

/// All cases, in the order of a report.
pub(crate) fn all() -> Vec<&'static Case> {
    let lists = [
        start::CASES,
        tip::CASES,
        walk::CASES,
        trees::CASES,
        history::CASES,
        audit::CASES,
        large::CASES,
        load::CASES,
        messages::CASES,
    ];
    lists.into_iter().flatten().collect()
}

/// The message of a pushed commit.
const PLAIN: &str = "reader: Add one line to the unit\n\nSigned-off-by: Bench <bench@bench.test>";
/// What a tool adds to it.
const MARK: &str = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";

/// The null object id in the length of another.
fn null(id: &str) -> String {
    "0".repeat(id.len())
}

/// A number as people read it.
fn count(number: usize) -> String {
    crate::pages::grouped(&number.to_string())
}
