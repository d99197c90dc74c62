//! What an administrator lets pushers read: the language, and texts of his own; and what
//! those texts need to know of the policy of a ref.

use minijinja::Environment;
use serde::{Deserialize, Serialize};

use super::placed::{Placed, replace};
use crate::document::{Fields, Problem};
use crate::text::WordEnum;

/// A language that texts are there for.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
pub enum Language {
    /// English.
    #[default]
    #[strum(serialize = "en")]
    English,
    /// Simplified Chinese.
    #[strum(serialize = "zh")]
    Chinese,
}

impl WordEnum for Language {}

/// `language` and `[policy.texts]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) language: Option<Placed<Language>>,
    /// The administrator's templates, by the name of the part that they replace.
    pub(crate) templates: Vec<(String, Placed<String>)>,
}

impl Texts {
    /// Reads `language` and `texts` of a policy or scope; whether the templates can be
    /// used is checked where they are rendered.
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let language = fields.one_of("language");
        let place = fields.place_of("language").clone();
        let mut templates = Vec::new();
        let reader = fields.reader();
        if let Some(node) = fields.node("texts")
            && let Some(mut texts) = reader.fields(node, "[policy.texts]")
        {
            for key in PARTS {
                if let Some(text) = texts.string(key) {
                    let place = texts.place_of_value(key).clone();
                    check_template(&texts, key, text);
                    templates.push((key.to_owned(), Placed { value: text.to_owned(), place }));
                }
            }
            texts.finish();
        }
        Self { language: language.map(|value| Placed { value, place }), templates }
    }

    pub(super) fn lay_over(&mut self, over: &Self) {
        replace(&mut self.language, &over.language);
        for (name, text) in &over.templates {
            self.templates.retain(|(known, _)| known != name);
            self.templates.push((name.clone(), text.clone()));
        }
    }
}

/// Reports a text that is no template.
pub(super) fn check_template(fields: &Fields<'_>, key: &str, text: &str) {
    if let Err(error) = Environment::new().template_from_str(text) {
        let problem = Problem::new(fields.place_of_value(key), format!("`{key}` is no template"));
        fields.reader().report(problem.help(error.to_string()));
    }
}

/// The parts of what a pusher reads that can be replaced, each a template.
pub const PARTS: [&str; 7] =
    ["refused", "warned", "passed", "findings", "next-steps", "unjudged", "notes"];
