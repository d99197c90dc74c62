//! Encodings that a commit can declare, the labels by which iconv knows them, and what of
//! the tricks can be written in each.
//!
//! Git hands the label to iconv. The spellings are those that glibc's accepts: it drops
//! every character that it does not expect in a name, and takes what follows two slashes
//! for options (gconv_charset.h).

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use encoding_rs::Encoding;

use super::characters::{ALL, Palette};
use crate::support::Random;

/// How text becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// UTF-8, whatever is declared.
    Utf8,
    Utf7 {
        /// What begins a run of base64.
        shift: char,
    },
    Utf16 {
        big: bool,
        mark: bool,
    },
    Utf32 {
        big: bool,
        mark: bool,
    },
    /// Each character below U+0100 is its own byte, as iconv reads ISO-8859-1.
    Latin1,
    /// An encoding of the WHATWG standard.
    Legacy(&'static str),
}

/// An encoding under its labels.
pub(super) struct Coding {
    pub(super) name: &'static str,
    pub(super) labels: &'static [&'static str],
    pub(super) form: Form,
    /// What can be written in it.
    pub(super) palette: Palette,
}

impl Coding {
    /// Whether ASCII stands for itself, so that a header can be in it.
    pub(super) fn is_ascii_compatible(&self) -> bool {
        !matches!(self.form, Form::Utf16 { .. } | Form::Utf32 { .. })
    }
}

type Row = (&'static str, &'static [&'static str], Form);

const ROWS: &[Row] = &[
    ("UTF-8", &["UTF-8", "utf8", "UTF8"], Form::Utf8),
    ("an unknown one", &["no-such-thing", "x-user-1", "UTF-9", "$LANG", "binary"], Form::Utf8),
    ("UTF-7", &["UTF-7", "UTF7"], Form::Utf7 { shift: '+' }),
    ("UTF-7-IMAP", &["UTF-7-IMAP"], Form::Utf7 { shift: '&' }),
    (
        "UTF-16LE",
        &["UTF-16LE", "UTF16LE", "UCS-2LE", "UNICODELITTLE"],
        Form::Utf16 { big: false, mark: false },
    ),
    (
        "UTF-16BE",
        &["UTF-16BE", "UTF16BE", "UCS-2BE", "UNICODEBIG"],
        Form::Utf16 { big: true, mark: false },
    ),
    (
        "UTF-16 with a mark, little",
        &["UTF-16", "UTF16", "UNICODE", "CSUNICODE"],
        Form::Utf16 { big: false, mark: true },
    ),
    ("UTF-16 with a mark, big", &["UTF-16", "UNICODE"], Form::Utf16 { big: true, mark: true }),
    // Without a mark, glibc takes the machine's order and RFC 2781 the big one.
    (
        "UTF-16 of this machine",
        &["UTF-16", "UCS-2", "UCS2", "ISO-10646/UCS2/"],
        Form::Utf16 { big: false, mark: false },
    ),
    ("UTF-16 of the network", &["UTF-16"], Form::Utf16 { big: true, mark: false }),
    (
        "UTF-32LE",
        &["UTF-32LE", "UTF32LE", "UCS-4LE", "WCHAR_T"],
        Form::Utf32 { big: false, mark: false },
    ),
    (
        "UTF-32BE",
        &["UTF-32BE", "UCS-4BE", "UCS-4", "UCS4", "ISO-10646", "10646-1:1993/UCS4"],
        Form::Utf32 { big: true, mark: false },
    ),
    ("UTF-32 with a mark, little", &["UTF-32", "UTF32"], Form::Utf32 { big: false, mark: true }),
    ("UTF-32 with a mark, big", &["UTF-32"], Form::Utf32 { big: true, mark: true }),
    ("ISO-8859-1", &["ISO-8859-1", "ISO8859-1", "ISO_8859-1", "LATIN1", "L1"], Form::Latin1),
    ("ISO-8859-2", &["ISO-8859-2", "LATIN2"], Form::Legacy("ISO-8859-2")),
    ("ISO-8859-3", &["ISO-8859-3"], Form::Legacy("ISO-8859-3")),
    ("ISO-8859-4", &["ISO-8859-4"], Form::Legacy("ISO-8859-4")),
    ("ISO-8859-5", &["ISO-8859-5", "CYRILLIC"], Form::Legacy("ISO-8859-5")),
    ("ISO-8859-6", &["ISO-8859-6", "ARABIC"], Form::Legacy("ISO-8859-6")),
    ("ISO-8859-7", &["ISO-8859-7", "GREEK"], Form::Legacy("ISO-8859-7")),
    ("ISO-8859-8", &["ISO-8859-8", "HEBREW"], Form::Legacy("ISO-8859-8")),
    ("ISO-8859-10", &["ISO-8859-10"], Form::Legacy("ISO-8859-10")),
    ("ISO-8859-13", &["ISO-8859-13"], Form::Legacy("ISO-8859-13")),
    ("ISO-8859-14", &["ISO-8859-14"], Form::Legacy("ISO-8859-14")),
    ("ISO-8859-15", &["ISO-8859-15", "LATIN-9"], Form::Legacy("ISO-8859-15")),
    ("ISO-8859-16", &["ISO-8859-16"], Form::Legacy("ISO-8859-16")),
    ("windows-1250", &["windows-1250", "CP1250"], Form::Legacy("windows-1250")),
    ("windows-1251", &["windows-1251", "CP1251", "MS-CYRL"], Form::Legacy("windows-1251")),
    ("windows-1252", &["windows-1252", "CP1252", "MS-ANSI"], Form::Legacy("windows-1252")),
    ("windows-1253", &["windows-1253", "CP1253"], Form::Legacy("windows-1253")),
    ("windows-1254", &["windows-1254", "CP1254"], Form::Legacy("windows-1254")),
    ("windows-1255", &["windows-1255", "CP1255"], Form::Legacy("windows-1255")),
    ("windows-1256", &["windows-1256", "CP1256"], Form::Legacy("windows-1256")),
    ("windows-1257", &["windows-1257", "CP1257"], Form::Legacy("windows-1257")),
    ("windows-1258", &["windows-1258", "CP1258"], Form::Legacy("windows-1258")),
    ("KOI8-R", &["KOI8-R", "KOI8R", "CSKOI8R"], Form::Legacy("KOI8-R")),
    ("KOI8-U", &["KOI8-U"], Form::Legacy("KOI8-U")),
    ("IBM866", &["IBM866", "CP866", "866"], Form::Legacy("IBM866")),
    ("macintosh", &["MACINTOSH", "MAC"], Form::Legacy("macintosh")),
    ("GB18030", &["GB18030"], Form::Legacy("gb18030")),
    ("GBK", &["GBK", "CP936"], Form::Legacy("GBK")),
    ("GB2312", &["GB2312", "EUC-CN", "EUCCN"], Form::Legacy("GBK")),
    ("Big5", &["BIG5", "BIG5-HKSCS"], Form::Legacy("Big5")),
    ("Shift_JIS", &["Shift_JIS", "SJIS", "CP932"], Form::Legacy("Shift_JIS")),
    ("EUC-JP", &["EUC-JP", "EUCJP"], Form::Legacy("EUC-JP")),
    ("ISO-2022-JP", &["ISO-2022-JP", "CSISO2022JP", "ISO2022JP"], Form::Legacy("ISO-2022-JP")),
    ("EUC-KR", &["EUC-KR", "EUCKR", "UHC", "CP949"], Form::Legacy("EUC-KR")),
];

/// The encodings, each with what of the tricks can be written in it.
pub(super) static CODINGS: LazyLock<Vec<Coding>> = LazyLock::new(|| {
    let made = ROWS.iter().map(|&(name, labels, form)| {
        let palette = match form {
            Form::Latin1 => ALL.filtered(&|c| u32::from(c) < 0x100),
            Form::Legacy(known) if known != "gb18030" => {
                let written = repertoire(known);
                ALL.filtered(&|c| written.contains(&c))
            }
            _ => ALL.clone(),
        };
        Coding { name, labels, form, palette }
    });
    made.collect()
});

/// The characters outside ASCII that an encoding has.
fn repertoire(name: &str) -> HashSet<char> {
    let encoding = Encoding::for_label(name.as_bytes()).unwrap();
    if encoding == encoding_rs::ISO_2022_JP {
        return repertoire("Shift_JIS").into_iter().filter(|c| *c < '\u{ff61}').collect();
    }
    let mut found = HashSet::new();
    let mut add = |bytes: &[u8]| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let mut characters = text.chars();
        if let (Some(one), None) = (characters.next(), characters.next())
            && !one.is_ascii()
            && one != '\u{fffd}'
        {
            found.insert(one);
        }
    };
    for first in 0x80..=0xff {
        add(&[first]);
        if !encoding.is_single_byte() {
            (0x21..=0xff).for_each(|second| add(&[first, second]));
        }
    }
    found
}

impl Coding {
    /// The bytes of a text, if it can be written so.
    pub(super) fn encode(&self, text: &str, random: &mut Random) -> Option<Vec<u8>> {
        Some(match self.form {
            Form::Utf8 => text.as_bytes().to_vec(),
            Form::Utf7 { shift } => utf7(text, shift, random),
            Form::Utf16 { big, mark } => {
                let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
                let bytes = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
                units.flat_map(bytes).collect()
            }
            Form::Utf32 { big, mark } => {
                let codes = mark.then_some('\u{feff}').into_iter().chain(text.chars());
                let bytes = |c: u32| if big { c.to_be_bytes() } else { c.to_le_bytes() };
                codes.flat_map(|c| bytes(u32::from(c))).collect()
            }
            Form::Latin1 => {
                let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
                bytes.collect::<Option<_>>()?
            }
            Form::Legacy(known) => {
                // The standard makes a character reference of what can't be written.
                let encoding = Encoding::for_label(known.as_bytes())?;
                let (bytes, _, unmappable) = encoding.encode(text);
                (!unmappable).then(|| bytes.into_owned())?
            }
        })
    }

    /// One of its labels, spelled in one of the ways that mean the same.
    pub(super) fn label(&self, random: &mut Random) -> String {
        let label = *random.pick(self.labels);
        if self.name == "an unknown one" || random.one_in(3) {
            return label.to_owned();
        }
        spelling(label, random.below(SPELLINGS))
    }
}

/// How many ways there are to spell a label.
pub(super) const SPELLINGS: usize = 22;

/// A label spelled in another way.
pub(super) fn spelling(label: &str, way: usize) -> String {
    // Names with slashes of their own take no options.
    let slashed = label.contains('/');
    match way {
        0 => label.to_lowercase(),
        1 => label.to_uppercase(),
        2 => format!("'{label}'"),
        3 => format!("\"{label}\""),
        4 => format!("({label})"),
        5 => format!("[{}]", label.to_lowercase()),
        6 => format!("<{label}>"),
        7 => format!(" {label} "),
        8 => format!("{label};"),
        9 => format!("\\{label}\\"),
        10 => label.replace('-', " - "),
        11 => format!("{label}\t"),
        12 => format!("{label}é"),
        13 => format!("«{label}»"),
        _ if slashed => label.to_owned(),
        14 => format!("{label}//"),
        15 => format!("{label}//IGNORE"),
        16 => format!("{label}//TRANSLIT//IGNORE"),
        17 => format!("{label}//TRANSLIT,IGNORE"),
        18 => format!("'{label}'//translit"),
        19 => format!("{label}///x"),
        20 => format!("{label},"),
        _ => format!("{label}/"),
    }
}

/// UTF-7 (RFC 2152; RFC 3501 with `&`): what must be coded, and some of the rest.
fn utf7(text: &str, shift: char, random: &mut Random) -> Vec<u8> {
    let mut out = String::new();
    let mut run: Vec<u16> = Vec::new();
    let flush = |run: &mut Vec<u16>, out: &mut String| {
        if !run.is_empty() {
            let bytes: Vec<u8> = run.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            let coded = STANDARD_NO_PAD.encode(bytes);
            let coded = if shift == '&' { coded.replace('/', ",") } else { coded };
            *out += &format!("{shift}{coded}-");
            run.clear();
        }
    };
    let more = *random.pick(&[0, 2, 5, 20]);
    for character in text.chars() {
        let blank = " \t\r\n".contains(character);
        let plain = character.is_ascii_graphic() && !"+&~\\".contains(character) || blank;
        let plain = plain && (!character.is_ascii_graphic() || more == 0 || !random.one_in(more));
        if plain {
            flush(&mut run, &mut out);
            out.push(character);
        } else {
            run.extend(character.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut run, &mut out);
    out.into_bytes()
}
