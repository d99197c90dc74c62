//! What policy makes of a finding.

use serde::{Deserialize, Serialize};

/// What policy says of a finding, of a ref, of a push; milder first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to say.
    #[default]
    Allow,
    /// Noted in reports and logs only.
    Record,
    /// Accepted, and the pusher is told.
    Warn,
    /// Accepted if the commit says that the tool was used, otherwise refused. It is what
    /// a policy says; what comes of it is one of the others.
    Disclose,
    /// Refused.
    Reject,
}

impl Verdict {
    /// The words for it in configuration files.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("reject", Self::Reject),
        ("disclose", Self::Disclose),
        ("warn", Self::Warn),
        ("record", Self::Record),
        ("allow", Self::Allow),
    ];

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| *word)
    }
}
