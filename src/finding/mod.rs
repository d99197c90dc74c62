//! Findings: a marker seen at one place. A finding carries no decision.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::git::ObjectId;
use crate::text::escape::excerpt;

mod context;
mod kind;

use crate::text::WordEnum;
pub use context::{Context, Credit, MOST_CREDITS};
pub use kind::{Carrier, Kind};

/// How sure a marker is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Confidence {
    /// Others leave it too, or it says little about authorship.
    Weak,
    /// Only this tool leaves it.
    Strong,
}

impl WordEnum for Confidence {
    const LAST_FIRST: bool = true;
}

/// What became of a path that is a marker.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum PathUse {
    /// The commit adds a tool's own file.
    Added,
    /// The commit changes a tool's own file, or moves it.
    Changed,
    /// A file that many tools share, added or changed.
    Shared,
    /// A file that only switches a tool or its credits off, added or changed.
    OffSwitch,
}

impl WordEnum for PathUse {}

/// What a marker says of itself; shared by its findings.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Its stable id, `claude-code/co-author` say.
    pub id: String,
    /// Its tool's id.
    pub tool: String,
    /// The tool's name for people.
    pub tool_name: String,
    /// The vendor of the tool.
    pub vendor: String,
    /// Its kind.
    pub kind: Kind,
    /// How sure it is.
    pub confidence: Confidence,
    /// The catalogue version that brought it; empty when its file does not say.
    pub since: String,
}

impl Marker {
    /// The same as a weak one; `None` for one that is weak.
    #[must_use]
    pub fn as_weak(&self) -> Option<Self> {
        let is_strong = self.confidence > Confidence::Weak;
        is_strong.then(|| self.as_found(Confidence::Weak, &self.since))
    }

    /// The same as it was found: with another confidence, and as new as another version of the
    /// catalogue.
    #[must_use]
    pub fn as_found(&self, confidence: Confidence, since: &str) -> Self {
        let Self { id, tool, tool_name, vendor, kind, .. } = self;
        Self {
            id: id.clone(),
            tool: tool.clone(),
            tool_name: tool_name.clone(),
            vendor: vendor.clone(),
            kind: *kind,
            confidence,
            since: since.to_owned(),
        }
    }
}

/// The part of the subject where a marker was seen.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[strum(serialize_all = "lowercase")]
pub enum Field {
    /// The message of the commit.
    Message,
    /// An `author` header.
    Author,
    /// A `committer` header.
    Committer,
    /// The signature.
    Signature,
    /// The tree.
    Tree,
    /// The content of a file.
    Content,
    /// The name of the ref.
    #[strum(serialize = "ref")]
    RefName,
    /// A note's text.
    Note,
    /// A tag object: its message, tagger or signature.
    Tag(ObjectId),
    /// A replaced object.
    Replaced(ObjectId),
    /// Another header of a commit, by its key.
    Header(Vec<u8>),
}

impl Field {
    /// Returns the field that a text of [`Display`](fmt::Display) stands for. Of the key of a
    /// header that has what the text shows of it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let id = |id: &str| ObjectId::from_hex(id.as_bytes());
        Some(match text.split_once(' ') {
            Some(("tag", tag)) => Self::Tag(id(tag)?),
            Some(("replaced", object)) => Self::Replaced(id(object)?),
            Some(("header", key)) => Self::Header(key.as_bytes().to_vec()),
            _ => match text {
                "message" => Self::Message,
                "author" => Self::Author,
                "committer" => Self::Committer,
                "signature" => Self::Signature,
                "tree" => Self::Tree,
                "content" => Self::Content,
                "ref" => Self::RefName,
                "note" => Self::Note,
                _ => return None,
            },
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into())?;
        match self {
            Self::Tag(id) | Self::Replaced(id) => write!(f, " {id}"),
            Self::Header(key) => write!(f, " {}", excerpt(key, 40)),
            Self::Message
            | Self::Author
            | Self::Committer
            | Self::Signature
            | Self::Tree
            | Self::Content
            | Self::RefName
            | Self::Note => Ok(()),
        }
    }
}

/// A marker seen at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which marker.
    pub marker: Arc<Marker>,
    /// Where in the subject.
    pub field: Field,
    /// Line number from 1, in a message or a file.
    pub line: Option<usize>,
    /// The path, for files; the annotated object's id, for notes.
    pub path: Option<Vec<u8>>,
    /// The line as it is, cut to a bearable length.
    pub excerpt: Vec<u8>,
    /// The model that it names, `Opus 4.6` say.
    pub model: Option<String>,
    /// The vendor of that model.
    pub model_vendor: Option<String>,
    /// For path markers, what became of the file.
    pub path_use: Option<PathUse>,
    /// Set when the message names a commit that the mark may have been copied from.
    pub copy: Option<Copied>,
    /// Whether it is in a commit with several parents.
    pub in_merge: bool,
}

/// What is known of a mark that its commit may have copied from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The commit that the message names; `None` in what was read from a record.
    pub from: Option<ObjectId>,
    /// Whether that commit was judged before and the mark was demonstrably copied from it.
    /// Anybody can type the line that names it, so nothing is milder until this is so.
    pub confirmed: bool,
}

/// The longest excerpt kept, in bytes.
pub const EXCERPT: usize = 400;

impl Finding {
    /// A finding; the rest of its parts are set where they apply.
    #[must_use]
    pub fn new(marker: &Arc<Marker>, field: Field, excerpt: &[u8]) -> Self {
        let excerpt = excerpt.trim_ascii();
        Self {
            marker: Arc::clone(marker),
            field,
            line: None,
            path: None,
            excerpt: excerpt.get(..excerpt.len().min(EXCERPT)).unwrap_or_default().to_vec(),
            model: None,
            model_vendor: None,
            path_use: None,
            copy: None,
            in_merge: false,
        }
    }

    /// How sure the finding is: a mark that was demonstrably copied says little about this
    /// commit; one that is only claimed to be copied is as sure as any other.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let is_copy = self.copy.is_some_and(|copy| copy.confirmed);
        if is_copy { Confidence::Weak } else { self.marker.confidence }
    }
}

/// The tool that stands for any AI that is not known by name.
pub const UNKNOWN_AI: &str = "unknown-ai";

/// Of several markers of one tool at one place, keeps the surest, and the first of equals;
/// a nameless AI is dropped where a tool is named as surely. Tamper findings stay.
#[must_use]
pub fn surest(findings: Vec<Finding>) -> Vec<Finding> {
    if findings.len() < 2 {
        return findings;
    }
    // The surest of each tool at each place, and the places at which any tool is named.
    let mut best: HashMap<(&Field, Option<usize>, &str), usize> = HashMap::new();
    let mut named: HashMap<(&Field, Option<usize>), Confidence> = HashMap::new();
    let confidence = |at: usize| findings.get(at).map(|finding| finding.marker.confidence);
    for (at, finding) in findings.iter().enumerate() {
        let marker = &finding.marker;
        if marker.kind.carrier() == Carrier::HiddenMark {
            continue;
        }
        if marker.tool != UNKNOWN_AI {
            let surest = named.entry((&finding.field, finding.line)).or_insert(marker.confidence);
            *surest = marker.confidence.max(*surest);
        }
        let place = (&finding.field, finding.line, marker.tool.as_str());
        let known = best.entry(place).or_insert(at);
        if Some(marker.confidence) > confidence(*known) {
            *known = at;
        }
    }
    let keep: Vec<bool> = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| {
            let marker = &finding.marker;
            let place = (&finding.field, finding.line, marker.tool.as_str());
            let is_nameless = marker.tool == UNKNOWN_AI
                && named
                    .get(&(&finding.field, finding.line))
                    .is_some_and(|named| *named >= marker.confidence);
            marker.kind.carrier() == Carrier::HiddenMark
                || best.get(&place) == Some(&at) && !is_nameless
        })
        .collect();
    findings.into_iter().zip(keep).filter_map(|(finding, keep)| keep.then_some(finding)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(tool: &str, confidence: Confidence, line: usize) -> Finding {
        let marker = Marker {
            id: format!("{tool}/{confidence:?}"),
            tool: tool.into(),
            tool_name: tool.into(),
            vendor: String::new(),
            kind: Kind::Trailer,
            confidence,
            since: String::new(),
        };
        let mut finding = Finding::new(&Arc::new(marker), Field::Message, b"");
        finding.line = Some(line);
        finding
    }

    #[test]
    fn the_surest_of_a_line_is_kept_however_far_apart_they_were_found() {
        let mut all =
            vec![finding("a", Confidence::Weak, 1), finding(UNKNOWN_AI, Confidence::Strong, 2)];
        all.extend((10..500).map(|line| finding("b", Confidence::Strong, line)));
        all.extend([finding("a", Confidence::Strong, 1), finding("c", Confidence::Strong, 2)]);
        // A tool that is named less surely does not stand for one that is not named.
        all.extend([finding(UNKNOWN_AI, Confidence::Strong, 3), finding("d", Confidence::Weak, 3)]);
        let kept = surest(all);
        let of = |tool: &str| kept.iter().filter(|it| it.marker.tool == tool).count();
        assert_eq!((of("a"), of("b"), of("c"), of("d"), of(UNKNOWN_AI)), (1, 490, 1, 1, 1));
        assert!(
            kept.iter().all(|it| it.marker.tool != "a" || it.confidence() == Confidence::Strong)
        );
    }
}
