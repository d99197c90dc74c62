//! The words of a text, in the spelling in which names are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How letters are written that the plain alphabet lacks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    /// `ü` as `u`.
    Plain,
    /// `ü` as `ue`.
    Long,
}

/// A word of a text.
#[derive(PartialEq, Eq)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    /// In lower case, without diacritics.
    pub(super) text: String,
    pub(super) characters: Characters,
}

impl Word {
    /// How many characters it has.
    pub(super) fn length(&self) -> usize {
        self.text.chars().count()
    }
}

/// What characters a text consists of, in any order, as a number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Characters(u64);

impl Characters {
    pub(super) fn of(text: &str) -> Self {
        text.chars().fold(Self(0), |all, character| {
            // The finalizer of SplitMix64.
            let mut number = u64::from(u32::from(character)).wrapping_add(0x9e37_79b9_7f4a_7c15);
            number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            all.and(Self(number ^ (number >> 31)))
        })
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }
}

/// The words of a text: letters and digits that stand together.
pub(super) fn words(text: &str, folding: Folding) -> Vec<Word> {
    let is_part = |character: char| character.is_alphanumeric() || is_combining_mark(character);
    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut inside = false;
    for (start, character) in text.char_indices() {
        let end = start + character.len_utf8();
        match (is_part(character), places.last_mut().filter(|_| inside)) {
            (true, Some((_, last))) => *last = end,
            (true, None) => places.push((start, end)),
            (false, _) => {}
        }
        inside = is_part(character);
    }
    let word = |(start, end): (usize, usize)| {
        let text = folded(text.get(start..end).unwrap_or_default(), folding);
        let characters = Characters::of(&text);
        (!text.is_empty()).then_some(Word { start, end, text, characters })
    };
    places.into_iter().filter_map(word).collect()
}

fn folded(word: &str, folding: Folding) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(word.len());
    for character in word.nfkc().flat_map(char::to_lowercase) {
        let long = match character {
            'ä' | 'æ' if folding == Folding::Long => "ae",
            'ö' | 'ø' | 'œ' if folding == Folding::Long => "oe",
            'ü' if folding == Folding::Long => "ue",
            'å' if folding == Folding::Long => "aa",
            'ß' => "ss",
            'æ' => "a",
            'ø' | 'œ' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ı' => "i",
            other => {
                out.extend(std::iter::once(other).nfkd().filter(|it| !is_combining_mark(*it)));
                continue;
            }
        };
        out.push_str(long);
    }
    out
}
