//! Control characters and escape sequences, taken out of a text as a terminal takes them.
//!
//! Line feeds and tabs stay, and so do the bytes that end a line otherwise. Where a sequence
//! runs over the end of a line, the line feeds in it are put behind the line that it joins, so
//! the numbers of later lines hold. Each byte is looked at a bounded number of times, however
//! many sequences begin and never end. Source: ECMA-48, with the strings of xterm, which BEL
//! ends too.

use memchr::memmem;

/// What becomes of the text that a control erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Erased {
    /// It goes, as in a terminal: the content of a control string, the character before a
    /// backspace.
    Goes,
    /// It stays, as in a web page, where controls have no effect.
    Stays,
}

/// Whether there is anything that [`without_controls`] would take out.
pub(super) fn has_controls(text: &str) -> bool {
    let mut after_c2 = false;
    text.bytes().any(|byte| {
        let is = is_removed(byte) || byte == 0x1b || after_c2 && (0x80..=0x9f).contains(&byte);
        after_c2 = byte == 0xc2;
        is
    })
}

/// Whether the text holds what makes the two kinds of [`Erased`] differ.
pub(super) fn has_erasing(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2(0x08, 0x1b, bytes).is_some()
        || memchr::memchr_iter(0xc2, bytes).any(|at| {
            bytes.get(at + 1).is_some_and(|byte| matches!(byte, 0x90 | 0x98 | 0x9b | 0x9d..=0x9f))
        })
}

/// A control that means nothing in a line.
fn is_removed(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

/// The text without its controls.
pub(super) fn without_controls(text: &str, erased: Erased) -> String {
    let text: Vec<u8> = text.bytes().filter(|&byte| byte != 0).collect();
    let mut out = Out { bytes: Vec::with_capacity(text.len()), owed: 0 };
    let mut ends = Ends { text: &text, next: [None; 3] };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let second = text.get(at + 1).copied();
        let (introducer, width) = match (byte, second) {
            (0x1b, Some(second)) => (Some(second), 2),
            (0x1b, None) => (None, 1),
            // The same in eight bits: U+0080 to U+009F.
            (0xc2, Some(second @ 0x80..=0x9f)) => (Some(second - 0x40), 2),
            (0x08, _) => {
                if erased == Erased::Goes {
                    out.step_back();
                }
                at += 1;
                continue;
            }
            _ => {
                if !is_removed(byte) {
                    out.push(byte);
                }
                at += 1;
                continue;
            }
        };
        let is_escape = byte == 0x1b;
        let from = at + width;
        let end = match introducer {
            Some(b'[') => Some(parameters_end(&text, from).unwrap_or(from)),
            Some(b']' | b'P' | b'X' | b'^' | b'_') => Some(ends.string(from, erased)),
            // NEL ends a line.
            Some(0x45) if !is_escape => None,
            Some(_) if !is_escape => Some(from),
            // Intermediates and one final byte.
            Some(_) if erased == Erased::Goes => {
                let rest = text.get(at + 1..).unwrap_or_default();
                let middle = rest.iter().take_while(|byte| (0x20..=0x2f).contains(*byte)).count();
                let last = rest.get(middle).is_some_and(|byte| (0x30..=0x7e).contains(byte));
                Some(at + 1 + if last { middle + 1 } else { 0 })
            }
            _ => Some(at + 1),
        };
        match end {
            Some(end) => {
                out.owe(text.get(at..end).unwrap_or_default());
                at = end;
            }
            None => {
                out.push(byte);
                out.bytes.extend(second);
                at = from;
            }
        }
    }
    out.settle();
    String::from_utf8_lossy(&out.bytes).into_owned()
}

/// Where a control sequence ends: parameters, intermediates, one final byte. Other controls
/// in it do not end it, for a terminal carries them out on the way.
fn parameters_end(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let length =
        rest.iter().position(|&byte| !((0x20..=0x3f).contains(&byte) || is_removed(byte)))?;
    let last = rest.get(length).is_some_and(|byte| (0x40..=0x7e).contains(byte));
    last.then_some(from + length + 1)
}

/// Finds the ends of control strings: each search goes on where the last one of its kind
/// ended.
struct Ends<'t> {
    text: &'t [u8],
    /// The next `ESC \`, string terminator of eight bits, and BEL, from where they were last
    /// looked for; `usize::MAX` when there is none any more.
    next: [Option<usize>; 3],
}

impl Ends<'_> {
    /// Where a string ends that begins at `from`; there, if nothing ends it.
    /// BEL ends strings of every kind, as terminals have it that know no others.
    fn string(&mut self, from: usize, erased: Erased) -> usize {
        if erased == Erased::Stays {
            return from;
        }
        let terminators: [&[u8]; 3] = [b"\x1b\\", b"\xc2\x9c", b"\x07"];
        let mut first: Option<usize> = None;
        for (known, terminator) in self.next.iter_mut().zip(terminators) {
            let next = match *known {
                Some(at) if at >= from => at,
                _ => {
                    let rest = self.text.get(from..).unwrap_or_default();
                    memmem::find(rest, terminator).map_or(usize::MAX, |at| from + at)
                }
            };
            *known = Some(next);
            if next != usize::MAX {
                let end = next + terminator.len();
                first = Some(first.map_or(end, |first| first.min(end)));
            }
        }
        first.unwrap_or(from)
    }
}

struct Out {
    bytes: Vec<u8>,
    /// Line feeds that were inside sequences of this line.
    owed: usize,
}

impl Out {
    fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == b'\n' {
            self.settle();
        }
    }

    fn owe(&mut self, removed: &[u8]) {
        self.owed += memchr::memchr_iter(b'\n', removed).count();
    }

    fn settle(&mut self) {
        self.bytes.extend(std::iter::repeat_n(b'\n', std::mem::take(&mut self.owed)));
    }

    /// Takes the last character of the line back.
    fn step_back(&mut self) {
        if matches!(self.bytes.last(), None | Some(b'\n' | b'\r' | 0x0b | 0x0c)) {
            return;
        }
        while let Some(byte) = self.bytes.pop() {
            if byte & 0xc0 != 0x80 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terminal(text: &str) -> String {
        assert!(has_controls(text), "{text:?}");
        without_controls(text, Erased::Goes)
    }

    #[test]
    fn sequences_of_every_kind_go() {
        let long = format!("Cl\x1b[{}maude", "1;".repeat(5000));
        for text in [
            "Cl\x1b[0maude",
            &long,
            "Cl\x1b]0;title\x07aude",
            "Cl\x1b]8;;https://x\x1b\\aude",
            "Cl\x1bPq#0\x1b\\aude",
            "Cl\x1b_x\x1b\\aude",
            "Cl\x1b^x\x1b\\aude",
            "Cl\x1bXx\u{9c}aude",
            "Cl\u{9b}1;31maude",
            "Cl\u{9d}0;x\x07aude",
            "Cl\u{90}x\u{9c}aude",
            "Cl\x1b(Baude",
            "Cl\x1b[3\0\x071maude",
            "Clxx\x08\x08aude",
            "Cl\u{e9}\x08aude",
            "C\x08Cl\x08laude",
            "C\x7fl\x01a\u{81}ude",
            "\0C\0l\0a\0ude",
            "Claude\x1b",
        ] {
            assert_eq!(terminal(text), "Claude", "{text:?}");
        }
    }

    #[test]
    fn what_does_not_end_takes_nothing_with_it() {
        assert_eq!(terminal("\x1b]0;Claude"), "0;Claude");
        assert_eq!(terminal("\x1bPClaude"), "Claude");
        assert_eq!(terminal("\x1b[12\nClaude"), "12\nClaude");
    }

    #[test]
    fn what_is_erased_in_a_terminal_stays_elsewhere() {
        let page = |text: &str| without_controls(text, Erased::Stays);
        assert_eq!(page("\x1b]0;Claude\x07"), "0;Claude");
        assert_eq!(page("Claude\x08\x08"), "Claude");
        assert_eq!(page("\x1bClaude \x1b[1mx"), "Claude x");
    }

    #[test]
    fn line_ends_stay_and_joined_lines_are_counted() {
        let text = "a\x0bb\x0cc\rd\u{85}e\tf\n\x7fg";
        assert_eq!(terminal(text), "a\x0bb\x0cc\rd\u{85}e\tf\ng");
        assert_eq!(terminal("Cl\x1b]0;\n\n\x07aude\nx"), "Claude\n\n\nx");
        assert_eq!(terminal("x\n\x08y"), "x\ny");
    }

    proptest! {
        #[test]
        fn line_feeds_are_kept(text in "[a\u{9b}\u{9d}\n\x1b\\[\\]P;\\\\\x07\x08é]{0,60}") {
            for erased in [Erased::Goes, Erased::Stays] {
                let feeds = |text: &str| text.matches('\n').count();
                prop_assert_eq!(feeds(&without_controls(&text, erased)), feeds(&text));
            }
        }
    }
}
