//! How tools are credited, once for all tools: what the facts of a tool (its names, its pages)
//! make of a line.
//!
//! A tool's block says what is true of the tool; the sentences are language and stand here, each
//! kind in a file: [`credit`] lines, English [`sentence`]s, those of [`cjk`] languages, the names
//! of an [`identity`]. All of them read *who* is credited as a [`phrase`], and one table,
//! [`strength`], says how sure that is. Nothing here depends on one tool.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::alike::alike;
use super::credit_keys::CREDIT_KEYS;
use crate::document::Fields;
use crate::finding::Confidence;
use crate::text::WordEnum;

mod cjk;
mod credit;
mod facts;
mod identity;
mod lexicon;
mod phrase;
mod sentence;
mod strength;
#[cfg(test)]
mod tests;
mod tokens;
mod who;

pub use facts::Facts;
pub(super) use facts::ModelWord;
pub(super) use lexicon::Lexicon;
pub(super) use who::{Credited, Who};

use phrase::Phrase;
use strength::{Address, Beside, NameClass, Occasion, strength};

/// Longer lines, in bytes, are no sentences of attribution.
pub(super) const LONGEST_LINE: usize = 1000;

/// The version of the catalogue before there were forms.
pub(super) const FIRST_SINCE: &str = "0.1";
/// The version of the catalogue that brought forms; see [`Credited::is_new`].
pub const FORMS_SINCE: &str = "0.2";

/// What a marker looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum FormOf {
    /// `Key: who`, where that is sure.
    Credit,
    /// The same where a person or other software may be meant.
    PossibleCredit,
    /// A sentence by itself, where it is sure.
    Attribution,
    /// The same where it is not.
    PossibleAttribution,
    /// The name of an identity.
    Name,
}

impl WordEnum for FormOf {}

impl FormOf {
    /// How sure the credits are that it is for.
    pub(super) fn confidence(self) -> Confidence {
        match self {
            Self::Credit | Self::Attribution => Confidence::Strong,
            Self::PossibleCredit | Self::PossibleAttribution | Self::Name => Confidence::Weak,
        }
    }
}

/// A marker that is found by its form.
#[derive(Clone, Copy, Debug)]
pub struct Spec(pub(super) FormOf);

impl Spec {
    /// Reads the key `form`; `None` where there is no such key.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        fields.string("form")?;
        fields.one_of("form").map(Self)
    }
}

/// What the forms of a catalogue are told of its tools and models.
#[derive(Debug, Default)]
pub(super) struct Forms {
    tools: Vec<Facts>,
    numbers: HashMap<String, usize>,
    /// The words by which models are called.
    models: Vec<ModelWord>,
    /// By tool; see [`Facts::literals`].
    literals: OnceLock<Vec<Vec<String>>>,
    /// Made when a line needs them: texts are mostly without any name.
    plain: OnceLock<Lexicon>,
    alike: OnceLock<Lexicon>,
}

impl Forms {
    pub(super) fn new(tools: Vec<Facts>, models: Vec<ModelWord>) -> Self {
        let numbers = tools.iter().enumerate().map(|(at, facts)| (facts.tool.clone(), at));
        Self { numbers: numbers.collect(), tools, models, ..Self::default() }
    }

    /// Who is credited where the markers of a tool look.
    pub(super) fn who(&self, tool: &str) -> Who {
        self.numbers.get(tool).map_or(Who::Unnamed, |number| Who::Tool(*number))
    }

    /// The lexicon for texts in a spelling; see [`super::alike`].
    pub(super) fn lexicon(&self, is_alike: bool) -> &Lexicon {
        let lexicon = if is_alike { &self.alike } else { &self.plain };
        lexicon.get_or_init(|| Lexicon::new(&self.tools, &self.models, is_alike))
    }

    /// Words of which one is on each line that credits.
    pub(super) fn literals(&self, who: Who, is_alike: bool) -> Vec<String> {
        let literals = match who {
            Who::Tool(number) => {
                let all = || self.tools.iter().map(Facts::literals).collect();
                self.literals.get_or_init(all).get(number).cloned().unwrap_or_default()
            }
            Who::Unnamed => {
                let words = ["ai", "llm", "人工智能", "大模型", "人工知能"].map(str::to_owned);
                words.into_iter().chain(self.models.iter().map(|it| it.family.clone())).collect()
            }
        };
        if is_alike { literals.iter().map(|it| alike(it)).collect() } else { literals }
    }
}

impl Lexicon {
    /// Whom the credit line with a key, as [`crate::text::folded_key`] gives it, and a value
    /// credits. `is_listed` tells of an address whether a marker lists it: then that marker
    /// finds it.
    pub(super) fn credits(
        &self,
        key: &str,
        value: &str,
        is_listed: &dyn Fn(&str) -> bool,
    ) -> Vec<Credited> {
        if value.len() > LONGEST_LINE {
            return Vec::new();
        }
        let Some(line) = credit::credit(self, key, value) else { return Vec::new() };
        let address = match &line.email {
            None => Address::None,
            Some(email) if is_listed(email) => return Vec::new(),
            Some(email) if self.is_staff(email) => Address::Staff,
            Some(_) => Address::Unknown,
        };
        let credited = match &line.phrase {
            Some(phrase) => {
                let are_models_strong = line.occasion != Occasion::Aside;
                let is_new = line.occasion == Occasion::Aside || !CREDIT_KEYS.contains(&key);
                let said = Said { phrase, occasion: line.occasion, are_models_strong, is_new };
                self.credited(said, address)
            }
            None => Vec::new(),
        };
        let Some(email) = line.email.filter(|_| credited.is_empty()) else { return credited };
        self.identity(line.name, &email).into_iter().collect()
    }

    /// Whom the sentence that a line is credits; at the end of a subject, one in brackets.
    pub(super) fn attributions(&self, line: &str, is_subject: bool) -> Vec<Credited> {
        if line.len() > LONGEST_LINE {
            return Vec::new();
        }
        let tokens = self.tokens(line);
        let of = |found: &sentence::Sentence| {
            let sentence::Sentence { occasion, phrase, is_credit, is_new } = found;
            // Prose about data names models too: `Generated by GPT-4`.
            let are_models_strong = *is_credit;
            let (occasion, is_new) = (*occasion, *is_new);
            let said = Said { phrase, occasion, are_models_strong, is_new };
            self.credited(said, Address::None)
        };
        if let Some(found) = sentence::sentence(self, &tokens) {
            return of(&found);
        }
        if is_subject && let Some(found) = sentence::aside(self, &tokens) {
            return of(&found);
        }
        let Some(phrase) = cjk::attribution(self, line) else { return Vec::new() };
        let occasion = Occasion::OnlyTools;
        let said = Said { phrase: &phrase, occasion, are_models_strong: false, is_new: true };
        self.credited(said, Address::None)
    }

    /// Whom a name in front of an unknown address credits.
    pub(super) fn identity(&self, name: &str, email: &str) -> Option<Credited> {
        identity::identity(self, name, email)
    }

    fn credited(&self, said: Said<'_>, address: Address) -> Vec<Credited> {
        let Said { phrase, occasion, are_models_strong, is_new } = said;
        let of = |tool: &phrase::CreditedTool| {
            let is_evidence = tool.has_page || tool.has_version || phrase.has_model_version;
            let beside = Beside { is_evidence, is_agent: tool.is_agent, address };
            let confidence = strength(tool.class, occasion, beside)?;
            let is_new = is_new || tool.class != NameClass::Own && !is_evidence;
            Some(Credited { who: Who::Tool(tool.tool), confidence, is_new })
        };
        if !phrase.tools.is_empty() {
            return phrase.tools.iter().filter_map(of).collect();
        }
        // A family alone is a model under a key that only tools get.
        let is_model = phrase.has_model_version
            || phrase.has_model && occasion == Occasion::OnlyTools && are_models_strong;
        // Of an address that no marker lists, nothing says whose it is.
        if address != Address::None || !is_model && !phrase.says_ai {
            return Vec::new();
        }
        let is_strong = is_model && are_models_strong;
        let confidence = if is_strong { Confidence::Strong } else { Confidence::Weak };
        vec![Credited { who: Who::Unnamed, confidence, is_new }]
    }
}

/// What a line says of authorship.
#[derive(Clone, Copy)]
struct Said<'p> {
    phrase: &'p Phrase,
    occasion: Occasion,
    /// Whether a model without a tool is a strong mark there.
    are_models_strong: bool,
    is_new: bool,
}
