//! What a weaker layer locks against a stronger one; read only where something is locked.

use std::sync::Arc;

use super::{enabled, read_rooms};
use crate::document::{Node, Problem, Reader, Source, Value};
use crate::finding::Marker;
use crate::policy::{Policy, Side, check_locks, lock_on};
use crate::rules::RuleSet;

/// The layers so far, as they stand before another is laid over them.
pub(super) struct Locking {
    rules: RuleSet,
    policy: Policy,
    markers: Vec<Arc<Marker>>,
}

/// The layers so far, if they lock anything.
pub(super) fn of(merged: &Node) -> Option<Locking> {
    let Value::Table(root) = &merged.value else { return None };
    let Value::Table(policy) = &root.get("policy")?.1.value else { return None };
    policy.get("locked")?;
    let (rules, policy, _) = read_rooms(&Reader::default(), merged)?;
    let markers = enabled(&rules);
    policy.has_locks().then_some(Locking { rules, policy, markers })
}

impl Locking {
    /// The places at which a layer that has been laid over loosens what is locked.
    pub(super) fn loosened(&self, merged: &Node, above: &Arc<Source>) -> Vec<Problem> {
        let reader = Reader::default();
        let Some((rules, policy, _)) = read_rooms(&reader, merged) else { return Vec::new() };
        if !reader.take().is_empty() {
            // They are reported when all layers are there.
            return Vec::new();
        }
        let markers = enabled(&rules);
        let before = Side { policy: &self.policy, markers: &self.markers };
        let mut problems = check_locks(before, Side { policy: &policy, markers: &markers }, above);
        for rule in rules.rules.iter().filter(|rule| Arc::ptr_eq(&rule.place.source, above)) {
            let id = &rule.marker.id;
            let old = self.rules.rules.iter().find(|old| old.marker.id == *id);
            if let Some(old) = old.filter(|old| old.disabled.is_none())
                && let Some(key) = lock_on(&self.policy, &old.marker)
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
