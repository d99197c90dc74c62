//! Character references: the ways in which HTML writes a character without writing it.
//!
//! Source: the HTML standard, "Named character references" and "Numeric character
//! reference state".

use super::atoms::{Atom, Kind};
use crate::support::Random;

/// Names, with the semicolon left away.
pub(super) const NAMED: [(&str, char); 73] = [
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("amp", '&'),
    ("AMP", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("colon", ':'),
    ("commat", '@'),
    ("period", '.'),
    ("comma", ','),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("plus", '+'),
    ("num", '#'),
    ("quest", '?'),
    ("equals", '='),
    ("excl", '!'),
    ("ast", '*'),
    ("semi", ';'),
    ("grave", '`'),
    ("hyphen", '\u{2010}'),
    ("dash", '\u{2010}'),
    ("nbsp", '\u{a0}'),
    ("NonBreakingSpace", '\u{a0}'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("ThinSpace", '\u{2009}'),
    ("hairsp", '\u{200a}'),
    ("VeryThinSpace", '\u{200a}'),
    ("numsp", '\u{2007}'),
    ("puncsp", '\u{2008}'),
    ("MediumSpace", '\u{205f}'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("NegativeThinSpace", '\u{200b}'),
    ("NoBreak", '\u{2060}'),
    ("ApplyFunction", '\u{2061}'),
    ("InvisibleTimes", '\u{2062}'),
    ("InvisibleComma", '\u{2063}'),
    ("ic", '\u{2063}'),
    ("af", '\u{2061}'),
    ("acy", '\u{430}'),
    ("ocy", '\u{43e}'),
    ("iecy", '\u{435}'),
    ("iukcy", '\u{456}'),
    ("jsercy", '\u{458}'),
    ("dscy", '\u{455}'),
    ("Acy", '\u{410}'),
    ("IEcy", '\u{415}'),
    ("Iukcy", '\u{406}'),
    ("alpha", '\u{3b1}'),
    ("omicron", '\u{3bf}'),
    ("imath", '\u{131}'),
    ("afr", '\u{1d51e}'),
    ("copf", '\u{1d554}'),
    ("lscr", '\u{1d4c1}'),
    ("aacute", '\u{e1}'),
    ("eacute", '\u{e9}'),
];

/// An atom as a reference, if it can be one. `open` says that one without a semicolon ends
/// where the atom ends.
pub(super) fn of(atom: &Atom, open: bool, random: &mut Random) -> Option<String> {
    match atom.kind {
        Kind::Sealed => None,
        Kind::Plain | Kind::StandIn => {
            let mut characters = atom.text.chars();
            let character = characters.next()?;
            let rest = characters.as_str();
            let open = open && rest.is_empty();
            Some(one(character, open, random) + rest)
        }
        // A reference to the ampersand of a reference.
        Kind::Reference => {
            let rest = atom.text.strip_prefix('&')?;
            Some(one('&', false, random) + rest)
        }
        Kind::Invisible => invisible(&atom.text, random),
    }
}

/// Each character that is not seen, as a reference.
fn invisible(text: &str, random: &mut Random) -> Option<String> {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            // HTML reads these as other characters.
            '\0' | '\r' | '\u{80}'..='\u{9f}' => return None,
            ' '..='~' => out.push(character),
            _ => out += &one(character, false, random),
        }
    }
    Some(out)
}

/// A character as a reference.
pub(super) fn one(character: char, open: bool, random: &mut Random) -> String {
    let code = u32::from(character);
    let names: Vec<&str> =
        NAMED.iter().filter(|(_, known)| *known == character).map(|(name, _)| *name).collect();
    let zeros = match random.below(8) {
        0 => random.within(1, 9),
        1 => random.within(10, 2000),
        _ => 0,
    };
    let end = if open && random.one_in(2) { "" } else { ";" };
    match random.below(5) {
        0 | 1 if !names.is_empty() => format!("&{};", random.pick(&names)),
        0 | 1 => format!("&#{}{code}{end}", "0".repeat(zeros)),
        2 => format!("&#x{}{code:x}{end}", "0".repeat(zeros)),
        3 => format!("&#X{}{code:X}{end}", "0".repeat(zeros)),
        _ => format!("&#{}{code};", "0".repeat(zeros)),
    }
}
