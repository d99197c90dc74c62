//! Values of options that are words of the rules.

use crate::text::WordEnum;

/// Reads the word of an enum.
pub(super) fn word<T: WordEnum>(text: &str) -> Result<T, String> {
    T::from_word(text).ok_or_else(|| format!("it is one of {}", T::words().join(", ")))
}
