//! The verdict on a finding, with everything that led to it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::exemption::ExemptedBy;
use super::{Unaccounted, Undisclosed, Verdict};
use crate::document::FileLine;
use crate::document::Moment;

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
    /// The line of the policy that decided; `None` for what no file says.
    pub because: Option<FileLine>,
    /// The reason that policy gives, for people.
    pub reason: Option<String>,
    /// What policy wants to be read beside the finding.
    pub text: Option<String>,
    /// What made the verdict another than the lines say.
    pub why: Option<Why>,
    /// What let it pass although policy says otherwise.
    pub exemption: Option<ExemptedBy>,
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
    /// Each of several was enough by itself.
    pub exceptions: Vec<PlaceException>,
    /// Their patterns of ref names, as they are written.
    pub refs: Vec<String>,
}

/// An exception that names `refs`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceException {
    /// An exemption, by its id.
    Exemption(String),
    /// A scope with its mode and bypass, by its id.
    Scope(String),
    /// One of a kind that this version does not know, as it stands in a ledger.
    Other(String),
}

impl PlaceException {
    /// The words before the ids.
    const EXEMPTION: &str = "exemption ";
    const SCOPE: &str = "scope ";
}

impl From<String> for PlaceException {
    fn from(text: String) -> Self {
        if let Some(id) = text.strip_prefix(Self::EXEMPTION) {
            Self::Exemption(id.to_owned())
        } else if let Some(id) = text.strip_prefix(Self::SCOPE) {
            Self::Scope(id.to_owned())
        } else {
            Self::Other(text)
        }
    }
}

impl fmt::Display for PlaceException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exemption(id) => write!(f, "{}{id}", Self::EXEMPTION),
            Self::Scope(id) => write!(f, "{}{id}", Self::SCOPE),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl PlaceBound {
    pub(super) fn add(&mut self, exception: PlaceException, refs: impl Iterator<Item = String>) {
        self.exceptions.push(exception);
        self.refs.extend(refs);
        self.refs.sort_unstable();
        self.refs.dedup();
    }

    pub(super) fn of(exception: PlaceException, refs: impl Iterator<Item = String>) -> Self {
        let mut one = Self { exceptions: Vec::new(), refs: Vec::new() };
        one.add(exception, refs);
        one
    }
}
