//! The characters that disguises are made of, by what they do to a reader's eye: look like
//! a letter, look like nothing, look like a blank.
//!
//! They are worked out from Unicode's own tables for every code point, not listed: so a
//! character that the product's author forgot is tried too.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// Characters outside ASCII that can disguise ASCII text.
#[derive(Clone, Debug, Default)]
pub(super) struct Palette {
    /// By character of ASCII: what has the same prototype in UTS #39 and is one character.
    pub(super) look_alikes: BTreeMap<char, Vec<char>>,
    /// By character of ASCII: what NFKD (UAX #15) makes that character: full-width,
    /// mathematical, circled, superscript.
    pub(super) compatible: BTreeMap<char, Vec<char>>,
    /// By letter: the letter with diacritics, in one character.
    pub(super) accented: BTreeMap<char, Vec<char>>,
    /// What leaves no trace on the screen.
    pub(super) invisible: Vec<char>,
    /// What leaves a blank, and stands between words.
    pub(super) blanks: Vec<char>,
    /// Marks that are drawn over the letter before them.
    pub(super) combining: Vec<char>,
    /// Controls of the C1 set that are no line end and begin no sequence.
    pub(super) c1: Vec<char>,
}

/// Default_Ignorable_Code_Point of DerivedCoreProperties.txt.
const IGNORABLE: [(u32, u32); 17] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfff8),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// Symbols that fonts draw as nothing: BRAILLE PATTERN BLANK, the object replacement and
/// interlinear annotation characters, MUSICAL SYMBOL NULL NOTEHEAD.
const INVISIBLE_SYMBOLS: [char; 6] =
    ['\u{2800}', '\u{fff9}', '\u{fffa}', '\u{fffb}', '\u{fffc}', '\u{1d159}'];

/// All of Unicode that can disguise ASCII.
pub(super) static ALL: LazyLock<Palette> = LazyLock::new(|| {
    let mut palette = Palette {
        invisible: IGNORABLE
            .iter()
            .flat_map(|&(first, last)| (first..=last).filter_map(char::from_u32))
            .chain(INVISIBLE_SYMBOLS)
            .collect(),
        c1: ('\u{80}'..='\u{9f}')
            .filter(|c| !"\u{85}\u{90}\u{98}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}".contains(*c))
            .collect(),
        ..Palette::default()
    };
    let mut by_prototype: BTreeMap<String, Vec<char>> = BTreeMap::new();
    for character in '\u{a0}'..='\u{1ffff}' {
        // Syllables of Korean and Tangut resemble nothing, and are many.
        if matches!(character, '\u{ac00}'..='\u{d7a3}' | '\u{17000}'..='\u{18cff}') {
            continue;
        }
        let line_end = matches!(character, '\u{2028}' | '\u{2029}');
        if palette.invisible.contains(&character) || line_end {
            continue;
        }
        if character.is_whitespace() {
            palette.blanks.push(character);
        } else if is_combining_mark(character) {
            palette.combining.push(character);
        } else {
            palette.sort_in(character, &mut by_prototype);
        }
    }
    for ascii in '!'..='~' {
        let prototype: String = skeleton(ascii.encode_utf8(&mut [0; 4])).collect();
        if let Some(found) = by_prototype.get(&prototype) {
            palette.look_alikes.insert(ascii, found.clone());
        }
    }
    // Marks of the common blocks; the others belong to one script each.
    palette.combining.retain(|c| matches!(*c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20f0}'));
    palette.combining.retain(|c| !palette.invisible.contains(c));
    palette
});

impl Palette {
    fn sort_in(&mut self, character: char, by_prototype: &mut BTreeMap<String, Vec<char>>) {
        let text = character.to_string();
        let mut decomposed = character.nfkd();
        let first = decomposed.next().filter(char::is_ascii);
        let rest: Vec<char> = decomposed.collect();
        match first {
            Some(base) if rest.is_empty() => {
                self.compatible.entry(base).or_default().push(character);
            }
            Some(base)
                if base.is_ascii_alphabetic() && rest.iter().all(|&c| is_combining_mark(c)) =>
            {
                self.accented.entry(base).or_default().push(character);
            }
            _ => {
                let prototype: String = skeleton(&text).collect();
                if prototype.is_ascii() {
                    by_prototype.entry(prototype).or_default().push(character);
                }
            }
        }
    }

    /// The part of it for which `holds` is true.
    pub(super) fn filtered(&self, holds: &dyn Fn(char) -> bool) -> Self {
        let list = |list: &Vec<char>| list.iter().copied().filter(|c| holds(*c)).collect();
        let map = |map: &BTreeMap<char, Vec<char>>| {
            let pairs = map.iter().map(|(key, found)| (*key, list(found)));
            pairs.filter(|(_, found): &(char, Vec<char>)| !found.is_empty()).collect()
        };
        Self {
            look_alikes: map(&self.look_alikes),
            compatible: map(&self.compatible),
            accented: map(&self.accented),
            invisible: list(&self.invisible),
            blanks: list(&self.blanks),
            combining: list(&self.combining),
            c1: list(&self.c1),
        }
    }
}

#[test]
fn the_tables_hold_what_attackers_use() {
    let palette = &*ALL;
    for (letter, twins) in
        [('a', "а"), ('o', "оοо"), ('e', "е"), ('I', "ӀІ"), ('i', "іı"), ('C', "С")]
    {
        let found = &palette.look_alikes[&letter];
        assert!(twins.chars().any(|twin| found.contains(&twin)), "{letter}: {found:?}");
    }
    for letter in ('a'..='z').chain('A'..='Z') {
        let count = |map: &BTreeMap<char, Vec<char>>| map.get(&letter).map_or(0, Vec::len);
        assert!(count(&palette.compatible) > 3, "{letter}");
        assert!(count(&palette.accented) > 0 || "qQ".contains(letter), "{letter}");
    }
    assert!(palette.invisible.contains(&'\u{ad}') && palette.invisible.len() > 4000);
    assert!(palette.blanks.contains(&'\u{202f}') && palette.combining.len() > 100);
}
