//! Stage: what a push updates, as the server has it.

use std::collections::BTreeMap;

use super::existing::Existing;
use crate::git::{ObjectId, RefName};
use crate::policy::Class;

/// A ref update that brings something.
pub(super) struct Target {
    pub(super) name: RefName,
    /// The value that the ref has; `None` when it does not exist.
    pub(super) old: Option<ObjectId>,
    pub(super) new: ObjectId,
    /// The commit that `new` points to, if it is one.
    pub(super) tip: Option<ObjectId>,
    pub(super) class: Class,
}

/// The ref updates of a push that bring something.
#[derive(Default)]
pub(super) struct Targets(pub(super) Vec<Target>);

/// Updates from which the same refs hide commits: they are walked together, and judged alike.
pub(super) struct Group<'t> {
    pub(super) class: &'t Class,
    pub(super) targets: Vec<&'t Target>,
}

impl Targets {
    /// The updates by class. The old value of a ref that does not hide for others hides for
    /// itself alone.
    pub(super) fn groups(&self, existing: &Existing<'_>) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<(&Class, Option<usize>), Vec<&Target>> = BTreeMap::new();
        for (at, target) in self.0.iter().enumerate() {
            let own = !existing.can_hide(target.name.as_bytes()) && target.old.is_some();
            groups.entry((&target.class, own.then_some(at))).or_default().push(target);
        }
        groups.into_iter().map(|((class, _), targets)| Group { class, targets }).collect()
    }

    /// The updates of refs that have any of these classes, as one group; `None` when there is
    /// none.
    pub(super) fn all(&self) -> Option<Group<'_>> {
        let first = self.0.first()?;
        Some(Group { class: &first.class, targets: self.0.iter().collect() })
    }
}

impl<'t> Group<'t> {
    /// One update alone.
    pub(super) fn of(target: &'t Target) -> Self {
        Self { class: &target.class, targets: vec![target] }
    }

    /// The commits that the updates lead to.
    pub(super) fn tips(&self) -> Vec<ObjectId> {
        self.targets.iter().filter_map(|target| target.tip).collect()
    }
}
