//! The kind `tamper`: something hides a marker from plain reading.
//!
//! A tamper finding stands beside the finding of the marker that was hidden and names its
//! tool. A NUL, an odd encoding or an invisible character alone is none. Only a text that
//! can't be decoded here gets one by itself, of no tool in particular, for what it hides
//! can't be known.

use std::sync::Arc;

use super::claims::Claim;
use crate::document::Fields;
use crate::finding::{Field, Finding, Kind, Marker};
use crate::text::Disguise;
use crate::text::WordEnum;
use crate::text::escape::lossy;

/// How a marker was hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Trick {
    /// Behind a NUL, where git stops reading a message.
    Nul,
    /// By look-alike, invisible or reordering characters.
    LookAlike,
    /// By an encoding in which the bytes do not show the text.
    Encoding,
    /// By a ref under `refs/replace/` that shows another object instead.
    Replace,
    /// By a file name that a file system takes for another: in another case mostly.
    Case,
    /// By a symbolic link or a submodule in the place of a directory.
    Link,
    /// By another name for a tool's configuration file.
    Renamed,
    /// Perhaps, in a text whose encoding is unknown here.
    UnknownEncoding,
}

impl From<Disguise> for Trick {
    fn from(undone: Disguise) -> Self {
        match undone {
            Disguise::Nul => Self::Nul,
            Disguise::LookAlike => Self::LookAlike,
            Disguise::Encoding => Self::Encoding,
        }
    }
}

impl WordEnum for Trick {}

/// What a `tamper` marker looks for.
#[derive(Debug)]
pub struct Spec {
    trick: Trick,
    /// Words of paths where this trick is none.
    except: Vec<String>,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let except = fields.strings("except");
        fields.required_string("trick")?;
        let except = except.iter().map(|(word, _)| word.to_ascii_lowercase()).collect();
        fields.one_of("trick").map(|trick| Self { trick, except })
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }
}

/// The tamper markers.
#[derive(Debug)]
pub struct Tampers(Vec<(Arc<Marker>, Spec)>);

impl Tampers {
    pub(super) fn new(entries: Vec<(Arc<Marker>, Spec)>) -> Self {
        Self(entries)
    }

    /// Whether a path is one where a trick is none: a word of it is listed, `tests` in
    /// `src/tests/a.json` say, or one of its names as a whole.
    pub(super) fn excepts(&self, trick: Trick, path: &[u8]) -> bool {
        let path = lossy(path).to_ascii_lowercase();
        let listed = |word: &str| {
            let mut specs = self.0.iter().filter(|(_, spec)| spec.trick == trick);
            specs.any(|(_, spec)| spec.except.iter().any(|except| except == word))
        };
        let words = |name: &str| name.split(|c: char| !c.is_alphanumeric()).any(listed);
        path.split('/').any(|name| listed(name) || words(name))
    }

    /// The findings that say how `hidden` was hidden.
    #[must_use]
    pub fn beside(&self, hidden: &Finding, trick: Trick) -> Vec<Finding> {
        let markers = self.0.iter().filter(|(_, spec)| spec.trick == trick);
        markers
            .map(|(marker, _)| {
                let marker = Marker {
                    id: marker.id.clone(),
                    kind: marker.kind,
                    confidence: marker.confidence.min(hidden.marker.confidence),
                    tool: hidden.marker.tool.clone(),
                    tool_name: hidden.marker.tool_name.clone(),
                    vendor: hidden.marker.vendor.clone(),
                    since: marker.since.clone(),
                };
                Finding { marker: Arc::new(marker), ..hidden.clone() }
            })
            .collect()
    }

    /// The findings on a text that can't be read, because of the encoding that it declares.
    #[must_use]
    pub fn of_unreadable(&self, encoding: &[u8]) -> Vec<Finding> {
        let markers = self.0.iter().filter(|(_, spec)| spec.trick == Trick::UnknownEncoding);
        let shown = [b"encoding ", encoding].concat();
        markers.map(|(marker, _)| Finding::new(marker, Field::Message, &shown)).collect()
    }
}
