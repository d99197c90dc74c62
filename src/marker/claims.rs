//! What a marker claims for itself, literal by literal: so that two markers that claim
//! the same, and a marker of which another claims everything, can be told before they
//! confuse anybody. For `rules lint`; looking at a push needs none of this.

use super::pattern::Pattern;

/// One literal that a marker claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Where it must stand: a key, a role, a format; empty when there is one place only.
    pub subject: String,
    /// The literal: an address, a login, a glob, a key, or an expression as a whole.
    pub literal: String,
    /// What else must match; empty when nothing must.
    pub condition: String,
}

impl Claim {
    pub(super) fn new(subject: &str, literal: &str, condition: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            literal: literal.to_owned(),
            condition: condition.to_owned(),
        }
    }
}

pub(super) fn joined<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> String {
    patterns.map(Pattern::source).collect::<Vec<_>>().join("\n")
}
