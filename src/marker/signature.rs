//! The kind `signature`: SSH signing keys that all cloud sessions of an agent share.
//!
//! The public key inside the signature is compared; the signature is not verified, so
//! the finding says whose key a commit claims.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::claims::Claim;
use crate::document::{Fields, Problem};
use crate::finding::{Field, Finding, Kind, Marker};
use crate::git::ssh_public_key;

/// What a `signature` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) keys: Vec<Vec<u8>>,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let lines = fields.strings("ssh-keys");
        if lines.is_empty() {
            fields.reader().report(Problem::new(fields.place(), "this marker needs `ssh-keys`"));
            return None;
        }
        let mut keys = Vec::new();
        for (line, place) in lines {
            match blob(line) {
                Some(key) => keys.push(key),
                None => {
                    let problem = Problem::new(place, "this is not an SSH public key");
                    let help = "a key has the form `ssh-ed25519 AAAA...`, as in a .pub file";
                    fields.reader().report(problem.help(help));
                }
            }
        }
        Some(Self { keys })
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        self.keys.iter().map(|key| Claim::new("", &STANDARD.encode(key), "")).collect()
    }
}

/// The blob of a public key line.
fn blob(line: &str) -> Option<Vec<u8>> {
    let mut words = line.split_ascii_whitespace();
    let kind = words.next()?;
    let blob = STANDARD.decode(words.next()?).ok()?;
    // The blob begins with its kind as a length-prefixed string (RFC 4253, 6.6).
    let named = blob.get(4..4 + kind.len())?;
    (named == kind.as_bytes()).then_some(blob)
}

/// All signature markers.
#[derive(Debug)]
pub struct Matcher {
    by_key: HashMap<Vec<u8>, Vec<Arc<Marker>>>,
}

impl Matcher {
    pub(super) fn new(entries: Vec<(Arc<Marker>, Spec)>) -> Self {
        let mut by_key: HashMap<Vec<u8>, Vec<Arc<Marker>>> = HashMap::new();
        for (marker, spec) in entries {
            for key in spec.keys {
                by_key.entry(key).or_default().push(Arc::clone(&marker));
            }
        }
        Self { by_key }
    }

    /// The findings in one armoured signature.
    #[must_use]
    pub fn find(&self, armoured: &[u8], field: &Field) -> Vec<Finding> {
        let Some(key) = ssh_public_key(armoured) else {
            return Vec::new();
        };
        let markers = self.by_key.get(&key).into_iter().flatten();
        let shown = || format!("ssh-ed25519 {}", STANDARD.encode(&key));
        markers.map(|marker| Finding::new(marker, field.clone(), shown().as_bytes())).collect()
    }

    pub(super) fn find_public(&self, line: &str) -> Vec<Arc<Marker>> {
        blob(line).and_then(|key| self.by_key.get(&key).cloned()).unwrap_or_default()
    }
}
