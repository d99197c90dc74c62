//! The texts that pushers read: templates in English and Chinese, each part of which an
//! administrator can replace (`[policy.texts]`).

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::Texts;
use crate::policy::{Language, PARTS};

macro_rules! language {
    ($code:literal) => {
        [
            include_str!(concat!("texts/", $code, "/refused.txt")),
            include_str!(concat!("texts/", $code, "/warned.txt")),
            include_str!(concat!("texts/", $code, "/passed.txt")),
            include_str!(concat!("texts/", $code, "/findings.txt")),
            include_str!(concat!("texts/", $code, "/next-steps.txt")),
            include_str!(concat!("texts/", $code, "/unjudged.txt")),
            include_str!(concat!("texts/", $code, "/notes.txt")),
        ]
    };
}

const ENGLISH: [&str; PARTS.len()] = language!("en");
const CHINESE: [&str; PARTS.len()] = language!("zh");

/// The templates of a language, ready to render.
pub(super) struct Templates<'t> {
    built_in: Environment<'t>,
    own: Option<Environment<'t>>,
}

impl<'t> Templates<'t> {
    pub(super) fn new(texts: &'t Texts) -> Self {
        let parts = match texts.language {
            Language::English => ENGLISH,
            Language::Chinese => CHINESE,
        };
        let mut built_in = Environment::new();
        built_in.set_undefined_behavior(UndefinedBehavior::Strict);
        // A tag on a line of its own leaves no line behind.
        let mut syntax = SyntaxConfig::builder();
        if let Ok(syntax) = syntax.trim_blocks(true).keep_trailing_newline(true).build() {
            built_in.set_syntax(syntax);
        }
        // Ours are checked by a test.
        for (name, text) in PARTS.iter().zip(parts) {
            let _ = built_in.add_template(name, text);
        }
        let own = (!texts.templates.is_empty()).then(|| {
            let mut own = built_in.clone();
            for (name, text) in &texts.templates {
                let _ = own.add_template(name, text);
            }
            own
        });
        Self { built_in, own }
    }

    /// A part with its values filled in. Where the administrator's own can't be used, the
    /// built-in one is, and says so.
    pub(super) fn render(&self, part: &str, values: &Value) -> String {
        let of = |environment: &Environment<'t>| {
            environment.get_template(part).and_then(|template| template.render(values))
        };
        let built_in = || of(&self.built_in).unwrap_or_default();
        match self.own.as_ref().map(of) {
            None => built_in(),
            Some(Ok(text)) => text,
            Some(Err(error)) => {
                format!(
                    "{}provost: the text `{part}` of this server can't be used: {error}\n",
                    built_in()
                )
            }
        }
    }
}

/// Fills in the text of one line of the policy; as it stands where that can't be done.
pub(super) fn fill(text: &str, values: &Value) -> String {
    Environment::new().render_str(text, values).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_a_template_in_every_language() {
        for parts in [ENGLISH, CHINESE] {
            for (name, text) in PARTS.iter().zip(parts) {
                let mut environment = Environment::new();
                environment.add_template(name, text).unwrap();
            }
        }
    }
}
