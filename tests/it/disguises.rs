//! Disguises laid over each other, in encodings of every kind: the oracle is the mark that was
//! hidden. Cheap marks in front of a real one hide it as little.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::evasion::{built_in, findings, strong_lines};
use provost::finding::{Confidence, Kind};
use provost::git::ObjectId;
use provost::rules::entries;
use provost::scan::raw_commit;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// Letters that look like those of ASCII.
const TWINS: [(char, &str); 24] = [
    ('a', "аɑα𝐚ａ"),
    ('c', "сϲⅽｃ"),
    ('e', "еｅ𝖾"),
    ('i', "іıⅰ𝐢ι"),
    ('I', "ІΙⅠ𝐈"),
    ('l', "ӏӀⅼ𝗅ǀІ"),
    ('o', "оοօ𝐨"),
    ('p', "рρ𝐩"),
    ('s', "ѕꜱ𝘴"),
    ('x', "хⅹ"),
    ('y', "уｙ"),
    ('A', "АΑ𝐀"),
    ('B', "ВΒ"),
    ('C', "СⅭ"),
    ('E', "ЕΕ"),
    ('H', "НΗ"),
    ('K', "КΚ"),
    ('M', "МΜ"),
    ('O', "ОΟ"),
    ('P', "РΡ"),
    ('T', "ТΤ"),
    ('X', "ХΧ"),
    ('d', "ԁ𝐝ⅆ"),
    ('j', "ј𝗃"),
];

/// A character of a line; those of a control sequence are left as they are, for with others
/// it would be another sequence.
type Letter = (char, bool);

/// The line with one more disguise on some of its letters.
fn disguised(line: &[Letter], random: &mut Random) -> Vec<Letter> {
    let kind = random.below(10);
    let every = 1 + random.below(5);
    let mut out: Vec<Letter> = Vec::new();
    for (at, &(letter, fixed)) in line.iter().enumerate() {
        if fixed || !letter.is_ascii_alphabetic() || at % every != 0 {
            out.push((letter, fixed));
            continue;
        }
        let mut plain = |text: &str| out.extend(text.chars().map(|it| (it, false)));
        match kind {
            0 => {
                let twins = TWINS.iter().find(|(plain, _)| *plain == letter);
                let twins: Vec<char> = twins.map_or(vec![letter], |(_, all)| all.chars().collect());
                plain(&random.one(&twins).to_string());
            }
            1 => {
                let hidden =
                    ['\u{200b}', '\u{ad}', '\u{2060}', '\u{2800}', '\u{fffc}', '\u{e0041}'];
                plain(&format!("{letter}{}", random.one(&hidden)));
            }
            2 => plain(&format!("{letter}{}", random.one(&['\u{7f}', '\u{1}', '\0', '\u{1f}']))),
            3 | 4 => {
                plain(&letter.to_string());
                let number = format!("\u{1b}[{}m", random.below(100));
                let all = ["\u{1b}]0;x\u{7}", "\u{1b}_x\u{1b}\\", "\u{1b}Px\u{1b}\\", &number];
                out.extend(random.one(&all).chars().map(|it| (it, true)));
            }
            5 => {
                out.extend([('#', true), ('\u{8}', true)]);
                out.push((letter, false));
            }
            6 => plain(&format!("&#{};", u32::from(letter))),
            7 => plain(&format!("&#x{:08x};", u32::from(letter))),
            8 => {
                let hidden = random.one(&["&shy;", "&ZeroWidthSpace;", "&#8203;"]);
                plain(&format!("{letter}{hidden}"));
            }
            _ => plain(&format!("{letter}\u{301}")),
        }
    }
    out
}

/// An encoding, and the text in it; letters that it has not become references, as browsers
/// write them.
fn encoded(text: &str, random: &mut Random) -> (Option<&'static str>, Vec<u8>) {
    let utf16 = |big: bool| -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|it| if big { it.to_be_bytes() } else { it.to_le_bytes() })
            .collect()
    };
    let by = |label: &str| {
        encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    };
    match random.below(9) {
        0 | 1 => (None, text.as_bytes().to_vec()),
        2 => (Some("UTF-16LE"), utf16(false)),
        3 => (Some("utf-16//IGNORE"), utf16(true)),
        4 => (Some("'UTF-7'"), utf7(text)),
        5 => (Some("KOI8-R"), by("koi8-r")),
        6 => (Some("windows 1252"), by("windows-1252")),
        7 => (Some("ISO_8859-5//TRANSLIT"), by("iso-8859-5")),
        _ => (Some("UTF-8//"), text.as_bytes().to_vec()),
    }
}

fn utf7(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for letter in text.chars() {
        if letter.is_ascii() && !"+\\~".contains(letter) {
            out.push(letter as u8);
            continue;
        }
        let mut units = [0; 2];
        let bytes: Vec<u8> =
            letter.encode_utf16(&mut units).iter().flat_map(|it| it.to_be_bytes()).collect();
        out.push(b'+');
        for group in bytes.chunks(3) {
            let all = group.iter().chain([0, 0].iter()).take(3);
            let number = all.fold(0_usize, |all, byte| all << 8 | usize::from(*byte));
            for nth in 0..=group.len() {
                out.push(digits[number >> (18 - 6 * nth) & 63]);
            }
        }
        out.push(b'-');
    }
    out
}

#[test]
fn disguises_laid_over_each_other_hide_nothing() {
    let config = built_in();
    let lines = strong_lines(&config);
    let mut random = Random(7);
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let tried = 6000;
    for _ in 0..tried {
        let (id, tool, line) = &lines[random.below(lines.len())];
        let mut hidden: Vec<Letter> = line.chars().map(|it| (it, false)).collect();
        for _ in 0..1 + random.below(4) {
            hidden = disguised(&hidden, &mut random);
        }
        let hidden: String = hidden.iter().map(|(letter, _)| *letter).collect();
        let before = random.one(&["", "harmless\r", "harmless\u{2028}", "  "]);
        let (label, message) = encoded(&format!("Subject\n\n{before}{hidden}\n"), &mut random);
        let found = findings(&config, label, &message);
        let is = found.iter().any(|finding| {
            finding.marker.tool == *tool && finding.marker.confidence == Confidence::Strong
        });
        if !is {
            missed.entry(id.clone()).or_default().push(format!("{label:?} {before:?}{hidden:?}"));
        }
    }
    let count: usize = missed.values().map(Vec::len).sum();
    let shown: Vec<String> = missed
        .iter()
        .take(25)
        .map(|(id, all)| {
            format!("{id} {}: {}", all.len(), all[0].chars().take(300).collect::<String>())
        })
        .collect();
    assert!(count * 200 <= tried, "{count} of {tried} missed\n{}", shown.join("\n"));
}

/// The same in the name and address of an author, in the encodings that a header can have.
#[test]
fn disguised_identities_are_found_too() {
    let config = built_in();
    let strong = |label: Option<&str>, author: &[u8]| -> Vec<String> {
        let mut raw = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor ".to_vec();
        raw.extend_from_slice(author);
        raw.extend_from_slice(b" 1767225600 +0000\n");
        raw.extend(label.map(|label| format!("encoding {label}\n")).unwrap_or_default().bytes());
        raw.extend_from_slice(b"\nSubject\n");
        let found = raw_commit(&config, ObjectId::NULL, &raw).unwrap();
        let strong = found.iter().filter(|it| {
            it.marker.kind == Kind::Identity && it.marker.confidence == Confidence::Strong
        });
        strong.map(|it| it.marker.tool.clone()).collect()
    };
    let mut marks = Vec::new();
    for entry in entries::markers(&config.merged) {
        if entry.kind() == Some(Kind::Identity) {
            let hits = entry.marker.list("hits");
            let hits = hits.iter().map(|(hit, _)| (*hit).to_owned());
            marks.extend(
                hits.filter(|hit| hit.is_ascii()).map(|hit| (strong(None, hit.as_bytes()), hit)),
            );
        }
    }
    marks.retain(|(tools, _)| !tools.is_empty());
    assert!(marks.len() > 50, "{}", marks.len());
    let mut random = Random(3);
    let tried = 4000;
    let mut missed = Vec::new();
    for _ in 0..tried {
        let (tools, line) = &marks[random.below(marks.len())];
        let mut hidden: Vec<Letter> = line.chars().map(|it| (it, false)).collect();
        for _ in 0..1 + random.below(4) {
            hidden = disguised(&hidden, &mut random);
        }
        let hidden: String = hidden.iter().map(|(letter, _)| *letter).collect();
        let (label, author) = loop {
            let (label, author) = encoded(&hidden, &mut random);
            if !label.is_some_and(|label| label.to_ascii_lowercase().contains("utf-16")) {
                break (label, author);
            }
        };
        let found = strong(label, &author);
        if !tools.iter().any(|tool| found.contains(tool)) {
            missed.push(format!("{label:?} {hidden:?}"));
        }
    }
    let few: Vec<_> = missed.iter().take(10).collect();
    assert!(missed.len() * 200 <= tried, "{} of {tried} missed\n{few:#?}", missed.len());
}

/// A mark as people write it in their languages is found as it is, and is no trick.
#[test]
fn a_mark_in_ordinary_typography_is_no_disguise() {
    let config = built_in();
    let lines = strong_lines(&config);
    let people = [
        "Yıldız İbrahim",
        "Сергій Іваненко",
        "Οδυσσέας",
        "محمد علي",
        "דוד כהן",
        "अमित",
        "张伟",
        "홍길동",
        "Łukasz Żółć",
        "Nguyễn Văn Đức",
        "Հովհաննես",
        "გიორგი",
        "สมชาย",
        "ÆØÅ ß",
    ];
    let mut random = Random(11);
    for _ in 0..4000 {
        let (id, tool, line) = &lines[random.below(lines.len())];
        let is_trailer = line.split_once(": ").is_some_and(|(key, _)| !key.contains(' '));
        let line = match random.below(6) {
            0..=2 if !is_trailer => line.clone(),
            0 => line.replacen(": ", "\u{a0}: ", 1),
            1 => line.replacen(": ", "\u{ff1a}", 1),
            2 => line.replacen(": ", "\t:\u{2009}", 1),
            3 => format!("\u{feff}{line}"),
            4 => format!("\u{200f}{line}\u{200e}"),
            _ => line.clone(),
        };
        let line = if id.ends_with("session") {
            line
        } else {
            line.replace(' ', random.one(&[" ", "\u{a0}"]))
        };
        let person = random.one(&people);
        let end = random.one(&["\n", "\r\n"]);
        let message =
            format!("{person}{end}{end}Signed-off-by: {person} <p@example.com>{end}{line}{end}");
        let label = random.one(&[None, Some("UTF-8"), Some("utf8//IGNORE")]);
        let found = findings(&config, label, message.as_bytes());
        let tampers = found.iter().filter(|it| it.marker.kind == Kind::Tamper).count();
        assert_eq!(tampers, 0, "{message:?}: {found:?}");
        let is = found.iter().any(|finding| {
            finding.marker.tool == *tool && finding.marker.confidence == Confidence::Strong
        });
        assert!(is, "{id} {message:?}: {found:?}");
    }
}

#[test]
fn cheap_marks_crowd_out_no_other() {
    let config = built_in();
    let mut message = "Subject\n\nAI-Lines: 1\rAgent-ID-JKT: 9f2c\n".to_owned();
    for at in 2..3000 {
        writeln!(message, "AI-Lines: {at}").unwrap();
    }
    message.push_str("Co-Authored-By: Claude <noreply@anthropic.com>\n");
    let found = findings(&config, None, message.as_bytes());
    assert!(found.len() >= 1000, "{}", found.len());
    let last = found.last().unwrap();
    assert_eq!((last.marker.tool.as_str(), last.line), ("claude-code", Some(3002)));
    // Of the same line the last counts, wherever the others stand.
    let line = "Co-Authored-By: Claude <noreply@anthropic.com>\n";
    let message = format!("Subject\n\n{}This reverts nothing.\n\n{line}", line.repeat(500));
    let found = findings(&config, None, message.as_bytes());
    assert_eq!(found.iter().filter_map(|it| it.line).max(), Some(505));
}

/// Texts made to be slow are read in about as long as others of their length.
#[test]
fn hostile_texts_are_read_in_time() {
    let config = built_in();
    let size = 1 << 18;
    for unit in [
        "\u{1b}]",
        "\u{1b}[1",
        "\u{9d}",
        "&",
        "&#",
        "&#x0",
        "\u{8}",
        "a\u{8}",
        "\u{200b}",
        "\u{4c0}\n",
        "+A",
        "Claude \u{1b}Px\n",
        "co-authored-by: \n",
        "-",
        "\\n\"",
        "co-authored-by:\r",
        "\u{300}",
    ] {
        let text = unit.repeat(size / unit.len());
        for label in [None, Some("UTF-7"), Some("UTF-16")] {
            let started = std::time::Instant::now();
            findings(&config, label, text.as_bytes());
            let taken = started.elapsed();
            assert!(taken.as_secs() < 20, "{unit:?} {label:?}: {taken:?}");
        }
    }
}
