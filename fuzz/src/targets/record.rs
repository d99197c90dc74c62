//! The lines of the decision log: one record each.

use provost::log::Record;
use provost::log::redact::Redactor;

pub(crate) fn run(data: &[u8]) {
    for line in data.split(|&byte| byte == b'\n') {
        let Ok(record) = serde_json::from_slice::<Record>(line) else { continue };
        let written = record.line().expect("a record can be written");
        let (end, text) = written.split_last().expect("a line");
        assert!(*end == b'\n' && !text.contains(&b'\n'), "a record is one line");
        let again: Record = serde_json::from_slice(text).expect("a record that was written");
        assert_eq!(again.line().ok().as_ref(), Some(&written), "written again it is the same");
        assert_eq!(again.has_unjudged(), record.has_unjudged());
        redacted(record);
    }
}

fn redacted(mut record: Record) {
    let redactor = Redactor::new(b"key", []).expect("a key of any length");
    redactor.redact(&mut record).expect("a record can be redacted");
    let line = record.line().expect("a redacted record can be written");
    let mut again: Record = serde_json::from_slice(&line).expect("a redacted record");
    assert_eq!(again.groups.len(), record.groups.len());
    redactor.redact(&mut again).expect("so can a redacted one");
}
