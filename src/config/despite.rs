//! What can be read of a configuration that is broken, so that a push that can't be judged is
//! answered in the right words and is on record.

use super::log::LogSettings;
use super::log::locked;
use super::{Layers, sources};
use crate::document::{self, Node, Reader, Value, overlay};
use crate::policy::Policy;

/// The layers that can be read although others are broken or not there, parsed.
fn readable(layers: Layers<'_>) -> Vec<Node> {
    let read = |layers| sources(layers).ok();
    let sources = read(layers)
        .or_else(|| read(Layers { repository: None, ..layers }))
        .or_else(|| read(Layers { files: &[], ..layers }))
        .or_else(|| read(Layers { repository: None, files: &[], ..layers }));
    let sources = sources.unwrap_or_default();
    sources.iter().filter_map(|source| document::parse(source).ok()).collect()
}

/// What the policy wants to be read, as far as it can be read although the configuration
/// is broken.
#[must_use]
pub fn policy_despite(layers: Layers<'_>) -> Policy {
    let mut merged: Option<Node> = None;
    for mut layer in readable(layers) {
        let Value::Table(root) = &mut layer.value else { continue };
        root.retain(|key| key == "policy");
        if let Some((_, Node { value: Value::Table(policy), .. })) = root.get_mut("policy") {
            policy.retain(|key| ["language", "contact", "texts"].contains(&key));
        }
        match &mut merged {
            Some(base) => overlay(base, layer, &mut Vec::new()),
            None => merged = Some(layer),
        }
    }
    let reader = Reader::default();
    let read = |merged: &Node| Some(Policy::read(&mut reader.fields(merged, "the top level")?));
    merged.as_ref().and_then(read).unwrap_or_default()
}

/// The section as far as it can be read although the configuration is broken, so that
/// a push that could not be judged is on record too.
#[must_use]
pub fn log_despite(layers: Layers<'_>) -> Option<LogSettings> {
    let mut merged: Option<Node> = None;
    for mut layer in readable(layers) {
        let Value::Table(root) = &mut layer.value else { continue };
        root.retain(|key| key == "log");
        match &mut merged {
            Some(base) if locked(base).is_none() => overlay(base, layer, &mut Vec::new()),
            Some(_) => {}
            None => merged = Some(layer),
        }
    }
    let reader = Reader::default();
    let merged = merged?;
    LogSettings::read(&mut reader.fields(&merged, "the top level")?)
}
