//! Characters outside ASCII, read as the ASCII that they are written for or imitate.
//!
//! ASCII stands for itself. Two depths: *ordinary* typography, which says the same to every
//! reader (accents, full-width forms, spaces and hyphens of every kind, the marks that order
//! two directions of writing), and *all*, which adds what only looks the same (letters of
//! other scripts, invisible characters inside a word). Sources: UAX #15 (NFKD), UTS #39
//! (confusables), UAX #44 (Default_Ignorable_Code_Point).

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// How a letter is read that resembles `I`, `l` and `i` alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// As its name or its case suggests.
    AsNamed,
    /// As [`BAR`], which is such a letter itself.
    AsBar,
}

/// The letter that stands for all of its kind.
pub(super) const BAR: char = '\u{4cf}';

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Typography.
    Ordinary,
    /// Everything that looks like ASCII.
    All(Bar),
}

/// A text with its characters folded.
pub(super) struct Folded {
    pub(super) text: String,
    /// Whether it held a letter that [`Bar`] decides on.
    pub(super) has_bars: bool,
}

/// Folds a text. Line feeds stay where they are, and none comes up.
pub(super) fn fold(text: &str, depth: Depth) -> Folded {
    let mut folded = Folded { text: String::with_capacity(text.len()), has_bars: false };
    let mut memo = Memo::default();
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let (ascii, from) = rest.split_at(at);
        folded.text.push_str(ascii);
        let Some(character) = from.chars().next() else { break };
        let mut length = character.len_utf8();
        match depth {
            Depth::Ordinary if is_invisible(character) => {
                let run = from.find(|it| !is_invisible(it)).unwrap_or(from.len());
                let (run, after) = from.split_at(run);
                let before = folded.text.chars().next_back();
                keep_invisible(run, before, after.chars().next(), &mut folded.text);
                length = run.len();
            }
            _ => memo.fold(character, depth, &mut folded),
        }
        rest = from.get(length..).unwrap_or_default();
    }
    folded.text.push_str(rest);
    folded
}

/// What characters of one text were folded to in one depth: the same few come again and again,
/// and looking one up in the tables of Unicode takes as long as reading two hundred bytes.
#[derive(Default)]
struct Memo {
    /// How many characters were folded.
    count: usize,
    /// By the last bits of the character; made when there are many.
    slots: Vec<(char, Box<str>, bool)>,
}

/// With fewer characters nothing is remembered.
const FEW: usize = 256;
/// How many characters are remembered.
const REMEMBERED: usize = 1024;

impl Memo {
    fn fold(&mut self, character: char, depth: Depth, folded: &mut Folded) {
        self.count += 1;
        if self.count < FEW {
            return fold_one(character, depth, folded);
        }
        if self.slots.is_empty() {
            // No text holds it after ASCII was passed over.
            self.slots.resize(REMEMBERED, ('\0', Box::default(), false));
        }
        let code = usize::try_from(u32::from(character)).unwrap_or_default();
        let Some(slot) = self.slots.get_mut(code % REMEMBERED) else { return };
        if slot.0 != character {
            let mut alone = Folded { text: String::new(), has_bars: false };
            fold_one(character, depth, &mut alone);
            *slot = (character, alone.text.into(), alone.has_bars);
        }
        folded.text.push_str(&slot.1);
        folded.has_bars |= slot.2;
    }
}

fn fold_one(character: char, depth: Depth, folded: &mut Folded) {
    match depth {
        Depth::Ordinary => ordinary(character, &mut folded.text),
        Depth::All(bar) => all(character, bar, folded),
    }
}

/// The text without what is invisible in it: ignorable characters and combining marks.
pub(super) fn without_invisible(text: &str) -> String {
    text.chars()
        .filter(|it| it.is_ascii() || !is_invisible(*it) && !is_combining_mark(*it))
        .collect()
}

/// Of invisible characters, keeps those that hide something: inside a word, and those
/// that reverse its letters or carry a text of their own.
fn keep_invisible(run: &str, before: Option<char>, after: Option<char>, out: &mut String) {
    let in_word =
        |side: Option<char>| side.is_some_and(|it| it.is_alphanumeric() || "-_.@+/".contains(it));
    let is_ascii = |side: Option<char>| side.is_none_or(|it| it.is_ascii());
    // Between two letters of another script they are a part of its spelling.
    let matters = is_ascii(before) || is_ascii(after);
    let inside = in_word(before) && in_word(after);
    let kept = |it: &char| {
        let typographic = matches!(u32::from(*it), 0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF);
        let orders = matches!(u32::from(*it), 0x202A..=0x202E | 0xE0000..=0xE007F);
        !matters || !typographic && (inside || orders)
    };
    out.extend(run.chars().filter(kept));
}

/// Folds what is ordinary typography.
fn ordinary(character: char, out: &mut String) {
    let code = u32::from(character);
    match code {
        // A code page has its controls here; NEL ends a line.
        0x85 | 0x2028 | 0x2029 => out.push('\r'),
        0x80..=0x9f => out.push(character),
        0x131 => out.push('i'),
        _ if is_far(code) => out.push(character),
        _ if character.is_whitespace() => out.push(' '),
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f => {}
        0xff01..=0xff5e => out.extend(char::from_u32(code - 0xfee0)),
        0xfb00..=0xfb06 => out.extend(std::iter::once(character).nfkd()),
        _ if character.is_alphanumeric() => {
            let mut parts = std::iter::once(character).nfd();
            let base = parts.next().filter(char::is_ascii);
            out.push(base.filter(|_| parts.all(is_combining_mark)).unwrap_or(character));
        }
        _ => {
            // Punctuation, as word processors and keyboards of other languages give it.
            let start = out.len();
            out.extend(
                skeleton(character.encode_utf8(&mut [0; 4])).flat_map(UnicodeNormalization::nfkd),
            );
            let new = out.get(start..).unwrap_or_default();
            if new.is_empty() || !new.bytes().all(|it| it.is_ascii_punctuation() || it == b' ') {
                out.truncate(start);
                out.push(character);
            }
        }
    }
}

/// Folds what looks like ASCII.
fn all(character: char, bar: Bar, folded: &mut Folded) {
    // Of the letters that Latin, Greek, Cyrillic, Hebrew and Arabic texts are made of, it is
    // remembered what they are read as.
    static KNOWN: [OnceLock<(Box<str>, bool)>; 0x800] = [const { OnceLock::new() }; 0x800];
    let known = usize::try_from(u32::from(character)).ok().and_then(|code| KNOWN.get(code));
    let Some(known) = known else { return work_out(character, bar, folded) };
    let (text, has_bars) = known.get_or_init(|| {
        let mut alone = Folded { text: String::new(), has_bars: false };
        work_out(character, Bar::AsNamed, &mut alone);
        (alone.text.into(), alone.has_bars)
    });
    if *has_bars {
        return work_out(character, bar, folded);
    }
    folded.text.push_str(text);
}

fn work_out(character: char, bar: Bar, folded: &mut Folded) {
    let code = u32::from(character);
    let out = &mut folded.text;
    if matches!(code, 0x85 | 0x2028 | 0x2029) {
        return out.push('\r');
    }
    if let Some(letter) = drawn(code) {
        return out.push(letter);
    }
    if is_far(code) {
        return out.push(character);
    }
    if is_invisible(character) || is_combining_mark(character) {
        return;
    }
    if character.is_whitespace() {
        return out.push(' ');
    }
    // A compatibility form may be of another letter than the one that it looks like.
    let is_named = std::iter::once(character).nfkd().any(|part| part.is_ascii());
    let mut bytes = [0; 4];
    let looks = skeleton(character.encode_utf8(&mut bytes)).find(|it| !is_combining_mark(*it));
    let whole = looks.filter(|it| !is_named && it.is_ascii()).map(|_| character);
    let parts = std::iter::once(character).nfkd().filter(|_| whole.is_none());
    for part in whole.into_iter().chain(parts).filter(|part| !is_combining_mark(*part)) {
        let start = out.len();
        if part.is_ascii() {
            out.push(part);
        } else {
            let mut bytes = [0; 4];
            let prototype = skeleton(part.encode_utf8(&mut bytes));
            out.extend(
                prototype.flat_map(UnicodeNormalization::nfkd).filter(|it| !is_combining_mark(*it)),
            );
        }
        let plain = out.get(start..).unwrap_or_default();
        let named = match plain {
            // UTS #39 writes the prototype of m as rn, and knows I, l and 1 by one.
            "rn" => 'm',
            "l" | "I" | "|" if !part.is_ascii_digit() => {
                folded.has_bars = true;
                // A palochka is drawn as an l more often.
                bar.letter(if part.is_uppercase() && part != '\u{4c0}' { 'I' } else { 'l' })
            }
            // Without a dot it is as much of an l.
            "i" if !part.is_ascii() && code != 0x456 => {
                folded.has_bars = true;
                bar.letter('i')
            }
            plain if !plain.is_empty() && plain.is_ascii() => continue,
            _ => part,
        };
        out.truncate(start);
        out.push(named);
    }
}

impl Bar {
    fn letter(self, named: char) -> char {
        match self {
            Self::AsNamed => named,
            Self::AsBar => BAR,
        }
    }
}

/// Characters of scripts that have nothing in common with ASCII and make up whole texts:
/// Chinese, Japanese, Korean. Only their speed is meant; the half-width and full-width forms,
/// the squared and circled ones are not among them.
fn is_far(code: u32) -> bool {
    matches!(code, 0x3005..=0x3006 | 0x3041..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7a3
        | 0x20000..=0x3ffff)
}

/// Letters in boxes and circles, and small capitals, for which neither NFKD nor UTS #39 gives
/// the letter; a colon for columns of text; and what UTS #39 takes for ASCII in Chinese and
/// Japanese.
fn drawn(code: u32) -> Option<char> {
    let letter = |first: u32| char::from_u32(u32::from('A') + code - first);
    match code {
        0x30a0 => Some('='),
        0x30ce | 0x4e3f => Some('/'),
        0x4e05 => Some('T'),
        0x4e2b => Some('Y'),
        0xfe30 => Some(':'),
        0x1f150..=0x1f169 => letter(0x1f150),
        0x1f170..=0x1f189 => letter(0x1f170),
        0x1f1e6..=0x1f1ff => letter(0x1f1e6),
        _ => {
            let small = [
                (0x1d00, 'a'),
                (0x299, 'b'),
                (0x1d05, 'd'),
                (0x1d07, 'e'),
                (0xa730, 'f'),
                (0x262, 'g'),
                (0x29c, 'h'),
                (0x1d0a, 'j'),
                (0x1d0b, 'k'),
                (0x29f, 'l'),
                (0x1d0d, 'm'),
                (0x274, 'n'),
                (0x1d18, 'p'),
                (0xa7af, 'q'),
                (0x280, 'r'),
                (0xa731, 's'),
                (0x1d1b, 't'),
                (0x1d1c, 'u'),
                (0x28f, 'y'),
            ];
            small.iter().find(|(known, _)| *known == code).map(|(_, letter)| *letter)
        }
    }
}

/// The text with blanks for the characters that are invisible and take the room of one,
/// if it has any.
pub(super) fn with_blanks(text: &str) -> Option<String> {
    let is_blank = |it: char| matches!(it, '\u{115f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}');
    text.contains(is_blank).then(|| text.replace(is_blank, " "))
}

/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt), the interlinear annotation marks,
/// the tag characters, and symbols that show as nothing or as a blank.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC | 0x13441..=0x13442
        | 0x1BCA0..=0x1BCA3 | 0x1D159 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_of(text: &str) -> String {
        fold(text, Depth::All(Bar::AsNamed)).text
    }

    fn ordinary_of(text: &str) -> String {
        fold(text, Depth::Ordinary).text
    }

    #[test]
    fn what_looks_the_same_folds_to_the_plain_letters() {
        for trick in [
            "\u{421}laude",     // Cyrillic
            "Cl\u{200b}aude",   // zero-width space
            "Cla\u{ad}ude",     // soft hyphen
            "𝐂𝐥𝐚𝐮𝐝𝐞",           // mathematical bold
            "Ｃｌａｕｄｅ",     // full width
            "Cl\u{307}aude",    // combining dot
            "\u{202e}Claude",   // bidirectional override
            "Cl\u{2800}aude",   // blank of Braille
            "Cl\u{fffc}aude",   // object replacement
            "Cl\u{1d159}aude",  // null notehead
            "C\u{4c0}aude",     // palochka
            "\u{3f2}laude",     // lunate sigma
            "Claud\u{1d07}",    // small capital
            "\u{1f172}laude",   // in a box
            "Cl\u{e5}ud\u{eb}", // accents
        ] {
            let folded = all_of(trick).to_lowercase().replace("ciaude", "claude");
            assert_eq!(folded, "claude", "{trick}");
        }
    }

    #[test]
    fn a_bar_is_any_of_three_letters() {
        let bars = ["\u{406}", "\u{399}", "\u{2160}", "\u{4cf}", "\u{131}", "𝐈", "ｌ", "\u{1c0}"];
        for bar in bars {
            let folded = fold(bar, Depth::All(Bar::AsBar));
            assert!(folded.has_bars, "{bar}");
            assert_eq!(folded.text, BAR.to_string(), "{bar}");
        }
        assert!(!fold("\u{456}𝐢", Depth::All(Bar::AsNamed)).has_bars);
        assert_eq!(all_of("A𝐈 𝐥"), "AI l");
    }

    #[test]
    fn typography_is_ordinary_and_imitation_is_not() {
        for (text, read) in [
            ("Co\u{2010}authored\u{2011}by\u{a0}：", "Co-authored-by :"),
            ("J\u{fc}rgen Nguy\u{1ec5}n \u{130}", "Jurgen Nguyen I"),
            ("\u{feff}x\u{fe0f} \u{2019}\u{2026}", "x '..."),
            ("\u{200f}Claude\u{200e} <\u{2068}a\u{2069}>", "Claude <a>"),
            ("a\u{85}b\u{2028}c", "a\rb\rc"),
            ("ﬁx", "fix"),
        ] {
            assert_eq!(ordinary_of(text), read, "{text}");
        }
        for text in
            ["Cl\u{430}ude", "Cl\u{200b}aude", "𝐂laude", "\u{202e}x", "修复缓存", "Пётр", "कैश"]
        {
            assert_eq!(ordinary_of(text), text);
        }
    }

    #[test]
    fn ascii_never_changes() {
        let all: String = (0..=127_u8).map(char::from).collect();
        assert_eq!(all_of(&all), all);
        assert_eq!(ordinary_of(&all), all);
    }

    #[test]
    fn line_feeds_stay() {
        let text = "é\u{2028}\n\u{200b}\n\u{a0}";
        assert_eq!(all_of(text).matches('\n').count(), 2);
    }
}
