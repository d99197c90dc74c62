//! Marks that a revert or a cherry-pick copied from another commit's message.
//!
//! A line that names that commit can be typed by anybody. So a copied mark gets the milder
//! verdict of a weak one only when the named commit exists, was judged before for the same
//! ref (something hides it), and carries the same mark.

use super::Scan;
use crate::finding::Finding;
use crate::git::{Commit, Graph, IdMap, ObjectId, ObjectKind};

use super::commit;

/// Whether a commit was judged before; asked with the commits read so far.
pub(super) type WasJudged<'w, 's> = &'w mut dyn FnMut(&mut Graph<'s>, ObjectId) -> bool;

impl<'s> Scan<'s> {
    /// Confirms the copied marks among the findings of new commits.
    pub(super) fn confirm_copies(
        &mut self,
        found: &mut [(ObjectId, Vec<Finding>)],
        was_judged: WasJudged<'_, 's>,
    ) {
        let mut known: IdMap<Vec<String>> = IdMap::default();
        for (_, findings) in found {
            for finding in findings {
                let Some(copy) = &mut finding.copy else { continue };
                let Some(from) = copy.from else { continue };
                let markers = known.entry(from).or_insert_with(|| {
                    if was_judged(&mut self.graph, from) { self.marks_of(from) } else { Vec::new() }
                });
                copy.confirmed = markers.contains(&finding.marker.id);
            }
        }
    }

    /// The markers in a commit's own object; none when it can't be read.
    fn marks_of(&self, id: ObjectId) -> Vec<String> {
        let Ok(object) = self.objects.read_kind(id, ObjectKind::Commit) else { return Vec::new() };
        let Ok(parsed) = Commit::parse(id, object.data()) else { return Vec::new() };
        let found =
            commit::inspect(&self.config.rules.matchers, &parsed, &mut commit::Known::default());
        found.iter().flat_map(|it| &it.findings).map(|finding| finding.marker.id.clone()).collect()
    }
}
