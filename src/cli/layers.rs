//! Drafts and files among the configuration layers in force.

use std::path::Path;
use std::sync::Arc;

use crate::document::{FileLine, Source};

/// Lays a draft over layers: in the place of the one of the same path, or of `instead_of`,
/// or else on top.
pub(super) fn with_draft(
    layers: &mut Vec<Arc<Source>>,
    draft: Arc<Source>,
    instead_of: Option<&Path>,
) {
    let path = instead_of.unwrap_or(Path::new(&draft.name));
    match layers.iter_mut().find(|layer| is_file(layer, path)) {
        Some(layer) => *layer = draft,
        None => layers.push(draft),
    }
}

/// Whether a layer was read from this file.
pub(super) fn is_file(layer: &Source, path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    !layer.built_in && real(Path::new(&layer.name)) == real(path)
}

/// The text of a line of the rules.
pub(super) fn line_of(sources: &[Arc<Source>], place: &FileLine) -> Option<String> {
    let source = sources.iter().find(|source| source.name == place.file)?;
    Some(source.text.lines().nth(place.line.checked_sub(1)?)?.trim().to_owned())
}
