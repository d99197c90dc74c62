//! The one pipeline for hook, dry run and audit: what is to be judged, the findings in
//! it, the verdict on each, the report.
//!
//! Commits are read once, when the walk for new commits meets them; trees and blobs are
//! compared with the parents' afterwards. Nothing is dropped in silence: what was not
//! looked at is in the report.

mod additions;
mod ancestry;
mod attribute;
mod attributed;
mod budget;
mod bulk;
mod commit;
mod compare;
mod contents;
mod copies;
mod error;
mod existing;
mod finder;
mod history;
mod host;
mod inspection;
mod keep;
mod ledger;
mod ledger_notes;
mod left;
mod moved;
mod new_commits;
mod notes_of;
mod original;
mod own;
mod own_findings;
mod pipeline;
mod possible_copy;
mod push;
mod refs;
mod reporting;
mod scope;
mod source;
mod stage;
mod tag_marks;
mod target;
mod text;
mod tree;
mod tree_findings;
mod unread;
mod verdicts;

pub use budget::Bounds;
pub use error::ScanError;
pub use existing::Baselines;
pub use history::judge_history;
pub use host::{Host, NoHost};
pub use keep::keep;
pub use push::{judge_again, judge_outgoing, judge_push, judge_range, judge_resolved};
pub use reporting::{late_report, partial_report, texts, texts_for};
pub use scope::Scope;
pub use stage::{Progress, Stage};
pub use text::{message, raw_commit};
pub use verdicts::decide;

use pipeline::Scan;
