//! Tag objects: `git::Tag`.

use provost::git::{ObjectId, ObjectKind, Tag};

use super::commit::headers_are_all_there;
use crate::is_within;

pub(crate) fn run(data: &[u8]) {
    headers_are_all_there(data);
    let Ok(tag) = Tag::parse(ObjectId::NULL, data) else { return };
    assert!(data.ends_with(tag.message));
    assert!(is_within(data, tag.subject()));
    let values = tag.signatures.iter().chain(&tag.name).chain(&tag.encoding);
    values.for_each(|value| assert!(is_within(data, value)));
    for extra in &tag.extras {
        assert!(is_within(data, extra.key) && is_within(data, extra.value));
    }
    // A tag of what was read is read as the same.
    let name = tag.name.unwrap_or_default();
    let kind = match tag.kind {
        Some(ObjectKind::Tree) => "tree",
        Some(ObjectKind::Blob) => "blob",
        Some(ObjectKind::Tag) => "tag",
        Some(ObjectKind::Commit) | None => "commit",
    };
    let mut written = format!("object {}\ntype {kind}\ntag ", tag.target).into_bytes();
    written.extend_from_slice(name);
    written.extend_from_slice(b"\n\n");
    written.extend_from_slice(tag.message);
    let again = Tag::parse(ObjectId::NULL, &written).expect("a tag that was written");
    assert_eq!((again.target, again.message), (tag.target, tag.message));
    assert_eq!(again.name, Some(name));
    assert!(tag.kind.is_none() || again.kind == tag.kind);
}
