//! Who pushes, and the pushers that a part of the policy is for.

use crate::document::{Fields, Place};

/// Names of which one must be there; without any, everybody is meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Pushers {
    logins: Vec<String>,
    groups: Vec<String>,
}

impl Pushers {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let all = |names: Vec<(&str, &Place)>| names.iter().map(|(it, _)| (*it).into()).collect();
        Self { logins: all(fields.strings("pushers")), groups: all(fields.strings("groups")) }
    }

    /// Whether they are named at all.
    pub(super) fn is_given(&self) -> bool {
        !self.logins.is_empty() || !self.groups.is_empty()
    }

    pub(super) fn include(&self, who: &Pusher) -> bool {
        let login = who.login.as_ref();
        login.is_some_and(|login| self.logins.contains(login))
            || self.groups.iter().any(|group| who.groups.contains(group))
    }

    /// Whether everybody whom these name is also named by `other`.
    pub(super) fn are_among(&self, other: &Self) -> bool {
        self.logins.iter().all(|login| other.logins.contains(login))
            && self.groups.iter().all(|group| other.groups.contains(group))
    }
}

/// As they are written in a file.
impl std::fmt::Display for Pushers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{ groups = {:?}, pushers = {:?} }}", self.groups, self.logins)
    }
}

/// Who pushes, as far as the platform says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pusher {
    /// The login.
    pub login: Option<String>,
    /// The groups of the pusher, by the platform or by `[policy.groups]`.
    pub groups: Vec<String>,
}
