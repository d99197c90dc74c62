//! Messages of commits and tags, and other texts of several lines: credit lines and
//! attribution lines, read plainly and through what may hide them.
//!
//! A text is read in several *readings* ([`crate::text::read`]). What only a later one shows
//! was hidden from plain reading, and gets a tamper finding beside it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::alike::alike;
use super::copied;
use super::credit::Marked;
use super::hits::{Hit, Hits};
use super::line;
use super::literals::Literals;
use super::model::Models;
use super::tamper::{Tampers, Trick};
use super::text_findings::TextFindings;
use crate::finding::{Confidence, EXCERPT, Field, Finding, Kind, Marker};
use crate::text::{Effort, Form, Pace, Reading, Unwatched, read};

/// All markers that look at lines of a message.
#[derive(Debug)]
pub struct Matcher {
    pub(super) literals: Literals,
    pub(super) markers: Vec<(Arc<Marker>, Look)>,
    /// The addresses that markers list in full, with the kinds of these.
    exact: HashMap<String, Vec<Kind>>,
    pub(super) models: Arc<Models>,
    tampers: Arc<Tampers>,
    /// The same markers in the spelling of [`super::alike`], made when a text needs them.
    alike: OnceLock<Box<Self>>,
}

#[derive(Debug)]
pub(super) enum Look {
    Credit(super::credit::Spec),
    Line(line::Spec),
}

impl Matcher {
    pub(super) fn new(
        lines: Vec<(Arc<Marker>, line::Spec)>,
        credits: Vec<Marked>,
        models: &Arc<Models>,
        tampers: &Arc<Tampers>,
    ) -> Self {
        let mut literals = Literals::default();
        let mut markers = Vec::with_capacity(lines.len() + credits.len());
        let mut exact: HashMap<String, Vec<Kind>> = HashMap::new();
        for (marker, spec) in lines {
            for literal in spec.literals() {
                literals.add(literal, markers.len());
            }
            markers.push((marker, Look::Line(spec)));
        }
        for (marker, spec) in credits {
            for literal in spec.literals() {
                literals.add(&literal, markers.len());
            }
            for email in spec.emails() {
                exact.entry(email.clone()).or_default().push(marker.kind);
            }
            markers.push((marker, Look::Credit(spec)));
        }
        let (models, tampers) = (Arc::clone(models), Arc::clone(tampers));
        Self { literals, markers, exact, models, tampers, alike: OnceLock::new() }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let mut other = Self::new(Vec::new(), Vec::new(), &self.models, &self.tampers);
            for (at, (marker, look)) in self.markers.iter().enumerate() {
                let look = match look {
                    Look::Line(spec) => Look::Line(spec.alike()),
                    Look::Credit(spec) => Look::Credit(spec.alike()),
                };
                match &look {
                    Look::Line(spec) => {
                        spec.literals().iter().for_each(|it| other.literals.add(it, at));
                    }
                    Look::Credit(spec) => {
                        spec.literals().iter().for_each(|it| other.literals.add(it, at));
                    }
                }
                other.markers.push((Arc::clone(marker), look));
            }
            let exact = self.exact.iter().map(|(email, kinds)| (alike(email), kinds.clone()));
            other.exact = exact.collect();
            Box::new(other)
        })
    }

    /// The findings in a message, as [`Matcher::look`] gives them.
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
            for hit in hits {
                let Some((marker, _)) = self.markers.get(hit.marker) else { continue };
                // A line that plainly shows as much of the tool hides nothing of it.
                let known = (marker.tool.clone(), hit.line);
                if seen.get(&known).is_some_and(|before| *before >= marker.confidence) {
                    continue;
                }
                if encoding.is_some() {
                    let same = (hit.marker, hit.text.trim().to_owned());
                    if reading.is_again && texts.contains(&same) {
                        continue;
                    }
                    texts.insert(same);
                }
                now.push((known, marker.confidence));
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

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }

    fn finding(
        &self,
        marker: &Arc<Marker>,
        hit: &Hit,
        line: &[u8],
        effort: &Effort<'_>,
    ) -> Finding {
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
