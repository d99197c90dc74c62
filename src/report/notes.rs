//! What a pusher reads beside a verdict: that his push could not be judged or not whole,
//! how far a long judgement is, and what else he should know. The words are templates
//! (`report::texts`).

use minijinja::Value;
use minijinja::value::Serde;
use serde::{Serialize, Serializer};

use super::pusher::fit;
use super::texts::Templates;
use super::{Cut, Texts};
use crate::document::FileLine;
use crate::text::WordEnum;

/// Why a push could not be judged, or not whole; and what becomes of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Unjudged<'u> {
    /// What could not be done.
    pub what: Undone,
    /// Whether the push is refused.
    pub refused: bool,
    /// Whether it is refused for what was found, too, which was said before.
    pub beside_others: bool,
    /// The limit that was reached, if it was one.
    #[serde(serialize_with = "reached_limit")]
    pub cut: Option<&'u Cut>,
    /// The error, if it was one.
    pub error: String,
    /// The mistakes of a configuration, as they are shown.
    pub mistakes: String,
    /// What to do about the error.
    pub next_step: String,
    /// Whom to ask.
    pub contact: Option<&'u str>,
}

/// What could not be done with a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Undone {
    /// It could not be judged.
    #[default]
    Judged,
    /// It could not be put on record.
    Recorded,
    /// It is refused for itself, and only the pusher can change that.
    Refused,
}

/// Writes a limit that was reached as templates use it: with amounts as people write them.
#[allow(clippy::ref_option, reason = "serde wants a reference")]
fn reached_limit<S: Serializer>(cut: &Option<&Cut>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct ReachedLimit {
        limit: &'static str,
        most: String,
        because: String,
        refused: bool,
        judged: usize,
        of: Option<usize>,
    }
    let reached = cut.map(|cut| ReachedLimit {
        limit: cut.limit.word(),
        most: cut.most.to_string(),
        because: FileLine::shown(cut.because.as_ref()),
        refused: cut.refused,
        judged: cut.judged,
        of: cut.of,
    });
    reached.serialize(to)
}

/// A word beside a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case")]
pub enum Note {
    /// The platform merges.
    Merge {
        /// The number of the request.
        number: Option<u64>,
    },
    /// Something was done on the platform's pages, or by its API.
    Web {
        /// The number of the request.
        number: Option<u64>,
    },
    /// The platform itself pushes.
    Internal {
        /// The number of the request.
        number: Option<u64>,
    },
    /// A wiki, design or snippet repository.
    OtherStore,
    /// Some of the commits were let in unjudged before.
    Again {
        /// How many.
        commits: usize,
    },
    /// A file of the configuration has mistakes and is replaced by its last good text.
    LastGood {
        /// Which one.
        file: String,
    },
    /// The decision could not be recorded, and stands all the same.
    Unrecorded {
        /// Why not.
        error: String,
        /// Where the configuration says so.
        place: String,
    },
    /// The platform only asks, and there is nothing to judge.
    NothingYet,
    /// How far a judgement is that takes long.
    Progress {
        /// How many commits are done.
        done: usize,
        /// Of how many, if that is known.
        of: Option<usize>,
        /// Seconds since it began.
        seconds: u64,
    },
}

/// The text for a push that could not be judged, or not whole.
#[must_use]
pub fn unjudged(texts: &Texts, values: &Unjudged<'_>) -> String {
    fit(&Templates::new(texts).render("unjudged", &Value::from(Serde(values))))
}

/// The text of a note.
#[must_use]
pub fn note(texts: &Texts, note: &Note) -> String {
    #[derive(Serialize)]
    struct Values<'v> {
        #[serde(flatten)]
        note: &'v Note,
        contact: Option<&'v str>,
    }
    let values = Values { note, contact: texts.contact.as_deref() };
    fit(&Templates::new(texts).render("notes", &Value::from(Serde(&values))))
}
