//! Names of authors, committers and co-authors that are a tool's: the whole name, or the name
//! and `agent`, `bot` or the like. A name in front of an address that the catalogue lists is
//! none of this: the address tells who it is.

use super::lexicon::Lexicon;
use super::strength::{Address, Beside, NameClass, Occasion, strength};
use super::tokens::Token;
use super::who::{Credited, Who};
use crate::finding::Confidence;

/// Words behind a tool's name that make it the name of an agent.
const AGENTS: [&str; 14] = [
    "agent",
    "agents",
    "bot",
    "cli",
    "assistant",
    "subagent",
    "builder",
    "ai",
    "worker",
    "coder",
    "reviewer",
    "autofix",
    "app",
    "action",
];

/// Words that say that a name with a model in it is a machine's.
const MACHINES: [&str; 7] = ["agent", "bot", "assistant", "ai", "llm", "subagent", "model"];

/// Who a person's name and unknown address stand for.
pub(super) fn identity(lexicon: &Lexicon, name: &str, email: &str) -> Option<Credited> {
    let tokens = lexicon.tokens(name);
    let tokens: Vec<Token<'_>> = tokens.into_iter().filter(|it| !it.is_mark("\"'`[]")).collect();
    let address = if lexicon.is_staff(email) { Address::Staff } else { Address::Unknown };
    if let Some(named) = lexicon.name_at(&tokens) {
        let rest = tokens.get(named.length..).unwrap_or_default();
        let mut is_agent = false;
        let mut has_model = false;
        let mut at = 0;
        while let Some(token) = rest.get(at) {
            if lexicon.is_any(token.word(), &AGENTS) {
                is_agent = true;
                at += 1;
            } else if let Some(model) = lexicon.model_at(rest.get(at..).unwrap_or_default()) {
                has_model = true;
                at += model.length;
            } else if token.is_mark("-_()/")
                || named.class == NameClass::Own && is_family(lexicon, token)
            {
                at += 1;
            } else {
                return None;
            }
        }
        // Under a name, no words stand but people's, so what is also one needs `agent`.
        let is_evidence = has_model && named.class == NameClass::Own;
        let beside = Beside { is_evidence, is_agent, address };
        let confidence = strength(named.class, Occasion::PeopleToo, beside)?;
        return Some(Credited { who: Who::Tool(named.tool), confidence, is_new: true });
    }
    if let Some(tool) = beside_person(lexicon, &tokens) {
        return Some(Credited { who: Who::Tool(tool), confidence: Confidence::Weak, is_new: true });
    }
    let is_machine = tokens.iter().any(|it| lexicon.is_any(it.word(), &MACHINES));
    let names_model = || {
        let mut starts = (0..tokens.len()).filter_map(|at| lexicon.model_at(tokens.get(at..)?));
        starts.any(|model| model.has_version)
    };
    let weak = Credited { who: Who::Unnamed, confidence: Confidence::Weak, is_new: true };
    (is_machine && names_model()).then_some(weak)
}

/// The tool behind a person's name: `Ann (aider)`, `Ann + Claude`.
fn beside_person(lexicon: &Lexicon, tokens: &[Token<'_>]) -> Option<usize> {
    let tokens = match tokens {
        [before @ .., Token::Mark(')')] => before,
        _ => tokens,
    };
    let at = tokens.iter().rposition(|token| token.is_mark("(+"))?;
    let named = lexicon.name_at(tokens.get(at + 1..)?)?;
    (at > 0 && at + 1 + named.length == tokens.len()).then_some(named.tool)
}

/// Whether a word is a model's family: `OpenHands-Claude`.
fn is_family(lexicon: &Lexicon, token: &Token<'_>) -> bool {
    lexicon.is_any(token.word(), &["claude", "gpt", "gemini", "grok", "codex", "sonnet", "opus"])
}
