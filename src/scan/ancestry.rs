//! What exemptions ask of Git: whether a commit is in a range, and of which commits a
//! platform has made it when it squashed or rebased them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::git::{Graph, Hidden, IdMap, IdSet, ObjectId, Objects, Repository};
use crate::policy::Ancestry;

/// Answers questions about ranges and merges by walking. What can't be walked is in no range.
pub(super) struct Walked<'s> {
    repository: &'s Repository,
    objects: &'s Objects<'s>,
    /// The ref of what a platform merges.
    merged: Option<String>,
    graph: RefCell<Graph<'s>>,
    ranges: RefCell<HashMap<(ObjectId, ObjectId), Rc<IdSet>>>,
    made_of: RefCell<IdMap<Rc<[ObjectId]>>>,
}

impl<'s> Walked<'s> {
    pub(super) fn new(
        repository: &'s Repository,
        objects: &'s Objects<'s>,
        merged: Option<String>,
    ) -> Self {
        Self {
            repository,
            objects,
            merged,
            graph: RefCell::new(Graph::new(objects)),
            ranges: RefCell::default(),
            made_of: RefCell::default(),
        }
    }

    /// The commits that `new` reaches and `old` does not.
    fn between(&self, old: &[ObjectId], new: ObjectId) -> Vec<ObjectId> {
        // Without the old end everything below would be exempt.
        let mut ends = old.iter().chain([&new]);
        if !ends.all(|&id| self.objects.exists(id)) {
            return Vec::new();
        }
        let mut others = || Ok(Rc::default());
        let hidden = Hidden { old: old.iter().copied().collect(), others: &mut others };
        self.graph.borrow_mut().new_commits(&[new], hidden).unwrap_or_default()
    }

    /// The commits of the request that a platform merges, if this commit is none of them
    /// and no merge of them.
    fn squashed(&self, id: ObjectId) -> Option<Vec<ObjectId>> {
        let head = self.repository.value_of(self.merged.as_deref()?).ok()??;
        let head = self.objects.peel(head).ok()?.id;
        let parents = self.graph.borrow_mut().parents(id).ok()?;
        let commits = self.between(&parents, head);
        (parents.len() == 1 && !commits.contains(&id)).then_some(commits)
    }
}

impl Ancestry for Walked<'_> {
    fn in_range(&self, old: ObjectId, new: ObjectId, id: ObjectId) -> bool {
        let mut ranges = self.ranges.borrow_mut();
        let range = ranges
            .entry((old, new))
            .or_insert_with(|| Rc::new(self.between(&[old], new).into_iter().collect()));
        range.contains(&id)
    }

    fn made_of(&self, id: ObjectId) -> Rc<[ObjectId]> {
        let mut known = self.made_of.borrow_mut();
        Rc::clone(known.entry(id).or_insert_with(|| self.squashed(id).unwrap_or_default().into()))
    }
}
