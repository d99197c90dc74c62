//! The kinds of markers, and the part of a push that carries marks of each.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::WordEnum;

/// What kind of trace a marker is.
#[derive(
    Clone,
    Copy,
    Debug,
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
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// A credit or session line.
    Trailer,
    /// A body line, such as a "Generated with" footer.
    Line,
    /// An author, committer or tagger.
    Identity,
    /// An AI where only people may sign.
    SignOff,
    /// A signing key that all sessions of an agent share.
    Signature,
    /// A tool's configuration file.
    Path,
    /// A branch or tag name.
    Ref,
    /// A note that records AI authorship.
    Note,
    /// A comment in added lines of a file.
    Content,
    /// Something hides a marker.
    Tamper,
}

impl WordEnum for Kind {}

impl Kind {
    /// Returns the part of a push that carries marks of this kind. Other rooms ask for that
    /// rather than for the kind, so that a further kind of a known carrier changes none of them.
    #[must_use]
    pub fn carrier(self) -> Carrier {
        match self {
            Self::Trailer | Self::Line | Self::SignOff => Carrier::Message,
            Self::Identity => Carrier::Person,
            Self::Signature => Carrier::Signature,
            Self::Path => Carrier::Path,
            Self::Ref => Carrier::RefName,
            Self::Note => Carrier::Note,
            Self::Content => Carrier::Content,
            Self::Tamper => Carrier::HiddenMark,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A part of a push in which marks are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A line of a message.
    Message,
    /// An author, committer or tagger.
    Person,
    /// A signature.
    Signature,
    /// The path of a file.
    Path,
    /// The content of a file.
    Content,
    /// The name of a ref.
    RefName,
    /// A note.
    Note,
    /// A mark that is hidden from plain reading.
    HiddenMark,
}

impl Carrier {
    /// Whether the surest marker of a tool stands for all of them at one place.
    #[must_use]
    pub fn holds_one_mark(self) -> bool {
        match self {
            Self::Message | Self::Person => true,
            Self::Signature
            | Self::Path
            | Self::Content
            | Self::RefName
            | Self::Note
            | Self::HiddenMark => false,
        }
    }

    /// Whether it is a file, or something in one.
    #[must_use]
    pub fn is_file(self) -> bool {
        match self {
            Self::Path | Self::Content => true,
            Self::Message
            | Self::Person
            | Self::Signature
            | Self::RefName
            | Self::Note
            | Self::HiddenMark => false,
        }
    }

    /// Whether a mark there only hints that a tool was used: people choose such names too, and
    /// files stay when a tool does not. Then the milder of two verdicts counts.
    #[must_use]
    pub fn only_hints(self) -> bool {
        match self {
            Self::Path | Self::Content | Self::RefName => true,
            Self::Message | Self::Person | Self::Signature | Self::Note | Self::HiddenMark => false,
        }
    }
}
