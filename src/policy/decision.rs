//! The verdict on a finding, with everything that led to it.

use super::{Unaccounted, Undisclosed, Verdict};
use crate::document::Moment;
use serde::{Deserialize, Serialize};

/// Why a verdict is another than the policy's lines say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// The tool was disclosed.
    Disclosed,
    /// It was not.
    Undisclosed(Undisclosed),
    /// A rule about people is broken.
    Unaccounted(Unaccounted),
    /// The marker is newer than the catalogue that the policy is pinned to.
    Pinned,
}

/// The verdict on a finding, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The verdict, all applied: never [`Verdict::Disclose`].
    pub verdict: Verdict,
    /// What the lines of the policy say, before anything is asked for.
    pub said: Verdict,
    /// The verdict before exemption, bypass, mode and suspension.
    pub full: Verdict,
    /// `file:line` of the policy that decided.
    pub because: String,
    /// The reason that policy gives, for people.
    pub reason: Option<String>,
    /// What policy wants to be read beside the finding.
    pub text: Option<String>,
    /// What made the verdict another than the lines say.
    pub why: Option<Why>,
    /// The id of the exemption that applied, or `bypass`.
    pub exemption: Option<String>,
    /// When that ends, if soon.
    pub exemption_ends: Option<Moment>,
    /// When it would be refused, if the policy is not in force yet.
    pub refused_from: Option<Moment>,
    /// Whether a suspension made it milder.
    pub suspended: bool,
    /// The exceptions for some refs only without which it would be refused.
    pub place_bound: Vec<PlaceBound>,
}

/// Exceptions that let something in, and the refs that they are for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaceBound {
    /// `exemption ID` or `scope ID`; each of several was enough by itself.
    pub exceptions: Vec<String>,
    /// Their patterns of ref names, as they are written.
    pub refs: Vec<String>,
}

impl PlaceBound {
    pub(super) fn add(&mut self, exception: String, refs: impl Iterator<Item = String>) {
        self.exceptions.push(exception);
        self.refs.extend(refs);
        self.refs.sort_unstable();
        self.refs.dedup();
    }

    pub(super) fn of(exception: String, refs: impl Iterator<Item = String>) -> Self {
        let mut one = Self { exceptions: Vec::new(), refs: Vec::new() };
        one.add(exception, refs);
        one
    }
}
