//! Markers in a spelling in which `I`, `i`, `l` and `L` are one letter, `l`.
//!
//! A letter that is not ASCII can resemble all of these. A text that holds one is read in this
//! spelling too ([`crate::text::Reading::is_alike`]), by markers that are written in it: so
//! each such letter matches whatever the marker has in its place, without trying every
//! combination.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{
    Capture, Class, ClassBytesRange, ClassUnicodeRange, Hir, HirKind, Literal, Repetition,
};

/// A text in this spelling.
pub(super) fn alike(text: &str) -> String {
    text.chars().map(|it| if matches!(it, 'i' | 'I' | 'L') { 'l' } else { it }).collect()
}

/// An expression that matches in this spelling what the given one matches; `None` when it is
/// none.
pub(super) fn expression(source: &str) -> Option<String> {
    let hir = ParserBuilder::new().case_insensitive(true).build().parse(source).ok()?;
    Some(widened(hir).to_string())
}

fn widened(hir: Hir) -> Hir {
    let all = |parts: Vec<Hir>| parts.into_iter().map(widened).collect();
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Literal(Literal(bytes)) => {
            let byte = |byte: &u8| if b"iIL".contains(byte) { b'l' } else { *byte };
            Hir::literal(bytes.iter().map(byte).collect::<Vec<u8>>())
        }
        HirKind::Class(mut class) => {
            match &mut class {
                Class::Unicode(set) => {
                    let has = |letter: char| {
                        set.ranges().iter().any(|it| (it.start()..=it.end()).contains(&letter))
                    };
                    if ['i', 'I', 'l', 'L'].into_iter().any(has) {
                        set.push(ClassUnicodeRange::new('l', 'l'));
                    }
                }
                Class::Bytes(set) => {
                    let has = |letter: u8| {
                        set.ranges().iter().any(|it| (it.start()..=it.end()).contains(&letter))
                    };
                    if b"iIlL".iter().copied().any(has) {
                        set.push(ClassBytesRange::new(b'l', b'l'));
                    }
                }
            }
            Hir::class(class)
        }
        HirKind::Repetition(it) => {
            Hir::repetition(Repetition { sub: Box::new(widened(*it.sub)), ..it })
        }
        HirKind::Capture(it) => Hir::capture(Capture { sub: Box::new(widened(*it.sub)), ..it }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_in_the_other_spelling() {
        for (source, text) in [
            (r"\bgemini(?:[\s-]cli)?$", "Gemini CLI"),
            (r"^(?P<who>[a-k]lil|x{2,3}i)[^i]\PL*$", "alil."),
            ("^Copilot$", "copilot"),
        ] {
            let regex = |source: &str| super::super::pattern::expression(source).unwrap();
            assert!(regex(source).is_match(text), "{source}");
            let other = expression(source).unwrap();
            assert!(regex(&other).is_match(&alike(text)), "{source} {other}");
        }
    }
}
