//! Credit lines: a key under which an author, a helper or a tool stands, and who that is.

use super::lexicon::Lexicon;
use super::phrase::{Phrase, phrase};
use super::sentence::{Sentence, Verb, sentence};
use super::strength::Occasion;
use super::tokens::Token;

/// A credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CreditedLine<'v> {
    pub(super) occasion: Occasion,
    /// `None` where a person's name stands in front of an address.
    pub(super) phrase: Option<Phrase>,
    /// What stands in front of the address.
    pub(super) name: &'v str,
    /// The address, in lower case, if there is one.
    pub(super) email: Option<String>,
}

/// Keys, as [`crate::text::folded_key`] gives them, that say which tool or model helped.
const DISCLOSURES: [&str; 26] = [
    "aitool",
    "aitools",
    "aiagent",
    "aimodel",
    "aiassistant",
    "assistantmodel",
    "aidisclosure",
    "aiassistance",
    "aiassisted",
    "aigenerated",
    "aiused",
    "aiusage",
    "aicoauthor",
    "aiauthor",
    "aicredit",
    "aisupport",
    "aihelp",
    "aiusedfor",
    "llm",
    "llmassisted",
    "llmtool",
    "llmmodel",
    "generatedbyai",
    "coauthoredbyai",
    "aiprovider",
    "aicontribution",
];

/// Keys for a tool that are ordinary words too.
const TOOL_KEYS: [&str; 2] = ["agent", "codingagent"];

/// Under a key, whom it credits; `None` for another key.
fn occasion(lexicon: &Lexicon, key: &str) -> Option<Occasion> {
    let is_any = |known: &[&str]| lexicon.is_any(key, known);
    if is_any(&DISCLOSURES) || is_any(&TOOL_KEYS) {
        return Some(Occasion::OnlyTools);
    }
    if is_any(&["coauthor", "pairprogrammedby", "pairprogrammedwith", "pairedwith"]) {
        return Some(Occasion::PeopleToo);
    }
    // `ai-generated-by`, `co-authored-with`
    let prefixes = ["ai", "llm", "commit", "vibe"].map(|it| lexicon.fold(it.to_owned()));
    let bare = prefixes.iter().find_map(|prefix| key.strip_prefix(prefix.as_str()));
    let has_prefix = bare.is_some();
    let key = bare.unwrap_or(key);
    let by = ["by", "with", "using", "via"].map(|it| lexicon.fold(it.to_owned()));
    let (verb, is_by) = by
        .iter()
        .enumerate()
        .find_map(|(nth, by)| Some((key.strip_suffix(by.as_str())?, nth == 0)))?;
    let kind = Verb::of(lexicon, verb)?;
    Some(match kind {
        Verb::Generating => Occasion::OnlyTools,
        _ if has_prefix || lexicon.is(verb, "made") && !is_by => Occasion::OnlyTools,
        // `Built-with`, `Created-with` stand for means of every kind.
        Verb::Making | Verb::Creating if !is_by => Occasion::Making,
        // `Written-with`: people are credited as authors, `with` names a means.
        Verb::Writing if !is_by && !verb.starts_with("co") => Occasion::OnlyTools,
        _ => Occasion::PeopleToo,
    })
}

/// The credit of a key, as [`crate::text::folded_key`] gives it, and its value.
pub(super) fn credit<'v>(lexicon: &Lexicon, key: &str, value: &'v str) -> Option<CreditedLine<'v>> {
    let occasion = occasion(lexicon, key)?;
    let line = |occasion, phrase| CreditedLine { occasion, phrase, name: "", email: None };
    if let Some(phrase) = fields(lexicon, value) {
        return Some(line(occasion, Some(phrase)));
    }
    let tokens = lexicon.tokens(value);
    let (who, email) = person(&tokens);
    let phrase = phrase(lexicon, who, true);
    if email.is_some() {
        let name = value.find('<').and_then(|at| value.get(..at)).unwrap_or_default().trim();
        return Some(CreditedLine { occasion, phrase, name, email });
    }
    if phrase.is_some() {
        return Some(line(occasion, phrase));
    }
    if occasion != Occasion::OnlyTools {
        return None;
    }
    // `AI-assisted: changes applied with Claude Code.`, `AI disclosure: developed with …`
    if lexicon.is_any(key, &DISCLOSURES) {
        if let Some(Sentence { phrase, .. }) = prose(lexicon, &tokens) {
            return Some(line(occasion, Some(phrase)));
        }
        let phrase = mentioned(lexicon, &tokens)?;
        return Some(line(Occasion::Aside, Some(phrase)));
    }
    // `Assisted-by: gpt-4:openai`, `AGENT:model [tool]`
    let phrase = mentioned(lexicon, &tokens).filter(|it| it.has_model_version)?;
    Some(line(Occasion::Aside, Some(phrase)))
}

/// A name and the address behind it.
fn person<'a, 't>(tokens: &'a [Token<'t>]) -> (&'a [Token<'t>], Option<String>) {
    let at = tokens.iter().position(|token| matches!(token, Token::Email(_)));
    let Some((at, Token::Email(email))) = at.and_then(|at| Some((at, tokens.get(at)?))) else {
        return (tokens, None);
    };
    let mut who = tokens.get(..at).unwrap_or_default();
    if let [before @ .., Token::Mark('<' | '(' | '[')] = who {
        who = before;
    }
    (who, Some(email.clone()))
}

/// `tool=Claude Code; model=claude-opus-4-8; …`
fn fields(lexicon: &Lexicon, value: &str) -> Option<Phrase> {
    let (mut tool, mut model) = (None, None);
    for field in value.split([';', ',']) {
        let (key, value) = field.split_once(['=', ':']).unwrap_or_default();
        let key = lexicon.fold(key.trim().to_lowercase());
        if lexicon.is_any(&key, &["tool", "agent", "assistant", "name"]) && tool.is_none() {
            tool = Some(phrase(lexicon, &lexicon.tokens(value), false)?);
        } else if lexicon.is_any(&key, &["model", "llm"]) && model.is_none() {
            model = phrase(lexicon, &lexicon.tokens(value), false);
        }
    }
    let Some(mut tool) = tool else { return model.filter(|_| value.contains('=')) };
    if let Some(model) = model {
        tool.has_model |= model.has_model;
        tool.has_model_version |= model.has_model_version;
    }
    Some(tool)
}

/// The sentence of an attribution anywhere in prose, to its end.
fn prose(lexicon: &Lexicon, tokens: &[Token<'_>]) -> Option<Sentence> {
    let mut starts = (0..tokens.len()).filter(|&at| {
        let token = tokens.get(at);
        token.is_some_and(|it| Verb::of(lexicon, it.word()).is_some() || is_with(lexicon, it))
    });
    starts.find_map(|at| {
        let rest = tokens.get(at..)?;
        let with = || {
            let phrase = phrase(lexicon, rest.get(1..)?, false)?;
            Some(Sentence { occasion: Occasion::OnlyTools, phrase, is_credit: true, is_new: true })
        };
        sentence(lexicon, rest)
            .or_else(|| rest.first().filter(|it| is_with(lexicon, it)).and_then(|_| with()))
    })
}

fn is_with(lexicon: &Lexicon, token: &Token<'_>) -> bool {
    lexicon.is_any(token.word(), &["with", "by", "using", "via"])
}

/// Tools and models that stand anywhere in a value.
fn mentioned(lexicon: &Lexicon, tokens: &[Token<'_>]) -> Option<Phrase> {
    (0..tokens.len()).find_map(|at| {
        let rest = tokens.get(at..)?;
        let length = match (lexicon.name_at(rest), lexicon.model_at(rest)) {
            (Some(name), _) => name.length,
            (None, Some(model)) if model.has_version => model.length,
            _ => return None,
        };
        phrase(lexicon, rest.get(..length)?, false)
    })
}
