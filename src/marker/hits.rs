//! The markers on the lines of one reading of a text.
//!
//! What one hit costs must not depend on how long the text is, and what many cost on one line
//! must not depend on how long the line is for each of them: what markers compare of a line is
//! worked out once, and trying their expressions is paid from an [`Effort`].

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::credit::Forms;
use super::message_matcher::{Look, MessageMatcher};
use super::quoted::Quotation;
use super::sentences::Sentences;
use super::ways::{Credit, Ways};
use crate::finding::{Confidence, Marker};
use crate::text::Effort;
use crate::text::escape::{beginning, lossy};
use crate::text::lines::{Line, Locator};

/// A marker on a line of a reading.
pub(super) struct Hit {
    pub(super) marker: usize,
    pub(super) line: usize,
    /// The line as matched, for the model that it names; of a long one the beginning.
    pub(super) text: String,
    /// How sure it is: less than its marker where it is quoted, or stands behind a sentence.
    pub(super) confidence: Confidence,
    /// Whether it is read since there are forms; see [`super::forms::Credited`].
    pub(super) is_new: bool,
    /// Whether it stands behind a NUL.
    pub(super) behind_nul: bool,
}

/// More hits than this in one reading of a text are not kept, for memory must be bounded; a
/// marker that has none yet is kept nevertheless, so that cheap marks crowd out no other.
pub const MOST_HITS: usize = 1000;
/// Of the same line of the same marker this many are kept, and the last; squashed histories
/// repeat theirs by the hundred, and those between say nothing more.
const MOST_TIMES: usize = 8;
/// With fewer hits nothing is counted.
const FEW_HITS: usize = 64;
/// How many bytes of a line are kept with a hit.
const KEPT_OF_A_LINE: usize = 4 << 10;

/// What one reading shows.
#[derive(Default)]
pub(super) struct Hits {
    pub(super) hits: Vec<Hit>,
    /// Whether there are further marks, of markers that were kept.
    pub(super) is_cut: bool,
    kept: HashSet<usize>,
    places: HashSet<(usize, usize)>,
    /// How often a line was seen, and where its last hit is.
    times: HashMap<(usize, String), (usize, usize)>,
}

/// The line that is looked at, and what was worked out of it.
struct Current<'v> {
    /// Where it starts.
    start: usize,
    /// How many lines were looked at before; and by marker, the line on which it was tried last.
    nth: u32,
    tried: Vec<u32>,
    text: Option<Cow<'v, str>>,
    ways: Option<Ways>,
    sentences: Option<Sentences>,
}

impl Hits {
    /// The hits in a reading, as far as `effort` goes.
    pub(super) fn of(matcher: &MessageMatcher, view: &[u8], effort: &Effort<'_>) -> Self {
        let mut hits = Self::default();
        let mut locator = Locator::new(view);
        let (start, tried) = (usize::MAX, Vec::new());
        let mut current = Current { start, nth: 0, tried, text: None, ways: None, sentences: None };
        let mut first_nul = None;
        let quotation = Quotation::of(view);
        matcher.literals.find(view, |offset, at| {
            if effort.is_over() {
                return;
            }
            let line = locator.piece_at(offset);
            if !current.is_new_on(line, at, matcher.markers.len()) {
                return;
            }
            for &at in matcher.tried_with(&at) {
                if hits.is_cut && hits.kept.contains(&at) {
                    continue;
                }
                let place = (line, &locator);
                let Some(found) = current.find(matcher, at, place, effort) else { continue };
                let is_weaker = found.is_weaker || quotation.holds(&line, offset);
                let Some((marker, _)) = matcher.markers.get(at) else { continue };
                let confidence = if is_weaker { Confidence::Weak } else { marker.confidence };
                let nul =
                    *first_nul.get_or_insert_with(|| memchr::memchr(0, view).unwrap_or(usize::MAX));
                let behind_nul = line.start > nul || offset > nul;
                let Found { line, text, is_new, .. } = found;
                hits.keep(Hit { marker: at, line, text, confidence, is_new, behind_nul });
            }
        });
        hits
    }

    /// Keeps a hit, unless it says nothing more.
    fn keep(&mut self, hit: Hit) {
        let place = (hit.marker, hit.line);
        if self.places.contains(&place) {
            return;
        }
        if self.hits.len() >= FEW_HITS {
            let key = (hit.marker, hit.text.clone());
            if let Some((count, last)) = self.times.get_mut(&key) {
                *count += 1;
                if *count > MOST_TIMES
                    && let Some(last) = self.hits.get_mut(*last)
                {
                    last.line = hit.line;
                    return;
                }
                *last = self.hits.len();
            } else if self.hits.len() < MOST_HITS {
                self.times.insert(key, (1, self.hits.len()));
            }
        }
        if self.hits.len() >= MOST_HITS && self.kept.contains(&hit.marker) {
            self.is_cut = true;
            return;
        }
        self.kept.insert(hit.marker);
        self.places.insert(place);
        self.hits.push(hit);
    }
}

/// What a marker finds on a line.
struct Found {
    /// The number of the line on which it begins.
    line: usize,
    text: String,
    /// Whether it is weak whatever its marker is: it stands behind a sentence.
    is_weaker: bool,
    is_new: bool,
}

impl<'v> Current<'v> {
    /// What a marker finds on the line that is looked at.
    fn find(
        &mut self,
        matcher: &MessageMatcher,
        at: usize,
        (line, locator): (Line<'v>, &Locator<'v>),
        effort: &Effort<'_>,
    ) -> Option<Found> {
        let (marker, look) = matcher.markers.get(at)?;
        let plain = |(line, text)| Found { line, text, is_weaker: false, is_new: false };
        match look {
            Look::Line(spec) => {
                let text = self.text.get_or_insert_with(|| lossy(line.bytes));
                let is = spec.is_within(text.trim(), effort);
                is.then(|| plain((line.number, kept_of(text))))
            }
            Look::Credit(spec) => {
                let ways = self.ways.get_or_insert_with(|| Ways::of(line, locator));
                let found = matcher.credit(marker, spec, ways, effort).map(plain);
                found.or_else(|| {
                    let text = matcher.credit_behind(marker, spec, line, effort)?;
                    Some(Found { is_weaker: true, ..plain((line.number, text)) })
                })
            }
            Look::Form(form, who) => {
                let ways = &*self.ways.get_or_insert_with(|| Ways::of(line, locator));
                let read = || {
                    let is_listed = |email: &str| matcher.lists(email);
                    Sentences::of(matcher.lexicon(), (line, ways), locator, &is_listed, effort)
                };
                let sentences = self.sentences.get_or_insert_with(read);
                let (credited, line, text) = sentences.find(*form, *who)?;
                Some(Found { is_new: credited.is_new, ..plain((line, kept_of(text))) })
            }
        }
    }

    /// Goes to a line, and returns whether a marker was not tried on it yet; from now on it counts
    /// as tried. `markers` is the number of all markers.
    fn is_new_on(&mut self, line: Line<'_>, marker: usize, markers: usize) -> bool {
        if line.start != self.start {
            self.start = line.start;
            self.nth = self.nth.wrapping_add(1);
            self.text = None;
            self.ways = None;
            self.sentences = None;
        }
        if self.tried.is_empty() {
            self.tried.resize(markers, 0);
        }
        let Some(tried) = self.tried.get_mut(marker) else { return false };
        std::mem::replace(tried, self.nth) != self.nth
    }
}

/// The beginning of a line, as it is kept with a hit.
fn kept_of(text: &str) -> String {
    let text = if text.len() > KEPT_OF_A_LINE { text.trim_start() } else { text };
    beginning(text, KEPT_OF_A_LINE).to_owned()
}

impl MessageMatcher {
    /// Tries a credit line in every way to read it.
    pub(super) fn credit(
        &self,
        marker: &Marker,
        spec: &super::credit::Spec,
        ways: &Ways,
        effort: &Effort<'_>,
    ) -> Option<(usize, String)> {
        let exact = |email: &str| self.is_exact(marker, email);
        let found = ways.first(&|key, forms, is_long| {
            if is_long && spec.has_key(key) {
                effort.cut();
            }
            spec.refuses(key, forms, &exact, effort).is_none()
        });
        found.map(|(number, text)| (number, kept_of(&text)))
    }

    /// Tries a credit line that stands behind a sentence on the same line, for the markers that
    /// know addresses: `It is read once now. Co-authored-by: NAME <ADDRESS>`.
    fn credit_behind(
        &self,
        marker: &Marker,
        spec: &super::credit::Spec,
        line: Line<'_>,
        effort: &Effort<'_>,
    ) -> Option<String> {
        const MOST_SENTENCES: usize = 4;
        if spec.person.emails.is_empty() && spec.person.logins.is_empty() {
            return None;
        }
        let exact = |email: &str| self.is_exact(marker, email);
        let ends = memchr::memrchr_iter(b' ', line.bytes).filter(|&at| {
            let before = line.bytes.get(..at).unwrap_or_default();
            before.last().is_some_and(|end| b".!?)".contains(end))
        });
        let mut rests = ends.take(MOST_SENTENCES).filter_map(|at| line.bytes.get(at + 1..));
        rests.find_map(|rest| {
            let credit = Credit::parse(rest).filter(|_| effort.spend(rest.len()))?;
            let forms = Forms::of(credit.value);
            let is_meant = spec.refuses(&credit.key, &forms, &exact, effort).is_none();
            is_meant.then(|| kept_of(&lossy(rest)))
        })
    }
}
