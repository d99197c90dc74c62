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
use super::line;
use super::literals::Literals;
use super::model::Models;
use super::tamper::{Tampers, Trick};
use super::ways::Ways;
use crate::finding::{Confidence, EXCERPT, Field, Finding, Kind, Marker};
use crate::text::escape::lossy;
use crate::text::lines::{Line, Locator};
use crate::text::{Form, Reading, read};

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

/// What was found in a text.
#[derive(Debug, Default)]
pub struct TextFindings {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether there are further marks that were not kept, of markers that were.
    pub is_cut: bool,
}

impl TextFindings {
    /// Adds those of another text.
    pub fn add(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.is_cut |= other.is_cut;
    }

    /// The same, as findings in this field.
    #[must_use]
    pub fn at(mut self, field: &Field) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.field = field.clone());
        self
    }
}

/// A marker on a line of a reading.
struct Hit {
    marker: usize,
    line: usize,
    /// The line as matched, for the model that it names.
    text: String,
    /// Whether it stands behind a NUL.
    behind_nul: bool,
}

/// More hits than this in one reading of a text are not kept, for memory must be bounded; a
/// marker that has none yet is kept nevertheless, so that cheap marks crowd out no other.
pub const MOST_HITS: usize = 1000;
/// Of the same line of the same marker this many are kept, and the last; squashed histories
/// repeat theirs by the hundred, and those between say nothing more.
const MOST_TIMES: usize = 8;
/// With fewer hits nothing is counted.
const FEW_HITS: usize = 64;

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
        self.look(encoding, message).findings
    }

    /// The findings in a message, with the field left as [`Field::Message`]; `encoding` is the
    /// value of the commit's `encoding` header. There are never many more than
    /// [`MOST_HITS`] for a reading.
    #[must_use]
    pub fn look(&self, encoding: Option<&[u8]>, message: &[u8]) -> TextFindings {
        let mut found = self.look_at(Form::Message, encoding, message);
        if !found.findings.is_empty() {
            copied::claim(message, &mut found.findings);
        }
        found
    }

    /// The findings in another text, a header of several lines say.
    #[must_use]
    pub fn look_at_header(&self, encoding: Option<&[u8]>, text: &[u8]) -> TextFindings {
        self.look_at(Form::Line, encoding, text)
    }

    fn look_at(&self, form: Form, encoding: Option<&[u8]>, text: &[u8]) -> TextFindings {
        let mut found = TextFindings::default();
        // How surely each tool was seen on each line by the readings before.
        let mut seen: HashMap<(String, usize), Confidence> = HashMap::new();
        // What was seen before the same bytes are read in another way.
        let mut texts: HashSet<(usize, String)> = HashSet::new();
        read(form, encoding, text, &mut |reading| {
            let Hits { hits, is_cut } = self.spelled(reading.is_alike).hits(reading.text);
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
                let finding = self.finding(marker, &hit, line);
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
        found
    }

    fn hits(&self, view: &[u8]) -> Hits {
        let mut hits: Vec<Hit> = Vec::new();
        let mut is_cut = false;
        let mut locator = Locator::new(view);
        // The markers that were tried on the line that is looked at, where it starts, and the
        // ways to read it as a credit.
        let mut tried: Vec<usize> = Vec::new();
        let mut line_start = usize::MAX;
        let mut ways: Option<Ways> = None;
        let mut first_nul = None;
        let mut kept: HashSet<usize> = HashSet::new();
        let mut places: HashSet<(usize, usize)> = HashSet::new();
        // How often a line was seen, and where its last hit is.
        let mut times: HashMap<(usize, String), (usize, usize)> = HashMap::new();
        self.literals.find(view, |offset, at| {
            if is_cut && kept.contains(&at) {
                return;
            }
            let line = locator.piece_at(offset);
            if line.start != line_start {
                line_start = line.start;
                tried.clear();
                ways = None;
            }
            let Some((marker, look)) = self.markers.get(at) else {
                return;
            };
            if tried.contains(&at) {
                return;
            }
            tried.push(at);
            let found = match look {
                Look::Line(spec) => {
                    let text = lossy(line.bytes);
                    spec.matches(text.trim()).then(|| (line.number, text.into_owned()))
                }
                Look::Credit(spec) => {
                    let ways = ways.get_or_insert_with(|| Ways::of(line, &locator));
                    self.credit_in(marker, spec, ways)
                }
            };
            let Some((number, text)) = found else { return };
            if places.contains(&(at, number)) {
                return;
            }
            if hits.len() >= FEW_HITS {
                let key = (at, text.clone());
                if let Some((count, last)) = times.get_mut(&key) {
                    *count += 1;
                    if *count > MOST_TIMES
                        && let Some(last) = hits.get_mut(*last)
                    {
                        last.line = number;
                        return;
                    }
                    *last = hits.len();
                } else if hits.len() < MOST_HITS {
                    times.insert(key, (1, hits.len()));
                }
            }
            if hits.len() >= MOST_HITS && kept.contains(&at) {
                is_cut = true;
                return;
            }
            kept.insert(at);
            places.insert((at, number));
            let nul =
                *first_nul.get_or_insert_with(|| memchr::memchr(0, view).unwrap_or(usize::MAX));
            let behind_nul = line.start > nul || offset > nul;
            hits.push(Hit { marker: at, line: number, text, behind_nul });
        });
        Hits { hits, is_cut }
    }

    /// Tries a credit line in every way to read it.
    pub(super) fn credit(
        &self,
        marker: &Marker,
        spec: &super::credit::Spec,
        line: Line<'_>,
        locator: &Locator<'_>,
    ) -> Option<(usize, String)> {
        self.credit_in(marker, spec, &Ways::of(line, locator))
    }

    fn credit_in(
        &self,
        marker: &Marker,
        spec: &super::credit::Spec,
        ways: &Ways,
    ) -> Option<(usize, String)> {
        let exact = |email: &str| self.is_exact(marker, email);
        ways.first(&|credit| spec.matches(credit, &exact))
    }

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }

    fn finding(&self, marker: &Arc<Marker>, hit: &Hit, line: &[u8]) -> Finding {
        let mut finding = Finding::new(marker, Field::Message, evidence(line, hit));
        finding.line = Some(hit.line);
        if let Some((model, vendor)) = self.models.named_in(&hit.text) {
            finding.model = Some(model);
            finding.model_vendor = Some(vendor);
        }
        finding
    }
}

/// What one reading shows.
struct Hits {
    hits: Vec<Hit>,
    is_cut: bool,
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

/// The evidence as it stands in the decoded text: the hit itself where its line holds it as
/// it was read, otherwise the line.
fn evidence<'h>(line: &'h [u8], hit: &'h Hit) -> &'h [u8] {
    let text = hit.text.trim().as_bytes();
    let is_there = || bstr::ByteSlice::find(line, text).is_some();
    if text.is_empty() || line.is_empty() || is_there() {
        return text;
    }
    // What stands before a NUL or a carriage return would hide the evidence again.
    let mut pieces = line.rsplit(|&byte| matches!(byte, 0 | b'\r'));
    let piece = pieces.find(|piece| !piece.trim_ascii().is_empty()).unwrap_or(line);
    // So would a long beginning.
    if piece.len() > EXCERPT { text } else { piece }
}
