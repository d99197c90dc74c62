//! Who is credited.

use crate::finding::Confidence;

/// Who is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::marker) enum Who {
    /// A tool, by its number in the lexicon.
    Tool(usize),
    /// A model or an AI, without its tool.
    Unnamed,
}

/// A credit in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::marker) struct Credited {
    pub(in crate::marker) who: Who,
    pub(in crate::marker) confidence: Confidence,
    /// Whether it is read since [`FORMS_SINCE`], and tools' own markers did not find it before.
    pub(in crate::marker) is_new: bool,
}
