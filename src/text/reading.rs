//! The one way in which a text from a repository is read.
//!
//! A text is decoded once, by its declared encoding, and then read as it is, in ordinary
//! typography, and with every disguise undone that is known here. Each later *reading* tells
//! what had to be undone for it: a mark that only such a reading shows was hidden there. What
//! every reading has in common: lines keep their numbers.
//!
//! Readings are handed over one by one, because a text may be large; a text of plain ASCII has
//! one. Forms of other languages belong to the first, which is decoded and nothing else.

use std::borrow::Cow;

use super::controls::has_erasing;
use super::declared::LONGEST_DISGUISED;
use super::declared::{charset, decodable};
use super::decode::{decode, tolerant};
use super::effort::{Effort, Unwatched};
use super::feeds::expand;
use super::fold::{Bar, with_blanks};
use super::references::has_references;
use super::rounds::{Way, alike, is_plain, may_hide, ordinary, undo};

/// What had to be undone for a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disguise {
    /// NUL bytes.
    Nul,
    /// Look-alike or invisible characters, controls, escape sequences, character references.
    LookAlike,
    /// An encoding in which the bytes do not show the text.
    Encoding,
}

/// What kind of text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A message of a commit or a tag, in which line feeds may be written as `\n`.
    Message,
    /// Anything else: a header, a name.
    Line,
}

/// One reading of a text.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'r> {
    /// What is read.
    pub text: &'r [u8],
    /// The decoded text: its lines are the evidence.
    pub shown: &'r [u8],
    /// What was undone.
    pub undone: Option<Disguise>,
    /// Whether `I`, `i` and `L` are written `l`, for the text holds letters that resemble them
    /// all. Only lines at such letters are there.
    pub is_alike: bool,
    /// Whether the bytes are read as they are after they were decoded: what was seen then may
    /// come again in another line.
    pub is_again: bool,
}

/// Decoding and undoing take at most this many times the memory of a text.
const COPIES: usize = 4;

/// Calls `look` with each reading of a text whose declared encoding is `label`, the plainest
/// first, as far as `effort` goes.
pub fn read(
    form: Form,
    label: Option<&[u8]>,
    bytes: &[u8],
    effort: &Effort<'_>,
    look: &mut dyn FnMut(Reading<'_>),
) {
    let charset = charset(label);
    let head = decodable(charset, bytes);
    if head.len() < bytes.len() {
        effort.cut();
    }
    let decoded = if effort.spend(head.len()) { decode(charset, head) } else { Vec::new() };
    let mut reader = Reader { form, disguise: None, is_again: false, effort, look };
    if decoded.is_empty() {
        return reader.all(bytes);
    }
    if !charset.keeps_ascii() {
        reader.plain(bytes);
        reader.disguise = Some(Disguise::Encoding);
    }
    for text in &decoded {
        reader.all(text.as_bytes());
    }
    reader.disguise = None;
    reader.is_again = true;
    reader.all(bytes);
}

/// The whole lines within the longest text that is searched for disguises; a line that is
/// longer ends there.
fn disguisable(text: &[u8]) -> &[u8] {
    let Some(head) = text.get(..LONGEST_DISGUISED) else { return text };
    let end = memchr::memrchr(b'\n', head).map_or(head.len(), |at| at + 1);
    head.get(..end).unwrap_or(head)
}

/// The text as `git log` shows it: decoded as far as [`read`] decodes it, line feeds that were
/// written out expanded.
#[must_use]
pub fn shown<'t>(form: Form, label: Option<&[u8]>, bytes: &'t [u8]) -> Cow<'t, [u8]> {
    let charset = charset(label);
    let text = match decode(charset, decodable(charset, bytes)).into_iter().next() {
        Some(text) => Cow::Owned(text.into_bytes()),
        None => Cow::Borrowed(bytes),
    };
    match (form, &text) {
        (Form::Line, _) => text,
        (Form::Message, Cow::Borrowed(bytes)) => expand(bytes),
        (Form::Message, Cow::Owned(bytes)) => Cow::Owned(expand(bytes).into_owned()),
    }
}

/// The text with every disguise undone.
#[must_use]
pub fn undisguised(bytes: &[u8]) -> String {
    let effort = Effort::new(&Unwatched, bytes.len());
    undo(&tolerant(bytes), Bar::AsNamed, Way::Terminal, &effort).text
}

struct Reader<'l, 'e> {
    form: Form,
    /// What was undone to get the text that is read now.
    disguise: Option<Disguise>,
    is_again: bool,
    effort: &'l Effort<'e>,
    look: &'l mut dyn FnMut(Reading<'_>),
}

impl Reader<'_, '_> {
    fn look(&mut self, text: &[u8], shown: &[u8], undone: Option<Disguise>) {
        let undone = self.disguise.or(undone);
        let is_again = self.is_again;
        (self.look)(Reading { text, shown, undone, is_alike: false, is_again });
    }

    fn look_alike(&mut self, text: &str, shown: &[u8]) {
        let text = alike(text);
        let undone = self.disguise.or(Some(Disguise::LookAlike));
        let (text, is_again) = (text.as_bytes(), self.is_again);
        (self.look)(Reading { text, shown, undone, is_alike: true, is_again });
    }

    /// The readings that undo nothing but typography.
    fn plain(&mut self, bytes: &[u8]) {
        let text = self.expanded(bytes);
        self.look(&text, &text, None);
        let Some(text) = self.disguised(&text) else { return };
        if let Cow::Owned(ordinary) = ordinary(&tolerant(text), self.effort) {
            self.look(ordinary.as_bytes(), text, None);
        }
    }

    /// What of a text is searched for disguises; `None` where that could show nothing, or may
    /// cost no more.
    fn disguised<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        if is_plain(text) {
            return None;
        }
        let head = disguisable(text);
        if head.len() < text.len() {
            self.effort.cut();
        }
        self.effort.admits(head.len().saturating_mul(COPIES)).then_some(head)
    }

    /// All readings of a decoded text.
    fn all(&mut self, bytes: &[u8]) {
        let text = self.expanded(bytes);
        self.look(&text, &text, None);
        let Some(text) = self.disguised(&text) else { return };
        let whole = tolerant(text);
        let ordinary = ordinary(&whole, self.effort);
        if let Cow::Owned(ordinary) = &ordinary {
            self.look(ordinary.as_bytes(), text, None);
        }
        if memchr::memchr(0, text).is_some() {
            let without = ordinary.replace('\0', "");
            let without = super::rounds::ordinary(&without, self.effort);
            self.look(without.as_bytes(), text, Some(Disguise::Nul));
        }
        if !may_hide(&whole) {
            return;
        }
        let mut known = vec![ordinary.into_owned()];
        // The letter that stands for all of its kind may be in the text itself.
        let mut known_barred = Vec::new();
        let mut ways = vec![Way::Terminal];
        if has_erasing(&whole) {
            ways.push(Way::Page);
        }
        if has_references(&whole) || has_erasing(&whole) && !whole.is_ascii() {
            ways.push(Way::Inner);
        }
        let blanks = with_blanks(&whole);
        let texts = [Some(&*whole), blanks.as_deref()];
        let all =
            texts.into_iter().flatten().flat_map(|text| ways.iter().map(move |way| (text, *way)));
        for (whole, way) in all {
            let undone = undo(whole, Bar::AsNamed, way, self.effort);
            if !known.contains(&undone.text) {
                self.look(undone.text.as_bytes(), text, Some(Disguise::LookAlike));
                known.push(undone.text);
            }
            if undone.has_bars {
                let barred = undo(whole, Bar::AsBar, way, self.effort).text;
                if !known_barred.contains(&barred) {
                    self.look_alike(&barred, text);
                    known_barred.push(barred);
                }
            }
        }
    }

    fn expanded<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        match self.form {
            Form::Message => expand(bytes),
            Form::Line => Cow::Borrowed(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn readings(label: Option<&str>, bytes: &[u8]) -> Vec<(String, Option<Disguise>)> {
        let mut all = Vec::new();
        let label = label.map(str::as_bytes);
        let effort = Effort::new(&Unwatched, bytes.len());
        read(Form::Message, label, bytes, &effort, &mut |reading| {
            all.push((String::from_utf8_lossy(reading.text).into_owned(), reading.undone));
        });
        all
    }

    /// What was undone for the first reading that shows a text.
    fn shows(label: Option<&str>, bytes: &[u8], wanted: &str) -> Option<Option<Disguise>> {
        let all = readings(label, bytes);
        all.into_iter().find(|(text, _)| text.contains(wanted)).map(|(_, undone)| undone)
    }

    #[test]
    fn plain_text_is_read_once() {
        for text in ["Fix a & b;\r\n\tx\n", "See &co. and #&\n", ""] {
            assert_eq!(readings(None, text.as_bytes()).len(), 1, "{text:?}");
            assert_eq!(readings(Some("ISO-8859-1"), text.as_bytes()).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn disguises_are_undone_through_four_rounds() {
        for text in [
            "Cl&#97;ude",
            "Cl&amp;#97;ude",
            "Cl&amp;amp;#97;ude",
            "Cl&amp;amp;amp;#97;ude",
            "C\0l\u{200b}&#9\u{7f}7;u\x1b[1mde",
            "Cl&#8203;\u{430}ude",
            "Cl&#27;[0maude",
            "Cl\u{ff06}#97;ude",
            "Cl&#9\u{200b}7;ude",
            "Cl\x1b[65&#x0000006d;aude",
            "Cl&#9&#55;;ude",
            "Cl\x1b&#93;0;x\x07aude",
        ] {
            let undone = shows(None, text.as_bytes(), "Claude");
            assert_eq!(undone, Some(Some(Disguise::LookAlike)), "{text:?}");
        }
        assert_eq!(shows(None, b"Cl&amp;amp;amp;amp;#97;ude", "Claude"), None);
    }

    #[test]
    fn what_is_ordinary_undoes_nothing() {
        for text in
            ["Claude\u{a0}: x", "\u{feff}Claude: x", "Clau\u{301}de : x", "Claude\u{ff1a} x"]
        {
            let read = shows(None, text.as_bytes(), "Claude").or(shows(None, text.as_bytes(), "x"));
            assert_eq!(read, Some(None), "{text:?}");
        }
        assert_eq!(shows(None, b"&lt;Claude&gt;&nbsp;", "<Claude> "), Some(None));
        assert_eq!(shows(None, b"Fix\\n\\nClaude: x", "\rClaude"), Some(None));
    }

    #[test]
    fn an_encoding_is_a_disguise_where_ascii_is_not_itself() {
        assert_eq!(shows(Some("UTF-7//"), b"Cl+AGE-ude", "Claude"), Some(Some(Disguise::Encoding)));
        assert_eq!(shows(Some("UTF-7"), b"Claude", "Claude"), Some(None));
        assert_eq!(shows(Some("UTF-16"), b"C\0l\0", "Cl"), Some(Some(Disguise::Encoding)));
        let hidden = Some(Some(Disguise::LookAlike));
        assert_eq!(shows(Some("ISO-8859-1"), b"Cl\xadaude", "Claude"), hidden);
        assert_eq!(shows(Some("KOI8-R"), b"Cl\xc1ude", "Claude"), hidden);
        assert_eq!(shows(Some("ISO-8859-1"), b"Claude\xa0:", "Claude :"), Some(None));
        assert_eq!(shows(Some("ISO-8859-1"), "Cl\u{ad}aude".as_bytes(), "Claude"), hidden);
        assert_eq!(shows(None, b"C\0l\0", "Cl"), Some(Some(Disguise::Nul)));
        assert_eq!(shows(None, b"Cl\xadaude", "Claude"), hidden);
    }

    #[test]
    fn letters_that_resemble_several_match_each() {
        let hidden = |text: &str| {
            let mut found = None;
            let effort = Effort::new(&Unwatched, text.len());
            read(Form::Message, None, text.as_bytes(), &effort, &mut |reading| {
                if reading.is_alike {
                    found = Some(String::from_utf8_lossy(reading.text).into_owned());
                }
            });
            found
        };
        let text = "1\n2\n3 C\u{4c0}audi\n4\n5\n6\n7 \u{406}i";
        assert_eq!(hidden(text).as_deref(), Some("1\n2\n3 Claudl\n4\n5\n6\n7 ll"));
        let text = "a\nb\nc\nd\n\u{4c0}\n\n\ne\nf";
        assert_eq!(hidden(text).as_deref(), Some("\n\nc\nd\nl\n\n\n\n"));
        assert_eq!(hidden("Пётр \u{430}"), None);
    }

    proptest! {
        #[test]
        fn line_feeds_keep_their_number(bytes: Vec<u8>, label in "(UTF-7|KOI8-R|)") {
            let shown = bytes.clone();
            let effort = Effort::new(&Unwatched, bytes.len());
            read(Form::Line, Some(label.as_bytes()), &bytes, &effort, &mut |reading| {
                let feeds = |text: &[u8]| text.iter().filter(|&&byte| byte == b'\n').count();
                assert_eq!(feeds(reading.text), feeds(reading.shown), "{shown:?}");
            });
        }
    }
}
