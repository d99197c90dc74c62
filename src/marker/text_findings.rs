//! What was found in the texts of one object, within a bound on memory.

use std::collections::HashSet;

use crate::finding::{Field, Finding};

/// What was found in a text.
#[derive(Debug, Default)]
pub struct TextFindings {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether there may be further marks: of markers that were kept often enough, or in what
    /// was not looked at because the text costs too much.
    pub is_cut: bool,
    /// The markers of the findings, once these are too many.
    kept: HashSet<String>,
}

/// More findings than this in all texts of one object are not kept; of a marker that has none
/// yet, those of a text are kept nevertheless.
const MOST_OF_AN_OBJECT: usize = 20_000;

impl TextFindings {
    /// Adds those of another text.
    pub fn add(&mut self, other: Self) {
        self.is_cut |= other.is_cut;
        if self.findings.len() + other.findings.len() <= MOST_OF_AN_OBJECT {
            self.findings.extend(other.findings);
            return;
        }
        if self.kept.is_empty() {
            self.kept = self.findings.iter().map(|it| it.marker.id.clone()).collect();
        }
        let new = other.findings.iter().filter(|it| !self.kept.contains(&it.marker.id));
        let new: HashSet<String> = new.map(|it| it.marker.id.clone()).collect();
        let room = MOST_OF_AN_OBJECT.saturating_sub(self.findings.len());
        for (at, finding) in other.findings.into_iter().enumerate() {
            if at < room || new.contains(&finding.marker.id) {
                self.findings.push(finding);
            } else {
                self.is_cut = true;
            }
        }
        self.kept.extend(new);
    }

    /// These findings.
    #[must_use]
    pub fn of(findings: Vec<Finding>, is_cut: bool) -> Self {
        Self { findings, is_cut, kept: HashSet::new() }
    }

    /// The same, as findings in this field.
    #[must_use]
    pub fn at(mut self, field: &Field) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.field = field.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Confidence, Kind, Marker};

    fn findings(id: &str, count: usize) -> TextFindings {
        let marker = Arc::new(Marker {
            id: id.into(),
            tool: "a".into(),
            tool_name: "A".into(),
            vendor: String::new(),
            kind: Kind::Trailer,
            confidence: Confidence::Weak,
            since: String::new(),
        });
        let one = || Finding::new(&marker, Field::Message, b"");
        TextFindings::of((0..count).map(|_| one()).collect(), false)
    }

    #[test]
    fn of_too_many_findings_those_of_new_markers_are_kept() {
        let mut all = TextFindings::default();
        (0..MOST_OF_AN_OBJECT / 1000).for_each(|_| all.add(findings("a", 1000)));
        assert_eq!((all.findings.len(), all.is_cut), (MOST_OF_AN_OBJECT, false));
        all.add(findings("b", 2));
        assert_eq!((all.findings.len(), all.is_cut), (MOST_OF_AN_OBJECT + 2, false));
        all.add(findings("a", 1));
        all.add(findings("b", 5000));
        assert_eq!((all.findings.len(), all.is_cut), (MOST_OF_AN_OBJECT + 2, true));
    }
}
