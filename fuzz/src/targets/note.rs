//! The formats of notes that record AI authorship.

use provost::fuzzing::note_evidence;
use provost::marker::note_format;

use crate::config;

pub(crate) fn run(data: &[u8]) {
    let all = note_evidence(data);
    assert_eq!(note_format(data).is_some(), !all.is_empty());
    let lines = String::from_utf8_lossy(data).lines().count();
    for (format, line, text) in &all {
        assert!((1..=lines.max(1)).contains(line), "line {line} of {lines}");
        assert!(text.len() <= 3 * data.len() + 40, "{format}");
    }
    let matchers = &config().rules.matchers;
    for name in [b"refs/notes/ai".as_slice(), b"refs/notes/commits", b"refs/ai/authorship/x"] {
        for finding in matchers.note.find(name, data) {
            let evidence = all.iter().find(|(_, line, _)| Some(*line) == finding.line);
            assert!(evidence.is_some(), "a finding without evidence");
        }
    }
}
