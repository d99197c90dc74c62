//! The same texts in the encodings that their languages had before Unicode, declared as git
//! declares them.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::honest::{LANGUAGES, SEED, in_english, planted, raw, seen};
use super::texts::Text;
use crate::evasion::marks::{MARKS, findings};
use crate::support::Random;
use crate::support::random::from_environment;

/// Languages, by the start of their locale's name, and labels.
const TRADITIONS: [(&str, &[&str]); 26] = [
    ("ru", &["windows-1251", "KOI8-R", "ISO-8859-5", "CP866"]),
    ("uk", &["windows-1251", "KOI8-U"]),
    ("bg", &["windows-1251", "CP1251"]),
    ("be", &["windows-1251"]),
    ("sr", &["windows-1251"]),
    ("pl", &["ISO-8859-2", "windows-1250"]),
    ("cs", &["ISO-8859-2", "windows-1250"]),
    ("hu", &["ISO-8859-2"]),
    ("hr", &["ISO-8859-2"]),
    ("tr", &["ISO-8859-9", "windows-1254"]),
    ("el", &["ISO-8859-7", "windows-1253"]),
    ("he", &["windows-1255", "ISO-8859-8"]),
    ("ar", &["windows-1256", "ISO-8859-6"]),
    ("lt", &["ISO-8859-13", "windows-1257"]),
    ("lv", &["ISO-8859-13"]),
    ("fr", &["ISO-8859-1", "ISO-8859-15", "latin-1"]),
    ("de", &["ISO-8859-1", "iso8859-15", "windows-1252"]),
    ("es", &["ISO-8859-1"]),
    ("fi", &["ISO-8859-15"]),
    ("th", &["TIS-620", "windows-874"]),
    ("ja", &["Shift_JIS", "EUC-JP", "ISO-2022-JP", "CP932"]),
    ("zh_CN", &["GB18030", "GBK", "gb2312"]),
    ("zh_TW", &["Big5", "GB18030"]),
    ("ko", &["EUC-KR", "cp949"]),
    ("hi", &["GB18030"]),
    ("am", &["GB18030"]),
];

/// How many messages of each label are tried.
const EACH: usize = 30;

/// A text in the encoding of a label, if it can be written in it. Bytes that are controls
/// in ISO 8859 are not, whatever the standard for browsers makes of them.
pub(super) fn encoder(label: &'static str) -> impl Fn(&str) -> Option<Vec<u8>> {
    let known = match label {
        "CP866" => "IBM866",
        "latin-1" => "ISO-8859-1",
        "CP932" => "Shift_JIS",
        "CP1251" => "windows-1251",
        "cp949" => "EUC-KR",
        other => other,
    };
    let encoding = Encoding::for_label(known.as_bytes()).unwrap();
    let iso = known.to_ascii_lowercase().starts_with("iso") && encoding.is_single_byte();
    move |text: &str| {
        let (bytes, _, unmappable) = encoding.encode(text);
        let control = iso && bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
        (!unmappable && !control).then(|| bytes.into_owned())
    }
}

#[test]
fn honest_text_in_its_own_encoding_is_read() {
    let Some(languages) = &*LANGUAGES else { return };
    let seed = from_environment("PROVOST_SEED", SEED);
    let mut wrong = Vec::new();
    let mut by_label: BTreeMap<String, usize> = BTreeMap::new();
    for (code, labels) in TRADITIONS {
        let all = languages.values().flatten();
        let Some(language) = all.into_iter().find(|language| language.code == code) else {
            continue;
        };
        for label in labels {
            let encode = encoder(label);
            let mut done = 0;
            // Emoji and quotation marks can't be written in most: then another text is taken.
            for number in 0..20 * EACH as u64 {
                let mut random = Random::new(seed.wrapping_add(number));
                let text = Text::new(language, &mut random);
                let mark = random.pick(&MARKS);
                let middle = random.one_in(2);
                let (_, marked) = planted(&text, mark, &mark.text, middle);
                let Some(marked) = raw(&marked, &encode, Some(label)) else { continue };
                let Some(clean) = raw(&text, &encode, Some(label)) else { continue };
                let plain = in_english(mark, &mark.text, middle);
                for (raw, expected) in [(marked, plain), (clean, Vec::new())] {
                    let found = seen(&findings(&raw));
                    if found != expected {
                        wrong.push(format!(
                            "{code} in {label}: {found:?} and not {expected:?}\n    {}",
                            raw.escape_ascii()
                        ));
                    }
                }
                done += 1;
                if done == EACH {
                    break;
                }
            }
            by_label.insert(format!("{code} {label}"), done);
        }
    }
    let count = wrong.len();
    wrong.truncate(10);
    assert!(count == 0, "{count} wrong\n{}", wrong.join("\n"));
    let few: Vec<_> = by_label.iter().filter(|(_, done)| **done < 10).collect();
    assert!(by_label.len() >= 40 && few.is_empty(), "too few of {few:?}, {by_label:?}");
}
