//! Globs over repositories, refs and paths, compiled when they are first used.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobMatcher};

use crate::document::{Fields, Problem};
use crate::git::without_namespaces;

/// A glob, compiled when a name has its beginning: there can be thousands, and compiling
/// one costs more than judging a commit.
#[derive(Clone, Debug)]
struct Lazy {
    glob: Glob,
    /// What stands before its first special character.
    literal: String,
    matcher: OnceLock<GlobMatcher>,
}

impl Lazy {
    fn new(glob: Glob) -> Self {
        let text = glob.glob();
        let special = text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len());
        let literal = text.get(..special).unwrap_or_default().to_owned();
        Self { glob, literal, matcher: OnceLock::new() }
    }

    fn matches(&self, name: &[u8]) -> bool {
        if self.literal.len() == self.glob.glob().len() {
            return name == self.literal.as_bytes();
        }
        name.starts_with(self.literal.as_bytes())
            && self
                .matcher
                .get_or_init(|| self.glob.compile_matcher())
                .is_match(OsStr::from_bytes(name))
    }
}

/// Globs of which one must match; without any, everything does.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs(Option<Vec<Lazy>>);

impl Globs {
    /// Reads an array of globs, in which `*` stops at a slash and `**` does not.
    pub(super) fn read(fields: &mut Fields<'_>, key: &'static str) -> Self {
        let given = fields.entries().contains_key(key);
        let mut globs = Vec::new();
        for (text, place) in fields.strings(key) {
            match GlobBuilder::new(text).literal_separator(true).build() {
                Ok(glob) => globs.push(Lazy::new(glob)),
                Err(error) => {
                    let problem = Problem::new(place, format!("`{text}` is not a glob"));
                    fields.reader().report(problem.help(error.kind().to_string()));
                }
            }
        }
        if given && globs.is_empty() {
            let problem = Problem::new(fields.place_of(key), format!("`{key}` names nothing"));
            fields.reader().report(problem.help("leave the key out to mean everything"));
        }
        Self(given.then_some(globs))
    }

    /// Reads globs over ref names, which must be written in full.
    pub(super) fn read_refs(fields: &mut Fields<'_>, key: &'static str) -> Self {
        for (text, place) in fields.strings(key) {
            if !text.starts_with("refs/") && !text.starts_with('*') {
                let message = format!("`{text}` is no ref name in full");
                let help = format!("did you mean `refs/heads/{text}`?");
                fields.reader().report(Problem::new(place, message).help(help));
            }
        }
        Self::read(fields, key)
    }

    pub(super) fn matches(&self, name: &[u8]) -> bool {
        let Some(globs) = &self.0 else { return true };
        globs.iter().any(|glob| glob.matches(name))
    }

    pub(super) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The globs as they are written; none when nothing is given.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(|glob| glob.glob.glob())
    }

    /// For each glob a name that it may match.
    pub(super) fn samples(&self) -> Vec<String> {
        let sample = |glob: &Lazy| glob.glob.glob().replace("**", "x").replace(['*', '?'], "x");
        self.0.iter().flatten().map(sample).collect()
    }
}

/// Patterns over ref names as an exception of the policy has them.
#[derive(Clone, Debug, Default)]
pub struct RefPatterns(Vec<Lazy>);

impl RefPatterns {
    /// Reads patterns; one that is none matches nothing.
    pub fn new<'t>(patterns: impl IntoIterator<Item = &'t str>) -> Self {
        let build = |text| GlobBuilder::new(text).literal_separator(true).build().ok();
        Self(patterns.into_iter().filter_map(build).map(Lazy::new).collect())
    }

    /// Whether one of them matches a full ref name, by which the ref is judged in its namespace.
    #[must_use]
    pub fn matches(&self, name: &[u8]) -> bool {
        let name = without_namespaces(name);
        self.0.iter().any(|glob| glob.matches(name))
    }
}

/// Whether a name can be that of a file in a folder.
pub(super) fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.len() <= 100 && name.bytes().all(plain)
}
