//! Enums whose variants are words in configuration files, records and options.
//!
//! The words come from the variants' names, so that no table beside an enum can lack one.

use strum::VariantArray;

/// An enum of which each variant is one word.
///
/// `strum::IntoStaticStr` makes the words and `strum::VariantArray` lists the variants.
pub trait WordEnum: Copy + PartialEq + VariantArray + Into<&'static str> {
    /// Whether lists for people begin with the last variant, which is the strictest of an enum
    /// that is ordered from mild to strict.
    const LAST_FIRST: bool = false;

    /// Returns all variants, in their order.
    #[must_use]
    fn all() -> &'static [Self] {
        Self::VARIANTS
    }

    /// Returns the word.
    #[must_use]
    fn word(self) -> &'static str {
        self.into()
    }

    /// Returns the variant of a word.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::all().iter().copied().find(|known| known.word() == word)
    }

    /// Returns all words, in the order of lists for people.
    #[must_use]
    fn words() -> Vec<&'static str> {
        let mut words: Vec<&str> = Self::all().iter().map(|known| known.word()).collect();
        if Self::LAST_FIRST {
            words.reverse();
        }
        words
    }
}
