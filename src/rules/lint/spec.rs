//! Reading what a marker looks for once more, by itself.

use super::super::entries::Entry;
use crate::document::Reader;
use crate::finding::Kind;
use crate::marker::{self, Spec};

/// What a marker looks for, read again by itself. Mistakes were reported at loading.
pub(super) fn spec(entry: &Entry<'_>) -> Option<(Kind, Spec)> {
    let reader = Reader::default();
    let kind = entry.kind()?;
    let mut fields = reader.fields(entry.marker.node, "a marker")?;
    Some((kind, marker::read(kind, &mut fields)?))
}
