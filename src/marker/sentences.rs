//! Whom a line of a message credits by a form that tools share, worked out once for all markers
//! that are tried on the line.

use std::cell::RefCell;

use super::forms::{Credited, FormOf, Lexicon, Who};
use super::ways::Ways;
use crate::text::Effort;
use crate::text::escape::lossy;
use crate::text::lines::{Line, Locator};

/// The credits of a line and of the lines that it may be wrapped over.
#[derive(Debug, Default)]
pub(super) struct Sentences {
    credits: Vec<Credited>,
    /// The line on which the credit begins, and what was read.
    credits_at: (usize, String),
    attributions: Vec<Credited>,
    attributions_at: (usize, String),
}

/// Reading a sentence costs as much as this many passes over it.
const PASSES: usize = 4;

impl Sentences {
    /// Reads a line in all ways, as far as `effort` goes. `is_listed` tells of an address
    /// whether a marker lists it.
    pub(super) fn of(
        lexicon: &Lexicon,
        (line, ways): (Line<'_>, &Ways),
        locator: &Locator<'_>,
        is_listed: &dyn Fn(&str) -> bool,
        effort: &Effort<'_>,
    ) -> Self {
        let mut sentences = Self::default();
        if !effort.spend(line.bytes.len().saturating_mul(PASSES)) {
            return sentences;
        }
        sentences.read_attribution(lexicon, line, locator);
        let credits = RefCell::new(Vec::new());
        let found = ways.first(&|key, forms, _| {
            let mut credits = credits.borrow_mut();
            *credits = lexicon.credits(key, forms.value(), is_listed);
            !credits.is_empty()
        });
        if let Some((number, text)) = found {
            sentences.credits = credits.into_inner();
            sentences.credits_at = (number, text.into_owned());
        }
        sentences
    }

    fn read_attribution(&mut self, lexicon: &Lexicon, line: Line<'_>, locator: &Locator<'_>) {
        let text = lossy(line.bytes);
        let text = text.trim();
        let before = locator.before(&line).map(|before| (before, lossy(before.bytes)));
        let goes_on = before.as_ref().is_some_and(|(_, before)| goes_on(before, text));
        if !goes_on {
            self.attributions = lexicon.attributions(text, line.number == 1);
            self.attributions_at = (line.number, text.to_owned());
        }
        if !self.attributions.is_empty() {
            return;
        }
        // Mail programs and squashes wrap lines.
        if let Some((first, before)) = &before
            && !before.trim().is_empty()
            && !locator
                .before(first)
                .is_some_and(|it| self::goes_on(&lossy(it.bytes), before.trim()))
        {
            let joined = [before.trim(), text].join(" ");
            self.attributions = lexicon.attributions(&joined, false);
            self.attributions_at = (first.number, joined);
        }
        if self.attributions.is_empty()
            && !goes_on
            && let Some(after) = locator.after(&line)
            && !after.bytes.trim_ascii().is_empty()
        {
            let joined = [text, lossy(after.bytes).trim()].join(" ");
            self.attributions = lexicon.attributions(&joined, false);
            self.attributions_at = (line.number, joined);
        }
    }

    /// The credit that a form is for, of a tool, and where: the number of its line, and what was
    /// read.
    pub(super) fn find(&self, form: FormOf, who: Who) -> Option<(Credited, usize, &str)> {
        let (credits, at) = match form {
            FormOf::Credit | FormOf::PossibleCredit => (&self.credits, &self.credits_at),
            FormOf::Attribution | FormOf::PossibleAttribution => {
                (&self.attributions, &self.attributions_at)
            }
            FormOf::Name => return None,
        };
        let is = |it: &&Credited| it.who == who && it.confidence == form.confidence();
        let credited = credits.iter().find(is)?;
        Some((*credited, at.0, &at.1))
    }
}

/// Whether a line is prose that goes on on the next one, which begins in lower case.
fn goes_on(line: &str, next: &str) -> bool {
    let is_open = line.trim_end().ends_with(|last: char| last.is_alphanumeric() || last == ',');
    is_open && next.starts_with(char::is_lowercase)
}
