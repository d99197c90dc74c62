//! The kind `ref`: branch and tag names that a tool gives. People choose such names too,
//! so these markers are always weak.

use std::sync::{Arc, OnceLock};

use super::alike::alike;
use super::claims::{Claim, joined};
use super::pattern::{PathGlob, Pattern};
use crate::document::{Fields, Problem};
use crate::finding::{Confidence, Kind, Marker};
use crate::text::escape::lossy;

/// What a `ref` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) globs: Vec<(String, PathGlob)>,
    pub(super) pattern: Option<Pattern>,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let refs = fields.strings("refs");
        if refs.is_empty() {
            fields.reader().report(Problem::new(fields.place(), "this marker needs `refs`"));
            return None;
        }
        let mut globs = Vec::new();
        for (text, place) in refs {
            if !text.starts_with("refs/") {
                let problem = Problem::new(place, format!("`{text}` is not a full ref name"));
                fields
                    .reader()
                    .report(problem.help("a branch is refs/heads/NAME, a tag refs/tags/NAME"));
                continue;
            }
            let end = text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len());
            let start = text.get(..end).unwrap_or("").to_owned();
            globs.extend(PathGlob::read(fields, text.to_owned(), place).map(|glob| (start, glob)));
        }
        let pattern = fields.string("pattern");
        let pattern =
            pattern.and_then(|text| Pattern::read(fields, text, fields.place_of_value("pattern")));
        Some(Self { globs, pattern })
    }

    /// The same for names in the spelling of [`super::alike`].
    fn alike(&self) -> Self {
        let glob = |(start, glob): &(String, PathGlob)| (alike(start), glob.alike());
        Self {
            globs: self.globs.iter().map(glob).collect(),
            pattern: self.pattern.as_ref().map(Pattern::alike),
        }
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let condition = joined(self.pattern.iter());
        let globs = self.globs.iter().map(|(_, glob)| glob.source());
        globs.map(|glob| Claim::new("", glob, &condition)).collect()
    }
}

/// A ref name without what says that it is a branch or a tag.
pub(super) fn short(name: &[u8]) -> &[u8] {
    let prefixes = [b"refs/heads/".as_slice(), b"refs/tags/"];
    prefixes.iter().find_map(|prefix| name.strip_prefix(*prefix)).unwrap_or(name)
}

/// All ref markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    /// The same markers in the spelling of [`super::alike`], made when a name needs them.
    alike: OnceLock<Box<Self>>,
}

impl Matcher {
    pub(super) fn new(markers: Vec<(Arc<Marker>, Spec)>) -> Self {
        debug_assert!(markers.iter().all(|(marker, _)| marker.confidence == Confidence::Weak));
        Self { markers, alike: OnceLock::new() }
    }

    /// The markers in the spelling in which a reading is.
    pub(super) fn spelled(&self, is_alike: bool) -> &Self {
        if !is_alike {
            return self;
        }
        self.alike.get_or_init(|| {
            let other = |(marker, spec): &(Arc<Marker>, Spec)| (Arc::clone(marker), spec.alike());
            Box::new(Self::new(self.markers.iter().map(other).collect()))
        })
    }

    /// The markers of a full ref name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Vec<Arc<Marker>> {
        let short = short(name);
        let is = |spec: &Spec| {
            spec.globs
                .iter()
                .any(|(start, glob)| name.starts_with(start.as_bytes()) && glob.is_match(name))
                && spec.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&lossy(short)))
        };
        let found = self.markers.iter().filter(|(_, spec)| is(spec));
        found.map(|(marker, _)| Arc::clone(marker)).collect()
    }
}
