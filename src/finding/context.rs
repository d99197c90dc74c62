//! What a commit with findings says beside them: its credit lines and its size. Policy
//! needs it to tell whether a tool was disclosed and who answers for the commit.

use crate::git::ChangeSize;

/// A line of a message that reads as `Key: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The key as it is compared: lower case, letters and digits only.
    pub key: String,
    /// The value, trimmed; of a long one the beginning.
    pub value: Vec<u8>,
    /// Its line, counted from 1.
    pub line: usize,
    /// Whether it names the identity of a tool, so that no person stands there.
    pub names_tool: bool,
}

/// What a commit says besides its findings: its credit lines and its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The credit lines of the message, in their order; at most [`MOST_CREDITS`].
    pub credits: Vec<Credit>,
    /// How much the commit adds and removes; `None` where no scope of the policy asks for it.
    pub size: Option<ChangeSize>,
    /// Whether there are more credit lines.
    pub is_cut: bool,
}

/// Credit lines beyond this many are not read.
pub const MOST_CREDITS: usize = 10_000;
