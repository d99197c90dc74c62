//! Exceptions for some refs only: which of them let a finding in that policy would otherwise
//! refuse. What they let in stays new for every other ref, so it is put on the ledger.
//!
//! An exception is place-bound when it is an exemption, or a scope with its mode and bypass,
//! that names `refs`. The top-level policy, suspensions, and exceptions without `refs` admit
//! an object to the whole repository.

use super::Verdict;
use super::judge::{About, Class, Judge};
use super::strictness::is_as_strict;
use crate::finding::Finding;

/// Exceptions that let something in, and the refs that they are for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceBound {
    /// `exemption ID` or `scope ID`; each of several was enough by itself.
    pub exceptions: Vec<String>,
    /// Their patterns of ref names, as they are written.
    pub refs: Vec<String>,
}

impl PlaceBound {
    fn add(&mut self, exception: String, refs: impl Iterator<Item = String>) {
        self.exceptions.push(exception);
        self.refs.extend(refs);
        self.refs.sort_unstable();
        self.refs.dedup();
    }

    fn of(exception: String, refs: impl Iterator<Item = String>) -> Self {
        let mut one = Self { exceptions: Vec::new(), refs: Vec::new() };
        one.add(exception, refs);
        one
    }
}

impl Judge<'_> {
    /// Whether any exception here could be place-bound.
    pub(super) fn has_places(&self, scopes: &[usize], class: &Class) -> bool {
        !class.exemptions.is_empty() || scopes.iter().any(|&at| self.names_refs(at))
    }

    fn names_refs(&self, scope: usize) -> bool {
        self.policy.scopes.get(scope).is_some_and(|scope| scope.refs.is_given())
    }

    /// The place-bound exceptions that made the verdict on a finding milder than a refusal.
    /// Where one of several is enough, they are one; where each is needed, they are several.
    pub(super) fn place_bound(
        &self,
        scopes: &[usize],
        finding: &Finding,
        about: &About<'_>,
    ) -> Vec<PlaceBound> {
        let verdict = |scopes: &[usize]| {
            self.decide(&self.together(scopes.to_vec()), finding, about, false).verdict
        };
        // The scopes without those that name refs and make this finding's verdict milder.
        let mut kept: Vec<usize> = Vec::new();
        let mut dropped: Vec<usize> = Vec::new();
        let mut before = verdict(&kept);
        for &scope in scopes {
            kept.push(scope);
            let after = verdict(&kept);
            if after < before && self.names_refs(scope) {
                kept.pop();
                dropped.push(scope);
            } else {
                before = after;
            }
        }
        if before < Verdict::Reject {
            return Vec::new();
        }
        let mut enough = PlaceBound { exceptions: Vec::new(), refs: Vec::new() };
        for exemption in self.covering(finding, about).filter(|it| it.refs.is_given()) {
            let refs = exemption.refs.texts().map(str::to_owned);
            enough.add(format!("exemption {}", exemption.id), refs);
        }
        let mut needed = Vec::new();
        for scope in dropped {
            let Some(entry) = self.policy.scopes.get(scope) else { continue };
            let (exception, refs) =
                (format!("scope {}", entry.id), entry.refs.texts().map(str::to_owned));
            let mut with: Vec<usize> = kept.clone();
            with.push(scope);
            with.sort_unstable();
            if verdict(&with) < Verdict::Reject {
                enough.add(exception, refs);
            } else {
                needed.push(PlaceBound::of(exception, refs));
            }
        }
        if enough.exceptions.is_empty() { needed } else { vec![enough] }
    }

    /// The exceptions of a class of refs that could let something in there and nowhere else:
    /// what such refs hold at the time when a repository gets its ledger is put on it.
    #[must_use]
    pub fn places_of(&self, class: &Class) -> Vec<PlaceBound> {
        let mut all = Vec::new();
        let exemptions = class.exemptions.iter().filter_map(|&at| self.policy.exemptions.get(at));
        for exemption in exemptions {
            let refs = exemption.refs.texts().map(str::to_owned);
            all.push(PlaceBound::of(format!("exemption {}", exemption.id), refs));
        }
        if !class.scopes.iter().any(|&at| self.names_refs(at)) {
            return all;
        }
        let markers = self.markers();
        let with = self.together(class.scopes.clone());
        for &scope in class.scopes.iter().filter(|&&at| self.names_refs(at)) {
            let without = class.scopes.iter().copied().filter(|&at| at != scope).collect();
            let without = self.together(without);
            let markers = markers.iter().map(AsRef::as_ref);
            if !is_as_strict(&with, &without, markers, self.situation.now)
                && let Some(entry) = self.policy.scopes.get(scope)
            {
                let refs = entry.refs.texts().map(str::to_owned);
                all.push(PlaceBound::of(format!("scope {}", entry.id), refs));
            }
        }
        all
    }
}
