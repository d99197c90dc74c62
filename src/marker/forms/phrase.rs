//! Who is credited: tools and models in any order, with what joins them.
//!
//! A phrase is read to its end or not at all. A word that is no name, no model and none of those
//! that stand beside them makes it ordinary prose, in which a tool is mentioned and not credited.

use super::lexicon::Lexicon;
use super::strength::NameClass;
use super::tokens::Token;

/// A tool that a phrase credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CreditedTool {
    pub(super) tool: usize,
    pub(super) class: NameClass,
    /// Whether its page, a version or a word such as `agent` stands beside it.
    pub(super) has_page: bool,
    pub(super) has_version: bool,
    pub(super) is_agent: bool,
}

/// What a phrase credits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) tools: Vec<CreditedTool>,
    /// Whether it names a model, and whether one with its version.
    pub(super) has_model: bool,
    pub(super) has_model_version: bool,
    /// Whether it says `AI`, and no more.
    pub(super) says_ai: bool,
    /// Whether people stand beside the tools.
    pub(super) has_people: bool,
}

impl Phrase {
    /// Whether it credits anything.
    pub(super) fn is_empty(&self) -> bool {
        self.tools.is_empty() && !self.has_model && !self.says_ai
    }
}

/// Words that join tools and models.
const JOINTS: [&str; 17] = [
    "and", "with", "using", "via", "in", "on", "from", "through", "by", "running", "run", "under",
    "powered", "plus", "of", "inside", "within",
];

/// Words beside a name that say that it is a program.
const AGENTS: [&str; 16] = [
    "agent",
    "agents",
    "cli",
    "bot",
    "assistant",
    "subagent",
    "subagents",
    "builder",
    "app",
    "desktop",
    "action",
    "chat",
    "extension",
    "web",
    "cloud",
    "workspace",
];

/// Other words that stand beside names and models and say nothing of their own.
const FILLERS: [&str; 47] = [
    "the",
    "a",
    "an",
    "my",
    "our",
    "model",
    "models",
    "version",
    "tool",
    "tools",
    "coding",
    "code",
    "ide",
    "editor",
    "plugin",
    "autonomous",
    "autonomously",
    "supervised",
    "interactive",
    "mode",
    "effort",
    "aws",
    "vs",
    "vscode",
    "beta",
    "preview",
    "pro",
    "max",
    "high",
    "xhigh",
    "medium",
    "low",
    "minimal",
    "thinking",
    "human",
    "direct",
    "supervision",
    "review",
    "coccinelle",
    "sparse",
    "smatch",
    "assistance",
    "help",
    "provider",
    "clangtidy",
    "agentic",
    "name",
];

/// Words for a machine that writes.
const MACHINES: [&str; 5] = ["ai", "llm", "llms", "genai", "chatbot"];

/// Deeper brackets are not read.
const DEEPEST: usize = 3;

/// Reads a phrase, whole; `None` when it is none. People count beside tools where
/// `with_people`, under a credit key.
pub(super) fn phrase(lexicon: &Lexicon, tokens: &[Token<'_>], with_people: bool) -> Option<Phrase> {
    let mut phrase = Phrase::default();
    Reader { lexicon, phrase: &mut phrase, with_people }.read(tokens, DEEPEST)?;
    (!phrase.is_empty()).then_some(phrase)
}

struct Reader<'r> {
    lexicon: &'r Lexicon,
    phrase: &'r mut Phrase,
    with_people: bool,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[Token<'_>], depth: usize) -> Option<()> {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = tokens.get(at..).unwrap_or_default();
            at += match token {
                Token::Mark('[') if is_link(rest) => self.link(rest)?,
                Token::Mark('[') => self.bracket(rest, depth)?,
                Token::Mark('(') => self.bracket(rest, depth)?,
                Token::Mark(_) => 1,
                Token::Url(url) => {
                    self.page(url);
                    1
                }
                Token::Handle(_) if self.with_people => 1,
                Token::Handle(_) | Token::Email(_) => return None,
                Token::Word(_, word) => {
                    let length = self.named(rest).or_else(|| self.beside(word));
                    length.or_else(|| self.person(tokens, at))?
                }
            };
        }
        Some(())
    }

    /// A tool or a model, whichever is longer.
    fn named(&mut self, rest: &[Token<'_>]) -> Option<usize> {
        let model = self.lexicon.model_at(rest);
        let name = self.lexicon.name_at(rest);
        let model_is_longer = |model: usize| {
            name.is_none_or(|name| name.class != NameClass::Own && name.length < model)
        };
        if let Some(model) = model
            && model_is_longer(model.length)
        {
            self.phrase.has_model = true;
            self.phrase.has_model_version |= model.has_version;
            return Some(model.length);
        }
        let name = name?;
        self.tool(name.tool, name.class);
        Some(name.length)
    }

    fn tool(&mut self, tool: usize, class: NameClass) -> Option<&mut CreditedTool> {
        let tools = &mut self.phrase.tools;
        if !tools.iter().any(|known| known.tool == tool) {
            let flags = (false, false, false);
            let (has_page, has_version, is_agent) = flags;
            tools.push(CreditedTool { tool, class, has_page, has_version, is_agent });
        }
        let known = tools.iter_mut().find(|known| known.tool == tool)?;
        if class == NameClass::Own {
            known.class = class;
        }
        Some(known)
    }

    fn page(&mut self, url: &str) {
        if let Some(tool) = self.lexicon.tool_of_page(url)
            && let Some(tool) = self.tool(tool, NameClass::Word)
        {
            tool.has_page = true;
        }
    }

    /// A word that stands beside names.
    fn beside(&mut self, word: &str) -> Option<usize> {
        let is_any = |known: &[&str]| self.lexicon.is_any(word, known);
        if is_any(&MACHINES) {
            self.phrase.says_ai = true;
            return Some(1);
        }
        let is_agent = is_any(&AGENTS);
        let is_version = is_version(word);
        if let Some(last) = self.phrase.tools.last_mut() {
            last.is_agent |= is_agent;
            last.has_version |= is_version;
        }
        let is_other = is_any(&JOINTS) || is_any(&FILLERS) || self.lexicon.is_vendor(word);
        (is_agent || is_version || is_other).then_some(1)
    }

    /// A person beside tools: capitalised words between marks or joints.
    fn person(&mut self, tokens: &[Token<'_>], at: usize) -> Option<usize> {
        const MOST_NAMES: usize = 4;
        let divides = |token: Option<&Token<'_>>| {
            token.is_none_or(|token| {
                token.is_mark(",&+/;<") || self.lexicon.is_any(token.word(), &["and", "with"])
            })
        };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        if !self.with_people || !divides(before) {
            return None;
        }
        let is_name = |token: &&Token<'_>| match token {
            Token::Word(written, _) => written.chars().next().is_some_and(char::is_uppercase),
            _ => false,
        };
        let rest = tokens.get(at..)?;
        let length = rest.iter().take_while(is_name).count();
        let is_whole = (1..=MOST_NAMES).contains(&length) && divides(rest.get(length));
        is_whole.then(|| {
            self.phrase.has_people = true;
            length
        })
    }

    /// `[text](page)`: the text is a name, or the page is a tool's.
    fn link(&mut self, rest: &[Token<'_>]) -> Option<usize> {
        let close = closing(rest)?;
        let [Token::Mark('('), Token::Url(url), Token::Mark(')'), ..] = rest.get(close + 1..)?
        else {
            return None;
        };
        let text = rest.get(1..close)?;
        match self.lexicon.tool_of_page(url) {
            Some(tool) => {
                self.tool(tool, NameClass::Word)?.has_page = true;
                if let Some(named) = self.lexicon.name_at(text) {
                    self.tool(named.tool, named.class);
                }
            }
            None => self.read(text, 0)?,
        }
        Some(close + 4)
    }

    /// What stands in brackets: a phrase, or behind a name a remark.
    fn bracket(&mut self, rest: &[Token<'_>], depth: usize) -> Option<usize> {
        let close = closing(rest)?;
        let inner = rest.get(1..close)?;
        let is_first = self.phrase.is_empty();
        let before = self.phrase.clone();
        if depth == 0 || self.read(inner, depth - 1).is_none() {
            *self.phrase = before;
            if is_first || inner.iter().any(|token| matches!(token, Token::Email(_))) {
                return None;
            }
        }
        Some(close + 1)
    }
}

/// Whether a bracket is the text of a link: `[text](target)`.
fn is_link(tokens: &[Token<'_>]) -> bool {
    let next = closing(tokens).and_then(|close| tokens.get(close + 1));
    next.is_some_and(|next| next.is_mark("("))
}

/// Where the bracket that opens at the first token closes.
pub(super) fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut open = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(' | '[') => open += 1,
            Token::Mark(')' | ']') => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A number, a version or a date.
fn is_version(word: &str) -> bool {
    let word = word.strip_prefix('v').unwrap_or(word);
    !word.is_empty() && word.bytes().all(|it| it.is_ascii_digit())
        || word.len() <= 4 && word.bytes().any(|it| it.is_ascii_digit())
}
