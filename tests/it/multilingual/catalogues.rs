//! Words and sentences of some hundred languages, from the translations that packages
//! install: names of languages, countries and currencies (Debian's iso-codes), and the
//! messages of programs where they are there too.
//!
//! Source of the format: gettext's manual, "The Format of GNU MO Files".

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const LOCALES: &str = "/usr/share/locale";

/// Catalogues of names; those of iso-codes.
const NAMES: [&str; 6] =
    ["iso_639-2", "iso_639-3", "iso_3166-1", "iso_3166-2", "iso_4217", "iso_15924"];
/// Catalogues of sentences.
const SENTENCES: [&str; 8] =
    ["dpkg", "coreutils", "grep", "sed", "bash", "apt", "git", "gettext-runtime"];

/// At most this many words, and sentences, are taken of a language.
const WORDS: usize = 2_000;
const LINES: usize = 400;
/// At most this many entries of a catalogue are read.
const ENTRIES: usize = 1_000;
/// With fewer words there is no text to make.
const FEW: usize = 40;

/// A writing system, by the blocks of Unicode that hold its letters.
const SCRIPTS: [(&str, &[(u32, u32)]); 29] = [
    ("Latin", &[(0x41, 0x5a), (0x61, 0x7a), (0xc0, 0x24f), (0x1e00, 0x1eff)]),
    ("Greek", &[(0x370, 0x3ff), (0x1f00, 0x1fff)]),
    ("Cyrillic", &[(0x400, 0x52f)]),
    ("Armenian", &[(0x530, 0x58f)]),
    ("Hebrew", &[(0x590, 0x5ff)]),
    ("Arabic", &[(0x600, 0x6ff), (0x750, 0x77f)]),
    ("Thaana", &[(0x780, 0x7bf)]),
    ("Devanagari", &[(0x900, 0x97f)]),
    ("Bengali", &[(0x980, 0x9ff)]),
    ("Gurmukhi", &[(0xa00, 0xa7f)]),
    ("Gujarati", &[(0xa80, 0xaff)]),
    ("Oriya", &[(0xb00, 0xb7f)]),
    ("Tamil", &[(0xb80, 0xbff)]),
    ("Telugu", &[(0xc00, 0xc7f)]),
    ("Kannada", &[(0xc80, 0xcff)]),
    ("Malayalam", &[(0xd00, 0xd7f)]),
    ("Sinhala", &[(0xd80, 0xdff)]),
    ("Thai", &[(0xe00, 0xe7f)]),
    ("Lao", &[(0xe80, 0xeff)]),
    ("Tibetan", &[(0xf00, 0xfff)]),
    ("Myanmar", &[(0x1000, 0x109f)]),
    ("Georgian", &[(0x10a0, 0x10ff)]),
    ("Ethiopic", &[(0x1200, 0x139f)]),
    ("Cherokee", &[(0x13a0, 0x13ff), (0xab70, 0xabbf)]),
    ("Canadian", &[(0x1400, 0x167f)]),
    ("Khmer", &[(0x1780, 0x17ff)]),
    ("Hangul", &[(0xac00, 0xd7af)]),
    ("Kana", &[(0x3040, 0x30ff)]),
    ("Han", &[(0x3400, 0x9fff)]),
];

/// What is known of a language.
#[derive(Debug)]
pub(crate) struct Language {
    /// The name of its locale, `pt_BR` say.
    pub(crate) code: String,
    /// The writing system of most of its words.
    pub(crate) script: &'static str,
    pub(crate) words: Vec<String>,
    /// Lines of a program's messages; few languages have some.
    pub(crate) sentences: Vec<String>,
}

impl Language {
    /// Whether it is written from right to left.
    pub(crate) fn is_right_to_left(&self) -> bool {
        ["Hebrew", "Arabic", "Thaana"].contains(&self.script)
    }

    /// What stands between its words.
    pub(crate) fn joint(&self) -> &'static str {
        let without = ["Han", "Kana", "Thai", "Lao", "Khmer", "Myanmar"];
        if without.contains(&self.script) { "" } else { " " }
    }
}

/// The languages by writing system; `None` where the package is not installed.
pub(crate) fn languages() -> Option<BTreeMap<&'static str, Vec<Language>>> {
    let mut found: BTreeMap<&'static str, Vec<Language>> = BTreeMap::new();
    let mut folders: Vec<_> = fs::read_dir(LOCALES).ok()?.map(|it| it.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let messages = folder.join("LC_MESSAGES");
        let Some(code) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        // What is transcribed for tests of programs is no language that people write.
        if !messages.is_dir() || code.starts_with("en@") {
            continue;
        }
        if let Some(language) = language(code, &messages) {
            found.entry(language.script).or_default().push(language);
        }
    }
    (!found.is_empty()).then_some(found)
}

fn language(code: &str, messages: &Path) -> Option<Language> {
    let read = |names: &[&str]| {
        let mut lines = Vec::new();
        for name in names {
            let bytes = fs::read(messages.join(format!("{name}.mo"))).unwrap_or_default();
            lines.extend(translations(&bytes));
        }
        lines
    };
    let mut by_script: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for line in read(&NAMES) {
        let separators = |c: char| c.is_whitespace() || ",;:()[]/.\"«»0123456789".contains(c);
        for word in line.split(separators).filter(|word| word.chars().count() > 1) {
            if let Some(script) = script_of(word) {
                by_script.entry(script).or_default().insert(word.to_owned());
            }
        }
    }
    let (script, words) = by_script.into_iter().max_by_key(|(_, words)| words.len())?;
    let words = spread(words.into_iter().collect(), WORDS);
    let sentences = read(&SENTENCES).into_iter().filter(|line| line.chars().count() > 12);
    let sentences = spread(sentences.collect(), LINES);
    let enough = words.len() >= FEW;
    enough.then(|| Language { code: code.to_owned(), script, words, sentences })
}

/// At most this many items of a list, from all parts of it.
fn spread(list: Vec<String>, most: usize) -> Vec<String> {
    let step = list.len().div_ceil(most).max(1);
    list.into_iter().step_by(step).collect()
}

/// The writing system of a word, if all its letters are of one.
fn script_of(word: &str) -> Option<&'static str> {
    let mut scripts = word.chars().filter(|c| c.is_alphabetic()).map(|letter| {
        let code = u32::from(letter);
        let holds = |blocks: &[(u32, u32)]| blocks.iter().any(|(a, b)| (*a..=*b).contains(&code));
        SCRIPTS.iter().find(|(_, blocks)| holds(blocks)).map(|(name, _)| *name)
    });
    let first = scripts.next()??;
    scripts.all(|script| script == Some(first)).then_some(first)
}

/// The lines of the translations in a catalogue.
fn translations(bytes: &[u8]) -> Vec<String> {
    let number = |at: usize| -> Option<usize> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let little = bytes.starts_with(&0x9504_12de_u32.to_le_bytes());
        let number = if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
        usize::try_from(number).ok()
    };
    let mut found = Vec::new();
    let (Some(count), Some(table)) = (number(8), number(16)) else { return found };
    // The first translates nothing: it is about the catalogue. Of large ones some will do.
    for nth in (1..count).step_by(count.div_ceil(ENTRIES).max(1)) {
        let at = table + 8 * nth;
        let (Some(length), Some(start)) = (number(at), number(at + 4)) else { break };
        let text = bytes.get(start..start + length).unwrap_or_default();
        // Plural forms are divided by NUL.
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        if let Ok(text) = std::str::from_utf8(text) {
            found
                .extend(text.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
        }
    }
    found
}
