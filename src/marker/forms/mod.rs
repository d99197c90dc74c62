//! How tools are credited, once for all tools: what the facts of a tool (its names, its pages)
//! make of a line.
//!
//! A tool's block says what is true of the tool; the sentences are language and stand here, each
//! kind in a file: [`credit`] lines, English [`sentence`]s, those of [`cjk`] languages, the names
//! of an [`identity`]. All of them read *who* is credited as a [`phrase`], and one table,
//! [`strength`], says how sure that is. Nothing here depends on one tool.

use std::borrow::Cow;

use super::alike::alike;
use super::credit::CREDIT_KEYS;
use crate::document::Fields;
use crate::finding::Confidence;
use crate::text::WordEnum;

mod cjk;
mod credit;
mod identity;
mod lexicon;
mod phrase;
mod sentence;
mod strength;
mod tokens;

pub(super) use lexicon::Lexicon;

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

/// What is known of a tool by name and page.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Names that are nothing else.
    own: Vec<String>,
    /// Names that are ordinary words or other software as well.
    words: Vec<String>,
    /// Names that people bear as well.
    people: Vec<String>,
    pub(super) urls: Vec<String>,
    pub(super) staff: Vec<String>,
}

impl Facts {
    fn read(fields: &mut Fields<'_>) -> Self {
        let mut strings = |key| {
            let all: Vec<(&str, _)> = fields.strings(key);
            all.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>()
        };
        let (own, ambiguous, people) = (strings("names"), strings("ambiguous"), strings("people"));
        let (urls, staff) = (strings("urls"), strings("staff"));
        let words = ambiguous.into_iter().filter(|name| !people.contains(name)).collect();
        Self { own, words, people, urls, staff }
    }

    fn names(&self) -> [(NameClass, &[String]); 3] {
        [
            (NameClass::Own, &self.own),
            (NameClass::Word, &self.words),
            (NameClass::Person, &self.people),
        ]
    }
}

/// A marker that is found by its form.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(super) form: FormOf,
    pub(super) facts: Facts,
    is_alike: bool,
}

impl Spec {
    /// Reads the key `form` and the facts beside it; `None` where there is no such key.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        fields.string("form")?;
        let form = fields.one_of("form")?;
        let facts = Facts::read(fields);
        Some(Self { form, facts, is_alike: false })
    }

    /// The same for texts in the spelling of [`super::alike`].
    pub(super) fn alike(&self) -> Self {
        Self { is_alike: true, ..self.clone() }
    }

    /// Whether it is of models that stand without a tool.
    fn is_of_models(&self) -> bool {
        self.facts.names().iter().all(|(_, names)| names.is_empty()) && self.facts.urls.is_empty()
    }

    /// Words of which one is on each line that it finds. `families` are those of models.
    pub(super) fn literals<'s>(&'s self, families: &'s [String]) -> Vec<Cow<'s, str>> {
        let mut literals: Vec<Cow<'_, str>> = Vec::new();
        if self.is_of_models() {
            literals.extend(families.iter().map(|it| Cow::Borrowed(it.as_str())));
            literals.extend(["ai", "llm", "人工智能", "大模型", "人工知能"].map(Cow::Borrowed));
        }
        for (_, names) in self.facts.names() {
            for name in names {
                literals.push(rarest(name).into());
                let joined: String = name.chars().filter(|it| it.is_alphanumeric()).collect();
                literals.push(joined.into());
            }
        }
        literals.extend(self.facts.urls.iter().map(|it| Cow::Borrowed(it.as_str())));
        if self.is_alike {
            literals = literals.iter().map(|it| Cow::Owned(alike(it))).collect();
        }
        literals.sort();
        literals.dedup();
        literals
    }
}

/// The word of a name by which it is looked for.
fn rarest(name: &str) -> &str {
    const COMMON: [&str; 14] = [
        "github",
        "openai",
        "google",
        "amazon",
        "cli",
        "code",
        "agent",
        "ai",
        "developer",
        "coder",
        "jetbrains",
        "microsoft",
        "the",
        "coding",
    ];
    let words = || name.split([' ', '-', '_']).filter(|word| !word.is_empty());
    let is_rare = |word: &&str| !COMMON.contains(&word.to_lowercase().as_str());
    words().find(is_rare).or_else(|| words().next()).unwrap_or(name)
}

/// Who is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// A tool, by its number in the lexicon.
    Tool(usize),
    /// A model or an AI, without its tool.
    Unnamed,
}

/// A credit in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credited {
    pub(super) who: Who,
    pub(super) confidence: Confidence,
    /// Whether it is read since [`FORMS_SINCE`], and tools' own markers did not find it before.
    pub(super) is_new: bool,
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
struct Said<'p> {
    phrase: &'p Phrase,
    occasion: Occasion,
    /// Whether a model without a tool is a strong mark there.
    are_models_strong: bool,
    is_new: bool,
}
