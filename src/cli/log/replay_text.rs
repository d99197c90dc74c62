//! What `provost log replay` shows.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::text::counted;
use crate::text::escape::{cut, escape};

/// So many changes are shown to people; the JSON has them all.
const MOST: usize = 50;

/// What a draft would change.
#[derive(Debug, Default, Serialize)]
pub(super) struct Replayed {
    pub(super) since: String,
    pub(super) repositories: usize,
    pub(super) pushes: usize,
    /// How many of them were judged by the marks on record.
    pub(super) from_record: usize,
    #[serde(serialize_with = "as_list")]
    pub(super) by_change: BTreeMap<Moved, usize>,
    pub(super) by_repository: BTreeMap<String, usize>,
    pub(super) by_tool: BTreeMap<String, usize>,
    pub(super) changes: Vec<Change>,
}

/// From one verdict to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Moved {
    pub(super) from: String,
    pub(super) to: String,
}

/// A push that would get another verdict.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    pub(super) seq: u64,
    pub(super) time: String,
    pub(super) repository: String,
    pub(super) pusher: Option<String>,
    pub(super) refs: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) accepted: bool,
    pub(super) would_be_accepted: bool,
    /// The tools whose verdict is another.
    pub(super) tools: Vec<String>,
    /// Why the objects were not read, if they were not.
    pub(super) from_record: Option<String>,
}

fn as_list<S: Serializer>(map: &BTreeMap<Moved, usize>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Counted<'m> {
        #[serde(flatten)]
        moved: &'m Moved,
        pushes: usize,
    }
    to.collect_seq(map.iter().map(|(moved, pushes)| Counted { moved, pushes: *pushes }))
}

/// For people.
pub(super) fn text(replayed: &Replayed) -> String {
    let safe = |text: &str| escape(text.as_bytes());
    let mut text = format!(
        "{} since {} in {}: {} would get another verdict\n",
        counted(replayed.pushes, "push"),
        replayed.since,
        counted(replayed.repositories, "repository"),
        replayed.changes.len(),
    );
    for (moved, pushes) in &replayed.by_change {
        text.push_str(&format!("  {pushes:>5}  {} -> {}\n", safe(&moved.from), safe(&moved.to)));
    }
    for (title, counts) in
        [("By repository", &replayed.by_repository), ("By tool", &replayed.by_tool)]
    {
        if !counts.is_empty() {
            text.push_str(&format!("\n{title}:\n"));
        }
        for (name, pushes) in counts {
            text.push_str(&format!("  {pushes:>5}  {}\n", safe(name)));
        }
    }
    if !replayed.changes.is_empty() {
        text.push_str("\nChanges:\n");
    }
    for change in replayed.changes.iter().take(MOST) {
        let line = format!(
            "  #{} {}  {}  {} -> {}  {}{}",
            change.seq,
            safe(&change.time),
            safe(&change.repository),
            safe(&change.from),
            safe(&change.to),
            safe(&change.tools.join(", ")),
            if change.from_record.is_some() { "  (by the record)" } else { "" },
        );
        text.push_str(&cut(&line, 160));
        text.push('\n');
    }
    if let Some(more) = replayed.changes.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more; --format json has them all\n"));
    }
    if replayed.from_record > 0 {
        text.push_str(&format!(
            "\n{} could not be read again, for refused objects are not kept: judged by the\n\
             marks on record. What only the draft looks for can't be found there, and a\n\
             disclosure by a trailer that is no mark counts as missing.\n",
            counted(replayed.from_record, "push"),
        ));
    }
    text
}
