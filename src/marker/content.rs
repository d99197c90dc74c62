//! The kind `content`: attributions in comments of files.
//!
//! Only added lines count; which lines a commit adds is decided by who compares the
//! findings of a file with those of the file before. Commit-trailer patterns are never
//! looked for here: detectors and documents quote them. `path` markers without paths, known
//! by the structure of the whole file, are found in the same pass.

use std::sync::Arc;

use super::claims::Claim;
use super::literals::Literals;
use super::path;
use super::pattern::Pattern;
use super::structure::StructuredFile;
use crate::document::Fields;
use crate::finding::{Carrier, Kind, Marker};
use crate::text::escape::lossy;
use crate::text::lines::Locator;
use crate::text::{Effort, Pace, Unwatched};

/// What a `content` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) pattern: Pattern,
    pub(super) keywords: Vec<String>,
    pub(super) first_lines: usize,
}

/// Attributions stand at the top of a file unless a marker says otherwise.
const FIRST_LINES: usize = 30;
/// git, too, takes a file with a NUL in its first bytes as binary (buffer_is_binary).
const BINARY_WITHIN: usize = 8000;
/// How many marks of a file count. One more is found, so that the caller knows that there
/// are more.
pub const MOST_TEXTS: usize = 100;
/// How many bytes of a marked line are kept, by which it is known again in another version.
const LONGEST_KEPT: usize = 4 << 10;

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let text = fields.required_string("pattern");
        let pattern =
            text.and_then(|text| Pattern::read(fields, text, fields.place_of_value("pattern")));
        let keywords = super::line::keywords(fields);
        let first_lines = fields.count("first-lines").unwrap_or(FIRST_LINES);
        Some(Self { pattern: pattern?, keywords: keywords?, first_lines })
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        vec![Claim::new("", self.pattern.source(), "")]
    }
}

/// A marker in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Which marker.
    pub marker: Arc<Marker>,
    /// Line number from 1.
    pub line: usize,
    /// The line; of a long one the beginning.
    pub excerpt: Vec<u8>,
}

impl Text {
    /// Whether it is a file that is a tool's configuration as a whole, and no line of one.
    #[must_use]
    pub fn is_whole_file(&self) -> bool {
        self.marker.kind.carrier() == Carrier::Path
    }
}

/// The markers in a file.
#[derive(Debug, Default)]
pub struct Texts {
    /// Which.
    pub texts: Vec<Text>,
    /// Whether there may be others, in what was not looked at because it costs too much.
    pub is_cut: bool,
}

/// All content markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) literals: Literals,
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    /// Their literals' owners are counted on from the markers'.
    pub(super) renamed: Vec<(Arc<Marker>, path::Spec)>,
    /// No marker looks beyond so many lines.
    first_lines: usize,
}

impl Matcher {
    pub(super) fn new(
        markers: Vec<(Arc<Marker>, Spec)>,
        renamed: Vec<(Arc<Marker>, path::Spec)>,
    ) -> Self {
        let first_lines = markers.iter().map(|(_, spec)| spec.first_lines).max();
        let first_lines = first_lines.unwrap_or(0).max(FIRST_LINES);
        let mut literals = Literals::default();
        for (at, (_, spec)) in markers.iter().enumerate() {
            for keyword in &spec.keywords {
                literals.add(keyword, at);
            }
        }
        for (at, (_, spec)) in renamed.iter().enumerate() {
            spec.keywords.iter().for_each(|keyword| literals.add(keyword, markers.len() + at));
        }
        Self { literals, markers, renamed, first_lines }
    }

    /// Whether there is any marker of this kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.markers.is_empty() && self.renamed.is_empty()
    }

    /// The markers in a file's content, as [`Matcher::look`] gives them.
    #[must_use]
    pub fn find(&self, content: &[u8]) -> Vec<Text> {
        self.look(&Unwatched, content).texts
    }

    /// The markers in a file's content. One of the kind `path` is of the file as a whole,
    /// and counts where the path itself is no marker; see [`super::Matchers::renamed`].
    #[must_use]
    pub fn look(&self, pace: &dyn Pace, content: &[u8]) -> Texts {
        let head = content.get(..content.len().min(BINARY_WITHIN)).unwrap_or_default();
        if memchr::memchr(0, head).is_some() {
            return Texts::default();
        }
        let end = memchr::memchr_iter(b'\n', content).nth(self.first_lines.saturating_sub(1));
        let whole = content;
        let content = content.get(..end.unwrap_or(content.len())).unwrap_or(content);
        let effort = Effort::new(pace, content.len());
        let mut found: Vec<Text> = Vec::new();
        let mut locator = Locator::new(content);
        let mut wholes: Vec<usize> = Vec::new();
        // A line may hold a keyword a million times, and is tried once for each marker.
        let mut tried: (usize, Vec<usize>) = (usize::MAX, Vec::new());
        self.literals.find(content, |offset, at| {
            let Some((marker, spec)) = self.markers.get(at) else {
                if !wholes.contains(&at) {
                    wholes.push(at);
                }
                return;
            };
            let line = locator.piece_at(offset);
            if line.number > spec.first_lines || found.len() > MOST_TEXTS {
                return;
            }
            if tried.0 != line.start {
                tried = (line.start, Vec::new());
            }
            if tried.1.contains(&at) {
                return;
            }
            tried.1.push(at);
            let is = |text| spec.pattern.is_within(&lossy(text), &effort);
            let known = found.iter().any(|text| text.line == line.number && text.marker == *marker);
            if known || !comment(line.bytes).is_some_and(is) {
                return;
            }
            let excerpt = line.bytes.trim_ascii();
            let excerpt = excerpt.get(..LONGEST_KEPT).unwrap_or(excerpt).to_vec();
            found.push(Text { marker: Arc::clone(marker), line: line.number, excerpt });
        });
        let renamed =
            wholes.iter().filter_map(|at| self.renamed.get(at.checked_sub(self.markers.len())?));
        let file = StructuredFile::new(whole);
        for (marker, spec) in renamed {
            if !pace.goes_on(whole.len()) {
                effort.cut();
                break;
            }
            if spec.structure.as_ref().is_some_and(|structure| structure.is_of(&file)) {
                // It is the file as a whole, whatever its lines are.
                let excerpt = Vec::new();
                found.push(Text { marker: Arc::clone(marker), line: 1, excerpt });
            }
        }
        Texts { texts: found, is_cut: effort.is_cut() }
    }

    /// Whether the beginning of a file shows that no marker is in the file; `None` when it
    /// doesn't.
    #[must_use]
    pub fn is_absent(&self, head: &[u8]) -> Option<bool> {
        let Some(end) = memchr::memchr_iter(b'\n', head).nth(self.first_lines.saturating_sub(1))
        else {
            let begin = head.get(..head.len().min(BINARY_WITHIN))?;
            return memchr::memchr(0, begin).map(|_| true);
        };
        let mut hit = false;
        self.literals.find(head.get(..end)?, |_, _| hit = true);
        (!hit).then_some(true)
    }

    pub(super) fn find_in_example(&self, content: &[u8]) -> Vec<Arc<Marker>> {
        self.find(content).into_iter().map(|text| text.marker).collect()
    }
}

/// What begins a comment, in the languages that people keep in repositories; longest
/// first where one begins another.
const LEADERS: [&[u8]; 20] = [
    b"<!--", b"{{/*", b"<%#", b"\"\"\"", b"'''", b"///", b"//!", b"//", b"/**", b"/*", b"(*",
    b"{-", b"--", b"#", b";", b"%", b"*", b"!", b"REM ", b"rem ",
];

/// The text of a comment line without its leader; `None` when the line is not one.
pub(super) fn comment(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let text = LEADERS.iter().find_map(|leader| line.strip_prefix(*leader))?;
    // `##`, `;;`, `/***` and the like.
    let start = text.iter().position(|byte| !b"#;/*-!% \t".contains(byte)).unwrap_or(text.len());
    let text = text.get(start..)?;
    let end = [b"*/".as_slice(), b"-->", b"\"\"\"", b"'''", b"*)", b"-}", b"*/}}", b"%>"];
    let text = end.iter().find_map(|end| text.strip_suffix(*end)).unwrap_or(text);
    Some(text.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_code() {
        for line in
            ["// x", "  # x", "/* x */", " * x", "<!-- x -->", ";; x", "\"\"\"x\"\"\"", "-- x"]
        {
            assert_eq!(comment(line.as_bytes()), Some(&b"x"[..]), "{line}");
        }
        assert_eq!(comment(b"let x = 1; // x"), None);
        assert_eq!(comment(b"print('x')"), None);
    }
}
