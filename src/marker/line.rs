//! The kind `line`: a body line that is an attribution by itself, such as a
//! "Generated with" footer or a bare session address.

use super::alike::alike;
use super::claims::Claim;
use super::forms;
use super::pattern::Pattern;
use crate::document::{Fields, Problem};
use crate::finding::Kind;
use crate::text::Effort;

/// What a `line` marker looks for.
#[derive(Debug)]
pub enum Spec {
    /// What an expression says.
    Expression(Expression),
    /// A form that is shared by tools.
    Form(forms::Spec),
}

/// An expression, and the words of which one is on each line that it matches.
#[derive(Debug)]
pub struct Expression {
    pattern: Pattern,
    keywords: Vec<String>,
}

impl Spec {
    pub(super) fn read(_: Kind, fields: &mut Fields<'_>) -> Option<Self> {
        if let Some(form) = forms::Spec::read(fields) {
            return Some(Self::Form(form));
        }
        let text = fields.required_string("pattern");
        let pattern =
            text.and_then(|text| Pattern::read(fields, text, fields.place_of_value("pattern")));
        let keywords = keywords(fields);
        Some(Self::Expression(Expression { pattern: pattern?, keywords: keywords? }))
    }

    /// What the marker claims.
    pub(super) fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Expression(it) => vec![Claim::new("", it.pattern.source(), "")],
            Self::Form(_) => Vec::new(),
        }
    }
}

impl Expression {
    /// The same for texts in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        let keywords = self.keywords.iter().map(|it| alike(it)).collect();
        Self { pattern: self.pattern.alike(), keywords }
    }

    pub(super) fn literals(&self) -> &[String] {
        &self.keywords
    }

    /// Whether a trimmed line is this marker's, as far as `effort` goes.
    pub(super) fn is_within(&self, line: &str, effort: &Effort<'_>) -> bool {
        self.pattern.is_within(line, effort)
    }
}

/// Reads the `keywords` that an expression needs.
pub(super) fn keywords(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let words = fields.strings("keywords");
    let words: Vec<String> = words.iter().map(|(word, _)| (*word).to_owned()).collect();
    if words.iter().all(String::is_empty) {
        let problem = Problem::new(fields.place(), "this marker needs `keywords`");
        let help = "words of which one must be on the line before the expression is tried";
        fields.reader().report(problem.help(help));
        return None;
    }
    Some(words)
}
