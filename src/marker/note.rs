//! The kind `note`: notes that record AI authorship. A note's ref says nothing by
//! itself: its text is read, for the same tools also record that a person wrote.

use std::sync::Arc;

use super::claims::Claim;
use super::note_json::{ai_contributor, ai_share};
use super::pattern::PathGlob;
use super::text_findings::TextFindings;
use crate::document::{Fields, Problem};
use crate::finding::{EXCERPT, Field, Finding, Kind, Marker};
use crate::text::WordEnum;
use crate::text::escape::{beginning, lossy};
use crate::text::{Pace, Unwatched};

/// How a note is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Format {
    /// Git AI Standard 3: attestation lines, `---`, JSON.
    GitAi,
    /// Agent Trace 0.1: JSON with contributors.
    AgentTrace,
    /// Qwen Code: JSON with AI shares.
    AiAttribution,
    /// `AI-Tool: …` lines.
    Headers,
}

impl WordEnum for Format {}

/// What a `note` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) globs: Vec<PathGlob>,
    pub(super) format: Format,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let refs = fields.strings("refs");
        if refs.is_empty() {
            fields.reader().report(Problem::new(fields.place(), "this marker needs `refs`"));
        }
        let globs: Vec<PathGlob> = refs
            .into_iter()
            .filter_map(|(text, place)| PathGlob::read(fields, text.to_owned(), place))
            .collect();
        fields.required_string("format")?;
        let format = fields.one_of("format")?;
        (!globs.is_empty()).then_some(Self { globs, format })
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let format = self.format.word();
        self.globs.iter().map(|glob| Claim::new(format, glob.source(), "")).collect()
    }
}

/// All note markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
}

impl Matcher {
    pub(super) fn new(markers: Vec<(Arc<Marker>, Spec)>) -> Self {
        Self { markers }
    }

    /// The findings in a note of a notes ref.
    #[must_use]
    pub fn find(&self, ref_name: &[u8], note: &[u8]) -> Vec<Finding> {
        self.look(&Unwatched, ref_name, note).findings
    }

    /// The findings in a note of a notes ref. Each format is looked for once, however many
    /// markers ask for it.
    #[must_use]
    pub fn look(&self, pace: &dyn Pace, ref_name: &[u8], note: &[u8]) -> TextFindings {
        let mut found = TextFindings::default();
        let mut known: Vec<(Format, Option<(usize, String)>)> = Vec::new();
        for (marker, spec) in &self.markers {
            if !spec.globs.iter().any(|glob| glob.is_match(ref_name)) {
                continue;
            }
            if known.iter().all(|(format, _)| *format != spec.format) {
                // What is not UTF-8 is copied.
                if !pace.goes_on(note.len()) || !pace.admits(note.len()) {
                    found.is_cut = true;
                    break;
                }
                known.push((spec.format, evidence(spec.format, note)));
            }
            let said = known.iter().find(|(format, _)| *format == spec.format);
            let Some((line, text)) = said.and_then(|(_, said)| said.as_ref()) else { continue };
            let mut finding = Finding::new(marker, Field::Note, text.as_bytes());
            finding.line = Some(*line);
            found.findings.push(finding);
        }
        found
    }

    /// The numbers of the markers that ask for the notes of a ref. Refs for which they are the
    /// same have the same findings.
    #[must_use]
    pub fn asked_of(&self, ref_name: &[u8]) -> Vec<usize> {
        let asks = |spec: &Spec| spec.globs.iter().any(|glob| glob.is_match(ref_name));
        let all = self.markers.iter().enumerate();
        all.filter(|(_, (_, spec))| asks(spec)).map(|(at, _)| at).collect()
    }

    pub(super) fn find_in_example(&self, note: &[u8]) -> Vec<Arc<Marker>> {
        let found = self.markers.iter().filter(|(_, spec)| evidence(spec.format, note).is_some());
        found.map(|(marker, _)| Arc::clone(marker)).collect()
    }
}

/// The word of the format in which a note says that an AI wrote, if it does in any.
#[must_use]
pub fn note_format(note: &[u8]) -> Option<&'static str> {
    let mut formats = Format::all().iter();
    formats.find(|format| evidence(**format, note).is_some()).map(|format| format.word())
}

/// The first line that says an AI wrote, and its number.
pub(super) fn evidence(format: Format, note: &[u8]) -> Option<(usize, String)> {
    let text = lossy(note);
    match format {
        Format::GitAi => {
            let mut lines = text.lines().enumerate().take_while(|(_, line)| line.trim() != "---");
            let (at, line) = lines.find(|(_, line)| is_ai_attestation(line))?;
            Some((at + 1, shown(line)))
        }
        Format::Headers => {
            let mut lines = text.lines().enumerate();
            let (at, line) = lines.find(|(_, line)| {
                line.split_once(':').is_some_and(|(key, value)| {
                    key.trim().eq_ignore_ascii_case("ai-tool")
                        && !matches!(
                            value.trim().to_ascii_lowercase().as_str(),
                            "" | "none" | "no" | "n/a"
                        )
                })
            })?;
            Some((at + 1, shown(line)))
        }
        Format::AgentTrace | Format::AiAttribution if nests_too_deeply(&text) => {
            Some((1, "it nests too deeply to be read".into()))
        }
        Format::AgentTrace => {
            let kind = ai_contributor(&text)?;
            Some((1, format!("contributor.type = {kind}")))
        }
        Format::AiAttribution => {
            let (key, share) = ai_share(&text)?;
            Some((1, format!("{key} = {share}")))
        }
    }
}

/// A line as evidence; of a long one the beginning.
fn shown(line: &str) -> String {
    beginning(line.trim(), EXCERPT).to_owned()
}

/// `  s_<14 hex>::t_<14 hex> ranges`, or the older `  <16 hex> ranges`; `h_<14 hex>` is
/// a person. Source: Git AI Standard 3.0.0.
fn is_ai_attestation(line: &str) -> bool {
    let Some(entry) = line.strip_prefix("  ") else {
        return false;
    };
    let Some((id, ranges)) = entry.split_once(' ') else {
        return false;
    };
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let session = |id: &str| {
        let (session, turn) = id.split_once("::").unwrap_or((id, "t_00000000000000"));
        session.strip_prefix("s_").is_some_and(|text| hex(text, 14))
            && turn.strip_prefix("t_").is_some_and(|text| hex(text, 14))
    };
    ranges.starts_with(|first: char| first.is_ascii_digit()) && (session(id) || hex(id, 16))
}

/// JSON that nests deeper is not read, so that reading it takes little of the stack. No tool
/// writes such a note, so one that does hides something: it counts as what its ref is for.
const DEEPEST: usize = 100;

fn nests_too_deeply(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if in_string => {
                in_string = byte != b'"' || escaped;
                escaped = byte == b'\\' && !escaped;
            }
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_ai_note_without_attestation_means_a_person() {
        let person = b"src/a.rs\n  h_0123456789abcd 1-4\n---\n{\"prompts\":{}}";
        assert_eq!(evidence(Format::GitAi, person), None);
        let empty = b"---\n{\"schema_version\":\"authorship/3.0.0\",\"prompts\":{}}";
        assert_eq!(evidence(Format::GitAi, empty), None);
        let agent = b"src/a.rs\n  s_0123456789abcd::t_0123456789abcd 1-4,9\n---\n{}";
        assert_eq!(evidence(Format::GitAi, agent).map(|(line, _)| line), Some(2));
        assert!(evidence(Format::GitAi, b"a\n  0123456789abcdef 3\n---\n").is_some());
    }

    #[test]
    fn json_notes_are_read() {
        let trace = br#"{"files":[{"conversations":[{"contributor":{"type":"mixed"}}]}]}"#;
        assert!(evidence(Format::AgentTrace, trace).is_some());
        let human = br#"{"files":[{"conversations":[{"contributor":{"type":"human"}}]}]}"#;
        assert_eq!(evidence(Format::AgentTrace, human), None);
    }

    #[test]
    fn a_note_that_nests_too_deeply_to_be_read_counts() {
        let deep = |depth: usize, inner: &str| {
            format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
        };
        let person = r#"{"contributor":{"type":"human"}, "ai": 0}"#;
        let agent = r#"{"contributor":{"type":"ai"}, "ai": 1}"#;
        for format in [Format::AgentTrace, Format::AiAttribution] {
            assert_eq!(evidence(format, &deep(90, person)), None);
            assert!(evidence(format, &deep(90, agent)).is_some());
            assert!(evidence(format, &deep(99, agent)).is_some(), "past the old bound of 32");
            assert!(evidence(format, &deep(20_000, agent)).is_some());
            let brackets = format!(r#"{{"a": "{}", "ai": 0}}"#, "[".repeat(500));
            assert_eq!(evidence(format, brackets.as_bytes()), None, "in a string");
        }
    }
}
