//! `[[policy.scope]]`: settings for some repositories, refs, paths, pushers or sizes of
//! change. Those that match are laid over the policy in file order, later ones winning.

use super::globs::{Globs, is_file_name};
use super::pusher::Pushers;
use super::settings::Settings;
use crate::document::{Fields, Place, Problem};
use crate::git::ChangeSize;

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

/// A part of the policy that holds for some repositories, refs, paths or pushers.
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
