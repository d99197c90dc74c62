//! Exceptions for some refs only: which of them let a finding in that policy would otherwise
//! refuse. What they let in stays new for every other ref, so it is put on the ledger.
//!
//! An exception is place-bound when it is an exemption, or a scope with its mode and bypass,
//! that names `refs`. The top-level policy, suspensions, and exceptions without `refs` admit
//! an object to the whole repository.

use super::Verdict;
use super::decision::PlaceBound;
use super::decision::PlaceException;
use super::judge::{About, Class, Judge};
use super::settings::Settings;
use super::strictness::is_as_strict;
use crate::finding::Finding;

impl Judge<'_> {
    /// Whether any exception here could be place-bound.
    pub(super) fn has_places(&self, scopes: &[usize], class: &Class) -> bool {
        !class.exemptions.is_empty() || scopes.iter().any(|&at| self.names_refs(at))
    }

    fn names_refs(&self, scope: usize) -> bool {
        self.policy.scopes.get(scope).is_some_and(|scope| scope.refs.is_given())
    }

    /// The place-bound exceptions that made the verdict on a finding milder than a refusal:
    /// the smallest sets without which it would be refused. Of the exceptions of one set each
    /// is enough by itself; of several sets each is needed.
    pub(super) fn place_bound<'a>(
        &self,
        scopes: &[usize],
        finding: &'a Finding,
        about: &About<'a>,
    ) -> Vec<PlaceBound> {
        let is_refused_without = |left_out: &[usize]| {
            let kept = scopes.iter().copied().filter(|at| !left_out.contains(at)).collect();
            let settings = self.together(kept);
            self.decide(&settings, finding, about, false).verdict == Verdict::Reject
        };
        let mut exempt = PlaceBound { exceptions: Vec::new(), refs: Vec::new() };
        for exemption in self.covering(finding, about).filter(|it| it.refs.is_given()) {
            let refs = exemption.refs.texts().map(str::to_owned);
            exempt.add(PlaceException::Exemption(exemption.id.clone()), refs);
        }
        if is_refused_without(&[]) {
            return if exempt.exceptions.is_empty() { Vec::new() } else { vec![exempt] };
        }
        let placed: Vec<usize> = scopes.iter().copied().filter(|&at| self.names_refs(at)).collect();
        let sets = smallest(&placed, &is_refused_without);
        let with_exempt = |set: Vec<usize>| {
            let mut bound = exempt.clone();
            for entry in set.iter().filter_map(|&at| self.policy.scopes.get(at)) {
                let refs = entry.refs.texts().map(str::to_owned);
                bound.add(PlaceException::Scope(entry.id.clone()), refs);
            }
            bound
        };
        sets.into_iter().map(with_exempt).collect()
    }

    /// The exceptions of a class of refs that could let something in there and nowhere else:
    /// what such refs hold at the time when a repository gets its ledger is put on it.
    #[must_use]
    pub fn places_of(&self, class: &Class) -> Vec<PlaceBound> {
        let mut all = Vec::new();
        let exemptions = class.exemptions.iter().filter_map(|&at| self.policy.exemptions.get(at));
        for exemption in exemptions {
            let refs = exemption.refs.texts().map(str::to_owned);
            all.push(PlaceBound::of(PlaceException::Exemption(exemption.id.clone()), refs));
        }
        if !class.scopes.iter().any(|&at| self.names_refs(at)) {
            return all;
        }
        let markers = (self.markers)();
        let with = self.together(class.scopes.clone());
        for &scope in class.scopes.iter().filter(|&&at| self.names_refs(at)) {
            // Alone, too: of two scopes that say the same, either can be left out.
            let others = class.scopes.iter().copied();
            let without = self.together(others.clone().filter(|&at| at != scope).collect());
            let bare = self.together(others.clone().filter(|&at| !self.names_refs(at)).collect());
            let alone = others.filter(|&at| at == scope || !self.names_refs(at)).collect();
            let alone = self.together(alone);
            let loosens = |with: &Settings, without: &Settings| {
                let markers = markers.iter().map(AsRef::as_ref);
                !is_as_strict(with, without, markers, self.situation.now)
            };
            if (loosens(&with, &without) || loosens(&alone, &bare))
                && let Some(entry) = self.policy.scopes.get(scope)
            {
                let refs = entry.refs.texts().map(str::to_owned);
                all.push(PlaceBound::of(PlaceException::Scope(entry.id.clone()), refs));
            }
        }
        all
    }
}

/// More scopes than this are left out one by one, or all together.
const MOST_COMBINED: usize = 6;

/// The smallest subsets for which `holds`; none, when it holds for no subset.
fn smallest(all: &[usize], holds: &dyn Fn(&[usize]) -> bool) -> Vec<Vec<usize>> {
    if all.len() > MOST_COMBINED {
        let single: Vec<Vec<usize>> =
            all.iter().map(|&at| vec![at]).filter(|set| holds(set)).collect();
        let whole = || if holds(all) { vec![all.to_vec()] } else { Vec::new() };
        return if single.is_empty() { whole() } else { single };
    }
    let chosen = |bits: u32| -> Vec<usize> {
        let picked = all.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        picked.map(|(_, &at)| at).collect()
    };
    (1..=all.len())
        .map(|size| {
            let subsets = (1..1_u32 << all.len()).filter(|bits| bits.count_ones() as usize == size);
            subsets.map(chosen).filter(|set| holds(set)).collect::<Vec<_>>()
        })
        .find(|sets| !sets.is_empty())
        .unwrap_or_default()
}
