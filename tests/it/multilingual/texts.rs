//! Commits as people of all languages write them: subject, paragraphs, people, with the
//! characters that their keyboards and programs bring along.

use super::catalogues::Language;
use crate::support::Random;

/// A commit without a mark.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) author: String,
    pub(super) committer: String,
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    /// The lines of the last paragraph, which name people.
    pub(super) trailers: Vec<String>,
    /// `\n` or `\r\n`.
    pub(super) line_end: &'static str,
    /// U+FEFF at the start, or nothing.
    pub(super) start: &'static str,
}

const KEYS: [&str; 9] = [
    "Signed-off-by",
    "Reviewed-by",
    "Co-authored-by",
    "Acked-by",
    "Tested-by",
    "Reported-by",
    "Helped-by",
    "Suggested-by",
    "Cc",
];

/// Emoji with variation selectors, joiners, colours of skin, tags, flags, keycaps.
const EMOJI: [&str; 12] = [
    "✨",
    "🐛",
    "♻\u{fe0f}",
    "⚡\u{fe0f}",
    "🏷\u{fe0f}",
    "👩\u{200d}💻",
    "🧑🏽\u{200d}🤝\u{200d}🧑🏿",
    "🏳\u{fe0f}\u{200d}🌈",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "🇹🇷",
    "1\u{fe0f}\u{20e3}",
    "☎\u{fe0e}",
];

/// Words of a language in a row.
fn words(language: &Language, random: &mut Random, least: usize, most: usize) -> String {
    let count = random.within(least, most);
    let words: Vec<&str> = (0..count).map(|_| random.pick(&language.words).as_str()).collect();
    words.join(language.joint())
}

/// A person's name.
pub(super) fn name(language: &Language, random: &mut Random) -> String {
    let name = format!("{} {}", random.pick(&language.words), random.pick(&language.words));
    let kind = if language.is_right_to_left() { random.below(6) } else { 5 };
    match kind {
        0 => format!("\u{200f}{name}\u{200f}"),
        1 => format!("\u{202b}{name}\u{202c}"),
        2 => format!("\u{2067}{name}\u{2069}"),
        3 => format!("{name}\u{200e}"),
        _ => name,
    }
}

/// A person, as headers and lines name one.
pub(super) fn person(language: &Language, random: &mut Random) -> String {
    let code: String = language.code.chars().filter(char::is_ascii_lowercase).collect();
    format!("{} <dev{}@example.{code}>", name(language, random), random.below(1000))
}

fn sentence(language: &Language, random: &mut Random) -> String {
    if !language.sentences.is_empty() && random.one_in(2) {
        return random.pick(&language.sentences).clone();
    }
    let first = words(language, random, 2, 5);
    let second = words(language, random, 1, 3);
    let french = ["fr", "br", "oc", "wa"].iter().any(|code| language.code.starts_with(code));
    match (language.script, random.below(4)) {
        ("Han" | "Kana", 0) => format!("{first}：{second}。"),
        ("Han" | "Kana", _) => format!("{first}，{second}。"),
        ("Hangul", 0) => format!("{first}: {second}."),
        ("Ethiopic", _) => format!("{first}፤ {second}።"),
        ("Devanagari" | "Bengali", 0) => format!("{first}, {second}।"),
        ("Arabic", _) => format!("{first}، {second}؟"),
        (_, 0) if french => format!("{first}\u{a0}: «\u{a0}{second}\u{a0}»"),
        (_, 1) if french => format!("{first}\u{202f}; {second}\u{202f}!"),
        (_, 0) => format!("{first}: {second}."),
        (_, 1) => format!("{first} – „{second}“…"),
        (_, 2) => {
            format!("{first} & {second} &amp; (< {0}%, &lt; {0}%)", random.below(9))
        }
        _ => format!("{first}, {second}."),
    }
}

fn subject(language: &Language, random: &mut Random) -> String {
    let subject = words(language, random, 2, 7);
    match random.below(10) {
        0 => format!("feat: {subject}"),
        1 => format!("fix({}): {subject}", random.pick(&["core", "ui", "i18n"])),
        2 | 3 => format!("{} {subject}", random.pick(&EMOJI)),
        4 => format!("{subject} (#{})", random.below(5000)),
        5 => format!("l10n: {}: {subject}", language.code),
        6 if language.is_right_to_left() => format!("\u{200f}{subject}\u{200f} API"),
        _ => subject,
    }
}

impl Text {
    /// A commit in a language.
    pub(super) fn new(language: &Language, random: &mut Random) -> Self {
        let paragraphs = random.below(3);
        let trailers = random.below(3);
        Self {
            author: person(language, random),
            committer: person(language, random),
            subject: subject(language, random),
            paragraphs: (0..paragraphs).map(|_| paragraph(language, random)).collect(),
            trailers: (0..trailers)
                .map(|_| format!("{}: {}", random.pick(&KEYS), person(language, random)))
                .collect(),
            line_end: if random.one_in(5) { "\r\n" } else { "\n" },
            start: if random.one_in(8) { "\u{feff}" } else { "" },
        }
    }

    /// The message.
    pub(super) fn message(&self) -> String {
        let mut parts = vec![self.subject.clone()];
        parts.extend(self.paragraphs.iter().cloned());
        if !self.trailers.is_empty() {
            parts.push(self.trailers.join("\n"));
        }
        let text = parts.join("\n\n") + "\n";
        format!("{}{}", self.start, text.replace('\n', self.line_end))
    }
}

fn paragraph(language: &Language, random: &mut Random) -> String {
    let count = random.within(1, 2);
    let bullet = random.one_in(4);
    let line = |random: &mut Random| {
        let lead = if bullet { "- " } else { "" };
        let word = random.pick(&language.words);
        match random.below(12) {
            // What type-setting and word-processing leave in a text.
            0 => format!("{lead}{}\u{ad}{word}", random.pick(&language.words)),
            1 => format!("{lead}{word}\u{200b}{}", sentence(language, random)),
            2 => format!("{lead}{}\u{a0}{} {}", random.below(99), word, random.pick(&EMOJI)),
            _ => format!("{lead}{}", sentence(language, random)),
        }
    };
    (0..count).map(|_| line(random)).collect::<Vec<_>>().join("\n")
}
