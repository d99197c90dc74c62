//! HTML character references, resolved: `&commat;`, `&#64;`, `&#x40`.
//!
//! Named ones count with their semicolon only, since without it they are ordinary text too
//! often (`a&copy`). Numbers are read as HTML reads them, of any length, with leading zeros,
//! with or without a semicolon. Source: the HTML standard, "Numeric character reference end
//! state" and its list of names.

use html_escape::NAMED_ENTITIES;

use super::fold::BAR;

/// Whether there may be a reference.
pub(super) fn has_references(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'&', bytes)
        .any(|at| bytes.get(at + 1).is_some_and(|byte| *byte == b'#' || byte.is_ascii_alphabetic()))
}

/// Which references are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that anybody writes who escapes a text for a web page.
    Ordinary,
    /// Those that end with a semicolon: a number without one may go on with digits that are
    /// references themselves.
    Closed,
    /// All.
    All,
}

/// The text with its references resolved.
pub(super) fn resolve(text: &str, which: Which) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let found = match which {
            Which::Ordinary => ordinary(from),
            Which::Closed => {
                reference(from).filter(|(_, end)| from.as_bytes().get(end - 1) == Some(&b';'))
            }
            Which::All => reference(from),
        };
        let (said, length) = found.unwrap_or(("&".into(), 1));
        // A line feed spelled out ends a line without moving the numbers of the others.
        out.extend(said.chars().map(|it| if it == '\n' { '\r' } else { it }));
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What a reference stands for, and its length in bytes.
type Resolved = Option<(String, usize)>;

fn ordinary(from: &str) -> Resolved {
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&nbsp;", "\u{a0}")];
    let (name, said) = names.iter().find(|(name, _)| from.starts_with(name))?;
    Some(((*said).to_owned(), name.len()))
}

/// The longest name of the list, `CounterClockwiseContourIntegral`.
const LONGEST_NAME: usize = 31;

fn reference(from: &str) -> Resolved {
    let body = from.get(1..)?;
    if let Some(number) = body.strip_prefix('#') {
        let (code, length) = numeric(number.as_bytes())?;
        let end = 2 + length;
        let end = end + usize::from(from.as_bytes().get(end) == Some(&b';'));
        return Some((character(code).to_string(), end));
    }
    let is_name = |it: &char| it.is_ascii_alphanumeric() || *it == BAR;
    let name: String = body.chars().take(LONGEST_NAME + 1).take_while(is_name).collect();
    if body.as_bytes().get(name.len()) != Some(&b';') {
        return None;
    }
    // A letter that resembles several may stand in a name too.
    let said = match name.contains(BAR) {
        true => named(&name.replace(BAR, "i")).or_else(|| named(&name.replace(BAR, "l"))),
        false => named(&name),
    };
    Some((said?.to_owned(), name.len() + 2))
}

fn named(name: &str) -> Option<&'static str> {
    let at = NAMED_ENTITIES.binary_search_by(|(known, _)| (*known).cmp(name.as_bytes())).ok()?;
    NAMED_ENTITIES.get(at).map(|(_, said)| *said)
}

/// The number behind `&#`, and its length in bytes.
fn numeric(text: &[u8]) -> Option<(u32, usize)> {
    let is_hex = matches!(text.first(), Some(b'x' | b'X'));
    let radix = if is_hex { 16 } else { 10 };
    let lead = usize::from(is_hex);
    let digits = text.get(lead..)?.iter();
    let mut length = lead;
    let mut code: u32 = 0;
    for digit in digits.map_while(|&byte| char::from(byte).to_digit(radix)) {
        code = code.saturating_mul(radix).saturating_add(digit);
        length += 1;
    }
    (length > lead).then_some((code, length))
}

fn character(code: u32) -> char {
    let windows = u8::try_from(code).ok().filter(|byte| (0x80..=0x9f).contains(byte));
    if let Some(byte) = windows {
        let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into_owned();
        return text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    char::from_u32(code).filter(|it| *it != '\0').unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> String {
        resolve(text, Which::All)
    }

    #[test]
    fn numbers_are_read_as_html_reads_them() {
        for text in [
            "a&#64;b",
            "a&#x40;b",
            "a&#X40;b",
            "a&#64b",
            "a&#0000000000000000000064;b",
            "a&commat;b",
        ] {
            assert_eq!(all(&text.replace("64b", "64;b")), "a@b", "{text}");
        }
        assert_eq!(all("a&#64 b&#x3a c"), "a@ b: c");
        assert_eq!(resolve("&#6&#52;;b", Which::Closed), "&#64;b");
        assert_eq!(all("&#x110000;&#0;&#xd800;"), "\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(all("&#150; &#10;"), "\u{2013} \r");
        assert_eq!(all("&#99999999999999999999;"), "\u{fffd}");
    }

    #[test]
    fn names_are_those_of_html() {
        assert_eq!(
            all("Cl&shy;aude &eacute; &ascr; &ZeroWidthSpace;"),
            "Cl\u{ad}aude é 𝒶 \u{200b}"
        );
        assert_eq!(all("&ZeroW\u{4cf}dthSpace;&\u{4cf}t;"), "\u{200b}\u{2062}");
        assert_eq!(all("a & b &nothing; &copy &NewLine;"), "a & b &nothing; &copy \r");
        assert!(NAMED_ENTITIES.is_sorted_by_key(|(name, _)| *name), "it is searched by halves");
    }

    #[test]
    fn few_are_ordinary() {
        assert_eq!(
            resolve("&lt;a&#64;b&gt; &amp;&nbsp;x &commat;", Which::Ordinary),
            "<a&#64;b> &\u{a0}x &commat;"
        );
    }
}
