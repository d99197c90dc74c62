//! What each room makes of its tables of the merged configuration.

use std::path::PathBuf;

use super::built_in::{self, Rules};
use super::limits::Limits;
use super::log::LogSettings;
use crate::document::{Fields, Node, Problem, Reader};
use crate::policy::Policy;

/// What each room made of its tables.
pub(super) struct Rooms {
    pub(super) rules: Rules,
    pub(super) policy: Policy,
    pub(super) log: Option<LogSettings>,
    pub(super) limits: Limits,
    pub(super) state_directory: Option<PathBuf>,
}

/// Hands each room its tables.
pub(super) fn read_rooms(reader: &Reader, merged: &Node) -> Option<Rooms> {
    let mut root = reader.fields(merged, "the top level")?;
    let rules = built_in::rules(&mut root);
    let policy = Policy::read(&mut root);
    let log = LogSettings::read(&mut root);
    let limits = Limits::read(&mut root);
    let state_directory = read_state(&mut root);
    root.finish();
    Some(Rooms { rules, policy, log, limits, state_directory })
}

/// Reads `[state]`.
fn read_state(root: &mut Fields<'_>) -> Option<PathBuf> {
    let reader = root.reader();
    let mut fields = reader.fields(root.node("state")?, "[state]")?;
    let directory = fields.string("directory").map(PathBuf::from);
    if directory.as_ref().is_some_and(|directory| !directory.is_absolute()) {
        let problem = Problem::new(fields.place_of_value("directory"), "this path is relative");
        reader
            .report(problem.help("write it from the root, as in directory = \"/var/lib/provost\""));
    }
    fields.finish();
    directory
}
