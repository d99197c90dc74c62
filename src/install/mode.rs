//! The modes of a policy that an installation can set.

/// What a policy does with what it would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing but record it.
    Observe,
    /// Tell the pusher.
    Warn,
    /// Refuse it.
    Enforce,
}

/// The modes by their words.
pub const MODES: [(&str, Mode); 3] =
    [("observe", Mode::Observe), ("warn", Mode::Warn), ("enforce", Mode::Enforce)];

impl Mode {
    /// The word of the policy's file.
    #[must_use]
    pub fn word(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(word, _)| *word)
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        MODES.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode)
    }
}
