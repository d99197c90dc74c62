//! `[[policy.scope]]`: settings for some repositories, refs, paths, pushers or sizes of
//! change. Those that match are laid over the policy in file order, later ones winning.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobMatcher};

use super::settings::Settings;
use crate::document::{Fields, Place, Problem};
use crate::git::ChangeSize;
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

/// Names of which one must be there; without any, everybody is meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Pushers {
    logins: Vec<String>,
    groups: Vec<String>,
}

impl Pushers {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let all = |names: Vec<(&str, &Place)>| names.iter().map(|(it, _)| (*it).into()).collect();
        Self { logins: all(fields.strings("pushers")), groups: all(fields.strings("groups")) }
    }

    /// Whether they are named at all.
    pub(super) fn is_given(&self) -> bool {
        !self.logins.is_empty() || !self.groups.is_empty()
    }

    pub(super) fn include(&self, who: &Pusher) -> bool {
        let login = who.login.as_ref();
        login.is_some_and(|login| self.logins.contains(login))
            || self.groups.iter().any(|group| who.groups.contains(group))
    }

    /// Whether everybody whom these name is also named by `other`.
    pub(super) fn are_among(&self, other: &Self) -> bool {
        self.logins.iter().all(|login| other.logins.contains(login))
            && self.groups.iter().all(|group| other.groups.contains(group))
    }
}

/// As they are written in a file.
impl std::fmt::Display for Pushers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{ groups = {:?}, pushers = {:?} }}", self.groups, self.logins)
    }
}

/// Who pushes, as far as the platform says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pusher {
    /// The login.
    pub login: Option<String>,
    /// The groups that the platform, or the policy's own `[policy.groups]`, put him in.
    pub groups: Vec<String>,
}

/// Between what amounts a part of a change's size is, bounds included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    min: Option<usize>,
    max: Option<usize>,
}

impl Bounds {
    fn read(fields: &mut Fields<'_>, min_key: &'static str, max_key: &'static str) -> Self {
        let (min, max) = (fields.count(min_key), fields.count(max_key));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let message = format!("`{min_key}` is more than `{max_key}`, so nothing matches");
            fields.reader().report(Problem::new(fields.place_of(min_key), message));
        }
        Self { min, max }
    }

    fn are_given(self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Whether an amount is within them. One that is not known is only where none are given,
    /// and one that can't be told (`usize::MAX`) is more than any upper bound.
    fn hold(self, amount: Option<usize>) -> bool {
        self.min.is_none_or(|min| amount.is_some_and(|amount| amount >= min))
            && self
                .max
                .is_none_or(|max| amount.is_some_and(|amount| amount <= max && amount < usize::MAX))
    }
}

/// See the head of this file.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) repositories: Globs,
    pub(super) refs: Globs,
    pub(super) paths: Globs,
    pub(super) pushers: Pushers,
    pub(super) lines: Bounds,
    pub(super) bytes: Bounds,
    pub(super) settings: Settings,
}

impl Scope {
    /// Reads an entry; problems go to the fields' reader.
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let scope = Self {
            place: fields.place_of("id").clone(),
            id: fields.required_string("id")?.to_owned(),
            repositories: Globs::read(&mut fields, "repositories"),
            refs: Globs::read_refs(&mut fields, "refs"),
            paths: Globs::read(&mut fields, "paths"),
            pushers: Pushers::read(&mut fields),
            lines: Bounds::read(&mut fields, "min-lines", "max-lines"),
            bytes: Bounds::read(&mut fields, "min-bytes", "max-bytes"),
            settings: Settings::read(&mut fields),
        };
        let reader = fields.reader();
        if !is_file_name(&scope.id) {
            let message = format!("the id `{}` of a scope must be a plain word", scope.id);
            let problem = Problem::new(&scope.place, message);
            reader.report(
                problem.help("letters, digits, `-`, `_` and `.`: a file is named after it"),
            );
        }
        fields.string("about");
        fields.finish();
        Some(scope)
    }

    /// Whether it depends on more than repository and ref.
    pub(super) fn is_conditional(&self) -> bool {
        self.pushers.is_given() || self.is_by_change()
    }

    /// Whether it depends on what a commit changes.
    pub(super) fn is_by_change(&self) -> bool {
        self.paths.is_given() || self.asks_for_size()
    }

    pub(super) fn asks_for_size(&self) -> bool {
        self.lines.are_given() || self.bytes.are_given()
    }

    /// Whether a change of this size, in this file, is meant. What is not known matches
    /// nothing.
    pub(super) fn covers_change(&self, path: Option<&[u8]>, size: Option<ChangeSize>) -> bool {
        (!self.paths.is_given() || path.is_some_and(|path| self.paths.matches(path)))
            && self.lines.hold(size.map(|size| size.lines))
            && self.bytes.hold(size.map(|size| size.bytes))
    }
}

/// Whether a name can be that of a file in a folder.
pub(super) fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.len() <= 100 && name.bytes().all(plain)
}
