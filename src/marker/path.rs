//! The kind `path`: tools' own configuration files, and files that many tools share.
//!
//! Globs follow gitignore(5): without a slash in the middle they match at any depth,
//! with one from the top; `**` crosses slashes. A marker may ask for the structure of the
//! whole file too; one that has no paths finds a tool's file under another name, while the
//! contents of files are searched.

use std::collections::HashMap;
use std::sync::Arc;

use super::pattern::PathGlob;
use super::structure::Structure;
use super::tamper::Trick;
use crate::document::{Fields, Problem};
use crate::finding::{Kind, Marker, PathUse};

/// What a `path` marker looks for.
#[derive(Debug)]
pub struct Spec {
    pub(super) globs: Vec<Glob>,
    owner: Owner,
    pub(super) structure: Option<Structure>,
    /// Words of which one must be in a file before its structure is looked at, where there
    /// are no globs.
    pub(super) keywords: Vec<String>,
}

/// Whose file it is, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The tool's own.
    Tool,
    /// Many tools share it.
    Shared,
    /// The tool's own, and all that it does is to switch the tool or its credits off.
    OffSwitch,
}

impl Owner {
    /// What a commit does that adds or changes such a file.
    #[must_use]
    pub fn used(self, added: bool) -> PathUse {
        match (self, added) {
            (Self::Shared, _) => PathUse::Shared,
            (Self::OffSwitch, _) => PathUse::OffSwitch,
            (Self::Tool, true) => PathUse::Added,
            (Self::Tool, false) => PathUse::Changed,
        }
    }
}

#[derive(Debug)]
pub(super) struct Glob {
    pub(super) key: Key,
    pub(super) glob: PathGlob,
}

/// What some component of every matching path is, or begins with.
#[derive(Debug)]
pub(super) enum Key {
    Whole(Vec<u8>),
    Start(Vec<u8>),
}

/// The part of a glob's component before its first wildcard.
fn literal_start(component: &str) -> &str {
    let end = component.find(['*', '?', '[', '{', '\\']).unwrap_or(component.len());
    component.get(..end).unwrap_or("")
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        let paths = fields.strings("paths");
        let owner = match (fields.boolean("shared"), fields.boolean("off-switch")) {
            (_, true) => Owner::OffSwitch,
            (true, false) => Owner::Shared,
            (false, false) => Owner::Tool,
        };
        let structure = Structure::read(fields);
        if paths.is_empty() && structure.is_none() {
            fields.reader().report(Problem::new(fields.place(), "this marker needs `paths`"));
            return None;
        }
        let keywords = if paths.is_empty() { super::line::keywords(fields)? } else { Vec::new() };
        let globs = paths.into_iter().filter_map(|(text, place)| {
            let anchored = text.trim_end_matches("/**").contains('/');
            let components = || text.split('/').filter(|part| !part.is_empty() && *part != "**");
            let whole = components().rfind(|part| literal_start(part) == *part);
            let start = components().map(literal_start).max_by_key(|start| start.len());
            let key = match (whole, start) {
                (Some(name), _) => Key::Whole(name.as_bytes().to_vec()),
                (None, Some(start)) if !start.is_empty() || components().count() == 1 => {
                    Key::Start(start.as_bytes().to_vec())
                }
                _ => {
                    let message = format!("`{text}` names no part of a file or directory");
                    let help =
                        "a path marker needs a component that does not begin with a wildcard";
                    fields.reader().report(Problem::new(place, message).help(help));
                    return None;
                }
            };
            let full = match text.strip_prefix('/') {
                Some(rest) => rest.to_owned(),
                None if anchored => text.to_owned(),
                None => format!("**/{text}"),
            };
            PathGlob::read(fields, full, place).map(|glob| Glob { key, glob })
        });
        Some(Self { globs: globs.collect(), owner, structure, keywords })
    }
}

/// A path marker that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathMatch {
    /// Which one.
    pub marker: Arc<Marker>,
    /// Whose file it is.
    pub owner: Owner,
    /// Whether the marker asks for a structure; then the file is to be read, and
    /// [`Matcher::settle`] asked.
    pub structured: bool,
}

/// What a link in the place of a directory would hold.
pub(super) fn inside(link: &[u8]) -> Vec<u8> {
    [link, b"/."].concat()
}

/// All path markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    /// Component to (marker, glob).
    by_name: HashMap<Vec<u8>, Vec<(usize, usize)>>,
    /// What a component begins with, marker, glob.
    by_start: Vec<(Vec<u8>, usize, usize)>,
    /// Dotted names in lower case, to the name as it is.
    dotted: HashMap<Vec<u8>, Vec<u8>>,
}

impl Matcher {
    pub(super) fn new(markers: Vec<(Arc<Marker>, Spec)>) -> Self {
        let mut by_name: HashMap<Vec<u8>, Vec<(usize, usize)>> = HashMap::new();
        let mut by_start = Vec::new();
        for (at, (_, spec)) in markers.iter().enumerate() {
            for (nth, glob) in spec.globs.iter().enumerate() {
                match &glob.key {
                    Key::Whole(name) => by_name.entry(name.clone()).or_default().push((at, nth)),
                    Key::Start(start) => by_start.push((start.clone(), at, nth)),
                }
            }
        }
        let dotted = by_name.keys().filter(|name| name.starts_with(b"."));
        let dotted = dotted.map(|name| (name.to_ascii_lowercase(), name.clone())).collect();
        Self { markers, by_name, by_start, dotted }
    }

    /// Whether there is any marker of this kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.markers.is_empty()
    }

    /// Whether any marker asks for a component of this name.
    #[must_use]
    pub fn is_key(&self, component: &[u8]) -> bool {
        self.by_name.contains_key(component)
            || component.starts_with(b".") && self.dotted(component).is_some()
            || self.by_start.iter().any(|(start, ..)| component.starts_with(start))
    }

    /// The markers of a path.
    #[must_use]
    pub fn find(&self, path: &[u8]) -> Vec<PathMatch> {
        let mut found: Vec<usize> = Vec::new();
        for component in path.split(|&byte| byte == b'/') {
            for &(at, nth) in self.by_name.get(component).into_iter().flatten() {
                self.test(path, at, nth, &mut found);
            }
            for (start, at, nth) in &self.by_start {
                if component.starts_with(start) {
                    self.test(path, *at, *nth, &mut found);
                }
            }
        }
        let found = found.iter().filter_map(|&at| self.markers.get(at));
        let found = found.map(|(marker, spec)| PathMatch {
            marker: Arc::clone(marker),
            owner: spec.owner,
            structured: spec.structure.is_some(),
        });
        found.collect()
    }

    /// Keeps of the markers of a path those whose structure the file has; `None` is a file
    /// that can't be read. What a tool's off-switch explains is not its configuration.
    pub fn settle(&self, found: &mut Vec<PathMatch>, content: Option<&[u8]>) {
        let holds = |it: &PathMatch| {
            let spec = self.markers.iter().find(|(marker, _)| *marker == it.marker);
            let structure = spec.and_then(|(_, spec)| spec.structure.as_ref());
            structure.zip(content).is_some_and(|(structure, content)| structure.is_of(content))
        };
        found.retain(|it| !it.structured || holds(it));
        let off = found.iter().filter(|it| it.owner == Owner::OffSwitch);
        let off: Vec<String> = off.map(|it| it.marker.tool.clone()).collect();
        found.retain(|it| it.owner == Owner::OffSwitch || !off.contains(&it.marker.tool));
    }

    /// The markers of a path that plain reading does not show: a dotted name in another
    /// case, which a file system that ignores case takes for the same (`.Claude/`; never
    /// `claude.md`, which is a document), or a link in the place of a tool's directory.
    #[must_use]
    pub fn find_disguised(&self, path: &[u8], is_link: bool) -> Vec<(PathMatch, Trick)> {
        let proper = self.proper(path);
        let mut found: Vec<(PathMatch, Trick)> = Vec::new();
        if proper != path {
            found.extend(self.find(&proper).into_iter().map(|found| (found, Trick::Case)));
        }
        if is_link {
            let inside = inside(&proper);
            found.extend(self.find(&inside).into_iter().map(|found| (found, Trick::Link)));
        }
        found
    }

    /// The path with its dotted names in their own case.
    pub(super) fn proper(&self, path: &[u8]) -> Vec<u8> {
        let components = path.split(|&byte| byte == b'/');
        let components =
            components.map(|component| self.dotted(component).map_or(component, Vec::as_slice));
        components.collect::<Vec<_>>().join(&b'/')
    }

    /// The dotted name that a component is, whatever its case.
    fn dotted(&self, component: &[u8]) -> Option<&Vec<u8>> {
        if !component.starts_with(b".") {
            return None;
        }
        self.dotted.get(&component.to_ascii_lowercase())
    }

    fn test(&self, path: &[u8], at: usize, nth: usize, found: &mut Vec<usize>) {
        let glob = self.markers.get(at).and_then(|(_, spec)| spec.globs.get(nth));
        if !found.contains(&at) && glob.is_some_and(|glob| glob.glob.is_match(path)) {
            found.push(at);
        }
    }
}
