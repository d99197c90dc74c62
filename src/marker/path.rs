//! The kind `path`: tools' own configuration files, and files that many tools share.
//!
//! Globs follow gitignore(5): without a slash in the middle they match at any depth,
//! with one from the top; `**` crosses slashes. A marker may ask for the structure of the
//! whole file too; one that has no paths finds a tool's file under another name, while the
//! contents of files are searched.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::claims::Claim;
use super::file_name::{lower, without_ignored};
use super::pattern::PathGlob;
use super::structure::{Structure, StructuredFile};
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

impl Glob {
    /// Its components without wildcards.
    fn names(&self) -> impl Iterator<Item = &str> {
        let components = self.glob.source().split('/').filter(|part| !part.is_empty());
        components.filter(|part| literal_start(part) == *part)
    }

    /// Whether a component begins with a full stop. Such a path is a tool's in any case;
    /// without one, a name in another case may well be that of a document.
    fn is_dotted(&self) -> bool {
        self.glob.source().split('/').any(|part| part.starts_with('.'))
    }
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

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let structure = self.structure.iter().flat_map(Structure::sources);
        let structure = structure.collect::<Vec<_>>().join("\n");
        if self.globs.is_empty() {
            return vec![Claim::new("", &structure, "")];
        }
        let globs = self.globs.iter().map(|glob| glob.glob.source());
        globs.map(|glob| Claim::new("", glob, &structure)).collect()
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
    /// `Matcher::settle` asked.
    pub structured: bool,
}

/// A path marker that matched, and how its path was disguised, if it was.
pub type Disguised = (PathMatch, Option<Trick>);

/// All path markers.
#[derive(Debug)]
pub struct Matcher {
    pub(super) markers: Vec<(Arc<Marker>, Spec)>,
    /// Component to (marker, glob).
    by_name: HashMap<Vec<u8>, Vec<(usize, usize)>>,
    /// What a component begins with, marker, glob.
    by_start: Vec<(Vec<u8>, usize, usize)>,
    /// Names that are the same in any case, in lower case, to the name as it is.
    any_case: HashMap<Vec<u8>, Vec<u8>>,
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
        let any_case = any_case(&markers);
        Self { markers, by_name, by_start, any_case }
    }

    /// Whether there is any marker of this kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.markers.is_empty()
    }

    /// As [`Matcher::settle`], for markers whose path may be disguised.
    pub fn settle_all(
        &self,
        found: &mut Vec<Disguised>,
        holds: &mut dyn FnMut(&PathMatch) -> bool,
    ) {
        let mut held: Vec<PathMatch> = found.iter().map(|(found, _)| found.clone()).collect();
        self.settle(&mut held, holds);
        found.retain(|(found, _)| held.contains(found));
    }

    /// Whether any marker asks for a component of this name, disguised or not.
    #[must_use]
    pub fn is_key(&self, component: &[u8]) -> bool {
        let is_key = |name: &[u8]| {
            self.by_name.contains_key(name)
                || self.by_start.iter().any(|(start, ..)| name.starts_with(start))
        };
        let proper = self.proper_name(component);
        is_key(component) || *proper != *component && is_key(&proper)
    }

    /// Whether the last component of a path is one that a marker asks for: then the same
    /// below another directory may be a tool's file.
    #[must_use]
    pub fn ends_in_key(&self, path: &[u8]) -> bool {
        path.rsplit(|&byte| byte == b'/').next().is_some_and(|name| self.is_key(name))
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

    /// Whether a file has the structure that a marker of its path asks for.
    #[must_use]
    pub fn has_structure(&self, found: &PathMatch, file: &StructuredFile<'_>) -> bool {
        let spec = self.markers.iter().find(|(marker, _)| *marker == found.marker);
        let structure = spec.and_then(|(_, spec)| spec.structure.as_ref());
        structure.is_some_and(|structure| structure.is_of(file))
    }

    /// Keeps of the markers of a path those whose structure the file has, by
    /// [`Matcher::has_structure`]. What a tool's off-switch explains is not its configuration.
    pub fn settle(&self, found: &mut Vec<PathMatch>, holds: &mut dyn FnMut(&PathMatch) -> bool) {
        found.retain(|it| !it.structured || holds(it));
        let off = found.iter().filter(|it| it.owner == Owner::OffSwitch);
        let off: Vec<String> = off.map(|it| it.marker.tool.clone()).collect();
        found.retain(|it| it.owner == Owner::OffSwitch || !off.contains(&it.marker.tool));
    }

    /// The markers of a path, and those that plain reading does not show.
    #[must_use]
    pub fn find_all(&self, path: &[u8], in_place_of_directory: bool) -> Vec<Disguised> {
        let plain = self.find(path).into_iter().map(|found| (found, None));
        let mut all: Vec<Disguised> = plain.collect();
        for (trick, proper) in self.disguises(path, in_place_of_directory) {
            for found in self.find(&proper) {
                if all.iter().all(|(known, _)| *known != found) {
                    all.push((found, Some(trick)));
                }
            }
        }
        all
    }

    /// What a path may stand for: the same with names that a file system takes for other
    /// ones (`.Claude`, `CLAUDE.md.`; never `claude.md`, which is a document), and of a link
    /// or a submodule in the place of a tool's directory, something in that directory.
    pub(super) fn disguises(
        &self,
        path: &[u8],
        in_place_of_directory: bool,
    ) -> Vec<(Trick, Vec<u8>)> {
        let mut all = Vec::new();
        let proper = self.proper(path);
        let inside = in_place_of_directory.then(|| [&*proper, b"/."].concat());
        if *proper != *path {
            all.push((Trick::Case, proper.into_owned()));
        }
        all.extend(inside.map(|inside| (Trick::Link, inside)));
        all
    }

    /// The path with the names that file systems take its own for.
    fn proper<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        let components = || path.split(|&byte| byte == b'/');
        if components().all(|name| *self.proper_name(name) == *name) {
            return Cow::Borrowed(path);
        }
        let names: Vec<Cow<'_, [u8]>> = components().map(|name| self.proper_name(name)).collect();
        Cow::Owned(names.join(&b'/'))
    }

    /// The name that a file system takes a name for: a marker's, where it is one.
    fn proper_name<'n>(&'n self, name: &'n [u8]) -> Cow<'n, [u8]> {
        let name = without_ignored(name);
        let lowered = lower(&name);
        if let Some(known) = self.any_case.get(&*lowered) {
            return Cow::Borrowed(known);
        }
        let mut starts = self.by_start.iter().map(|(start, ..)| start);
        let start = starts.find(|start| {
            start.starts_with(b".")
                && lowered.starts_with(&lower(start))
                && !name.starts_with(start)
        });
        match start.and_then(|start| Some([start, name.get(start.len()..)?].concat())) {
            Some(known) => Cow::Owned(known),
            None => name,
        }
    }

    fn test(&self, path: &[u8], at: usize, nth: usize, found: &mut Vec<usize>) {
        let glob = self.markers.get(at).and_then(|(_, spec)| spec.globs.get(nth));
        if !found.contains(&at) && glob.is_some_and(|glob| glob.glob.is_match(path)) {
            found.push(at);
        }
    }
}

/// The names that are the same in any case, in lower case, with the name as it is: those of
/// paths with a dotted name, if they do not stand alone too.
fn any_case(markers: &[(Arc<Marker>, Spec)]) -> HashMap<Vec<u8>, Vec<u8>> {
    let globs = || markers.iter().flat_map(|(_, spec)| &spec.globs);
    let plain: HashSet<&str> =
        globs().filter(|glob| !glob.is_dotted()).flat_map(Glob::names).collect();
    let mut names = HashMap::new();
    for name in globs().filter(|glob| glob.is_dotted()).flat_map(Glob::names) {
        if !plain.contains(name) {
            let known = names.entry(name.to_ascii_lowercase().into_bytes());
            known.or_insert_with(|| name.as_bytes().to_vec());
        }
    }
    names
}
