//! The lines of ref updates on a hook's standard input, and the names of refs in them.

use provost::git::{ObjectId, RefName, RefUpdate, parse_updates, without_namespaces};

use crate::is_within;

pub(crate) fn run(data: &[u8]) {
    let Ok(updates) = parse_updates(data) else {
        names(data);
        return;
    };
    assert!(!updates.is_empty() && data.ends_with(b"\n"));
    assert_eq!(updates.len(), data.iter().filter(|&&byte| byte == b'\n').count());
    let mut written = Vec::new();
    for update in &updates {
        write(update, &mut written);
        names(update.name().as_bytes());
    }
    assert_eq!(parse_updates(&written).as_ref().ok(), Some(&updates));
    assert_eq!(written.len(), data.len());
    assert!(written.eq_ignore_ascii_case(data));
    // An input that was cut is never read as a shorter one, unless whole lines are missing.
    if let Some((_, cut)) = data.split_last() {
        assert!(parse_updates(cut).is_err());
    }
}

fn write(update: &RefUpdate, out: &mut Vec<u8>) {
    let (old, new) = (update.old_id(), update.new_id());
    let null = old.or(new).map_or(ObjectId::NULL, ObjectId::null_like);
    let ids = format!("{} {} ", old.unwrap_or(null), new.unwrap_or(null));
    out.extend_from_slice(ids.as_bytes());
    out.extend_from_slice(update.name().as_bytes());
    out.push(b'\n');
}

fn names(name: &[u8]) {
    let judged = without_namespaces(name);
    assert!(is_within(name, judged) && name.ends_with(judged));
    assert_eq!(without_namespaces(judged), judged, "a namespace is left");
    let name = RefName::new(name);
    assert_eq!(RefName::new(name.judged()).kind(), name.kind());
    assert!(!name.to_string().chars().any(char::is_control));
}
