//! The name in an `encoding` header: which character set it stands for.
//!
//! Names are compared as `iconv` compares them, and more tolerantly: letters and digits
//! count, so case, blanks, quotation marks, brackets, commas and underscores do not, nor does
//! what follows a slash (`//IGNORE`, `//TRANSLIT`). A stricter comparison would leave a text
//! unread that some `git log` shows. Sources: iconv_open(3), the lists of glibc and libiconv,
//! the labels of the WHATWG Encoding Standard.

use encoding_rs::Encoding;

/// The order of the bytes of a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8, ASCII, or no name at all.
    Utf8,
    /// One byte a character; with `true`, the bytes from 0x80 to 0x9F are controls.
    Single(&'static Encoding, bool),
    /// Several bytes a character, of which the later ones can look like ASCII.
    Multi(&'static Encoding),
    /// RFC 2152.
    Utf7,
    /// RFC 3501, 5.1.3.
    Utf7Imap,
    /// UTF-16 or UCS-2; without an order, a byte order mark or the machine decides.
    Utf16(Option<Order>),
    /// UTF-32 or UCS-4.
    Utf32(Option<Order>),
    /// ECMA-35: escape sequences switch between sets.
    Iso2022(Option<&'static Encoding>),
    /// RFC 1843.
    Hz,
    /// `\uXXXX` in ASCII, the sets JAVA and C99 of libiconv.
    Escaped,
    /// A set of which the table is not here, but in which ASCII is itself.
    Compatible,
    /// Not known here.
    Unknown,
}

impl Charset {
    /// The set that a label names; without a label, UTF-8.
    pub(super) fn of(label: Option<&[u8]>) -> Self {
        let Some(label) = label else { return Self::Utf8 };
        if label.eq_ignore_ascii_case(b"utf-8") {
            return Self::Utf8;
        }
        let parts = label.split(|&byte| byte == b'/').map(canonical);
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return Self::Utf8;
        }
        // `ISO-10646/UCS2/` is one name.
        let whole = parts.first().filter(|first| *first == "iso10646").map(|_| parts.concat());
        let all = whole.iter().chain(&parts);
        all.into_iter().find_map(|part| known(part)).unwrap_or(Self::Unknown)
    }

    /// Whether ASCII stands for itself.
    pub(super) fn keeps_ascii(self) -> bool {
        matches!(self, Self::Utf8 | Self::Single(..) | Self::Multi(_) | Self::Compatible)
    }
}

/// A part of a label as it is compared, without the words that ask for leniency.
fn canonical(part: &[u8]) -> String {
    // A year, as in `ISO_8859-1:1987`.
    let end = part.iter().rposition(|&byte| byte == b':').filter(|at| part.len() - at == 5);
    let part = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
    let kept = part.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let kept: String = kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let words = ["nonidenticaldiscard", "translit", "ignore"];
    words.iter().fold(kept, |kept, word| kept.replace(word, ""))
}

fn known(name: &str) -> Option<Charset> {
    use Order::{Big, Little};
    Some(match name {
        "utf8" | "usascii" | "ascii" | "ansix341968" | "ansix341986" | "iso646us" | "us"
        | "646" | "csascii" | "cp367" | "ibm367" | "unicode11utf8" | "unicode20utf8"
        | "xunicode20utf8" | "utf8mac" | "utf8bom" | "utf8n" | "cp65001" | "c" | "posix" => {
            Charset::Utf8
        }
        "utf7" | "unicode11utf7" | "unicode20utf7" | "xunicode20utf7" | "csunicode11utf7"
        | "csutf7" | "cp65000" | "xutf7" => Charset::Utf7,
        "utf7imap" | "imaputf7" | "ximapmodifiedutf7" | "csutf7imap" | "imap4utf7" => {
            Charset::Utf7Imap
        }
        "utf16" | "ucs2" | "unicode" | "csunicode" | "iso10646ucs2" | "ucs2internal"
        | "ucs2swapped" | "ucs16" | "csutf16" | "cp1200" => Charset::Utf16(None),
        "utf16le" | "ucs2le" | "unicodelittle" | "unicodefeff" | "csutf16le" | "xutf16le" => {
            Charset::Utf16(Some(Little))
        }
        "utf16be" | "ucs2be" | "unicodebig" | "unicodefffe" | "csutf16be" | "cp1201"
        | "xutf16be" => Charset::Utf16(Some(Big)),
        "utf32" | "ucs4" | "csucs4" | "iso10646ucs4" | "iso10646" | "internal" | "wchart"
        | "ucs4internal" | "ucs4swapped" | "csutf32" => Charset::Utf32(None),
        "utf32le" | "ucs4le" | "csutf32le" | "cp12000" => Charset::Utf32(Some(Little)),
        "utf32be" | "ucs4be" | "csutf32be" | "cp12001" => Charset::Utf32(Some(Big)),
        "hz" | "hzgb2312" | "cshz" | "hzgb" => Charset::Hz,
        "java" | "c99" => Charset::Escaped,
        "iso2022jp" | "csiso2022jp" | "jis" => Charset::Iso2022(Some(encoding_rs::ISO_2022_JP)),
        _ if name.starts_with("iso2022") || name.starts_with("csiso2022") => Charset::Iso2022(None),
        _ => return single(name).or_else(|| multi(name)).or_else(|| compatible(name)),
    })
}

/// Latin-1 to Latin-10 and others by their number in ISO 8859.
const LATIN: [(&str, u8); 29] = [
    ("latin1", 1),
    ("latin2", 2),
    ("latin3", 3),
    ("latin4", 4),
    ("latin5", 9),
    ("latin6", 10),
    ("latin7", 13),
    ("latin8", 14),
    ("latin9", 15),
    ("latin10", 16),
    ("l1", 1),
    ("l2", 2),
    ("l3", 3),
    ("l4", 4),
    ("l5", 9),
    ("l6", 10),
    ("l7", 13),
    ("l8", 14),
    ("l9", 15),
    ("l10", 16),
    ("latincyrillic", 5),
    ("latinarabic", 6),
    ("latingreek", 7),
    ("latinhebrew", 8),
    ("cyrillic", 5),
    ("arabic", 6),
    ("greek", 7),
    ("greek8", 7),
    ("hebrew", 8),
];

/// Other names that glibc has for a set, without punctuation, by the label of the WHATWG
/// Encoding Standard.
const ALIASES: [(&str, &str); 48] = [
    ("866", "ibm866"),
    ("baltic", "iso-8859-13"),
    ("isoir179", "iso-8859-13"),
    ("cp1089", "iso-8859-6"),
    ("ibm1089", "iso-8859-6"),
    ("ecma114", "iso-8859-6"),
    ("asmo708", "iso-8859-6"),
    ("isoir127", "iso-8859-6"),
    ("osf00010006", "iso-8859-6"),
    ("cp813", "iso-8859-7"),
    ("ibm813", "iso-8859-7"),
    ("ecma118", "iso-8859-7"),
    ("elot928", "iso-8859-7"),
    ("isoir126", "iso-8859-7"),
    ("osf00010007", "iso-8859-7"),
    ("cp915", "iso-8859-5"),
    ("ibm915", "iso-8859-5"),
    ("isoir144", "iso-8859-5"),
    ("osf00010005", "iso-8859-5"),
    ("cp916", "iso-8859-8"),
    ("ibm916", "iso-8859-8"),
    ("isoir138", "iso-8859-8"),
    ("osf00010008", "iso-8859-8"),
    ("cp912", "iso-8859-2"),
    ("ibm912", "iso-8859-2"),
    ("isoir101", "iso-8859-2"),
    ("osf00010002", "iso-8859-2"),
    ("isoir109", "iso-8859-3"),
    ("osf00010003", "iso-8859-3"),
    ("isoir110", "iso-8859-4"),
    ("osf00010004", "iso-8859-4"),
    ("isoir157", "iso-8859-10"),
    ("osf0001000a", "iso-8859-10"),
    ("isoceltic", "iso-8859-14"),
    ("isoir199", "iso-8859-14"),
    ("isoir203", "iso-8859-15"),
    ("isoir226", "iso-8859-16"),
    ("msarab", "windows-1256"),
    ("mscyrl", "windows-1251"),
    ("msee", "windows-1250"),
    ("msgreek", "windows-1253"),
    ("mshebr", "windows-1255"),
    ("msansi", "windows-1252"),
    ("msturk", "windows-1254"),
    ("winbaltrim", "windows-1257"),
    ("isoir148", "iso-8859-9"),
    ("isoir100", "iso-8859-1"),
    ("isoir166", "windows-874"),
];

fn single(name: &str) -> Option<Charset> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    if let Some(encoding) = alias.and_then(|(_, label)| Encoding::for_label(label.as_bytes())) {
        let is_iso = alias.is_some_and(|(_, label)| label.starts_with("iso"));
        return Some(Charset::Single(encoding, is_iso));
    }
    let plain = name.strip_prefix("cs").unwrap_or(name);
    let plain = plain.strip_prefix("iso").filter(|rest| rest.starts_with("latin")).unwrap_or(plain);
    let number = ["iso8859", "8859", "cp2859", "windows2859", "cp2860"].iter().find_map(|head| {
        let rest = plain.strip_prefix(head)?.parse::<u8>().ok()?;
        Some(if *head == "cp2860" { rest + 10 } else { rest })
    });
    let latin = || LATIN.iter().find(|(latin, _)| *latin == plain).map(|(_, number)| *number);
    if let Some(number) = number.or_else(latin) {
        let label = match number {
            1 => return Some(Charset::Single(encoding_rs::WINDOWS_1252, true)),
            9 => return Some(Charset::Single(encoding_rs::WINDOWS_1254, true)),
            11 => return Some(Charset::Single(encoding_rs::WINDOWS_874, true)),
            number => format!("iso-8859-{number}"),
        };
        let encoding = Encoding::for_label(label.as_bytes());
        return Some(encoding.map_or(Charset::Compatible, |it| Charset::Single(it, true)));
    }
    let page = ["windows", "cp", "xcp", "ibm", "mswin"]
        .iter()
        .find_map(|head| plain.strip_prefix(head)?.trim_start_matches('0').parse::<u16>().ok());
    let encoding = match (page, plain) {
        (Some(page @ (1250..=1258 | 874)), _) => {
            Encoding::for_label(format!("windows-{page}").as_bytes())?
        }
        (Some(866), _) => encoding_rs::IBM866,
        (Some(20866), _) | (_, "koi8r" | "koi8" | "koi") => encoding_rs::KOI8_R,
        (Some(21866), _) | (_, "koi8u" | "koi8ru" | "koi8t") => encoding_rs::KOI8_U,
        (Some(10000), _) | (_, "macintosh" | "macroman" | "mac" | "xmacroman") => {
            encoding_rs::MACINTOSH
        }
        (Some(10007), _) | (_, "maccyrillic" | "xmaccyrillic" | "xmacukrainian" | "macukraine") => {
            encoding_rs::X_MAC_CYRILLIC
        }
        (_, "tis620" | "tis6200" | "tis62025290" | "tis62025331" | "thai8") => {
            encoding_rs::WINDOWS_874
        }
        _ => return None,
    };
    Some(Charset::Single(encoding, false))
}

fn multi(name: &str) -> Option<Charset> {
    let name = name.strip_prefix("cs").unwrap_or(name);
    Some(Charset::Multi(match name {
        "shiftjis" | "sjis" | "mskanji" | "xsjis" | "windows31j" | "cp932" | "ms932" | "cp943"
        | "ibm943" | "windows932" | "shiftjisx0213" | "sjisopen" | "sjiswin" => {
            encoding_rs::SHIFT_JIS
        }
        "eucjp" | "xeucjp" | "ujis" | "eucjpms" | "cp51932" | "eucjisx0213"
        | "eucpkdfmtjapanese" | "osf00030010" => encoding_rs::EUC_JP,
        "euckr" | "xeuckr" | "uhc" | "cp949" | "windows949" | "ks5601" | "ksc5601" | "korean"
        | "ksc56011987" | "ksx1001" | "mscp949" | "osf100203b5" | "osf0004000a" => {
            encoding_rs::EUC_KR
        }
        "gbk" | "xgbk" | "gb18030" | "gb2312" | "gb231280" | "euccn" | "xeuccn" | "cp936"
        | "ms936" | "windows936" | "chinese" | "cngb" | "cp54936" | "gb13000" => {
            encoding_rs::GB18030
        }
        "big5" | "cnbig5" | "xxbig5" | "big5hkscs" | "bigfive" | "cp950" | "windows950"
        | "big5et" | "big5hkscs2008" | "big5hkscs2004" | "big5hkscs2001" | "big5hkscs1999" => {
            encoding_rs::BIG5
        }
        _ => return None,
    }))
}

/// Code pages of DOS and others in which ASCII is itself; those of EBCDIC have numbers near
/// them.
const PAGES: [u16; 33] = [
    437, 667, 708, 720, 737, 770, 771, 772, 773, 774, 775, 790, 850, 851, 852, 853, 855, 856, 857,
    858, 860, 861, 862, 863, 864, 865, 867, 868, 869, 895, 1125, 1131, 1133,
];

fn compatible(name: &str) -> Option<Charset> {
    let name = name.strip_prefix("cs").unwrap_or(name);
    let page = ["cp", "ibm", "windows", "pc", "dos"]
        .iter()
        .find_map(|head| name.strip_prefix(head)?.trim_start_matches('0').parse::<u16>().ok());
    let families = [
        "mac", "xmac", "tcvn", "viscii", "armscii", "georgian", "hproman", "roman8", "nextstep",
        "rk1048", "pt154", "mulelao", "isoir", "iso8859", "euc", "big5", "johab", "tscii", "iscii",
        "riscos", "atarist", "koi8",
    ];
    let is = page.is_some_and(|page| PAGES.contains(&page))
        || families.iter().any(|family| name.starts_with(family));
    is.then_some(Charset::Compatible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_iconv_compares_them() {
        for name in [
            "UTF-7",
            "utf7",
            "UTF-7//",
            "'UTF-7'",
            "\"UTF-7\"",
            "UTF 7",
            "(UTF-7)",
            "[UTF-7]",
            "UTF-7,",
            "UTF_7",
            "UTF-7//IGNORE",
            "UTF-7//TRANSLIT//IGNORE",
            "unicode-1-1-utf-7",
            "utf-7//TRANSLIT,IGNORE",
            "//UTF-7",
            " UTF-7 ",
            "UTF-7/",
        ] {
            assert_eq!(Charset::of(Some(name.as_bytes())), Charset::Utf7, "{name}");
        }
        for name in
            ["", "//", "//IGNORE", "//TRANSLIT", "UTF-8", "utf8", "ASCII", "us-ascii//IGNORE"]
        {
            assert_eq!(Charset::of(Some(name.as_bytes())), Charset::Utf8, "{name}");
        }
        assert_eq!(Charset::of(None), Charset::Utf8);
    }

    #[test]
    fn single_byte_sets_have_their_tables() {
        let single = |name: &str| match Charset::of(Some(name.as_bytes())) {
            Charset::Single(encoding, controls) => Some((encoding.name(), controls)),
            _ => None,
        };
        assert_eq!(single("ISO_8859-1:1987"), Some(("windows-1252", true)));
        assert_eq!(single("latin-1"), Some(("windows-1252", true)));
        assert_eq!(single("ISO8859-5//TRANSLIT"), Some(("ISO-8859-5", true)));
        assert_eq!(single("iso-8859-15"), Some(("ISO-8859-15", true)));
        assert_eq!(single("csISOLatin2"), Some(("ISO-8859-2", true)));
        assert_eq!(single("CP1251"), Some(("windows-1251", false)));
        assert_eq!(single("windows-1257"), Some(("windows-1257", false)));
        assert_eq!(single("KOI8-R"), Some(("KOI8-R", false)));
        assert_eq!(single("koi8_u"), Some(("KOI8-U", false)));
        assert_eq!(single("IBM866"), Some(("IBM866", false)));
        assert_eq!(single("mac-roman"), None.or(single("macintosh")));
    }

    #[test]
    fn what_is_not_ascii_is_not_taken_for_it() {
        for name in ["IBM037", "cp1047", "EBCDIC-US", "cp500", "ibm870", "no-such-thing", "CP1026"]
        {
            assert_eq!(Charset::of(Some(name.as_bytes())), Charset::Unknown, "{name}");
        }
        for name in ["cp437", "IBM850", "MacGreek", "VISCII", "iso-8859-12", "EUC-TW"] {
            assert_eq!(Charset::of(Some(name.as_bytes())), Charset::Compatible, "{name}");
        }
        assert!(matches!(Charset::of(Some(b"ISO-2022-KR")), Charset::Iso2022(None)));
        assert!(!Charset::of(Some(b"UCS-4")).keeps_ascii());
    }
}
