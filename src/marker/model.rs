//! Model families: which model a credit line names, and whose it is. A model's vendor
//! is not the tool: `GitHub Copilot (model: Claude Opus 4.8)` is Copilot.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::forms::ModelWord;
use super::pattern::{Pattern, cost};
use crate::document::Fields;
use crate::text::Effort;

/// A family of models.
#[derive(Debug)]
pub struct Model {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub vendor: String,
    /// The words by which its models are called, in front of their versions.
    families: Vec<String>,
    pattern: Pattern,
}

impl Model {
    /// Reads a `[[model]]` table; its examples too are left to the caller.
    #[must_use]
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required_string("id");
        let vendor = fields.required_string("vendor");
        let text = fields.required_string("pattern");
        let pattern =
            text.and_then(|text| Pattern::read(fields, text, fields.place_of_value("pattern")));
        let families = fields.strings("families").into_iter().map(|(word, _)| word.to_owned());
        let families = families.collect();
        Some(Self { id: id?.to_owned(), vendor: vendor?.to_owned(), families, pattern: pattern? })
    }

    /// The model as named in a text: the expression's first group.
    #[must_use]
    pub fn named_in(&self, text: &str) -> Option<String> {
        let captures = self.pattern.regex()?.captures(text)?;
        let shown = captures.get(1).or_else(|| captures.get(0))?.as_str().trim();
        Some(shown.to_owned())
    }
}

/// A model's name and its vendor.
pub(super) type Named = Option<(String, String)>;

/// All families. The same few lines come again and again in a history, so answers are
/// remembered.
#[derive(Debug, Default)]
pub struct Models {
    families: Vec<Model>,
    known: Mutex<HashMap<String, Named>>,
}

/// How many answers are remembered, and for lines of what length.
const REMEMBERED: usize = 1024;
const REMEMBERED_LENGTH: usize = 200;

impl Models {
    /// The vendors of all families.
    pub(super) fn vendors(&self) -> impl Iterator<Item = &str> {
        self.families.iter().map(|family| family.vendor.as_str())
    }

    /// The words by which models are called.
    pub(super) fn words(&self) -> Vec<ModelWord> {
        let of = |model: &Model| {
            let vendor = model.vendor.clone();
            let word =
                move |family: &String| ModelWord { family: family.clone(), vendor: vendor.clone() };
            model.families.iter().map(word).collect::<Vec<_>>()
        };
        self.families.iter().flat_map(of).collect()
    }

    /// From the families, in the order in which they are tried.
    #[must_use]
    pub fn new(families: Vec<Model>) -> Self {
        Self { families, known: Mutex::default() }
    }

    /// The first model that a line names, as far as `effort` goes.
    pub(super) fn named_in(&self, line: &str, effort: &Effort<'_>) -> Named {
        // What another thread left half done is still a map of true answers.
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(line) {
            return known.clone();
        }
        if !effort.spend(cost(line).saturating_mul(self.families.len())) {
            return None;
        }
        let named = self
            .families
            .iter()
            .find_map(|family| family.named_in(line).map(|model| (model, family.vendor.clone())));
        let mut known = lock();
        if line.len() <= REMEMBERED_LENGTH && known.len() < REMEMBERED {
            known.insert(line.to_owned(), named.clone());
        }
        named
    }
}
