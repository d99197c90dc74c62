//! What `disclose` accepts: the trailers by which a commit says that a tool was used.
//!
//! Sources of the conventions: the kernel's Documentation/process/coding-assistants.rst
//! (`Assisted-by: AGENT:MODEL [TOOL]...`), the Fedora council's policy of 2025-10-22
//! (free text), the ASF's Generative Tooling Guidance (`Generated-by:`), OpenInfra's and
//! others' of the same form.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::placed::{Placed, replace};
use crate::document::{Fields, Place, Problem};
use crate::text::{WordEnum, folded_key};

/// The trailers that disclose where a policy names none.
const TRAILERS: [&str; 11] = [
    "Assisted-by",
    "AI-Assisted-by",
    "AI-Assisted",
    "Generated-by",
    "AI-Generated-by",
    "Co-authored-by-AI",
    "Commit-generated-by",
    "AI-Tool",
    "AI-Model",
    "Agent",
    "Made-with",
];

/// The form that a disclosure must have.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Grammar {
    /// Any text that is neither empty, a denial nor a placeholder.
    Free,
    /// `AGENT_NAME:MODEL_VERSION [TOOL]...`, as the Linux kernel wants it.
    Kernel,
}

impl WordEnum for Grammar {}

/// What a disclosure must name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Names {
    /// Nothing in particular.
    Anything,
    /// The tool that was found, or a model of its vendor.
    Tool,
}

impl WordEnum for Names {}

/// `[policy.disclosure]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Disclosure {
    /// The trailers as written.
    pub(super) trailers: Option<Placed<Vec<String>>>,
    pub(super) grammar: Option<Placed<Grammar>>,
    pub(super) names: Option<Placed<Names>>,
    /// Whether the tool's own credit trailer is a disclosure.
    pub(super) own_credit: Option<Placed<bool>>,
}

/// Why there is no disclosure that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undisclosed {
    /// There is none at all.
    Absent,
    /// The one there is a denial, such as `none`.
    Denied,
    /// The one there is a template's placeholder.
    Placeholder,
    /// The one there has not the form that policy asks for.
    Form,
    /// The one there names another tool, or none that is known.
    OtherTool,
}

impl Disclosure {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let mut trailers = Vec::new();
        for (name, place) in fields.strings("trailers") {
            if folded_key(name.as_bytes()).is_empty() || name.contains(':') {
                let problem = Problem::new(place, format!("`{name}` is no trailer's key"));
                fields.reader().report(problem.help("write it without the colon: Assisted-by"));
            }
            trailers.push(name.to_owned());
        }
        let placed = |fields: &Fields<'_>, key| fields.place_of(key).clone();
        let given = fields.entries().contains_key("trailers");
        let trailers = given.then(|| Placed { value: trailers, place: placed(fields, "trailers") });
        let grammar = fields.one_of("grammar");
        let grammar = grammar.map(|value| Placed { value, place: placed(fields, "grammar") });
        let names = fields.one_of("names");
        let names = names.map(|value| Placed { value, place: placed(fields, "names") });
        let given = fields.entries().contains_key("own-credit");
        let value = fields.boolean("own-credit");
        let own_credit = given.then(|| Placed { value, place: placed(fields, "own-credit") });
        Self { trailers, grammar, names, own_credit }
    }

    pub(super) fn lay_over(&mut self, over: &Self) {
        replace(&mut self.trailers, &over.trailers);
        replace(&mut self.grammar, &over.grammar);
        replace(&mut self.names, &over.names);
        replace(&mut self.own_credit, &over.own_credit);
    }

    /// The trailers that disclose, as people write them.
    pub(super) fn trailers(&self) -> Vec<&str> {
        match &self.trailers {
            Some(placed) => placed.value.iter().map(String::as_str).collect(),
            None => TRAILERS.to_vec(),
        }
    }

    pub(super) fn grammar(&self) -> Grammar {
        self.grammar.as_ref().map_or(Grammar::Free, |placed| placed.value)
    }

    pub(super) fn names(&self) -> Names {
        self.names.as_ref().map_or(Names::Tool, |placed| placed.value)
    }

    pub(super) fn own_credit(&self) -> bool {
        self.own_credit.as_ref().is_none_or(|placed| placed.value)
    }

    /// The keys beside the trailers, with their values as a file would have them.
    pub(super) fn switches(&self) -> [(&'static str, String, Option<&Place>); 3] {
        [
            (
                "grammar",
                format!("\"{}\"", self.grammar().word()),
                self.grammar.as_ref().map(|it| &it.place),
            ),
            (
                "names",
                format!("\"{}\"", self.names().word()),
                self.names.as_ref().map(|it| &it.place),
            ),
            (
                "own-credit",
                self.own_credit().to_string(),
                self.own_credit.as_ref().map(|it| &it.place),
            ),
        ]
    }

    /// Whether a disclosure that this accepts is accepted by `other` too, as far as can
    /// be shown.
    pub(super) fn is_as_strict_as(&self, other: &Self) -> bool {
        let keys = |of: &Self| -> BTreeSet<String> {
            of.trailers().iter().map(|key| folded_key(key.as_bytes())).collect()
        };
        keys(self).is_subset(&keys(other))
            && self.grammar() >= other.grammar()
            && self.names() >= other.names()
            && self.own_credit() <= other.own_credit()
    }

    /// The trailers that disclose, as keys are compared.
    pub(super) fn keys(&self) -> Vec<String> {
        self.trailers().iter().map(|key| folded_key(key.as_bytes())).collect()
    }
}
