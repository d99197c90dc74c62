//! What was found out about one hook: checks, each with its outcome and what to do.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::git::ObjectId;
use crate::text::escape;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Worth knowing; pushes are judged all the same.
    Note,
    /// Pushes may be let through unjudged, or refused for no reason.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, for scripts.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen.
    pub text: String,
    /// What to do, where something has to be done.
    pub step: Option<String>,
}

/// What was found out about one hook.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The repository, or the place of the hook.
    #[serde(serialize_with = "shown")]
    pub path: PathBuf,
    /// The platform that the hook was written for, or else that was found.
    pub platform: String,
    /// The hook's file; `None` for one in git's configuration.
    #[serde(serialize_with = "shown_if_any")]
    pub hook: Option<PathBuf>,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
    /// The refs whose present values the decision log has not judged.
    pub unseen: Vec<Unseen>,
}

/// A path need not be text, as JSON must be.
fn shown<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&escape::path(path))
}

#[expect(clippy::ref_option, reason = "the form that serde calls")]
fn shown_if_any<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(escape::path).serialize(to)
}

impl Diagnosis {
    pub(super) fn ok(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Ok, text: text.into(), step: None });
    }

    pub(super) fn note(&mut self, name: &'static str, text: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::Note, text: text.into(), step: None });
    }

    pub(super) fn wrong(
        &mut self,
        name: &'static str,
        text: impl Into<String>,
        step: impl Into<String>,
    ) {
        let (text, step) = (text.into(), Some(step.into()));
        self.checks.push(Check { name, outcome: Outcome::Wrong, text, step });
    }

    /// The worst of its checks.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Ok)
    }
}

/// One such ref.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// The ref.
    #[serde(rename = "ref")]
    pub name: String,
    /// Its present value.
    #[serde(serialize_with = "hex")]
    pub value: ObjectId,
    /// What the log has of it.
    pub why: Why,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn hex<S: Serializer>(id: &ObjectId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

/// What a log has of a ref whose present value it has not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nothing.
    Never,
    /// Other values of it.
    OtherValues,
    /// That it was let in unjudged.
    LetIn,
}
