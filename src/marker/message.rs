//! Messages of commits and tags, and other texts of several lines: credit lines and
//! attribution lines, read plainly and through what may hide them.
//!
//! A text is read in several *readings* ([`crate::text::read`]). What only a later one shows
//! was hidden from plain reading, and gets a tamper finding beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::copied;
use super::forms::{FIRST_SINCE, FORMS_SINCE};
use super::hits::{Hit, Hits};
use super::message_matcher::{Look, MessageMatcher};
use super::tamper::Trick;
use super::text_findings::TextFindings;
use crate::finding::{Confidence, EXCERPT, Field, Finding, Marker};
use crate::text::{Effort, Form, Pace, Reading, Unwatched, read};

impl MessageMatcher {
    /// The findings in a message, as [`MessageMatcher::look`] gives them.
    #[must_use]
    pub fn find(&self, encoding: Option<&[u8]>, message: &[u8]) -> Vec<Finding> {
        self.look(&Unwatched, encoding, message).findings
    }

    /// The findings in a message, with the field left as [`Field::Message`]; `encoding` is the
    /// value of the commit's `encoding` header. There are never many more than
    /// [`super::MOST_HITS`] for a reading.
    #[must_use]
    pub fn look(&self, pace: &dyn Pace, encoding: Option<&[u8]>, message: &[u8]) -> TextFindings {
        let mut found = self.look_at(Form::Message, pace, encoding, message);
        if !found.findings.is_empty() {
            copied::claim(message, &mut found.findings);
        }
        found
    }

    /// The findings in another text, a header of several lines say.
    #[must_use]
    pub fn look_at_header(
        &self,
        pace: &dyn Pace,
        encoding: Option<&[u8]>,
        text: &[u8],
    ) -> TextFindings {
        self.look_at(Form::Line, pace, encoding, text)
    }

    fn look_at(
        &self,
        form: Form,
        pace: &dyn Pace,
        encoding: Option<&[u8]>,
        text: &[u8],
    ) -> TextFindings {
        let mut found = TextFindings::default();
        // Undoing disguises leaves as much for the expressions.
        let (undoing, trying) = (Effort::new(pace, text.len()), Effort::new(pace, text.len()));
        // How surely each tool was seen on each line by the readings before.
        let mut seen: HashMap<(String, usize), Confidence> = HashMap::new();
        // What was seen before the same bytes are read in another way.
        let mut texts: HashSet<(usize, String)> = HashSet::new();
        read(form, encoding, text, &undoing, &mut |reading| {
            let spelled = self.spelled(reading.is_alike);
            let Hits { hits, is_cut, .. } = Hits::of(spelled, reading.text, &trying);
            found.is_cut |= is_cut;
            let evidence = lines_of(reading.shown, &hits);
            let mut now = Vec::new();
            let listed = self.seen_by_other_than_forms(&hits);
            for hit in hits {
                let Some((marker, look)) = self.markers.get(hit.marker) else { continue };
                let is_form = matches!(look, Look::Form(..));
                let listed = listed.get(&(marker.tool.as_str(), hit.line));
                if is_form && listed.is_some_and(|listed| *listed >= hit.confidence) {
                    continue;
                }
                // A line that plainly shows as much of the tool hides nothing of it.
                let known = (marker.tool.clone(), hit.line);
                if seen.get(&known).is_some_and(|before| *before >= hit.confidence) {
                    continue;
                }
                if encoding.is_some() {
                    let same = (hit.marker, hit.text.trim().to_owned());
                    if reading.is_again && texts.contains(&same) {
                        continue;
                    }
                    texts.insert(same);
                }
                now.push((known, hit.confidence));
                let line = evidence.get(&hit.line).copied().unwrap_or_default();
                let finding = self.finding(marker, &hit, line, &trying);
                let trick = trick(&reading, &hit);
                let beside = trick.iter().flat_map(|&trick| self.tampers.beside(&finding, trick));
                found.findings.extend(beside);
                found.findings.push(finding);
            }
            for (known, confidence) in now {
                let before = seen.entry(known).or_insert(confidence);
                *before = confidence.max(*before);
            }
        });
        found.is_cut |= undoing.is_cut() || trying.is_cut();
        found
    }

    /// How surely each tool is seen on each line by markers that look for more than a form:
    /// these say what a form would say again.
    fn seen_by_other_than_forms(&self, hits: &[Hit]) -> HashMap<(&str, usize), Confidence> {
        let mut seen = HashMap::new();
        for hit in hits {
            let Some((marker, look)) = self.markers.get(hit.marker) else { continue };
            if !matches!(look, Look::Form(..)) {
                let known = seen.entry((marker.tool.as_str(), hit.line)).or_insert(hit.confidence);
                *known = hit.confidence.max(*known);
            }
        }
        seen
    }

    fn finding(
        &self,
        marker: &Arc<Marker>,
        hit: &Hit,
        line: &[u8],
        effort: &Effort<'_>,
    ) -> Finding {
        // A pin on an earlier version of the catalogue holds for what forms have brought.
        let since =
            if hit.is_new && marker.since == FIRST_SINCE { FORMS_SINCE } else { &marker.since };
        let differs = hit.confidence < marker.confidence || *since != marker.since;
        let as_found = differs.then(|| Arc::new(marker.as_found(hit.confidence, since)));
        let marker = as_found.as_ref().unwrap_or(marker);
        let mut finding = Finding::new(marker, Field::Message, evidence(line, hit));
        finding.line = Some(hit.line);
        if let Some((model, vendor)) = self.models.named_in(&hit.text, effort) {
            finding.model = Some(model);
            finding.model_vendor = Some(vendor);
        }
        finding
    }
}

/// What hid a mark from the readings before.
fn trick(reading: &Reading<'_>, hit: &Hit) -> Option<Trick> {
    let undone = reading.undone.map(Trick::from);
    undone.or(hit.behind_nul.then_some(Trick::Nul))
}

/// The lines of a text on which something was found, by their numbers, in one pass.
fn lines_of<'t>(text: &'t [u8], hits: &[Hit]) -> HashMap<usize, &'t [u8]> {
    let mut wanted: Vec<usize> = hits.iter().map(|hit| hit.line).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut lines = text.split(|&byte| byte == b'\n');
    let mut passed = 0;
    let mut found = HashMap::with_capacity(wanted.len());
    for number in wanted {
        let Some(line) = lines.nth(number - passed - 1) else { break };
        passed = number;
        found.insert(number, line);
    }
    found
}

/// A longer line is not searched for the evidence, in bytes.
const LONGEST_SEARCHED: usize = 64 << 10;

/// The evidence as it stands in the decoded text: the hit itself where its line holds it as
/// it was read, otherwise the line.
fn evidence<'h>(line: &'h [u8], hit: &'h Hit) -> &'h [u8] {
    let text = hit.text.trim().as_bytes();
    // Many marks may stand on one huge line, behind carriage returns.
    let is_there = || line.len() > LONGEST_SEARCHED || bstr::ByteSlice::find(line, text).is_some();
    if text.is_empty() || line.is_empty() || is_there() {
        return text;
    }
    // What stands before a NUL or a carriage return would hide the evidence again.
    let mut pieces = line.rsplit(|&byte| matches!(byte, 0 | b'\r'));
    let piece = pieces.find(|piece| !piece.trim_ascii().is_empty()).unwrap_or(line);
    // So would a long beginning.
    if piece.len() > EXCERPT { text } else { piece }
}
