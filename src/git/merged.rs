//! Which parents of a merge bring something to it: the first, and of the others those that the
//! first does not reach. Others bring nothing, and anybody can write them into a commit.
//!
//! To walk from the first parent of each merge would look at all of history as often as there
//! are merges. Among commits in a known order the question is answered for 64 parents at once,
//! by a bit for each that parents hand to their children.

use std::rc::Rc;

use super::graph::FurtherParents;
use super::{GitError, Graph, Hidden, IdMap, IdSet, ObjectId, OnNewCommit};

/// A parent of a merge that the first parent may reach, by their places in an order.
struct Question {
    merge: ObjectId,
    other: ObjectId,
    first_place: usize,
    other_place: usize,
}

/// How many questions are answered at once.
const AT_ONCE: usize = 64;

impl<C: OnNewCommit> Graph<'_, C> {
    /// The first parent of a commit, and of the others, each once, those that the first does
    /// not reach.
    ///
    /// # Errors
    /// When the commit can't be read, or a limit has ended the scan.
    pub fn merged_parents(&mut self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let mut parents = self.parents(id)?;
        let Some(&first) = parents.first().filter(|_| parents.len() > 1) else {
            return Ok(parents);
        };
        let known = self.further_parents.get(&id);
        let others = known.map_or_else(|| parents.get(1..).unwrap_or_default(), |it| &it.open);
        let others = others.to_vec();
        let mut redundant = self.reached_by(first, &others)?;
        if let Some(known) = self.further_parents.get(&id) {
            redundant.extend(&known.redundant);
        }
        let mut seen = IdSet::default();
        seen.insert(first);
        let mut merged = vec![first];
        let others = parents.drain(1..);
        merged.extend(others.filter(|other| !redundant.contains(other) && seen.insert(*other)));
        Ok(merged)
    }

    /// Which of some commits another reaches.
    fn reached_by(&mut self, first: ObjectId, others: &[ObjectId]) -> Result<IdSet, GitError> {
        let mut reached: IdSet = others.iter().copied().collect();
        if others.is_empty() {
            return Ok(reached);
        }
        let noted = self.take_unread();
        let mut old = IdSet::default();
        old.insert(first);
        let mut none = || Ok(Rc::default());
        let new = self.new_commits(others, Hidden { old, others: &mut none });
        self.put_unread(noted);
        for id in new? {
            reached.remove(&id);
        }
        Ok(reached)
    }

    /// Finds out at once which further parents the first parents of some merges reach.
    /// `ids` are commits in an order that has parents before children; what is not among them
    /// is found out when it is asked for.
    ///
    /// # Errors
    /// When a commit can't be read, or a limit has ended the scan.
    pub fn find_redundant_parents(
        &mut self,
        ids: &[ObjectId],
        merges: &[ObjectId],
    ) -> Result<(), GitError> {
        let mut all = Vec::new();
        let mut asked = IdSet::default();
        for &id in merges {
            let parents = self.parents(id)?;
            if parents.len() > 1 && !self.further_parents.contains_key(&id) {
                asked.extend(&parents);
                all.push((id, parents));
            }
        }
        if all.is_empty() {
            return Ok(());
        }
        let places = ids.iter().enumerate().filter(|(_, id)| asked.contains(id));
        let places: IdMap<usize> = places.map(|(place, &id)| (id, place)).collect();
        let mut questions = Vec::new();
        for (merge, parents) in all {
            let mut further = FurtherParents::default();
            let first = parents.first().copied();
            let first_place = first.and_then(|first| places.get(&first).copied());
            let others: IdSet = parents.iter().copied().skip(1).collect();
            for other in others.into_iter().filter(|other| Some(*other) != first) {
                match (first_place, places.get(&other).copied()) {
                    // What stands behind it in the order is not below it.
                    (Some(first), Some(place)) if place > first => {}
                    (Some(first_place), Some(other_place)) => {
                        questions.push(Question { merge, other, first_place, other_place });
                    }
                    _ => further.open.push(other),
                }
            }
            self.further_parents.insert(merge, further);
        }
        questions.sort_by_key(|question| question.other_place);
        let (parents, ends) = self.parents_among(ids)?;
        for asked in questions.chunks(AT_ONCE) {
            self.answer(asked, &parents, &ends)?;
        }
        Ok(())
    }

    /// Answers some questions; `parents` are those of all commits of the order by their
    /// places, and `ends` where those of each end.
    fn answer(
        &mut self,
        asked: &[Question],
        parents: &[u32],
        ends: &[usize],
    ) -> Result<(), GitError> {
        let places = || asked.iter().map(|question| question.other_place);
        let from = places().min().unwrap_or_default();
        let to = asked.iter().map(|question| question.first_place).max().unwrap_or_default();
        let mut bits = vec![0_u64; (to + 1).saturating_sub(from)];
        for (nth, place) in places().enumerate() {
            if let Some(bits) = bits.get_mut(place - from) {
                *bits |= 1 << nth;
            }
        }
        self.objects.step(bits.len() as u64 / 4)?;
        let mut start = from.checked_sub(1).and_then(|at| ends.get(at)).copied().unwrap_or(0);
        for at in from..=to {
            let end = ends.get(at).copied().unwrap_or(start);
            let mine = parents.get(start..end).unwrap_or_default().iter();
            let mine = mine.filter_map(|&parent| (parent as usize).checked_sub(from));
            let handed = mine.filter_map(|parent| bits.get(parent)).fold(0, |all, bits| all | bits);
            if let Some(bits) = bits.get_mut(at - from) {
                *bits |= handed;
            }
            start = end;
        }
        for (nth, question) in asked.iter().enumerate() {
            let reached =
                bits.get(question.first_place - from).is_some_and(|it| it >> nth & 1 == 1);
            if let Some(further) = self.further_parents.get_mut(&question.merge)
                && reached
            {
                further.redundant.insert(question.other);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::made::Made;

    /// A history in which each commit has up to three parents among those before it.
    fn history(made: &Made, seed: u64, commits: usize) -> Vec<ObjectId> {
        let tree = made.tree(&[]);
        let mut state = seed;
        let mut below = |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            (state >> 33) as usize % end
        };
        let mut ids: Vec<ObjectId> = Vec::new();
        for at in 0..commits {
            let count = if at == 0 { 0 } else { below(4) };
            let parents: Vec<ObjectId> = (0..count).map(|_| ids[below(at)]).collect();
            ids.push(made.commit(tree, &parents, &at.to_string()));
        }
        ids
    }

    #[test]
    fn parents_that_others_reach_are_found_at_once_as_one_by_one() {
        for seed in 0..20 {
            let made = Made::new();
            let ids = history(&made, seed, 90);
            let repository = made.open();
            let objects = repository.objects().unwrap();
            let mut alone = Graph::new(&objects);
            let mut together = Graph::new(&objects);
            // What is not among the commits of the order is found out by a walk.
            together.find_redundant_parents(&ids[10..], &ids).unwrap();
            for &id in &ids {
                let expected = alone.merged_parents(id).unwrap();
                assert_eq!(together.merged_parents(id).unwrap(), expected, "{seed} {id}");
            }
        }
    }

    #[test]
    fn a_line_of_merges_is_walked_once() {
        let steps = |merges: usize| {
            let made = Made::new();
            let tree = made.tree(&[]);
            let root = made.commit(tree, &[], "Add");
            let mut ids = vec![root, made.commit(tree, &[], "Begin")];
            for at in 0..merges {
                let tip = ids[ids.len() - 1];
                ids.push(made.commit(tree, &[root, tip], &at.to_string()));
            }
            let repository = made.open();
            let objects = repository.objects().unwrap();
            let mut graph = Graph::new(&objects);
            graph.find_redundant_parents(&ids, &ids).unwrap();
            for id in &ids[2..] {
                assert_eq!(graph.merged_parents(*id).unwrap().len(), 2);
            }
            objects.reads().steps
        };
        let (few, many) = (steps(50), steps(400));
        assert!(many <= few * 8 + 100, "{few} steps for 50 merges, {many} for 400");
    }
}
