//! The rounds in which what is laid over a text is undone, and the spelling for letters that
//! resemble several.

use std::borrow::Cow;

use super::controls::{Erased, has_controls, without_controls};
use super::effort::Effort;
use super::fold::{BAR, Bar, Depth, fold, without_invisible};
use super::references::{Which, has_references, resolve};

/// Disguises may be laid over each other this often; what is nested deeper is not read.
const ROUNDS: usize = 4;

/// Whether no later reading can differ from the first: printable ASCII, tabs, line ends, and
/// nothing that begins a character reference.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    let special = |byte: u8| byte < 0x20 && !matches!(byte, 0x09..=0x0d) || byte >= 0x7f;
    // Without an early end this is many bytes at once.
    let any =
        bytes.chunks(256).any(|chunk| chunk.iter().fold(false, |any, &byte| any | special(byte)));
    !any && std::str::from_utf8(bytes).is_ok_and(|text| !has_references(text))
}

/// Whether undoing everything could show more than ordinary typography.
pub(super) fn may_hide(text: &str) -> bool {
    !text.is_ascii() || has_controls(text) || has_references(text)
}

/// The text in ordinary typography, as far as `effort` goes.
pub(super) fn ordinary<'t>(text: &'t str, effort: &Effort<'_>) -> Cow<'t, str> {
    let mut now = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        if !effort.spend(now.len()) {
            break;
        }
        let resolved =
            if has_references(&now) { Some(resolve(&now, Which::Ordinary)) } else { None };
        let before = resolved.as_deref().unwrap_or(&now);
        let next =
            if before.is_ascii() { before.to_owned() } else { fold(before, Depth::Ordinary).text };
        if *next == *now {
            break;
        }
        now = Cow::Owned(next);
    }
    now
}

/// The lines around those letters in the spelling in which they all are `l`; others are left
/// empty.
pub(super) fn alike(text: &str) -> String {
    // A credit line may go on over the next ones.
    const NEAR: usize = 2;
    let mut out = String::with_capacity(text.len());
    let mut ahead = text.split('\n').enumerate();
    let mut kept_to = None;
    let mut look_to = |end: usize, kept_to: &mut Option<usize>| {
        for (at, line) in ahead.by_ref() {
            if line.contains(BAR) {
                *kept_to = Some(at + NEAR);
            }
            if at >= end {
                break;
            }
        }
    };
    look_to(NEAR - 1, &mut kept_to);
    for (at, line) in text.split('\n').enumerate() {
        look_to(at + NEAR, &mut kept_to);
        if at > 0 {
            out.push('\n');
        }
        if kept_to.is_some_and(|last| at <= last) {
            let spelled = |it| if matches!(it, 'i' | 'I' | 'L' | BAR) { 'l' } else { it };
            out.extend(line.chars().map(spelled));
        }
    }
    out
}

pub(super) struct Undone {
    pub(super) text: String,
    pub(super) has_bars: bool,
}

/// In which way controls are undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// First of all, as a terminal does.
    Terminal,
    /// First of all, as a web page does, which erases nothing.
    Page,
    /// Last, for their sequences may be spelled in other disguises, and so may references.
    Inner,
}

/// The text with everything undone, as far as `effort` goes.
pub(super) fn undo(text: &str, bar: Bar, way: Way, effort: &Effort<'_>) -> Undone {
    let mut now = Undone { text: text.to_owned(), has_bars: false };
    let erased = if way == Way::Page { Erased::Stays } else { Erased::Goes };
    for _ in 0..ROUNDS {
        if !effort.spend(now.text.len()) {
            break;
        }
        let mut next = Cow::Borrowed(now.text.as_str());
        if way != Way::Inner && has_controls(&next) {
            next = Cow::Owned(without_controls(&next, erased));
        }
        if !next.is_ascii() {
            next = Cow::Owned(without_invisible(&next));
        }
        if has_references(&next) {
            let which = if way == Way::Inner { Which::Closed } else { Which::All };
            next = Cow::Owned(resolve(&next, which));
        }
        if !next.is_ascii() {
            let folded = fold(&next, Depth::All(bar));
            now.has_bars |= folded.has_bars;
            next = Cow::Owned(folded.text);
        }
        if way == Way::Inner && has_controls(&next) {
            next = Cow::Owned(without_controls(&next, erased));
        }
        if *next == *now.text {
            break;
        }
        now.text = next.into_owned();
    }
    now
}
