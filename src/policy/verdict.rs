//! What policy makes of a finding.

use crate::text::WordEnum;
use serde::{Deserialize, Serialize};

/// What policy says of a finding, of a ref, of a push; milder first.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
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

impl WordEnum for Verdict {
    const LAST_FIRST: bool = true;
}
