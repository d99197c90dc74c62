//! What the ledger remembers: ref updates that were not judged whole, and objects that an
//! exception for some refs let in.

use super::reason::UnjudgedReason;
use crate::git::{ObjectId, RefName};
use crate::policy::PlaceException;
use serde::{Deserialize, Serialize};

/// Something that was accepted without being checked as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unjudged {
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Why it was not checked.
    pub why: UnjudgedReason,
    /// The ref that it was accepted on.
    pub ref_name: RefName,
    /// The value that the ref got, or the object that could not be read.
    pub id: ObjectId,
    /// What `id` reaches beyond these was checked before, or was there.
    pub boundary: Vec<ObjectId>,
}

/// Objects that a place-bound exception let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// The ref that they were let in on.
    pub ref_name: RefName,
    /// The exceptions.
    pub exceptions: Vec<PlaceException>,
    /// The `refs` of these exceptions, as they are written in the policy.
    pub refs: Vec<String>,
    /// The objects.
    pub ids: Vec<ObjectId>,
    /// `None` when only the objects themselves are meant; otherwise everything that they
    /// reach and these do not.
    pub boundary: Option<Vec<ObjectId>>,
    /// Whether another ref that `refs` does not match may reach them already, so that no
    /// ref can be taken as proof that they are not below it.
    pub is_spread: bool,
}

/// Which admission an object belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdmissionKey {
    /// See [`Admission::ref_name`].
    pub ref_name: RefName,
    /// See [`Admission::exceptions`].
    pub exceptions: Vec<PlaceException>,
    /// See [`Admission::boundary`].
    pub is_range: bool,
}

impl Admission {
    /// What tells it apart from the others of a repository, together with an object id.
    #[must_use]
    pub fn key(&self) -> AdmissionKey {
        AdmissionKey {
            ref_name: self.ref_name.clone(),
            exceptions: self.exceptions.clone(),
            is_range: self.boundary.is_some(),
        }
    }
}
