//! Messages of commits and tags: credit lines and attribution lines, read plainly and
//! through what may hide them.
//!
//! A message is read in several *views*: its bytes as they are; what its `encoding`
//! header says; with look-alike characters folded. What only a later view shows was
//! hidden from plain reading, and gets a tamper finding beside it.

use std::collections::HashMap;
use std::sync::Arc;

use super::copied;
use super::credit::{Credit, Marked};
use super::line;
use super::literals::Literals;
use super::model::Models;
use super::tamper::{Tampers, Trick};
use crate::finding::{Confidence, Field, Finding, Kind, Marker};
use crate::git::Ident;
use crate::text::decode::{Decoded, decode, without_nul};
use crate::text::escape::lossy;
use crate::text::fold::{fold, may_change};
use crate::text::lines::{Line, Locator};

/// All markers that look at lines of a message.
#[derive(Debug)]
pub struct Matcher {
    pub(super) literals: Literals,
    pub(super) markers: Vec<(Arc<Marker>, Look)>,
    /// The addresses that markers list in full, with the kinds of these.
    exact: HashMap<String, Vec<Kind>>,
    pub(super) models: Arc<Models>,
    tampers: Arc<Tampers>,
}

#[derive(Debug)]
pub(super) enum Look {
    Credit(super::credit::Spec),
    Line(line::Spec),
}

/// A marker on a line of a view.
struct Hit {
    marker: usize,
    line: usize,
    /// The line as matched, for the model that it names.
    text: String,
    /// Whether it stands behind a NUL.
    behind_nul: bool,
}

/// More markers than this in one view of a message are not looked at: memory must be
/// bounded.
pub const MOST_HITS: usize = 1000;
/// The same line again says nothing more after so many times; squashed histories repeat
/// theirs by the hundred.
const MOST_TIMES: usize = 8;
/// With fewer hits nothing is counted.
const FEW_HITS: usize = 64;
/// A wrapped credit line spans at most this many lines before the one that was hit.
const WRAPPED: usize = 2;

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
        Self { literals, markers, exact, models, tampers }
    }

    /// The findings in a message, with the field left as [`Field::Message`]; `encoding`
    /// is the value of the commit's `encoding` header. There are never many more than
    /// [`MOST_HITS`].
    #[must_use]
    pub fn find(&self, encoding: Option<&[u8]>, message: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        // How surely each tool was seen on each line by the views so far.
        let mut seen: HashMap<(String, usize), Confidence> = HashMap::new();
        let mut add = |hits: Vec<Hit>, trick: Option<Trick>| {
            let mut now = Vec::new();
            for hit in hits {
                let Some((marker, _)) = self.markers.get(hit.marker) else { continue };
                // A line that plainly shows as much of the tool hides nothing of it.
                let known = (marker.tool.clone(), hit.line);
                if seen.get(&known).is_some_and(|before| *before >= marker.confidence) {
                    continue;
                }
                now.push((known, marker.confidence));
                let trick = trick.or(hit.behind_nul.then_some(Trick::Nul));
                let finding = self.finding(marker, &hit, message);
                findings.extend(trick.iter().flat_map(|&t| self.tampers.beside(&finding, t)));
                findings.push(finding);
            }
            for (known, confidence) in now {
                let before = seen.entry(known).or_insert(confidence);
                *before = confidence.max(*before);
            }
        };
        views(encoding, message, &mut |view, trick| add(self.hits(view), trick));
        if !findings.is_empty() {
            copied::claim(message, &mut findings);
        }
        findings
    }

    fn hits(&self, view: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut locator = Locator::new(view);
        // The markers that were tried on the line that is looked at, and where it starts.
        let mut tried: Vec<usize> = Vec::new();
        let mut line_start = usize::MAX;
        let mut first_nul = None;
        let mut times: HashMap<(usize, String), usize> = HashMap::new();
        self.literals.find(view, |offset, at| {
            if hits.len() >= MOST_HITS {
                return;
            }
            let line = locator.piece_at(offset);
            if line.start != line_start {
                line_start = line.start;
                tried.clear();
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
                Look::Credit(spec) => self.credit(marker, spec, line, &locator),
            };
            if let Some((number, text)) = found
                && !hits.iter().rev().take(64).any(|hit| hit.marker == at && hit.line == number)
            {
                if hits.len() >= FEW_HITS {
                    let times = times.entry((at, text.clone())).or_default();
                    *times += 1;
                    if *times > MOST_TIMES {
                        return;
                    }
                }
                let nul =
                    *first_nul.get_or_insert_with(|| memchr::memchr(0, view).unwrap_or(usize::MAX));
                hits.push(Hit {
                    marker: at,
                    line: number,
                    text,
                    behind_nul: line.start > nul || offset > nul,
                });
            }
        });
        hits
    }

    /// Tries a credit line, then the same joined with the lines before it, for long
    /// values wrap.
    pub(super) fn credit(
        &self,
        marker: &Marker,
        spec: &super::credit::Spec,
        line: Line<'_>,
        locator: &Locator<'_>,
    ) -> Option<(usize, String)> {
        let exact = |email: &str| self.is_exact(marker, email);
        let is =
            |text: &[u8]| Credit::parse(text).is_some_and(|credit| spec.matches(&credit, &exact));
        // A person's address may have wrapped to the next line, so that his first name
        // alone looks like a tool's; and a tool's address may have.
        match folded(line, locator) {
            Some(whole) if is(&whole) => {
                return Some((line.number, lossy(&whole).into_owned()));
            }
            Some(_) if is(line.bytes) => return None,
            Some(_) => {}
            None if is(line.bytes) => {
                return Some((line.number, lossy(line.bytes).into_owned()));
            }
            None => {}
        }
        let mut first = line;
        let mut joined = line.bytes.trim_ascii().to_vec();
        for _ in 0..WRAPPED {
            first = locator.before(&first)?;
            if first.bytes.trim_ascii().is_empty() || joined.len() > 1000 {
                return None;
            }
            joined = [first.bytes.trim_ascii(), b" ", &joined].concat();
            if is(&joined) {
                // The value of the first line must not have been whole by itself.
                let whole =
                    Credit::parse(first.bytes).is_some_and(|credit| credit.value.contains(&b'>'));
                return (!whole).then(|| (first.number, lossy(&joined).into_owned()));
            }
        }
        None
    }

    /// Whether some marker of the same kind lists this address in full.
    pub(super) fn is_exact(&self, marker: &Marker, email: &str) -> bool {
        self.exact.get(email).is_some_and(|kinds| kinds.contains(&marker.kind))
    }

    fn finding(&self, marker: &Arc<Marker>, hit: &Hit, message: &[u8]) -> Finding {
        let mut finding = Finding::new(marker, Field::Message, original_line(message, hit));
        finding.line = Some(hit.line);
        if let Some((model, vendor)) = self.models.named_in(&hit.text) {
            finding.model = Some(model);
            finding.model_vendor = Some(vendor);
        }
        finding
    }
}

/// A credit line without an address, joined with the next line where that goes on with
/// the value: it is indented, holds an address and is no credit line itself.
fn folded(line: Line<'_>, locator: &Locator<'_>) -> Option<Vec<u8>> {
    let credit = Credit::parse(line.bytes)?;
    let next = locator.after(&line)?;
    let goes_on = next.bytes.first().is_some_and(u8::is_ascii_whitespace)
        && next.bytes.contains(&b'@')
        && Credit::parse(next.bytes).is_none();
    (goes_on && Ident::parse(credit.value).email.is_empty())
        .then(|| [line.bytes.trim_ascii_end(), b" ", next.bytes.trim_ascii()].concat())
}

/// Calls `look` with each view of a message, the plain one first, and with the trick that
/// a later one undoes.
pub(super) fn views(
    encoding: Option<&[u8]>,
    message: &[u8],
    look: &mut dyn FnMut(&[u8], Option<Trick>),
) {
    look(message, None);
    let decoded = match encoding.map(|label| decode(label, message)) {
        Some(Decoded::Text(text)) => Some(text),
        _ => None,
    };
    if let Some(text) = &decoded {
        look(text.as_bytes(), Some(Trick::Encoding));
    }
    if memchr::memchr(0, message).is_some() {
        look(without_nul(message).as_bytes(), Some(Trick::Nul));
    }
    let view = decoded.as_deref().map_or(message, str::as_bytes);
    if may_change(view) {
        look(fold(view).as_bytes(), Some(Trick::LookAlike));
    }
}

/// The evidence as it stands in the message: the line itself where the view kept its
/// text, otherwise the line of that number.
fn original_line<'m>(message: &'m [u8], hit: &'m Hit) -> &'m [u8] {
    let text = hit.text.trim().as_bytes();
    let mut lines = message.split(|&byte| byte == b'\n');
    let line = lines.nth(hit.line - 1).unwrap_or_default();
    if text.is_empty() || bstr::ByteSlice::find(line, text).is_some() || line.is_empty() {
        return text;
    }
    // What stands before a NUL or a carriage return would hide the evidence again.
    let mut pieces = line.rsplit(|&byte| matches!(byte, 0 | b'\r'));
    pieces.find(|piece| !piece.trim_ascii().is_empty()).unwrap_or(line)
}
