//! What a weaker layer locks against a stronger one; read only where something is locked.

use std::sync::Arc;

use super::rooms::{Rooms, read_rooms};
use crate::document::{Node, Problem, Reader, Source, Value};
use crate::finding::Marker;
use crate::policy::{Side, check_locks, lock_on};
use crate::rules::facts::{self, Extent};
use crate::text::WordEnum;

/// The layers so far, as they stand before another is laid over them.
pub(super) struct Locking {
    rooms: Rooms,
    markers: Vec<Arc<Marker>>,
}

/// The layers so far, if they lock anything.
pub(super) fn of(merged: &Node) -> Option<Locking> {
    let Value::Table(root) = &merged.value else { return None };
    let Value::Table(policy) = &root.get("policy")?.1.value else { return None };
    policy.get("locked")?;
    let rooms = read_rooms(&Reader::default(), &expanded(merged))?;
    let markers = rooms.rules.enabled_markers();
    rooms.policy.has_locks().then_some(Locking { rooms, markers })
}

/// Layers with the markers that their facts stand for.
fn expanded(merged: &Node) -> Node {
    let mut merged = merged.clone();
    facts::expand(&mut merged, Extent::Judged);
    merged
}

impl Locking {
    /// The places at which a layer that has been laid over loosens what is locked.
    pub(super) fn loosened(&self, merged: &Node, above: &Arc<Source>) -> Vec<Problem> {
        let reader = Reader::default();
        let merged = expanded(merged);
        let Some(after) = read_rooms(&reader, &merged) else { return Vec::new() };
        if !reader.take().is_empty() {
            // They are reported when all layers are there.
            return Vec::new();
        }
        let markers = after.rules.enabled_markers();
        let before = Side { policy: &self.rooms.policy, markers: &self.markers };
        let with = Side { policy: &after.policy, markers: &markers };
        let mut problems = check_locks(before, with, above);
        if let Some(lock) = self.rooms.policy.lock("limits")
            && let Some((resource, Some(place))) = after.limits.looser_than(&self.rooms.limits)
        {
            let message =
                format!("this loosens the limit of `{}`, but it is locked", resource.word());
            let help = format!("{} locks it; ask who looks after that file", lock.file_line());
            problems.push(Problem::new(place, message).help(help));
        }
        for rule in after.rules.rules.iter().filter(|rule| Arc::ptr_eq(&rule.place.source, above)) {
            let id = &rule.marker.id;
            let old = self.rooms.rules.rules.iter().find(|old| old.marker.id == *id);
            if let Some(old) = old.filter(|old| old.disabled.is_none())
                && let Some(key) = lock_on(&self.rooms.policy, &old.marker)
                && (rule.disabled.is_some() || rule.marker.confidence <= old.marker.confidence)
            {
                let message = format!("this changes the marker `{id}`, but `{key}` is locked");
                let problem = Problem::new(&rule.place, message);
                problems.push(problem.help("add a marker of your own beside it"));
            }
        }
        problems
    }
}
