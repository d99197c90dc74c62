//! The modes of a policy that an installation can set.

use crate::text::WordEnum;

/// What a policy does with what it would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Mode {
    /// Nothing but record it.
    Observe,
    /// Tell the pusher.
    Warn,
    /// Refuse it.
    Enforce,
}

impl WordEnum for Mode {}
